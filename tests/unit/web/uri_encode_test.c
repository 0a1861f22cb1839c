#include "web/uri_encode.h"

#include "base/macros.h"
#include "support/cmocka.h"
#include "web/disposition.h"

static const struct text_case {
    const char *text, *want;
} urls[] = {
    {"/foo bar?x=\u00e4", "/foo%20bar?x=%C3%A4"},
    {"/a%20b", "/a%20b"},
    {"/100%", "/100%25"},
    {"/%zz%4", "/%25zz%254"},
    {"https://x.com/[a]?b=c&d#e", "https://x.com/[a]?b=c&d#e"},
    {"/\"<>`{}", "/%22%3C%3E%60%7B%7D"},
    {"/a\r\nX: y", "/a%0D%0AX:%20y"},
};

static const struct text_case components[] = {
    {"aZ09-_.!~*'()", "aZ09-_.!~*'()"},
    {"a/b?c=d&e %", "a%2Fb%3Fc%3Dd%26e%20%25"},
    {"\u20ac", "%E2%82%AC"},
};

static const struct text_case dispositions[] = {
    {"", "attachment"},
    {"a.pdf", "attachment; filename=\"a.pdf\""},
    {"/tmp/a b.pdf", "attachment; filename=\"a b.pdf\""},
    {"a\"b\\c.txt", "attachment; filename=\"a\\\"b\\\\c.txt\""},
    {"na\u00efve \u20ac.txt",
     "attachment; filename=\"na?ve ?.txt\"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt"},
    {"50%25.txt", "attachment; filename=\"50%25.txt\"; filename*=UTF-8''50%2525.txt"},
    {"a\r\nb", "attachment; filename=\"a??b\"; filename*=UTF-8''a%0D%0Ab"},
};

static void check(const struct text_case *cases, size_t n,
                  void (*write)(struct buf *out, struct str text))
{
    for (size_t i = 0; i < n; i++) {
        struct buf out = {0};

        write(&out, str_from(cases[i].text));
        buf_append_char(&out, '\0');
        assert_string_equal(out.ptr, cases[i].want);
        buf_deinit(&out);
    }
}

static void addresses_keep_what_is_encoded(void **state)
{
    (void)state;
    check(urls, ARRAY_LEN(urls), uri_encode);
}

static void components_are_encoded_as_javascript_does(void **state)
{
    (void)state;
    check(components, ARRAY_LEN(components), uri_encode_component);
}

/* RFC 6266 appendix D */
static void file_names_have_an_ascii_stand_in(void **state)
{
    (void)state;
    check(dispositions, ARRAY_LEN(dispositions), disposition_write);
}

static void extensions_are_behind_the_last_dot(void **state)
{
    (void)state;
    assert_true(str_eq(disposition_extension(STR("a.b/c.tar.gz")), STR("gz")));
    assert_null(disposition_extension(STR("a.b/c")).ptr);
    assert_null(disposition_extension(STR("/.profile")).ptr);
    assert_null(disposition_extension((struct str){NULL, 0}).ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_keep_what_is_encoded),
        cmocka_unit_test(components_are_encoded_as_javascript_does),
        cmocka_unit_test(file_names_have_an_ascii_stand_in),
        cmocka_unit_test(extensions_are_behind_the_last_dot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
