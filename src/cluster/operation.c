#include "cluster/operation.h"

#include "base/c_text.h"
#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>
#include <sails/types.h>

/* ---- from lists of the public API ---- */

/* Adds the number of names to *n. 0; SAILS_EINVAL, SAILS_ETOOBIG: what is no name. */
static int count_names(const char *const *names, size_t *n)
{
    int rc = 0;

    for (; rc == 0 && names != NULL && *names != NULL; names++, (*n)++) {
        rc = room_name_check(*names);
    }
    return rc;
}

/* Of a text itself, of a list its members. */
static size_t json_names_count(const json_t *names)
{
    return json_is_array(names) ? json_array_size(names) : names != NULL;
}

static const json_t *json_name_at(const json_t *names, size_t i)
{
    return json_is_array(names) ? json_array_get(names, i) : names;
}

static int count_json_names(const json_t *names, size_t *n)
{
    size_t count = json_names_count(names);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = room_name_check(c_text_of(json_name_at(names, i)));
    }
    *n += count;
    return rc;
}

static int count_all(struct operation *op, const struct operation_spec *spec)
{
    bool needs_rooms = spec->kind == OPERATION_JOIN || spec->kind == OPERATION_LEAVE;
    int rc = count_names(spec->to, &op->target.n_rooms);

    rc = rc == 0 ? count_json_names(spec->to_json, &op->target.n_rooms) : rc;
    rc = rc == 0 ? count_names(spec->except, &op->target.n_except) : rc;
    rc = rc == 0 ? count_json_names(spec->except_json, &op->target.n_except) : rc;
    rc = rc == 0 ? count_names(spec->rooms, &op->n_rooms) : rc;
    return rc == 0 && needs_rooms && op->n_rooms == 0 ? SAILS_EINVAL : rc;
}

static const struct str *put_names(struct str **at, const char *const *names,
                                   const json_t *json_names)
{
    const struct str *first = *at;
    size_t n_json = json_names_count(json_names);

    for (; names != NULL && *names != NULL; names++) {
        *(*at)++ = str_from(*names);
    }
    for (size_t i = 0; i < n_json; i++) {
        *(*at)++ = str_from(json_string_value(json_name_at(json_names, i)));
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
    op->target.rooms = put_names(&at, spec->to, spec->to_json);
    op->target.except = put_names(&at, spec->except, spec->except_json);
    op->rooms = put_names(&at, spec->rooms, NULL);
    op->target.except_id = str_from(spec->except_id);
    op->to_nobody = (spec->to != NULL || spec->to_json != NULL) && op->target.n_rooms == 0;
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

static void find_socket(const struct operation *op, struct operation_part *part,
                        struct sio_socket *socket)
{
    const char *id = sio_socket_id(socket);
    bool is_one_too_many =
        (op->flags & OPERATION_IDS) != 0 && json_array_size(part->found) >= OPERATION_IDS_MAX;

    if (!is_one_too_many && json_array_append_new(part->found, (op->flags & OPERATION_IDS) != 0
                                                                   ? json_string(id)
                                                                   : part->describe(socket)) != 0) {
        note_status(part, SAILS_ENOMEM);
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
        find_socket(op, part, socket);
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
    if (part->scope == OPERATION_SOCKET || (op->flags & OPERATION_SOCKET_ALONE) != 0) {
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
