#include "support/http_client.h"
#include "support/live_app.h"

#include <sys/stat.h>
#include <unistd.h>

/*
 * What answers are made of beside their bodies: tags, types, cookies, and the forms that clients take.
 */

/* ---- heads ---- */

/* Printable ASCII. */
static bool header_is_sound(const char *value)
{
    must(value != NULL);
    for (; *value != '\0'; value++) {
        if (*value < 0x20 || *value > 0x7e) {
            return false;
        }
    }
    return true;
}

static void set_heads(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_get(res, "x-a") == NULL);
    must(sails_res_append(res, "X-A", "1") == 0);
    must(sails_res_append(res, "x-a", "2") == 0);
    must(strcmp(sails_res_get(res, "X-a"), "1, 2") == 0);
    must(sails_res_append(res, "Set-Cookie", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT") == 0);
    must(sails_res_append(res, "Set-Cookie", "b=2") == 0);
    must(sails_res_set(res, "X-Gone", "1") == 0);
    must(sails_res_remove(res, "x-gone") == 0);
    must(sails_res_remove(res, "x-never") == 0);
    must(sails_res_vary(res, "Accept") == 0);
    must(sails_res_vary(res, "accept, Origin") == 0);
    must(sails_res_location(res, "/foo bar?x=\u00e4") == 0);
    must(sails_res_append(res, "bad name", "x") == SAILS_EINVAL);
    must(sails_res_append(res, "x", NULL) == SAILS_EINVAL);
    must(sails_res_vary(res, NULL) == SAILS_EINVAL);
    must(sails_res_type(res, NULL) == SAILS_EINVAL);
    must(sails_res_location(res, NULL) == SAILS_EINVAL);
    must(sails_res_send(res, "x") == 0);
    must(sails_res_vary(res, "x") == SAILS_ESTATE);
    must(sails_res_remove(res, "x") == SAILS_ESTATE);
    must(sails_res_type(res, "json") == SAILS_ESTATE);
    must(sails_res_attachment(res, NULL) == SAILS_ESTATE);
}

/* Nothing is dropped in silence: what HTTP does not allow is refused by whoever was to set it. */
static void set_what_cannot_be(sails_req *req, sails_res *res)
{
    static const char *const values[] = {"a\x01z", "a\r\nB: c", "a\nb",
                                         "a\x7fz", "\x1b[31m",  "caf\xe9"};

    (void)req;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct sails_cookie_options at_path = {.path = values[i]},
                                    of_domain = {.domain = values[i]};

        must(sails_res_set(res, "X-A", values[i]) == SAILS_EINVAL);
        must(sails_res_set(res, values[i], "x") == SAILS_EINVAL);
        must(sails_res_append(res, "X-A", values[i]) == SAILS_EINVAL);
        must(sails_res_append(res, "Set-Cookie", values[i]) == SAILS_EINVAL);
        must(sails_res_vary(res, values[i]) == SAILS_EINVAL);
        must(sails_res_type(res, values[i]) == SAILS_EINVAL);
        must(sails_res_remove(res, values[i]) == SAILS_EINVAL);
        must(sails_res_cookie(res, values[i], json_string("x"), NULL) == SAILS_EINVAL);
        must(sails_res_cookie(res, "a", json_string("x"), &at_path) == SAILS_EINVAL);
        must(sails_res_cookie(res, "a", json_string("x"), &of_domain) == SAILS_EINVAL);
        must(sails_res_clear_cookie(res, "a", &at_path) == SAILS_EINVAL);
        must(sails_res_clear_cookie(res, values[i], NULL) == SAILS_EINVAL);
        /* These encode what they are given. */
        must(sails_res_attachment(res, values[i]) == 0);
        must(header_is_sound(sails_res_get(res, "Content-Disposition")));
        must(sails_res_location(res, values[i]) == 0);
        must(header_is_sound(sails_res_get(res, "Location")));
        must(sails_res_cookie(res, "a", json_stringn_nocheck(values[i], strlen(values[i])), NULL) ==
             0);
        must(header_is_sound(sails_res_get(res, "Set-Cookie")));
    }
    must(sails_res_set(res, "Transfer-Encoding", "chunked") == SAILS_EINVAL);
    must(sails_res_set(res, "", "x") == SAILS_EINVAL);
    must(sails_res_get(res, "X-A") == NULL);
    must(sails_res_set(res, "X-Tab", "a\tb \u00e4") == 0);
    must(sails_res_send(res, "x") == 0);
}

static void vary_by_anything(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_vary(res, "Accept") == 0);
    must(sails_res_vary(res, "*") == 0);
    must(sails_res_vary(res, "Origin") == 0);
    must(sails_res_send(res, NULL) == 0);
}

static void set_cookies(sails_req *req, sails_res *res)
{
    const struct sails_cookie_options signed_one = {.is_signed = true};

    (void)req;
    must(sails_res_cookie(res, "plain", json_string("v 1;\u00e4"), NULL) == 0);
    must(sails_res_cookie(res, "sig", json_string("hello"), &signed_one) == 0);
    must(sails_res_clear_cookie(res, "old", NULL) == 0);
    must(sails_res_cookie(res, "a b", json_string("x"), NULL) == SAILS_EINVAL);
    must(sails_res_cookie(res, "a", NULL, NULL) == SAILS_EINVAL);
    must(sails_res_cookie(NULL, "a", json_string("x"), NULL) == SAILS_EINVAL);
    must(sails_res_clear_cookie(res, NULL, NULL) == SAILS_EINVAL);
    must(sails_res_send(res, "x") == 0);
    must(sails_res_cookie(res, "a", json_string("x"), NULL) == SAILS_ESTATE);
}

/* ---- bodies ---- */

static void send_value(sails_req *req, sails_res *res)
{
    json_t *value = json_loads(sails_req_param(req, "v"), JSON_DECODE_ANY, NULL);

    must(value != NULL);
    must(sails_res_send_value(res, value) == 0);
}

static void send_nothing(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_json(res, NULL) == SAILS_EJSON);
}

/* What json_pack() gives for text that is not UTF-8. */
static void send_no_value(sails_req *req, sails_res *res)
{
    json_t *value = json_pack("{s:s}", "name", "caf\xe9");

    (void)req;
    must(value == NULL);
    must(sails_res_send_value(res, value) == SAILS_EJSON);
}

static void send_no_jsonp(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_jsonp(res, NULL) == SAILS_EJSON);
}

static void send_no_text(sails_req *req, sails_res *res)
{
    must(sails_res_send(res, "caf\xe9") == (sails_req_is_socket(req) ? SAILS_EJSON : 0));
}

static void send_bytes(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_send_bytes(res, NULL, 1) == SAILS_EINVAL);
    must(sails_res_send_bytes(res, "\xff\x01", 2) == 0);
}

static void send_type(sails_req *req, sails_res *res)
{
    must(sails_res_type(res, sails_req_param(req, "t")) == 0);
    must(sails_res_send(res, "x") == 0);
}

static void send_attachment(sails_req *req, sails_res *res)
{
    must(sails_res_attachment(res, sails_req_param(req, "n")) == 0);
    must(sails_res_send(res, "x") == 0);
}

static void send_299(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_send_status(res, 299) == 0);
}

static void send_jsonp(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_jsonp(res, json_pack("{s:s}", "a", "\u2028")) == 0);
}

static void send_hello(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_send(res, "hello") == 0);
}

static void send_dated(sails_req *req, sails_res *res)
{
    must(sails_req_stale(req) || sails_req_fresh(req));
    must(sails_res_set(res, "Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT") == 0);
    must(sails_res_set(res, "X-Fresh", sails_req_fresh(req) ? "yes" : "no") == 0);
    must(sails_res_send(res, "dated") == 0);
}

static void as_text(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_send(res, "text") == 0);
}

static void as_html(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_send(res, "<p>") == 0);
}

static void send_format(sails_req *req, sails_res *res)
{
    static const struct sails_format formats[] = {{"text", as_text}, {"html", as_html}};
    static const struct sails_format incomplete[] = {{"text", NULL}};

    (void)req;
    must(sails_res_format(res, NULL, 1) == SAILS_EINVAL);
    must(sails_res_format(res, incomplete, 1) == SAILS_EINVAL);
    must(sails_res_format(NULL, formats, 1) == SAILS_EINVAL);
    must(sails_res_format(res, formats, ARRAY_LEN(formats)) == 0);
}

static void send_default(sails_req *req, sails_res *res)
{
    static const struct sails_format formats[] = {{"html", as_html}, {"default", as_text}};

    (void)req;
    must(sails_res_format(res, formats, ARRAY_LEN(formats)) == 0);
}

/* ---- redirections ---- */

static void redirect_303(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_status(res, 303) == 0);
    must(sails_res_redirect(res, "/x") == 0);
}

static void redirect_301(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_redirect_status(res, 301, "/x?<b>&c") == 0);
}

static void redirect_back(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_redirect(res, "back") == 0);
}

/* ---- errors ---- */

static void fail_action(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_fail(res, NULL) == SAILS_EINVAL);
    must(sails_res_fail(NULL, "x") == SAILS_EINVAL);
    must(sails_res_fail(res, "the disk <b> is full") == 0);
}

static void fail_with_data(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_server_error(res, json_pack("{s:i}", "a", 1)) == 0);
}

static void ok_text(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_ok(res, json_string("str")) == 0);
}

static const struct {
    const char *address;
    sails_action action;
} routes[] = {
    {"/heads", set_heads},
    {"/refused-heads", set_what_cannot_be},
    {"/vary", vary_by_anything},
    {"/cookies", set_cookies},
    {"/value", send_value},
    {"/nothing", send_nothing},
    {"/no-value", send_no_value},
    {"/no-jsonp", send_no_jsonp},
    {"/no-text", send_no_text},
    {"/bytes", send_bytes},
    {"/type", send_type},
    {"/attachment", send_attachment},
    {"/299", send_299},
    {"/jsonp", send_jsonp},
    {"/hello", send_hello},
    {"/dated", send_dated},
    {"/format", send_format},
    {"/default", send_default},
    {"/303", redirect_303},
    {"/301", redirect_301},
    {"/back", redirect_back},
    {"/fail", fail_action},
    {"/fail-data", fail_with_data},
    {"/ok", ok_text},
};

static void open_app(struct live *live)
{
    live_init(live, 1);
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        assert_int_equal(sails_app_route(live->app, routes[i].address, routes[i].action), 0);
    }
    assert_int_equal(sails_app_set(live->app, "session.secret", json_string("tobiiscool")), 0);
    assert_int_equal(sails_app_set(live->app, "session.enabled", json_false()), 0);
}

static void lift(struct live *live)
{
    open_app(live);
    live_lift(live);
}

#define BROWSER "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"

/* What is not named does not matter; "": there must be none. */
struct want {
    const char *method, *target, *headers;
    unsigned status;
    const char *body, *type;
    const char *header, *value; /* a further one */
};

static void expect_header(const struct want *want, const struct http_answer *answer,
                          const char *name, const char *value)
{
    struct str found = http_answer_header(answer, name);

    if (value != NULL && (value[0] == '\0' ? found.ptr != NULL : !str_eq(found, str_from(value)))) {
        fail_msg("%s %s: %s is \"%.*s\" and not \"%s\"", want->method, want->target, name,
                 STR_FMT(found), value);
    }
}

static void expect(struct live *live, const struct want *wants, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct want *want = &wants[i];
        struct http_answer answer;

        assert_true(http_client_ask(live->port, want->method, want->target,
                                    want->headers != NULL ? want->headers : "",
                                    (struct str){NULL, 0}, &answer));
        if (answer.status != want->status) {
            fail_msg("%s %s: %u", want->method, want->target, answer.status);
        }
        if (want->body != NULL) {
            assert_string_equal(answer.body.ptr, want->body);
        }
        expect_header(want, &answer, "content-type", want->type);
        if (want->header != NULL) {
            expect_header(want, &answer, want->header, want->value);
        }
        http_answer_deinit(&answer);
    }
}

/* request-response 14, 16, 25 */
static void every_answer_has_its_head(void **state)
{
    static const struct want wants[] = {
        {"GET", "/heads", NULL, 200, "x", NULL, "x-a", "1, 2"},
        {"GET", "/heads", NULL, 200, "x", NULL, "x-gone", ""},
        {"GET", "/heads", NULL, 200, "x", NULL, "vary", "Accept, Origin"},
        {"GET", "/heads", NULL, 200, "x", NULL, "location", "/foo%20bar?x=%C3%A4"},
        {"GET", "/refused-heads", NULL, 200, "x", NULL, "x-tab", "a\tb \u00e4"},
        {"GET", "/vary", NULL, 200, "", NULL, "vary", "*"},
        {"GET", "/value?v=%7B%22a%22:1%7D", NULL, 200, "{\n  \"a\": 1\n}",
         "application/json; charset=utf-8", NULL, NULL},
        {"GET", "/value?v=%22s%22", NULL, 200, "s", "text/html; charset=utf-8", NULL, NULL},
        {"GET", "/value?v=true", NULL, 200, "true", "application/json; charset=utf-8", NULL, NULL},
        {"GET", "/value?v=null", NULL, 200, "", "", "etag", "W/\"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk\""},
        {"GET", "/value?v=204", NULL, 204, "", "", NULL, NULL},
        {"GET", "/value?v=404", NULL, 404, "Not Found", "text/plain; charset=utf-8", NULL, NULL},
        {"GET", "/value?v=5", NULL, 200, "5", "application/json; charset=utf-8", NULL, NULL},
        {"GET", "/nothing", NULL, 500, "", NULL, "etag", ""},
        {"GET", "/no-value", NULL, 500, "", NULL, NULL, NULL},
        {"GET", "/no-jsonp?callback=f", NULL, 500, "", NULL, NULL, NULL},
        {"GET", "/no-text", NULL, 200, "caf\xe9", NULL, NULL, NULL},
        {"GET", "/bytes", NULL, 200, "\xff\x01", "application/octet-stream", NULL, NULL},
        {"GET", "/type?t=json", NULL, 200, "x", "application/json; charset=utf-8", NULL, NULL},
        {"GET", "/type?t=.png", NULL, 200, "x", "image/png", NULL, NULL},
        {"GET", "/type?t=text/x", NULL, 200, "x", "text/x; charset=utf-8", NULL, NULL},
        {"GET", "/type?t=unknown", NULL, 200, "x", "application/octet-stream", NULL, NULL},
        {"GET", "/attachment?n=a.pdf", NULL, 200, "x", "application/pdf", "content-disposition",
         "attachment; filename=\"a.pdf\""},
        {"GET", "/attachment", NULL, 200, "x", "text/html; charset=utf-8", "content-disposition",
         "attachment"},
        {"GET", "/299", NULL, 299, "299", "text/plain; charset=utf-8", NULL, NULL},
        {"GET", "/jsonp?callback=a.b%3Balert()", NULL, 200,
         "/**/ typeof a.balert === 'function' && a.balert({\n  \"a\": \"\\u2028\"\n});",
         "text/javascript; charset=utf-8", "x-content-type-options", "nosniff"},
        {"GET", "/jsonp?callback=f&callback=g", NULL, 200,
         "/**/ typeof f === 'function' && f({\n  \"a\": \"\\u2028\"\n});", NULL, NULL, NULL},
        {"GET", "/jsonp", NULL, 200, NULL, "application/json; charset=utf-8",
         "x-content-type-options", "nosniff"},
        {"GET", "/ok", NULL, 200, "\"str\"", "application/json; charset=utf-8", NULL, NULL},
    };
    struct live live;

    (void)state;
    lift(&live);
    expect(&live, wants, ARRAY_LEN(wants));
    live_end(&live);
}

/* request-response 17 */
static void who_has_the_body_gets_304(void **state)
{
#define HELLO "W/\"5-qvTGHdzF6KLavt4PO0gs2a6pQ00\""
    static const struct want wants[] = {
        {"GET", "/hello", NULL, 200, "hello", NULL, "etag", HELLO},
        {"GET", "/hello", "If-None-Match: " HELLO "\r\n", 304, "", "", "etag", HELLO},
        {"HEAD", "/hello", "If-None-Match: " HELLO "\r\n", 304, "", "", "etag", HELLO},
        {"GET", "/hello", "If-None-Match: \"x\", \"5-qvTGHdzF6KLavt4PO0gs2a6pQ00\"\r\n", 304, "",
         "", NULL, NULL},
        {"GET", "/hello", "If-None-Match: *\r\n", 304, "", "", NULL, NULL},
        {"GET", "/hello", "If-None-Match: *\r\nCache-Control: no-cache\r\n", 200, "hello", NULL,
         NULL, NULL},
        {"POST", "/hello", "If-None-Match: *\r\n", 200, "hello", NULL, "etag", HELLO},
        {"GET", "/nowhere", "If-None-Match: *\r\n", 404, "Not Found", NULL, "etag",
         "W/\"9-0gXL1ngzMqISxa6S1zx3F4wtLyg\""},
        {"GET", "/dated", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 304, "", "",
         "x-fresh", "yes"},
        {"GET", "/dated", "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", 200, "dated",
         NULL, "x-fresh", "no"},
    };
    struct live live;

    (void)state;
    lift(&live);
    expect(&live, wants, ARRAY_LEN(wants));
    live_end(&live);
}

static void cookies_are_lines_of_their_own(void **state)
{
    struct live live;
    struct http_answer answer;

    (void)state;
    lift(&live);
    assert_true(http_client_ask(live.port, "GET", "/cookies", "", (struct str){NULL, 0}, &answer));
    assert_non_null(strstr(answer.head.ptr, "Set-Cookie: plain=v%201%3B%C3%A4; Path=/\r\n"));
    assert_non_null(
        strstr(answer.head.ptr,
               "Set-Cookie: "
               "sig=s%3Ahello.DGDUkGlIkCzPz%2BC0B064FNgHdEjox7ch8tOBGslZ5QI; Path=/\r\n"));
    assert_non_null(strstr(answer.head.ptr,
                           "Set-Cookie: old=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n"));
    http_answer_deinit(&answer);
    assert_true(http_client_ask(live.port, "GET", "/heads", "", (struct str){NULL, 0}, &answer));
    assert_non_null(
        strstr(answer.head.ptr, "Set-Cookie: a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n"));
    assert_non_null(strstr(answer.head.ptr, "Set-Cookie: b=2\r\n"));
    http_answer_deinit(&answer);
    live_end(&live);
}

/* request-response 16 */
static void the_form_is_the_one_that_the_client_takes(void **state)
{
    static const struct want wants[] = {
        {"GET", "/format", NULL, 200, "text", "text/plain; charset=utf-8", "vary", "Accept"},
        {"GET", "/format", BROWSER, 200, "<p>", "text/html; charset=utf-8", "vary", "Accept"},
        {"GET", "/format", "Accept: image/png\r\n", 406, "Not Acceptable", NULL, "vary", "Accept"},
        {"GET", "/default", "Accept: image/png\r\n", 200, "text", NULL, NULL, NULL},
        {"GET", "/303", NULL, 302, "Found. Redirecting to /x", "text/plain; charset=utf-8", "vary",
         "Accept"},
        {"GET", "/303", BROWSER, 302, "<p>Found. Redirecting to /x</p>", "text/html; charset=utf-8",
         "location", "/x"},
        {"GET", "/303", "Accept: application/json\r\n", 302, "", "", "etag", ""},
        {"GET", "/301", BROWSER, 301, "<p>Moved Permanently. Redirecting to /x?%3Cb%3E&amp;c</p>",
         NULL, "location", "/x?%3Cb%3E&c"},
        {"GET", "/back", "Referer: /from\r\n", 302, NULL, NULL, "location", "/from"},
        {"GET", "/back", NULL, 302, NULL, NULL, "location", "/"},
    };
    struct live live;

    (void)state;
    lift(&live);
    expect(&live, wants, ARRAY_LEN(wants));
    live_end(&live);
}

/* request-response 16, 23 */
static void sockets_get_the_same_answers(void **state)
{
    static const struct {
        const char *url, *jwr;
    } cases[] = {
        {"/303", "{\"body\":\"Redirecting to "
                 "/x\",\"headers\":{\"location\":\"/x\",\"content-type\":\"text/"
                 "html\"},\"statusCode\":303}"},
        {"/value?v=0", "{\"body\":0,\"headers\":{},\"statusCode\":200}"},
        {"/value?v=404", "{\"body\":404,\"headers\":{},\"statusCode\":200}"},
        {"/value?v=null", "{\"body\":null,\"headers\":{},\"statusCode\":200}"},
        {"/value?v=%22s%22", "{\"body\":\"s\",\"headers\":{},\"statusCode\":200}"},
        {"/nothing", "{\"headers\":{},\"statusCode\":500}"},
        {"/no-value", "{\"headers\":{},\"statusCode\":500}"},
        {"/no-jsonp?callback=f", "{\"headers\":{},\"statusCode\":500}"},
        {"/no-text", "{\"headers\":{},\"statusCode\":500}"},
        {"/cookies", "{\"body\":\"x\",\"headers\":{},\"statusCode\":200}"},
        {"/jsonp?callback=f", "{\"body\":{\"a\":\"\u2028\"},\"headers\":{},\"statusCode\":200}"},
        {"/format", "{\"body\":\"text\",\"headers\":{\"vary\":\"Accept\",\"content-type\":\"text/"
                    "plain; charset=utf-8\"},\"statusCode\":200}"},
        {"/299", "{\"body\":\"299\",\"headers\":{},\"statusCode\":299}"},
        {"/fail", "{\"body\":\"the disk <b> is full\",\"headers\":{},\"statusCode\":500}"},
    };
    struct live live;
    struct ws_client client;

    (void)state;
    lift(&live);
    ws_client_expect_in(&client, live.port, 4);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char sent[128], want[512];

        snprintf(sent, sizeof(sent), "42%zu[\"get\",{\"url\":\"%s\"}]", i, cases[i].url);
        snprintf(want, sizeof(want), "43%zu[%s]", i, cases[i].jwr);
        ws_client_expect_answer(&client, sent, want);
    }
    ws_client_expect_answer(
        &client, "4299[\"get\",{\"url\":\"/bytes\"}]",
        "461-99[{\"body\":{\"_placeholder\":true,\"num\":0},\"headers\":{},\"statusCode\":200}]");
    assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_BINARY);
    assert_memory_equal(client.frame.ptr, "\xff\x01", 2);
    ws_client_close(&client);
    live_end(&live);
}

/* ---- production, and people ---- */

static void make_production(struct live *live)
{
    assert_int_equal(sails_app_set(live->app, "environment", json_string("production")), 0);
    assert_int_equal(sails_app_set(live->app, "sockets.onlyAllowOrigins",
                                   json_pack("[s]", "https://example.com")),
                     0);
}

/* request-response 24 */
static void production_says_less(void **state)
{
    static const struct want development[] = {
        {"GET", "/fail", NULL, 500, "the disk <b> is full", "text/plain; charset=utf-8", NULL,
         NULL},
        {"GET", "/fail", BROWSER, 500, "\"the disk <b> is full\"",
         "application/json; charset=utf-8", NULL, NULL},
        {"GET", "/fail-data", BROWSER, 500, "{\n  \"a\": 1\n}", NULL, NULL, NULL},
    };
    static const struct want production[] = {
        {"GET", "/fail", NULL, 500, "Internal Server Error", "text/plain; charset=utf-8", NULL,
         NULL},
        {"GET", "/fail-data", BROWSER, 500, "", "application/json; charset=utf-8", NULL, NULL},
        {"GET", "/value?v=%7B%22a%22:1%7D", NULL, 200, "{\"a\":1}", NULL, NULL, NULL},
    };
    struct live live;

    (void)state;
    lift(&live);
    expect(&live, development, ARRAY_LEN(development));
    live_log_expect(&live.log, "Sending 500 (\"Server Error\") response: the disk");
    live_end(&live);
    open_app(&live);
    make_production(&live);
    live_lift(&live);
    expect(&live, production, ARRAY_LEN(production));
    live_log_expect(&live.log, "Sending 500 (\"Server Error\") response: the disk");
    live_end(&live);
}

static void make_page(const char *name, const char *text)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* request-response 4 and 9: the files of the app's folder */
static void people_get_pages(void **state)
{
    static const struct want wants[] = {
        {"GET", "/nowhere", BROWSER, 404, "<h1>lost</h1>", "text/html; charset=utf-8", NULL, NULL},
        {"GET", "/nowhere", BROWSER "X-Requested-With: XMLHttpRequest\r\n", 404, "Not Found",
         "text/plain; charset=utf-8", NULL, NULL},
        {"GET", "/nowhere", NULL, 404, "Not Found", NULL, NULL, NULL},
        {"GET", "/fail", BROWSER, 500, "<h1>oh</h1>", "text/html; charset=utf-8", NULL, NULL},
        {"GET", "/fail-data", BROWSER, 500, "<h1>oh</h1>", NULL, NULL, NULL},
        {"GET", "/fail-data", NULL, 500, "{\n  \"a\": 1\n}", NULL, NULL, NULL},
    };
    struct live live;
    char folder[] = "/tmp/sails-pages-XXXXXX";
    char before[512];

    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("views", 0700), 0);
    make_page("views/404.html", "<h1>lost</h1>");
    make_page("views/500.html", "<h1>oh</h1>");
    lift(&live);
    expect(&live, wants, ARRAY_LEN(wants));
    live_end(&live);

    assert_int_equal(unlink("views/404.html"), 0);
    assert_int_equal(mkdir("views/404.html", 0700), 0);
    open_app(&live);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_log_expect(&live.log, "views/404.html cannot be read");
    live_end(&live);
    assert_int_equal(rmdir("views/404.html"), 0);
    assert_int_equal(unlink("views/500.html"), 0);
    assert_int_equal(rmdir("views"), 0);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_its_head),
        cmocka_unit_test(who_has_the_body_gets_304),
        cmocka_unit_test(cookies_are_lines_of_their_own),
        cmocka_unit_test(the_form_is_the_one_that_the_client_takes),
        cmocka_unit_test(sockets_get_the_same_answers),
        cmocka_unit_test(production_says_less),
        cmocka_unit_test(people_get_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
