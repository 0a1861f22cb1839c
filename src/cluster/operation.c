#include "cluster/operation.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>
#include <sails/types.h>

/* ---- from lists of the public API ---- */

/* 0, and the number of names; SAILS_EINVAL: one of the wrong length. */
static int count_names(const char *const *names, size_t *n)
{
    *n = 0;
    for (; names != NULL && names[*n] != NULL; (*n)++) {
        size_t len = strnlen(names[*n], SAILS_ROOM_NAME_MAX + 1);

        if (len == 0 || len > SAILS_ROOM_NAME_MAX) {
            return SAILS_EINVAL;
        }
    }
    return 0;
}

static int count_all(struct operation *op, const struct operation_spec *spec)
{
    bool needs_rooms = spec->kind == OPERATION_JOIN || spec->kind == OPERATION_LEAVE;
    int rc = count_names(spec->to, &op->target.n_rooms);

    if (rc == 0) {
        rc = count_names(spec->except, &op->target.n_except);
    }
    if (rc == 0) {
        rc = count_names(spec->rooms, &op->n_rooms);
    }
    return rc == 0 && needs_rooms && op->n_rooms == 0 ? SAILS_EINVAL : rc;
}

static const struct str *put_names(struct str **at, const char *const *names, size_t n)
{
    const struct str *first = *at;

    for (size_t i = 0; i < n; i++) {
        *(*at)++ = str_from(names[i]);
    }
    return first;
}

int operation_init(struct operation *op, const struct operation_spec *spec)
{
    struct str *at = op->few;
    size_t n = 0;
    int rc = 0;

    *op = (struct operation){
        .kind = spec->kind,
        .flags = spec->flags,
        .event = spec->event,
        .args = spec->args,
        .timeout_ms = spec->timeout_ms,
    };
    rc = count_all(op, spec);
    if (rc < 0) {
        return rc;
    }
    n = op->target.n_rooms + op->target.n_except + op->n_rooms;
    if (n > OPERATION_NAMES_FEW) {
        op->many = at = mem_calloc(n, sizeof(struct str));
        if (at == NULL) {
            return SAILS_ENOMEM;
        }
    }
    op->target.rooms = put_names(&at, spec->to, op->target.n_rooms);
    op->target.except = put_names(&at, spec->except, op->target.n_except);
    op->rooms = put_names(&at, spec->rooms, op->n_rooms);
    op->target.except_id = str_from(spec->except_id);
    op->to_nobody = spec->to != NULL && op->target.n_rooms == 0;
    return 0;
}

void operation_deinit(struct operation *op)
{
    mem_free(op->many);
    op->many = NULL;
}

/* ---- copies ---- */

struct packer {
    struct str *next_str;
    char *next_text;
};

static size_t size_of(const struct str *names, size_t n)
{
    size_t size = n * sizeof(struct str);

    for (size_t i = 0; i < n; i++) {
        size += names[i].len; /* at most SAILS_ROOM_NAME_MAX: cannot overflow */
    }
    return size;
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

static const struct str *pack_names(struct packer *packer, const struct str *names, size_t n)
{
    const struct str *first = packer->next_str;

    for (size_t i = 0; i < n; i++) {
        *packer->next_str++ = pack_text(packer, names[i]);
    }
    return first;
}

size_t operation_copy_size(const struct operation *op)
{
    return size_of(op->target.rooms, op->target.n_rooms) +
           size_of(op->target.except, op->target.n_except) + size_of(op->rooms, op->n_rooms) +
           op->nsp.len + op->target.except_id.len;
}

void operation_copy(struct operation *copy, const struct operation *op, void *room)
{
    size_t n = op->target.n_rooms + op->target.n_except + op->n_rooms;
    struct str *names = room;
    struct packer packer = {names, (char *)(names + n)};

    *copy = *op;
    copy->many = NULL;
    copy->event = NULL;
    copy->args = NULL;
    copy->target.rooms = pack_names(&packer, op->target.rooms, op->target.n_rooms);
    copy->target.except = pack_names(&packer, op->target.except, op->target.n_except);
    copy->rooms = pack_names(&packer, op->rooms, op->n_rooms);
    copy->nsp = pack_text(&packer, op->nsp);
    copy->target.except_id = pack_text(&packer, op->target.except_id);
}

/* ---- applying ---- */

struct applying {
    const struct operation *op;
    struct operation_part *part;
};

static void note_status(struct operation_part *part, int status)
{
    if (part->status == 0) {
        part->status = status;
    }
}

static void apply_to_socket(struct sio_socket *socket, void *ctx)
{
    const struct applying *a = ctx;
    const struct operation *op = a->op;
    struct operation_part *part = a->part;

    switch (op->kind) {
    case OPERATION_BROADCAST:
        answers_expect(part->answers, socket);
        sio_socket_send(socket, part->message, (op->flags & OPERATION_VOLATILE) != 0);
        break;
    case OPERATION_JOIN:
        for (size_t i = 0; i < op->n_rooms; i++) {
            note_status(part, sio_socket_join(socket, op->rooms[i]));
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
        sio_socket_disconnect(socket, (op->flags & OPERATION_CLOSE) != 0);
        break;
    case OPERATION_FETCH:
        if (json_array_append_new(part->found, part->describe(socket)) != 0) {
            note_status(part, SAILS_ENOMEM);
        }
        break;
    case OPERATION_ROOMS:
    case OPERATION_SERVER_EVENT:
        assert(false); /* of no socket */
        break;
    }
}

static void find_room(struct str room, void *ctx)
{
    struct operation_part *part = ctx;

    if (json_array_append_new(part->found, json_stringn_nocheck(room.ptr, room.len)) != 0) {
        note_status(part, SAILS_ENOMEM);
    }
}

/* The socket that `to` names. NULL: none is here, or it may not be one. */
static struct sio_socket *named_socket(const struct operation *op,
                                       const struct operation_part *part)
{
    struct sio_socket *named = NULL;

    if ((op->flags & OPERATION_NAMES_SOCKET) != 0 && part->scope != OPERATION_ROOM) {
        assert(op->target.n_rooms == 1);
        named = sio_namespace_find(part->nsp, op->target.rooms[0]);
    }
    return named != NULL && sio_socket_is_connected(named) ? named : NULL;
}

static size_t apply_to_all(const struct operation *op, struct operation_part *part)
{
    struct applying a = {op, part};
    struct sio_socket *named = named_socket(op, part);

    if (named != NULL) {
        apply_to_socket(named, &a);
        return 1;
    }
    if (part->scope == OPERATION_SOCKET) {
        return 0;
    }
    if (op->kind == OPERATION_BROADCAST && part->answers == NULL) {
        return sio_namespace_broadcast(part->nsp, &op->target, part->message,
                                       (op->flags & OPERATION_VOLATILE) != 0);
    }
    return sio_namespace_each(part->nsp, &op->target, apply_to_socket, &a);
}

void operation_apply(const struct operation *op, struct operation_part *part)
{
    part->n_matched = 0;
    part->status = 0;
    part->found = NULL;
    if (part->nsp == NULL || op->to_nobody || op->kind == OPERATION_SERVER_EVENT) {
        return;
    }
    if (op->kind == OPERATION_FETCH || op->kind == OPERATION_ROOMS) {
        part->found = json_array();
        if (part->found == NULL) {
            part->status = SAILS_ENOMEM;
            return;
        }
    }
    if (op->kind == OPERATION_ROOMS) {
        sio_namespace_each_room(part->nsp, find_room, part);
        return;
    }
    part->n_matched = apply_to_all(op, part);
}
