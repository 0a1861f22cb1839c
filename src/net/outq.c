#include "net/outq.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/*
 * I1  is_many is not set: at most one message, in u.one. Else u.many has room for `cap`.
 * I2  An empty queue owns no memory, and is_many is not set.
 * I3  Of the first message less than its length is consumed.
 * I4  outq_cost() without the longest message is within the bound, if outq_admits() was asked before each push:
 *     also when that one goes and `largest` becomes 0, for what is left was within it.
 */

/* What more than one message needs: an idle connection has none. */
struct outq_many {
    size_t offset;    /* consumed of the first message */
    uint32_t first;   /* in use from there on */
    uint32_t cap;     /* places */
    uint32_t largest; /* length of the longest message since it was empty; 0: that one has gone */
    struct shared *places[];
};

enum {
    FIRST_CAP = 8,
    MESSAGE_COST = 64 /* its place here, its head and what the allocator adds: about this much */
};

static struct shared *message_at(const struct outq *q, uint32_t i)
{
    return q->is_many ? q->u.many->places[q->u.many->first + i] : q->u.one;
}

/* Consumed of the first message. */
static size_t offset_of(const struct outq *q)
{
    if (q->is_many) {
        assert(q->u.many != NULL);
        return q->u.many->offset;
    }
    return q->count > 0 ? q->u.one->len - q->bytes : 0;
}

size_t outq_cost(const struct outq *q)
{
    return q->bytes + (size_t)q->count * MESSAGE_COST;
}

/* As far as `largest` can hold it. */
static uint32_t length_of(const struct shared *s)
{
    return s->len < UINT32_MAX ? (uint32_t)s->len : UINT32_MAX;
}

static uint32_t largest_of(const struct outq *q)
{
    if (q->is_many) {
        return q->u.many->largest;
    }
    return q->count > 0 ? length_of(q->u.one) : 0;
}

/* What does not count, of the longest message: what is left of it. */
static size_t exempt_bytes(const struct outq *q)
{
    uint32_t largest = largest_of(q);
    size_t offset = offset_of(q);
    bool is_first = q->count > 0 && length_of(message_at(q, 0)) == largest;

    return is_first && offset < largest ? largest - offset : largest;
}

bool outq_admits(const struct outq *q, size_t len, size_t max)
{
    size_t exempt = exempt_bytes(q);
    size_t cost = 0;

    return size_add(outq_cost(q), len, &cost) && cost - (len > exempt ? len : exempt) <= max;
}

static void outq_check(const struct outq *q)
{
    const struct shared *first = q->count > 0 ? message_at(q, 0) : NULL;

    assert(q->is_many ? q->u.many->first + q->count <= q->u.many->cap : q->count <= 1); /* I1 */
    assert(first != NULL || (!q->is_many && q->bytes == 0));                            /* I2 */
    assert(first == NULL || offset_of(q) < first->len);                                 /* I3 */
    assert((q->bytes > 0) == (first != NULL));
    (void)first;
}

static int leave_inline(struct outq *q)
{
    struct outq_many *many = mem_alloc(sizeof(*many) + FIRST_CAP * sizeof(many->places[0]));

    if (many == NULL) {
        return SAILS_ENOMEM;
    }
    *many = (struct outq_many){.offset = offset_of(q), .cap = FIRST_CAP, .largest = largest_of(q)};
    many->places[0] = q->u.one;
    q->u.many = many;
    q->is_many = true;
    return 0;
}

static int grow(struct outq *q)
{
    size_t cap = 2 * (size_t)q->u.many->cap;
    size_t size = 0;
    struct outq_many *many = NULL;

    if (cap > UINT32_MAX || !size_mul(cap, sizeof(many->places[0]), &size) ||
        !size_add(size, sizeof(*many), &size)) {
        return SAILS_ENOMEM;
    }
    many = mem_realloc(q->u.many, size);
    if (many == NULL) {
        return SAILS_ENOMEM;
    }
    many->cap = (uint32_t)cap;
    q->u.many = many;
    return 0;
}

/* Moving to the front costs O(1) for each message if at least half of the places have become free. */
static int make_room(struct outq *q)
{
    struct outq_many *many = q->is_many ? q->u.many : NULL;

    if (many == NULL) {
        return q->count == 0 ? 0 : leave_inline(q);
    }
    if (many->first + q->count < many->cap) {
        return 0;
    }
    if (many->first >= many->cap / 2) {
        memmove(many->places, many->places + many->first, q->count * sizeof(many->places[0]));
        many->first = 0;
        return 0;
    }
    return grow(q);
}

int outq_push(struct outq *q, struct shared *s)
{
    int rc = make_room(q);

    assert(s->len > 0); /* I3 */
    if (rc < 0) {
        return rc;
    }
    if (q->is_many) {
        q->u.many->places[q->u.many->first + q->count] = shared_retain(s);
        if (length_of(s) > q->u.many->largest) {
            q->u.many->largest = length_of(s);
        }
    } else {
        q->u.one = shared_retain(s);
    }
    q->count++;
    q->bytes += s->len;
    outq_check(q);
    return 0;
}

size_t outq_peek(const struct outq *q, struct iovec *pieces, size_t max)
{
    size_t n = q->count < max ? q->count : max;
    size_t skip = offset_of(q);

    for (size_t i = 0; i < n; i++) {
        struct shared *s = message_at(q, (uint32_t)i);

        pieces[i] = (struct iovec){s->data + skip, s->len - skip};
        skip = 0;
    }
    return n;
}

static void reset(struct outq *q)
{
    if (q->is_many) {
        mem_free(q->u.many);
    }
    *q = (struct outq){0};
}

static void drop_first(struct outq *q)
{
    struct shared *first = message_at(q, 0);

    if (q->is_many) {
        if (length_of(first) == q->u.many->largest) {
            q->u.many->largest = 0; /* I4 */
        }
        q->u.many->offset = 0;
        q->u.many->first++;
    }
    shared_release(first);
    q->count--;
    if (q->count == 0) {
        reset(q); /* I2 */
    }
}

void outq_consume(struct outq *q, size_t n)
{
    assert(n <= q->bytes);
    while (n > 0) {
        size_t left = message_at(q, 0)->len - offset_of(q);
        size_t step = n < left ? n : left;

        n -= step;
        q->bytes -= step;
        if (step == left) {
            drop_first(q);
        } else if (q->is_many) {
            q->u.many->offset += step;
        }
    }
    outq_check(q);
}

void outq_clear(struct outq *q)
{
    for (uint32_t i = 0; i < q->count; i++) {
        shared_release(message_at(q, i));
    }
    reset(q);
}
