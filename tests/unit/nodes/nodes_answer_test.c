#include "nodes/nodes_answer.h"

#include "support/pair.h"

/*
 * What other nodes ask: the answers, byte for byte, and whom what they say concerns. The test is the other
 * node, by the channels alone.
 */

#define REQUESTS  "socket.io-request#/#"
#define RESPONSES "socket.io-response#/#"

/* Of the second node, to which the client in room "r" is connected, alone. */
struct scene {
    struct pair *pair;
    struct tapped tapped;
};

static void scene_open(struct scene *scene)
{
    *scene = (struct scene){.pair = pair_open()};
    scene->pair->fleet.broker.tap = tap;
    scene->pair->fleet.broker.tap_ctx = &scene->tapped;
}

static void scene_end(struct scene *scene)
{
    pair_end(scene->pair);
    buf_deinit(&scene->tapped.text);
}

/* The client of the second node is in these rooms, its own apart. */
static void expect_rooms(struct scene *scene, const char *rooms)
{
    char want[512];

    fleet_settle(&scene->pair->fleet);
    buf_clear(&scene->tapped.text);
    say(scene->pair, REQUESTS,
        "{\"requestId\":\"q\",\"type\":5,\"opts\":{\"rooms\":[\"r\"],\"except\":[]}}");
    (void)snprintf(want, sizeof(want), "\"rooms\":[\"%s\"%s]", scene->pair->clients[1].id, rooms);
    buf_append_char(&scene->tapped.text, '\0');
    if (strstr(scene->tapped.text.ptr, want) == NULL) {
        fail_msg("no %s in %s", want, scene->tapped.text.ptr);
    }
    buf_clear(&scene->tapped.text);
}

/* redis-cluster 11 */
static void sockets_and_rooms_are_told_as_node_tells_them(void **state)
{
    struct scene scene;
    char want[512];

    (void)state;
    scene_open(&scene);
    say(scene.pair, REQUESTS, "{\"requestId\":\"a\",\"type\":0,\"rooms\":[\"r\"]}");
    (void)snprintf(want, sizeof(want),
                   RESPONSES " {\"requestId\":\"a\",\"sockets\":[]}\n" RESPONSES
                             " {\"requestId\":\"a\",\"sockets\":[\"%s\"]}\n",
                   scene.pair->clients[1].id);
    expect_tapped(scene.pair, &scene.tapped, want);
    say(scene.pair, REQUESTS, "{\"uid\":\"x\",\"requestId\":\"b\",\"type\":1}");
    (void)snprintf(want, sizeof(want),
                   RESPONSES " {\"requestId\":\"b\",\"rooms\":[\"%s\"]}\n" RESPONSES
                             " {\"requestId\":\"b\",\"rooms\":[\"r\",\"%s\"]}\n",
                   scene.pair->clients[0].id, scene.pair->clients[1].id);
    expect_tapped(scene.pair, &scene.tapped, want);
    say(scene.pair, REQUESTS,
        "{\"uid\":\"x\",\"requestId\":\"c\",\"type\":5,\"opts\":{\"rooms\":[\"s\"],\"except\":[]}}");
    expect_tapped(scene.pair, &scene.tapped,
                  RESPONSES " {\"requestId\":\"c\",\"sockets\":[]}\n" RESPONSES
                            " {\"requestId\":\"c\",\"sockets\":[]}\n");
    scene_end(&scene);
}

/* redis-cluster 12 */
static void what_many_shall_do_is_done_with_a_uid_and_without(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene);
    say(scene.pair, REQUESTS,
        "{\"uid\":\"x\",\"type\":2,\"opts\":{\"rooms\":[\"r\"],\"except\":[]},\"rooms\":[\"n1\"]}");
    expect_rooms(&scene, ",\"r\",\"n1\"");
    say(scene.pair, REQUESTS, "{\"type\":2,\"opts\":{},\"rooms\":[\"n2\",7]}");
    expect_rooms(&scene, ",\"r\",\"n1\",\"n2\",\"7\"");
    say(scene.pair, REQUESTS,
        "{\"type\":3,\"opts\":{\"rooms\":[\"n1\"],\"except\":[\"n2\"]},\"rooms\":[\"n1\"]}");
    expect_rooms(&scene, ",\"r\",\"n1\",\"n2\",\"7\"");
    say(scene.pair, REQUESTS,
        "{\"type\":3,\"opts\":{\"rooms\":[\"n1\"]},\"rooms\":[\"n1\",\"n2\"]}");
    expect_rooms(&scene, ",\"r\",\"7\"");
    say(scene.pair, REQUESTS, "{\"type\":4,\"opts\":{\"rooms\":[\"r\"]},\"close\":false}");
    ws_client_expect(&scene.pair->clients[1], "41");
    live_expect_nothing(&scene.pair->clients[0]);
    scene_end(&scene);
}

/* redis-cluster 12: what this node has said itself comes back, and is done once */
static void what_a_node_does_to_many_is_done_once_on_each(void **state)
{
    struct scene scene;
    struct fleet_node *node = NULL;

    (void)state;
    scene_open(&scene);
    node = &scene.pair->fleet.nodes[1];
    assert_int_equal(
        sails_io_sockets_join(node->root, NULL, SAILS_ROOMS("m"), tell, &scene.pair->done), 0);
    assert_int_equal(told_status(&scene.pair->done), 0);
    assert_int_equal(
        sails_io_sockets_leave(node->root, NULL, SAILS_ROOMS("m"), tell, &scene.pair->done), 0);
    assert_int_equal(told_status(&scene.pair->done), 0);
    /* Had the join been done when it came back, it would come behind the leave. */
    expect_rooms(&scene, ",\"r\"");
    assert_int_equal(sails_io_sockets_join(node->root,
                                           &(struct sails_io_target){.flags = SAILS_IO_LOCAL},
                                           SAILS_ROOMS("m"), tell, &scene.pair->done),
                     0);
    assert_int_equal(told_status(&scene.pair->done), 0);
    expect_tapped(scene.pair, &scene.tapped, "");
    scene_end(&scene);
}

/* redis-cluster 13 */
static void what_one_socket_shall_do_its_node_alone_does_and_answers(void **state)
{
    struct scene scene;
    char request[512];

    (void)state;
    scene_open(&scene);
    (void)snprintf(request, sizeof(request),
                   "{\"requestId\":\"a\",\"type\":2,\"sid\":\"%s\",\"room\":\"one\"}",
                   scene.pair->clients[1].id);
    say(scene.pair, REQUESTS, request);
    expect_tapped(scene.pair, &scene.tapped, RESPONSES " {\"requestId\":\"a\"}\n");
    expect_rooms(&scene, ",\"r\",\"one\"");
    (void)snprintf(request, sizeof(request),
                   "{\"requestId\":\"b\",\"type\":3,\"sid\":\"%s\",\"room\":\"one\"}",
                   scene.pair->clients[1].id);
    say(scene.pair, REQUESTS, request);
    expect_tapped(scene.pair, &scene.tapped, RESPONSES " {\"requestId\":\"b\"}\n");
    expect_rooms(&scene, ",\"r\"");
    say(scene.pair, REQUESTS,
        "{\"requestId\":\"c\",\"type\":2,\"sid\":\"nobody\",\"room\":\"one\"}");
    expect_tapped(scene.pair, &scene.tapped, "");
    scene_end(&scene);
}

/* redis-cluster 15, 16: a count at once, then an ack a client, JSON where there is no binary */
static void acks_are_told_one_by_one_behind_their_number(void **state)
{
    struct scene scene;
    static const char ask[] =
        "{\"uid\":\"x\",\"requestId\":\"a\",\"type\":7,\"packet\":{\"type\":2,\"data\":[\"q\",1],"
        "\"nsp\":\"/\"},\"opts\":{\"rooms\":[\"r\"],\"except\":[],\"flags\":{\"timeout\":300}}}";

    (void)state;
    scene_open(&scene);
    say(scene.pair, REQUESTS, ask);
    ws_client_expect(&scene.pair->clients[1], "420[\"q\",1]");
    expect_tapped(scene.pair, &scene.tapped,
                  RESPONSES " {\"type\":8,\"requestId\":\"a\",\"clientCount\":0}\n" RESPONSES
                            " {\"type\":8,\"requestId\":\"a\",\"clientCount\":1}\n");
    sim_broker_publish(&scene.pair->fleet.broker, REQUESTS, ask, strlen(ask));
    ws_client_expect(&scene.pair->clients[1], "421[\"q\",1]");
    assert_true(ws_client_send(&scene.pair->clients[1], "431[{\"x\":1},2]"));
    expect_tapped(scene.pair, &scene.tapped,
                  RESPONSES " {\"type\":8,\"requestId\":\"a\",\"clientCount\":0}\n" RESPONSES
                            " {\"type\":8,\"requestId\":\"a\",\"clientCount\":1}\n" RESPONSES
                            " {\"type\":9,\"requestId\":\"a\",\"packet\":{\"x\":1}}\n");
    sim_broker_publish(&scene.pair->fleet.broker, REQUESTS, ask, strlen(ask));
    ws_client_expect(&scene.pair->clients[1], "422[\"q\",1]");
    sim_world_advance(&scene.pair->fleet.world, 50);
    buf_clear(&scene.tapped.text);
    assert_true(ws_client_send(&scene.pair->clients[1], "432[]"));
    assert_true(ws_client_send(&scene.pair->clients[1], "430[\"too late\"]"));
    expect_tapped(scene.pair, &scene.tapped, RESPONSES " {\"type\":9,\"requestId\":\"a\"}\n");
    scene_end(&scene);
}

static void answer(sails_io_namespace *nsp, sails_io_server_event *event, void *ctx)
{
    struct told *told = ctx;

    (void)nsp;
    assert_string_equal(sails_io_server_event_name(event), "hi");
    assert_int_equal(json_array_size(sails_io_server_event_args(event)), 2);
    sails_io_server_ack_send(sails_io_server_event_take_ack(event), json_string("yes"));
    assert_null(sails_io_server_event_take_ack(event));
    tell(0, told);
}

static void give_up(sails_io_namespace *nsp, sails_io_server_event *event, void *ctx)
{
    (void)nsp;
    sails_io_server_ack_drop(sails_io_server_event_take_ack(event));
    assert_null(sails_io_server_event_take_ack(event));
    sails_io_server_ack_drop(NULL);
    tell(0, ctx);
}

/* redis-cluster 14 */
static void events_for_programs_are_answered_where_it_is_wanted(void **state)
{
    struct fleet *fleet = mem_alloc(sizeof(*fleet));
    struct pair *pair = (struct pair *)(void *)fleet;
    struct tapped tapped = {{0}};
    struct told told;

    (void)state;
    assert_non_null(fleet);
    told_init(&told);
    fleet_init(fleet, 1);
    fleet_add(fleet, 1);
    assert_int_equal(sails_io_on_server_side_event(fleet->nodes[0].root, "hi", answer, &told), 0);
    assert_int_equal(sails_io_on_server_side_event(fleet->nodes[0].root, "give up", give_up, &told),
                     0);
    fleet_lift(fleet);
    fleet->broker.tap = tap;
    fleet->broker.tap_ctx = &tapped;
    say(pair, REQUESTS, "{\"uid\":\"emitter\",\"type\":6,\"data\":[\"hi\",1,2]}");
    expect_tapped(pair, &tapped, "");
    say(pair, REQUESTS, "{\"uid\":\"x\",\"requestId\":\"a\",\"type\":6,\"data\":[\"hi\",1,2]}");
    expect_tapped(pair, &tapped, RESPONSES " {\"type\":6,\"requestId\":\"a\",\"data\":\"yes\"}\n");
    say(pair, REQUESTS, "{\"uid\":\"x\",\"requestId\":\"a\",\"type\":6,\"data\":[\"other\"]}");
    expect_tapped(pair, &tapped, "");
    say(pair, REQUESTS, "{\"uid\":\"x\",\"requestId\":\"a\",\"type\":6,\"data\":[\"give up\"]}");
    expect_tapped(pair, &tapped, "");
    assert_int_equal(atomic_load(&told.count), 3);
    assert_int_equal(fleet_state(&fleet->nodes[0]).refused, 0);
    fleet_end(fleet);
    buf_deinit(&tapped.text);
    mem_free(fleet);
}

/* redis-cluster 17 */
static void answers_go_to_the_asker_alone_where_that_is_set(void **state)
{
    struct fleet *fleet = mem_alloc(sizeof(*fleet));
    struct pair *pair = (struct pair *)(void *)fleet;
    struct tapped tapped = {{0}};

    (void)state;
    assert_non_null(fleet);
    fleet_init(fleet, 1);
    fleet_add(fleet, 1);
    assert_int_equal(sails_app_set(fleet->nodes[0].app,
                                   "sockets.adapterOptions.publishOnSpecificResponseChannel",
                                   json_true()),
                     0);
    fleet_lift(fleet);
    fleet->broker.tap = tap;
    fleet->broker.tap_ctx = &tapped;
    say(pair, REQUESTS, "{\"uid\":\"x\",\"requestId\":\"a\",\"type\":1}");
    expect_tapped(pair, &tapped, RESPONSES "x# {\"requestId\":\"a\",\"rooms\":[]}\n");
    say(pair, REQUESTS, "{\"requestId\":\"a\",\"type\":1}");
    expect_tapped(pair, &tapped, RESPONSES " {\"requestId\":\"a\",\"rooms\":[]}\n");
    fleet_end(fleet);
    buf_deinit(&tapped.text);
    mem_free(fleet);
}

/* redis-cluster 9 */
static void what_breaks_node_is_refused(void **state)
{
    static const char *const broken[] = {
        "{\"type\":5,\"requestId\":\"a\"}",
        "{\"type\":6,\"data\":[]}",
        "{\"type\":6,\"data\":7}",
        "{\"type\":6,\"data\":[\"a\\u0000b\"]}",
        "{\"type\":7,\"requestId\":\"a\"}",
        "{\"type\":2,\"opts\":{},\"rooms\":[\"\"]}",
        "{\"type\":2,\"opts\":{},\"rooms\":[\"a\\u0000b\"]}",
        "{\"type\":0,\"requestId\":\"a\",\"rooms\":5}",
    };
    struct scene scene;

    (void)state;
    scene_open(&scene);
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        say(scene.pair, REQUESTS, broken[i]);
        assert_int_equal(fleet_state(&scene.pair->fleet.nodes[1]).refused, i + 1);
    }
    expect_tapped(scene.pair, &scene.tapped, "");
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_and_rooms_are_told_as_node_tells_them),
        cmocka_unit_test(what_many_shall_do_is_done_with_a_uid_and_without),
        cmocka_unit_test(what_a_node_does_to_many_is_done_once_on_each),
        cmocka_unit_test(what_one_socket_shall_do_its_node_alone_does_and_answers),
        cmocka_unit_test(acks_are_told_one_by_one_behind_their_number),
        cmocka_unit_test(events_for_programs_are_answered_where_it_is_wanted),
        cmocka_unit_test(answers_go_to_the_asker_alone_where_that_is_set),
        cmocka_unit_test(what_breaks_node_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
