#include "base/str.h"

#include "base/macros.h"
#include "support/cmocka.h"

static void spans_compare_with_and_without_case(void **state)
{
    (void)state;
    assert_true(str_eq(STR("abc"), STR("abc")));
    assert_false(str_eq(STR("abc"), STR("abC")));
    assert_false(str_eq(STR("abc"), STR("ab")));
    assert_true(str_eq((struct str){NULL, 0}, STR("")));
    assert_true(str_eq_nocase(STR("Content-Type"), STR("cONTENT-tYPE")));
    assert_false(str_eq_nocase(STR("a"), STR("ab")));
    assert_false(str_eq_nocase(STR("@"), STR("`"))); /* differ by the bit that makes case */
    assert_false(str_eq_nocase(STR("\xc4"), STR("\xe4")));
    assert_true(str_starts_with(STR("abc"), STR("ab")));
    assert_true(str_starts_with(STR("abc"), STR("")));
    assert_false(str_starts_with(STR("ab"), STR("abc")));
}

static void a_missing_text_is_an_empty_span(void **state)
{
    (void)state;
    assert_int_equal(str_from(NULL).len, 0);
    assert_int_equal(str_from("ab").len, 2);
    assert_int_equal(str_from_offset((struct str){NULL, 0}, 0).len, 0);
    assert_true(str_eq(str_from_offset(STR("abc"), 1), STR("bc")));
    assert_true(str_eq(bytes_str(bytes_from_offset(str_bytes(STR("abc")), 3)), STR("")));
    assert_int_equal(str_find((struct str){NULL, 0}, 'a'), 0);
    assert_int_equal(str_find(STR("abc"), 'c'), 2);
    assert_int_equal(str_find(STR("abc"), 'd'), 3);
}

static void blanks_at_the_ends_are_trimmed(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {{"", ""}, {" \t ", ""}, {"a", "a"}, {" a b\t", "a b"}, {"\na\r", "\na\r"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(str_eq(str_trim(str_from(cases[i].text)), str_from(cases[i].want)));
    }
}

static void parts_are_taken_one_by_one(void **state)
{
    struct str rest = STR(" a,, b c ,");
    struct str part;

    (void)state;
    assert_true(str_take_part(&rest, ',', &part) && str_eq(part, STR("a")));
    assert_true(str_take_part(&rest, ',', &part) && str_eq(part, STR("")));
    assert_true(str_take_part(&rest, ',', &part) && str_eq(part, STR("b c")));
    assert_true(str_take_part(&rest, ',', &part) && str_eq(part, STR("")));
    assert_false(str_take_part(&rest, ',', &part));
    rest = (struct str){NULL, 0};
    assert_false(str_take_part(&rest, ',', &part));
}

static void a_list_has_its_tokens_whole(void **state)
{
    (void)state;
    assert_true(str_list_has(STR("keep-alive, Upgrade"), STR("upgrade")));
    assert_true(str_list_has(STR("upgrade"), STR("upgrade")));
    assert_false(str_list_has(STR("upgrade-insecure"), STR("upgrade")));
    assert_false(str_list_has(STR("x upgrade"), STR("upgrade")));
    assert_false(str_list_has((struct str){NULL, 0}, STR("upgrade")));
}

static void numbers_are_digits_within_a_bound(void **state)
{
    static const struct {
        const char *text;
        uint64_t max;
        bool ok;
        uint64_t want;
    } cases[] = {
        {"0", 0, true, 0},
        {"007", 7, true, 7},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"99999999999999999999", UINT64_MAX, false, 0},
        {"8", 7, false, 0},
        {"10", 9, false, 0},
        {"1", 0, false, 0},
        {"", 9, false, 0},
        {"+1", 9, false, 0},
        {"-1", 9, false, 0},
        {" 1", 9, false, 0},
        {"1 ", 9, false, 0},
        {"1a", 99, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t value = 42;

        assert_int_equal(str_to_u64(str_from(cases[i].text), cases[i].max, &value), cases[i].ok);
        assert_true(value == (cases[i].ok ? cases[i].want : 42));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_compare_with_and_without_case),
        cmocka_unit_test(a_missing_text_is_an_empty_span),
        cmocka_unit_test(blanks_at_the_ends_are_trimmed),
        cmocka_unit_test(parts_are_taken_one_by_one),
        cmocka_unit_test(a_list_has_its_tokens_whole),
        cmocka_unit_test(numbers_are_digits_within_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
