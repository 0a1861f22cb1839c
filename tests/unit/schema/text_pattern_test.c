#include "schema/text_pattern.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void a_pattern_matches_anywhere_unless_anchored(void **state)
{
    struct text_pattern *pattern = NULL;

    (void)state;
    assert_int_equal(text_pattern_create(STR("^b.$|ü"), &pattern), 0);
    assert_int_equal(text_pattern_match(pattern, STR("bä")), 1);
    assert_int_equal(text_pattern_match(pattern, STR("xxüxx")), 1);
    assert_int_equal(text_pattern_match(pattern, STR("ba\n")), 0);
    assert_int_equal(text_pattern_match(pattern, STR("")), 0);
    text_pattern_destroy(pattern);
    assert_int_equal(text_pattern_create(STR("a("), &pattern), SAILS_EINVAL);
    text_pattern_destroy(NULL);
}

static void a_pattern_may_have_slashes_and_flags(void **state)
{
    static const struct {
        const char *regex, *text;
        int rc; /* SAILS_EINVAL: it is none */
    } rows[] = {
        {"/^a$/", "a", 1},          {"/^a$/", "A", 0},    {"/^a$/i", "A", 1},
        {"/^b/m", "a\nb", 1},       {"/^b/", "a\nb", 0},  {"/a.b/s", "a\nb", 1},
        {"/a.b/gu", "a\nb", 0},     {"/a/b/", "xa/b", 1}, {"/", "a/b", 1},
        {"/a", "b/a", 1},           {"//", "", 1},        {"/a/x", "a", SAILS_EINVAL},
        {"/(/", "a", SAILS_EINVAL}, {"", "a", 1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct text_pattern *pattern = NULL;
        int rc = text_pattern_create(str_from(rows[i].regex), &pattern);

        assert_int_equal(rc == 0 ? text_pattern_match(pattern, str_from(rows[i].text)) : rc,
                         rows[i].rc);
        text_pattern_destroy(pattern);
    }
}

static void a_pattern_gives_up_at_its_limit(void **state)
{
    struct text_pattern *pattern = NULL;
    char text[64];

    (void)state;
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '!';
    assert_int_equal(text_pattern_create(STR("^(a+)+$"), &pattern), 0);
    assert_int_equal(text_pattern_match(pattern, (struct str){text, sizeof(text)}), SAILS_ETOOBIG);
    text_pattern_destroy(pattern);
}

static void a_pattern_survives_any_failing_allocation(void **state)
{
    struct text_pattern *pattern = NULL;
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = text_pattern_create(STR("^(a|b)+$"), &pattern);
        mem_fail_after(-1);
    }
    assert_int_equal(rc, 0);
    rc = SAILS_ENOMEM;
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = text_pattern_match(pattern, STR("abba"));
        mem_fail_after(-1);
    }
    assert_int_equal(rc, 1);
    text_pattern_destroy(pattern);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_anywhere_unless_anchored),
        cmocka_unit_test(a_pattern_may_have_slashes_and_flags),
        cmocka_unit_test(a_pattern_gives_up_at_its_limit),
        cmocka_unit_test(a_pattern_survives_any_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
