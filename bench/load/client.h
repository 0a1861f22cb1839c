/*
 * client.h - one client of Socket.IO, over WebSocket or polling, in revision 4 or 3 of Engine.IO; or one connection over
 * HTTP, which has a request of its own in place of an event.
 *
 *      IDLE --client_open()--> OPENING --handshake--> JOINING --namespace--> JOINED --any end--> CLOSED
 *
 * Whoever uses it hears of what happens through `struct client_events`; nothing is called for a client that is closed.
 */
#ifndef BENCH_LOAD_CLIENT_H
#define BENCH_LOAD_CLIENT_H

#include "load/wire.h"

enum client_transport {
    CLIENT_WEBSOCKET,
    CLIENT_POLLING,
    CLIENT_HTTP
};

enum client_state {
    CLIENT_IDLE,
    CLIENT_OPENING,
    CLIENT_JOINING,
    CLIENT_JOINED,
    CLIENT_CLOSED
};

/* What all clients of a run have in common. */
struct client_kind {
    struct endpoint to;
    enum client_transport transport;
    int protocol;      /* 4 or 3 */
    const char *query; /* "&name=value", or "" */
};

struct client_events {
    void (*on_joined)(void *ctx, struct client *client);
    /* The text begins at the array of an event. */
    void (*on_event)(void *ctx, struct client *client, const char *text, size_t len);
    /* An ack, or an answer of HTTP: `id` counts those. */
    void (*on_ack)(void *ctx, struct client *client, uint64_t id, const char *text, size_t len);
    void (*on_closed)(void *ctx, struct client *client, const char *why);
    /* There is something to send (wire_flush). */
    void (*on_said)(void *ctx, struct wire *wire);
    void *ctx;
};

struct client {
    const struct client_kind *kind;
    const struct client_events *events;
    int epoll;
    size_t index;
    enum client_state state;
    bool is_slow;
    bool is_upgraded;     /* WebSocket: what comes are frames */
    bool is_posting;      /* polling: a POST is under way */
    struct wire wires[2]; /* the WebSocket; or the GETs, and the POSTs */
    struct pile message;  /* of several frames; or packets for the next POST */
    char session[64];     /* Engine.IO's sid */
    char id[64];          /* the socket's, whose room it is in */
    uint64_t opened_ns;   /* when it began to connect */
    uint64_t n_answers;   /* of HTTP */
    unsigned ping_ms;     /* revision 3: how often it has to */
};

/* Of zeros but for kind, events, epoll and index. */
void client_open(struct client *client);
void client_close(struct client *client);

/* Something has happened on a wire, as epoll tells it. */
void client_on_wire(struct client *client, struct wire *wire, uint32_t epoll_events);

/* Reads at most so much, whatever epoll tells: for those who are slow. */
void client_read(struct client *client, struct wire *wire, size_t most);

/* `packet` is one of Engine.IO as text: 42["event"], or 427["event"] for ack 7. */
void client_say(struct client *client, const char *packet, size_t len);

/* A GET of that path, its query and all. */
void client_get(struct client *client, const char *path, size_t len);

/* Revision 3: the heartbeat is the client's. */
void client_ping(struct client *client);

#endif
