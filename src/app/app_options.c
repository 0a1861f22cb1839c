#include "app/app.h"
#include "base/mem.h"
#include "net/redis_url.h"

enum {
    YEAR_S = 31557600
};

static uint64_t number(const struct config *config, const char *name)
{
    return (uint64_t)config_integer(config, name);
}

static uint64_t ms(const struct config *config, const char *name)
{
    return number(config, name);
}

static size_t size(const struct config *config, const char *name)
{
    return (size_t)config_integer(config, name);
}

void app_net_options(const struct sails_app *app, struct net_options *out)
{
    const struct config *c = &app->config;

    *out = net_default_options;
    out->host = config_text(c, "explicitHost");
    out->port = (unsigned)config_integer(c, "port");
    out->backlog = (int)config_integer(c, "backlog");
    /* "auto" is no integer, and 0 means one a core. */
    out->workers = (unsigned)config_integer(c, "workers");
    out->tls = (struct net_tls){
        .cert_file = config_text(c, "ssl.cert"),
        .key_file = config_text(c, "ssl.key"),
        .ca_file = config_text(c, "ssl.ca"),
        .passphrase = config_text(c, "ssl.passphrase"),
    };
    out->max_queue = size(c, "sockets.maxQueueSize");
    out->max_connections = size(c, "maxConnections");
    out->max_connections_per_address = size(c, "security.limits.connectionsPerAddress");
    out->log = &app->log;
}

void app_http_limits(const struct sails_app *app, struct http_limits *out)
{
    const struct config *c = &app->config;

    *out = http_default_limits;
    out->max_head = size(c, "http.maxHeaderSize");
    out->max_headers = size(c, "http.maxHeaders");
    out->header_timeout_ms = ms(c, "http.headersTimeout");
    out->body_timeout_ms = ms(c, "http.bodyTimeout");
    out->body_total_ms = ms(c, "http.bodyTotalTimeout");
    out->keep_alive_ms = ms(c, "http.keepAliveTimeout");
}

/* What is on in production unless it is said. */
static bool is_on_in_production(const struct config *c, const char *name)
{
    return config_get(c, name) != NULL ? config_boolean(c, name) : config_is_production(c);
}

void app_request_options(const struct sails_app *app, struct request_options *out)
{
    const struct config *c = &app->config;

    *out = (struct request_options){
        .is_production = config_is_production(c),
        .compresses = is_on_in_production(c, "http.compress"),
        .logs_access = config_boolean(c, "log.access"),
        .is_sdk_needed = config_boolean(c, "sockets.requireSdkVersion"),
        .send_status_code = config_boolean(c, "sockets.sendStatusCode"),
        .send_response_headers = config_boolean(c, "sockets.sendResponseHeaders"),
        .cors_all_routes = config_boolean(c, "security.cors.allRoutes"),
        .csrf = config_boolean(c, "security.csrf"),
        .timeout_ms = ms(c, "requestTimeout"),
        .max_body = size(c, "http.maxBodySize"),
        .max_body_values = size(c, "http.maxBodyValues"),
        .upload_dir = config_text(c, "http.uploadDir"),
        .max_upload = number(c, "http.maxUploadBytes"),
        .dev_script = app_dev_script(),
        .limits =
            {
                .requests_per_address = number(c, "security.limits.requestsPerAddress"),
                .requests_per_socket = number(c, "security.limits.requestsPerSocket"),
                .messages_per_socket = number(c, "security.limits.messagesPerSocket"),
            },
    };
}

uint64_t app_file_age(const struct sails_app *app)
{
    if (config_get(&app->config, "http.cache") != NULL) {
        return ms(&app->config, "http.cache") / 1000;
    }
    return config_is_production(&app->config) ? YEAR_S : 0;
}

static unsigned transports_of(const struct config *config)
{
    unsigned transports = 0;
    size_t i = 0;
    json_t *name = NULL;

    json_array_foreach(config_get(config, "sockets.transports"), i, name)
    {
        transports |= strcmp(json_string_value(name), "polling") == 0 ? EIO_ALLOW_POLLING
                                                                      : EIO_ALLOW_WEBSOCKET;
    }
    return transports;
}

/* A list of one or several texts as an array; they live as long as the configuration. */
static int list_origins(json_t *origin, struct eio_cors *out)
{
    size_t n = json_is_array(origin) ? json_array_size(origin) : 1;
    const char **list = mem_calloc(n, sizeof(char *));

    if (list == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        list[i] = json_string_value(json_is_array(origin) ? json_array_get(origin, i) : origin);
    }
    out->origins = list;
    out->n_origins = n;
    return 0;
}

/* Pages that may connect may read the answers, too (sails-sockets 2.4), unless it is said otherwise. */
static json_t *cors_origin(const struct sails_app *app)
{
    json_t *origin = config_get(&app->config, "sockets.cors.origin");
    json_t *only = config_get(&app->config, "sockets.onlyAllowOrigins");

    return json_is_false(origin) && json_array_size(only) > 0 && app->guard.before_connect == NULL
               ? only
               : origin;
}

static int set_cors(const struct sails_app *app, struct eio_cors *out)
{
    const struct config *config = &app->config;
    json_t *origin = cors_origin(app);

    out->credentials = config_boolean(config, "sockets.cors.credentials");
    out->methods = config_text(config, "sockets.cors.methods");
    out->allowed_headers = config_text(config, "sockets.cors.allowedHeaders");
    out->exposed_headers = config_text(config, "sockets.cors.exposedHeaders");
    out->max_age_s = number(config, "sockets.cors.maxAge");
    if (json_is_boolean(origin)) {
        out->origin = json_is_true(origin) ? EIO_CORS_REFLECT : EIO_CORS_OFF;
        return 0;
    }
    if (json_is_string(origin) && strcmp(json_string_value(origin), "*") == 0) {
        out->origin = EIO_CORS_ANY;
        return 0;
    }
    out->origin = json_is_string(origin) ? EIO_CORS_FIXED : EIO_CORS_LIST;
    return list_origins(origin, out);
}

static void set_cookie(const struct config *c, struct eio_cookie *out)
{
    int64_t max_age_s = config_integer(c, "sockets.cookieOptions.maxAge");

    *out = (struct eio_cookie){
        .name = config_text(c, "sockets.cookie"),
        .path = config_text(c, "sockets.cookieOptions.path"),
        .domain = config_text(c, "sockets.cookieOptions.domain"),
        .same_site = config_text(c, "sockets.cookieOptions.sameSite"),
        .http_only = config_boolean(c, "sockets.cookieOptions.httpOnly"),
        .secure = config_boolean(c, "sockets.cookieOptions.secure"),
        .max_age_s = max_age_s > 0 ? max_age_s : -1,
    };
}

static void set_socketio(const struct config *c, struct sio_options *out)
{
    *out = sio_default_options;
    if (strcmp(config_text(c, "sockets.parser"), "msgpack") == 0) {
        out->parser = SIO_PARSER_MSGPACK;
    }
    out->connect_timeout_ms = ms(c, "sockets.connectTimeout");
    out->max_attachments = size(c, "sockets.maxAttachments");
    out->json.max_depth = size(c, "sockets.maxDepth");
    out->json.max_values = size(c, "sockets.maxValues");
    out->max_acks = size(c, "sockets.maxAcks");
    out->max_rooms = size(c, "sockets.maxRooms");
    out->max_namespaces = size(c, "sockets.maxNamespaces");
    out->max_half_open = size(c, "sockets.maxHalfOpenSessions");
}

int app_io_options(const struct sails_app *app, struct io_options *out)
{
    const struct config *c = &app->config;
    struct eio_options *engine = &out->engine;

    *out = (struct io_options){.engine = eio_default_options};
    set_socketio(c, &out->socketio);
    out->socketio.max_packet = size(c, "sockets.maxPacketSize");
    out->max_message_memory = size(c, "sockets.maxMessageMemory");
    out->cleanup_empty_child_namespaces = config_boolean(c, "sockets.cleanupEmptyChildNamespaces");
    out->max_dynamic_namespaces = size(c, "sockets.maxDynamicNamespaces");
    out->recovery = config_boolean(c, "sockets.connectionStateRecovery");
    out->recovery_max_disconnection_ms = ms(c, "sockets.maxDisconnectionDuration");
    out->recovery_max_bytes = size(c, "sockets.maxRecoverySize");
    out->request_timeout_ms = ms(c, "sockets.adapterOptions.requestsTimeout");
    out->recovery_skip_middlewares = config_boolean(c, "sockets.skipMiddlewares");

    engine->path = config_text(c, "sockets.path");
    engine->add_trailing_slash = config_boolean(c, "sockets.addTrailingSlash");
    engine->ping_interval_ms = ms(c, "sockets.pingInterval");
    engine->ping_timeout_ms = ms(c, "sockets.pingTimeout");
    engine->upgrade_timeout_ms = ms(c, "sockets.upgradeTimeout");
    engine->max_http_buffer_size = size(c, "sockets.maxHttpBufferSize");
    engine->transports = transports_of(c);
    engine->allow_upgrades = config_boolean(c, "sockets.allowUpgrades");
    engine->allow_eio3 = config_boolean(c, "sockets.allowEIO3");
    engine->http_compression = config_boolean(c, "sockets.httpCompression");
    engine->per_message_deflate = config_boolean(c, "sockets.perMessageDeflate");
    set_cookie(c, &engine->cookie);
    engine->initial_packet = config_text(c, "sockets.initialPacket");
    engine->destroy_upgrade = config_boolean(c, "sockets.destroyUpgrade");
    engine->destroy_upgrade_timeout_ms = ms(c, "sockets.destroyUpgradeTimeout");
    engine->drain_polling = config_boolean(c, "sockets.drainPolling");
    engine->max_queued = size(c, "sockets.maxQueueSize");
    return set_cors(app, &engine->cors);
}

void app_io_options_deinit(struct io_options *options)
{
    mem_free((void *)(uintptr_t)(const void *)options->engine.cors.origins);
    options->engine.cors.origins = NULL;
}

int app_options_redis_url(const struct sails_app *app, const char *key, const char *text,
                          struct redis_url *out)
{
    int rc = text != NULL ? redis_url_parse(text, out) : 0;

    if (rc == SAILS_EINVAL) { /* the value may hold a password: it is not repeated */
        log_line(&app->log, LOG_ERROR,
                 "%s: must be redis://host, with user:password@, :port and /db if need be", key);
        return SAILS_ECONFIG;
    }
    return rc;
}
