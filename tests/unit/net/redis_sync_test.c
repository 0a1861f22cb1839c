#include "net/redis_sync.h"

#include "base/mem.h"
#include "support/yes_redis.h"

#include <errno.h>
#include <sails/err.h>

static struct redis_options options_of(const struct yes_redis *redis)
{
    struct redis_options options = redis_default_options;

    options.port = redis->port;
    return options;
}

#define TOLD(redis, text) yes_redis_was_told(redis, text, sizeof(text) - 1)

static void it_says_who_it_is_and_asks(void **state)
{
    struct yes_redis redis;
    struct redis_options options;
    struct redis_sync *sync = NULL;
    struct redis_reply *reply = NULL;
    struct buf why = {0};

    (void)state;
    yes_redis_open(&redis, "+OK\r\n");
    options = options_of(&redis);
    options.username = "ann";
    options.password = "secret";
    options.db = 3;
    assert_int_equal(redis_sync_open(&options, &sync, &why), 0);
    assert_true(TOLD(&redis, "$4\r\nAUTH\r\n$3\r\nann\r\n$6\r\nsecret\r\n"));
    assert_true(TOLD(&redis, "$6\r\nSELECT\r\n$1\r\n3\r\n"));
    assert_true(TOLD(&redis, "$4\r\nPING\r\n"));
    assert_int_equal(
        redis_sync_command(sync, (const struct str[]){STR("GET"), STR("k")}, 2, &reply, &why), 0);
    assert_true(redis_reply_is(reply, STR("OK")));
    redis_reply_destroy(reply);
    redis_sync_close(sync);
    yes_redis_close(&redis);
    buf_deinit(&why);
}

static void what_goes_wrong_has_a_code_and_a_reason(void **state)
{
    static const struct {
        const char *answer;
        int want;
        const char *why;
    } cases[] = {
        {"-WRONGPASS no\r\n", SAILS_EREFUSED, "WRONGPASS no"},
        {"", SAILS_ECLOSED, ""},
        {"HTTP/1.1 400\r\n", SAILS_EPROTO, ""},
        {"$5\r\nhal", SAILS_ETIMEOUT, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct yes_redis redis;
        struct redis_options options;
        struct redis_sync *sync = NULL;
        struct buf why = {0};

        yes_redis_open(&redis, cases[i].answer);
        options = options_of(&redis);
        options.connect_timeout_ms = cases[i].want == SAILS_ETIMEOUT ? 1 : 60000;
        assert_int_equal(redis_sync_open(&options, &sync, &why), cases[i].want);
        buf_append_char(&why, '\0');
        assert_string_equal(why.ptr, cases[i].why);
        buf_deinit(&why);
        yes_redis_close(&redis);
        if (cases[i].want == SAILS_EREFUSED) {
            assert_int_equal(redis_sync_open(&options, &sync, &why), -ECONNREFUSED);
        }
    }
    assert_int_equal(redis_sync_open(&(struct redis_options){0}, NULL, NULL), SAILS_EINVAL);
}

/* The server takes whatever comes for its own, and is no TLS server. */
static void who_speaks_no_tls_is_refused(void **state)
{
    struct yes_redis redis;
    struct redis_options options;
    struct redis_sync *sync = NULL;
    struct buf why = {0};

    (void)state;
    yes_redis_open(&redis, "+OK\r\n");
    options = options_of(&redis);
    options.tls.is_on = true;
    assert_int_equal(redis_sync_open(&options, &sync, &why), SAILS_ETLS);
    options.tls.ca_file = "/no such file";
    assert_int_equal(redis_sync_open(&options, &sync, &why), SAILS_ETLS);
    yes_redis_close(&redis);
    buf_deinit(&why);
}

static void without_memory_nothing_is_left(void **state)
{
    struct yes_redis redis;
    struct redis_options options;

    (void)state;
    yes_redis_open(&redis, "+OK\r\n");
    options = options_of(&redis);
    for (long n = 0, failed = 1; failed != 0; n++) {
        struct redis_sync *sync = NULL;
        struct buf why = {0};
        int rc = 0;

        mem_fail_after(n);
        rc = redis_sync_open(&options, &sync, &why);
        if (rc == 0) {
            rc = redis_sync_command(sync, (const struct str[]){STR("PING")}, 1, NULL, &why);
        }
        failed = mem_has_failed();
        mem_fail_after(-1);
        assert_int_equal(rc, failed != 0 ? SAILS_ENOMEM : 0);
        redis_sync_close(sync);
        buf_deinit(&why);
    }
    yes_redis_close(&redis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_who_it_is_and_asks),
        cmocka_unit_test(what_goes_wrong_has_a_code_and_a_reason),
        cmocka_unit_test(who_speaks_no_tls_is_refused),
        cmocka_unit_test(without_memory_nothing_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
