/*
 * live_app.h - a running app for tests of the upper floors.
 *
 * The test is the client. What callbacks have to say to it they say through a `struct told`, so that no
 * test sleeps.
 *
 * Compiled with LIVE_IN_SIM (tests of io, request, gate, sockets, files) the app runs in a simulated world:
 * no thread, no socket, and time that passes only while the test waits. The test's own code is some other
 * thread of the program then, as far as the app can tell. Without it there are real threads and sockets.
 *
 * That somebody did not get something is proved by order: live_settle() returns when all workers
 * have applied what this thread has sent before, and a client's own "sync" event comes after that.
 */
#ifndef SUPPORT_LIVE_APP_H
#define SUPPORT_LIVE_APP_H

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/log_level.h"
#include "support/ws_client.h"
#ifdef LIVE_IN_SIM
#include "sim/live_sim.h"
#else
#include "support/live_threads.h"
#endif

#include <pthread.h>
#include <sails/sails.h>
#include <stdatomic.h>

#define UNUSED __attribute__((unused))

/* For workers' threads, where cmocka's assertions cannot jump to the test; also without asserts. */
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: must be: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* ---- what callbacks tell ---- */

struct told {
    atomic_int status; /* of the last */
    atomic_int count;
    int n_heard; /* the test's */
};

static UNUSED void told_init(struct told *told)
{
    atomic_init(&told->status, 0);
    atomic_init(&told->count, 0);
    told->n_heard = 0;
}

/* A sails_done_cb. */
static UNUSED void tell(int status, void *ctx)
{
    struct told *told = ctx;

    atomic_store(&told->status, status);
    atomic_fetch_add(&told->count, 1);
    live_notify();
}

static UNUSED bool told_is_new(void *ctx)
{
    struct told *told = ctx;

    return atomic_load(&told->count) > told->n_heard;
}

static UNUSED void told_wait(struct told *told)
{
    if (!live_wait(told_is_new, told)) {
        fail_msg("nobody told");
    }
    told->n_heard++;
}

/* Waits for the next, and gives its status. */
static UNUSED int told_status(struct told *told)
{
    told_wait(told);
    return atomic_load(&told->status);
}

/* ---- the log ---- */

enum {
    LIVE_LOG_SIZE = 16384
};

struct live_log {
    pthread_mutex_t lock;
    char text[LIVE_LOG_SIZE]; /* lines "level text\n" */
    size_t len;
};

static UNUSED void live_log_write(enum sails_log_level level, const char *text, void *ctx)
{
    struct live_log *log = ctx;
    int n = 0;

    pthread_mutex_lock(&log->lock);
    n = snprintf(log->text + log->len, sizeof(log->text) - log->len, "%s %s\n",
                 log_level_name(level), text);
    log->len += (size_t)n < sizeof(log->text) - log->len ? (size_t)n : 0;
    pthread_mutex_unlock(&log->lock);
    live_notify();
}

/* Whether a text is there now. That one is not says little while workers run: lower the app first. */
static UNUSED bool live_log_has(struct live_log *log, const char *text)
{
    bool has = false;

    pthread_mutex_lock(&log->lock);
    has = strstr(log->text, text) != NULL;
    pthread_mutex_unlock(&log->lock);
    return has;
}

struct live_log_search {
    struct live_log *log;
    const char *text;
};

static UNUSED bool live_log_found(void *ctx)
{
    const struct live_log_search *search = ctx;

    return live_log_has(search->log, search->text);
}

/* Waits for a text: a worker may answer its client before it has written its line. */
static UNUSED void live_log_expect(struct live_log *log, const char *text)
{
    struct live_log_search search = {log, text};

    if (!live_wait(live_log_found, &search)) {
        fail_msg("the log does not say \"%s\":\n%s", text, log->text);
    }
}

/* ---- the app ---- */

struct live {
    struct live_host host;
    sails_app *app;
    sails_io *io;
    sails_io_namespace *root;
    struct live_log log;
    unsigned port;
};

static UNUSED void on_live_sync(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, NULL);
}

/* An app on 127.0.0.1 and a free port, that the test goes on to define and then lifts. */
static UNUSED void live_init(struct live *live, int workers)
{
    memset(live, 0, sizeof(*live));
    live_host_init(&live->host);
    live->app = live_host_create_app(&live->host);
    assert_non_null(live->app);
    pthread_mutex_init(&live->log.lock, NULL);
    assert_int_equal(sails_app_set_log(live->app, live_log_write, &live->log), 0);
    assert_int_equal(sails_app_set(live->app, "port", json_integer(0)), 0);
    assert_int_equal(sails_app_set(live->app, "explicitHost", json_string("127.0.0.1")), 0);
    assert_int_equal(sails_app_set(live->app, "workers", json_integer(workers)), 0);
    /* Clients of a test do not say goodbye. */
    assert_int_equal(sails_app_set(live->app, "shutdownTimeout", json_integer(200)), 0);
    live->io = sails_app_io(live->app);
    live->root = sails_io_of(live->io, "/");
    assert_non_null(live->root);
    assert_int_equal(sails_io_on(live->root, "sync", on_live_sync, NULL), 0);
}

static UNUSED void live_lift(struct live *live)
{
    int rc = sails_app_lift(live->app);

    if (rc != 0) {
        fail_msg("lift: %s\n%s", sails_strerror(rc), live->log.text);
    }
    live->port = sails_app_port(live->app);
    assert_int_not_equal(live->port, 0);
}

/* All workers have applied what this thread has sent before. */
static UNUSED void live_settle(struct live *live)
{
    struct told told;

    told_init(&told);
    assert_int_equal(sails_io_sockets_leave(live->root, NULL, SAILS_ROOMS("nobody is in this room"),
                                            tell, &told),
                     0);
    assert_int_equal(told_status(&told), 0);
}

/* Nothing that was sent to this client before live_settle() is on its way any more. */
static UNUSED void live_expect_nothing(struct ws_client *client)
{
    ws_client_expect_answer(client, "42900[\"sync\"]", "43900[]");
}

static UNUSED void live_end(struct live *live)
{
    sails_app_destroy(live->app);
    live_host_deinit(&live->host);
    pthread_mutex_destroy(&live->log.lock);
}

#endif
