#include "net/outq.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/*
 * I1  cap == 0: at most one message, in u.one. Else u.many has room for `cap`.
 * I2  An empty queue owns no memory: cap, first and offset are 0.
 * I3  offset < length of the first message.
 * I4  outq_cost() without `largest` is within the bound, if outq_admits() was asked before each push:
 *     also when the longest message goes and `largest` becomes 0, for what is left was within it.
 */

enum {
    FIRST_CAP = 8,
    MESSAGE_COST = 64 /* its place here, its head and what the allocator adds: about this much */
};

static struct shared *message_at(const struct outq *q, uint32_t i)
{
    return q->cap == 0 ? q->u.one : q->u.many[q->first + i];
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

/* What does not count, of the longest message: what is left of it. */
static size_t exempt_bytes(const struct outq *q)
{
    bool is_first = q->count > 0 && length_of(message_at(q, 0)) == q->largest;

    return is_first && q->offset < q->largest ? q->largest - q->offset : q->largest;
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

    assert(q->cap == 0 ? q->count <= 1 : q->first + q->count <= q->cap);       /* I1 */
    assert(first != NULL || (q->cap == 0 && q->first == 0 && q->offset == 0)); /* I2 */
    assert(first == NULL || q->offset < first->len);                           /* I3 */
    assert((q->bytes > 0) == (first != NULL));
    (void)first;
}

static int leave_inline(struct outq *q)
{
    struct shared **many = mem_alloc(FIRST_CAP * sizeof(*many));

    if (many == NULL) {
        return SAILS_ENOMEM;
    }
    many[0] = q->u.one;
    q->u.many = many;
    q->cap = FIRST_CAP;
    return 0;
}

static int grow(struct outq *q)
{
    size_t size = 0;
    struct shared **many = NULL;

    if (q->cap > UINT32_MAX / 2 || !size_mul(2 * (size_t)q->cap, sizeof(*many), &size)) {
        return SAILS_ENOMEM;
    }
    many = mem_realloc(q->u.many, size);
    if (many == NULL) {
        return SAILS_ENOMEM;
    }
    q->u.many = many;
    q->cap *= 2;
    return 0;
}

/* Moving to the front costs O(1) for each message if at least half of the places have become free. */
static int make_room(struct outq *q)
{
    if (q->cap == 0) {
        return q->count == 0 ? 0 : leave_inline(q);
    }
    if (q->first + q->count < q->cap) {
        return 0;
    }
    if (q->first >= q->cap / 2) {
        memmove(q->u.many, q->u.many + q->first, q->count * sizeof(struct shared *));
        q->first = 0;
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
    if (q->cap == 0) {
        q->u.one = shared_retain(s);
    } else {
        q->u.many[q->first + q->count] = shared_retain(s);
    }
    q->count++;
    q->bytes += s->len;
    if (length_of(s) > q->largest) {
        q->largest = length_of(s);
    }
    outq_check(q);
    return 0;
}

size_t outq_peek(const struct outq *q, struct iovec *pieces, size_t max)
{
    size_t n = q->count < max ? q->count : max;
    size_t skip = q->offset;

    for (size_t i = 0; i < n; i++) {
        struct shared *s = message_at(q, (uint32_t)i);

        pieces[i] = (struct iovec){s->data + skip, s->len - skip};
        skip = 0;
    }
    return n;
}

static void reset(struct outq *q)
{
    if (q->cap > 0) {
        mem_free(q->u.many);
    }
    *q = (struct outq){0};
}

static void drop_first(struct outq *q)
{
    struct shared *first = message_at(q, 0);

    if (length_of(first) == q->largest) {
        q->largest = 0; /* I4 */
    }
    shared_release(first);
    q->count--;
    q->offset = 0;
    if (q->count == 0) {
        reset(q); /* I2 */
    } else {
        q->first++;
    }
}

void outq_consume(struct outq *q, size_t n)
{
    assert(n <= q->bytes);
    q->bytes -= n;
    while (n > 0) {
        size_t left = message_at(q, 0)->len - q->offset;

        if (n < left) {
            q->offset += n;
            break;
        }
        n -= left;
        drop_first(q);
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
