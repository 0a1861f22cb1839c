/* Rooms: which there are, coming and going, and telling others of it. */
#include "history.h"

static struct channel channel(const char *kind, const char *name)
{
    struct channel channel;

    snprintf(channel.name, sizeof(channel.name), "%s:%s", kind, name);
    return channel;
}

struct channel channel_of_room(const char *room)
{
    return channel("room", room);
}

struct channel channel_of_person(const char *name)
{
    return channel("person", name);
}

static json_t *list_of(const struct chat *chat)
{
    return json_pack("{s:o}", "rooms", rooms_list(chat->rooms));
}

static json_t *members_of(const struct chat *chat, const char *room)
{
    return json_pack("{s:s, s:o}", "room", room, "members", rooms_members(chat->rooms, room));
}

/* Tells the room who is there now, and everybody which rooms there are. */
static void tell_presence(sails_app *app, const char *room)
{
    const struct chat *chat = sails_app_context(app);

    sails_sockets_broadcast(app, SAILS_ROOMS(channel_of_room(room).name), "presence",
                            members_of(chat, room), NULL);
    sails_sockets_broadcast(app, SAILS_ROOMS(EVERYBODY), "rooms", list_of(chat), NULL);
}

static void find(sails_req *req, sails_res *res)
{
    sails_app *app = sails_req_app(req);
    const char *socket = sails_sockets_get_id(req);

    if (socket != NULL) {
        sails_sockets_join(app, socket, EVERYBODY, NULL, NULL);
        sails_sockets_join(app, socket, channel_of_person(person_of(req)).name, NULL, NULL);
    }
    sails_res_json(res, list_of(sails_req_context(req)));
}

static const struct sails_input room_inputs[] = {ROOM_INPUT, {0}};

static void join(sails_req *req, sails_res *res)
{
    const struct chat *chat = sails_req_context(req);
    const char *room = sails_req_input_text(req, "room"), *socket = sails_sockets_get_id(req);
    struct room_name removed = {""};

    if (socket == NULL) {
        sails_res_bad_request(res, json_string("Only a socket can be in a room."));
    } else if (!rooms_enter(chat->rooms, room, socket, person_of(req), &removed)) {
        sails_res_status(res, 507);
        sails_res_json(res, json_string("There is no place for another room."));
    } else {
        if (removed.text[0] != '\0') {
            history_forget_room(sails_req_app(req), removed.text);
        }
        sails_sockets_join(sails_req_app(req), socket, channel_of_room(room).name, NULL, NULL);
        tell_presence(sails_req_app(req), room);
        sails_res_json(res, members_of(chat, room));
    }
}

static void leave(sails_req *req, sails_res *res)
{
    const struct chat *chat = sails_req_context(req);
    const char *room = sails_req_input_text(req, "room"), *socket = sails_sockets_get_id(req);

    if (socket != NULL && rooms_leave(chat->rooms, room, socket)) {
        sails_sockets_leave(sails_req_app(req), socket, channel_of_room(room).name, NULL, NULL);
        tell_presence(sails_req_app(req), room);
    }
    sails_res_json(res, json_object());
}

/* A socket has gone, with or without a word. */
static void on_departure(sails_departure *departure, void *app)
{
    const struct chat *chat = sails_app_context(app);
    json_t *left = rooms_leave_all(chat->rooms, sails_departure_socket_id(departure));
    json_t *room = NULL;
    size_t i = 0;

    json_array_foreach(left, i, room)
    {
        tell_presence(app, json_string_value(room));
    }
    json_decref(left);
    sails_departure_done(departure, NULL);
}

static const struct sails_action_def find_def = {
    .run = find,
    .friendly_name = "List the rooms",
    .description =
        "A socket that asks is told of changes, of what is said to everybody and of what is "
        "said to its person, from then on."};
static const struct sails_action_def join_def = {
    .run = join, .inputs = room_inputs, .friendly_name = "Enter a room, or open one"};
static const struct sails_action_def leave_def = {
    .run = leave, .inputs = room_inputs, .friendly_name = "Leave a room"};

void rooms_add_actions(sails_app *app)
{
    sails_app_action(app, "rooms/find", &find_def);
    sails_app_action(app, "rooms/join", &join_def);
    sails_app_action(app, "rooms/leave", &leave_def);
    sails_app_after_disconnect(app, on_departure, app);
}
