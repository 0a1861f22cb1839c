#include "web/form_fields.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void expect(json_t *value, const char *want)
{
    json_t *wanted = json_loads(want, 0, NULL);

    assert_non_null(wanted);
    if (!json_equal(value, wanted)) {
        char *text = json_dumps(value, JSON_COMPACT);

        fail_msg("%s, want %s", text, want);
    }
    json_decref(wanted);
}

static int add(struct form_fields *fields, json_t *body, const char *name, const char *value)
{
    return form_fields_add(fields, body, str_from(name), str_from(value));
}

/* request-response 4 */
static void names_are_literal_and_repeated_ones_give_a_list(void **state)
{
    static const char *const pairs[][2] = {
        {"a[b]", "1"},      {"m", "1"},     {"m", "2"},    {"m", "3"},
        {"__proto__", "x"}, {"x\xff", "1"}, {"y", "\xff"}, {"e", ""},
    };
    struct form_fields fields = {0};
    json_t *body = json_object();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        assert_int_equal(add(&fields, body, pairs[i][0], pairs[i][1]), 0);
    }
    expect(body, "{\"a[b]\":\"1\",\"m\":[\"1\",\"2\",\"3\"],\"e\":\"\"}");
    json_decref(body);
    form_fields_deinit(&fields);
}

/* request-response 5 */
static void named_fields_are_json_if_they_can_be(void **state)
{
    struct form_fields fields = {.json_names = STR("j , n,,broken,empty,deep,many"),
                                 .limits = {.max_depth = 2, .max_values = 3}};
    json_t *body = json_object();

    (void)state;
    assert_int_equal(add(&fields, body, "j", "{\"a\":[1]}"), 0);
    assert_int_equal(add(&fields, body, "n", "7"), 0);
    assert_int_equal(add(&fields, body, "broken", "{"), 0);
    assert_int_equal(add(&fields, body, "empty", ""), 0);
    assert_int_equal(add(&fields, body, "other", "{}"), 0);
    expect(body, "{\"j\":{\"a\":[1]},\"n\":7,\"broken\":\"{\",\"empty\":\"\",\"other\":\"{}\"}");
    /* More than a body may have stays text. */
    assert_int_equal(add(&fields, body, "deep", "[[[]]]"), 0);
    assert_int_equal(add(&fields, body, "many", "[1,2,3]"), 0);
    assert_string_equal(json_string_value(json_object_get(body, "deep")), "[[[]]]");
    assert_string_equal(json_string_value(json_object_get(body, "many")), "[1,2,3]");
    json_decref(body);
    form_fields_deinit(&fields);
}

static void late_fields_wait_and_leave_views_alone(void **state)
{
    struct form_fields fields = {0};
    json_t *body = json_object();
    json_t *all = json_pack("{s:s, s:s}", "id", "path", "a", "1");
    json_t *over = json_pack("{s:s}", "id", "path");
    const char *view = NULL;
    const char *view_of_all = json_string_value(json_object_get(all, "a"));

    (void)state;
    assert_int_equal(add(&fields, body, "a", "1"), 0);
    view = json_string_value(json_object_get(body, "a"));
    assert_int_equal(add(&fields, NULL, "a", "2"), 0);
    assert_int_equal(add(&fields, NULL, "late", "3"), 0);
    assert_int_equal(add(&fields, NULL, "id", "body"), 0);
    expect(body, "{\"a\":\"1\"}");

    assert_int_equal(form_fields_flush(&fields, body, all, over), 0);
    expect(body, "{\"a\":[\"1\",\"2\"],\"late\":\"3\",\"id\":\"body\"}");
    expect(all, "{\"a\":[\"1\",\"2\"],\"late\":\"3\",\"id\":\"path\"}");
    assert_string_equal(view, "1");
    assert_string_equal(view_of_all, "1");
    assert_int_equal(form_fields_flush(&fields, body, NULL, NULL), 0); /* nothing is left */
    json_decref(body);
    json_decref(all);
    json_decref(over);
    form_fields_deinit(&fields);
}

static int add_all(void)
{
    struct form_fields fields = {.json_names = STR("j"), .limits = {.max_depth = 8}};
    json_t *body = json_object();
    json_t *all = json_object();
    int rc = body != NULL && all != NULL ? 0 : SAILS_ENOMEM;

    rc = rc == 0 ? add(&fields, body, "j", "[1]") : rc;
    rc = rc == 0 ? add(&fields, body, "a", "1") : rc;
    rc = rc == 0 ? add(&fields, body, "a", "2") : rc;
    rc = rc == 0 ? add(&fields, NULL, "b", "1") : rc;
    rc = rc == 0 ? add(&fields, NULL, "b", "2") : rc;
    rc = rc == 0 ? form_fields_flush(&fields, body, all, NULL) : rc;
    json_decref(body);
    json_decref(all);
    form_fields_deinit(&fields);
    return rc;
}

static void any_allocation_may_fail(void **state)
{
    bool has_failed = true;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; has_failed; n++) {
        mem_fail_after(n);
        int rc = add_all();

        has_failed = mem_has_failed();
        mem_fail_after(-1);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        assert_true(has_failed || rc == 0);
        assert_true(n < 300);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_literal_and_repeated_ones_give_a_list),
        cmocka_unit_test(named_fields_are_json_if_they_can_be),
        cmocka_unit_test(late_fields_wait_and_leave_views_alone),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
