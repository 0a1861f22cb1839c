/*
 * session.adapter: where a running app keeps its sessions.
 */
#include "support/fake_redis.h"
#include "support/http_client.h"
#include "support/live_app.h"

#include <sails/session.h>

/* What nothing was put into would not be stored. */
static void answer_ok(sails_req *req, sails_res *res)
{
    json_t *session = sails_req_session(req);

    json_object_set_new(session, "seen", json_true());
    sails_res_json(res, json_boolean(session != NULL));
}

static void prepare(struct live *live)
{
    live_init(live, 1);
    assert_int_equal(sails_app_set(live->app, "session.adapter", json_string("redis")), 0);
    assert_int_equal(sails_app_route(live->app, "GET /hello", answer_ok), 0);
}

/* app-config-cli 5.10 */
static void a_url_that_is_none_fails_the_lift_and_is_not_repeated(void **state)
{
    struct live live;

    (void)state;
    prepare(&live);
    assert_int_equal(
        sails_app_set(live.app, "session.url", json_string("http://:secret@127.0.0.1")), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_log_expect(&live.log, "session.url");
    assert_false(live_log_has(&live.log, "secret@"));
    assert_int_equal(sails_app_set(live.app, "session.adapter", json_string("memory")), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/hello", "", NULL, 200, "true");
    live_end(&live);
}

/* The names of Sails' own packages for it. */
static void other_names_of_redis_are_known(void **state)
{
    static const char *const names[] = {"@sailshq/connect-redis", "connect-redis"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct fake_redis fake;
        struct live live;

        fake_redis_open(&fake);
        prepare(&live);
        assert_int_equal(sails_app_set(live.app, "session.adapter", json_string(names[i])), 0);
        assert_int_equal(sails_app_set(live.app, "session.port", json_integer(fake.port)), 0);
        assert_int_equal(sails_app_set(live.app, "session.pass", json_string("secret")), 0);
        assert_int_equal(sails_app_set(live.app, "session.db", json_integer(3)), 0);
        live_lift(&live);
        fake_redis_accept(&fake);
        fake_redis_expect(&fake, "AUTH secret");
        fake_redis_expect(&fake, "SELECT 3");
        live_end(&live);
        fake_redis_close(&fake);
    }
}

static void what_the_url_says_is_stronger(void **state)
{
    struct fake_redis fake;
    struct live live;
    char url[80];

    (void)state;
    fake_redis_open(&fake);
    prepare(&live);
    (void)snprintf(url, sizeof(url), "redis://ann:word@127.0.0.1:%u/4", fake.port);
    assert_int_equal(sails_app_set(live.app, "session.url", json_string(url)), 0);
    assert_int_equal(sails_app_set(live.app, "session.host", json_string("127.0.0.2")), 0);
    assert_int_equal(sails_app_set(live.app, "session.port", json_integer(1)), 0);
    assert_int_equal(sails_app_set(live.app, "session.pass", json_string("secret")), 0);
    live_lift(&live);
    fake_redis_accept(&fake);
    fake_redis_expect(&fake, "AUTH ann word");
    fake_redis_expect(&fake, "SELECT 4");
    live_end(&live);
    fake_redis_close(&fake);
}

/* Also with what waits for a session at that time. */
static void an_app_that_waits_for_redis_can_be_lowered(void **state)
{
    struct fake_redis fake;
    struct live live;
    struct tcp_client client;
    static const char request[] = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

    (void)state;
    fake_redis_open(&fake);
    prepare(&live);
    assert_int_equal(sails_app_set(live.app, "session.port", json_integer(fake.port)), 0);
    assert_int_equal(sails_app_set(live.app, "shutdownTimeout", json_integer(50)), 0);
    live_lift(&live);
    fake_redis_welcome(&fake);
    assert_true(tcp_client_open(&client, live.port));
    assert_true(tcp_client_send(&client, request, sizeof(request) - 1));
    fake_redis_expect_prefix(&fake, "SET sess:");
    live_end(&live);
    tcp_client_close(&client);
    fake_redis_close(&fake);
}

/* ---- a store of the program's own ---- */

static void find_nothing(void *store, const char *sid, sails_session_loaded_cb loaded, void *ctx)
{
    (void)store;
    (void)sid;
    loaded(SAILS_ENOENT, NULL, ctx);
}

static void count_save(void *store, const char *sid, json_t *session, uint64_t ttl_ms,
                       sails_session_done_cb done, void *ctx)
{
    (void)sid;
    (void)ttl_ms;
    json_decref(session);
    atomic_fetch_add((atomic_int *)store, 1);
    if (done != NULL) {
        done(0, ctx);
    }
}

static void ignore_touch(void *store, const char *sid, uint64_t ttl_ms, sails_session_done_cb done,
                         void *ctx)
{
    (void)store;
    (void)sid;
    (void)ttl_ms;
    done(0, ctx);
}

static void ignore_destroy(void *store, const char *sid, sails_session_done_cb done, void *ctx)
{
    (void)store;
    (void)sid;
    done(0, ctx);
}

static void the_programs_own_store_is_stronger(void **state)
{
    atomic_int n_saved = 0;
    struct sails_session_store store = {.load = find_nothing,
                                        .save = count_save,
                                        .touch = ignore_touch,
                                        .destroy = ignore_destroy,
                                        .store = &n_saved};
    struct live live;

    (void)state;
    prepare(&live);
    assert_int_equal(sails_app_session_store(live.app, &store), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/hello", "", NULL, 200, "true");
    assert_int_equal(atomic_load(&n_saved), 1);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_that_is_none_fails_the_lift_and_is_not_repeated),
        cmocka_unit_test(other_names_of_redis_are_known),
        cmocka_unit_test(what_the_url_says_is_stronger),
        cmocka_unit_test(an_app_that_waits_for_redis_can_be_lowered),
        cmocka_unit_test(the_programs_own_store_is_stronger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
