/* Rooms: which there are, coming and going, and telling others of it. */
#include "census.h"
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

json_t *list_of(const struct chat *chat)
{
    return json_pack("{s:o}", "rooms", rooms_list(chat->rooms));
}

json_t *members_of(const struct chat *chat, const char *room)
{
    return json_pack("{s:s, s:o}", "room", room, "members", rooms_members(chat->rooms, room));
}

/* From now on the socket bears its person's name, by which the census counts it, and hears what concerns that person. */
static void introduce(sails_req *req)
{
    sails_app *app = sails_req_app(req);
    const char *socket = sails_sockets_get_id(req), *name = person_of(req);

    sails_io_socket_set_data(sails_req_socket(req), json_pack("{s:s}", "name", name));
    sails_sockets_join(app, socket, EVERYBODY, NULL, NULL);
    sails_sockets_join(app, socket, channel_of_person(name).name, NULL, NULL);
}

static void find(sails_req *req, sails_res *res)
{
    if (sails_sockets_get_id(req) != NULL) {
        introduce(req);
    }
    sails_res_json(res, list_of(sails_req_context(req)));
}

static const struct sails_input room_inputs[] = {ROOM_INPUT, {0}};

static void answer_with_members(sails_res *res)
{
    sails_req *req = sails_res_req(res);

    sails_res_json(res, members_of(sails_req_context(req), sails_req_input_text(req, "room")));
}

static void join(sails_req *req, sails_res *res)
{
    const struct chat *chat = sails_req_context(req);
    const char *room = sails_req_input_text(req, "room"), *socket = sails_sockets_get_id(req);
    struct room_name removed = {""};

    if (socket == NULL) {
        sails_res_bad_request(res, json_string("Only a socket can be in a room."));
    } else if (!rooms_open(chat->rooms, room, &removed)) {
        sails_res_status(res, 507);
        sails_res_json(res, json_string("There is no place for another room."));
    } else {
        if (removed.text[0] != '\0') {
            history_forget_room(sails_req_app(req), removed.text);
        }
        introduce(req);
        sails_sockets_join(sails_req_app(req), socket, channel_of_room(room).name, NULL, NULL);
        census_answer(res, answer_with_members);
    }
}

static void answer_nothing(sails_res *res)
{
    sails_res_json(res, json_object());
}

static void leave(sails_req *req, sails_res *res)
{
    const char *room = sails_req_input_text(req, "room"), *socket = sails_sockets_get_id(req);

    if (socket == NULL) {
        answer_nothing(res);
    } else {
        sails_sockets_leave(sails_req_app(req), socket, channel_of_room(room).name, NULL, NULL);
        census_answer(res, answer_nothing);
    }
}

/* A socket has gone, with or without a word. */
static void on_departure(sails_departure *departure, void *app)
{
    census_take(app);
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
