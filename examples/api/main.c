/*
 * A REST service for notes. Its routes and who may use them are in config/, its actions in notes.c, and
 * all of it answers over HTTP and over a socket alike. Run it in this folder: it reads config/ and serves
 * public/ from there.
 */
#include "notes.h"

#include <sails/sails.h>
#include <string.h>

/* Policy: who changes something must know the key. */
static void has_key(sails_req *req, sails_res *res)
{
    const json_t *custom = sails_app_get(sails_req_app(req), "custom");
    const char *key = json_string_value(json_object_get(custom, "key"));
    const char *given = sails_req_header(req, "x-key");

    if (key != NULL && given != NULL && strcmp(given, key) == 0) {
        sails_req_proceed(req);
    } else {
        sails_res_forbidden(res);
    }
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    struct note_store *store = note_store_create();
    int status = 0;

    sails_app_set_context(app, store);
    sails_app_policy(app, "hasKey", has_key, NULL);
    notes_add_actions(app);
    sails_app_static(app, "/", "public");
    sails_app_client(app, "/sails.io.js");
    status = sails_app_run(app, argc, argv);
    note_store_destroy(store);
    return status;
}
