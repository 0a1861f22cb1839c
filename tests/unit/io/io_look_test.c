#include "support/live_world.h"

/*
 * Looking at the sockets of a node: one by its id, how many, in which rooms; and what hangs on one of them.
 */

/* ---- one socket ---- */

struct meeting {
    struct world *world;
    struct told told;
    const char *room; /* that it joins */
    char id[32];
    char address[64];
};

static void note_socket(sails_io_socket *socket, int status, void *ctx)
{
    struct meeting *meeting = ctx;

    must((socket != NULL) == (status == 0));
    if (socket != NULL) {
        snprintf(meeting->id, sizeof(meeting->id), "%s", sails_io_socket_id(socket));
        snprintf(meeting->address, sizeof(meeting->address), "%s", sails_io_socket_address(socket));
        must(sails_io_socket_join(socket, meeting->room) == 0);
    }
    tell(status, &meeting->told);
}

static void meet_each(struct world *world)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        struct meeting meeting = {.world = world, .room = "met"};

        told_init(&meeting.told);
        assert_int_equal(
            sails_io_with_socket(world->live.root, world->clients[i].id, note_socket, &meeting), 0);
        assert_int_equal(told_status(&meeting.told), 0);
        assert_string_equal(meeting.id, world->clients[i].id);
        assert_string_equal(meeting.address, "127.0.0.1");
    }
    world_expect_members(world, "met", 0x3f);
}

IN_EVERY_WAY(a_function_meets_the_socket_of_an_id, meet_each)

static void who_is_not_there_is_not_met(void **state)
{
    struct live live;
    struct meeting meeting = {.room = "met"};

    (void)state;
    told_init(&meeting.told);
    live_init(&live, 2);
    assert_int_equal(sails_io_with_socket(live.root, "x", note_socket, &meeting), SAILS_ESTATE);
    live_log_expect(&live.log, "Sockets were asked for, or told to do something, before the app is "
                               "lifted");
    live_lift(&live);
    assert_int_equal(sails_io_with_socket(NULL, "x", note_socket, &meeting), SAILS_EINVAL);
    assert_int_equal(sails_io_with_socket(live.root, NULL, note_socket, &meeting), SAILS_EINVAL);
    assert_int_equal(sails_io_with_socket(live.root, "x", NULL, &meeting), SAILS_EINVAL);
    mem_fail_after(0);
    assert_int_equal(sails_io_with_socket(live.root, "x", note_socket, &meeting), SAILS_ENOMEM);
    mem_fail_after(-1);
    assert_int_equal(sails_io_with_socket(live.root, "x", note_socket, &meeting), 0);
    assert_int_equal(told_status(&meeting.told), SAILS_ENOENT);
    assert_int_equal(sails_io_with_socket(live.root, "AAAAAAAAAAAAAAAAAAAA", note_socket, &meeting),
                     0);
    assert_int_equal(told_status(&meeting.told), SAILS_ENOENT);
    live_end(&live);
}

/* ---- its end ---- */

static void end_one(struct world *world)
{
    const char *id = world->clients[0].id;

    assert_int_equal(sails_io_disconnect_socket(NULL, id, false, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_disconnect_socket(world->live.root, NULL, false, NULL, NULL),
                     SAILS_EINVAL);
    world_join(world, 1, 3, id); /* bystanders, in a room of that name */
    assert_int_equal(sails_io_disconnect_socket(world->live.root, id, false, tell, &world->done),
                     0);
    assert_int_equal(told_status(&world->done), 0);
    ws_client_expect(&world->clients[0], "41");
    for (size_t i = 1; i < N_CLIENTS; i++) {
        live_expect_nothing(&world->clients[i]);
    }
    assert_int_equal(sails_io_disconnect_socket(world->live.root, id, true, tell, &world->done), 0);
    assert_int_equal(told_status(&world->done), SAILS_ENOENT);
    for (size_t i = 1; i < N_CLIENTS; i++) {
        live_expect_nothing(&world->clients[i]);
    }
}

static void a_socket_is_disconnected_alone(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct world world;

        world_init(&world, (struct way){workers, false});
        world_lift(&world);
        end_one(&world);
        world_end(&world);
    }
}

/* ---- counting ---- */

struct count {
    struct told told;
    size_t n;
};

static void note_count(int status, size_t n_sockets, void *ctx)
{
    struct count *count = ctx;

    count->n = n_sockets;
    tell(status, &count->told);
}

static void expect_count(struct world *world, const struct sails_io_target *target, size_t n)
{
    struct count count = {.n = 0};

    told_init(&count.told);
    assert_int_equal(sails_io_count_sockets(world->live.root, target, note_count, &count), 0);
    assert_int_equal(told_status(&count.told), 0);
    assert_int_equal(count.n, n);
}

static void count_all_and_some(struct world *world)
{
    json_t *names = json_pack("[s, s]", "even", "hall");

    world_join(world, 0, 3, "hall");
    world_join(world, 2, 4, "even");
    expect_count(world, NULL, N_CLIENTS + 1); /* the caller */
    expect_count(world, SAILS_TO("hall"), 4);
    expect_count(world, SAILS_TO("hall", "even"), 5);
    expect_count(world, SAILS_EXCEPT("hall"), 3);
    expect_count(world, SAILS_TO_JSON(names), 5);
    expect_count(world, SAILS_TO_JSON(NULL), 0);
    expect_count(world, SAILS_TO("nobody"), 0);
    expect_count(world, SAILS_TO(world->clients[1].id), 1);
    json_decref(names);
}

IN_EVERY_WAY(sockets_are_counted_over_all_workers, count_all_and_some)

/* ---- rooms ---- */

struct listing {
    struct told told;
    char text[256];
};

static void note_rooms(int status, const struct sails_io_room *rooms, size_t n, void *ctx)
{
    struct listing *listing = ctx;
    size_t len = 0;

    listing->text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        len += (size_t)snprintf(listing->text + len, sizeof(listing->text) - len, "%s:%zu ",
                                rooms[i].name, rooms[i].n_sockets);
    }
    tell(status, &listing->told);
}

static void expect_rooms(struct world *world, const char *text)
{
    struct listing listing = {.text = ""};

    told_init(&listing.told);
    assert_int_equal(sails_io_list_rooms(world->live.root, note_rooms, &listing), 0);
    assert_int_equal(told_status(&listing.told), 0);
    assert_string_equal(listing.text, text);
}

static void list_rooms(struct world *world)
{
    expect_rooms(world, "");
    world_join(world, 0, 3, "hall");
    world_join(world, 5, 5, "attic");
    expect_rooms(world, "attic:1 hall:4 ");
}

IN_EVERY_WAY(rooms_are_listed_with_how_many_are_in_them, list_rooms)

static void looking_survives_null(void **state)
{
    struct live live;
    sails_io_namespace *parent = NULL;
    char long_name[SAILS_ROOM_NAME_MAX + 2];

    (void)state;
    memset(long_name, 'x', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    live_init(&live, 1);
    assert_int_equal(sails_io_count_sockets(live.root, NULL, note_count, NULL), SAILS_ESTATE);
    assert_int_equal(sails_io_list_rooms(live.root, note_rooms, NULL), SAILS_ESTATE);
    live_lift(&live);
    assert_int_equal(sails_io_count_sockets(NULL, NULL, note_count, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_count_sockets(live.root, NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_count_sockets(live.root, SAILS_TO(long_name), note_count, NULL),
                     SAILS_ETOOBIG);
    assert_int_equal(sails_io_list_rooms(parent, note_rooms, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_list_rooms(live.root, NULL, NULL), SAILS_EINVAL);
    mem_fail_after(0);
    assert_int_equal(sails_io_count_sockets(live.root, NULL, note_count, NULL), SAILS_ENOMEM);
    mem_fail_after(0);
    assert_int_equal(sails_io_list_rooms(live.root, note_rooms, NULL), SAILS_ENOMEM);
    mem_fail_after(-1);
    live_end(&live);
}

/* ---- what hangs on a socket ---- */

struct belongings {
    atomic_int n_freed;
    int first, second;
};

static void free_one(void *user)
{
    struct belongings *belongings = user;

    atomic_fetch_add(&belongings->n_freed, 1);
    live_notify();
}

static void hang_on(sails_io_socket *socket, void *ctx)
{
    struct belongings *belongings = ctx;

    must(sails_io_socket_user(socket) == NULL);
    must(sails_io_socket_set_user(socket, belongings, NULL) == 0);
    must(sails_io_socket_set_user(socket, belongings, free_one) == 0);
    must(sails_io_socket_user(socket) == belongings);
}

static void say_query(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    const char *name = json_string_value(sails_io_event_arg(event, 0));

    (void)ctx;
    sails_io_event_ack(event, json_pack("[s?]", sails_io_socket_query(socket, name)));
}

/* The pointer is there while others hear of the end. */
static void still_there(sails_io_socket *socket, const char *reason, void *ctx)
{
    (void)reason;
    must(sails_io_socket_user(socket) == ctx);
}

static bool is_freed(void *ctx)
{
    struct belongings *belongings = ctx;

    return atomic_load(&belongings->n_freed) > 0;
}

static void a_pointer_goes_with_its_socket(void **state)
{
    struct belongings belongings = {.first = 0};
    struct ws_client client;
    struct live live;

    (void)state;
    live_init(&live, 1);
    sails_io_on_connection(live.root, hang_on, &belongings);
    sails_io_on(live.root, "query", say_query, NULL);
    sails_io_on_disconnect(live.root, still_there, &belongings);
    live_lift(&live);
    assert_int_equal(sails_io_socket_set_user(NULL, &belongings, free_one), SAILS_EINVAL);
    assert_null(sails_io_socket_user(NULL));
    assert_null(sails_io_socket_address(NULL));
    assert_null(sails_io_socket_query(NULL, "a"));
    assert_true(ws_client_open(&client, live.port, 5, "&a=1&b=x%20y&a=2&c=%00", ""));
    assert_true(ws_client_join(&client, "/", ""));
    ws_client_expect_answer(&client, "421[\"query\",\"a\"]", "431[\"2\"]");
    ws_client_expect_answer(&client, "422[\"query\",\"b\"]", "432[\"x y\"]");
    ws_client_expect_answer(&client, "423[\"query\",\"c\"]", "433[\"%00\"]");
    ws_client_expect_answer(&client, "424[\"query\",\"d\"]", "434[null]");
    ws_client_expect_answer(&client, "425[\"query\"]", "435[null]");
    assert_false(is_freed(&belongings));
    ws_client_close(&client);
    assert_true(live_wait(is_freed, &belongings));
    live_end(&live);
    assert_int_equal(atomic_load(&belongings.n_freed), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_meets_the_socket_of_an_id),
        cmocka_unit_test(who_is_not_there_is_not_met),
        cmocka_unit_test(a_socket_is_disconnected_alone),
        cmocka_unit_test(sockets_are_counted_over_all_workers),
        cmocka_unit_test(rooms_are_listed_with_how_many_are_in_them),
        cmocka_unit_test(looking_survives_null),
        cmocka_unit_test(a_pointer_goes_with_its_socket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
