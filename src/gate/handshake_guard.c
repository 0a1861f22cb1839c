#include "gate/handshake_guard.h"

#include "base/mem.h"
#include "engineio/eio_answer.h"
#include "http/url.h"

/*
 * beforeConnect --accept, refuse: its worker--------------------------> finish --> eio_decide
 *               --accept, refuse: another thread--> mail --> deliver --^
 *
 * The engine forgets decisions of clients that have gone, and all of them when it ends, so finishing
 * is always safe; it only must happen on the worker's thread, or after the worker has ended.
 */
struct sails_handshake {
    struct mail mail;
    const struct handshake_guard *guard;
    struct worker *worker;
    struct eio_decision *decision;
    struct eio_handshake *request;
    json_t *query; /* NULL: not parsed yet */
    bool is_accepted;
    char *message; /* NULL: none */
};

static void log_refusal(const struct handshake_guard *guard, struct str ip, struct str origin,
                        const char *why)
{
    /* Not the other headers, nor the query: cookies and tokens do not belong in a log. */
    log_line(guard->io->log, guard->is_production ? LOG_VERBOSE : LOG_DEBUG,
             "A socket from %.*s (origin: %.*s) may not connect: %s", STR_FMT(ip),
             STR_FMT(origin.ptr != NULL ? origin : STR("none")), why);
}

/* ---- origins ---- */

/* "/socket.io/" and what is below it: as the engine decides what is its own. */
static bool is_engines(const struct eio_options *options, struct str path)
{
    struct str own = str_from(options->path);

    own.len -= own.len > 0 && own.ptr[own.len - 1] == '/' ? 1 : 0;
    if (!str_starts_with(path, own)) {
        return false;
    }
    path = str_from_offset(path, own.len);
    return path.len == 0 ? !options->add_trailing_slash : path.ptr[0] == '/';
}

/* The page's browser keeps the answer from it, and nobody says why. */
static void tell_foreign(const struct handshake_guard *guard, const struct http_request *request,
                         struct str origin)
{
    if (!guard->is_production && origin.ptr != NULL && !request->is_upgrade &&
        guard->io->options.engine.cors.origin == EIO_CORS_OFF &&
        !origin_is_of_host(origin, http_header(request, STR("host")))) {
        log_line(guard->io->log, LOG_DEBUG,
                 "A page of %.*s polls, and may not read the answers: set sockets.cors.origin",
                 STR_FMT(origin));
    }
}

bool handshake_guard_turns_away(const struct handshake_guard *guard, struct eio_server *engine,
                                struct http_exchange *x)
{
    const struct http_request *request = http_request(x);
    struct str origin = http_header(request, STR("origin"));
    char ip[64] = "";

    if (!is_engines(&guard->io->options.engine, request->path)) {
        return false;
    }
    tell_foreign(guard, request, origin);
    if (guard->before_connect != NULL ||
        origin_is_admitted(guard->allowed_origins, guard->allow_missing_origin, origin)) {
        return false;
    }
    http_link(x)->ops->peer(http_link(x), ip);
    log_refusal(
        guard, str_from(ip), origin,
        origin.ptr != NULL
            ? "the origin is not in sockets.onlyAllowOrigins"
            : "it names no origin, and sockets.onlyAllowOrigins wants one; programs that are no "
              "pages name none (allowMissingOrigin)");
    eio_answer_refuse(engine, x, request->is_upgrade, EIO_BAD_REQUEST, NULL);
    return true;
}

/* ---- beforeConnect ---- */

static void handshake_destroy(struct sails_handshake *h)
{
    eio_handshake_destroy(h->request);
    json_decref(h->query);
    mem_free(h->message);
    mem_free(h);
}

/* The decision has been made, and this is the worker's thread (or there is none any more). */
static void finish(struct sails_handshake *h)
{
    if (!h->is_accepted) {
        log_refusal(h->guard, eio_handshake_address(h->request),
                    eio_handshake_header(h->request, STR("origin")),
                    h->message != NULL ? h->message : "beforeConnect refused it");
    }
    eio_decide(h->decision, h->is_accepted, h->message);
    handshake_destroy(h);
}

static void deliver_decision(struct worker *worker, struct mail *mail)
{
    (void)worker;
    finish(container_of(mail, struct sails_handshake, mail));
}

static void decide(struct sails_handshake *h)
{
    if (h->decision == NULL) { /* it is only shown: see on_id() */
        log_line(h->guard->io->log, LOG_WARN,
                 "A handshake that has been accepted is not decided again");
        return;
    }
    h->mail.deliver = deliver_decision;
    worker_call(h->worker, &h->mail);
}

static void on_request(void *ctx, const struct http_request *request, const struct link *link,
                       struct eio_decision *decision)
{
    const struct handshake_guard *guard = ctx;
    struct worker *worker = worker_current(guard->io->cluster.pool);
    struct sails_handshake *h = mem_calloc(1, sizeof(*h));

    if (h != NULL) {
        h->request = eio_handshake_create(NULL, request, link, worker_env(worker)->unix_ms);
    }
    if (h == NULL || h->request == NULL) {
        mem_free(h);
        eio_decide(decision, false, NULL);
        return;
    }
    h->guard = guard;
    h->worker = worker;
    h->decision = decision;
    guard->before_connect(h, guard->ctx);
}

static unsigned on_admit(void *ctx, const struct eio_handshake *handshake)
{
    struct handshake_guard *guard = ctx;

    return session_limits_admit(&guard->sessions, handshake);
}

static void on_leave(void *ctx, const struct eio_handshake *handshake)
{
    struct handshake_guard *guard = ctx;

    session_limits_leave(&guard->sessions, handshake);
}

static void on_error(void *ctx, const struct http_request *request, int code, const char *message)
{
    const struct handshake_guard *guard = ctx;
    struct buf url = {0};

    buf_append_str(&url, request->target);
    buf_append_char(&url, '\0');
    guard->on_error(code, message, buf_error(&url) == 0 ? url.ptr : "", guard->on_error_ctx);
    buf_deinit(&url);
}

static void on_headers(void *ctx, struct http_exchange *x, bool is_handshake)
{
    const struct handshake_guard *guard = ctx;

    guard->on_headers(x, is_handshake, guard->on_headers_ctx);
}

int sails_engine_answer_set(sails_engine_answer *answer, const char *name, const char *value)
{
    return answer != NULL && name != NULL && value != NULL
               ? http_add_header(answer, str_from(name), str_from(value))
               : SAILS_EINVAL;
}

/* ---- ids of the program's own ---- */

/* NULL: it can be one. */
static const char *fault_of_id(const struct eio_server *engine, const char *id, char worker)
{
    struct str text = {id, strnlen(id, ID_LEN + 1)};

    if (id_worker(text) < 0 || text.len != ID_LEN) {
        return "it has not 20 characters of A-Z a-z 0-9 - _";
    }
    if (id[SAILS_ENGINE_ID_FIXED] != worker) {
        return "its character at SAILS_ENGINE_ID_FIXED was changed";
    }
    return eio_server_find(engine, text) != NULL ? "another connection has it" : NULL;
}

static bool on_id(void *ctx, const struct eio_server *engine, struct eio_handshake *request,
                  char id[ID_LEN + 1])
{
    const struct handshake_guard *guard = ctx;
    struct sails_handshake h = {.guard = guard, .request = request};
    const char *fault = NULL;
    char chosen[ID_LEN + 1];

    memcpy(chosen, id, sizeof(chosen));
    guard->choose_id(&h, chosen, guard->choose_id_ctx);
    fault = fault_of_id(engine, chosen, id[SAILS_ENGINE_ID_FIXED]);
    if (fault == NULL) {
        memcpy(id, chosen, sizeof(chosen));
    } else { /* not the id: it may be that of another, who could be spoken for with it */
        log_line(
            guard->io->log, LOG_ERROR,
            "A connection is refused: sails_app_on_engine_id() has led to an id that cannot be: %s",
            fault);
    }
    return fault == NULL;
}

static bool on_unknown(void *ctx, struct http_exchange *x, struct str sid)
{
    const struct handshake_guard *guard = ctx;

    return guard->on_unknown != NULL && guard->on_unknown(guard->on_unknown_ctx, x, sid);
}

void handshake_guard_install(struct handshake_guard *guard)
{
    struct eio_events *hooks = &guard->io->engine_hooks;

    hooks->on_connection_error = guard->on_error != NULL ? on_error : NULL;
    hooks->on_headers = guard->on_headers != NULL ? on_headers : NULL;

    hooks->on_id = guard->choose_id != NULL ? on_id : NULL;
    hooks->on_request = guard->before_connect != NULL ? on_request : NULL;
    hooks->on_unknown = on_unknown;
    hooks->on_admit = on_admit;
    hooks->on_leave = on_leave;
    guard->io->engine_hooks_ctx = guard;
}

/* ---- sails/handshake.h ---- */

const char *sails_handshake_url(const sails_handshake *handshake)
{
    return handshake != NULL ? eio_handshake_url(handshake->request).ptr : NULL;
}

const char *sails_handshake_header(const sails_handshake *handshake, const char *name)
{
    struct str found, value;

    if (handshake == NULL || name == NULL) {
        return NULL;
    }
    for (size_t i = 0; eio_handshake_header_at(handshake->request, i, &found, &value); i++) {
        if (str_eq_nocase(found, str_from(name))) {
            return value.ptr;
        }
    }
    return NULL;
}

/* A repeated name becomes a list. Takes `value`. */
static int add_value(json_t *query, const char *name, json_t *value)
{
    json_t *before = json_object_get(query, name);
    json_t *list = NULL;

    if (before == NULL) {
        return json_object_set_new(query, name, value);
    }
    if (json_is_array(before)) {
        return json_array_append_new(before, value);
    }
    list = json_pack("[O,o]", before, value);
    return list != NULL ? json_object_set_new(query, name, list) : -1;
}

/* Pairs that are not UTF-8 are left out. */
static int add_pair(json_t *query, struct str name, struct str value)
{
    struct buf text = {0};
    size_t name_len = 0;
    json_t *json = NULL;
    int rc = url_decode(&text, name, true, false);

    buf_append_char(&text, '\0');
    name_len = text.len;
    rc = rc == 0 ? url_decode(&text, value, true, false) : rc;
    if (rc == 0 && buf_error(&text) == 0) {
        json = json_stringn(text.ptr + name_len, text.len - name_len);
        if (json != NULL) {
            add_value(query, text.ptr, json);
        }
    }
    rc = rc == 0 ? buf_error(&text) : rc;
    buf_deinit(&text);
    return rc;
}

static json_t *parse_query(struct str text)
{
    json_t *query = json_object();
    struct str name, value;

    while (query != NULL && url_take_pair(&text, &name, &value)) {
        if (add_pair(query, name, value) < 0) {
            json_decref(query);
            query = NULL;
        }
    }
    return query;
}

json_t *sails_handshake_query(sails_handshake *handshake)
{
    if (handshake == NULL) {
        return NULL;
    }
    if (handshake->query == NULL) {
        handshake->query = parse_query(eio_handshake_query(handshake->request));
    }
    return handshake->query;
}

const char *sails_handshake_ip(const sails_handshake *handshake)
{
    return handshake != NULL ? eio_handshake_address(handshake->request).ptr : NULL;
}

void sails_handshake_accept(sails_handshake *handshake)
{
    if (handshake != NULL) {
        handshake->is_accepted = true;
        decide(handshake);
    }
}

void sails_handshake_refuse(sails_handshake *handshake, const char *message)
{
    if (handshake == NULL) {
        return;
    }
    if (message != NULL && message[0] != '\0' && handshake->decision != NULL) {
        /* Out of memory it is the usual text. */
        handshake->message = mem_strndup(message, strlen(message));
    }
    decide(handshake);
}
