#include "pubsub/room_list.h"

#include "base/c_text.h"
#include "base/json_write.h"
#include "base/mem.h"

#include <assert.h>

void room_list_deinit(struct room_list *list)
{
    buf_deinit(&list->names);
    list->n = 0;
}

/* ---- names ---- */

/* What JavaScript makes of the key as text. */
static int append_key(struct buf *out, const struct orm_model *model, const json_t *id)
{
    if (json_is_string(id)) {
        struct str text = {json_string_value(id), json_string_length(id)};

        if (text.len == 0 || !c_text_is_whole(text)) {
            return SAILS_EINVAL;
        }
        buf_append_str(out, text);
        return 0;
    }
    if (!json_is_number(id) ||
        (model->primary_key->type == ORM_STRING && json_number_value(id) == 0)) {
        return SAILS_EINVAL;
    }
    if (json_is_integer(id)) {
        json_write_integer(out, json_integer_value(id));
    } else {
        json_write_real(out, json_real_value(id));
    }
    return 0;
}

/* The name that begins at `from` is whole, or is taken back. */
static int end_name(struct room_list *list, size_t from, int rc)
{
    if (rc == 0 && list->names.len - from > SAILS_ROOM_NAME_MAX) {
        rc = SAILS_ETOOBIG;
    }
    buf_append_char(&list->names, '\0');
    if (rc == 0) {
        rc = buf_error(&list->names);
    }
    if (rc < 0) {
        list->names.len = from;
        list->names.failed = false;
        return rc;
    }
    list->n++;
    return 0;
}

int room_list_add_record(struct room_list *list, const struct orm_model *model, const json_t *id)
{
    size_t from = list->names.len;
    int rc = 0;

    buf_append_str(&list->names, STR("sails_model_"));
    buf_append_str(&list->names, model->identity);
    buf_append_char(&list->names, '_');
    rc = append_key(&list->names, model, id);
    buf_append_char(&list->names, ':');
    buf_append_str(&list->names, model->identity);
    return end_name(list, from, rc);
}

int room_list_add_class(struct room_list *list, const struct orm_model *model)
{
    size_t from = list->names.len;

    buf_append_str(&list->names, STR("sails_model_create_"));
    buf_append_str(&list->names, model->identity);
    return end_name(list, from, 0);
}

const char *room_list_only(const struct room_list *list)
{
    assert(list->n == 1);
    return list->names.ptr;
}

/* ---- operations ---- */

static int operate(const struct room_list *list, struct sails_io *io, enum operation_kind kind,
                   const char *who)
{
    const char **rooms = NULL;
    const char *name = list->names.ptr;
    struct operation_spec spec = {
        .kind = kind, .flags = OPERATION_NAMES_SOCKET, .to = SAILS_ROOMS(who)};
    int rc = 0;

    if (list->n == 0) {
        return 0;
    }
    rooms = mem_calloc(list->n + 1, sizeof(char *));
    if (rooms == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < list->n; i++) {
        rooms[i] = name;
        name += strlen(name) + 1;
    }
    spec.rooms = rooms;
    rc = io_operate_then(io->root, &spec, false, NULL, NULL);
    mem_free(rooms);
    return rc;
}

int room_list_join(const struct room_list *list, struct sails_io *io, const char *who)
{
    return operate(list, io, OPERATION_JOIN, who);
}

int room_list_leave(const struct room_list *list, struct sails_io *io, const char *who)
{
    return operate(list, io, OPERATION_LEAVE, who);
}
