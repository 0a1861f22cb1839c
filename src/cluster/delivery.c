#include "cluster/delivery.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/*
 * delivery, party, party, ..., names, texts: in one piece. Places and names both begin with pointers, so
 * that what follows a whole number of places is aligned for a name.
 */
static_assert(_Alignof(struct str) <= _Alignof(struct delivery_party), "names follow parties");

struct delivery *delivery_create(const struct operation *op, struct sio_message *message,
                                 const struct delivery_outcome *outcome, size_t n_parties)
{
    size_t size = n_parties * sizeof(struct delivery_party); /* a few; names are short */
    struct delivery *d = mem_alloc(sizeof(*d) + size + operation_copy_size(op));

    if (d == NULL) {
        return NULL;
    }
    *d = (struct delivery){.outcome = *outcome, .n_parties = n_parties};
    operation_copy(&d->op, op, d->parties + n_parties);
    d->message = message != NULL ? sio_message_retain(message) : NULL;
    if (outcome->answers != NULL) {
        answers_retain(outcome->answers);
    }
    atomic_init(&d->pending, 1);
    atomic_init(&d->n_matched, 0);
    atomic_init(&d->status, 0);
    pthread_mutex_init(&d->lock, NULL);
    for (size_t i = 0; i < n_parties; i++) {
        d->parties[i] = (struct delivery_party){.delivery = d};
    }
    return d;
}

static void destroy(struct delivery *d)
{
    assert(atomic_load(&d->pending) == 0);
    sio_message_release(d->message);
    answers_release(d->outcome.answers);
    json_decref(d->found);
    pthread_mutex_destroy(&d->lock);
    mem_free(d);
}

/* ---- parties ---- */

void delivery_expect(struct delivery *d, size_t n)
{
    unsigned before = atomic_fetch_add(&d->pending, (unsigned)n);

    (void)before;
    assert(before > 0); /* I1 */
}

static void note_status(struct delivery *d, int status)
{
    int none = 0;

    if (status < 0) {
        atomic_compare_exchange_strong(&d->status, &none, status);
    }
}

/* Takes `found`. */
static void note_found(struct delivery *d, json_t *found)
{
    bool is_noted = true;

    pthread_mutex_lock(&d->lock);
    if (d->found == NULL) {
        d->found = json_incref(found);
    } else {
        is_noted = json_array_extend(d->found, found) == 0;
    }
    pthread_mutex_unlock(&d->lock);
    json_decref(found);
    if (!is_noted) {
        note_status(d, SAILS_ENOMEM);
    }
}

void delivery_report(struct delivery *d, const struct delivery_report *report)
{
    assert(atomic_load(&d->pending) > 0); /* I1 */
    note_status(d, report->status);
    atomic_fetch_add(&d->n_matched, report->n_matched);
    if (report->found != NULL) {
        note_found(d, report->found);
    }
    if (atomic_fetch_sub(&d->pending, 1) == 1) {
        d->on_all(d);
    }
}

/* ---- the end ---- */

static int status_of(struct delivery *d, const struct worker *worker)
{
    int status = atomic_load(&d->status);

    if (status == 0 && !worker_is_running(worker)) {
        status = SAILS_ECLOSED;
    }
    if (status == 0 && d->outcome.must_match && atomic_load(&d->n_matched) == 0) {
        status = SAILS_ENOENT;
    }
    return status;
}

static void deliver_news(struct worker *worker, struct mail *mail)
{
    struct delivery *d = container_of(mail, struct delivery, news);
    const struct delivery_outcome *outcome = &d->outcome;

    if (outcome->answers != NULL) {
        answers_close(outcome->answers, status_of(d, worker));
    }
    if (outcome->on_done != NULL) {
        outcome->on_done(status_of(d, worker), d->found, outcome->ctx);
    }
    destroy(d);
}

void delivery_end(struct delivery *d, struct worker *worker)
{
    if (d->outcome.on_done == NULL && d->outcome.answers == NULL) {
        destroy(d);
        return;
    }
    d->news.deliver = deliver_news;
    worker_post(worker, &d->news);
}
