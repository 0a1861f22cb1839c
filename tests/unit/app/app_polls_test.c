#include "support/fleet.h"
#include "support/http_client.h"

/*
 * Polls that reach a node which does not have the session: two nodes, and a client whose balancer sends each request
 * where it likes.
 */

struct wanderer {
    struct fleet fleet;
    char sid[32];
};

static void ask(struct wanderer *w, size_t node, const char *method, const char *body,
                unsigned status, const char *want)
{
    struct http_answer answer = {0};
    char target[120];

    (void)snprintf(target, sizeof(target), "/socket.io/?EIO=4&transport=polling%s%s",
                   w->sid[0] != '\0' ? "&sid=" : "", w->sid);
    assert_true(
        http_client_ask(w->fleet.nodes[node].port, method, target, "", str_from(body), &answer));
    assert_int_equal(answer.status, status);
    if (strstr(answer.body.ptr, want) == NULL) {
        fail_msg("\"%s\" instead of \"%s\"", answer.body.ptr, want);
    }
    if (w->sid[0] == '\0') {
        const char *found = strstr(answer.body.ptr, "\"sid\":\"");

        assert_non_null(found);
        (void)snprintf(w->sid, sizeof(w->sid), "%.*s", (int)strcspn(found + 7, "\""), found + 7);
    }
    http_answer_deinit(&answer);
}

static void greet(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    must(sails_io_socket_emit(socket, "welcome", NULL, 0) == 0);
}

static void echo(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    must(sails_io_socket_emit(socket, "echo", json_incref(sails_io_event_arg(event, 0)), 0) == 0);
}

/* Its session is the first node's. */
static struct wanderer *wanderer_open(void)
{
    struct wanderer *w = mem_calloc(1, sizeof(*w));

    assert_non_null(w);
    fleet_init(&w->fleet, 1);
    for (int i = 0; i < 2; i++) {
        struct fleet_node *node = fleet_add(&w->fleet, i == 0 ? 3 : 1);

        assert_int_equal(sails_io_on_connection(node->root, greet, NULL), 0);
        assert_int_equal(sails_io_on(node->root, "say", echo, NULL), 0);
    }
    fleet_lift(&w->fleet);
    ask(w, 0, "GET", "", 200, "\"upgrades\"");
    return w;
}

static void wanderer_end(struct wanderer *w)
{
    fleet_end(&w->fleet);
    mem_free(w);
}

static void a_poll_finds_its_session_on_another_node(void **state)
{
    struct wanderer *w = wanderer_open();

    (void)state;
    ask(w, 1, "POST", "40", 200, "ok");
    ask(w, 1, "GET", "", 200, "42[\"welcome\"]");
    for (size_t i = 0; i < 4; i++) {
        ask(w, i % 2, "POST", "42[\"say\",\"\xc3\xa4\"]", 200, "ok");
        ask(w, i / 2, "GET", "", 200, "42[\"echo\",\"\xc3\xa4\"]");
    }
    wanderer_end(w);
}

static void whom_nobody_knows_is_told_so_once_nobody_has_answered(void **state)
{
    struct wanderer *w = wanderer_open();

    (void)state;
    w->sid[5] = w->sid[5] == 'x' ? 'y' : 'x';
    ask(w, 1, "GET", "", 400, "Session ID unknown");
    wanderer_end(w);
}

/* Its owner has the answer and nobody to give it to: that ends the session, as a poll that breaks off does at home. */
static void a_client_that_goes_is_gone_for_the_owner_too(void **state)
{
    struct wanderer *w = wanderer_open();
    struct tcp_client client;
    char target[120];

    (void)state;
    ask(w, 1, "POST", "40", 200, "ok");
    ask(w, 1, "GET", "", 200, "welcome");
    (void)snprintf(target, sizeof(target), "/socket.io/?EIO=4&transport=polling&sid=%s", w->sid);
    assert_true(tcp_client_open(&client, w->fleet.nodes[1].port));
    assert_true(http_client_send(&client, "GET", target, "", STR("")));
    fleet_settle(&w->fleet);
    tcp_client_close(&client);
    fleet_settle(&w->fleet);
    ask(w, 0, "GET", "", 400, "Session ID unknown");
    wanderer_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_poll_finds_its_session_on_another_node),
        cmocka_unit_test(whom_nobody_knows_is_told_so_once_nobody_has_answered),
        cmocka_unit_test(a_client_that_goes_is_gone_for_the_owner_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
