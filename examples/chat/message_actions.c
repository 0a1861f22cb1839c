/* Messages: to a room, which keeps them, to one person, and to everybody. Whoever sends one is told what
 * the others got, and so knows its time. */
#include "history.h"

#define TEXT_INPUT                                                                                 \
    {                                                                                              \
        .name = "text", .type = "string", .required = true, .is_not_empty_string = true,           \
        .max_length = 2000                                                                         \
    }

static const struct sails_input find_inputs[] = {
    ROOM_INPUT,
    {.name = "before",
     .type = "number",
     .is_integer = true,
     .min = "0",
     .max = "9007199254740991",
     .defaults_to = "9007199254740991",
     .description = "Only messages before this time"},
    {.name = "limit",
     .type = "number",
     .is_integer = true,
     .min = "1",
     .max = "100",
     .defaults_to = "50"},
    {0},
};

static void find(sails_req *req, sails_res *res)
{
    const struct chat *chat = sails_req_context(req);
    const char *room = sails_req_input_text(req, "room");

    if (rooms_has(chat->rooms, room)) {
        history_answer_page(res, room, (json_int_t)sails_req_input_number(req, "before", 0),
                            (size_t)sails_req_input_number(req, "limit", 0));
    } else {
        sails_res_not_found(res);
    }
}

static const struct sails_input create_inputs[] = {ROOM_INPUT, TEXT_INPUT, {0}};

static void create(sails_req *req, sails_res *res)
{
    const struct chat *chat = sails_req_context(req);
    const char *room = sails_req_input_text(req, "room");
    json_int_t oldest = 0;
    json_t *said =
        rooms_say(chat->rooms, room, person_of(req), sails_req_input_text(req, "text"), &oldest);

    if (said != NULL) {
        history_keep(res, said, oldest);
    } else {
        sails_res_not_found(res);
    }
}

/* A message that is kept nowhere. */
static json_t *passing_message(sails_req *req)
{
    const struct chat *chat = sails_req_context(req);

    return rooms_message(chat->rooms, person_of(req), sails_req_input_text(req, "text"));
}

static const struct sails_input whisper_inputs[] = {NAME_INPUT, TEXT_INPUT, {0}};

/* All sockets of both hear it, but for the one that it comes from. */
static void whisper(sails_req *req, sails_res *res)
{
    const struct chat *chat = sails_req_context(req);
    const char *to = sails_req_input_text(req, "name");
    struct channel theirs = channel_of_person(to), own = channel_of_person(person_of(req));
    json_t *said = NULL;

    if (!rooms_has_person(chat->rooms, to)) {
        sails_res_not_found(res);
        return;
    }
    said = passing_message(req);
    json_object_set_new(said, "to", json_string(to));
    sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(theirs.name, own.name), "direct",
                            json_incref(said), sails_sockets_get_id(req));
    sails_res_json(res, said);
}

static const struct sails_input announce_inputs[] = {TEXT_INPUT, {0}};

static void announce(sails_req *req, sails_res *res)
{
    json_t *said = passing_message(req);

    sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(EVERYBODY), "announcement",
                            json_incref(said), NULL);
    sails_res_json(res, said);
}

static const struct sails_action_def find_def = {
    .run = find, .inputs = find_inputs, .friendly_name = "Read what was said in a room"};
static const struct sails_action_def create_def = {
    .run = create, .inputs = create_inputs, .friendly_name = "Say something in a room"};
static const struct sails_action_def whisper_def = {
    .run = whisper, .inputs = whisper_inputs, .friendly_name = "Say something to one person"};
static const struct sails_action_def announce_def = {
    .run = announce, .inputs = announce_inputs, .friendly_name = "Say something to everybody"};

void messages_add_actions(sails_app *app)
{
    sails_app_action(app, "messages/find", &find_def);
    sails_app_action(app, "messages/create", &create_def);
    sails_app_action(app, "messages/whisper", &whisper_def);
    sails_app_action(app, "messages/announce", &announce_def);
}
