/*
 * engine.h - all clients of a run, and the loop that drives them. One thread.
 */
#ifndef BENCH_LOAD_ENGINE_H
#define BENCH_LOAD_ENGINE_H

#include "load/client.h"

struct engine {
    struct client_kind kind;
    struct client_events events; /* of whoever drives it */
    struct client_events upward; /* of the clients: the engine's own */
    struct client *clients;
    size_t n;
    size_t n_open;   /* begun to connect and not closed */
    size_t n_joined; /* of these, joined */
    size_t n_closed; /* by the server, or by a fault; all there ever were */
    char why[128];   /* the last one of these */
    int epoll;
    struct wire *said; /* that have something to send, in this turn */
    uint64_t pinged_ns;
    uint64_t heard_ns; /* when something came last */
};

/* `events` without on_said; its on_joined and on_closed are told after the engine has counted. */
void engine_init(struct engine *engine, const struct client_kind *kind, size_t n,
                 const struct client_events *events);
void engine_deinit(struct engine *engine);

/* Opens client after client, `at_once` on their way at a time, until the first `n` are joined or `patience_ns` passes without one. */
void engine_connect(struct engine *engine, size_t n, size_t at_once, uint64_t patience_ns);

/* The server closes nothing in the name of a client. */
void engine_close_all(struct engine *engine);

/* Sends what was said, waits at most so long for something to come, and lets it be heard. */
void engine_turn(struct engine *engine, uint64_t wait_ns);

/* Who is slow, and paused (wire_pause), reads so many bytes. */
void engine_read_slowly(struct engine *engine, size_t most);

#endif
