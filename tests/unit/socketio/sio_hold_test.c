#include "socketio/sio_state.h"
#include "unit/socketio/sio_fixture.h"

#include <errno.h>

/* A client of revision 5 whose CONNECT to "/a" waits for a decision. */
static struct sim_link *connecting(struct fixture *f)
{
    struct sim_link *link = NULL;

    fixture_begin(f);
    link = join_v5(f);
    f->rule = DECIDE_LATER;
    say(link, "40/a,");
    assert_string_equal(hear(f, link), "");
    return link;
}

static void what_comes_too_early_is_delivered_after_the_connect(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);

    (void)state;
    say(link, "42/a,1[\"one\"]");
    say(link, "451-/a,[\"two\",{\"_placeholder\":true,\"num\":0}]");
    say_binary(link, "\1\2");
    say(link, "42[\"other namespaces pass by\"]");
    assert_string_equal(hear(&f, link), "");
    assert_string_equal(take_log(&f), "event:[\"other namespaces pass by\"]");
    fixture_accept(&f, f.sockets[1]);
    say(link, "42/a,[\"three\"]"); /* behind those that wait */
    assert_string_equal(take_log(&f), "+/a");
    assert_string_equal(hear(&f, link), "40/a,{\"sid\":\"ID\"}");
    assert_string_equal(take_log(&f), "event:1:[\"one\"] "
                                      "event:[\"two\",{\"_placeholder\":true,\"num\":0}] "
                                      "event:[\"three\"]");
    say(link, "42/a,[\"four\"]");
    assert_string_equal(take_log(&f), "event:[\"four\"]");
    fixture_deinit(&f);
}

static void a_held_disconnect_keeps_its_place(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);

    (void)state;
    say(link, "42/a,[\"one\"]");
    say(link, "41/a,");
    fixture_accept(&f, f.sockets[1]);
    assert_string_equal(hear(&f, link), "40/a,{\"sid\":\"ID\"}");
    assert_string_equal(take_log(&f), "+/a event:[\"one\"] leaving:client namespace disconnect "
                                      "gone:client namespace disconnect");
    fixture_deinit(&f);
}

static void an_event_behind_a_held_disconnect_closes(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);

    (void)state;
    say(link, "41/a,");
    say(link, "42/a,[\"one\"]");
    fixture_accept(&f, f.sockets[1]);
    assert_string_equal(hear(&f, link), "40/a,{\"sid\":\"ID\"} close");
    assert_string_equal(take_log(&f), "+/a leaving:client namespace disconnect "
                                      "gone:client namespace disconnect "
                                      "leaving:forced close gone:forced close");
    fixture_deinit(&f);
}

static void an_event_for_a_namespace_that_refuses_closes(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);

    (void)state;
    say(link, "42/a,[\"one\"]");
    sio_socket_refuse(f.sockets[1], "no", NULL);
    assert_string_equal(hear(&f, link), "44/a,{\"message\":\"no\"} close");
    assert_string_equal(take_log(&f), "leaving:forced close gone:forced close");
    fixture_deinit(&f);
}

static void only_so_many_packets_are_held(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);

    (void)state;
    for (int i = 0; i < MAX_HELD_PACKETS; i++) {
        say(link, "42/a,[\"one\"]");
    }
    assert_string_equal(hear(&f, link), "");
    say(link, "42/a,[\"one too many\"]");
    assert_string_equal(hear(&f, link), "close(1009)");
    assert_string_equal(take_log(&f), "error leaving:forced close gone:forced close "
                                      "gone:forced close");
    fixture_deinit(&f);
}

static void only_so_many_bytes_are_held(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);
    struct buf text = {0};

    (void)state;
    buf_append_str(&text, STR("42/a,[\""));
    for (int i = 0; i < MAX_HELD_BYTES / 2; i++) {
        buf_append_char(&text, 'x');
    }
    buf_append(&text, "\"]", 3);
    say(link, text.ptr);
    assert_string_equal(hear(&f, link), "");
    say(link, text.ptr);
    assert_string_equal(hear(&f, link), "close(1009)");
    buf_deinit(&text);
    fixture_deinit(&f);
}

/* Whatever was accepted is allowed again. */
static void the_limit_is_for_what_is_held_now(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);

    (void)state;
    f.is_quiet = true;
    for (size_t round = 1; round < 4; round++) {
        for (int i = 0; i < MAX_HELD_PACKETS; i++) {
            say(link, "42/a,[\"one\"]");
        }
        fixture_accept(&f, f.sockets[round]);
        assert_string_equal(hear(&f, link), "40/a,{\"sid\":\"ID\"}");
        say(link, "41/a,");
        say(link, "40/a,");
    }
    assert_string_equal(hear(&f, link), "");
    fixture_deinit(&f);
}

static void kick(struct fixture *f, struct sio_socket *socket, const struct sio_packet *packet)
{
    (void)f;
    (void)packet;
    sio_socket_disconnect(socket, false);
    sio_socket_disconnect(socket, true); /* it is gone: nothing happens */
}

/* socket-io 38 */
static void what_is_held_behind_a_server_s_disconnect_is_dropped(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);

    (void)state;
    f.on_event = kick;
    say(link, "42/a,[\"one\"]");
    say(link, "42/a,[\"two\"]");
    fixture_accept(&f, f.sockets[1]);
    assert_string_equal(hear(&f, link), "40/a,{\"sid\":\"ID\"} 41/a,");
    assert_string_equal(take_log(&f), "+/a event:[\"one\"] leaving:server namespace disconnect "
                                      "gone:server namespace disconnect");
    fixture_deinit(&f);
}

static void what_is_held_ends_with_the_connection(void **state)
{
    struct fixture f;
    struct sim_link *link = connecting(&f);

    (void)state;
    say(link, "42/a,[\"one\"]");
    fixture_accept(&f, f.sockets[1]);
    sim_break(link, -ECONNRESET);
    sim_run(&f.sim);
    assert_null(strstr(take_log(&f), "event"));
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_too_early_is_delivered_after_the_connect),
        cmocka_unit_test(a_held_disconnect_keeps_its_place),
        cmocka_unit_test(an_event_behind_a_held_disconnect_closes),
        cmocka_unit_test(an_event_for_a_namespace_that_refuses_closes),
        cmocka_unit_test(only_so_many_packets_are_held),
        cmocka_unit_test(only_so_many_bytes_are_held),
        cmocka_unit_test(the_limit_is_for_what_is_held_now),
        cmocka_unit_test(what_is_held_behind_a_server_s_disconnect_is_dropped),
        cmocka_unit_test(what_is_held_ends_with_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
