#include "rooms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * All of it is JSON, {room: {"sockets": {socket: name}, "times": [...]}}, behind one lock: what is asked for is JSON, too, and
 * jansson's objects keep the order in which rooms were made.
 */
struct rooms {
    pthread_mutex_t lock;
    json_t *rooms;
    json_int_t last_at; /* of the latest message */
};

static json_t *new_room(void)
{
    return json_pack("{s:{}, s:[]}", "sockets", "times");
}

static json_t *sockets_of(const struct rooms *rooms, const char *room)
{
    return json_object_get(json_object_get(rooms->rooms, room), "sockets");
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

static bool has_name(const json_t *names, const char *name)
{
    json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(names, i, one)
    {
        if (strcmp(json_string_value(one), name) == 0) {
            return true;
        }
    }
    return false;
}

/* Each name once, however many sockets it has. */
static json_t *names_of(json_t *sockets)
{
    json_t *names = json_array(), *name = NULL;
    const char *socket = NULL;

    json_object_foreach(sockets, socket, name)
    {
        if (!has_name(names, json_string_value(name))) {
            json_array_append(names, name);
        }
    }
    return names;
}

json_t *rooms_list(struct rooms *rooms)
{
    json_t *list = json_array(), *room = NULL;
    const char *name = NULL;

    pthread_mutex_lock(&rooms->lock);
    json_object_foreach(rooms->rooms, name, room)
    {
        json_t *names = names_of(json_object_get(room, "sockets"));

        json_array_append_new(
            list, json_pack("{s:s, s:i}", "name", name, "members", (int)json_array_size(names)));
        json_decref(names);
    }
    pthread_mutex_unlock(&rooms->lock);
    return list;
}

json_t *rooms_members(struct rooms *rooms, const char *room)
{
    json_t *names = NULL;

    pthread_mutex_lock(&rooms->lock);
    names = names_of(sockets_of(rooms, room));
    pthread_mutex_unlock(&rooms->lock);
    return names;
}

bool rooms_has_person(struct rooms *rooms, const char *name)
{
    const char *room_name = NULL, *socket = NULL;
    json_t *room = NULL, *other = NULL;
    bool found = false;

    pthread_mutex_lock(&rooms->lock);
    json_object_foreach(rooms->rooms, room_name, room)
    {
        json_object_foreach(json_object_get(room, "sockets"), socket, other)
        {
            found = found || strcmp(json_string_value(other), name) == 0;
        }
    }
    pthread_mutex_unlock(&rooms->lock);
    return found;
}

/* ---- coming and going ---- */

/* The one that has been there longest; the lobby stays. */
static void remove_empty_room(struct rooms *rooms, struct room_name *removed)
{
    const char *name = NULL;
    json_t *room = NULL;

    json_object_foreach(rooms->rooms, name, room)
    {
        if (json_object_size(json_object_get(room, "sockets")) == 0 && strcmp(name, "lobby") != 0) {
            snprintf(removed->text, sizeof(removed->text), "%s", name);
            json_object_del(rooms->rooms, name);
            return;
        }
    }
}

/* Adds it, if there is place. */
static void open_room(struct rooms *rooms, const char *room)
{
    if (sockets_of(rooms, room) == NULL && json_object_size(rooms->rooms) < ROOMS_MAX) {
        json_object_set_new(rooms->rooms, room, new_room());
    }
}

bool rooms_enter(struct rooms *rooms, const char *room, const char *socket, const char *name,
                 struct room_name *removed)
{
    bool is_there = false;

    removed->text[0] = '\0';
    pthread_mutex_lock(&rooms->lock);
    if (sockets_of(rooms, room) == NULL && json_object_size(rooms->rooms) >= ROOMS_MAX) {
        remove_empty_room(rooms, removed);
    }
    open_room(rooms, room);
    is_there = json_object_set_new(sockets_of(rooms, room), socket, json_string(name)) == 0;
    pthread_mutex_unlock(&rooms->lock);
    return is_there;
}

bool rooms_leave(struct rooms *rooms, const char *room, const char *socket)
{
    bool was_there = false;

    pthread_mutex_lock(&rooms->lock);
    was_there = json_object_del(sockets_of(rooms, room), socket) == 0;
    pthread_mutex_unlock(&rooms->lock);
    return was_there;
}

json_t *rooms_leave_all(struct rooms *rooms, const char *socket)
{
    json_t *left = json_array(), *room = NULL;
    const char *name = NULL;

    pthread_mutex_lock(&rooms->lock);
    json_object_foreach(rooms->rooms, name, room)
    {
        if (json_object_del(json_object_get(room, "sockets"), socket) == 0) {
            json_array_append_new(left, json_string(name));
        }
    }
    pthread_mutex_unlock(&rooms->lock);
    return left;
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
    found = sockets_of(rooms, room) != NULL;
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
