/*
 * Sessions of requests, over HTTP and over sockets, through a running app.
 */
#include "session/session_cookie.h"
#include "support/cmocka.h"
#include "support/http_client.h"
#include "support/live_app.h"
#include "support/ws_client.h"

#include <sails/session.h>

#define SECRET "probe-secret"

/* ---- the app: counts what a session has seen ---- */

static void count(sails_req *req, sails_res *res)
{
    json_t *session = sails_req_session(req);
    json_int_t n = json_integer_value(json_object_get(session, "n")) + 1;

    if (session == NULL) {
        sails_res_send(res, "no session");
        return;
    }
    json_object_set_new(session, "n", json_integer(n));
    sails_res_json(res, json_integer(n));
}

/* ... without changing it */
static void look(sails_req *req, sails_res *res)
{
    json_t *session = sails_req_session(req);

    sails_res_json(res, json_integer(json_integer_value(json_object_get(session, "n"))));
}

static void destroy(sails_req *req, sails_res *res)
{
    sails_res_send(res, sails_req_session_destroy(req) == 0 ? "destroyed" : "failed");
}

static void regenerate(sails_req *req, sails_res *res)
{
    sails_res_send(res, sails_req_session_regenerate(req) == 0 ? "regenerated" : "failed");
}

static void start(struct live *live)
{
    live_init(live, 1);
    assert_int_equal(sails_app_set(live->app, "session.secret", json_string(SECRET)), 0);
    assert_int_equal(sails_app_route(live->app, "/count", count), 0);
    assert_int_equal(sails_app_route(live->app, "/count.png", count), 0);
    assert_int_equal(sails_app_route(live->app, "/look", look), 0);
    assert_int_equal(sails_app_route(live->app, "/destroy", destroy), 0);
    assert_int_equal(sails_app_route(live->app, "/regenerate", regenerate), 0);
}

static void lift(struct live *live)
{
    start(live);
    live_lift(live);
}

static void expect_count(struct ws_client *client, const char *path, const char *want_body);
static void open_with(struct ws_client *client, unsigned port, const char *query,
                      const char *headers);

/* ---- asking over HTTP ---- */

/* Asks with that cookie ("" for none), wants that body, and gives the new cookie's pair ("" for none). */
static void ask(unsigned port, const char *path, const char *cookie, const char *want_body,
                char new_cookie[200])
{
    struct http_answer answer = {0};
    struct str set = {NULL, 0};
    char headers[300] = "";

    if (cookie[0] != '\0') {
        snprintf(headers, sizeof(headers), "Cookie: %s\r\n", cookie);
    }
    assert_true(http_client_ask(port, "GET", path, headers, STR(""), &answer));
    assert_string_equal(answer.body.ptr, want_body);
    set = http_answer_header(&answer, "set-cookie");
    snprintf(new_cookie, 200, "%.*s", (int)(set.ptr != NULL ? str_find(set, ';') : 0),
             set.ptr != NULL ? set.ptr : "");
    http_answer_deinit(&answer);
}

/* request-response 13: a new client gets a cookie, and keeps it */
static void a_client_keeps_its_session(void **state)
{
    struct live live;
    char cookie[200], again[200];

    (void)state;
    lift(&live);
    ask(live.port, "/count", "", "1", cookie);
    assert_memory_equal(cookie, "sails.sid=s%3A", 14);
    ask(live.port, "/count", cookie, "2", again);
    assert_string_equal(again, "");
    ask(live.port, "/count", cookie, "3", again);
    ask(live.port, "/count", "", "1", again);
    assert_string_not_equal(again, cookie);
    live_end(&live);
}

/* A crawler, a monitor, or somebody who means it: none of them is worth a place in the store. */
static void a_flood_of_clients_without_a_cookie_logs_nobody_out(void **state)
{
    static const char *const paths[] = {"/nothing-here", "/look", "/count"};
    struct live live;
    char ann[200], bob[200], ignored[200];

    (void)state;
    start(&live);
    assert_int_equal(sails_app_set(live.app, "session.maxSessions", json_integer(5)), 0);
    live_lift(&live);
    ask(live.port, "/count", "", "1", ann);
    ask(live.port, "/count", ann, "2", ignored);
    ask(live.port, "/count", "", "1", bob); /* has not come back yet: two floods spare him, too */
    for (size_t i = 0; i < 3 * 100; i++) {
        struct http_answer answer = {0};

        if (i == 200) {
            ask(live.port, "/count", bob, "2", ignored);
        }
        assert_true(http_client_ask(live.port, "GET", paths[i / 100], "", STR(""), &answer));
        assert_non_null(http_answer_header(&answer, "set-cookie").ptr);
        http_answer_deinit(&answer);
    }
    ask(live.port, "/count", ann, "3", ignored);
    assert_string_equal(ignored, "");
    ask(live.port, "/count", bob, "3", ignored);
    assert_string_equal(ignored, "");
    assert_true(live_log_has(&live.log, "session.maxSessions (5) is reached"));
    live_end(&live);
}

/* Whoever comes back with a cookie whose session was not stored finds it empty, under its id. */
static void a_client_may_fill_its_session_later(void **state)
{
    struct live live;
    struct ws_client socket;
    char cookie[200], ignored[200], header[300];

    (void)state;
    lift(&live);
    ask(live.port, "/look", "", "0", cookie);
    ask(live.port, "/look", cookie, "0", ignored);
    assert_string_equal(ignored, "");
    snprintf(header, sizeof(header), "Cookie: %s\r\n", cookie);
    open_with(&socket, live.port, "", header);
    expect_count(&socket, "/look", "0");
    ask(live.port, "/count", cookie, "1", ignored);
    assert_string_equal(ignored, "");
    expect_count(&socket, "/count", "2");
    ask(live.port, "/look", cookie, "2", ignored);
    ask(live.port, "/destroy", cookie, "destroyed", ignored);
    ask(live.port, "/look", cookie, "0", ignored); /* worth nothing any more */
    assert_string_not_equal(ignored, "");
    ws_client_close(&socket);
    live_end(&live);
}

static void an_empty_session_is_destroyed_and_regenerated_as_others(void **state)
{
    struct live live;
    char cookie[200], fresh[200];

    (void)state;
    lift(&live);
    ask(live.port, "/look", "", "0", cookie);
    ask(live.port, "/destroy", cookie, "destroyed", fresh);
    ask(live.port, "/look", cookie, "0", fresh);
    assert_string_not_equal(fresh, "");
    ask(live.port, "/regenerate", fresh, "regenerated", cookie);
    assert_string_not_equal(cookie, "");
    assert_string_not_equal(cookie, fresh);
    ask(live.port, "/look", fresh, "0", fresh);
    assert_string_not_equal(fresh, "");
    ask(live.port, "/count", cookie, "1", fresh);
    assert_string_equal(fresh, "");
    live_end(&live);
}

/* request-response 13 */
static void the_cookie_is_for_all_paths_and_no_script(void **state)
{
    struct live live;
    struct http_answer answer = {0};
    struct str set;

    (void)state;
    lift(&live);
    assert_true(http_client_ask(live.port, "GET", "/nothing-here", "", STR(""), &answer));
    assert_int_equal(answer.status, 404);
    set = http_answer_header(&answer, "set-cookie");
    assert_non_null(set.ptr);
    assert_memory_equal(set.ptr + str_find(set, ';'), "; Path=/; HttpOnly",
                        set.len - str_find(set, ';'));
    http_answer_deinit(&answer);
    live_end(&live);
}

/* request-response 13, sails-sockets 52 */
static void some_requests_have_none(void **state)
{
    struct live live;
    char cookie[200];

    (void)state;
    lift(&live);
    ask(live.port, "/count.png", "", "no session", cookie);
    assert_string_equal(cookie, "");
    http_client_expect(live.port, "GET", "/count", "nosession: true\r\n", NULL, 200, "no session");
    live_end(&live);
}

/* sails-sockets 48: a bad signature, a session that is unknown, and what is no cookie at all */
static void a_cookie_that_is_not_ours_counts_as_none(void **state)
{
    static const char *const cookies[] = {
        "sails.sid=s%3AGJkHRoP62MqNYIOzj9WfEkqrfkMcq46I.G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU",
        "sails.sid=s%3AGJkHRoP62MqNYIOzj9WfEkqrfkMcq46I.G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSX",
        "sails.sid=x", "sails.sid=", "other=1"};
    struct live live;

    (void)state;
    lift(&live);
    for (size_t i = 0; i < ARRAY_LEN(cookies); i++) {
        char cookie[200];

        ask(live.port, "/count", cookies[i], "1", cookie);
        assert_memory_equal(cookie, "sails.sid=s%3A", 14);
        assert_null(strstr(cookie, "GJkHRoP62MqNYIOzj9WfEkqrfkMcq46I"));
    }
    live_end(&live);
}

/* What has been verified is known as it was sent, and to the last letter. */
static void a_cookie_that_has_been_verified_proves_no_other(void **state)
{
    struct live live;
    char cookie[200], other[200], none[200];

    (void)state;
    lift(&live);
    ask(live.port, "/count", "", "1", cookie);
    ask(live.port, "/count", cookie, "2", none);
    ask(live.port, "/count", cookie, "3", none);
    assert_string_equal(none, "");
    for (size_t i = strlen("sails.sid=s%3A"); i < strlen(cookie); i += 7) {
        char kept = cookie[i];

        cookie[i] = kept == 'A' ? 'B' : 'A';
        ask(live.port, "/count", cookie, "1", other);
        assert_memory_equal(other, "sails.sid=s%3A", 14);
        cookie[i] = kept;
    }
    ask(live.port, "/count", cookie, "4", none);
    live_end(&live);
}

/* request-response 13 */
static void a_regenerated_session_has_a_new_id_and_nothing_else(void **state)
{
    struct live live;
    char cookie[200], fresh[200], ignored[200];

    (void)state;
    lift(&live);
    ask(live.port, "/count", "", "1", cookie);
    ask(live.port, "/regenerate", cookie, "regenerated", fresh);
    assert_memory_equal(fresh, "sails.sid=s%3A", 14);
    assert_string_not_equal(fresh, cookie);
    ask(live.port, "/count", fresh, "1", ignored);
    ask(live.port, "/count", cookie, "1", ignored); /* the old one is worth nothing */
    assert_string_not_equal(ignored, "");
    live_end(&live);
}

static void a_destroyed_session_is_gone(void **state)
{
    struct live live;
    char cookie[200], after[200];

    (void)state;
    lift(&live);
    ask(live.port, "/count", "", "1", cookie);
    ask(live.port, "/destroy", cookie, "destroyed", after);
    assert_string_equal(after, "");
    ask(live.port, "/count", cookie, "1", after);
    assert_string_not_equal(after, "");
    live_end(&live);
}

/* request-response 13: none over HTTP where it is to be secure */
static void the_cookie_has_the_configured_attributes(void **state)
{
    struct live live;
    struct http_answer answer = {0};
    struct str set;

    (void)state;
    start(&live);
    assert_int_equal(sails_app_set(live.app, "session.name", json_string("my.sid")), 0);
    assert_int_equal(sails_app_set(live.app, "session.cookie.maxAge", json_integer(60000)), 0);
    assert_int_equal(sails_app_set(live.app, "session.cookie.sameSite", json_string("Lax")), 0);
    live_lift(&live);
    assert_true(http_client_ask(live.port, "GET", "/count", "", STR(""), &answer));
    set = http_answer_header(&answer, "set-cookie");
    assert_non_null(set.ptr);
    assert_memory_equal(set.ptr, "my.sid=s%3A", 11);
    assert_memory_equal(set.ptr + str_find(set, ';'), "; Path=/; Expires=", 18);
    assert_non_null(strstr(set.ptr, " GMT; HttpOnly; SameSite=Lax"));
    http_answer_deinit(&answer);
    live_end(&live);

    start(&live);
    assert_int_equal(sails_app_set(live.app, "session.cookie.secure", json_true()), 0);
    live_lift(&live);
    assert_true(http_client_ask(live.port, "GET", "/count", "", STR(""), &answer));
    assert_string_equal(answer.body.ptr, "1");
    assert_null(http_answer_header(&answer, "set-cookie").ptr);
    http_answer_deinit(&answer);
    live_end(&live);
}

static void a_cookie_that_cannot_be_sent_fails_the_lift(void **state)
{
    static const struct {
        const char *key, *value;
    } cases[] = {{"session.name", "my sid"},
                 {"session.name", "sid\x1b"},
                 {"session.cookie.path", "/;x"},
                 {"session.cookie.domain", "a\x01"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct live live;

        start(&live);
        assert_int_equal(sails_app_set(live.app, cases[i].key, json_string(cases[i].value)), 0);
        assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
        assert_true(live_log_has(&live.log, "holds what no cookie can"));
        live_end(&live);
    }
}

/* As express-session does by req.secure of Express. */
static void a_secure_cookie_is_set_where_a_trusted_proxy_has_tls(void **state)
{
    static const bool trusts[] = {true, false};
    struct http_answer answer = {0};
    struct live live;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(trusts); i++) {
        start(&live);
        assert_int_equal(sails_app_set(live.app, "session.cookie.secure", json_true()), 0);
        assert_int_equal(sails_app_set(live.app, "http.trustProxy", json_boolean(trusts[i])), 0);
        live_lift(&live);
        assert_true(http_client_ask(live.port, "GET", "/count", "X-Forwarded-Proto: https\r\n",
                                    STR(""), &answer));
        assert_int_equal(http_answer_header(&answer, "set-cookie").ptr != NULL, trusts[i]);
        http_answer_deinit(&answer);
        live_end(&live);
    }
}

static void without_sessions_there_are_no_cookies(void **state)
{
    struct live live;
    char cookie[200];

    (void)state;
    start(&live);
    assert_int_equal(sails_app_set(live.app, "session.enabled", json_false()), 0);
    live_lift(&live);
    ask(live.port, "/count", "", "no session", cookie);
    assert_string_equal(cookie, "");
    live_end(&live);
}

/* ---- over sockets ---- */

static void expect_count(struct ws_client *client, const char *path, const char *want_body)
{
    char sent[200], want[200];

    snprintf(sent, sizeof(sent), "421[\"get\",{\"url\":\"%s\"}]", path);
    snprintf(want, sizeof(want), "431[{\"body\":%s,\"headers\":{},\"statusCode\":200}]", want_body);
    ws_client_expect_answer(client, sent, want);
}

static void open_with(struct ws_client *client, unsigned port, const char *query,
                      const char *headers)
{
    assert_true(ws_client_open(client, port, 5, query, headers));
    assert_true(ws_client_join(client, "/", ""));
}

/* sails-sockets 49, request-response 23 */
static void sockets_and_http_share_a_session(void **state)
{
    struct live live;
    struct ws_client one, two;
    char cookie[200], ignored[200], header[300];

    (void)state;
    lift(&live);
    ask(live.port, "/count", "", "1", cookie);
    snprintf(header, sizeof(header), "Cookie: a=b; %s\r\n", cookie);
    open_with(&one, live.port, "", header);
    open_with(&two, live.port, "", header);
    expect_count(&one, "/count", "2");
    expect_count(&two, "/count", "3");
    ask(live.port, "/count", cookie, "4", ignored);
    ws_client_close(&one);
    ws_client_close(&two);
    live_end(&live);
}

/* sails-sockets 50, 51 */
static void a_socket_without_a_session_gets_one_of_its_own(void **state)
{
    static const char *const headers[] = {"", "Cookie: sails.sid=s%3Aunknown.x\r\n",
                                          "Cookie: other=1\r\n"};
    struct live live;

    (void)state;
    lift(&live);
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        struct ws_client one, two;

        open_with(&one, live.port, "", headers[i]);
        open_with(&two, live.port, "", headers[i]);
        expect_count(&one, "/count", "1");
        expect_count(&one, "/count", "2");
        expect_count(&two, "/count", "1");
        expect_count(&one, "/count", "3");
        ws_client_close(&one);
        ws_client_close(&two);
    }
    live_end(&live);
}

/* sails-sockets 52 */
static void a_socket_can_do_without(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    lift(&live);
    open_with(&client, live.port, "", "nosession: false\r\n");
    expect_count(&client, "/count", "\"no session\"");
    ws_client_close(&client);
    open_with(&client, live.port, "&nosession=1", "");
    expect_count(&client, "/count", "\"no session\"");
    ws_client_close(&client);
    open_with(&client, live.port, "", "");
    ws_client_expect_answer(&client,
                            "421[\"get\",{\"url\":\"/count\",\"headers\":{\"nosession\":1}}]",
                            "431[{\"body\":\"no session\",\"headers\":{},\"statusCode\":200}]");
    expect_count(&client, "/count.png", "\"no session\"");
    expect_count(&client, "/count", "1");
    ws_client_close(&client);
    live_end(&live);
}

/* sails-sockets 54 */
static void a_socket_follows_its_session_to_a_new_id(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    lift(&live);
    open_with(&client, live.port, "", "");
    expect_count(&client, "/count", "1");
    expect_count(&client, "/regenerate", "\"regenerated\"");
    expect_count(&client, "/count", "1");
    expect_count(&client, "/count", "2");
    expect_count(&client, "/destroy", "\"destroyed\"");
    expect_count(&client, "/count", "1");
    expect_count(&client, "/count", "2");
    ws_client_close(&client);
    live_end(&live);
}

/* ---- a store of the program's own ---- */

struct broken_store {
    int load_status;
    int save_status;
    bool has_saved;
    int n_saved;
};

static void broken_load(void *store, const char *sid, sails_session_loaded_cb loaded, void *ctx)
{
    const struct broken_store *broken = store;

    (void)sid;
    loaded(broken->load_status, NULL, ctx);
}

static void broken_save(void *store, const char *sid, json_t *session, uint64_t ttl_ms,
                        sails_session_done_cb done, void *ctx)
{
    struct broken_store *broken = store;

    (void)sid;
    (void)ttl_ms;
    broken->has_saved = true;
    broken->n_saved++;
    json_decref(session);
    if (done != NULL) {
        done(broken->save_status, ctx);
    }
}

static void broken_touch(void *store, const char *sid, uint64_t ttl_ms, sails_session_done_cb done,
                         void *ctx)
{
    (void)store;
    (void)sid;
    (void)ttl_ms;
    done(SAILS_ENOENT, ctx);
}

static void broken_destroy(void *store, const char *sid, sails_session_done_cb done, void *ctx)
{
    (void)store;
    (void)sid;
    if (done != NULL) {
        done(0, ctx);
    }
}

/* sails-sockets 53: it is asked to save before the answer goes out; and that it fails is not the
 * client's business */
static void requests_survive_a_store_that_fails(void **state)
{
    struct broken_store broken = {.load_status = SAILS_ECLOSED, .save_status = SAILS_ECLOSED};
    const struct sails_session_store store = {broken_load, broken_save, broken_touch,
                                              broken_destroy, &broken};
    struct live live;
    char cookie[200], ignored[200];

    (void)state;
    start(&live);
    assert_int_equal(sails_app_session_store(live.app, &store), 0);
    live_lift(&live);
    ask(live.port, "/look", "", "0", cookie);
    http_client_expect(live.port, "GET", "/nothing-here", "", NULL, 404, "Not Found");
    assert_int_equal(broken.n_saved, 0); /* there is nothing in them */
    ask(live.port, "/count", "", "1", cookie);
    assert_true(broken.has_saved);
    live_log_expect(&live.log, "could not be saved");
    ask(live.port, "/count", cookie, "no session", ignored);
    assert_string_equal(ignored, "");
    assert_int_equal(sails_app_session_store(live.app, &store), SAILS_ESTATE);
    live_end(&live);
}

static void functions_survive_what_they_should_not_get(void **state)
{
    sails_app *app = sails_app_create();
    struct sails_session_store store = {0};

    (void)state;
    assert_null(sails_req_session(NULL));
    assert_int_equal(sails_req_session_destroy(NULL), SAILS_EINVAL);
    assert_int_equal(sails_req_session_regenerate(NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_session_store(NULL, &store), SAILS_EINVAL);
    assert_int_equal(sails_app_session_store(app, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_session_store(app, &store), SAILS_EINVAL);
    sails_app_destroy(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_keeps_its_session),
        cmocka_unit_test(a_flood_of_clients_without_a_cookie_logs_nobody_out),
        cmocka_unit_test(a_client_may_fill_its_session_later),
        cmocka_unit_test(an_empty_session_is_destroyed_and_regenerated_as_others),
        cmocka_unit_test(the_cookie_is_for_all_paths_and_no_script),
        cmocka_unit_test(some_requests_have_none),
        cmocka_unit_test(a_cookie_that_is_not_ours_counts_as_none),
        cmocka_unit_test(a_cookie_that_has_been_verified_proves_no_other),
        cmocka_unit_test(a_regenerated_session_has_a_new_id_and_nothing_else),
        cmocka_unit_test(a_destroyed_session_is_gone),
        cmocka_unit_test(the_cookie_has_the_configured_attributes),
        cmocka_unit_test(a_cookie_that_cannot_be_sent_fails_the_lift),
        cmocka_unit_test(a_secure_cookie_is_set_where_a_trusted_proxy_has_tls),
        cmocka_unit_test(without_sessions_there_are_no_cookies),
        cmocka_unit_test(sockets_and_http_share_a_session),
        cmocka_unit_test(a_socket_without_a_session_gets_one_of_its_own),
        cmocka_unit_test(a_socket_can_do_without),
        cmocka_unit_test(a_socket_follows_its_session_to_a_new_id),
        cmocka_unit_test(requests_survive_a_store_that_fails),
        cmocka_unit_test(functions_survive_what_they_should_not_get),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
