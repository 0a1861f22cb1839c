#include "support/http_client.h"
#include "support/live_app.h"

/*
 * Declared inputs and exits in a running app, over HTTP and over a socket.
 */

static const struct sails_input user_inputs[] = {
    {.name = "id", .type = "number", .required = true},
    {.name = "name", .type = "string", .defaults_to = "anon"},
    {.name = "flag", .type = "boolean"},
    {0},
};

static void show_inputs(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_incref(sails_req_inputs(req)));
}

static const struct sails_action_def user_show = {.run = show_inputs, .inputs = user_inputs};

static void use_getters(sails_req *req, sails_res *res)
{
    must(sails_req_input_number(req, "id", -1) == 5);
    must(sails_req_input_number(req, "name", -1) == -1);
    must(strcmp(sails_req_input_text(req, "name"), "anon") == 0);
    must(sails_req_input_text(req, "id") == NULL);
    must(sails_req_input_boolean(req, "flag", true));
    must(!sails_req_input_boolean(req, "nothing", false));
    must(json_is_integer(sails_req_input_json(req, "id")));
    must(sails_req_input_json(req, "flag") == NULL);
    must(sails_req_input_json(req, NULL) == NULL);
    must(sails_req_input_json(NULL, "id") == NULL);
    must(sails_req_inputs(NULL) == NULL);
    sails_res_ok(res, NULL);
}

static const struct sails_action_def user_use = {.run = use_getters, .inputs = user_inputs};

static void expect_no_inputs(sails_req *req, sails_res *res)
{
    must(sails_req_inputs(req) == NULL);
    must(sails_req_input_text(req, "x") == NULL);
    sails_res_ok(res, NULL);
}

static const struct sails_action_def classic = {.run = expect_no_inputs};

static void expect_json(const struct live *live, const char *method, const char *target,
                        const char *body, const char *want)
{
    struct http_answer answer;
    json_t *value = NULL;
    json_t *wanted = json_loads(want, 0, NULL);

    assert_true(http_client_ask(live->port, method, target, "Content-Type: application/json\r\n",
                                str_from(body), &answer));
    assert_int_equal(answer.status, 200);
    value = json_loads(answer.body.ptr, 0, NULL);
    assert_true(json_equal(value, wanted));
    json_decref(value);
    json_decref(wanted);
    http_answer_deinit(&answer);
}

static void add(struct live *live, const char *address, const char *identity,
                const struct sails_action_def *def)
{
    assert_int_equal(sails_app_action(live->app, identity, def), 0);
    assert_int_equal(sails_app_bind(live->app, address, json_string(identity)), 0);
}

static void lift(struct live *live)
{
    live_init(live, 1);
    add(live, "/user/:id", "user/show", &user_show);
    add(live, "GET /use", "user/use", &user_use);
    add(live, "GET /classic", "classic", &classic);
    live_lift(live);
}

/* app-config-cli 35 */
static void an_action_gets_values_of_its_types(void **state)
{
    struct live live;

    (void)state;
    lift(&live);
    expect_json(&live, "GET", "/user/9?id=4&flag=", "",
                "{\"id\":9,\"name\":\"anon\",\"flag\":true}");
    expect_json(&live, "POST", "/user/9", "{\"name\":5,\"zz\":1}", "{\"id\":9,\"name\":\"5\"}");
    http_client_expect(live.port, "GET", "/use?id=5", "", "", 200, "OK");
    http_client_expect(live.port, "GET", "/classic?x=1", "", "", 200, "OK");
    live_end(&live);
}

/* app-config-cli 34 */
static void what_is_wrong_is_answered_over_http(void **state)
{
    struct live live;
    struct http_answer answer;
    json_t *body = NULL;
    json_t *problems = NULL;

    (void)state;
    lift(&live);
    assert_true(http_client_ask(live.port, "GET", "/user/abc?flag=maybe", "", (struct str){NULL, 0},
                                &answer));
    assert_int_equal(answer.status, 400);
    assert_true(str_eq(http_answer_header(&answer, "X-Exit"), STR("error")));
    body = json_loads(answer.body.ptr, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(body, "code")),
                        "E_MISSING_OR_INVALID_PARAMS");
    problems = json_object_get(body, "problems");
    assert_int_equal(json_array_size(problems), 2);
    assert_string_equal(json_string_value(json_array_get(problems, 0)),
                        "Invalid \"id\":\n  · Expecting a number, but got a string.");
    assert_non_null(strstr(json_string_value(json_object_get(body, "message")),
                           "(`GET /user/abc`) due to 2 missing or invalid parameters.  **The"));
    json_decref(body);
    http_answer_deinit(&answer);
    live_end(&live);
}

/* app-config-cli 34 */
static void what_is_wrong_is_answered_over_a_socket(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    lift(&live);
    ws_client_expect_in(&client, live.port, 4);
    ws_client_expect_answer(
        &client, "421[\"get\",{\"url\":\"/user/7?name=x\"}]",
        "431[{\"body\":{\"id\":7,\"name\":\"x\"},\"headers\":{},\"statusCode\":200}]");
    ws_client_send(&client, "422[\"get\",{\"url\":\"/use\"}]");
    ws_client_expect_start(
        &client, "432[{\"body\":{\"code\":\"E_MISSING_OR_INVALID_PARAMS\",\"problems\":"
                 "[\"\\\"id\\\" is required, but it was not defined.\"],\"message\":\"The "
                 "server could not fulfill this request (`GET /use`) due to 1 missing");
    ws_client_close(&client);
    live_end(&live);
}

/* One line that names action and input. */
static void a_table_that_contradicts_itself_fails_the_lift(void **state)
{
    static const struct sails_input bad[] = {{.name = "age", .type = "number", .is_email = true},
                                             {0}};
    static const struct sails_action_def def = {.run = show_inputs, .inputs = bad};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_action(live.app, "user/age", &def), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_log_expect(&live.log, "Action \"user/age\", input \"age\": is_email is no rule for "
                               "type number\n");
    live_end(&live);
}

/* ---- exits ---- */

static const struct sails_exit exits[] = {
    {.name = "plain", .friendly_name = "Plain", .description = "Two\n  lines."},
    {.name = "taken", .status = 409},
    {.name = "gone", .response = "notFound"},
    {.name = "wrong", .response = "badRequest"},
    {.name = "elsewhere", .response = "redirect"},
    {.name = "typo", .response = "notfound"},
    {0},
};

static const struct sails_input exit_inputs[] = {
    {.name = "exit", .type = "string", .required = true},
    {.name = "output", .type = "json"},
    {0},
};

static void leave(sails_req *req, sails_res *res)
{
    must(sails_res_exit(NULL, "success", NULL) == SAILS_EINVAL);
    must(sails_res_exit(res, NULL, json_null()) == SAILS_EINVAL);
    sails_res_exit(res, sails_req_input_text(req, "exit"),
                   json_incref(sails_req_input_json(req, "output")));
}

static const struct sails_action_def leave_def = {
    .run = leave, .inputs = exit_inputs, .exits = exits};

/* app-config-cli 36, 37 and 7.4 */
static void an_action_ends_by_its_exits(void **state)
{
    static const struct {
        const char *target;
        unsigned status;
        const char *body, *name, *header, *value;
    } cases[] = {
        {"/x?exit=success", 200, "OK", "success", NULL, NULL},
        {"/x?exit=success&output=text", 200, "text", "success", "Content-Type",
         "text/html; charset=utf-8"},
        {"/x?exit=success&output[]=1", 200, NULL, "success", "Content-Type",
         "application/json; charset=utf-8"},
        {"/x?exit=plain", 500, "Internal Server Error", "plain", "X-Exit-Friendly-Name", "Plain"},
        {"/x?exit=plain", 500, NULL, "plain", "X-Exit-Description", "Two lines."},
        {"/x?exit=taken&output[x]=1", 409, NULL, "taken", NULL, NULL},
        {"/x?exit=gone", 404, "Not Found", "gone", NULL, NULL},
        {"/x?exit=wrong", 400, "Bad Request", "wrong", NULL, NULL},
        {"/x?exit=elsewhere&output=/there", 302, NULL, "elsewhere", "Location", "/there"},
        {"/x?exit=elsewhere", 500, NULL, "elsewhere", NULL, NULL},
        {"/x?exit=typo", 500, NULL, "typo", NULL, NULL},
        {"/x?exit=error", 500, "Internal Server Error", "error", NULL, NULL},
        {"/x?exit=undeclared", 500, NULL, "error", NULL, NULL},
    };
    struct live live;

    (void)state;
    live_init(&live, 1);
    add(&live, "GET /x", "x", &leave_def);
    live_lift(&live);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_answer answer;

        assert_true(
            http_client_ask(live.port, "GET", cases[i].target, "", (struct str){NULL, 0}, &answer));
        assert_int_equal(answer.status, cases[i].status);
        assert_true(str_eq(http_answer_header(&answer, "X-Exit"), str_from(cases[i].name)));
        if (cases[i].body != NULL) {
            assert_true(str_eq(buf_str(&answer.body), str_from(cases[i].body)));
        }
        if (cases[i].header != NULL) {
            assert_true(
                str_eq(http_answer_header(&answer, cases[i].header), str_from(cases[i].value)));
        }
        http_answer_deinit(&answer);
    }
    live_log_expect(&live.log, "it has no exit `undeclared`");
    live_end(&live);
}

static void exits_that_contradict_each_other_fail_the_lift(void **state)
{
    static const struct sails_exit tables[][3] = {{{.name = "a"}, {.name = "a"}, {0}},
                                                  {{.name = ""}, {0}},
                                                  {{.name = "a", .status = 42}, {0}}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        struct sails_action_def def = {.run = leave, .exits = tables[i]};
        struct live live;

        live_init(&live, 1);
        assert_int_equal(sails_app_action(live.app, "x", &def), 0);
        assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
        live_log_expect(&live.log, "Action \"x\", exit \"");
        live_end(&live);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_action_gets_values_of_its_types),
        cmocka_unit_test(what_is_wrong_is_answered_over_http),
        cmocka_unit_test(what_is_wrong_is_answered_over_a_socket),
        cmocka_unit_test(a_table_that_contradicts_itself_fails_the_lift),
        cmocka_unit_test(an_action_ends_by_its_exits),
        cmocka_unit_test(exits_that_contradict_each_other_fail_the_lift),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
