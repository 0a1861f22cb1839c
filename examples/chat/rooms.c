#include "rooms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * All of it is JSON, {room: {"members": {name: true}, "times": [...]}}, behind one lock: what is asked for is JSON, too, and
 * jansson's objects keep the order in which rooms were made and people came.
 */
struct rooms {
    pthread_mutex_t lock;
    json_t *rooms;
    json_int_t last_at; /* of the latest message */
};

static json_t *new_room(void)
{
    return json_pack("{s:{}, s:[]}", "members", "times");
}

static json_t *members_of(const struct rooms *rooms, const char *room)
{
    return json_object_get(json_object_get(rooms->rooms, room), "members");
}

/* Of the messages that are kept, oldest first. */
static json_t *times_of(const struct rooms *rooms, const char *room)
{
    return json_object_get(json_object_get(rooms->rooms, room), "times");
}

struct rooms *rooms_create(void)
{
    struct rooms *rooms = calloc(1, sizeof(*rooms));

    if (rooms != NULL) {
        pthread_mutex_init(&rooms->lock, NULL);
        rooms->rooms = json_pack("{s:o}", "lobby", new_room());
    }
    return rooms;
}

void rooms_destroy(struct rooms *rooms)
{
    if (rooms != NULL) {
        json_decref(rooms->rooms);
        pthread_mutex_destroy(&rooms->lock);
        free(rooms);
    }
}

/* ---- who is there ---- */

json_t *rooms_list(struct rooms *rooms)
{
    json_t *list = json_array(), *room = NULL;
    const char *name = NULL;

    pthread_mutex_lock(&rooms->lock);
    json_object_foreach(rooms->rooms, name, room)
    {
        int n = (int)json_object_size(json_object_get(room, "members"));

        json_array_append_new(list, json_pack("{s:s, s:i}", "name", name, "members", n));
    }
    pthread_mutex_unlock(&rooms->lock);
    return list;
}

json_t *rooms_members(struct rooms *rooms, const char *room)
{
    json_t *names = json_array(), *member = NULL;
    const char *name = NULL;

    pthread_mutex_lock(&rooms->lock);
    json_object_foreach(members_of(rooms, room), name, member)
    {
        json_array_append_new(names, json_string(name));
    }
    pthread_mutex_unlock(&rooms->lock);
    return names;
}

bool rooms_has_person(struct rooms *rooms, const char *name)
{
    const char *room_name = NULL;
    json_t *room = NULL;
    bool found = false;

    pthread_mutex_lock(&rooms->lock);
    json_object_foreach(rooms->rooms, room_name, room)
    {
        found = found || json_object_get(json_object_get(room, "members"), name) != NULL;
    }
    pthread_mutex_unlock(&rooms->lock);
    return found;
}

/* Those who are still there, in their order, and then those who have come. */
static json_t *in_order(json_t *before, json_t *now)
{
    json_t *members = json_object(), *member = NULL;
    const char *name = NULL;

    json_object_foreach(before, name, member)
    {
        if (json_object_get(now, name) != NULL) {
            json_object_set(members, name, member);
        }
    }
    json_object_update_missing(members, now);
    return members;
}

static void open_counted_rooms(struct rooms *rooms, json_t *people)
{
    const char *name = NULL;
    json_t *members = NULL;

    json_object_foreach(people, name, members)
    {
        if (json_object_get(rooms->rooms, name) == NULL) {
            json_object_set_new(rooms->rooms, name, new_room());
        }
    }
}

json_t *rooms_count(struct rooms *rooms, json_t *people)
{
    json_t *changed = json_array(), *room = NULL;
    const char *name = NULL;

    pthread_mutex_lock(&rooms->lock);
    open_counted_rooms(rooms, people);
    json_object_foreach(rooms->rooms, name, room)
    {
        json_t *before = json_object_get(room, "members");
        json_t *members = in_order(before, json_object_get(people, name));

        if (!json_equal(before, members)) {
            json_array_append_new(changed, json_string(name));
        }
        json_object_set_new(room, "members", members);
    }
    pthread_mutex_unlock(&rooms->lock);
    return changed;
}

/* ---- rooms come and go ---- */

static bool is_empty(const json_t *room)
{
    return json_object_size(json_object_get(room, "members")) == 0;
}

/* The one that has been there longest; the lobby stays. */
static void remove_empty_room(struct rooms *rooms, struct room_name *removed)
{
    const char *name = NULL;
    json_t *room = NULL;

    json_object_foreach(rooms->rooms, name, room)
    {
        if (is_empty(room) && strcmp(name, "lobby") != 0) {
            snprintf(removed->text, sizeof(removed->text), "%s", name);
            json_object_del(rooms->rooms, name);
            return;
        }
    }
}

/* Adds it, if there is place. */
static void open_room(struct rooms *rooms, const char *room)
{
    if (members_of(rooms, room) == NULL && json_object_size(rooms->rooms) < ROOMS_MAX) {
        json_object_set_new(rooms->rooms, room, new_room());
    }
}

bool rooms_open(struct rooms *rooms, const char *room, struct room_name *removed)
{
    bool is_there = false;

    removed->text[0] = '\0';
    pthread_mutex_lock(&rooms->lock);
    if (members_of(rooms, room) == NULL && json_object_size(rooms->rooms) >= ROOMS_MAX) {
        remove_empty_room(rooms, removed);
    }
    open_room(rooms, room);
    is_there = members_of(rooms, room) != NULL;
    pthread_mutex_unlock(&rooms->lock);
    return is_there;
}

void rooms_remove(struct rooms *rooms, const char *room)
{
    pthread_mutex_lock(&rooms->lock);
    if (is_empty(json_object_get(rooms->rooms, room)) && strcmp(room, "lobby") != 0) {
        json_object_del(rooms->rooms, room);
    }
    pthread_mutex_unlock(&rooms->lock);
}

/* ---- what is said ---- */

static json_int_t now_ms(void)
{
    struct timespec now;

    timespec_get(&now, TIME_UTC);
    return (json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static json_t *new_message(struct rooms *rooms, const char *from, const char *text)
{
    json_int_t now = now_ms();

    rooms->last_at = now > rooms->last_at ? now : rooms->last_at + 1;
    return json_pack("{s:s, s:s, s:I}", "from", from, "text", text, "at", rooms->last_at);
}

json_t *rooms_message(struct rooms *rooms, const char *from, const char *text)
{
    json_t *message = NULL;

    pthread_mutex_lock(&rooms->lock);
    message = new_message(rooms, from, text);
    pthread_mutex_unlock(&rooms->lock);
    return message;
}

/* Over the limit the oldest goes: its time, or 0. */
static json_int_t add_time(json_t *times, json_int_t at)
{
    json_int_t oldest = 0;

    json_array_append_new(times, json_integer(at));
    if (json_array_size(times) > ROOM_MESSAGES_MAX) {
        oldest = json_integer_value(json_array_get(times, 0));
        json_array_remove(times, 0);
    }
    return oldest;
}

json_t *rooms_say(struct rooms *rooms, const char *room, const char *from, const char *text,
                  json_int_t *oldest)
{
    json_t *times = NULL, *message = NULL;

    pthread_mutex_lock(&rooms->lock);
    times = times_of(rooms, room);
    if (times != NULL) {
        message = new_message(rooms, from, text);
        json_object_set_new(message, "room", json_string(room));
        *oldest = add_time(times, rooms->last_at);
    }
    pthread_mutex_unlock(&rooms->lock);
    return message;
}

bool rooms_has(struct rooms *rooms, const char *room)
{
    bool found = false;

    pthread_mutex_lock(&rooms->lock);
    found = members_of(rooms, room) != NULL;
    pthread_mutex_unlock(&rooms->lock);
    return found;
}

void rooms_restore(struct rooms *rooms, const char *room, json_int_t at)
{
    pthread_mutex_lock(&rooms->lock);
    open_room(rooms, room);
    if (times_of(rooms, room) != NULL) {
        add_time(times_of(rooms, room), at);
    }
    rooms->last_at = at > rooms->last_at ? at : rooms->last_at;
    pthread_mutex_unlock(&rooms->lock);
}
