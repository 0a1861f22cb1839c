#include "support/pair.h"

/*
 * Managers of python-socketio on a channel of their own: what they publish reaches sockets of every node.
 */

#define CHANNEL "socketio"

/* As pair_open(), with nodes that listen to Python. */
static struct pair *open_listening(void)
{
    struct pair *pair = mem_alloc(sizeof(*pair));

    assert_non_null(pair);
    fleet_init(&pair->fleet, 1);
    for (size_t i = 0; i < 2; i++) {
        sails_app *app = fleet_add(&pair->fleet, i == 0 ? 1 : 3)->app;

        assert_int_equal(sails_app_set(app, "sockets.pythonChannel", json_string(CHANNEL)), 0);
    }
    fleet_lift(&pair->fleet);
    told_init(&pair->done);
    for (size_t i = 0; i < 2; i++) {
        ws_client_expect_in(&pair->clients[i], pair->fleet.nodes[i].port, 5);
    }
    return pair;
}

/* Says it, with an id for "@", and looks who of the clients has heard `want`. */
static void expect_heard(struct pair *pair, const char *template, const char *id, const char *want,
                         unsigned who)
{
    struct buf text = {0};

    for (const char *c = template; *c != '\0'; c++) {
        if (*c == '@') {
            buf_append_str(&text, str_from(id));
        } else {
            buf_append_char(&text, *c);
        }
    }
    buf_append_char(&text, '\0');
    assert_int_equal(buf_error(&text), 0);
    say(pair, CHANNEL, text.ptr);
    buf_deinit(&text);
    for (size_t i = 0; i < 2; i++) {
        if ((who & 1u << i) != 0) {
            ws_client_expect(&pair->clients[i], want);
        }
        live_expect_nothing(&pair->clients[i]);
    }
}

#define EMIT "{\"method\":\"emit\",\"event\":\"e\",\"binary\":false,\"host_id\":\"h\",\"data\":[1],"

static void events_reach_clients_of_every_node(void **state)
{
    struct pair *pair = open_listening();

    (void)state;
    expect_heard(pair, EMIT "\"namespace\":\"/\",\"room\":null,\"skip_sid\":null}", "",
                 "42[\"e\",1]", 3);
    expect_heard(pair, EMIT "\"room\":\"@\"}", pair->clients[1].id, "42[\"e\",1]", 2);
    expect_heard(pair, EMIT "\"skip_sid\":\"@\"}", pair->clients[1].id, "42[\"e\",1]", 1);
    expect_heard(pair, EMIT "\"namespace\":\"/none\"}", "", "", 0);
    expect_heard(pair, EMIT "\"room\":[]}", "", "", 0);
    pair_end(pair);
}

static void rooms_and_connections_change(void **state)
{
    struct pair *pair = open_listening();
    char text[256];

    (void)state;
    expect_heard(pair, "{\"method\":\"enter_room\",\"sid\":\"@\",\"room\":\"r\"}",
                 pair->clients[1].id, "", 0);
    expect_heard(pair, "{\"method\":\"enter_room\",\"sid\":\"@\",\"room\":\"r\"}",
                 pair->clients[0].id, "", 0);
    expect_heard(pair, EMIT "\"room\":\"r\"}", "", "42[\"e\",1]", 3);
    expect_heard(pair, "{\"method\":\"leave_room\",\"sid\":\"@\",\"room\":\"r\"}",
                 pair->clients[0].id, "", 0);
    expect_heard(pair, EMIT "\"room\":\"r\"}", "", "42[\"e\",1]", 2);
    expect_heard(pair, "{\"method\":\"close_room\",\"room\":\"r\"}", "", "", 0);
    expect_heard(pair, EMIT "\"room\":\"r\"}", "", "", 0);
    say(pair, CHANNEL, "{\"method\":\"disconnect\"}"); /* names nobody: it is not everybody */
    expect_heard(pair, EMIT "\"room\":null}", "", "42[\"e\",1]", 3);
    expect_heard(pair, "{\"method\":\"disconnect\",\"sid\":\"@\"}", "nobody", "", 0);
    expect_heard(pair, "{\"method\":\"disconnect\",\"sid\":\"@\",\"namespace\":\"/none\"}",
                 pair->clients[1].id, "", 0);
    (void)snprintf(text, sizeof(text), "{\"method\":\"disconnect\",\"sid\":\"%s\"}",
                   pair->clients[1].id);
    say(pair, CHANNEL, text);
    ws_client_expect(&pair->clients[1], "41");
    live_expect_nothing(&pair->clients[0]);
    pair_end(pair);
}

static void without_the_setting_nobody_listens(void **state)
{
    struct pair *pair = pair_open();

    (void)state;
    expect_heard(pair, EMIT "\"room\":null}", "", "", 0);
    pair_end(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_reach_clients_of_every_node),
        cmocka_unit_test(rooms_and_connections_change),
        cmocka_unit_test(without_the_setting_nobody_listens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
