#include "http/http_fields.h"

#include "base/macros.h"
#include "base/mem.h"
#include "http/http.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void lines_are_taken_one_by_one(void **state)
{
    struct buf fields = {0};
    struct str rest, line, name, value;

    (void)state;
    http_fields_add(&fields, STR("A"), STR("b: c"));
    http_fields_add(&fields, STR("D"), STR(""));
    rest = buf_str(&fields);
    assert_true(http_fields_take_line(&rest, &line, &name, &value));
    assert_true(str_eq(line, STR("A: b: c\r\n")));
    assert_true(str_eq(name, STR("A")) && str_eq(value, STR("b: c")));
    assert_true(http_fields_take_line(&rest, &line, &name, &value));
    assert_true(str_eq(name, STR("D")) && value.len == 0);
    assert_false(http_fields_take_line(&rest, &line, &name, &value));
    buf_deinit(&fields);
}

static void without_memory_the_lines_stay_as_they_were(void **state)
{
    struct buf fields = {0};
    char big[1000];

    (void)state;
    memset(big, 'x', sizeof(big));
    assert_int_equal(http_fields_add(&fields, STR("A"), STR("b")), 0);
    mem_fail_after(0);
    assert_int_equal(http_fields_add(&fields, STR("C"), (struct str){big, sizeof(big)}),
                     SAILS_ENOMEM);
    mem_fail_after(0);
    assert_int_equal(http_fields_set(&fields, STR("A"), (struct str){big, sizeof(big)}),
                     SAILS_ENOMEM);
    mem_fail_after(-1);
    assert_true(str_eq(buf_str(&fields), STR("A: b\r\n")));
    assert_int_equal(http_fields_set(&fields, STR("a"), STR("c")), 0);
    assert_true(str_eq(buf_str(&fields), STR("a: c\r\n")));
    buf_deinit(&fields);
}

static void lines_are_lines_from_end_to_end(void **state)
{
    static const struct {
        const char *text;
        bool are_lines;
    } cases[] = {
        {"", true},
        {"A: b\r\n", true},
        {"A: b\r\nC: \r\n", true},
        {"A: b", false},
        {"A: b\n", false},
        {"A:b\r\n", false},
        {"A\r\n", false},
        {"A: b\r\n\r\n", false},
        {"A: b\r\n: c\r\n", false},
        {"A: b\x01\r\n", false},
        {"Transfer-Encoding: chunked\r\n", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (http_fields_are_lines(str_from(cases[i].text)) != cases[i].are_lines) {
            fail_msg("%s", cases[i].text);
        }
    }
}

/* Every byte at every place of more than two words; behind a tab, too. */
static void a_value_has_no_control_character_but_tabs(void **state)
{
    char value[20];

    (void)state;
    for (size_t at = 1; at < sizeof(value); at++) {
        for (int c = 0; c < 256; c++) {
            bool is_fine = (c >= 0x20 && c != 0x7f) || c == '\t';

            memset(value, 'x', sizeof(value));
            value[at] = (char)c;
            assert_int_equal(http_fields_may_have(STR("A"), (struct str){value, sizeof(value)}),
                             is_fine);
            value[0] = '\t';
            assert_int_equal(http_fields_may_have(STR("A"), (struct str){value, sizeof(value)}),
                             is_fine);
        }
    }
}

static void a_status_has_its_text(void **state)
{
    (void)state;
    assert_string_equal(http_status_text(200), "OK");
    assert_string_equal(http_status_text(404), "Not Found");
    assert_string_equal(http_status_text(431), "Request Header Fields Too Large");
    assert_string_equal(http_status_text(299), "Unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_taken_one_by_one),
        cmocka_unit_test(lines_are_lines_from_end_to_end),
        cmocka_unit_test(without_memory_the_lines_stay_as_they_were),
        cmocka_unit_test(a_value_has_no_control_character_but_tabs),
        cmocka_unit_test(a_status_has_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
