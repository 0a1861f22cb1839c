#include "cluster/answers.h"

#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <sails/err.h>

/*
 * I1  `waiting` counts the sockets that have been asked and have neither answered nor given up, and
 *     one for the emitter until answers_close(): so it reaches 0 exactly once, and never before all
 *     workers have asked.
 */
struct answers {
    atomic_uint refs;
    pthread_mutex_t lock;
    uint64_t ack_id;
    uint64_t timeout_ms;
    size_t waiting;
    int status;
    json_t *list;
    answers_cb on_answers;
    const struct answers_listener *listener; /* NULL: none */
    void *ctx;
    size_t n_asked;
    bool
        is_told; /* the listener, how many have been asked: what was answered before is in the list */
};

struct answers *answers_create(uint64_t timeout_ms, answers_cb on_answers, void *ctx)
{
    struct answers *a = mem_alloc(sizeof(*a));
    json_t *list = json_array();

    if (a == NULL || list == NULL) {
        mem_free(a);
        json_decref(list);
        return NULL;
    }
    *a = (struct answers){
        .timeout_ms = timeout_ms,
        .waiting = 1,
        .list = list,
        .on_answers = on_answers,
        .ctx = ctx,
    };
    atomic_init(&a->refs, 1);
    pthread_mutex_init(&a->lock, NULL);
    return a;
}

struct answers *answers_create_for(uint64_t timeout_ms, const struct answers_listener *listener,
                                   answers_cb on_answers, void *ctx)
{
    struct answers *a = answers_create(timeout_ms, on_answers, ctx);

    if (a != NULL) {
        a->listener = listener;
    }
    return a;
}

void answers_set_id(struct answers *a, uint64_t ack_id)
{
    a->ack_id = ack_id;
}

struct answers *answers_retain(struct answers *a)
{
    atomic_fetch_add_explicit(&a->refs, 1, memory_order_relaxed);
    return a;
}

void answers_release(struct answers *a)
{
    if (a == NULL || atomic_fetch_sub_explicit(&a->refs, 1, memory_order_acq_rel) > 1) {
        return;
    }
    pthread_mutex_destroy(&a->lock);
    json_decref(a->list);
    mem_free(a);
}

/* Takes the answer. Under the lock. */
static int note_answer(struct answers *a, json_t *answer)
{
    if (a->listener != NULL && a->is_told) {
        a->listener->on_each(answer, a->ctx);
        json_decref(answer);
        return 0;
    }
    return json_array_append_new(a->list, answer) != 0 ? SAILS_ENOMEM : 0;
}

/* Whether that was the last. Under the lock. */
static bool count_down(struct answers *a, size_t n, int status)
{
    assert(a->waiting >= n); /* I1 */
    a->status = a->status == 0 ? status : a->status;
    a->waiting -= n;
    return a->waiting == 0;
}

void answers_give(struct answers *a, json_t *answer, int status)
{
    bool is_last = false;

    pthread_mutex_lock(&a->lock);
    if (answer != NULL) {
        status = note_answer(a, answer) < 0 ? SAILS_ENOMEM : status;
    }
    is_last = count_down(a, 1, status);
    pthread_mutex_unlock(&a->lock);

    if (is_last) {
        a->on_answers(a->status, a->list, a->ctx);
    }
}

void answers_give_up(struct answers *a, size_t n, int status)
{
    bool is_last = false;

    if (n == 0) {
        return;
    }
    pthread_mutex_lock(&a->lock);
    is_last = count_down(a, n, status);
    pthread_mutex_unlock(&a->lock);

    if (is_last) {
        a->on_answers(a->status, a->list, a->ctx);
    }
}

/* The first argument, or null: what an answer counts for (socket-io 13.1). */
static json_t *first_argument(const struct sio_packet *packet)
{
    json_t *args = sio_packet_args(packet, NULL);
    json_t *first = json_array_get(args, 0);

    first = first != NULL ? json_incref(first) : json_null();
    json_decref(args);
    return first;
}

static void on_ack(struct sio_socket *socket, int status, const struct sio_packet *answer,
                   void *ctx)
{
    struct answers *a = ctx;

    (void)socket;
    answers_give(a, status == 0 ? first_argument(answer) : NULL, status == 0 ? 0 : SAILS_ETIMEOUT);
    answers_release(a);
}

void answers_expect_more(struct answers *a, size_t n)
{
    pthread_mutex_lock(&a->lock);
    assert(a->waiting > 0); /* I1 */
    a->waiting += n;
    a->n_asked += n;
    pthread_mutex_unlock(&a->lock);
}

void answers_expect(struct answers *a, struct sio_socket *socket)
{
    if (a == NULL) {
        return;
    }
    answers_expect_more(a, 1);
    answers_retain(a);
    if (sio_socket_expect_ack(socket, a->ack_id, a->timeout_ms, on_ack, a) < 0) {
        answers_give(a, NULL, SAILS_ETIMEOUT);
        answers_release(a);
    }
}

static void tell_asked(struct answers *a)
{
    size_t i = 0;
    json_t *answer = NULL;

    pthread_mutex_lock(&a->lock);
    a->listener->on_asked(a->n_asked, a->ctx);
    a->is_told = true;
    json_array_foreach(a->list, i, answer)
    {
        a->listener->on_each(answer, a->ctx);
    }
    json_array_clear(a->list);
    pthread_mutex_unlock(&a->lock);
}

void answers_close(struct answers *a, int status)
{
    if (a->listener != NULL) {
        tell_asked(a);
    }
    answers_give(a, NULL, status);
}
