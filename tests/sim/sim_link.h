/*
 * sim_link.h - struct link on a connection of the simulated world.
 */
#ifndef SIM_SIM_LINK_H
#define SIM_SIM_LINK_H

#include "base/deadline.h"
#include "sim/sim_conn.h"

struct sim_server;

struct sim_link {
    struct link link;
    struct list in_server;
    struct sim_server *server;
    struct sim_conn *conn; /* NULL: it has moved on */
    struct buf out;        /* written, and not taken by the kernel yet */
    size_t longest;        /* of the messages in it */
    struct buf unread;     /* what came along from another worker */
    struct deadline limit; /* held, or lingering */
    int err;               /* what on_close will tell */
    bool is_paused;
    bool is_held;
    bool owes_drain;
    bool has_peer_ended;
    bool is_ended;
    bool is_shut;
    bool is_closing;
};

/* Takes the connection, and gives it to on_link. */
void sim_link_open(struct sim_server *server, struct sim_conn *conn, struct bytes unread);

/* Whether a turn would do something with it. */
bool sim_link_has_work(const struct sim_link *link);

/* Its part of a turn: reading, writing, closing. It may be gone when this returns. */
void sim_link_turn(struct sim_link *link);

void sim_link_abort(struct sim_link *link);

/* For the server's deadline queues. */
void sim_link_on_limit(struct deadline *limit, void *ctx);

#endif
