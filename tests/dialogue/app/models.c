/*
 * models.c - the models of the dialogues about blueprints, kept in memory: an app has them where the variable
 * DIALOGUE_MODELS names their file.
 */
#include "routes.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static const char settings[] =
    "{\"migrate\": \"drop\", \"archiveModelIdentity\": false, \"attributes\": {"
    " \"createdAt\": {\"type\": \"number\", \"autoCreatedAt\": true},"
    " \"updatedAt\": {\"type\": \"number\", \"autoUpdatedAt\": true},"
    " \"id\": {\"type\": \"number\", \"autoIncrement\": true}}}";

/* DELETE /everything: nobody is left over from the dialogue before, and keys count from 1. It may wait. */
static void forget_everything(sails_req *req, sails_res *res)
{
    sails_db *db = sails_req_db(req);
    json_t *tables = NULL;
    size_t i = 0;
    json_t *table = NULL;
    int rc = sails_native(db, NULL, "SELECT name FROM sqlite_master WHERE type = 'table'", NULL,
                          &tables, NULL);

    json_array_foreach(tables, i, table)
    {
        const char *name = json_string_value(json_object_get(table, "name"));
        char sql[128];

        (void)snprintf(sql, sizeof(sql), "DELETE FROM \"%s\"", name);
        rc = rc == 0 ? sails_native(db, NULL, sql, NULL, NULL, NULL) : rc;
    }
    json_decref(tables);
    if (rc < 0) {
        sails_res_fail(res, sails_db_error(db));
    } else {
        sails_res_ok(res, NULL);
    }
}

/* POST /quietly: a record that no blueprint makes. It may wait. */
static void create_quietly(sails_req *req, sails_res *res)
{
    sails_db *db = sails_req_db(req);
    json_t *record = NULL;

    if (sails_create(db, "toy", json_pack("{s:s}", "name", "quiet"),
                     &(struct sails_query){.meta = json_pack("{s:b}", "fetch", 1)}, &record) < 0) {
        sails_res_fail(res, sails_db_error(db));
    } else {
        sails_res_json(res, record);
    }
}

/* ---- pub/sub ---- */

static const char *model_of(sails_req *req)
{
    return json_string_value(sails_req_param_json(req, "model"));
}

/* A reference; NULL: there is none. */
static json_t *param_of(sails_req *req, const char *name)
{
    return json_incref(sails_req_param_json(req, name));
}

/* Takes the value. */
static void tell(sails_res *res, int rc, json_t *gives)
{
    if (rc < 0) {
        json_decref(gives);
        sails_res_server_error(res, json_string("thrown"));
    } else {
        sails_res_json(res, json_pack("{s:o}", "gives", gives));
    }
}

static void tell_room(sails_req *req, sails_res *res)
{
    char name[SAILS_ROOM_NAME_MAX + 1] = "";
    int rc = sails_get_room_name(sails_req_app(req), model_of(req), param_of(req, "of"), name,
                                 sizeof(name));

    tell(res, 0, rc < 0 ? json_null() : json_string(name));
}

static void subscribe(sails_req *req, sails_res *res)
{
    tell(res, sails_subscribe(req, model_of(req), param_of(req, "ids")), json_null());
}

static void unsubscribe(sails_req *req, sails_res *res)
{
    tell(res, sails_unsubscribe(req, model_of(req), param_of(req, "ids")), json_null());
}

static void publish(sails_req *req, sails_res *res)
{
    bool omits = json_is_true(sails_req_param_json(req, "omit"));

    tell(res,
         sails_publish(sails_req_app(req), model_of(req), param_of(req, "ids"),
                       param_of(req, "data"), omits ? req : NULL),
         json_null());
}

static void special(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, json_string("an own route"));
}

/* ---- the app ---- */

static const struct route own_routes[] = {
    {"POST /room", tell_room},  {"POST /subscribe", subscribe}, {"POST /unsubscribe", unsubscribe},
    {"POST /publish", publish}, {"GET /user/special", special}, {NULL, NULL},
};

/* Blueprints where an app wants them. */
static const struct {
    const char *address;
    const char *target;
} targets[] = {
    {"GET /everyone", "{\"action\": \"user/find\"}"},
    {"GET /somebody/:id", "{\"action\": \"user/findone\"}"},
    {"PATCH /mirror/:id", "{\"action\": \"toy/update\", \"mirror\": true}"},
    {"POST /mirror", "{\"action\": \"toy/create\", \"mirror\": true}"},
    {"DELETE /mirror/:id", "{\"action\": \"toy/destroy\", \"mirror\": true}"},
    {"GET /houses-of/:parentid", "{\"action\": \"user/populate\", \"alias\": \"home\"}"},
    {"GET /lost/:parentid", "{\"action\": \"user/populate\"}"},
    {"POST /named/:name", "{\"action\": \"toy/create\"}"},
};

static const struct sails_action_def forget = {.run = forget_everything, .may_wait = true};
static const struct sails_action_def quietly = {.run = create_quietly, .may_wait = true};

static void bind_all(sails_app *app)
{
    for (size_t i = 0; own_routes[i].address != NULL; i++) {
        sails_app_route(app, own_routes[i].address, own_routes[i].action);
    }
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        sails_app_bind(app, targets[i].address, json_loads(targets[i].target, 0, NULL));
    }
    sails_app_action(app, "everything/forget", &forget);
    sails_app_bind(app, "DELETE /everything", json_string("everything/forget"));
    sails_app_action(app, "quietly/create", &quietly);
    sails_app_bind(app, "POST /quietly", json_string("quietly/create"));
}

void bind_models(sails_app *app)
{
    const char *file = getenv("DIALOGUE_MODELS");
    json_t *models = file != NULL ? json_load_file(file, 0, NULL) : NULL;
    const char *name = NULL;
    json_t *definition = NULL;

    if (models == NULL) {
        return;
    }
    json_object_foreach(models, name, definition)
    {
        sails_app_model(app, name, json_incref(definition));
    }
    json_decref(models);
    sails_app_set(app, "models", json_loads(settings, 0, NULL));
    sails_app_set(app, "datastores", json_pack("{s:{s:s}}", "default", "url", ":memory:"));
    bind_all(app);
}
