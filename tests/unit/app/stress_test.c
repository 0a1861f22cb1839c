#include "support/live_app.h"

/*
 * Everybody at once, for the thread sanitizer: clients come, join, leave, talk, ask and go on four
 * workers, while threads of the program's broadcast, fetch and operate, and the app is lowered in
 * the middle of it. What can be promised in such a crowd is checked: every call that succeeded is
 * told exactly once, and nothing is left at the end.
 */

enum {
    N_CLIENT_THREADS = 6,
    N_PROGRAM_THREADS = 3,
    N_CALLS_BEFORE_THE_END = 4000 /* of the program's threads together */
};

struct crowd {
    struct live live;
    atomic_bool is_over;
    atomic_uint n_calls; /* of the program */
    atomic_uint n_expected;
    atomic_uint n_told;
    atomic_uint n_connected;
    atomic_uint n_disconnected;
    struct told enough;
};

/* Each thread's own chance, so that a run does not depend on a shared state. */
static unsigned next_chance(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

/* ---- the app ---- */

static void on_connection(sails_io_socket *socket, void *ctx)
{
    struct crowd *crowd = ctx;

    atomic_fetch_add(&crowd->n_connected, 1);
    must(sails_io_socket_set_data(socket, json_pack("{s:i}", "n", 0)) == 0);
}

static void on_disconnect(sails_io_socket *socket, const char *reason, void *ctx)
{
    struct crowd *crowd = ctx;

    (void)socket;
    (void)reason;
    atomic_fetch_add(&crowd->n_disconnected, 1);
}

static void on_join(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    const char *room = json_string_value(sails_io_event_arg(event, 0));

    (void)ctx;
    json_object_set_new(sails_io_socket_data(socket), "room", json_string(room));
    must(sails_io_socket_join(socket, room) == 0);
}

static void on_leave(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_leave(socket, json_string_value(sails_io_event_arg(event, 0)));
}

static void on_shout(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct sails_io_target target = {.to = SAILS_ROOMS("a", "b")};

    (void)ctx;
    sails_io_socket_broadcast(socket, &target, "shout", json_incref(sails_io_event_args(event)));
    sails_io_event_ack(event, NULL);
}

static void on_go(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_disconnect(socket, json_is_true(sails_io_event_arg(event, 0)));
}

static bool match_dynamic(const char *name, json_t *auth, void *ctx)
{
    (void)auth;
    (void)ctx;
    return strncmp(name, "/dynamic-", 9) == 0;
}

/* ---- the clients ---- */

struct member {
    pthread_t thread;
    struct crowd *crowd;
    unsigned seed;
};

/* Reads what has come; false: the connection has ended. */
static bool drain(struct ws_client *client)
{
    for (;;) {
        switch (ws_client_next(client, 0)) {
        case WS_CLIENT_TEXT:
        case WS_CLIENT_BINARY:
            break;
        case WS_CLIENT_CLOSE:
        case WS_CLIENT_END:
            return false;
        case WS_CLIENT_SILENCE:
            return true;
        }
    }
}

static bool act(struct ws_client *client, unsigned chance)
{
    static const char *const acts[] = {
        "42[\"join\",\"a\"]",  "42[\"join\",\"b\"]",   "42[\"leave\",\"a\"]",
        "42[\"leave\",\"b\"]", "427[\"shout\",\"x\"]", "42[\"shout\",{\"y\":[1]}]",
        "40/dynamic-1",        "41/dynamic-1,",        "428[\"get\",{\"url\":\"/x\"}]",
        "42[\"go\",false]",    "42[\"go\",true]",      "41",
    };
    /* Those at the end, which end the connection sooner or later, are rare. */
    size_t at = chance % 40 == 0 ? 6 + chance % 6 : chance % 6;

    return ws_client_send(client, acts[at]) && drain(client);
}

/* One visit: false, the server does not let anybody in any more. */
static bool visit(struct member *member)
{
    struct ws_client client;
    unsigned protocol = next_chance(&member->seed) % 2 == 0 ? 4 : 5;
    bool is_in = ws_client_open(&client, member->crowd->live.port, protocol, "", "") &&
                 ws_client_join(&client, "/", "");
    unsigned n = 20 + next_chance(&member->seed) % 60;

    for (unsigned i = 0; is_in && i < n && act(&client, next_chance(&member->seed)); i++) {
    }
    if (n % 3 == 0) {
        tcp_client_abort(&client.tcp);
    }
    ws_client_close(&client);
    return is_in;
}

static void *be_member(void *ctx)
{
    struct member *member = ctx;

    while (!atomic_load(&member->crowd->is_over) && visit(member)) {
    }
    return NULL;
}

/* ---- the program ---- */

static void on_done(int status, void *ctx)
{
    struct crowd *crowd = ctx;

    must(status == 0 || status == SAILS_ENOENT || status == SAILS_ECLOSED);
    atomic_fetch_add(&crowd->n_told, 1);
}

static void on_array(int status, json_t *array, void *ctx)
{
    struct crowd *crowd = ctx;

    must(status == 0 || status == SAILS_ETIMEOUT || status == SAILS_ECLOSED);
    must(json_is_array(array));
    atomic_fetch_add(&crowd->n_told, 1);
}

/* Called after the app has been lowered it is refused. */
static void expect_done(int rc)
{
    must(rc == 0 || rc == SAILS_ESTATE);
}

/* Whatever succeeds will be told. */
static void expect_told(struct crowd *crowd, int rc)
{
    expect_done(rc);
    atomic_fetch_add(&crowd->n_expected, rc == 0 ? 1 : 0);
}

static void call_something(struct crowd *crowd, unsigned chance)
{
    sails_app *app = crowd->live.app;
    sails_io_namespace *root = crowd->live.root;
    struct sails_io_target a = {.to = SAILS_ROOMS("a"), .except = SAILS_ROOMS("b")};

    switch (chance % 9) {
    case 0:
        expect_done(sails_sockets_blast(app, NULL, json_pack("{s:i}", "x", 1), NULL));
        break;
    case 1:
        expect_done(
            sails_sockets_broadcast(app, SAILS_ROOMS("a", "b"), "b", json_array(), "nobody"));
        break;
    case 2:
        expect_done(sails_io_emit(root, &a, "binary", json_pack("[o]", sails_binary("x", 1))));
        break;
    case 3:
        expect_told(crowd, sails_io_fetch_sockets(root, NULL, on_array, crowd));
        break;
    case 4:
        expect_told(crowd, sails_io_emit_with_ack(root, &a, "q", NULL, 30, on_array, crowd));
        break;
    case 5:
        expect_told(crowd, sails_io_sockets_join(root, &a, SAILS_ROOMS("c", "b"), on_done, crowd));
        break;
    case 6:
        expect_told(crowd, sails_sockets_leave_all(app, "c", on_done, crowd));
        break;
    case 7:
        expect_told(crowd, sails_sockets_join(app, "AAAAAAAAAAAAAAAAAAAA", "a", on_done, crowd));
        break;
    case 8:
        expect_told(crowd, sails_io_disconnect_sockets(
                               root, &(struct sails_io_target){.to = SAILS_ROOMS("c")},
                               chance % 2 == 0, on_done, crowd));
        break;
    }
}

static void *be_program(void *ctx)
{
    struct member *member = ctx;
    struct crowd *crowd = member->crowd;
    struct timespec pause = {.tv_nsec = 500000}; /* so that clients get a turn, too */

    while (!atomic_load(&crowd->is_over)) {
        call_something(crowd, next_chance(&member->seed));
        if (atomic_fetch_add(&crowd->n_calls, 1) + 1 == N_CALLS_BEFORE_THE_END) {
            tell(0, &crowd->enough);
        }
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/* ---- all of it ---- */

static void crowd_init(struct crowd *crowd)
{
    *crowd = (struct crowd){.is_over = false};
    told_init(&crowd->enough);
    live_init(&crowd->live, 4);
    assert_int_equal(
        sails_app_set(crowd->live.app, "sockets.cleanupEmptyChildNamespaces", json_true()), 0);
    sails_io_on_connection(crowd->live.root, on_connection, crowd);
    sails_io_on_disconnect(crowd->live.root, on_disconnect, crowd);
    sails_io_on(crowd->live.root, "join", on_join, crowd);
    sails_io_on(crowd->live.root, "leave", on_leave, crowd);
    sails_io_on(crowd->live.root, "shout", on_shout, crowd);
    sails_io_on(crowd->live.root, "go", on_go, crowd);
    assert_non_null(sails_io_of_matching(crowd->live.io, match_dynamic, NULL));
    live_lift(&crowd->live);
}

static void everybody_at_once_and_the_app_is_lowered(void **state)
{
    struct crowd *crowd = mem_alloc(sizeof(*crowd));
    struct member members[N_CLIENT_THREADS + N_PROGRAM_THREADS];

    (void)state;
    crowd_init(crowd);
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        members[i] = (struct member){.crowd = crowd, .seed = (unsigned)i + 1};
        assert_int_equal(pthread_create(&members[i].thread, NULL,
                                        i < N_CLIENT_THREADS ? be_member : be_program, &members[i]),
                         0);
    }
    told_wait(&crowd->enough);
    assert_int_equal(sails_app_lower(crowd->live.app), 0);
    atomic_store(&crowd->is_over, true);
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        pthread_join(members[i].thread, NULL);
    }
    assert_true(atomic_load(&crowd->n_connected) > N_CLIENT_THREADS);
    assert_int_equal(atomic_load(&crowd->n_connected), atomic_load(&crowd->n_disconnected));
    live_end(&crowd->live); /* delivers what was called too late */
    assert_int_equal(atomic_load(&crowd->n_expected), atomic_load(&crowd->n_told));
    mem_free(crowd);
}

static bool match_prefix(const char *name, json_t *auth, void *ctx)
{
    return strncmp(name, ctx, strlen(ctx)) == 0 && !json_is_false(json_object_get(auth, "please"));
}

enum {
    N_AT_ONCE = 8,
    N_ROUNDS = 8
};

struct joining {
    pthread_t thread;
    pthread_barrier_t *barrier;
    unsigned port;
    struct ws_client client;
    bool is_in;
};

static void *join_at_once(void *ctx)
{
    struct joining *joining = ctx;
    char name[32];

    joining->is_in = ws_client_open(&joining->client, joining->port, 5, "", "");
    for (int round = 0; round < N_ROUNDS; round++) {
        snprintf(name, sizeof(name), "/room-%d", round);
        pthread_barrier_wait(joining->barrier);
        joining->is_in = joining->is_in && ws_client_join(&joining->client, name, "");
    }
    return NULL;
}

/* socket-io 29 */
static void a_child_is_made_once_by_many_who_come_at_once(void **state)
{
    static char prefix[] = "/room-";
    struct live live;
    struct joining joining[N_AT_ONCE];
    pthread_barrier_t barrier;

    (void)state;
    pthread_barrier_init(&barrier, NULL, N_AT_ONCE);
    live_init(&live, 4);
    assert_non_null(sails_io_of_matching(live.io, match_prefix, prefix));
    live_lift(&live);
    for (size_t i = 0; i < N_AT_ONCE; i++) {
        joining[i] = (struct joining){.barrier = &barrier, .port = live.port};
        assert_int_equal(pthread_create(&joining[i].thread, NULL, join_at_once, &joining[i]), 0);
    }
    for (size_t i = 0; i < N_AT_ONCE; i++) {
        pthread_join(joining[i].thread, NULL);
        assert_true(joining[i].is_in);
    }
    for (int round = 0; round < N_ROUNDS; round++) {
        char name[32], want[64];

        snprintf(name, sizeof(name), "/room-%d", round);
        snprintf(want, sizeof(want), "42%s,[\"all\",%d]", name, round);
        assert_int_equal(
            sails_io_emit(sails_io_of(live.io, name), NULL, "all", json_integer(round)), 0);
        for (size_t i = 0; i < N_AT_ONCE; i++) {
            ws_client_expect(&joining[i].client, want);
        }
    }
    for (size_t i = 0; i < N_AT_ONCE; i++) {
        ws_client_close(&joining[i].client);
    }
    pthread_barrier_destroy(&barrier);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_at_once_and_the_app_is_lowered),
        cmocka_unit_test(a_child_is_made_once_by_many_who_come_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
