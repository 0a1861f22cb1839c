/*
 * A chat: rooms to enter and leave, who is here, messages to a room, to one person, and to everybody.
 *
 * Every route answers HTTP and sockets alike, but only sockets can be in a room. All state lies in two
 * JSON objects, which is safe because the app has one worker (the default).
 */
#include <sails/sails.h>
#include <string.h>
#include <time.h>

static json_t *people; /* id: name */
static json_t *rooms;  /* room: {id: name} */

static json_t *person(const char *id)
{
    json_t *name = json_object_get(people, id);

    return json_pack("{s:s, s:O}", "id", id, "name", name != NULL ? name : json_null());
}

static json_t *members_of(const char *room)
{
    json_t *list = json_array();
    const char *id = NULL;
    json_t *name = NULL;

    json_object_foreach(json_object_get(rooms, room), id, name)
    {
        json_array_append_new(list, json_pack("{s:s, s:O}", "id", id, "name", name));
    }
    return list;
}

static json_t *list_rooms(void)
{
    json_t *list = json_array();
    const char *room = NULL;
    json_t *members = NULL;

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
    sails_sockets_broadcast(app, SAILS_ROOMS(room), "presence",
                            json_pack("{s:s, s:o}", "room", room, "members", members_of(room)),
                            NULL);
    sails_sockets_blast(app, "rooms", list_rooms(), NULL);
}

static void remove_member(sails_app *app, const char *room, const char *id)
{
    json_t *members = json_object_get(rooms, room);

    if (json_object_del(members, id) != 0) {
        return; /* was not there */
    }
    if (json_object_size(members) == 0) {
        json_object_del(rooms, room);
    }
    tell_presence(app, room);
}

static bool is_taken(const char *name, const char *but_by)
{
    const char *id = NULL;
    json_t *other = NULL;

    json_object_foreach(people, id, other)
    {
        if (strcmp(json_string_value(other), name) == 0 && strcmp(id, but_by) != 0) {
            return true;
        }
    }
    return false;
}

/* The socket that asks, if it has a name; else the request is answered, with 400. */
static const char *sender(sails_req *req, sails_res *res)
{
    const char *id = sails_sockets_get_id(req);

    if (id == NULL || json_object_get(people, id) == NULL) {
        sails_res_bad_request(
            res, json_string(id == NULL ? "Only sockets can chat." : "Say who you are first."));
        return NULL;
    }
    return id;
}

/* {"from", "text", "at"} of a message; NULL if there is no text: then the request is answered. */
static json_t *message(sails_req *req, sails_res *res, const char *id)
{
    const char *text = sails_req_param(req, "text");
    struct timespec now;

    if (text == NULL || text[0] == '\0' || strlen(text) > 4000) {
        sails_res_bad_request(res, json_string("A text of 1 to 4000 bytes is needed."));
        return NULL;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    return json_pack("{s:o, s:s, s:I}", "from", person(id), "text", text, "at",
                     (json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* ---- routes ---- */

static void me(sails_req *req, sails_res *res)
{
    const char *id = sails_sockets_get_id(req);
    const char *wanted = sails_req_param(req, "name");
    char name[64];

    if (id == NULL || wanted == NULL || wanted[0] == '\0' || strlen(wanted) > 40) {
        sails_res_bad_request(res, json_string("A name of 1 to 40 bytes is needed."));
        return;
    }
    snprintf(name, sizeof(name), "%s", wanted);
    for (int n = 2; is_taken(name, id); n++) {
        snprintf(name, sizeof(name), "%s %d", wanted, n);
    }
    json_object_set_new(people, id, json_string(name));
    sails_res_json(res, person(id));
}

static void get_rooms(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, list_rooms());
}

static void join(sails_req *req, sails_res *res)
{
    const char *id = sender(req, res);
    const char *room = sails_req_param(req, "room");

    if (id == NULL) {
        return;
    }
    if (sails_sockets_join(sails_req_app(req), id, room, NULL, NULL) < 0) {
        sails_res_bad_request(res, json_string("No room can have this name."));
        return;
    }
    if (json_object_get(rooms, room) == NULL) {
        json_object_set_new(rooms, room, json_object());
    }
    json_object_set(json_object_get(rooms, room), id, json_object_get(people, id));
    tell_presence(sails_req_app(req), room);
    sails_res_json(res, json_pack("{s:s, s:o}", "room", room, "members", members_of(room)));
}

static void leave(sails_req *req, sails_res *res)
{
    const char *id = sender(req, res);
    const char *room = sails_req_param(req, "room");

    if (id != NULL) {
        sails_sockets_leave(sails_req_app(req), id, room, NULL, NULL);
        remove_member(sails_req_app(req), room, id);
        sails_res_json(res, json_object());
    }
}

static void say(sails_req *req, sails_res *res)
{
    const char *id = sender(req, res);
    const char *room = sails_req_param(req, "room");
    json_t *said = id != NULL ? message(req, res, id) : NULL;

    if (said != NULL) {
        json_object_set_new(said, "room", json_string(room));
        sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(room), "chat", said, id);
        sails_res_json(res, json_object());
    }
}

static void say_to_one(sails_req *req, sails_res *res)
{
    const char *id = sender(req, res);
    const char *to = sails_req_param(req, "id");
    json_t *said = id != NULL ? message(req, res, id) : NULL;

    if (said != NULL) {
        sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(to), "direct", said, NULL);
        sails_res_json(res, json_object());
    }
}

static void announce(sails_req *req, sails_res *res)
{
    const char *id = sender(req, res);
    json_t *said = id != NULL ? message(req, res, id) : NULL;

    if (said != NULL) {
        sails_sockets_blast(sails_req_app(req), "announcement", said, NULL);
        sails_res_json(res, json_object());
    }
}

static void on_disconnect(sails_io_socket *socket, const char *reason, void *app)
{
    const char *id = sails_io_socket_id(socket);
    const char *room = NULL;
    json_t *members = NULL;
    void *next = NULL;

    (void)reason;
    json_object_foreach_safe(rooms, next, room, members)
    {
        char name[SAILS_ROOM_NAME_MAX + 1];

        snprintf(name, sizeof(name), "%s", room); /* remove_member() may free `room` */
        remove_member(app, name, id);
    }
    json_object_del(people, id);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    int status = 0;

    people = json_object();
    rooms = json_object();
    sails_app_route(app, "GET /chat/me", me);
    sails_app_route(app, "GET /chat/rooms", get_rooms);
    sails_app_route(app, "POST /chat/:room/join", join);
    sails_app_route(app, "POST /chat/:room/leave", leave);
    sails_app_route(app, "POST /chat/:room", say);
    sails_app_route(app, "POST /chat/direct/:id", say_to_one);
    sails_app_route(app, "POST /chat/announce", announce);
    sails_app_static(app, "/", CHAT_PUBLIC);
    sails_app_static(app, "/", CHAT_CLIENT);
    sails_io_on_disconnect(sails_io_of(sails_app_io(app), "/"), on_disconnect, app);
    status = sails_app_run(app, argc, argv);
    json_decref(people);
    json_decref(rooms);
    return status;
}
