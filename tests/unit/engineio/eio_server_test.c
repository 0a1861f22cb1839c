#include "unit/engineio/eio_fixture.h"

#define POLLING     "/engine.io/?EIO=4&transport=polling"
#define WEBSOCKET   "/engine.io/?EIO=4&transport=websocket"
#define UNKNOWN_SID "&sid=AAAAAAAAAAAAAAAAAAAA"

static int setup(void **state)
{
    static struct fixture f;

    fixture_init(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_deinit(*state);
    return 0;
}

/* engine-io 2, 3, 4, 5, 6, 9 */
static void requests_are_refused_by_the_first_check_that_fails(void **state)
{
    static const struct {
        const char *method;
        const char *target;
        const char *headers;
        const char *answer;
    } cases[] = {
        {"GET", "/engine.io/", "", "400 {\"code\":0,\"message\":\"Transport unknown\"}"},
        {"GET", "/engine.io/?EIO=4&transport=abc", "",
         "400 {\"code\":0,\"message\":\"Transport unknown\"}"},
        {"GET", "/engine.io/?EIO=4&transport=webtransport", "",
         "400 {\"code\":0,\"message\":\"Transport unknown\"}"},
        {"GET", POLLING UNKNOWN_SID, "", "400 {\"code\":1,\"message\":\"Session ID unknown\"}"},
        {"GET", POLLING "&sid=abc", "", "400 {\"code\":1,\"message\":\"Session ID unknown\"}"},
        {"POST", POLLING UNKNOWN_SID, "", "400 {\"code\":1,\"message\":\"Session ID unknown\"}"},
        {"POST", POLLING, "", "400 {\"code\":2,\"message\":\"Bad handshake method\"}"},
        {"PUT", POLLING, "", "400 {\"code\":2,\"message\":\"Bad handshake method\"}"},
        {"OPTIONS", POLLING, "", "400 {\"code\":2,\"message\":\"Bad handshake method\"}"},
        {"POST", WEBSOCKET, "", "400 {\"code\":2,\"message\":\"Bad handshake method\"}"},
        {"GET", WEBSOCKET, "", "400 {\"code\":3,\"message\":\"Bad request\"}"},
        {"GET", "/engine.io/?transport=polling", "",
         "400 {\"code\":5,\"message\":\"Unsupported protocol version\"}"},
        {"GET", "/engine.io/?EIO=3&transport=polling", "",
         "400 {\"code\":5,\"message\":\"Unsupported protocol version\"}"},
        {"GET", POLLING "&j=0" UNKNOWN_SID, "",
         "400 {\"code\":1,\"message\":\"Session ID unknown\"}"},
    };
    struct fixture *f = *state;

    f->options.allow_eio3 = false;
    fixture_start(f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(ask(f, cases[i].method, cases[i].target, cases[i].headers),
                            cases[i].answer);
        assert_true(had_header(f, "Content-Type: application/json"));
    }
    assert_string_equal(ask(f, "HEAD", POLLING, ""), "400 "); /* 5: and no body */
    assert_int_equal(eio_server_count(f->server), 0);
    take_log(f);
    get(f, POLLING UNKNOWN_SID);
    assert_string_equal(take_log(f), "error:1:Session ID unknown");
}

/* engine-io 9: to the byte */
static void upgrades_are_refused_with_bare_text(void **state)
{
    static const struct {
        const char *target;
        const char *message;
    } cases[] = {
        {WEBSOCKET UNKNOWN_SID, "Session ID unknown"},
        {"/engine.io/?EIO=4&transport=abc", "Transport unknown"},
        {POLLING, "Bad request"},
        {"/engine.io/?transport=websocket", "Unsupported protocol version"},
    };
    struct fixture *f = *state;

    f->options.allow_eio3 = false;
    f->options.cors.origin = EIO_CORS_ANY;
    fixture_start(f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sim_link *link = request(f, "GET", cases[i].target, WS_HEADERS, (struct bytes){0});
        char want[256];

        snprintf(want, sizeof(want),
                 "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: text/html\r\n"
                 "Content-Length: %zu\r\n\r\n%s",
                 strlen(cases[i].message), cases[i].message);
        assert_string_equal(sim_take_text(link), want);
        assert_true(link->ended);
    }
}

/* Websocket 1.1's own checks come after the engine's. */
static void a_broken_websocket_handshake_is_refused(void **state)
{
    struct fixture *f = *state;

    fixture_start(f);
    assert_true(strncmp(ask(f, "GET", WEBSOCKET, "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
                        "400 ", 4) == 0);
    assert_true(strncmp(ask(f, "GET", WEBSOCKET, "Connection: Upgrade\r\nUpgrade: h2c\r\n"), "400 ",
                        4) == 0);
    /* while polling ignores what it does not know */
    assert_true(strncmp(ask(f, "GET", POLLING, "Connection: Upgrade\r\nUpgrade: h2c\r\n"), "200 0{",
                        6) == 0);
}

/* engine-io 7 */
static void the_transport_and_the_revision_must_be_those_of_the_session(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    fixture_start(f);
    open_ws(f, "&EIO=4");
    snprintf(sid, sizeof(sid), "%s", eio_session_id(f->session));
    assert_string_equal(get(f, url_of(sid, 4)), "400 {\"code\":3,\"message\":\"Bad request\"}");
    /* 3.2: not left without an answer */
    assert_string_equal(get(f, "/engine.io/?EIO=4&transport=websocket&sid="),
                        "400 {\"code\":3,\"message\":\"Bad request\"}");
    take_log(f);

    open_polling(f, 4, sid);
    assert_string_equal(get(f, url_of(sid, 3)), "400 {\"code\":3,\"message\":\"Bad request\"}");
    assert_int_equal(eio_server_count(f->server), 2);
}

/* engine-io 4 */
static void an_empty_sid_is_none(void **state)
{
    struct fixture *f = *state;

    fixture_start(f);
    assert_true(strncmp(get(f, POLLING "&sid="), "200 0{\"sid\":", 12) == 0);
}

/* engine-io 1: paths. */
static void only_what_is_below_the_path_is_ours(void **state)
{
    struct fixture *f = *state;

    f->options.path = "/engine.io/";
    fixture_start(f);
    assert_string_equal(get(f, "/engine.io?EIO=4&transport=polling"), "404 ");
    assert_string_equal(get(f, "/engine.iofoo/?EIO=4&transport=polling"), "404 ");
    assert_string_equal(get(f, "/"), "404 ");
    assert_true(strncmp(get(f, "/engine.io/foo?EIO=4&transport=polling"), "200 0{", 6) == 0);
    eio_server_destroy(f->server);

    f->options.add_trailing_slash = false;
    fixture_start(f);
    assert_true(strncmp(get(f, "/engine.io?EIO=4&transport=polling"), "200 0{", 6) == 0);
    assert_true(strncmp(get(f, "/engine.io/?EIO=4&transport=polling"), "200 0{", 6) == 0);
    assert_string_equal(get(f, "/engine.iofoo?EIO=4&transport=polling"), "404 ");
}

/* engine-io 8 */
static void the_application_may_refuse_a_handshake(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    f->events.on_request = fixture_on_request;
    f->rule = REFUSE;
    fixture_start(f);
    assert_string_equal(get(f, POLLING), "403 {\"code\":4,\"message\":\"nope \\\"!\\\"\"}");
    assert_string_equal(take_log(f), "error:4:nope \"!\"");
    assert_string_equal(ask(f, "GET", WEBSOCKET, WS_HEADERS), "400 nope \"!\"");

    f->rule = ALLOW;
    take_log(f);
    open_polling(f, 4, sid);
    open_websocket(f, "&EIO=4");
}

/* engine-io 8 */
static void the_application_may_decide_later(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    f->events.on_request = fixture_on_request;
    f->rule = DECIDE_LATER;
    fixture_start(f);
    link = request(f, "GET", POLLING, "", (struct bytes){0});
    assert_string_equal(answer_of(f, link), "");
    eio_decide(f->decision, false, NULL);
    assert_string_equal(answer_of(f, link), "403 {\"code\":4,\"message\":\"Forbidden\"}");

    link = request(f, "GET", POLLING, "", (struct bytes){0});
    eio_decide(f->decision, true, NULL);
    assert_true(strncmp(answer_of(f, link), "200 0{", 6) == 0);

    link = request(f, "GET", WEBSOCKET, WS_HEADERS, (struct bytes){0});
    ws_say(link, "4early"); /* behind the request, before the answer */
    assert_string_equal(answer_of(f, link), "");
    eio_decide(f->decision, true, NULL);
    assert_true(strncmp(sim_take_text(link), "HTTP/1.1 101 ", 13) == 0);
    assert_string_equal(ws_hear(f, link), "4early");
}

static void a_decision_survives_the_client_and_the_server(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    f->events.on_request = fixture_on_request;
    f->rule = DECIDE_LATER;
    fixture_start(f);
    link = request(f, "GET", POLLING, "", (struct bytes){0});
    sim_break(link, 0);
    eio_decide(f->decision, true, NULL);
    assert_int_equal(eio_server_count(f->server), 0);

    request(f, "GET", POLLING, "", (struct bytes){0});
    eio_server_destroy(f->server);
    f->server = NULL;
    eio_decide(f->decision, true, NULL);
}

static void a_request_for_another_workers_session_moves_there(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    fixture_start(f);
    f->sim.env.worker = 5;
    /* character 16 is the worker: 'D' is 3 */
    link = request(f, "GET", POLLING "&sid=AAAAAAAAAAAAAAADAAAA", "", (struct bytes){0});
    assert_int_equal(link->moved_to, 3);
    assert_int_equal(link->out.len, 0);
    assert_true(strncmp(link->unread.ptr, "GET /engine.io/", 15) == 0);

    link = request(f, "GET", POLLING "&sid=AAAAAAAAAAAAAAAFAAAA", "", (struct bytes){0});
    assert_int_equal(link->moved_to, -1);
    assert_string_equal(answer_of(f, link), "400 {\"code\":1,\"message\":\"Session ID unknown\"}");
}

/* ---- whoever counts sessions ---- */

static int n_sessions;

static unsigned admit_one(void *ctx, const struct eio_handshake *handshake)
{
    (void)ctx;
    assert_true(eio_handshake_address(handshake).len > 0);
    if (n_sessions >= 1) {
        return n_sessions == 1 ? 503 : 429;
    }
    n_sessions++;
    return 0;
}

static void count_out(void *ctx, const struct eio_handshake *handshake)
{
    (void)ctx;
    assert_non_null(handshake);
    n_sessions--;
}

static void a_session_that_is_not_admitted_is_refused_and_one_that_is_leaves_once(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    n_sessions = 0;
    f->events.on_admit = admit_one;
    f->events.on_leave = count_out;
    fixture_start(f);
    open_polling(f, 4, sid);
    assert_string_equal(get(f, POLLING), "503 ");
    assert_string_equal(ask(f, "GET", WEBSOCKET, WS_HEADERS), "503 ");
    assert_int_equal(eio_server_count(f->server), 1);
    n_sessions = 2;
    assert_string_equal(get(f, POLLING), "429 ");
    assert_string_equal(ask(f, "GET", WEBSOCKET, WS_HEADERS), "429 ");
    n_sessions = 1;
    assert_string_equal(post(f, sid, "1"), "200 ok");
    assert_int_equal(n_sessions, 0); /* at once, not when it is freed */
    sim_run(&f->sim);
    assert_int_equal(n_sessions, 0);

    /* One that does not come to open, for want of memory, has left, too. */
    for (long n = 0; n < 40; n++) {
        struct sim_link *link = connect_client(f);

        mem_fail_after(n);
        sim_feed_text(link, "GET " POLLING " HTTP/1.1\r\nHost: test\r\n\r\n");
        mem_fail_after(-1);
        sim_run(&f->sim);
        if (f->session != NULL) {
            assert_int_equal(n_sessions, 1);
            eio_session_close(f->session, true);
        }
        sim_run(&f->sim);
        assert_int_equal(n_sessions, 0);
    }
}

/* engine-io 3.2, 11.3 */
static void after_the_shutdown_everything_is_closed(void **state)
{
    struct fixture *f = *state;
    struct sim_link *ws = NULL;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    fixture_start(f);
    ws = open_websocket(f, "&EIO=4");
    open_polling(f, 4, sid);
    pending = begin_poll(f, sid);
    eio_server_shutdown(f->server);
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(ws_hear(f, ws), "close()");
    assert_string_equal(take_log(f), "close:forced close close:forced close");
    assert_int_equal(eio_server_count(f->server), 0);
    assert_string_equal(ask(f, "GET", WEBSOCKET, WS_HEADERS), "503 ");
    assert_string_equal(get(f, POLLING), "503 ");
}

static void a_drain_refuses_polls_instead_of_closing_them(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    f->options.drain_polling = true;
    fixture_start(f);
    open_polling(f, 4, sid);
    pending = begin_poll(f, sid);
    eio_server_shutdown(f->server);
    assert_string_equal(answer_of(f, pending), "503 ");
    assert_string_equal(take_log(f), "close:forced close");
}

/* engine-io 43 */
static void an_upgrade_that_nobody_wants_is_closed_after_a_second(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    fixture_start(f);
    link = request(f, "GET", "/elsewhere", WS_HEADERS, (struct bytes){0});
    sim_advance(&f->sim, 999);
    assert_false(link->closed);
    sim_advance(&f->sim, 1);
    assert_true(link->closed);
    assert_int_equal(link->out.len, 0);

    link = request(f, "GET", "/elsewhere", WS_HEADERS, (struct bytes){0});
    sim_break(link, 0);
    sim_advance(&f->sim, 2000);

    f->options.destroy_upgrade = false;
    assert_string_equal(ask(f, "GET", "/elsewhere", WS_HEADERS), "404 ");
}

/* engine-io 38 */
static void cors_headers_are_on_every_response(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    f->options.cors.origin = EIO_CORS_ANY;
    f->options.max_http_buffer_size = 10;
    fixture_start(f);
    open_polling(f, 4, sid);
    post(f, sid, "4a");
    assert_true(had_header(f, "Access-Control-Allow-Origin: *"));
    assert_false(had_name(f, "Vary"));
    poll(f, sid);
    assert_true(had_header(f, "Access-Control-Allow-Origin: *"));
    assert_true(strncmp(post(f, sid, "4hello hello hello"), "413 ", 4) == 0);
    assert_true(had_header(f, "Access-Control-Allow-Origin: *"));
    get(f, POLLING UNKNOWN_SID);
    assert_true(had_header(f, "Access-Control-Allow-Origin: *"));
    open_ws(f, "&EIO=4");
    assert_true(had_header(f, "Access-Control-Allow-Origin: *"));
}

/* engine-io 38 */
static void preflights_are_answered_with_nothing_but_headers(void **state)
{
    struct fixture *f = *state;

    f->options.cors = (struct eio_cors){.origin = EIO_CORS_REFLECT, .credentials = true};
    fixture_start(f);
    assert_string_equal(ask(f, "OPTIONS", POLLING,
                            "Origin: http://a.test\r\n"
                            "Access-Control-Request-Headers: x-one, x-two\r\n"),
                        "204 ");
    assert_true(had_header(f, "Access-Control-Allow-Origin: http://a.test"));
    assert_true(had_header(f, "Access-Control-Allow-Credentials: true"));
    assert_true(had_header(f, "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE"));
    assert_true(had_header(f, "Access-Control-Allow-Headers: x-one, x-two"));
    assert_true(had_header(f, "Vary: Origin, Access-Control-Request-Headers"));
    assert_string_equal(take_log(f), "");
}

/* engine-io 38 */
static void the_origin_is_chosen_as_configured(void **state)
{
    static const char *const origins[] = {"http://a.test", "http://b.test"};
    struct fixture *f = *state;

    f->options.cors = (struct eio_cors){.origin = EIO_CORS_FIXED,
                                        .origins = origins,
                                        .n_origins = 2,
                                        .methods = "GET",
                                        .allowed_headers = "x-a,x-b",
                                        .exposed_headers = "x-c",
                                        .max_age_s = 60,
                                        .success_status = 200};
    fixture_start(f);
    ask(f, "GET", POLLING, "Origin: http://b.test\r\n");
    assert_true(had_header(f, "Access-Control-Allow-Origin: http://a.test"));
    assert_true(had_header(f, "Access-Control-Expose-Headers: x-c"));
    assert_true(had_header(f, "Vary: Origin"));
    assert_string_equal(ask(f, "OPTIONS", POLLING, "Origin: http://b.test\r\n"), "200 ");
    assert_true(had_header(f, "Access-Control-Allow-Headers: x-a,x-b"));
    assert_true(had_header(f, "Access-Control-Allow-Methods: GET"));
    assert_true(had_header(f, "Access-Control-Max-Age: 60"));

    f->options.cors = (struct eio_cors){
        .origin = EIO_CORS_LIST, .origins = origins, .n_origins = 2, .credentials = true};
    ask(f, "GET", POLLING, "Origin: http://b.test\r\n");
    assert_true(had_header(f, "Access-Control-Allow-Origin: http://b.test"));
    /* served, but the page may not read it */
    assert_true(strncmp(ask(f, "GET", POLLING, "Origin: http://c.test\r\n"), "200 ", 4) == 0);
    assert_false(had_name(f, "Access-Control-Allow-Origin"));
    assert_true(had_header(f, "Access-Control-Allow-Credentials: true"));

    f->options.cors = (struct eio_cors){0};
    get(f, POLLING);
    assert_false(had_name(f, "Access-Control-Allow-Origin"));
    take_log(f);
}

static void hooks_may_add_headers(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    f->events.on_headers = fixture_on_headers;
    fixture_start(f);
    open_polling(f, 4, sid);
    assert_true(had_header(f, "X-Hook: yes"));
    assert_true(f->is_handshake);
    post(f, sid, "4a");
    assert_true(had_header(f, "X-Hook: yes"));
    assert_false(f->is_handshake);
    open_probe(f, sid);
    assert_true(had_header(f, "X-Hook: yes"));
    assert_false(f->is_handshake);
    open_ws(f, "&EIO=4");
    assert_true(had_header(f, "X-Hook: yes"));
    assert_true(f->is_handshake);
}

/* engine-io 11 */
static void ids_are_twenty_characters_and_never_the_same(void **state)
{
    struct fixture *f = *state;
    char one[SID_SIZE];
    char two[SID_SIZE];

    fixture_start(f);
    open_polling(f, 4, one);
    open_polling(f, 4, two);
    assert_int_equal(
        strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), ID_LEN);
    assert_true(memcmp(one, two, 15) != 0);
    assert_string_equal(eio_session_id(f->session), two);
}

/* engine.io: generateId, ID_GENERATION_ERROR */
static void the_floor_above_may_choose_ids_and_refuse(void **state)
{
    static const char target[] = "/engine.io/?EIO=4&transport=polling";
    struct fixture *f = *state;
    struct env *env = &f->sim.env;
    char id[ID_LEN + 1], headers[512];

    f->events.on_id = fixture_on_id;
    fixture_start(f);
    id_make(env, id);
    memcpy(id, "lift-07-", 8);
    snprintf(headers, sizeof(headers), "X-Id: %s\r\n", id);
    assert_non_null(strstr(ask(f, "GET", target, headers), id));
    assert_string_equal(take_log(f), "open");
    assert_string_equal(eio_session_id(f->session), id);
    assert_string_equal(post(f, id, "4hello"), "200 ok");
    assert_string_equal(take_log(f), "(hello)");

    assert_string_equal(ask(f, "GET", target, ""), "400 {\"code\":3,\"message\":\"Bad request\"}");
    assert_string_equal(take_log(f), "error:3:Bad request");
    assert_string_equal(ask(f, "GET", "/engine.io/?EIO=4&transport=websocket", WS_HEADERS),
                        "400 Bad request");
    assert_string_equal(take_log(f), "error:3:Bad request");
    assert_int_equal(eio_server_count(f->server), 1);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(requests_are_refused_by_the_first_check_that_fails),
        test(upgrades_are_refused_with_bare_text),
        test(a_broken_websocket_handshake_is_refused),
        test(the_transport_and_the_revision_must_be_those_of_the_session),
        test(an_empty_sid_is_none),
        test(only_what_is_below_the_path_is_ours),
        test(the_application_may_refuse_a_handshake),
        test(the_application_may_decide_later),
        test(a_decision_survives_the_client_and_the_server),
        test(a_request_for_another_workers_session_moves_there),
        test(a_session_that_is_not_admitted_is_refused_and_one_that_is_leaves_once),
        test(after_the_shutdown_everything_is_closed),
        test(a_drain_refuses_polls_instead_of_closing_them),
        test(an_upgrade_that_nobody_wants_is_closed_after_a_second),
        test(cors_headers_are_on_every_response),
        test(preflights_are_answered_with_nothing_but_headers),
        test(the_origin_is_chosen_as_configured),
        test(hooks_may_add_headers),
        test(ids_are_twenty_characters_and_never_the_same),
        test(the_floor_above_may_choose_ids_and_refuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
