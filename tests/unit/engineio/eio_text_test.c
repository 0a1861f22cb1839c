#include "engineio/eio_text.h"

#include "support/cmocka.h"

#include <sails/err.h>

static void assert_taken(struct buf *out, const char *want)
{
    buf_append_char(out, '\0');
    assert_string_equal(out->ptr, want);
    buf_deinit(out);
}

/* engine-io 37 */
static void a_payload_becomes_a_script(void **state)
{
    struct buf out = {0};

    (void)state;
    eio_text_wrap_jsonp(&out, STR("7"), STR("4a\"\\\n\t\x01\xe2\x80\xa8\xe2\x80\xa9\xe2\x82\xac"));
    assert_taken(&out, "___eio[7](\"4a\\\"\\\\\\n\\t\\u0001\\u2028\\u2029\xe2\x82\xac\");");
    eio_text_wrap_jsonp(&out, STR(""), STR("6"));
    assert_taken(&out, "___eio[](\"6\");");
}

/* engine-io 37 */
static void a_form_gives_its_payload_back(void **state)
{
    static const struct {
        const char *form;
        const char *want; /* NULL: there is none */
    } cases[] = {
        {"d=4hello", "4hello"},
        {"d=4a%2Bb+c", "4a+b c"},
        {"x=1&d=4a&y=2", "4a"},
        {"d=4a%5Cnb", "4a\nb"},          /* \n: a line feed */
        {"d=4a%5C%5Cnb", "4a\\nb"},      /* \\n: \n */
        {"d=4a%5C%5C%5Cnb", "4a\\\\nb"}, /* the last two of the run are what counts */
        {"d=%5Cn%5Cn%5C%5Cn", "\n\n\\n"},
        {"d=4a%5Cb", "4a\\b"},
        {"d=", ""},
        {"", NULL},
        {"e=4a", NULL},
        {"d=4a&d=4b", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out = {0};
        bool found = eio_text_unwrap_jsonp(&out, str_from(cases[i].form));

        assert_int_equal(found, cases[i].want != NULL);
        assert_taken(&out, found ? cases[i].want : "");
    }
}

static void only_surrogates_are_repaired_for_revision_3(void **state)
{
    struct buf out = {0};

    (void)state;
    assert_int_equal(eio_text_repair_surrogates(&out, str_bytes(STR("a\xed\xbf\xbf"
                                                                    "b"))),
                     0);
    assert_taken(&out, "a\xef\xbf\xbd"
                       "b");
    assert_int_equal(eio_text_repair_surrogates(&out, str_bytes(STR("a\xed\xa0"))), SAILS_EPROTO);
    assert_int_equal(eio_text_repair_surrogates(&out, str_bytes(STR("\xc0\x80"))), SAILS_EPROTO);
    buf_deinit(&out);
}

/* engine-io 6.1: as every browser decodes. */
static void malformed_sequences_become_one_replacement_each(void **state)
{
    static const struct {
        const char *text;
        const char *want; /* '?' stands for U+FFFD */
    } cases[] = {
        {"abc", "abc"},
        {"\x80", "?"},
        {"\xff\xff", "??"},
        {"\xe2\x82", "?"},
        {"\xe2\x82z", "?z"},
        {"\xe2z", "?z"},
        {"\xf0\x9f\x98z", "?z"},
        {"\xf0\x80\x80\x80", "????"},
        {"\xe2\x82\xe2\x82\xac", "?\xe2\x82\xac"},
        {"\xc3\xa9\xc3", "\xc3\xa9?"},
        {"\xf4\x90\x80\x80", "????"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out = {0};
        struct buf want = {0};

        eio_text_repair(&out, str_bytes(str_from(cases[i].text)));
        for (const char *at = cases[i].want; *at != '\0'; at++) {
            buf_append_str(&want, *at == '?' ? STR("\xef\xbf\xbd") : (struct str){at, 1});
        }
        buf_append_char(&want, '\0');
        assert_taken(&out, want.ptr);
        buf_deinit(&want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_becomes_a_script),
        cmocka_unit_test(a_form_gives_its_payload_back),
        cmocka_unit_test(only_surrogates_are_repaired_for_revision_3),
        cmocka_unit_test(malformed_sequences_become_one_replacement_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
