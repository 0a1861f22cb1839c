#include "cli/cli_completion.h"

#include "base/macros.h"
#include "cli/cli_commands.h"
#include "cli/cli_manual.h"
#include "support/cmocka.h"

#include <stdio.h>

/* The line of the script on which a command's options are; the words of each shell are parted by blanks. */
static struct str find_line(struct str script, const char *command, const char *begin)
{
    char text[64];
    struct str rest = script;
    struct str line;

    while (str_take_part(&rest, '\n', &line)) {
        struct str words = str_trim(line);

        (void)snprintf(text, sizeof(text), "%s%s", command, begin);
        if (str_starts_with(words, str_from(text))) {
            return words;
        }
        (void)snprintf(text, sizeof(text), "%s | ", command);
        if (str_starts_with(words, str_from(text)) &&
            memmem(words.ptr, words.len, begin, strlen(begin)) != NULL) {
            return words;
        }
    }
    return (struct str){NULL, 0};
}

static bool has_word(struct str line, const char *word)
{
    struct str part;

    while (str_take_part(&line, ' ', &part)) {
        while (part.len > 0 && (part.ptr[part.len - 1] == '\'' || part.ptr[part.len - 1] == ')')) {
            part.len--; /* the list ends */
        }
        if (part.len >= strlen(word) &&
            memcmp(part.ptr + part.len - strlen(word), word, strlen(word)) == 0) {
            return true;
        }
    }
    return false;
}

/* Those of its manual page; whose text says that it takes the options of `sails lift` takes all of these, too. */
static void expect_options(struct str line, const struct cli_command *c, const char *shell)
{
    const struct cli_command *lift = cli_command_find("lift");
    bool takes_lifts =
        strstr(c->text, "`sails lift`.") != NULL && strstr(c->text, "ptions") != NULL;
    const struct cli_option *const lists[] = {c->options, takes_lifts ? lift->options : NULL};

    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        for (const struct cli_option *o = lists[i]; o != NULL && o->name != NULL; o++) {
            if (strchr(o->name, '=') == NULL && !has_word(line, o->name)) {
                fail_msg("%s: sails %s: %s is missing", shell, c->name, o->name);
            }
        }
    }
    assert_true(has_word(line, "--help"));
}

static void no_option_of_the_manual_is_missing(void **state)
{
    static const struct {
        const char *shell, *options;
    } shells[] = {{"bash", ") words='"}, {"zsh", ") options=("}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
        struct buf script = {0};

        assert_true(cli_completion_write(&script, shells[i].shell));
        for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
            struct str line = find_line(buf_str(&script), c->name, shells[i].options);

            if (line.len == 0) {
                fail_msg("%s: sails %s is missing", shells[i].shell, c->name);
            }
            expect_options(line, c, shells[i].shell);
        }
        buf_deinit(&script);
    }
}

/* What a usage names is an option of the table, from which shells have it: "[--appPath DIR]". */
static void usages_name_options_of_the_table(void **state)
{
    (void)state;
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        for (const char *at = strstr(c->usage, "--"); at != NULL; at = strstr(at + 2, "--")) {
            size_t len = strcspn(at, " ]");
            bool is_there = false;

            for (size_t i = 0; i < 2; i++) {
                const struct cli_option *o = i == 0 ? c->options : c->lifts;

                for (; o != NULL && o->name != NULL; o++) {
                    is_there =
                        is_there || (strlen(o->name) == len && memcmp(o->name, at, len) == 0);
                }
            }
            if (!is_there) {
                fail_msg("sails %s: %s", c->name, at);
            }
        }
    }
}

static void another_shell_has_none(void **state)
{
    struct buf script = {0};

    (void)state;
    assert_false(cli_completion_write(&script, "fish"));
    assert_int_equal(script.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_option_of_the_manual_is_missing),
        cmocka_unit_test(usages_name_options_of_the_table),
        cmocka_unit_test(another_shell_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
