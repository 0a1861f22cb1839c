/*
 * blueprint_routes.h - the routes of the blueprints.
 *
 * Purpose    What `blueprints` in the configuration and the models say together: addresses, and targets as configuration
 *            would write them (pubsub-and-blueprints 6). Which models have blueprints at all.
 * Ownership  Borrows everything; targets are new references.
 * Threads    One thread, before the lift.
 * Floor      blueprints; uses actions, orm, base.
 */
#ifndef BLUEPRINTS_BLUEPRINT_ROUTES_H
#define BLUEPRINTS_BLUEPRINT_ROUTES_H

#include "actions/action_registry.h"
#include "base/buf.h"
#include "blueprints/blueprint_kind.h"
#include "orm/model.h"

struct blueprints;

struct blueprint_settings {
    bool rest, shortcuts, actions, pluralize, auto_watch;
    const char *prefix; /* "" or "/api" */
    const char *rest_prefix;
    const json_t *controllers; /* {"user": {"rest": false}}: `_controllers`; NULL: none */
};

/* Told once for each route, in the order in which they are bound. `target` is taken. 0, or what ends it. */
typedef int (*blueprint_route_cb)(void *ctx, const char *address, json_t *target);

/* Whether a model has blueprints: junctions and the archive, which nobody has defined, have none. */
bool blueprint_routes_has(const struct orm_model *model);

/* "user/findone", the identity of an action, into `out`, with a NUL behind it. */
void blueprint_routes_identity(struct buf *out, const struct orm_model *model,
                               enum blueprint_kind kind);

/* All of them; blueprints are no actions that have routes as such. `orm`: NULL: no models, but actions there may be. 0; SAILS_ENOMEM; what `bind` returns. */
int blueprint_routes_bind(const struct blueprints *blueprints,
                          const struct blueprint_settings *settings, const struct orm *orm,
                          const struct action_registry *registry, blueprint_route_cb bind,
                          void *ctx);

#endif
