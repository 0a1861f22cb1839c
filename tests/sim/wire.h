/*
 * wire.h - an Engine.IO client: one session over polling, over a WebSocket, or over the one and then the
 * other.
 *
 * Purpose    Packets up and down in their order, whatever they travel by; both revisions of the protocol.
 *            Heartbeats are answered (revision 4) or sent (revision 3) in passing.
 * Threads    One.
 */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "sim/peer.h"

enum {
    WIRE_SID_SIZE = 32
};

enum wire_way {
    WIRE_POLLING,
    WIRE_WEBSOCKET,
    WIRE_UPGRADE /* polling first */
};

/* How a client comes. */
struct wire_style {
    enum wire_way way;
    bool accepts_gzip; /* of what is polled */
    bool may_deflate;  /* messages, where the server wants to */
};

struct wire;

struct wire_events {
    /* The session is open; wire->sid is known. */
    void (*on_open)(struct wire *wire, void *ctx);
    /* A message, without the digit of its packet. */
    void (*on_message)(struct wire *wire, struct str text, void *ctx);
    /* The session is over. `problem`: what should not have happened; NULL: nothing. */
    void (*on_end)(struct wire *wire, const char *problem, void *ctx);
};

struct wire {
    const struct wire_events *events;
    void *ctx;
    unsigned port;
    unsigned revision; /* 4 or 3 */
    struct wire_style style;
    const char *query; /* "&name=value"... */
    char sid[WIRE_SID_SIZE];
    bool is_on;        /* between wire_open() and its end */
    bool is_open;      /* the session is */
    bool is_upgrading; /* from the probe's answer on no poll begins */
    bool is_upgraded;  /* or a WebSocket from the start */
    struct peer poll;
    struct peer post;
    struct peer socket;
    struct buf outbox; /* of polling: packets that wait for the POST before them, encoded */
    uint64_t ping_ms;
    uint64_t ping_due_ms;
    unsigned life; /* counts sessions: a packet may end the one that it came in */
};

void wire_init(struct wire *wire, struct sim_world *world, const struct wire_events *events,
               void *ctx);

/* False: nobody listens. */
bool wire_open(struct wire *wire, unsigned port, unsigned revision, const struct wire_style *style,
               const char *query);

void wire_send(struct wire *wire, struct str text);

/* Tries to become a WebSocket, where the way is WIRE_UPGRADE and nobody has tried yet. */
void wire_upgrade(struct wire *wire);

/* Says goodbye as the transport does, or cuts all connections; no event comes any more. */
void wire_close(struct wire *wire, bool is_cut);

void wire_be_deaf(struct wire *wire, uint64_t ms);

#endif
