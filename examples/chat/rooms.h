/*
 * rooms.h - who is in which room, and what was said there lately; in memory.
 *
 * People are named; each may be there with several sockets, one for every tab. A message is {"room",
 * "from", "text", "at"}, where `at` is its time in ms. No two have the same, so that it is an id, too; and
 * messages are never changed, so that one may be sent while another is added. Any thread.
 */
#ifndef CHAT_ROOMS_H
#define CHAT_ROOMS_H

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>

enum {
    ROOMS_MAX = 200,        /* over it, one that nobody is in makes place for a new one */
    ROOM_MESSAGES_MAX = 500 /* over it, the oldest goes */
};

struct rooms *rooms_create(void); /* with a room, "lobby". NULL: no memory */
void rooms_destroy(struct rooms *rooms);

/* A new list of {"name", "members"}: how many people there are in each. */
json_t *rooms_list(struct rooms *rooms);

/* A new list of the names of who is in a room. */
json_t *rooms_members(struct rooms *rooms, const char *room);

/* Lets a socket of that person into a room, which is made if need be. False: there are ROOMS_MAX, and
 * somebody is in each. */
bool rooms_enter(struct rooms *rooms, const char *room, const char *socket, const char *name);

/* Lets a socket leave a room. False: it was not there. */
bool rooms_leave(struct rooms *rooms, const char *room, const char *socket);

/* Lets a socket leave all rooms, and returns a new list of their names. */
json_t *rooms_leave_all(struct rooms *rooms, const char *socket);

/* Whether anybody of that name is in some room. */
bool rooms_has_person(struct rooms *rooms, const char *name);

/* A new message: the time, and who said what. Kept nowhere. */
json_t *rooms_message(struct rooms *rooms, const char *from, const char *text);

/* Adds a new message to a room, and returns it. NULL: there is no such room. */
json_t *rooms_say(struct rooms *rooms, const char *room, const char *from, const char *text);

/* A new object: the last `limit` "messages" before the one at `before`, oldest first, and whether there are
 * "more" before these. NULL: there is no such room. */
json_t *rooms_history(struct rooms *rooms, const char *room, json_int_t before, size_t limit);

#endif
