/* For SHA-1 on the caller's memory, as in web/digest.c: the newer interface looks its algorithm up for each
 * connection, which costs more than hashing. */
#define OPENSSL_API_COMPAT 10101

#include "websocket/ws_handshake.h"

#include "base/base64.h"
#include "websocket/ws_header.h"
#include "websocket/ws_service.h"

#include <openssl/sha.h>

#include <sails/err.h>
#include <stdio.h>

enum {
    KEY_LEN = 24, /* base64 of 16 bytes */
    REFUSAL_MAX = 512
};

/* RFC 6455 section 1.3. */
static const char accept_guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static bool is_base64_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

/* Two Sec-WebSocket-Key lines are joined by a comma, and so fail here. */
static bool is_key(struct str key)
{
    if (key.len != KEY_LEN || key.ptr[KEY_LEN - 2] != '=' || key.ptr[KEY_LEN - 1] != '=') {
        return false;
    }
    for (size_t i = 0; i < KEY_LEN - 2; i++) {
        if (!is_base64_char(key.ptr[i])) {
            return false;
        }
    }
    return true;
}

static bool has_bad_method(const struct http_request *r)
{
    return r->method != HTTP_METHOD_GET;
}

/* A body, or a transfer coding that pretends there is none, is how requests are smuggled. */
static bool has_bad_framing(const struct http_request *r)
{
    return r->is_http_1_0 || r->has_body || http_header(r, STR("transfer-encoding")).ptr != NULL ||
           http_header(r, STR("host")).ptr == NULL;
}

static bool has_bad_upgrade(const struct http_request *r)
{
    return !str_list_has(http_header(r, STR("connection")), STR("upgrade")) ||
           !str_list_has(http_header(r, STR("upgrade")), STR("websocket"));
}

static bool has_bad_key(const struct http_request *r)
{
    return !is_key(http_header(r, STR("sec-websocket-key")));
}

static bool has_bad_version(const struct http_request *r)
{
    return !str_eq(http_header(r, STR("sec-websocket-version")), STR("13"));
}

static bool has_bad_protocol(const struct http_request *r)
{
    struct str protocols = http_header(r, STR("sec-websocket-protocol"));
    struct str first = {0};

    return protocols.ptr != NULL && !ws_header_is_token_list(protocols, &first);
}

/* STR() is no constant. */
#define TEXT(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* In the order of websocket 1.1. */
static const struct {
    bool (*is_broken)(const struct http_request *r);
    struct ws_refusal refusal;
} rules[] = {
    {has_bad_method, {405, TEXT("Invalid HTTP method"), false}},
    {has_bad_framing, {400, TEXT("Bad Request"), false}},
    {has_bad_upgrade, {400, TEXT("Invalid Upgrade header"), false}},
    {has_bad_key, {400, TEXT("Missing or invalid Sec-WebSocket-Key header"), false}},
    {has_bad_version, {426, TEXT("Missing or invalid Sec-WebSocket-Version header"), true}},
    {has_bad_protocol, {400, TEXT("Invalid Sec-WebSocket-Protocol header"), false}},
};

bool ws_handshake_check(const struct http_request *request, struct ws_refusal *refusal)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (rules[i].is_broken(request)) {
            *refusal = rules[i].refusal;
            return false;
        }
    }
    return true;
}

void ws_handshake_refuse(struct http_exchange *x, const struct ws_refusal *refusal)
{
    char raw[REFUSAL_MAX] = "";
    /* RFC 7231: 405 names the methods (section 6.5.5), 426 the protocol (section 6.5.15). */
    int len = snprintf(raw, sizeof(raw),
                       "HTTP/1.1 %u %s\r\n"
                       "Connection: close\r\n"
                       "Content-Type: text/html\r\n"
                       "Content-Length: %zu\r\n"
                       "%s%s\r\n"
                       "%.*s",
                       refusal->status, http_status_text(refusal->status), refusal->body.len,
                       refusal->status == 405 ? "Allow: GET\r\n" : "",
                       refusal->add_version ? "Sec-WebSocket-Version: 13\r\n"
                                              "Upgrade: websocket\r\n"
                                            : "",
                       STR_FMT(refusal->body));

    if (len < 0 || (size_t)len >= sizeof(raw)) {
        http_drop(x); /* half a response would be worse than none */
        return;
    }
    http_refuse_raw(x, (struct str){raw, (size_t)len});
}

int ws_handshake_accept_value(struct str key, char out[WS_ACCEPT_LEN + 1])
{
    uint8_t digest[SHA_DIGEST_LENGTH] = {0};
    SHA_CTX context;

    if (SHA1_Init(&context) != 1 || SHA1_Update(&context, key.ptr, key.len) != 1 ||
        SHA1_Update(&context, accept_guid, sizeof(accept_guid) - 1) != 1 ||
        SHA1_Final(digest, &context) != 1) {
        return SAILS_ENOMEM;
    }
    base64_write(out, (struct bytes){digest, sizeof(digest)});
    out[WS_ACCEPT_LEN] = '\0';
    return 0;
}

/* RFC 6455 section 4.2.2: without a policy the client's favourite (websocket 1.2). */
static int answer_protocol(struct http_exchange *x)
{
    struct str offered = http_header(http_request(x), STR("sec-websocket-protocol"));
    struct str first = {0};

    if (offered.ptr == NULL || !ws_header_is_token_list(offered, &first)) {
        return 0;
    }
    return http_add_header(x, STR("Sec-WebSocket-Protocol"), first);
}

static int answer_extensions(struct http_exchange *x, const struct ws_options *options,
                             struct ws_deflate_params *params)
{
    struct str offers = http_header(http_request(x), STR("sec-websocket-extensions"));
    char answer[WS_OFFER_ANSWER_MAX] = "";
    size_t len = 0;

    *params = (struct ws_deflate_params){0};
    if (!options->deflate || !ws_offer_accept(offers, &options->deflate_options, params)) {
        return 0;
    }
    len = ws_offer_answer(answer, params);
    return http_add_header(x, STR("Sec-WebSocket-Extensions"), (struct str){answer, len});
}

int ws_handshake_answer(struct http_exchange *x, const struct ws_options *options,
                        struct ws_deflate_params *params)
{
    struct str key = http_header(http_request(x), STR("sec-websocket-key"));
    char lines[] = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                   "????????????????????????????\r\n";
    char *value = lines + sizeof(lines) - sizeof("\r\n") - WS_ACCEPT_LEN;
    int rc = ws_handshake_accept_value(key, value);

    if (rc == 0) {
        value[WS_ACCEPT_LEN] = '\r'; /* where the value's NUL is */
        rc = http_add_lines(x, (struct str){lines, sizeof(lines) - 1});
    }
    if (rc == 0) {
        rc = answer_protocol(x);
    }
    return rc == 0 ? answer_extensions(x, options, params) : rc;
}
