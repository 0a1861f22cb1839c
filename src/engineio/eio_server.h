/*
 * eio_server.h - the engine's own: what all sessions of a worker share.
 *
 * Purpose    The struct behind eio.h, for the files of this folder.
 * Ownership  Owns its sessions, its undecided handshakes and the upgrades that it lets run out.
 * Threads    That worker's thread only.
 * Floor      engineio.
 */
#ifndef ENGINEIO_EIO_SERVER_H
#define ENGINEIO_EIO_SERVER_H

#include "engineio/eio.h"
#include "engineio/eio_common.h"
#include "engineio/eio_packet.h"
#include "engineio/eio_query.h"

struct eio_server {
    struct env *env;
    const struct eio_options *options;
    const struct eio_events *events;
    void *ctx;
    struct str path; /* the option without a trailing slash */
    bool is_shut_down;

    struct map sessions;        /* by id; those that are not closed */
    size_t n_sessions_alive;    /* and those that are closed, but not freed yet */
    struct eio_commons commons; /* of their handshakes */
    struct eio_traffic traffic;
    struct list decisions; /* struct eio_decision: not decided yet */
    struct list unwanted;  /* upgrades that wait for their end (engine-io 1) */

    struct ws_options ws_options;
    struct ws_service ws;

    /* A queue for each length of time (deadline.h). */
    struct deadline_queue pings;      /* session: a ping is to be sent (revision 4) */
    struct deadline_queue pongs;      /* session: the pong has not come */
    struct deadline_queue windows;    /* session: no ping has come (revision 3) */
    struct deadline_queue closings;   /* session: nobody polled for the close */
    struct deadline_queue endings;    /* session: ends, or is freed, on this turn */
    struct deadline_queue deliveries; /* polling: what of long bodies is left for the next turn */
    struct deadline_queue flushes;    /* polling: what was queued in a turn leaves at its end */
    struct deadline_queue upgrades;   /* probe: took too long */
    struct deadline_queue noops;      /* probe: look for a pending poll */
    struct deadline_queue unwanteds;

    /* Packets that are always the same, framed once. */
    struct ws_message *bare[EIO_N_PACKET_TYPES];
    struct ws_message *probe_answer; /* "3probe" */
    struct eio_message *initial;     /* of options->initial_packet; NULL: none */
};

#endif
