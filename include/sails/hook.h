/**
 * @file sails/hook.h
 * @brief Hooks: parts of a program with a start, a stop, and a word in every request.
 *
 *     static const struct sails_hook database = {
 *         .name = "database", .initialize = open_pool, .lower = close_pool, .ctx = &pool};
 *
 *     sails_app_hook(app, &database);
 *
 * A hook is switched off with the key `hooks.<name>`: `--hooks.database=false`, or
 * `{"hooks": {"database": false}}` in a file.
 *
 * Ownership  The struct and its name are copied; `ctx` must live as long as the app.
 * Threads    See each function; on_request runs on the request's worker.
 * Errors     0 or a negative code of sails/err.h. Every function survives NULL.
 */
#ifndef SAILS_HOOK_H
#define SAILS_HOOK_H

#include <sails/app.h>
#include <sails/export.h>

SAILS_BEGIN_DECLS

/** A member that is not needed is NULL, but for the name. */
struct sails_hook {
    /** Letters, digits, "-" and "_"; begins with a letter. */
    const char *name;

    /**
     * Runs first of all, when the configuration is read: a hook may still set keys, add actions, routes, models and
     * policies. Of several hooks in their order; once, even where a lift that has failed is tried again.
     * On the thread that lifts.
     *
     * @return As of `initialize`.
     */
    int (*configure)(sails_app *app, void *ctx);

    /**
     * Starts the hook, when the configuration is complete and before the app listens; of several hooks
     * in the order in which they were added. On the thread that lifts, which it may block: it is
     * expected to be done within the key `hookTimeout`. It may still register actions, policies, middleware and
     * routes, which are bound when the bootstrap function has run.
     *
     * @return 0; anything else fails the lift, with a line that names the hook.
     */
    int (*initialize)(sails_app *app, void *ctx);

    /**
     * Stops the hook, if it was started: in reverse order, when the last request has been answered and all
     * connections are closed; also when the lift fails later. On the thread that lowers.
     */
    void (*lower)(sails_app *app, void *ctx);

    /**
     * Sees every request that a route may answer, over both transports, before its policies and actions,
     * and either answers or calls sails_req_proceed(): see sails/req.h.
     */
    sails_action on_request;

    void *
        ctx; /**< Of all of them: `on_request` finds it with sails_req_context(), where NULL means the app's. */

    /**
     * Routes that are asked before those of the application: tables as for sails_app_routes(), which must live as
     * long as the app. A function that calls sails_req_proceed() leaves the request to the next route. A route without a
     * `ctx` has the hook's.
     */
    const struct sails_route_def *routes_before;

    /** Routes that are asked when no other matches, blueprints and the app's own included. */
    const struct sails_route_def *routes_after;

    /** How long `initialize` may take, in ms, in the place of the key `hookTimeout`; 0: as that says. */
    unsigned timeout_ms;

    /** Runs when the app listens, before what sails_app_on_lifted() has set; may do what that may. */
    void (*lifted)(sails_app *app, void *ctx);

    /**
     * Settings that count where nobody says otherwise, in JSON as a file of config/ writes them; those of the hook's own
     * are below `custom`: `"{\"custom\": {\"clock\": {\"every\": 5}}}"`. The weakest source of all: files, environment,
     * command line and sails_app_set() are above it. Also of a hook that is switched off. Read by sails_app_hook(), before
     * sails_app_load().
     */
    const char *defaults;
};

/**
 * Adds a hook. Before the lift.
 *
 * @return 0; SAILS_EINVAL: NULL, a name that is not of that form, or `defaults` behind sails_app_load();
 *         SAILS_EJSON: `defaults` are no object; SAILS_ECONFIG: they hold what no file may; SAILS_EEXIST: the name is taken;
 *         SAILS_ESTATE: lifted already; SAILS_ENOMEM.
 * @see    Sails documentation, "Hooks"
 */
SAILS_API int sails_app_hook(sails_app *app, const struct sails_hook *hook);

SAILS_END_DECLS

#endif
