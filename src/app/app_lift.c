#include "app/app.h"
#include "app/patience.h"
#include "base/distance.h"

/* What a lift does around the floors below: NODE_ENV, the program's bootstrap, patience. */

/* "prodution" is an environment of its own, in which people would be shown errors and cookies signed with anything. */
static void warn_of_near_production(const struct sails_app *app, const char *environment)
{
    static const struct str production = {"production", sizeof("production") - 1};
    struct str name = str_from(environment);

    if (distance_between(name, production) <= 2 || str_eq_nocase(name, STR("prod"))) {
        log_line(&app->log, LOG_WARN,
                 "The environment is \"%s\", which is not \"production\": nothing is as in "
                 "production",
                 environment);
    }
}

void app_settle_node_env(struct sails_app *app)
{
    const char *environment = config_text(&app->config, "environment");

    if (!config_is_production(&app->config)) {
        warn_of_near_production(app, environment);
    }
    if (app->config.node_env != NULL || !config_is_production(&app->config)) {
        return;
    }
    log_line(&app->log, LOG_DEBUG, "The environment is %s, but NODE_ENV is not set.", environment);
    log_line(&app->log, LOG_DEBUG,
             "NODE_ENV is set to production, for programs that this one starts.");
    (void)setenv("NODE_ENV", "production", 1);
}

int sails_app_bootstrap(sails_app *app, sails_bootstrap_cb bootstrap, void *ctx)
{
    int rc = app == NULL || bootstrap == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->bootstrap = bootstrap;
        app->bootstrap_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_bootstrap");
}

int app_bootstrap(struct sails_app *app)
{
    uint64_t limit_ms = (uint64_t)config_integer(&app->config, "bootstrapTimeout");
    struct patience patience;
    int rc = 0;

    if (app->bootstrap == NULL) {
        return 0;
    }
    patience_begin(
        &patience, &app->log, LOG_WARN, limit_ms,
        "Bootstrap is taking a while to finish (%llu ms so far): it must return before the "
        "app listens",
        (unsigned long long)limit_ms);
    rc = app->bootstrap(app, app->bootstrap_ctx);
    (void)patience_end(&patience);
    if (rc == 0) {
        return 0;
    }
    log_line(&app->log, LOG_ERROR, "Bootstrap encountered an error: (see below)");
    log_line(&app->log, LOG_ERROR, "%s (%s)", sails_strerror(rc), sails_err_name(rc));
    return SAILS_EBOOTSTRAP;
}

/* ---- routes ---- */

/* Hooks, the bootstrap function and listeners may still register actions, policies and routes. */
static bool is_more_to_come(const struct sails_app *app)
{
    return app->bootstrap != NULL || app->events.n_items > 0 || app_hooks_may_register(app);
}

static int bind_for_good(struct sails_app *app)
{
    int rc = app_routing_bind(app);

    if (rc == 0) {
        app_path_warn(app);
    }
    return rc;
}

/* What is wrong by itself is wrong before a database has been opened; what is missing may still come. */
int app_try_routes(struct sails_app *app)
{
    enum log_level level = app->log.level;
    int rc = 0;

    if (!is_more_to_come(app)) {
        return bind_for_good(app);
    }
    app->log.level = LOG_SILENT;
    rc = app_routing_bind(app);
    app->log.level = level;
    return rc == 0 ? 0 : app_routing_bind(app); /* which says why */
}

int app_settle_routes(struct sails_app *app)
{
    return is_more_to_come(app) ? bind_for_good(app) : 0;
}

/* ---- listening ---- */

int app_start_net(struct sails_app *app)
{
    uint64_t limit_ms = (uint64_t)config_integer(&app->config, "liftTimeout");
    struct patience patience;
    int rc = 0;

    if (app->world.is_simulated) {
        return app->pool->ops->start(app->pool);
    }
    patience_begin(
        &patience, &app->log, LOG_WARN, limit_ms,
        "Server is taking a while to start up (it's been %.3g seconds): is explicitHost a "
        "name that is looked up slowly?",
        (double)limit_ms / 1000);
    rc = app->pool->ops->start(app->pool);
    (void)patience_end(&patience);
    return rc;
}
