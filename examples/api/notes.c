#include "notes.h"

#include <sails/inputs.h>
#include <sails/sails.h>

/* Who has asked for the list over a socket is told of changes, until the connection ends. */
#define LISTENERS "notes"

static json_int_t id_of(sails_req *req)
{
    return (json_int_t)sails_req_input_number(req, "id", 0);
}

/* Tells all listeners but the one who asked. */
static void tell(sails_req *req, const char *what, json_t *note)
{
    sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(LISTENERS), "notes",
                            json_pack("{s:s, s:O}", "what", what, "note", note),
                            sails_sockets_get_id(req));
}

/* Answers with the note (taken), or with 404 if there is none. `what`: what listeners are told. */
static void answer(sails_req *req, sails_res *res, const char *what, json_t *note)
{
    if (note == NULL) {
        sails_res_not_found(res);
        return;
    }
    if (what != NULL) {
        tell(req, what, note);
    }
    sails_res_json(res, note);
}

static const struct sails_input find_inputs[] = {
    {.name = "tag", .type = "string", .description = "Only notes with this tag"},
    {.name = "skip", .type = "number", .is_integer = true, .min = "0", .defaults_to = "0"},
    {.name = "limit",
     .type = "number",
     .is_integer = true,
     .min = "1",
     .max = "100",
     .defaults_to = "30"},
    {0},
};

static void find(sails_req *req, sails_res *res)
{
    if (sails_req_is_socket(req)) {
        sails_sockets_join(sails_req_app(req), sails_sockets_get_id(req), LISTENERS, NULL, NULL);
    }
    sails_res_json(res, note_store_list(sails_req_context(req), sails_req_input_text(req, "tag"),
                                        (size_t)sails_req_input_number(req, "skip", 0),
                                        (size_t)sails_req_input_number(req, "limit", 0)));
}

#define ID                                                                                         \
    {                                                                                              \
        .name = "id", .type = "number", .required = true, .is_integer = true, .min = "1",          \
        .max = "9007199254740991" /* what a number of JSON can hold */                             \
    }

static const struct sails_input id_inputs[] = {ID, {0}};

static void find_one(sails_req *req, sails_res *res)
{
    answer(req, res, NULL, note_store_get(sails_req_context(req), id_of(req)));
}

static const struct sails_input create_inputs[] = {
    {.name = "title", .type = "string", .required = true, .max_length = 100},
    {.name = "text", .type = "string", .max_length = 10000, .defaults_to = ""},
    {.name = "tags", .type = "[string]", .defaults_to = "[]"},
    {0},
};

static void create(sails_req *req, sails_res *res)
{
    json_t *note = note_store_add(sails_req_context(req), sails_req_inputs(req));

    if (note == NULL) {
        sails_res_status(res, 507);
        sails_res_json(res, json_string("There is no room for another note."));
        return;
    }
    sails_res_status(res, 201);
    answer(req, res, "created", note);
}

static const struct sails_input update_inputs[] = {
    ID,
    {.name = "title", .type = "string", .is_not_empty_string = true, .max_length = 100},
    {.name = "text", .type = "string", .max_length = 10000},
    {.name = "tags", .type = "[string]"},
    {0},
};

static void update(sails_req *req, sails_res *res)
{
    answer(req, res, "updated",
           note_store_change(sails_req_context(req), id_of(req), sails_req_inputs(req)));
}

static void destroy(sails_req *req, sails_res *res)
{
    answer(req, res, "destroyed", note_store_remove(sails_req_context(req), id_of(req)));
}

static const struct {
    const char *name;
    struct sails_action_def def;
} actions[] = {
    {"notes/find",
     {.run = find,
      .inputs = find_inputs,
      .friendly_name = "List the notes",
      .description = "Oldest first. A socket that asks is told of changes from then on."}},
    {"notes/find-one", {.run = find_one, .inputs = id_inputs, .friendly_name = "Read a note"}},
    {"notes/create", {.run = create, .inputs = create_inputs, .friendly_name = "Write a note"}},
    {"notes/update",
     {.run = update,
      .inputs = update_inputs,
      .friendly_name = "Change a note",
      .description = "What is not given stays as it is."}},
    {"notes/destroy", {.run = destroy, .inputs = id_inputs, .friendly_name = "Throw a note away"}},
};

void notes_add_actions(sails_app *app)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        sails_app_action(app, actions[i].name, &actions[i].def);
    }
}
