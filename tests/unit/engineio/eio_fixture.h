/*
 * eio_fixture.h - the whole engine in a test: real HTTP and WebSocket connections over links of
 * memory, a clock that the test moves, and clients that speak bytes.
 *
 * The server echoes every message. What the floor above hears becomes words of a log, and tests read
 * as dialogues:
 *
 *     char sid[32];
 *     open_polling(&f, 4, sid);
 *     assert_string_equal(post(&f, sid, "4hello"), "200 ok");
 *     assert_string_equal(poll(&f, sid), "200 4hello");
 */
#ifndef UNIT_ENGINEIO_EIO_FIXTURE_H
#define UNIT_ENGINEIO_EIO_FIXTURE_H

#include "base/ids.h"
#include "base/mem.h"
#include "engineio/eio.h"
#include "support/client_frame.h"
#include "support/cmocka.h"
#include "support/sim.h"

#include <sails/err.h>

enum {
    SID_SIZE = 32
};

struct fixture {
    struct sim sim;
    struct http_service http;
    struct eio_options options; /* may be changed before fixture_start() */
    struct eio_events events;
    struct eio_server *server;
    struct eio_session *session; /* the one that was opened last, until it is closed */
    struct buf log;
    struct buf answer; /* of ask() and its kind */
    size_t n_open;
    bool is_mute;                          /* no echo */
    void (*on_message)(struct fixture *f); /* more to do, or NULL */
    struct eio_decision *decision;         /* that the test owes */
    enum {
        ALLOW,
        REFUSE,
        DECIDE_LATER
    } rule;            /* of on_request, where that is set */
    bool is_handshake; /* what on_headers was told last */
};

/* ---- the floor above ---- */

static inline void fixture_on_open(void *ctx, struct eio_session *session)
{
    struct fixture *f = ctx;

    f->session = session;
    f->n_open++;
    eio_session_set_user(session, f);
    buf_append_str(&f->log, STR("open "));
}

static inline int send_text(struct eio_session *session, const char *text)
{
    struct eio_message *m = eio_message_create(false, str_bytes(str_from(text)), true, false);
    int rc = m != NULL ? eio_session_send(session, m) : SAILS_ENOMEM;

    eio_message_release(m);
    return rc;
}

static inline void fixture_on_message(void *ctx, struct eio_session *session, bool is_binary,
                                      struct bytes message)
{
    struct fixture *f = ctx;

    assert_ptr_equal(eio_session_user(session), f);
    buf_printf(&f->log, is_binary ? "<%.*s> " : "(%.*s) ", STR_FMT(bytes_str(message)));
    if (!f->is_mute) {
        struct eio_message *m = eio_message_create(is_binary, message, true, false);

        if (m != NULL) {
            eio_session_send(session, m);
        }
        eio_message_release(m);
    }
    if (f->on_message != NULL) {
        f->on_message(f);
    }
}

static inline void fixture_on_close(void *ctx, struct eio_session *session, enum eio_reason reason,
                                    int detail)
{
    struct fixture *f = ctx;
    int rc = send_text(session, "too late");

    (void)detail;
    assert_false(eio_session_is_open(session));
    assert_true(rc == SAILS_ECLOSED || rc == SAILS_ENOMEM);
    eio_session_close(session, true); /* nothing happens */
    f->session = f->session == session ? NULL : f->session;
    f->n_open--;
    buf_printf(&f->log, "close:%s ", eio_reason_text(reason));
}

static inline void fixture_on_error(void *ctx, const struct http_request *request, int code,
                                    const char *message)
{
    struct fixture *f = ctx;

    assert_non_null(request);
    buf_printf(&f->log, "error:%d:%s ", code, message);
}

static inline void fixture_on_headers(void *ctx, struct http_exchange *x, bool is_handshake)
{
    struct fixture *f = ctx;

    f->is_handshake = is_handshake;
    http_add_header(x, STR("X-Hook"), STR("yes"));
}

/* What the request's X-Id says; without one it is refused. */
static inline bool fixture_on_id(void *ctx, const struct eio_server *server,
                                 struct eio_handshake *handshake, char id[ID_LEN + 1])
{
    const struct fixture *f = ctx;
    struct str wanted = eio_handshake_header(handshake, STR("x-id"));

    assert_ptr_equal(server, f->server);
    assert_null(eio_server_find(server, str_from(id))); /* its own does not count */
    if (wanted.len == ID_LEN) {
        memcpy(id, wanted.ptr, ID_LEN);
    }
    return wanted.len == ID_LEN;
}

static inline void fixture_on_request(void *ctx, const struct http_request *request,
                                      const struct link *link, struct eio_decision *decision)
{
    struct fixture *f = ctx;

    assert_non_null(request);
    assert_non_null(link);
    switch (f->rule) {
    case ALLOW:
        eio_decide(decision, true, NULL);
        break;
    case REFUSE:
        eio_decide(decision, false, "nope \"!\"");
        break;
    case DECIDE_LATER:
        f->decision = decision;
        break;
    }
}

static inline void fixture_on_http(void *ctx, struct http_exchange *x)
{
    struct fixture *f = ctx;

    if (eio_server_handle(f->server, x)) {
        return;
    }
    if (http_request(x)->is_upgrade) {
        eio_server_destroy_upgrade(f->server, x);
    } else {
        http_respond(x, 404, (struct bytes){0});
    }
}

/* ---- life ---- */

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.options = eio_default_options};
    f->options.allow_eio3 = true;
    f->events = (struct eio_events){.on_open = fixture_on_open,
                                    .on_message = fixture_on_message,
                                    .on_close = fixture_on_close,
                                    .on_connection_error = fixture_on_error};
    sim_init(&f->sim, 1);
    f->http = (struct http_service){.env = &f->sim.env,
                                    .limits = &http_default_limits,
                                    .on_request = fixture_on_http,
                                    .ctx = f};
    http_service_init(&f->http);
}

static inline void fixture_start(struct fixture *f)
{
    f->server = eio_server_create(&f->sim.env, &f->options, &f->events, f);
    assert_non_null(f->server);
}

static inline void fixture_deinit(struct fixture *f)
{
    f->options.destroy_upgrade = true;
    sim_deinit(&f->sim);
    eio_server_destroy(f->server);
    http_service_deinit(&f->http);
    assert_int_equal(f->n_open, 0);
    buf_deinit(&f->log);
    buf_deinit(&f->answer);
}

/* What was heard since the last time. */
static inline const char *take_log(struct fixture *f)
{
    if (f->log.len > 0) {
        f->log.len--; /* the blank */
    }
    buf_append_char(&f->log, '\0');
    f->log.len = 0;
    return f->log.ptr;
}

/* ---- HTTP clients ---- */

static inline struct sim_link *connect_client(struct fixture *f)
{
    struct sim_link *link = sim_connect(&f->sim);

    assert_int_equal(http_conn_open(&f->http, &link->link), 0);
    return link;
}

/* Sends a request over a new connection; `headers`: whole lines, or "". */
static inline struct sim_link *request(struct fixture *f, const char *method, const char *target,
                                       const char *headers, struct bytes body)
{
    struct sim_link *link = connect_client(f);
    struct buf out = {0};

    buf_printf(&out, "%s %s HTTP/1.1\r\nHost: test\r\n%s", method, target, headers);
    if (body.ptr != NULL) {
        buf_printf(&out, "Content-Length: %zu\r\n", body.len);
    }
    buf_append_str(&out, STR("\r\n"));
    buf_append(&out, body.ptr, body.len);
    sim_feed(link, out.ptr, out.len, 0);
    buf_deinit(&out);
    return link;
}

/*
 * "<status> <body>" of what was answered, or "" if nothing was; the headers stay readable in
 * f->answer. Runs a turn first.
 */
static inline const char *answer_of(struct fixture *f, struct sim_link *link)
{
    const char *body = NULL;

    sim_run(&f->sim);
    buf_clear(&f->answer);
    buf_append_str(&f->answer, buf_str(&link->out));
    buf_append_char(&f->answer, '\0');
    link->out.len = 0;
    body = strstr(f->answer.ptr, "\r\n\r\n");
    if (body == NULL) {
        return f->answer.ptr;
    }
    /* What is behind the head, with the status before it: "...\r\n\r\n" has just the room. */
    memcpy(f->answer.ptr + (body - f->answer.ptr), f->answer.ptr + strlen("HTTP/1.1 "), 3);
    f->answer.ptr[(body - f->answer.ptr) + 3] = ' ';
    return body;
}

/* Whether the last answer's head had that line. */
static inline bool had_header(const struct fixture *f, const char *line)
{
    struct buf wanted = {0};
    bool had = false;

    buf_printf(&wanted, "\r\n%s\r\n", line);
    had = memmem(f->answer.ptr, f->answer.len, wanted.ptr, wanted.len) != NULL;
    if (!had) { /* the last one: its line end is overwritten */
        wanted.len -= 2;
        had = memmem(f->answer.ptr, f->answer.len, wanted.ptr, wanted.len) != NULL &&
              ((const char *)memmem(f->answer.ptr, f->answer.len, wanted.ptr,
                                    wanted.len))[wanted.len + 3] == ' ';
    }
    buf_deinit(&wanted);
    return had;
}

/* Whether the last answer had a header of that name at all. */
static inline bool had_name(const struct fixture *f, const char *name)
{
    struct buf wanted = {0};
    bool had = false;

    buf_printf(&wanted, "\r\n%s:", name);
    had = memmem(f->answer.ptr, f->answer.len, wanted.ptr, wanted.len) != NULL;
    buf_deinit(&wanted);
    return had;
}

static inline const char *ask(struct fixture *f, const char *method, const char *target,
                              const char *headers)
{
    return answer_of(f, request(f, method, target, headers, (struct bytes){0}));
}

static inline const char *get(struct fixture *f, const char *target)
{
    return ask(f, "GET", target, "");
}

/* The polling URL of a session. */
static inline const char *url_of(const char *sid, unsigned revision)
{
    static _Thread_local char url[128];

    snprintf(url, sizeof(url), "/engine.io/?EIO=%u&transport=polling&sid=%s", revision, sid);
    return url;
}

/* Copies the sid out of an open packet, wherever in `text` it is. */
static inline void copy_sid(const char *text, char sid[SID_SIZE])
{
    const char *at = strstr(text, "\"sid\":\"");

    assert_non_null(at);
    memcpy(sid, at + strlen("\"sid\":\""), ID_LEN);
    sid[ID_LEN] = '\0';
}

static inline void open_polling(struct fixture *f, unsigned revision, char sid[SID_SIZE])
{
    char target[64];

    snprintf(target, sizeof(target), "/engine.io/?EIO=%u&transport=polling", revision);
    copy_sid(get(f, target), sid);
    assert_string_equal(take_log(f), "open");
}

static inline unsigned revision_of(const struct fixture *f)
{
    return f->session != NULL ? eio_session_revision(f->session) : 4;
}

/* A GET that may stay pending. */
static inline struct sim_link *begin_poll(struct fixture *f, const char *sid)
{
    return request(f, "GET", url_of(sid, revision_of(f)), "", (struct bytes){0});
}

static inline const char *poll(struct fixture *f, const char *sid)
{
    return answer_of(f, begin_poll(f, sid));
}

static inline const char *post_bytes(struct fixture *f, const char *sid, const char *headers,
                                     struct bytes body)
{
    return answer_of(f, request(f, "POST", url_of(sid, revision_of(f)), headers, body));
}

static inline const char *post(struct fixture *f, const char *sid, const char *body)
{
    return post_bytes(f, sid, "", str_bytes(str_from(body)));
}

/* ---- WebSocket clients ---- */

#define WS_HEADERS                                                                                 \
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

/* An upgrade request; the 101 is consumed. `query` is behind "transport=websocket". */
static inline struct sim_link *open_ws(struct fixture *f, const char *query)
{
    struct buf target = {0};
    struct sim_link *link = NULL;
    size_t head = 0;

    buf_printf(&target, "/engine.io/?transport=websocket%s", query);
    buf_append_char(&target, '\0');
    link = request(f, "GET", target.ptr, WS_HEADERS, (struct bytes){0});
    buf_deinit(&target);
    buf_append_char(&link->out, '\0');
    link->out.len--;
    assert_true(strncmp(link->out.ptr, "HTTP/1.1 101 ", 13) == 0);
    head = (size_t)(strstr(link->out.ptr, "\r\n\r\n") - link->out.ptr) + 4;
    buf_clear(&f->answer);
    buf_append(&f->answer, link->out.ptr, head);
    buf_consume(&link->out, head);
    return link;
}

/* A frame; `first`: FIN and opcode, 0x81 for text. */
static inline void ws_say_bytes(struct sim_link *link, unsigned first, struct bytes payload)
{
    struct buf out = {0};

    client_frame_append(&out, first, payload);
    sim_feed(link, out.ptr, out.len, 0);
    buf_deinit(&out);
}

static inline void ws_say(struct sim_link *link, const char *text)
{
    ws_say_bytes(link, 0x81, str_bytes(str_from(text)));
}

/* A frame as a word: 'text', <binary as hex>, close(code), pong. */
static inline void note_frame(struct buf *heard, unsigned first, const uint8_t *payload, size_t len)
{
    if (first == 0x81) {
        buf_printf(heard, "%.*s ", (int)len, (const char *)payload);
    } else if (first == 0x82) {
        buf_append_char(heard, '<');
        for (size_t i = 0; i < len; i++) {
            buf_printf(heard, "%02x", payload[i]);
        }
        buf_append_str(heard, STR("> "));
    } else if (first == 0x88) {
        unsigned code = len >= 2 ? (unsigned)payload[0] << 8 | payload[1] : 0;

        buf_printf(heard, len == 0 ? "close() " : "close(%u) ", code);
    } else {
        buf_printf(heard, "frame:%02x ", first);
    }
}

/* What came since the last time, as words; "end" behind them where the server has ended the link. */
static inline const char *ws_hear(struct fixture *f, struct sim_link *link)
{
    const uint8_t *at = NULL;
    size_t left = 0;

    sim_run(&f->sim);
    at = (const uint8_t *)link->out.ptr;
    left = link->out.len;
    buf_clear(&f->answer);
    while (left > 0) {
        size_t len = at[1];
        size_t head = len < 126 ? 2 : len == 126 ? 4 : 10;

        if (len >= 126) {
            len = 0;
            for (size_t i = 2; i < head; i++) {
                len = len << 8 | at[i];
            }
        }
        note_frame(&f->answer, at[0], at + head, len);
        at += head + len;
        left -= head + len;
    }
    link->out.len = 0;
    if (link->ended || link->aborted) {
        buf_append_str(&f->answer, STR("end "));
    }
    if (f->answer.len > 0) {
        f->answer.len--;
    }
    buf_append_char(&f->answer, '\0');
    return f->answer.ptr;
}

/* A session that begins on a WebSocket; the open packet is consumed. */
static inline struct sim_link *open_websocket(struct fixture *f, const char *query)
{
    struct sim_link *link = open_ws(f, query);

    ws_hear(f, link);
    assert_string_equal(take_log(f), "open");
    return link;
}

/* The upgrade request of a polling session. */
static inline struct sim_link *open_probe(struct fixture *f, const char *sid)
{
    char query[128];

    snprintf(query, sizeof(query), "&EIO=%u&sid=%s", revision_of(f), sid);
    return open_ws(f, query);
}

static inline struct sim_link *upgrade(struct fixture *f, const char *sid)
{
    struct sim_link *link = open_probe(f, sid);

    ws_say(link, "2probe");
    assert_string_equal(ws_hear(f, link), "3probe");
    ws_say(link, "5");
    return link;
}

#endif
