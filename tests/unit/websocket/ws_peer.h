/*
 * ws_peer.h - a WebSocket client in a test, with the server that it talks to.
 *
 * The client makes its frames and reads the server's by itself, so that no mistake of the codec can
 * hide in it. What it hears becomes a line of text, and tests read as dialogues:
 *
 *     peer_say(&p, FIN | TEXT, "Hello");
 *     assert_string_equal(peer_hear(&p), "text(Hello) ");
 */
#ifndef UNIT_WEBSOCKET_WS_PEER_H
#define UNIT_WEBSOCKET_WS_PEER_H

#include "support/client_frame.h"
#include "support/cmocka.h"
#include "support/sim.h"
#include "websocket/ws.h"

#include <zlib.h>

#include <sails/err.h>

enum {
    FIN = 0x80,
    RSV1 = 0x40,
    CONT = 0,
    TEXT = 1,
    BINARY = 2,
    CLOSE = 8,
    PING = 9,
    PONG = 10
};

struct peer {
    struct sim sim;
    struct sim_link *link;
    struct ws_options options;
    struct ws_service service;
    struct ws_conn ws;

    /* The server's side. */
    bool must_echo;
    bool may_compress; /* the echoes */
    void (*on_message)(struct peer *p);
    int n_messages;
    bool is_binary;     /* of the last message */
    struct buf message; /* the last one */
    int n_closes;
    unsigned code;
    int err;

    /* The client's side. */
    size_t step; /* bytes go out in pieces of this size; 0: whole */
    struct buf heard;
    z_stream inflater;
    z_stream deflater;
    bool has_zlib;
    bool must_reset; /* the server does not take over its context: nor does the inflater */
};

static inline struct peer *peer_of(struct ws_conn *ws)
{
    return container_of(ws, struct peer, ws);
}

static inline void peer_on_message(struct ws_conn *ws, bool is_binary, struct bytes message)
{
    struct peer *p = peer_of(ws);

    p->n_messages++;
    p->is_binary = is_binary;
    buf_clear(&p->message);
    buf_append(&p->message, message.ptr, message.len);
    if (p->must_echo) {
        struct ws_message *m =
            ws_message_create(is_binary, (struct bytes){0}, message, p->may_compress);

        if (m != NULL) {
            ws_conn_send(ws, m);
        }
        ws_message_release(m);
    }
    if (p->on_message != NULL) {
        p->on_message(p);
    }
}

static inline void peer_on_close(struct ws_conn *ws, unsigned code, int err)
{
    struct peer *p = peer_of(ws);

    p->n_closes++;
    p->code = code;
    p->err = err;
}

static const struct ws_events peer_events = {
    .on_message = peer_on_message,
    .on_close = peer_on_close,
};

/* An echo server and a client that are connected; *options may be NULL for the defaults. */
static inline void peer_open(struct peer *p, const struct ws_options *options,
                             const struct ws_deflate_params *params)
{
    static const struct ws_deflate_params none = {0};

    *p = (struct peer){.options = options != NULL ? *options : ws_default_options};
    sim_init(&p->sim, 1);
    p->link = sim_connect(&p->sim);
    p->must_echo = true;
    p->may_compress = true;
    ws_service_init(&p->service, &p->sim.env, &p->options);
    ws_conn_begin(&p->ws, &p->service, &p->link->link, params != NULL ? params : &none,
                  &peer_events);
    if (params != NULL && params->is_agreed) {
        p->has_zlib = true;
        p->must_reset = params->server_no_context_takeover;
        assert_int_equal(inflateInit2(&p->inflater, params->server_window_bits > 0
                                                        ? -params->server_window_bits
                                                        : -15),
                         Z_OK);
        assert_int_equal(deflateInit2(&p->deflater, 6, Z_DEFLATED,
                                      params->client_window_bits > 8   ? -params->client_window_bits
                                      : params->client_window_bits > 0 ? -9
                                                                       : -15,
                                      8, Z_DEFAULT_STRATEGY),
                         Z_OK);
    }
}

static inline void peer_deinit(struct peer *p)
{
    sim_deinit(&p->sim);
    ws_service_deinit(&p->service);
    buf_deinit(&p->message);
    buf_deinit(&p->heard);
    if (p->has_zlib) {
        inflateEnd(&p->inflater);
        deflateEnd(&p->deflater);
    }
}

/* ---- what the client says ---- */

static inline void peer_add_frame(struct buf *out, unsigned first, const void *payload, size_t len)
{
    client_frame_append(out, first, (struct bytes){payload, len});
}

static inline void peer_feed(struct peer *p, struct buf *data)
{
    sim_feed(p->link, data->ptr, data->len, p->step);
    buf_deinit(data);
}

static inline void peer_say_bytes(struct peer *p, unsigned first, const void *payload, size_t len)
{
    struct buf data = {0};

    peer_add_frame(&data, first, payload, len);
    peer_feed(p, &data);
}

static inline void peer_say(struct peer *p, unsigned first, const char *payload)
{
    peer_say_bytes(p, first, payload, strlen(payload));
}

static inline void peer_say_close(struct peer *p, unsigned code, const char *reason)
{
    char payload[256] = {(char)(code >> 8), (char)code};
    size_t len = strlen(reason);

    memcpy(payload + 2, reason, len);
    peer_say_bytes(p, FIN | CLOSE, payload, 2 + len);
}

/* Appends the message compressed, as a permessage-deflate client does; the context is kept. */
static inline void peer_deflate(struct peer *p, const void *message, size_t len, struct buf *out)
{
    size_t before = out->len;
    size_t bound = deflateBound(&p->deflater, len) + 16;

    assert_true(buf_reserve(out, bound));
    p->deflater.next_in = (Bytef *)(uintptr_t)message;
    p->deflater.avail_in = (uInt)len;
    p->deflater.next_out = (Bytef *)out->ptr + before;
    p->deflater.avail_out = (uInt)bound;
    assert_true(deflate(&p->deflater, Z_SYNC_FLUSH) >= Z_BUF_ERROR);
    assert_int_equal(p->deflater.avail_in, 0);
    out->len += bound - p->deflater.avail_out;
    assert_memory_equal(out->ptr + out->len - 4, "\x00\x00\xff\xff", 4);
    out->len -= 4;
}

static inline void peer_say_deflated(struct peer *p, unsigned opcode, const char *message)
{
    struct buf data = {0};

    peer_deflate(p, message, strlen(message), &data);
    peer_say_bytes(p, FIN | RSV1 | opcode, data.ptr, data.len);
    buf_deinit(&data);
}

/* ---- what the client hears ---- */

struct peer_frame {
    unsigned first;
    struct str payload;
};

/* The frame at *at of what was written; false: no whole one is there. Checks what RFC 6455 section
 * 5.1 and 5.2 ask of a server. */
static inline bool peer_next_frame(const struct buf *out, size_t *at, struct peer_frame *frame)
{
    const uint8_t *b = (const uint8_t *)out->ptr + *at;
    size_t rest = out->len - *at;
    size_t head = 2;
    uint64_t len = 0;

    if (rest < 2) {
        return false;
    }
    assert_int_equal(b[1] & 0x80, 0); /* not masked */
    len = b[1] & 0x7f;
    if (len >= 126) {
        size_t n = len == 126 ? 2 : 8;

        if (rest < 2 + n) {
            return false;
        }
        len = 0;
        for (size_t i = 0; i < n; i++) {
            len = len << 8 | b[2 + i];
        }
        assert_true(len > (n == 2 ? 125 : 65535)); /* the shortest form */
        head += n;
    }
    if (rest - head < len) {
        return false;
    }
    *frame = (struct peer_frame){b[0], {(const char *)b + head, (size_t)len}};
    *at += head + (size_t)len;
    return true;
}

/* Appends the inflated payload of a compressed message. */
static inline void peer_inflate(struct peer *p, struct str payload, struct buf *out)
{
    struct buf in = {0};
    int rc = Z_OK;

    assert_true(p->has_zlib);
    if (p->must_reset) {
        assert_int_equal(inflateReset(&p->inflater), Z_OK);
    }
    buf_append_str(&in, payload);
    buf_append(&in, "\x00\x00\xff\xff", 4);
    p->inflater.next_in = (Bytef *)in.ptr;
    p->inflater.avail_in = (uInt)in.len;
    do {
        assert_true(buf_reserve(out, 4096));
        p->inflater.next_out = (Bytef *)out->ptr + out->len;
        p->inflater.avail_out = 4096;
        rc = inflate(&p->inflater, Z_SYNC_FLUSH);
        assert_true(rc == Z_OK || rc == Z_BUF_ERROR);
        out->len += 4096 - p->inflater.avail_out;
    } while (p->inflater.avail_out == 0);
    assert_int_equal(p->inflater.avail_in, 0);
    buf_deinit(&in);
}

static inline void peer_note(struct peer *p, const char *what, struct str payload)
{
    if (payload.len > 200) {
        buf_printf(&p->heard, "%s(%zu bytes) ", what, payload.len);
    } else {
        buf_printf(&p->heard, "%s(%.*s) ", what, STR_FMT(payload));
    }
}

static inline void peer_note_frame(struct peer *p, struct peer_frame frame)
{
    struct buf plain = {0};

    switch (frame.first) {
    case FIN | TEXT:
        peer_note(p, "text", frame.payload);
        break;
    case FIN | BINARY:
        peer_note(p, "binary", frame.payload);
        break;
    case FIN | RSV1 | TEXT:
    case FIN | RSV1 | BINARY:
        peer_inflate(p, frame.payload, &plain);
        peer_note(p, (frame.first & TEXT) != 0 ? "deflated text" : "deflated binary",
                  buf_str(&plain));
        buf_deinit(&plain);
        break;
    case FIN | PING:
        peer_note(p, "ping", frame.payload);
        break;
    case FIN | PONG:
        peer_note(p, "pong", frame.payload);
        break;
    case FIN | CLOSE:
        if (frame.payload.len == 0) {
            buf_printf(&p->heard, "close() ");
            break;
        }
        assert_true(frame.payload.len >= 2);
        buf_printf(&p->heard, "close(%u%s%.*s) ",
                   (unsigned)(uint8_t)frame.payload.ptr[0] << 8 | (uint8_t)frame.payload.ptr[1],
                   frame.payload.len > 2 ? " " : "", (int)frame.payload.len - 2,
                   frame.payload.ptr + 2);
        break;
    default:
        fail_msg("unexpected first byte 0x%02x", frame.first);
    }
}

/* All that came since the last time; "end" or "abort" behind it where the server has closed. */
static inline const char *peer_hear(struct peer *p)
{
    struct peer_frame frame = {0};
    size_t at = 0;

    buf_clear(&p->heard);
    while (peer_next_frame(&p->link->out, &at, &frame)) {
        peer_note_frame(p, frame);
    }
    buf_consume(&p->link->out, at);
    assert_int_equal(p->link->out.len, 0);
    if (p->link->aborted) {
        buf_append_str(&p->heard, STR("abort"));
    } else if (p->link->ended) {
        buf_append_str(&p->heard, STR("end"));
    }
    buf_append_char(&p->heard, '\0');
    return p->heard.ptr;
}

#endif
