#include "app/app.h"
#include "net/redis_sync.h"
#include "net/redis_url.h"
#include "nodes/nodes_admin.h"

/*
 * Other nodes, as sockets.adapter says: from settings to the carrier that the operations get.
 */

enum {
    /* Subscriptions that may wait to be confirmed: four for each namespace. */
    MAX_COMMANDS = 100000,
    /* Of a message, beside its largest value: names of rooms, and what they are wrapped in. */
    MESSAGE_EXTRA = 1024 * 1024
};

/* ---- settings: those of Sails' top level, then those of adapterOptions ---- */

static json_t *setting(const struct sails_app *app, const char *name)
{
    char path[64];
    json_t *value = NULL;

    (void)snprintf(path, sizeof(path), "sockets.%s", name);
    value = config_get(&app->config, path);
    if (value == NULL) {
        (void)snprintf(path, sizeof(path), "sockets.adapterOptions.%s", name);
        value = config_get(&app->config, path);
    }
    return value;
}

static const char *text_setting(const struct sails_app *app, const char *name, const char *fallback)
{
    const char *text = json_string_value(setting(app, name));

    return text != NULL ? text : fallback;
}

static unsigned number_setting(const struct sails_app *app, const char *name, unsigned fallback)
{
    const json_t *number = setting(app, name);

    return number != NULL ? (unsigned)json_integer_value(number) : fallback;
}

static int read_url(struct sails_app *app, struct redis_url *out)
{
    return app_options_redis_url(app, "sockets.url", text_setting(app, "url", NULL), out);
}

static struct redis_tls_options tls_options(const struct sails_app *app,
                                            const struct redis_url *url)
{
    const struct config *c = &app->config;
    const char *ca = config_text(c, "sockets.adapterOptions.tls.ca");

    return (struct redis_tls_options){
        .is_on = url->is_tls || ca != NULL,
        .trusts_anybody = !config_boolean(c, "sockets.adapterOptions.tls.rejectUnauthorized"),
        .ca_file = ca,
        .cert_file = config_text(c, "sockets.adapterOptions.tls.cert"),
        .key_file = config_text(c, "sockets.adapterOptions.tls.key"),
    };
}

size_t app_cluster_max_message(const struct sails_app *app)
{
    return 2 * (size_t)config_integer(&app->config, "sockets.maxHttpBufferSize") + MESSAGE_EXTRA;
}

static struct redis_options redis_options(const struct sails_app *app, const struct redis_url *url)
{
    struct redis_options options = redis_default_options;

    options.host = url->host != NULL ? url->host : text_setting(app, "host", options.host);
    options.port = url->port != 0 ? url->port : number_setting(app, "port", options.port);
    options.username = url->username;
    options.password = url->password != NULL ? url->password : text_setting(app, "pass", NULL);
    options.db = url->db != 0 ? url->db : number_setting(app, "db", 0);
    options.tls = tls_options(app, url);
    options.max_commands = MAX_COMMANDS;
    options.max_reply = app_cluster_max_message(app);
    options.log = &app->log;
    return options;
}

/* ---- up and down ---- */

static void on_up(void *ctx)
{
    struct sails_app *app = ctx;

    log_line(&app->log, LOG_INFO, "Cluster: this node is among the others");
    if (app->cluster.on_up != NULL) {
        app->cluster.on_up(app, app->cluster.up_ctx);
    }
}

static void on_down(int status, void *ctx)
{
    struct sails_app *app = ctx;

    log_line(&app->log, LOG_WARN, "Cluster: this node is alone: %s", sails_strerror(status));
    if (app->cluster.on_down != NULL) {
        app->cluster.on_down(app, status, app->cluster.down_ctx);
    }
}

static void on_admin_message(json_t *message, void *ctx)
{
    struct sails_app *app = ctx;

    if (app->cluster.on_admin != NULL) {
        app->cluster.on_admin(app, message, app->cluster.admin_ctx);
    }
}

static void on_peer_message(json_t *message, void *ctx)
{
    app_polls_receive(ctx, message);
}

/* ---- life ---- */

/* Calls `use` with the options that the settings make. */
static int with_redis_options(struct sails_app *app,
                              int (*use)(struct sails_app *app,
                                         const struct redis_options *options))
{
    struct redis_url url = {0};
    int rc = read_url(app, &url);

    if (rc == 0) {
        struct redis_options options = redis_options(app, &url);

        rc = use(app, &options);
    }
    redis_url_deinit(&url);
    return rc;
}

static int init_redis(struct sails_app *app, const struct redis_options *options)
{
    return redis_bus_init(&app->cluster.redis, options);
}

static bool is_alone(const struct sails_app *app)
{
    return strcmp(config_text(&app->config, "sockets.adapter"), "memory") == 0;
}

static int look_for_redis(struct sails_app *app, const struct redis_options *options)
{
    struct redis_sync *sync = NULL;
    struct buf why = {0};
    int rc = redis_sync_open(options, &sync, &why);

    redis_sync_close(sync);
    if (rc < 0) {
        struct str reason = why.len > 0 ? buf_str(&why) : str_from(sails_strerror(rc));

        log_line(&app->log, LOG_ERROR,
                 "sockets.adapter: Redis at %s:%u: %.*s. (With sockets.liftWithoutRedis the app is "
                 "lifted all the same, and joins the others when it can.)",
                 options->host, options->port, STR_FMT(reason));
    }
    buf_deinit(&why);
    return rc;
}

int app_cluster_check(struct sails_app *app)
{
    if (is_alone(app) || app->world.bus != NULL ||
        config_boolean(&app->config, "sockets.liftWithoutRedis")) {
        return 0;
    }
    return with_redis_options(app, look_for_redis);
}

static int open_bus(struct sails_app *app, struct bus **out)
{
    if (app->world.bus != NULL) {
        *out = app->world.bus(app->world.ctx);
        return 0;
    }
    *out = &app->cluster.redis.bus;
    return with_redis_options(app, init_redis);
}

static enum nodes_dialect dialect_of(const struct config *c, const char *adapter)
{
    if (strcmp(adapter, "@socket.io/redis-streams-adapter") == 0) {
        return NODES_STREAMS;
    }
    return config_boolean(c, "sockets.adapterOptions.sharded") ? NODES_SHARDED : NODES_CLASSIC;
}

static enum clustered_mode mode_of(const char *text)
{
    if (strcmp(text, "static") == 0) {
        return CLUSTERED_STATIC;
    }
    return strcmp(text, "dynamic-private") == 0 ? CLUSTERED_DYNAMIC_PRIVATE : CLUSTERED_DYNAMIC;
}

static void set_nodes(struct sails_app *app, struct bus *bus)
{
    const struct config *c = &app->config;
    const char *adapter = config_text(c, "sockets.adapter");
    bool forwards = config_boolean(c, "sockets.forwardPolling");
    struct nodes_options options = {
        .bus = bus,
        .key = text_setting(app, "key", NULL),
        .python = config_text(c, "sockets.pythonChannel"),
        .host = &app->io->host,
        .pool = app->pool,
        .log = &app->log,
        .events = {.on_up = on_up,
                   .on_down = on_down,
                   .on_admin_message = on_admin_message,
                   .on_peer_message = forwards ? on_peer_message : NULL,
                   .ctx = app},
    };

    options.has_admin_key = options.key != NULL;
    options.speaks_sails = strncmp(adapter, "@socket.io/", strlen("@socket.io/")) != 0;
    options.dialect = dialect_of(c, adapter);
    options.stream = options.dialect == NODES_STREAMS
                         ? config_text(c, "sockets.adapterOptions.streamName")
                         : NULL;
    options.recovers =
        options.dialect == NODES_STREAMS && config_boolean(c, "sockets.connectionStateRecovery");
    options.session_prefix = config_text(c, "sockets.adapterOptions.sessionKeyPrefix");
    options.answers_apart =
        config_boolean(c, "sockets.adapterOptions.publishOnSpecificResponseChannel");
    options.mode = mode_of(config_text(c, "sockets.adapterOptions.subscriptionMode"));
    options.request_timeout_ms =
        (uint64_t)config_integer(c, "sockets.adapterOptions.requestsTimeout");
    nodes_init(&app->cluster.nodes, &options);
}

int app_cluster_open(struct sails_app *app, struct carrier **out)
{
    struct app_cluster *cluster = &app->cluster;
    struct bus *bus = NULL;
    int rc = 0;

    *out = NULL;
    if (is_alone(app)) {
        return 0;
    }
    rc = open_bus(app, &bus);
    if (rc < 0) {
        return rc;
    }
    set_nodes(app, bus);
    cluster->is_on = true;
    if (config_boolean(&app->config, "sockets.forwardPolling")) {
        app->guard.on_unknown = app_polls_take;
        app->guard.on_unknown_ctx = app;
    }
    *out = &cluster->nodes.carrier;
    return 0;
}

void app_cluster_close(struct sails_app *app)
{
    if (app->cluster.is_on) {
        nodes_deinit(&app->cluster.nodes);
        redis_bus_deinit(&app->cluster.redis);
        app->cluster.is_on = false;
    }
}

int app_cluster_start(struct sails_app *app, struct worker *worker)
{
    return app->cluster.is_on ? nodes_start(&app->cluster.nodes, worker) : 0;
}

void app_cluster_stop(struct sails_app *app, struct worker *worker)
{
    if (app->cluster.is_on) {
        nodes_stop(&app->cluster.nodes, worker);
    }
}

/* ---- sails/app.h ---- */

int sails_app_on_cluster_up(sails_app *app, sails_cluster_up_cb on_cluster_up, void *ctx)
{
    int rc = app == NULL || on_cluster_up == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->cluster.on_up = on_cluster_up;
        app->cluster.up_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_on_cluster_up");
}

int sails_app_on_cluster_down(sails_app *app, sails_cluster_down_cb on_cluster_down, void *ctx)
{
    int rc = app == NULL || on_cluster_down == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->cluster.on_down = on_cluster_down;
        app->cluster.down_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_on_cluster_down");
}

int sails_app_on_admin_message(sails_app *app, sails_admin_message_cb on_message, void *ctx)
{
    int rc = app == NULL || on_message == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->cluster.on_admin = on_message;
        app->cluster.admin_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_on_admin_message");
}

/* Takes the payload. Without other nodes there is nothing to do, as in Sails. */
static int say_admin(sails_app *app, const char *event, json_t *payload, bool is_blast)
{
    int rc = app == NULL || event == NULL || payload == NULL ? SAILS_EINVAL : 0;

    if (rc == 0 && app->state != APP_LIFTED) {
        rc = SAILS_ESTATE;
    }
    if (rc == 0 && app->cluster.is_on) {
        rc = nodes_admin_say(&app->cluster.nodes, event, payload, is_blast);
    }
    json_decref(payload);
    return rc;
}

int sails_app_broadcast_admin_message(sails_app *app, const char *event, json_t *payload)
{
    return say_admin(app, event, payload, false);
}

int sails_app_blast_admin_message(sails_app *app, const char *event, json_t *payload)
{
    return say_admin(app, event, payload, true);
}

int sails_app_cluster(const sails_app *app, struct sails_cluster *out)
{
    const struct nodes_counts *counts = NULL;

    if (app == NULL || out == NULL) {
        return SAILS_EINVAL;
    }
    *out = (struct sails_cluster){0};
    if (!app->cluster.is_on) {
        return 0;
    }
    counts = &app->cluster.nodes.counts;
    out->is_up = nodes_is_up(&app->cluster.nodes) ? 1 : 0;
    out->sent = atomic_load(&counts->sent);
    out->not_sent = atomic_load(&counts->unsent);
    out->received = atomic_load(&counts->received);
    out->refused = atomic_load(&counts->refused);
    return 0;
}
