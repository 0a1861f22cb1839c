/*
 * pubsub.h - resourceful pub/sub: subscribe, unsubscribe, publish.
 *
 * Purpose    What models add to rooms (pubsub-and-blueprints 3). Room operations and broadcasts, and nothing
 *            else: that is why it works over workers and nodes.
 * Ownership  Borrows everything, but the data that is published.
 * Threads    Any; nothing in here changes after the lift.
 * Floor      pubsub; uses io, orm, base.
 */
#ifndef PUBSUB_PUBSUB_H
#define PUBSUB_PUBSUB_H

#include "pubsub/room_list.h"

struct pubsub {
    struct sails_io *io;
    const struct log *log;
    const struct orm *orm; /* NULL: there are no models */
};

/* The rooms of `ids` (sails/pubsub.h, "Ids"; NULL is refused). 0; SAILS_EINVAL: logged; SAILS_ENOMEM. What the list had
 * before stays in any case. */
int pubsub_rooms(const struct pubsub *pubsub, const struct orm_model *model, const json_t *ids,
                 struct room_list *rooms);

/* A socket joins or leaves the rooms of records. 0; as pubsub_rooms() and room_list_join(). */
int pubsub_subscribe(const struct pubsub *pubsub, const char *socket_id,
                     const struct orm_model *model, const json_t *ids);
int pubsub_unsubscribe(const struct pubsub *pubsub, const char *socket_id,
                       const struct orm_model *model, const json_t *ids);

/* An event to the subscribers of each record, but for one socket; NULL: everybody. Takes `data`. 0; as pubsub_rooms();
 * SAILS_EINVAL: no data (logged); as sails_io_emit(). */
int pubsub_publish(const struct pubsub *pubsub, const struct orm_model *model, const json_t *ids,
                   json_t *data, const char *id_to_omit);

/* The same to one room, whatever its name. Takes `data`, which is there. */
int pubsub_send(const struct pubsub *pubsub, const char *room, const struct orm_model *model,
                json_t *data, const char *id_to_omit);

#endif
