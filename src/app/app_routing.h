/*
 * app_routing.h - the routes, actions and policies of an app.
 *
 * Purpose    Keeps what the program registers, and binds at the lift what the program and its
 *            configuration say of routes.
 * Ownership  Owns targets, and the values that were given to sails_app_bind().
 * Threads    The app's own; after the lift any thread reads.
 * Floor      app; uses request, base.
 */
#ifndef APP_APP_ROUTING_H
#define APP_APP_ROUTING_H

#include "actions/action_registry.h"
#include "actions/policy_map.h"
#include "base/list.h"

struct sails_app;

struct app_routing {
    struct action_registry registry;
    struct policy_map policies; /* since the lift */
    struct list functions;      /* struct app_target: of sails_app_route() */
    struct list bindings;       /* struct app_binding: of sails_app_bind(), for the lift */
    struct list bound;          /* struct app_target: what the lift has made of these and of the
                                   configuration */
};

void app_routing_init(struct app_routing *routing);

/* The router must be gone before. */
void app_routing_deinit(struct app_routing *routing);

/*
 * At the lift: reads `policies` and binds `routes`. A second call begins anew. 0; SAILS_ECONFIG:
 * logged, and no route is bound; SAILS_ENOMEM.
 */
int app_routing_bind(struct sails_app *app);

struct router;
struct sails_route_def;
struct target_reader;

/* Within that: a route that is asked where no other matches. `target` as the configuration writes it; borrowed. Codes as
 * above. */
int app_routing_bind_behind(struct sails_app *app, struct target_reader *reader,
                            const char *address, const json_t *target);

/* Within that: a route of a hook, into the router of its kind. SAILS_EINVAL, too: an action and a target, or neither. */
int app_routing_bind_def(struct sails_app *app, struct target_reader *reader, struct router *router,
                         const struct sails_route_def *route);

/* ---- app_twins.c ---- */

/* A warning for each address that has several routes. */
void app_twins_warn(const struct sails_app *app);

/* ---- app_actions.c ---- */

/* At the lift: the actions that every app has. 0, SAILS_ENOMEM. */
int app_actions_add_builtin(struct sails_app *app);

/* A warning for each item of middleware that concerns no action. */
void app_actions_warn(const struct sails_app *app);

#endif
