/*
 * A chat: rooms to enter and leave, who is here, messages to a room, to one person, and to everybody.
 *
 * The state is two JSON objects, which is safe because the app has one worker (the default). A room of
 * the chat is the socket room "chat:<name>", so that nobody can name a room like somebody's socket id,
 * and read what is meant for him alone.
 */
#include <sails/sails.h>
#include <string.h>
#include <time.h>

static json_t *people; /* id: {"id", "name"} */
static json_t *rooms;  /* room: {id: {"id", "name"}} */

struct room_name {
    char text[SAILS_ROOM_NAME_MAX + 1];
};

static struct room_name socket_room(const char *room)
{
    struct room_name name;

    snprintf(name.text, sizeof(name.text), "chat:%s", room);
    return name;
}

static json_t *members_of(const char *room)
{
    json_t *list = json_array(), *member = NULL;
    const char *id = NULL;

    json_object_foreach(json_object_get(rooms, room), id, member)
    {
        json_array_append(list, member);
    }
    return list;
}

static json_t *list_rooms(void)
{
    json_t *list = json_array(), *members = NULL;
    const char *room = NULL;

    json_object_foreach(rooms, room, members)
    {
        json_array_append_new(
            list, json_pack("{s:s, s:i}", "name", room, "members", (int)json_object_size(members)));
    }
    return json_pack("{s:o}", "rooms", list);
}

/* Tells the room who is there now, and everybody which rooms there are. */
static void tell_presence(sails_app *app, const char *room)
{
    sails_sockets_broadcast(app, SAILS_ROOMS(socket_room(room).text), "presence",
                            json_pack("{s:s, s:o}", "room", room, "members", members_of(room)),
                            NULL);
    sails_sockets_blast(app, "rooms", list_rooms(), NULL);
}

/* A room goes with its last member; the lobby stays. */
static void remove_member(sails_app *app, const char *room, const char *id)
{
    json_t *members = json_object_get(rooms, room);

    if (json_object_del(members, id) != 0) {
        return; /* was not there */
    }
    if (json_object_size(members) > 0 || strcmp(room, "lobby") == 0) {
        tell_presence(app, room);
    } else {
        json_object_del(rooms, room);
        sails_sockets_blast(app, "rooms", list_rooms(), NULL);
    }
}

/* Answers with 400 and a sentence. */
static void refuse(sails_res *res, const char *why)
{
    sails_res_bad_request(res, json_string(why));
}

/* Who asks: a socket that has said its name. NULL: the request has been answered. */
static json_t *sender(sails_req *req, sails_res *res)
{
    const char *id = sails_sockets_get_id(req);
    json_t *who = id != NULL ? json_object_get(people, id) : NULL;

    if (who == NULL) {
        refuse(res, id == NULL ? "Only sockets can chat." : "Say who you are first.");
    }
    return who;
}

/* {"from", "text", "at"} of a message. NULL: the request has been answered. */
static json_t *message(sails_req *req, sails_res *res)
{
    json_t *from = sender(req, res);
    const char *text = sails_req_param(req, "text");
    struct timespec now;

    if (from != NULL && (text == NULL || text[0] == '\0' || strlen(text) > 8000)) {
        refuse(res, "A text of 1 to 8000 bytes is needed.");
        return NULL;
    }
    timespec_get(&now, TIME_UTC);
    return from == NULL ? NULL
                        : json_pack("{s:O, s:s, s:I}", "from", from, "text", text, "at",
                                    (json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static bool is_taken(const char *name, const char *but_by)
{
    const char *id = NULL;
    json_t *other = NULL;

    json_object_foreach(people, id, other)
    {
        if (strcmp(id, but_by) != 0 &&
            strcmp(json_string_value(json_object_get(other, "name")), name) == 0) {
            return true;
        }
    }
    return false;
}

/* GET /chat/me?name=Ann */
static void me(sails_req *req, sails_res *res)
{
    const char *id = sails_sockets_get_id(req), *wanted = sails_req_param(req, "name");
    const char *room = NULL;
    json_t *who = NULL, *members = NULL;
    char name[160];

    if (id == NULL || wanted == NULL || wanted[0] == '\0' || strlen(wanted) > 128) {
        refuse(res, "A name of 1 to 128 bytes is needed.");
        return;
    }
    snprintf(name, sizeof(name), "%s", wanted);
    for (int n = 2; is_taken(name, id); n++) {
        snprintf(name, sizeof(name), "%s %d", wanted, n);
    }
    who = json_pack("{s:s, s:s}", "id", id, "name", name);
    json_object_set_new(people, id, who);
    json_object_foreach(rooms, room, members)
    {
        if (json_object_get(members, id) != NULL) { /* has changed his name */
            json_object_set(members, id, who);
            tell_presence(sails_req_app(req), room);
        }
    }
    sails_res_json(res, json_incref(who));
}

/* GET /chat/rooms */
static void get_rooms(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, list_rooms());
}

/* POST /chat/:room/join */
static void join(sails_req *req, sails_res *res)
{
    json_t *who = sender(req, res);
    const char *room = sails_req_param(req, "room"), *id = sails_sockets_get_id(req);

    if (who == NULL) {
        return;
    }
    if (strlen(room) > 100 || strcmp(room, "announce") == 0 || strcmp(room, "direct") == 0) {
        refuse(res, "No room can have this name.");
        return;
    }
    if (json_object_get(rooms, room) == NULL) {
        json_object_set_new(rooms, room, json_object());
    }
    json_object_set(json_object_get(rooms, room), id, who);
    sails_sockets_join(sails_req_app(req), id, socket_room(room).text, NULL, NULL);
    tell_presence(sails_req_app(req), room);
    sails_res_json(res, json_pack("{s:s, s:o}", "room", room, "members", members_of(room)));
}

/* POST /chat/:room/leave */
static void leave(sails_req *req, sails_res *res)
{
    const char *room = sails_req_param(req, "room"), *id = sails_sockets_get_id(req);

    if (sender(req, res) != NULL) {
        sails_sockets_leave(sails_req_app(req), id, socket_room(room).text, NULL, NULL);
        remove_member(sails_req_app(req), room, id);
        sails_res_json(res, json_object());
    }
}

/* POST /chat/:room {"text"}: to the room, but not to the sender */
static void say(sails_req *req, sails_res *res)
{
    const char *room = sails_req_param(req, "room");
    json_t *said = message(req, res);

    if (said != NULL) {
        json_object_set_new(said, "room", json_string(room));
        sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(socket_room(room).text), "chat",
                                said, sails_sockets_get_id(req));
        sails_res_json(res, json_object());
    }
}

/* POST /chat/direct/:id {"text"}: to one person; a socket's id is a room that only it is in */
static void say_to_one(sails_req *req, sails_res *res)
{
    const char *to = sails_req_param(req, "id");
    json_t *said = message(req, res);

    if (said != NULL && json_object_get(people, to) == NULL) {
        json_decref(said);
        sails_res_not_found(res);
    } else if (said != NULL) {
        sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(to), "direct", said, NULL);
        sails_res_json(res, json_object());
    }
}

/* POST /chat/announce {"text"}: to everybody */
static void announce(sails_req *req, sails_res *res)
{
    json_t *said = message(req, res);

    if (said != NULL) {
        sails_sockets_blast(sails_req_app(req), "announcement", said, NULL);
        sails_res_json(res, json_object());
    }
}

static void on_disconnect(sails_io_socket *socket, const char *reason, void *app)
{
    const char *room = NULL, *id = sails_io_socket_id(socket);
    json_t *members = NULL;
    void *next = NULL;

    (void)reason;
    json_object_foreach_safe(rooms, next, room, members)
    {
        remove_member(app, room, id);
    }
    json_object_del(people, id);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    int status = 0;

    people = json_object();
    rooms = json_pack("{s:{}}", "lobby");
    sails_app_route(app, "GET /chat/me", me);
    sails_app_route(app, "GET /chat/rooms", get_rooms);
    sails_app_route(app, "POST /chat/:room", say);
    sails_app_route(app, "POST /chat/:room/join", join);
    sails_app_route(app, "POST /chat/:room/leave", leave);
    sails_app_route(app, "POST /chat/direct/:id", say_to_one);
    sails_app_route(app, "POST /chat/announce", announce);
    sails_app_static(app, "/", CHAT_PUBLIC); /* the page, */
    sails_app_static(app, "/", CHAT_CLIENT); /* and the client that it loads */
    sails_io_on_disconnect(sails_io_of(sails_app_io(app), "/"), on_disconnect, app);
    status = sails_app_run(app, argc, argv);
    json_decref(people);
    json_decref(rooms);
    return status;
}
