#include "websocket/ws_header.h"

#include "base/macros.h"
#include "support/cmocka.h"

static void a_list_of_tokens_is_told_from_what_is_none(void **state)
{
    static const struct {
        const char *list;
        const char *first; /* NULL: none */
    } cases[] = {
        {"a", "a"},         {"a, b", "a"},   {"  chat ,\tsuper.chat", "chat"},
        {"a,b,ab", "a"},    {"", NULL},      {" ", NULL},
        {",", NULL},        {"a,", NULL},    {",a", NULL},
        {"a,,b", NULL},     {"a b", NULL},   {"a, b, a", NULL},
        {"a;b", NULL},      {"\"a\"", NULL}, {"a, b c", NULL},
        {"\xc3\xa9", NULL}, {"a/b", NULL},   {"A, a", "A"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str first = {0};
        bool is_list = ws_header_is_token_list(str_from(cases[i].list), &first);

        if (is_list != (cases[i].first != NULL) || !str_eq(first, str_from(cases[i].first))) {
            fail_msg("%s", cases[i].list);
        }
    }
}

static void a_value_is_a_token_with_or_without_quotes(void **state)
{
    static const struct {
        const char *text;
        const char *value; /* NULL: none */
        const char *rest;
    } cases[] = {
        {"12;", "12", ";"},   {"\"12\" ;", "12", " ;"}, {"\"12", NULL, NULL},
        {"\"\"", NULL, NULL}, {"\" 12\"", NULL, NULL},  {"\"1,2\"", NULL, NULL},
        {"", NULL, NULL},     {";", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str rest = str_from(cases[i].text);
        struct str value = {0};
        bool has_value = ws_header_take_value(&rest, &value);

        assert_int_equal(has_value, cases[i].value != NULL);
        if (has_value) {
            assert_true(str_eq(value, str_from(cases[i].value)));
            assert_true(str_eq(rest, str_from(cases[i].rest)));
        }
    }
}

static void a_separator_takes_the_blanks_around_it(void **state)
{
    struct str rest = STR(" \t; x");

    (void)state;
    assert_false(ws_header_take_char(&rest, ','));
    assert_true(ws_header_take_char(&rest, ';'));
    assert_true(str_eq(rest, STR("x")));
    assert_false(ws_header_take_char(&(struct str){0}, ';'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_tokens_is_told_from_what_is_none),
        cmocka_unit_test(a_value_is_a_token_with_or_without_quotes),
        cmocka_unit_test(a_separator_takes_the_blanks_around_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
