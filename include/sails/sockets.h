/**
 * @file sails/sockets.h
 * @brief The `sails.sockets` methods of Sails 1.x.
 *
 * Everything here concerns the namespace "/". A room is named by text; every socket is in a room
 * named by its own id, so that an id can stand wherever a room can. Rooms come into being with their
 * first member and go with their last.
 *
 * Ownership  JSON values are taken, also when the call fails. Everything else is borrowed, and copied
 *            where it must outlive the call.
 * Threads    Any thread, while the app is lifted.
 * Errors     0 or a negative code; after an error nothing has been changed or sent. All: SAILS_EINVAL:
 *            NULL where it is not allowed, or an empty name; SAILS_ETOOBIG: a name of more than
 *            SAILS_ROOM_NAME_MAX bytes; SAILS_ESTATE: the app is not lifted; SAILS_ENOMEM.
 * Order      On one node, what one thread calls is applied in the order of its calls.
 */
#ifndef SAILS_SOCKETS_H
#define SAILS_SOCKETS_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/io.h>
#include <sails/types.h>

SAILS_BEGIN_DECLS

/** The event that is sent where none is named. */
#define SAILS_DEFAULT_EVENT_NAME "message"

/**
 * Adds a socket to a room. The first member creates the room, the last one to leave removes it.
 * Joining twice changes nothing.
 *
 * @param id    As sails_sockets_get_id() gives it. The name of a room: all its members join. Unknown
 *              or gone: nothing happens, and `done` is told SAILS_ENOENT; but among other nodes
 *              (`sockets.adapter`) it may be a socket of theirs: they are told, and `done` is told 0.
 * @param room  1 to SAILS_ROOM_NAME_MAX bytes.
 * @param done  NULL: nobody is told.
 * @see    Sails reference, sails.sockets.join(); examples/chat
 */
SAILS_API int sails_sockets_join(sails_app *app, const char *id, const char *room,
                                 sails_done_cb done, void *ctx);

/**
 * Takes a socket out of a room. Not a member: nothing happens, and that is no error. A socket may
 * leave the room of its own id; it then gets no direct messages until it joins it again.
 *
 * @param id    As for sails_sockets_join(); `done`, too.
 * @see    Sails reference, sails.sockets.leave()
 */
SAILS_API int sails_sockets_leave(sails_app *app, const char *id, const char *room,
                                  sails_done_cb done, void *ctx);

/**
 * Sends an event to every member of the rooms, on every worker and node; once to each socket, in
 * however many of the rooms it is. Rooms that nobody is in, and an empty list, are no error.
 *
 * @param rooms          Ends with NULL: SAILS_ROOMS("kitchen", "hall"). Names that are empty reach nobody.
 * @param event          NULL: SAILS_DEFAULT_EVENT_NAME.
 * @param data           Any value; null is json_null(). NULL is none, and what could not be made is NULL.
 * @param id_to_omit     This socket, and nobody else, does not get it; NULL: everybody does.
 * @return SAILS_EINVAL also: no data (logged); SAILS_ERESERVED, SAILS_EJSON, SAILS_ETOOBIG: as sails_io_emit().
 * @see    Sails reference, sails.sockets.broadcast()
 */
SAILS_API int sails_sockets_broadcast(sails_app *app, const char *const *rooms, const char *event,
                                      json_t *data, const char *id_to_omit);

/**
 * Sends an event to every connected socket, in rooms or not, on every worker and node. Parameters as
 * for sails_sockets_broadcast().
 *
 * @see    Sails reference, sails.sockets.blast()
 */
SAILS_API int sails_sockets_blast(sails_app *app, const char *event, json_t *data,
                                  const char *id_to_omit);

/**
 * Makes every present member of a room join other rooms. Those who join it later are not affected. A
 * room that nobody is in is no error.
 *
 * @param room        A socket's id stands for that socket, whoever else is in a room of that name.
 * @param dest_rooms  Ends with NULL.
 * @param done        As for sails_sockets_join().
 * @see    Sails reference, sails.sockets.addRoomMembersToRooms()
 */
SAILS_API int sails_sockets_add_room_members_to_rooms(sails_app *app, const char *room,
                                                      const char *const *dest_rooms,
                                                      sails_done_cb done, void *ctx);

/**
 * Makes every present member of a room leave other rooms; the room itself may be among them.
 *
 * @param done  As for sails_sockets_join().
 * @see    Sails reference, sails.sockets.removeRoomMembersFromRooms()
 */
SAILS_API int sails_sockets_remove_room_members_from_rooms(sails_app *app, const char *room,
                                                           const char *const *dest_rooms,
                                                           sails_done_cb done, void *ctx);

/**
 * Makes every member of a room leave all rooms, that one included; only the room of its own id stays.
 *
 * @param done  As for sails_sockets_join().
 * @see    Sails reference, sails.sockets.leaveAll()
 */
SAILS_API int sails_sockets_leave_all(sails_app *app, const char *room, sails_done_cb done,
                                      void *ctx);

/**
 * The id of the socket that a request came over; a view, valid as long as the request. NULL for a
 * request over HTTP, and for NULL. What others may know of it: see sails_io_socket_id().
 *
 * @see    Sails reference, sails.sockets.getId()
 */
SAILS_API const char *sails_sockets_get_id(const sails_req *req);

/**
 * The socket itself that a request came over, for what sails/io.h can do with it: its handshake, data, rooms,
 * an event to it alone, its end. That socket alone, whoever else is in a room of the name of its id.
 *
 * @return A view, until the socket is gone. NULL: the request came over HTTP, or the socket is gone, or this is
 *         not the request's worker (but another thread, or an action that may wait: sails_io_with_socket());
 *         or NULL.
 * @see    Sails reference, req.socket
 */
SAILS_API sails_io_socket *sails_req_socket(const sails_req *req);

/** The old name of sails_sockets_get_id(). @see Sails reference 0.12, sails.sockets.id() */
SAILS_API const char *sails_sockets_id(const sails_req *req);

SAILS_END_DECLS

#endif
