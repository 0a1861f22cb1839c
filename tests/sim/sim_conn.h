/*
 * sim_conn.h - a connection of the simulated world: two pipes, and what the weather does to them.
 *
 *      client                                                   server (sim_link.c)
 *      sim_conn_write() --> up:   chunks on their way  --> link_events.on_data
 *      sim_conn_read()  <-- down: chunks on their way  <-- what the worker flushes, at most `window` bytes
 *
 * A chunk is there at its time, never before those that were sent before it.
 */
#ifndef SIM_SIM_CONN_H
#define SIM_SIM_CONN_H

#include "base/buf.h"
#include "base/link.h"
#include "base/list.h"

struct sim_world;
struct sim_node;

/* One direction. */
struct sim_pipe {
    struct list chunks; /* struct sim_chunk, oldest first */
    size_t bytes;
    uint64_t last_ms;  /* when the newest chunk is there */
    bool is_ended;     /* nothing follows the chunks */
    bool is_reset;     /* ... but an error, which overtakes them */
    uint64_t ended_ms; /* when that is noticed */
};

struct sim_conn {
    struct list in_world;
    struct sim_world *world;
    struct sim_node *node;
    unsigned worker; /* whom the kernel gave it to */
    char address[64];
    struct sim_pipe up;
    struct sim_pipe down;
    bool is_accepted;
    bool is_client_gone; /* the client has closed: nobody reads `down` */
    bool is_server_gone; /* the link has: nobody reads `up` */
    /* For clients that are told: something may be read, or has ended. NULL: they look by themselves. */
    void (*on_readable)(struct sim_conn *conn, void *ctx);
    void *ctx;
    bool is_told; /* of what is readable now */
};

enum sim_conn_state {
    SIM_CONN_OPEN,
    SIM_CONN_ENDED, /* all that came has been read, and the server will send no more */
    SIM_CONN_RESET
};

/* Connects to a port of the world. NULL: nobody listens there. */
struct sim_conn *sim_conn_open(struct sim_world *world, unsigned port);

/* False: the connection has ended. */
bool sim_conn_write(struct sim_conn *conn, const void *data, size_t len);

/* Appends what is there, at most `max` bytes (0: all), to `out`. How many. */
size_t sim_conn_read(struct sim_conn *conn, struct buf *out, size_t max);
enum sim_conn_state sim_conn_state(const struct sim_conn *conn);

/* The client will send no more, but reads on. */
void sim_conn_end(struct sim_conn *conn);

/* The client closes, or is cut off (`is_reset`). The connection may be gone when this returns. */
void sim_conn_close(struct sim_conn *conn, bool is_reset);

/* ---- for the world ---- */

void sim_conn_destroy(struct sim_conn *conn);

/* Whether the client has something to notice that it has not been told of. */
bool sim_conn_is_ready(const struct sim_conn *conn);

/* When the next chunk, or the end, is there, in either direction; DEADLINE_NEVER. */
uint64_t sim_conn_next_ms(const struct sim_conn *conn);

/* ---- pipes ---- */

/* Puts bytes on their way. */
void sim_pipe_push(struct sim_world *world, struct sim_pipe *pipe, const void *data, size_t len);
void sim_pipe_end(struct sim_world *world, struct sim_pipe *pipe, bool is_reset);

/* Whether bytes are there, or the end is; and the first of the bytes, at most `max` (0: any number), as a
 * view that is valid until sim_pipe_consume(). */
bool sim_pipe_is_ready(const struct sim_world *world, const struct sim_pipe *pipe);
struct bytes sim_pipe_peek(const struct sim_world *world, const struct sim_pipe *pipe, size_t max);
void sim_pipe_consume(struct sim_pipe *pipe, size_t len);
bool sim_pipe_has_ended(const struct sim_world *world, const struct sim_pipe *pipe);
void sim_pipe_clear(struct sim_pipe *pipe);

#endif
