#include "http/http_date.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <time.h>

static void dates_are_written_as_http_wants_them(void **state)
{
    static const struct {
        uint64_t unix_s;
        const char *text;
    } cases[] = {
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
        {1767225599, "Wed, 31 Dec 2025 23:59:59 GMT"},
        {4107542400, "Mon, 01 Mar 2100 00:00:00 GMT"},
        {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
        {UINT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[HTTP_DATE_LEN + 1];

        http_date_format(text, cases[i].unix_s);
        assert_string_equal(text, cases[i].text);
    }
}

static void what_was_written_is_read_for_every_day_of_centuries(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < UINT64_C(5000000000); t += 86400 + 3601) {
        char text[HTTP_DATE_LEN + 1], reference[HTTP_DATE_LEN + 1];
        time_t time = (time_t)t;
        struct tm tm;
        uint64_t read = 0;

        http_date_format(text, t);
        assert_non_null(gmtime_r(&time, &tm));
        strftime(reference, sizeof(reference), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        assert_string_equal(text, reference);
        assert_true(http_date_parse(str_from(text), &read));
        assert_true(read == t);
    }
}

static void the_three_forms_are_read(void **state)
{
    static const struct {
        const char *text;
        uint64_t unix_s; /* 1: is refused */
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Wed Nov 16 08:49:37 1994", 784975777},
        {"Saturday, 01-Jan-00 00:00:00 GMT", 946684800},
        {"Tue, 29 Feb 2000 00:00:00 GMT", 951782400},
        {"Thu, 29 Feb 2001 00:00:00 GMT", 1},
        {"Mon, 29 Feb 2100 00:00:00 GMT", 1},
        {"Sun, 31 Nov 1994 08:49:37 GMT", 1},
        {"Sun, 00 Nov 1994 08:49:37 GMT", 1},
        {"Sun, 06 Nov 1969 08:49:37 GMT", 1},
        {"Sun, 06 Nov 1994 24:49:37 GMT", 1},
        {"Sun, 06 Nov 1994 08:60:37 GMT", 1},
        {"Sun, 06 Nov 1994 08:49:61 GMT", 1},
        {"Sun, 06 Nov 1994 08:49:37 UTC", 1},
        {"Sun, 06 Nov 1994 08:49:37", 1},
        {"Sun, 06 Xxx 1994 08:49:37 GMT", 1},
        {"Sun, 6 Nov 1994 08:49:37 GMT", 1},
        {"Sun, 06 Nov 1994 08:49:3x GMT", 1},
        {"0", 1},
        {"", 1},
        {",", 1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t unix_s = 1;

        assert_int_equal(http_date_parse(str_from(cases[i].text), &unix_s), cases[i].unix_s != 1);
        assert_true(unix_s == cases[i].unix_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_written_as_http_wants_them),
        cmocka_unit_test(what_was_written_is_read_for_every_day_of_centuries),
        cmocka_unit_test(the_three_forms_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
