/*
 * room_index.h - who is in which room.
 *
 * Purpose    Join and leave in O(1); members of a room, rooms of a socket, in O(answer).
 * Ownership  Owns rooms and memberships, copies names. Borrows members: room_index_leave_all()
 *            must run before a member dies.
 * Threads    One index per worker and namespace; that worker's thread only.
 * Floor      socketio; uses base.
 *
 * A socket's own room is not in here: see sio.h.
 */
#ifndef SOCKETIO_ROOM_INDEX_H
#define SOCKETIO_ROOM_INDEX_H

#include "base/hash.h"
#include "base/list.h"
#include "base/map.h"
#include "base/str.h"

struct room_index {
    struct map rooms;       /* struct room, by name */
    struct map memberships; /* by pair (room, member) */
    struct hash_key hash_key;
};

/* Lies in whatever can be a member. */
struct room_member {
    struct list rooms; /* memberships */
    size_t count;
};

struct room;

void room_index_init(struct room_index *index, struct hash_key key);

/* No member may be in any room any more. */
void room_index_deinit(struct room_index *index);
void room_member_init(struct room_member *member);

/* 0, also if it is a member already; SAILS_ENOMEM: nothing has changed. */
int room_index_join(struct room_index *index, struct room_member *member, struct str name);
void room_index_leave(struct room_index *index, struct room_member *member, struct str name);
void room_index_leave_all(struct room_index *index, struct room_member *member);
bool room_index_has(const struct room_index *index, const struct room_member *member,
                    struct str name);

/* NULL: nobody is in a room of that name. */
struct room *room_index_find(const struct room_index *index, struct str name);
struct str room_name(const struct room *room);
size_t room_count(const struct room *room);

/* The members in the order of joining: NULL first, then what was returned last; NULL: no more. The
 * current one may leave meanwhile only after the next was taken. */
struct room_member *room_next_member(const struct room *room, const struct room_member *member,
                                     struct room_index *index);

/* Calls back for each room of the member. */
void room_member_each(const struct room_member *member, void (*each)(struct str name, void *ctx),
                      void *ctx);

#endif
