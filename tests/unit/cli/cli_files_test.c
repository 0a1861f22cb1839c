#include "cli/cli_files.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <errno.h>
#include <sails/err.h>
#include <stdio.h>
#include <unistd.h>

static void enter_folder(char folder[32])
{
    snprintf(folder, 32, "/tmp/sails-files-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
}

static void leave_folder(const char *folder)
{
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0); /* which must be empty */
}

static void what_is_not_kept_is_taken_away_again(void **state)
{
    struct cli_files files = {0};
    char folder[32];

    (void)state;
    enter_folder(folder);
    assert_int_equal(cli_files_add(&files, "a/b/one", STR("1")), 0);
    assert_int_equal(cli_files_add(&files, "a/two", STR("2")), 0);
    assert_int_equal(access("a/b/one", F_OK), 0);
    cli_files_deinit(&files);
    leave_folder(folder);
}

static void what_is_there_is_neither_replaced_nor_taken_away(void **state)
{
    struct cli_files files = {0};
    char folder[32];
    FILE *file = NULL;

    (void)state;
    enter_folder(folder);
    file = fopen("mine", "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cli_files_add(&files, "fresh/one", STR("1")), 0);
    assert_int_equal(cli_files_add(&files, "mine", STR("2")), SAILS_EEXIST);
    assert_memory_equal(files.problem.ptr, "mine: ", 6);
    assert_int_equal(cli_files_add(&files, "mine/below", STR("2")), -ENOTDIR);
    cli_files_deinit(&files);
    assert_int_equal(access("fresh", F_OK), -1);
    assert_int_equal(remove("mine"), 0);
    leave_folder(folder);
}

static void without_memory_nothing_stays(void **state)
{
    (void)state;
    for (long n = 0, has_failed = 1; has_failed; n++) {
        struct cli_files files = {0};
        char folder[32];
        int rc = 0;

        enter_folder(folder);
        mem_fail_after(n);
        rc = cli_files_add(&files, "a/b", STR("1"));
        has_failed = mem_has_failed();
        mem_fail_after(-1);
        assert_int_equal(rc, has_failed ? SAILS_ENOMEM : 0);
        cli_files_deinit(&files);
        leave_folder(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_kept_is_taken_away_again),
        cmocka_unit_test(what_is_there_is_neither_replaced_nor_taken_away),
        cmocka_unit_test(without_memory_nothing_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
