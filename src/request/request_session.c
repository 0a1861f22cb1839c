#include "request/request_session.h"

#include "http/http_date.h"
#include "request/request.h"

#include <time.h>

static const struct session_settings *settings_of(const struct sails_req *req)
{
    return &req->service->sessions;
}

/* ---- what the cookie says of itself in the session ---- */

uint64_t request_session_ttl(const struct session_settings *settings)
{
    return settings->max_age_ms > 0 ? settings->max_age_ms : SAILS_SESSION_TTL_MS;
}

static uint64_t expiry(const struct sails_req *req)
{
    return worker_env(req->worker)->unix_ms + settings_of(req)->max_age_ms;
}

/* "2026-11-24T12:00:00.000Z", as JSON.stringify() writes dates. */
static json_t *iso_date(uint64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm;
    char text[32];

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    return json_sprintf("%s.%03uZ", text, (unsigned)(unix_ms % 1000));
}

/* Where the cookie has a lifetime, the session tells its end (express-session: cookie.expires). */
static void write_expiry(struct sails_req *req)
{
    json_t *cookie = json_object_get(req->session.json, "cookie");
    json_int_t max_age = (json_int_t)settings_of(req)->max_age_ms;

    if (max_age > 0 && json_is_object(cookie)) {
        json_object_set_new(cookie, "originalMaxAge", json_integer(max_age));
        json_object_set_new(cookie, "expires", iso_date(expiry(req)));
    }
}

/* ---- before the action ---- */

static bool is_unwanted(const struct sails_req *req)
{
    return !settings_of(req)->is_on || route_looks_like_asset(str_from(req->path)) ||
           header_list_get(&req->headers, STR("nosession")).len > 0;
}

/* "sails.sid=s%3A...": the cookie for the session. 0, SAILS_ENOMEM. */
static int write_pair(const struct sails_req *req, struct buf *out)
{
    const struct session_settings *settings = settings_of(req);

    buf_append_str(out, str_from(settings->name));
    buf_append_char(out, '=');
    return session_cookie_write(out, str_from(req->session.sid), str_from(settings->secret));
}

/* A socket's connection remembers the session, for its client never sees the cookie. */
static void tell_connection(struct sails_req *req)
{
    struct buf pair = {0};

    if (write_pair(req, &pair) == 0) {
        req->transport->keep_session(req, buf_str(&pair));
    }
    buf_deinit(&pair);
}

/* A new id. A socket's next request may come before this one is answered, and is to find it. */
static void make_id(struct sails_req *req)
{
    session_cookie_make_id(worker_env(req->worker), req->session.sid);
    req->session.is_new = true;
    req->session.is_stored = false;
    if (req->transport->keep_session != NULL) {
        tell_connection(req);
        session_offers_add(settings_of(req)->offers, req->session.sid);
    }
}

static void make_session(struct sails_req *req)
{
    req->session.json = session_cookie_describe(req->transport->is_socket);
    if (req->session.json != NULL) {
        make_id(req);
    }
}

void request_session_take(struct sails_req *req)
{
    if (req->session.json == NULL && req->session.is_new) {
        make_session(req);
    }
}

static void take_session(struct sails_req *req, json_t *json)
{
    req->session.json = json;
    if (settings_of(req)->max_age_ms > 0) {
        req->session.original = json_deep_copy(json);
    }
}

/* The store knows no session of that id: an empty one, under it if it was offered. */
static void take_empty(struct sails_req *req)
{
    bool is_offered = session_offers_has(settings_of(req)->offers, req->session.sid);
    json_t *json = is_offered ? session_cookie_describe(req->transport->is_socket) : NULL;

    if (json != NULL) {
        take_session(req, json);
    }
    req->session.is_new = !is_offered;
}

static void on_loaded(int status, json_t *loaded, void *ctx)
{
    struct sails_req *req = ctx;

    (void)request_reads(req);
    if (status == 0 && json_is_object(loaded)) {
        take_session(req, loaded);
        req->session.is_stored = true;
    } else {
        json_decref(loaded);
        if (status == 0 || status == SAILS_ENOENT) {
            take_empty(req);
        } else {
            /* A store that fails is not the client's fault: without a session for once, rather than
             * with another one. */
            log_line(req->service->log, LOG_WARN, "%s %s: runs without its session: %s",
                     sails_req_method(req), req->path, sails_strerror(status));
        }
    }
    request_proceed(req);
}

bool request_session_read_cookie(const struct session_settings *settings, struct str header,
                                 char sid[SESSION_ID_MAX + 1])
{
    struct str value = session_cookie_find(header, str_from(settings->name));
    struct buf text = {0};
    bool is_ours = value.ptr != NULL &&
                   session_cookie_read(&text, value, str_from(settings->secret)) == 0 &&
                   memchr(text.ptr, '\0', text.len) == NULL;

    if (is_ours) {
        memcpy(sid, text.ptr, text.len);
        sid[text.len] = '\0';
    }
    buf_deinit(&text);
    return is_ours;
}

/* As above; of a cookie that has been verified already it is known. */
static bool find_id(struct sails_req *req, struct str header)
{
    struct session_known *known = &request_worker_of(req)->known;
    struct hash_key key = worker_env(req->worker)->hash_key;
    struct str value = session_cookie_find(header, str_from(settings_of(req)->name));

    if (session_known_find(known, key, value, req->session.sid)) {
        return true;
    }
    if (!request_session_read_cookie(settings_of(req), header, req->session.sid)) {
        return false;
    }
    session_known_add(known, key, value, req->session.sid);
    return true;
}

bool request_session_load(struct sails_req *req)
{
    const struct sails_session_store *store = &settings_of(req)->store;
    struct str cookie;

    if (is_unwanted(req)) {
        return true;
    }
    cookie = str_from(req->transport->session_cookie(req));
    if (!find_id(req, cookie)) {
        req->session.is_new = true;
        return true;
    }
    store->load(store->store, req->session.sid, on_loaded, req);
    return false;
}

/* ---- behind the action ---- */

/* "; Name=value", unless `value` is NULL. */
static void write_attribute(struct buf *out, struct str name, const char *value)
{
    if (value != NULL) {
        buf_append_str(out, STR("; "));
        buf_append_str(out, name);
        buf_append_char(out, '=');
        buf_append_str(out, str_from(value));
    }
}

/* Domain, Path, Expires, HttpOnly, Secure, SameSite: the order of request-response 6.1. */
static void write_attributes(const struct sails_req *req, struct buf *out)
{
    const struct session_settings *settings = settings_of(req);
    char date[HTTP_DATE_LEN + 1];

    write_attribute(out, STR("Domain"), settings->domain);
    write_attribute(out, STR("Path"), settings->path);
    if (settings->max_age_ms > 0) {
        http_date_format(date, expiry(req) / 1000);
        write_attribute(out, STR("Expires"), date);
    }
    buf_append_str(out, settings->is_http_only ? STR("; HttpOnly") : STR(""));
    buf_append_str(out, settings->is_secure ? STR("; Secure") : STR(""));
    write_attribute(out, STR("SameSite"), settings->same_site);
}

/* Whether the client is told its cookie, (again) (request-response 8). */
static bool needs_cookie(struct sails_req *req)
{
    const struct session_settings *settings = settings_of(req);
    const struct request_session *session = &req->session;

    if (settings->is_secure && !sails_req_secure(req)) {
        return false;
    }
    return session->is_new || settings->is_rolling ||
           (session->original != NULL && !json_equal(session->original, session->json));
}

static void set_cookie(struct sails_req *req)
{
    struct buf cookie = {0};

    if (write_pair(req, &cookie) == 0) {
        write_attributes(req, &cookie);
    }
    if (buf_error(&cookie) == 0) {
        header_list_add(&req->res.headers, STR("Set-Cookie"), buf_str(&cookie));
    }
    buf_deinit(&cookie);
}

static void on_done(int status, void *ctx)
{
    struct sails_req *req = ctx;

    if (status < 0) {
        log_line(req->service->log, LOG_ERROR, "%s %s: its session could not be saved: %s",
                 sails_req_method(req), req->path, sails_strerror(status));
    }
    request_proceed(req);
}

static void on_saved(int status, void *ctx)
{
    struct sails_req *req = ctx;

    if (status == 0) {
        session_offers_remove(settings_of(req)->offers, req->session.sid);
    }
    on_done(status, ctx);
}

/* The store forgets the session of this id, which is worth nothing from now on. */
static void forget(struct sails_req *req, sails_session_done_cb done)
{
    const struct sails_session_store *store = &settings_of(req)->store;

    session_offers_remove(settings_of(req)->offers, req->session.sid);
    store->destroy(store->store, req->session.sid, done, req);
}

/* Nobody has put anything in. */
static bool is_untouched(const struct request_session *session)
{
    return !session->is_stored && json_object_size(session->json) <= 1 &&
           json_object_get(session->json, "cookie") != NULL;
}

/* Whether it is saved, or needs not be; else request_proceed() follows. */
static bool save(struct sails_req *req)
{
    const struct sails_session_store *store = &settings_of(req)->store;
    bool sets_cookie = false;

    if (req->session.is_regenerated) {
        forget(req, NULL);
        make_id(req);
    }
    sets_cookie = req->transport->keep_session == NULL && needs_cookie(req);
    if (sets_cookie) {
        set_cookie(req);
    }
    if (is_untouched(&req->session)) {
        if (sets_cookie && req->session.is_new) {
            session_offers_add(settings_of(req)->offers, req->session.sid);
        }
        return true;
    }
    write_expiry(req);
    store->save(store->store, req->session.sid, json_incref(req->session.json),
                request_session_ttl(settings_of(req)), on_saved, req);
    return false;
}

bool request_session_save(struct sails_req *req)
{
    if (req->session.is_destroyed) {
        forget(req, on_done);
        return false;
    }
    return req->session.json == NULL || save(req);
}

/* ---- sails/session.h ---- */

json_t *sails_req_session(sails_req *req)
{
    return request_reads(req) ? req->session.json : NULL;
}

static int check_change(const sails_req *req)
{
    if (!request_reads(req)) {
        return SAILS_EINVAL;
    }
    if (req->res.is_answered) {
        return SAILS_ESTATE;
    }
    return req->session.json != NULL ? 0 : SAILS_ENOENT;
}

int sails_req_session_destroy(sails_req *req)
{
    int rc = check_change(req);

    if (rc == 0) {
        json_decref(req->session.json);
        req->session.json = NULL;
        req->session.is_destroyed = true;
    }
    return rc;
}

int sails_req_session_regenerate(sails_req *req)
{
    int rc = check_change(req);
    json_t *fresh = rc == 0 ? session_cookie_describe(req->transport->is_socket) : NULL;

    if (rc == 0 && fresh == NULL) {
        rc = SAILS_ENOMEM;
    }
    if (rc == 0) {
        json_decref(req->session.json);
        req->session.json = fresh;
        req->session.is_regenerated = true;
    }
    return rc;
}
