#include "actions/action_glob.h"

#include "base/macros.h"
#include "support/cmocka.h"

/* app-config-cli 1.6 */
static void a_list_has_what_its_items_cover_and_none_leaves_out(void **state)
{
    static const struct {
        const char *list, *identity;
        bool want;
    } cases[] = {
        {"*", "user/find", true},
        {"*", "index", true},
        {"user/find", "user/find", true},
        {"User/Find", "user/find", true},
        {"user/find", "user/findone", false},
        {"user/*", "user/find", true},
        {"user/*", "user/a/b", true},
        {"user/*", "user", true},
        {"user/*", "users", false},
        {"user/*", "pet/find", false},
        {"index, user/*", "user/find", true},
        {"index,user/*", "index", true},
        {"*, !user/find", "user/find", false},
        {"!user/find, *", "user/find", false},
        {"*, !user/*", "user", false},
        {"*, !user/*", "pet/feed", true},
        {"user/*, ! user/login", "user/login", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (action_glob_has(str_from(cases[i].list), str_from(cases[i].identity)) !=
            cases[i].want) {
            fail_msg("\"%s\": %s", cases[i].list, cases[i].identity);
        }
    }
}

static void what_is_no_list_is_told_apart(void **state)
{
    static const char *const right[] = {"*", "a", "a/*", "a, b/c", "*, !a/*"};
    static const char *const wrong[] = {"", "!a", "a*", "*/a", "a,,b", "a/*/b", "!", "**"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        assert_true(action_glob_is_list(str_from(right[i])));
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        if (action_glob_is_list(str_from(wrong[i]))) {
            fail_msg("\"%s\" is taken for a list", wrong[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_what_its_items_cover_and_none_leaves_out),
        cmocka_unit_test(what_is_no_list_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
