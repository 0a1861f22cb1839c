#include "support/live_app.h"

/*
 * Connection state recovery from end to end, with the frames of protocol 5 (socket-io 14).
 */

struct recovery {
    struct live live;
    struct told gone; /* a socket has disconnected */
};

static void keep(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    if (!sails_io_socket_is_recovered(socket)) {
        must(sails_io_socket_join(socket, "kitchen") == 0);
        must(sails_io_socket_set_data(socket, json_string("mine")) == 0);
    }
}

static void tell_gone(sails_io_socket *socket, const char *reason, void *ctx)
{
    struct recovery *r = ctx;

    (void)socket;
    (void)reason;
    tell(0, &r->gone);
}

static void ask_middleware(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    (void)ctx;
    if (json_is_true(json_object_get(sails_io_socket_auth(socket), "refuse"))) {
        sails_io_next_refuse(next, "asked again", NULL);
    } else {
        sails_io_next_accept(next);
    }
}

static void on_state(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, json_pack("[b, b, O?]", sails_io_socket_is_recovered(socket),
                                        sails_io_socket_is_in(socket, "kitchen"),
                                        sails_io_socket_data(socket)));
}

static void on_leave_me(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
    sails_io_socket_disconnect(socket, false);
}

static void on_tell_me(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
    must(sails_io_socket_emit(socket, "to you", json_integer(1), 0) == 0);
    must(sails_io_socket_emit(socket, "to you, volatile", NULL, SAILS_IO_VOLATILE) == 0);
}

static void recovery_init_app(struct recovery *r, int workers)
{
    told_init(&r->gone);
    live_init(&r->live, workers);
    assert_int_equal(sails_app_set(r->live.app, "sockets.connectionStateRecovery", json_true()), 0);
    assert_int_equal(sails_io_use(r->live.root, ask_middleware, r), 0);
    assert_int_equal(sails_io_on_connection(r->live.root, keep, r), 0);
    assert_int_equal(sails_io_on_disconnect(r->live.root, tell_gone, r), 0);
    assert_int_equal(sails_io_on(r->live.root, "state", on_state, r), 0);
    assert_int_equal(sails_io_on(r->live.root, "leave me", on_leave_me, r), 0);
    assert_int_equal(sails_io_on(r->live.root, "tell me", on_tell_me, r), 0);
}

/* Text behind `name` in the last frame, up to the next quotation mark. */
static void copy_from_frame(const struct ws_client *client, const char *name, char out[64])
{
    const char *found = strstr(client->frame.ptr, name);

    assert_non_null(found);
    found += strlen(name);
    snprintf(out, 64, "%.*s", (int)strcspn(found, "\""), found);
}

static void take_event(struct ws_client *client, const char *start, char offset[64])
{
    ws_client_expect_start(client, start);
    copy_from_frame(client, start, offset);
    assert_true(strlen(offset) >= 7 && strlen(offset) < 24);
}

static void connect_with_pid(struct ws_client *client, unsigned port, char pid[64])
{
    assert_true(ws_client_open(client, port, 5, "", ""));
    assert_true(ws_client_join(client, "/", ""));
    copy_from_frame(client, "\"pid\":\"", pid);
    assert_int_equal(strlen(pid), 20);
    assert_string_not_equal(pid, client->id);
}

static void come_back(struct ws_client *client, unsigned port, const char *pid, const char *offset)
{
    char auth[256];

    assert_true(ws_client_open(client, port, 5, "", ""));
    snprintf(auth, sizeof(auth), "40{\"pid\":\"%s\",\"offset\":\"%s\",\"refuse\":true}", pid,
             offset);
    assert_true(ws_client_send(client, auth));
}

/* Meanwhile: for everybody, for its room, not for it. */
static void emit_meanwhile(struct recovery *r, const char *id)
{
    struct sails_io_target kitchen = {.to = SAILS_ROOMS("kitchen")};
    struct sails_io_target hall = {.to = SAILS_ROOMS("hall")};
    struct sails_io_target not_it = {.except = SAILS_ROOMS(id)};
    struct sails_io_target dropped = {.flags = SAILS_IO_VOLATILE};

    assert_int_equal(sails_io_emit(r->live.root, NULL, "m", json_integer(1)), 0);
    assert_int_equal(sails_io_emit(r->live.root, &hall, "m", json_integer(2)), 0);
    assert_int_equal(sails_io_emit(r->live.root, &dropped, "m", json_integer(3)), 0);
    assert_int_equal(sails_io_emit(r->live.root, &not_it, "m", json_integer(4)), 0);
    assert_int_equal(sails_io_emit(r->live.root, &kitchen, "m", json_integer(5)), 0);
    assert_int_equal(sails_io_emit(r->live.root, &(struct sails_io_target){.to = SAILS_ROOMS(id)},
                                   "m", json_integer(6)),
                     0);
    assert_int_equal(
        sails_io_emit(r->live.root, NULL, "m", json_pack("[o]", sails_binary("\1\2", 2))), 0);
}

/* socket-io 31 */
static void who_comes_back_gets_what_it_missed_and_then_its_old_id(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct recovery r;
        struct ws_client client, again, third;
        char pid[64], offset[64], last[64], want[256];

        recovery_init_app(&r, workers);
        live_lift(&r.live);
        connect_with_pid(&client, r.live.port, pid);
        ws_client_expect_answer(&client, "420[\"state\"]", "430[false,true,\"mine\"]");
        assert_int_equal(sails_io_emit(r.live.root, NULL, "seen", NULL), 0);
        take_event(&client, "42[\"seen\",\"", offset);
        ws_client_close(&client);
        told_wait(&r.gone);
        emit_meanwhile(&r, client.id);

        come_back(&again, r.live.port, pid, offset);
        take_event(&again, "42[\"m\",1,\"", last);
        take_event(&again, "42[\"m\",5,\"", last);
        take_event(&again, "42[\"m\",6,\"", last);
        take_event(&again, "451-[\"m\",{\"_placeholder\":true,\"num\":0},\"", last);
        ws_client_expect_binary(&again, "\1\2", 2);
        snprintf(want, sizeof(want), "40{\"sid\":\"%s\",\"pid\":\"%s\"}", client.id, pid);
        ws_client_expect(&again, want);
        ws_client_expect_answer(&again, "420[\"state\"]", "430[true,true,\"mine\"]");

        /* It is a socket like any other: reached by its id, and by its room, on its new worker. */
        assert_int_equal(sails_io_emit(r.live.root,
                                       &(struct sails_io_target){.to = SAILS_ROOMS(client.id)},
                                       "now", NULL),
                         0);
        take_event(&again, "42[\"now\",\"", last);

        /* The session can be resumed once only. */
        come_back(&third, r.live.port, pid, offset);
        ws_client_expect(&third, "44{\"message\":\"asked again\"}");
        ws_client_close(&third);
        ws_client_close(&again);
        told_wait(&r.gone);

        /* And again, from the last offset on. */
        come_back(&third, r.live.port, pid, last);
        ws_client_expect(&third, want);
        ws_client_close(&third);
        live_end(&r.live);
    }
}

/* socket-io 31: what was sent again may be lost again. */
static void who_loses_what_it_missed_gets_it_once_more(void **state)
{
    static const char *const first = "42[\"m\",1,\"", *const second = "42[\"m\",2,\"";
    struct recovery r;
    struct ws_client client, again;
    char pid[64], offset[64], offsets[2][64], want[256];

    (void)state;
    recovery_init_app(&r, 1);
    live_lift(&r.live);
    connect_with_pid(&client, r.live.port, pid);
    snprintf(want, sizeof(want), "40{\"sid\":\"%s\",\"pid\":\"%s\"}", client.id, pid);
    assert_int_equal(sails_io_emit(r.live.root, NULL, "seen", NULL), 0);
    take_event(&client, "42[\"seen\",\"", offset);
    ws_client_close(&client);
    told_wait(&r.gone);
    assert_int_equal(sails_io_emit(r.live.root, NULL, "m", json_integer(1)), 0);
    assert_int_equal(sails_io_emit(r.live.root, NULL, "m", json_integer(2)), 0);

    /* Twice as if nothing had come; then as if the first had, and both. */
    for (int n_heard = -1; n_heard <= 2; n_heard++) {
        come_back(&again, r.live.port, pid, n_heard > 0 ? offsets[n_heard - 1] : offset);
        if (n_heard < 1) {
            take_event(&again, first, offsets[0]);
        }
        if (n_heard < 2) {
            take_event(&again, second, offsets[1]);
        }
        ws_client_expect(&again, want);
        ws_client_close(&again);
        told_wait(&r.gone);
    }
    live_end(&r.live);
}

/* socket-io 31 */
static void only_lasting_events_without_acks_have_an_offset(void **state)
{
    struct recovery r;
    struct ws_client client;
    char pid[64], offset[64], next[64];

    (void)state;
    recovery_init_app(&r, 1);
    live_lift(&r.live);
    connect_with_pid(&client, r.live.port, pid);
    assert_true(ws_client_send(&client, "42[\"tell me\"]"));
    take_event(&client, "42[\"to you\",1,\"", offset);
    /* The volatile one behind it was dropped, or has no offset. */
    assert_int_equal(sails_io_emit(r.live.root,
                                   &(struct sails_io_target){.flags = SAILS_IO_VOLATILE}, "v",
                                   json_integer(1)),
                     0);
    assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_TEXT);
    if (strstr(client.frame.ptr, "to you, volatile") != NULL) {
        assert_string_equal(client.frame.ptr, "42[\"to you, volatile\",null]");
        ws_client_expect(&client, "42[\"v\",1]");
    } else {
        assert_string_equal(client.frame.ptr, "42[\"v\",1]");
    }
    /* Offsets grow, within a millisecond as well. */
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sails_io_emit(r.live.root, NULL, "e", NULL), 0);
        take_event(&client, "42[\"e\",\"", next);
        assert_string_not_equal(next, offset);
        snprintf(offset, sizeof(offset), "%s", next);
    }
    ws_client_close(&client);
    live_end(&r.live);
}

/* Clients take a text at the end of an event, or its name, for the offset that they come back with. */
static void a_volatile_event_cannot_be_taken_for_an_offset(void **state)
{
    static const struct {
        const char *args; /* JSON; NULL: none */
        const char *heard;
    } cases[] = {
        {NULL, "42[\"v\",null]"},
        {"[\"text\"]", "42[\"v\",\"text\",null]"},
        {"[1,\"\"]", "42[\"v\",1,\"\",null]"},
        {"[\"text\",1]", "42[\"v\",\"text\",1]"},
        {"[[\"text\"]]", "42[\"v\",[\"text\"]]"},
        {"[null]", "42[\"v\",null]"},
    };
    struct recovery r;
    struct ws_client client, again;
    char pid[64], offset[64], last[64];

    (void)state;
    recovery_init_app(&r, 1);
    live_lift(&r.live);
    connect_with_pid(&client, r.live.port, pid);
    assert_int_equal(sails_io_emit(r.live.root, NULL, "seen", NULL), 0);
    take_event(&client, "42[\"seen\",\"", offset);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sails_io_target dropped = {.flags = SAILS_IO_VOLATILE};
        json_t *args = cases[i].args != NULL ? json_loads(cases[i].args, 0, NULL) : NULL;

        assert_int_equal(sails_io_emit(r.live.root, &dropped, "v", args), 0);
        ws_client_expect(&client, cases[i].heard);
    }
    ws_client_close(&client);
    told_wait(&r.gone);
    assert_int_equal(sails_io_emit(r.live.root, NULL, "missed", NULL), 0);
    come_back(&again, r.live.port, pid, offset);
    take_event(&again, "42[\"missed\",\"", last);
    ws_client_close(&again);
    live_end(&r.live);
}

/* socket-io 32 */
static void who_has_left_or_broke_the_rules_does_not_come_back(void **state)
{
    static const char *const endings[] = {"41", "42[\"leave me\"]", "9"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct recovery r;
        struct ws_client client, again;
        char pid[64], offset[64];

        recovery_init_app(&r, 1);
        live_lift(&r.live);
        connect_with_pid(&client, r.live.port, pid);
        assert_int_equal(sails_io_emit(r.live.root, NULL, "seen", NULL), 0);
        take_event(&client, "42[\"seen\",\"", offset);
        assert_true(ws_client_send(&client, endings[i]));
        told_wait(&r.gone);
        ws_client_close(&client);
        come_back(&again, r.live.port, pid, offset);
        ws_client_expect(&again, "44{\"message\":\"asked again\"}");
        ws_client_close(&again);
        live_end(&r.live);
    }
}

/* socket-io 31 */
static void what_is_not_known_is_a_normal_connection(void **state)
{
    static const struct {
        const char *before, *behind; /* the pid */
    } auths[] = {
        {"{\"pid\":\"", "\",\"offset\":\"unknown\"}"},
        {"{\"pid\":\"", "\"}"},
        {"{\"pid\":5,\"offset\":\"", "\"}"},
        {"{\"pid\":[\"", "\"],\"offset\":{}}"},
        {"{\"offset\":\"", "\"}"},
    };
    struct recovery r;
    struct ws_client client;
    char pid[64];

    (void)state;
    recovery_init_app(&r, 1);
    live_lift(&r.live);
    connect_with_pid(&client, r.live.port, pid);
    ws_client_close(&client);
    told_wait(&r.gone);
    for (size_t i = 0; i < ARRAY_LEN(auths); i++) {
        struct ws_client again;
        char auth[128], new_pid[64];

        snprintf(auth, sizeof(auth), "%s%s%s", auths[i].before, pid, auths[i].behind);
        assert_true(ws_client_open(&again, r.live.port, 5, "", ""));
        assert_true(ws_client_join(&again, "/", auth));
        copy_from_frame(&again, "\"pid\":\"", new_pid);
        assert_string_not_equal(new_pid, pid);
        assert_string_not_equal(again.id, client.id);
        ws_client_expect_answer(&again, "420[\"state\"]", "430[false,true,\"mine\"]");
        ws_client_close(&again);
        told_wait(&r.gone);
    }
    live_end(&r.live);
}

static void a_client_of_protocol_4_cannot_take_up_a_session(void **state)
{
    struct recovery r;
    struct ws_client client, again;
    char pid[64], offset[64], text[256];

    (void)state;
    recovery_init_app(&r, 1);
    assert_int_equal(sails_io_on_connection(sails_io_of(r.live.io, "/other"), keep, &r), 0);
    assert_int_equal(sails_io_on_disconnect(sails_io_of(r.live.io, "/other"), tell_gone, &r), 0);
    live_lift(&r.live);
    assert_true(ws_client_open(&client, r.live.port, 5, "", ""));
    assert_true(ws_client_join(&client, "/other", ""));
    copy_from_frame(&client, "\"pid\":\"", pid);
    assert_int_equal(sails_io_emit(sails_io_of(r.live.io, "/other"), NULL, "seen", NULL), 0);
    take_event(&client, "42/other,[\"seen\",\"", offset);
    ws_client_close(&client);
    told_wait(&r.gone);

    ws_client_expect_in(&again, r.live.port, 4);
    snprintf(text, sizeof(text), "40/other?pid=%s&offset=%s,", pid, offset);
    ws_client_expect_answer(&again, text, "40/other,");
    ws_client_close(&again);
    live_end(&r.live);
}

static void middlewares_are_asked_again_where_that_is_configured(void **state)
{
    struct recovery r;
    struct ws_client client, again;
    char pid[64], offset[64], text[256];

    (void)state;
    recovery_init_app(&r, 1);
    assert_int_equal(sails_app_set(r.live.app, "sockets.skipMiddlewares", json_false()), 0);
    live_lift(&r.live);
    connect_with_pid(&client, r.live.port, pid);
    assert_int_equal(sails_io_emit(r.live.root, NULL, "seen", NULL), 0);
    take_event(&client, "42[\"seen\",\"", offset);
    ws_client_close(&client);
    told_wait(&r.gone);
    come_back(&again, r.live.port, pid, offset);
    ws_client_expect(&again, "44{\"message\":\"asked again\"}");
    snprintf(text, sizeof(text), "40{\"pid\":\"%s\",\"offset\":\"%s\"}", pid, offset);
    assert_true(ws_client_send(&again, text));
    snprintf(text, sizeof(text), "40{\"sid\":\"%s\",\"pid\":\"%s\"}", client.id, pid);
    ws_client_expect(&again, text);
    ws_client_expect_answer(&again, "420[\"state\"]", "430[true,true,\"mine\"]");
    ws_client_close(&again);
    live_end(&r.live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_back_gets_what_it_missed_and_then_its_old_id),
        cmocka_unit_test(who_loses_what_it_missed_gets_it_once_more),
        cmocka_unit_test(only_lasting_events_without_acks_have_an_offset),
        cmocka_unit_test(who_has_left_or_broke_the_rules_does_not_come_back),
        cmocka_unit_test(what_is_not_known_is_a_normal_connection),
        cmocka_unit_test(a_client_of_protocol_4_cannot_take_up_a_session),
        cmocka_unit_test(middlewares_are_asked_again_where_that_is_configured),
        cmocka_unit_test(a_volatile_event_cannot_be_taken_for_an_offset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
