/*
 * Origins are tried on the engine alone, over links of memory; beforeConnect, which may answer from
 * any thread, on a running app.
 */
#include "gate/handshake_guard.h"

#include "support/http_client.h"
#include "support/live_app.h"
#include "unit/engineio/eio_fixture.h"

static const char polling[] = "/engine.io/?EIO=4&transport=polling";
static const char websocket[] = "/engine.io/?EIO=4&transport=websocket";
static const char to_websocket[] = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                   "Sec-WebSocket-Version: 13\r\n"
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/* ---- origins ---- */

struct stage {
    struct fixture f; /* first: its functions want a struct fixture */
    struct sails_io *io;
    struct handshake_guard guard;
    json_t *allowed;
};

static void stage_on_http(void *ctx, struct http_exchange *x)
{
    struct stage *s = ctx;

    if (!handshake_guard_turns_away(&s->guard, s->f.server, x)) {
        fixture_on_http(&s->f, x);
    }
}

static void stage_init(struct stage *s)
{
    s->io = mem_calloc(1, sizeof(*s->io));
    s->allowed = json_pack("[s]", "http://ok.com");
    assert_non_null(s->io);
    s->guard = (struct handshake_guard){.io = s->io, .allowed_origins = s->allowed};
    fixture_init(&s->f);
    s->io->options.engine = s->f.options;
    s->f.http.on_request = stage_on_http;
    s->f.http.ctx = s;
    fixture_start(&s->f);
}

static void stage_deinit(struct stage *s)
{
    fixture_deinit(&s->f);
    json_decref(s->allowed);
    mem_free(s->io);
}

static const char *ask_with(struct stage *s, const char *target, const char *origin,
                            const char *more)
{
    struct buf headers = {0};
    const char *answer = NULL;

    if (origin != NULL) {
        buf_printf(&headers, "Origin: %s\r\n", origin);
    }
    buf_printf(&headers, "%s%c", more, '\0');
    answer = ask(&s->f, "GET", target, headers.ptr);
    buf_deinit(&headers);
    return answer;
}

/* sails-sockets 7, sails-sockets 9 */
static void a_foreign_origin_is_refused_before_the_transport_is_looked_at(void **state)
{
    static const char *const targets[] = {polling, "/engine.io/?EIO=4&transport=pigeon",
                                          "/engine.io/?EIO=4&transport=polling&sid=unknown",
                                          "/engine.io/"};
    struct stage s;

    (void)state;
    stage_init(&s);
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        assert_string_equal(ask_with(&s, targets[i], "http://no.com", ""),
                            "400 {\"code\":3,\"message\":\"Bad request\"}");
        assert_false(had_name(&s.f, "Access-Control-Allow-Origin"));
        assert_string_equal(ask_with(&s, targets[i], NULL, ""),
                            "400 {\"code\":3,\"message\":\"Bad request\"}");
        assert_string_equal(ask_with(&s, targets[i], "http://no.com", to_websocket),
                            "400 Bad request");
        assert_true(had_header(&s.f, "Connection: close"));
    }
    assert_string_equal(ask_with(&s, targets[1], "http://ok.com", ""),
                        "400 {\"code\":0,\"message\":\"Transport unknown\"}");
    stage_deinit(&s);
}

static void a_listed_origin_passes_by_both_transports(void **state)
{
    struct stage s;

    (void)state;
    stage_init(&s);
    assert_memory_equal(ask_with(&s, polling, "http://ok.com", ""), "200 ", 4);
    assert_memory_equal(ask_with(&s, websocket, "http://ok.com", to_websocket), "101 ", 4);
    stage_deinit(&s);
}

/* sails-sockets 8 */
static void a_missing_origin_passes_with_the_switch(void **state)
{
    struct stage s;

    (void)state;
    stage_init(&s);
    s.guard.allow_missing_origin = true;
    assert_memory_equal(ask_with(&s, polling, NULL, ""), "200 ", 4);
    assert_memory_equal(ask_with(&s, polling, "http://no.com", ""), "400 ", 4);
    stage_deinit(&s);
}

static void what_is_not_the_engines_passes(void **state)
{
    struct stage s;

    (void)state;
    stage_init(&s);
    assert_memory_equal(ask_with(&s, "/other", "http://no.com", ""), "404 ", 4);
    assert_memory_equal(ask_with(&s, "/engine.ioo/", "http://no.com", ""), "404 ", 4);
    assert_memory_equal(ask_with(&s, "/engine.io", "http://no.com", ""), "404 ", 4);
    s.io->options.engine.add_trailing_slash = false;
    assert_memory_equal(ask_with(&s, "/engine.io", "http://no.com", ""), "400 ", 4);
    stage_deinit(&s);
}

static void before_connect_never(sails_handshake *handshake, void *ctx)
{
    (void)ctx;
    sails_handshake_refuse(handshake, NULL);
}

/* sails-sockets 15 */
static void with_before_connect_origins_do_not_count(void **state)
{
    struct stage s;

    (void)state;
    stage_init(&s);
    s.guard.before_connect = before_connect_never;
    assert_memory_equal(ask_with(&s, polling, "http://no.com", ""), "200 ", 4);
    stage_deinit(&s);
}

/* ---- beforeConnect ---- */

struct door {
    struct live live;
    atomic_int n_asked;
};

static void *accept_elsewhere(void *handshake)
{
    sails_handshake_accept(handshake);
    return NULL;
}

static void *refuse_elsewhere(void *handshake)
{
    sails_handshake_refuse(handshake, "Not today");
    return NULL;
}

/* The client says in a header what is to become of it. */
static void keep_the_door(sails_handshake *handshake, void *ctx)
{
    struct door *door = ctx;
    const char *wish = sails_handshake_header(handshake, "X-Wish");

    atomic_fetch_add(&door->n_asked, 1);
    must(strcmp(sails_handshake_ip(handshake), "127.0.0.1") == 0);
    must(strncmp(sails_handshake_url(handshake), "/socket.io/?", 12) == 0);
    must(json_object_get(sails_handshake_query(handshake), "transport") != NULL);
    must(sails_handshake_query(handshake) == sails_handshake_query(handshake));
    must(sails_handshake_header(handshake, "no-such") == NULL);
    if (wish == NULL) {
        sails_handshake_accept(handshake);
    } else if (strcmp(wish, "later") == 0) {
        live_elsewhere(accept_elsewhere, handshake);
    } else if (strcmp(wish, "not later") == 0) {
        live_elsewhere(refuse_elsewhere, handshake);
    } else {
        sails_handshake_refuse(handshake, strcmp(wish, "silence") == 0 ? "" : wish);
    }
}

static void door_open(struct door *door)
{
    *door = (struct door){0};
    live_init(&door->live, 1);
    assert_int_equal(sails_app_set(door->live.app, "sockets.transports",
                                   json_pack("[s,s]", "polling", "websocket")),
                     0);
    assert_int_equal(sails_app_before_connect(door->live.app, keep_the_door, door), 0);
    live_lift(&door->live);
}

/* sails-sockets 12, sails-sockets 13 */
static void who_is_refused_is_told_why(void **state)
{
    static const struct {
        const char *wish;
        const char *text;
        const char *json;
    } cases[] = {
        {"X-Wish: b\xc3\xa4h \"!\"\r\n", "b\xc3\xa4h \"!\"",
         "{\"code\":4,\"message\":\"b\xc3\xa4h \\\"!\\\"\"}"},
        {"X-Wish: silence\r\n", "Forbidden", "{\"code\":4,\"message\":\"Forbidden\"}"},
        {"X-Wish: not later\r\n", "Not today", "{\"code\":4,\"message\":\"Not today\"}"},
    };
    struct door door;

    (void)state;
    door_open(&door);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char headers[512];

        snprintf(headers, sizeof(headers), "%s%s", cases[i].wish, to_websocket);
        http_client_expect(door.live.port, "GET", "/socket.io/?EIO=4&transport=polling",
                           cases[i].wish, NULL, 403, cases[i].json);
        http_client_expect(door.live.port, "GET", "/socket.io/?EIO=4&transport=websocket", headers,
                           NULL, 400, cases[i].text);
    }
    live_end(&door.live);
}

static void who_is_accepted_connects_now_or_later(void **state)
{
    struct door door;
    struct ws_client client = {0};

    (void)state;
    door_open(&door);
    ws_client_expect_in(&client, door.live.port, 5);
    ws_client_close(&client);
    assert_true(ws_client_open(&client, door.live.port, 5, "", "X-Wish: later\r\n"));
    ws_client_close(&client);
    live_end(&door.live);
}

/* sails-sockets 14: requests with a sid are not asked about, whichever way they come. */
static void before_connect_runs_once_for_a_connection(void **state)
{
    struct door door;
    struct http_answer answer = {0};
    char target[128];
    char sid[SID_SIZE];

    (void)state;
    door_open(&door);
    assert_true(http_client_ask(door.live.port, "GET", "/socket.io/?EIO=4&transport=polling", "",
                                (struct str){0}, &answer));
    copy_sid(answer.body.ptr, sid);
    http_answer_deinit(&answer);
    snprintf(target, sizeof(target), "/socket.io/?EIO=4&transport=polling&sid=%s", sid);
    http_client_expect(door.live.port, "POST", target, "", "40", 200, "ok");
    assert_int_equal(atomic_load(&door.n_asked), 1);
    live_end(&door.live);
}

static void every_function_survives_null(void **state)
{
    (void)state;
    assert_null(sails_handshake_url(NULL));
    assert_null(sails_handshake_header(NULL, "a"));
    assert_null(sails_handshake_query(NULL));
    assert_null(sails_handshake_ip(NULL));
    sails_handshake_accept(NULL);
    sails_handshake_refuse(NULL, "no");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_origin_is_refused_before_the_transport_is_looked_at),
        cmocka_unit_test(a_listed_origin_passes_by_both_transports),
        cmocka_unit_test(a_missing_origin_passes_with_the_switch),
        cmocka_unit_test(what_is_not_the_engines_passes),
        cmocka_unit_test(with_before_connect_origins_do_not_count),
        cmocka_unit_test(who_is_refused_is_told_why),
        cmocka_unit_test(who_is_accepted_connects_now_or_later),
        cmocka_unit_test(before_connect_runs_once_for_a_connection),
        cmocka_unit_test(every_function_survives_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
