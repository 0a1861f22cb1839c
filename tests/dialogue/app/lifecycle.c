/*
 * lifecycle.c - sails.config.sockets: beforeConnect and afterDisconnect, and what they have seen.
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

/* What became of each socket: {id: {"id": ..., "session": {...}}}. */
static json_t *gone;

static void after_disconnect(sails_departure *departure, void *ctx)
{
    const char *id = sails_departure_socket_id(departure);
    json_t *session = sails_departure_session(departure);
    json_t *own = json_copy(session);

    (void)ctx;
    json_object_del(own, "cookie");
    json_object_set_new(gone, id, json_pack("{s:s, s:o}", "id", id, "session", own));
    json_object_set_new(session, "left", json_true());
    sails_departure_done(departure, NULL);
}

/* null: it is still there. */
static void tell_gone(sails_req *req, sails_res *res)
{
    json_t *told = json_object_get(gone, sails_req_param(req, "id"));

    sails_res_json(res, told != NULL ? json_incref(told) : json_null());
}

const struct route lifecycle_routes[] = {
    {"GET /asked", tell_asked},
    {"GET /gone/:id", tell_gone},
    {NULL, NULL},
};

void lifecycle_watch(sails_app *app)
{
    gone = json_object();
    sails_app_after_disconnect(app, after_disconnect, NULL);
    if (getenv("DIALOGUE_BEFORE_CONNECT") != NULL) {
        sails_app_before_connect(app, before_connect, NULL);
    }
}

void lifecycle_forget(void)
{
    json_decref(gone);
}
