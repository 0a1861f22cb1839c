#include "base/shared.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>

struct shared *shared_create(size_t len)
{
    size_t size = 0;
    struct shared *s = NULL;

    if (!size_add(sizeof(*s), len, &size)) {
        return NULL;
    }
    s = mem_alloc(size);
    if (s == NULL) {
        return NULL;
    }
    atomic_init(&s->refs, 1);
    s->len = len;
    return s;
}

struct shared *shared_copy(struct bytes b)
{
    struct shared *s = shared_create(b.len);

    if (s != NULL && b.len > 0) {
        memcpy(s->data, b.ptr, b.len);
    }
    return s;
}

struct shared *shared_retain(struct shared *s)
{
    /* Who retains holds a reference already, so nothing needs to be ordered. */
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void shared_release(struct shared *s)
{
    unsigned before = 0;

    if (s == NULL) {
        return;
    }
    /* Release: our reads happen before the free. Acquire: the last one sees everybody's. */
    before = atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel);
    assert(before > 0);
    if (before == 1) {
        mem_free(s);
    }
}
