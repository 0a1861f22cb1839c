/**
 * @file sails/event.h
 * @brief Events of an app: `sails.on()` and `sails.after()` of Sails.
 *
 *     static void warm_up(sails_app *app, const char *event, json_t *data, void *ctx);
 *
 *     sails_app_on(app, "lifted", warm_up, &cache);
 *
 * | event | told |
 * |---|---|
 * | hook:orm:loaded | when the databases are open and migrated; also where there are no models |
 * | hook:NAME:loaded | when the hook NAME has been initialized |
 * | ready | when the bootstrap function has returned, and the routes are bound |
 * | hook:http:listening | when the app listens |
 * | lifted | when all of it is done, hooks and sails_app_on_lifted() included |
 * | lower | before the app is lowered, behind sails_app_before_shutdown(); requests may still come |
 *
 * Each is told once, without data, in the order of registering, on the thread that lifts or lowers; `lower` also where a
 * lift has failed behind `hook:orm:loaded`. Other names are the program's own: sails_app_emit() tells them.
 *
 * What happens to each request are no events here: hooks see them (`on_request`, `routes_before`).
 *
 * Ownership  JSON values are taken, also when it fails. Everything else is borrowed; names are copied.
 * Threads    sails_app_on(), sails_app_after_event(): the thread that has created the app. sails_app_emit(): any.
 * Errors     0 or a negative code of sails/err.h, noted as sails/app.h says. Every function survives NULL: SAILS_EINVAL.
 */
#ifndef SAILS_EVENT_H
#define SAILS_EVENT_H

#include <jansson.h>

#include <sails/app.h>
#include <sails/export.h>

SAILS_BEGIN_DECLS

/**
 * Told that an event has happened; on the thread where it does.
 *
 * @param data  What sails_app_emit() was given, a view during the call; NULL: nothing.
 */
typedef void (*sails_event_cb)(sails_app *app, const char *event, json_t *data, void *ctx);

/**
 * Listens to an event. Before the lift, which hooks and the bootstrap function are part of: the list never changes
 * afterwards, so that no event waits for a lock.
 *
 * @return 0; SAILS_EINVAL: NULL, or an empty name; SAILS_ESTATE: lifted already; SAILS_ENOMEM.
 * @see    Sails documentation, "sails.on()"
 */
SAILS_API int sails_app_on(sails_app *app, const char *event, sails_event_cb on_event, void *ctx);

/**
 * As sails_app_on(); but where an event of the table above has happened already, it is told at once, before this
 * returns: a hook need not know whether the one that it needs comes before it.
 *
 * @return As sails_app_on(); of an event that has happened 0 at any time.
 * @see    Sails documentation, "sails.after()"
 */
SAILS_API int sails_app_after_event(sails_app *app, const char *event, sails_event_cb on_event,
                                    void *ctx);

/**
 * Tells an event of the program's own to all who listen, on this thread, before it returns. Who calls it on several threads
 * has listeners that run on several threads.
 *
 * @param data  Taken; NULL: nothing.
 * @return 0, also if nobody listens; SAILS_EINVAL: NULL, an empty name, or one of the table above.
 * @see    Sails documentation, "sails.emit()"
 */
SAILS_API int sails_app_emit(sails_app *app, const char *event, json_t *data);

SAILS_END_DECLS

#endif
