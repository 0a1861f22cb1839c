#include "app/app.h"
#include "net/redis_url.h"

/*
 * Where sessions are kept, as session.adapter says; unless the program has brought a store.
 */

enum {
    /* A request waits for its session: these are shorter than a user's patience. */
    CONNECT_TIMEOUT_MS = 2000,
    COMMAND_TIMEOUT_MS = 2000
};

/* ---- memory ---- */

static int open_memory(struct sails_app *app)
{
    struct session_memory_options options = {
        .max_sessions = (size_t)config_integer(&app->config, "session.maxSessions"),
        .now_ms = app->world.machine->unix_ms,
        .now_ctx = app->world.machine->ctx,
        .log = &app->log,
    };

    machine_random(app->world.machine, &options.hash_key, sizeof(options.hash_key));
    app->session_memory = session_memory_create(&options);
    if (app->session_memory == NULL) {
        return SAILS_ENOMEM;
    }
    app->requests.sessions.store = session_memory_store(app->session_memory);
    return 0;
}

/* ---- Redis ---- */

/* The keys of their own first; what session.url says is stronger. */
static struct redis_options redis_options(const struct sails_app *app, const struct redis_url *url)
{
    const struct config *c = &app->config;
    struct redis_options options = redis_default_options;
    const char *host = config_text(c, "session.host");

    options.host = url->host != NULL ? url->host : host;
    options.port = url->port != 0 ? url->port : (unsigned)config_integer(c, "session.port");
    options.username = url->username;
    options.password = url->password != NULL ? url->password : config_text(c, "session.pass");
    options.tls.is_on = url->is_tls;
    options.db = url->db != 0 ? url->db : (unsigned)config_integer(c, "session.db");
    options.connect_timeout_ms = CONNECT_TIMEOUT_MS;
    options.command_timeout_ms = COMMAND_TIMEOUT_MS;
    options.log = &app->log;
    return options;
}

static int open_redis(struct sails_app *app)
{
    struct redis_url url = {0};
    struct session_redis_options options = {0};
    int rc =
        app_options_redis_url(app, "session.url", config_text(&app->config, "session.url"), &url);

    if (rc == 0) {
        options.redis = redis_options(app, &url);
        options.prefix = config_text(&app->config, "session.prefix");
        if (app->requests.sessions.max_age_ms == 0) { /* else it is the cookie that decides */
            options.ttl_ms = 1000 * (uint64_t)config_integer(&app->config, "session.ttl");
        }
        rc = session_redis_create(&options, &app->session_redis);
    }
    redis_url_deinit(&url);
    if (rc == 0) {
        app->requests.sessions.store = session_redis_store(app->session_redis);
    }
    return rc;
}

/* ---- app.h ---- */

/* Whatever the store is. */
static int open_offers(struct sails_app *app)
{
    struct session_offers **offers = &app->requests.sessions.offers;
    struct hash_key hash_key;

    if (*offers == NULL) {
        machine_random(app->world.machine, &hash_key, sizeof(hash_key));
        *offers = session_offers_create(hash_key, SESSION_OFFERS_MAX);
    }
    return *offers != NULL ? 0 : SAILS_ENOMEM;
}

int app_session_store_open(struct sails_app *app)
{
    bool is_ours = app->session_memory != NULL || app->session_redis != NULL;
    const char *adapter = config_text(&app->config, "session.adapter");

    if (open_offers(app) < 0) {
        return SAILS_ENOMEM;
    }
    if (app->requests.sessions.store.load != NULL && !is_ours) {
        return 0;
    }
    app_session_store_close(app); /* of a lift that failed */
    return strcmp(adapter, "memory") == 0 ? open_memory(app) : open_redis(app);
}

void app_session_store_close(struct sails_app *app)
{
    session_memory_destroy(app->session_memory);
    session_redis_destroy(app->session_redis);
    app->session_memory = NULL;
    app->session_redis = NULL;
    app->requests.sessions.store = (struct sails_session_store){0};
}

int app_session_store_start(struct sails_app *app, struct worker *worker)
{
    return app->session_redis != NULL ? session_redis_start(app->session_redis, worker) : 0;
}

void app_session_store_stop(struct sails_app *app, struct worker *worker)
{
    if (app->session_redis != NULL) {
        session_redis_stop(app->session_redis, worker);
    }
}
