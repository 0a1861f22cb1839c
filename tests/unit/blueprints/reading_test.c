#include "blueprint_fixture.h"

/* Section 12, "Reading": find, findOne and populate. */

#define BERT                                                                                        \
    "{\"id\":1,\"name\":\"bert\",\"age\":0,\"home\":{\"id\":1,\"addr\":\"x\"},"                     \
    "\"pets\":[{\"id\":1,\"name\":\"alice\",\"owner\":1},{\"id\":2,\"name\":\"rex\",\"owner\":1}]," \
    "\"patients\":[],\"toys\":[]}"
#define ANN                                                                                        \
    "{\"id\":2,\"name\":\"ann\",\"age\":7,\"home\":null,\"pets\":[],"                              \
    "\"patients\":[{\"id\":2,\"name\":\"rex\",\"owner\":1}],\"toys\":[]}"

static void fill(struct shop *shop)
{
    shop_open(shop, 1);
    http_ask(shop, "POST", "/house", "{\"addr\":\"x\"}", 200,
             "{\"id\":1,\"addr\":\"x\",\"occupant\":[]}");
    http_ask(shop, "POST", "/user", "{\"name\":\"bert\",\"home\":1}", 200,
             "{\"id\":1,\"name\":\"bert\",\"age\":0,\"home\":{\"id\":1,\"addr\":\"x\"},\"pets\":[],"
             "\"patients\":[],\"toys\":[]}");
    http_ask(shop, "POST", "/user", "{\"name\":\"ann\",\"age\":7}", 200, NULL);
    http_ask(shop, "POST", "/pet", "{\"name\":\"alice\",\"owner\":1}", 200, NULL);
    http_ask(shop, "POST", "/pet", "{\"name\":\"rex\",\"owner\":1,\"vets\":[2]}", 200, NULL);
}

/* The ids in an answer, "1 2 3". */
static void expect_ids(struct shop *shop, const char *target, const char *want)
{
    struct http_answer answer;
    json_t *list = NULL;
    char got[512] = "";
    size_t len = 0;

    assert_true(http_client_ask(shop->live.port, "GET", target, "", str_from(NULL), &answer));
    if (answer.status != 200) {
        fail_msg("%s: %u %s", target, answer.status, answer.body.ptr);
    }
    list = shop_json(answer.body.ptr);
    for (size_t i = 0; i < json_array_size(list); i++) {
        int id = (int)json_integer_value(json_object_get(json_array_get(list, i), "id"));

        len += (size_t)snprintf(got + len, sizeof(got) - len, i > 0 ? " %d" : "%d", id);
        assert_true(len < sizeof(got));
    }
    assert_string_equal(got, want);
    json_decref(list);
    http_answer_deinit(&answer);
}

static void fill_toys(struct shop *shop, int n)
{
    shop_open(shop, 1);
    for (int i = 0; i < n; i++) {
        char body[32];

        snprintf(body, sizeof(body), "{\"name\":\"%c\"}", 'a' + (i * 7) % 26);
        http_ask(shop, "POST", "/toy", body, 200, NULL);
    }
}

/* pubsub-and-blueprints 20 */
static void a_list_has_30_records_unless_it_is_asked_for_others(void **state)
{
    struct shop shop;

    (void)state;
    fill_toys(&shop, 40);
    expect_ids(&shop, "/toy",
               "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30");
    expect_ids(
        &shop, "/toy?limit=35",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 "
        "32 33 34 35");
    expect_ids(&shop, "/toy?limit=0", "");
    expect_ids(&shop, "/toy?limit=-1&skip=37", "38 39 40");
    http_refused(&shop, "GET", "/toy?limit=abc", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/toy?limit=2.5", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/toy?limit=99999999999999999999", NULL, "E_INVALID_CRITERIA");
    shop_end(&shop);
}

/* pubsub-and-blueprints 21 */
static void a_list_is_sorted_and_begins_later(void **state)
{
    struct shop shop;

    (void)state;
    fill_toys(&shop, 5); /* a h o v c */
    expect_ids(&shop, "/toy?skip=3", "4 5");
    expect_ids(&shop, "/toy?sort=name%20DESC", "4 3 2 5 1");
    expect_ids(&shop, "/toy?sort=name&limit=2", "1 5");
    expect_ids(&shop, "/toy?sort=[{\"name\":\"DESC\"},{\"id\":\"ASC\"}]&limit=2", "4 3");
    expect_ids(&shop, "/toy?sort={\"id\":-1}&limit=2", "5 4");
    http_refused(&shop, "GET", "/toy?skip=abc", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/toy?skip=-1", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/toy?sort=name%20SIDEWAYS", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/toy?sort=nothing", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/toy?sort=name%20DESC,%20id%20ASC", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/toy?sort=[{\"name\":\"DESC\",\"id\":\"ASC\"}]", NULL,
                 "E_INVALID_CRITERIA");
    shop_end(&shop);
}

/* pubsub-and-blueprints 22 */
static void other_parameters_filter(void **state)
{
    struct shop shop;

    (void)state;
    fill(&shop);
    expect_ids(&shop, "/user?name=ann", "2");
    expect_ids(&shop, "/user?age=7", "2");
    expect_ids(&shop, "/user?age=7&name=bert", "");
    expect_ids(&shop, "/user?name=ann&name=bert", "1 2");
    expect_ids(&shop, "/user?name[contains]=er", "1");
    expect_ids(&shop, "/user?home=1", "1");
    http_refused(&shop, "GET", "/user?color=red", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/user?age=old", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/user?where={\"__proto__\":{\"x\":1}}", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/doc?id=1", NULL, "E_INVALID_CRITERIA"); /* its key is `slug` */
    shop_end(&shop);
}

/* pubsub-and-blueprints 23 */
static void where_is_the_whole_filter(void **state)
{
    struct shop shop;

    (void)state;
    fill(&shop);
    expect_ids(&shop, "/user?where={\"age\":{\">\":3}}&name=bert", "2");
    expect_ids(&shop, "/user?where={\"or\":[{\"name\":\"ann\"},{\"name\":\"bert\"}]}", "1 2");
    socket_ask(&shop, 0, "get", "/user", "{\"where\":{\"name\":\"ann\"},\"age\":99}", "[" ANN "]");
    http_refused(&shop, "GET", "/user?where={\"age\":", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/user?where=", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/user?where={\"color\":1}", NULL, "E_INVALID_CRITERIA");
    shop_end(&shop);
}

/* pubsub-and-blueprints 24 */
static void attributes_and_associations_are_chosen(void **state)
{
    struct shop shop;

    (void)state;
    fill(&shop);
    http_ask(&shop, "GET", "/user?select=name,%20age&populate=false", NULL, 200,
             "[{\"id\":1,\"name\":\"bert\",\"age\":0},{\"id\":2,\"name\":\"ann\",\"age\":7}]");
    http_ask(&shop, "GET", "/user?omit=age,home&populate=false&limit=1", NULL, 200,
             "[{\"id\":1,\"name\":\"bert\"}]");
    http_ask(
        &shop, "GET", "/user?populate=home,pets&limit=1", NULL, 200,
        "[{\"id\":1,\"name\":\"bert\",\"age\":0,\"home\":{\"id\":1,\"addr\":\"x\"},\"pets\":[{\"id\":"
        "1,\"name\":\"alice\",\"owner\":1},{\"id\":2,\"name\":\"rex\",\"owner\":1}]}]");
    http_ask(&shop, "GET", "/user/1?populate=false&select=name", NULL, 200,
             "{\"id\":1,\"name\":\"bert\"}");
    socket_ask(&shop, 0, "get", "/user", "{\"populate\":false,\"select\":[\"name\"],\"limit\":1}",
               "[{\"id\":1,\"name\":\"bert\"}]");
    socket_ask(&shop, 0, "get", "/user/2", "{\"populate\":[\"toys\"]}",
               "{\"id\":2,\"name\":\"ann\",\"age\":7,\"home\":null,\"toys\":[]}");
    http_ask(&shop, "GET", "/user/2?populate=", NULL, 200, ANN);
    http_refused(&shop, "GET", "/user?select=color", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/user?omit=color", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/user?populate=name", NULL, "E_INVALID_POPULATES");
    http_refused(&shop, "GET", "/user?populate=true", NULL, "E_INVALID_POPULATES");
    http_refused(&shop, "GET", "/user?populate=[pets,home]", NULL, "E_INVALID_POPULATES");
    shop_end(&shop);
}

/* pubsub-and-blueprints 25 */
static void all_associations_are_populated_collections_with_30(void **state)
{
    struct shop shop;
    struct http_answer answer;
    json_t *user = NULL;

    (void)state;
    fill(&shop);
    http_ask(&shop, "GET", "/user", NULL, 200, "[" BERT "," ANN "]");
    for (int i = 0; i < 33; i++) {
        char body[64];

        snprintf(body, sizeof(body), "{\"name\":\"pet %d\",\"owner\":1}", i);
        http_ask(&shop, "POST", "/pet?populate=false", body, 200, NULL);
    }
    assert_true(http_client_ask(shop.live.port, "GET", "/user/1", "", str_from(NULL), &answer));
    user = shop_json(answer.body.ptr);
    assert_int_equal(json_array_size(json_object_get(user, "pets")), 30);
    json_decref(user);
    http_answer_deinit(&answer);
    assert_true(http_client_ask(shop.live.port, "GET", "/user/1?populate=pets", "", str_from(NULL),
                                &answer));
    user = shop_json(answer.body.ptr);
    assert_int_equal(json_array_size(json_object_get(user, "pets")), 35);
    json_decref(user);
    http_answer_deinit(&answer);
    shop_end(&shop);
}

/* pubsub-and-blueprints 26 */
static void one_record_is_found_or_not(void **state)
{
    struct shop shop;

    (void)state;
    fill(&shop);
    http_ask(&shop, "GET", "/user/1", NULL, 200, BERT);
    http_ask(&shop, "GET", "/user/9", NULL, 404, "Not Found");
    http_refused(&shop, "GET", "/user/nine", NULL, "E_INVALID_CRITERIA");
    http_ask(&shop, "POST", "/doc", "{\"slug\":\"a b\",\"text\":\"t\"}", 200,
             "{\"slug\":\"a b\",\"text\":\"t\"}");
    http_ask(&shop, "GET", "/doc/a%20b", NULL, 200, "{\"slug\":\"a b\",\"text\":\"t\"}");
    /* A body does not override the path. */
    socket_ask(&shop, 0, "get", "/user/2", "{\"id\":1}", ANN);
    socket_send(&shop, 0, "get", "/user/9", NULL);
    socket_answered(&shop, 0, 404, "\"Not Found\"");
    shop_end(&shop);
}

/* pubsub-and-blueprints 27 */
static void an_association_is_a_list_or_a_record(void **state)
{
    struct shop shop;

    (void)state;
    fill(&shop);
    http_ask(&shop, "GET", "/user/1/pets", NULL, 200,
             "[{\"id\":1,\"name\":\"alice\",\"owner\":1},{\"id\":2,\"name\":\"rex\",\"owner\":1}]");
    http_ask(&shop, "GET", "/user/2/pets", NULL, 200, "[]");
    http_ask(&shop, "GET", "/user/1/home", NULL, 200, "{\"id\":1,\"addr\":\"x\"}");
    http_ask(&shop, "GET", "/user/2/home", NULL, 404, "Not Found");
    http_ask(&shop, "GET", "/user/9/pets", NULL, 404, "Not Found");
    http_refused(&shop, "GET", "/user/nine/pets", NULL, "E_INVALID_CRITERIA");
    http_ask(&shop, "GET", "/user/1/pets?name=rex&select=name", NULL, 200,
             "[{\"id\":2,\"name\":\"rex\",\"owner\":1}]"); /* what links it is always there */
    http_ask(&shop, "GET", "/user/1/pets?sort=name%20DESC&limit=1&omit=owner", NULL, 200,
             "[{\"id\":2,\"name\":\"rex\"}]");
    http_ask(&shop, "GET", "/user/1/pets?where={\"name\":{\"startsWith\":\"a\"}}", NULL, 200,
             "[{\"id\":1,\"name\":\"alice\",\"owner\":1}]");
    http_refused(&shop, "GET", "/user/1/pets?where={", NULL, "E_INVALID_CRITERIA");
    shop_end(&shop);
}

/* pubsub-and-blueprints 28 */
static void a_single_record_has_no_limit(void **state)
{
    static const char *const modifiers[] = {"limit=1", "skip=1", "sort=addr", "select=addr",
                                            "omit=addr"};
    struct shop shop;

    (void)state;
    fill(&shop);
    for (size_t i = 0; i < ARRAY_LEN(modifiers); i++) {
        char target[64];

        snprintf(target, sizeof(target), "/user/1/home?%s", modifiers[i]);
        http_refused(&shop, "GET", target, NULL, "E_INVALID_POPULATES");
    }
    shop_end(&shop);
}

static void make_a_table(struct shop *shop, const char *sql)
{
    sails_db *db = NULL;

    assert_int_equal(sails_app_lease(shop->live.app, &db), 0);
    assert_int_equal(sails_native(db, NULL, sql, NULL, NULL, NULL), 0);
    sails_app_release(shop->live.app, db);
}

/* There, over HTTP, records go out as they are read; what has a view of its own, or is populated, as ever. */
static void production_answers_as_development_does(void **state)
{
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    shop_set(&shop, "environment", "\"production\"");
    shop_set(&shop, "models",
             "{\"migrate\": \"safe\", \"attributes\":"
             " {\"id\": {\"type\": \"number\", \"autoIncrement\": true}}}");
    shop_set(&shop, "session.secret", "\"a secret that nobody can guess, 42\"");
    shop_set(&shop, "sockets.onlyAllowOrigins", "[\"http://127.0.0.1\"]");
    live_lift(&shop.live);
    make_a_table(&shop, "CREATE TABLE toy (id INTEGER PRIMARY KEY, name TEXT)");
    make_a_table(&shop, "CREATE TABLE secret (id INTEGER PRIMARY KEY, name TEXT, password TEXT)");
    http_ask(&shop, "POST", "/toy", "{\"name\":\"a \\\"ball\\\"\"}", 200,
             "{\"id\":1,\"name\":\"a \\\"ball\\\"\"}");
    http_ask(&shop, "POST", "/toy", "{\"name\":\"kite\"}", 200, NULL);
    http_ask(&shop, "POST", "/secret", "{\"name\":\"ann\",\"password\":\"p\"}", 200,
             "{\"id\":1,\"name\":\"ann\"}");
    http_ask(&shop, "GET", "/toy", NULL, 200,
             "[{\"id\":1,\"name\":\"a \\\"ball\\\"\"},{\"id\":2,\"name\":\"kite\"}]");
    http_ask(&shop, "GET", "/toy?name=car", NULL, 200, "[]");
    http_ask(&shop, "GET", "/toy/2", NULL, 200, "{\"id\":2,\"name\":\"kite\"}");
    http_ask(&shop, "GET", "/toy/7", NULL, 404, "Not Found");
    http_refused(&shop, "GET", "/toy?where=x", NULL, "E_INVALID_CRITERIA");
    http_refused(&shop, "GET", "/toy/two", NULL, "E_INVALID_CRITERIA");
    http_ask(&shop, "GET", "/secret", NULL, 200, "[{\"id\":1,\"name\":\"ann\"}]");
    http_ask(&shop, "GET", "/secret/1", NULL, 200, "{\"id\":1,\"name\":\"ann\"}");
    live_end(&shop.live);
}

/* What the program was answered; the test's thread waits for it. */
struct own_answer {
    int n; /* changed atomically: the worker answers */
    char *body;
};

static void on_own_answer(int status, json_t *jwr, void *ctx)
{
    struct own_answer *answer = ctx;

    assert_int_equal(status, 0);
    answer->body = json_dumps(json_object_get(jwr, "body"), JSON_ENCODE_ANY | JSON_COMPACT);
    __atomic_store_n(&answer->n, 1, __ATOMIC_RELEASE);
    live_notify();
}

static bool is_answered(void *ctx)
{
    return __atomic_load_n(&((struct own_answer *)ctx)->n, __ATOMIC_ACQUIRE) == 1;
}

/* The body is a value, not JSON in a text. */
static void program_gets(struct shop *shop, const char *address, json_t *data, const char *want)
{
    struct own_answer answer = {0};

    assert_int_equal(sails_app_request(shop->live.app, address, data, NULL, on_own_answer, &answer),
                     0);
    assert_true(live_wait(is_answered, &answer));
    assert_string_equal(answer.body, want);
    mem_free(answer.body);
}

static void a_program_that_asks_itself_gets_values(void **state)
{
    struct shop shop;

    (void)state;
    fill_toys(&shop, 1);
    program_gets(&shop, "GET /toy", NULL, "[{\"id\":1,\"name\":\"a\"}]");
    program_gets(&shop, "GET /toy/1", NULL, "{\"id\":1,\"name\":\"a\"}");
    program_gets(&shop, "POST /toy", json_pack("{s:s}", "name", "kite"),
                 "{\"id\":2,\"name\":\"kite\"}");
    program_gets(&shop, "DELETE /toy/2", NULL, "{\"id\":2,\"name\":\"kite\"}");
    shop_end(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_30_records_unless_it_is_asked_for_others),
        cmocka_unit_test(a_list_is_sorted_and_begins_later),
        cmocka_unit_test(other_parameters_filter),
        cmocka_unit_test(where_is_the_whole_filter),
        cmocka_unit_test(attributes_and_associations_are_chosen),
        cmocka_unit_test(all_associations_are_populated_collections_with_30),
        cmocka_unit_test(one_record_is_found_or_not),
        cmocka_unit_test(an_association_is_a_list_or_a_record),
        cmocka_unit_test(a_single_record_has_no_limit),
        cmocka_unit_test(production_answers_as_development_does),
        cmocka_unit_test(a_program_that_asks_itself_gets_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
