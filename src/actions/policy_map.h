/*
 * policy_map.h - which policies run before which action.
 *
 * Purpose    Reads `policies` of the configuration (app-config-cli 9), and answers for an action.
 * Ownership  A map owns its rules; policies are the registry's, which must outlive it.
 * Threads    One thread, before the lift.
 * Floor      actions; uses base.
 *
 *     {"*": "isLoggedIn", "user/<star>": ["isLoggedIn", "isAdmin"], "user/find": true,
 *      "PetController": {"feed": false}}
 *
 * Rules are not cumulative: of those that cover an action the most specific one counts, alone: that of
 * the action itself, then the one with the longest prefix, then "*".
 */
#ifndef ACTIONS_POLICY_MAP_H
#define ACTIONS_POLICY_MAP_H

#include "actions/action_registry.h"
#include "base/buf.h"
#include "base/log.h"

#include <jansson.h>

enum policy_verdict {
    POLICY_ASK, /* the policies, in their order; there may be none */
    POLICY_ALLOW,
    POLICY_DENY
};

struct policy_rule {
    struct list in_map;
    enum policy_verdict verdict;
    size_t n_policies;
    const struct registered_action **policies;
    char key[]; /* "*", "user/<star>", "user/find"; in lower case */
};

struct policy_map {
    struct list rules;
};

void policy_map_init(struct policy_map *map);
void policy_map_deinit(struct policy_map *map);

/*
 * Adds the rules of a dictionary; NULL has none. 0; SAILS_ECONFIG: *why says in one line which rule is
 * wrong, an unknown policy for one; SAILS_ENOMEM. After an error the map has no rules.
 */
int policy_map_read(struct policy_map *map, const json_t *config,
                    const struct action_registry *registry, struct buf *why);

/* The rule for an action; NULL: there is none, and it is allowed. */
const struct policy_rule *policy_map_find(const struct policy_map *map, struct str identity);

/* A warning for each rule that concerns no action that there is. */
void policy_map_warn(const struct policy_map *map, const struct action_registry *registry,
                     const struct log *log);

#endif
