/*
 * peer.h - the client's end of one connection: HTTP answers, or WebSocket frames, from pieces.
 *
 * Purpose    A simulated client is told when something can be read (struct sim_conn); here it becomes
 *            answers and frames. A peer can be deaf for a while: then it does not read.
 * Threads    One.
 */
#ifndef SIM_PEER_H
#define SIM_PEER_H

#include "base/str.h"
#include "sim/sim_conn.h"

struct peer;

struct peer_events {
    /* An answer to the request that was sent last; 101 is one, too. */
    void (*on_answer)(struct peer *peer, unsigned status, struct str head, struct str body,
                      void *ctx);
    /* A whole text frame, after peer_speak_frames(). */
    void (*on_text)(struct peer *peer, struct str text, void *ctx);
    /* The connection is over while an answer or frames are awaited: the server has closed it, or what it
     * sends makes no sense (`is_broken`). One that is idle ends in silence. */
    void (*on_end)(struct peer *peer, bool is_broken, void *ctx);
};

struct peer {
    struct sim_world *world;
    const struct peer_events *events;
    void *ctx;
    struct sim_conn *conn; /* NULL: not connected */
    struct buf in;
    bool is_busy;       /* an answer is awaited */
    bool speaks_frames; /* WebSocket */
    bool deflates;      /* some of its messages: permessage-deflate has been agreed upon */
    size_t n_packed;    /* messages and answers that came compressed */
    bool is_reading;
    uint64_t deaf_until_ms;
};

void peer_init(struct peer *peer, struct sim_world *world, const struct peer_events *events,
               void *ctx);

/* Connects unless it is connected. False: nobody listens. */
bool peer_connect(struct peer *peer, unsigned port);

/* Closes without a word, or cuts (`is_reset`). No event comes any more. */
void peer_close(struct peer *peer, bool is_reset);

/* One request; `headers`: whole lines. */
void peer_ask(struct peer *peer, const char *method, const char *target, const char *headers,
              struct str body);

/* What comes from now on are frames. `head`: the answer to the handshake. */
void peer_speak_frames(struct peer *peer, struct str head);
void peer_send_text(struct peer *peer, struct str text);
void peer_send_close(struct peer *peer);

/* Does not read for a while. */
void peer_be_deaf(struct peer *peer, uint64_t ms);

/* The value of a header line in `head`; .ptr NULL: there is none. */
struct str peer_header(struct str head, const char *name);

#endif
