#include "admin/admin.h"

#include "base/json_value.h"
#include "support/live_app.h"

/*
 * Who may be let in, and what becomes of a page without memory. What a page hears and does is tested with the real
 * one: tests/integration/admin.test.mjs.
 */

/* Of "secret". */
#define HASH "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"

static void hashes_are_told_from_what_is_none(void **state)
{
    static const char *const bad[] = {
        "",
        "secret",
        "$2b$04$",
        "$1b$04$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQK",
        "$2x$04$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQK",
        "$2b$03$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQK",
        "$2b$17$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQK",
        "$2b$x4$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQK",
        "$2b$04$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQ",
        "$2b$04$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQ!",
        "$2b$04$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQKK",
    };

    (void)state;
    assert_true(admin_auth_is_hash(HASH));
    assert_true(admin_auth_is_hash("$2y$16$abcdefghijklmnopqrstuuW1Zi6jBHsbr3.xqsaVoSuDRAAE0iWQK"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(admin_auth_is_hash(bad[i]));
    }
}

static int admin_of(const struct sails_admin_options *options)
{
    struct live live;
    int rc = 0;

    live_init(&live, 1);
    rc = sails_app_admin(live.app, options);
    live_end(&live);
    return rc;
}

static void nobody_comes_in_without_being_named(void **state)
{
    (void)state;
    assert_int_equal(admin_of(NULL), SAILS_EINVAL);
    assert_int_equal(admin_of(&(struct sails_admin_options){0}), SAILS_EINVAL);
    assert_int_equal(admin_of(&(struct sails_admin_options){.username = "ann"}), SAILS_EINVAL);
    assert_int_equal(admin_of(&(struct sails_admin_options){.password_hash = HASH}), SAILS_EINVAL);
    assert_int_equal(
        admin_of(&(struct sails_admin_options){.username = "ann", .password_hash = "secret"}),
        SAILS_EINVAL);
    assert_int_equal(admin_of(&(struct sails_admin_options){.username = "ann", .is_open = true}),
                     SAILS_EINVAL);
    assert_int_equal(admin_of(&(struct sails_admin_options){.is_open = true}), 0);
    assert_int_equal(
        admin_of(&(struct sails_admin_options){.username = "ann", .password_hash = HASH}), 0);
}

static void it_is_set_up_once_and_in_time(void **state)
{
    const struct sails_admin_options options = {.is_open = true, .name = "/ops"};
    struct live live;

    (void)state;
    assert_int_equal(sails_app_admin(NULL, &options), SAILS_EINVAL);
    live_init(&live, 1);
    assert_int_equal(sails_app_admin(live.app, &options), 0);
    assert_int_equal(sails_app_admin(live.app, &options), SAILS_ESTATE);
    assert_non_null(sails_io_of(live.io, "/ops"));
    live_lift(&live);
    assert_int_equal(sails_app_admin(live.app, &options), SAILS_ESTATE);
    live_end(&live);
}

static void without_memory_it_is_not_set_up(void **state)
{
    const struct sails_admin_options options = {.username = "ann", .password_hash = HASH};
    int rc = SAILS_ENOMEM;

    (void)state;
    for (int i = 0; rc == SAILS_ENOMEM; i++) {
        struct live live;
        struct admin *admin = NULL;

        live_init(&live, 1);
        mem_fail_after(i);
        rc = admin_create(live.io, &options, &admin);
        mem_fail_after(-1);
        assert_true((admin != NULL) == (rc == 0));
        admin_destroy(admin);
        live_end(&live);
    }
    assert_int_equal(rc, 0);
}

/* ---- a page ---- */

static void a_page_that_is_open_hears_what_there_is(void **state)
{
    const struct sails_admin_options options = {.is_open = true, .details = SAILS_ADMIN_ALL};
    struct live live;
    struct ws_client page;
    struct ws_client client;

    (void)state;
    live_init(&live, 2);
    assert_int_equal(sails_app_admin(live.app, &options), 0);
    live_lift(&live);
    assert_true(ws_client_open(&page, live.port, 5, "", ""));
    assert_true(ws_client_join(&page, "/admin", ""));
    ws_client_expect_start(&page, "42/admin,[\"config\",{\"supportedFeatures\":[\"EMIT\",");
    ws_client_expect_start(&page, "42/admin,[\"all_sockets\",[{\"id\":\"");
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_start(&page, "42/admin,[\"room_joined\",\"/\",\"");
    ws_client_expect_start(&page, "42/admin,[\"socket_connected\",{\"id\":\"");
    ws_client_close(&client);
    ws_client_close(&page);
    live_end(&live);
}

static void who_fails_too_often_has_to_wait(void **state)
{
    const struct sails_admin_options options = {.username = "ann", .password_hash = HASH};
    static const char right[] = "40/admin,{\"username\":\"ann\",\"password\":\"secret\"}";
    struct live live;
    struct ws_client early;
    struct ws_client page;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_admin(live.app, &options), 0);
    live_lift(&live);
    assert_true(ws_client_open(&early, live.port, 5, "", ""));
    assert_true(ws_client_send(&early, right));
    ws_client_expect_start(&early, "40/admin,");
    ws_client_expect_start(&early, "42/admin,[\"session\",");
    assert_true(ws_client_open(&page, live.port, 5, "", ""));
    for (int i = 0; i < 5; i++) {
        assert_true(ws_client_send(
            &page, i % 2 == 0 ? "40/admin,{\"username\":\"ann\",\"password\":\"wrong\"}"
                              : "40/admin,{\"username\":\"bob\",\"password\":\"secret\"}"));
        ws_client_expect_start(&page, "44/admin,{\"message\":\"invalid credentials\"");
    }
    live_log_expect(&live.log, "The admin page was refused to 127.0.0.1: wrong name or password");
    assert_true(ws_client_send(&page, right));
    ws_client_expect_start(&page, "44/admin,{\"message\":\"too many failures\"");
    ws_client_close(&page);
    ws_client_close(&early);
    live_end(&live);
}

/* As other limits for an address: who is behind a trusted proxy counts for himself. */
static void who_is_behind_a_trusted_proxy_waits_for_himself(void **state)
{
    const struct sails_admin_options options = {.username = "ann", .password_hash = HASH};
    static const char wrong[] = "40/admin,{\"username\":\"ann\",\"password\":\"wrong\"}";
    static const char right[] = "40/admin,{\"username\":\"ann\",\"password\":\"secret\"}";
    struct live live;
    struct ws_client page;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_admin(live.app, &options), 0);
    assert_int_equal(sails_app_set(live.app, "http.trustProxy", json_true()), 0);
    live_lift(&live);
    for (int i = 0; i < 7; i++) {
        char header[64];

        (void)snprintf(header, sizeof(header), "X-Forwarded-For: 2001:db8:0:%d::%d\r\n",
                       i == 6 ? 2 : 1, i);
        assert_true(ws_client_open(&page, live.port, 5, "", header));
        assert_true(ws_client_send(&page, i < 5 ? wrong : right));
        ws_client_expect_start(&page, i < 5    ? "44/admin,{\"message\":\"invalid credentials\""
                                      : i == 5 ? "44/admin,{\"message\":\"too many failures\""
                                               : "40/admin,");
        ws_client_close(&page);
    }
    live_end(&live);
}

static void set_user(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    static int number = 7;

    (void)ctx;
    assert_int_equal(sails_io_socket_set_user(socket, &number, NULL), 0);
    sails_io_next_accept(next);
}

static void a_program_s_own_user_is_no_session(void **state)
{
    const struct sails_admin_options options = {.is_open = true};
    struct live live;
    struct ws_client page;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_admin(live.app, &options), 0);
    assert_int_equal(sails_io_use(sails_io_of(live.io, "/admin"), set_user, NULL), 0);
    live_lift(&live);
    assert_true(ws_client_open(&page, live.port, 5, "", ""));
    assert_true(ws_client_join(&page, "/admin", ""));
    ws_client_expect_start(&page, "42/admin,[\"config\",");
    ws_client_close(&page);
    live_end(&live);
}

static void a_socket_is_shown_without_its_secrets(void **state)
{
    json_t *fetched = json_pack(
        "{s:s, s:{s:{s:s,s:s,s:s,s:s}, s:{s:s}, s:s, s:{s:s}}, s:[s], s:{s:{s:s,s:s}, s:i}}", "id",
        "x", "handshake", "headers", "cookie", "c", "authorization", "a", "referer",
        "/reset?token=t", "host", "h", "auth", "token", "t", "url", "/?token=t", "query", "token",
        "t", "rooms", "x", "data", "_admin", "clientId", "1", "transport", "polling", "n", 7);
    json_t *value = admin_socket_value(fetched, "/");
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);

    (void)state;
    assert_non_null(text);
    assert_string_equal(text,
                        "{\"clientId\":\"1\",\"data\":{\"n\":7},\"handshake\":{\"headers\":{"
                        "\"host\":\"h\"},\"query\":{},\"url\":\"/\"},\"id\":\"x\",\"nsp\":\"/\","
                        "\"rooms\":[\"x\"],\"transport\":\"polling\"}");
    mem_free(text);
    json_decref(value);
    assert_true(json_object_get(json_object_get(fetched, "data"), "_admin") != NULL);
    json_decref(fetched);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_told_from_what_is_none),
        cmocka_unit_test(nobody_comes_in_without_being_named),
        cmocka_unit_test(it_is_set_up_once_and_in_time),
        cmocka_unit_test(without_memory_it_is_not_set_up),
        cmocka_unit_test(a_page_that_is_open_hears_what_there_is),
        cmocka_unit_test(who_fails_too_often_has_to_wait),
        cmocka_unit_test(who_is_behind_a_trusted_proxy_waits_for_himself),
        cmocka_unit_test(a_program_s_own_user_is_no_session),
        cmocka_unit_test(a_socket_is_shown_without_its_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
