#include "support/live_app.h"

/*
 * Namespaces, and who may join them. Most are asked by one middleware, which does what the client
 * itself wishes: "how" in its auth or query.
 */

struct guard {
    struct live live;
    sails_io_next *held;
    struct told told; /* a decision is held */
};

static const char *how_of(sails_io_socket *socket, json_t *handshake)
{
    const char *how = json_string_value(json_object_get(sails_io_socket_auth(socket), "how"));

    return how != NULL
               ? how
               : json_string_value(json_object_get(json_object_get(handshake, "query"), "how"));
}

static void hold(struct guard *guard, sails_io_next *next)
{
    must(guard->held == NULL);
    guard->held = next;
    tell(0, &guard->told);
}

static sails_io_next *take_held(struct guard *guard)
{
    sails_io_next *next = NULL;

    next = guard->held;
    guard->held = NULL;
    return next;
}

static void ask_how(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    json_t *handshake = sails_io_socket_handshake(socket);
    const char *how = how_of(socket, handshake);

    must(!sails_io_socket_is_connected(socket));
    if (how == NULL || strcmp(how, "now") == 0) {
        sails_io_next_accept(next);
    } else if (strcmp(how, "message") == 0) {
        sails_io_next_refuse(next, "not authorized", NULL);
    } else if (strcmp(how, "data") == 0) {
        sails_io_next_refuse(next, "boom", json_pack("{s:[i]}", "a", 1));
    } else if (strcmp(how, "bare") == 0) {
        sails_io_next_refuse(next, NULL, NULL);
    } else if (strcmp(how, "close") == 0) {
        sails_io_socket_disconnect(socket, true);
        sails_io_next_accept(next);
    } else {
        hold(ctx, next);
    }
    json_decref(handshake);
}

static void on_let_in(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)event;
    sails_io_next_accept(take_held(ctx));
}

static void guard_init(struct guard *guard, int workers)
{
    sails_io_namespace *chat = NULL;

    *guard = (struct guard){.held = NULL};
    told_init(&guard->told);
    live_init(&guard->live, workers);
    chat = sails_io_of(guard->live.io, "chat");
    assert_int_equal(sails_io_use(guard->live.root, ask_how, guard), 0);
    assert_int_equal(sails_io_use(chat, ask_how, guard), 0);
    assert_int_equal(sails_io_on(guard->live.root, "let in", on_let_in, guard), 0);
}

static void guard_end(struct guard *guard)
{
    live_end(&guard->live);
}

/* ---- names ---- */

/* socket-io 1, 3, 36 */
static void a_namespace_is_found_by_exactly_its_name(void **state)
{
    struct guard guard;
    struct ws_client client;

    (void)state;
    guard_init(&guard, 1);
    assert_ptr_equal(sails_io_of(guard.live.io, "chat"), sails_io_of(guard.live.io, "/chat"));
    assert_ptr_equal(sails_io_of(guard.live.io, ""), guard.live.root);
    assert_string_equal(sails_io_namespace_name(sails_io_of(guard.live.io, "chat")), "/chat");
    live_lift(&guard.live);
    assert_null(sails_io_of(guard.live.io, "/new"));
    assert_non_null(sails_io_of(guard.live.io, "/chat"));

    assert_true(ws_client_open(&client, guard.live.port, 5, "", ""));
    ws_client_expect_answer(&client, "40/nope", "44/nope,{\"message\":\"Invalid namespace\"}");
    ws_client_expect_answer(&client, "40/Chat,", "44/Chat,{\"message\":\"Invalid namespace\"}");
    ws_client_expect_answer(&client, "40/chat?a=1,",
                            "44/chat?a=1,{\"message\":\"Invalid namespace\"}");
    assert_true(ws_client_join(&client, "/chat", ""));
    assert_true(ws_client_join(&client, "/", ""));
    ws_client_close(&client);
    guard_end(&guard);
}

static bool match_all(const char *name, json_t *auth, void *ctx)
{
    (void)name;
    (void)auth;
    (void)ctx;
    return true;
}

static void ignore_connection(sails_io_socket *socket, void *ctx)
{
    (void)socket;
    (void)ctx;
}

static void ignore_disconnect(sails_io_socket *socket, const char *reason, void *ctx)
{
    (void)socket;
    (void)reason;
    (void)ctx;
}

static void ignore_event(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)event;
    (void)ctx;
}

static bool pass_event(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)event;
    (void)ctx;
    return true;
}

/* Each kind of definition, and what it gives. */
static void expect_definitions(sails_io_namespace *nsp, int want)
{
    assert_int_equal(sails_io_use(nsp, ask_how, NULL), want);
    assert_int_equal(sails_io_on_connection(nsp, ignore_connection, NULL), want);
    assert_int_equal(sails_io_on_disconnecting(nsp, ignore_disconnect, NULL), want);
    assert_int_equal(sails_io_on_disconnect(nsp, ignore_disconnect, NULL), want);
    assert_int_equal(sails_io_on(nsp, "x", ignore_event, NULL), want);
    assert_int_equal(sails_io_on_any(nsp, ignore_event, NULL), want);
    assert_int_equal(sails_io_use_event(nsp, pass_event, NULL), want);
}

static void definitions_are_made_before_the_lift(void **state)
{
    struct live live;
    sails_io_namespace *nsp = NULL;

    (void)state;
    live_init(&live, 1);
    nsp = sails_io_of(live.io, "/x");
    expect_definitions(nsp, 0);
    expect_definitions(NULL, SAILS_EINVAL);
    assert_null(sails_app_io(NULL));
    assert_null(sails_io_of(NULL, "/"));
    assert_null(sails_io_of_matching(NULL, match_all, NULL));
    assert_null(sails_io_namespace_name(NULL));
    sails_io_next_accept(NULL);
    sails_io_next_refuse(NULL, "x", json_object());
    live_lift(&live);
    assert_null(sails_io_of(live.io, NULL));
    expect_definitions(nsp, SAILS_ESTATE);
    assert_int_equal(sails_io_use(nsp, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on_connection(nsp, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on_disconnecting(nsp, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on_disconnect(nsp, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on(nsp, "x", NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on(nsp, NULL, ignore_event, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on_any(nsp, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_use_event(nsp, NULL, NULL), SAILS_EINVAL);
    assert_null(sails_io_of_matching(live.io, NULL, NULL));
    assert_null(sails_io_of_matching(live.io, match_all, NULL));
    live_end(&live);
}

/* ---- middlewares ---- */

/* socket-io 9 */
static void a_refusal_has_message_and_data_and_can_be_tried_again(void **state)
{
    struct guard guard;
    struct ws_client client;

    (void)state;
    guard_init(&guard, 1);
    live_lift(&guard.live);
    assert_true(ws_client_open(&client, guard.live.port, 5, "", ""));
    ws_client_expect_answer(&client, "40{\"how\":\"message\"}",
                            "44{\"message\":\"not authorized\"}");
    ws_client_expect_answer(&client, "40{\"how\":\"data\"}",
                            "44{\"message\":\"boom\",\"data\":{\"a\":[1]}}");
    ws_client_expect_answer(&client, "40/chat,{\"how\":\"bare\"}", "44/chat,{}");
    assert_true(ws_client_join(&client, "/", "{\"how\":\"now\"}"));
    assert_true(ws_client_join(&client, "/chat", ""));
    ws_client_close(&client);
    guard_end(&guard);
}

/* socket-io 5, 7, 8 */
static void protocol_4_is_refused_with_the_message_or_the_data(void **state)
{
    static const struct {
        const char *query, *want;
    } cases[] = {
        {"&how=message", "44\"not authorized\""},
        {"&how=data", "44{\"a\":[1]}"},
        {"&how=bare", "44"},
        {"&how=now", "40"},
    };
    struct guard guard;

    (void)state;
    guard_init(&guard, 1);
    live_lift(&guard.live);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ws_client client;

        assert_true(ws_client_open(&client, guard.live.port, 4, cases[i].query, ""));
        ws_client_expect(&client, cases[i].want);
        ws_client_expect_answer(&client, "40/chat?how=message&x=1,", "44/chat,\"not authorized\"");
        ws_client_expect_answer(&client, "40/chat?how=now,", "40/chat,");
        ws_client_close(&client);
    }
    guard_end(&guard);
}

static void a_middleware_may_answer_later_and_from_any_thread(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct guard guard;
        struct ws_client client, other;

        guard_init(&guard, workers);
        live_lift(&guard.live);
        ws_client_expect_in(&other, guard.live.port, 5);

        /* From this thread, yes and no. */
        assert_true(ws_client_open(&client, guard.live.port, 5, "", ""));
        assert_true(ws_client_send(&client, "40{\"how\":\"hold\"}"));
        told_wait(&guard.told);
        sails_io_next_refuse(take_held(&guard), "later", json_integer(7));
        ws_client_expect(&client, "44{\"message\":\"later\",\"data\":7}");
        assert_true(ws_client_send(&client, "40{\"how\":\"hold\"}"));
        told_wait(&guard.told);
        sails_io_next_accept(take_held(&guard));
        ws_client_expect_start(&client, "40{\"sid\":\"");
        live_expect_nothing(&client);

        /* From a worker, on a later turn. */
        assert_true(ws_client_send(&client, "40/chat,{\"how\":\"hold\"}"));
        told_wait(&guard.told);
        assert_true(ws_client_send(&other, "42[\"let in\"]"));
        ws_client_expect_start(&client, "40/chat,{\"sid\":\"");
        ws_client_close(&client);
        ws_client_close(&other);
        guard_end(&guard);
    }
}

static void a_middleware_may_answer_when_the_client_has_gone(void **state)
{
    struct guard guard;

    (void)state;
    guard_init(&guard, 1);
    live_lift(&guard.live);
    for (int round = 0; round < 4; round++) {
        struct ws_client client, other;

        assert_true(ws_client_open(&client, guard.live.port, 5, "", ""));
        assert_true(ws_client_send(&client, "40{\"how\":\"hold\"}"));
        told_wait(&guard.told);
        ws_client_close(&client);
        /* One worker: it has heard of the end by the time that another client is in. */
        ws_client_expect_in(&other, guard.live.port, 5);
        live_expect_nothing(&other);
        if (round % 2 == 0) {
            sails_io_next_accept(take_held(&guard));
        } else {
            sails_io_next_refuse(take_held(&guard), "too late", json_true());
        }
        live_settle(&guard.live);
        live_expect_nothing(&other);
        ws_client_close(&other);
    }
    guard_end(&guard);
}

static void a_middleware_that_is_never_answered_leaks_nothing_when_the_app_is_lowered(void **state)
{
    struct guard guard;
    struct ws_client client;

    (void)state;
    guard_init(&guard, 1);
    live_lift(&guard.live);
    assert_true(ws_client_open(&client, guard.live.port, 5, "", ""));
    assert_true(ws_client_send(&client, "40{\"how\":\"hold\"}"));
    told_wait(&guard.told);
    assert_int_equal(sails_app_lower(guard.live.app), 0);
    sails_io_next_accept(take_held(&guard)); /* it is still the application's to give back */
    ws_client_close(&client);
    guard_end(&guard);
}

static void a_middleware_may_close_the_connection(void **state)
{
    struct guard guard;
    struct ws_client client;

    (void)state;
    guard_init(&guard, 1);
    live_lift(&guard.live);
    assert_true(ws_client_open(&client, guard.live.port, 5, "", ""));
    assert_true(ws_client_send(&client, "40{\"how\":\"close\"}"));
    ws_client_expect_close(&client);
    ws_client_close(&client);
    guard_end(&guard);
}

static void note_name(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    json_t *names = sails_io_socket_data(socket);

    if (names == NULL) {
        names = json_array();
        must(sails_io_socket_set_data(socket, names) == 0);
    }
    json_array_append_new(names, json_string(ctx));
    sails_io_next_accept(next);
}

static void tell_names(sails_io_socket *socket, void *ctx)
{
    must(sails_io_socket_is_connected(socket));
    /* socket-io 25: its own room is there already */
    must(sails_io_socket_is_in(socket, sails_io_socket_id(socket)));
    sails_io_socket_emit(socket, ctx, json_pack("[O]", sails_io_socket_data(socket)), 0);
}

static void middlewares_and_listeners_run_in_the_order_of_their_definition(void **state)
{
    static char first[] = "first", second[] = "second", third[] = "third";
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_io_use(live.root, note_name, first), 0);
    assert_int_equal(sails_io_on_connection(live.root, tell_names, first), 0);
    assert_int_equal(sails_io_use(live.root, note_name, second), 0);
    assert_int_equal(sails_io_use(live.root, note_name, third), 0);
    assert_int_equal(sails_io_on_connection(live.root, tell_names, second), 0);
    live_lift(&live);
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect(&client, "42[\"first\",[\"first\",\"second\",\"third\"]]");
    ws_client_expect(&client, "42[\"second\",[\"first\",\"second\",\"third\"]]");
    ws_client_close(&client);
    live_end(&live);
}

/* ---- dynamic namespaces ---- */

static bool match_prefix(const char *name, json_t *auth, void *ctx)
{
    return strncmp(name, ctx, strlen(ctx)) == 0 && !json_is_false(json_object_get(auth, "please"));
}

static void greet(sails_io_socket *socket, void *ctx)
{
    sails_io_socket_emit(
        socket, ctx, json_string(sails_io_namespace_name(sails_io_socket_namespace(socket))), 0);
}

static sails_io_namespace *add_parent(struct live *live, char *prefix, char *event)
{
    sails_io_namespace *parent = sails_io_of_matching(live->io, match_prefix, prefix);

    assert_non_null(parent);
    assert_null(sails_io_namespace_name(parent));
    assert_int_equal(sails_io_on_connection(parent, greet, event), 0);
    assert_int_equal(sails_io_on(parent, "sync", on_live_sync, NULL), 0);
    return parent;
}

/* socket-io 29 */
static void the_first_parent_that_says_yes_makes_the_child(void **state)
{
    static char narrow[] = "/room-1", wide[] = "/room-", first[] = "first", second[] = "second";
    struct live live;
    struct ws_client client;
    sails_io_namespace *parent = NULL;
    struct told told;

    (void)state;
    told_init(&told);
    live_init(&live, 1);
    add_parent(&live, narrow, first);
    parent = add_parent(&live, wide, second);
    live_lift(&live);
    assert_int_equal(sails_io_emit(parent, NULL, "to no children", NULL), 0);
    assert_true(ws_client_open(&client, live.port, 5, "", ""));
    assert_true(ws_client_join(&client, "/room-1", ""));
    ws_client_expect(&client, "42/room-1,[\"first\",\"/room-1\"]");
    assert_true(ws_client_join(&client, "/room-2", ""));
    ws_client_expect(&client, "42/room-2,[\"second\",\"/room-2\"]");
    assert_true(ws_client_join(&client, "/room-3", ""));
    ws_client_expect(&client, "42/room-3,[\"second\",\"/room-3\"]");
    ws_client_expect_answer(&client, "40/room-4,{\"please\":false}",
                            "44/room-4,{\"message\":\"Invalid namespace\"}");

    /* What a parent is told concerns all its children, and those of no other. */
    assert_int_equal(sails_io_emit(parent, NULL, "all", json_integer(1)), 0);
    ws_client_expect(&client, "42/room-2,[\"all\",1]");
    ws_client_expect(&client, "42/room-3,[\"all\",1]");
    assert_int_equal(sails_io_sockets_join(parent, NULL, SAILS_ROOMS("r"), tell, &told), 0);
    assert_int_equal(told_status(&told), 0);
    assert_int_equal(sails_io_emit(sails_io_of(live.io, "/room-3"),
                                   &(struct sails_io_target){.to = SAILS_ROOMS("r")}, "r", NULL),
                     0);
    ws_client_expect(&client, "42/room-3,[\"r\"]");
    ws_client_expect_answer(&client, "42/room-2,900[\"sync\"]", "43/room-2,900[]");

    assert_int_equal(sails_io_emit_with_ack(parent, NULL, "x", NULL, 1000, NULL, NULL),
                     SAILS_EINVAL);
    assert_int_equal(sails_io_disconnect_sockets(parent, NULL, false, tell, &told), 0);
    assert_int_equal(told_status(&told), 0);
    ws_client_expect(&client, "41/room-2,");
    ws_client_expect(&client, "41/room-3,");
    ws_client_expect_answer(&client, "42/room-1,900[\"sync\"]", "43/room-1,900[]");
    ws_client_close(&client);
    live_end(&live);
}

static bool reject(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)event;
    return ctx == NULL;
}

static void say_name(sails_io_socket *socket, void *ctx)
{
    sails_io_socket_emit(socket, ctx, NULL, 0);
}

/* As Socket.IO: a namespace that is defined by a name that a parent takes is its child, and has its
 * listeners before its own. */
static void what_is_defined_by_name_may_be_a_child_too(void **state)
{
    static char prefix[] = "/room-", parents[] = "parent's", own[] = "its own";
    struct live live;
    struct ws_client client;
    sails_io_namespace *before = NULL;
    sails_io_namespace *parent = NULL;
    sails_io_namespace *behind = NULL;

    (void)state;
    live_init(&live, 1);
    before = sails_io_of(live.io, "/room-1"); /* before its parent, or behind */
    assert_int_equal(sails_io_on_connection(before, say_name, own), 0);
    parent = add_parent(&live, prefix, parents);
    behind = sails_io_of(live.io, "/room-2");
    assert_int_equal(sails_io_use_event(behind, reject, NULL), 0);
    assert_int_equal(sails_io_use_event(parent, reject, NULL), 0);
    live_lift(&live);
    assert_true(ws_client_open(&client, live.port, 5, "", ""));
    assert_true(ws_client_join(&client, "/room-1", ""));
    ws_client_expect(&client, "42/room-1,[\"parent's\",\"/room-1\"]");
    ws_client_expect(&client, "42/room-1,[\"its own\"]");
    ws_client_expect_answer(&client, "42/room-1,1[\"sync\"]", "43/room-1,1[]");
    assert_true(ws_client_join(&client, "/room-2", ""));
    ws_client_expect(&client, "42/room-2,[\"parent's\",\"/room-2\"]");
    ws_client_expect_answer(&client, "42/room-2,1[\"sync\"]", "43/room-2,1[]");
    assert_true(ws_client_join(&client, "/room-3", ""));
    ws_client_expect(&client, "42/room-3,[\"parent's\",\"/room-3\"]");
    assert_int_equal(sails_io_emit(parent, NULL, "all", NULL), 0);
    for (int i = 1; i <= 3; i++) {
        char want[32];

        snprintf(want, sizeof(want), "42/room-%d,[\"all\"]", i);
        ws_client_expect(&client, want);
    }

    /* It stays when it is empty, as what is defined does. */
    assert_true(ws_client_send(&client, "41/room-1,"));
    ws_client_expect_answer(&client, "42/room-2,1[\"sync\"]", "43/room-2,1[]");
    assert_ptr_equal(sails_io_of(live.io, "/room-1"), before);
    ws_client_close(&client);
    live_end(&live);
}

static void a_dynamic_namespace_goes_with_its_last_socket(void **state)
{
    static char prefix[] = "/room-", event[] = "in";
    struct live live;
    struct ws_client client, other;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "sockets.maxDynamicNamespaces", json_integer(2)), 0);
    add_parent(&live, prefix, event);
    live_lift(&live);
    assert_true(ws_client_open(&client, live.port, 5, "", ""));
    assert_true(ws_client_open(&other, live.port, 5, "", ""));
    assert_true(ws_client_join(&client, "/room-1", ""));
    assert_true(ws_client_join(&other, "/room-2", ""));
    ws_client_expect(&client, "42/room-1,[\"in\",\"/room-1\"]");
    ws_client_expect_answer(&client, "40/room-3,",
                            "44/room-3,{\"message\":\"Too many namespaces\"}");
    assert_true(ws_client_send(&client, "41/room-1,"));
    assert_true(ws_client_join(&client, "/", ""));
    ws_client_expect_answer(&client, "421[\"sync\"]", "431[]"); /* a later turn */
    assert_null(sails_io_of(live.io, "/room-1"));
    assert_true(ws_client_join(&client, "/room-3", ""));
    ws_client_close(&client);
    ws_client_close(&other);
    live_end(&live);
}

static void refuse(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    (void)ctx;
    if (json_is_true(json_object_get(sails_io_socket_auth(socket), "refuse"))) {
        sails_io_next_refuse(next, "no", NULL);
    } else {
        sails_io_next_accept(next);
    }
}

/* All that was to be cleaned up because of what this client did is gone. */
static void settle_after(struct live *live, struct ws_client *client)
{
    live_expect_nothing(client);
    live_settle(live);
}

/* socket-io 30 */
static void an_empty_child_is_forgotten_where_that_is_configured(void **state)
{
    static char prefix[] = "/room-", hello[] = "hello";

    (void)state;
    for (int cleans = 0; cleans < 2; cleans++) {
        struct live live;
        struct ws_client client;
        sails_io_namespace *parent = NULL;

        live_init(&live, 4);
        assert_int_equal(sails_app_set(live.app, "sockets.cleanupEmptyChildNamespaces",
                                       json_boolean(cleans != 0)),
                         0);
        parent = add_parent(&live, prefix, hello);
        assert_int_equal(sails_io_use(parent, refuse, NULL), 0);
        live_lift(&live);
        ws_client_expect_in(&client, live.port, 5);
        for (int round = 0; round < 3; round++) {
            assert_true(ws_client_join(&client, "/room-1", ""));
            ws_client_expect(&client, "42/room-1,[\"hello\",\"/room-1\"]");
            assert_non_null(sails_io_of(live.io, "/room-1"));
            assert_true(ws_client_send(&client, "41/room-1,"));
            settle_after(&live, &client);
            assert_int_equal(sails_io_of(live.io, "/room-1") == NULL, cleans != 0);
        }
        ws_client_expect_answer(&client, "40/room-2,{\"refuse\":true}",
                                "44/room-2,{\"message\":\"no\"}");
        settle_after(&live, &client);
        assert_int_equal(sails_io_of(live.io, "/room-2") == NULL, cleans != 0);
        ws_client_close(&client);
        live_end(&live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_namespace_is_found_by_exactly_its_name),
        cmocka_unit_test(definitions_are_made_before_the_lift),
        cmocka_unit_test(a_refusal_has_message_and_data_and_can_be_tried_again),
        cmocka_unit_test(protocol_4_is_refused_with_the_message_or_the_data),
        cmocka_unit_test(a_middleware_may_answer_later_and_from_any_thread),
        cmocka_unit_test(a_middleware_may_answer_when_the_client_has_gone),
        cmocka_unit_test(a_middleware_that_is_never_answered_leaks_nothing_when_the_app_is_lowered),
        cmocka_unit_test(a_middleware_may_close_the_connection),
        cmocka_unit_test(middlewares_and_listeners_run_in_the_order_of_their_definition),
        cmocka_unit_test(the_first_parent_that_says_yes_makes_the_child),
        cmocka_unit_test(an_empty_child_is_forgotten_where_that_is_configured),
        cmocka_unit_test(what_is_defined_by_name_may_be_a_child_too),
        cmocka_unit_test(a_dynamic_namespace_goes_with_its_last_socket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
