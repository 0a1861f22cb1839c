#include "definitions/definitions.h"
#include "orm/database.h"
#include "orm/migrate.h"
#include "support/cmocka.h"
#include "support/models.h"

#include <sails/db.h>
#include <sails/err.h>

/* An application's callbacks, and its own errors: over SQLite in memory. */

static int refuse_bad(sails_db *db, const char *model, json_t *value, void *ctx)
{
    const char *name = json_string_value(json_object_get(value, "name"));

    (void)model;
    (void)ctx;
    if (strcmp(name, "bad") == 0) {
        return sails_db_refuse(db, "E_BAD", "Bad is not good.");
    }
    if (strcmp(name, "silent") == 0) {
        return SAILS_ESTATE;
    }
    json_object_set_new(value, "name", json_sprintf("%s!", name));
    return 0;
}

static const struct sails_model_function *find_function(const char *name, void *ctx)
{
    static const struct sails_model_function before = {.name = "before", .lifecycle = refuse_bad};

    (void)ctx;
    return strcmp(name, "before") == 0 ? &before : NULL;
}

struct world {
    struct orm *orm;
    struct datastores datastores;
    sails_db *db;
};

static int64_t stopped_clock(void *ctx)
{
    (void)ctx;
    return 1000;
}

static void open_world(struct world *w)
{
    struct definitions definitions = {
        .models = models_json("{'thing': {'attributes': {'id': {'type': 'number', 'autoIncrement': "
                              "true}, 'name': 'string'}, 'beforeCreate': '@before', "
                              "'archiveModelIdentity': false}}"),
        .datastores = models_json("{'default': {'adapter': 'sqlite', 'url': ':memory:'}}"),
        .find_function = find_function};
    struct buf problems = {0};
    struct buf warnings = {0};
    bool is_about_models = false;

    assert_int_equal(
        definitions_read(&definitions, &problems, &warnings, &is_about_models, &w->orm), 0);
    assert_int_equal(datastores_init(&w->datastores, w->orm, &problems), 0);
    w->datastores.now_ms = stopped_clock;
    w->db = database_create(&w->datastores);
    assert_non_null(w->db);
    assert_int_equal(migrate_run(w->db, MIGRATE_DROP, NULL, NULL), 0);
    json_decref(definitions.models);
    json_decref(definitions.datastores);
}

static void close_world(struct world *w)
{
    database_destroy(w->db);
    datastores_deinit(&w->datastores);
    orm_destroy(w->orm);
}

static void expect_count(struct world *w, int64_t expected)
{
    int64_t n = -1;

    assert_int_equal(sails_count(w->db, "thing", NULL, &n), 0);
    assert_int_equal(n, expected);
}

/* waterline 28, 37 */
static void a_callback_changes_what_is_written(void **state)
{
    struct world w;
    json_t *record = NULL;

    (void)state;
    open_world(&w);
    assert_int_equal(sails_create(w.db, "thing", models_json("{'name': 'good'}"),
                                  &(struct sails_query){.meta = models_json("{'fetch': true}")},
                                  &record),
                     0);
    models_expect_json(record, "{'id': 1, 'name': 'good!'}");
    close_world(&w);
}

/* waterline 37: an error of a callback is the call's, unchanged, and nothing is written. */
static void a_callback_may_refuse_with_an_error_of_its_own(void **state)
{
    struct world w;

    (void)state;
    open_world(&w);
    assert_int_equal(sails_create_each(w.db, "thing",
                                       models_json("[{'name': 'good'}, {'name': 'bad'}]"), NULL,
                                       NULL),
                     SAILS_EREFUSED);
    models_expect_json(sails_db_error_json(w.db),
                       "{'name': 'Error', 'code': 'E_BAD', 'message': 'Bad is not good.'}");
    expect_count(&w, 0);
    assert_int_equal(sails_create(w.db, "thing", models_json("{'name': 'silent'}"), NULL, NULL),
                     SAILS_ESTATE);
    assert_null(sails_db_error_code(w.db));
    assert_string_equal(sails_db_error(w.db), "SAILS_ESTATE: a callback of `thing` failed");
    expect_count(&w, 0);
    close_world(&w);
}

static int write_and_refuse(sails_db *db, void *ctx)
{
    (void)ctx;
    assert_int_equal(sails_create(db, "thing", models_json("{'name': 'good'}"), NULL, NULL), 0);
    return sails_db_refuse(db, NULL, "Not today.");
}

/* waterline 35 */
static void a_transaction_may_be_refused_by_its_body(void **state)
{
    struct world w;

    (void)state;
    open_world(&w);
    assert_int_equal(sails_transaction(w.db, write_and_refuse, NULL), SAILS_EREFUSED);
    models_expect_json(sails_db_error_json(w.db), "{'name': 'Error', 'message': 'Not today.'}");
    expect_count(&w, 0);
    close_world(&w);
}

static void nothing_is_refused_without_a_word(void **state)
{
    struct world w;

    (void)state;
    open_world(&w);
    assert_int_equal(sails_db_refuse(NULL, "E_X", "x"), SAILS_EINVAL);
    assert_int_equal(sails_db_refuse(w.db, "E_X", NULL), SAILS_EINVAL);
    assert_string_equal(sails_db_error(w.db), "");
    close_world(&w);
}

/* Every public function without what it needs: an error, and no JSON is left over. */
static void expect_nothing_done(sails_db *db, const char *model)
{
    struct sails_query query = {.populates = json_object(), .meta = json_object()};
    json_t *value = NULL;
    double number = 7;
    int64_t n = 7;
    bool created = true;

    assert_int_equal(sails_find(db, model, json_object(), &query, &value), SAILS_EINVAL);
    assert_int_equal(sails_find_one(db, model, json_object(), NULL, &value), SAILS_EINVAL);
    assert_int_equal(sails_count(db, model, json_object(), &n), SAILS_EINVAL);
    assert_int_equal(sails_sum(db, model, "n", json_object(), &number), SAILS_EINVAL);
    assert_int_equal(sails_avg(db, model, NULL, json_object(), &number), SAILS_EINVAL);
    assert_int_equal(sails_each_batch(db, model, json_object(), NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_create(db, model, json_object(), NULL, &value), SAILS_EINVAL);
    assert_int_equal(sails_create_each(db, model, json_array(), NULL, &value), SAILS_EINVAL);
    assert_int_equal(
        sails_find_or_create(db, model, json_object(), json_object(), NULL, &value, &created),
        SAILS_EINVAL);
    assert_int_equal(sails_update(db, model, json_object(), json_object(), NULL, &value),
                     SAILS_EINVAL);
    assert_int_equal(sails_update_one(db, model, json_object(), json_object(), NULL, &value),
                     SAILS_EINVAL);
    assert_int_equal(sails_destroy(db, model, json_object(), NULL, &value), SAILS_EINVAL);
    assert_int_equal(sails_destroy_one(db, model, json_object(), NULL, &value), SAILS_EINVAL);
    assert_int_equal(sails_archive(db, model, json_object(), NULL, &value), SAILS_EINVAL);
    assert_int_equal(sails_archive_one(db, model, json_object(), NULL, &value), SAILS_EINVAL);
    assert_int_equal(sails_add_to_collection(db, model, json_array(), "x", json_array()),
                     SAILS_EINVAL);
    assert_int_equal(sails_remove_from_collection(db, model, json_array(), NULL, json_array()),
                     SAILS_EINVAL);
    assert_int_equal(sails_replace_collection(db, model, json_array(), "x", json_array()),
                     SAILS_EINVAL);
    assert_int_equal(sails_validate(db, model, "name", json_object(), &value), SAILS_EINVAL);
    assert_null(value);
    assert_true(number == 7 && n == 7 && created);
}

static void without_a_connection_or_a_model_nothing_is_done(void **state)
{
    struct world w;

    (void)state;
    open_world(&w);
    expect_nothing_done(NULL, "thing");
    expect_nothing_done(w.db, NULL);
    expect_nothing_done(w.db, "nothing");
    assert_string_not_equal(sails_db_error(w.db), "");
    assert_int_equal(sails_transaction(NULL, write_and_refuse, NULL), SAILS_EINVAL);
    assert_int_equal(sails_transaction(w.db, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_transaction_on(w.db, "nowhere", write_and_refuse, NULL), SAILS_EINVAL);
    assert_int_equal(sails_native(NULL, NULL, "SELECT 1", json_array(), NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_native(w.db, NULL, NULL, json_array(), NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_native(w.db, "nowhere", "SELECT 1", json_array(), NULL, NULL),
                     SAILS_EINVAL);
    assert_int_equal(sails_native(w.db, NULL, "SELECT 1", json_object(), NULL, NULL), SAILS_EINVAL);
    assert_null(sails_db_driver(NULL, NULL));
    assert_null(sails_db_driver(w.db, "nowhere"));
    assert_string_equal(sails_db_error(NULL), "");
    assert_null(sails_db_error_code(NULL));
    assert_string_equal(sails_db_error_name(NULL), "");
    assert_string_equal(sails_db_error_details(NULL), "");
    assert_null(sails_db_error_json(NULL));
    close_world(&w);
}

/* A name of an attribute comes from programs: no text is no attribute. */
static void a_name_that_is_no_text_names_nothing(void **state)
{
    struct world w;
    double sum = 0;

    (void)state;
    open_world(&w);
    assert_int_equal(sails_sum(w.db, "thing", "\xff", NULL, &sum), SAILS_EINVAL);
    assert_string_equal(sails_db_error_code(w.db), "E_INVALID_NUMERIC_ATTR_NAME");
    assert_int_equal(sails_add_to_collection(w.db, "thing", json_integer(1), "\xff", json_array()),
                     SAILS_EINVAL);
    assert_string_equal(sails_db_error_code(w.db), "E_INVALID_COLLECTION_ATTR_NAME");
    close_world(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_callback_changes_what_is_written),
        cmocka_unit_test(a_callback_may_refuse_with_an_error_of_its_own),
        cmocka_unit_test(a_transaction_may_be_refused_by_its_body),
        cmocka_unit_test(nothing_is_refused_without_a_word),
        cmocka_unit_test(without_a_connection_or_a_model_nothing_is_done),
        cmocka_unit_test(a_name_that_is_no_text_names_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
