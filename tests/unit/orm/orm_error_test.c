#include "orm/orm_error.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void assert_json(json_t *value, const char *text)
{
    json_t *expected = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(expected);
    if (!json_equal(value, expected)) {
        char *got = json_dumps(value, JSON_ENCODE_ANY);

        fail_msg("%s, not %s", got, text);
    }
    json_decref(expected);
    json_decref(value);
}

static void an_error_says_nothing_until_it_is_set(void **state)
{
    struct orm_error error = {0};

    (void)state;
    assert_string_equal(orm_error_name(&error), "");
    assert_string_equal(orm_error_message(&error), "");
    assert_string_equal(orm_error_details(&error), "");
    orm_error_clear(&error);
}

/* waterline 10: class, code and details; the message has words around them. */
static void a_wrong_call_is_a_usage_error(void **state)
{
    struct orm_error error = {0};

    (void)state;
    assert_int_equal(orm_error_set_usage(&error, ORM_E_INVALID_CRITERIA, "user", "No %d.", 5),
                     SAILS_EINVAL);
    assert_string_equal(error.code, "E_INVALID_CRITERIA");
    assert_string_equal(error.model_identity, "user");
    assert_json(
        orm_error_to_json(&error),
        "{\"name\": \"UsageError\", \"code\": \"E_INVALID_CRITERIA\", \"details\": \"No 5.\","
        " \"message\": \"Invalid criteria.\\nDetails:\\n  No 5.\"}");
    orm_error_clear(&error);
    assert_int_equal(error.class, ORM_ERROR_NONE);
}

static void setting_forgets_what_was_there(void **state)
{
    struct orm_error error = {0};

    (void)state;
    orm_error_set_foreign(&error, SAILS_EINVAL, "MyError", "E_MINE", "No.");
    error.attr_names = json_pack("[s]", "email");
    assert_json(orm_error_to_json(&error),
                "{\"name\": \"MyError\", \"code\": \"E_MINE\", \"message\": \"No.\","
                " \"attrNames\": [\"email\"]}");
    assert_int_equal(orm_error_set_usage_str(&error, ORM_E_REQUIRED, "user", STR("Missing `a`.")),
                     SAILS_EINVAL);
    assert_json(
        orm_error_to_json(&error),
        "{\"name\": \"UsageError\", \"code\": \"E_REQUIRED\", \"details\": \"Missing `a`.\","
        " \"message\": \"Missing `a`.\"}");
    orm_error_clear(&error);
}

/* waterline 6: what E_UNIQUE becomes. */
static void a_database_names_model_and_attributes(void **state)
{
    struct orm_error error = {0};

    (void)state;
    assert_int_equal(orm_error_set(&error, ORM_ERROR_ADAPTER, SAILS_EEXIST, ORM_E_UNIQUE, "%s.",
                                   "Would violate"),
                     SAILS_EEXIST);
    error.model_identity = "user";
    error.attr_names = json_pack("[s]", "email");
    assert_json(orm_error_to_json(&error),
                "{\"name\": \"AdapterError\", \"code\": \"E_UNIQUE\", \"message\": \"Would "
                "violate.\", \"modelIdentity\": \"user\", \"attrNames\": [\"email\"]}");
    orm_error_clear(&error);
}

static void text_that_is_no_utf8_is_told_as_such(void **state)
{
    struct orm_error error = {0};

    (void)state;
    orm_error_set(&error, ORM_ERROR_PLAIN, SAILS_EINVAL, NULL, "\xff");
    assert_json(orm_error_to_json(&error),
                "{\"name\": \"Error\", \"message\": \"(a text that is not UTF-8)\"}");
    orm_error_clear(&error);
}

static int set_usage(struct orm_error *error)
{
    return orm_error_set_usage(error, ORM_E_INVALID_META, "user", "A %s.", "reason");
}

static int set_foreign(struct orm_error *error)
{
    return orm_error_set_foreign(error, SAILS_EINVAL, "a", "b", "c");
}

static int set_plain(struct orm_error *error)
{
    return orm_error_set(error, ORM_ERROR_PLAIN, SAILS_EINVAL, NULL, "c");
}

static void any_allocation_may_fail(void **state)
{
    static int (*const all[])(struct orm_error *) = {set_usage, set_foreign, set_plain};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        bool has_failed = true;

        for (long n = 0; has_failed; n++) {
            struct orm_error error = {0};

            mem_fail_after(n);
            int rc = all[i](&error);

            has_failed = mem_has_failed() != 0;
            mem_fail_after(-1);
            assert_int_equal(rc, has_failed ? SAILS_ENOMEM : SAILS_EINVAL);
            assert_int_not_equal(error.class, ORM_ERROR_NONE);
            assert_string_not_equal(orm_error_message(&error), "");
            orm_error_clear(&error);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_nothing_until_it_is_set),
        cmocka_unit_test(a_wrong_call_is_a_usage_error),
        cmocka_unit_test(setting_forgets_what_was_there),
        cmocka_unit_test(a_database_names_model_and_attributes),
        cmocka_unit_test(text_that_is_no_utf8_is_told_as_such),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
