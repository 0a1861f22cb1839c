#include "web/cookie.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

static void expect_json(json_t *value, const char *header, const char *want)
{
    json_t *wanted = json_loads(want, 0, NULL);

    assert_non_null(wanted);
    if (!json_equal(value, wanted)) {
        fail_msg("%s: %s, want %s", header, json_dumps(value, JSON_COMPACT), want);
    }
    json_decref(wanted);
    json_decref(value);
}

#define SIGNED "s%3Ahello.DGDUkGlIkCzPz%2BC0B064FNgHdEjox7ch8tOBGslZ5QI"

/* request-response 12 */
static void a_cookie_header_is_parsed_as_by_express(void **state)
{
    static const struct {
        const char *header, *plain, *is_signed;
    } cases[] = {
        {"", "{}", "{}"},
        {"a=1; b=2", "{\"a\":\"1\",\"b\":\"2\"}", "{}"},
        {"a=1;a=2", "{\"a\":\"1\"}", "{}"},
        {"q=\"quoted\"", "{\"q\":\"quoted\"}", "{}"},
        {"e=a=b", "{\"e\":\"a=b\"}", "{}"},
        {"p=v%201; r=%zz; n=; none", "{\"p\":\"v 1\",\"r\":\"%zz\",\"n\":\"\"}", "{}"},
        {"j=j%3A%7B%22q%22%3A1%7D; k=j:{", "{\"j\":{\"q\":1},\"k\":\"j:{\"}", "{}"},
        {"sig=" SIGNED "; sig=2", "{}", "{\"sig\":\"hello\"}"},
        {"sig=" SIGNED "x; short=s:x", "{}", "{\"sig\":false,\"short\":false}"},
        {"=x; __proto__=1; \xc3=1; bad=\xff", "{}", "{}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *plain = NULL;
        json_t *is_signed = NULL;

        assert_int_equal(
            cookie_parse(str_from(cases[i].header), STR("tobiiscool"), &plain, &is_signed), 0);
        expect_json(plain, cases[i].header, cases[i].plain);
        expect_json(is_signed, cases[i].header, cases[i].is_signed);
    }
}

static void without_a_secret_signed_cookies_stay_text(void **state)
{
    json_t *plain = NULL;
    json_t *is_signed = NULL;

    (void)state;
    assert_int_equal(cookie_parse(STR("a=s:x.y"), (struct str){NULL, 0}, &plain, &is_signed), 0);
    expect_json(plain, "plain", "{\"a\":\"s:x.y\"}");
    expect_json(is_signed, "signed", "{}");
}

static void every_cut_of_a_header_parses(void **state)
{
    static const char text[] = "a=\"1\"; j=j%3A%7B%22q%22%3A1%7D; sig=" SIGNED;

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        char *copy = mem_strndup(text, len);
        json_t *plain = NULL;
        json_t *is_signed = NULL;

        assert_int_equal(
            cookie_parse((struct str){copy, len}, STR("tobiiscool"), &plain, &is_signed), 0);
        json_decref(plain);
        json_decref(is_signed);
        mem_free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_header_is_parsed_as_by_express),
        cmocka_unit_test(without_a_secret_signed_cookies_stay_text),
        cmocka_unit_test(every_cut_of_a_header_parses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
