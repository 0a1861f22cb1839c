#include "engineio/eio_answer.h"

#include "engineio/eio_text.h"
#include "http/http_compress.h"

#include <sails/err.h>

static const char *const error_texts[] = {
    [EIO_UNKNOWN_TRANSPORT] = "Transport unknown",
    [EIO_UNKNOWN_SID] = "Session ID unknown",
    [EIO_BAD_HANDSHAKE_METHOD] = "Bad handshake method",
    [EIO_BAD_REQUEST] = "Bad request",
    [EIO_FORBIDDEN] = "Forbidden",
    [EIO_UNSUPPORTED_VERSION] = "Unsupported protocol version",
};

void eio_answer_empty(struct http_exchange *x, unsigned status)
{
    http_respond(x, status, (struct bytes){0});
}

/* Old Internet Explorers take a payload for an attack (engine-io 4.3). */
static bool is_old_ie(const struct http_request *request)
{
    struct str agent = http_header(request, STR("user-agent"));

    return agent.len > 0 && (memmem(agent.ptr, agent.len, ";MSIE", 5) != NULL ||
                             memmem(agent.ptr, agent.len, "Trident/", 8) != NULL);
}

static int add_headers(struct eio_server *server, struct http_exchange *x, struct str content_type,
                       bool is_handshake)
{
    int rc = http_add_header(x, STR("Content-Type"), content_type);

    if (rc == 0) {
        rc = http_add_header(x, STR("cache-control"), STR("no-store"));
    }
    if (rc == 0 && is_old_ie(http_request(x))) {
        rc = http_add_header(x, STR("X-XSS-Protection"), STR("0"));
    }
    if (rc == 0 && server->events->on_headers != NULL) {
        server->events->on_headers(server->ctx, x, is_handshake);
    }
    return rc;
}

/* Replaces the payload by its compressed form, where that is wanted and worth it. */
static int compress_body(const struct eio_options *options, struct http_exchange *x,
                         struct buf *body)
{
    struct str accept = http_header(http_request(x), STR("accept-encoding"));
    enum http_coding coding = http_accept_encoding(accept, HTTP_CODING_GZIP | HTTP_CODING_DEFLATE);
    struct buf compressed = {0};
    int rc = 0;

    if (!options->http_compression || body->len < options->http_compression_threshold ||
        coding == HTTP_CODING_IDENTITY) {
        return 0;
    }
    rc = http_compress(&compressed, coding, buf_bytes(body));
    if (rc == 0) {
        rc = http_add_header(x, STR("Content-Encoding"), http_coding_name(coding));
    }
    if (rc < 0) {
        buf_deinit(&compressed);
        return rc;
    }
    buf_deinit(body);
    *body = compressed;
    return 0;
}

static void wrap_jsonp(struct buf *payload, const char *index)
{
    struct buf wrapped = {.failed = payload->failed};

    eio_text_wrap_jsonp(&wrapped, str_from(index), buf_str(payload));
    buf_deinit(payload);
    *payload = wrapped;
}

int eio_answer_poll(struct eio_server *server, struct http_exchange *x,
                    const struct eio_poll_body *body)
{
    struct str type =
        body->is_binary ? STR("application/octet-stream") : STR("text/plain; charset=UTF-8");
    int rc = 0;

    if (body->jsonp_index != NULL) {
        wrap_jsonp(body->payload, body->jsonp_index);
    }
    rc = buf_error(body->payload);
    if (rc == 0 && body->may_compress) {
        rc = compress_body(server->options, x, body->payload);
    }
    if (rc == 0) {
        rc = add_headers(server, x, type, body->is_handshake);
    }
    if (rc < 0) {
        http_drop(x);
        return rc;
    }
    return http_respond(x, 200, buf_bytes(body->payload));
}

void eio_answer_ok(struct eio_server *server, struct http_exchange *x)
{
    if (add_headers(server, x, STR("text/html"), false) < 0) {
        http_drop(x);
        return;
    }
    http_respond(x, 200, str_bytes(STR("ok")));
}

static void refuse_json(struct http_exchange *x, enum eio_error_code code, const char *message)
{
    struct buf body = {0};

    buf_printf(&body, "{\"code\":%d,\"message\":\"", (int)code);
    eio_text_append_json(&body, str_from(message));
    buf_append_str(&body, STR("\"}"));
    if (buf_error(&body) != 0 ||
        http_add_header(x, STR("Content-Type"), STR("application/json")) < 0) {
        http_drop(x);
    } else {
        http_respond(x, code == EIO_FORBIDDEN ? 403 : 400, buf_bytes(&body));
    }
    buf_deinit(&body);
}

/* An upgrade is refused as the reference does, to the byte. */
static void refuse_text(struct http_exchange *x, const char *message)
{
    struct buf raw = {0};

    buf_printf(&raw,
               "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: text/html\r\n"
               "Content-Length: %zu\r\n\r\n%s",
               strlen(message), message);
    if (buf_error(&raw) != 0) {
        http_drop(x);
    } else {
        http_refuse_raw(x, buf_str(&raw));
    }
    buf_deinit(&raw);
}

void eio_answer_refuse(struct eio_server *server, struct http_exchange *x, bool is_upgrade,
                       enum eio_error_code code, const char *message)
{
    const char *text = message != NULL ? message : error_texts[code];

    if (server->events->on_connection_error != NULL) {
        server->events->on_connection_error(server->ctx, http_request(x), (int)code, text);
    }
    if (is_upgrade) {
        refuse_text(x, text);
    } else {
        refuse_json(x, code, text);
    }
}

void eio_answer_refuse_status(struct http_exchange *x, bool is_upgrade, unsigned status)
{
    struct buf raw = {0};

    if (!is_upgrade) {
        eio_answer_empty(x, status);
        return;
    }
    buf_printf(&raw, "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status,
               http_status_text(status));
    if (buf_error(&raw) != 0) {
        http_drop(x);
    } else {
        http_refuse_raw(x, buf_str(&raw));
    }
    buf_deinit(&raw);
}
