#include "http_fixture.h"

/*
 * A body that is paused: the test's service pauses with every piece, and the test lets it go on.
 */

struct world {
    struct sim sim;
    struct http_limits limits;
    struct http_service service;
    struct sim_link *link;
    struct http_exchange *x;
    struct buf log;
    bool pauses;
    bool goes_on_at_once;
    size_t answer_after; /* pieces; 0: with the end */
    size_t n_pieces;
};

static void on_piece(struct http_exchange *x, struct bytes piece)
{
    struct world *w = http_user(x);

    buf_printf(&w->log, "%.*s,", (int)piece.len, (const char *)piece.ptr);
    w->n_pieces++;
    http_pause(x, w->pauses);
    if (w->goes_on_at_once) {
        http_pause(x, false);
    }
    if (w->n_pieces == w->answer_after) {
        w->x = NULL;
        http_respond(x, 403, (struct bytes){NULL, 0});
    }
}

static void on_end(struct http_exchange *x)
{
    struct world *w = http_user(x);

    buf_append_str(&w->log, STR("end "));
    w->x = NULL;
    http_pause(x, true); /* nothing is left to pause */
    http_respond(x, 200, (struct bytes){NULL, 0});
}

static void on_abort(struct http_exchange *x, int err)
{
    struct world *w = http_user(x);

    buf_printf(&w->log, "abort(%s) ", sails_err_name(err));
    w->x = NULL;
    http_pause(x, true);
}

static const struct http_exchange_events events = {
    .on_body = on_piece, .on_body_end = on_end, .on_abort = on_abort};

static void on_request(void *ctx, struct http_exchange *x)
{
    struct world *w = ctx;

    w->x = x;
    w->n_pieces = 0;
    http_accept(x, &events, w, 1000 * 1000);
}

static void world_init(struct world *w)
{
    *w = (struct world){.limits = http_default_limits, .pauses = true};
    sim_init(&w->sim, 1);
    w->service = (struct http_service){
        .env = &w->sim.env, .limits = &w->limits, .on_request = on_request, .ctx = w};
    http_service_init(&w->service);
    w->link = sim_connect(&w->sim);
    assert_int_equal(http_conn_open(&w->service, &w->link->link), 0);
}

static void world_deinit(struct world *w)
{
    sim_deinit(&w->sim);
    http_service_deinit(&w->service);
    buf_deinit(&w->log);
}

static const char *log_of(struct world *w)
{
    buf_append_char(&w->log, '\0');
    w->log.len = 0;
    return w->log.ptr;
}

static void go_on(struct world *w)
{
    http_pause(w->x, false);
    sim_run(&w->sim);
}

#define HEAD "POST / HTTP/1.1\r\nHost: h\r\n"

static void a_paused_body_waits_to_go_on(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sim_feed_text(w.link, HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    sim_run(&w.sim);
    assert_true(w.link->paused);
    assert_string_equal(log_of(&w), "a,");
    http_pause(w.x, false);
    assert_string_equal(log_of(&w), ""); /* on a later turn */
    sim_run(&w.sim);
    assert_string_equal(log_of(&w), "b,");
    assert_true(w.link->paused);
    go_on(&w);
    assert_string_equal(log_of(&w), "end ");
    assert_false(w.link->paused);
    assert_int_equal(status_in(sim_take_text(w.link)), 200);
    world_deinit(&w);
}

/* The end, too, waits, where the last piece has paused. */
static void the_end_of_a_body_waits_as_well(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sim_feed_text(w.link, HEAD "Content-Length: 3\r\n\r\nabc" HEAD "Content-Length: 1\r\n\r\nd");
    sim_run(&w.sim);
    assert_string_equal(log_of(&w), "abc,");
    http_pause(w.x, false);
    http_pause(w.x, true); /* changed its mind */
    sim_run(&w.sim);
    assert_string_equal(log_of(&w), "");
    go_on(&w);
    assert_string_equal(log_of(&w), "end d,"); /* pipelined */
    go_on(&w);
    assert_string_equal(log_of(&w), "end ");
    assert_int_equal(count_of(sim_take_text(w.link), "HTTP/1.1 200"), 2);
    world_deinit(&w);
}

static void who_goes_on_at_once_misses_nothing(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    w.goes_on_at_once = true;
    sim_feed_text(w.link, HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    for (int i = 0; i < 4; i++) {
        sim_run(&w.sim);
    }
    assert_string_equal(log_of(&w), "a,b,end ");
    world_deinit(&w);
}

static void a_paused_body_has_no_time_limit(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sim_feed_text(w.link, HEAD "Content-Length: 3\r\n\r\na");
    sim_advance(&w.sim, 1000 * 1000);
    assert_string_equal(log_of(&w), "a,");
    go_on(&w);
    sim_advance(&w.sim, w.limits.body_timeout_ms);
    assert_string_equal(log_of(&w), "abort(SAILS_ETIMEOUT) ");
    assert_int_equal(status_in(sim_take_text(w.link)), 408);
    world_deinit(&w);
}

/* The server's pauses are not the client's fault. */
static void a_pause_takes_nothing_from_the_total_time(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sim_feed_text(w.link, HEAD "Content-Length: 3\r\n\r\na");
    sim_advance(&w.sim, w.limits.body_total_ms + 1000);
    go_on(&w);
    sim_feed_text(w.link, "b");
    sim_advance(&w.sim, w.limits.body_total_ms + 1000);
    assert_string_equal(log_of(&w), "a,b,");
    go_on(&w);
    sim_feed_text(w.link, "c");
    go_on(&w);
    assert_string_equal(log_of(&w), "c,end ");
    world_deinit(&w);
}

static void an_answer_ends_the_pause(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    w.answer_after = 1;
    sim_feed_text(w.link, HEAD "Content-Length: 3\r\n\r\na");
    sim_run(&w.sim);
    sim_feed_text(w.link, "bc");
    sim_run(&w.sim);
    assert_string_equal(log_of(&w), "a,");
    assert_int_equal(status_in(sim_take_text(w.link)), 403);
    w.answer_after = 0;
    w.pauses = false;
    sim_feed_text(w.link, HEAD "Content-Length: 1\r\n\r\nd");
    sim_run(&w.sim);
    assert_string_equal(log_of(&w), "d,end "); /* the connection has stayed */
    world_deinit(&w);
}

static void a_late_answer_to_a_big_body_closes(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sim_feed_text(w.link, HEAD "Content-Length: 1000000\r\n\r\na");
    sim_run(&w.sim);
    http_respond(w.x, 403, (struct bytes){NULL, 0});
    sim_run(&w.sim);
    assert_int_equal(count_of(sim_take_text(w.link), "Connection: close"), 1);
    assert_true(w.link->closed);
    world_deinit(&w);
}

static void the_end_of_a_connection_ends_the_pause(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sim_feed_text(w.link, HEAD "Content-Length: 3\r\n\r\na");
    sim_run(&w.sim);
    http_pause(w.x, false);
    sim_break(w.link, -104);
    sim_run(&w.sim);
    assert_string_equal(log_of(&w), "a,abort(SAILS_ECLOSED) ");
    world_deinit(&w);
}

static void what_is_held_meanwhile_needs_memory(void **state)
{
    struct world w;

    (void)state;
    world_init(&w);
    sim_feed_text(w.link, HEAD "Content-Length: 3\r\n\r\n");
    buf_reserve(&w.log, 100);
    mem_fail_after(0);
    sim_feed_text(w.link, "abc" HEAD);
    mem_fail_after(-1);
    sim_run(&w.sim);
    assert_string_equal(log_of(&w), "abc,abort(SAILS_ECLOSED) ");
    world_deinit(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paused_body_waits_to_go_on),
        cmocka_unit_test(the_end_of_a_body_waits_as_well),
        cmocka_unit_test(who_goes_on_at_once_misses_nothing),
        cmocka_unit_test(a_paused_body_has_no_time_limit),
        cmocka_unit_test(a_pause_takes_nothing_from_the_total_time),
        cmocka_unit_test(an_answer_ends_the_pause),
        cmocka_unit_test(a_late_answer_to_a_big_body_closes),
        cmocka_unit_test(the_end_of_a_connection_ends_the_pause),
        cmocka_unit_test(what_is_held_meanwhile_needs_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
