#include "http/url.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void text_is_decoded(void **state)
{
    static const struct {
        struct str text;
        bool plus_is_space;
        struct str lenient;
        bool strict_ok;
    } cases[] = {
        {{"", 0}, false, {"", 0}, true},
        {{"abc", 3}, false, {"abc", 3}, true},
        {{"a%20b", 5}, false, {"a b", 3}, true},
        {{"a+b", 3}, false, {"a+b", 3}, true},
        {{"a+b", 3}, true, {"a b", 3}, true},
        {{"%2B", 3}, true, {"+", 1}, true},
        {{"%e2%82%AC", 9}, false, {"\xe2\x82\xac", 3}, true},
        {{"\xe2\x82\xac", 3}, false, {"\xe2\x82\xac", 3}, true},
        {{"%25%32%35", 9}, false, {"%25", 3}, true}, /* once only */
        {{"%", 1}, false, {"%", 1}, false},
        {{"%4", 2}, false, {"%4", 2}, false},
        {{"%4g", 3}, false, {"%4g", 3}, false},
        {{"%%41", 4}, false, {"%A", 2}, false},
        {{"a%00b", 5}, false, {"a%00b", 5}, false}, /* would end text */
        {{"a\0b", 3}, false, {"a\0b", 3}, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out = {0};

        buf_append_char(&out, '>');
        assert_int_equal(url_decode(&out, cases[i].text, cases[i].plus_is_space, false), 0);
        assert_true(str_eq(str_from_offset(buf_str(&out), 1), cases[i].lenient));
        out.len = 1;
        assert_int_equal(url_decode(&out, cases[i].text, cases[i].plus_is_space, true),
                         cases[i].strict_ok ? 0 : SAILS_EINVAL);
        assert_int_equal(out.len, cases[i].strict_ok ? 1 + cases[i].lenient.len : 1);
        buf_deinit(&out);
    }
}

static void pairs_are_taken_one_by_one(void **state)
{
    struct str rest = STR("&a=1&&b&c=&=d&e=f=g&");
    static const struct {
        const char *name;
        const char *value;
    } want[] = {{"a", "1"}, {"b", ""}, {"c", ""}, {"", "d"}, {"e", "f=g"}};
    struct str name, value;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_true(url_take_pair(&rest, &name, &value));
        assert_true(str_eq(name, str_from(want[i].name)));
        assert_true(str_eq(value, str_from(want[i].value)));
    }
    assert_false(url_take_pair(&rest, &name, &value));
}

/* engine-io 1: the last one wins; '+' is a space; names are data */
static void a_value_is_found_by_its_name(void **state)
{
    static const struct {
        const char *query;
        const char *name;
        const char *want; /* NULL: not found */
    } cases[] = {
        {"EIO=4&transport=polling", "EIO", "4"},
        {"EIO=3&EIO=4", "EIO", "4"},
        {"EIO=4&EIO", "EIO", ""},
        {"eio=4", "EIO", NULL},
        {"", "EIO", NULL},
        {"E%49O=4", "EIO", "4"},
        {"a+b=c+d%2B", "a b", "c d+"},
        {"__proto__=x", "__proto__", "x"},
        {"sid=%zz", "sid", "%zz"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out = {0};
        int rc = url_query_get(&out, str_from(cases[i].query), str_from(cases[i].name));

        assert_int_equal(rc, cases[i].want != NULL);
        assert_true(str_eq(buf_str(&out), str_from(cases[i].want)));
        buf_deinit(&out);
    }
}

static void without_memory_that_is_said(void **state)
{
    struct buf out = {0};

    (void)state;
    mem_fail_after(0);
    assert_int_equal(url_query_get(&out, STR("%61=b"), STR("a")), SAILS_ENOMEM);
    mem_fail_after(1);
    assert_int_equal(url_query_get(&out, STR("%61=b"), STR("a")), SAILS_ENOMEM);
    mem_fail_after(-1);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_decoded),
        cmocka_unit_test(pairs_are_taken_one_by_one),
        cmocka_unit_test(a_value_is_found_by_its_name),
        cmocka_unit_test(without_memory_that_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
