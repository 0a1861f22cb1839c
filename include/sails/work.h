/**
 * @file sails/work.h
 * @brief Timers, and work that may wait: what is not done at once, and not on a worker.
 *
 *     static void say_it(sails_app *app, int status, void *ctx)
 *     {
 *         if (status == 0) {
 *             sails_sockets_blast(app, "tick", json_null(), NULL);
 *         }
 *     }
 *
 *     sails_app_every(app, 1000, say_it, NULL, NULL);
 *
 * Ownership  `ctx` is the program's, and must live until the last call that gets it.
 * Threads    Any, also before the lift where it is said so. What is called is called on a worker: on that
 *            whose callback has asked for it, else on the first one. There it must not block.
 * Errors     0 or a negative code of sails/err.h. After an error nothing is called. Every function survives
 *            NULL: SAILS_EINVAL, which before the lift is logged and kept: see sails/app.h.
 */
#ifndef SAILS_WORK_H
#define SAILS_WORK_H

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/* ---- timers ---- */

/** A timer of an app; a value that may be kept when the timer has gone, for no other gets it. 0: none. */
typedef uint64_t sails_timer;

/**
 * The time has come.
 *
 * @param status  0; SAILS_ECLOSED: the app is being lowered (or is destroyed without having been lifted) and
 *                the timer is gone: the last call, in which what `ctx` points to can be freed. New timers
 *                are refused now.
 */
typedef void (*sails_timer_cb)(sails_app *app, int status, void *ctx);

/**
 * Calls a function once, `delay_ms` from now, or from the lift where that has not been yet. A timer knows
 * nothing of requests and sockets: of a socket that may be gone by then keep the id (sails/sockets.h).
 *
 * @param delay_ms  0: on the next turn of the worker, and never before this has returned.
 * @param timer     For sails_app_cancel(). NULL: it will not be cancelled.
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: the app is or was lowered; SAILS_ENOMEM.
 * @see    setTimeout() of JavaScript
 */
SAILS_API int sails_app_after(sails_app *app, uint64_t delay_ms, sails_timer_cb on_time, void *ctx,
                              sails_timer *timer);

/**
 * Calls a function again and again, the first time `period_ms` from now. The times do not drift; those that
 * a busy worker has missed are left out.
 *
 * @param period_ms  At least 1.
 * @return As sails_app_after(); SAILS_EINVAL also: a period of 0.
 * @see    setInterval() of JavaScript
 */
SAILS_API int sails_app_every(sails_app *app, uint64_t period_ms, sails_timer_cb on_time, void *ctx,
                              sails_timer *timer);

/**
 * Cancels a timer: it is not called any more, not even with SAILS_ECLOSED. Also from its own call. From
 * another thread than its worker's it may be in a call just now.
 *
 * @return 0; SAILS_ENOENT: there is no such timer: it has been called (once was enough), or cancelled;
 *         SAILS_EINVAL: NULL.
 * @see    clearTimeout() of JavaScript
 */
SAILS_API int sails_app_cancel(sails_app *app, sails_timer timer);

/* ---- work ---- */

/** Work that may wait: on a thread of a pool (`jobs.threads`), several at once. */
typedef void (*sails_work_cb)(void *ctx);

/**
 * Runs `work` on a thread that it may block, and then `done` on a worker. While the app is lifted.
 *
 * @param done  Told 0; or SAILS_ECANCELED: the app is being lowered, and `work` was not called and never
 *              will be (then perhaps on the thread that lowers or destroys it). NULL: nobody is told.
 * @return 0: `done` will be called, once; SAILS_EBUSY: as much waits as may (`jobs.maxWaiting`);
 *         SAILS_ESTATE: not lifted, or lowered; SAILS_EINVAL: NULL; SAILS_ENOMEM.
 * @see    uv_queue_work() of libuv; for actions `may_wait` of struct sails_action_def
 */
SAILS_API int sails_app_work(sails_app *app, sails_work_cb work, sails_done_cb done, void *ctx);

SAILS_END_DECLS

#endif
