/*
 * target_read.h - from a target as configuration writes it to one that a request can walk.
 *
 * Purpose    Reads the targets of Sails (app-config-cli 6.3, 6.4), looks up every name in them, and puts
 *            an action's policies before it.
 * Ownership  Borrows everything; what it makes is the caller's.
 * Threads    One thread, before the lift.
 * Floor      actions; uses base. Looks for files of views.
 *
 *     "user/find", "UserController.find"      an action: its policies, then itself
 *     {"action": "user/find"}                 the same, as {"controller": "user", "action": "find"}
 *     "/other", "https://example.com"         302
 *     {"redirect": "/other", "status": 301}   the same with another status
 *     {"status": 410}                         that status, with its name as body
 *     {"view": "pages/home"}                  the template views/pages/home.ejs or .../home/index.ejs, else such
 *                                             a file .html
 *     {"response": "notFound"}                a named answer
 *     {"policy": "isLoggedIn"}                a policy, then what follows it in a list
 *     {"fn": "@name"}                         a policy or an action, as a bare function
 *     {"target": <any of these>, ...}         to give a text options
 *     [...]                                   one after the other
 *
 * What else an object says is an option of the route. All of a list's are one; of equal ones the
 * first counts.
 */
#ifndef ACTIONS_TARGET_READ_H
#define ACTIONS_TARGET_READ_H

#include "actions/action_registry.h"
#include "actions/policy_map.h"
#include "actions/target.h"
#include "base/buf.h"
#include "base/log.h"
#include "views/views.h"

/* What names mean, and where it is said what went wrong. */
struct target_reader {
    const struct action_registry *registry;
    const struct policy_map *policies;
    const struct cors_settings *cors; /* what a route's own settings are put over */
    const char *views;                /* folder, relative to the current one */
    const struct views *templates;    /* what is in it; NULL: none */
    /* Whether there is an answer of that name, built in or the program's own. */
    bool (*has_response)(const char *name, void *ctx);
    void *ctx;
    const char *address;  /* of the route, for messages and options */
    struct buf why;       /* after an error: one line */
    enum log_level level; /* after SAILS_ENOENT: that line's */
};

/*
 * 0; SAILS_ENOENT: it leads to an action, view or response that is not there: Sails leaves such a route
 * out and says so; SAILS_ECONFIG: it contradicts itself, is of no known kind, or names a policy or
 * function that is not there: the app should not be lifted; SAILS_ENOMEM. Written on success only.
 */
int target_read(struct target_reader *reader, const json_t *value, struct request_target *out);

/* ---- for its parts ---- */

/* Puts "Route `GET /x`: " and the rest into reader->why; SAILS_ECONFIG. */
int target_read_refuse(struct target_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The line of a route that is left out; SAILS_ENOENT. */
int target_read_leave_out(struct target_reader *reader, enum log_level level, const char *kind,
                          const char *name);

/* One more step. `text` is copied; NULL as none. 0, SAILS_ENOMEM. */
int target_read_add_step(struct request_target *out, struct request_step step, const char *text);

/*
 * Reads what is in out->options, as the configuration says it, and adds what Sails tells actions of
 * their route: `action`, `detectedVerb`. 0, SAILS_ECONFIG, SAILS_ENOMEM. target_options.c.
 */
int target_read_options(struct target_reader *reader, struct request_target *out);

#endif
