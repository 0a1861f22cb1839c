#include "io/io_own_listeners.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/*
 * A listener may end itself or others, add some, and end its socket, all within its call. So what ends while one
 * is in a call is only marked, and freed when the outermost call has returned.
 */
struct own_listener {
    struct list in_own;
    sails_io_event_cb on_event;
    void *ctx;
    bool once;
    bool has_ended;
    bool is_any; /* it listens to every event */
    size_t len;
    char event[];
};

struct io_own_listeners {
    struct list all;
    unsigned n_calls;
    bool is_closed;
};

struct io_own_listeners *io_own_listeners_create(void)
{
    struct io_own_listeners *own = mem_calloc(1, sizeof(*own));

    if (own != NULL) {
        list_init(&own->all);
    }
    return own;
}

static void sweep(struct io_own_listeners *own)
{
    struct list *node = own->all.next;

    assert(own->n_calls == 0);
    while (node != &own->all) {
        struct own_listener *listener = container_of(node, struct own_listener, in_own);

        node = node->next;
        if (listener->has_ended || own->is_closed) {
            list_remove(&listener->in_own);
            mem_free(listener);
        }
    }
    if (own->is_closed) {
        mem_free(own);
    }
}

void io_own_listeners_close(struct io_own_listeners *own)
{
    if (own == NULL) {
        return;
    }
    own->is_closed = true;
    if (own->n_calls == 0) {
        sweep(own);
    }
}

int io_own_listeners_add(struct io_own_listeners *own, const char *event, bool once,
                         sails_io_event_cb on_event, void *ctx)
{
    struct str name = str_from(event);
    struct own_listener *listener = mem_alloc(sizeof(*listener) + name.len);

    if (listener == NULL) {
        return SAILS_ENOMEM;
    }
    *listener = (struct own_listener){
        .on_event = on_event, .ctx = ctx, .once = once, .is_any = event == NULL, .len = name.len};
    if (name.len > 0) {
        memcpy(listener->event, name.ptr, name.len);
    }
    list_append(&own->all, &listener->in_own);
    return 0;
}

static bool concerns(const struct own_listener *listener, struct str name)
{
    return listener->is_any || str_eq((struct str){listener->event, listener->len}, name);
}

size_t io_own_listeners_remove(struct io_own_listeners *own, const char *event,
                               sails_io_event_cb on_event)
{
    size_t n = 0;

    list_each(node, &own->all) {
        struct own_listener *listener = container_of(node, struct own_listener, in_own);
        bool is_meant = event == NULL ||
                        (!listener->is_any &&
                         str_eq((struct str){listener->event, listener->len}, str_from(event)));

        if (!listener->has_ended && is_meant &&
            (on_event == NULL || listener->on_event == on_event)) {
            listener->has_ended = true;
            n++;
        }
    }
    if (own->n_calls == 0) {
        sweep(own);
    }
    return n;
}

void io_own_listeners_tell(struct io_own_listeners *own, struct str name, sails_io_socket *socket,
                           sails_io_event *event)
{
    const struct list *last = own->all.prev;
    struct list *node = &own->all;

    if (last == &own->all) {
        return;
    }
    own->n_calls++;
    do {
        struct own_listener *listener = NULL;

        node = node->next;
        listener = container_of(node, struct own_listener, in_own);
        if (!listener->has_ended && !own->is_closed && concerns(listener, name)) {
            listener->has_ended = listener->once;
            listener->on_event(socket, event, listener->ctx);
        }
    } while (node != last);
    own->n_calls--;
    if (own->n_calls == 0) {
        sweep(own);
    }
}
