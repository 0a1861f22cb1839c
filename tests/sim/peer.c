#include "sim/peer.h"

#include "base/mem.h"
#include "sim/packed.h"
#include "sim/sim_world.h"
#include "support/client_frame.h"

/* The first byte of a frame that is whole. */
enum {
    TEXT = 0x81,
    CLOSE = 0x88,
    PACKED = 0x40 /* RSV1 (RFC 7692) */
};

void peer_init(struct peer *peer, struct sim_world *world, const struct peer_events *events,
               void *ctx)
{
    *peer = (struct peer){.world = world, .events = events, .ctx = ctx};
}

void peer_close(struct peer *peer, bool is_reset)
{
    struct sim_conn *conn = peer->conn;

    peer->conn = NULL;
    peer->is_busy = false;
    peer->speaks_frames = peer->deflates = false;
    buf_deinit(&peer->in);
    buf_init(&peer->in);
    if (conn != NULL) {
        conn->on_readable = NULL;
        sim_conn_close(conn, is_reset);
    }
}

static void end(struct peer *peer, bool is_broken)
{
    bool is_awaited = peer->is_busy || peer->speaks_frames;

    peer_close(peer, false);
    if (is_awaited || is_broken) {
        peer->events->on_end(peer, is_broken, peer->ctx);
    }
}

/* ---- HTTP ---- */

struct str peer_header(struct str head, const char *name)
{
    struct str line;

    while (str_take_part(&head, '\n', &line)) {
        size_t colon = str_find(line, ':');

        line.len -= line.len > 0 && line.ptr[line.len - 1] == '\r' ? 1 : 0;
        if (str_eq_nocase((struct str){line.ptr, colon}, str_from(name))) {
            return str_trim(str_from_offset(line, colon < line.len ? colon + 1 : line.len));
        }
    }
    return (struct str){NULL, 0};
}

/* Where the head ends; 0: it has not come whole. */
static size_t head_length(struct str in)
{
    const char *found = in.len > 0 ? memmem(in.ptr, in.len, "\r\n\r\n", 4) : NULL;

    return found != NULL ? (size_t)(found - in.ptr) + 4 : 0;
}

static void tell_answer(struct peer *peer, unsigned status, struct str head, struct str body)
{
    struct str encoding = peer_header(head, "content-encoding");
    struct buf plain = {0};

    if (encoding.ptr == NULL) {
        peer->events->on_answer(peer, status, head, body, peer->ctx);
    } else if (str_eq(encoding, STR("gzip")) && packed_read_gzip(body, &plain)) {
        peer->n_packed++;
        peer->events->on_answer(peer, status, head, buf_str(&plain), peer->ctx);
    } else {
        end(peer, true);
    }
    buf_deinit(&plain);
}

/* False: it is not whole. */
static bool take_answer(struct peer *peer)
{
    struct str in = buf_str(&peer->in);
    struct str head = {in.ptr, head_length(in)};
    struct buf whole = {0};
    uint64_t status = 0, length = 0;

    if (head.len == 0) {
        return false;
    }
    if (head.len < 14 || !str_to_u64((struct str){head.ptr + 9, 3}, 999, &status) ||
        (status != 101 && !str_to_u64(peer_header(head, "content-length"), 1 << 24, &length))) {
        end(peer, true);
        return false;
    }
    if (in.len - head.len < length) {
        return false;
    }
    buf_append(&whole, in.ptr, head.len + (size_t)length);
    buf_consume(&peer->in, whole.len);
    peer->is_busy = false;
    tell_answer(peer, (unsigned)status, (struct str){whole.ptr, head.len},
                (struct str){whole.ptr + head.len, (size_t)length});
    buf_deinit(&whole);
    return true;
}

void peer_ask(struct peer *peer, const char *method, const char *target, const char *headers,
              struct str body)
{
    struct buf out = {0};

    buf_printf(&out, "%s %s HTTP/1.1\r\nHost: sim\r\n%s", method, target, headers);
    if (body.ptr != NULL) {
        buf_printf(&out, "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: %zu\r\n",
                   body.len);
    }
    buf_append_str(&out, STR("\r\n"));
    buf_append_str(&out, body);
    peer->is_busy = true;
    (void)sim_conn_write(peer->conn, out.ptr, out.len);
    buf_deinit(&out);
}

/* ---- frames ---- */

static void send_frame(struct peer *peer, uint8_t first, struct str payload)
{
    struct buf out = {0};

    client_frame_append(&out, first, str_bytes(payload));
    (void)sim_conn_write(peer->conn, out.ptr, out.len);
    buf_deinit(&out);
}

/* Where both are possible, what the text is decides. */
void peer_send_text(struct peer *peer, struct str text)
{
    struct buf packed = {0};

    if (!peer->deflates || text.len % 2 == 0) {
        send_frame(peer, TEXT, text);
        return;
    }
    packed_write_message(text, &packed);
    send_frame(peer, TEXT | PACKED, buf_str(&packed));
    buf_deinit(&packed);
}

void peer_send_close(struct peer *peer)
{
    send_frame(peer, CLOSE, STR("\x03\xe8"));
}

void peer_speak_frames(struct peer *peer, struct str head)
{
    peer->speaks_frames = true;
    peer->deflates = peer_header(head, "sec-websocket-extensions").ptr != NULL;
}

/* The extent of the first frame; false: it has not come whole. */
static bool find_frame(struct str in, size_t *head, size_t *len)
{
    size_t n_more = 0;

    if (in.len < 2) {
        return false;
    }
    *len = (uint8_t)in.ptr[1];
    n_more = *len == 126 ? 2 : *len == 127 ? 8 : 0;
    *head = 2 + n_more;
    if (in.len < *head) {
        return false;
    }
    for (size_t i = 0; i < n_more; i++) {
        *len = (i == 0 ? 0 : *len << 8) | (uint8_t)in.ptr[2 + i];
    }
    return in.len - *head >= *len;
}

static void tell_frame(struct peer *peer, uint8_t first, struct str payload)
{
    struct buf plain = {0};

    if (first == TEXT) {
        peer->events->on_text(peer, payload, peer->ctx);
    } else if (first == (TEXT | PACKED) && peer->deflates && packed_read_message(payload, &plain)) {
        peer->n_packed++;
        peer->events->on_text(peer, buf_str(&plain), peer->ctx);
    } else {
        end(peer, first != CLOSE);
    }
    buf_deinit(&plain);
}

static bool take_frame(struct peer *peer)
{
    size_t head = 0, len = 0;
    struct buf payload = {0};
    uint8_t first = 0;

    if (!find_frame(buf_str(&peer->in), &head, &len)) {
        return false;
    }
    first = (uint8_t)peer->in.ptr[0];
    buf_append(&payload, peer->in.ptr + head, len);
    buf_consume(&peer->in, head + len);
    tell_frame(peer, first, buf_str(&payload));
    buf_deinit(&payload);
    return peer->conn != NULL;
}

/* ---- reading ---- */

static bool is_deaf(const struct peer *peer)
{
    return peer->deaf_until_ms > peer->world->now_ms;
}

static void read_all(struct peer *peer)
{
    const struct sim_conn *conn = peer->conn;

    if (conn == NULL || peer->is_reading || is_deaf(peer)) {
        return;
    }
    peer->is_reading = true;
    (void)sim_conn_read(peer->conn, &peer->in, 0);
    while (peer->conn == conn && !is_deaf(peer) &&
           (peer->speaks_frames ? take_frame(peer) : peer->is_busy && take_answer(peer))) {
    }
    peer->is_reading = false;
    if (peer->conn == conn && sim_conn_state(conn) != SIM_CONN_OPEN) {
        end(peer, false);
    }
}

static void on_readable(struct sim_conn *conn, void *ctx)
{
    (void)conn;
    read_all(ctx);
}

static void wake(void *ctx)
{
    read_all(ctx);
}

void peer_be_deaf(struct peer *peer, uint64_t ms)
{
    peer->deaf_until_ms = peer->world->now_ms + ms;
    sim_world_later(peer->world, ms, wake, peer);
}

bool peer_connect(struct peer *peer, unsigned port)
{
    if (peer->conn == NULL) {
        peer->conn = sim_conn_open(peer->world, port);
        if (peer->conn != NULL) {
            peer->conn->on_readable = on_readable;
            peer->conn->ctx = peer;
        }
    }
    return peer->conn != NULL;
}
