#include "schema/rule_set.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

static void note(void *ctx, const char *name, struct str message)
{
    buf_printf(ctx, "%s: %.*s\n", name, STR_FMT(message));
}

/* The words of the rules that `value` breaks. */
static void check(const struct rule_set *set, const char *value, struct buf *out)
{
    json_t *json = parse(value);

    buf_clear(out);
    assert_true(rule_set_check(set, json, note, out) >= 0);
    buf_append_char(out, '\0');
    json_decref(json);
}

static void add(struct rule_set *set, const char *name, const char *config)
{
    json_t *json = parse(config);
    struct buf why = {0};

    assert_int_equal(rule_set_add(set, name, json, &why), 0);
    assert_int_equal(why.len, 0);
    json_decref(json);
}

/* waterline 2: each rule, values that pass and values that do not, and the words for these. */
static void every_rule_says_what_it_misses(void **state)
{
    static const struct {
        const char *rule, *config, *passes, *breaks, *message;
    } rows[] = {
        {"isBoolean", "true", "true", "\"x\"", "Value ('x') was not a boolean."},
        {"isNumber", "true", "1.5", "\"x\"", "Value ('x') was not a number."},
        {"isString", "true", "\"\"", "5", "Value (5) was not a string."},
        {"isNotEmptyString", "true", "5", "\"\"", "Value ('') was an empty string."},
        {"isInteger", "true", "3.0", "1.5", "Value (1.5) was not an integer."},
        {"max", "5", "5", "9", "Value (9) was greater than the configured maximum (5)"},
        {"min", "5", "5", "3", "Value (3) was less than the configured minimum (5)"},
        {"isAfter", "0", "\"1970-01-02\"", "0", "Value (0) was before the configured time (0)"},
        {"isBefore", "\"2000-01-01\"", "5", "\"2000-01-01T00:00Z\"",
         "Value ('2000-01-01T00:00Z') was after the configured time (2000-01-01)"},
        {"isBefore", "5", "1", "\"soon\"", "Value ('soon') was after the configured time (5)"},
        {"isCreditCard", "true", "\"4111 1111 1111 1111\"", "\"4111111111111112\"",
         "Value was not a valid credit card."},
        {"isEmail", "true", "\"a+b@c.co\"", "\"x\"", "Value ('x') was not a valid email address."},
        {"isHexColor", "true", "\"#a0b1c2d3\"", "\"x\"", "Value ('x') was not a valid hex color."},
        {"isIP", "true", "\"::1\"", "\"x\"", "Value ('x') was not a valid IP address."},
        {"isURL", "true", "\"localhost\"", "\"x\"", "Value ('x') was not a valid URL."},
        {"isUUID", "true", "\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\"", "\"x\"",
         "Value ('x') was not a valid UUID."},
        {"minLength", "5", "\"abcde\"", "\"abcd\"",
         "Value ('abcd') was shorter than the configured minimum length (5)"},
        {"maxLength", "2", "\"\\ud83d\\ude00\"", "\"abc\"",
         "Value was 1 character longer than the configured maximum length (2)"},
        {"maxLength", "0", "\"\"", "\"abc\"",
         "Value was 3 characters longer than the configured maximum length (0)"},
        {"regex", "\"^a$\"", "\"a\"", "\"b\"",
         "Value ('b') did not match the configured regular expression (/^a$/)"},
        {"regex", "\"/^a$/i\"", "\"A\"", "\"b\"",
         "Value ('b') did not match the configured regular expression (/^a$/i)"},
        {"isIn", "[\"a\", \"b\"]", "\"a\"", "\"c\"",
         "Value ('c') was not in the configured whitelist (a, b)"},
        {"isIn", "[1, 2.5]", "1.0", "3", "Value (3) was not in the configured whitelist (1, 2.5)"},
        {"isNotIn", "[\"a\"]", "\"b\"", "\"a\"", "Value ('a') was in the configured blacklist (a)"},
    };
    struct buf text = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct rule_set set = {0};
        char expected[256];

        add(&set, rows[i].rule, rows[i].config);
        check(&set, rows[i].passes, &text);
        assert_string_equal(text.ptr, "");
        check(&set, rows[i].breaks, &text);
        snprintf(expected, sizeof(expected), "%s: %s\n", rows[i].rule, rows[i].message);
        assert_string_equal(text.ptr, expected);
        check(&set, "null", &text);
        assert_string_equal(text.ptr, "");
        rule_set_deinit(&set);
    }
    buf_deinit(&text);
}

/* waterline 2: the empty text passes all rules of texts but one. */
static void the_empty_text_passes(void **state)
{
    static const struct {
        const char *rule, *config;
    } rows[] = {
        {"isEmail", "true"},   {"isIn", "[\"a\"]"}, {"minLength", "5"}, {"regex", "\"^a$\""},
        {"isNotIn", "[\"\"]"}, {"isAfter", "5"},    {"isURL", "true"},
    };
    struct rule_set set = {0};
    struct buf text = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        add(&set, rows[i].rule, rows[i].config);
    }
    check(&set, "\"\"", &text);
    assert_string_equal(text.ptr, "");
    rule_set_deinit(&set);
    buf_deinit(&text);
}

/* waterline 2: all rules that are broken are told, in the order of the definition. */
static void a_value_may_break_several(void **state)
{
    struct rule_set set = {0};
    struct buf text = {0};

    (void)state;
    add(&set, "max", "150");
    add(&set, "isInteger", "true");
    check(&set, "200.5", &text);
    assert_string_equal(text.ptr,
                        "max: Value (200.5) was greater than the configured maximum (150)\n"
                        "isInteger: Value (200.5) was not an integer.\n");
    check(&set, "\"x\"", &text);
    assert_string_equal(text.ptr, "max: Value was not a number.\n"
                                  "isInteger: Value ('x') was not an integer.\n");
    rule_set_deinit(&set);
    buf_deinit(&text);
}

static void a_rule_needs_its_configuration(void **state)
{
    static const struct {
        const char *rule, *config, *why;
        int rc;
    } rows[] = {
        {"isEmail", "false", "must be true, or be left out, and is false", SAILS_EINVAL},
        {"max", "\"5\"", "must be a number, and is '5'", SAILS_EINVAL},
        {"minLength", "1.5", "must be a whole number, 0 or more, and is 1.5", SAILS_EINVAL},
        {"maxLength", "-1", "must be a whole number, 0 or more, and is -1", SAILS_EINVAL},
        {"isIn", "\"a\"", "must be a list, and is 'a'", SAILS_EINVAL},
        {"isAfter", "\"soon\"",
         "must be milliseconds since 1970, or a date as ISO 8601 writes it, and is 'soon'",
         SAILS_EINVAL},
        {"regex", "\"(\"", "must be a regular expression, and is '('", SAILS_EINVAL},
        {"regex", "5", "must be a regular expression, and is 5", SAILS_EINVAL},
        {"isOdd", "true", "", SAILS_ENOENT},
        {"custom", "true", "", SAILS_ENOENT},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct rule_set set = {0};
        struct buf why = {0};
        json_t *config = parse(rows[i].config);

        assert_int_equal(rule_set_add(&set, rows[i].rule, config, &why), rows[i].rc);
        buf_append_char(&why, '\0');
        assert_string_equal(why.ptr, rows[i].why);
        assert_int_equal(set.n, 0);
        json_decref(config);
        buf_deinit(&why);
        rule_set_deinit(&set);
    }
}

static void a_rule_knows_what_it_is_for(void **state)
{
    struct buf names = {0};

    (void)state;
    assert_int_equal(rule_set_purpose("isOdd"), 0);
    assert_int_equal(rule_set_purpose("max"), RULE_FOR_NUMBER | RULE_FOR_JSON);
    assert_true((rule_set_purpose("custom") & RULE_FOR_WHOLE) != 0);
    rule_set_list_names(RULE_FOR_NUMBER, &names);
    buf_append_char(&names, '\0');
    assert_string_equal(names.ptr, "isInteger, max, min, isAfter, isBefore, isIn, isNotIn, custom");
    buf_deinit(&names);
}

static bool is_even(void *ctx, json_t *value, json_t **message)
{
    if (json_integer_value(value) % 2 != 0 && ctx != NULL) {
        *message = json_string(ctx);
    }
    return json_integer_value(value) % 2 == 0;
}

/* waterline 2: `custom`, with words of its own or without. */
static void an_application_has_rules_of_its_own(void **state)
{
    static char own_words[] = "Odd.";
    struct rule_set set = {0};
    struct buf text = {0};

    (void)state;
    assert_int_equal(rule_set_add_custom(&set, (struct rule_custom){is_even, NULL}), 0);
    assert_int_equal(rule_set_add_custom(&set, (struct rule_custom){is_even, own_words}), 0);
    check(&set, "4", &text);
    assert_string_equal(text.ptr, "");
    check(&set, "5", &text);
    assert_string_equal(text.ptr, "custom: Value (5) failed custom validation.\ncustom: Odd.\n");
    rule_set_deinit(&set);
    buf_deinit(&text);
}

static int build_and_check(json_t *list, json_t *value)
{
    struct rule_set set = {0};
    struct buf why = {0};
    struct buf text = {0};
    json_t *regex = json_string("^a$");
    int rc = regex != NULL ? rule_set_add(&set, "isIn", list, &why) : SAILS_ENOMEM;

    if (rc == 0) {
        rc = rule_set_add(&set, "regex", regex, &why);
    }
    if (rc == 0) {
        rc = rule_set_add_custom(&set, (struct rule_custom){is_even, NULL});
    }
    if (rc == 0) {
        rc = rule_set_check(&set, value, note, &text);
    }
    if (rc >= 0 && text.failed) {
        rc = SAILS_ENOMEM;
    }
    json_decref(regex);
    buf_deinit(&text);
    buf_deinit(&why);
    rule_set_deinit(&set);
    return rc;
}

static void any_allocation_may_fail(void **state)
{
    json_t *list = parse("[\"a\", \"b\"]");
    json_t *value = parse("\"c\"");
    bool has_failed = true;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; has_failed; n++) {
        mem_fail_after(n);
        int rc = build_and_check(list, value);

        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_int_equal(rc, has_failed ? SAILS_ENOMEM : 2);
    }
    json_decref(list);
    json_decref(value);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_says_what_it_misses),
        cmocka_unit_test(the_empty_text_passes),
        cmocka_unit_test(a_value_may_break_several),
        cmocka_unit_test(a_rule_needs_its_configuration),
        cmocka_unit_test(a_rule_knows_what_it_is_for),
        cmocka_unit_test(an_application_has_rules_of_its_own),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
