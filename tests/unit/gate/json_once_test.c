#include "base/json_text.h"
#include "support/http_client.h"
#include "support/live_app.h"

/*
 * What a client sends as JSON is checked once, whatever it comes by; then it is built. The linker puts the functions
 * of this file where others call json_text.h (tests/CMakeLists.txt), and they count the bytes that are looked through.
 */

int __real_json_text_check(struct str text, const struct json_limits *limits);
int __wrap_json_text_check(struct str text, const struct json_limits *limits);
int __real_json_text_scan(struct str text, const struct json_limits *limits, size_t *extent);
int __wrap_json_text_scan(struct str text, const struct json_limits *limits, size_t *extent);

static size_t n_checked;

int __wrap_json_text_check(struct str text, const struct json_limits *limits)
{
    n_checked += text.len;
    return __real_json_text_check(text, limits);
}

int __wrap_json_text_scan(struct str text, const struct json_limits *limits, size_t *extent)
{
    int rc = __real_json_text_scan(text, limits, extent);

    n_checked += rc == 0 ? *extent : 0;
    return rc;
}

enum {
    N_NUMBERS = 1000,
    SMALL = 64 /* what stands around the list: names of events, an address */
};

struct stage {
    struct live live;
    struct buf list; /* "[0,1,2,...]" */
    size_t n_seen;   /* its elements, as the program has seen them last */
};

static void see(struct stage *stage, const json_t *list)
{
    stage->n_seen = json_array_size(list);
}

static void on_list(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    see(ctx, sails_io_event_arg(event, 0));
    must(sails_io_event_ack(event, json_array()) == 0);
}

static void on_answered(sails_io_socket *socket, int status, json_t *args, void *ctx)
{
    must(status == 0);
    see(ctx, json_array_get(args, 0));
    must(sails_io_socket_emit(socket, "heard", NULL, 0) == 0);
}

static void on_ask_me(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    must(sails_io_socket_emit_with_ack(socket, "what", NULL, 10000, on_answered, ctx) == 0);
}

static void on_connection(sails_io_socket *socket, void *ctx)
{
    see(ctx, json_object_get(sails_io_socket_auth(socket), "list"));
}

static void take_list(sails_req *req, sails_res *res)
{
    see(sails_req_context(req), sails_req_param_json(req, "list"));
    sails_res_send(res, "taken");
}

static void stage_init(struct stage *stage)
{
    *stage = (struct stage){.n_seen = 0};
    buf_append_char(&stage->list, '[');
    for (int i = 0; i < N_NUMBERS; i++) {
        buf_printf(&stage->list, i > 0 ? ",%d" : "%d", i);
    }
    buf_append_char(&stage->list, ']');
    live_init(&stage->live, 1);
    sails_app_set_context(stage->live.app, stage);
    assert_int_equal(sails_io_on(stage->live.root, "list", on_list, stage), 0);
    assert_int_equal(sails_io_on(stage->live.root, "ask me", on_ask_me, stage), 0);
    sails_io_on_connection(sails_io_of(stage->live.io, "/auth"), on_connection, stage);
    assert_int_equal(sails_app_route(stage->live.app, "POST /list", take_list), 0);
    live_lift(&stage->live);
}

static void stage_deinit(struct stage *stage)
{
    live_end(&stage->live);
    buf_deinit(&stage->list);
}

/* The list between these, NUL-terminated. */
static const char *around(struct buf *out, const struct stage *stage, const char *before,
                          const char *behind)
{
    buf_clear(out);
    buf_append_str(out, str_from(before));
    buf_append_str(out, buf_str(&stage->list));
    buf_append_str(out, str_from(behind));
    buf_append_char(out, '\0');
    return out->ptr;
}

static void expect_once(struct stage *stage)
{
    assert_int_equal(stage->n_seen, N_NUMBERS);
    assert_in_range(n_checked, stage->list.len, stage->list.len + SMALL);
    stage->n_seen = 0;
}

static void over_a_websocket(void **state)
{
    struct stage stage;
    struct ws_client client;
    struct buf text = {0};

    (void)state;
    stage_init(&stage);
    ws_client_expect_in(&client, stage.live.port, 5);
    n_checked = 0;
    assert_true(ws_client_join(&client, "/auth", around(&text, &stage, "{\"list\":", "}")));
    expect_once(&stage);

    n_checked = 0;
    ws_client_expect_answer(&client, around(&text, &stage, "421[\"list\",", "]"), "431[]");
    expect_once(&stage);

    ws_client_expect_answer(&client, "42[\"ask me\"]", "420[\"what\"]");
    n_checked = 0;
    ws_client_expect_answer(&client, around(&text, &stage, "430[", "]"), "42[\"heard\"]");
    expect_once(&stage);

    n_checked = 0;
    assert_true(ws_client_send(
        &client,
        around(&text, &stage, "422[\"post\",{\"url\":\"/list\",\"data\":{\"list\":", "}}]")));
    ws_client_expect_start(&client, "432[{\"body\":\"taken\"");
    expect_once(&stage);
    ws_client_close(&client);
    buf_deinit(&text);
    stage_deinit(&stage);
}

static void over_http(void **state)
{
    struct stage stage;
    struct buf text = {0};

    (void)state;
    stage_init(&stage);
    n_checked = 0;
    http_client_expect(stage.live.port, "POST", "/list", "Content-Type: application/json\r\n",
                       around(&text, &stage, "{\"list\":", "}"), 200, "taken");
    expect_once(&stage);
    buf_deinit(&text);
    stage_deinit(&stage);
}

static void ask(const struct stage *stage, const char *method, const char *sid, const char *body,
                struct http_answer *answer)
{
    char target[120];

    (void)snprintf(target, sizeof(target), "/socket.io/?EIO=4&transport=polling%s%s",
                   sid[0] != '\0' ? "&sid=" : "", sid);
    assert_true(http_client_ask(stage->live.port, method, target, "", str_from(body), answer));
    assert_int_equal(answer->status, 200);
}

static void over_polling(void **state)
{
    struct stage stage;
    struct http_answer answer = {0};
    struct buf text = {0};
    char sid[32] = "";
    const char *found = NULL;

    (void)state;
    stage_init(&stage);
    ask(&stage, "GET", "", "", &answer);
    found = strstr(answer.body.ptr, "\"sid\":\"");
    assert_non_null(found);
    (void)snprintf(sid, sizeof(sid), "%.*s", (int)strcspn(found + 7, "\""), found + 7);
    http_answer_deinit(&answer);
    ask(&stage, "POST", sid, "40", &answer);
    http_answer_deinit(&answer);
    n_checked = 0;
    ask(&stage, "POST", sid, around(&text, &stage, "427[\"list\",", "]"), &answer);
    http_answer_deinit(&answer);
    expect_once(&stage);
    buf_deinit(&text);
    stage_deinit(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_a_websocket),
        cmocka_unit_test(over_http),
        cmocka_unit_test(over_polling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
