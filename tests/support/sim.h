/*
 * support/sim.h - a world for protocols in a test: a seeded clock and links of memory.
 *
 * Everything happens in the caller's thread and in the order in which the test says. What the
 * protocol writes is collected in sim_link.out until the test reads it; what it closes is told on the
 * next sim_run(), as a real link would on a later turn.
 */
#ifndef SUPPORT_SIM_H
#define SUPPORT_SIM_H

#include "base/buf.h"
#include "base/env.h"
#include "base/link.h"
#include "support/chance.h"

struct sim {
    struct env env;
    struct list links;
    struct chance chance;
    size_t max_queue; /* of every link; 0: no bound */
};

struct sim_link {
    struct link link;
    struct list in_sim;
    struct sim *sim;
    struct buf out; /* what the protocol wrote and the test has not consumed */
    bool blocked;   /* the peer does not read: what is written stays queued */
    size_t queued;  /* of out: bytes that a blocked peer has not taken */
    bool paused;
    bool ended;         /* the protocol called end() */
    bool aborted;       /* the protocol called abort() */
    bool closed;        /* on_close has come */
    int close_err;      /* what on_close will tell */
    int moved_to;       /* the worker that move() named, or -1 */
    struct buf unread;  /* what move() gave along */
    struct buf pending; /* fed while paused */
    bool must_drain;
    int fail_write; /* the next write fails with this code; 0: it does not */
};

void sim_init(struct sim *sim, uint64_t seed);

/* Closes what is open, frees what the links hold. */
void sim_deinit(struct sim *sim);

/* A link to a peer at 127.0.0.1; freed by sim_deinit(). */
struct sim_link *sim_connect(struct sim *sim);

/* Bytes from the peer, in pieces of `step` (0: in one). Stops where the link closes. */
void sim_feed(struct sim_link *link, const void *data, size_t len, size_t step);
void sim_feed_text(struct sim_link *link, const char *text);

/* The peer ends its side, or the connection breaks. */
void sim_feed_end(struct sim_link *link);
void sim_break(struct sim_link *link, int err);

/* The peer reads all that is queued (on_drain follows on the next sim_run()). */
void sim_unblock(struct sim_link *link);

/* One turn: tells closes and drains, then runs the deadlines that are due. */
void sim_run(struct sim *sim);

/* Lets time pass: from deadline to deadline, with a turn at each. */
void sim_advance(struct sim *sim, uint64_t ms);

/* What was written, as text; consumed. Valid until the next call for this link. */
const char *sim_take_text(struct sim_link *link);

#endif
