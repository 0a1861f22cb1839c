#include "config/config_comments.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void comments_become_blanks_and_nothing_else_changes(void **state)
{
    static const struct {
        const char *why, *text, *want;
    } cases[] = {
        {"nothing", "", ""},
        {"no comment", "{\"a\": 1}", "{\"a\": 1}"},
        {"to the end of the line", "{ // x\n}", "{     \n}"},
        {"to the end of the file", "{}//x", "{}   "},
        {"an empty one", "//\n", "  \n"},
        {"a carriage return stays", "// x\r\n{}", "    \r\n{}"},
        {"a block", "{/* x */}", "{       }"},
        {"an empty block", "{/**/}", "{    }"},
        {"a block of stars", "/***/1", "     1"},
        {"lines in a block stay", "/*\na\r\n*/1", "  \n \r\n  1"},
        {"a line comment in a block", "/* // */1", "        1"},
        {"a block in a line comment", "// /*\n1", "     \n1"},
        {"blocks do not nest", "/* /* */1", "        1"},
        {"one behind the other", "/*a*//*b*/1", "          1"},
        {"a quote in a comment", "// \"\n\"//\"", "    \n\"//\""},
        {"slashes in a string", "\"http://x/*y*/\"", "\"http://x/*y*/\""},
        {"an escaped quote", "\"\\\"//\"//", "\"\\\"//\"  "},
        {"an escaped backslash", "\"\\\\\"//", "\"\\\\\"  "},
        {"a string without end is its line's", "\"a\n//b", "\"a\n   "},
        {"an escape at the end of its line", "\"\\\n//b", "\"\\\n   "},
        {"an escape at the end", "\"\\", "\"\\"},
        {"a lone slash is the parser's", "{/}", "{/}"},
        {"a slash at the end", "1/", "1/"},
        {"a star and a slash", "1*/", "1*/"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t len = strlen(cases[i].text);
        char *text = mem_strndup(cases[i].text, len);
        size_t line = 0;

        if (config_comments_blank(text, len, &line) != 0 || strcmp(text, cases[i].want) != 0) {
            fail_msg("%s: \"%s\"", cases[i].why, text);
        }
        mem_free(text);
    }
}

static void a_comment_without_end_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text;
        size_t line;
    } cases[] = {
        {"/*", 1}, {"/*/", 1}, {"/* *", 1}, {"\n\n{} /*\n\n", 3}, {"/*\n*/\n\"x\n/* \"*", 4},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t len = strlen(cases[i].text);
        char *text = mem_strndup(cases[i].text, len);
        size_t line = 0;

        assert_int_equal(config_comments_blank(text, len, &line), SAILS_ECONFIG);
        assert_int_equal(line, cases[i].line);
        mem_free(text);
    }
}

/* The text has no NUL behind it: what would be read too far is found by the sanitizer. */
static void every_cut_of_a_text_is_survived(void **state)
{
    static const char whole[] = "{ // a\n \"b\\\"//\": /* c\n * */ 1 }";

    (void)state;
    for (size_t len = 1; len < sizeof(whole); len++) {
        char *text = mem_alloc(len);
        size_t line = 0;

        assert_non_null(text);
        memcpy(text, whole, len);
        (void)config_comments_blank(text, len, &line);
        assert_int_equal(text[0], '{');
        mem_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comments_become_blanks_and_nothing_else_changes),
        cmocka_unit_test(a_comment_without_end_is_told_with_its_line),
        cmocka_unit_test(every_cut_of_a_text_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
