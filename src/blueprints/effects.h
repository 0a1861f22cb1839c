/*
 * effects.h - what a blueprint tells sockets, once its change has been committed.
 *
 * Purpose    Messages, subscriptions and their ends, gathered while the change is made, and done in the order of
 *            gathering when it is certain.
 * Ownership  Owns its messages and names. Views: `socket_id`, `omit`.
 * Threads    One thread at a time. struct publish_order: any.
 * Floor      blueprints; uses pubsub, base.
 *
 *     begin; change ... effects_send(), effects_subscribe() ...; publish_order_lock(); commit; effects_apply(); publish_order_unlock()
 *
 * The lock makes the messages about a record come in the order of its changes, whoever makes them: who commits the
 * second change has waited for the first to be told. It is taken when nothing but the commit is left, so that nobody
 * who has it waits for a database's locks.
 */
#ifndef BLUEPRINTS_EFFECTS_H
#define BLUEPRINTS_EFFECTS_H

#include "pubsub/pubsub.h"

#include <pthread.h>

enum {
    PUBLISH_ORDER_STRIPES =
        64 /* a bit of `records` each: records that share one wait for each other, seldom */
};

/* One an app. */
struct publish_order {
    pthread_mutex_t stripes[PUBLISH_ORDER_STRIPES];
};

void publish_order_init(struct publish_order *order);
void publish_order_deinit(struct publish_order *order);

/* What is told of `records` (of struct effects, one or several) is told by whoever has them locked. */
void publish_order_lock(struct publish_order *order, uint64_t records);
void publish_order_unlock(struct publish_order *order, uint64_t records);

struct effect;

/* {0} has nobody who asks. */
struct effects {
    struct effect *list;
    size_t n;
    size_t cap;
    uint64_t records;      /* whom messages are about: a bit for the stripe of each */
    const char *socket_id; /* whose request it is; NULL: over HTTP */
    const char *omit;      /* who does not get the messages; NULL: everybody gets them */
    bool failed;           /* for lack of memory: see effects_error() */
};

/* Forgets what was gathered, not who asks: it may go on. */
void effects_deinit(struct effects *effects);

/* ---- gathering. `data` is taken. A key that no room can be named after concerns nobody ---- */

/* To the subscribers of a record. */
void effects_send(struct effects *effects, const struct orm_model *model, const json_t *key,
                  json_t *data);

/* To the watchers of a model. */
void effects_send_to_class(struct effects *effects, const struct orm_model *model, json_t *data);

/* The requester becomes a subscriber, or a watcher, or ceases to be the first. Over HTTP nothing. */
void effects_subscribe(struct effects *effects, const struct orm_model *model, const json_t *key);
void effects_watch(struct effects *effects, const struct orm_model *model);
void effects_unsubscribe(struct effects *effects, const struct orm_model *model, const json_t *key);

/* All watchers become subscribers of a record; all its subscribers cease to be. */
void effects_introduce(struct effects *effects, const struct orm_model *model, const json_t *key);
void effects_retire(struct effects *effects, const struct orm_model *model, const json_t *key);

/* 0, or SAILS_ENOMEM: something of the above is missing. */
int effects_error(const struct effects *effects);

/* ---- doing ---- */

/* Does them in order. What cannot be done is logged: the change stands. */
void effects_apply(struct effects *effects, const struct pubsub *pubsub);

#endif
