#include "socketio/room_index.h"

#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>
#include <sails/types.h>

/*
 * A membership is one node in three places: its room's list, its member's list, and the table by
 * pair. So each question has its own short way, and no two structures can disagree.
 *
 * I1  A room has at least one member: the first join makes it, the last leave frees it.
 * I2  A pair (room, member) has at most one membership.
 */
struct room {
    struct map_node by_name;
    struct list members; /* memberships */
    size_t count;
    size_t len;
    char name[];
};

struct membership {
    struct map_node by_pair;
    struct list in_room;
    struct list in_member;
    struct room *room;
    struct room_member *member;
};

/*
 * Both addresses are ours and not chosen by anybody outside, so mixing is enough (the finalizer of
 * MurmurHash3; the table uses the low bits).
 */
static uint64_t hash_pair(const struct room *room, const struct room_member *member)
{
    uint64_t h = (uint64_t)(uintptr_t)room * UINT64_C(0x9e3779b97f4a7c15) ^ (uintptr_t)member;

    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ h >> 33;
}

static struct room *find_room(const struct room_index *index, struct str name, uint64_t hash)
{
    for (struct map_node *n = map_find(&index->rooms, hash); n != NULL; n = map_find_next(n)) {
        struct room *room = container_of(n, struct room, by_name);

        if (str_eq(room_name(room), name)) {
            return room;
        }
    }
    return NULL;
}

static struct membership *find_membership(const struct room_index *index, const struct room *room,
                                          const struct room_member *member)
{
    struct map_node *n = map_find(&index->memberships, hash_pair(room, member));

    for (; n != NULL; n = map_find_next(n)) {
        struct membership *link = container_of(n, struct membership, by_pair);

        if (link->room == room && link->member == member) {
            return link;
        }
    }
    return NULL;
}

static struct room *room_create(struct str name)
{
    size_t size = 0;
    struct room *room = NULL;

    if (size_add(sizeof(*room), name.len, &size)) {
        room = mem_alloc(size);
    }
    if (room != NULL) {
        *room = (struct room){.len = name.len};
        list_init(&room->members);
        if (name.len > 0) {
            memcpy(room->name, name.ptr, name.len);
        }
    }
    return room;
}

static void tell(const struct room_index *index, const struct room *room, bool exists)
{
    if (index->on_room != NULL) {
        index->on_room(room_name(room), exists, index->on_room_ctx);
    }
}

static void attach(struct room_index *index, struct membership *link)
{
    list_append(&link->room->members, &link->in_room);
    list_append(&link->member->rooms, &link->in_member);
    map_insert(&index->memberships, &link->by_pair, hash_pair(link->room, link->member));
    link->room->count++;
    link->member->count++;
}

/* Ends a membership, and with the last one its room (I1). */
static void detach(struct room_index *index, struct membership *link)
{
    struct room *room = link->room;

    list_remove(&link->in_room);
    list_remove(&link->in_member);
    map_remove(&index->memberships, &link->by_pair);
    link->member->count--;
    mem_free(link);
    room->count--;
    if (room->count == 0) {
        map_remove(&index->rooms, &room->by_name);
        tell(index, room, false);
        mem_free(room);
    }
}

void room_index_init(struct room_index *index, struct hash_key key)
{
    *index = (struct room_index){.hash_key = key};
}

void room_index_deinit(struct room_index *index)
{
    assert(index->memberships.count == 0);
    map_deinit(&index->rooms);
    map_deinit(&index->memberships);
}

void room_member_init(struct room_member *member)
{
    list_init(&member->rooms);
    member->count = 0;
}

int room_index_join(struct room_index *index, struct room_member *member, struct str name)
{
    uint64_t hash = hash_str(index->hash_key, name);
    struct room *room = find_room(index, name, hash);
    struct room *fresh = NULL;
    struct membership *link = NULL;
    int rc = 0;

    if (room != NULL && find_membership(index, room, member) != NULL) {
        return 0; /* I2 */
    }

    /* Prepare: all that can fail, seen by nobody yet. */
    link = mem_alloc(sizeof(*link));
    if (link == NULL) {
        rc = SAILS_ENOMEM;
        goto out;
    }
    if (room == NULL) {
        fresh = room_create(name);
        if (fresh == NULL) {
            rc = SAILS_ENOMEM;
            goto out;
        }
    }

    /* Commit: nothing below can fail. Each pointer that has found its owner is set to NULL. */
    if (fresh != NULL) {
        map_insert(&index->rooms, &fresh->by_name, hash);
        tell(index, fresh, true);
        room = fresh;
        fresh = NULL;
    }
    *link = (struct membership){.room = room, .member = member};
    attach(index, link);
    link = NULL;

out:
    mem_free(fresh);
    mem_free(link);
    return rc;
}

void room_index_leave(struct room_index *index, struct room_member *member, struct str name)
{
    struct room *room = room_index_find(index, name);
    struct membership *link = room != NULL ? find_membership(index, room, member) : NULL;

    if (link != NULL) {
        detach(index, link);
    }
}

void room_index_leave_all(struct room_index *index, struct room_member *member)
{
    list_each(node, &member->rooms) {
        detach(index, container_of(node, struct membership, in_member));
    }
    assert(member->count == 0);
}

bool room_index_has(const struct room_index *index, const struct room_member *member,
                    struct str name)
{
    const struct room *room = room_index_find(index, name);

    return room != NULL && find_membership(index, room, member) != NULL;
}

struct room *room_index_find(const struct room_index *index, struct str name)
{
    return index->rooms.count > 0 ? find_room(index, name, hash_str(index->hash_key, name)) : NULL;
}

int room_name_check(const char *name)
{
    size_t len = name != NULL ? strnlen(name, SAILS_ROOM_NAME_MAX + 1) : 0;

    if (len == 0) {
        return SAILS_EINVAL;
    }
    return len <= SAILS_ROOM_NAME_MAX ? 0 : SAILS_ETOOBIG;
}

void room_index_each_sized(const struct room_index *index,
                           void (*each)(struct str name, size_t n_members, void *ctx), void *ctx)
{
    map_each(node, &index->rooms) {
        const struct room *room = container_of(node, const struct room, by_name);

        each(room_name(room), room->count, ctx);
    }
}

struct str room_name(const struct room *room)
{
    return (struct str){room->name, room->len};
}

size_t room_count(const struct room *room)
{
    return room->count;
}

static struct membership *membership_at(struct list *node, const struct room *room)
{
    return node != &room->members ? container_of(node, struct membership, in_room) : NULL;
}

struct membership *room_first(const struct room *room)
{
    return membership_at(room->members.next, room);
}

struct membership *room_next(const struct membership *link)
{
    return membership_at(link->in_room.next, link->room);
}

struct room_member *membership_member(const struct membership *link)
{
    return link->member;
}

void room_member_each(const struct room_member *member, void (*each)(struct str name, void *ctx),
                      void *ctx)
{
    list_each(node, &member->rooms) {
        each(room_name(container_of(node, struct membership, in_member)->room), ctx);
    }
}

struct str room_member_first(const struct room_member *member)
{
    assert(member->count > 0);
    return room_name(container_of(member->rooms.next, struct membership, in_member)->room);
}

#ifndef NDEBUG
static void check_room(const struct room_index *index, const struct room *room)
{
    size_t n = 0;

    for (struct membership *link = room_first(room); link != NULL; link = room_next(link)) {
        assert(link->room == room);
        assert(find_membership(index, room, link->member) == link); /* I2 */
        n++;
    }
    assert(n == room->count && n > 0); /* I1 */
    assert(room_index_find(index, room_name(room)) == room);
}

void room_index_check(const struct room_index *index)
{
    size_t n = 0;

    map_each(node, &index->rooms) {
        const struct room *room = container_of(node, struct room, by_name);

        check_room(index, room);
        n += room->count;
    }
    assert(n == index->memberships.count);
}
#else
void room_index_check(const struct room_index *index)
{
    (void)index;
}
#endif

void room_index_each(const struct room_index *index, void (*each)(struct str name, void *ctx),
                     void *ctx)
{
    map_each(node, &index->rooms) {
        each(room_name(container_of(node, struct room, by_name)), ctx);
    }
}
