#include "base/mem.h"
#include "io/io.h"

/*
 * I1  Definitions (by name, parents, listeners) are made before the lift and never change after it;
 *     so their listeners are read without the lock.
 * I2  Children are made and forgotten under the lock. A child is in the registry exactly as long as
 *     the registry holds its reference.
 */

static struct sails_io_namespace *namespace_create(struct sails_io *io, struct str name)
{
    bool needs_slash = name.len > 0 && name.ptr[0] != '/';
    struct sails_io_namespace *nsp = mem_calloc(1, sizeof(*nsp) + name.len + 2);

    if (nsp == NULL) {
        return NULL;
    }
    atomic_init(&nsp->refs, 1);
    atomic_init(&nsp->ack_ids, 0);
    nsp->io = io;
    list_init(&nsp->listeners);
    recovery_init(&nsp->recovery, io->machine, &io->recovery);
    if (name.len > 0) {
        nsp->name[0] = '/';
        memcpy(nsp->name + (needs_slash ? 1 : 0), name.ptr, name.len);
    }
    return nsp;
}

static void namespace_destroy(struct sails_io_namespace *nsp)
{
    while (!list_is_empty(&nsp->listeners)) {
        mem_free(container_of(list_take_first(&nsp->listeners), struct io_listener, in_namespace));
    }
    recovery_deinit(&nsp->recovery);
    mem_free(nsp);
}

struct sails_io_namespace *io_namespace_retain(struct sails_io_namespace *nsp)
{
    atomic_fetch_add_explicit(&nsp->refs, 1, memory_order_relaxed);
    return nsp;
}

void io_namespace_release(struct sails_io_namespace *nsp)
{
    if (nsp != NULL && atomic_fetch_sub_explicit(&nsp->refs, 1, memory_order_acq_rel) == 1) {
        namespace_destroy(nsp);
    }
}

/* What follows the slash that every name begins with. */
static struct str without_slash(struct str name)
{
    return name.len > 0 && name.ptr[0] == '/' ? str_from_offset(name, 1) : name;
}

static struct sails_io_namespace *find_by_name(const struct sails_io *io, struct str name)
{
    struct str wanted = without_slash(name);

    list_each(node, &io->namespaces) {
        struct sails_io_namespace *nsp = container_of(node, struct sails_io_namespace, in_registry);

        if (str_eq(without_slash(str_from(nsp->name)), wanted)) {
            return nsp;
        }
    }
    return NULL;
}

sails_io_namespace *sails_io_of(sails_io *io, const char *name)
{
    struct sails_io_namespace *found = NULL;

    if (io == NULL || name == NULL) {
        return NULL;
    }
    pthread_mutex_lock(&io->lock);
    found = find_by_name(io, str_from(name));
    if (found == NULL && !io->is_lifted) {
        found = namespace_create(io, str_from(name[0] != '\0' ? name : "/"));
        if (found != NULL) {
            list_append(&io->namespaces, &found->in_registry);
        }
    }
    pthread_mutex_unlock(&io->lock);
    return found;
}

sails_io_namespace *sails_io_of_matching(sails_io *io, sails_io_match_cb match, void *ctx)
{
    struct sails_io_namespace *parent = NULL;

    if (io == NULL || match == NULL || io->is_lifted) {
        return NULL;
    }
    parent = namespace_create(io, (struct str){NULL, 0});
    if (parent != NULL) {
        parent->match = match;
        parent->match_ctx = ctx;
        list_append(&io->parents, &parent->in_registry);
    }
    return parent;
}

const char *sails_io_namespace_name(const sails_io_namespace *nsp)
{
    return nsp != NULL && nsp->match == NULL ? nsp->name : NULL;
}

/* ---- dynamic namespaces ---- */

/* The first parent that says yes. Asked without the lock: it is the application's code, and the
 * list of parents does not change any more (I1). */
static struct sails_io_namespace *find_parent(struct sails_io *io, const char *name, json_t *auth)
{
    list_each(node, &io->parents) {
        struct sails_io_namespace *nsp = container_of(node, struct sails_io_namespace, in_registry);

        if (nsp->match(name, auth, nsp->match_ctx)) {
            return nsp;
        }
    }
    return NULL;
}

/* Of two workers that resolve one name at once, the second finds what the first has made. */
static struct sails_io_namespace *adopt_child(struct sails_io *io, struct str name,
                                              struct sails_io_namespace *parent)
{
    struct sails_io_namespace *child = namespace_create(io, name);
    struct sails_io_namespace *found = NULL;

    if (child == NULL) {
        return NULL;
    }
    child->parent = parent;
    pthread_mutex_lock(&io->lock);
    found = find_by_name(io, name);
    if (found == NULL) {
        list_append(&io->namespaces, &child->in_registry);
        found = io_namespace_retain(child);
        child = NULL;
    } else {
        io_namespace_retain(found);
    }
    pthread_mutex_unlock(&io->lock);
    io_namespace_release(child);
    return found;
}

struct sails_io_namespace *io_namespace_resolve(struct sails_io *io, struct str name, json_t *auth)
{
    struct sails_io_namespace *nsp = NULL;
    struct sails_io_namespace *parent = NULL;
    char *text = NULL;

    if (name.len == 0 || name.ptr[0] != '/') {
        return NULL; /* only we add a slash, and only where a namespace is defined */
    }
    pthread_mutex_lock(&io->lock);
    nsp = find_by_name(io, name);
    if (nsp != NULL) {
        io_namespace_retain(nsp);
    }
    pthread_mutex_unlock(&io->lock);
    if (nsp != NULL) {
        return nsp;
    }
    text = mem_strndup(name.ptr, name.len);
    parent = text != NULL ? find_parent(io, text, auth) : NULL;
    mem_free(text);
    return parent != NULL ? adopt_child(io, name, parent) : NULL;
}

void io_namespace_add_part(struct sails_io_namespace *nsp)
{
    pthread_mutex_lock(&nsp->io->lock);
    nsp->n_parts++;
    pthread_mutex_unlock(&nsp->io->lock);
}

void io_namespace_drop_part(struct sails_io_namespace *nsp)
{
    bool is_forgotten = false;

    pthread_mutex_lock(&nsp->io->lock);
    nsp->n_parts--;
    if (nsp->n_parts == 0 && nsp->parent != NULL && list_is_linked(&nsp->in_registry)) {
        list_remove(&nsp->in_registry);
        is_forgotten = true;
    }
    pthread_mutex_unlock(&nsp->io->lock);
    if (is_forgotten) {
        io_namespace_release(nsp);
    }
}

/* ---- the children of a parent ---- */

int io_children_collect(struct sails_io_namespace *nsp, struct io_children *out)
{
    struct sails_io *io = nsp->io;
    size_t n = 0;
    int rc = 0;

    *out = (struct io_children){NULL, 0};
    pthread_mutex_lock(&io->lock);
    list_each(node, &io->namespaces) {
        n++;
    }
    out->list = mem_calloc(n + 1, sizeof(struct sails_io_namespace *));
    if (out->list == NULL) {
        rc = SAILS_ENOMEM;
    }
    list_each(node, &io->namespaces) {
        struct sails_io_namespace *child =
            container_of(node, struct sails_io_namespace, in_registry);

        if (rc == 0 && child->parent == nsp) {
            out->list[out->n++] = io_namespace_retain(child);
        }
    }
    pthread_mutex_unlock(&io->lock);
    return rc;
}

void io_children_release(struct io_children *children)
{
    for (size_t i = 0; i < children->n; i++) {
        io_namespace_release(children->list[i]);
    }
    mem_free(children->list);
}

/* ---- listeners ---- */

static int add_listener(sails_io_namespace *nsp, const struct io_listener *listener, bool has_call,
                        const char *event)
{
    size_t event_size = event != NULL ? strlen(event) + 1 : 1;
    struct io_listener *made = NULL;

    if (nsp == NULL || !has_call) {
        return SAILS_EINVAL;
    }
    if (nsp->io->is_lifted) {
        return SAILS_ESTATE;
    }
    made = mem_alloc(sizeof(*made) + event_size);
    if (made == NULL) {
        return SAILS_ENOMEM;
    }
    *made = *listener;
    memcpy(made->event, event != NULL ? event : "", event_size);
    list_append(&nsp->listeners, &made->in_namespace);
    return 0;
}

int sails_io_use(sails_io_namespace *nsp, sails_io_middleware_cb middleware, void *ctx)
{
    return add_listener(
        nsp,
        &(struct io_listener){.kind = IO_MIDDLEWARE, .call.middleware = middleware, .ctx = ctx},
        middleware != NULL, NULL);
}

int sails_io_on_connection(sails_io_namespace *nsp, sails_io_connection_cb on_connection, void *ctx)
{
    return add_listener(
        nsp,
        &(struct io_listener){.kind = IO_CONNECTION, .call.connection = on_connection, .ctx = ctx},
        on_connection != NULL, NULL);
}

int sails_io_on_disconnecting(sails_io_namespace *nsp, sails_io_disconnect_cb on_disconnecting,
                              void *ctx)
{
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_DISCONNECTING,
                                              .call.disconnect = on_disconnecting,
                                              .ctx = ctx},
                        on_disconnecting != NULL, NULL);
}

int sails_io_on_disconnect(sails_io_namespace *nsp, sails_io_disconnect_cb on_disconnect, void *ctx)
{
    return add_listener(
        nsp,
        &(struct io_listener){.kind = IO_DISCONNECT, .call.disconnect = on_disconnect, .ctx = ctx},
        on_disconnect != NULL, NULL);
}

int sails_io_on(sails_io_namespace *nsp, const char *event, sails_io_event_cb on_event, void *ctx)
{
    if (event == NULL) {
        return SAILS_EINVAL;
    }
    if (sio_event_is_reserved(str_from(event))) {
        return SAILS_ERESERVED;
    }
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_EVENT, .call.event = on_event, .ctx = ctx},
                        on_event != NULL, event);
}

int sails_io_on_any(sails_io_namespace *nsp, sails_io_event_cb on_event, void *ctx)
{
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_ANY, .call.event = on_event, .ctx = ctx},
                        on_event != NULL, NULL);
}

int sails_io_use_event(sails_io_namespace *nsp, sails_io_filter_cb filter, void *ctx)
{
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_FILTER, .call.filter = filter, .ctx = ctx},
                        filter != NULL, NULL);
}
