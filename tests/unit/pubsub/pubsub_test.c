#include "support/http_client.h"
#include "support/live_world.h"

#include <sails/pubsub.h>

/* The tests of section 3 of pubsub-and-blueprints: no database is ever asked. */

static const char user[] = "{\"attributes\": {\"name\": \"string\"}}";
static const char doc[] =
    "{\"primaryKey\": \"slug\", \"attributes\": {\"slug\": {\"type\": \"string\", \"required\": true},"
    " \"id\": false}}";
static const char inherited[] =
    "{\"migrate\": \"safe\", \"attributes\": {\"id\": {\"type\": \"number\", \"autoIncrement\": true}}}";

/* ---- what requests do: {"model", "ids", "data"?} ---- */

static json_t *given(sails_req *req, const char *name)
{
    return json_incref(json_object_get(sails_req_body(req), name));
}

static const char *model_of(sails_req *req)
{
    const char *model = json_string_value(json_object_get(sails_req_body(req), "model"));

    return model != NULL ? model : "user";
}

/* Tells that record at once: who is subscribed when the call returns hears it before the answer. */
static void subscribe(sails_req *req, sails_res *res)
{
    int rc = sails_subscribe(req, model_of(req), given(req, "ids"));

    if (rc == 0 && sails_req_is_socket(req)) {
        must(sails_publish(sails_req_app(req), model_of(req), given(req, "ids"), json_string("in"),
                           NULL) == 0);
    }
    sails_res_send(res, rc == 0 ? "0" : sails_err_name(rc));
}

static void unsubscribe(sails_req *req, sails_res *res)
{
    int rc = sails_unsubscribe(req, model_of(req), given(req, "ids"));

    sails_res_send(res, rc == 0 ? "0" : sails_err_name(rc));
}

static void publish(sails_req *req, sails_res *res)
{
    int rc = sails_publish(sails_req_app(req), model_of(req), given(req, "ids"), given(req, "data"),
                           req);

    sails_res_send(res, rc == 0 ? "0" : sails_err_name(rc));
}

static void on_rooms(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    json_t *rooms = sails_io_socket_rooms(socket);
    size_t n = json_array_size(rooms);

    (void)ctx;
    json_decref(rooms);
    sails_io_event_ack(event, json_pack("[i]", (int)n - 1)); /* its own is one */
}

/* ---- the world ---- */

static void define(struct live *live)
{
    sails_app *app = live->app;

    assert_int_equal(
        sails_app_set(app, "datastores", json_pack("{s:{s:s}}", "default", "url", ":memory:")), 0);
    assert_int_equal(sails_app_set(app, "models", json_loads(inherited, 0, NULL)), 0);
    assert_int_equal(sails_app_model(app, "User", json_loads(user, 0, NULL)), 0);
    assert_int_equal(sails_app_model(app, "UserComment", json_loads(user, 0, NULL)), 0);
    assert_int_equal(sails_app_model(app, "Doc", json_loads(doc, 0, NULL)), 0);
    assert_int_equal(sails_app_route(app, "POST /subscribe", subscribe), 0);
    assert_int_equal(sails_app_route(app, "POST /unsubscribe", unsubscribe), 0);
    assert_int_equal(sails_app_route(app, "POST /publish", publish), 0);
    assert_int_equal(sails_io_on(live->root, "rooms", on_rooms, NULL), 0);
}

static void in_every_way_with_models(void (*test)(struct world *world))
{
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct world *world = mem_alloc(sizeof(*world));

        assert_non_null(world);
        world_init(world, ways[i]);
        define(&world->live);
        world_lift(world);
        test(world);
        world_end(world);
        mem_free(world);
    }
}

#define WITH_MODELS(name, test)                                                                    \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        in_every_way_with_models(test);                                                            \
    }

static sails_app *app_of(const struct world *world)
{
    return world->live.app;
}

/* Client `i` asks by socket, and is answered with that body. */
static void ask(struct world *world, size_t i, const char *path, const char *data, const char *want)
{
    char sent[512];
    char answer[256];

    snprintf(sent, sizeof(sent), "421[\"post\",{\"url\":\"%s\",\"data\":%s}]", path, data);
    snprintf(answer, sizeof(answer), "431[{\"body\":\"%s\",\"headers\":{},\"statusCode\":200}]",
             want);
    ws_client_expect_answer(&world->clients[i], sent, answer);
}

static void expect_rooms(struct world *world, size_t i, int n)
{
    char want[32];

    snprintf(want, sizeof(want), "437[%d]", n);
    ws_client_expect_answer(&world->clients[i], "427[\"rooms\"]", want);
}

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    must(value != NULL);
    return value;
}

/* Clients `first` to `last` are subscribed, from no request. */
static void subscribe_some(struct world *world, size_t first, size_t last, const char *ids)
{
    for (size_t i = first; i <= last; i++) {
        assert_int_equal(
            sails_subscribe_socket(app_of(world), world->clients[i].id, "user", parse(ids)), 0);
    }
    live_settle(&world->live);
}

/* ---- names ---- */

static void check_names(struct world *world)
{
    static const struct {
        const char *model, *id, *want;
    } names[] = {
        {"user", "1", "sails_model_user_1:user"},
        {"User", "0", "sails_model_user_0:user"},
        {"user", "\"13-admins-only\"", "sails_model_user_13-admins-only:user"},
        {"user", "1.5", "sails_model_user_1.5:user"},
        {"usercomment", "7", "sails_model_usercomment_7:usercomment"},
        {"doc", "\"a b\"", "sails_model_doc_a b:doc"},
        {"doc", "3", "sails_model_doc_3:doc"},
    };
    static const char *const none[] = {"null", "\"\"",       "true",
                                       "[1]",  "{\"id\":1}", "\"a\\u0000b\""};
    char name[SAILS_ROOM_NAME_MAX + 1];
    char longest[SAILS_ROOM_NAME_MAX];

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(sails_get_room_name(app_of(world), names[i].model, parse(names[i].id),
                                             name, sizeof(name)),
                         0);
        assert_string_equal(name, names[i].want);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        json_t *id = json_loads(none[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

        assert_int_equal(sails_get_room_name(app_of(world), "user", id, name, sizeof(name)),
                         SAILS_EINVAL);
    }
    assert_int_equal(sails_get_room_name(app_of(world), "user", NULL, name, sizeof(name)),
                     SAILS_EINVAL);
    assert_int_equal(sails_get_room_name(app_of(world), "doc", parse("0"), name, sizeof(name)),
                     SAILS_EINVAL);
    assert_int_equal(sails_get_room_name(app_of(world), "user", parse("1"), name, 23),
                     SAILS_ETOOBIG);
    memset(longest, 'x', sizeof(longest));
    assert_int_equal(sails_get_room_name(app_of(world), "user",
                                         json_stringn(longest, sizeof(longest)), name,
                                         sizeof(name)),
                     SAILS_ETOOBIG);
    assert_int_equal(sails_get_room_name(app_of(world), "nobody", parse("1"), name, sizeof(name)),
                     SAILS_EINVAL);
}

/* pubsub-and-blueprints 1 */
WITH_MODELS(a_room_is_named_after_model_and_key, check_names)

static void publish_by_identity(struct world *world)
{
    must(sails_publish(app_of(world), "UserComment", parse("[1]"), parse("{\"a\":1}"), NULL) == 0);
    must(sails_publish(app_of(world), "doc", parse("[\"a b\"]"), parse("2"), NULL) == 0);
}

static void check_events(struct world *world)
{
    ask(world, 0, "/subscribe", "{\"model\":\"usercomment\",\"ids\":[]}", "0");
    assert_int_equal(
        sails_subscribe_socket(app_of(world), world->clients[0].id, "UserComment", parse("[1]")),
        0);
    assert_int_equal(
        sails_subscribe_socket(app_of(world), world->clients[0].id, "doc", parse("[\"a b\"]")), 0);
    live_settle(&world->live);
    world_call(world, publish_by_identity);
    ws_client_expect(&world->clients[0], "42[\"usercomment\",{\"a\":1}]");
    world_expect(world, 0x01, "42[\"doc\",2]");
}

/* pubsub-and-blueprints 2 */
WITH_MODELS(the_event_is_the_identity, check_events)

/* ---- subscribing ---- */

static void check_subscribing(struct world *world)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        assert_true(ws_client_send(
            &world->clients[i], "421[\"post\",{\"url\":\"/subscribe\",\"data\":{\"ids\":[1,2]}}]"));
        /* Before the answer, for the membership held when the call returned. */
        ws_client_expect(&world->clients[i], "42[\"user\",\"in\"]");
        ws_client_expect(&world->clients[i], "42[\"user\",\"in\"]");
        ws_client_expect(&world->clients[i],
                         "431[{\"body\":\"0\",\"headers\":{},\"statusCode\":200}]");
        expect_rooms(world, i, 2);
        ask(world, i, "/unsubscribe", "{\"ids\":[1,2]}", "0");
    }
    world_expect_members(world, "sails_model_user_1:user", 0);
    world_expect_members(world, "sails_model_user_2:user", 0);
}

/* pubsub-and-blueprints 3 */
WITH_MODELS(a_request_subscribes_before_the_call_returns, check_subscribing)

static void check_http(struct world *world)
{
    http_client_expect(world->live.port, "POST", "/subscribe", "Content-Type: application/json\r\n",
                       "{\"ids\":[1]}", 200, "0");
    http_client_expect(world->live.port, "POST", "/unsubscribe",
                       "Content-Type: application/json\r\n", "{\"ids\":[1]}", 200, "0");
    world_expect_members(world, "sails_model_user_1:user", 0);
}

/* pubsub-and-blueprints 4 */
WITH_MODELS(a_request_over_http_subscribes_nobody, check_http)

static void check_forms_of_ids(struct world *world)
{
    static const struct {
        const char *ids;
        int n;
    } forms[] = {{"7", 1},
                 {"\"7\"", 1},
                 {"{\"id\":7,\"name\":\"x\"}", 1},
                 {"[{\"id\":7},{\"id\":8}]", 2},
                 {"[7,{\"id\":8},\"nine\",7]", 3},
                 {"[]", 0}};

    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        subscribe_some(world, 0, 0, forms[i].ids);
        expect_rooms(world, 0, forms[i].n);
        assert_int_equal(sails_unsubscribe_socket(app_of(world), world->clients[0].id, "user",
                                                  parse(forms[i].ids)),
                         0);
        live_settle(&world->live);
        expect_rooms(world, 0, 0);
    }
}

/* pubsub-and-blueprints 5 */
WITH_MODELS(keys_records_and_lists_of_them_are_understood, check_forms_of_ids)

static void check_wrong_ids(struct world *world)
{
    static const char *const wrong[] = {"[1,null,2]",        "null", "[{\"name\":\"x\"}]", "[[1]]",
                                        "[2,{\"id\":null}]", "true"};

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char data[64];

        snprintf(data, sizeof(data), "{\"ids\":%s}", wrong[i]);
        ask(world, 0, "/subscribe", data, "SAILS_EINVAL");
        ask(world, 0, "/unsubscribe", data, "SAILS_EINVAL");
        expect_rooms(world, 0, 0);
    }
    ask(world, 0, "/subscribe", "{}", "SAILS_EINVAL");
    ask(world, 0, "/subscribe", "{\"model\":\"nobody\",\"ids\":[1]}", "SAILS_EINVAL");
    /* What cannot be a key is left out, and makes no room of its own. */
    ask(world, 0, "/subscribe", "{\"model\":\"doc\",\"ids\":[0,\"\"]}", "0");
    expect_rooms(world, 0, 0);
    world_expect_members(world, "undefined", 0);
    subscribe_some(world, 0, 0, "[0]");
    world_expect_members(world, "sails_model_user_0:user", 0x01);
}

/* pubsub-and-blueprints 6 */
WITH_MODELS(a_list_with_what_is_no_id_changes_nothing, check_wrong_ids)

static void publish_to_one(struct world *world)
{
    must(sails_publish(app_of(world), "user", parse("[1]"), json_true(), NULL) == 0);
}

static void check_unsubscribing(struct world *world)
{
    subscribe_some(world, 0, 5, "[1,2]");
    for (size_t i = 0; i < 3; i++) {
        ask(world, i, "/unsubscribe", "{\"ids\":[1,3]}", "0"); /* nobody is in 3 */
    }
    world_call(world, publish_to_one);
    world_expect(world, 0x38, "42[\"user\",true]");
    world_expect_members(world, "sails_model_user_2:user", 0x3f);
}

/* pubsub-and-blueprints 7 */
WITH_MODELS(unsubscribing_stops_messages_and_is_harmless, check_unsubscribing)

/* ---- publishing ---- */

static const char *const payloads[] = {
    "\"str\"", "[1,2]", "5",  "null", "{\"verb\":\"x\",\"id\":null,\"a\":[{}]}",
    "true",    "-1.5",  "[]",
};

static void publish_payloads(struct world *world)
{
    for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
        must(sails_publish(app_of(world), "user", parse("[1]"), parse(payloads[i]), NULL) == 0);
    }
}

static void check_payloads(struct world *world)
{
    subscribe_some(world, 1, 4, "[1]");
    world_call(world, publish_payloads);
    for (size_t i = 1; i <= 4; i++) {
        for (size_t j = 0; j < ARRAY_LEN(payloads); j++) {
            char want[128];

            snprintf(want, sizeof(want), "42[\"user\",%s]", payloads[j]);
            ws_client_expect(&world->clients[i], want);
        }
    }
    world_expect(world, 0, "");
}

/* pubsub-and-blueprints 8 */
WITH_MODELS(subscribers_get_the_data_as_it_is, check_payloads)

static void check_omission(struct world *world)
{
    subscribe_some(world, 0, 5, "[1]");
    ask(world, 2, "/publish", "{\"ids\":[1],\"data\":\"x\"}", "0");
    world_expect(world, 0x3b, "42[\"user\",\"x\"]");
    http_client_expect(world->live.port, "POST", "/publish", "Content-Type: application/json\r\n",
                       "{\"ids\":[1],\"data\":\"y\"}", 200, "0");
    world_expect(world, 0x3f, "42[\"user\",\"y\"]");
}

/* pubsub-and-blueprints 9 */
WITH_MODELS(the_requester_is_left_out_and_over_http_nobody, check_omission)

static void publish_to_two(struct world *world)
{
    must(sails_publish(app_of(world), "user", parse("[1,2]"), parse("9"), NULL) == 0);
}

static void check_several(struct world *world)
{
    subscribe_some(world, 0, 2, "[1,2]");
    subscribe_some(world, 3, 3, "[2]");
    world_call(world, publish_to_two);
    for (size_t i = 0; i < 3; i++) {
        ws_client_expect(&world->clients[i], "42[\"user\",9]");
    }
    world_expect(world, 0x0f, "42[\"user\",9]");
}

/* pubsub-and-blueprints 10 */
WITH_MODELS(a_message_comes_once_for_each_record, check_several)

static void publish_to_nobody(struct world *world)
{
    must(sails_publish(app_of(world), "user", parse("[99]"), parse("1"), NULL) == 0);
    must(sails_publish(app_of(world), "user", parse("[]"), parse("1"), NULL) == 0);
    must(sails_publish(app_of(world), "doc", parse("[0,\"\"]"), parse("1"), NULL) == 0);
    must(sails_publish(app_of(world), "user", parse("[1,null]"), parse("1"), NULL) == SAILS_EINVAL);
    must(sails_publish(app_of(world), "user", NULL, parse("1"), NULL) == SAILS_EINVAL);
    must(sails_publish(app_of(world), "user", parse("[1]"), NULL, NULL) == SAILS_EINVAL);
    must(sails_publish(app_of(world), "nobody", parse("[1]"), parse("1"), NULL) == SAILS_EINVAL);
}

static void check_nobody(struct world *world)
{
    subscribe_some(world, 0, 5, "[1]");
    world_call(world, publish_to_nobody);
    world_expect(world, 0, "");
}

/* pubsub-and-blueprints 11 */
WITH_MODELS(unknown_records_and_empty_lists_reach_nobody, check_nobody)

/* ---- wrong use ---- */

static void nothing_is_done_without_an_app_or_before_the_lift(void **state)
{
    struct live live;
    char name[SAILS_ROOM_NAME_MAX + 1];

    (void)state;
    assert_int_equal(sails_subscribe(NULL, "user", parse("[1]")), SAILS_EINVAL);
    assert_int_equal(sails_unsubscribe(NULL, "user", NULL), SAILS_EINVAL);
    assert_int_equal(sails_subscribe_socket(NULL, "x", "user", parse("[1]")), SAILS_EINVAL);
    assert_int_equal(sails_publish(NULL, "user", parse("[1]"), parse("1"), NULL), SAILS_EINVAL);
    assert_int_equal(sails_get_room_name(NULL, "user", parse("1"), name, sizeof(name)),
                     SAILS_EINVAL);
    live_init(&live, 1);
    define(&live);
    assert_int_equal(sails_publish(live.app, "user", parse("[1]"), parse("1"), NULL), SAILS_ESTATE);
    assert_int_equal(sails_get_room_name(live.app, "user", parse("1"), NULL, 0), SAILS_EINVAL);
    live_lift(&live);
    assert_int_equal(sails_unsubscribe_socket(live.app, NULL, "user", parse("[1]")), SAILS_EINVAL);
    assert_int_equal(sails_unsubscribe_socket(live.app, "", "user", parse("[1]")), SAILS_EINVAL);
    assert_int_equal(sails_publish(live.app, NULL, parse("[1]"), parse("1"), NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_lower(live.app), 0);
    assert_int_equal(sails_publish(live.app, "user", parse("[1]"), parse("1"), NULL), SAILS_ESTATE);
    live_end(&live);
}

static void without_models_there_is_nothing_to_subscribe_to(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    live_lift(&live);
    assert_int_equal(sails_publish(live.app, "user", parse("[1]"), parse("1"), NULL), SAILS_EINVAL);
    assert_true(live_log_has(&live.log, "there is no model `user`"));
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_room_is_named_after_model_and_key),
        cmocka_unit_test(the_event_is_the_identity),
        cmocka_unit_test(a_request_subscribes_before_the_call_returns),
        cmocka_unit_test(a_request_over_http_subscribes_nobody),
        cmocka_unit_test(keys_records_and_lists_of_them_are_understood),
        cmocka_unit_test(a_list_with_what_is_no_id_changes_nothing),
        cmocka_unit_test(unsubscribing_stops_messages_and_is_harmless),
        cmocka_unit_test(subscribers_get_the_data_as_it_is),
        cmocka_unit_test(the_requester_is_left_out_and_over_http_nobody),
        cmocka_unit_test(a_message_comes_once_for_each_record),
        cmocka_unit_test(unknown_records_and_empty_lists_reach_nobody),
        cmocka_unit_test(nothing_is_done_without_an_app_or_before_the_lift),
        cmocka_unit_test(without_models_there_is_nothing_to_subscribe_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
