/*
 * room_list.h - rooms of records and of models, many of them at once.
 *
 * Purpose    The names of section 2 of pubsub-and-blueprints, gathered so that a socket joins or leaves all of
 *            them in one operation.
 * Ownership  A list owns its names.
 * Threads    One thread at a time.
 * Floor      pubsub; uses io, orm, base.
 */
#ifndef PUBSUB_ROOM_LIST_H
#define PUBSUB_ROOM_LIST_H

#include "base/buf.h"
#include "io/io.h"
#include "orm/model.h"

/* {0} is empty. */
struct room_list {
    struct buf names; /* each with a NUL behind it */
    size_t n;
};

void room_list_deinit(struct room_list *list);

/*
 * Adds the room of a record: its subscribers. 0; SAILS_EINVAL: `id` cannot be a primary key of the model; SAILS_ETOOBIG:
 * the name is too long for a room; SAILS_ENOMEM. After an error the list is as before.
 */
int room_list_add_record(struct room_list *list, const struct orm_model *model, const json_t *id);

/* Adds the room of a model: those who hear of new records. Codes as above. */
int room_list_add_class(struct room_list *list, const struct orm_model *model);

/* The one name of a list that has one. */
const char *room_list_only(const struct room_list *list);

/*
 * All members of a room, or the socket of that id, join all rooms of the list, or leave them. An empty list is
 * harmless. 0; SAILS_ESTATE: not lifted; SAILS_ENOMEM. Any thread.
 */
int room_list_join(const struct room_list *list, struct sails_io *io, const char *who);
int room_list_leave(const struct room_list *list, struct sails_io *io, const char *who);

#endif
