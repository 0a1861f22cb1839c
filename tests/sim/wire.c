#include "sim/wire.h"

#include "base/mem.h"
#include "sim/sim_world.h"

#define UPGRADE_HEADERS                                                                            \
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define DEFLATE_HEADER "Sec-WebSocket-Extensions: permessage-deflate\r\n"

static void close_all(struct wire *wire, bool is_cut)
{
    peer_close(&wire->poll, is_cut);
    peer_close(&wire->post, is_cut);
    peer_close(&wire->socket, is_cut);
    buf_deinit(&wire->outbox);
    buf_init(&wire->outbox);
    wire->is_on = wire->is_open = wire->is_upgrading = wire->is_upgraded = false;
    wire->life++;
    wire->ping_due_ms = 0;
}

static void end(struct wire *wire, const char *problem)
{
    if (wire->is_on) {
        close_all(wire, false);
        wire->events->on_end(wire, problem, wire->ctx);
    }
}

/* ---- requests of polling ---- */

static void ask(struct wire *wire, struct peer *peer, const char *method, const char *transport,
                const char *headers, struct str body)
{
    struct buf target = {0};

    if (!peer_connect(peer, wire->port)) {
        end(wire, NULL); /* nobody listens any more */
        return;
    }
    buf_printf(&target, "/socket.io/?EIO=%u&transport=%s%s", wire->revision, transport,
               wire->query);
    if (wire->sid[0] != '\0') {
        buf_printf(&target, "&sid=%s", wire->sid);
    }
    buf_append_char(&target, '\0');
    peer_ask(peer, method, target.ptr, headers, body);
    buf_deinit(&target);
}

static void poll(struct wire *wire)
{
    if (wire->is_on && !wire->is_upgrading && !wire->is_upgraded && !wire->poll.is_busy) {
        ask(wire, &wire->poll, "GET", "polling",
            wire->style.accepts_gzip ? "Accept-Encoding: gzip\r\n" : "", (struct str){NULL, 0});
    }
}

/* What waits leaves in one body, when the body before it has been taken. */
static void post(struct wire *wire)
{
    struct buf body = wire->outbox;

    if (!wire->is_on || wire->post.is_busy || wire->outbox.len == 0) {
        return;
    }
    buf_init(&wire->outbox);
    ask(wire, &wire->post, "POST", "polling", "", buf_str(&body));
    buf_deinit(&body);
}

static void put_packet(struct wire *wire, char type, struct str text)
{
    if (wire->revision == 3) {
        buf_printf(&wire->outbox, "%zu:", text.len + 1); /* texts are ASCII here */
    } else if (wire->outbox.len > 0) {
        buf_append_char(&wire->outbox, '\x1e');
    }
    buf_append_char(&wire->outbox, type);
    buf_append_str(&wire->outbox, text);
}

static void send_packet(struct wire *wire, char type, struct str text)
{
    struct buf packet = {0};

    if (!wire->is_upgraded) {
        put_packet(wire, type, text);
        if (!wire->is_upgrading) {
            post(wire);
        }
        return;
    }
    buf_append_char(&packet, type);
    buf_append_str(&packet, text);
    peer_send_text(&wire->socket, buf_str(&packet));
    buf_deinit(&packet);
}

void wire_send(struct wire *wire, struct str text)
{
    if (wire->is_open) {
        send_packet(wire, '4', text);
    }
}

/* ---- heartbeats of revision 3 ---- */

static void on_ping_due(void *ctx)
{
    struct wire *wire = ctx;
    struct sim_world *world = wire->poll.world;

    if (!wire->is_open || wire->ping_due_ms != world->now_ms) {
        return; /* of a session that is over */
    }
    send_packet(wire, '2', STR(""));
    wire->ping_due_ms = world->now_ms + wire->ping_ms;
    sim_world_later(world, wire->ping_ms, on_ping_due, wire);
}

static void begin_pings(struct wire *wire)
{
    wire->ping_due_ms = wire->poll.world->now_ms + wire->ping_ms;
    sim_world_later(wire->poll.world, wire->ping_ms, on_ping_due, wire);
}

/* ---- packets ---- */

static struct str value_of(struct str json, const char *name)
{
    const char *found = memmem(json.ptr, json.len, name, strlen(name));
    struct str rest = {NULL, 0};

    if (found != NULL) {
        rest = str_from_offset(json, (size_t)(found - json.ptr) + strlen(name));
    }
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '"' || rest.ptr[i] == ',' || rest.ptr[i] == '}') {
            rest.len = i;
        }
    }
    return rest;
}

static void on_open_packet(struct wire *wire, struct str json)
{
    struct str sid = value_of(json, "\"sid\":\"");
    uint64_t interval = 0;

    if (sid.len == 0 || sid.len >= sizeof(wire->sid) ||
        !str_to_u64(value_of(json, "\"pingInterval\":"), UINT32_MAX, &interval)) {
        end(wire, "an open packet that says too little");
        return;
    }
    memcpy(wire->sid, sid.ptr, sid.len);
    wire->sid[sid.len] = '\0';
    wire->ping_ms = interval;
    wire->is_open = true;
    if (wire->revision == 3) {
        begin_pings(wire);
    }
    wire->events->on_open(wire, wire->ctx);
}

static void on_packet(struct wire *wire, struct str packet)
{
    struct str rest = str_from_offset(packet, packet.len > 0 ? 1 : 0);

    if (packet.len == 0) {
        end(wire, "an empty packet");
        return;
    }
    switch (packet.ptr[0]) {
    case '0':
        on_open_packet(wire, rest);
        break;
    case '1':
        end(wire, NULL);
        break;
    case '2':
        send_packet(wire, '3', STR(""));
        break;
    case '3':
    case '6':
        break;
    case '4':
        wire->events->on_message(wire, rest, wire->ctx);
        break;
    default:
        end(wire, "a packet of an unknown type");
    }
}

/* ---- polling ---- */

static bool take_packet(const struct wire *wire, struct str *body, struct str *packet)
{
    uint64_t len = 0;

    if (wire->revision == 4) {
        return str_take_part(body, '\x1e', packet);
    }
    if (body->len == 0 || !str_take_part(body, ':', packet) ||
        !str_to_u64(*packet, body->len, &len)) {
        return false;
    }
    *packet = (struct str){body->ptr, (size_t)len};
    *body = str_from_offset(*body, (size_t)len);
    return true;
}

static void send_upgrade(struct wire *wire);

static void on_polled(struct peer *peer, unsigned status, struct str head, struct str body,
                      void *ctx)
{
    struct wire *wire = ctx;
    unsigned life = wire->life;
    struct str packet;

    (void)peer;
    (void)head;
    if (status != 200) {
        end(wire, NULL); /* the session is over: the server knows it no more */
        return;
    }
    while (life == wire->life && take_packet(wire, &body, &packet)) {
        on_packet(wire, packet);
    }
    if (life == wire->life) {
        poll(wire);
        send_upgrade(wire);
    }
}

static void on_posted(struct peer *peer, unsigned status, struct str head, struct str body,
                      void *ctx)
{
    struct wire *wire = ctx;

    (void)peer;
    (void)head;
    (void)body;
    if (status != 200) {
        end(wire, NULL);
    } else if (wire->is_upgrading) {
        send_upgrade(wire);
    } else {
        post(wire);
    }
}

static void on_polling_end(struct peer *peer, bool is_broken, void *ctx)
{
    struct wire *wire = ctx;

    (void)peer;
    end(wire, is_broken ? "an answer that cannot be read" : NULL);
}

static const struct peer_events poll_events = {.on_answer = on_polled, .on_end = on_polling_end};
static const struct peer_events post_events = {.on_answer = on_posted, .on_end = on_polling_end};

/* ---- WebSocket ---- */

/* engine-io 10, step 4: no poll is on its way any more, and no POST. */
static void send_upgrade(struct wire *wire)
{
    struct buf outbox = wire->outbox;
    struct str packet, rest = buf_str(&outbox);

    if (!wire->is_upgrading || wire->poll.is_busy || wire->post.is_busy) {
        return;
    }
    buf_init(&wire->outbox);
    wire->is_upgrading = false;
    wire->is_upgraded = true;
    peer_send_text(&wire->socket, STR("5"));
    while (take_packet(wire, &rest, &packet)) {
        peer_send_text(&wire->socket, packet);
    }
    buf_deinit(&outbox);
    peer_close(&wire->poll, false);
    peer_close(&wire->post, false);
}

static void on_upgraded(struct peer *peer, unsigned status, struct str head, struct str body,
                        void *ctx)
{
    struct wire *wire = ctx;

    (void)body;
    if (status != 101) {
        end(wire, wire->sid[0] == '\0' ? "no WebSocket" : NULL);
        return;
    }
    peer_speak_frames(peer, head);
    if (wire->style.way == WIRE_UPGRADE) {
        peer_send_text(peer, STR("2probe"));
    } else {
        wire->is_upgraded = true;
    }
}

static void on_frame(struct peer *peer, struct str text, void *ctx)
{
    struct wire *wire = ctx;

    (void)peer;
    if (!wire->is_upgraded && str_eq(text, STR("3probe"))) {
        wire->is_upgrading = true;
        send_upgrade(wire);
    } else {
        on_packet(wire, text);
    }
}

static void on_socket_end(struct peer *peer, bool is_broken, void *ctx)
{
    (void)peer;
    end(ctx, is_broken ? "a frame that cannot be read" : NULL);
}

static const struct peer_events socket_events = {
    .on_answer = on_upgraded, .on_text = on_frame, .on_end = on_socket_end};

static void ask_for_frames(struct wire *wire)
{
    ask(wire, &wire->socket, "GET", "websocket",
        wire->style.may_deflate ? UPGRADE_HEADERS DEFLATE_HEADER : UPGRADE_HEADERS,
        (struct str){NULL, 0});
}

void wire_upgrade(struct wire *wire)
{
    if (wire->is_open && wire->style.way == WIRE_UPGRADE && wire->socket.conn == NULL) {
        ask_for_frames(wire);
    }
}

/* ---- life ---- */

void wire_init(struct wire *wire, struct sim_world *world, const struct wire_events *events,
               void *ctx)
{
    *wire = (struct wire){.events = events, .ctx = ctx};
    peer_init(&wire->poll, world, &poll_events, wire);
    peer_init(&wire->post, world, &post_events, wire);
    peer_init(&wire->socket, world, &socket_events, wire);
}

bool wire_open(struct wire *wire, unsigned port, unsigned revision, const struct wire_style *style,
               const char *query)
{
    wire->port = port;
    wire->revision = revision;
    wire->style = *style;
    wire->query = query;
    wire->sid[0] = '\0';
    if (!peer_connect(style->way == WIRE_WEBSOCKET ? &wire->socket : &wire->poll, port)) {
        return false;
    }
    wire->is_on = true;
    if (style->way == WIRE_WEBSOCKET) {
        ask_for_frames(wire);
    } else {
        poll(wire);
    }
    return true;
}

void wire_close(struct wire *wire, bool is_cut)
{
    if (!is_cut && wire->is_upgraded && wire->socket.conn != NULL) {
        peer_send_close(&wire->socket);
    }
    close_all(wire, is_cut);
}

void wire_be_deaf(struct wire *wire, uint64_t ms)
{
    struct peer *peers[] = {&wire->poll, &wire->post, &wire->socket};

    for (size_t i = 0; i < sizeof(peers) / sizeof(*peers); i++) {
        peer_be_deaf(peers[i], ms);
    }
}
