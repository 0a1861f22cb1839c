#include "app/app.h"
#include "base/base64.h"
#include "request/res.h"
#include "web/cookie_write.h"

/*
 * From the sections `session` and `security` to what the request floor wants to know.
 */

/* ---- sessions ---- */

/* In bytes: less is found by trying, and less than the second by who tries for long. */
enum {
    SECRET_MIN = 8,
    SECRET_GOOD = 16
};

static int check_secret(const struct sails_app *app, size_t len)
{
    if (len < SECRET_MIN) {
        log_line(&app->log, LOG_ERROR,
                 "session.secret: is too short: who finds it by trying can sign cookies; in "
                 "production it has at least %d bytes, and should be long and random",
                 SECRET_MIN);
        return SAILS_ECONFIG;
    }
    if (len < SECRET_GOOD) {
        log_line(&app->log, LOG_WARN,
                 "session.secret has only %zu bytes: who finds it by trying can sign cookies", len);
    }
    return 0;
}

/* In development cookies may become worthless with the next start; in production nobody wants that. */
static int choose_secret(struct sails_app *app)
{
    uint8_t random[24];

    app->requests.secret = config_text(&app->config, "session.secret");
    if (app->requests.secret != NULL) {
        return app->requests.options.is_production ? check_secret(app, strlen(app->requests.secret))
                                                   : 0;
    }
    if (!app->requests.sessions.is_on) {
        return 0;
    }
    if (app->requests.options.is_production) {
        log_line(
            &app->log, LOG_ERROR,
            "session.secret: must be set in production, to a long random text that nobody else "
            "knows (or session.enabled to false)");
        return SAILS_ECONFIG;
    }
    machine_random(app->world.machine, random, sizeof(random));
    base64_write_url(app->session_secret, (struct bytes){random, sizeof(random)});
    app->requests.secret = app->session_secret;
    log_line(
        &app->log, LOG_VERBOSE,
        "session.secret is not set: cookies are signed with a random one until the app is lowered");
    return 0;
}

/* What cannot be sent would not be set, and nobody would have a session. */
static int check_cookie(const struct sails_app *app)
{
    const struct session_settings *sessions = &app->requests.sessions;
    const struct sails_cookie_options options = {
        .path = sessions->path, .domain = sessions->domain, .same_site = sessions->same_site};
    struct buf line = {0};
    int rc = cookie_write_removal(&line, str_from(sessions->name), &options);

    buf_deinit(&line);
    if (rc == SAILS_EINVAL) {
        log_line(&app->log, LOG_ERROR,
                 "session.name, session.cookie.path, session.cookie.domain: one of them holds what "
                 "no cookie can: the name is made of letters, digits and !#$%%&'*+-.^_`|~, the "
                 "others of ASCII without ';' and control characters");
        return SAILS_ECONFIG;
    }
    return rc;
}

static int configure_sessions(struct sails_app *app)
{
    const struct config *c = &app->config;
    struct session_settings *sessions = &app->requests.sessions;
    int rc = 0;

    sessions->is_on = config_boolean(c, "session.enabled");
    sessions->name = config_text(c, "session.name");
    sessions->max_age_ms = (uint64_t)config_integer(c, "session.cookie.maxAge");
    sessions->is_rolling = config_boolean(c, "session.rolling");
    sessions->is_secure = config_boolean(c, "session.cookie.secure");
    sessions->is_http_only = config_boolean(c, "session.cookie.httpOnly");
    sessions->path = config_text(c, "session.cookie.path");
    sessions->domain = config_text(c, "session.cookie.domain");
    sessions->same_site = config_text(c, "session.cookie.sameSite");
    rc = check_cookie(app);
    rc = rc == 0 ? choose_secret(app) : rc;
    sessions->secret = app->requests.secret;
    if (rc == 0 && sessions->is_on) {
        rc = app_session_store_open(app);
    }
    return rc;
}

int sails_app_session_store(sails_app *app, const struct sails_session_store *store)
{
    bool is_valid = app != NULL && store != NULL && store->load != NULL && store->save != NULL &&
                    store->touch != NULL && store->destroy != NULL;
    int rc = is_valid ? app_check_new(app) : SAILS_EINVAL;

    if (rc == 0) {
        session_limits_deinit(&app->guard.sessions);
        app_session_store_close(app);
        app->requests.sessions.store = *store;
    }
    return app_note(app, rc, "sails_app_session_store");
}

int sails_app_after_disconnect(sails_app *app, sails_after_disconnect_cb after_disconnect,
                               void *ctx)
{
    bool is_first = app != NULL && app->departures.after_disconnect == NULL;
    int rc = app == NULL || after_disconnect == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->departures = (struct departure_watch){&app->requests, after_disconnect, ctx};
        rc = is_first ? departure_watch_install(&app->departures) : 0;
    }
    return app_note(app, rc, "sails_app_after_disconnect");
}

/* ---- who may connect ---- */

/* What works, but hardly as it was meant. */
static void comment_on_origins(const struct sails_app *app, const struct origin_setting *setting)
{
    if (setting->only_allow != NULL && setting->has_before_connect) {
        log_line(
            &app->log, LOG_WARN,
            "sockets.onlyAllowOrigins does not count: the program decides itself who may connect "
            "(beforeConnect)");
    } else if (setting->is_production && origin_all_local(setting->only_allow)) {
        log_line(&app->log, LOG_DEBUG,
                 "sockets.onlyAllowOrigins has origins of this machine only, in production");
    }
}

static int configure_session_limits(struct sails_app *app)
{
    struct session_limits *limits = &app->guard.sessions;
    const struct config *c = &app->config;

    session_limits_deinit(limits); /* of a lift that has failed */
    *limits = (struct session_limits){.io = app->io, .trust = &app->requests.trust};
    return session_limits_init(limits, (size_t)config_integer(c, "sockets.maxSessions"),
                               (size_t)config_integer(c, "security.limits.sessionsPerAddress"));
}

/* See sails/handshake.h. A list that contradicts itself fails the lift. */
static int configure_origins(struct sails_app *app)
{
    struct handshake_guard *guard = &app->guard;
    struct origin_setting setting = {
        .only_allow = config_get(&app->config, "sockets.onlyAllowOrigins"),
        .has_before_connect = guard->before_connect != NULL,
        .is_production = app->requests.options.is_production,
    };
    struct origin_violation violation;

    if (!origin_setting_check(&setting, &violation)) {
        if (app_origins_say(app, LOG_ERROR, "sockets.onlyAllowOrigins", setting.only_allow,
                            " (E_INVALID_ORIGIN)")) {
            return SAILS_ECONFIG;
        }
        log_line(&app->log, LOG_ERROR, "sockets.onlyAllowOrigins: %s%s%s%s", violation.why,
                 violation.code != NULL ? " (" : "", violation.code != NULL ? violation.code : "",
                 violation.code != NULL ? ")" : "");
        return SAILS_ECONFIG;
    }
    comment_on_origins(app, &setting);
    app_origins_comment(app);
    guard->io = app->io;
    guard->allowed_origins = setting.only_allow;
    guard->allow_missing_origin = config_boolean(&app->config, "sockets.allowMissingOrigin");
    guard->is_production = setting.is_production;
    handshake_guard_install(guard);
    return configure_session_limits(app);
}

/* ---- CORS ---- */

/* The section as cors_settings_read() wants it. */
static json_t *cors_dictionary(const struct config *c)
{
    static const char *const names[] = {
        "allowOrigins",        "allowCredentials",     "allowRequestMethods",
        "allowRequestHeaders", "allowResponseHeaders", "allowAnyOriginWithCredentialsUnsafe",
    };
    json_t *dictionary = json_object();
    char key[80];

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        json_t *value = NULL;

        snprintf(key, sizeof(key), "security.cors.%s", names[i]);
        value = config_get(c, key);
        if (value != NULL) {
            json_object_set(dictionary, names[i], value);
        }
    }
    return dictionary;
}

/* Whether it is an origin that is wrong. */
static bool cors_origins_are_told(const struct sails_app *app)
{
    const json_t *origins = config_get(&app->config, "security.cors.allowOrigins");
    bool is_any = json_is_string(origins) && strcmp(json_string_value(origins), "*") == 0;

    return !is_any && app_origins_say(app, LOG_ERROR, "security.cors.allowOrigins", origins,
                                      " (E_INVALID_SECURITY_CONFIG)");
}

static int configure_cors(struct sails_app *app)
{
    const char *why = NULL;
    int rc = 0;

    app->requests.cors = cors_default_settings;
    json_decref(app->cors_dictionary); /* of a lift that failed */
    app->cors_dictionary = cors_dictionary(&app->config);
    rc = cors_settings_read(&app->requests.cors, app->cors_dictionary, &why);
    if (rc < 0 && !cors_origins_are_told(app)) {
        log_line(&app->log, LOG_ERROR, "security.cors: %s (E_INVALID_SECURITY_CONFIG)", why);
    }
    return rc;
}

/* ---- headers of every answer ---- */

static int configure_headers(struct sails_app *app)
{
    const char *name = NULL;
    json_t *value = NULL;

    app->headers = config_get(&app->config, "security.headers");
    json_object_foreach(app->headers, name, value)
    {
        if (!json_is_string(value) ||
            !header_list_is_header(str_from(name), str_from(json_string_value(value)))) {
            log_line(
                &app->log, LOG_ERROR,
                "security.headers: \"%s\" must be a header's name, and its value a text of one line",
                name);
            return SAILS_ECONFIG;
        }
    }
    return 0;
}

/* ---- limits ---- */

int sails_app_refused(const sails_app *app, struct sails_refused *out)
{
    if (app == NULL || out == NULL) {
        return SAILS_EINVAL;
    }
    *out = (struct sails_refused){0};
    if (app->pool == NULL || app->requests.workers == NULL) {
        return 0;
    }
    out->connections = app->pool->ops->refused_count(app->pool);
    out->sessions = atomic_load(&app->guard.sessions.n_refused);
    for (unsigned i = 0; i < app->pool->count; i++) {
        const struct limits *limits = &app->requests.workers[i].limits;

        out->requests += atomic_load(&limits->requests_per_address.n_refused) +
                         atomic_load(&limits->requests_per_socket.n_refused);
        out->messages += atomic_load(&limits->messages_per_socket.n_refused);
    }
    return 0;
}

/* ---- all of it ---- */

int app_configure_security(struct sails_app *app)
{
    int rc = configure_origins(app);

    if (rc == 0) {
        rc = configure_sessions(app);
    }
    if (rc == 0) {
        rc = configure_cors(app);
    }
    if (rc == 0) {
        rc = configure_headers(app);
    }
    if (app->requests.options.limits.messages_per_socket > 0) {
        request_socket_limit(&app->requests);
    }
    if (rc == 0 && app->requests.options.csrf && !app->requests.sessions.is_on) {
        log_line(
            &app->log, LOG_ERROR,
            "security.csrf: needs sessions, for its tokens belong to them, but session.enabled "
            "is false");
        rc = SAILS_ECONFIG;
    }
    return rc;
}

void app_security_deinit(struct sails_app *app)
{
    session_limits_deinit(&app->guard.sessions);
    app_session_store_close(app);
    session_offers_destroy(app->requests.sessions.offers);
    json_decref(app->cors_dictionary);
}
