/*
 * The whole engine, over HTTP and WebSocket connections, with a few clients at once. The input is a
 * list of steps, two bytes each and what they need behind them: some are requests that are well
 * formed but for what the fuzzer puts in, some are raw bytes, some are the application's doing. What
 * must hold: nothing crashes or leaks, each session is closed once, text that rises is UTF-8.
 */
#include "base/ids.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "engineio/eio.h"

#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    N_CLIENTS = 6,
    N_SESSIONS = 4,
    BODY_LIMIT = 64,
    QUEUE_BOUND = 4096
};

struct client {
    struct link link;
    bool is_connected; /* until on_close has come */
    bool is_closing;
    bool has_written;
    bool is_blocked;
    size_t queued;
};

struct world {
    struct env env;
    struct http_service http;
    struct eio_options options;
    struct eio_server *engine;
    struct client clients[N_CLIENTS];
    struct eio_session *sessions[N_SESSIONS];
    struct eio_decision *decision;
    size_t n_open;
    uint8_t mood; /* of the application */
};

/* What is left of the input. */
struct input {
    const uint8_t *at;
    size_t len;
};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static uint8_t take_byte(struct input *in)
{
    uint8_t byte = 0;

    if (in->len > 0) {
        byte = in->at[0];
        in->at++;
        in->len--;
    }
    return byte;
}

/* Up to as many bytes as the next one says. */
static struct str take_text(struct input *in)
{
    size_t len = take_byte(in);
    struct str text = {(const char *)in->at, len < in->len ? len : in->len};

    in->at += text.len;
    in->len -= text.len;
    return text;
}

/* ---- links ---- */

static struct client *client_of(struct link *link)
{
    return container_of(link, struct client, link);
}

static int on_write(struct link *link, struct shared *data)
{
    struct client *c = client_of(link);

    if (c->is_closing) {
        return SAILS_ECLOSED;
    }
    if (c->is_blocked && c->queued + data->len > QUEUE_BOUND) {
        c->is_closing = true;
        return SAILS_ESLOW;
    }
    c->queued += c->is_blocked ? data->len : 0;
    c->has_written = true;
    return 0;
}

static void on_close_asked(struct link *link)
{
    client_of(link)->is_closing = true;
}

static void on_pause(struct link *link, bool paused)
{
    (void)link;
    (void)paused;
}

static size_t on_queued(const struct link *link)
{
    return container_of(link, const struct client, link)->queued;
}

static int on_move(struct link *link, unsigned worker, struct bytes unread)
{
    (void)unread;
    if (worker > 1) {
        return SAILS_EINVAL;
    }
    client_of(link)->is_closing = true;
    return 0;
}

static void tell_peer(const struct link *link, char out[64])
{
    (void)link;
    memcpy(out, "::1", sizeof("::1"));
}

static void flush_apart(struct link *link)
{
    (void)link; /* what is written is there at once */
}

static const struct link_ops link_ops = {
    .flush_apart = flush_apart,
    .write = on_write,
    .end = on_close_asked,
    .abort = on_close_asked,
    .pause = on_pause,
    .queued = on_queued,
    .move = on_move,
    .peer = tell_peer,
};

static void feed(struct client *c, struct str data)
{
    if (c->is_connected && !c->is_closing && data.len > 0) {
        c->link.events->on_data(&c->link, str_bytes(data));
    }
}

static void break_link(struct client *c)
{
    if (c->is_connected) {
        c->is_closing = true;
        c->link.events->on_close(&c->link, c->queued > 0 ? SAILS_ESLOW : 0);
        c->is_connected = false;
    }
}

static void turn(struct world *w)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        struct client *c = &w->clients[i];

        if (c->is_connected && c->has_written && !c->is_closing && !c->is_blocked) {
            c->has_written = false;
            if (c->link.events->on_drain != NULL) {
                c->link.events->on_drain(&c->link);
            }
        }
        if (c->is_closing) {
            break_link(c);
        }
    }
    deadlines_run(&w->env.deadlines, w->env.now_ms);
}

static void connect(struct world *w, struct client *c)
{
    if (c->is_connected) {
        return;
    }
    *c = (struct client){.link = {.ops = &link_ops}, .is_connected = true};
    require(http_conn_open(&w->http, &c->link) == 0);
}

/* ---- the application ---- */

/* All that was sent can be read back. */
static void read_handshake(const struct eio_handshake *h)
{
    struct str name = {0};
    struct str value = {0};
    size_t n = 0;

    while (eio_handshake_header_at(h, n, &name, &value)) {
        require(name.ptr[name.len] == '\0' && value.ptr[value.len] == '\0');
        require(eio_handshake_header(h, name).ptr != NULL);
        n++;
    }
    require(n >= 2);
    require(eio_handshake_query(h).len < eio_handshake_url(h).len);
}

static void on_open(void *ctx, struct eio_session *session)
{
    struct world *w = ctx;

    w->n_open++;
    read_handshake(eio_session_handshake(session));
    for (size_t i = 0; i < N_SESSIONS; i++) {
        if (w->sessions[i] == NULL) {
            w->sessions[i] = session;
            return;
        }
    }
    eio_session_close(session, true);
}

static void send(struct eio_session *session, bool is_binary, struct bytes data)
{
    struct eio_message *m = eio_message_create(is_binary, data, true, false);

    require(m != NULL);
    eio_session_send(session, m);
    eio_message_release(m);
}

static void on_message(void *ctx, struct eio_session *session, bool is_binary, struct bytes message)
{
    struct world *w = ctx;

    require(eio_session_is_open(session));
    require(is_binary || utf8_is_valid(message));
    if ((w->mood & 1) != 0) {
        send(session, is_binary, message);
    }
    if ((w->mood & 2) != 0) {
        eio_session_close(session, (w->mood & 4) != 0);
    }
    if ((w->mood & 8) != 0 && w->sessions[0] != NULL) {
        eio_session_close(w->sessions[0], true);
    }
}

static void on_close(void *ctx, struct eio_session *session, enum eio_reason reason, int detail)
{
    struct world *w = ctx;

    (void)detail;
    require(reason <= EIO_FORCED_CLOSE);
    require(!eio_session_is_open(session));
    w->n_open--;
    for (size_t i = 0; i < N_SESSIONS; i++) {
        if (w->sessions[i] == session) {
            w->sessions[i] = NULL;
        }
    }
}

static void decide(struct world *w, bool allow)
{
    struct eio_decision *decision = w->decision;

    w->decision = NULL;
    if (decision != NULL) {
        eio_decide(decision, allow, NULL);
    }
}

static void on_ask(void *ctx, const struct http_request *request, const struct link *link,
                   struct eio_decision *decision)
{
    struct world *w = ctx;

    (void)request;
    (void)link;
    if ((w->mood & 16) != 0) {
        decide(w, false);
        w->decision = decision;
    } else {
        eio_decide(decision, (w->mood & 32) == 0, "no");
    }
}

static const struct eio_events events = {
    .on_open = on_open, .on_message = on_message, .on_close = on_close, .on_request = on_ask};

static void on_http(void *ctx, struct http_exchange *x)
{
    struct world *w = ctx;

    if (eio_server_handle(w->engine, x)) {
        return;
    }
    if (http_request(x)->is_upgrade) {
        eio_server_destroy_upgrade(w->engine, x);
    } else {
        http_respond(x, 404, (struct bytes){0});
    }
}

/* ---- steps ---- */

static const char *sid_of(const struct world *w, uint8_t choice)
{
    const struct eio_session *session = w->sessions[choice % N_SESSIONS];

    return session != NULL ? eio_session_id(session) : "";
}

static unsigned revision_of(const struct world *w, uint8_t choice)
{
    const struct eio_session *session = w->sessions[choice % N_SESSIONS];

    return session != NULL ? eio_session_revision(session) : 3U + (choice & 1U);
}

/* A request with that session's id (or none: a handshake); `more` goes into its query. */
static void request(struct world *w, struct client *c, const char *method, bool is_websocket,
                    uint8_t choice, struct str more, struct str body)
{
    struct buf out = {0};

    connect(w, c);
    buf_printf(&out, "%s /engine.io/?EIO=%u&transport=%s&sid=%s", method, revision_of(w, choice),
               is_websocket ? "websocket" : "polling", sid_of(w, choice));
    for (size_t i = 0; i < more.len; i++) {
        buf_append_char(&out, more.ptr[i] > ' ' ? more.ptr[i] : '&');
    }
    buf_append_str(&out, STR(" HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n"));
    if (is_websocket) {
        buf_append_str(&out, STR("Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                 "Sec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    }
    if ((choice & 64) != 0) {
        buf_append_str(&out, STR("Content-Type: application/octet-stream\r\n"));
    }
    if (body.len > 0) { /* sometimes it claims to be longer than it is */
        buf_printf(&out, "Content-Length: %zu\r\n", body.len + (choice & 128U) / 128U);
    }
    buf_append_str(&out, STR("\r\n"));
    buf_append_str(&out, body);
    feed(c, buf_str(&out));
    buf_deinit(&out);
}

static void say_frame(struct client *c, unsigned first, struct str payload)
{
    uint8_t frame[6 + 125] = {(uint8_t)first};
    size_t len = payload.len < 125 ? payload.len : 125;

    frame[1] = (uint8_t)(0x80 | len); /* and a mask of zeros */
    memcpy(frame + 6, payload.ptr, len);
    feed(c, (struct str){(const char *)frame, 6 + len});
}

static void application_step(struct world *w, uint8_t what, struct input *in)
{
    struct eio_session *session = w->sessions[what % N_SESSIONS];
    struct str text = {0};

    switch (what >> 4) {
    case 0:
        decide(w, (what & 1) != 0);
        break;
    case 1:
        eio_server_shutdown(w->engine);
        break;
    case 2:
    case 3:
        if (session != NULL) {
            eio_session_close(session, (what & 16) != 0);
        }
        break;
    default:
        text = take_text(in);
        if (session != NULL) {
            send(session, !utf8_is_valid(str_bytes(text)), str_bytes(text));
        }
        break;
    }
}

static void step(struct world *w, struct input *in)
{
    uint8_t what = take_byte(in);
    uint8_t choice = take_byte(in);
    struct client *c = &w->clients[(what >> 4) % N_CLIENTS];

    switch (what & 15) {
    case 0:
        request(w, c, "GET", false, choice, take_text(in), (struct str){0});
        break;
    case 1:
        request(w, c, "GET", true, choice, take_text(in), (struct str){0});
        break;
    case 2:
        request(w, c, "GET", false, choice, (struct str){0}, (struct str){0});
        break;
    case 3:
        request(w, c, "POST", false, choice, (struct str){0}, take_text(in));
        break;
    case 4:
        request(w, c, "GET", true, choice, (struct str){0}, (struct str){0});
        break;
    case 5:
        say_frame(c, 0x81, take_text(in));
        break;
    case 6:
        say_frame(c, 0x80U | choice, take_text(in));
        break;
    case 7:
        say_frame(c, 0x81, (choice & 1) != 0 ? STR("2probe") : STR("5"));
        break;
    case 8:
        connect(w, c);
        feed(c, take_text(in));
        break;
    case 9:
        if (c->is_connected && !c->is_closing) {
            c->link.events->on_end(&c->link);
        }
        break;
    case 10:
        break_link(c);
        break;
    case 11:
        w->env.now_ms += choice * UINT64_C(200);
        turn(w);
        break;
    case 12:
        turn(w);
        break;
    case 13:
        w->mood = choice;
        break;
    case 14:
        c->is_blocked = (choice & 1) != 0;
        c->queued = c->is_blocked ? c->queued : 0;
        break;
    default:
        application_step(w, choice, in);
        break;
    }
}

static void fill_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    memset(out, 7, len); /* the ids differ by their counter */
}

static void open_world(struct world *w)
{
    w->env.random = fill_random;
    w->env.now_ms = 1;
    deadline_set_init(&w->env.deadlines);
    w->options = eio_default_options;
    w->options.allow_eio3 = true;
    w->options.ping_interval_ms = 500;
    w->options.ping_timeout_ms = 300;
    w->options.upgrade_timeout_ms = 700;
    w->options.max_http_buffer_size = BODY_LIMIT;
    w->options.max_queued = QUEUE_BOUND;
    w->options.http_compression_threshold = 32;
    w->options.per_message_deflate = true;
    w->options.cors.origin = EIO_CORS_REFLECT;
    w->http = (struct http_service){
        .env = &w->env, .limits = &http_default_limits, .on_request = on_http, .ctx = w};
    http_service_init(&w->http);
    w->engine = eio_server_create(&w->env, &w->options, &events, w);
    require(w->engine != NULL);
}

static void close_world(struct world *w)
{
    eio_server_shutdown(w->engine);
    turn(w);
    for (size_t i = 0; i < N_CLIENTS; i++) {
        break_link(&w->clients[i]);
    }
    eio_server_destroy(w->engine);
    decide(w, true);
    require(w->n_open == 0);
    require(list_is_empty(&w->http.conns));
    http_service_deinit(&w->http);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {0};
    struct input in = {data, size};

    open_world(&w);
    while (in.len > 0) {
        step(&w, &in);
    }
    close_world(&w);
    return 0;
}
