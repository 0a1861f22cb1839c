/*
 * Two blocks of text. What all clients of a kind send is in one that they share (eio_common.h): the target, then name and
 * value of each header, all of them NUL-terminated. What is a client's own lies behind its record, in the same order: the
 * address, the values that differ. A value that is one byte, OWN, in the shared text is the next of the record's.
 *
 *     shared   /socket.io/?EIO=4&transport=websocket  host  localhost:1337  sec-websocket-key  OWN  user-agent  ...
 *     record   127.0.0.1  dGhlIHNhbXBsZSBub25jZQ==
 *
 * There is no index: the application asks for a header rarely, and a search through a few hundred bytes costs less than an
 * offset for each would in memory, on every idle connection. For the same reason the names that all browsers send are one byte
 * instead of text: no header name has a byte above 0x7f (RFC 9110 section 5.6.2), so KNOWN_BASE + n is the n-th known one.
 * OWN can't be mistaken: it is in no UTF-8.
 *
 * Which values differ is told by the name. A name that nobody knows has one of its own. A guess that is wrong costs memory: of a
 * shared text that one client has, some 40 bytes more than a record without.
 */
#include "engineio/eio_handshake.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>
#include <sails/err.h>

struct eio_handshake {
    struct eio_common *common;
    uint64_t unix_ms;
    uint8_t notes; /* of the floors above */
    bool is_secure;
    char text[];
};

enum {
    KNOWN_BASE = 0x80,
    OWN = 0xff,
    PEER_MAX = 64
};

struct known {
    struct str name;
    bool is_own; /* its value is hardly ever that of another client */
};

/* STR() is no constant. */
#define NAME(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
#define SHARED(literal)                                                                            \
    {                                                                                              \
        NAME(literal), false                                                                       \
    }
#define OWNED(literal)                                                                             \
    {                                                                                              \
        NAME(literal), true                                                                        \
    }

static const struct known known_names[] = {
    SHARED("host"),
    SHARED("connection"),
    SHARED("pragma"),
    SHARED("cache-control"),
    SHARED("user-agent"),
    SHARED("upgrade"),
    SHARED("origin"),
    SHARED("referer"),
    SHARED("accept"),
    SHARED("accept-encoding"),
    SHARED("accept-language"),
    OWNED("cookie"),
    OWNED("authorization"),
    SHARED("content-type"),
    OWNED("content-length"),
    SHARED("x-requested-with"),
    OWNED("x-forwarded-for"),
    SHARED("x-forwarded-host"),
    SHARED("x-forwarded-proto"),
    OWNED("x-forwarded-port"),
    OWNED("x-real-ip"),
    SHARED("sec-fetch-dest"),
    SHARED("sec-fetch-mode"),
    SHARED("sec-fetch-site"),
    SHARED("sec-ch-ua"),
    SHARED("sec-ch-ua-mobile"),
    SHARED("sec-ch-ua-platform"),
    SHARED("sec-websocket-version"),
    OWNED("sec-websocket-key"),
    SHARED("sec-websocket-extensions"),
    SHARED("sec-websocket-protocol"),
    SHARED("dnt"),
    SHARED("priority"),
    SHARED("sec-gpc"),
};

static_assert(ARRAY_LEN(known_names) <= OWN - KNOWN_BASE, "one byte names a known header");

/* Index in known_names, or -1. */
static int find_known(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(known_names); i++) {
        if (str_eq(known_names[i].name, name)) {
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

/* In one text or in the other. */
struct packing {
    struct buf shared, own;
};

static void append_value(struct packing *to, struct str value, bool is_own)
{
    if (is_own) {
        buf_append_char(&to->shared, (char)OWN);
    }
    utf8_append_any(is_own ? &to->own : &to->shared, value); /* text, for whoever asks */
    buf_append_char(is_own ? &to->own : &to->shared, '\0');
}

static void append_headers(struct packing *to, const struct http_request *request)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        const struct http_header *header = &request->headers[i];
        int known = find_known(header->name);

        if (known >= 0) {
            buf_append_char(&to->shared, (char)(KNOWN_BASE + known));
        } else {
            assert((uint8_t)header->name.ptr[0] < KNOWN_BASE);
            append_text(&to->shared, header->name);
        }
        append_value(to, header->value, known < 0 || known_names[known].is_own);
    }
}

static bool is_shared_parameter(struct str parameter)
{
    static const struct str names[] = {NAME("EIO="), NAME("transport="), NAME("b64="),
                                       NAME("nosession="), NAME("__sails_io_sdk_")};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_starts_with(parameter, names[i])) {
            return true;
        }
    }
    return false;
}

/* A token in its query, or the time, would be one's own. */
static bool is_shared_target(struct str target)
{
    size_t at = str_find(target, '?');

    while (at < target.len) {
        struct str rest = str_from_offset(target, at + 1);
        size_t len = str_find(rest, '&');

        if (!is_shared_parameter((struct str){rest.ptr, len})) {
            return false;
        }
        at += 1 + len;
    }
    return target.len > 0 && (uint8_t)target.ptr[0] != OWN;
}

static void append_target(struct packing *to, struct str target)
{
    if (is_shared_target(target)) {
        append_text(&to->shared, target);
    } else {
        append_text(&to->own, target);
        buf_append_char(&to->shared, (char)OWN);
    }
}

/* No more memory than the text needs. NULL: there is none. */
static struct eio_handshake *join(struct eio_commons *commons, const struct packing *from)
{
    struct eio_handshake *h = NULL;

    if (buf_error(&from->shared) != 0 || buf_error(&from->own) != 0) {
        return NULL;
    }
    h = mem_alloc(offsetof(struct eio_handshake, text) + from->own.len);
    if (h == NULL) {
        return NULL;
    }
    h->common = eio_common_get(commons, buf_str(&from->shared));
    if (h->common == NULL) {
        mem_free(h);
        return NULL;
    }
    memcpy(h->text, from->own.ptr, from->own.len);
    return h;
}

struct eio_handshake *eio_handshake_create(struct eio_commons *commons,
                                           const struct http_request *request,
                                           const struct link *link, uint64_t unix_ms)
{
    struct packing packing = {0};
    struct eio_handshake *h = NULL;
    char peer[PEER_MAX] = "";

    link->ops->peer(link, peer);
    append_text(&packing.own, str_from(peer));
    append_target(&packing, request->target);
    append_headers(&packing, request);
    h = join(commons, &packing);
    buf_deinit(&packing.shared);
    buf_deinit(&packing.own);
    if (h != NULL) {
        h->unix_ms = unix_ms;
        h->notes = 0;
        h->is_secure = link->secure;
    }
    return h;
}

void eio_handshake_destroy(struct eio_handshake *h)
{
    if (h != NULL) {
        eio_common_release(h->common);
        mem_free(h);
    }
}

/* ---- reading ---- */

/* Where the next text is: the shared ones, up to `end`, and those of the record. */
struct reading {
    const char *shared, *end;
    const char *own;
};

static struct str take_text(const char **at)
{
    struct str text = str_from(*at);

    *at += text.len + 1;
    return text;
}

/* The target, or a header's value. */
static struct str take_value(struct reading *from)
{
    if ((uint8_t)*from->shared != OWN) {
        return take_text(&from->shared);
    }
    from->shared++;
    return take_text(&from->own);
}

static struct reading begin_reading(const struct eio_handshake *h)
{
    struct str shared = eio_common_text(h->common);

    return (struct reading){
        .shared = shared.ptr, .end = shared.ptr + shared.len, .own = h->text + strlen(h->text) + 1};
}

/* False: there are no more. */
static bool take_header(struct reading *from, struct str *name, struct str *value)
{
    if (from->shared == from->end) {
        return false;
    }
    if ((uint8_t)*from->shared >= KNOWN_BASE) {
        *name = known_names[(uint8_t)*from->shared - KNOWN_BASE].name;
        from->shared++;
    } else {
        *name = take_text(&from->shared);
    }
    *value = take_value(from);
    return true;
}

struct str eio_handshake_address(const struct eio_handshake *h)
{
    return str_from(h->text);
}

struct str eio_handshake_url(const struct eio_handshake *h)
{
    struct reading reading = begin_reading(h);

    return take_value(&reading);
}

struct str eio_handshake_query(const struct eio_handshake *h)
{
    struct str url = eio_handshake_url(h);
    size_t query_at = str_find(url, '?');

    return query_at < url.len ? str_from_offset(url, query_at + 1) : STR("");
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

struct str eio_handshake_header(const struct eio_handshake *h, struct str name)
{
    struct reading reading = begin_reading(h);
    struct str have = {0};
    struct str value = {0};

    (void)take_value(&reading);
    while (take_header(&reading, &have, &value)) {
        if (str_eq(have, name)) {
            return value;
        }
    }
    return (struct str){0};
}

bool eio_handshake_header_at(const struct eio_handshake *h, size_t at, struct str *name,
                             struct str *value)
{
    struct reading reading = begin_reading(h);

    (void)take_value(&reading);
    while (take_header(&reading, name, value)) {
        if (at-- == 0) {
            return true;
        }
    }
    return false;
}
