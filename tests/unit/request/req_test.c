#include "support/http_client.h"
#include "support/live_app.h"

/*
 * What a request says of itself.
 */

static void show_cookies(sails_req *req, sails_res *res)
{
    must(sails_req_cookie(NULL, "a") == NULL);
    must(sails_req_cookie(req, NULL) == NULL);
    must(sails_req_signed_cookie(NULL, "a") == NULL);
    must(sails_req_signed_cookie(req, NULL) == NULL);
    must(sails_req_signed_cookie(req, "a") == NULL);
    sails_res_json(res,
                   json_pack("[O?, O?]", sails_req_cookie(req, "a"), sails_req_cookie(req, "j")));
}

static void show_query(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_incref(sails_req_query(req)));
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

/* Each twice: some are worked out once. */
static void show_client(sails_req *req, sails_res *res)
{
    must(sails_req_hostname(req) == sails_req_hostname(req));
    must(sails_req_subdomains(req) == sails_req_subdomains(req));
    must(sails_req_ips(req) == sails_req_ips(req));
    must(sails_req_base_url(req) == sails_req_base_url(req));
    must(sails_req_protocol(req) == sails_req_protocol(req));
    must(sails_req_is_socket(req) == (sails_req_transport(req) != NULL));
    must(sails_req_is_socket(req) == (sails_req_socket_id(req) != NULL));
    sails_res_json(res, json_pack("{s:s, s:O, s:s, s:b, s:o, s:O, s:i, s:s}", "ip",
                                  sails_req_ip(req), "ips", sails_req_ips(req), "protocol",
                                  sails_req_protocol(req), "secure", sails_req_secure(req),
                                  "hostname", text_or_null(sails_req_hostname(req)), "subdomains",
                                  sails_req_subdomains(req), "port", (int)sails_req_port(req),
                                  "baseUrl", sails_req_base_url(req)));
}

static void show_wishes(sails_req *req, sails_res *res)
{
    sails_res_json(
        res,
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b}", "type",
                  text_or_null(sails_req_accepts(req, SAILS_ANY_OF("html", "json"))), "charset",
                  text_or_null(sails_req_accepts_charsets(req, SAILS_ANY_OF("utf-8"))), "encoding",
                  text_or_null(sails_req_accepts_encodings(req, SAILS_ANY_OF("gzip", "identity"))),
                  "language",
                  text_or_null(sails_req_accepts_languages(req, SAILS_ANY_OF("de", "en"))), "is",
                  text_or_null(sails_req_is(req, SAILS_ANY_OF("json", "urlencoded"))), "xhr",
                  sails_req_xhr(req), "html", sails_req_explicitly_accepts_html(req), "wantsJSON",
                  sails_req_wants_json(req)));
}

static void tell_asset(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_boolean(sails_req_looks_like_asset(req)));
}

/* app-config-cli 39 */
static void a_path_with_a_dot_in_its_last_part_is_a_file(void **state)
{
    static const struct {
        const char *path, *want;
    } cases[] = {
        {"/foo", "false"},     {"/foo.js", "true"},  {"/foo.js?x=1", "true"},
        {"/a.b/c", "false"},   {"/a.b/c.d", "true"}, {"/.x", "false"},
        {"/x?y=a.b", "false"}, {"/a/", "false"},     {"/foo.", "false"},
    };
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_route(live.app, "POST /*", tell_asset), 0);
    live_lift(&live);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        http_client_expect(live.port, "POST", cases[i].path, "", "{}", 200, cases[i].want);
    }
    live_end(&live);
}

static void lift_trusting(struct live *live, json_t *trusted)
{
    live_init(live, 1);
    assert_int_equal(sails_app_route(live->app, "/client", show_client), 0);
    assert_int_equal(sails_app_route(live->app, "/wishes", show_wishes), 0);
    assert_int_equal(sails_app_set(live->app, "http.trustProxy", trusted), 0);
    live_lift(live);
}

static void lift(struct live *live)
{
    live_init(live, 1);
    assert_int_equal(sails_app_route(live->app, "/cookies", show_cookies), 0);
    assert_int_equal(sails_app_route(live->app, "/query", show_query), 0);
    live_lift(live);
}

static json_t *ask(const struct live *live, const char *target, const char *headers)
{
    struct http_answer answer;
    json_t *value = NULL;

    assert_true(
        http_client_ask(live->port, "GET", target, headers, (struct str){NULL, 0}, &answer));
    assert_int_equal(answer.status, 200);
    value = json_loads(answer.body.ptr, 0, NULL);
    assert_non_null(value);
    http_answer_deinit(&answer);
    return value;
}

static void expect_answer(const struct live *live, const char *target, const char *headers,
                          const char *want)
{
    json_t *value = ask(live, target, headers);
    json_t *wanted = json_loads(want, 0, NULL);

    assert_true(json_equal(value, wanted));
    json_decref(value);
    json_decref(wanted);
}

/* request-response 12 */
static void cookies_are_decoded(void **state)
{
    struct live live;

    (void)state;
    lift(&live);
    expect_answer(&live, "/cookies", "Cookie: a=%20x; a=2; j=j%3A%7B%22q%22%3A1%7D\r\n",
                  "[\" x\", {\"q\": 1}]");
    expect_answer(&live, "/cookies", "", "[null, null]");
    live_end(&live);
}

/* request-response 8 */
static void a_query_nests_over_http_and_is_flat_over_a_socket(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    lift(&live);
    expect_answer(&live, "/query?b[c]=3", "", "{\"b\": {\"c\": \"3\"}}");
    ws_client_expect_in(&client, live.port, 4);
    ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/query?b[c]=3\"}]",
                            "431[{\"body\":{\"b[c]\":\"3\"},\"headers\":{},\"statusCode\":200}]");
    ws_client_close(&client);
    live_end(&live);
}

#define FORWARDED                                                                                  \
    "X-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nX-Forwarded-Proto: https, http\r\n"                      \
    "X-Forwarded-Host: foo.bar.example.com, b\r\n"

/* request-response 9, 10; sails-sockets 32 */
static void proxies_are_believed_as_far_as_they_are_trusted(void **state)
{
    static const char nobody[] =
        "{\"ip\": \"127.0.0.1\", \"ips\": [], \"protocol\": \"http\", \"secure\": false, "
        "\"hostname\": \"localhost\", \"subdomains\": [], \"port\": 80, "
        "\"baseUrl\": \"http://localhost\"}";
    struct live live;

    (void)state;
    lift_trusting(&live, json_false());
    expect_answer(&live, "/client", FORWARDED, nobody);
    live_end(&live);

    lift_trusting(&live, json_string("10.0.0.0/8"));
    expect_answer(&live, "/client", FORWARDED, nobody);
    live_end(&live);

    lift_trusting(&live, json_true());
    expect_answer(&live, "/client", FORWARDED,
                  "{\"ip\": \"1.1.1.1\", \"ips\": [\"1.1.1.1\", \"2.2.2.2\"], "
                  "\"protocol\": \"https\", \"secure\": true, "
                  "\"hostname\": \"foo.bar.example.com\", \"subdomains\": [\"bar\", \"foo\"], "
                  "\"port\": 443, \"baseUrl\": \"https://foo.bar.example.com\"}");
    live_end(&live);
}

static void hosts_have_names_and_ports(void **state)
{
    static const struct {
        const char *host, *name, *subdomains;
        unsigned port;
    } cases[] = {
        {"a.b.test:8080", "a.b.test", "[\"a\"]", 8080},
        {"[::1]:81", "[::1]", "[]", 81},
        {"[::1]", "[::1]", "[]", 80},
        {"1.2.3.4", "1.2.3.4", "[]", 80},
        {"x:99999", "x", "[]", 80},
        {"x:", "x", "[]", 80},
    };
    struct live live;

    (void)state;
    lift_trusting(&live, json_integer(1));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char headers[128], want[400];

        snprintf(headers, sizeof(headers), "X-Forwarded-Host: %s\r\n", cases[i].host);
        snprintf(want, sizeof(want),
                 "{\"ip\": \"127.0.0.1\", \"ips\": [], \"protocol\": \"http\", \"secure\": "
                 "false, \"hostname\": \"%s\", \"subdomains\": %s, \"port\": %u, \"baseUrl\": "
                 "\"http://%s\"}",
                 cases[i].name, cases[i].subdomains, cases[i].port, cases[i].host);
        expect_answer(&live, "/client", headers, want);
    }
    live_end(&live);
}

/* Labels are put in front of each other: thousands of them would take their time. */
static void what_is_too_long_for_a_host_has_no_subdomains(void **state)
{
    char headers[2100] = "X-Forwarded-Host: ";
    struct live live;
    json_t *got = NULL;

    (void)state;
    lift_trusting(&live, json_integer(1));
    for (size_t i = 0; i < 1000; i++) {
        memcpy(headers + 18 + 2 * i, "a.", 3);
    }
    memcpy(headers + 18 + 2000, "b\r\n", 4);
    got = ask(&live, "/client", headers);
    assert_int_equal(json_array_size(json_object_get(got, "subdomains")), 0);
    assert_int_equal(json_string_length(json_object_get(got, "hostname")), 2001);
    json_decref(got);
    live_end(&live);
}

/* sails-sockets 32 */
static void a_message_cannot_say_where_it_comes_from(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    lift_trusting(&live, json_true());
    ws_client_expect_in(&client, live.port, 4);
    ws_client_expect_answer(
        &client, "421[\"get\",{\"url\":\"/client\",\"headers\":{\"x-forwarded-for\":\"6.6.6.6\"}}]",
        "431[{\"body\":{\"ip\":\"127.0.0.1\",\"ips\":[],\"protocol\":\"ws\",\"secure\":false,"
        "\"hostname\":null,\"subdomains\":[],\"port\":80,\"baseUrl\":\"ws://"
        "could.not.determine.host\"},\"headers\":{},\"statusCode\":200}]");
    ws_client_close(&client);
    live_end(&live);
}

static void a_setting_that_names_nobody_fails_the_lift(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "http.trustProxy", json_integer(0)), SAILS_ECONFIG);
    assert_int_equal(sails_app_set(live.app, "http.trustProxy", json_string("")), SAILS_ECONFIG);
    assert_int_equal(sails_app_set(live.app, "http.trustProxy", json_null()), SAILS_ECONFIG);
    live_log_expect(&live.log, "E_HTTP_BAD_TRUSTPROXY");
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_end(&live);

    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "http.trustProxy", json_string("nobody")), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_log_expect(&live.log, "http.trustProxy: one of its texts");
    live_end(&live);
}

#define BROWSER "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"

/* request-response 11 */
static void who_wants_json_does_not_name_html(void **state)
{
    struct live live;

    (void)state;
    lift_trusting(&live, json_false());
    expect_answer(&live, "/wishes", "",
                  "{\"type\": \"html\", \"charset\": \"utf-8\", \"encoding\": \"identity\", "
                  "\"language\": \"de\", \"is\": null, \"xhr\": false, \"html\": false, "
                  "\"wantsJSON\": true}");
    expect_answer(&live, "/wishes",
                  BROWSER "Accept-Charset: koi8-r\r\nAccept-Encoding: gzip\r\n"
                          "Accept-Language: en-US, de;q=0.5\r\n",
                  "{\"type\": \"html\", \"charset\": null, \"encoding\": \"gzip\", "
                  "\"language\": \"en\", \"is\": null, \"xhr\": false, \"html\": true, "
                  "\"wantsJSON\": false}");
    expect_answer(&live, "/wishes",
                  BROWSER "X-Requested-With: xmlhttprequest\r\nContent-Length: 0\r\n"
                          "Content-Type: application/x-www-form-urlencoded\r\n",
                  "{\"type\": \"html\", \"charset\": \"utf-8\", \"encoding\": \"identity\", "
                  "\"language\": \"de\", \"is\": \"urlencoded\", \"xhr\": true, \"html\": true, "
                  "\"wantsJSON\": true}");
    expect_answer(&live, "/wishes",
                  BROWSER "Content-Length: 0\r\nContent-Type: application/json\r\n",
                  "{\"type\": \"html\", \"charset\": \"utf-8\", \"encoding\": \"identity\", "
                  "\"language\": \"de\", \"is\": \"json\", \"xhr\": false, \"html\": true, "
                  "\"wantsJSON\": true}");
    expect_answer(&live, "/wishes", "Accept: application/json\r\n",
                  "{\"type\": \"json\", \"charset\": \"utf-8\", \"encoding\": \"identity\", "
                  "\"language\": \"de\", \"is\": null, \"xhr\": false, \"html\": false, "
                  "\"wantsJSON\": true}");
    live_end(&live);
}

static void nothing_is_known_of_no_request(void **state)
{
    (void)state;
    assert_null(sails_req_options(NULL));
    assert_null(sails_req_transport(NULL));
    assert_null(sails_req_socket_id(NULL));
    assert_null(sails_req_ips(NULL));
    assert_null(sails_req_protocol(NULL));
    assert_false(sails_req_secure(NULL));
    assert_null(sails_req_hostname(NULL));
    assert_null(sails_req_subdomains(NULL));
    assert_int_equal(sails_req_port(NULL), 0);
    assert_null(sails_req_base_url(NULL));
    assert_null(sails_req_accepts(NULL, SAILS_ANY_OF("html")));
    assert_null(sails_req_accepts_charsets(NULL, SAILS_ANY_OF("utf-8")));
    assert_null(sails_req_accepts_encodings(NULL, SAILS_ANY_OF("gzip")));
    assert_null(sails_req_accepts_languages(NULL, SAILS_ANY_OF("de")));
    assert_null(sails_req_is(NULL, SAILS_ANY_OF("json")));
    assert_false(sails_req_xhr(NULL));
    assert_false(sails_req_looks_like_asset(NULL));
    assert_false(sails_req_explicitly_accepts_html(NULL));
    assert_false(sails_req_wants_json(NULL));
    assert_false(sails_req_fresh(NULL));
    assert_true(sails_req_stale(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_with_a_dot_in_its_last_part_is_a_file),
        cmocka_unit_test(cookies_are_decoded),
        cmocka_unit_test(proxies_are_believed_as_far_as_they_are_trusted),
        cmocka_unit_test(hosts_have_names_and_ports),
        cmocka_unit_test(what_is_too_long_for_a_host_has_no_subdomains),
        cmocka_unit_test(a_message_cannot_say_where_it_comes_from),
        cmocka_unit_test(a_setting_that_names_nobody_fails_the_lift),
        cmocka_unit_test(who_wants_json_does_not_name_html),
        cmocka_unit_test(nothing_is_known_of_no_request),
        cmocka_unit_test(a_query_nests_over_http_and_is_flat_over_a_socket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
