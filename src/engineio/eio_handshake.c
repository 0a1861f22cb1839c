/*
 * One block of text: the address, the request target, then name and value of each header, all of
 * them NUL-terminated. There is no index: the application asks for a header rarely, and a search
 * through a few hundred bytes costs less than an offset for each would in memory, on every idle
 * connection. For the same reason the names that all browsers send are one byte instead of text: no
 * header name has a byte above 0x7f (RFC 9110 section 5.6.2), so KNOWN_BASE + n is the n-th known one.
 */
#include "engineio/eio_handshake.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>
#include <sails/err.h>

struct eio_handshake {
    uint64_t unix_ms;
    uint32_t refs;
    uint32_t query_at; /* in the target; its length where there is no query */
    uint16_t n_headers;
    uint8_t address_len;
    bool is_secure;
    uint32_t target_len;
    uint8_t notes; /* of the floors above */
    char text[];
};

enum {
    KNOWN_BASE = 0x80,
    PEER_MAX = 64
};

/* STR() is no constant. */
#define NAME(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct str known_names[] = {
    NAME("host"),
    NAME("connection"),
    NAME("pragma"),
    NAME("cache-control"),
    NAME("user-agent"),
    NAME("upgrade"),
    NAME("origin"),
    NAME("referer"),
    NAME("accept"),
    NAME("accept-encoding"),
    NAME("accept-language"),
    NAME("cookie"),
    NAME("authorization"),
    NAME("content-type"),
    NAME("content-length"),
    NAME("x-requested-with"),
    NAME("x-forwarded-for"),
    NAME("x-forwarded-host"),
    NAME("x-forwarded-proto"),
    NAME("x-forwarded-port"),
    NAME("x-real-ip"),
    NAME("sec-fetch-dest"),
    NAME("sec-fetch-mode"),
    NAME("sec-fetch-site"),
    NAME("sec-ch-ua"),
    NAME("sec-ch-ua-mobile"),
    NAME("sec-ch-ua-platform"),
    NAME("sec-websocket-version"),
    NAME("sec-websocket-key"),
    NAME("sec-websocket-extensions"),
    NAME("sec-websocket-protocol"),
    NAME("dnt"),
};

static_assert(ARRAY_LEN(known_names) <= 0x100 - KNOWN_BASE, "one byte names a known header");

/* Index in known_names, or -1. */
static int find_known(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(known_names); i++) {
        if (str_eq(known_names[i], name)) {
            return (int)i;
        }
    }
    return -1;
}

static void append_text(struct buf *out, struct str text)
{
    buf_append_str(out, text);
    buf_append_char(out, '\0');
}

static void append_headers(struct buf *out, const struct http_request *request)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        int known = find_known(request->headers[i].name);

        if (known >= 0) {
            buf_append_char(out, (char)(KNOWN_BASE + known));
            buf_append_char(out, '\0');
        } else {
            assert((uint8_t)request->headers[i].name.ptr[0] < KNOWN_BASE);
            append_text(out, request->headers[i].name);
        }
        utf8_append_any(out, request->headers[i].value); /* text, for whoever asks */
        buf_append_char(out, '\0');
    }
}

/* All text into one buffer, behind room for the struct; then cut to size. */
static struct eio_handshake *pack(const struct http_request *request, struct str address)
{
    static const struct eio_handshake empty;
    struct buf out = {0};
    struct eio_handshake *h = NULL;

    buf_append(&out, &empty, offsetof(struct eio_handshake, text));
    append_text(&out, address);
    append_text(&out, request->target);
    append_headers(&out, request);
    if (buf_error(&out) == 0) {
        h = mem_realloc(out.ptr, out.len > sizeof(*h) ? out.len : sizeof(*h));
    }
    if (h == NULL) {
        buf_deinit(&out);
    }
    return h;
}

struct eio_handshake *eio_handshake_create(const struct http_request *request,
                                           const struct link *link, uint64_t unix_ms)
{
    char peer[PEER_MAX] = "";
    struct eio_handshake *h = NULL;
    size_t query_at = str_find(request->target, '?');

    link->ops->peer(link, peer);
    if (request->n_headers > UINT16_MAX || request->target.len >= UINT32_MAX) {
        return NULL;
    }
    h = pack(request, str_from(peer));
    if (h == NULL) {
        return NULL;
    }
    h->unix_ms = unix_ms;
    h->refs = 1;
    h->query_at = (uint32_t)query_at;
    h->n_headers = (uint16_t)request->n_headers;
    h->address_len = (uint8_t)strlen(peer);
    h->is_secure = link->secure;
    h->target_len = (uint32_t)request->target.len;
    return h;
}

struct eio_handshake *eio_handshake_retain(struct eio_handshake *h)
{
    h->refs++;
    return h;
}

void eio_handshake_release(struct eio_handshake *h)
{
    if (h != NULL && --h->refs == 0) {
        mem_free(h);
    }
}

struct str eio_handshake_address(const struct eio_handshake *h)
{
    return (struct str){h->text, h->address_len};
}

struct str eio_handshake_url(const struct eio_handshake *h)
{
    return (struct str){h->text + h->address_len + 1, h->target_len};
}

struct str eio_handshake_query(const struct eio_handshake *h)
{
    struct str url = eio_handshake_url(h);

    return h->query_at < url.len ? str_from_offset(url, h->query_at + 1) : STR("");
}

bool eio_handshake_is_secure(const struct eio_handshake *h)
{
    return h->is_secure;
}

uint64_t eio_handshake_unix_ms(const struct eio_handshake *h)
{
    return h->unix_ms;
}

uint8_t eio_handshake_notes(const struct eio_handshake *h)
{
    return h->notes;
}

void eio_handshake_note(struct eio_handshake *h, uint8_t notes)
{
    h->notes = notes;
}

/* Reads a pair at *at and moves *at behind it. */
static void take_pair(const char **at, struct str *name, struct str *value)
{
    uint8_t first = (uint8_t) * *at;

    if (first >= KNOWN_BASE) {
        *name = known_names[first - KNOWN_BASE];
        *at += 2;
    } else {
        *name = str_from(*at);
        *at += name->len + 1;
    }
    *value = str_from(*at);
    *at += value->len + 1;
}

static const char *first_header(const struct eio_handshake *h)
{
    return h->text + h->address_len + 1 + h->target_len + 1;
}

struct str eio_handshake_header(const struct eio_handshake *h, struct str name)
{
    const char *at = first_header(h);

    for (size_t i = 0; i < h->n_headers; i++) {
        struct str have = {0};
        struct str value = {0};

        take_pair(&at, &have, &value);
        if (str_eq(have, name)) {
            return value;
        }
    }
    return (struct str){0};
}

bool eio_handshake_header_at(const struct eio_handshake *h, size_t at, struct str *name,
                             struct str *value)
{
    const char *text = first_header(h);

    if (at >= h->n_headers) {
        return false;
    }
    for (size_t i = 0; i <= at; i++) {
        take_pair(&text, name, value);
    }
    return true;
}
