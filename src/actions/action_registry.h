/*
 * action_registry.h - actions and policies by their names.
 *
 * Purpose    What configuration names, "user/find" and "isLoggedIn", is found here.
 * Ownership  Owns names; borrows definitions, which must outlive it.
 * Threads    Filled before the lift, by one thread; then any thread looks up.
 * Floor      actions; uses base.
 *
 * Names are compared without case. An action's is its identity, in lower case (app-config-cli 1.6); a
 * policy keeps the case that it was given, for messages.
 */
#ifndef ACTIONS_ACTION_REGISTRY_H
#define ACTIONS_ACTION_REGISTRY_H

#include "base/list.h"
#include "base/map.h"
#include "base/str.h"
#include "schema/inputs.h"

#include <sails/inputs.h>

struct registered_action {
    struct map_node by_name;
    struct list in_registry;
    const struct sails_action_def *def;
    struct inputs *inputs;       /* NULL: not read yet, or it declares none */
    struct sails_action_def own; /* of policies, which are no more than functions */
    char name[];
};

/* One kind of name each; equal names of different kinds are different things. */
struct action_table {
    struct map by_name;
    struct list all; /* in the order of adding */
};

/* A function before all actions of a list. */
struct action_middleware {
    struct list in_registry;
    sails_action function;
    void *ctx;
    char actions[]; /* action_glob.h */
};

struct action_registry {
    struct action_table actions;
    struct action_table policies;
    struct list middleware; /* struct action_middleware, in the order of adding */
};

void action_registry_init(struct action_registry *registry);
void action_registry_deinit(struct action_registry *registry);

/*
 * 0; SAILS_EIDENTITY: not of the form of an identity; SAILS_ECONFLICT: there is one, and `force` is
 * not set; SAILS_EINVAL: the definition has no function; SAILS_ENOMEM. With `force` the definition takes
 * the place of the old one.
 */
int action_registry_add(struct action_registry *registry, const char *identity,
                        const struct sails_action_def *def, bool force);

/* 0; SAILS_EINVAL: an empty name; SAILS_ECONFLICT: there is one; SAILS_ENOMEM. */
int action_registry_add_policy(struct action_registry *registry, const char *name,
                               sails_action policy, void *ctx);

/* Reads what the actions declare. 0; SAILS_ECONFIG: a table contradicts itself, and to *why a line has
 * been appended that names action and input or exit; SAILS_ENOMEM. */
int action_registry_read_inputs(struct action_registry *registry, struct buf *why);

/* 0; SAILS_EINVAL: not a list of actions (action_glob.h), or no function; SAILS_ENOMEM. */
int action_registry_add_middleware(struct action_registry *registry, const char *actions,
                                   sails_action function, void *ctx);

/* NULL: there is none. */
const struct registered_action *action_registry_find(const struct action_table *table,
                                                     struct str name);

/* What may have been meant by a name that is not there; NULL: nothing is near. */
const struct registered_action *action_registry_find_nearest(const struct action_table *table,
                                                             struct str name);

/*
 * The action that a target names: "user/find", "user.find", "UserController.find" (app-config-cli 6.3).
 * NULL: there is none.
 */
const struct registered_action *action_registry_find_target(const struct action_registry *registry,
                                                            struct str target);

/* Whether a text may be the target of a route: the form, not what is there. */
bool action_registry_is_target(struct str target);

#endif
