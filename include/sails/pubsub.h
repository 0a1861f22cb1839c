/**
 * @file sails/pubsub.h
 * @brief Resourceful pub/sub: who has looked at a record hears of it.
 *
 * Each record of a model has a room, whose members are its subscribers; what is published for a record reaches
 * them as an event that is named like the model, "user":
 *
 *     static void show(sails_req *req, sails_res *res)
 *     {
 *         sails_subscribe(req, "user", json_pack("[i]", 7));
 *         ...
 *     }
 *
 *     sails_publish(app, "user", json_pack("[i]", 7), json_pack("{s:s}", "mood", "merry"), NULL);
 *
 *     io.socket.on('user', (message) => ...)        // in the browser: {"mood": "merry"}
 *
 * None of this asks a database: a record need not exist. The automatic API over models (blueprints) uses the same
 * rooms and the same event.
 *
 * Ids        `ids` is a list of primary keys: numbers and texts. One key, a record, or a list with records in it is
 *            understood, too. In it null, and whatever else is neither number, text nor record, is an error; a key
 *            that cannot be one ("", or 0 where the model's keys are texts) is logged and left out.
 * Ownership  JSON is taken, also when the call fails; the rest is borrowed.
 * Threads    Any thread, while the app is lifted; sails_get_room_name(): from the lift on.
 * Errors     0 or a negative code; after an error nothing has been changed or sent. All: SAILS_EINVAL: NULL where it is
 *            not allowed, no such model, or ids as above; SAILS_ESTATE: not lifted; SAILS_ENOMEM.
 * Order      As sails/sockets.h.
 */
#ifndef SAILS_PUBSUB_H
#define SAILS_PUBSUB_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stddef.h>

SAILS_BEGIN_DECLS

/**
 * The name of a record's room, for what sails/sockets.h does with rooms: "sails_model_user_7:user", the same on every
 * node, in C and in Node. With a text that is no key it is another room of the same family ("7-admins").
 *
 * @param model  Its identity, "user", in any case.
 * @param id     A primary key: a number, or a text that is not empty; 0 only where keys are numbers.
 * @param name   Gets the name and a NUL.
 * @param size   Bytes there; SAILS_ROOM_NAME_MAX + 1 are enough for any.
 * @return SAILS_ETOOBIG, too: the name has more than SAILS_ROOM_NAME_MAX bytes, or there is no room for it.
 * @see    Sails reference, .getRoomName()
 */
SAILS_API int sails_get_room_name(sails_app *app, const char *model, json_t *id, char *name,
                                  size_t size);

/**
 * Subscribes the socket that a request came over to records. For a request over HTTP nothing happens, and that is
 * no error. In the request's action it is done when the call returns, or at the latest before its answer.
 *
 * @see Sails reference, .subscribe()
 */
SAILS_API int sails_subscribe(sails_req *req, const char *model, json_t *ids);

/**
 * The same for any socket.
 *
 * @param socket_id  As sails_sockets_get_id() gives it. Unknown or gone: nothing happens.
 * @see Sails reference, .subscribe()
 */
SAILS_API int sails_subscribe_socket(sails_app *app, const char *socket_id, const char *model,
                                     json_t *ids);

/**
 * Ends what sails_subscribe() has begun. Not subscribed: nothing happens.
 *
 * @see Sails reference, .unsubscribe()
 */
SAILS_API int sails_unsubscribe(sails_req *req, const char *model, json_t *ids);

/** The same for any socket. @see Sails reference, .unsubscribe() */
SAILS_API int sails_unsubscribe_socket(sails_app *app, const char *socket_id, const char *model,
                                       json_t *ids);

/**
 * Sends an event to all who have subscribed to records, on every worker and node: named like the model, with `data` as
 * it is. A socket that has subscribed to several of them gets it once for each, in the order of the list.
 *
 * @param data  Any value; null is json_null(). NULL is none, and what could not be made is NULL.
 * @param req   Whose socket does not get it; a request over HTTP, or NULL: everybody gets it.
 * @return As sails_sockets_broadcast(), too.
 * @see    Sails reference, .publish()
 */
SAILS_API int sails_publish(sails_app *app, const char *model, json_t *ids, json_t *data,
                            const sails_req *req);

SAILS_END_DECLS

#endif
