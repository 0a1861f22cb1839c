#include "orm/values.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/models.h"

#include <sails/err.h>

#define NOW INT64_C(1700000000123)

static struct orm *read_models(void)
{
    return models_read(
        "{'user': {'attributes': {'id': {'type': 'number', 'autoIncrement': true},"
        " 'createdAt': {'type': 'number', 'autoCreatedAt': true},"
        " 'updatedAt': {'type': 'string', 'autoUpdatedAt': true},"
        " 'name': {'type': 'string', 'required': true, 'maxLength': 5},"
        " 'email': {'type': 'string', 'isEmail': true, 'maxLength': 10},"
        " 'age': {'type': 'number', 'max': 150, 'isInteger': true, 'custom': '@isEven'},"
        " 'bio': {'type': 'string', 'allowNull': true}, 'active': 'boolean', 'meta': 'json',"
        " 'any': 'ref', 'role': {'type': 'string', 'defaultsTo': 'user'},"
        " 'tags': {'type': 'json', 'defaultsTo': ['a']}, 'boss': {'model': 'user'},"
        " 'secret': {'type': 'json', 'encrypt': true},"
        " 'pets': {'collection': 'pet', 'via': 'owner'}, 'friends': {'collection': 'user'}},"
        " 'dataEncryptionKeys': {'default': 'Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI='}},"
        " 'pet': {'attributes': {'id': 'string', 'owner': {'model': 'user', 'required': true},"
        " 'doc': {'type': 'json', 'required': true}, 'flag': {'type': 'boolean', 'required': "
        "true}}},"
        " 'bare': {'attributes': {'id': 'string', 'n': {'type': 'number', 'allowNull': true}}}}");
}

enum purpose {
    NEW_RECORD,
    TO_SET
};

struct reading {
    struct orm *orm;
    json_t *json;
    struct arena arena;
    struct values values;
    struct orm_error error;
    int rc;
};

static void read_values(struct reading *r, enum purpose purpose, const char *model,
                        const char *json)
{
    struct values_options options = {.now_ms = NOW};

    *r = (struct reading){.orm = read_models(), .json = json != NULL ? models_json(json) : NULL};
    r->rc = (purpose == NEW_RECORD ? values_read_new_record : values_read_set)(
        &r->values, &r->arena, orm_find_model(r->orm, str_from(model)), r->json, &options,
        &r->error);
}

static void end_reading(struct reading *r)
{
    json_decref(r->json);
    arena_deinit(&r->arena);
    orm_error_clear(&r->error);
    orm_destroy(r->orm);
}

static void expect_values(enum purpose purpose, const char *model, const char *given,
                          const char *expected)
{
    struct reading r;

    read_values(&r, purpose, model, given);
    if (r.rc < 0) {
        fail_msg("%s: %s", given, orm_error_message(&r.error));
    }
    models_expect_json(values_to_json(&r.values, purpose == NEW_RECORD), expected);
    end_reading(&r);
}

/* waterline 1, 2, 4: base values, defaults, timestamps; unknown attributes are dropped. */
static void a_new_record_is_completed(void **state)
{
    (void)state;
    expect_values(NEW_RECORD, "user", "{'name': 'A', 'bogus': 1}",
                  "{'id': null, 'createdAt': 1700000000123, 'updatedAt': "
                  "'2023-11-14T22:13:20.123Z', 'name': 'A', 'email': '', 'age': 0, 'bio': null, "
                  "'active': false, 'meta': null, 'any': null, 'role': 'user', 'tags': ['a'], "
                  "'boss': null, 'secret': null, 'pets': [], 'friends': []}");
    expect_values(NEW_RECORD, "bare", NULL, "{'id': null, 'n': null}");
    expect_values(NEW_RECORD, "bare", "{}", "{'id': null, 'n': null}");
}

/* waterline 3, 5, 7 */
static void what_is_given_is_coerced_and_kept(void **state)
{
    (void)state;
    expect_values(
        NEW_RECORD, "user",
        "{'id': '101', 'createdAt': 5, 'updatedAt': 'x', 'name': 5, 'email': 'a@b.co', "
        "'age': '30', 'bio': null, 'active': 1, 'meta': {'k': [1]}, 'any': 'x', 'role': "
        "'', 'tags': null, 'boss': '7', 'secret': '', 'pets': ['a', 'b', 'a'], 'friends': "
        "3}",
        "{'id': 101, 'createdAt': 5, 'updatedAt': 'x', 'name': '5', 'email': 'a@b.co', "
        "'age': 30, 'bio': null, 'active': true, 'meta': {'k': [1]}, 'any': 'x', 'role': "
        "'', 'tags': null, 'boss': 7, 'secret': '', 'pets': ['a', 'b'], 'friends': [3]}");
}

static void a_new_record_has_the_columns_in_their_order(void **state)
{
    struct reading r;

    (void)state;
    read_values(&r, NEW_RECORD, "user", "{'boss': 1, 'name': 'A', 'pets': []}");
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.values.n, r.values.model->n_columns);
    for (size_t i = 0; i < r.values.n; i++) {
        assert_ptr_equal(r.values.values[i].attribute, r.values.model->columns[i]);
    }
    assert_int_equal(r.values.n_collections, 1);
    end_reading(&r);
}

static void values_to_set_are_those_that_were_given(void **state)
{
    (void)state;
    expect_values(TO_SET, "user", "{'age': '30', 'bogus': 1, 'friends': []}",
                  "{'age': 30, 'friends': [], 'updatedAt': '2023-11-14T22:13:20.123Z'}");
    expect_values(TO_SET, "user", "{'updatedAt': 'x', 'boss': null}",
                  "{'updatedAt': 'x', 'boss': null}");
    expect_values(TO_SET, "user", "{}", "{'updatedAt': '2023-11-14T22:13:20.123Z'}");
    expect_values(TO_SET, "bare", "{}", "{}");
}

/* waterline 30: what is set is encrypted, but for '', 0, false and null. */
static void secrets_are_encrypted(void **state)
{
    struct reading r;
    json_t *json = NULL;

    (void)state;
    read_values(&r, NEW_RECORD, "user", "{'name': 'A', 'secret': {'a': 1}}");
    json = values_to_json(&r.values, true);
    assert_int_equal(strncmp(json_string_value(json_object_get(json, "secret")),
                             "YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$", 29),
                     0);
    json_decref(json);
    end_reading(&r);
}

static void encryption_can_be_skipped_or_named(void **state)
{
    struct orm *orm = read_models();
    const struct orm_model *user = orm_find_model(orm, STR("user"));
    json_t *json = models_json("{'name': 'A', 'secret': 5}");
    struct arena arena = {0};
    struct values values;
    struct orm_error error = {0};

    (void)state;
    assert_int_equal(values_read_new_record(&values, &arena, user, json,
                                            &(struct values_options){.skip_encryption = true},
                                            &error),
                     0);
    json_t *record = values_to_json(&values, true);

    models_expect_json(json_incref(json_object_get(record, "secret")), "5");
    json_decref(record);
    assert_int_equal(values_read_new_record(&values, &arena, user, json,
                                            &(struct values_options){.encrypt_with = "nope"},
                                            &error),
                     SAILS_EINVAL);
    assert_int_equal(error.class, ORM_ERROR_PLAIN);
    assert_null(error.code);
    assert_non_null(strstr(orm_error_message(&error), "by that name (`nope`)"));
    orm_error_clear(&error);
    json_decref(json);
    arena_deinit(&arena);
    orm_destroy(orm);
}

struct refusal {
    enum purpose purpose;
    const char *model, *given, *code, *details;
};

/* waterline 2, 3, 7, 39, 12.4, and the messages of section 3. */
static void what_does_not_fit_is_refused(void **state)
{
    static const struct refusal rows[] = {
        {NEW_RECORD, "user", "{}", ORM_E_REQUIRED,
         "Missing value for required attribute `name`.  Expected a string, but instead, got: "
         "undefined"},
        {NEW_RECORD, "pet", "{}", ORM_E_REQUIRED,
         "Missing value for required attribute `owner`.  Expected a number (the id of a user), but "
         "instead, got: undefined"},
        {NEW_RECORD, "pet", "{'owner': 1}", ORM_E_REQUIRED,
         "Missing value for required attribute `doc`.  Expected a JSON-compatible value, but "},
        {NEW_RECORD, "user", "{'name': ''}", ORM_E_REQUIRED,
         "Could not use specified `name`.  Cannot set \"\" (empty string) for a required attribute."},
        {NEW_RECORD, "user", "{'name': null}", ORM_E_TYPE,
         "New record contains the wrong type of data for property `name`.  Specified value is not a "
         "valid `name`.  1 error validating value: \n • Specified value (a null: null) doesn't "
         "match the expected type: 'string'"},
        {NEW_RECORD, "pet", "{'owner': null}", ORM_E_REQUIRED,
         "Could not use specified `owner`.  Cannot set `null` for required association (`owner`)."},
        {NEW_RECORD, "pet", "{'doc': null}", ORM_E_REQUIRED,
         "Could not use specified `doc`.  Cannot set `null` for a required attribute."},
        {NEW_RECORD, "pet", "{'doc': ''}", ORM_E_REQUIRED, "Cannot set \"\" (empty string)"},
        {NEW_RECORD, "user", "{'age': 'abc'}", ORM_E_TYPE,
         "New record contains the wrong type of data for property `age`.  Specified value is not a "
         "valid `age`.  1 error validating value: \n • Specified value (a string: 'abc') doesn't "
         "match the expected type: 'number'"},
        {NEW_RECORD, "user", "{'age': null}", ORM_E_TYPE,
         "New record contains the wrong type of data for property `age`.  Specified value (`null`) "
         "is not a valid `age`."},
        {NEW_RECORD, "user", "{'age': ' 5'}", ORM_E_TYPE, "property `age`"},
        {NEW_RECORD, "user", "{'age': 9007199254740993}", ORM_E_TYPE, "property `age`"},
        {NEW_RECORD, "user", "{'email': 'nope'}", ORM_E_VIOLATES_RULES,
         "Could not use specified `email`.  Violated one or more validation rules:\n  • Value "
         "('nope') was not a valid email address.\n"},
        {NEW_RECORD, "user", "{'age': 200.5}", ORM_E_VIOLATES_RULES,
         "  • Value (200.5) was greater than the configured maximum (150)\n  • Value (200.5) was "
         "not an integer.\n"},
        {NEW_RECORD, "user", "{'age': 3}", ORM_E_VIOLATES_RULES,
         "  • Value (3) failed custom validation.\n"},
        {NEW_RECORD, "user", "{'age': 103}", ORM_E_VIOLATES_RULES, "  • Odd, and great.\n"},
        /* In the order of what is given; what is missing comes after it. */
        {NEW_RECORD, "user", "{'email': 'nope', 'age': 'x'}", ORM_E_VIOLATES_RULES, "`email`"},
        {NEW_RECORD, "user", "{'age': 'x', 'email': 'nope'}", ORM_E_TYPE, "`age`"},
        {NEW_RECORD, "user", "{'id': null}", ORM_E_HIGHLY_IRREGULAR,
         "Could not use specified `id`.  Invalid primary key value.  Instead of a number (the "
         "expected pk type), got: null"},
        {NEW_RECORD, "user", "{'id': -1}", ORM_E_HIGHLY_IRREGULAR, "Invalid primary key value."},
        {NEW_RECORD, "bare", "{'id': 5}", ORM_E_HIGHLY_IRREGULAR, "Invalid primary key value."},
        {NEW_RECORD, "bare", "{'id': ''}", ORM_E_HIGHLY_IRREGULAR, "Cannot use empty string"},
        {NEW_RECORD, "user", "{'createdAt': ''}", ORM_E_HIGHLY_IRREGULAR,
         "If specified, should be a valid JS timestamp (unix epoch ms).  But instead, it was empty "
         "string (\"\")."},
        {NEW_RECORD, "user", "{'updatedAt': ''}", ORM_E_HIGHLY_IRREGULAR,
         "JSON timestamp (ISO 8601)"},
        {NEW_RECORD, "user", "{'boss': {'id': 1}}", ORM_E_HIGHLY_IRREGULAR,
         "Could not use specified `boss`.  Expecting an id representing the associated record"},
        {NEW_RECORD, "user", "{'boss': 'x'}", ORM_E_HIGHLY_IRREGULAR, "is not a valid `boss`."},
        {NEW_RECORD, "user", "{'friends': ['x']}", ORM_E_HIGHLY_IRREGULAR,
         "Could not use specified `friends`.  If specified, expected `friends` to be an array of "
         "ids"},
        {NEW_RECORD, "user", "{'friends': null}", ORM_E_HIGHLY_IRREGULAR, "to be an array of ids"},
        {NEW_RECORD, "user", "{'bio': 'a\\u0000b'}", ORM_E_TYPE, "NUL"},
        {NEW_RECORD, "user", "5", ORM_E_HIGHLY_IRREGULAR,
         "Expecting new record to be provided as a dictionary (plain JavaScript object) but "
         "instead, got: 5"},
        {NEW_RECORD, "user", "null", ORM_E_HIGHLY_IRREGULAR, "instead, got: null"},
        {TO_SET, "user", "null", ORM_E_HIGHLY_IRREGULAR,
         "Expecting a dictionary (plain JavaScript object) but instead, got: null"},
        {TO_SET, "user", NULL, ORM_E_HIGHLY_IRREGULAR, "but instead, got: undefined"},
        {TO_SET, "user", "{'age': 'abc'}", ORM_E_TYPE,
         "Could not use specified `age`.  Specified value is not a valid `age`."},
        {TO_SET, "user", "{'name': ''}", ORM_E_REQUIRED, "Could not use specified `name`."},
        {TO_SET, "user", "{'id': 0}", ORM_E_HIGHLY_IRREGULAR, "Cannot use zero (0)"},
        {TO_SET, "user", "{'pets': 5}", ORM_E_HIGHLY_IRREGULAR, "expected `pets`"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct reading r;

        read_values(&r, rows[i].purpose, rows[i].model, rows[i].given);
        assert_int_equal(r.rc, SAILS_EINVAL);
        assert_int_equal(r.error.class, ORM_ERROR_USAGE);
        if (strcmp(r.error.code, rows[i].code) != 0 ||
            strstr(orm_error_details(&r.error), rows[i].details) == NULL) {
            fail_msg("%s: %s, %s", rows[i].given, r.error.code, orm_error_details(&r.error));
        }
        end_reading(&r);
    }
}

static void what_is_too_deep_is_refused(void **state)
{
    char text[256] = "{'name': 'A', 'meta': ";
    struct reading r;

    (void)state;
    memset(text + strlen(text), '[', VALUES_DEPTH_MAX);
    memset(text + strlen(text), ']', VALUES_DEPTH_MAX);
    text[strlen(text)] = '}';
    read_values(&r, NEW_RECORD, "user", text);
    assert_int_equal(r.rc, 0);
    end_reading(&r);
    memcpy(text, "{'meta': [           ", 21);
    text[strlen(text) - 1] = ']';
    text[strlen(text)] = '}';
    read_values(&r, NEW_RECORD, "user", text);
    assert_int_equal(r.rc, SAILS_ETOOBIG);
    assert_non_null(strstr(orm_error_details(&r.error), "nested deeper than 64 levels"));
    end_reading(&r);
}

/* waterline 37: what a callback has changed is what is stored, unchecked. */
static void callbacks_change_values_unchecked(void **state)
{
    struct reading r;
    json_t *json = NULL;

    (void)state;
    read_values(&r, NEW_RECORD, "user", "{'name': 'A', 'friends': [2]}");
    json = values_to_json(&r.values, true);
    json_object_set_new(json, "age", json_integer(9999));
    json_object_set_new(json, "email", json_string("nope"));
    json_object_set_new(json, "bogus", json_true());
    json_object_del(json, "bio");
    json_object_set_new(json, "friends", json_pack("[s,i]", "3", 3));
    assert_int_equal(values_from_json(&r.values, &r.arena, r.values.model, json, true, &r.error),
                     0);
    assert_int_equal(r.values.n, r.values.model->n_columns);
    assert_int_equal(r.values.n_collections, 1);
    json_decref(json);
    json = values_to_json(&r.values, true);
    models_expect_json(json_incref(json_object_get(json, "age")), "9999");
    models_expect_json(json_incref(json_object_get(json, "email")), "'nope'");
    models_expect_json(json_incref(json_object_get(json, "bio")), "null");
    models_expect_json(json_incref(json_object_get(json, "friends")), "[3]");
    assert_null(json_object_get(json, "bogus"));
    json_decref(json);
    end_reading(&r);
}

static void a_callback_cannot_make_members_of_anything(void **state)
{
    struct reading r;
    json_t *json = models_json("{'friends': ['x']}");

    (void)state;
    read_values(&r, TO_SET, "user", "{'age': 2}");
    assert_int_equal(values_from_json(&r.values, &r.arena, r.values.model, json, false, &r.error),
                     SAILS_EINVAL);
    assert_string_equal(r.error.code, ORM_E_HIGHLY_IRREGULAR);
    json_decref(json);
    end_reading(&r);
}

static void what_a_callback_takes_away_is_not_set(void **state)
{
    struct reading r;
    json_t *json = models_json("{'age': 2, 'pets': []}");

    (void)state;
    read_values(&r, TO_SET, "user", "{'age': 2, 'bio': 'x'}");
    assert_int_equal(values_from_json(&r.values, &r.arena, r.values.model, json, false, &r.error),
                     0);
    models_expect_json(values_to_json(&r.values, false), "{'age': 2, 'pets': []}");
    json_decref(json);
    end_reading(&r);
}

/* What the models share is not given out to be changed. */
static void values_given_out_are_copies(void **state)
{
    struct reading r;
    json_t *json = NULL;

    (void)state;
    read_values(&r, NEW_RECORD, "user", "{'name': 'A'}");
    json = values_to_json(&r.values, true);
    json_array_append_new(json_object_get(json, "tags"), json_true());
    json_string_set(json_object_get(json, "role"), "changed");
    json_decref(json);
    json = values_to_json(&r.values, true);
    models_expect_json(json_incref(json_object_get(json, "tags")), "['a']");
    models_expect_json(json_incref(json_object_get(json, "role")), "'user'");
    json_decref(json);
    end_reading(&r);
}

static int read_write_and_read(const struct orm_model *user, json_t *json)
{
    struct arena arena = {0};
    struct values values;
    struct orm_error error = {0};
    json_t *written = NULL;
    int rc = values_read_new_record(&values, &arena, user, json,
                                    &(struct values_options){.now_ms = NOW}, &error);

    if (rc == 0) {
        written = values_to_json(&values, true);
        rc = written != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        rc = values_from_json(&values, &arena, user, written, true, &error);
    }
    json_decref(written);
    orm_error_clear(&error);
    arena_deinit(&arena);
    return rc;
}

static void any_allocation_may_fail(void **state)
{
    static const struct {
        const char *given;
        int rc;
    } rows[] = {
        {"{'name': 'A', 'age': '4', 'secret': [1], 'friends': ['1', 2], 'meta': {'a': 1}}", 0},
        {"{'email': 'nope'}", SAILS_EINVAL},
        {"{'age': 'x'}", SAILS_EINVAL},
        {"{'friends': {}}", SAILS_EINVAL},
        {"{}", SAILS_EINVAL},
        {"5", SAILS_EINVAL},
    };
    struct orm *orm = read_models();

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_t *json = models_json(rows[i].given);
        bool has_failed = true;

        for (long n = 0; has_failed; n++) {
            mem_fail_after(n);
            int rc = read_write_and_read(orm_find_model(orm, STR("user")), json);

            has_failed = mem_has_failed() != 0;
            mem_fail_after(-1);
            /* A hash table that cannot grow is slower, and no failure. */
            assert_true(rc == rows[i].rc || (has_failed && rc == SAILS_ENOMEM));
        }
        json_decref(json);
    }
    orm_destroy(orm);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_record_is_completed),
        cmocka_unit_test(what_is_given_is_coerced_and_kept),
        cmocka_unit_test(a_new_record_has_the_columns_in_their_order),
        cmocka_unit_test(values_to_set_are_those_that_were_given),
        cmocka_unit_test(secrets_are_encrypted),
        cmocka_unit_test(encryption_can_be_skipped_or_named),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(what_is_too_deep_is_refused),
        cmocka_unit_test(callbacks_change_values_unchecked),
        cmocka_unit_test(a_callback_cannot_make_members_of_anything),
        cmocka_unit_test(what_a_callback_takes_away_is_not_set),
        cmocka_unit_test(values_given_out_are_copies),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
