#include "support/http_client.h"
#include "support/live_app.h"

#include <sails/sails.h>
#include <sys/stat.h>

static const char shelf[] =
    "{\"attributes\": {\"title\": {\"type\": \"string\", \"required\": true},"
    " \"books\": {\"collection\": \"book\", \"via\": \"shelf\"}}}";
static const char book[] =
    "{\"attributes\": {\"title\": \"string\", \"shelf\": {\"model\": \"shelf\"}},"
    " \"beforeCreate\": \"@shout\"}";
static const char inherited[] =
    "{\"migrate\": \"drop\", \"attributes\": {\"id\": {\"type\": \"number\", \"autoIncrement\": true}}}";

static int shout(sails_db *db, const char *model, json_t *record, void *ctx)
{
    (void)db;
    (void)model;
    (void)ctx;
    return json_object_set_new(record, "title", json_string("SHOUTED"));
}

static const struct sails_model_function functions[] = {{.name = "shout", .lifecycle = shout}, {0}};

static int fill(sails_db *db, void *ctx)
{
    json_t **out = ctx;
    int rc = sails_create(db, "shelf", json_pack("{s:s}", "title", "a"), NULL, NULL);

    rc = rc == 0 ? sails_create(db, "book", json_pack("{s:s,s:i}", "title", "x", "shelf", 1), NULL,
                                NULL)
                 : rc;
    return rc == 0
               ? sails_find(db, "shelf", NULL,
                            &(struct sails_query){.populates = json_pack("{s:b}", "books", 1)}, out)
               : rc;
}

/* POST /fill, on a thread that may wait: a transaction */
static void fill_in_line(sails_req *req, sails_res *res)
{
    json_t *shelves = NULL;
    sails_db *db = sails_req_db(req);
    int rc = sails_transaction(db, fill, &shelves);

    if (rc < 0) {
        sails_res_server_error(res, json_string(sails_strerror(rc)));
    } else {
        sails_res_json(res, shelves);
    }
}

static void answer(int status, json_t *value, void *ctx)
{
    sails_res *res = ctx;

    if (status < 0) {
        json_decref(value);
        sails_res_server_error(res, json_string(sails_strerror(status)));
    } else {
        sails_res_json(res, value != NULL ? value : json_null());
    }
}

/* GET /shelf, on the worker */
static void find_one(sails_req *req, sails_res *res)
{
    if (sails_req_db(req) != NULL) {
        sails_res_server_error(res, NULL); /* a worker has none */
        return;
    }
    sails_find_one_async(sails_req_app(req), "shelf", json_integer(1), NULL, answer, res);
}

static void find_wrongly(sails_req *req, sails_res *res)
{
    (void)req;
    sails_find_async(sails_req_app(req), "shelf", json_pack("{s:i}", "nothing", 1), NULL, answer,
                     res);
}

static const struct sails_action_def waits = {.run = fill_in_line, .may_wait = true};
static const struct sails_action_def asks = {.run = find_one};
static const struct sails_action_def errs = {.run = find_wrongly};

static void prepare(struct live *live, const char *defaults)
{
    live_init(live, 1);
    assert_int_equal(sails_app_set(live->app, "datastores",
                                   json_pack("{s:{s:s}}", "default", "url", ":memory:")),
                     0);
    assert_int_equal(sails_app_set(live->app, "models", json_loads(defaults, 0, NULL)), 0);
    assert_int_equal(sails_app_model(live->app, "Shelf", json_loads(shelf, 0, NULL)), 0);
    assert_int_equal(sails_app_model(live->app, "Book", json_loads(book, 0, NULL)), 0);
    assert_int_equal(sails_app_model_functions(live->app, functions), 0);
    assert_int_equal(sails_app_action(live->app, "fill", &waits), 0);
    assert_int_equal(sails_app_action(live->app, "shelf", &asks), 0);
    assert_int_equal(sails_app_action(live->app, "wrong", &errs), 0);
    assert_int_equal(sails_app_bind(live->app, "POST /fill", json_string("fill")), 0);
    assert_int_equal(sails_app_bind(live->app, "GET /shelf", json_string("shelf")), 0);
    assert_int_equal(sails_app_bind(live->app, "GET /wrong", json_string("wrong")), 0);
}

static void records_are_asked_for_in_both_ways(void **state)
{
    struct live live;
    sails_db *db = NULL;
    int64_t n = 0;

    (void)state;
    prepare(&live, inherited);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/shelf", "", NULL, 200, "null");
    http_client_expect(live.port, "POST", "/fill", "", "", 200,
                       "[\n  {\n    \"id\": 1,\n    \"title\": \"a\",\n    \"books\": [\n      {\n"
                       "        \"id\": 1,\n        \"title\": \"SHOUTED\",\n        \"shelf\": 1\n"
                       "      }\n    ]\n  }\n]");
    http_client_expect(live.port, "GET", "/shelf", "", NULL, 200,
                       "{\n  \"id\": 1,\n  \"title\": \"a\"\n}");
    http_client_expect(live.port, "GET", "/wrong", "", NULL, 500, NULL);
    assert_int_equal(sails_app_lease(live.app, &db), 0);
    assert_int_equal(sails_count(db, "book", NULL, &n), 0);
    assert_int_equal(n, 1);
    sails_app_release(live.app, db);
    live_end(&live);
}

/* A newcomer's first model has routes that nobody has written. */
static void the_lift_tells_of_models_that_anybody_may_change(void **state)
{
    static const struct {
        const char *policies, *key, *value;
        const char *want; /* NULL: nothing is told */
    } cases[] = {
        {"{}", "port", "0",
         "Anybody may ask for the records of book, shelf, and change them: GET /book and so on"},
        {"{\"book/*\": false}", "port", "0",
         "Anybody may ask for the records of shelf, and change"},
        {"{\"book/*\": false, \"book/find\": true}", "port", "0",
         "Anybody may ask for the records of book, shelf, and change them: GET /book"},
        {"{\"*\": false}", "port", "0", NULL},
        {"{}", "log.noShip", "true", NULL},
        {"{}", "environment", "\"production\"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct live live;
        const char *text = cases[i].want != NULL ? cases[i].want : "Anybody may";

        prepare(&live, "{\"migrate\": \"safe\", \"attributes\": {\"id\": {\"type\": \"number\","
                       " \"autoIncrement\": true}}}");
        assert_int_equal(sails_app_set(live.app, "log.noShip", json_false()), 0);
        assert_int_equal(sails_app_set(live.app, "session.secret", json_string("a secret")), 0);
        assert_int_equal(sails_app_set(live.app, "sockets.onlyAllowOrigins",
                                       json_pack("[s]", "http://localhost:1337")),
                         0);
        assert_int_equal(
            sails_app_set(live.app, "policies", json_loads(cases[i].policies, 0, NULL)), 0);
        assert_int_equal(sails_app_set(live.app, cases[i].key,
                                       json_loads(cases[i].value, JSON_DECODE_ANY, NULL)),
                         0);
        live_lift(&live);
        if (live_log_has(&live.log, text) != (cases[i].want != NULL)) {
            fail_msg("%s, %s %s: %s", cases[i].policies, cases[i].key, cases[i].value, text);
        }
        live_end(&live);
    }
}

/* Or it would be found out by the first request. */
static void a_lift_without_a_strategy_says_that_tables_stay_as_they_are(void **state)
{
    static const char unset[] =
        "{\"attributes\": {\"id\": {\"type\": \"number\", \"autoIncrement\": true}}}";
    struct live live;

    (void)state;
    prepare(&live, unset);
    live_lift(&live);
    assert_true(live_log_has(&live.log, "`models.migrate` is not set"));
    http_client_expect(live.port, "GET", "/shelf", "", NULL, 500, NULL);
    live_end(&live);
}

static void what_is_wrong_with_models_fails_the_lift(void **state)
{
    static const struct {
        const char *defaults, *line;
    } cases[] = {
        {"{\"attributes\": {\"id\": {\"type\": \"nmber\"}}}", "nmber"},
        {"{\"migrate\": \"sometimes\"}", "sometimes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct live live;

        prepare(&live, cases[i].defaults);
        assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
        live_log_expect(&live.log, cases[i].line);
        sails_app_destroy(live.app);
    }
}

/* Every asynchronous call: its JSON is let go of, and nobody is called back. */
static void expect_not_asked(sails_app *app, int rc)
{
    struct sails_query query = {.populates = json_object(), .meta = json_object()};

    assert_int_equal(sails_find_async(app, "A", json_object(), &query, answer, NULL), rc);
    assert_int_equal(sails_find_one_async(app, NULL, json_object(), NULL, answer, NULL), rc);
    assert_int_equal(sails_count_async(app, "A", json_object(), NULL, NULL), rc);
    assert_int_equal(sails_create_async(app, "A", json_object(), NULL, answer, NULL), rc);
    assert_int_equal(sails_update_async(app, "A", json_object(), json_object(), NULL, answer, NULL),
                     rc);
    assert_int_equal(
        sails_update_one_async(app, "A", json_object(), json_object(), NULL, answer, NULL), rc);
    assert_int_equal(sails_destroy_async(app, "A", json_object(), NULL, answer, NULL), rc);
    assert_int_equal(sails_destroy_one_async(app, "A", NULL, NULL, answer, NULL), rc);
    assert_int_equal(sails_sum_async(app, "A", "n", json_object(), answer, NULL), rc);
    assert_int_equal(sails_avg_async(app, "A", NULL, json_object(), answer, NULL), rc);
    assert_int_equal(sails_create_each_async(app, "A", json_array(), NULL, answer, NULL), rc);
    assert_int_equal(
        sails_find_or_create_async(app, "A", json_object(), json_object(), NULL, answer, NULL), rc);
    assert_int_equal(sails_archive_async(app, "A", json_object(), NULL, answer, NULL), rc);
    assert_int_equal(sails_archive_one_async(app, "A", json_object(), NULL, answer, NULL), rc);
    assert_int_equal(
        sails_add_to_collection_async(app, "A", json_object(), "b", json_array(), answer, NULL),
        rc);
    assert_int_equal(
        sails_remove_from_collection_async(app, "A", NULL, NULL, json_array(), answer, NULL), rc);
    assert_int_equal(
        sails_replace_collection_async(app, "A", json_object(), "b", NULL, answer, NULL), rc);
    assert_int_equal(sails_native_async(app, NULL, NULL, json_array(), answer, NULL), rc);
}

static void wrong_calls_change_nothing(void **state)
{
    sails_app *app = sails_app_create();
    sails_db *db = NULL;

    (void)state;
    assert_int_equal(sails_app_model(NULL, "A", json_object()), SAILS_EINVAL);
    assert_int_equal(sails_app_model(app, NULL, json_object()), SAILS_EINVAL);
    assert_int_equal(sails_app_model(app, "A", json_array()), SAILS_EINVAL);
    assert_int_equal(sails_app_model(app, "A", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_model(app, "A", json_object()), 0);
    assert_int_equal(sails_app_model(app, "A", json_object()), SAILS_ECONFLICT);
    assert_int_equal(sails_app_model_functions(app, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_lease(app, &db), SAILS_ESTATE);
    assert_int_equal(sails_app_lease(NULL, &db), SAILS_EINVAL);
    assert_int_equal(sails_app_lease(app, NULL), SAILS_EINVAL);
    sails_app_release(app, NULL);
    sails_app_release(NULL, NULL);
    expect_not_asked(app, SAILS_ESTATE);
    expect_not_asked(NULL, SAILS_EINVAL);
    assert_int_equal(sails_query_async(app, NULL, answer, NULL), SAILS_EINVAL);
    assert_null(sails_req_db(NULL));
    sails_app_destroy(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_asked_for_in_both_ways),
        cmocka_unit_test(the_lift_tells_of_models_that_anybody_may_change),
        cmocka_unit_test(a_lift_without_a_strategy_says_that_tables_stay_as_they_are),
        cmocka_unit_test(what_is_wrong_with_models_fails_the_lift),
        cmocka_unit_test(wrong_calls_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
