#include "blueprints/effects.h"

#include "base/hash.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

enum effect_kind {
    EFFECT_SEND, /* `data` to the room `who` */
    EFFECT_JOIN, /* `who` joins `rooms` */
    EFFECT_LEAVE
};

struct effect {
    enum effect_kind kind;
    const struct orm_model *model; /* of EFFECT_SEND: names the event */
    json_t *data;                  /* of EFFECT_SEND */
    struct room_list who;          /* one room; empty: the requester's socket */
    struct room_list rooms;        /* of the others */
};

/* ---- order ---- */

void publish_order_init(struct publish_order *order)
{
    for (size_t i = 0; i < PUBLISH_ORDER_STRIPES; i++) {
        (void)pthread_mutex_init(&order->stripes[i], NULL);
    }
}

void publish_order_deinit(struct publish_order *order)
{
    for (size_t i = 0; i < PUBLISH_ORDER_STRIPES; i++) {
        (void)pthread_mutex_destroy(&order->stripes[i]);
    }
}

/* Always from the first to the last, so that nobody waits for whoever waits for him. */
void publish_order_lock(struct publish_order *order, uint64_t records)
{
    for (size_t i = 0; i < PUBLISH_ORDER_STRIPES; i++) {
        if ((records >> i & 1) != 0) {
            (void)pthread_mutex_lock(&order->stripes[i]);
        }
    }
}

void publish_order_unlock(struct publish_order *order, uint64_t records)
{
    for (size_t i = 0; i < PUBLISH_ORDER_STRIPES; i++) {
        if ((records >> i & 1) != 0) {
            (void)pthread_mutex_unlock(&order->stripes[i]);
        }
    }
}

/* ---- gathering ---- */

static void deinit_effect(struct effect *effect)
{
    json_decref(effect->data);
    room_list_deinit(&effect->who);
    room_list_deinit(&effect->rooms);
}

void effects_deinit(struct effects *effects)
{
    for (size_t i = 0; i < effects->n; i++) {
        deinit_effect(&effects->list[i]);
    }
    mem_free(effects->list);
    effects->list = NULL;
    effects->n = effects->cap = 0;
    effects->records = 0;
    effects->failed = false;
}

int effects_error(const struct effects *effects)
{
    return effects->failed ? SAILS_ENOMEM : 0;
}

/* A place at the end; NULL: no memory. */
static struct effect *push(struct effects *effects, enum effect_kind kind)
{
    if (effects->n == effects->cap) {
        size_t cap = effects->cap == 0 ? 4 : effects->cap * 2;
        struct effect *list = mem_realloc(effects->list, cap * sizeof(*list));

        if (list == NULL) {
            effects->failed = true;
            return NULL;
        }
        effects->list = list;
        effects->cap = cap;
    }
    assert(effects->list != NULL);
    effects->list[effects->n] = (struct effect){.kind = kind};
    return &effects->list[effects->n++];
}

/* The last effect is taken back where its room has no name. */
static void settle(struct effects *effects, int rc)
{
    assert(effects->n > 0);
    if (rc < 0) {
        effects->failed = effects->failed || rc == SAILS_ENOMEM;
        deinit_effect(&effects->list[--effects->n]);
    }
}

static void remember_record(struct effects *effects, const struct room_list *room)
{
    effects->records |= (uint64_t)1
                        << hash_nocase(str_from(room_list_only(room))) % PUBLISH_ORDER_STRIPES;
}

/* A message, to nobody yet. Takes `data`; NULL: no memory, and that is noted. */
static struct effect *push_message(struct effects *effects, const struct orm_model *model,
                                   json_t *data)
{
    struct effect *effect = data != NULL ? push(effects, EFFECT_SEND) : NULL;

    if (effect == NULL) {
        effects->failed = true;
        json_decref(data);
        return NULL;
    }
    effect->model = model;
    effect->data = data;
    return effect;
}

void effects_send(struct effects *effects, const struct orm_model *model, const json_t *key,
                  json_t *data)
{
    struct effect *effect = push_message(effects, model, data);
    int rc = effect != NULL ? room_list_add_record(&effect->who, model, key) : SAILS_ENOMEM;

    if (rc == 0) {
        remember_record(effects, &effect->who);
    }
    if (effect != NULL) {
        settle(effects, rc);
    }
}

void effects_send_to_class(struct effects *effects, const struct orm_model *model, json_t *data)
{
    struct effect *effect = push_message(effects, model, data);

    if (effect != NULL) {
        settle(effects, room_list_add_class(&effect->who, model));
    }
}

/* Where the requester's rooms of that kind are gathered: many joins in a row are one. NULL: no memory. */
static struct effect *of_requester(struct effects *effects, enum effect_kind kind)
{
    struct effect *last = effects->n > 0 ? &effects->list[effects->n - 1] : NULL;

    return last != NULL && last->kind == kind && last->who.n == 0 ? last : push(effects, kind);
}

static void change_requester(struct effects *effects, enum effect_kind kind,
                             const struct orm_model *model, const json_t *key)
{
    struct effect *effect = effects->socket_id != NULL ? of_requester(effects, kind) : NULL;
    int rc = 0;

    if (effect != NULL) {
        rc = key != NULL ? room_list_add_record(&effect->rooms, model, key)
                         : room_list_add_class(&effect->rooms, model);
        effects->failed = effects->failed || rc == SAILS_ENOMEM;
    }
}

void effects_subscribe(struct effects *effects, const struct orm_model *model, const json_t *key)
{
    if (key != NULL) {
        change_requester(effects, EFFECT_JOIN, model, key);
    }
}

void effects_watch(struct effects *effects, const struct orm_model *model)
{
    change_requester(effects, EFFECT_JOIN, model, NULL);
}

void effects_unsubscribe(struct effects *effects, const struct orm_model *model, const json_t *key)
{
    if (key != NULL) {
        change_requester(effects, EFFECT_LEAVE, model, key);
    }
}

void effects_introduce(struct effects *effects, const struct orm_model *model, const json_t *key)
{
    struct effect *effect = push(effects, EFFECT_JOIN);
    int rc = 0;

    if (effect == NULL) {
        return;
    }
    rc = room_list_add_class(&effect->who, model);
    rc = rc == 0 ? room_list_add_record(&effect->rooms, model, key) : rc;
    if (rc == 0) {
        remember_record(effects, &effect->rooms);
    }
    settle(effects, rc);
}

void effects_retire(struct effects *effects, const struct orm_model *model, const json_t *key)
{
    struct effect *effect = push(effects, EFFECT_LEAVE);
    int rc = 0;

    if (effect == NULL) {
        return;
    }
    rc = room_list_add_record(&effect->who, model, key);
    rc = rc == 0 ? room_list_add_record(&effect->rooms, model, key) : rc;
    if (rc == 0) {
        remember_record(effects, &effect->rooms);
    }
    settle(effects, rc);
}

/* ---- doing ---- */

static int apply(struct effect *effect, const struct effects *effects, const struct pubsub *pubsub)
{
    const char *who = effect->who.n > 0 ? room_list_only(&effect->who) : effects->socket_id;
    json_t *data = effect->data;

    switch (effect->kind) {
    case EFFECT_SEND:
        effect->data = NULL;
        return pubsub_send(pubsub, who, effect->model, data, effects->omit);
    case EFFECT_JOIN:
        return room_list_join(&effect->rooms, pubsub->io, who);
    case EFFECT_LEAVE:
        return room_list_leave(&effect->rooms, pubsub->io, who);
    }
    return 0;
}

void effects_apply(struct effects *effects, const struct pubsub *pubsub)
{
    for (size_t i = 0; i < effects->n; i++) {
        int rc = apply(&effects->list[i], effects, pubsub);

        if (rc < 0 && rc != SAILS_ESTATE) { /* that: the app is being lowered */
            log_line(pubsub->log, LOG_ERROR, "A message of the blueprints was not sent: %s",
                     sails_strerror(rc));
        }
    }
}
