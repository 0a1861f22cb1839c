/*
 * eio_polling.h - the polling transport (engine-io 7).
 *
 * Purpose    A pending GET takes packets down, POSTs bring them up; what nobody polls for yet waits.
 * Ownership  Owned by its session, until that is freed or on a WebSocket. Owns the queue and the
 *            exchanges that it has accepted.
 * Threads    That worker's thread only.
 * Floor      engineio.
 */
#ifndef ENGINEIO_EIO_POLLING_H
#define ENGINEIO_EIO_POLLING_H

#include "engineio/eio_post.h"
#include "engineio/eio_queue.h"
#include "engineio/eio_session.h"

struct eio_probe;

struct eio_polling {
    struct eio_session *session;
    struct http_exchange *poll; /* the pending GET, or NULL */
    struct eio_post post;
    struct eio_queue queue;
    struct deadline flush;   /* runs: the queue leaves at the end of this turn */
    struct eio_probe *probe; /* an upgrade under way, or NULL */
    bool b64;
    bool is_jsonp;
    char jsonp_index[EIO_JSONP_INDEX_MAX + 1];
};

/* Becomes the session's transport. 0 or SAILS_ENOMEM. */
int eio_polling_create(struct eio_session *session, const struct eio_query *query);

/* Drops what still hangs on it. NULL is harmless. */
void eio_polling_destroy(struct eio_polling *polling);

/* Answers the handshake: the open packet, and the initial one. Ends the exchange. 0, or why not. */
int eio_polling_answer_handshake(struct eio_polling *polling, struct http_exchange *x,
                                 struct str open_json);

/* A request with the session's id; takes the exchange. */
void eio_polling_handle(struct eio_polling *polling, struct http_exchange *x);

/*
 * Queues a packet, which leaves at the end of this turn if a poll is pending. 0; SAILS_ENOMEM;
 * SAILS_ESLOW: over max_queued (the longest packet not counted), and not queued.
 */
int eio_polling_push(struct eio_polling *polling, enum eio_packet_type type,
                     struct eio_message *message);

/* Whether so much more could be queued. */
bool eio_polling_has_room(const struct eio_polling *polling, const struct eio_load *more);

bool eio_polling_is_pending(const struct eio_polling *polling);
bool eio_polling_is_empty(const struct eio_polling *polling);

/* The client has said close. */
void eio_polling_leave(struct eio_polling *polling);

/* A pending poll that nothing else answers is answered with a noop. */
void eio_polling_release_poll(struct eio_polling *polling);

/* Drops what waits. */
void eio_polling_discard(struct eio_polling *polling);

/* What waits goes into the pending poll, if there is one, with the close behind it. */
void eio_polling_say_last(struct eio_polling *polling);

/* The session is closed: tells a pending poll, drops a POST, ends a probe. */
void eio_polling_end(struct eio_polling *polling);

/* What waits goes to the WebSocket, in order (engine-io 10). */
void eio_polling_move_queue(struct eio_polling *polling, struct eio_websocket *websocket);

/* Sets up server->flushes, and what POSTs need. */
void eio_polling_init_queues(struct eio_server *server);

#endif
