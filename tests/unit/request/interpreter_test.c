#include "support/live_app.h"

/*
 * Requests over a socket (sails-sockets 3), as a dialogue of frames.
 */

/* What a request says, as JSON: everything but headers. */
static void show(sails_req *req, sails_res *res)
{
    must(sails_req_is_socket(req));
    sails_res_json(res, json_pack("{s:s, s:s, s:s, s:O, s:O, s:O}", "method", sails_req_method(req),
                                  "url", sails_req_url(req), "path", sails_req_path(req), "query",
                                  sails_req_query(req), "body", sails_req_body(req), "all",
                                  sails_req_all_params(req)));
}

/* Only the body; and only the query. */
static void show_body(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_incref(sails_req_body(req)));
}

static void show_query(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_incref(sails_req_query(req)));
}

/* The header named by the query. */
static void show_header(sails_req *req, sails_res *res)
{
    const char *value = sails_req_header(req, sails_req_param(req, "name"));

    sails_res_json(res, json_pack("[s?]", value));
}

static void show_ip(sails_req *req, sails_res *res)
{
    sails_res_send(res, sails_req_ip(req));
}

static void show_param(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("[s?, s?, s?, O?, O]", sails_req_param(req, "id"),
                                  sails_req_param(req, "n"), sails_req_param(req, "list"),
                                  sails_req_param_json(req, "list"), sails_req_all_params(req)));
}

static void note_call(sails_req *req, sails_res *res)
{
    tell(0, sails_req_context(req));
    sails_res_ok(res, NULL);
}

/* Disconnects the one who asks: before it answers, or after. */
static void throw_out(sails_req *req, sails_res *res)
{
    const char *id = sails_sockets_get_id(req);
    sails_io_namespace *root = sails_io_of(sails_app_io(sails_req_app(req)), "/");
    bool answers_first = strcmp(sails_req_param(req, "when"), "before") == 0;

    if (answers_first) {
        sails_res_json(res, json_integer(1));
    }
    must(sails_io_disconnect_sockets(root, &(struct sails_io_target){.to = SAILS_ROOMS(id)}, false,
                                     NULL, NULL) == 0);
    if (!answers_first) {
        sails_res_json(res, json_integer(2));
    }
}

static const struct {
    const char *address;
    sails_action action;
} routes[] = {
    {"/show", show},           {"/body", show_body},     {"/query", show_query},
    {"/header", show_header},  {"/ip", show_ip},         {"/param/:id", show_param},
    {"POST /call", note_call}, {"GET /only", note_call}, {"/throw-out", throw_out},
};

struct office {
    struct live live;
    struct told called;
    struct ws_client client;
};

static void office_open(struct office *office, unsigned protocol, const char *query,
                        const char *headers)
{
    told_init(&office->called);
    live_init(&office->live, 1);
    sails_app_set_context(office->live.app, &office->called);
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        assert_int_equal(sails_app_route(office->live.app, routes[i].address, routes[i].action), 0);
    }
    live_lift(&office->live);
    assert_true(ws_client_open(&office->client, office->live.port, protocol, query, headers));
    assert_true(ws_client_join(&office->client, "/", ""));
}

static void office_close(struct office *office)
{
    ws_client_close(&office->client);
    live_end(&office->live);
}

/* Sends a request as ack id 7 and gets the answer with this body, status 200 and no headers. */
static void expect_body(struct office *office, const char *request, const char *body)
{
    char sent[512], want[512];

    snprintf(sent, sizeof(sent), "427[%s]", request);
    snprintf(want, sizeof(want), "437[{\"body\":%s,\"headers\":{},\"statusCode\":200}]", body);
    ws_client_expect_answer(&office->client, sent, want);
}

/* ---- which messages are requests ---- */

/* sails-sockets 18, 39 */
static void each_of_the_seven_verbs_is_a_request(void **state)
{
    static const char *const verbs[][2] = {
        {"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"delete", "DELETE"}, {"patch", "PATCH"},
    };

    (void)state;
    for (unsigned protocol = 4; protocol <= 5; protocol++) {
        struct office office;

        office_open(&office, protocol, "", "");
        for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
            char sent[128], want[256];

            snprintf(sent, sizeof(sent),
                     "\"%s\",{\"method\":\"head\",\"url\":\"/show?a=1\",\"data\":{\"b\":2}}",
                     verbs[i][0]);
            snprintf(want, sizeof(want),
                     "{\"method\":\"%s\",\"url\":\"/show?a=1\",\"path\":\"/show\",\"query\":{\"a\":"
                     "\"1\"},\"body\":{\"b\":2},\"all\":{\"a\":\"1\",\"b\":2}}",
                     verbs[i][1]);
            expect_body(&office, sent, want);
        }
        expect_body(&office, "\"head\",{\"url\":\"/body\",\"data\":{\"x\":1}}", "{\"x\":1}");
        ws_client_expect_answer(&office.client, "427[\"options\",{\"url\":\"/only\"}]",
                                "437[{\"headers\":{\"allow\":\"GET, HEAD\"},\"statusCode\":200}]");
        office_close(&office);
    }
}

/* sails-sockets 19 */
static void other_events_are_no_requests(void **state)
{
    static const char *const events[] = {"GET", "message", "foo", "trace", "Get"};
    struct office office;

    (void)state;
    office_open(&office, 5, "", "");
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        char sent[64];

        snprintf(sent, sizeof(sent), "42%zu[\"%s\",{\"url\":\"/show\"}]", i, events[i]);
        assert_true(ws_client_send(&office.client, sent));
    }
    live_expect_nothing(&office.client);
    office_close(&office);
}

/* sails-sockets 20 */
static void a_request_without_an_ack_runs_and_is_not_answered(void **state)
{
    struct office office;

    (void)state;
    office_open(&office, 5, "", "");
    assert_true(ws_client_send(&office.client, "42[\"post\",{\"url\":\"/call\"}]"));
    told_wait(&office.called);
    live_expect_nothing(&office.client);
    office_close(&office);
}

#define PARSE_ERROR_START                                                                          \
    "{\"code\":\"SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ\","                                          \
    "\"name\":\"Error (SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ):\",\"status\":400,"                   \
    "\"message\":\"Failed to parse incoming socket.io request.\",\"details\":\""

static void expect_parse_error(struct office *office, const char *request, const char *details)
{
    char sent[256], start[512];

    snprintf(sent, sizeof(sent), "427[%s]", request);
    snprintf(start, sizeof(start), "437[" PARSE_ERROR_START "%s", details);
    assert_true(ws_client_send(&office->client, sent));
    ws_client_expect_start(&office->client, start);
    assert_non_null(strstr(office->client.frame.ptr, ",\"headers\":{},\"statusCode\":400}]"));

    snprintf(sent, sizeof(sent), "42[%s]", request);
    snprintf(start, sizeof(start), "42[\"sails:parseError\"," PARSE_ERROR_START "%s", details);
    assert_true(ws_client_send(&office->client, sent));
    ws_client_expect_start(&office->client, start);
}

/* Each is looked for among those before it: a message of a megabyte would hold the worker for long. */
static void a_message_has_a_limit_of_headers(void **state)
{
    struct office office;
    struct buf request = {0};

    (void)state;
    office_open(&office, 5, "", "");
    buf_append_str(&request, STR("427[\"get\",{\"url\":\"/show\",\"headers\":{"));
    for (int i = 0; i <= 100; i++) {
        buf_printf(&request, "%s\"h%d\":1", i > 0 ? "," : "", i);
    }
    buf_append_str(&request, STR("}}]"));
    buf_append_char(&request, '\0');
    assert_int_equal(buf_error(&request), 0);
    assert_true(ws_client_send(&office.client, request.ptr));
    ws_client_expect_start(&office.client, "437[" PARSE_ERROR_START "Too many headers");
    buf_deinit(&request);
    office_close(&office);
}

/* sails-sockets 21, 22, 23 */
static void a_message_that_is_no_request_is_a_parse_error(void **state)
{
    static const char *const events[][2] = {
        {"\"get\"", "No url provided"},
        {"\"get\",null", "No url provided"},
        {"\"get\",5", "No url provided"},
        {"\"get\",\"text\"", "No url provided"},
        {"\"get\",[\"x\"]", "No url provided"},
        {"\"get\",{}", "No url provided"},
        {"\"post\",{\"url\":\"\"}", "No url provided"},
        {"\"post\",{\"url\":null}", "No url provided"},
        {"\"post\",{\"url\":0}", "No url provided"},
        {"\"put\",{\"url\":5}", "Invalid url provided"},
        {"\"put\",{\"url\":[\"/show\"]}", "Invalid url provided"},
        {"\"head\",{\"url\":true}", "Invalid url provided"},
    };
    struct office office;

    (void)state;
    office_open(&office, 5, "", "");
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        expect_parse_error(&office, events[i][0], events[i][1]);
    }
    /* 23: always as an event */
    assert_true(ws_client_send(&office.client, "427[\"get\",{\"url\":\"/show\"},1]"));
    ws_client_expect_start(&office.client, "42[\"sails:parseError\"," PARSE_ERROR_START);
    /* 3.3, rule 1b: a falsy one is no argument */
    expect_body(&office, "\"get\",{\"url\":\"/body\"},null", "{}");
    live_log_expect(&office.live.log, "error Failed to parse a request of socket ");
    office_close(&office);
}

/* sails-sockets 24, 25 */
static void the_version_of_the_client_decides(void **state)
{
    static const struct {
        const char *query, *headers;
        bool is_fine;
    } cases[] = {
        {"", "", true},
        {"&__sails_io_sdk_version=1.2.1", "", true},
        {"&__sails_io_sdk_version=0.11.0", "", true},
        {"&__sails_io_sdk_version=0.11.0-1", "", true},
        {"&__sails_io_sdk_version=0.10.0", "", false},
        {"&__sails_io_sdk_version=0.9.9", "", false},
        {"&__sails_io_sdk_version=latest", "", false},
        {"&__sails_io_sdk_version=1.2", "", false},
        {"&__sails_io_sdk_version=1.2.1", "__sails_io_sdk_version: 0.9.0\r\n", false},
        {"&__sails_io_sdk_version=0.9.0", "__sails_io_sdk_version: 1.2.1\r\n", true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct office office;

        office_open(&office, i % 2 == 0 ? 4 : 5, cases[i].query, cases[i].headers);
        if (cases[i].is_fine) {
            expect_body(&office, "\"get\",{\"url\":\"/body\"}", "{}");
        } else {
            expect_parse_error(&office, "\"get\",{\"url\":\"/body\"}",
                               "Unsupported version of the socket client: ");
        }
        office_close(&office);
    }
}

/* ---- what a request says ---- */

/* sails-sockets 26, 27 */
static void the_body_is_made_of_params_and_data(void **state)
{
    static const char *const cases[][2] = {
        {"\"post\",{\"url\":\"/body\",\"params\":{\"a\":1,\"b\":1},\"data\":{\"b\":2}}",
         "{\"a\":1,\"b\":2}"},
        {"\"post\",{\"url\":\"/body\",\"data\":[1,[2]]}", "[1,[2]]"},
        {"\"put\",{\"url\":\"/body\",\"data\":[]}", "[]"},
        {"\"patch\",{\"url\":\"/body\",\"data\":[{}]}", "[{}]"},
        {"\"get\",{\"url\":\"/body\",\"data\":[1,[2]]}", "{\"0\":1,\"1\":[2]}"},
        {"\"delete\",{\"url\":\"/body\",\"data\":[7]}", "{\"0\":7}"},
        {"\"head\",{\"url\":\"/body\",\"data\":[7]}", "{\"0\":7}"},
        {"\"post\",{\"url\":\"/body\",\"params\":[1]}", "{\"0\":1}"},
        {"\"post\",{\"url\":\"/body\",\"data\":\"text\"}", "{}"},
        {"\"post\",{\"url\":\"/body\",\"data\":5,\"params\":null}", "{}"},
        {"\"post\",{\"url\":\"/body\"}", "{}"},
        {"\"post\",{\"url\":\"/body\",\"data\":{\"t\":true,\"n\":null,\"f\":1.5,\"s\":\"5\"}}",
         "{\"t\":true,\"n\":null,\"f\":1.5,\"s\":\"5\"}"},
    };
    struct office office;

    (void)state;
    office_open(&office, 5, "", "");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect_body(&office, cases[i][0], cases[i][1]);
    }
    office_close(&office);
}

static void binary_goes_through_a_request_and_its_answer(void **state)
{
    struct office office;

    (void)state;
    office_open(&office, 5, "", "");
    assert_true(ws_client_send(
        &office.client,
        "451-2[\"post\",{\"url\":\"/body\",\"data\":{\"b\":{\"_placeholder\":true,\"num\":0}}}]"));
    assert_true(ws_client_send_binary(&office.client, "\0\xff", 2));
    ws_client_expect(&office.client, "461-2[{\"body\":{\"b\":{\"_placeholder\":true,\"num\":0}},"
                                     "\"headers\":{},\"statusCode\":200}]");
    ws_client_expect_binary(&office.client, "\0\xff", 2);
    office_close(&office);
}

/* With more binary values than a packet may have: who has asked would wait for ever. */
static void an_answer_that_is_no_packet_is_a_500(void **state)
{
    struct office office;
    struct buf request = {0};

    (void)state;
    office_open(&office, 5, "", "");
    buf_append_str(&request, STR("451-2[\"post\",{\"url\":\"/body\",\"data\":[0"));
    for (int i = 0; i < 11; i++) {
        buf_append_str(&request, STR(",{\"_placeholder\":true,\"num\":0}"));
    }
    buf_append_str(&request, STR("]}]"));
    buf_append_char(&request, '\0');
    assert_true(ws_client_send(&office.client, request.ptr));
    assert_true(ws_client_send_binary(&office.client, "\1", 1));
    ws_client_expect(&office.client, "432[{\"headers\":{},\"statusCode\":500}]");
    live_log_expect(&office.live.log, "the answer could not be sent");
    buf_deinit(&request);
    office_close(&office);
}

/* A message of a hundred megabytes would come back twice over. */
static void a_parse_error_repeats_the_beginning_of_what_was_wrong(void **state)
{
    struct office office;
    struct buf request = {0};

    (void)state;
    office_open(&office, 5, "", "");
    buf_append_str(&request, STR("427[\"get\",{\"url\":[\""));
    for (int i = 0; i < 3000; i++) {
        buf_append_str(&request, STR("ä€"));
    }
    buf_append_str(&request, STR("\"]}]"));
    buf_append_char(&request, '\0');
    assert_true(ws_client_send(&office.client, request.ptr));
    ws_client_expect_start(&office.client,
                           "437[" PARSE_ERROR_START "Invalid url provided: [\\\"ä€ä€");
    assert_non_null(strstr(office.client.frame.ptr, "...\",\"body\":{"));
    assert_true(office.client.frame.len < 3000);
    buf_deinit(&request);
    office_close(&office);
}

/* sails-sockets 28 */
static void the_query_is_flat(void **state)
{
    static const char *const cases[][2] = {
        {"/query?a=1&a=2&c[]=3", "{\"a\":[\"1\",\"2\"],\"c[]\":\"3\"}"},
        {"/query?d[x]=1&e=%20+&f", "{\"d[x]\":\"1\",\"e\":\"  \",\"f\":\"\"}"},
        {"/query", "{}"},
        {"/query?", "{}"},
        {"/query?a=1#b=2", "{\"a\":\"1\"}"},
        {"http://elsewhere/query?a=1", "{\"a\":\"1\"}"},
        {"/query?__proto__=1&a=1&a=2&a=3", "{\"__proto__\":\"1\",\"a\":[\"1\",\"2\",\"3\"]}"},
    };
    struct office office;

    (void)state;
    office_open(&office, 5, "", "");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char request[128];

        snprintf(request, sizeof(request), "\"get\",{\"url\":\"%s\"}", cases[i][0]);
        expect_body(&office, request, cases[i][1]);
    }
    office_close(&office);
}

/* sails-sockets 29 */
static void the_path_wins_over_the_body_and_that_over_the_query(void **state)
{
    static const char *const cases[][2] = {
        {"\"get\",{\"url\":\"/param/p%20q?id=q&n=1\",\"data\":{\"id\":\"b\"}}",
         "[\"p q\",\"1\",null,null,{\"id\":\"p q\",\"n\":\"1\"}]"},
        {"\"post\",{\"url\":\"/param/p?n=1\",\"data\":{\"n\":2,\"list\":[1]}}",
         "[\"p\",\"2\",null,[1],{\"n\":2,\"list\":[1],\"id\":\"p\"}]"},
        {"\"post\",{\"url\":\"/param/p\",\"data\":{\"n\":null,\"list\":false}}",
         "[\"p\",\"null\",\"false\",false,{\"n\":null,\"list\":false,\"id\":\"p\"}]"},
        {"\"post\",{\"url\":\"/param/p\",\"data\":[5]}",
         "[\"p\",null,null,null,{\"0\":5,\"id\":\"p\"}]"},
    };
    struct office office;

    (void)state;
    office_open(&office, 5, "", "");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect_body(&office, cases[i][0], cases[i][1]);
    }
    office_close(&office);
}

/* One header of a request that says `headers`. */
static void expect_header(struct office *office, const char *name, const char *headers,
                          const char *want)
{
    char request[256];

    snprintf(request, sizeof(request), "\"get\",{\"url\":\"/header?name=%s\",\"headers\":%s}", name,
             headers);
    expect_body(office, request, want);
}

/* sails-sockets 30, 31 */
static void headers_are_the_message_s_but_for_those_of_the_handshake(void **state)
{
    struct office office;

    (void)state;
    office_open(&office, 5, "", "Cookie: a=1\r\nOrigin: http://here\r\nUser-Agent: me\r\n");
    expect_header(&office, "cookie", "{\"cookie\":\"mine\"}", "[\"a=1\"]");
    expect_header(&office, "Origin", "{\"origin\":\"http://evil\"}", "[\"http://here\"]");
    expect_header(&office, "host", "{\"Host\":\"h\"}", "[\"h\"]");
    expect_header(&office, "nosession", "{\"nosession\":true}", "[\"true\"]");
    expect_header(&office, "user-agent", "{}", "[null]");
    expect_header(&office, "X-CUSTOM", "{\"x-Custom\":\"v\"}", "[\"v\"]");
    expect_header(&office, "x", "{\"x\":5}", "[\"5\"]");
    expect_header(&office, "x", "{\"x\":null}", "[\"null\"]");
    expect_header(&office, "x", "{\"x\":[1,2]}", "[\"1,2\"]");
    expect_header(&office, "x", "{\"x\":{}}", "[\"[object Object]\"]");
    expect_header(&office, "referer", "{\"referrer\":\"r\"}", "[\"r\"]");
    expect_header(&office, "x", "\"text\"", "[null]");
    expect_header(&office, "x", "[1]", "[null]");
    office_close(&office);

    office_open(&office, 5, "", "nosession: false\r\n");
    expect_header(&office, "cookie", "{\"cookie\":\"mine\"}", "[\"mine\"]");
    expect_header(&office, "origin", "{\"origin\":\"http://evil\"}", "[null]");
    expect_header(&office, "nosession", "{}", "[\"true\"]");
    office_close(&office);
}

/* sails-sockets 32 */
static void the_address_is_the_connection_s(void **state)
{
    struct office office;

    (void)state;
    office_open(&office, 5, "", "X-Forwarded-For: 1.2.3.4\r\n");
    expect_body(&office, "\"get\",{\"url\":\"/ip\",\"headers\":{\"x-forwarded-for\":\"5.6.7.8\"}}",
                "\"127.0.0.1\"");
    office_close(&office);
}

/* ---- which route answers ---- */

/* sails-sockets 33, 34, 44 */
static void paths_match_as_over_http(void **state)
{
    static const char not_found[] =
        "437[{\"body\":\"Not Found\",\"headers\":{},\"statusCode\":404}]";
    static const char *const unknown[] = {"body", "/none", "/", "/body/x", "//body", "?a=1"};
    struct office office;
    char sent[64];

    (void)state;
    office_open(&office, 5, "", "");
    expect_body(&office, "\"get\",{\"url\":\"/BODY\"}", "{}");
    expect_body(&office, "\"get\",{\"url\":\"/body/\"}", "{}");
    expect_body(&office, "\"get\",{\"url\":\"/body  \"}", "{}");
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        snprintf(sent, sizeof(sent), "427[\"get\",{\"url\":\"%s\"}]", unknown[i]);
        ws_client_expect_answer(&office.client, sent, not_found);
    }
    ws_client_expect_answer(&office.client, "427[\"get\",{\"url\":\"/call\"}]", not_found);
    ws_client_expect_answer(&office.client, "427[\"get\",{\"url\":\"/param/%ff%\"}]",
                            "437[{\"body\":\"Bad request: Could not decode requested URL.\","
                            "\"headers\":{},\"statusCode\":400}]");
    office_close(&office);
}

/* base/README.md, "Text with a NUL": a name with one is a bad request, a value keeps it. */
static void a_name_with_a_nul_is_a_bad_request(void **state)
{
    struct office office;

    (void)state;
    office_open(&office, 5, "", "");
    ws_client_expect_answer(
        &office.client, "427[\"post\",{\"url\":\"/body\",\"data\":{\"admin\\u0000x\":1}}]",
        "437[{\"code\":\"SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ\",\"name\":\"Error "
        "(SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ):\",\"status\":400,\"message\":\"Failed to parse "
        "incoming socket.io request.\",\"details\":\"A name in the request has a NUL in it\","
        "\"body\":{\"code\":\"SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ\",\"details\":\"A name in the "
        "request has a NUL in it\"},\"headers\":{},\"statusCode\":400}]");
    expect_body(&office, "\"post\",{\"url\":\"/body\",\"data\":{\"admin\":\"a\\u0000x\"}}",
                "{\"admin\":\"a\\u0000x\"}");
    /* As C strings they would be "/body" and "v"; of a value that has one there is no C string at all. */
    expect_parse_error(&office, "\"get\",{\"url\":\"/body\\u0000/x\"}",
                       "Invalid url provided: \\\"/body\\\\u0000/x\\\"\"");
    expect_parse_error(&office, "\"get\",{\"url\":\"/body\",\"headers\":{\"x\":\"v\\u0000w\"}}",
                       "A header of the request has a NUL in it");
    expect_parse_error(&office,
                       "\"get\",{\"url\":\"/body\",\"headers\":{\"x\":[\"v\",[\"\\u0000\"]]}}",
                       "A header of the request has a NUL in it");
    expect_body(
        &office, "\"post\",{\"url\":\"/param/1?q=%00\",\"data\":{\"n\":\"a\\u0000x\",\"list\":[]}}",
        "[\"1\",null,null,[],{\"q\":\"%00\",\"n\":\"a\\u0000x\",\"list\":[],\"id\":\"1\"}]");
    /* What is no request is no packet. */
    assert_true(ws_client_send(&office.client, "427[\"hello\",{\"admin\\u0000x\":1}]"));
    ws_client_expect_close(&office.client);
    office_close(&office);
}

/* As in Sails: the answer goes to the connection, behind the disconnect. */
static void who_is_disconnected_by_a_request_still_gets_its_answer(void **state)
{
    static const char *const cases[][2] = {{"before", "1"}, {"after", "2"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (unsigned protocol = 4; protocol <= 5; protocol++) {
            struct office office;
            char text[128];

            office_open(&office, protocol, "", "");
            snprintf(text, sizeof(text), "427[\"get\",{\"url\":\"/throw-out?when=%s\"}]",
                     cases[i][0]);
            ws_client_expect_answer(&office.client, text, "41");
            snprintf(text, sizeof(text), "437[{\"body\":%s,\"headers\":{},\"statusCode\":200}]",
                     cases[i][1]);
            ws_client_expect(&office.client, text);
            office_close(&office);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_the_seven_verbs_is_a_request),
        cmocka_unit_test(other_events_are_no_requests),
        cmocka_unit_test(a_request_without_an_ack_runs_and_is_not_answered),
        cmocka_unit_test(a_message_has_a_limit_of_headers),
        cmocka_unit_test(a_message_that_is_no_request_is_a_parse_error),
        cmocka_unit_test(the_version_of_the_client_decides),
        cmocka_unit_test(the_body_is_made_of_params_and_data),
        cmocka_unit_test(binary_goes_through_a_request_and_its_answer),
        cmocka_unit_test(an_answer_that_is_no_packet_is_a_500),
        cmocka_unit_test(a_parse_error_repeats_the_beginning_of_what_was_wrong),
        cmocka_unit_test(the_query_is_flat),
        cmocka_unit_test(the_path_wins_over_the_body_and_that_over_the_query),
        cmocka_unit_test(headers_are_the_message_s_but_for_those_of_the_handshake),
        cmocka_unit_test(the_address_is_the_connection_s),
        cmocka_unit_test(paths_match_as_over_http),
        cmocka_unit_test(a_name_with_a_nul_is_a_bad_request),
        cmocka_unit_test(who_is_disconnected_by_a_request_still_gets_its_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
