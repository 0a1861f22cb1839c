#include "base/c_text.h"
#include "base/mem.h"
#include "io/io.h"

#include <assert.h>

/*
 * Which namespaces there are.
 *
 *      defined by name --------> by_name <-------- dynamic: made by a parent, for a client's name
 *                                                        |
 *                                            the last part has gone
 *                                                        v
 *                                                    forgotten --FORGOTTEN_MS--> released
 *
 * I1  Definitions (by name, parents, listeners) are made before the lift and never change after it;
 *     so their listeners are read without the lock.
 * I2  Dynamic namespaces are made and forgotten under the lock. One is in by_name exactly as long as
 *     clients can find it, and the registry holds a reference for as long as it is there or forgotten.
 * I3  The lock is held for O(1), but by who collects the children of a parent.
 */

enum {
    /* Who has looked one up by its name may use it for a moment: its last client may leave in between. */
    FORGOTTEN_MS = 10000
};

/* I2, as far as it costs nothing where there are many. Under the lock. */
static void registry_check(const struct sails_io *io)
{
    const struct sails_io_namespace *oldest =
        container_of(io->forgotten.next, const struct sails_io_namespace, in_registry);

    assert(io->n_dynamic <= io->by_name.count);
    assert(list_is_empty(&io->forgotten) == (io->n_forgotten == 0));
    assert(io->n_forgotten == 0 ||
           (oldest->is_dynamic && oldest->n_parts == 0 && atomic_load(&oldest->refs) > 0));
    (void)oldest;
}

/* What follows the slash that every name begins with. */
static struct str without_slash(struct str name)
{
    return name.len > 0 && name.ptr[0] == '/' ? str_from_offset(name, 1) : name;
}

static uint64_t hash_of(const struct sails_io *io, struct str name)
{
    return hash_str(io->hash_key, without_slash(name));
}

static struct sails_io_namespace *find_by_name(const struct sails_io *io, struct str name)
{
    struct map_node *node = map_find(&io->by_name, hash_of(io, name));

    for (; node != NULL; node = map_find_next(node)) {
        struct sails_io_namespace *nsp = container_of(node, struct sails_io_namespace, by_name);

        if (str_eq(without_slash(str_from(nsp->name)), without_slash(name))) {
            return nsp;
        }
    }
    return NULL;
}

static void add(struct sails_io *io, struct sails_io_namespace *nsp)
{
    list_append(&io->namespaces, &nsp->in_registry);
    map_insert(&io->by_name, &nsp->by_name, hash_of(io, str_from(nsp->name)));
}

static void add_to_parent(struct sails_io_namespace *nsp, struct sails_io_namespace *parent)
{
    nsp->parent = parent;
    list_append(&parent->children, &nsp->in_parent);
    parent->n_children++;
}

/* ---- life ---- */

void io_registry_init(struct sails_io *io)
{
    machine_random(io->machine, &io->hash_key, sizeof(io->hash_key));
    pthread_mutex_init(&io->lock, NULL);
    io_rooms_init(io);
    list_init(&io->namespaces);
    list_init(&io->parents);
    list_init(&io->forgotten);
}

static void release_all(struct list *namespaces)
{
    struct list *node = NULL;

    while ((node = list_take_first(namespaces)) != NULL) {
        io_namespace_release(container_of(node, struct sails_io_namespace, in_registry));
    }
}

void io_registry_deinit(struct sails_io *io)
{
    release_all(&io->namespaces); /* children before the parents whose listeners they use */
    release_all(&io->forgotten);
    release_all(&io->parents);
    map_deinit(&io->by_name);
    io_rooms_deinit(io);
    pthread_mutex_destroy(&io->lock);
}

/* ---- definitions ---- */

sails_io_namespace *sails_io_of(sails_io *io, const char *name)
{
    struct sails_io_namespace *found = NULL;

    if (io == NULL || name == NULL) {
        return NULL;
    }
    pthread_mutex_lock(&io->lock);
    found = find_by_name(io, str_from(name));
    if (found == NULL && !io->is_lifted && !io->is_lifting) {
        found = io_namespace_create(io, str_from(name[0] != '\0' ? name : "/"));
        if (found != NULL) {
            add(io, found);
        } else {
            (void)setup_result(io->setup, SAILS_ENOMEM, "sails_io_of", name, NULL);
        }
    }
    pthread_mutex_unlock(&io->lock);
    return found;
}

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

/* Clients find it from now on. `parent`: whose child it becomes; NULL: nobody's. */
static int publish(struct sails_io_namespace *nsp, struct sails_io_namespace *parent)
{
    struct sails_io *io = nsp->io;
    int rc = 0;

    pthread_mutex_lock(&io->lock);
    if (find_by_name(io, str_from(nsp->name)) != NULL) {
        rc = SAILS_EEXIST;
    } else if (io->is_lifting) {
        rc = SAILS_ESTATE;
    } else if (io->is_lifted) {
        rc = cluster_open_namespace(&io->cluster, str_from(nsp->name), &nsp->among_nodes);
    }
    if (rc == 0) {
        nsp->is_young = false;
        add(io, nsp);
        if (parent != NULL) {
            add_to_parent(nsp, parent);
        }
    }
    pthread_mutex_unlock(&io->lock);
    return rc;
}

/* A name that a function says yes to: before the lift, io_registry_lift() looks for it. */
static int inherit(struct sails_io_namespace *nsp, struct sails_io_namespace **parent)
{
    json_t *no_auth = NULL;
    int rc = 0;

    if (!nsp->io->is_lifted) {
        return 0;
    }
    no_auth = json_object();
    if (no_auth == NULL) {
        return SAILS_ENOMEM;
    }
    *parent = find_parent(nsp->io, nsp->name, no_auth);
    json_decref(no_auth);
    if (*parent != NULL) {
        rc = io_listeners_inherit(&nsp->listeners, &(*parent)->listeners);
    }
    return rc;
}

static int add_namespace(sails_io *io, const char *name, sails_io_namespace_cb define, void *ctx)
{
    struct sails_io_namespace *nsp = io_namespace_create(io, str_from(name));
    struct sails_io_namespace *parent = NULL;
    int rc = nsp != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0) {
        nsp->is_young = true;
        define(nsp, ctx);
        rc = inherit(nsp, &parent);
    }
    if (rc == 0) {
        rc = publish(nsp, parent);
    }
    if (rc < 0) {
        io_namespace_release(nsp);
    } else if (io->on_namespace != NULL) {
        io->on_namespace(nsp, io->on_namespace_ctx);
    }
    return rc;
}

int sails_io_add_namespace(sails_io *io, const char *name, sails_io_namespace_cb define, void *ctx)
{
    if (io == NULL || name == NULL || define == NULL || name[0] == '\0') {
        return SAILS_EINVAL;
    }
    if (io->is_lifted && !atomic_load(&io->is_open)) {
        return SAILS_ESTATE;
    }
    return strlen(name) <= SAILS_NAMESPACE_NAME_MAX ? add_namespace(io, name, define, ctx)
                                                    : SAILS_ETOOBIG;
}

struct sails_io_namespace *io_registry_find(struct sails_io *io, struct str name)
{
    struct sails_io_namespace *found = NULL;

    pthread_mutex_lock(&io->lock);
    found = find_by_name(io, name);
    if (found != NULL) {
        io_namespace_retain(found);
    }
    pthread_mutex_unlock(&io->lock);
    return found;
}

int sails_io_on_new_namespace(sails_io *io, sails_io_namespace_cb on_namespace, void *ctx)
{
    int rc = 0;

    if (io == NULL) {
        return SAILS_EINVAL;
    }
    if (on_namespace == NULL) {
        rc = SAILS_EINVAL;
    } else if (io->is_lifted) {
        rc = SAILS_ESTATE;
    } else {
        io->on_namespace = on_namespace;
        io->on_namespace_ctx = ctx;
    }
    return setup_note(io->setup, rc, "sails_io_on_new_namespace");
}

sails_io_namespace *sails_io_of_matching(sails_io *io, sails_io_match_cb match, void *ctx)
{
    struct sails_io_namespace *parent = NULL;

    if (io == NULL) {
        return NULL;
    }
    if (match == NULL || io->is_lifted) {
        (void)setup_note(io->setup, match == NULL ? SAILS_EINVAL : SAILS_ESTATE,
                         "sails_io_of_matching");
        return NULL;
    }
    parent = io_namespace_create(io, (struct str){NULL, 0});
    if (parent == NULL) {
        (void)setup_note(io->setup, SAILS_ENOMEM, "sails_io_of_matching");
    } else {
        parent->match = match;
        parent->match_ctx = ctx;
        list_append(&io->parents, &parent->in_registry);
    }
    return parent;
}

/* As Socket.IO's of() does for a name that a pattern matches. "/" is there before there are patterns. */
static int adopt_defined(struct sails_io_namespace *nsp, json_t *no_auth)
{
    struct sails_io_namespace *parent = NULL;

    if (nsp->parent == NULL && strcmp(nsp->name, "/") != 0) {
        parent = find_parent(nsp->io, nsp->name, no_auth);
    }
    if (parent == NULL) {
        return 0;
    }
    add_to_parent(nsp, parent);
    return io_listeners_inherit(&nsp->listeners, &parent->listeners);
}

static void set_lifting(struct sails_io *io, bool is_lifting)
{
    pthread_mutex_lock(&io->lock);
    io->is_lifting = is_lifting;
    if (!is_lifting) {
        io->is_lifted = true;
    }
    pthread_mutex_unlock(&io->lock);
}

/* Without the lock, for parents ask the application; nobody adds a namespace meanwhile. */
int io_registry_lift(struct sails_io *io)
{
    json_t *no_auth = json_object();
    int rc = no_auth != NULL ? 0 : SAILS_ENOMEM;

    set_lifting(io, true);
    list_each(node, &io->namespaces) {
        struct sails_io_namespace *nsp = container_of(node, struct sails_io_namespace, in_registry);

        if (rc == 0) {
            rc = adopt_defined(nsp, no_auth);
        }
        if (rc == 0) {
            rc = cluster_open_namespace(&io->cluster, str_from(nsp->name), &nsp->among_nodes);
        }
    }
    json_decref(no_auth);
    set_lifting(io, false);
    return rc;
}

/* ---- dynamic namespaces ---- */

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
    found = find_by_name(io, name);
    if (found != NULL) {
        take_part(found);
    } else if (is_full(io, now_ms)) {
        *why = "Too many namespaces";
    } else if (cluster_open_namespace(&io->cluster, str_from(child->name), &child->among_nodes) ==
               0) {
        child->is_dynamic = true;
        io->n_dynamic++;
        add(io, child);
        add_to_parent(child, parent);
        found = take_part(child);
        is_new = true;
        child = NULL;
    }
    registry_check(io);
    pthread_mutex_unlock(&io->lock);
    io_namespace_release(child);
    release_old(io, now_ms);
    if (is_new && io->on_namespace != NULL) {
        io->on_namespace(found, io->on_namespace_ctx);
    }
    return found;
}

struct sails_io_namespace *io_registry_resolve(struct sails_io *io, struct str name, json_t *auth,
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
    nsp = find_by_name(io, name);
    if (nsp != NULL) {
        take_part(nsp);
    }
    pthread_mutex_unlock(&io->lock);
    if (nsp != NULL || name.len > SAILS_NAMESPACE_NAME_MAX) {
        return nsp;
    }
    text = mem_strndup(name.ptr, name.len);
    parent = text != NULL ? find_parent(io, text, auth) : NULL;
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

void io_registry_drop_part(struct sails_io_namespace *nsp, uint64_t now_ms)
{
    struct sails_io *io = nsp->io;

    pthread_mutex_lock(&io->lock);
    assert(nsp->n_parts > 0);
    nsp->n_parts--;
    if (nsp->n_parts == 0 && nsp->is_dynamic) {
        forget(io, nsp, now_ms);
    }
    registry_check(io);
    pthread_mutex_unlock(&io->lock);
    io_namespace_release(nsp);
    release_old(io, now_ms);
}

/* ---- the children of a parent ---- */

/* References to `n` namespaces, linked by in_parent or else in_registry. Under the lock. */
static int collect(const struct list *nodes, size_t n, bool by_parent, struct io_children *out)
{
    *out = (struct io_children){NULL, 0};
    if (n > 0) {
        out->list = mem_calloc(n, sizeof(struct sails_io_namespace *));
        if (out->list == NULL) {
            return SAILS_ENOMEM;
        }
    }
    list_each(node, nodes) {
        struct sails_io_namespace *nsp =
            by_parent ? container_of(node, struct sails_io_namespace, in_parent)
                      : container_of(node, struct sails_io_namespace, in_registry);

        assert(out->n < n);
        out->list[out->n++] = io_namespace_retain(nsp);
    }
    return 0;
}

int io_registry_children(struct sails_io_namespace *parent, struct io_children *out)
{
    struct sails_io *io = parent->io;
    int rc = 0;

    pthread_mutex_lock(&io->lock);
    rc = collect(&parent->children, parent->n_children, true, out);
    pthread_mutex_unlock(&io->lock);
    return rc;
}

int io_registry_all(struct sails_io *io, struct io_children *out)
{
    int rc = 0;

    pthread_mutex_lock(&io->lock);
    rc = collect(&io->namespaces, io->by_name.count, false, out);
    pthread_mutex_unlock(&io->lock);
    return rc;
}

void io_registry_release_children(struct io_children *children)
{
    for (size_t i = 0; i < children->n; i++) {
        io_namespace_release(children->list[i]);
    }
    mem_free(children->list);
}
