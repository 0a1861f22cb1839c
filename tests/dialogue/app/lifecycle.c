/*
 * lifecycle.c - sails.config.sockets: beforeConnect, and what it has seen.
 */
#include "routes.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* One worker: no lock. */
static int asked;

/* The handshake's query says what becomes of it: ?say=no, ?say=no&why=TEXT, ?say=throw. */
static void before_connect(sails_handshake *handshake, void *ctx)
{
    const json_t *query = sails_handshake_query(handshake);
    const char *say = json_string_value(json_object_get(query, "say"));

    (void)ctx;
    asked++;
    if (say == NULL) {
        sails_handshake_accept(handshake);
    } else if (strcmp(say, "throw") == 0) {
        sails_handshake_refuse(handshake, "Error: thrown in beforeConnect");
    } else {
        sails_handshake_refuse(handshake, json_string_value(json_object_get(query, "why")));
    }
}

static void tell_asked(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, json_pack("{s:i}", "asked", asked));
}

const struct route lifecycle_routes[] = {
    {"GET /asked", tell_asked},
    {NULL, NULL},
};

void lifecycle_watch(sails_app *app)
{
    if (getenv("DIALOGUE_BEFORE_CONNECT") != NULL) {
        sails_app_before_connect(app, before_connect, NULL);
    }
}
