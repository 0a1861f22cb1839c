/*
 * sio_fixture.h - a whole Socket.IO server in a test: real HTTP, WebSocket and Engine.IO over links
 * of memory, a clock that the test moves, and clients that speak bytes.
 *
 * The namespaces "/", "/a" and "/admin" exist. What the floor above hears becomes words of a log,
 * ids on the wire are written ID, and tests read as dialogues:
 *
 *     struct sim_link *ann = open_v5(&f);
 *     say(ann, "40/a,");
 *     assert_string_equal(hear(&f, ann), "40/a,{\"sid\":\"ID\"}");
 *     assert_string_equal(take_log(&f), "+/a");
 */
#ifndef UNIT_SOCKETIO_SIO_FIXTURE_H
#define UNIT_SOCKETIO_SIO_FIXTURE_H

#include "base/ids.h"
#include "base/json_value.h"
#include "base/mem.h"
#include "socketio/sio.h"
#include "support/client_frame.h"
#include "support/cmocka.h"
#include "support/sim.h"

#include <sails/err.h>

enum {
    MAX_SOCKETS = 80,
    N_NAMESPACES = 3
};

enum rule {
    ACCEPT,
    REFUSE,
    DECIDE_LATER
};

struct fixture {
    struct sim sim;
    struct http_service http;
    struct eio_options engine_options;
    struct sio_options options; /* may be changed before fixture_start() */
    struct sio_events events;
    struct sio_server *server;
    struct sio_namespace *nsps[N_NAMESPACES];
    atomic_uint_fast64_t ack_ids[N_NAMESPACES];
    enum rule rule;
    const char *refusal;
    json_t *refusal_data;
    struct sio_socket *sockets[MAX_SOCKETS]; /* in the order of CONNECT; NULL: gone */
    size_t n_sockets;
    void (*on_accepted)(struct fixture *f, struct sio_socket *socket);
    void (*on_event)(struct fixture *f, struct sio_socket *socket, const struct sio_packet *packet);
    void (*on_leaving)(struct fixture *f, struct sio_socket *socket);
    bool is_quiet; /* nothing is logged */
    struct buf log;
    struct buf heard;
    struct buf auth; /* of the last CONNECT, as JSON */
};

/* ---- the floor above ---- */

static inline void note(struct fixture *f, const char *word, const char *detail)
{
    if (!f->is_quiet) {
        buf_printf(&f->log, "%s%s%s", f->log.len > 0 ? " " : "", word, detail);
    }
}

static inline struct sio_namespace *fixture_on_namespace(void *ctx, struct str name, json_t *auth,
                                                         const char **why)
{
    (void)why;
    struct fixture *f = ctx;
    size_t n_found = 0;

    assert_true(json_is_object(auth));
    buf_clear(&f->auth);
    json_value_write_binary(&f->auth, auth, NULL, 0, &n_found);
    buf_append_char(&f->auth, '\0');
    for (size_t i = 0; i < N_NAMESPACES; i++) {
        if (f->nsps[i] != NULL && str_eq(sio_namespace_name(f->nsps[i]), name)) {
            return f->nsps[i];
        }
    }
    return NULL;
}

static inline int fixture_accept(struct fixture *f, struct sio_socket *socket)
{
    struct str name = sio_namespace_name(sio_socket_namespace(socket));
    char text[64];
    int rc = sio_socket_accept(socket, NULL, NULL);

    if (rc == 0) {
        snprintf(text, sizeof(text), "%.*s", STR_FMT(name));
        note(f, "+", text);
        if (f->on_accepted != NULL) {
            f->on_accepted(f, socket);
        }
    }
    return rc;
}

static inline void fixture_on_connecting(void *ctx, struct sio_socket *socket)
{
    struct fixture *f = ctx;

    assert_false(sio_socket_is_connected(socket));
    assert_true(f->n_sockets < MAX_SOCKETS);
    f->sockets[f->n_sockets++] = socket;
    sio_socket_set_user(socket, f);
    if (f->rule == ACCEPT) {
        fixture_accept(f, socket);
    } else if (f->rule == REFUSE) {
        f->sockets[f->n_sockets - 1] = NULL;
        sio_socket_refuse(socket, f->refusal, f->refusal_data);
    }
}

static inline void fixture_on_event(void *ctx, struct sio_socket *socket,
                                    const struct sio_packet *packet)
{
    struct fixture *f = ctx;
    char text[256];

    assert_true(sio_socket_is_connected(socket));
    if (packet->id >= 0) {
        snprintf(text, sizeof(text), "%lld:%.*s", (long long)packet->id, STR_FMT(packet->payload));
    } else {
        snprintf(text, sizeof(text), "%.*s", STR_FMT(packet->payload));
    }
    note(f, "event:", text);
    if (f->on_event != NULL) {
        f->on_event(f, socket, packet);
    }
}

static inline void fixture_on_error(void *ctx, struct sio_socket *socket, int err)
{
    assert_true(err < 0);
    assert_true(sio_socket_is_connected(socket));
    note(ctx, "error", "");
}

static inline void fixture_on_disconnecting(void *ctx, struct sio_socket *socket,
                                            enum sio_reason reason)
{
    struct fixture *f = ctx;

    note(f, "leaving:", sio_reason_text(reason));
    if (f->on_leaving != NULL) {
        f->on_leaving(f, socket);
    }
}

static inline void fixture_on_disconnect(void *ctx, struct sio_socket *socket,
                                         enum sio_reason reason)
{
    struct fixture *f = ctx;

    assert_false(sio_socket_is_connected(socket));
    assert_int_equal(sio_socket_join(socket, STR("too late")), SAILS_ECLOSED);
    assert_false(sio_socket_is_in(socket, str_from(sio_socket_id(socket))));
    note(f, "gone:", sio_reason_text(reason));
    for (size_t i = 0; i < f->n_sockets; i++) {
        if (f->sockets[i] == socket) {
            f->sockets[i] = NULL;
        }
    }
}

static inline void fixture_on_http(void *ctx, struct http_exchange *x)
{
    struct fixture *f = ctx;

    if (!eio_server_handle(sio_server_engine(f->server), x)) {
        http_respond(x, 404, (struct bytes){0});
    }
}

/* ---- life ---- */

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.options = sio_default_options, .engine_options = eio_default_options};
    f->engine_options.allow_eio3 = true;
    f->events = (struct sio_events){.on_namespace = fixture_on_namespace,
                                    .on_connecting = fixture_on_connecting,
                                    .on_event = fixture_on_event,
                                    .on_error = fixture_on_error,
                                    .on_disconnecting = fixture_on_disconnecting,
                                    .on_disconnect = fixture_on_disconnect};
    sim_init(&f->sim, 1);
    f->http = (struct http_service){.env = &f->sim.env,
                                    .limits = &http_default_limits,
                                    .on_request = fixture_on_http,
                                    .ctx = f};
    http_service_init(&f->http);
}

static inline void fixture_start(struct fixture *f)
{
    static const char *const names[N_NAMESPACES] = {"/", "/a", "/admin"};

    f->server = sio_server_create(&f->sim.env, &f->options, &f->engine_options, &f->events, f);
    assert_non_null(f->server);
    for (size_t i = 0; i < N_NAMESPACES; i++) {
        f->nsps[i] = sio_namespace_create(f->server, str_from(names[i]), &f->ack_ids[i], f);
        assert_non_null(f->nsps[i]);
    }
}

static inline void fixture_begin(struct fixture *f)
{
    fixture_init(f);
    fixture_start(f);
}

static inline void fixture_deinit(struct fixture *f)
{
    f->is_quiet = true;
    sim_deinit(&f->sim);
    deadlines_run(&f->sim.env.deadlines, f->sim.env.now_ms);
    sio_server_destroy(f->server);
    for (size_t i = 0; i < N_NAMESPACES; i++) {
        sio_namespace_destroy(f->nsps[i]);
    }
    http_service_deinit(&f->http);
    json_decref(f->refusal_data);
    buf_deinit(&f->log);
    buf_deinit(&f->heard);
    buf_deinit(&f->auth);
}

/* What was heard since the last time. */
static inline const char *take_log(struct fixture *f)
{
    buf_append_char(&f->log, '\0');
    f->log.len = 0;
    return f->log.ptr;
}

/* ---- HTTP ---- */

static inline struct sim_link *http_send(struct fixture *f, const char *method, const char *query,
                                         const char *headers, const char *body)
{
    struct sim_link *link = sim_connect(&f->sim);
    struct buf out = {0};

    assert_int_equal(http_conn_open(&f->http, &link->link), 0);
    buf_printf(&out, "%s /engine.io/?%s HTTP/1.1\r\nHost: test\r\n%s", method, query, headers);
    if (body != NULL) {
        buf_printf(&out, "Content-Length: %zu\r\n", strlen(body));
    }
    buf_printf(&out, "\r\n%s", body != NULL ? body : "");
    sim_feed(link, out.ptr, out.len, 0);
    buf_deinit(&out);
    return link;
}

/* The body of what was answered; "" if nothing was. Valid until the next call. */
static inline const char *body_of(struct fixture *f, struct sim_link *link)
{
    const char *body = NULL;

    sim_run(&f->sim);
    body = sim_take_text(link);
    body = strstr(body, "\r\n\r\n");
    return body != NULL ? body + 4 : "";
}

/* A polling client; its later queries are in `query`. */
static inline void open_polling(struct fixture *f, unsigned revision, char query[80])
{
    const char *at = NULL;

    snprintf(query, 80, "EIO=%u&transport=polling", revision);
    at = strstr(body_of(f, http_send(f, "GET", query, "", NULL)), "\"sid\":\"");
    assert_non_null(at);
    snprintf(query, 80, "EIO=%u&transport=polling&sid=%.*s", revision, ID_LEN, at + 7);
}

static inline const char *poll(struct fixture *f, const char *query)
{
    return body_of(f, http_send(f, "GET", query, "", NULL));
}

static inline void post(struct fixture *f, const char *query, const char *body)
{
    assert_string_equal(body_of(f, http_send(f, "POST", query, "", body)), "ok");
}

/* ---- WebSocket ---- */

#define WS_HEADERS                                                                                 \
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static inline void say_frame(struct sim_link *link, unsigned first, struct bytes payload)
{
    struct buf out = {0};

    client_frame_append(&out, first, payload);
    sim_feed(link, out.ptr, out.len, 0);
    buf_deinit(&out);
}

/* An Engine.IO packet. */
static inline void say(struct sim_link *link, const char *text)
{
    say_frame(link, 0x81, str_bytes(str_from(text)));
}

static inline void say_binary(struct sim_link *link, const char *bytes)
{
    say_frame(link, 0x82, str_bytes(str_from(bytes)));
}

static inline void note_frame(struct buf *heard, unsigned first, struct bytes payload)
{
    buf_append_str(heard, heard->len > 0 ? STR(" ") : STR(""));
    if (first == 0x81) {
        buf_append_str(heard, bytes_str(payload));
    } else if (first == 0x82) {
        buf_append_char(heard, '<');
        for (size_t i = 0; i < payload.len; i++) {
            buf_printf(heard, "%02x", payload.ptr[i]);
        }
        buf_append_char(heard, '>');
    } else if (first == 0x88 && payload.len >= 2) {
        buf_printf(heard, "close(%u)", (unsigned)payload.ptr[0] << 8 | payload.ptr[1]);
    } else {
        buf_append_str(heard, first == 0x88 ? STR("close") : STR("control"));
    }
}

static inline void hide_ids(struct buf *text)
{
    static const char *const keys[] = {"\"sid\":\"", "\"pid\":\""};

    buf_append_char(text, '\0');
    for (size_t i = 0; i < 2; i++) {
        char *at = text->ptr;

        while ((at = strstr(at, keys[i])) != NULL) {
            char *id = at + strlen(keys[i]);
            size_t len = strcspn(id, "\"");

            if (len == ID_LEN) {
                memcpy(id, "ID", 2);
                memmove(id + 2, id + ID_LEN, strlen(id + ID_LEN) + 1);
            }
            at = id;
        }
    }
}

/* Runs a turn; then the frames that have come, as words. Valid until the next call. */
static inline const char *hear(struct fixture *f, struct sim_link *link)
{
    size_t at = 0;
    const uint8_t *bytes = NULL;

    sim_run(&f->sim);
    sim_run(&f->sim);
    buf_clear(&f->heard);
    bytes = (const uint8_t *)link->out.ptr;
    while (at + 2 <= link->out.len) {
        unsigned first = bytes[at];
        size_t len = bytes[at + 1];
        size_t head = len < 126 ? 2 : len == 126 ? 4 : 10;

        if (head > 2) {
            len = 0;
            for (size_t i = 2; i < head; i++) {
                len = len << 8 | bytes[at + i];
            }
        }
        note_frame(&f->heard, first, (struct bytes){bytes + at + head, len});
        at += head + len;
    }
    buf_consume(&link->out, at);
    hide_ids(&f->heard);
    return f->heard.ptr;
}

/* A session over WebSocket; the open packet is still to be heard. */
static inline struct sim_link *open_ws(struct fixture *f, unsigned revision)
{
    char query[64];
    struct sim_link *link = NULL;
    const char *end = NULL;

    snprintf(query, sizeof(query), "EIO=%u&transport=websocket", revision);
    link = http_send(f, "GET", query, WS_HEADERS, NULL);
    assert_true(buf_reserve(&link->out, 1));
    link->out.ptr[link->out.len] = '\0';
    end = strstr(link->out.ptr, "\r\n\r\n");
    assert_non_null(end);
    buf_consume(&link->out, (size_t)(end - link->out.ptr) + 4);
    return link;
}

/* A client of protocol revision 5 that has joined nothing yet. */
static inline struct sim_link *open_v5(struct fixture *f)
{
    struct sim_link *link = open_ws(f, 4);

    assert_true(hear(f, link)[0] == '0');
    return link;
}

/* ... that has joined "/". The log is emptied. */
static inline struct sim_link *join_v5(struct fixture *f)
{
    struct sim_link *link = open_v5(f);

    say(link, "40");
    assert_string_equal(hear(f, link), "40{\"sid\":\"ID\"}");
    take_log(f);
    return link;
}

/* A client of protocol revision 4, which joins "/" without asking. The log is emptied. */
static inline struct sim_link *join_v4(struct fixture *f)
{
    struct sim_link *link = open_ws(f, 3);
    const char *heard = hear(f, link);

    assert_true(heard[0] == '0');
    assert_string_equal(strrchr(heard, ' '), " 40");
    take_log(f);
    return link;
}

/* ---- what the application sends ---- */

static inline struct sio_message *make_message(const char *nsp, const char *event, json_t *args,
                                               int64_t id)
{
    const struct sio_message_options options = {0};
    struct sio_message *message = NULL;

    assert_int_equal(sio_message_create(str_from(nsp), event, args, NULL, id, &options, &message),
                     0);
    json_decref(args);
    return message;
}

static inline int emit(struct sio_socket *socket, const char *event, bool is_volatile)
{
    char nsp[64];
    struct sio_message *message = NULL;
    int rc = 0;

    snprintf(nsp, sizeof(nsp), "%.*s", STR_FMT(sio_namespace_name(sio_socket_namespace(socket))));
    message = make_message(nsp, event, NULL, -1);
    rc = sio_socket_send(socket, message, is_volatile);
    sio_message_release(message);
    return rc;
}

#endif
