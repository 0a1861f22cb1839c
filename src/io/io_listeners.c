#include "io/io_listeners.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

struct io_event_listeners {
    struct map_node by_name;
    struct list listeners; /* by in_event */
    size_t name_len;
    char name[];
};

void io_listeners_init(struct io_listeners *listeners, struct hash_key key)
{
    *listeners = (struct io_listeners){.key = key};
    for (size_t i = 0; i < IO_LISTENER_KINDS; i++) {
        list_init(&listeners->kinds[i]);
    }
}

void io_listeners_deinit(struct io_listeners *listeners)
{
    for (size_t i = 0; i < IO_LISTENER_KINDS; i++) {
        while (!list_is_empty(&listeners->kinds[i])) {
            mem_free(
                container_of(list_take_first(&listeners->kinds[i]), struct io_listener, in_kind));
        }
    }
    map_each(node, &listeners->events) {
        map_remove(&listeners->events, node);
        mem_free(container_of(node, struct io_event_listeners, by_name));
    }
    map_deinit(&listeners->events);
}

/* ---- events ---- */

static struct str name_of(const struct io_event_listeners *event)
{
    return (struct str){event->name, event->name_len};
}

static struct io_event_listeners *find(const struct io_listeners *listeners, struct str name)
{
    struct map_node *node = map_find(&listeners->events, hash_str(listeners->key, name));

    for (; node != NULL; node = map_find_next(node)) {
        struct io_event_listeners *event = container_of(node, struct io_event_listeners, by_name);

        if (str_eq(name_of(event), name)) {
            return event;
        }
    }
    return NULL;
}

const struct list *io_listeners_find(const struct io_listeners *listeners, struct str name)
{
    const struct io_event_listeners *event = find(listeners, name);

    return event != NULL ? &event->listeners : NULL;
}

static struct io_event_listeners *event_create(struct str name)
{
    struct io_event_listeners *event = mem_alloc(sizeof(*event) + name.len);

    if (event == NULL) {
        return NULL;
    }
    *event = (struct io_event_listeners){.name_len = name.len};
    list_init(&event->listeners);
    if (name.len > 0) {
        memcpy(event->name, name.ptr, name.len);
    }
    return event;
}

/* ---- adding ---- */

/* `is_first`: before all others, else behind them. */
static int add(struct io_listeners *listeners, const struct io_listener *listener, struct str name,
               bool is_first)
{
    struct io_listener *made = mem_alloc(sizeof(*made));
    struct io_event_listeners *event = NULL;
    bool is_new = false;

    if (listener->kind == IO_EVENT) {
        event = find(listeners, name);
        is_new = event == NULL;
        event = is_new ? event_create(name) : event;
    }
    if (made == NULL || (listener->kind == IO_EVENT && event == NULL)) {
        mem_free(made);
        mem_free(is_new ? event : NULL);
        return SAILS_ENOMEM;
    }
    *made = *listener;
    list_insert_before(is_first ? listeners->kinds[made->kind].next : &listeners->kinds[made->kind],
                       &made->in_kind);
    if (is_new) {
        map_insert(&listeners->events, &event->by_name, hash_str(listeners->key, name));
    }
    if (event != NULL) {
        list_insert_before(is_first ? event->listeners.next : &event->listeners, &made->in_event);
    }
    io_listeners_check(listeners);
    return 0;
}

int io_listeners_add(struct io_listeners *listeners, const struct io_listener *listener,
                     struct str event)
{
    return add(listeners, listener, event, false);
}

int io_listeners_prepend(struct io_listeners *listeners, const struct io_listener *listener)
{
    assert(listener->kind != IO_EVENT);
    return add(listeners, listener, (struct str){NULL, 0}, true);
}

/* The last one first, each before all that are there. */
static int inherit_list(struct io_listeners *listeners, const struct list *others, struct str event)
{
    int rc = 0;

    for (const struct list *node = others->prev; node != others && rc == 0; node = node->prev) {
        const struct io_listener *listener =
            event.ptr != NULL ? container_of(node, const struct io_listener, in_event)
                              : container_of(node, const struct io_listener, in_kind);

        rc = add(listeners, listener, event, true);
    }
    return rc;
}

int io_listeners_inherit(struct io_listeners *listeners, const struct io_listeners *others)
{
    int rc = 0;

    for (size_t i = 0; i < IO_EVENT && rc == 0; i++) {
        rc = inherit_list(listeners, &others->kinds[i], (struct str){NULL, 0});
    }
    map_each(node, &others->events) {
        const struct io_event_listeners *event =
            container_of(node, const struct io_event_listeners, by_name);

        if (rc == 0) {
            rc = inherit_list(listeners, &event->listeners, name_of(event));
        }
    }
    return rc;
}

/* ---- the invariants ---- */

#ifndef NDEBUG
static size_t length(const struct list *head)
{
    size_t n = 0;

    for (const struct list *node = head->next; node != head; node = node->next) {
        n++;
    }
    return n;
}

void io_listeners_check(const struct io_listeners *listeners)
{
    size_t n = 0;

    map_each(node, &listeners->events) {
        const struct io_event_listeners *event =
            container_of(node, const struct io_event_listeners, by_name);

        assert(!list_is_empty(&event->listeners)); /* I2 */
        assert(find(listeners, name_of(event)) == event);
        n += length(&event->listeners);
    }
    assert(n == length(&listeners->kinds[IO_EVENT])); /* I1 */
}
#else
void io_listeners_check(const struct io_listeners *listeners)
{
    (void)listeners;
}
#endif
