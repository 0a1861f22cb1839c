#include "pubsub/pubsub.h"

#include <sails/err.h>

/* ---- ids ---- */

static int refuse(const struct pubsub *pubsub, const struct orm_model *model, const char *what)
{
    log_line(pubsub->log, LOG_ERROR,
             "Pub/sub for `%s`: %s; expected is a list of primary keys: nothing was done",
             model->identity.ptr, what);
    return SAILS_EINVAL;
}

/* A key, or that of a record. */
static int add_one(const struct pubsub *pubsub, const struct orm_model *model, const json_t *id,
                   struct room_list *rooms)
{
    int rc = 0;

    if (json_is_object(id)) {
        id = json_object_get(id, model->primary_key->name.ptr);
    }
    if (!json_is_string(id) && !json_is_number(id)) {
        return refuse(pubsub, model,
                      "there is an id that is null, or neither text, number nor record");
    }
    rc = room_list_add_record(rooms, model, id);
    if (rc == SAILS_EINVAL || rc == SAILS_ETOOBIG) {
        log_line(pubsub->log, LOG_ERROR,
                 "Pub/sub for `%s`: an id that can be none (%s) is left out", model->identity.ptr,
                 sails_strerror(rc));
        return 0;
    }
    return rc;
}

static int add_all(const struct pubsub *pubsub, const struct orm_model *model, const json_t *ids,
                   struct room_list *rooms)
{
    size_t n = json_array_size(ids);
    bool has_records = false;
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        const json_t *id = json_array_get(ids, i);

        has_records = has_records || json_is_object(id);
        rc = add_one(pubsub, model, id, rooms);
    }
    if (!json_is_array(ids)) {
        rc = add_one(pubsub, model, ids, rooms);
    }
    if (rc == 0 && (has_records || !json_is_array(ids))) {
        log_line(pubsub->log, LOG_DEBUG,
                 "Pub/sub for `%s`: a list of primary keys is expected, not records, nor one key",
                 model->identity.ptr);
    }
    return rc;
}

int pubsub_rooms(const struct pubsub *pubsub, const struct orm_model *model, const json_t *ids,
                 struct room_list *rooms)
{
    size_t len = rooms->names.len;
    size_t n = rooms->n;
    int rc = ids != NULL ? add_all(pubsub, model, ids, rooms)
                         : refuse(pubsub, model, "there are no ids");

    if (rc < 0) {
        rooms->names.len = len;
        rooms->n = n;
    }
    return rc;
}

/* ---- the three methods ---- */

int pubsub_subscribe(const struct pubsub *pubsub, const char *socket_id,
                     const struct orm_model *model, const json_t *ids)
{
    struct room_list rooms = {0};
    int rc = pubsub_rooms(pubsub, model, ids, &rooms);

    rc = rc == 0 ? room_list_join(&rooms, pubsub->io, socket_id) : rc;
    room_list_deinit(&rooms);
    return rc;
}

int pubsub_unsubscribe(const struct pubsub *pubsub, const char *socket_id,
                       const struct orm_model *model, const json_t *ids)
{
    struct room_list rooms = {0};
    int rc = pubsub_rooms(pubsub, model, ids, &rooms);

    rc = rc == 0 ? room_list_leave(&rooms, pubsub->io, socket_id) : rc;
    room_list_deinit(&rooms);
    return rc;
}

int pubsub_send(const struct pubsub *pubsub, const char *room, const struct orm_model *model,
                json_t *data, const char *id_to_omit)
{
    struct sails_io_target target = {.to = SAILS_ROOMS(room)};
    json_t *args = json_pack("[o]", data);

    return args != NULL ? io_emit(pubsub->io->root, &target, model->identity.ptr, args, id_to_omit)
                        : SAILS_ENOMEM;
}

static int send_to_each(const struct pubsub *pubsub, const struct orm_model *model,
                        const struct room_list *rooms, json_t *data, const char *id_to_omit)
{
    const char *room = rooms->names.ptr;
    int rc = 0;

    for (size_t i = 0; i < rooms->n && rc == 0; i++) {
        rc = pubsub_send(pubsub, room, model, json_incref(data), id_to_omit);
        room += strlen(room) + 1;
    }
    return rc;
}

int pubsub_publish(const struct pubsub *pubsub, const struct orm_model *model, const json_t *ids,
                   json_t *data, const char *id_to_omit)
{
    struct room_list rooms = {0};
    int rc = 0;

    if (data == NULL) {
        return refuse(pubsub, model, "the data is NULL (json_null() is null)");
    }
    rc = pubsub_rooms(pubsub, model, ids, &rooms);
    rc = rc == 0 ? send_to_each(pubsub, model, &rooms, data, id_to_omit) : rc;
    room_list_deinit(&rooms);
    json_decref(data);
    return rc;
}
