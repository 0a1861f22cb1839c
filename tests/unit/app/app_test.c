#include "support/http_client.h"
#include "support/live_app.h"

#include <uv.h>

#include <errno.h>

/*
 * The life of an app, in this process: what can be called when, and how it ends. sails_app_run() has
 * a test of its own, with processes of its own.
 */

static void say_hello(sails_req *req, sails_res *res)
{
    const char *context = sails_req_context(req);

    sails_res_send(res, context != NULL ? context : "hello");
}

/* ---- in every order ---- */

static void every_function_survives_null(void **state)
{
    (void)state;
    sails_app_destroy(NULL);
    assert_int_equal(sails_app_route(NULL, "GET /", say_hello), SAILS_EINVAL);
    assert_int_equal(sails_app_static(NULL, "/", "."), SAILS_EINVAL);
    assert_int_equal(sails_app_set(NULL, "port", json_integer(1)), SAILS_EINVAL);
    assert_null(sails_app_get(NULL, "port"));
    sails_app_set_context(NULL, NULL);
    assert_null(sails_app_context(NULL));
    assert_int_equal(sails_app_load(NULL, 0, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_lift(NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_lift_on(NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_port(NULL), 0);
    assert_int_equal(sails_app_lower(NULL), SAILS_EINVAL);
    sails_app_stop(NULL);
    assert_int_equal(sails_app_run(NULL, 0, NULL), 1);
    sails_log(NULL, SAILS_LOG_INFO, "nothing");
    assert_int_equal(sails_app_set_log(NULL, NULL, NULL), SAILS_EINVAL);
}

static void what_is_wrong_is_refused_and_said(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_route(live.app, NULL, say_hello), SAILS_EINVAL);
    assert_int_equal(sails_app_route(live.app, "GET /", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_route(live.app, "FETCH /", say_hello), SAILS_EINVAL);
    live_log_expect(&live.log, "FETCH /");
    assert_int_equal(sails_app_static(live.app, "no slash", "."), SAILS_EINVAL);
    assert_int_equal(sails_app_static(live.app, NULL, "."), SAILS_EINVAL);
    assert_int_equal(sails_app_static(live.app, "/", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_set(live.app, "port", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_set(live.app, NULL, json_null()), SAILS_EINVAL);
    assert_int_equal(sails_app_set(live.app, "prot", json_integer(1)), SAILS_ECONFIG);
    live_log_expect(&live.log, "prot: there is no such key; did you mean port?");
    assert_int_equal(sails_app_set(live.app, "port", json_integer(70000)), SAILS_ECONFIG);
    live_log_expect(&live.log, "port: 70000 is not allowed");
    assert_null(sails_app_get(live.app, "prot"));
    assert_null(sails_app_get(live.app, NULL));
    assert_int_equal(json_integer_value(sails_app_get(live.app, "port")), 0);
    assert_int_equal(sails_app_lift_on(live.app, NULL), SAILS_EINVAL);
    live_end(&live);
}

static void an_app_can_go_at_each_stage(void **state)
{
    struct live live;

    (void)state;
    sails_app_destroy(sails_app_create());

    live_init(&live, 4);
    assert_int_equal(sails_app_lower(live.app), 0); /* never lifted */
    sails_app_stop(live.app);
    assert_int_equal(sails_app_port(live.app), 0);
    live_end(&live);

    live_init(&live, 4);
    live_lift(&live);
    live_end(&live); /* lowers it */

    live_init(&live, 4);
    live_lift(&live);
    assert_int_equal(sails_app_lower(live.app), 0);
    assert_int_equal(sails_app_lower(live.app), 0);
    assert_int_equal(sails_app_port(live.app), 0);
    sails_app_stop(live.app);
    live_end(&live);

    live_init(&live, 4);
    live_lift(&live);
    sails_app_stop(live.app);
    sails_app_stop(live.app);
    assert_int_equal(sails_app_lower(live.app), 0);
    live_end(&live);
}

/* What only a new app can be told. */
static void expect_too_late(struct live *live)
{
    char *no_arguments[] = {NULL};

    assert_int_equal(sails_app_route(live->app, "GET /late", say_hello), SAILS_ESTATE);
    assert_int_equal(sails_app_static(live->app, "/", "."), SAILS_ESTATE);
    assert_int_equal(sails_app_set(live->app, "port", json_integer(1)), SAILS_ESTATE);
    assert_int_equal(sails_app_load(live->app, 0, no_arguments), SAILS_ESTATE);
    assert_int_equal(sails_app_lift(live->app), SAILS_ESTATE);
    assert_null(sails_io_of(live->io, "/late"));
    assert_int_equal(sails_io_on(live->root, "late", on_live_sync, NULL), SAILS_ESTATE);
}

static void an_app_is_lifted_once_and_defined_before_that(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    live_lift(&live);
    expect_too_late(&live);
    assert_int_equal(sails_app_set_log(live.app, NULL, NULL), SAILS_ESTATE);
    http_client_expect(live.port, "GET", "/late", "", NULL, 404, "Not Found");
    assert_int_equal(sails_app_lower(live.app), 0);
    expect_too_late(&live);
    live_end(&live);
}

/* What is heard when the app has been lifted. */
struct heard {
    struct live *live;
    int n_times;
    unsigned port;
    char address[64];
};

static void hear_of_lift(sails_app *app, void *ctx)
{
    struct heard *heard = ctx;
    const char *address = sails_app_address(app);

    live_log_expect(&heard->live->log, "Listening on http://127.0.0.1:"); /* has been said */
    heard->n_times++;
    heard->port = sails_app_port(app);
    (void)snprintf(heard->address, sizeof(heard->address), "%s", address != NULL ? address : "");
}

/* app-config-cli section 7: `lifted` */
static void the_program_is_told_where_its_app_listens(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct live live;
        struct heard heard = {.live = &live};
        char url[64];

        assert_null(sails_app_base_url(NULL));
        live_init(&live, workers);
        assert_null(sails_app_base_url(live.app));
        assert_int_equal(sails_app_on_lifted(NULL, hear_of_lift, NULL), SAILS_EINVAL);
        assert_int_equal(sails_app_on_lifted(live.app, hear_of_lift, &heard), 0);
        assert_null(sails_app_address(live.app));
        live_lift(&live);
        assert_int_equal(sails_app_on_lifted(live.app, NULL, NULL), SAILS_EINVAL);
        assert_int_equal(heard.n_times, 1);
        assert_int_equal(heard.port, live.port);
        assert_int_not_equal(heard.port, 0);
        assert_string_equal(heard.address, "127.0.0.1");
        (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", heard.port);
        assert_string_equal(sails_app_base_url(live.app), url);
        http_client_expect(heard.port, "GET", "/", "", NULL, 404, NULL);
        assert_int_equal(sails_app_on_lifted(live.app, hear_of_lift, NULL), SAILS_ESTATE);
        sails_app_lower(live.app);
        assert_null(sails_app_address(live.app));
        assert_null(sails_app_base_url(live.app));
        assert_int_equal(heard.n_times, 1);
        live_end(&live);
    }
}

static void nobody_is_told_of_a_lift_that_fails(void **state)
{
    struct live live;
    struct heard heard = {.live = &live};

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_on_lifted(live.app, hear_of_lift, &heard), 0);
    assert_int_equal(sails_app_static(live.app, "/", "no/such/folder"), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    assert_int_equal(heard.n_times, 0);
    live_end(&live);
}

/* A URL that can be opened, and what it does not say. Without IPv6 in the kernel "all" is IPv4 alone. */
static void the_line_says_which_addresses_are_listened_on(void **state)
{
    static const struct {
        const char *host, *url, *more;
    } cases[] = {
        {NULL, "http://localhost", " (and at all other "},
        {"0.0.0.0", "http://localhost", " (and at all other IPv4 addresses of this machine)\n"},
        {"127.0.0.1", "http://127.0.0.1", "\n"},
        {"127.1", "http://127.1", " (127.0.0.1)\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct live_log *log = mem_calloc(1, sizeof(*log));
        sails_app *app = sails_app_create();
        char want[128];

        pthread_mutex_init(&log->lock, NULL);
        assert_int_equal(sails_app_set_log(app, live_log_write, log), 0);
        assert_int_equal(sails_app_set(app, "port", json_integer(0)), 0);
        if (cases[i].host != NULL) {
            assert_int_equal(sails_app_set(app, "explicitHost", json_string(cases[i].host)), 0);
        }
        assert_int_equal(sails_app_lift(app), 0);
        (void)snprintf(want, sizeof(want), "info Listening on %s:%u%s", cases[i].url,
                       sails_app_port(app), cases[i].more);
        live_log_expect(log, want);
        sails_app_destroy(app);
        pthread_mutex_destroy(&log->lock);
        mem_free(log);
    }
}

static void a_port_in_use_is_told_with_its_address(void **state)
{
    struct live first, second;
    char want[64];

    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        live_init(&first, workers);
        live_lift(&first);
        live_init(&second, workers);
        assert_int_equal(sails_app_set(second.app, "port", json_integer((json_int_t)first.port)),
                         0);
        assert_int_equal(sails_app_lift(second.app), -EADDRINUSE);
        snprintf(want, sizeof(want), "Could not listen on 127.0.0.1, port %u: ", first.port);
        live_log_expect(&second.log, want);
        assert_int_equal(sails_app_port(second.app), 0);
        assert_int_equal(sails_app_lower(second.app), 0);
        live_end(&second);
        http_client_expect(first.port, "GET", "/", "", NULL, 404, NULL);
        live_end(&first);
    }
}

static void a_lift_that_fails_leaves_nothing_behind(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_static(live.app, "/", "no/such/folder"), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_log_expect(&live.log, "The folder no/such/folder");
    live_end(&live);

    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "ssl.cert", json_string("no/such.pem")), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_log_expect(&live.log, "ssl.cert and ssl.key go together");
    assert_int_equal(sails_app_set(live.app, "ssl.key", json_string("no/such.pem")), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ETLS);
    live_log_expect(&live.log,
                    "TLS: the certificate (ssl.cert) no/such.pem cannot be read: No such "
                    "file or directory (ENOENT)");
    live_end(&live);

    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "explicitHost", json_string("256.0.0.1")), 0);
    assert_int_not_equal(sails_app_lift(live.app), 0);
    live_end(&live);
}

static void two_apps_live_in_one_process(void **state)
{
    static char first_name[] = "first", second_name[] = "second";
    struct live first, second;
    struct ws_client client;

    (void)state;
    live_init(&first, 2);
    live_init(&second, 2);
    assert_int_equal(sails_app_route(first.app, "GET /", say_hello), 0);
    assert_int_equal(sails_app_route(second.app, "GET /", say_hello), 0);
    sails_app_set_context(first.app, first_name);
    sails_app_set_context(second.app, second_name);
    assert_ptr_equal(sails_app_context(second.app), second_name);
    live_lift(&first);
    live_lift(&second);
    http_client_expect(first.port, "GET", "/", "", NULL, 200, "first");
    http_client_expect(second.port, "GET", "/", "", NULL, 200, "second");
    ws_client_expect_in(&client, second.port, 5);
    assert_int_equal(sails_io_emit(first.root, NULL, "first", NULL), 0);
    live_settle(&first);
    live_expect_nothing(&client);
    live_end(&first);
    http_client_expect(second.port, "GET", "/", "", NULL, 200, "second");
    live_expect_nothing(&client);
    ws_client_close(&client);
    live_end(&second);
}

/* ---- lowering ---- */

/* socket-io 22 */
static void lowering_closes_a_websocket_without_disconnecting_it(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct live live;
        struct ws_client five, four;

        live_init(&live, workers);
        live_lift(&live);
        ws_client_expect_in(&five, live.port, 5);
        ws_client_expect_in(&four, live.port, 4);
        sails_app_stop(live.app);
        ws_client_expect_close(&five);
        ws_client_expect_close(&four);
        ws_client_close(&five);
        ws_client_close(&four);
        assert_int_equal(sails_app_lower(live.app), 0);
        live_end(&live);
    }
}

/* Opens a polling session of protocol 5 and gives the target of its next requests. */
static void open_polling(unsigned port, struct buf *target)
{
    struct http_answer answer;
    const char *sid = NULL;

    assert_true(http_client_ask(port, "GET", "/socket.io/?EIO=4&transport=polling", "",
                                (struct str){NULL, 0}, &answer));
    assert_int_equal(answer.status, 200);
    sid = strstr(answer.body.ptr, "\"sid\":\"");
    assert_non_null(sid);
    buf_printf(target, "/socket.io/?EIO=4&transport=polling&sid=%.*s", (int)strcspn(sid + 7, "\""),
               sid + 7);
    buf_append_char(target, '\0');
    http_answer_deinit(&answer);
}

/* socket-io 22 */
static void lowering_answers_a_pending_poll_with_a_close_packet(void **state)
{
    struct live live;
    struct buf target = {0};
    struct tcp_client poll;
    struct http_answer answer;

    (void)state;
    live_init(&live, 1);
    live_lift(&live);
    open_polling(live.port, &target);
    http_client_expect(live.port, "POST", target.ptr, "", "40", 200, "ok");
    assert_true(tcp_client_open(&poll, live.port));
    assert_true(http_client_send(&poll, "GET", target.ptr, "", (struct str){NULL, 0}));
    assert_true(http_client_take(&poll, true, &answer));
    assert_int_equal(strncmp(answer.body.ptr, "40{\"sid\":\"", 10), 0);
    http_answer_deinit(&answer);
    assert_true(http_client_send(&poll, "GET", target.ptr, "", (struct str){NULL, 0}));
    /* One worker: when another request has been answered, the poll is waiting. */
    http_client_expect(live.port, "GET", "/", "", NULL, 404, NULL);
    sails_app_stop(live.app);
    assert_true(http_client_take(&poll, true, &answer));
    assert_string_equal(answer.body.ptr, "1");
    http_answer_deinit(&answer);
    tcp_client_close(&poll);
    assert_int_equal(sails_app_lower(live.app), 0);
    buf_deinit(&target);
    live_end(&live);
}

struct waiting {
    struct told told;
    sails_res *res;
};

static void wait_for_answer(sails_req *req, sails_res *res)
{
    struct waiting *waiting = sails_req_context(req);

    waiting->res = res;
    tell(0, &waiting->told);
}

static void lowering_lets_what_is_being_answered_be_answered(void **state)
{
    struct live live;
    struct waiting waiting = {.res = NULL};
    struct tcp_client client;
    struct http_answer answer;

    (void)state;
    told_init(&waiting.told);
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "shutdownTimeout", json_integer(20000)), 0);
    assert_int_equal(sails_app_route(live.app, "GET /wait", wait_for_answer), 0);
    sails_app_set_context(live.app, &waiting);
    live_lift(&live);
    assert_true(tcp_client_open(&client, live.port));
    assert_true(http_client_send(&client, "GET", "/wait", "", (struct str){NULL, 0}));
    told_wait(&waiting.told);
    sails_app_stop(live.app);
    assert_int_equal(sails_res_send(waiting.res, "in time"), 0);
    assert_true(http_client_take(&client, true, &answer));
    assert_string_equal(answer.body.ptr, "in time");
    http_answer_deinit(&answer);
    tcp_client_close(&client);
    assert_int_equal(sails_app_lower(live.app), 0);
    live_end(&live);
}

static void an_answer_that_comes_after_the_app_was_lowered_is_dropped(void **state)
{
    struct live live;
    struct waiting waiting = {.res = NULL};
    struct tcp_client client;

    (void)state;
    told_init(&waiting.told);
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "shutdownTimeout", json_integer(1)), 0);
    assert_int_equal(sails_app_route(live.app, "GET /wait", wait_for_answer), 0);
    sails_app_set_context(live.app, &waiting);
    live_lift(&live);
    assert_true(tcp_client_open(&client, live.port));
    assert_true(http_client_send(&client, "GET", "/wait", "", (struct str){NULL, 0}));
    told_wait(&waiting.told);
    assert_int_equal(sails_app_lower(live.app), 0);
    assert_int_equal(sails_res_send(waiting.res, "too late"), 0);
    tcp_client_close(&client);
    live_end(&live);
}

static void stop_from_action(sails_req *req, sails_res *res)
{
    sails_app_stop(sails_req_app(req));
    sails_res_send(res, "bye");
}

static void an_action_may_stop_the_app(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 4);
    assert_int_equal(sails_app_route(live.app, "GET /stop", stop_from_action), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/stop", "", NULL, 200, "bye");
    assert_int_equal(sails_app_lower(live.app), 0);
    live_end(&live);
}

struct ending {
    struct live *live;
    pthread_t thread;
    int n_calls;
};

static void before_shutdown(sails_app *app, void *ctx)
{
    struct ending *ending = ctx;

    assert_ptr_equal(app, ending->live->app);
    ending->thread = pthread_self();
    ending->n_calls++;
    /* Everything is still as it was. */
    http_client_expect(ending->live->port, "GET", "/", "", NULL, 404, "Not Found");
    assert_int_equal(sails_io_emit(ending->live->root, NULL, "soon", NULL), 0);
}

static void the_program_is_called_once_before_the_app_is_lowered(void **state)
{
    struct live live;
    struct ending ending = {.live = &live};
    struct ws_client client;

    (void)state;
    live_init(&live, 4);
    assert_int_equal(sails_app_before_shutdown(NULL, before_shutdown, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_before_shutdown(live.app, before_shutdown, &ending), 0);
    live_lift(&live);
    assert_int_equal(sails_app_before_shutdown(live.app, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_before_shutdown(live.app, before_shutdown, &ending), SAILS_ESTATE);
    ws_client_expect_in(&client, live.port, 5);
    assert_int_equal(sails_app_lower(live.app), 0);
    ws_client_expect(&client, "42[\"soon\"]");
    ws_client_expect_close(&client);
    assert_int_equal(sails_app_lower(live.app), 0);
    ws_client_close(&client);
    live_end(&live);
    assert_int_equal(ending.n_calls, 1);
    assert_true(pthread_equal(ending.thread, pthread_self()));
}

/* ---- on a loop of the program's own ---- */

struct visitor {
    pthread_t thread;
    unsigned port;
    bool has_heard;
    uv_async_t *done;
};

static void *visit(void *ctx)
{
    struct visitor *visitor = ctx;
    struct http_answer answer;
    struct ws_client client;

    visitor->has_heard =
        http_client_ask(visitor->port, "GET", "/", "", (struct str){NULL, 0}, &answer) &&
        strcmp(answer.body.ptr, "hello") == 0 &&
        ws_client_open(&client, visitor->port, 5, "", "") && ws_client_join(&client, "/", "") &&
        ws_client_send(&client, "421[\"sync\"]") &&
        ws_client_next(&client, TCP_CLIENT_PATIENCE_MS) == WS_CLIENT_TEXT &&
        strcmp(client.frame.ptr, "431[]") == 0;
    http_answer_deinit(&answer);
    ws_client_close(&client);
    uv_async_send(visitor->done);
    return NULL;
}

static void on_visited(uv_async_t *async)
{
    uv_close((uv_handle_t *)async, NULL);
    uv_stop(async->loop);
}

static void an_app_lives_on_the_program_s_own_loop(void **state)
{
    struct live live;
    uv_loop_t loop;
    uv_async_t done;
    struct visitor visitor;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(uv_async_init(&loop, &done, on_visited), 0);
    live_init(&live, 4); /* there is one loop: one worker */
    assert_int_equal(sails_app_route(live.app, "GET /", say_hello), 0);
    assert_int_equal(sails_app_lift_on(live.app, &loop), 0);
    assert_int_equal(sails_app_lift_on(live.app, &loop), SAILS_ESTATE);
    visitor = (struct visitor){.port = sails_app_port(live.app), .done = &done};
    assert_int_equal(pthread_create(&visitor.thread, NULL, visit, &visitor), 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    pthread_join(visitor.thread, NULL);
    assert_true(visitor.has_heard);
    assert_int_equal(sails_app_lower(live.app), 0);
    live_end(&live);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_lift_on_a_loop_that_fails_leaves_the_loop_free(void **state)
{
    struct live first, second;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    live_init(&first, 1);
    live_lift(&first);
    live_init(&second, 1);
    assert_int_equal(sails_app_set(second.app, "port", json_integer((json_int_t)first.port)), 0);
    assert_int_equal(sails_app_lift_on(second.app, &loop), -EADDRINUSE);
    live_end(&second);
    live_end(&first);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* ---- logging ---- */

static void lines_within_the_level_are_written(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    sails_log(live.app, SAILS_LOG_INFO, "an %s line %d", "informative", 1);
    sails_log(live.app, SAILS_LOG_VERBOSE, "a verbose line");
    sails_log(live.app, SAILS_LOG_SILENT, "no level");
    sails_log(live.app, SAILS_LOG_INFO, NULL);
    live_log_expect(&live.log, "info an informative line 1\n");
    assert_false(live_log_has(&live.log, "verbose line"));
    assert_false(live_log_has(&live.log, "no level"));
    assert_int_equal(sails_app_set(live.app, "log.level", json_string("error")), 0);
    live_lift(&live);
    sails_log(live.app, SAILS_LOG_WARN, "a warning");
    sails_log(live.app, SAILS_LOG_ERROR, "an error");
    assert_false(live_log_has(&live.log, "a warning"));
    live_log_expect(&live.log, "error an error\n");
    live_end(&live);
}

static void answer_ok(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_ok(res, NULL);
}

static void an_address_has_a_limit_of_connections(void **state)
{
    struct live live;
    struct tcp_client one, two;
    struct sails_refused refused;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(
        sails_app_set(live.app, "security.limits.connectionsPerAddress", json_integer(1)), 0);
    assert_int_equal(sails_app_route(live.app, "GET /x/:id", answer_ok), 0);
    live_lift(&live);
    assert_true(tcp_client_open(&one, live.port));
    assert_true(http_client_send(&one, "GET", "/x/1", "", STR("")));
    struct http_answer got = {0};
    assert_true(http_client_take(&one, true, &got));
    http_answer_deinit(&got);
    assert_true(tcp_client_open(&two, live.port));
    assert_false(http_client_take(&two, true, &got));
    http_answer_deinit(&got);
    assert_int_equal(sails_app_refused(live.app, &refused), 0);
    assert_int_equal(refused.connections, 1);
    tcp_client_close(&two);
    tcp_client_close(&one);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_survives_null),
        cmocka_unit_test(what_is_wrong_is_refused_and_said),
        cmocka_unit_test(an_app_can_go_at_each_stage),
        cmocka_unit_test(an_app_is_lifted_once_and_defined_before_that),
        cmocka_unit_test(the_program_is_told_where_its_app_listens),
        cmocka_unit_test(nobody_is_told_of_a_lift_that_fails),
        cmocka_unit_test(the_line_says_which_addresses_are_listened_on),
        cmocka_unit_test(a_port_in_use_is_told_with_its_address),
        cmocka_unit_test(a_lift_that_fails_leaves_nothing_behind),
        cmocka_unit_test(two_apps_live_in_one_process),
        cmocka_unit_test(lowering_closes_a_websocket_without_disconnecting_it),
        cmocka_unit_test(lowering_answers_a_pending_poll_with_a_close_packet),
        cmocka_unit_test(lowering_lets_what_is_being_answered_be_answered),
        cmocka_unit_test(an_answer_that_comes_after_the_app_was_lowered_is_dropped),
        cmocka_unit_test(an_action_may_stop_the_app),
        cmocka_unit_test(the_program_is_called_once_before_the_app_is_lowered),
        cmocka_unit_test(an_app_lives_on_the_program_s_own_loop),
        cmocka_unit_test(a_lift_on_a_loop_that_fails_leaves_the_loop_free),
        cmocka_unit_test(lines_within_the_level_are_written),
        cmocka_unit_test(an_address_has_a_limit_of_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
