/*
 * answers.h - the answers to an event that was emitted to many.
 *
 * Purpose    Gathers the acks of a broadcast over all workers (socket-io 13.1).
 * Ownership  Counted (atomic): the emitter, the operation, and one for each socket that has not
 *            answered yet.
 * Threads    Any: a lock, for this is not a hot path and each answer holds it for an append.
 * Floor      cluster; uses socketio, base.
 */
#ifndef CLUSTER_ANSWERS_H
#define CLUSTER_ANSWERS_H

#include "base/worker.h"
#include "socketio/sio.h"

#include <jansson.h>

struct answers;

/* Runs once, on a worker's thread, when nobody can answer any more: `status` is 0, SAILS_ETIMEOUT if
 * somebody has not answered, or what answers_close() was given. `list` is a view. */
typedef void (*answers_cb)(int status, json_t *list, void *ctx);

/* NULL: no memory. */
struct answers *answers_create(uint64_t timeout_ms, answers_cb on_answers, void *ctx);

/*
 * For carriers, on behalf of another node, which wants to hear of each answer as it comes, and first of all
 * how many have been asked. Both under the lock, and on_each never before on_asked. `answer` is a view.
 */
struct answers_listener {
    void (*on_asked)(size_t n, void *ctx);
    void (*on_each)(json_t *answer, void *ctx);
};

/* `list` of on_answers is empty then. The listener is borrowed. NULL: no memory. */
struct answers *answers_create_for(uint64_t timeout_ms, const struct answers_listener *listener,
                                   answers_cb on_answers, void *ctx);
struct answers *answers_retain(struct answers *a);

/* NULL is harmless. */
void answers_release(struct answers *a);

/* The one id that all receivers on this node answer to. Before anybody is asked. */
void answers_set_id(struct answers *a, uint64_t ack_id);

/* The socket, of the worker whose thread this is, has been asked. NULL answers: nothing to do. */
void answers_expect(struct answers *a, struct sio_socket *socket);

/* For carriers: other nodes have asked `n` clients more. While not everybody has been asked. */
void answers_expect_more(struct answers *a, size_t n);

/* For carriers: one of them has answered. `answer` is taken; NULL: it will not, and `status` says why. */
void answers_give(struct answers *a, json_t *answer, int status);

/* For carriers: `n` of them will not. */
void answers_give_up(struct answers *a, size_t n, int status);

/* Everybody has been asked: calls back as soon as the last answer is there, maybe now; with `status`
 * if that is an error. */
void answers_close(struct answers *a, int status);

#endif
