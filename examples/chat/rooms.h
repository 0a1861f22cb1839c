/*
 * rooms.h - which rooms there are, who was in each when it was last counted, and when something was said there; in
 * memory.
 *
 * Who counts is census.h. A message is {"room",
 * "from", "text", "at"}, where `at` is its time in ms. No two have the same, so that it is an id, too. What was said is
 * in history.h. Any thread.
 */
#ifndef CHAT_ROOMS_H
#define CHAT_ROOMS_H

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>

enum {
    ROOMS_MAX = 200,         /* over it, one that nobody is in makes place for a new one */
    ROOM_MESSAGES_MAX = 500, /* over it, the oldest goes */
    ROOM_NAME_MAX = 160      /* bytes: 40 letters */
};

struct room_name {
    char text[ROOM_NAME_MAX + 1];
};

struct rooms *rooms_create(void); /* with a room, "lobby". NULL: no memory */
void rooms_destroy(struct rooms *rooms);

/* A new list of {"name", "members"}: how many people there are in each. */
json_t *rooms_list(struct rooms *rooms);

/* A new list of the names of who is in a room. */
json_t *rooms_members(struct rooms *rooms, const char *room);

/* Makes a room, if it is not there; `removed` gets the name of the room that has made place for it, or "". False: there
 * are ROOMS_MAX, and somebody is in each. */
bool rooms_open(struct rooms *rooms, const char *room, struct room_name *removed);

/* It has gone on another node; unless somebody is in it. */
void rooms_remove(struct rooms *rooms, const char *room);

/* Somebody has counted: {room: {name: true}} (borrowed), without the rooms that nobody is in. Rooms that were not there
 * are now. Returns a new list of the names of those where somebody has come or gone. */
json_t *rooms_count(struct rooms *rooms, json_t *people);

/* Whether anybody of that name is in some room. */
bool rooms_has_person(struct rooms *rooms, const char *name);

/* A new message: the time, and who said what. Kept nowhere. */
json_t *rooms_message(struct rooms *rooms, const char *from, const char *text);

/* A new message to a room. `oldest` gets the time up to which the room's messages are to be forgotten, or 0. NULL: there
 * is no such room. */
json_t *rooms_say(struct rooms *rooms, const char *room, const char *from, const char *text,
                  json_int_t *oldest);

bool rooms_has(struct rooms *rooms, const char *room);

/* A message of an earlier run is there, and its room with it. In the order of their times. */
void rooms_restore(struct rooms *rooms, const char *room, json_int_t at);

#endif
