#include "config/config_reference.h"

#include "base/mem.h"
#include "support/cmocka.h"

static const char page_path[] = SAILS_SOURCE_DIR "/docs/configuration.md";

static void read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    char piece[4096];
    size_t n = 0;

    if (file == NULL) {
        return; /* as an empty one */
    }
    do {
        n = fread(piece, 1, sizeof(piece), file);
        buf_append(out, piece, n);
    } while (n > 0);
    assert_int_equal(fclose(file), 0);
}

static void write_file(const char *path, struct str text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static void the_page_says_what_the_table_says(void **state)
{
    struct buf want = {0};
    struct buf have = {0};

    (void)state;
    config_reference_write(&want);
    assert_int_equal(buf_error(&want), 0);
    if (getenv("SAILS_UPDATE_DOCS") != NULL) {
        write_file(page_path, buf_str(&want));
    }
    read_file(page_path, &have);
    if (!str_eq(buf_str(&have), buf_str(&want))) {
        fail_msg("docs/configuration.md is older than src/config/config_keys.c: run this test with "
                 "SAILS_UPDATE_DOCS=1 to write it anew, and commit it");
    }
    buf_deinit(&have);
    buf_deinit(&want);
}

static void every_key_is_on_the_page_once_and_in_the_help(void **state)
{
    struct buf page = {0};
    struct buf help = {0};

    (void)state;
    config_reference_write(&page);
    config_write_help(&help, "app");
    buf_append_char(&page, '\0');
    buf_append_char(&help, '\0');
    assert_int_equal(buf_error(&page) | buf_error(&help), 0);
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        char row[100];
        char option[100];
        const char *found = NULL;

        snprintf(row, sizeof(row), "\n| `%s` | ", key->name);
        snprintf(option, sizeof(option), "\n  --%s\n", key->name);
        found = strstr(page.ptr, row);
        assert_non_null(found);
        assert_null(strstr(found + 1, row));
        assert_non_null(strstr(help.ptr, option));
        assert_null(strchr(key->about, '|')); /* it would end the table's cell */
    }
    buf_deinit(&help);
    buf_deinit(&page);
}

static void without_memory_there_is_no_half_page(void **state)
{
    bool has_failed = true;

    (void)state;
    for (long n = 0; has_failed; n++) {
        struct buf page = {0};

        mem_fail_after(n);
        config_reference_write(&page);
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_true((buf_error(&page) < 0) == has_failed);
        buf_deinit(&page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_says_what_the_table_says),
        cmocka_unit_test(every_key_is_on_the_page_once_and_in_the_help),
        cmocka_unit_test(without_memory_there_is_no_half_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
