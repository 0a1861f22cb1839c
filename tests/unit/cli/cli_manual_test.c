#include "cli/cli_manual.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE SAILS_SOURCE_DIR "/docs/commands.md"

static void the_page_is_what_the_table_says(void **state)
{
    struct buf want = {0};
    struct buf have = {0};
    char piece[4096];
    FILE *file = NULL;
    size_t n = 0;

    (void)state;
    cli_manual_write_markdown(&want);
    if (getenv("SAILS_UPDATE_DOCS") != NULL) {
        file = fopen(PAGE, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(want.ptr, 1, want.len, file), want.len);
        assert_int_equal(fclose(file), 0);
    }
    file = fopen(PAGE, "rb");
    assert_non_null(file);
    do {
        n = fread(piece, 1, sizeof(piece), file);
        buf_append(&have, piece, n);
    } while (n > 0);
    assert_int_equal(fclose(file), 0);
    assert_true(str_eq(buf_str(&have), buf_str(&want)));
    buf_deinit(&have);
    buf_deinit(&want);
}

/* A line of text that begins with a dot or a quote would be a request. */
static void manual_pages_hold_requests_of_man_and_text(void **state)
{
    static const char *const requests[] = {".TH ", ".SH ", ".B ", ".BR ",
                                           ".TP",  ".PP",  ".nf", ".fi"};

    (void)state;
    for (const struct cli_command *c = cli_commands;; c++) {
        struct buf page = {0};
        struct str rest, line;

        cli_manual_write_man(&page, c->name != NULL ? c : NULL);
        rest = buf_str(&page);
        while (str_take_part(&rest, '\n', &line)) {
            bool is_known = line.len == 0 || (line.ptr[0] != '.' && line.ptr[0] != '\'');

            for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
                is_known = is_known || str_starts_with(line, str_from(requests[i])) ||
                           str_eq(line, str_from(requests[i]));
            }
            if (!is_known) {
                fail_msg("%.*s", STR_FMT(line));
            }
        }
        buf_deinit(&page);
        if (c->name == NULL) {
            break;
        }
    }
}

/* zsh's list has them between quotes, parted by a colon. */
static void what_is_told_of_commands_has_no_quotes(void **state)
{
    (void)state;
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        assert_null(strpbrk(c->about, "':"));
        assert_non_null(c->text);
        assert_int_equal(c->text[strlen(c->text) - 1], '\n');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_what_the_table_says),
        cmocka_unit_test(manual_pages_hold_requests_of_man_and_text),
        cmocka_unit_test(what_is_told_of_commands_has_no_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
