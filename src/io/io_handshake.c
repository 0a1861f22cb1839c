#include "base/buf.h"
#include "base/c_text.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "http/url.h"
#include "io/io.h"

#include <time.h>

/*
 * What a socket's first request said, as JSON (socket-io 7). It is kept packed (eio_handshake.h) and
 * unpacked only for who asks.
 */

/* What was percent-encoded may be anything. */
static json_t *text_value(struct str text)
{
    struct buf utf8 = {0};
    json_t *value = json_stringn(text.len > 0 ? text.ptr : "", text.len);

    if (value == NULL) {
        utf8_append_any(&utf8, text);
        value = buf_error(&utf8) == 0 ? json_stringn(utf8.ptr, utf8.len) : NULL;
    }
    buf_deinit(&utf8);
    return value;
}

static json_t *headers_value(const struct eio_handshake *h)
{
    json_t *headers = json_object();
    struct str name, value;

    for (size_t i = 0; eio_handshake_header_at(h, i, &name, &value); i++) {
        json_object_setn_new(headers, name.ptr, name.len, text_value(value));
    }
    return headers;
}

/* The last one of a name wins, and any name is only data. */
static json_t *query_value(struct str query)
{
    json_t *object = json_object();
    struct str name, value;
    struct buf key = {0}, text = {0};

    while (url_take_pair(&query, &name, &value)) {
        buf_clear(&key);
        buf_clear(&text);
        if (url_decode(&key, name, true, false) == 0 &&
            url_decode(&text, value, true, false) == 0) {
            json_t *decoded = text_value(buf_str(&text));
            json_t *key_text = text_value(buf_str(&key));

            if (key_text != NULL) {
                json_object_set_new(object, json_string_value(key_text), decoded);
            } else {
                json_decref(decoded);
            }
            json_decref(key_text);
        }
    }
    buf_deinit(&key);
    buf_deinit(&text);
    return object;
}

/* "Sun Nov 22 2026 14:40:06 GMT+0000 (Coordinated Universal Time)" */
static json_t *time_value(uint64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm utc;
    char text[80];

    gmtime_r(&seconds, &utc);
    strftime(text, sizeof(text), "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)",
             &utc);
    return json_string(text);
}

/* NULL: there is no connection any more; a listener that was called before has ended it. */
static struct eio_handshake *handshake_of(const struct sio_socket *socket)
{
    return socket != NULL && sio_socket_client(socket) != NULL ? sio_socket_handshake(socket)
                                                               : NULL;
}

json_t *sails_io_socket_handshake(const sails_io_socket *socket)
{
    const struct eio_handshake *h = handshake_of(socket);

    if (h == NULL) {
        return NULL;
    }
    return json_pack(
        "{s:o, s:o, s:o, s:b, s:b, s:I, s:o, s:o, s:o}", "headers", headers_value(h), "time",
        time_value(eio_handshake_unix_ms(h)), "address", text_value(eio_handshake_address(h)),
        "xdomain", eio_handshake_header(h, STR("origin")).ptr != NULL, "secure",
        eio_handshake_is_secure(h), "issued", (json_int_t)eio_handshake_unix_ms(h), "url",
        text_value(eio_handshake_url(h)), "query", query_value(eio_handshake_query(h)), "auth",
        json_deep_copy(sio_socket_auth(socket)));
}

/* As in Node, what the admin page wants to know goes from node to node with the data. */
static json_t *data_for_admins(const struct sio_socket *socket, json_t *data)
{
    const struct sails_io *io = io_part_of(socket)->nsp->io;
    struct str sid = str_from(eio_session_id(sio_socket_session(socket)));
    json_t *mark = NULL;

    if (data != NULL && !json_is_object(data)) {
        return data;
    }
    data = data != NULL ? data : json_object();
    mark = json_pack("{s:o, s:s}", "clientId",
                     json_sprintf("%012llx", (unsigned long long)hash_str(io->hash_key, sid) >> 16),
                     "transport", sails_io_socket_transport(socket));
    json_object_set_new(data, "_admin", mark);
    return data;
}

/* Nothing in it is shared with the socket: it is for other threads. */
json_t *io_describe(struct sio_socket *socket)
{
    json_t *data = json_deep_copy(sails_io_socket_data(socket));

    if (io_part_of(socket)->nsp->io->watcher != NULL) {
        data = data_for_admins(socket, data);
    }
    return json_pack("{s:s, s:o, s:o, s:o?}", "id", sio_socket_id(socket), "handshake",
                     sails_io_socket_handshake(socket), "rooms", sails_io_socket_rooms(socket),
                     "data", data);
}

const char *sails_io_socket_header(const sails_io_socket *socket, const char *name)
{
    const struct eio_handshake *h = handshake_of(socket);
    char lower[128];
    size_t n = 0;

    if (h == NULL || name == NULL) {
        return NULL;
    }
    for (; name[n] != '\0' && n < sizeof(lower); n++) {
        lower[n] = char_lower(name[n]);
    }
    return eio_handshake_header(h, (struct str){lower, n}).ptr;
}

const char *sails_io_socket_address(const sails_io_socket *socket)
{
    const struct eio_handshake *h = handshake_of(socket);

    return h != NULL ? eio_handshake_address(h).ptr : NULL;
}

const char *sails_io_socket_query(sails_io_socket *socket, const char *name)
{
    const struct eio_handshake *h = handshake_of(socket);
    struct io_socket_state *state = NULL;

    if (h == NULL || name == NULL) {
        return NULL;
    }
    state = io_socket_state(socket);
    if (state != NULL && state->query == NULL) {
        state->query = query_value(eio_handshake_query(h));
    }
    return state != NULL ? c_text_of(json_object_get(state->query, name)) : NULL;
}
