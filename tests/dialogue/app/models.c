/*
 * models.c - the models of the dialogues about blueprints, kept in memory: an app has them where the variable
 * DIALOGUE_MODELS names their file.
 */
#include "routes.h"

#include <stdlib.h>

static const char settings[] =
    "{\"migrate\": \"drop\", \"archiveModelIdentity\": false, \"attributes\": {"
    " \"createdAt\": {\"type\": \"number\", \"autoCreatedAt\": true},"
    " \"updatedAt\": {\"type\": \"number\", \"autoUpdatedAt\": true},"
    " \"id\": {\"type\": \"number\", \"autoIncrement\": true}}}";

static const char *const names[] = {"user", "pet", "house", "toy", "doc", NULL};

/* DELETE /everything: nobody is left over from the dialogue before. It may wait. */
static void forget_everything(sails_req *req, sails_res *res)
{
    sails_db *db = sails_req_db(req);
    int rc = 0;

    for (size_t i = 0; names[i] != NULL && rc == 0; i++) {
        rc = sails_destroy(db, names[i], json_object(), NULL, NULL);
    }
    if (rc < 0) {
        sails_res_fail(res, sails_db_error(db));
    } else {
        sails_res_ok(res, NULL);
    }
}

static const struct sails_action_def forget = {.run = forget_everything, .may_wait = true};

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
    sails_app_action(app, "everything/forget", &forget);
    sails_app_bind(app, "DELETE /everything", json_string("everything/forget"));
}
