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
    /* A room has come into being, or is no more; changes nothing. NULL: nobody wants to know. */
    void (*on_room)(struct str name, bool exists, void *ctx);
    void *on_room_ctx;
};

/* Lies in whatever can be a member. */
struct room_member {
    struct list rooms; /* memberships */
    size_t count;
};

struct room;
struct membership;

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

/* Calls back for each room, in any order. The index may not change. */
void room_index_each(const struct room_index *index, void (*each)(struct str name, void *ctx),
                     void *ctx);

/* 0; SAILS_EINVAL: NULL or empty; SAILS_ETOOBIG: over SAILS_ROOM_NAME_MAX bytes. */
int room_name_check(const char *name);

/* NULL: nobody is in a room of that name. */
struct room *room_index_find(const struct room_index *index, struct str name);
struct str room_name(const struct room *room);
size_t room_count(const struct room *room);

/*
 * The memberships of a room in the order of joining; NULL: no more. The index may not change
 * meanwhile.
 */
struct membership *room_first(const struct room *room);
struct membership *room_next(const struct membership *link);
struct room_member *membership_member(const struct membership *link);

/* Calls back for each room of the member, in the order of joining. The index may not change. */
void room_member_each(const struct room_member *member, void (*each)(struct str name, void *ctx),
                      void *ctx);

/* The room that it has been in for longest; it must be in one. A view. */
struct str room_member_first(const struct room_member *member);

/* As room_index_each(), with how many are in them. */
void room_index_each_sized(const struct room_index *index,
                           void (*each)(struct str name, size_t n_members, void *ctx), void *ctx);

/* Asserts the invariants, in time that grows with the index; nothing where asserts are off. */
void room_index_check(const struct room_index *index);

#endif
