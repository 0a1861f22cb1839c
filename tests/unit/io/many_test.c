#include "support/live_world.h"

/*
 * Emitting to many, and the operations on many: whom they reach, over one worker and over four.
 */

/* ---- targets ---- */

static const struct target_case {
    const char *const *to, *const *except;
    unsigned want; /* bit i: client i */
} target_cases[] = {
    {NULL, NULL, 0x3f},
    {(const char *const[]){"a", NULL}, NULL, 0x07},
    {(const char *const[]){"a", "b", NULL}, NULL, 0x1f},
    {(const char *const[]){"b", "a", "b", NULL}, NULL, 0x1f},
    {(const char *const[]){"a", "b", NULL}, (const char *const[]){"b", NULL}, 0x03},
    {NULL, (const char *const[]){"a", NULL}, 0x38},
    {NULL, (const char *const[]){"a", "b", NULL}, 0x20},
    {(const char *const[]){"a", NULL}, (const char *const[]){"a", NULL}, 0},
    {(const char *const[]){"no such room", NULL}, NULL, 0},
    {(const char *const[]){"a", NULL}, (const char *const[]){"no such room", NULL}, 0x07},
    {(const char *const[]){NULL}, NULL, 0}, /* an empty list is nobody */
    {NULL, (const char *const[]){NULL}, 0x3f},
};

static void emit_case(struct world *world)
{
    const struct target_case *c = &target_cases[world->at_case];
    struct sails_io_target target = {.to = c->to, .except = c->except};

    /* To the caller of the API as well, who is in no room: it reads nothing. */
    must(sails_io_emit(world->live.root, c->to == NULL && c->except == NULL ? NULL : &target, "e",
                       json_integer((json_int_t)world->at_case)) == 0);
    target.flags = SAILS_IO_LOCAL | SAILS_IO_NO_COMPRESS;
    must(sails_io_emit(world->live.root, &target, "local", NULL) == 0);
}

static void call_with_targets(struct world *world)
{
    world_join(world, 0, 2, "a");
    world_join(world, 2, 4, "b");
    for (world->at_case = 0; world->at_case < ARRAY_LEN(target_cases); world->at_case++) {
        char want[32];

        snprintf(want, sizeof(want), "42[\"e\",%zu]", world->at_case);
        world_call(world, emit_case);
        for (size_t i = 0; i < N_CLIENTS; i++) {
            if ((target_cases[world->at_case].want & 1u << i) != 0) {
                ws_client_expect(&world->clients[i], want);
                ws_client_expect(&world->clients[i], "42[\"local\"]");
            }
            live_expect_nothing(&world->clients[i]);
        }
    }
}

/* socket-io 26, 39 */
IN_EVERY_WAY(an_emit_reaches_whom_it_names_once, call_with_targets)

static void emit_binary(struct world *world)
{
    must(sails_io_emit(world->live.root, NULL, "b",
                       json_pack("[o, i]", sails_binary("\0\1\2", 3), 5)) == 0);
}

static void call_binary(struct world *world)
{
    world_call(world, emit_binary);
    for (size_t i = 0; i < N_CLIENTS; i++) { /* those of protocol 4 get the type byte, too */
        ws_client_expect(&world->clients[i], "451-[\"b\",{\"_placeholder\":true,\"num\":0},5]");
        ws_client_expect_binary(&world->clients[i], "\0\1\2", 3);
    }
}

/* socket-io 39 */
IN_EVERY_WAY(both_protocols_get_the_same_binary_broadcast, call_binary)

static void emit_by_id(struct world *world)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        must(sails_io_emit(world->live.root,
                           &(struct sails_io_target){.to = SAILS_ROOMS(world->clients[i].id)}, "to",
                           json_integer((json_int_t)i)) == 0);
    }
    must(sails_io_emit(world->live.root,
                       &(struct sails_io_target){.except = SAILS_ROOMS(world->clients[0].id)},
                       "rest", NULL) == 0);
}

static void call_by_id(struct world *world)
{
    world_call(world, emit_by_id);
    for (size_t i = 0; i < N_CLIENTS; i++) {
        char want[32];

        snprintf(want, sizeof(want), "42[\"to\",%zu]", i);
        ws_client_expect(&world->clients[i], want);
        if (i > 0) {
            ws_client_expect(&world->clients[i], "42[\"rest\"]");
        }
        live_expect_nothing(&world->clients[i]);
    }
}

IN_EVERY_WAY(a_socket_is_addressed_by_its_id, call_by_id)

static void on_tell_others(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    must(sails_io_socket_broadcast(socket, NULL, "others", NULL) == 0);
    must(sails_io_socket_broadcast(
             socket, &(struct sails_io_target){.to = SAILS_ROOMS(sails_io_socket_id(socket))},
             "nobody", NULL) == 0);
    sails_io_event_ack(event, NULL);
}

/* socket-io 26 */
static void a_socket_s_broadcast_leaves_itself_out(void **state)
{
    struct world *world = mem_alloc(sizeof(*world));

    (void)state;
    world_init(world, ways[2]);
    assert_int_equal(sails_io_on(world->live.root, "tell others", on_tell_others, world), 0);
    world_lift(world);
    ws_client_expect_answer(&world->clients[0], "421[\"tell others\"]", "431[]");
    for (size_t i = 1; i < N_CLIENTS; i++) {
        ws_client_expect(&world->clients[i], "42[\"others\"]");
        live_expect_nothing(&world->clients[i]);
    }
    live_expect_nothing(&world->clients[0]);
    world_end(world);
    mem_free(world);
}

static void on_volatile(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
    must(sails_io_socket_emit(socket, "v", json_integer(1), SAILS_IO_VOLATILE) == 0);
    must(sails_io_socket_emit(socket, "v", json_integer(2), SAILS_IO_VOLATILE) == 0);
    must(sails_io_socket_emit(socket, "end", NULL, 0) == 0);
}

/* socket-io 27 */
static void a_second_volatile_event_of_one_turn_is_dropped(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_io_on(live.root, "volatile", on_volatile, NULL), 0);
    live_lift(&live);
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_answer(&client, "42[\"volatile\"]", "42[\"v\",1]");
    ws_client_expect(&client, "42[\"end\"]");
    ws_client_close(&client);
    live_end(&live);
}

/* ---- asking many ---- */

static void on_answers(int status, json_t *answers, void *ctx)
{
    struct gathered *g = ctx;

    json_decref(g->answers);
    g->answers = json_deep_copy(answers);
    tell(status, &g->told);
}

static void ask_room(struct world *world)
{
    must(sails_io_emit_with_ack(world->live.root, &(struct sails_io_target){.to = SAILS_ROOMS("a")},
                                "q", json_null(), 60000, on_answers, &world->gathered) == 0);
}

static void ask_room_briefly(struct world *world)
{
    must(sails_io_emit_with_ack(world->live.root, &(struct sails_io_target){.to = SAILS_ROOMS("a")},
                                "q", json_null(), 100, on_answers, &world->gathered) == 0);
}

static void ask_nobody(struct world *world)
{
    must(sails_io_emit_with_ack(world->live.root, &(struct sails_io_target){.to = SAILS_ROOMS("x")},
                                "q", NULL, 60000, on_answers, &world->gathered) == 0);
}

/* The ack id of the question that is next; its digits. */
static void take_question(struct ws_client *client, char id[16])
{
    ws_client_expect_start(client, "42");
    snprintf(id, 16, "%.*s", (int)strcspn(client->frame.ptr + 2, "["), client->frame.ptr + 2);
    assert_string_equal(client->frame.ptr + 2 + strlen(id), "[\"q\",null]");
}

static void answer_question(struct ws_client *client, const char *args)
{
    char id[16], text[64];

    take_question(client, id);
    snprintf(text, sizeof(text), "43%s%s", id, args);
    assert_true(ws_client_send(client, text));
}

static void call_and_answer(struct world *world)
{
    told_init(&world->gathered.told);
    world_join(world, 0, 2, "a");

    world_call(world, ask_nobody);
    assert_int_equal(told_status(&world->gathered.told), 0);
    assert_int_equal(json_array_size(world->gathered.answers), 0);

    world_call(world, ask_room);
    for (size_t i = 0; i < 3; i++) {
        char first[16];

        snprintf(first, sizeof(first), i == 2 ? "[]" : "[%zu,\"more\"]", i);
        assert_int_equal(atomic_load(&world->gathered.told.count), 1);
        answer_question(&world->clients[i], first);
    }
    assert_int_equal(told_status(&world->gathered.told), 0);
    assert_int_equal(json_array_size(world->gathered.answers), 3);
    for (size_t i = 0, n_null = 0; i < 3; i++) { /* each one's first argument, or null */
        n_null += json_is_null(json_array_get(world->gathered.answers, i)) ? 1 : 0;
        assert_true(i < 2 || n_null == 1);
    }

    world_call(world, ask_room_briefly);
    answer_question(&world->clients[1], "[\"alone\"]");
    assert_int_equal(told_status(&world->gathered.told), SAILS_ETIMEOUT);
    assert_int_equal(json_array_size(world->gathered.answers), 1);
    assert_string_equal(json_string_value(json_array_get(world->gathered.answers, 0)), "alone");
    answer_question(&world->clients[0], "[\"too late\"]");
    live_expect_nothing(&world->clients[0]);

    /* Who leaves will not answer: nobody waits for it any longer. */
    ws_client_expect_start(&world->clients[2], "42");
    world_call(world, ask_room);
    answer_question(&world->clients[0], "[0]");
    answer_question(&world->clients[1], "[1]");
    assert_int_equal(atomic_load(&world->gathered.told.count), 3);
    ws_client_close(&world->clients[2]);
    assert_int_equal(told_status(&world->gathered.told), SAILS_ETIMEOUT);
    assert_int_equal(json_array_size(world->gathered.answers), 2);
    json_decref(world->gathered.answers);
    world->gathered.answers = NULL;
}

/* socket-io 28 */
IN_EVERY_WAY(the_answers_of_many_are_gathered_or_told_as_far_as_they_came, call_and_answer)

/* ---- operations on many ---- */

static void join_many(struct world *world)
{
    must(sails_io_sockets_join(world->live.root, &(struct sails_io_target){.to = SAILS_ROOMS("a")},
                               SAILS_ROOMS("b", "c"), on_done, world) == 0);
}

static void leave_many(struct world *world)
{
    must(sails_io_sockets_leave(
             world->live.root,
             &(struct sails_io_target){.to = SAILS_ROOMS("b"),
                                       .except = SAILS_ROOMS(world->clients[1].id)},
             SAILS_ROOMS("b", "never"), on_done, world) == 0);
}

static void disconnect_many(struct world *world)
{
    must(sails_io_disconnect_sockets(world->live.root,
                                     &(struct sails_io_target){.to = SAILS_ROOMS("c")}, false,
                                     on_done, world) == 0);
}

static void close_many(struct world *world)
{
    must(sails_io_disconnect_sockets(
             world->live.root,
             &(struct sails_io_target){.to =
                                           SAILS_ROOMS(world->clients[3].id, world->clients[4].id)},
             true, on_done, world) == 0);
}

static void call_operations(struct world *world)
{
    world_join(world, 0, 2, "a");
    world_call(world, join_many);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, "b", 0x07);
    world_expect_members(world, "c", 0x07);
    world_call(world, leave_many);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, "b", 0x02);
    world_call(world, disconnect_many);
    assert_int_equal(told_status(&world->done), 0);
    for (size_t i = 0; i < 3; i++) {
        ws_client_expect(&world->clients[i], "41");
    }
    world_call(world, close_many);
    assert_int_equal(told_status(&world->done), 0);
    for (size_t i = 3; i < 5; i++) {
        ws_client_expect(&world->clients[i], "41");
        ws_client_expect_close(&world->clients[i]);
    }
    live_expect_nothing(&world->clients[5]);
}

IN_EVERY_WAY(many_join_leave_and_go_together, call_operations)

/* ---- fetching ---- */

static void on_sockets(int status, json_t *sockets, void *ctx)
{
    on_answers(status, sockets, ctx);
}

static void fetch_all(struct world *world)
{
    must(sails_io_fetch_sockets(world->live.root, NULL, on_sockets, &world->gathered) == 0);
}

static void fetch_room(struct world *world)
{
    must(sails_io_fetch_sockets(world->live.root, &(struct sails_io_target){.to = SAILS_ROOMS("a")},
                                on_sockets, &world->gathered) == 0);
}

static void call_fetch(struct world *world)
{
    told_init(&world->gathered.told);
    world_join(world, 1, 3, "a");
    world_call(world, fetch_all);
    assert_int_equal(told_status(&world->gathered.told), 0);
    assert_int_equal(json_array_size(world->gathered.answers), N_CLIENTS + 1);
    world_call(world, fetch_room);
    assert_int_equal(told_status(&world->gathered.told), 0);
    assert_int_equal(json_array_size(world->gathered.answers), 3);
    for (size_t i = 0; i < 3; i++) {
        json_t *one = json_array_get(world->gathered.answers, i);
        json_t *rooms = json_object_get(one, "rooms");

        assert_int_equal(json_array_size(rooms), 2);
        assert_string_equal(json_string_value(json_array_get(rooms, 0)),
                            json_string_value(json_object_get(one, "id")));
        assert_string_equal(json_string_value(json_array_get(rooms, 1)), "a");
    }
    json_decref(world->gathered.answers);
    world->gathered.answers = NULL;
}

IN_EVERY_WAY(sockets_of_all_workers_are_fetched, call_fetch)

static const char *member(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "(none)";
}

static void keep_data(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    must(strcmp(sails_io_socket_header(socket, "X-Custom"), "yes") == 0);
    must(sails_io_socket_header(socket, "x-none") == NULL);
    must(strcmp(sails_io_socket_transport(socket), "websocket") == 0);
    must(!sails_io_socket_is_recovered(socket));
    must(sails_io_socket_data(socket) == NULL);
    must(sails_io_socket_set_data(socket, json_pack("{s:s}", "name", "first")) == 0);
    must(sails_io_socket_set_data(socket, json_pack("{s:s}", "name", "ann")) == 0);
}

/* socket-io 33 */
static void a_fetched_socket_has_its_whole_handshake(void **state)
{
    static const char *const order[] = {"headers", "time", "address", "xdomain", "secure",
                                        "issued",  "url",  "query",   "auth"};
    struct live live;
    struct gathered gathered = {.answers = NULL};
    struct ws_client client;
    json_t *one = NULL, *handshake = NULL, *value = NULL;
    const char *key = NULL;
    size_t n = 0;

    (void)state;
    told_init(&gathered.told);
    live_init(&live, 1);
    assert_int_equal(sails_io_on_connection(live.root, keep_data, NULL), 0);
    live_lift(&live);
    assert_true(ws_client_open(&client, live.port, 5, "&who=ann%20b&x=1&x=2&__proto__=3",
                               "Origin: http://here\r\nX-Custom: yes\r\n"));
    assert_true(ws_client_join(&client, "/", "{\"token\":\"t\"}"));
    assert_int_equal(sails_io_fetch_sockets(live.root, NULL, on_sockets, &gathered), 0);
    assert_int_equal(told_status(&gathered.told), 0);

    one = json_array_get(gathered.answers, 0);
    assert_string_equal(member(one, "id"), client.id);
    assert_string_equal(member(json_object_get(one, "data"), "name"), "ann");
    handshake = json_object_get(one, "handshake");
    json_object_foreach(handshake, key, value)
    {
        assert_true(n < ARRAY_LEN(order));
        assert_string_equal(key, order[n]);
        n++;
    }
    assert_int_equal(n, ARRAY_LEN(order));
    assert_string_equal(member(json_object_get(handshake, "headers"), "x-custom"), "yes");
    assert_string_equal(member(json_object_get(handshake, "headers"), "host"), "localhost");
    assert_string_equal(member(handshake, "address"), "127.0.0.1");
    assert_true(json_is_true(json_object_get(handshake, "xdomain")));
    assert_true(json_is_false(json_object_get(handshake, "secure")));
    assert_true(json_integer_value(json_object_get(handshake, "issued")) > 1600000000000);
    assert_non_null(strstr(member(handshake, "time"), " GMT+0000 (Coordinated Universal Time)"));
    assert_string_equal(member(handshake, "url"),
                        "/socket.io/?EIO=4&transport=websocket&who=ann%20b&x=1&x=2&__proto__=3");
    assert_string_equal(member(json_object_get(handshake, "query"), "who"), "ann b");
    assert_string_equal(member(json_object_get(handshake, "query"), "x"), "2");
    assert_string_equal(member(json_object_get(handshake, "query"), "__proto__"), "3");
    assert_string_equal(member(json_object_get(handshake, "auth"), "token"), "t");
    json_decref(gathered.answers);
    ws_client_close(&client);
    live_end(&live);
}

static void on_count(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    json_t *data = sails_io_socket_data(socket);

    (void)event;
    (void)ctx;
    if (data == NULL) {
        data = json_pack("{s:i}", "count", 0);
        must(sails_io_socket_set_data(socket, data) == 0);
    }
    json_object_set_new(data, "count",
                        json_integer(json_integer_value(json_object_get(data, "count")) + 1));
}

static void data_may_change_while_others_fetch_it(void **state)
{
    struct world *world = mem_alloc(sizeof(*world));

    (void)state;
    world_init(world, ways[2]);
    assert_int_equal(sails_io_on(world->live.root, "count", on_count, NULL), 0);
    world_lift(world);
    told_init(&world->gathered.told);
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < N_CLIENTS; i++) {
            assert_true(ws_client_send(&world->clients[i], "42[\"count\"]"));
        }
        fetch_all(world);
        assert_int_equal(told_status(&world->gathered.told), 0);
    }
    json_decref(world->gathered.answers);
    world_end(world);
    mem_free(world);
}

/* ---- what is refused ---- */

static void wrong_arguments_are_refused_and_nobody_is_told(void **state)
{
    struct live live;
    struct gathered gathered = {.answers = NULL};
    struct told told;
    char long_name[SAILS_ROOM_NAME_MAX + 2];
    const char *const *no_rooms = SAILS_ROOMS("") + 1;

    (void)state;
    told_init(&told);
    told_init(&gathered.told);
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    live_init(&live, 1);
    assert_int_equal(sails_io_emit(live.root, NULL, "x", json_object()), SAILS_ESTATE);
    live_log_expect(&live.log, "The event `x` was not sent: the app is not lifted yet");
    assert_int_equal(
        sails_io_emit_with_ack(live.root, NULL, "x", json_object(), 1, on_answers, &gathered),
        SAILS_ESTATE);
    assert_int_equal(sails_io_sockets_join(live.root, NULL, SAILS_ROOMS("a"), tell, &told),
                     SAILS_ESTATE);
    assert_int_equal(sails_io_fetch_sockets(live.root, NULL, on_sockets, &gathered), SAILS_ESTATE);
    live_lift(&live);

    assert_int_equal(sails_io_emit(NULL, NULL, "x", json_object()), SAILS_EINVAL);
    assert_int_equal(sails_io_emit(live.root, NULL, NULL, json_object()), SAILS_EINVAL);
    assert_int_equal(sails_io_emit(live.root,
                                   &(struct sails_io_target){.to = SAILS_ROOMS(long_name)}, "x",
                                   json_object()),
                     SAILS_ETOOBIG);
    assert_int_equal(sails_io_emit(live.root,
                                   &(struct sails_io_target){.except = SAILS_ROOMS(long_name)}, "x",
                                   json_object()),
                     SAILS_ETOOBIG);
    assert_int_equal(
        sails_io_emit_with_ack(live.root, NULL, "x", json_object(), 0, on_answers, &gathered),
        SAILS_EINVAL);
    assert_int_equal(sails_io_emit_with_ack(live.root, NULL, "x", json_object(), 1, NULL, NULL),
                     SAILS_EINVAL);
    assert_int_equal(sails_io_emit_with_ack(live.root, NULL, "disconnect", json_object(), 1,
                                            on_answers, &gathered),
                     SAILS_ERESERVED);
    assert_int_equal(sails_io_sockets_join(NULL, NULL, SAILS_ROOMS("a"), tell, &told),
                     SAILS_EINVAL);
    assert_int_equal(sails_io_sockets_join(live.root, NULL, NULL, tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_io_sockets_join(live.root, NULL, no_rooms, tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_io_sockets_join(live.root, NULL, SAILS_ROOMS("a", ""), tell, &told),
                     SAILS_EINVAL);
    assert_int_equal(sails_io_sockets_leave(live.root, NULL, SAILS_ROOMS(long_name), tell, &told),
                     SAILS_ETOOBIG);
    assert_int_equal(sails_io_disconnect_sockets(NULL, NULL, true, tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_io_fetch_sockets(NULL, NULL, on_sockets, &gathered), SAILS_EINVAL);
    assert_int_equal(sails_io_fetch_sockets(live.root, NULL, NULL, NULL), SAILS_EINVAL);
    live_settle(&live);
    assert_int_equal(atomic_load(&told.count), 0);
    assert_int_equal(atomic_load(&gathered.told.count), 0);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_emit_reaches_whom_it_names_once),
        cmocka_unit_test(both_protocols_get_the_same_binary_broadcast),
        cmocka_unit_test(a_socket_is_addressed_by_its_id),
        cmocka_unit_test(a_socket_s_broadcast_leaves_itself_out),
        cmocka_unit_test(a_second_volatile_event_of_one_turn_is_dropped),
        cmocka_unit_test(the_answers_of_many_are_gathered_or_told_as_far_as_they_came),
        cmocka_unit_test(many_join_leave_and_go_together),
        cmocka_unit_test(sockets_of_all_workers_are_fetched),
        cmocka_unit_test(a_fetched_socket_has_its_whole_handshake),
        cmocka_unit_test(data_may_change_while_others_fetch_it),
        cmocka_unit_test(wrong_arguments_are_refused_and_nobody_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
