#include "base/c_text.h"
#include "base/mem.h"
#include "io/io.h"

#include <assert.h>

/*
 * Namespaces that clients' names make.
 *
 *      made by a parent --> in the registry --the last part has gone--> forgotten --FORGOTTEN_MS--> released
 *
 * I1  They are made and forgotten under the lock. One is in by_name exactly as long as clients can find it,
 *     and the registry holds a reference for as long as it is there or forgotten.
 */

enum {
    /* Who has looked one up by its name may use it for a moment: its last client may leave in between. */
    FORGOTTEN_MS = 10000
};

/* I1, as far as it costs nothing where there are many. Under the lock. */
static void dynamic_check(const struct sails_io *io)
{
    const struct sails_io_namespace *oldest =
        container_of(io->forgotten.next, const struct sails_io_namespace, in_registry);

    assert(io->n_dynamic <= io->by_name.count);
    assert(list_is_empty(&io->forgotten) == (io->n_forgotten == 0));
    assert(io->n_forgotten == 0 ||
           (oldest->is_dynamic && oldest->n_parts == 0 && atomic_load(&oldest->refs) > 0));
    (void)oldest;
}

/* The oldest that nobody uses any more; NULL: there is none. Under the lock. */
static struct sails_io_namespace *find_old(const struct sails_io *io, uint64_t now_ms)
{
    struct list *first = io->forgotten.next;
    struct sails_io_namespace *nsp = NULL;

    if (first == &io->forgotten) {
        return NULL;
    }
    nsp = container_of(first, struct sails_io_namespace, in_registry);
    return nsp->forgotten_ms + FORGOTTEN_MS <= now_ms ? nsp : NULL;
}

static struct sails_io_namespace *take_old(struct sails_io *io, uint64_t now_ms)
{
    struct sails_io_namespace *nsp = find_old(io, now_ms);

    if (nsp != NULL) {
        list_remove(&nsp->in_registry);
        io->n_forgotten--;
    }
    return nsp;
}

/* Two at most, so that nobody does much for the others, and they do not become more. */
static void release_old(struct sails_io *io, uint64_t now_ms)
{
    struct sails_io_namespace *old[2] = {NULL, NULL};

    pthread_mutex_lock(&io->lock);
    old[0] = take_old(io, now_ms);
    old[1] = old[0] != NULL ? take_old(io, now_ms) : NULL;
    pthread_mutex_unlock(&io->lock);
    io_namespace_release(old[0]);
    io_namespace_release(old[1]);
}

/* Under the lock in which it was found, so that it is not forgotten before its part is made. */
static struct sails_io_namespace *take_part(struct sails_io_namespace *nsp)
{
    nsp->n_parts++;
    return io_namespace_retain(nsp);
}

/*
 * Names that are there, and as many that are forgotten: these take memory, too, and are never freed early,
 * for some thread may be using one. So who makes clients come and go under ever new names has to wait.
 */
static bool is_full(const struct sails_io *io, uint64_t now_ms)
{
    size_t max = io->options.max_dynamic_namespaces;

    return io->n_dynamic >= max || (io->n_forgotten >= max && find_old(io, now_ms) == NULL);
}

/* Of two workers that resolve one name at once, the second finds what the first has made. NULL: there
 * are too many, or no memory. */
static struct sails_io_namespace *make_dynamic(struct sails_io *io, struct str name,
                                               struct sails_io_namespace *parent, uint64_t now_ms,
                                               const char **why)
{
    struct sails_io_namespace *child = io_namespace_create(io, name);
    struct sails_io_namespace *found = NULL;
    bool is_new = false;

    if (child == NULL) {
        return NULL;
    }
    pthread_mutex_lock(&io->lock);
    found = io_registry_look(io, name);
    if (found != NULL) {
        take_part(found);
    } else if (is_full(io, now_ms)) {
        *why = "Too many namespaces";
    } else if (cluster_open_namespace(&io->cluster, str_from(child->name), &child->among_nodes) ==
               0) {
        child->is_dynamic = true;
        io->n_dynamic++;
        io_registry_add(child, parent);
        found = take_part(child);
        is_new = true;
        child = NULL;
    }
    dynamic_check(io);
    pthread_mutex_unlock(&io->lock);
    io_namespace_release(child);
    release_old(io, now_ms);
    if (is_new && io->on_namespace != NULL) {
        io->on_namespace(found, io->on_namespace_ctx);
    }
    return found;
}

struct sails_io_namespace *io_dynamic_resolve(struct sails_io *io, struct str name, json_t *auth,
                                              uint64_t now_ms, const char **why)
{
    struct sails_io_namespace *nsp = NULL;
    struct sails_io_namespace *parent = NULL;
    char *text = NULL;

    assert(c_text_is_whole(name));
    if (name.len == 0 || name.ptr[0] != '/') {
        return NULL; /* only we add a slash, and only where a namespace is defined */
    }
    pthread_mutex_lock(&io->lock);
    nsp = io_registry_look(io, name);
    if (nsp != NULL) {
        take_part(nsp);
    }
    pthread_mutex_unlock(&io->lock);
    if (nsp != NULL || name.len > SAILS_NAMESPACE_NAME_MAX) {
        return nsp;
    }
    text = mem_strndup(name.ptr, name.len);
    parent = text != NULL ? io_registry_find_parent(io, text, auth) : NULL;
    mem_free(text);
    return parent != NULL ? make_dynamic(io, name, parent, now_ms, why) : NULL;
}

/* The registry keeps its reference for a while. */
static void forget(struct sails_io *io, struct sails_io_namespace *nsp, uint64_t now_ms)
{
    cluster_close_namespace(nsp->among_nodes);
    nsp->among_nodes = NULL;
    list_remove(&nsp->in_registry);
    map_remove(&io->by_name, &nsp->by_name);
    list_remove(&nsp->in_parent);
    nsp->parent->n_children--;
    io->n_dynamic--;
    nsp->forgotten_ms = now_ms;
    list_append(&io->forgotten, &nsp->in_registry);
    io->n_forgotten++;
}

void io_dynamic_drop_part(struct sails_io_namespace *nsp, uint64_t now_ms)
{
    struct sails_io *io = nsp->io;

    pthread_mutex_lock(&io->lock);
    assert(nsp->n_parts > 0);
    nsp->n_parts--;
    if (nsp->n_parts == 0 && nsp->is_dynamic) {
        forget(io, nsp, now_ms);
    }
    dynamic_check(io);
    pthread_mutex_unlock(&io->lock);
    io_namespace_release(nsp);
    release_old(io, now_ms);
}
