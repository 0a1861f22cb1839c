#include "base/json_text.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const struct json_limits ten_deep = {.max_depth = 10};

static const char *const valid[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "12",
    "-12.5e+3",
    "1E-7",
    "0.0",
    "\"\"",
    "\"a\"",
    "[]",
    "{}",
    "[ ]",
    "{ }",
    "[1,2]",
    "[1 , [2 ,{\"a\" : [ ] }]]",
    "{\"a\":1,\"b\":{\"c\":null}}",
    " \t\r\n1 \n",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\xc3\xa9\xe2\x82\xac\"",
    "\"\xf0\x9f\x98\x80\"",
    "\"\\u0000\"",
    "{\"\":\"\"}",
    "{\"a\":1,\"a\":2}",
    "{\"a\\\\u0000\":1}",
    "{\"a\":\"\\u0000\"}",
    "\"long enough for a whole word of eight bytes, and more\"",
    "\"\x7f\"",
    "\"\xe2\x80\xa8\"",
};

static const char *const invalid[] = {
    "",
    " ",
    "nul",
    "True",
    "01",
    "-",
    "+1",
    ".5",
    "1.",
    "1e",
    "1e+",
    "0x1",
    "\"",
    "\"a",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\n\"",
    "\"\x01\"",
    "'a'",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{",
    "}",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{a:1}",
    "{1:1}",
    "{\"a\" 1}",
    "{\"a\",1}",
    "[1}",
    "{\"a\":1]",
    "1 2",
    "[]]",
    "nulll",
    "\"\x80\"",
    "\"\xc3\"",
    "\"\xc0\xaf\"",
    "\"\xe0\x80\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xf0\x80\x80\x80\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xff\"",
    "NaN",
    "Infinity",
    "\xef\xbb\xbf"
    "1",
    "\x0b"
    "1",
    "[\"abcdefg\x1f\"]",
    /* names never have a NUL: c_text.h */
    "{\"\\u0000\":1}",
    "{\"a\\u0000b\":1}",
    "[{\"a\":{\"\\ud83d\\ude00\\u0000\":1}}]",
};

static void the_grammar_is_that_of_rfc_8259(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(valid); i++) {
        if (json_text_check(str_from(valid[i]), &ten_deep) != 0) {
            fail_msg("refused: %s", valid[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(invalid); i++) {
        if (json_text_check(str_from(invalid[i]), &ten_deep) != SAILS_EJSON) {
            fail_msg("accepted: %s", invalid[i]);
        }
    }
}

/* Of a value in brackets no beginning is valid; the copy lets the sanitizer see a byte too far. */
static void every_cut_of_a_value_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(valid); i++) {
        struct buf text = {0};

        buf_printf(&text, "[%s]", valid[i]);
        for (size_t len = 1; len < text.len; len++) {
            char *cut = mem_alloc(len);

            memcpy(cut, text.ptr, len);
            assert_int_equal(json_text_check((struct str){cut, len}, &ten_deep), SAILS_EJSON);
            mem_free(cut);
        }
        assert_int_equal(json_text_check(buf_str(&text), &ten_deep), 0);
        buf_deinit(&text);
    }
}

static void a_value_ends_where_its_text_ends(void **state)
{
    static const struct {
        const char *text;
        size_t extent;
    } cases[] = {
        {"1x", 1},       {"  [1]]", 5}, {"{}{}", 2}, {"\"a\"b", 3},
        {"nullnull", 4}, {"01", 1},     {"-5-", 2},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t extent = 0;

        assert_int_equal(json_text_scan(str_from(cases[i].text), &ten_deep, &extent), 0);
        assert_int_equal(extent, cases[i].extent);
    }
}

static void nesting_has_a_limit(void **state)
{
    struct buf text = {0};

    (void)state;
    for (size_t depth = 1; depth <= 600; depth++) {
        buf_clear(&text);
        for (size_t i = 0; i < depth; i++) {
            buf_append_str(&text, i % 3 == 0 ? STR("{\"a\":") : STR("["));
        }
        buf_append_str(&text, STR("1"));
        for (size_t i = depth; i > 0; i--) {
            buf_append_char(&text, (i - 1) % 3 == 0 ? '}' : ']');
        }
        assert_int_equal(json_text_check(buf_str(&text), &(struct json_limits){.max_depth = 512}),
                         depth <= 512 ? 0 : SAILS_ETOOBIG);
    }
    buf_clear(&text);
    for (size_t i = 0; i < 100000; i++) {
        buf_append_char(&text, '[');
    }
    assert_int_equal(json_text_check(buf_str(&text), &(struct json_limits){.max_depth = SIZE_MAX}),
                     SAILS_ETOOBIG);
    assert_int_equal(json_text_check(STR("1"), &(struct json_limits){.max_depth = 0}), 0);
    assert_int_equal(json_text_check(STR("[]"), &(struct json_limits){.max_depth = 0}),
                     SAILS_ETOOBIG);
    buf_deinit(&text);
}

static void the_elements_of_an_array_are_spans(void **state)
{
    static const char *const want[] = {"1", "\"a,]\"", "[2,[3]]", "{\"b\":[4]}", "null"};
    struct str rest = json_text_elements(STR(" [ 1 ,\"a,]\", [2,[3]] ,{\"b\":[4]},null ] "));
    struct str element;
    size_t n = 0;

    (void)state;
    while (json_text_next(&rest, &element)) {
        assert_true(n < ARRAY_LEN(want));
        assert_true(str_eq(element, str_from(want[n])));
        n++;
    }
    assert_int_equal(n, ARRAY_LEN(want));
    rest = json_text_elements(STR("[ ]"));
    assert_false(json_text_next(&rest, &element));
}

static void the_members_of_an_object_are_spans(void **state)
{
    static const char *const want[][2] = {{"\"a\"", "1"},
                                          {"\"b,}\"", "\"c\\\"}\""},
                                          {"\"\\u0064\"", "{\"e\":[{}]}"},
                                          {"\"\xc3\xa9\"", "\"\xc3\xa9\""},
                                          {"\"\"", "\"\""}};
    struct str rest = STR(" \"a\" : 1 , \"b,}\":\"c\\\"}\",\"\\u0064\":{\"e\":[{}]},"
                          "\"\xc3\xa9\":\"\xc3\xa9\",\"\":\"\" } behind");
    struct str name, value;
    size_t n = 0;

    (void)state;
    while (json_text_next_name(&rest, &name)) {
        assert_true(n < ARRAY_LEN(want));
        json_text_take_value(&rest, &value);
        assert_true(str_eq(name, str_from(want[n][0])));
        assert_true(str_eq(value, str_from(want[n][1])));
        n++;
    }
    assert_int_equal(n, ARRAY_LEN(want));
    assert_true(str_eq(rest, STR(" } behind")));
    assert_false(json_text_next_name(&rest, &name));
}

static void a_string_is_decoded_to_utf8(void **state)
{
    static const struct {
        const char *literal;
        const char *text;
    } cases[] = {
        {"\"\"", ""},
        {"\"plain\"", "plain"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"\\u0041\\u00E9\\u20ac\"", "A\xc3\xa9\xe2\x82\xac"},
        {"\"x\\ud83d\\ude00y\"", "x\xf0\x9f\x98\x80y"},
        {"\"\\ud800\"", "\xef\xbf\xbd"},
        {"\"\\ude00\\ud83d\"", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
        {"\"\\ud83d\\n\"", "\xef\xbf\xbd\n"},
        {"\"\xc3\xa9\\u00e9\"", "\xc3\xa9\xc3\xa9"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[64];
        size_t len = json_text_decode(str_from(cases[i].literal), out);

        assert_true(str_eq((struct str){out, len}, str_from(cases[i].text)));
    }
}

static void a_nul_is_found_where_an_escape_says_it(void **state)
{
    static const struct {
        const char *literal;
        bool has_nul;
    } cases[] = {
        {"\"\"", false},
        {"\"a\"", false},
        {"\"\\u0000\"", true},
        {"\"a\\n\\u0000\"", true},
        {"\"\\u0001\"", false},
        {"\"\\\\u0000\"", false},
        {"\"\\\\\\u0000\"", true},
        {"\"\\u00e9u0000\"", false},
        {"12", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (json_text_has_nul(str_from(cases[i].literal)) != cases[i].has_nul) {
            fail_msg("%s", cases[i].literal);
        }
    }
}

/* A value is what jansson makes one of: members' names are not. */
static void values_have_a_limit(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        {"1", 1},         {"[]", 1},
        {"[{},{}]", 3},   {"{\"a\":1,\"b\":[true,null,\"x\"]}", 6},
        {"[[[[1]]]]", 5}, {"[-1.5e3,\"[{,\"]", 3},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json_limits limits = {.max_depth = 10, .max_values = cases[i].n};

        assert_int_equal(json_text_check(str_from(cases[i].text), &limits), 0);
        limits.max_values--;
        assert_int_equal(json_text_check(str_from(cases[i].text), &limits),
                         limits.max_values == 0 ? 0 : SAILS_ETOOBIG);
    }
}

/* Every byte at every place of more than two words. */
static void what_is_plain_ends_at_the_first_byte_that_is_not(void **state)
{
    char text[20];

    (void)state;
    for (size_t at = 0; at < sizeof(text); at++) {
        for (int c = 0; c < 256; c++) {
            bool is_plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';

            memset(text, 'x', sizeof(text));
            text[at] = (char)c;
            assert_int_equal(json_text_plain((struct str){text, sizeof(text)}),
                             is_plain ? sizeof(text) : at);
        }
    }
    assert_int_equal(json_text_plain((struct str){NULL, 0}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grammar_is_that_of_rfc_8259),
        cmocka_unit_test(every_cut_of_a_value_is_refused),
        cmocka_unit_test(a_value_ends_where_its_text_ends),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(the_elements_of_an_array_are_spans),
        cmocka_unit_test(the_members_of_an_object_are_spans),
        cmocka_unit_test(a_string_is_decoded_to_utf8),
        cmocka_unit_test(a_nul_is_found_where_an_escape_says_it),
        cmocka_unit_test(values_have_a_limit),
        cmocka_unit_test(what_is_plain_ends_at_the_first_byte_that_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
