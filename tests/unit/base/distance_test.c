#include "base/distance.h"

#include "base/macros.h"
#include "support/cmocka.h"

static void the_distance_counts_bytes_that_differ(void **state)
{
    static const struct {
        const char *a, *b;
        size_t want;
    } cases[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"abc", "", 3},
        {"user/find", "user/find", 0},
        {"User/FIND", "user/find", 0},
        {"user/fnid", "user/find", 2},
        {"usr/find", "user/find", 1},
        {"kitten", "sitting", 3},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(distance_between(str_from(cases[i].a), str_from(cases[i].b)),
                         cases[i].want);
    }
}

static void long_names_are_far_from_all_others(void **state)
{
    char text[DISTANCE_NAME_MAX + 1];

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_int_equal(distance_between((struct str){text, sizeof(text)}, STR("a")), SIZE_MAX);
    assert_int_equal(distance_between(STR("a"), (struct str){text, sizeof(text)}), SIZE_MAX);
    assert_int_equal(distance_between((struct str){text, sizeof(text) - 1}, STR("a")),
                     DISTANCE_NAME_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_distance_counts_bytes_that_differ),
        cmocka_unit_test(long_names_are_far_from_all_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
