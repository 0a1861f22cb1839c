#include "unit/engineio/eio_fixture.h"

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

static void assert_gone(struct fixture *f, const char *sid)
{
    assert_string_equal(get(f, url_of(sid, 4)),
                        "400 {\"code\":1,\"message\":\"Session ID unknown\"}");
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

/* engine-io 18 */
static void a_second_poll_ends_the_session(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(poll(f, sid), "400 ");
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);
}

/* engine-io 19 */
static void a_second_post_ends_the_session(void **state)
{
    struct fixture *f = *state;
    struct sim_link *slow = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    slow = request(f, "POST", url_of(sid, 4), "Content-Length: 5\r\n", (struct bytes){0});
    sim_feed_text(slow, "4a");
    assert_string_equal(post(f, sid, "4b"), "400 ");
    assert_true(slow->closed);
    assert_int_equal(slow->out.len, 0);
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);
}

/* engine-io 20 */
static void a_poll_that_is_aborted_ends_the_session(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    sim_break(begin_poll(f, sid), 0);
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);

    take_log(f);
    open_polling(f, 4, sid);
    sim_feed_end(begin_poll(f, sid));
    sim_run(&f->sim);
    assert_string_equal(take_log(f), "close:transport error");
}

/* engine-io 7.2, 3: shorter than announced */
static void a_post_that_is_aborted_ends_the_session(void **state)
{
    struct fixture *f = *state;
    struct sim_link *slow = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    slow = request(f, "POST", url_of(sid, 4), "Content-Length: 5\r\n", (struct bytes){0});
    sim_feed_text(slow, "4a");
    sim_break(slow, 0);
    assert_string_equal(take_log(f), "close:transport error");
}

/* engine-io 21 */
static void a_body_of_the_limit_is_taken_and_one_byte_more_is_not(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    f->options.max_http_buffer_size = 6;
    f->is_mute = true;
    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid, "4hello"), "200 ok");
    assert_true(strncmp(post(f, sid, "4hello!"), "413 ", 4) == 0);
    assert_string_equal(answer_of(f, request(f, "POST", url_of(sid, 4),
                                             "Transfer-Encoding: chunked\r\n", (struct bytes){0})),
                        "");
    assert_string_equal(take_log(f), "(hello)");
    assert_string_equal(answer_of(f, pending), "");
}

static void a_chunked_body_over_the_limit_leaves_the_session_alone(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    char sid[SID_SIZE];

    f->options.max_http_buffer_size = 6;
    begin(f, 4, sid);
    link = request(f, "POST", url_of(sid, 4), "Transfer-Encoding: chunked\r\n", (struct bytes){0});
    sim_feed_text(link, "4\r\n4abc\r\n4\r\ndefg\r\n0\r\n\r\n");
    assert_true(strncmp(answer_of(f, link), "413 ", 4) == 0);
    assert_string_equal(post(f, sid, "4hello"), "200 ok");
    assert_string_equal(poll(f, sid), "200 4hello");
}

/* engine-io 22 */
static void revision_4_takes_no_binary_payloads(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post_bytes(f, sid, OCTETS, B("4a")), "400 ");
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);
}

/* engine-io 23, and the rows of section 12 for POSTs */
static void a_payload_that_cannot_be_parsed_ends_the_session(void **state)
{
    static const struct {
        unsigned revision;
        const char *body;
        const char *log;
    } cases[] = {
        {4, "abc", "close:parse error"},
        {4, "", "close:parse error"},
        {4, "9", "close:parse error"},
        {4,
         "4a\x1e"
         "zzz\x1e"
         "4b",
         "(a) close:parse error"},
        {4, "4a\x1e", "(a) close:parse error"},
        {4,
         "\x1e"
         "4a",
         "close:parse error"},
        {4,
         "4a\x1e\x1e"
         "4b",
         "(a) close:parse error"},
        {3, "abc", "close:parse error"},
        {3, "", "close:parse error"},
        {3, "6:4hello6", "(hello) close:parse error"},
        {3, "2:4a3:zzz", "(a) close:parse error"},
    };
    struct fixture *f = *state;

    fixture_start(f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sim_link *pending = NULL;
        char sid[SID_SIZE];

        f->is_mute = true;
        open_polling(f, cases[i].revision, sid);
        pending = begin_poll(f, sid);
        assert_string_equal(post(f, sid, cases[i].body), "400 ");
        assert_string_equal(answer_of(f, pending), cases[i].revision == 4 ? "200 1" : "200 1:1");
        assert_string_equal(take_log(f), cases[i].log);
        assert_gone(f, sid);
        take_log(f);
    }
}

/* engine-io 24 */
static void the_client_closes_by_post(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid,
                             "4a\x1e"
                             "1\x1e"
                             "4b"),
                        "200 ok");
    assert_string_equal(answer_of(f, pending), "200 6");
    assert_string_equal(take_log(f), "(a) close:transport close");
    assert_gone(f, sid);
    take_log(f);

    open_polling(f, 3, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid, "1:1"), "200 ok");
    assert_string_equal(answer_of(f, pending), "200 1:6");
}

/* engine-io 32 */
static void the_server_closes_a_pending_poll(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_true(eio_session_closes_at_once(f->session));
    eio_session_close(f->session, false);
    eio_session_close(f->session, false);
    assert_false(eio_session_is_open(f->session));
    assert_string_equal(take_log(f), ""); /* not inside */
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "close:forced close");
    assert_gone(f, sid);
}

/* engine-io 32 */
static void the_server_closes_by_the_next_poll(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    assert_false(eio_session_closes_at_once(f->session));
    eio_session_close(f->session, false);
    assert_int_equal(send_text(f->session, "late"), SAILS_ECLOSED);
    assert_string_equal(post(f, sid, "4ignored"), "200 ok");
    assert_string_equal(poll(f, sid), "200 6\x1e"
                                      "1");
    assert_string_equal(take_log(f), "close:forced close");
    assert_gone(f, sid);
    take_log(f);

    open_polling(f, 3, sid);
    eio_session_close(f->session, false);
    assert_string_equal(poll(f, sid), "200 1:61:1");
}

/* engine-io 32 */
static void what_is_queued_comes_before_the_close(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    assert_int_equal(send_text(f->session, "data"), 0);
    eio_session_close(f->session, false);
    assert_string_equal(poll(f, sid), "200 4data");
    assert_string_equal(poll(f, sid), "200 6\x1e"
                                      "1");
    take_log(f);

    /* the same where the poll is there already */
    open_polling(f, 4, sid);
    pending = begin_poll(f, sid);
    send_text(f->session, "data");
    assert_false(eio_session_closes_at_once(f->session));
    eio_session_close(f->session, false);
    assert_string_equal(answer_of(f, pending), "200 4data");
    assert_string_equal(poll(f, sid), "200 6\x1e"
                                      "1");
}

/* engine-io 32 */
static void nobody_waits_for_a_close_longer_than_thirty_seconds(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    eio_session_close(f->session, false);
    sim_advance(&f->sim, 29999);
    assert_string_equal(take_log(f), "");
    sim_advance(&f->sim, 1);
    assert_string_equal(take_log(f), "close:forced close");
    assert_gone(f, sid);
    take_log(f);

    /* and discard does not wait at all */
    open_polling(f, 4, sid);
    send_text(f->session, "lost");
    eio_session_close(f->session, false);
    eio_session_close(f->session, true);
    sim_run(&f->sim);
    assert_gone(f, sid);
    assert_string_equal(take_log(f), "close:forced close error:1:Session ID unknown");
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

/* engine-io 44 */
static void other_methods_do_not_disturb_the_session(void **state)
{
    static const char *const methods[] = {"PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"};
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        assert_string_equal(ask(f, methods[i], url_of(sid, 4), ""), "500 ");
    }
    post(f, sid, "4a");
    assert_string_equal(answer_of(f, pending), "200 4a");
}

static void who_does_not_poll_is_closed_over_the_bound(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];
    int rc = 0;

    f->options.max_queued = 1000;
    begin(f, 4, sid);
    while (rc == 0) {
        rc = send_text(f->session, "0123456789");
    }
    assert_int_equal(rc, SAILS_ESLOW);
    assert_string_equal(take_log(f), ""); /* not inside */
    sim_run(&f->sim);
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);
}

static void close_it(struct fixture *f)
{
    eio_session_close(f->session, true);
}

static void a_session_may_be_closed_in_its_own_message(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    f->on_message = close_it;
    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid,
                             "4a\x1e"
                             "4b\x1e"
                             "zzz"),
                        "400 ");
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "(a) close:forced close");
}

static void the_handshake_is_kept_for_the_application(void **state)
{
    struct fixture *f = *state;
    struct eio_handshake *h = NULL;

    fixture_start(f);
    ask(f, "GET", "/engine.io/?EIO=4&transport=polling&token=abc", "Cookie: a=b\r\n");
    h = eio_handshake_retain(eio_session_handshake(f->session));
    eio_session_close(f->session, true);
    sim_run(&f->sim);
    sim_run(&f->sim);
    assert_true(str_eq(eio_handshake_query(h), STR("EIO=4&transport=polling&token=abc")));
    assert_true(str_eq(eio_handshake_header(h, STR("cookie")), STR("a=b")));
    assert_int_equal(eio_handshake_unix_ms(h), f->sim.env.unix_ms);
    eio_handshake_release(h);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_handshake_has_exactly_five_keys),
        test(without_upgrades_none_are_named),
        test(the_initial_packet_comes_with_the_handshake),
        test(the_cookie_comes_with_the_polling_handshake_only),
        test(messages_go_up_by_post_and_down_by_poll),
        test(old_explorers_are_told_not_to_worry),
        test(revision_3_counts_utf16_units),
        test(revision_3_is_binary_only_where_something_is),
        test(b64_makes_everything_text),
        test(a_second_poll_ends_the_session),
        test(a_second_post_ends_the_session),
        test(a_poll_that_is_aborted_ends_the_session),
        test(a_post_that_is_aborted_ends_the_session),
        test(a_body_of_the_limit_is_taken_and_one_byte_more_is_not),
        test(a_chunked_body_over_the_limit_leaves_the_session_alone),
        test(revision_4_takes_no_binary_payloads),
        test(a_payload_that_cannot_be_parsed_ends_the_session),
        test(the_client_closes_by_post),
        test(the_server_closes_a_pending_poll),
        test(the_server_closes_by_the_next_poll),
        test(what_is_queued_comes_before_the_close),
        test(nobody_waits_for_a_close_longer_than_thirty_seconds),
        test(only_long_responses_are_compressed),
        test(what_must_not_be_compressed_is_not),
        test(jsonp_wraps_what_goes_down_and_unwraps_what_comes_up),
        test(other_methods_do_not_disturb_the_session),
        test(who_does_not_poll_is_closed_over_the_bound),
        test(a_session_may_be_closed_in_its_own_message),
        test(the_handshake_is_kept_for_the_application),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
