#include "base/c_text.h"
#include "base/json_value.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "gate/jwr.h"
#include "gate/sdk_version.h"
#include "gate/socket_message.h"
#include "http/url.h"
#include "io/io_event.h"
#include "request/request.h"

/*
 * The request interpreter: events named like methods are requests (sails-sockets 3).
 */

/* ---- the answer ---- */

static struct jwr_parts parts_of(const struct sails_req *req)
{
    return (struct jwr_parts){.headers = req->service->options.send_response_headers,
                              .status = req->service->options.send_status_code};
}

static json_t *make_jwr(struct sails_req *req)
{
    const struct jwr_parts parts = parts_of(req);

    return jwr_create(&req->res, &parts);
}

/* As text, without values: possible for nearly all. False: it has not been sent, and goes the long way, on
 * which what is wrong with it is told. */
static bool send_text(struct sails_req *req)
{
    const struct jwr_parts parts = parts_of(req);
    struct buf args = {0};
    int rc = 0;

    buf_append_char(&args, '[');
    rc = jwr_write(&args, &req->res, &parts);
    buf_append_char(&args, ']');
    rc = rc == 0 ? buf_error(&args) : rc;
    if (rc == 0) {
        rc = io_event_try_ack_text(req->ack, buf_str(&args));
    }
    buf_deinit(&args);
    req->ack = rc == 0 ? NULL : req->ack;
    return rc == 0;
}

/* An ack without a JWR would be taken for a success: without memory there is rather none. */
static int try_send(struct sails_req *req, json_t *args)
{
    int rc = args != NULL ? io_event_try_ack(req->ack, args) : SAILS_ENOMEM;

    req->ack = rc == 0 ? NULL : req->ack;
    return rc;
}

/* An answer that is no packet, with too many binary values, say, is a 500 without a body: see res_fail(). */
static void send_args(struct sails_req *req, json_t *args)
{
    int rc = try_send(req, args);
    bool is_told = rc == 0;

    if (!is_told && rc != SAILS_ENOMEM) {
        is_told = try_send(req, json_pack("[{s:{}, s:i}]", "headers", "statusCode", 500)) == 0;
    }
    if (rc < 0) {
        log_line(req->service->log, LOG_ERROR,
                 "%s %s: the answer could not be sent: %s: the client gets %s",
                 sails_req_method(req), req->path, sails_strerror(rc), is_told ? "500" : "none");
    }
}

static void send_jwr(struct sails_req *req)
{
    if (req->ack != NULL && !send_text(req)) {
        send_args(req, json_pack("[o]", make_jwr(req)));
    }
}

static void expire_socket(struct sails_req *req)
{
    if (req->ack != NULL) {
        send_args(req, json_pack("[{s:s, s:{}, s:i}]", "body", "Service Unavailable", "headers",
                                 "statusCode", 503));
    }
}

/* ---- the connection's cookie ---- */

/* `cookies` without the one that `pair` sets, then `pair`. */
static void write_cookies(struct buf *out, struct str cookies, struct str pair)
{
    struct str name = {pair.ptr, str_find(pair, '=')};
    struct str part;

    while (str_take_part(&cookies, ';', &part)) {
        part = str_trim(part);
        if (part.len > 0 && !str_eq((struct str){part.ptr, str_find(part, '=')}, name)) {
            buf_append_str(out, part);
            buf_append_str(out, STR("; "));
        }
    }
    buf_append_str(out, pair);
    buf_append_char(out, '\0');
}

static const char *session_cookie(struct sails_req *req)
{
    struct sio_socket *socket = io_ref_find(&req->socket);

    return socket != NULL ? io_socket_cookie(socket) : NULL;
}

/* Other cookies stay (sails-sockets D10, D11), and requests see the handshake's header, if it had one. */
static void keep_session(struct sails_req *req, struct str pair)
{
    struct sio_socket *socket = io_ref_find(&req->socket);
    struct buf cookies = {0};

    if (socket == NULL) {
        return;
    }
    write_cookies(&cookies, str_from(io_socket_cookie(socket)), pair);
    if (buf_error(&cookies) == 0 && io_socket_set_cookie(socket, cookies.ptr) == 0 &&
        sails_io_socket_header(socket, "cookie") == NULL) {
        header_list_set(&req->headers, STR("cookie"), str_from(cookies.ptr));
    }
    buf_deinit(&cookies);
}

static void release_socket(struct sails_req *req)
{
    sails_io_ack_drop(req->ack);
    req->ack = NULL;
}

static const struct request_transport socket_transport = {
    .is_socket = true,
    .send = send_jwr,
    .expire = expire_socket,
    .session_cookie = session_cookie,
    .keep_session = keep_session,
    .release = release_socket,
};

/* ---- refusals ---- */

#define PARSE_ERROR_CODE "SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ"

/* What Sails sends, without the stack, and beside it what a JWR has: see sails-sockets 3.3. */
static json_t *make_parse_error(const char *details)
{
    return json_pack("{s:s, s:s, s:i, s:s, s:s, s:{s:s, s:s}, s:{}, s:i}", "code", PARSE_ERROR_CODE,
                     "name", "Error (" PARSE_ERROR_CODE "):", "status", 400, "message",
                     "Failed to parse incoming socket.io request.", "details", details, "body",
                     "code", PARSE_ERROR_CODE, "details", details, "headers", "statusCode", 400);
}

static void refuse(const struct request_service *service, sails_io_socket *socket,
                   sails_io_event *event, const char *details)
{
    json_t *error = make_parse_error(details);

    log_line(service->log, LOG_ERROR, "Failed to parse a request of socket %s: %s",
             sails_io_socket_id(socket), details);
    if (sails_io_event_wants_ack(event)) {
        sails_io_event_ack(event, json_pack("[o]", error));
    } else {
        sails_io_socket_emit(socket, "sails:parseError", json_pack("[o]", error), 0);
    }
}

/* With an argument too many the ack is not recognised any more: always an event (3.3, rule 1). */
static void refuse_by_event(const struct request_service *service, sails_io_socket *socket,
                            const char *details)
{
    log_line(service->log, LOG_ERROR, "Failed to parse a request of socket %s: %s",
             sails_io_socket_id(socket), details);
    sails_io_socket_emit(socket, "sails:parseError", json_pack("[o]", make_parse_error(details)),
                         0);
}

/* ---- what the message says ---- */

/* A header's value as JavaScript makes text of it (sails-sockets 3.5). */
static void write_as_text(struct buf *out, const json_t *value)
{
    size_t i = 0;
    json_t *item = NULL;

    if (json_is_string(value)) {
        buf_append(out, json_string_value(value), json_string_length(value));
    } else if (json_is_object(value)) {
        buf_append_str(out, STR("[object Object]"));
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, item)
        {
            buf_append_str(out, i > 0 ? STR(",") : STR(""));
            write_as_text(out,
                          json_is_null(item) ? NULL : item); /* no deeper than sockets.maxDepth */
        }
    } else if (value != NULL) {
        json_value_write(out, value);
    }
}

static void copy_message_headers(struct sails_req *req, json_t *headers)
{
    const char *name = NULL;
    json_t *value = NULL;
    struct buf lower = {0}, text = {0};

    json_object_foreach(headers, name, value)
    {
        buf_clear(&lower);
        buf_clear(&text);
        for (const char *c = name; *c != '\0'; c++) {
            buf_append_char(&lower, char_lower(*c));
        }
        write_as_text(&text, value);
        if (lower.len > 0 && buf_error(&lower) == 0 && buf_error(&text) == 0) {
            header_list_set(&req->headers, buf_str(&lower), buf_str(&text));
        }
    }
    buf_deinit(&lower);
    buf_deinit(&text);
}

/*
 * What every request of a connection would look up in its handshake again, though nothing there changes: noted
 * with the first one.
 */
enum {
    NOTED = 1,
    HAS_COOKIE = 2,
    HAS_ORIGIN = 4,
    HAS_FORWARDED_FOR = 8,
    HAS_NO_SESSION = 16,
    HAS_GOOD_SDK = 32 /* told a version that may ask */
};

static bool has_header(const sails_io_socket *socket, const char *name)
{
    return sails_io_socket_header(socket, name) != NULL;
}

/* A header `nosession`, whatever it says, or ?nosession=... (sails-sockets 4.3). */
static bool asks_for_no_session(const sails_io_socket *socket)
{
    const struct eio_handshake *handshake = sio_socket_handshake(socket);
    struct buf value = {0};
    bool in_query = url_query_get(&value, eio_handshake_query(handshake), STR("nosession")) > 0 &&
                    value.len > 0;

    buf_deinit(&value);
    return in_query || str_from(sails_io_socket_header(socket, "nosession")).len > 0;
}

static bool has_good_sdk(sails_io_socket *socket)
{
    struct buf why = {0};
    bool is_good = sdk_version_check(socket, true, &why);

    buf_deinit(&why);
    return is_good;
}

static unsigned notes_of(sails_io_socket *socket)
{
    struct eio_handshake *handshake = sio_socket_handshake(socket);
    unsigned notes = eio_handshake_notes(handshake);

    if (notes == 0) {
        notes = NOTED | (has_header(socket, "cookie") ? HAS_COOKIE : 0) |
                (has_header(socket, "origin") ? HAS_ORIGIN : 0) |
                (has_header(socket, "x-forwarded-for") ? HAS_FORWARDED_FOR : 0) |
                (asks_for_no_session(socket) ? HAS_NO_SESSION : 0) |
                (has_good_sdk(socket) ? HAS_GOOD_SDK : 0);
        eio_handshake_note(handshake, (uint8_t)notes);
    }
    return notes;
}

bool request_socket_has_no_session(sails_io_socket *socket)
{
    return (notes_of(socket) & HAS_NO_SESSION) != 0;
}

/* NULL: there is none. */
static const char *noted_header(sails_io_socket *socket, unsigned note, const char *name)
{
    return (notes_of(socket) & note) != 0 ? sails_io_socket_header(socket, name) : NULL;
}

/* The handshake's word counts for some headers, whatever the message says. */
static void set_handshake_headers(struct sails_req *req, sails_io_socket *socket)
{
    const char *own = noted_header(socket, HAS_COOKIE, "cookie");
    const char *cookie = own != NULL ? own : io_socket_own_cookie(socket);
    const char *origin = noted_header(socket, HAS_ORIGIN, "origin");
    bool has_no_session = request_socket_has_no_session(socket);

    if (cookie != NULL) {
        header_list_set(&req->headers, STR("cookie"), str_from(cookie));
    } else if (req->service->sessions.is_on && !has_no_session) {
        /* It is about to get a session of its own, which no message may choose. */
        header_list_remove(&req->headers, STR("cookie"));
    }
    if (origin != NULL) {
        header_list_set(&req->headers, STR("origin"), str_from(origin));
    } else {
        header_list_remove(&req->headers, STR("origin"));
    }
    if (has_no_session) {
        header_list_set(&req->headers, STR("nosession"), STR("true"));
    }
}

/* ---- one request ---- */

static void copy_address(struct sails_req *req, struct str address)
{
    size_t len = address.len < sizeof(req->ip) ? address.len : sizeof(req->ip) - 1;

    memcpy(req->ip, address.ptr, len);
    req->ip[len] = '\0';
}

static struct sails_req *make_request(const struct request_service *service,
                                      sails_io_socket *socket, enum http_method method,
                                      const struct socket_message *message)
{
    struct sails_req *req = request_create(service, io_part_of(socket)->worker->worker,
                                           &socket_transport, method, message->url);

    if (req == NULL) {
        return NULL;
    }
    req->body = socket_message_make_body(message, method);
    if (io_ref_init(&req->socket, socket) < 0 || req->body == NULL) {
        request_destroy(req);
        return NULL;
    }
    req->is_secure = eio_handshake_is_secure(sio_socket_handshake(socket));
    copy_address(req, eio_handshake_address(sio_socket_handshake(socket)));
    copy_message_headers(req, message->headers);
    set_handshake_headers(req, socket);
    /* The handshake's, whatever the message says (sails-sockets 3.7). */
    request_set_client(req, str_from(noted_header(socket, HAS_FORWARDED_FOR, "x-forwarded-for")));
    return req;
}

/* HTTP knows no such header either. */
static bool has_nul(const json_t *value)
{
    if (json_is_string(value)) {
        return c_text_of(value) == NULL;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (has_nul(json_array_get(value, i))) { /* no deeper than sockets.maxDepth */
            return true;
        }
    }
    return false;
}

static bool headers_have_nul(json_t *headers)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(headers, name, value)
    {
        if (has_nul(value)) {
            return true;
        }
    }
    return false;
}

enum {
    DETAILS_MAX = 1024,
    MESSAGE_HEADERS_MAX = 100 /* as http.maxHeaders: each is looked for among those before it */
};

/* Enough to find the mistake; a message may be of a hundred megabytes. */
static void cut_details(struct buf *details)
{
    if (details->len > DETAILS_MAX) {
        details->len = utf8_cut(buf_str(details), DETAILS_MAX).len;
        buf_append_str(details, STR("..."));
    }
    buf_append_char(details, '\0');
}

static void describe_bad_url(struct buf *out, const json_t *message)
{
    const json_t *url = json_object_get(message, "url");

    if (socket_message_is_truthy(url)) { /* no text, or one with a NUL */
        buf_append_str(out, STR("Invalid url provided: "));
        json_value_write(out, url);
        return;
    }
    buf_append_str(out, STR("No url provided in request: "));
    if (message == NULL || json_value_write(out, message) < 0) {
        buf_append_str(out, STR("undefined"));
    }
}

/* What is wrong with a message, in words (in `out`); true: nothing is. */
static bool check_message(const struct socket_message *message, sails_io_event *event,
                          sails_io_socket *socket, bool is_sdk_needed, struct buf *out)
{
    if (message->url.ptr == NULL) {
        describe_bad_url(out, sails_io_event_arg(event, 0));
    } else if (json_object_size(message->headers) > MESSAGE_HEADERS_MAX) {
        buf_append_str(out, STR("Too many headers in request"));
    } else if (headers_have_nul(message->headers)) {
        buf_append_str(out, STR("A header of the request has a NUL in it"));
    } else {
        return (notes_of(socket) & HAS_GOOD_SDK) != 0 ||
               sdk_version_check(socket, is_sdk_needed, out);
    }
    return false;
}

static void run(const struct request_service *service, sails_io_socket *socket,
                sails_io_event *event, struct sails_req *req)
{
    if (req == NULL) {
        log_line(service->log, LOG_ERROR, "A request of socket %s was dropped: %s",
                 sails_io_socket_id(socket), sails_strerror(SAILS_ENOMEM));
        return;
    }
    req->ack = sails_io_event_take_ack(event);
    if (request_charge_body(req)) {
        request_run(req);
    } else {
        expire_socket(req);
        request_destroy(req);
    }
}

static void interpret(const struct request_service *service, sails_io_socket *socket,
                      sails_io_event *event, enum http_method method)
{
    struct socket_message message = {0};
    struct buf details = {0};

    if (!socket_message_read(&message, event)) {
        if (socket_message_is_truthy(sails_io_event_arg(event, 1))) {
            refuse_by_event(service, socket, "Unexpected argument behind the request");
            return;
        }
        socket_message_read_value(&message, sails_io_event_arg(event, 0));
    }
    if (check_message(&message, event, socket, service->options.is_sdk_needed, &details)) {
        struct sails_req *req = make_request(service, socket, method, &message);

        socket_message_deinit(&message);
        run(service, socket, event, req);
    } else {
        socket_message_deinit(&message);
        cut_details(&details);
        refuse(service, socket, event, buf_error(&details) == 0 ? details.ptr : "");
    }
    buf_deinit(&details);
}

/* ---- the seven events ---- */

static const char *const verbs[] = {"get", "post", "put", "patch", "delete", "options", "head"};

/* What is no valid request because a name in it has a NUL is answered, as what is no valid body is. */
static bool refuses(void *ctx, sails_io_socket *socket, sails_io_event *event)
{
    const char *namespace = sails_io_namespace_name(sails_io_socket_namespace(socket));

    for (size_t i = 0; strcmp(namespace, "/") == 0 && i < ARRAY_LEN(verbs); i++) {
        if (str_eq(io_event_name(event), str_from(verbs[i]))) {
            refuse(ctx, socket, event, "A name in the request has a NUL in it");
            return true;
        }
    }
    return false;
}

#define DEFINE_LISTENER(name, method)                                                              \
    static void on_##name(sails_io_socket *socket, sails_io_event *event, void *ctx)               \
    {                                                                                              \
        interpret(ctx, socket, event, method);                                                     \
    }

DEFINE_LISTENER(get, HTTP_METHOD_GET)
DEFINE_LISTENER(post, HTTP_METHOD_POST)
DEFINE_LISTENER(put, HTTP_METHOD_PUT)
DEFINE_LISTENER(patch, HTTP_METHOD_PATCH)
DEFINE_LISTENER(delete, HTTP_METHOD_DELETE)
DEFINE_LISTENER(options, HTTP_METHOD_OPTIONS)
DEFINE_LISTENER(head, HTTP_METHOD_HEAD)

static bool hears(void *ctx, sails_io_socket *socket, sails_io_event *event)
{
    const struct request_service *service = ctx;
    struct worker *worker = io_part_of(socket)->worker->worker;

    return limits_hear(&service->workers[worker_index(worker)].limits, socket, event,
                       worker_env(worker)->now_ms);
}

void request_socket_limit(const struct request_service *service)
{
    service->io->hears = hears;
    service->io->hears_ctx = (void *)(uintptr_t)(const void *)service;
}

int request_socket_listen(const struct request_service *service)
{
    /* The listeners only read their service; ctx cannot say so. */
    void *ctx = (void *)(uintptr_t)(const void *)service;
    static const sails_io_event_cb listeners[] = {on_get,    on_post,    on_put, on_patch,
                                                  on_delete, on_options, on_head};
    sails_io_namespace *root = sails_io_of(service->io, "/");
    int rc = root != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(verbs); i++) {
        rc = sails_io_on(root, verbs[i], listeners[i], ctx);
    }
    service->io->refuses = refuses;
    service->io->refuses_ctx = ctx;
    return rc;
}
