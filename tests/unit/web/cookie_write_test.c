#include "web/cookie_write.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

#define NOW_MS 784111777000 /* Sun, 06 Nov 1994 08:49:37 GMT */

static const struct cookie_case {
    const char *name, *value, *secret;
    struct sails_cookie_options options;
    const char *want; /* NULL: SAILS_EINVAL, or without a secret SAILS_ESTATE */
} cases[] = {
    {"plain", "\"v 1;\u00e4\"", NULL, {0}, "plain=v%201%3B%C3%A4; Path=/"},
    {"obj", "{\"a\":1}", NULL, {0}, "obj=j%3A%7B%22a%22%3A1%7D; Path=/"},
    {"n", "5", NULL, {0}, "n=5; Path=/"},
    {"b", "true", NULL, {0}, "b=true; Path=/"},
    {"nil", "null", NULL, {0}, "nil=j%3Anull; Path=/"},
    {"e", "\"\"", NULL, {0}, "e=; Path=/"},
    {"sig",
     "\"hello\"",
     "tobiiscool",
     {.is_signed = true},
     "sig=s%3Ahello.DGDUkGlIkCzPz%2BC0B064FNgHdEjox7ch8tOBGslZ5QI; Path=/"},
    {"sigobj",
     "{\"b\":2}",
     "abc",
     {.is_signed = true},
     "sigobj=s%3Aj%3A%7B%22b%22%3A2%7D.weXzNRMuSlpizt8oDBYHO7y6SYGLCq5dl54I5L4YbfI; Path=/"},
    {"all",
     "\"v\"",
     NULL,
     {.domain = ".example.com",
      .path = "/admin",
      .max_age_ms = 90000,
      .http_only = true,
      .secure = true,
      .same_site = "strict"},
     "all=v; Max-Age=90; Domain=.example.com; Path=/admin; Expires=Sun, 06 Nov 1994 08:51:07 GMT; "
     "HttpOnly; Secure; SameSite=Strict"},
    {"x",
     "\"v\"",
     NULL,
     {.expires_ms = NOW_MS},
     "x=v; Path=/; Expires=Sun, 06 Nov 1994 08:49:37 GMT"},
    {"s", "\"v\"", NULL, {.is_signed = true}, NULL},
    {"a b", "\"v\"", NULL, {0}, NULL},
    {"", "\"v\"", NULL, {0}, NULL},
    {"a", "\"v\"", NULL, {.path = "/;x"}, NULL},
    {"a", "\"v\"", NULL, {.domain = "x\r\ny"}, NULL},
    {"a", "\"v\"", NULL, {.same_site = "sometimes"}, NULL},
};

/* request-response 25 */
static void cookies_are_written_as_express_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct cookie_case *c = &cases[i];
        json_t *value = json_loads(c->value, JSON_DECODE_ANY, NULL);
        struct buf out = {0};
        int rc =
            cookie_write(&out, str_from(c->name), value, &c->options, str_from(c->secret), NOW_MS);

        assert_non_null(value);
        if (c->want == NULL) {
            assert_int_equal(rc, c->options.is_signed ? SAILS_ESTATE : SAILS_EINVAL);
        } else {
            assert_int_equal(rc, 0);
            buf_append_char(&out, '\0');
            assert_string_equal(out.ptr, c->want);
        }
        buf_deinit(&out);
        json_decref(value);
    }
}

static void a_removal_is_over_since_1970(void **state)
{
    const struct sails_cookie_options options = {.path = "/x", .max_age_ms = 1000};
    struct buf out = {0};

    (void)state;
    assert_int_equal(cookie_write_removal(&out, STR("a"), &(struct sails_cookie_options){0}), 0);
    buf_append_char(&out, '\n');
    assert_int_equal(cookie_write_removal(&out, STR("b"), &options), 0);
    buf_append_char(&out, '\0');
    assert_string_equal(out.ptr, "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT\n"
                                 "b=; Path=/x; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    buf_deinit(&out);
}

static void every_failing_allocation_is_told(void **state)
{
    const struct sails_cookie_options options = {.is_signed = true, .max_age_ms = 1};
    json_t *value = json_string("hello");
    int rc = SAILS_ENOMEM;
    long n = 0;

    (void)state;
    for (; rc == SAILS_ENOMEM; n++) {
        struct buf out = {0};

        mem_fail_after(n);
        rc = cookie_write(&out, STR("a"), value, &options, STR("secret"), NOW_MS);
        mem_fail_after(-1);
        buf_deinit(&out);
    }
    assert_int_equal(rc, 0);
    assert_true(n > 2);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cookies_are_written_as_express_does),
        cmocka_unit_test(a_removal_is_over_since_1970),
        cmocka_unit_test(every_failing_allocation_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
