#include "base/setup.h"

#include "support/cmocka.h"

#include <sails/err.h>
#include <stdio.h>

struct lines {
    char last[256];
    size_t n;
};

static void keep_line(void *ctx, enum log_level level, const char *text)
{
    struct lines *lines = ctx;

    assert_int_equal(level, LOG_ERROR);
    snprintf(lines->last, sizeof(lines->last), "%s", text);
    lines->n++;
}

static void the_first_error_is_kept_and_each_is_told(void **state)
{
    struct lines lines = {0};
    struct log log = {.level = LOG_ERROR, .write = keep_line, .ctx = &lines};
    struct setup setup = {.log = &log};

    (void)state;
    assert_int_equal(setup_result(&setup, 0, "call", "good", NULL), 0);
    assert_int_equal(lines.n, 0);
    assert_int_equal(setup_result(&setup, SAILS_ECONFLICT, "call", "x", "a text"), SAILS_ECONFLICT);
    assert_string_equal(lines.last, "call(\"x\"): E_CONFLICT: that name is taken");
    assert_int_equal(setup_result(&setup, SAILS_EINVAL, "call", NULL, "a text"), SAILS_EINVAL);
    assert_string_equal(lines.last, "call(NULL): invalid argument; a text");
    assert_int_equal(setup_note(&setup, SAILS_ENOMEM, "other"), SAILS_ENOMEM);
    assert_string_equal(lines.last, "other(): out of memory");
    assert_int_equal(setup.error, SAILS_ECONFLICT);
}

static void who_comes_too_late_is_told_and_that_is_all(void **state)
{
    struct lines lines = {0};
    struct log log = {.level = LOG_ERROR, .write = keep_line, .ctx = &lines};
    struct setup setup = {.log = &log};

    (void)state;
    assert_int_equal(setup_result(&setup, SAILS_ESTATE, "call", "x", "a text"), SAILS_ESTATE);
    assert_string_equal(lines.last, "call(\"x\"): too late: the app has been lifted, or was");
    assert_int_equal(setup.error, 0);
    assert_int_equal(setup_result(NULL, SAILS_EINVAL, "call", "x", NULL), SAILS_EINVAL);
    assert_int_equal(setup_note(NULL, SAILS_EINVAL, "call"), SAILS_EINVAL);
}

static void a_reason_goes_to_who_has_made_the_call(void **state)
{
    struct lines lines = {0};
    struct log log = {.level = LOG_ERROR, .write = keep_line, .ctx = &lines};
    struct buf why = {0};
    struct setup setup = {.log = &log, .why = &why};

    (void)state;
    assert_int_equal(setup_result(&setup, SAILS_EINVAL, "call", "x", "a text"), SAILS_EINVAL);
    assert_int_equal(why.len, sizeof("`x`: invalid argument; a text") - 1);
    assert_memory_equal(why.ptr, "`x`: invalid argument; a text", why.len);
    buf_clear(&why);
    assert_int_equal(setup_note(&setup, SAILS_ENOMEM, "call"), SAILS_ENOMEM);
    assert_int_equal(why.len, sizeof("out of memory") - 1);
    assert_memory_equal(why.ptr, "out of memory", why.len);
    buf_deinit(&why);
    assert_int_equal(lines.n, 0);
    assert_int_equal(setup.error, SAILS_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_error_is_kept_and_each_is_told),
        cmocka_unit_test(who_comes_too_late_is_told_and_that_is_all),
        cmocka_unit_test(a_reason_goes_to_who_has_made_the_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
