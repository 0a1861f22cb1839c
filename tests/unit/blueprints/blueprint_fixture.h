/*
 * blueprint_fixture.h - the models of pubsub-and-blueprints 0, an app with them in a simulated world, and some sockets.
 */
#ifndef BLUEPRINTS_BLUEPRINT_FIXTURE_H
#define BLUEPRINTS_BLUEPRINT_FIXTURE_H

#include "support/http_client.h"
#include "support/live_app.h"

#include <sails/sails.h>

enum {
    N_SOCKETS = 4
};

struct shop {
    struct live live;
    struct ws_client sockets[N_SOCKETS];
};

static const char *const shop_models[][2] = {
    {"User",
     "{\"attributes\": {\"name\": {\"type\": \"string\", \"required\": true}, \"age\": \"number\","
     " \"home\": {\"model\": \"house\"}, \"pets\": {\"collection\": \"pet\", \"via\": \"owner\"},"
     " \"patients\": {\"collection\": \"pet\", \"via\": \"vets\"}, \"toys\": {\"collection\": \"toy\"}}}"},
    {"Pet",
     "{\"attributes\": {\"name\": {\"type\": \"string\", \"unique\": true}, \"owner\": {\"model\": \"user\"},"
     " \"vets\": {\"collection\": \"user\", \"via\": \"patients\"}}}"},
    {"House",
     "{\"attributes\": {\"addr\": \"string\", \"occupant\": {\"collection\": \"user\", \"via\": \"home\"}}}"},
    {"Toy", "{\"attributes\": {\"name\": \"string\"}}"},
    {"Team", "{\"attributes\": {\"subs\": {\"collection\": \"player\", \"via\": \"substitute\"},"
             " \"starters\": {\"collection\": \"player\", \"via\": \"team\"}}}"},
    {"Player",
     "{\"attributes\": {\"team\": {\"model\": \"team\"}, \"substitute\": {\"model\": \"team\"}}}"},
    {"Doc", "{\"primaryKey\": \"slug\", \"attributes\": {\"id\": false,"
            " \"slug\": {\"type\": \"string\", \"required\": true}, \"text\": \"string\"}}"},
    {"Stamped", "{\"attributes\": {\"name\": \"string\","
                " \"updatedAt\": {\"type\": \"number\", \"autoUpdatedAt\": true}}}"},
    {"Secret", "{\"attributes\": {\"name\": \"string\", \"password\": \"string\"},"
               " \"customToJSON\": \"@hide_password\"}"},
};

static json_t *hide_password(const char *model, json_t *record, void *ctx)
{
    json_t *shown = json_copy(record);

    (void)model;
    (void)ctx;
    (void)json_object_del(shown, "password");
    return shown;
}

static const struct sails_model_function shop_functions[] = {
    {.name = "hide_password", .to_json = hide_password}, {0}};

static UNUSED json_t *shop_json(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    if (value == NULL) {
        fail_msg("no JSON: %s", text);
    }
    return value;
}

static UNUSED void shop_init(struct shop *shop, int workers)
{
    memset(shop, 0, sizeof(*shop));
    live_init(&shop->live, workers);
    assert_int_equal(sails_app_set(shop->live.app, "datastores",
                                   shop_json("{\"default\": {\"url\": \":memory:\"}}")),
                     0);
    assert_int_equal(
        sails_app_set(shop->live.app, "models",
                      shop_json("{\"migrate\": \"drop\", \"attributes\":"
                                " {\"id\": {\"type\": \"number\", \"autoIncrement\": true}}}")),
        0);
    assert_int_equal(sails_app_model_functions(shop->live.app, shop_functions), 0);
    for (size_t i = 0; i < ARRAY_LEN(shop_models); i++) {
        assert_int_equal(
            sails_app_model(shop->live.app, shop_models[i][0], shop_json(shop_models[i][1])), 0);
    }
}

static UNUSED void shop_set(struct shop *shop, const char *key, const char *value)
{
    assert_int_equal(sails_app_set(shop->live.app, key, shop_json(value)), 0);
}

static UNUSED void shop_lift(struct shop *shop)
{
    live_lift(&shop->live);
    for (size_t i = 0; i < N_SOCKETS; i++) {
        ws_client_expect_in(&shop->sockets[i], shop->live.port, i % 2 == 0 ? 4 : 5);
    }
}

static UNUSED void shop_end(struct shop *shop)
{
    for (size_t i = 0; i < N_SOCKETS; i++) {
        ws_client_close(&shop->sockets[i]);
    }
    live_end(&shop->live);
}

/* An app with all defaults. */
static UNUSED void shop_open(struct shop *shop, int workers)
{
    shop_init(shop, workers);
    shop_lift(shop);
}

/* ---- over HTTP ---- */

/* The answer's body is that JSON; `body`: NULL: none is sent. */
static UNUSED void http_ask(struct shop *shop, const char *method, const char *target,
                            const char *body, int status, const char *want)
{
    struct http_answer answer;
    json_t *got = NULL;

    assert_true(http_client_ask(shop->live.port, method, target,
                                body != NULL ? "Content-Type: application/json\r\n" : "",
                                str_from(body), &answer));
    if ((int)answer.status != status) {
        fail_msg("%s %s: %u: %s", method, target, (unsigned)answer.status, answer.body.ptr);
    }
    if (want != NULL && (want[0] == '{' || want[0] == '[')) {
        char *text = NULL;

        got = json_loads(answer.body.ptr, JSON_DECODE_ANY, NULL);
        text = json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT);
        if (got == NULL || strcmp(text, want) != 0) {
            fail_msg("%s %s: %s\nwanted: %s", method, target, text != NULL ? text : answer.body.ptr,
                     want);
        }
        mem_free(text); /* jansson's: mem_free() is its free() */
        json_decref(got);
    } else if (want != NULL) {
        assert_string_equal(answer.body.ptr, want);
    }
    http_answer_deinit(&answer);
}

/* A 400 with that code, and with `details` and `message`. */
static UNUSED void http_refused(struct shop *shop, const char *method, const char *target,
                                const char *body, const char *code)
{
    struct http_answer answer;
    json_t *got = NULL;

    assert_true(http_client_ask(shop->live.port, method, target,
                                body != NULL ? "Content-Type: application/json\r\n" : "",
                                str_from(body), &answer));
    if (answer.status != 400) {
        fail_msg("%s %s: %u: %s", method, target, (unsigned)answer.status, answer.body.ptr);
    }
    got = shop_json(answer.body.ptr);
    assert_string_equal(json_string_value(json_object_get(got, "code")), code);
    if (strcmp(code, "E_UNIQUE") != 0) {
        assert_true(json_is_string(json_object_get(got, "details")));
    }
    assert_true(json_is_string(json_object_get(got, "message")));
    json_decref(got);
    http_answer_deinit(&answer);
}

/* ---- over sockets ---- */

static UNUSED void socket_send(struct shop *shop, size_t i, const char *verb, const char *url,
                               const char *data)
{
    char sent[1024];

    snprintf(sent, sizeof(sent), "421[\"%s\",{\"url\":\"%s\",\"data\":%s}]", verb, url,
             data != NULL ? data : "{}");
    assert_true(ws_client_send(&shop->sockets[i], sent));
}

static UNUSED void socket_hears(struct shop *shop, size_t i, const char *event, const char *data)
{
    char want[2048];

    snprintf(want, sizeof(want), "42[\"%s\",%s]", event, data);
    ws_client_expect(&shop->sockets[i], want);
}

static UNUSED void socket_answered(struct shop *shop, size_t i, int status, const char *body)
{
    char want[4096];

    if (body == NULL) {
        ws_client_expect_start(&shop->sockets[i], "431[{\"body\":");
        return;
    }
    snprintf(want, sizeof(want), "431[{\"body\":%s,\"headers\":{},\"statusCode\":%d}]", body,
             status);
    ws_client_expect(&shop->sockets[i], want);
}

/* With that body; NULL: any. Nothing came before the answer. */
static UNUSED void socket_ask(struct shop *shop, size_t i, const char *verb, const char *url,
                              const char *data, const char *body)
{
    socket_send(shop, i, verb, url, data);
    socket_answered(shop, i, 200, body);
}

static UNUSED void socket_hears_nothing(struct shop *shop, size_t i)
{
    live_settle(&shop->live);
    live_expect_nothing(&shop->sockets[i]);
}

/* Exactly these sockets, a bit each, are in a room. */
static UNUSED void room_has(struct shop *shop, const char *room, unsigned who)
{
    char want[256];

    assert_int_equal(sails_sockets_broadcast(shop->live.app, SAILS_ROOMS(room), "member?",
                                             json_string(room), NULL),
                     0);
    snprintf(want, sizeof(want), "42[\"member?\",\"%s\"]", room);
    live_settle(&shop->live);
    for (size_t i = 0; i < N_SOCKETS; i++) {
        if ((who & 1u << i) != 0) {
            ws_client_expect(&shop->sockets[i], want);
        }
        live_expect_nothing(&shop->sockets[i]);
    }
}

/* How many rooms a socket is in, beside its own. */
static UNUSED void rooms_of(struct shop *shop, size_t i, int n)
{
    char want[32];

    snprintf(want, sizeof(want), "437[%d]", n);
    ws_client_expect_answer(&shop->sockets[i], "427[\"rooms\"]", want);
}

#endif
