#include "base/mem.h"
#include "io/io.h"

#include <assert.h>

/*
 * Which namespaces there are; io_dynamic.c has those that clients' names make.
 *
 * I1  Definitions (by name, parents, listeners) are made before the lift and never change after it;
 *     so their listeners are read without the lock.
 * I2  The lock is held for O(1), but by who collects the children of a parent.
 */

/* What follows the slash that every name begins with. */
static struct str without_slash(struct str name)
{
    return name.len > 0 && name.ptr[0] == '/' ? str_from_offset(name, 1) : name;
}

static uint64_t hash_of(const struct sails_io *io, struct str name)
{
    return hash_str(io->hash_key, without_slash(name));
}

struct sails_io_namespace *io_registry_look(const struct sails_io *io, struct str name)
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

static void add_to_parent(struct sails_io_namespace *nsp, struct sails_io_namespace *parent)
{
    nsp->parent = parent;
    list_append(&parent->children, &nsp->in_parent);
    parent->n_children++;
}

void io_registry_add(struct sails_io_namespace *nsp, struct sails_io_namespace *parent)
{
    struct sails_io *io = nsp->io;

    list_append(&io->namespaces, &nsp->in_registry);
    map_insert(&io->by_name, &nsp->by_name, hash_of(io, str_from(nsp->name)));
    if (parent != NULL) {
        add_to_parent(nsp, parent);
    }
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

/* What sets the app up is noted, for nobody looks at what main() is told; later calls are any thread's. */
static int note_early(struct sails_io *io, int rc, const char *call, const char *argument)
{
    return io != NULL && !io->is_lifted ? setup_result(io->setup, rc, call, argument, NULL) : rc;
}

sails_io_namespace *sails_io_of(sails_io *io, const char *name)
{
    struct sails_io_namespace *found = NULL;

    if (io == NULL || name == NULL) {
        (void)note_early(io, SAILS_EINVAL, "sails_io_of", name);
        return NULL;
    }
    pthread_mutex_lock(&io->lock);
    found = io_registry_look(io, str_from(name));
    if (found == NULL && !io->is_lifted && !io->is_lifting) {
        found = io_namespace_create(io, str_from(name[0] != '\0' ? name : "/"));
        if (found != NULL) {
            io_registry_add(found, NULL);
        } else {
            (void)setup_result(io->setup, SAILS_ENOMEM, "sails_io_of", name, NULL);
        }
    }
    pthread_mutex_unlock(&io->lock);
    return found;
}

/* Asked without the lock: it is the application's code, and the
 * list of parents does not change any more (I1). */
struct sails_io_namespace *io_registry_find_parent(struct sails_io *io, const char *name,
                                                   json_t *auth)
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
    if (io_registry_look(io, str_from(nsp->name)) != NULL) {
        rc = SAILS_EEXIST;
    } else if (io->is_lifting) {
        rc = SAILS_ESTATE;
    } else if (io->is_lifted) {
        rc = cluster_open_namespace(&io->cluster, str_from(nsp->name), &nsp->among_nodes);
    }
    if (rc == 0) {
        nsp->is_young = false;
        io_registry_add(nsp, parent);
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
    *parent = io_registry_find_parent(nsp->io, nsp->name, no_auth);
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
    int rc = 0;

    if (io == NULL || name == NULL || define == NULL || name[0] == '\0') {
        rc = SAILS_EINVAL;
    } else if (io->is_lifted && !atomic_load(&io->is_open)) {
        rc = SAILS_ESTATE;
    } else {
        rc = strlen(name) <= SAILS_NAMESPACE_NAME_MAX ? add_namespace(io, name, define, ctx)
                                                      : SAILS_ETOOBIG;
    }
    return note_early(io, rc, "sails_io_add_namespace", name);
}

struct sails_io_namespace *io_registry_find(struct sails_io *io, struct str name)
{
    struct sails_io_namespace *found = NULL;

    pthread_mutex_lock(&io->lock);
    found = io_registry_look(io, name);
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
        parent = io_registry_find_parent(nsp->io, nsp->name, no_auth);
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
