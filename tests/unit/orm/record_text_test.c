#include "orm/record_text.h"

#include "base/json_value.h"
#include "base/macros.h"
#include "base/mem.h"
#include "orm/method.h"
#include "support/cmocka.h"
#include "support/database.h"
#include "support/models.h"
#include "support/orm_world.h"

/* Text that is written as rows are read is the text of the values that are read. */

static const char *const kinds[] = {"sqlite", "postgresql", "mariadb"};
static struct database databases[ARRAY_LEN(kinds)];

static const char models[] =
    "{'thing': {'attributes': {'id': {'type': 'number', 'autoIncrement': true},"
    " 'te\\u0022xt': {'type': 'string', 'columnName': 'words'}, 'n': 'number', 'yes': 'boolean',"
    " 'any': 'json', 'maybe': {'type': 'string', 'allowNull': true},"
    " 'secret': {'type': 'string', 'encrypt': true},"
    " 'hidden': {'type': 'number', 'encrypt': true}}}}";
static const char defaults[] =
    "{'archiveModelIdentity': false,"
    " 'dataEncryptionKeys': {'default': 'Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI='}}";

static const char *const records[] = {
    "{'te\\u0022xt': 'a', 'n': 1, 'yes': true, 'any': {'b': [1, 2.5, null]}, 'secret': 's', 'hidden': 7}",
    "{'te\\u0022xt': '\\u0022\\\\\\n\\u0001\\u20ac\\ud83d\\ude00', 'n': -0.5, 'maybe': 'x', 'any': 'text'}",
    "{'n': 1700000000000, 'any': 1, 'hidden': 0}",
    "{'n': 1e300, 'any': [], 'secret': ''}",
    "{'n': -9007199254740991, 'any': null, 'maybe': ''}",
    "{'n': 0, 'any': 1e21}",
};

static void open_world(struct orm_world *w, const struct database *database)
{
    char *of_models = NULL;
    char *of_defaults = NULL;
    json_t *json = models_json(models);

    of_models = json_dumps(json, 0);
    json_decref(json);
    json = models_json(defaults);
    of_defaults = json_dumps(json, 0);
    json_decref(json);
    orm_world_open(w, database_config(database), of_models, of_defaults);
    mem_free(of_models);
    mem_free(of_defaults);
    for (size_t i = 0; i < ARRAY_LEN(records); i++) {
        assert_int_equal(sails_create(w->db, "thing", models_json(records[i]), NULL, NULL), 0);
    }
}

static const struct orm_model *thing(const struct orm_world *w)
{
    return orm_find_model(w->orm, STR("thing"));
}

/* Both ways; *n: how many records. */
static void compare(struct orm_world *w, enum orm_method method, const char *criteria,
                    const char *meta, size_t n)
{
    struct orm_call call = {.criteria = criteria != NULL ? models_json(criteria) : NULL,
                            .meta = meta != NULL ? models_json(meta) : NULL};
    struct method_result result = {0};
    struct buf text = {0};
    struct buf want = {0};
    size_t n_found = 99;

    assert_int_equal(method_find_text(w->db, thing(w), method, &call, &text, &n_found), 0);
    assert_int_equal(method_run(w->db, thing(w), method, &call, NULL, NULL, &result), 0);
    if (result.value != NULL) {
        assert_int_equal(json_value_write(&want, result.value), 0);
    }
    assert_int_equal(n_found, n);
    assert_true(str_eq(buf_str(&text), buf_str(&want)));
    json_decref(result.value);
    json_decref(call.criteria);
    json_decref(call.meta);
    buf_deinit(&text);
    buf_deinit(&want);
}

static void the_text_is_that_of_the_values(const struct database *database)
{
    struct orm_world w;

    open_world(&w, database);
    compare(&w, ORM_FIND, NULL, NULL, ARRAY_LEN(records));
    compare(&w, ORM_FIND, "{'sort': 'n DESC', 'limit': 3, 'skip': 1}", NULL, 3);
    compare(&w, ORM_FIND, "{'select': ['n', 'any']}", NULL, ARRAY_LEN(records));
    compare(&w, ORM_FIND, "{'where': {'n': 1}, 'omit': ['any', 'te\\u0022xt']}", NULL, 1);
    compare(&w, ORM_FIND, NULL, "{'decrypt': true}", ARRAY_LEN(records));
    compare(&w, ORM_FIND, "{'id': 77}", NULL, 0);
    compare(&w, ORM_FIND, "{'id': {'in': []}}", NULL, 0);
    compare(&w, ORM_FIND_ONE, "{'id': 2}", NULL, 1);
    compare(&w, ORM_FIND_ONE, "{'id': 2}", "{'decrypt': true}", 1);
    compare(&w, ORM_FIND_ONE, "{'id': 77}", NULL, 0);
    compare(&w, ORM_FIND_ONE, "{'n': 1}", NULL, 1);
    orm_world_close(&w);
}

/* What is there already stays, whatever is wrong. */
static void an_error_leaves_no_text(const struct database *database)
{
    struct orm_call many = {.criteria = models_json("{'n': {'>': -1}}")};
    struct orm_call wrong = {.criteria = models_json("{'where': {'id': {'<': 'x'}}}")};
    struct orm_world w;
    struct buf text = {0};
    size_t n = 0;

    open_world(&w, database);
    buf_append_str(&text, STR("before"));
    assert_int_equal(method_find_text(w.db, thing(&w), ORM_FIND_ONE, &many, &text, &n),
                     SAILS_ESTATE);
    assert_non_null(strstr(sails_db_error(w.db), "More than one matching record"));
    assert_int_equal(method_find_text(w.db, thing(&w), ORM_FIND, &wrong, &text, &n), SAILS_EINVAL);
    assert_string_equal(sails_db_error_code(w.db), ORM_E_INVALID_CRITERIA);
    assert_int_equal(sails_native(w.db, NULL, "DROP TABLE thing", NULL, NULL, NULL), 0);
    assert_true(method_find_text(w.db, thing(&w), ORM_FIND, &(struct orm_call){0}, &text, &n) < 0);
    assert_true(str_eq(buf_str(&text), STR("before")));
    buf_deinit(&text);
    json_decref(many.criteria);
    json_decref(wrong.criteria);
    orm_world_close(&w);
}

/* In SQLite a column may hold what is no text. */
static void bytes_that_are_no_text_are_null(void **state)
{
    struct orm_world w;

    (void)state;
    open_world(&w, &databases[0]);
    assert_int_equal(
        sails_native(w.db, NULL,
                     "UPDATE thing SET words = x'ff00', maybe = 2.5, n = 'seven', yes = 3", NULL,
                     NULL, NULL),
        0);
    compare(&w, ORM_FIND, NULL, NULL, ARRAY_LEN(records));
    orm_world_close(&w);
}

static void each_allocation_may_fail(void **state)
{
    struct orm_world w;
    bool is_done = false;

    (void)state;
    open_world(&w, &databases[0]);
    for (long at = 0; !is_done; at++) {
        struct orm_call call = {0};
        struct buf text = {0};
        size_t n = 0;
        int rc = 0;

        mem_fail_after(at);
        rc = method_find_text(w.db, thing(&w), ORM_FIND, &call, &text, &n);
        mem_fail_after(-1);
        is_done = rc == 0;
        assert_true(is_done || rc == SAILS_ENOMEM);
        buf_deinit(&text);
    }
    orm_world_close(&w);
}

static void the_text_is_that_of_the_values_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(databases); i++) {
        the_text_is_that_of_the_values(&databases[i]);
    }
}

static void an_error_leaves_no_text_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(databases); i++) {
        an_error_leaves_no_text(&databases[i]);
    }
}

DATABASE_GROUP(databases, kinds)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_that_of_the_values_everywhere),
        cmocka_unit_test(an_error_leaves_no_text_everywhere),
        cmocka_unit_test(bytes_that_are_no_text_are_null),
        cmocka_unit_test(each_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, start_all, end_all);
}
