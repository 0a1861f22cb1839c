#include "base/iso_time.h"

#include "base/macros.h"
#include "support/cmocka.h"

static void moments_are_written_as_javascript_does(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {1795359639959, "2026-11-22T15:00:39.959Z"},
        {951782400000, "2000-02-29T00:00:00.000Z"},
        {4107542400000, "2100-03-01T00:00:00.000Z"},
        {ISO_TIME_MAX, "9999-12-31T23:59:59.999Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
        {ISO_TIME_MIN, "0000-01-01T00:00:00.000Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000Z"},
    };
    char text[ISO_TIME_LEN + 1];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        iso_time_format(text, rows[i].ms);
        assert_string_equal(text, rows[i].text);
    }
}

static void what_is_written_is_read_again(void **state)
{
    char text[ISO_TIME_LEN + 1];

    (void)state;
    for (int64_t ms = ISO_TIME_MIN; ms < ISO_TIME_MAX; ms += INT64_C(86399123) * 37) {
        int64_t read = 1;

        iso_time_format(text, ms);
        assert_true(iso_time_parse(str_from(text), &read));
        assert_int_equal(read, ms);
    }
}

static void all_forms_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"1970", 0},
        {"1970-02", INT64_C(31) * 86400000},
        {"1970-01-02", 86400000},
        {"1970-01-01T01:02", 3720000},
        {"1970-01-01T01:02:03", 3723000},
        {"1970-01-01 01:02:03.5", 3723500},
        {"1970-01-01T00:00:00.1239Z", 123},
        {"1970-01-01T00:00:00+01:00", -3600000},
        {"1970-01-01T00:00-0130", 5400000},
        {"1970-01-01T24:00", 86400000},
        {"2000-02-29", 951782400000},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t ms = -1;

        assert_true(iso_time_parse(str_from(rows[i].text), &ms));
        assert_int_equal(ms, rows[i].ms);
    }
}

static void anything_else_is_no_moment(void **state)
{
    static const char *const texts[] = {
        "",
        "5",
        "19700",
        "1970-",
        "1970-1",
        "1970-13",
        "1970-00",
        "1970-01-00",
        "1970-01-32",
        "2001-02-29",
        "1970-01T00:00",
        "1970-01-01T",
        "1970-01-01x",
        "1970-01-01T1:00",
        "1970-01-01T25:00",
        "1970-01-01T24:01",
        "1970-01-01T00:60",
        "1970-01-01T00:00:60",
        "1970-01-01T00:00:00.",
        "1970-01-01T00:00Zx",
        "1970-01-01T00:00+1",
        "1970-01-01T00:00+24:00",
        "1970-01-01T00:00+00:60",
        "yesterday",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        int64_t ms = -7;

        assert_false(iso_time_parse(str_from(texts[i]), &ms));
        assert_int_equal(ms, -7);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_written_as_javascript_does),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(all_forms_are_read),
        cmocka_unit_test(anything_else_is_no_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
