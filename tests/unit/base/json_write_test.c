#include "base/json_write.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <math.h>
#include <sails/err.h>

/* socket-io 35 */
static void strings_are_written_as_json_stringify_does(void **state)
{
    static const struct {
        const char *text;
        const char *literal;
    } cases[] = {
        {"", "\"\""},
        {"plain / text", "\"plain / text\""},
        {"\"\\\b\f\n\r\t", "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
        {"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\""},
        {"a long run of plain text\nand\xc3\xa9 another",
         "\"a long run of plain text\\nand\xc3\xa9 another\""},
    };
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&out);
        assert_int_equal(json_write_string(&out, str_from(cases[i].text)), 0);
        assert_true(str_eq(buf_str(&out), str_from(cases[i].literal)));
    }
    buf_clear(&out);
    assert_int_equal(json_write_string(&out, STR("\0")), 0);
    assert_true(str_eq(buf_str(&out), STR("\"\\u0000\"")));
    assert_int_equal(json_write_string(&out, STR("a\xff")), SAILS_EJSON);
    assert_int_equal(json_write_string(&out, STR("a\xed\xa0\x80")), SAILS_EJSON);
    buf_deinit(&out);
}

/* socket-io 35 */
static void numbers_are_written_as_javascript_does(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e21, "1e+21"},
        {1e20, "100000000000000000000"},
        {123456789012345680000.0, "123456789012345680000"},
        {1.5e300, "1.5e+300"},
        {1e-6, "0.000001"},
        {1e-7, "1e-7"},
        {1.25e-7, "1.25e-7"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {-1e21, "-1e+21"},
        {9007199254740991.0, "9007199254740991"},
        {9007199254740992.0, "9007199254740992"},
        {18446744073709551616.0, "18446744073709552000"},
        {123.456, "123.456"},
        {1.0 / 3, "0.3333333333333333"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
    };
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&out);
        json_write_real(&out, cases[i].value);
        if (!str_eq(buf_str(&out), str_from(cases[i].text))) {
            fail_msg("%s: %.*s", cases[i].text, STR_FMT(buf_str(&out)));
        }
    }
    buf_clear(&out);
    json_write_integer(&out, INT64_MIN);
    buf_append_char(&out, ' ');
    json_write_integer(&out, INT64_MAX);
    assert_true(str_eq(buf_str(&out), STR("-9223372036854775808 9223372036854775807")));
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_written_as_json_stringify_does),
        cmocka_unit_test(numbers_are_written_as_javascript_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
