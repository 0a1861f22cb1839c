#include "cluster/operation.h"

#include "base/mem.h"

#include <sails/err.h>
#include <sails/types.h>

/* ---- building: one allocation holds the operation, its lists and all of its text ---- */

struct packer {
    struct str *next_str;
    char *next_text;
};

static size_t count_names(const char *const *names)
{
    size_t n = 0;

    while (names != NULL && names[n] != NULL) {
        n++;
    }
    return n;
}

/* Adds the room that `names` need to *size; SAILS_EINVAL for a name of the wrong length. */
static int measure_names(const char *const *names, size_t *size)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        size_t len = strnlen(names[i], SAILS_ROOM_NAME_MAX + 1);

        if (len == 0 || len > SAILS_ROOM_NAME_MAX) {
            return SAILS_EINVAL;
        }
        *size += sizeof(struct str) + len;
    }
    return 0;
}

static struct str pack_text(struct packer *packer, struct str text)
{
    struct str copy = {packer->next_text, text.len};

    if (text.len > 0) {
        memcpy(packer->next_text, text.ptr, text.len);
        packer->next_text += text.len;
    }
    return copy;
}

static const struct str *pack_names(struct packer *packer, const char *const *names, size_t *n)
{
    const struct str *first = packer->next_str;

    *n = count_names(names);
    for (size_t i = 0; i < *n; i++) {
        *packer->next_str++ = pack_text(packer, str_from(names[i]));
    }
    return first;
}

static int measure(const struct operation_spec *spec, size_t *size)
{
    bool needs_rooms = spec->kind == OPERATION_JOIN || spec->kind == OPERATION_LEAVE;
    int rc = 0;

    if (needs_rooms && count_names(spec->rooms) == 0) {
        return SAILS_EINVAL;
    }
    *size = sizeof(struct operation) + spec->nsp.len + str_from(spec->except_id).len;
    rc = measure_names(spec->to, size);
    if (rc == 0) {
        rc = measure_names(spec->except, size);
    }
    if (rc == 0) {
        rc = measure_names(spec->rooms, size);
    }
    return rc;
}

static void fill(struct operation *op, const struct operation_spec *spec)
{
    size_t n_names = count_names(spec->to) + count_names(spec->except) + count_names(spec->rooms);
    struct str *names = (struct str *)(void *)(op + 1);
    struct packer packer = {names, (char *)(names + n_names)};

    op->kind = spec->kind;
    op->target.rooms = pack_names(&packer, spec->to, &op->target.n_rooms);
    op->target.except = pack_names(&packer, spec->except, &op->target.n_except);
    op->rooms = pack_names(&packer, spec->rooms, &op->n_rooms);
    op->nsp = pack_text(&packer, spec->nsp);
    op->target.except_id = pack_text(&packer, str_from(spec->except_id));
    op->to_nobody = spec->to != NULL && op->target.n_rooms == 0;
    op->is_volatile = spec->is_volatile;
    op->close = spec->close;
    op->must_match = spec->must_match;
    op->names_socket = spec->names_socket;
    op->on_done = spec->on_done;
    op->ctx = spec->ctx;
    op->message = spec->message != NULL ? sio_message_retain(spec->message) : NULL;
    op->answers = spec->answers != NULL ? answers_retain(spec->answers) : NULL;
}

int operation_create(const struct operation_spec *spec, struct operation **out)
{
    size_t size = 0;
    struct operation *op = NULL;
    int rc = measure(spec, &size);

    if (rc < 0) {
        return rc;
    }
    op = mem_calloc(1, size);
    if (op == NULL) {
        return SAILS_ENOMEM;
    }
    atomic_init(&op->refs, 1);
    atomic_init(&op->pending, 0);
    atomic_init(&op->matched, 0);
    atomic_init(&op->status, 0);
    fill(op, spec);
    *out = op;
    return 0;
}

struct operation *operation_retain(struct operation *op)
{
    atomic_fetch_add_explicit(&op->refs, 1, memory_order_relaxed);
    return op;
}

void operation_release(struct operation *op)
{
    if (op == NULL || atomic_fetch_sub_explicit(&op->refs, 1, memory_order_acq_rel) > 1) {
        return;
    }
    for (size_t i = 0; i < WORKERS_MAX; i++) {
        json_decref(op->fetched[i]);
    }
    sio_message_release(op->message);
    answers_release(op->answers);
    mem_free(op);
}

/* ---- applying ---- */

struct applying {
    struct operation *op;
    json_t *fetched;
    json_t *(*describe)(struct sio_socket *socket);
};

static void note_status(struct operation *op, int status)
{
    int none = 0;

    if (status < 0) {
        atomic_compare_exchange_strong(&op->status, &none, status);
    }
}

static void apply_to_socket(struct sio_socket *socket, void *ctx)
{
    struct applying *a = ctx;
    struct operation *op = a->op;

    switch (op->kind) {
    case OPERATION_BROADCAST:
        answers_expect(op->answers, socket);
        sio_socket_send(socket, op->message, op->is_volatile);
        break;
    case OPERATION_JOIN:
        for (size_t i = 0; i < op->n_rooms; i++) {
            note_status(op, sio_socket_join(socket, op->rooms[i]));
        }
        break;
    case OPERATION_LEAVE:
        for (size_t i = 0; i < op->n_rooms; i++) {
            sio_socket_leave(socket, op->rooms[i]);
        }
        break;
    case OPERATION_LEAVE_ALL:
        sio_socket_leave_all(socket);
        break;
    case OPERATION_DISCONNECT:
        sio_socket_disconnect(socket, op->close);
        break;
    case OPERATION_FETCH:
        if (json_array_append_new(a->fetched, a->describe(socket)) != 0) {
            note_status(op, SAILS_ENOMEM);
        }
        break;
    }
}

/* The socket that `to` names, where it may be one that is not in its own room. NULL: none is. */
static struct sio_socket *named_socket(const struct operation *op, const struct sio_namespace *nsp)
{
    return op->names_socket && op->target.n_rooms == 1
               ? sio_namespace_find(nsp, op->target.rooms[0])
               : NULL;
}

static size_t apply_to_all(struct operation *op, struct sio_namespace *nsp, struct applying *a)
{
    struct sio_socket *named = named_socket(op, nsp);

    if (named != NULL && sio_socket_is_connected(named)) {
        apply_to_socket(named, a);
        return 1;
    }
    if (op->kind == OPERATION_BROADCAST && op->answers == NULL) {
        return sio_namespace_broadcast(nsp, &op->target, op->message, op->is_volatile);
    }
    return sio_namespace_each(nsp, &op->target, apply_to_socket, a);
}

void operation_apply(struct operation *op, unsigned worker, struct sio_namespace *nsp,
                     json_t *(*describe)(struct sio_socket *socket))
{
    struct applying a = {.op = op, .describe = describe};

    if (nsp == NULL || op->to_nobody) {
        return;
    }
    if (op->kind == OPERATION_FETCH) {
        a.fetched = op->fetched[worker] = json_array();
        if (a.fetched == NULL) {
            note_status(op, SAILS_ENOMEM);
            return;
        }
    }
    atomic_fetch_add(&op->matched, apply_to_all(op, nsp, &a));
}
