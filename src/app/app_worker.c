#include "app/app.h"
#include "engineio/eio_cors.h"

/*
 * The one place where a connection meets HTTP, an HTTP request meets Socket.IO, and what is left
 * meets the routes.
 */

static void add_headers(const struct sails_app *app, struct http_exchange *x)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(app->headers, name, value)
    {
        http_add_header(x, str_from(name), str_from(json_string_value(value)));
    }
}

static void on_request(void *ctx, struct http_exchange *x)
{
    struct app_worker *w = ctx;
    struct sails_app *app = w->app;

    if (client_bundles_has(&app->bundles, x)) {
        eio_cors_apply(&app->io->options.engine.cors, x);
        client_bundles_answer(&app->bundles, x);
        return;
    }
    if (handshake_guard_turns_away(&app->guard, io_worker_engine(app->io, w->worker), x) ||
        io_worker_handle(app->io, w->worker, x)) {
        return;
    }
    if (http_request(x)->is_upgrade) {
        if (endpoints_handle(&app->endpoints, w->worker, x)) {
            return;
        }
        io_worker_destroy_upgrade(app->io, w->worker, x);
        return;
    }
    add_headers(app, x);
    if (static_files_concern(&app->files, x) && !request_http_has_route(&app->requests, x)) {
        static_files_handle(&app->files, w->worker, x);
    } else {
        request_http_handle(&app->requests, w->worker, x);
    }
}

/* No folder has the file: the routes may say more of it than 404. */
static void on_missing(void *ctx, struct worker *worker, struct http_exchange *x)
{
    struct sails_app *app = ctx;

    request_http_take_over(&app->requests, worker, x);
}

static void add_cors(void *ctx, struct http_exchange *x)
{
    struct sails_app *app = ctx;

    request_http_add_cors(&app->requests, x);
}

void app_workers_prepare(struct sails_app *app)
{
    app->files.folders.add_headers = add_cors;
    app->files.folders.on_missing = on_missing;
    app->files.folders.ctx = app;
}

static int on_start(void *ctx, struct worker *worker)
{
    struct sails_app *app = ctx;
    struct app_worker *w = &app->workers[worker_index(worker)];
    int rc = 0;

    *w = (struct app_worker){.app = app, .worker = worker};
    w->http.env = worker_env(worker);
    w->http.limits = &app->limits;
    w->http.on_request = on_request;
    w->http.ctx = w;
    http_service_init(&w->http);
    rc = app_session_store_start(app, worker);
    if (rc == 0) {
        rc = app_cluster_start(app, worker);
    }
    if (rc == 0) {
        rc = io_worker_start(app->io, worker);
    }
    if (rc < 0) {
        app_cluster_stop(app, worker);
        app_session_store_stop(app, worker);
        http_service_deinit(&w->http);
        return rc;
    }
    request_worker_start(&app->requests, worker);
    worker->user = w;
    app_timers_start(app, worker);
    endpoints_start(&app->endpoints, worker);
    app_polls_start(w);
    return 0;
}

static void on_link(void *ctx, struct worker *worker, struct link *link)
{
    struct app_worker *w = worker->user;

    (void)ctx;
    if (http_conn_open(&w->http, link) < 0) {
        link_abort(link);
    }
}

static void on_drain(void *ctx, struct worker *worker)
{
    struct app_worker *w = worker->user;

    (void)ctx;
    app_polls_drain(w);
    io_worker_drain(w->app->io, worker);
    endpoints_drain(&w->app->endpoints, worker);
    http_service_drain(&w->http);
}

/* Jobs that no thread has taken yet would keep the worker for ever. */
static void on_drain_limit(void *ctx, struct worker *worker)
{
    (void)worker;
    app_models_stop(ctx);
}

static void on_stop(void *ctx, struct worker *worker)
{
    struct app_worker *w = worker->user;

    (void)ctx;
    app_timers_stop(w->app, worker);        /* the program may still use all else */
    app_session_store_stop(w->app, worker); /* first: what waits for a session goes on now */
    app_polls_stop(w);
    io_worker_end(w->app->io, worker); /* what is kept of those who leave goes to other nodes */
    app_cluster_stop(w->app, worker);
    io_worker_stop(w->app->io, worker);
    endpoints_stop(&w->app->endpoints, worker);
    request_worker_stop(&w->app->requests, worker);
    http_service_deinit(&w->http);
}

const struct net_events app_net_events = {
    .on_start = on_start,
    .on_link = on_link,
    .on_drain = on_drain,
    .on_drain_limit = on_drain_limit,
    .on_stop = on_stop,
};
