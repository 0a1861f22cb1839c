#include "base/buf.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void what_is_appended_comes_out(void **state)
{
    struct buf b = {0};
    char *text = NULL;

    (void)state;
    buf_append_str(&b, STR("ab"));
    buf_append_char(&b, 'c');
    buf_append_u64(&b, 0);
    buf_append_u64(&b, UINT64_MAX);
    buf_printf(&b, "<%s%d>", "x", 5);
    buf_append(&b, NULL, 0);
    assert_true(str_eq(buf_str(&b), STR("abc018446744073709551615<x5>")));
    assert_int_equal(buf_bytes(&b).len, b.len);
    text = buf_take(&b);
    assert_string_equal(text, "abc018446744073709551615<x5>");
    assert_null(b.ptr);
    mem_free(text);
}

static void it_grows_and_keeps_what_it_has(void **state)
{
    struct buf b = {0};

    (void)state;
    for (int i = 0; i < 10000; i++) {
        buf_append_char(&b, (char)('a' + i % 26));
    }
    assert_int_equal(b.len, 10000);
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(b.ptr[i], 'a' + i % 26);
    }
    buf_consume(&b, 9999);
    assert_int_equal(b.len, 1);
    assert_int_equal(b.ptr[0], 'a' + 9999 % 26);
    buf_consume(&b, 5);
    assert_int_equal(b.len, 0);
    buf_deinit(&b);
}

static void a_failure_is_remembered_until_it_is_cleared(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_append_char(&b, 'a');
    mem_fail_after(0);
    assert_false(buf_reserve(&b, 1000));
    mem_fail_after(-1);
    buf_append_char(&b, 'b');
    buf_printf(&b, "c");
    assert_int_equal(b.len, 1);
    assert_int_equal(buf_error(&b), SAILS_ENOMEM);
    buf_clear(&b);
    assert_int_equal(buf_error(&b), 0);
    buf_append_char(&b, 'd');
    assert_true(str_eq(buf_str(&b), STR("d")));
    buf_deinit(&b);
}

static void a_size_that_overflows_is_a_failure(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_append_char(&b, 'a');
    assert_false(buf_reserve(&b, SIZE_MAX));
    assert_int_equal(buf_error(&b), SAILS_ENOMEM);
    assert_null(buf_take(&b));
    assert_null(b.ptr);
}

static void taking_without_memory_leaves_it_empty(void **state)
{
    struct buf b = {0};

    (void)state;
    mem_fail_after(0);
    assert_null(buf_take(&b));
    mem_fail_after(-1);
    assert_int_equal(b.len, 0);
    assert_int_equal(buf_error(&b), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_appended_comes_out),
        cmocka_unit_test(it_grows_and_keeps_what_it_has),
        cmocka_unit_test(a_failure_is_remembered_until_it_is_cleared),
        cmocka_unit_test(a_size_that_overflows_is_a_failure),
        cmocka_unit_test(taking_without_memory_leaves_it_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
