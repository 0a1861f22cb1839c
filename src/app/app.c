#include "app/app.h"

#include "app/app_describe.h"
#include "base/mem.h"
#include "net/open_files.h"

#include <sails/version.h>
#include <signal.h>

enum {
    LOWERING_PATIENCE_MS = 1000 /* then people are told what is being waited for */
};

/* ---- creating ---- */

static int open_net(void *world, const struct net_options *options, const struct net_events *events,
                    void *ctx, struct worker_pool **out)
{
    (void)world;
    return net_open(options, events, ctx, out);
}

static const struct app_world real_world = {.machine = &net_machine, .open = open_net};

sails_app *sails_app_create(void)
{
    mem_prepare();
    return app_create_in(&real_world);
}

sails_app *app_create_in(const struct app_world *world)
{
    struct sails_app *app = mem_calloc(1, sizeof(*app));

    if (app == NULL) {
        return NULL;
    }
    app_routing_init(&app->routing);
    responses_init(&app->requests.responses);
    router_init(&app->requests.before);
    router_init(&app->requests.router);
    router_init(&app->requests.after);
    router_init(&app->requests.last);
    static_files_init(&app->files);
    blueprints_init(&app->blueprints);
    app->world = *world;
    app_log_init(app);
    app->setup.log = &app->log;
    app_timers_init(&app->timers);
    endpoints_init(&app->endpoints);
    app->overrides = json_object();
    app->io = io_create(&app->log, app->world.machine);
    if (app->io != NULL) {
        app->io->setup = &app->setup;
    }
    app->requests.app = app;
    app->requests.log = &app->log;
    app->requests.io = app->io;
    app->requests.locales = &app->locales;
    app->blueprints.pubsub = &app->pubsub;
    if (app->overrides == NULL || app->io == NULL || config_init(&app->config) < 0 ||
        request_socket_listen(&app->requests) < 0) {
        sails_app_destroy(app);
        return NULL;
    }
    return app;
}

void sails_app_destroy(sails_app *app)
{
    if (app == NULL) {
        return;
    }
    sails_app_lower(app);
    app_timers_close(app);
    app_models_close(app); /* what comes back from its threads is mail of the net's workers */
    if (app->pool != NULL) {
        app->pool->ops->destroy(app->pool);
    }
    request_service_deinit(&app->requests);
    if (app->io != NULL) {
        app_io_options_deinit(&app->io->options);
    }
    io_destroy(app->io);
    app_cluster_close(app);
    responses_deinit(&app->requests.responses);
    router_deinit(&app->requests.before);
    router_deinit(&app->requests.router);
    router_deinit(&app->requests.after);
    router_deinit(&app->requests.last);
    static_files_deinit(&app->files);
    client_bundles_deinit(&app->bundles);
    app_routing_deinit(&app->routing);
    app_builtin_deinit(app);
    app_security_deinit(app);
    app_http_deinit(app);
    app_views_close(app);
    app_locales_close(app);
    app_hooks_deinit(&app->hooks);
    app_events_deinit(&app->events);
    app_models_deinit(&app->models);
    blueprints_deinit(&app->blueprints);
    json_decref(app->overrides);
    config_deinit(&app->config);
    app_timers_deinit(&app->timers);
    endpoints_deinit(&app->endpoints);
    admin_destroy(app->admin);
    mem_free(app->workers);
    log_limits_deinit(&app->log_limits);
    mem_free(app);
}

sails_io *sails_app_io(sails_app *app)
{
    return app != NULL ? app->io : NULL;
}

/* ---- telling it what it needs ---- */

int sails_app_static(sails_app *app, const char *path, const char *folder)
{
    bool is_valid = path != NULL && path[0] == '/' && folder != NULL;
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = is_valid ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0) {
        rc = static_files_add(&app->files, path, folder);
    }
    return setup_result(&app->setup, rc, "sails_app_static", path,
                        "a path begins with \"/\", and a folder goes with it");
}

static int report(const struct sails_app *app, int rc, const struct buf *why)
{
    if (rc == SAILS_ECONFIG) {
        log_line(&app->log, LOG_ERROR, "%.*s", STR_FMT(buf_str(why)));
    } else if (rc < 0) {
        log_line(&app->log, LOG_ERROR, "Configuration: %s", sails_strerror(rc));
    }
    return rc;
}

int sails_app_response(sails_app *app, const char *name, sails_response response)
{
    bool is_valid = name != NULL && name[0] != '\0' && response != NULL;
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = is_valid ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0) {
        rc = responses_set(&app->requests.responses, name, response);
    }
    return setup_result(&app->setup, rc, "sails_app_response", name, NULL);
}

int sails_app_set(sails_app *app, const char *key, json_t *value)
{
    struct buf why = {0};
    int rc = app == NULL || key == NULL || value == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        rc = config_set(&app->config, key, value, &why);
    }
    if (rc == 0) {
        rc = config_load_note(app->overrides, key, value);
    }
    buf_append_char(&why, '\0');
    setup_result(app != NULL ? &app->setup : NULL, rc, "sails_app_set", key,
                 rc == SAILS_ECONFIG ? why.ptr : NULL);
    json_decref(value);
    buf_deinit(&why);
    return rc;
}

json_t *sails_app_get(const sails_app *app, const char *key)
{
    return app != NULL && key != NULL ? config_get(&app->config, key) : NULL;
}

void sails_app_set_context(sails_app *app, void *ctx)
{
    if (app != NULL) {
        app->requests.context = ctx;
    }
}

void *sails_app_context(const sails_app *app)
{
    return app != NULL ? app->requests.context : NULL;
}

/* ---- configuration ---- */

extern char **environ;

int sails_app_load(sails_app *app, int argc, char **argv)
{
    struct buf why = {0};
    int rc = 0;

    if (app == NULL || (argc > 0 && argv == NULL)) {
        return SAILS_EINVAL;
    }
    if (app->state != APP_NEW) {
        return SAILS_ESTATE;
    }
    rc = app_path_enter(app, argc, argv);
    if (rc < 0) {
        return rc;
    }
    app->was_loaded = true;
    rc = config_load(&app->config,
                     &(struct config_sources){
                         .argc = argc,
                         .argv = (const char *const *)argv,
                         .environment = (const char *const *)environ,
                         .overrides = app->overrides,
                     },
                     &app->wishes, &why);
    app_log_configure(app);
    if (app_describe_is_wanted(app) && app->log.level > LOG_ERROR) {
        app->log.level = LOG_ERROR; /* what is logged below it goes where the description goes */
    }
    app_log_warnings(app);
    report(app, rc, &why);
    buf_deinit(&why);
    return rc;
}

/* ---- lifting and lowering ---- */

static int configure(struct sails_app *app)
{
    struct config *c = &app->config;
    int rc = app_hooks_configure(app);

    rc = rc == 0 ? app_path_settle(app) : rc;
    if (rc < 0) {
        return rc;
    }
    if ((config_text(c, "ssl.cert") == NULL) != (config_text(c, "ssl.key") == NULL)) {
        log_line(&app->log, LOG_ERROR, "ssl.cert and ssl.key go together: one of them is missing");
        return SAILS_ECONFIG;
    }
    app_log_configure(app);
    app_http_limits(app, &app->limits);
    app_request_options(app, &app->requests.options);
    app->files.folders.max_age_s = app_file_age(app);
    if (config_boolean(c, "sockets.serveClient") &&
        client_bundles_set(&app->bundles, config_text(c, "sockets.path"),
                           config_text(c, "sockets.clientPath")) < 0) {
        return SAILS_ENOMEM;
    }
    rc = app_folder_open(app);
    if (rc == 0) {
        rc = app_configure_http(app);
    }
    if (rc == 0) {
        rc = app_configure_security(app);
    }
    if (rc == 0) {
        rc = app_builtin_bind(app);
    }
    if (rc == 0) {
        rc = app_models_link(app);
    }
    if (rc == 0) {
        rc = app_locales_open(app);
    }
    if (rc == 0) {
        rc = app_views_open(app);
    }
    if (rc == 0) {
        rc = app_try_routes(app);
    }
    if (rc < 0) {
        return rc;
    }
    app_workers_prepare(app);
    rc = client_bundles_open(&app->bundles, &app->log);
    return rc == 0 ? static_files_open(&app->files, &app->log) : rc;
}

static int make_workers(struct sails_app *app, unsigned n)
{
    app->workers = mem_calloc(n, sizeof(struct app_worker));
    app->requests.workers = mem_calloc(n, sizeof(struct request_worker));
    app->requests.n_workers = app->requests.workers != NULL ? n : 0;
    return app->workers != NULL && app->requests.workers != NULL ? 0 : SAILS_ENOMEM;
}

/* Everything up to the threads. What was made stays with the app, and goes with it. */
static int make_net(struct sails_app *app, const struct net_options *options)
{
    struct io_options io_options;
    int rc = app_io_options(app, &io_options);

    if (rc == 0) {
        rc = app->world.open(app->world.ctx, options, &app_net_events, app, &app->pool);
        if (rc < 0) {
            app_io_options_deinit(&io_options);
        }
    }
    if (rc == 0) {
        rc = make_workers(app, app->pool->count);
    }
    if (rc == 0) {
        rc = app_cluster_open(app, &io_options.adapter);
    }
    if (rc == 0) {
        rc = io_lift(app->io, app->pool, &io_options);
    }
    if (rc == 0) {
        rc = app_websocket_lift(app);
    }
    if (rc == 0) {
        app_admin_lift(app);
    }
    return rc;
}

static int start(struct sails_app *app, void *uv_loop)
{
    struct net_options options;
    int rc = 0;

    if (!app->world.is_simulated) {
        open_files_raise(&app->log);
    }
    app_net_options(app, &options);
    options.listen_fd = app_supervisor_take_socket(app);
    options.loop = uv_loop;
    if (uv_loop != NULL) {
        options.workers = 1;
    }
    rc = make_net(app, &options);
    if (rc < 0) {
        return rc;
    }
    rc = app_start_net(app);
    if (rc < 0) {
        app_banner_failed(app, &options, rc);
        return rc;
    }
    app_banner_lifted(app, &options);
    app_banner_set_url(app, &options);
    return 0;
}

/* What a program's hooks and bootstrap set up counts as well as what it did before. */
static int check_setup(const struct sails_app *app)
{
    if (app->setup.error < 0) {
        log_line(&app->log, LOG_ERROR,
                 "Not lifted, for a call that sets the app up has failed: see above");
    }
    return app->setup.error;
}

static int configure_and_start(struct sails_app *app)
{
    int rc = configure(app);

    if (rc == 0) {
        log_line(&app->log, LOG_INFO, "Starting app...");
        log_line(&app->log, LOG_BLANK, "%s", "");
        rc = app_models_open(app);
    }
    if (rc == 0) {
        rc = app_cluster_check(app);
    }
    if (rc == 0) {
        app_events_reach(app, PHASE_MODELS);
        rc = app_hooks_initialize(app);
    }
    if (rc == 0) {
        rc = app_bootstrap(app);
    }
    if (rc == 0) {
        rc = app_settle_routes(app);
    }
    if (rc == 0) {
        app_events_reach(app, PHASE_READY);
    }
    return rc;
}

/* All that comes before listening. */
static int prepare(struct sails_app *app)
{
    int rc = check_setup(app);

    if (rc == 0) {
        rc = configure_and_start(app);
    }
    return rc == 0 ? check_setup(app) : rc;
}

static void tell_lifted(struct sails_app *app)
{
    app_events_reach(app, PHASE_LISTENING);
    app_hooks_tell_lifted(app);
    if (app->on_lifted != NULL) {
        app->on_lifted(app, app->lifted_ctx);
    }
    app_events_reach(app, PHASE_LIFTED);
}

/* A mistake in the configuration can be mended and the lift tried again; after any other failure the
 * app is as one that was lowered. */
static int lift(struct sails_app *app, void *uv_loop)
{
    bool has_begun = false;
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    if (app->state != APP_NEW) {
        return SAILS_ESTATE;
    }
    rc = prepare(app);
    if (rc == 0) {
        rc = start(app, uv_loop);
    }
    if (rc == 0) {
        app->state = APP_LIFTED;
        log_limits_switch(&app->log_limits, true);
        app_supervisor_keep_socket(app);
        app_supervisor_tell(app, "READY=1");
        tell_lifted(app);
        return 0;
    }
    has_begun = app->events.phase >= PHASE_MODELS;
    app_events_reach(app, PHASE_LOWERED);
    app_hooks_lower(app);
    if (has_begun || rc == SAILS_EHOOK) {
        app->state = APP_LOWERED;
    }
    return rc;
}

int app_try_lift(struct sails_app *app)
{
    int rc = prepare(app);

    if (rc == 0 && app->script != NULL) {
        rc = app_folder_run_script(app);
    }
    app_events_reach(app, PHASE_LOWERED);
    app_hooks_lower(app);
    app->state = APP_LOWERED;
    if (rc == 0 && app->script == NULL) {
        log_line(&app->log, LOG_INFO, "Loaded, and not lifted: dontLift is set");
    }
    return rc;
}

int sails_app_lift(sails_app *app)
{
    return lift(app, NULL);
}

int sails_app_lift_on(sails_app *app, void *uv_loop)
{
    return uv_loop != NULL ? lift(app, uv_loop) : SAILS_EINVAL;
}

unsigned sails_app_port(const sails_app *app)
{
    return app != NULL && app->state == APP_LIFTED ? app->pool->ops->port(app->pool) : 0;
}

const char *sails_app_address(const sails_app *app)
{
    return app != NULL && app->state == APP_LIFTED ? app->pool->ops->address(app->pool) : NULL;
}

static uint64_t shutdown_timeout(const struct sails_app *app)
{
    return (uint64_t)config_integer(&app->config, "shutdownTimeout");
}

void app_begin_lowering(void *ctx)
{
    struct sails_app *app = ctx;
    sails_shutdown_cb before = app->before_shutdown;

    log_line(&app->log, LOG_VERBOSE, "Lowering");
    app_supervisor_tell(app, "STOPPING=1");
    app->before_shutdown = NULL; /* once */
    if (before != NULL) {
        before(app, app->shutdown_ctx);
    }
    app_events_reach(app, PHASE_LOWERED);
    if (!app->world.is_simulated) {
        app->is_lowering_patiently = true;
        patience_begin(&app->lowering, &app->log, LOG_INFO, LOWERING_PATIENCE_MS,
                       "Waiting for what is being answered, and for clients to close their "
                       "connections: %llu ms at most (shutdownTimeout)%s",
                       (unsigned long long)shutdown_timeout(app),
                       app->has_runner ? "; a second Ctrl+C ends it at once" : "");
    }
    app->pool->ops->stop(app->pool, shutdown_timeout(app));
}

void app_finish_lowering(struct sails_app *app)
{
    if (app->is_lowering_patiently) {
        app->is_lowering_patiently = false;
        (void)patience_end(&app->lowering);
    }
    app->state = APP_LOWERED;
    log_limits_switch(&app->log_limits, false);
    log_tell_counted(&app->log);
    io_close(app->io);
    app_hooks_lower(app);
}

int sails_app_lower(sails_app *app)
{
    if (app == NULL) {
        return SAILS_EINVAL;
    }
    if (app->state != APP_LIFTED) {
        return 0;
    }
    app_begin_lowering(app);
    app->pool->ops->join(app->pool);
    app_finish_lowering(app);
    return 0;
}

void sails_app_stop(sails_app *app)
{
    if (app == NULL || app->state != APP_LIFTED) {
        return;
    }
    if (app->has_runner) {
        pthread_kill(app->runner, SIGTERM); /* sails_app_run() takes it, as one from outside */
    } else {
        app->pool->ops->stop(app->pool, shutdown_timeout(app));
    }
}

const char *sails_version(void)
{
    return SAILS_VERSION;
}
