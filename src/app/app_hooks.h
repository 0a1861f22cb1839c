/*
 * app_hooks.h - the hooks of an app: see sails/hook.h.
 *
 * Purpose    Keeps them, starts them in order, stops those that were started in reverse order.
 * Ownership  Owns copies of what it was given.
 * Threads    The thread that lifts and lowers the app.
 * Floor      app; uses base.
 */
#ifndef APP_APP_HOOKS_H
#define APP_APP_HOOKS_H

#include "actions/target_read.h"

#include <sails/hook.h>

struct app_hooks {
    struct sails_hook *items; /* their names are ours */
    size_t n_items;
    bool *is_started;                /* by index */
    struct request_step *on_request; /* of those that were started */
};

/* Calls `configure` of those that are on. 0; SAILS_EHOOK: one has failed (logged). */
int app_hooks_configure(sails_app *app);

/* Binds the routes of those that are on. As app_routing_bind(). */
int app_hooks_bind(sails_app *app, struct target_reader *reader);

/* Whether one that is on has an `initialize`, which may register what routes lead to. */
bool app_hooks_may_register(const sails_app *app);

/* Tells those that were started that the app listens. */
void app_hooks_tell_lifted(sails_app *app);

/*
 * Starts all that the configuration does not switch off, and gives the request floor what they do with
 * every request. 0; SAILS_EHOOK: one has failed or taken too long (logged); SAILS_ENOMEM. What was started
 * stays so.
 */
int app_hooks_initialize(sails_app *app);

/* Stops what was started. Twice is harmless. */
void app_hooks_lower(sails_app *app);

void app_hooks_deinit(struct app_hooks *hooks);

#endif
