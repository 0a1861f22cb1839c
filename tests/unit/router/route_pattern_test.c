#include "router/route_pattern.h"

#include "base/macros.h"
#include "support/cmocka.h"

/* "/logo.png" is a file's path: a route that cannot take a dot takes none. */
static void whether_a_dot_can_be_in_a_path_is_known(void **state)
{
    static const struct {
        const char *regex;
        bool may_take_dots;
    } cases[] = {
        {"^/old/(\\d+)$", false},   {"^/(\\w+)/([a-z0-9_]+)$", false},
        {"^/(?:a|b)/x{2}$", false}, {"^/[\\w-]+$", false},
        {"^/a\\$$", false},         {"^/(.*)$", true},
        {"^/old/(\\d+)", true},     {"/old/(\\d+)$", true},
        {"^/a$|^/b", true},         {"^/a|b$", true},
        {"^/a\\.png$", true},       {"^/[^/]+$", true},
        {"^/[a.]+$", true},         {"^/[]a.]+$", true},
        {"^/[+-9]+$", true},        {"^/[[:punct:]]+$", true},
        {"^/[\\D]+$", true},        {"^/\\S+$", true},
        {"^/\\x2e$", true},         {"^/a\\$", true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct route_pattern *pattern = NULL;

        assert_int_equal(route_pattern_of_regex(str_from(cases[i].regex), STR(""), &pattern), 0);
        if (route_pattern_may_take_dots(pattern) != cases[i].may_take_dots) {
            fail_msg("%s", cases[i].regex);
        }
        route_pattern_destroy(pattern);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whether_a_dot_can_be_in_a_path_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
