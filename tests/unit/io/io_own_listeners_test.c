#include "io/io_own_listeners.h"

#include "support/live_app.h"

/*
 * Listeners of one socket, that come and go; and those of a namespace that look at what all others hear or send.
 */

/* ---- one socket's ---- */

static void note(const char *who, sails_io_socket *socket)
{
    char *notes = sails_io_socket_user(socket);
    size_t len = strlen(notes);

    snprintf(notes + len, 256 - len, "%s ", who);
}

static void hear(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    note(ctx, socket);
}

static void hear_other(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    note(ctx, socket);
}

/* Ends itself and the others, and adds one. */
static void hear_and_end(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    static char later[] = "later";

    (void)event;
    note(ctx, socket);
    must(sails_io_socket_off(socket, NULL, NULL) == 0);
    must(sails_io_socket_off(socket, NULL, NULL) == SAILS_ENOENT);
    must(sails_io_socket_on(socket, "x", hear, later) == 0);
}

static void hear_and_leave(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    note(ctx, socket);
    sails_io_socket_disconnect(socket, false);
}

/* "do" with what is to be done. */
static void on_do(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    static char a[] = "a", b[] = "b", once[] = "once", any[] = "any", end[] = "end",
                leave[] = "leave";
    const char *what = json_string_value(sails_io_event_arg(event, 0));

    (void)ctx;
    if (strcmp(what, "listen") == 0) {
        must(sails_io_socket_on(socket, "x", hear, a) == 0);
        must(sails_io_socket_once(socket, "x", hear, once) == 0);
        must(sails_io_socket_on(socket, NULL, hear_other, any) == 0);
        must(sails_io_socket_on(socket, "x", hear_other, b) == 0);
    } else if (strcmp(what, "off b") == 0) {
        must(sails_io_socket_off(socket, "x", hear_other) == 0);
        must(sails_io_socket_off(socket, "x", hear_other) == SAILS_ENOENT);
    } else if (strcmp(what, "end") == 0) {
        must(sails_io_socket_on(socket, "x", hear_and_end, end) == 0);
        must(sails_io_socket_on(socket, "x", hear, a) == 0);
    } else if (strcmp(what, "leave") == 0) {
        must(sails_io_socket_on(socket, "x", hear_and_leave, leave) == 0);
        must(sails_io_socket_on(socket, "x", hear, a) == 0);
    } else {
        sails_io_event_ack(event, json_pack("[s]", sails_io_socket_user(socket)));
        *(char *)sails_io_socket_user(socket) = '\0';
    }
    if (sails_io_event_wants_ack(event)) {
        sails_io_event_ack(event, NULL);
    }
}

static void hang_notes(sails_io_socket *socket, void *ctx)
{
    must(sails_io_socket_set_user(socket, ctx, NULL) == 0);
    must(sails_io_socket_on(NULL, "x", hear, NULL) == SAILS_EINVAL);
    must(sails_io_socket_on(socket, "x", NULL, NULL) == SAILS_EINVAL);
    must(sails_io_socket_on(socket, "disconnect", hear, NULL) == SAILS_ERESERVED);
    must(sails_io_socket_once(NULL, "x", hear, NULL) == SAILS_EINVAL);
    must(sails_io_socket_off(NULL, "x", hear) == SAILS_EINVAL);
    must(sails_io_socket_off(socket, "x", hear) == SAILS_ENOENT);
    mem_fail_after(0);
    must(sails_io_socket_on(socket, "x", hear, NULL) == SAILS_ENOMEM);
    mem_fail_after(1);
    must(sails_io_socket_on(socket, "x", hear, NULL) == SAILS_ENOMEM);
    mem_fail_after(-1);
}

static void ask(struct ws_client *client, const char *what, const char *answer)
{
    char sent[64], want[128];

    snprintf(sent, sizeof(sent), "421[\"do\",\"%s\"]", what);
    snprintf(want, sizeof(want), "431[%s]", answer);
    ws_client_expect_answer(client, sent, want);
}

static void listeners_of_a_socket_come_and_go(void **state)
{
    char notes[256] = "";
    struct ws_client client;
    struct live live;

    (void)state;
    live_init(&live, 1);
    sails_io_on_connection(live.root, hang_notes, notes);
    sails_io_on(live.root, "do", on_do, NULL);
    live_lift(&live);
    ws_client_expect_in(&client, live.port, 5);
    assert_true(ws_client_send(&client, "42[\"x\"]"));
    ask(&client, "tell", "\"\"");
    ask(&client, "listen", "");
    assert_true(ws_client_send(&client, "42[\"x\"]"));
    assert_true(ws_client_send(&client, "42[\"x\"]"));
    ask(&client, "tell", "\"any a once any b a any b \""); /* `any` hears "do", too */
    ask(&client, "off b", "");
    assert_true(ws_client_send(&client, "42[\"x\"]"));
    ask(&client, "tell", "\"any any a any \"");
    ask(&client, "end", "");
    assert_true(ws_client_send(&client, "42[\"x\"]"));
    assert_true(ws_client_send(&client, "42[\"x\"]"));
    ask(&client, "tell", "\"any any a any end later \"");
    ask(&client, "leave", "");
    assert_true(ws_client_send(&client, "42[\"x\"]"));
    ws_client_expect(&client, "41");
    assert_string_equal(notes, "later leave ");
    ws_client_close(&client);
    live_end(&live);
}

/* ---- those who look at others' ---- */

struct eyes {
    char notes[256];
};

static void look(const char *who, void *ctx)
{
    struct eyes *eyes = ctx;
    size_t len = strlen(eyes->notes);

    snprintf(eyes->notes + len, sizeof(eyes->notes) - len, "%s ", who);
}

static void look_first(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    look(strcmp(sails_io_event_name(event), "sync") == 0 ? "" : "first", ctx);
}

static void look_second(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    look(strcmp(sails_io_event_name(event), "sync") == 0 ? "" : "second", ctx);
}

static void look_out(sails_io_namespace *nsp, sails_io_socket *socket, const char *event,
                     json_t *args, void *ctx)
{
    char text[64];

    must(json_is_array(args));
    snprintf(text, sizeof(text), "%s%s:%s:%zu", sails_io_namespace_name(nsp),
             socket != NULL ? "one" : "many", event, json_array_size(args));
    look(text, ctx);
}

static void answer_hello(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
    must(sails_io_socket_emit(socket, "welcome", json_integer(1), 0) == 0);
    must(sails_io_socket_broadcast(socket, NULL, "news", NULL) == 0);
}

/* Refuses "secret". */
static bool keep_secret(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    bool is_secret = strcmp(sails_io_event_name(event), "secret") == 0;

    (void)socket;
    (void)ctx;
    must(!is_secret || sails_io_event_refuse(event, "not for you", json_integer(7)) == 0);
    return !is_secret;
}

static void note_namespace(sails_io_namespace *nsp, void *ctx)
{
    look(sails_io_namespace_name(nsp), ctx);
}

static bool match_rooms(const char *name, json_t *auth, void *ctx)
{
    (void)auth;
    (void)ctx;
    return strncmp(name, "/room-", 6) == 0;
}

static void a_namespace_is_looked_at_before_and_behind(void **state)
{
    struct eyes eyes = {""};
    struct ws_client client;
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_io_on_any(live.root, look_second, &eyes), 0);
    assert_int_equal(sails_io_prepend_any(live.root, look_first, &eyes), 0);
    assert_int_equal(sails_io_on_any_outgoing(live.root, look_out, &eyes), 0);
    assert_int_equal(sails_io_on(live.root, "hello", answer_hello, NULL), 0);
    assert_int_equal(sails_io_use_event(live.root, keep_secret, NULL), 0);
    assert_int_equal(sails_io_on_new_namespace(live.io, note_namespace, &eyes), 0);
    assert_non_null(sails_io_of_matching(live.io, match_rooms, NULL));
    live_lift(&live);
    assert_int_equal(sails_io_prepend_any(live.root, look_first, &eyes), SAILS_ESTATE);
    assert_int_equal(sails_io_prepend_any(NULL, look_first, &eyes), SAILS_EINVAL);
    assert_int_equal(sails_io_on_any_outgoing(live.root, look_out, &eyes), SAILS_ESTATE);
    assert_int_equal(sails_io_on_new_namespace(live.io, note_namespace, &eyes), SAILS_ESTATE);
    assert_int_equal(sails_io_on_new_namespace(NULL, note_namespace, &eyes), SAILS_EINVAL);
    assert_int_equal(sails_io_event_refuse(NULL, "x", json_null()), SAILS_EINVAL);
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_answer(&client, "42[\"hello\"]", "42[\"welcome\",1]");
    live_expect_nothing(&client);
    assert_string_equal(eyes.notes, "first second /one:welcome:1 /many:news:0   ");
    eyes.notes[0] = '\0';
    ws_client_expect_answer(&client, "421[\"secret\"]",
                            "431[{\"error\":{\"message\":\"not for you\",\"data\":7}}]");
    ws_client_expect_answer(&client, "42[\"secret\"]",
                            "42[\"error\",{\"message\":\"not for you\",\"data\":7}]");
    assert_string_equal(eyes.notes, "/one:error:1 ");
    eyes.notes[0] = '\0';
    assert_true(ws_client_join(&client, "/room-1", ""));
    assert_string_equal(eyes.notes, "/room-1 ");
    ws_client_close(&client);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listeners_of_a_socket_come_and_go),
        cmocka_unit_test(a_namespace_is_looked_at_before_and_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
