/* The opening handshake as a client sees it: through src/http/, byte by byte where it matters. */
#include "websocket/ws_handshake.h"

#include "base/mem.h"
#include "http/http.h"
#include "support/cmocka.h"
#include "support/sim.h"
#include "websocket/ws.h"

#include <sails/err.h>

#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define UPGRADE "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
#define GOOD    "GET /chat HTTP/1.1\r\n" UPGRADE KEY VERSION

/* A masked "Hello" (RFC 6455 section 5.7). */
#define HELLO "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"

struct server {
    struct sim sim;
    struct sim_link *link;
    struct http_service http;
    struct ws_options options;
    struct ws_service service;
    struct ws_conn ws;
    bool is_shutting_down;
    bool must_close; /* at once after accepting */
    int n_accepted;
    int n_messages;
    int n_closes;
    int rc; /* of ws_conn_accept() */
};

static void on_message(struct ws_conn *ws, bool is_binary, struct bytes message)
{
    struct ws_message *m = ws_message_create(is_binary, (struct bytes){0}, message, true);

    container_of(ws, struct server, ws)->n_messages++;
    if (m != NULL) {
        ws_conn_send(ws, m);
    }
    ws_message_release(m);
}

static void on_close(struct ws_conn *ws, unsigned code, int err)
{
    (void)code;
    (void)err;
    container_of(ws, struct server, ws)->n_closes++;
}

static const struct ws_events events = {.on_message = on_message, .on_close = on_close};

static void on_request(void *ctx, struct http_exchange *x)
{
    static const struct ws_refusal shutting_down = {503, {"Server is shutting down", 23}, false};
    struct server *s = ctx;
    struct ws_refusal refusal = {0};

    if (s->is_shutting_down) {
        ws_handshake_refuse(x, &shutting_down);
    } else if (!ws_handshake_check(http_request(x), &refusal)) {
        ws_handshake_refuse(x, &refusal);
    } else if (http_add_header(x, STR("X-Added"), STR("1")) < 0) {
        http_drop(x);
    } else {
        s->rc = ws_conn_accept(&s->ws, &s->service, x, &events);
        s->n_accepted += s->rc == 0;
        if (s->rc == 0 && s->must_close) {
            ws_conn_close(&s->ws, 1001);
        }
    }
}

static void server_open(struct server *s)
{
    *s = (struct server){.options = ws_default_options};
    sim_init(&s->sim, 1);
    s->http = (struct http_service){
        .env = &s->sim.env, .limits = &http_default_limits, .on_request = on_request, .ctx = s};
    http_service_init(&s->http);
    ws_service_init(&s->service, &s->sim.env, &s->options);
    s->link = sim_connect(&s->sim);
}

static void server_deinit(struct server *s)
{
    sim_deinit(&s->sim);
    ws_service_deinit(&s->service);
    http_service_deinit(&s->http);
}

/* What the server answers at once to the bytes of one connection. */
static const char *ask(struct server *s, const char *request, size_t len, size_t step)
{
    assert_int_equal(http_conn_open(&s->http, &s->link->link), 0);
    sim_feed(s->link, request, len, step);
    return sim_take_text(s->link);
}

static bool has_line(const char *answer, const char *line)
{
    struct buf wanted = {0};
    bool has = false;

    buf_printf(&wanted, "\r\n%s\r\n", line);
    buf_append_char(&wanted, '\0');
    has = strstr(answer, wanted.ptr) != NULL;
    buf_deinit(&wanted);
    return has;
}

/* websocket 1. */
static void the_accept_value_is_that_of_the_rfc(void **state)
{
    char accept[WS_ACCEPT_LEN + 1] = "";

    (void)state;
    assert_int_equal(ws_handshake_accept_value(STR("dGhlIHNhbXBsZSBub25jZQ=="), accept), 0);
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

/* websocket 1, 4: and headers that were added before go out, too. */
static void a_good_request_is_answered_with_101(void **state)
{
    static const char *const requests[] = {
        GOOD "\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nCONNECTION: keep-alive, uPGRADE\r\nupgrade: WebSocket\r\n"
        "sec-websocket-key:dGhlIHNhbXBsZSBub25jZQ==\r\nSEC-WEBSOCKET-VERSION:  13 \r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n"
        "Upgrade: foo, websocket\r\n" KEY VERSION "Content-Length: 0\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        struct server s;
        const char *answer = NULL;

        server_open(&s);
        answer = ask(&s, requests[i], strlen(requests[i]), i);
        assert_int_equal(strncmp(answer, "HTTP/1.1 101 Switching Protocols\r\n", 34), 0);
        assert_true(has_line(answer, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert_true(has_line(answer, "Upgrade: websocket"));
        assert_true(has_line(answer, "Connection: Upgrade"));
        assert_true(has_line(answer, "X-Added: 1"));
        assert_null(strstr(answer, "Sec-WebSocket-Extensions"));
        assert_null(strstr(answer, "Sec-WebSocket-Protocol"));
        assert_null(strstr(answer, "Content-Length"));
        assert_null(strstr(answer, "Transfer-Encoding"));
        assert_int_equal(s.n_accepted, 1);
        server_deinit(&s);
        assert_int_equal(s.n_closes, 1);
    }
}

/* websocket 2, 3: section 1.1, line by line, with the deviations of 1.1 and 10a. */
static void a_bad_request_is_refused_with_its_status(void **state)
{
    static const struct {
        const char *request;
        unsigned status;
    } cases[] = {
        {"POST / HTTP/1.1\r\n" UPGRADE KEY VERSION "\r\n", 405},
        {"HEAD / HTTP/1.1\r\n" UPGRADE KEY VERSION "\r\n", 405},
        {"GET / HTTP/1.0\r\n" UPGRADE KEY VERSION "\r\n", 400},
        {GOOD "Content-Length: 5\r\n\r\nHello", 400},
        {GOOD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" KEY VERSION "\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n" KEY VERSION "\r\n",
         400},
        {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" KEY VERSION "\r\n", 400},
        {"GET / HTTP/1.1\r\n" UPGRADE VERSION "\r\n", 400},
        {"GET / HTTP/1.1\r\n" UPGRADE VERSION "Sec-WebSocket-Key:\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n" UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n\r\n",
         400},
        {"GET / HTTP/1.1\r\n" UPGRADE VERSION
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==x\r\n\r\n",
         400},
        {"GET / HTTP/1.1\r\n" UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ-_\r\n\r\n",
         400},
        {"GET / HTTP/1.1\r\n" UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j_Q==\r\n\r\n",
         400},
        {"GET / HTTP/1.1\r\n" UPGRADE VERSION KEY KEY "\r\n", 400},
        {"GET / HTTP/1.1\r\n" UPGRADE KEY "\r\n", 426},
        {"GET / HTTP/1.1\r\n" UPGRADE KEY "Sec-WebSocket-Version: 12\r\n\r\n", 426},
        {"GET / HTTP/1.1\r\n" UPGRADE KEY "Sec-WebSocket-Version: 013\r\n\r\n", 426},
        {"GET / HTTP/1.1\r\n" UPGRADE KEY "Sec-WebSocket-Version: 13, 8\r\n\r\n", 426},
        {GOOD "Sec-WebSocket-Protocol: a, a\r\n\r\n", 400},
        {GOOD "Sec-WebSocket-Protocol: a b\r\n\r\n", 400},
        {GOOD "Sec-WebSocket-Protocol:\r\n\r\n", 400},
        {GOOD "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a\r\n\r\n", 400},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct server s;
        const char *answer = NULL;
        char start[32] = "";

        server_open(&s);
        answer = ask(&s, cases[i].request, strlen(cases[i].request), 0);
        snprintf(start, sizeof(start), "HTTP/1.1 %u ", cases[i].status);
        if (strncmp(answer, start, strlen(start)) != 0) {
            fail_msg("%s\n-> %s", cases[i].request, answer);
        }
        assert_int_equal(has_line(answer, "Sec-WebSocket-Version: 13"), cases[i].status == 426);
        assert_int_equal(has_line(answer, "Allow: GET"), cases[i].status == 405);
        assert_true(s.link->ended);
        assert_int_equal(s.n_accepted, 0);
        server_deinit(&s);
    }
}

static void a_refusal_has_the_shape_that_clients_know(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\n" UPGRADE VERSION "\r\n";
    struct server s;

    (void)state;
    server_open(&s);
    assert_string_equal(ask(&s, request, sizeof(request) - 1, 0),
                        "HTTP/1.1 400 Bad Request\r\n"
                        "Connection: close\r\n"
                        "Content-Type: text/html\r\n"
                        "Content-Length: 43\r\n"
                        "\r\n"
                        "Missing or invalid Sec-WebSocket-Key header");
    server_deinit(&s);
}

/* websocket 35: the other half is in ws_closing_test.c. */
static void at_shutdown_new_upgrades_are_refused_with_503(void **state)
{
    struct server s;
    const char *answer = NULL;

    (void)state;
    server_open(&s);
    s.is_shutting_down = true;
    answer = ask(&s, GOOD "\r\n", strlen(GOOD "\r\n"), 0);
    assert_int_equal(strncmp(answer, "HTTP/1.1 503 Service Unavailable\r\n", 34), 0);
    assert_true(s.link->ended);
    server_deinit(&s);
}

/* websocket 6, 34. */
static void the_first_subprotocol_that_is_offered_is_taken(void **state)
{
    static const struct {
        const char *headers;
        const char *answer;
    } cases[] = {
        {"Sec-WebSocket-Protocol: a, b\r\n", "Sec-WebSocket-Protocol: a"},
        {"Sec-WebSocket-Protocol: soap\r\n", "Sec-WebSocket-Protocol: soap"},
        {"Sec-WebSocket-Protocol: x.y\r\nSec-WebSocket-Protocol: a, b\r\n",
         "Sec-WebSocket-Protocol: x.y"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct server s;
        char request[512] = "";

        server_open(&s);
        snprintf(request, sizeof(request), GOOD "%s\r\n", cases[i].headers);
        assert_true(has_line(ask(&s, request, strlen(request), 0), cases[i].answer));
        server_deinit(&s);
    }
}

/* websocket 24, 34; section 6.2. */
static void compression_is_agreed_upon_only_where_the_server_has_it(void **state)
{
    static const struct {
        bool deflate;
        const char *headers;
        const char *answer; /* NULL: no such header */
    } cases[] = {
        {true, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
         "Sec-WebSocket-Extensions: permessage-deflate"},
        {true,
         "Sec-WebSocket-Extensions: permessage-deflate; foo\r\n"
         "Sec-WebSocket-Extensions: x, permessage-deflate; server_max_window_bits=10\r\n",
         "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10"},
        {true, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits\r\n", NULL},
        {true, "Sec-WebSocket-Extensions: ;;\r\n", NULL},
        {true, "", NULL},
        {false, "Sec-WebSocket-Extensions: permessage-deflate\r\n", NULL},
        {false, "Sec-WebSocket-Extensions: ;;\r\n", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct server s;
        char request[512] = "";
        const char *answer = NULL;

        server_open(&s);
        s.options.deflate = cases[i].deflate;
        snprintf(request, sizeof(request), GOOD "%s\r\n", cases[i].headers);
        answer = ask(&s, request, strlen(request), 0);
        assert_int_equal(s.n_accepted, 1);
        assert_int_equal(s.ws.deflate.is_agreed, cases[i].answer != NULL);
        if (cases[i].answer != NULL) {
            assert_true(has_line(answer, cases[i].answer));
        } else {
            assert_null(strstr(answer, "Sec-WebSocket-Extensions"));
        }
        server_deinit(&s);
    }
}

/* websocket 5. */
static void bytes_behind_the_handshake_are_processed_on_a_later_turn_at_every_cut(void **state)
{
    static const char request[] = GOOD "\r\n" HELLO HELLO;
    size_t len = sizeof(request) - 1;

    (void)state;
    for (size_t step = 1; step <= len; step++) {
        struct server s;
        const char *answer = NULL;

        server_open(&s);
        answer = ask(&s, request, len, step);
        if (step == len) {
            assert_int_equal(s.n_messages, 0); /* not before ws_conn_accept() has returned */
            sim_run(&s.sim);
            answer = sim_take_text(s.link);
            assert_string_equal(answer, "\x81\x05Hello\x81\x05Hello");
        }
        sim_run(&s.sim);
        assert_int_equal(s.n_messages, 2);
        assert_null(s.ws.intake);
        server_deinit(&s);
    }
}

static void what_comes_later_does_not_overtake_what_came_behind_the_handshake(void **state)
{
    static const char request[] = GOOD "\r\n\x81\x85\x37\xfa\x21\x3d\x7f\x9f";
    struct server s;

    (void)state;
    server_open(&s);
    ask(&s, request, sizeof(request) - 1, 0);
    sim_feed(s.link, "\x4d\x51\x58", 3, 0);
    assert_int_equal(s.n_messages, 1);
    assert_string_equal(sim_take_text(s.link), "\x81\x05Hello");
    sim_run(&s.sim);
    assert_int_equal(s.n_messages, 1);
    server_deinit(&s);
}

static void an_end_behind_the_handshake_does_not_overtake_what_came_before_it(void **state)
{
    static const char request[] = GOOD "\r\n" HELLO;
    struct server s;

    (void)state;
    server_open(&s);
    ask(&s, request, sizeof(request) - 1, 0);
    sim_feed_end(s.link);
    assert_int_equal(s.n_messages, 1);
    assert_true(s.link->ended);
    sim_run(&s.sim);
    assert_int_equal(s.n_closes, 1);
    server_deinit(&s);
}

static void a_connection_may_be_closed_before_its_first_bytes_are_read(void **state)
{
    static const char request[] = GOOD "\r\n" HELLO;
    static const char with_close[] = GOOD "\r\n" HELLO "\x88\x80\x00\x00\x00\x00";
    struct server s;

    (void)state;
    server_open(&s);
    s.must_close = true;
    ask(&s, request, sizeof(request) - 1, 0);
    sim_run(&s.sim);
    assert_int_equal(s.n_messages, 0);
    assert_false(s.link->ended);
    sim_advance(&s.sim, 30 * 1000);
    assert_int_equal(s.n_closes, 1);
    server_deinit(&s);

    server_open(&s);
    s.must_close = true;
    ask(&s, with_close, sizeof(with_close) - 1, 0);
    sim_run(&s.sim);
    assert_true(s.link->ended);
    server_deinit(&s);
    assert_int_equal(s.n_closes, 1);
}

static void the_nth_allocation_may_fail(void **state)
{
    static const char request[] = GOOD "Sec-WebSocket-Protocol: a\r\n"
                                       "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" HELLO;
    int n_failed = 0;

    (void)state;
    for (long n = 0; n < 100; n++) {
        struct server s;

        server_open(&s);
        s.options.deflate = true;
        assert_int_equal(http_conn_open(&s.http, &s.link->link), 0);
        mem_fail_after(n);
        sim_feed(s.link, request, sizeof(request) - 1, 0);
        sim_run(&s.sim);
        mem_fail_after(-1);
        if (s.rc < 0) {
            n_failed++;
            assert_true(s.rc == SAILS_ENOMEM || s.rc == SAILS_ECLOSED);
            assert_true(s.link->ended || s.link->aborted);
        }
        server_deinit(&s);
        assert_int_equal(s.n_closes, s.n_accepted);
    }
    assert_true(n_failed > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_accept_value_is_that_of_the_rfc),
        cmocka_unit_test(a_good_request_is_answered_with_101),
        cmocka_unit_test(a_bad_request_is_refused_with_its_status),
        cmocka_unit_test(a_refusal_has_the_shape_that_clients_know),
        cmocka_unit_test(at_shutdown_new_upgrades_are_refused_with_503),
        cmocka_unit_test(the_first_subprotocol_that_is_offered_is_taken),
        cmocka_unit_test(compression_is_agreed_upon_only_where_the_server_has_it),
        cmocka_unit_test(bytes_behind_the_handshake_are_processed_on_a_later_turn_at_every_cut),
        cmocka_unit_test(what_comes_later_does_not_overtake_what_came_behind_the_handshake),
        cmocka_unit_test(an_end_behind_the_handshake_does_not_overtake_what_came_before_it),
        cmocka_unit_test(a_connection_may_be_closed_before_its_first_bytes_are_read),
        cmocka_unit_test(the_nth_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
