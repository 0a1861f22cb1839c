/*
 * sio_select.c - whom an operation concerns (socket-io 12).
 *
 * "The members of these rooms, each once, without the members of those" needs a set. Instead of
 * building one, each selection draws a number from its namespace and stamps it on the sockets that
 * it excludes, then on those that it has found; one that bears the number is not taken again. Two
 * cases need no stamps: a single room, and everybody, as long as only one socket is excluded.
 *
 * A selection calls nobody back while it runs, so the index cannot change under it. Broadcasts
 * send while they select; sio_namespace_each() first collects, then calls.
 */
#include "base/macros.h"
#include "base/mem.h"
#include "socketio/sio_state.h"

enum {
    FEW = 64 /* as many are collected without an allocation */
};

/* What to do with a selected socket; changes no namespace. */
typedef void (*take_cb)(struct sio_socket *socket, void *ctx);

struct selection {
    struct sio_namespace *nsp;
    const struct sio_socket *except; /* NULL: nobody */
    uint32_t stamp;                  /* 0: not needed */
    take_cb take;
    void *ctx;
};

/* 0 is what a socket begins with. When the numbers are used up all begin anew. */
static uint32_t draw_stamp(struct sio_namespace *nsp)
{
    nsp->stamp++;
    if (nsp->stamp == 0) {
        list_each(node, &nsp->sockets) {
            container_of(node, struct sio_socket, in_nsp)->stamp = 0;
        }
        nsp->stamp = 1;
    }
    return nsp->stamp;
}

static void exclude(struct sio_socket *socket, void *ctx)
{
    const struct selection *s = ctx;

    socket->stamp = s->stamp;
}

static void consider(struct sio_socket *socket, void *ctx)
{
    const struct selection *s = ctx;

    if (socket->state != SOCKET_CONNECTED || socket == s->except) {
        return;
    }
    if (s->stamp != 0) {
        if (socket->stamp == s->stamp) {
            return;
        }
        socket->stamp = s->stamp;
    }
    s->take(socket, s->ctx);
}

/* The members of a room, and the socket whose own room that is. */
static void each_in_room(const struct sio_namespace *nsp, struct str name, take_cb take, void *ctx)
{
    const struct room *room = room_index_find(&nsp->rooms, name);
    struct sio_socket *owner = sio_namespace_find(nsp, name);
    struct membership *link = room != NULL ? room_first(room) : NULL;

    for (; link != NULL; link = room_next(link)) {
        take(container_of(membership_member(link), struct sio_socket, member), ctx);
    }
    if (owner != NULL && owner->in_own_room) {
        take(owner, ctx);
    }
}

static void select_sockets(struct sio_namespace *nsp, const struct sio_target *target, take_cb take,
                           void *ctx)
{
    struct selection s = {.nsp = nsp, .take = take, .ctx = ctx};

    if (target->except_id.len > 0) {
        s.except = sio_namespace_find(nsp, target->except_id);
    }
    if (target->n_rooms > 1 || target->n_except > 0) {
        s.stamp = draw_stamp(nsp);
    }
    for (size_t i = 0; i < target->n_except; i++) {
        each_in_room(nsp, target->except[i], exclude, &s);
    }
    for (size_t i = 0; i < target->n_rooms; i++) {
        each_in_room(nsp, target->rooms[i], consider, &s);
    }
    if (target->n_rooms == 0) {
        list_each(node, &nsp->sockets) {
            consider(container_of(node, struct sio_socket, in_nsp), &s);
        }
    }
}

/* ---- each ---- */

struct collection {
    struct sio_socket **sockets;
    size_t count;
    size_t capacity;
    bool failed;
    struct sio_socket *few[FEW];
};

static bool grow(struct collection *c)
{
    size_t size = 0;
    struct sio_socket **grown = NULL;

    if (size_mul(c->capacity, 2 * sizeof(struct sio_socket *), &size)) {
        grown = mem_realloc(c->sockets == c->few ? NULL : c->sockets, size);
    }
    if (grown == NULL) {
        return false;
    }
    if (c->sockets == c->few) {
        memcpy(grown, c->few, sizeof(c->few));
    }
    c->sockets = grown;
    c->capacity *= 2;
    return true;
}

static void collect(struct sio_socket *socket, void *ctx)
{
    struct collection *c = ctx;

    if (c->failed || (c->count == c->capacity && !grow(c))) {
        c->failed = true;
        return;
    }
    c->sockets[c->count++] = socket;
}

/* Sockets that end meanwhile stay in memory until the next turn (sio_state.h). */
static size_t visit(const struct collection *c, sio_each_cb each, void *ctx)
{
    size_t n = 0;

    for (size_t i = 0; i < c->count; i++) {
        if (c->sockets[i]->state == SOCKET_CONNECTED) {
            each(c->sockets[i], ctx);
            n++;
        }
    }
    return n;
}

size_t sio_namespace_each(struct sio_namespace *nsp, const struct sio_target *target,
                          sio_each_cb each, void *ctx)
{
    struct collection c;
    size_t n = 0;

    c.sockets = c.few;
    c.count = 0;
    c.capacity = FEW;
    c.failed = false;
    select_sockets(nsp, target, collect, &c);
    if (c.failed) {
        log_line(nsp->server->env->log, LOG_ERROR,
                 "socketio: out of memory, an operation on many sockets is left out");
    } else {
        n = visit(&c, each, ctx);
    }
    if (c.sockets != c.few) {
        mem_free(c.sockets);
    }
    return n;
}

/* ---- counting ---- */

static void count_one(struct sio_socket *socket, void *ctx)
{
    size_t *n = ctx;

    (void)socket;
    (*n)++;
}

size_t sio_namespace_count_selected(struct sio_namespace *nsp, const struct sio_target *target)
{
    size_t n = 0;

    if (target->n_rooms == 0 && target->n_except == 0 && target->except_id.len == 0) {
        return nsp->count;
    }
    select_sockets(nsp, target, count_one, &n);
    return n;
}

void sio_namespace_each_room_sized(const struct sio_namespace *nsp,
                                   void (*each)(struct str name, size_t n_sockets, void *ctx),
                                   void *ctx)
{
    room_index_each_sized(&nsp->rooms, each, ctx);
}

/* ---- broadcast ---- */

struct broadcast {
    struct sio_message *message;
    bool is_volatile;
    size_t count;
};

static void send_to(struct sio_socket *socket, void *ctx)
{
    struct broadcast *b = ctx;

    if (sio_socket_send(socket, b->message, b->is_volatile) == 0) {
        b->count++;
    }
}

size_t sio_namespace_broadcast(struct sio_namespace *nsp, const struct sio_target *target,
                               struct sio_message *message, bool is_volatile)
{
    struct broadcast b = {message, is_volatile, 0};

    select_sockets(nsp, target, send_to, &b);
    sio_namespace_note_mark(nsp, message->mark);
    return b.count;
}

/* ---- rooms ---- */

void sio_namespace_each_room(const struct sio_namespace *nsp,
                             void (*each)(struct str room, void *ctx), void *ctx)
{
    room_index_each(&nsp->rooms, each, ctx);
    list_each(node, &nsp->sockets) {
        const struct sio_socket *socket = container_of(node, struct sio_socket, in_nsp);

        if (socket->in_own_room) {
            each(str_from(socket->id), ctx);
        }
    }
}

void sio_namespace_watch_rooms(struct sio_namespace *nsp,
                               void (*on_room)(struct str room, bool exists, void *ctx), void *ctx)
{
    nsp->rooms.on_room = on_room;
    nsp->rooms.on_room_ctx = ctx;
}
