#include "unit/engineio/eio_fixture.h"

#include <errno.h>

#define OCTETS "Content-Type: application/octet-stream\r\n"

/* Bytes of a string literal, NULs included. */
#define B(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

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

/* Starts it and opens a session. */
static void begin(struct fixture *f, unsigned revision, char sid[SID_SIZE])
{
    fixture_start(f);
    open_polling(f, revision, sid);
}

/* engine-io 10, 12 */
static void the_handshake_has_exactly_five_keys(void **state)
{
    struct fixture *f = *state;
    char want[256];

    fixture_start(f);
    get(f, "/engine.io/?EIO=4&transport=polling");
    snprintf(want, sizeof(want),
             "200 0{\"sid\":\"%s\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
             "\"pingTimeout\":20000,\"maxPayload\":1000000}",
             eio_session_id(f->session));
    assert_non_null(strstr(f->answer.ptr, want));
    assert_true(had_header(f, "Content-Type: text/plain; charset=UTF-8"));
    assert_true(had_header(f, "cache-control: no-store"));
    assert_true(had_header(f, "Content-Length: 118"));
    assert_false(had_name(f, "Set-Cookie"));
    assert_int_equal(eio_session_revision(f->session), 4);
    assert_int_equal(eio_session_transport(f->session), EIO_POLLING);
    assert_true(eio_session_is_open(f->session));

    assert_true(strncmp(get(f, "/engine.io/?transport=polling"), "200 118:0{", 10) == 0);
    assert_int_equal(eio_session_revision(f->session), 3);
}

/* engine-io 42 */
static void without_upgrades_none_are_named(void **state)
{
    struct fixture *f = *state;

    f->options.allow_upgrades = false;
    fixture_start(f);
    assert_non_null(strstr(get(f, "/engine.io/?EIO=4&transport=polling"), "\"upgrades\":[],"));
    eio_server_destroy(f->server);

    f->options.allow_upgrades = true;
    f->options.transports = EIO_ALLOW_POLLING;
    fixture_start(f);
    assert_non_null(strstr(get(f, "/engine.io/?EIO=4&transport=polling"), "\"upgrades\":[],"));
    /* 3.2: then an upgrade is a request like any other */
    assert_string_equal(ask(f, "GET", "/engine.io/?EIO=4&transport=websocket", WS_HEADERS),
                        "400 {\"code\":0,\"message\":\"Transport unknown\"}");
}

/* engine-io 40 */
static void the_initial_packet_comes_with_the_handshake(void **state)
{
    struct fixture *f = *state;

    f->options.initial_packet = "hello-init";
    fixture_start(f);
    assert_non_null(strstr(get(f, "/engine.io/?EIO=4&transport=polling"), "}\x1e"
                                                                          "4hello-init"));
    assert_non_null(strstr(get(f, "/engine.io/?EIO=3&transport=polling"), "}11:4hello-init"));
    assert_non_null(strstr(ws_hear(f, open_ws(f, "&EIO=4")), "} 4hello-init"));
}

/* engine-io 39 */
static void the_cookie_comes_with_the_polling_handshake_only(void **state)
{
    struct fixture *f = *state;
    char want[128];
    char sid[SID_SIZE];

    f->options.cookie = (struct eio_cookie){
        .name = "io", .path = "/", .same_site = "Lax", .http_only = true, .max_age_s = -1};
    begin(f, 4, sid);
    snprintf(want, sizeof(want), "Set-Cookie: io=%s; Path=/; HttpOnly; SameSite=Lax", sid);
    assert_true(had_header(f, want));
    post(f, sid, "4a");
    assert_false(had_name(f, "Set-Cookie"));
    poll(f, sid);
    assert_false(had_name(f, "Set-Cookie"));
    open_ws(f, "&EIO=4");
    assert_false(had_name(f, "Set-Cookie"));
    take_log(f);

    f->options.cookie =
        (struct eio_cookie){.name = "x", .domain = "a.test", .secure = true, .max_age_s = 60};
    open_polling(f, 4, sid);
    snprintf(want, sizeof(want), "Set-Cookie: x=%s; Max-Age=60; Domain=a.test; Secure", sid);
    assert_true(had_header(f, want));
}

/* engine-io 12, 13 */
static void messages_go_up_by_post_and_down_by_poll(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(answer_of(f, pending), "");
    assert_true(eio_session_is_writable(f->session));
    assert_string_equal(post(f, sid,
                             "4one\x1e"
                             "4two\x1e"
                             "bAQIDBA=="),
                        "200 ok");
    assert_true(had_header(f, "Content-Type: text/html"));
    assert_true(had_header(f, "Content-Length: 2"));
    assert_true(had_header(f, "cache-control: no-store"));
    assert_false(had_name(f, "X-XSS-Protection"));
    /* all that one turn produces leaves in one response */
    assert_string_equal(answer_of(f, pending), "200 4one\x1e"
                                               "4two\x1e"
                                               "bAQIDBA==");
    assert_true(had_header(f, "Content-Type: text/plain; charset=UTF-8"));
    assert_true(had_header(f, "cache-control: no-store"));
    assert_string_equal(take_log(f), "(one) (two) <\1\2\3\4>");

    /* and what nobody polls for waits */
    assert_false(eio_session_is_writable(f->session));
    post(f, sid, "4three");
    post(f, sid,
         "0\x1e"
         "5\x1e"
         "6\x1e"
         "4four");
    assert_string_equal(poll(f, sid), "200 4three\x1e"
                                      "4four");
}

/* What volatile asks: the first message of a turn takes the poll. */
static void a_poll_is_writable_until_something_is_queued_for_it(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    assert_false(eio_session_is_writable(f->session));
    pending = begin_poll(f, sid);
    assert_true(eio_session_is_writable(f->session));
    send_text(f->session, "a");
    assert_false(eio_session_is_writable(f->session));
    assert_string_equal(answer_of(f, pending), "200 4a");
}

static void old_explorers_are_told_not_to_worry(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    post_bytes(f, sid, "User-Agent: a;MSIE 9\r\n", B("4a"));
    assert_true(had_header(f, "X-XSS-Protection: 0"));
    ask(f, "GET", url_of(sid, 4), "User-Agent: Trident/7.0\r\n");
    assert_true(had_header(f, "X-XSS-Protection: 0"));
}

/* engine-io 15 */
static void revision_3_counts_utf16_units(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    begin(f, 3, sid);
    assert_string_equal(post(f, sid,
                             "2:4\xe2\x82\xac"
                             "3:4\xf0\x9f\x98\x80"),
                        "200 ok");
    assert_string_equal(poll(f, sid), "200 2:4\xe2\x82\xac"
                                      "3:4\xf0\x9f\x98\x80");
}

/* engine-io 16 */
static void revision_3_is_binary_only_where_something_is(void **state)
{
    static const char body[] = "\x00\x06\xff"
                               "4hello\x01\x05\xff\x04\x01\x02\x03\x04";
    struct fixture *f = *state;
    const char *answer = NULL;
    char sid[SID_SIZE];

    begin(f, 3, sid);
    assert_string_equal(post_bytes(f, sid, OCTETS, B(body)), "200 ok");
    answer = poll(f, sid);
    assert_memory_equal(answer + strlen("200 "), body, sizeof(body) - 1);
    assert_true(had_header(f, "Content-Type: application/octet-stream"));

    post_bytes(f, sid, OCTETS,
               B("\x00\x02\xff"
                 "4a"));
    assert_string_equal(poll(f, sid), "200 2:4a");
    assert_true(had_header(f, "Content-Type: text/plain; charset=UTF-8"));

    /* 6.4: with anything behind it the type is another one */
    assert_string_equal(
        post_bytes(f, sid, "Content-Type: application/octet-stream; charset=x\r\n", B("6:4hello")),
        "200 ok");
}

/* engine-io 17 */
static void b64_makes_everything_text(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    fixture_start(f);
    copy_sid(get(f, "/engine.io/?EIO=3&transport=polling&b64=1"), sid);
    post_bytes(f, sid, "", B("6:4hello10:b4AQIDBA=="));
    assert_string_equal(poll(f, sid), "200 6:4hello10:b4AQIDBA==");
}

/* engine-io 36 */
static void only_long_responses_are_compressed(void **state)
{
    struct fixture *f = *state;
    char text[1024];
    char sid[SID_SIZE];

    begin(f, 4, sid);
    memset(text, 'a', sizeof(text));
    text[1022] = '\0'; /* with its type 1023 bytes */
    send_text(f->session, text);
    ask(f, "GET", url_of(sid, 4), "Accept-Encoding: gzip, deflate\r\n");
    assert_false(had_name(f, "Content-Encoding"));
    assert_true(had_header(f, "Content-Length: 1023"));

    text[1022] = 'a';
    text[1023] = '\0';
    send_text(f->session, text);
    ask(f, "GET", url_of(sid, 4), "Accept-Encoding: gzip, deflate\r\n");
    assert_true(had_header(f, "Content-Encoding: gzip"));

    send_text(f->session, text);
    assert_memory_equal(ask(f, "GET", url_of(sid, 4), "Accept-Encoding: deflate\r\n"),
                        "200 \x78\x9c", 6);
    assert_true(had_header(f, "Content-Encoding: deflate"));

    send_text(f->session, text);
    ask(f, "GET", url_of(sid, 4), "Accept-Encoding: br\r\n");
    assert_false(had_name(f, "Content-Encoding"));
}

/* engine-io 36 */
static void what_must_not_be_compressed_is_not(void **state)
{
    struct fixture *f = *state;
    uint8_t data[2000] = {0};
    struct eio_message *m =
        eio_message_create(true, (struct bytes){data, sizeof(data)}, false, false);
    char sid[SID_SIZE];

    begin(f, 4, sid);
    eio_session_send(f->session, m);
    ask(f, "GET", url_of(sid, 4), "Accept-Encoding: gzip\r\n");
    assert_false(had_name(f, "Content-Encoding"));

    f->options.http_compression = false;
    eio_session_send(f->session, m);
    send_text(f->session, "a");
    ask(f, "GET", url_of(sid, 4), "Accept-Encoding: gzip\r\n");
    assert_false(had_name(f, "Content-Encoding"));
    eio_message_release(m);
}

/* engine-io 37 */
static void jsonp_wraps_what_goes_down_and_unwraps_what_comes_up(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    fixture_start(f);
    get(f, "/engine.io/?EIO=3&transport=polling&j=0");
    assert_non_null(strstr(f->answer.ptr, "200 ___eio[0](\"118:0{\\\"sid\\\":\\\""));
    snprintf(sid, sizeof(sid), "%s", eio_session_id(f->session));
    assert_string_equal(post(f, sid, "d=6%3A4a%E2%80%A8b%5Cn%22"), "200 ok");
    assert_string_equal(poll(f, sid), "200 ___eio[0](\"6:4a\\u2028b\\n\\\"\");");

    /* binary must be base64, whether the client says so or not */
    post(f, sid, "d=6%3Ab4AQID");
    assert_string_equal(poll(f, sid), "200 ___eio[0](\"6:b4AQID\");");

    /* without its one field a form says nothing */
    take_log(f);
    assert_string_equal(post(f, sid, "e=2%3A4a"), "200 ok");
    assert_string_equal(post(f, sid, "d=2%3A4a&d=2%3A4b"), "200 ok");
    assert_string_equal(take_log(f), "");
}

static void the_handshake_is_kept_for_the_application(void **state)
{
    struct fixture *f = *state;
    const struct eio_handshake *h = NULL;

    fixture_start(f);
    ask(f, "GET", "/engine.io/?EIO=4&transport=polling&token=abc", "Cookie: a=b\r\n");
    sim_run(&f->sim);
    h = eio_session_handshake(f->session);
    assert_true(str_eq(eio_handshake_query(h), STR("EIO=4&transport=polling&token=abc")));
    assert_true(str_eq(eio_handshake_header(h, STR("cookie")), STR("a=b")));
    assert_int_equal(eio_handshake_unix_ms(h), f->sim.env.unix_ms);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* ---- long bodies ---- */

/* A body of as many packets of five bytes, all of them "4abc". */
static void append_packets(struct buf *body, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_append_str(body, i == 0 ? STR("4abc")
                                    : STR("\x1e"
                                          "4abc"));
    }
}

static size_t count_heard(struct fixture *f)
{
    size_t n = f->log.len / strlen("(abc) ");

    f->log.len = 0;
    return n;
}

/* Packets by the million would hold the worker, and all that wait for it, for as long. */
static void a_long_body_is_delivered_over_several_turns(void **state)
{
    enum {
        N = 40000 /* 200 KB */
    };
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    struct buf body = {0};
    char sid[SID_SIZE];
    size_t heard = 0;
    int n_turns = 0;

    f->is_mute = true;
    begin(f, 4, sid);
    append_packets(&body, N);
    link = request(f, "POST", url_of(sid, 4), "", buf_bytes(&body));
    assert_true(f->log.len > 0);
    heard = count_heard(f);
    for (; heard < N; n_turns++) {
        const char *answer = answer_of(f, link);
        size_t n = count_heard(f);

        assert_true(n > 0 && n <= 65536 / 5 + 1);
        heard += n;
        assert_string_equal(answer, heard < N ? "" : "200 ok");
    }
    assert_int_equal(heard, N);
    assert_int_equal(n_turns, 3);
    assert_string_equal(post(f, sid, "4more"), "200 ok");
    assert_string_equal(take_log(f), "(more)");
    buf_deinit(&body);
}

/* Whoever ends it: the rest is not heard, and the POST is not answered. */
static void what_is_left_of_a_long_body_goes_with_its_session(void **state)
{
    enum {
        N = 40000
    };
    static const char *const ends[] = {"second", "gone", "close", "end"};
    struct fixture *f = *state;
    struct buf body = {0};

    f->is_mute = true;
    fixture_start(f);
    append_packets(&body, N);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct sim_link *link = NULL;
        char sid[SID_SIZE];

        open_polling(f, 4, sid);
        link = request(f, "POST", url_of(sid, 4), "", buf_bytes(&body));
        assert_true(count_heard(f) < N);
        if (strcmp(ends[i], "second") == 0) {
            assert_string_equal(
                answer_of(f, request(f, "POST", url_of(sid, 4), "", (struct bytes){0})), "400 ");
        } else if (strcmp(ends[i], "gone") == 0) {
            sim_break(link, -ECONNRESET);
        } else if (strcmp(ends[i], "close") == 0) {
            eio_session_close(f->session, true);
        } else {
            break; /* the server, with fixture_deinit() */
        }
        sim_run(&f->sim);
        sim_run(&f->sim);
        assert_null(f->session);
        f->log.len = 0;
    }
    buf_deinit(&body);
}

/* What is wrong behind the first turn is a parse error all the same. */
static void a_long_body_may_end_badly(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    struct buf body = {0};
    char sid[SID_SIZE];

    f->is_mute = true;
    begin(f, 4, sid);
    append_packets(&body, 20000);
    buf_append_str(&body, STR("\x1ex"));
    link = request(f, "POST", url_of(sid, 4), "", buf_bytes(&body));
    assert_null(strstr(f->log.ptr, "close"));
    assert_string_equal(answer_of(f, link), "400 ");
    assert_non_null(strstr(take_log(f), "(abc) close:parse error"));
    buf_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_handshake_has_exactly_five_keys),
        test(without_upgrades_none_are_named),
        test(the_initial_packet_comes_with_the_handshake),
        test(the_cookie_comes_with_the_polling_handshake_only),
        test(messages_go_up_by_post_and_down_by_poll),
        test(a_poll_is_writable_until_something_is_queued_for_it),
        test(old_explorers_are_told_not_to_worry),
        test(revision_3_counts_utf16_units),
        test(revision_3_is_binary_only_where_something_is),
        test(b64_makes_everything_text),
        test(only_long_responses_are_compressed),
        test(what_must_not_be_compressed_is_not),
        test(jsonp_wraps_what_goes_down_and_unwraps_what_comes_up),
        test(the_handshake_is_kept_for_the_application),
        test(a_long_body_is_delivered_over_several_turns),
        test(what_is_left_of_a_long_body_goes_with_its_session),
        test(a_long_body_may_end_badly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
