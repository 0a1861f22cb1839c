#include "endpoints/endpoints.h"

#include "support/http_client.h"
#include "support/live_app.h"

/*
 * WebSocket endpoints of a program's own. What the protocol does is shown by the tests of src/websocket/.
 */

struct stage {
    struct live live;
    struct told closed;
    unsigned code;
    sails_websocket *kept; /* retained by on_open */
};

static void on_open(sails_websocket *ws, void *ctx)
{
    struct stage *stage = ctx;
    char text[128];

    must(sails_websocket_header(ws, "x-none") == NULL);
    snprintf(text, sizeof(text), "%s %s %s", sails_websocket_url(ws), sails_websocket_ip(ws),
             sails_websocket_header(ws, "X-Device") != NULL ? sails_websocket_header(ws, "X-Device")
                                                            : "nobody");
    must(sails_websocket_send_text(ws, text) == 0);
    sails_websocket_set_user(ws, stage);
    stage->kept = sails_websocket_retain(ws);
}

/* Echoes; "close" closes. */
static void on_message(sails_websocket *ws, bool is_binary, const void *data, size_t len, void *ctx)
{
    must(sails_websocket_user(ws) == ctx);
    must(is_binary || strlen(data) == len);
    if (!is_binary && strcmp(data, "close") == 0) {
        must(sails_websocket_close(ws, 3001) == 0);
        must(sails_websocket_close(ws, 3002) == 0);
        must(sails_websocket_send_text(ws, "too late") == SAILS_ECLOSED);
        return;
    }
    must(sails_websocket_send(ws, is_binary, data, len) == 0);
}

static void on_close(sails_websocket *ws, unsigned code, void *ctx)
{
    struct stage *stage = ctx;

    must(sails_websocket_send_text(ws, "gone") == SAILS_ECLOSED);
    stage->code = code;
    tell(0, &stage->closed);
}

static void stage_init(struct stage *stage, int workers)
{
    *stage = (struct stage){.code = 0};
    told_init(&stage->closed);
    live_init(&stage->live, workers);
    assert_int_equal(sails_app_websocket(stage->live.app, "/ws",
                                         &(struct sails_websocket_def){.on_open = on_open,
                                                                       .on_message = on_message,
                                                                       .on_close = on_close,
                                                                       .ctx = stage}),
                     0);
    assert_int_equal(
        sails_app_websocket(stage->live.app, "/silent", &(struct sails_websocket_def){0}), 0);
}

static void a_device_speaks_and_hears(void **state)
{
    static const char bytes[] = {0, 1, (char)0xff};
    struct ws_client client;
    struct stage stage;

    (void)state;
    stage_init(&stage, 1);
    live_lift(&stage.live);
    assert_true(ws_client_open_bare(&client, stage.live.port, "/ws?id=7", "X-Device: d7\r\n"));
    ws_client_expect(&client, "/ws?id=7 127.0.0.1 d7");
    ws_client_expect_answer(&client, "hello", "hello");
    ws_client_expect_answer(&client, "", "");
    assert_true(ws_client_send_binary(&client, bytes, sizeof(bytes)));
    ws_client_expect_binary(&client, bytes, sizeof(bytes));
    assert_true(ws_client_send(&client, "close"));
    assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_CLOSE);
    assert_int_equal(client.close_code, 3001);
    ws_client_close(&client);
    assert_int_equal(told_status(&stage.closed), 0);
    sails_websocket_release(stage.kept);
    live_end(&stage.live);
}

/* From no worker's thread, also when it has gone. */
static void another_thread_sends_and_closes(void **state)
{
    struct ws_client client;
    struct stage stage;

    (void)state;
    stage_init(&stage, 2);
    live_lift(&stage.live);
    assert_true(ws_client_open_bare(&client, stage.live.port, "/ws", ""));
    ws_client_expect(&client, "/ws 127.0.0.1 nobody");
    assert_int_equal(sails_websocket_send_text(stage.kept, "a command"), 0);
    ws_client_expect(&client, "a command");
    mem_fail_after(0);
    assert_int_equal(sails_websocket_send_text(stage.kept, "a command"), SAILS_ENOMEM);
    mem_fail_after(0);
    assert_int_equal(sails_websocket_close(stage.kept, 1000), SAILS_ENOMEM);
    mem_fail_after(-1);
    assert_int_equal(sails_websocket_close(stage.kept, 1000), 0);
    assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_CLOSE);
    assert_int_equal(client.close_code, 1000);
    ws_client_close(&client);
    assert_int_equal(told_status(&stage.closed), 0);
    assert_int_equal(sails_websocket_send_text(stage.kept, "to nobody"), 0);
    live_settle(&stage.live);
    sails_app_lower(stage.live.app);
    assert_int_equal(sails_websocket_send_text(stage.kept, "to nobody"), 0);
    sails_websocket_release(stage.kept);
    live_end(&stage.live);
}

static void expect_status(const struct stage *stage, const char *target, const char *headers,
                          unsigned status)
{
    static const char upgrade[] = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    char lines[512];

    snprintf(lines, sizeof(lines), "%s%s", upgrade, headers);
    http_client_expect(stage->live.port, "GET", target, lines, NULL, status, NULL);
}

static void pages_of_other_origins_and_bad_handshakes_are_refused(void **state)
{
    struct ws_client client;
    struct stage stage;

    (void)state;
    stage_init(&stage, 1);
    assert_int_equal(sails_app_set(stage.live.app, "sockets.onlyAllowOrigins",
                                   json_pack("[s]", "https://friend.example")),
                     0);
    live_lift(&stage.live);
    expect_status(&stage, "/silent", "Sec-WebSocket-Version: 13\r\nOrigin: https://no.example\r\n",
                  403);
    expect_status(&stage, "/silent", "Sec-WebSocket-Version: 12\r\n", 426);
    http_client_expect(stage.live.port, "GET", "/silent", "", NULL, 404, NULL);
    assert_true(ws_client_open_bare(&client, stage.live.port, "/silent",
                                    "Origin: https://friend.example\r\n"));
    ws_client_close(&client);
    /* Of this host, as the client calls it. */
    assert_true(
        ws_client_open_bare(&client, stage.live.port, "/silent", "Origin: http://localhost\r\n"));
    ws_client_close(&client);
    live_end(&stage.live);
}

static void lowering_says_goodbye(void **state)
{
    struct ws_client client;
    struct stage stage;

    (void)state;
    stage_init(&stage, 1);
    live_lift(&stage.live);
    assert_true(ws_client_open_bare(&client, stage.live.port, "/ws", ""));
    ws_client_expect(&client, "/ws 127.0.0.1 nobody");
    sails_app_stop(stage.live.app);
    assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_CLOSE);
    assert_int_equal(client.close_code, 1001);
    assert_int_equal(told_status(&stage.closed), 0);
    ws_client_close(&client);
    sails_websocket_release(stage.kept);
    live_end(&stage.live);
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct sails_websocket_def def = {0};
    struct stage stage;
    sails_app *app = NULL;

    (void)state;
    assert_int_equal(sails_app_websocket(NULL, "/x", &def), SAILS_EINVAL);
    stage_init(&stage, 1);
    app = stage.live.app;
    live_lift(&stage.live);
    assert_int_equal(sails_app_websocket(app, NULL, &def), SAILS_EINVAL);
    assert_int_equal(sails_app_websocket(app, "/x", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_websocket(app, "/x", &def), SAILS_ESTATE);
    live_end(&stage.live);

    stage_init(&stage, 1);
    app = stage.live.app;
    assert_int_equal(sails_app_websocket(app, "x", &def), SAILS_EINVAL);
    assert_int_equal(sails_app_websocket(app, "/ws", &def), SAILS_ECONFLICT);
    mem_fail_after(0);
    assert_int_equal(sails_app_websocket(app, "/y", &def), SAILS_ENOMEM);
    mem_fail_after(-1);
    live_end(&stage.live);

    live_init(&stage.live, 1);
    app = stage.live.app;
    assert_int_equal(sails_app_websocket(app, "/socket.iota", &def), 0);
    assert_int_equal(sails_app_websocket(app, "/socket.io/x", &def), 0);
    assert_int_equal(sails_app_lift(app), SAILS_ECONFIG);
    live_log_expect(&stage.live.log,
                    "sails_app_websocket(\"/socket.io/x\"): Socket.IO has all that is "
                    "below sockets.path, `/socket.io`");
    live_end(&stage.live);

    assert_int_equal(sails_websocket_send(NULL, false, "x", 1), SAILS_EINVAL);
    assert_int_equal(sails_websocket_send_text(NULL, "x"), SAILS_EINVAL);
    assert_int_equal(sails_websocket_close(NULL, 0), SAILS_EINVAL);
    assert_null(sails_websocket_header(NULL, "x"));
    assert_null(sails_websocket_url(NULL));
    assert_null(sails_websocket_ip(NULL));
    assert_null(sails_websocket_user(NULL));
    assert_null(sails_websocket_retain(NULL));
    sails_websocket_set_user(NULL, NULL);
    sails_websocket_release(NULL);
}

static void what_may_not_be_sent_is_refused(void **state)
{
    struct ws_client client;
    struct stage stage;

    (void)state;
    stage_init(&stage, 1);
    live_lift(&stage.live);
    assert_true(ws_client_open_bare(&client, stage.live.port, "/ws", ""));
    ws_client_expect(&client, "/ws 127.0.0.1 nobody");
    assert_int_equal(sails_websocket_send_text(stage.kept, NULL), SAILS_EINVAL);
    assert_int_equal(sails_websocket_send(stage.kept, true, NULL, 1), SAILS_EINVAL);
    assert_int_equal(sails_websocket_send_text(stage.kept, "\xff"), SAILS_EUTF8);
    assert_int_equal(sails_websocket_close(stage.kept, 1005), SAILS_EINVAL);
    assert_int_equal(sails_websocket_close(stage.kept, 99), SAILS_EINVAL);
    ws_client_expect_answer(&client, "still here", "still here");
    ws_client_close(&client);
    assert_int_equal(told_status(&stage.closed), 0);
    sails_websocket_release(stage.kept);
    live_end(&stage.live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_speaks_and_hears),
        cmocka_unit_test(another_thread_sends_and_closes),
        cmocka_unit_test(pages_of_other_origins_and_bad_handshakes_are_refused),
        cmocka_unit_test(lowering_says_goodbye),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(what_may_not_be_sent_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
