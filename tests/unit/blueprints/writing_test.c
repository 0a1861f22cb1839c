#include "blueprint_fixture.h"

/* Section 12, "Writing": create, update, destroy, add, remove and replace. */

/* pubsub-and-blueprints 29 */
static void a_record_is_created_and_given_populated(void **state)
{
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    http_ask(
        &shop, "POST", "/user?age=7&name=zed", "{\"name\":\"ann\",\"color\":\"red\"}", 200,
        "{\"id\":1,\"name\":\"ann\",\"age\":7,\"home\":null,\"pets\":[],\"patients\":[],\"toys\":[]}");
    http_ask(
        &shop, "GET", "/user/create?name=bob", NULL, 200,
        "{\"id\":2,\"name\":\"bob\",\"age\":0,\"home\":null,\"pets\":[],\"patients\":[],\"toys\":[]}");
    http_ask(&shop, "GET", "/pet/create?name=rex", NULL, 200, NULL);
    http_ask(&shop, "GET", "/user/create?name=cid&pets=[1]", NULL, 200,
             "{\"id\":3,\"name\":\"cid\",\"age\":0,\"home\":null,"
             "\"pets\":[{\"id\":1,\"name\":\"rex\",\"owner\":3}],\"patients\":[],\"toys\":[]}");
    socket_ask(&shop, 0, "post", "/toy", "{\"name\":\"ball\"}", "{\"id\":1,\"name\":\"ball\"}");
    shop_end(&shop);
}

/* Of the world that the app runs in, which is another than the system's here. */
static void a_record_is_stamped_with_the_time_of_the_worlds_clock(void **state)
{
    struct http_answer answer = {0};
    struct shop shop;
    json_t *record = NULL;
    uint64_t unix_ms = 0;

    (void)state;
    shop_open(&shop, 1);
    assert_true(http_client_ask(shop.live.port, "POST", "/stamped",
                                "Content-Type: application/json\r\n", STR("{\"name\":\"a\"}"),
                                &answer));
    record = json_loadb(answer.body.ptr, answer.body.len, 0, NULL);
    unix_ms = (uint64_t)json_integer_value(json_object_get(record, "updatedAt"));
    assert_true(unix_ms > 0 && shop.live.host.world.unix_ms - unix_ms < 60000);
    json_decref(record);
    http_answer_deinit(&answer);
    shop_end(&shop);
}

/* pubsub-and-blueprints 30 */
static void what_is_no_record_is_refused(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "{\"age\":3}",
        "{\"name\":\"\"}",
        "{\"name\":\"x\",\"age\":\"old\"}",
        "{\"name\":[1]}",
        "{\"name\":\"x\",\"home\":{\"addr\":\"y\"}}",
        "{\"name\":\"x\",\"pets\":\"all\"}",
        "{\"name\":\"x\",\"pets\":[\"a\"]}",
        "{\"name\":\"x\",\"patients\":[{}]}",
        "[{\"name\":\"x\"}]",
    };
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        http_refused(&shop, "POST", "/user", bodies[i], "E_INVALID_NEW_RECORD");
    }
    http_ask(&shop, "GET", "/user", NULL, 200, "[]");
    socket_send(&shop, 0, "post", "/user", "{}");
    ws_client_expect_start(&shop.sockets[0], "431[{\"body\":{\"code\":\"E_INVALID_NEW_RECORD\","
                                             "\"details\":\"");
    shop_end(&shop);
}

/* pubsub-and-blueprints 31 */
static void a_value_that_somebody_else_has_is_refused(void **state)
{
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    http_ask(&shop, "POST", "/pet", "{\"name\":\"rex\"}", 200, NULL);
    http_ask(&shop, "POST", "/pet", "{\"name\":\"max\"}", 200, NULL);
    http_refused(&shop, "POST", "/pet", "{\"name\":\"rex\"}", "E_UNIQUE");
    http_refused(&shop, "POST", "/pet", "{\"name\":\"new\",\"id\":1}", "E_UNIQUE");
    http_refused(&shop, "PATCH", "/pet/2", "{\"name\":\"rex\"}", "E_UNIQUE");
    socket_send(&shop, 0, "post", "/pet", "{\"name\":\"rex\"}");
    ws_client_expect_start(&shop.sockets[0], "431[{\"body\":{\"code\":\"E_UNIQUE\",\"message\":\"");
    http_ask(
        &shop, "GET", "/pet?populate=false", NULL, 200,
        "[{\"id\":1,\"name\":\"rex\",\"owner\":null},{\"id\":2,\"name\":\"max\",\"owner\":null}]");
    shop_end(&shop);
}

/* pubsub-and-blueprints 32 */
static void an_update_keeps_the_key(void **state)
{
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    http_ask(&shop, "POST", "/toy", "{\"name\":\"ball\"}", 200, NULL);
    http_ask(&shop, "PATCH", "/toy/1", "{\"id\":7,\"name\":\"car\"}", 200,
             "{\"id\":1,\"name\":\"car\"}");
    http_ask(&shop, "PATCH", "/toy/1", "{}", 200, "{\"id\":1,\"name\":\"car\"}");
    http_ask(&shop, "PATCH", "/toy/7", "{\"name\":\"x\"}", 404, "Not Found");
    http_refused(&shop, "PATCH", "/toy/seven", "{\"name\":\"x\"}", "E_INVALID_CRITERIA");
    http_refused(&shop, "PATCH", "/toy/1", "{\"name\":[1]}", "E_INVALID_VALUES_TO_SET");
    http_ask(&shop, "POST", "/doc", "{\"slug\":\"a\"}", 200, NULL);
    http_ask(&shop, "PATCH", "/doc/a", "{\"slug\":\"b\",\"text\":\"t\"}", 200,
             "{\"slug\":\"a\",\"text\":\"t\"}");
    http_ask(&shop, "GET", "/toy/update/1?name=kite", NULL, 200, "{\"id\":1,\"name\":\"kite\"}");
    shop_end(&shop);
}

/* pubsub-and-blueprints 33 */
static void one_record_is_destroyed(void **state)
{
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    for (int i = 0; i < 4; i++) {
        http_ask(&shop, "POST", "/toy", "{\"name\":\"ball\"}", 200, NULL);
    }
    http_ask(&shop, "DELETE", "/toy/1", NULL, 200, "{\"id\":1,\"name\":\"ball\"}");
    http_ask(&shop, "DELETE", "/toy/1", NULL, 404, "Not Found");
    http_refused(&shop, "DELETE", "/toy", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "DELETE", "/toy?id[>]=0", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "DELETE", "/toy?id=2&id=3", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "DELETE", "/toy/one", NULL, "E_INVALID_CRITERIA");
    http_ask(&shop, "DELETE", "/toy?id=2", NULL, 200, "{\"id\":2,\"name\":\"ball\"}");
    http_ask(&shop, "GET", "/toy/destroy/3", NULL, 200, "{\"id\":3,\"name\":\"ball\"}");
    http_ask(&shop, "GET", "/toy", NULL, 200, "[{\"id\":4,\"name\":\"ball\"}]");
    shop_end(&shop);
}

static void fill(struct shop *shop)
{
    shop_open(shop, 1);
    http_ask(shop, "POST", "/user?populate=false", "{\"name\":\"ann\"}", 200, NULL);
    http_ask(shop, "POST", "/user", "{\"name\":\"bob\"}", 200, NULL);
    http_ask(shop, "POST", "/pet", "{\"name\":\"rex\",\"owner\":1}", 200, NULL);
    http_ask(shop, "POST", "/pet", "{\"name\":\"max\"}", 200, NULL);
    http_ask(shop, "POST", "/pet", "{\"name\":\"tom\"}", 200, NULL);
}

#define USER(id, name, pets, patients)                                                             \
    "{\"id\":" id ",\"name\":\"" name "\",\"age\":0,\"home\":null,\"pets\":" pets                  \
    ",\"patients\":" patients ",\"toys\":[]}"

/* pubsub-and-blueprints 34 */
static void members_are_added_and_removed(void **state)
{
    struct shop shop;

    (void)state;
    fill(&shop);
    http_ask(&shop, "PUT", "/user/2/pets/1", NULL, 200,
             USER("2", "bob", "[{\"id\":1,\"name\":\"rex\",\"owner\":2}]", "[]"));
    http_ask(&shop, "PUT", "/user/2/patients/1", NULL, 200,
             USER("2", "bob", "[{\"id\":1,\"name\":\"rex\",\"owner\":2}]",
                  "[{\"id\":1,\"name\":\"rex\",\"owner\":2}]"));
    http_ask(&shop, "GET", "/user/2/patients/remove/1", NULL, 200,
             USER("2", "bob", "[{\"id\":1,\"name\":\"rex\",\"owner\":2}]", "[]"));
    http_ask(&shop, "DELETE", "/user/2/pets/1", NULL, 200, USER("2", "bob", "[]", "[]"));
    http_ask(&shop, "GET", "/user/2/pets/add/2", NULL, 200,
             USER("2", "bob", "[{\"id\":2,\"name\":\"max\",\"owner\":2}]", "[]"));
    http_ask(&shop, "PUT", "/user/9/pets/1", NULL, 404, "Not Found");
    http_ask(&shop, "PUT", "/user/1/pets/9", NULL, 404, "Not Found");
    http_ask(&shop, "DELETE", "/user/9/pets/1", NULL, 404, "Not Found");
    http_ask(&shop, "DELETE", "/user/1/pets/9", NULL, 404, "Not Found");
    http_refused(&shop, "PUT", "/user/x/pets/1", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "PUT", "/user/1/pets/x", NULL, "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "DELETE", "/user/1/pets/x", NULL, "E_INVALID_ASSOCIATED_IDS");
    shop_end(&shop);
}

/* pubsub-and-blueprints 35 */
static void members_are_replaced(void **state)
{
    struct shop shop;

    (void)state;
    fill(&shop);
    http_ask(
        &shop, "PUT", "/user/1/pets", "[2,\"3\",2,99]", 200,
        USER("1", "ann",
             "[{\"id\":2,\"name\":\"max\",\"owner\":1},{\"id\":3,\"name\":\"tom\",\"owner\":1}]",
             "[]"));
    http_ask(
        &shop, "GET", "/user/1/patients/replace?patients=[3]", NULL, 200,
        USER("1", "ann",
             "[{\"id\":2,\"name\":\"max\",\"owner\":1},{\"id\":3,\"name\":\"tom\",\"owner\":1}]",
             "[{\"id\":3,\"name\":\"tom\",\"owner\":1}]"));
    http_ask(&shop, "GET", "/user/1/pets/replace?fks=[]", NULL, 200,
             USER("1", "ann", "[]", "[{\"id\":3,\"name\":\"tom\",\"owner\":null}]"));
    http_refused(&shop, "PUT", "/user/1/pets", "{\"pets\":[1]}", "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "PUT", "/user/1/pets", NULL, "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "GET", "/user/1/pets/replace?pets=[1", NULL, "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "GET", "/user/1/pets/replace?pets=1", NULL, "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "PUT", "/user/1/pets", "[\"x\"]", "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "PUT", "/user/1/pets", "[{\"id\":1}]", "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "PUT", "/user/1/patients", "[1.5]", "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "PUT", "/user/1/patients", "[true]", "E_INVALID_ASSOCIATED_IDS");
    http_refused(&shop, "PATCH", "/user/1", "{\"patients\":[1.5]}", "E_INVALID_VALUES_TO_SET");
    http_ask(&shop, "GET", "/user/1/patients?select=id", NULL, 200, "[{\"id\":3}]");
    http_ask(&shop, "PUT", "/user/9/pets", "[1]", 404, "Not Found");
    http_ask(&shop, "PUT", "/user/9/patients", "[1]", 404, "Not Found");
    http_ask(&shop, "GET", "/pet/1?populate=false", NULL, 200,
             "{\"id\":1,\"name\":\"rex\",\"owner\":null}");
    shop_end(&shop);
}

static int fail_always(sails_db *db, const char *model, json_t *value, void *ctx)
{
    (void)model;
    (void)value;
    (void)ctx;
    return sails_db_refuse(db, NULL, "the reason");
}

static const struct sails_model_function failing[] = {
    {.name = "fail_always", .lifecycle = fail_always}, {0}};

static void fail_to_create(const char *environment, const char *want)
{
    struct shop shop;

    shop_init(&shop, 1);
    shop_set(&shop, "environment", environment);
    shop_set(&shop, "models", "{\"migrate\": \"safe\"}");
    shop_set(&shop, "session.secret", "\"a secret that nobody can guess, 42\"");
    shop_set(&shop, "sockets.onlyAllowOrigins", "[\"http://127.0.0.1\"]");
    assert_int_equal(sails_app_model_functions(shop.live.app, failing), 0);
    assert_int_equal(sails_app_model(shop.live.app, "Failing",
                                     shop_json("{\"attributes\": {\"name\": \"string\"},"
                                               " \"beforeCreate\": \"@fail_always\"}")),
                     0);
    live_lift(&shop.live);
    http_ask(&shop, "POST", "/failing", "{\"name\":\"x\"}", 500, want);
    live_end(&shop.live);
}

/* pubsub-and-blueprints 36 */
static void production_keeps_reasons_to_itself(void **state)
{
    (void)state;
    fail_to_create("\"development\"", "the reason");
    fail_to_create("\"production\"", "Internal Server Error");
}

/* customToJSON: in answers, populated records included, and in messages */
static void what_a_model_hides_is_shown_nowhere(void **state)
{
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    socket_ask(&shop, 0, "get", "/secret", NULL, "[]");
    http_ask(&shop, "POST", "/secret", "{\"name\":\"a\",\"password\":\"p\"}", 200,
             "{\"id\":1,\"name\":\"a\"}");
    socket_hears(&shop, 0, "secret",
                 "{\"verb\":\"created\",\"data\":{\"id\":1,\"name\":\"a\"},\"id\":1}");
    http_ask(&shop, "PATCH", "/secret/1", "{\"password\":\"q\",\"name\":\"b\"}", 200,
             "{\"id\":1,\"name\":\"b\"}");
    socket_hears(&shop, 0, "secret",
                 "{\"verb\":\"updated\",\"data\":{\"name\":\"b\",\"id\":1},\"id\":1,"
                 "\"previous\":{\"id\":1,\"name\":\"a\"}}");
    http_ask(&shop, "GET", "/secret", NULL, 200, "[{\"id\":1,\"name\":\"b\"}]");
    http_ask(&shop, "DELETE", "/secret/1", NULL, 200, "{\"id\":1,\"name\":\"b\"}");
    socket_hears(&shop, 0, "secret",
                 "{\"verb\":\"destroyed\",\"id\":1,\"previous\":{\"id\":1,\"name\":\"b\"}}");
    shop_end(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_created_and_given_populated),
        cmocka_unit_test(a_record_is_stamped_with_the_time_of_the_worlds_clock),
        cmocka_unit_test(what_is_no_record_is_refused),
        cmocka_unit_test(a_value_that_somebody_else_has_is_refused),
        cmocka_unit_test(an_update_keeps_the_key),
        cmocka_unit_test(one_record_is_destroyed),
        cmocka_unit_test(members_are_added_and_removed),
        cmocka_unit_test(members_are_replaced),
        cmocka_unit_test(production_keeps_reasons_to_itself),
        cmocka_unit_test(what_a_model_hides_is_shown_nowhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
