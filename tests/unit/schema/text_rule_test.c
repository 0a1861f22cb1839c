#include "schema/text_rule.h"

#include "base/mem.h"
#include "support/cmocka.h"

typedef bool (*rule_fn)(struct str text);

static void expect_all(rule_fn rule, bool want, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        /* a copy of the very length, so that reading on is seen */
        size_t len = strlen(*texts);
        char *copy = mem_alloc(len + 1);

        memcpy(copy, *texts, len);
        copy[len] = '@';
        if (rule((struct str){copy, len}) != want) {
            fail_msg("\"%s\" %s", *texts, want ? "was refused" : "was taken");
        }
        mem_free(copy);
    }
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* waterline 2: isEmail */
static void addresses_of_mail_are_told(void **state)
{
    (void)state;
    expect_all(text_rule_is_email, true,
               TEXTS("a+b@c.co", "x@example.com", "first.last@sub.example.org", "o'hara@x.ie",
                     "jürgen@bücher.de", "a@b.xn--p1ai", "a_b-c@d-e.info"));
    expect_all(text_rule_is_email, false,
               TEXTS("", "nope", "a@b", "@b.co", "a@", "a@b.", "a@.co", "a@b..co", "a..b@c.co",
                     ".a@b.co", "a.@b.co", "a b@c.co", "a@b.c", "a@b.c1", "a@-b.co", "a@b-.co",
                     "a@b@c.co", "a@b_c.co", "a@1.2.3.4", "a\n@b.co", "<a@b.co>"));
}

/* waterline 2: isURL */
static void urls_are_told(void **state)
{
    (void)state;
    expect_all(text_rule_is_url, true,
               TEXTS("http://example.com", "https://example.com/a?b=c#d", "example.com",
                     "localhost", "http://localhost:1337/x", "ftp://u:p@files.example.org:21/",
                     "HTTP://EXAMPLE.COM", "http://example.com:/x", "http://127.0.0.1:80",
                     "http://[::1]:80/", "example.com?x=http://y", "http://bücher.de/ä"));
    expect_all(text_rule_is_url, false,
               TEXTS("", "nope", "http://", "http://a", "mailto:a@b.co", "javascript:alert(1)",
                     "gopher://example.com", "http://example.com:0", "http://example.com:65536",
                     "http://example.com:x", "http://exa mple.com", "http://[::1", "http://[x]/",
                     "http://example..com", "//example.com", "http://-a.com", "/path",
                     "http://@example.com", "http://a:b:c@example.com", "http://example.com/<x>",
                     "http://[127.0.0.1]/"));
}

/* waterline 2: isIP, isUUID, isHexColor, isCreditCard */
static void the_other_forms_are_told(void **state)
{
    (void)state;
    expect_all(
        text_rule_is_ip, true,
        TEXTS("127.0.0.1", "::1", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4", "fe80::1%eth0"));
    expect_all(text_rule_is_ip, false,
               TEXTS("", "1.2.3", "256.1.1.1", "::g", "1.2.3.4 ", "localhost", "fe80::1%",
                     "::1%a b", "1.2.3.4%eth0"));
    expect_all(text_rule_is_uuid, true,
               TEXTS("123e4567-e89b-12d3-a456-426614174000", "A987FBC9-4BED-8078-BF07-9141BA07C9F3",
                     "00000000-0000-0000-0000-000000000000",
                     "FFFFFFFF-ffff-ffff-ffff-ffffffffffff"));
    expect_all(text_rule_is_uuid, false,
               TEXTS("", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g",
                     "123e4567-e89b-12d3-a456-4266141740001",
                     "123e4567-e89b-12d3a-456-426614174000", "123e4567-e89b-02d3-a456-426614174000",
                     "123e4567-e89b-92d3-a456-426614174000",
                     "123e4567-e89b-12d3-c456-426614174000"));
    expect_all(text_rule_is_hex_color, true,
               TEXTS("#fff", "fff", "#A0b1C2", "000000", "#fff8", "a0b1c280"));
    expect_all(text_rule_is_hex_color, false, TEXTS("", "#", "#ff", "#fffff", "#ggg", "##fff"));
    expect_all(text_rule_is_credit_card, true,
               TEXTS("4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004"));
    expect_all(text_rule_is_credit_card, false,
               TEXTS("", "4111111111111112", "411111111111111x", "0", "00000000000000000000"));
}

static void texts_are_short_before_they_are_looked_at(void **state)
{
    char label[300];

    (void)state;
    memset(label, 'a', sizeof(label));
    memcpy(label + sizeof(label) - 4, ".com", 4);
    assert_false(text_rule_is_url((struct str){label, sizeof(label)}));
    memcpy(label + 70, "@b.co", 5);
    assert_false(text_rule_is_email((struct str){label, 75}));
    assert_true(text_rule_is_email((struct str){label + 6, 69}));
    assert_false(text_rule_is_ip((struct str){"::1\0", 4}));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_mail_are_told),
        cmocka_unit_test(urls_are_told),
        cmocka_unit_test(the_other_forms_are_told),
        cmocka_unit_test(texts_are_short_before_they_are_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
