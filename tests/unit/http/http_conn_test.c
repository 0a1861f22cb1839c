#include "http_fixture.h"

#define HOST "Host: a\r\n"

static void a_request_is_understood_the_same_at_every_cut(void **state)
{
    static const char request[] = "POST /a%20b?x=1&y HTTP/1.1\r\nHost: a:80\r\nX-Empty:\r\n"
                                  "x-twice: 1 \r\nCookie: a=1\r\nX-TWICE:\t2\r\ncookie: b=2\r\n"
                                  "Referer: r\r\nReferer: s\r\n\r\n";

    (void)state;
    for (size_t step = 1; step <= sizeof(request) - 1; step++) {
        struct fixture f;
        const char *answer = NULL;

        fixture_init(&f);
        answer = fixture_ask(&f, request, step);
        assert_int_equal(status_in(answer), 200);
        assert_string_equal(strstr(answer, "\r\n\r\n") + 4,
                            "POST [/a%20b] [x=1&y] host=a:80 x-empty= x-twice=1, 2 "
                            "cookie=a=1; b=2 referer=r");
        fixture_deinit(&f);
    }
}

static void a_response_has_date_connection_and_length(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    assert_string_equal(fixture_ask(&f, "GET /now HTTP/1.1\r\n" HOST "\r\n", 0),
                        "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                        "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
                        "Content-Length: 3\r\n\r\nnow");
    sim_advance(&f.sim, 1000);
    assert_non_null(strstr(fixture_ask(&f, "GET /now HTTP/1.1\r\n" HOST "\r\n", 0), "00:00:01"));
    assert_false(f.link->ended);
    fixture_deinit(&f);
}

/* Each must be refused, wherever it is cut; 200 rows show that the rule beside them is not too wide. */
static const struct {
    const char *why;
    unsigned want;
    const char *request;
} heads[] = {
    {"plain", 200, "GET /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an empty line in front", 200, "\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an empty host", 200, "GET /now HTTP/1.1\r\nHost:\r\n\r\n"},
    {"an IPv6 host", 200, "GET /now HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"},
    {"HTTP/1.0 without a host", 200, "GET /now HTTP/1.0\r\n\r\n"},
    {"absolute form", 200, "GET http://b/now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"bytes over 127 in a value", 200, "GET /now HTTP/1.1\r\nHost: a\r\nX: \xc3\xa9\r\n\r\n"},
    {"no UTF-8 in the target", 400, "GET /now?\xff HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"half a character in the target", 400, "GET /now/\xc3 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"bytes over 127 in the target", 200, "GET /now?\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a tab in a value", 200, "GET /now HTTP/1.1\r\nHost: a\r\nX: a\tb\r\n\r\n"},
    {"Content-Length 0", 200, "GET /now HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"},
    {"chunked in other letters", 200,
     "GET /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n"},

    /* the request line */
    {"a bare LF behind the request line", 400, "GET /now HTTP/1.1\nHost: a\r\n\r\n"},
    {"a bare CR behind the request line", 400, "GET /now HTTP/1.1\rHost: a\r\n\r\n"},
    {"a bare LF in front", 400, "\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a bare CR in front", 400, "\r\rGET /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a blank in front", 400, " GET /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"two blanks before the target", 400, "GET  /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"two blanks before the version", 400, "GET /now  HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a tab for a blank", 400, "GET\t/now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a blank behind the version", 400, "GET /now HTTP/1.1 \r\nHost: a\r\n\r\n"},
    {"a blank in the target", 400, "GET /no w HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a control byte in the target", 400, "GET /no\x01w HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a fragment", 400, "GET /now#x HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"no version", 400, "GET /now\r\nHost: a\r\n\r\n"},
    {"only a method", 400, "GET\r\n\r\n"},
    {"a relative target", 400, "GET now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an absolute target without a host", 400, "GET http:///now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an absolute target with a user", 400, "GET http://u@b/now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a star for GET", 400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a method that is no token", 400, "G(T /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a TLS hello", 400, "\x16\x03\x01\x02"},
    {"a method that nobody knows", 501, "FETCH /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a method in small letters", 501, "get /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"CONNECT", 501, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"TRACE", 501, "TRACE /now HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"the preface of HTTP/2", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"HTTP/1.2", 505, "GET /now HTTP/1.2\r\nHost: a\r\n\r\n"},
    {"HTTP/0.9", 505, "GET /now HTTP/0.9\r\nHost: a\r\n\r\n"},
    {"HTTP/3.0", 505, "GET /now HTTP/3.0\r\nHost: a\r\n\r\n"},
    {"HTTP/11.1", 400, "GET /now HTTP/11.1\r\nHost: a\r\n\r\n"},
    {"http/1.1", 400, "GET /now http/1.1\r\nHost: a\r\n\r\n"},
    {"HTTP/1.", 400, "GET /now HTTP/1.\r\nHost: a\r\n\r\n"},

    /* headers */
    {"no Host", 400, "GET /now HTTP/1.1\r\n\r\n"},
    {"two Hosts", 400, "GET /now HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
    {"two Hosts by HTTP/1.0", 400, "GET /now HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
    {"a path in the Host", 400, "GET /now HTTP/1.1\r\nHost: a/b\r\n\r\n"},
    {"a blank in the Host", 400, "GET /now HTTP/1.1\r\nHost: a b\r\n\r\n"},
    {"a folded line", 400, "GET /now HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"},
    {"a folded first line", 400, "GET /now HTTP/1.1\r\n Host: a\r\n\r\n"},
    {"a blank before the colon", 400, "GET /now HTTP/1.1\r\nHost : a\r\n\r\n"},
    {"a tab before the colon", 400, "GET /now HTTP/1.1\r\nHost\t: a\r\n\r\n"},
    {"no colon", 400, "GET /now HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"},
    {"no name", 400, "GET /now HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n"},
    {"a name that is no token", 400, "GET /now HTTP/1.1\r\nHost: a\r\nX(: x\r\n\r\n"},
    {"a name with a byte over 127", 400, "GET /now HTTP/1.1\r\nHost: a\r\nX\xe9: x\r\n\r\n"},
    {"a bare LF behind a header", 400, "GET /now HTTP/1.1\r\nHost: a\nX: x\r\n\r\n"},
    {"a bare CR in a value", 400, "GET /now HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"},
    {"a bare LF as the empty line", 400, "GET /now HTTP/1.1\r\nHost: a\r\n\nX"},
    {"a control byte in a value", 400, "GET /now HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n"},
    {"a DEL in a value", 400, "GET /now HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n"},
    {"another expectation", 417, "GET /now HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n"},
    {"two expectations", 417,
     "GET /now HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\n"},

    /* where the body ends */
    {"two lengths", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
    {"two different lengths", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"},
    {"a list of lengths", 400, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx"},
    {"a length with a sign", 400, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx"},
    {"a negative length", 400, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx"},
    {"a length in hex", 400, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx"},
    {"an empty length", 400, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nx"},
    {"a length over 64 bits", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\nx"},
    {"a length over 63 bits", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\nx"},
    {"length and chunked", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0"},
    {"chunked and length", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0"},
    {"chunked twice", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"chunked by HTTP/1.0", 400, "POST /now HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"},
    {"another coding", 400, "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"},
    {"identity", 400, "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"},
    {"chunked first", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"},
    {"another coding below chunked", 501,
     "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
    {"xchunked", 400, "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0"},
    {"a control byte before chunked", 400,
     "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0b"
     "chunked\r\n\r\n0"},
};

static void check_head(const char *why, unsigned want, const char *request, size_t step)
{
    struct fixture f;
    const char *answer = NULL;

    fixture_init(&f);
    answer = fixture_ask(&f, request, step);
    if (status_in(answer) != want || (want != 200) != (f.link->ended && f.n_requests == 0)) {
        fail_msg("%s, step %zu: %s", why, step, answer);
    }
    if (want != 200) {
        assert_non_null(strstr(answer, "\r\nConnection: close\r\n"));
        assert_non_null(strstr(answer, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
        assert_int_equal(count_of(answer, "HTTP/1.1"), 1);
    }
    fixture_deinit(&f);
}

static void a_malformed_head_is_refused_at_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        for (size_t step = 1; step <= strlen(heads[i].request); step++) {
            check_head(heads[i].why, heads[i].want, heads[i].request, step);
        }
    }
}

static void a_nul_is_refused_wherever_it_stands(void **state)
{
    static const char request[] = "GET /now HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";

    (void)state;
    for (size_t at = 0; at < sizeof(request) - 1; at++) {
        struct fixture f;
        char bytes[sizeof(request)];

        memcpy(bytes, request, sizeof(request));
        bytes[at] = '\0';
        fixture_init(&f);
        sim_feed(f.link, bytes, sizeof(request) - 1, 0);
        assert_int_equal(status_in(sim_take_text(f.link)), 400);
        assert_int_equal(f.n_requests, 0);
        fixture_deinit(&f);
    }
}

static void limits_of_a_head_are_kept_to_the_byte(void **state)
{
    static const char request[] = "GET /now?1234567 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    static const struct {
        struct http_limits limits;
        unsigned want;
    } cases[] = {
        {{.max_head = sizeof(request) - 1, .max_target = 12, .max_headers = 2}, 200},
        {{.max_head = sizeof(request) - 2, .max_target = 12, .max_headers = 2}, 431},
        {{.max_head = 1000, .max_target = 11, .max_headers = 2}, 414},
        {{.max_head = 10, .max_target = 100, .max_headers = 2}, 414},
        {{.max_head = 1000, .max_target = 12, .max_headers = 1}, 431},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t step = 1; step < sizeof(request); step++) {
            struct fixture f;

            fixture_init(&f);
            f.limits = cases[i].limits;
            assert_int_equal(status_in(fixture_ask(&f, request, step)), cases[i].want);
            fixture_deinit(&f);
        }
    }
}

static void the_host_of_an_absolute_target_wins(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    fixture_ask(&f, "GET http://b:8?q HTTP/1.1\r\nHost: a\r\n\r\n", 0);
    assert_string_equal(fixture_log(&f), "GET [/] [q] host=b:8");
    fixture_ask(&f, "GET HTTPS://b/x?y?z HTTP/1.1\r\nHost: a\r\n\r\n", 0);
    assert_string_equal(fixture_log(&f), "GET [/x] [y?z] host=b");
    fixture_ask(&f, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0);
    assert_string_equal(fixture_log(&f), "OPTIONS [*] [] host=a");
    fixture_deinit(&f);
}

/* ---- bodies ---- */

static const struct {
    const char *why;
    unsigned want;
    const char *request;
    const char *body; /* of the answer to 200 */
} bodies[] = {
    {"a length", 200, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", "hello"},
    {"leading zeros", 200, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 005\r\n\r\nhello",
     "hello"},
    {"exactly the limit", 200,
     "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 16\r\n\r\n0123456789abcdef",
     "0123456789abcdef"},
    {"one byte more", 413, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 17\r\n\r\n", NULL},
    {"chunks", 200,
     "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "5;a=\"b\"\r\nhello\r\n00A\r\n, my world\r\n0\r\nX: y\r\n\r\n",
     "hello, my world"},
    {"an empty chunked body", 200,
     "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""},
    {"chunks over the limit", 413,
     "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n",
     NULL},
    {"a broken chunk", 400,
     "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX", NULL},
};

static void a_body_is_read_the_same_at_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        for (size_t step = 1; step <= strlen(bodies[i].request); step++) {
            struct fixture f;
            const char *answer = NULL;

            fixture_init(&f);
            answer = fixture_ask(&f, bodies[i].request, step);
            if (status_in(answer) != bodies[i].want) {
                fail_msg("%s, step %zu: %s", bodies[i].why, step, answer);
            }
            if (bodies[i].body != NULL) {
                assert_string_equal(strstr(answer, "\r\n\r\n") + 4, bodies[i].body);
            }
            assert_int_equal(f.link->ended, bodies[i].want != 200);
            fixture_deinit(&f);
        }
    }
}

static void what_is_wrong_with_a_body_is_told_to_the_exchange(void **state)
{
    static const struct {
        const char *request;
        const char *log;
    } cases[] = {
        {"POST /wait HTTP/1.1\r\n" HOST "Content-Length: 99\r\n\r\n", "abort(SAILS_ETOOBIG) "},
        {"POST /wait HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nx",
         "abort(SAILS_EPROTO) "},
        {"GET /wait HTTP/1.1\r\n" HOST "\r\n", "end "},
        {"POST /wait HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab", "end "},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;

        fixture_init(&f);
        fixture_ask(&f, cases[i].request, 0);
        assert_string_equal(fixture_log(&f), cases[i].log);
        fixture_deinit(&f);
    }
}

static void a_client_that_waits_is_told_to_continue(void **state)
{
    static const char head[] =
        "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    struct fixture f;

    (void)state;
    fixture_init(&f);
    assert_string_equal(fixture_ask(&f, head, 0), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_int_equal(status_in(fixture_ask(&f, "ab", 0)), 200);
    sim_feed_text(f.link, head);
    sim_take_text(f.link);
    fixture_deinit(&f);

    /* The body is there already: nobody waits. */
    fixture_init(&f);
    assert_int_equal(status_in(fixture_ask(&f,
                                           "POST /echo HTTP/1.1\r\n" HOST
                                           "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
                                           0)),
                     200);
    fixture_deinit(&f);
}

static void who_answers_without_reading_a_body_that_may_not_come_closes(void **state)
{
    struct fixture f;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    answer = fixture_ask(
        &f, "POST /now HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", 0);
    assert_int_equal(status_in(answer), 200);
    assert_non_null(strstr(answer, "Connection: close"));
    assert_true(f.link->ended);
    fixture_deinit(&f);
}

static void a_body_that_nobody_wanted_is_thrown_away(void **state)
{
    static const char request[] =
        "POST /now HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n" HOST "\r\n";

    (void)state;
    for (size_t step = 1; step < sizeof(request); step++) {
        struct fixture f;

        fixture_init(&f);
        assert_int_equal(count_of(fixture_ask(&f, request, step), "200 OK"), 2);
        assert_string_equal(fixture_log(&f), "GET [/b] [] host=a");
        fixture_deinit(&f);
    }
}

static void too_much_that_nobody_wanted_closes_the_connection(void **state)
{
    struct fixture f;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    answer = fixture_ask(&f, "POST /now HTTP/1.1\r\n" HOST "Content-Length: 999999\r\n\r\n", 0);
    assert_non_null(strstr(answer, "Connection: close"));
    fixture_deinit(&f);

    fixture_init(&f);
    answer = fixture_ask(&f, "POST /now HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 0);
    assert_non_null(strstr(answer, "Connection: keep-alive"));
    for (int i = 0; i < 1000 && !f.link->ended; i++) {
        char chunk[1024 + 8] = "400\r\n";

        memcpy(chunk + 5 + 1024, "\r\n", 2);
        sim_feed(f.link, chunk, 5 + 1024 + 2, 0);
    }
    assert_true(f.link->ended);
    fixture_deinit(&f);
}

/* ---- one after the other ---- */

static void pipelined_requests_are_answered_in_order_at_every_cut(void **state)
{
    static const char requests[] = "GET /now HTTP/1.1\r\n" HOST "\r\n"
                                   "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"
                                   "GET /c HTTP/1.1\r\n" HOST "\r\n";

    (void)state;
    for (size_t step = 1; step < sizeof(requests); step++) {
        struct fixture f;
        const char *answer = NULL;

        fixture_init(&f);
        answer = fixture_ask(&f, requests, step);
        assert_int_equal(count_of(answer, "HTTP/1.1 200 OK"), 3);
        assert_true(strstr(answer, "now") < strstr(answer, "ab"));
        assert_true(strstr(answer, "ab") < strstr(answer, "GET [/c]"));
        fixture_deinit(&f);
    }
}

static void the_next_request_waits_for_the_response_before_it(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    assert_string_equal(
        fixture_ask(&f, "GET /wait HTTP/1.1\r\n" HOST "\r\nGET /now HTTP/1.1\r\n" HOST "\r\n", 7),
        "");
    assert_int_equal(f.n_requests, 1);
    assert_int_equal(http_respond(f.waiting, 200, str_bytes(STR("first"))), 0);
    assert_int_equal(f.n_requests, 1); /* not before http_respond() has returned */
    sim_run(&f.sim);
    assert_int_equal(f.n_requests, 2);
    assert_int_equal(count_of(sim_take_text(f.link), "200 OK"), 2);
    fixture_deinit(&f);
}

/* engine-io 18a: no further answers while earlier ones are unsent */
static void a_client_that_does_not_read_gets_one_answer(void **state)
{
    static const char request[] = "GET /now HTTP/1.1\r\n" HOST "\r\n";
    struct fixture f;
    size_t fed = 0;

    (void)state;
    fixture_init(&f);
    f.link->blocked = true;
    while (!f.link->paused && fed < 10000) {
        sim_feed_text(f.link, request);
        fed++;
    }
    assert_true(f.link->paused); /* and what is held is bounded */
    assert_true(fed * strlen(request) < 20000);
    sim_run(&f.sim);
    assert_int_equal(f.n_requests, 1);
    for (size_t i = 1; i < fed; i++) {
        sim_unblock(f.link);
        f.link->blocked = true;
        sim_run(&f.sim);
        assert_int_equal(f.n_requests, i + 1);
    }
    assert_false(f.link->paused);
    assert_int_equal(count_of(sim_take_text(f.link), "200 OK"), fed);
    fixture_deinit(&f);
}

static void the_end_of_the_peer_aborts_what_is_pending(void **state)
{
    static const char *const requests[] = {
        "GET /wait HTTP/1.1\r\n" HOST "\r\n",
        "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nab",
        "GET /begin HTTP/1.1\r\n" HOST "\r\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        for (int breaks = 0; breaks < 2; breaks++) {
            struct fixture f;

            fixture_init(&f);
            sim_feed_text(f.link, requests[i]);
            if (breaks) {
                sim_break(f.link, -104);
            } else {
                sim_feed_end(f.link);
            }
            assert_non_null(strstr(fixture_log(&f), "abort(SAILS_ECLOSED) "));
            fixture_deinit(&f);
        }
    }
}

static void requests_that_came_before_the_end_are_answered(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.link->blocked = true;
    sim_feed_text(f.link, "GET /now HTTP/1.1\r\n" HOST "\r\nGET /b HTTP/1.1\r\n" HOST "\r\n");
    sim_feed_end(f.link);
    assert_false(f.link->ended);
    sim_unblock(f.link);
    sim_run(&f.sim);
    assert_int_equal(f.n_requests, 2);
    assert_non_null(strstr(sim_take_text(f.link), "Connection: close"));
    assert_true(f.link->ended);
    fixture_deinit(&f);
}

static void the_end_in_the_middle_of_a_head_is_an_error(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, "GET /now HT");
    sim_feed_end(f.link);
    assert_int_equal(status_in(sim_take_text(f.link)), 400);
    assert_true(f.link->ended);
    fixture_deinit(&f);

    fixture_init(&f);
    sim_feed_end(f.link); /* nothing was asked: nothing is said */
    assert_string_equal(sim_take_text(f.link), "");
    assert_true(f.link->ended);
    fixture_deinit(&f);
}

static void keep_alive_is_as_the_version_and_the_client_say(void **state)
{
    static const struct {
        const char *request;
        const char *connection;
    } cases[] = {
        {"GET /now HTTP/1.1\r\nHost: a\r\n\r\n", "Connection: keep-alive\r\n"},
        {"GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "Connection: close\r\n"},
        {"GET /now HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "Connection: close\r\n"},
        {"GET /now HTTP/1.0\r\n\r\n", "Connection: close\r\n"},
        {"GET /now HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "Connection: keep-alive\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;

        fixture_init(&f);
        assert_non_null(strstr(fixture_ask(&f, cases[i].request, 0), cases[i].connection));
        assert_int_equal(f.link->ended, strstr(cases[i].connection, "close") != NULL);
        fixture_deinit(&f);
    }
}

static void nothing_leaks_when_any_allocation_fails(void **state)
{
    static const char requests[] =
        "POST /echo HTTP/1.1\r\n" HOST "X: 1\r\nX: 2\r\nContent-Length: 2\r\n\r\nab"
        "GET /wait HTTP/1.1\r\n" HOST "\r\nGET /begin HTTP/1.1\r\n" HOST "\r\n";
    bool failed = true;

    (void)state;
    for (long n = 0; failed; n++) {
        struct fixture f;

        fixture_init(&f);
        assert_true(buf_reserve(&f.link->out, 4096) && buf_reserve(&f.log, 4096));
        assert_true(buf_reserve(&f.body, 64));
        mem_fail_after(n);
        sim_feed(f.link, requests, sizeof(requests) - 1, 11);
        if (f.waiting != NULL) {
            http_respond(f.waiting, 200, str_bytes(STR("x")));
        }
        sim_run(&f.sim);
        failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        if (!failed) {
            assert_int_equal(count_of(sim_take_text(f.link), "200 OK"), 3);
        }
        fixture_deinit(&f);
    }
}

static void a_connection_that_cannot_be_made_leaves_the_link(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_init(&f);
    link = sim_connect(&f.sim);
    mem_fail_after(0);
    assert_int_equal(http_conn_open(&f.service, &link->link), SAILS_ENOMEM);
    assert_true(mem_has_failed());
    assert_null(link->link.events);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_understood_the_same_at_every_cut),
        cmocka_unit_test(a_response_has_date_connection_and_length),
        cmocka_unit_test(a_malformed_head_is_refused_at_every_cut),
        cmocka_unit_test(a_nul_is_refused_wherever_it_stands),
        cmocka_unit_test(limits_of_a_head_are_kept_to_the_byte),
        cmocka_unit_test(the_host_of_an_absolute_target_wins),
        cmocka_unit_test(a_body_is_read_the_same_at_every_cut),
        cmocka_unit_test(what_is_wrong_with_a_body_is_told_to_the_exchange),
        cmocka_unit_test(a_client_that_waits_is_told_to_continue),
        cmocka_unit_test(who_answers_without_reading_a_body_that_may_not_come_closes),
        cmocka_unit_test(a_body_that_nobody_wanted_is_thrown_away),
        cmocka_unit_test(too_much_that_nobody_wanted_closes_the_connection),
        cmocka_unit_test(pipelined_requests_are_answered_in_order_at_every_cut),
        cmocka_unit_test(the_next_request_waits_for_the_response_before_it),
        cmocka_unit_test(a_client_that_does_not_read_gets_one_answer),
        cmocka_unit_test(the_end_of_the_peer_aborts_what_is_pending),
        cmocka_unit_test(requests_that_came_before_the_end_are_answered),
        cmocka_unit_test(the_end_in_the_middle_of_a_head_is_an_error),
        cmocka_unit_test(keep_alive_is_as_the_version_and_the_client_say),
        cmocka_unit_test(nothing_leaks_when_any_allocation_fails),
        cmocka_unit_test(a_connection_that_cannot_be_made_leaves_the_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
