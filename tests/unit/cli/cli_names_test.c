#include "cli/cli_names.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

/* What lodash's kebabCase() makes of them, by which Sails names applications. */
static void names_are_written_with_hyphens(void **state)
{
    static const struct {
        const char *name, *want;
    } cases[] = {
        {"shop", "shop"},
        {"myShop", "my-shop"},
        {"MyShop", "my-shop"},
        {"my_shop", "my-shop"},
        {"My Shop", "my-shop"},
        {"demo1", "demo-1"},
        {"demo-1", "demo-1"},
        {"JSONFile", "json-file"},
        {"fileJSON", "file-json"},
        {"1st", "1-st"},
        {"--a--b--", "a-b"},
        {"a..b", "a-b"},
        {"", ""},
        {"///", ""},
        {"B2B", "b-2-b"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *have = cli_name_kebab(str_from(cases[i].name));

        assert_non_null(have);
        assert_string_equal(have, cases[i].want);
        mem_free(have);
    }
}

static void without_memory_there_is_no_name(void **state)
{
    (void)state;
    mem_fail_after(0);
    assert_null(cli_name_kebab(STR("shop")));
    mem_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_written_with_hyphens),
        cmocka_unit_test(without_memory_there_is_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
