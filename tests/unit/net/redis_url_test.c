#include "net/redis_url.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static bool is_text(const char *got, const char *want)
{
    return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

static void a_url_says_where_redis_is_and_who_we_are(void **state)
{
    static const struct {
        const char *text;
        struct {
            const char *host;
            const char *username;
            const char *password;
            unsigned port;
            unsigned db;
            bool is_tls;
        } want;
    } cases[] = {
        {"redis://", {NULL, NULL, NULL, 0, 0, false}},
        {"redis://cache", {"cache", NULL, NULL, 0, 0, false}},
        {"REDIS://cache/", {"cache", NULL, NULL, 0, 0, false}},
        {"redis://cache:6380/2", {"cache", NULL, NULL, 6380, 2, false}},
        {"redis://:secret@10.0.0.1", {"10.0.0.1", NULL, "secret", 0, 0, false}},
        {"redis://ann:secret@cache", {"cache", "ann", "secret", 0, 0, false}},
        {"redis://ann@cache", {"cache", "ann", NULL, 0, 0, false}},
        {"redis://:p%40ss%3aw%2Ford@cache", {"cache", NULL, "p@ss:w/ord", 0, 0, false}},
        {"redis://:p@ss@cache", {"cache", NULL, "p@ss", 0, 0, false}},
        {"redis://[::1]:7000/1", {"::1", NULL, NULL, 7000, 1, false}},
        {"redis://[::1]", {"::1", NULL, NULL, 0, 0, false}},
        {"redis:///3", {NULL, NULL, NULL, 0, 3, false}},
        {"RedisS://cache", {"cache", NULL, NULL, 0, 0, true}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct redis_url url = {0};
        int rc = redis_url_parse(cases[i].text, &url);

        if (rc != 0 || !is_text(url.host, cases[i].want.host) ||
            !is_text(url.username, cases[i].want.username) ||
            !is_text(url.password, cases[i].want.password) || url.port != cases[i].want.port ||
            url.db != cases[i].want.db || url.is_tls != cases[i].want.is_tls) {
            fail_msg("%s: %d", cases[i].text, rc);
        }
        redis_url_deinit(&url);
    }
}

static void what_is_no_such_url_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "cache",
        "http://cache",
        "redis:/cache",
        "redis://cache:",
        "redis://cache:65536",
        "redis://cache:12x",
        "redis://cache/x",
        "redis://cache/-1",
        "redis://cache/99999999999",
        "redis://:a%4@cache",
        "redis://:a%zz@cache",
        "redis://:a%00b@cache",
        "redis://[::1",
        "redis://[::1]7000",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct redis_url url = {0};
        int rc = redis_url_parse(cases[i], &url);

        if (rc != SAILS_EINVAL || url.host != NULL || url.password != NULL) {
            fail_msg("%s: %d", cases[i], rc);
        }
    }
}

static void each_allocation_may_fail(void **state)
{
    struct redis_url url = {0};
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        mem_fail_after(n);
        rc = redis_url_parse("redis://ann:secret@cache:1/2", &url);
        assert_true(rc == 0 || (rc == SAILS_ENOMEM && url.host == NULL));
    }
    mem_fail_after(-1);
    redis_url_deinit(&url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_says_where_redis_is_and_who_we_are),
        cmocka_unit_test(what_is_no_such_url_is_refused),
        cmocka_unit_test(each_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
