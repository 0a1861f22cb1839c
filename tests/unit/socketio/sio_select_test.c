#include "base/macros.h"
#include "socketio/sio_state.h"
#include "unit/socketio/sio_fixture.h"

enum {
    N = 6
};

/* Six clients, 0 to 5: 0 and 1 are in "even" or "odd" by their number, and so on; 0 to 2 are "low". */
static void begin(struct fixture *f)
{
    fixture_begin(f);
    for (size_t i = 0; i < N; i++) {
        join_v5(f);
        sio_socket_join(f->sockets[i], i % 2 == 0 ? STR("even") : STR("odd"));
        if (i < 3) {
            sio_socket_join(f->sockets[i], STR("low"));
        }
    }
}

struct visit {
    struct fixture *f;
    size_t times[MAX_SOCKETS];
};

static void count(struct sio_socket *socket, void *ctx)
{
    struct visit *v = ctx;

    for (size_t i = 0; i < v->f->n_sockets; i++) {
        v->times[i] += v->f->sockets[i] == socket ? 1 : 0;
    }
}

/* "013": who was visited; "2" twice would be "22". */
static const char *visited(struct fixture *f, const struct sio_target *target)
{
    static char text[64];
    struct visit v = {.f = f};
    size_t n = sio_namespace_each(f->nsps[0], target, count, &v);
    size_t len = 0;

    for (size_t i = 0; i < f->n_sockets; i++) {
        for (size_t k = 0; k < v.times[i]; k++) {
            text[len++] = (char)('0' + (int)i);
        }
    }
    text[len] = '\0';
    assert_int_equal(n, len);
    return text;
}

/* socket-io 26 */
static void selection_is_a_union_without_the_excepted(void **state)
{
    static const struct {
        struct str rooms[3];
        size_t n_rooms;
        struct str except[2];
        size_t n_except;
        const char *want;
    } cases[] = {
        {{{0}}, 0, {{0}}, 0, "012345"},
        {{{"even", 4}}, 1, {{0}}, 0, "024"},
        {{{"even", 4}, {"low", 3}}, 2, {{0}}, 0, "0124"},
        {{{"even", 4}, {"low", 3}, {"even", 4}}, 3, {{0}}, 0, "0124"},
        {{{"even", 4}, {"odd", 3}}, 2, {{"low", 3}}, 1, "345"},
        {{{0}}, 0, {{"low", 3}}, 1, "345"},
        {{{0}}, 0, {{"low", 3}, {"odd", 3}}, 2, "4"},
        {{{"even", 4}}, 1, {{"even", 4}}, 1, ""},
        {{{"nobody", 6}}, 1, {{"nothing", 7}}, 1, ""},
        {{{"", 0}}, 1, {{0}}, 0, ""},
    };
    struct fixture f;

    (void)state;
    begin(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct sio_target target = {
            cases[i].rooms, cases[i].n_rooms, cases[i].except, cases[i].n_except, {0}};

        assert_string_equal(visited(&f, &target), cases[i].want);
    }
    fixture_deinit(&f);
}

/* socket-io 26: ids are rooms, and the sender is left out. */
static void an_id_stands_for_its_socket(void **state)
{
    struct fixture f;
    struct str one, two;
    struct sio_target target = {0};

    (void)state;
    begin(&f);
    one = str_from(sio_socket_id(f.sockets[1]));
    two = str_from(sio_socket_id(f.sockets[2]));
    target = (struct sio_target){.rooms = &one, .n_rooms = 1};
    assert_string_equal(visited(&f, &target), "1");
    target = (struct sio_target){.except = &one, .n_except = 1};
    assert_string_equal(visited(&f, &target), "02345");
    target = (struct sio_target){.except_id = two};
    assert_string_equal(visited(&f, &target), "01345");
    target = (struct sio_target){
        .rooms = (struct str[]){STR("low"), one}, .n_rooms = 2, .except_id = two};
    assert_string_equal(visited(&f, &target), "01");
    target = (struct sio_target){.rooms = &one, .n_rooms = 1, .except_id = one};
    assert_string_equal(visited(&f, &target), "");

    /* Others can be in a room of that name; and it can be left. */
    sio_socket_join(f.sockets[5], one);
    target = (struct sio_target){.rooms = &one, .n_rooms = 1};
    assert_string_equal(visited(&f, &target), "15");
    sio_socket_leave(f.sockets[1], one);
    assert_string_equal(visited(&f, &target), "5");
    target = (struct sio_target){.except = &one, .n_except = 1};
    assert_string_equal(visited(&f, &target), "01234");
    fixture_deinit(&f);
}

static void only_connected_sockets_are_selected(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    const struct sio_target all = {0};
    const struct str low = STR("low");
    const struct sio_target room = {.rooms = &low, .n_rooms = 1};
    const struct sio_target except = {.except = &low, .n_except = 1};

    (void)state;
    begin(&f);
    f.rule = DECIDE_LATER;
    link = open_v5(&f);
    say(link, "40");
    sio_socket_join(f.sockets[N], STR("low")); /* in a middleware */
    assert_string_equal(visited(&f, &all), "012345");
    assert_string_equal(visited(&f, &room), "012");
    assert_string_equal(visited(&f, &except), "345");
    fixture_accept(&f, f.sockets[N]);
    assert_string_equal(visited(&f, &room), "0126");
    assert_string_equal(visited(&f, &except), "345");
    fixture_deinit(&f);
}

static void the_stamp_may_wrap_around(void **state)
{
    struct fixture f;
    const struct str rooms[] = {STR("even"), STR("low")};
    const struct sio_target target = {.rooms = rooms, .n_rooms = 2};

    (void)state;
    begin(&f);
    f.nsps[0]->stamp = UINT32_MAX - 1;
    f.sockets[0]->stamp = 1; /* as after a selection of long ago */
    for (int i = 0; i < 4; i++) {
        assert_string_equal(visited(&f, &target), "0124");
    }
    assert_int_equal(f.nsps[0]->stamp, 3);
    fixture_deinit(&f);
}

static void end_the_next(struct sio_socket *socket, void *ctx)
{
    struct visit *v = ctx;

    count(socket, v);
    sio_socket_leave_all(socket);
    for (size_t i = 0; i < v->f->n_sockets; i++) {
        if (v->f->sockets[i] != NULL && v->f->sockets[i] != socket) {
            sio_socket_disconnect(v->f->sockets[i], i % 2 == 0);
            return;
        }
    }
}

static void sockets_may_go_while_they_are_visited(void **state)
{
    static const struct str even = {"even", 4};
    const struct sio_target targets[] = {{0}, {.rooms = &even, .n_rooms = 1}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        struct fixture f;
        struct visit v = {.f = &f};
        size_t n = 0;

        begin(&f);
        n = sio_namespace_each(f.nsps[0], &targets[i], end_the_next, &v);
        assert_true(n > 0 && n < N);
        assert_int_equal(sio_namespace_count(f.nsps[0]), N - n);
        room_index_check(&f.nsps[0]->rooms);
        fixture_deinit(&f);
    }
}

static void disconnect(struct sio_socket *socket, void *ctx)
{
    (void)ctx;
    sio_socket_disconnect(socket, true);
}

static void many_can_be_visited_and_disconnected(void **state)
{
    struct fixture f;
    const struct sio_target all = {0};

    (void)state;
    fixture_begin(&f);
    for (size_t i = 0; i < MAX_SOCKETS; i++) {
        join_v5(&f);
    }
    mem_fail_after(0); /* more than fit without an allocation: then nobody is visited */
    assert_int_equal(sio_namespace_each(f.nsps[0], &all, disconnect, NULL), 0);
    mem_fail_after(-1);
    assert_int_equal(sio_namespace_each(f.nsps[0], &all, disconnect, NULL), MAX_SOCKETS);
    assert_int_equal(sio_namespace_count(f.nsps[0]), 0);
    fixture_deinit(&f);
}

/* socket-io 26, 39 */
static void a_broadcast_reaches_the_selected(void **state)
{
    struct fixture f;
    struct sim_link *ann = NULL;
    struct sim_link *bob = NULL;
    struct sim_link *eve = NULL;
    struct sio_message *message = NULL;
    const struct str room = STR("room");

    (void)state;
    fixture_begin(&f);
    ann = join_v5(&f);
    bob = join_v4(&f);
    eve = join_v5(&f);
    sio_socket_join(f.sockets[0], room);
    sio_socket_join(f.sockets[1], room);
    message = make_message("/", "said", json_pack("[s]", "hi"), -1);
    assert_int_equal(sio_namespace_broadcast(f.nsps[0],
                                             &(struct sio_target){.rooms = &room, .n_rooms = 1},
                                             message, false),
                     2);
    assert_string_equal(hear(&f, ann), "42[\"said\",\"hi\"]");
    assert_string_equal(hear(&f, bob), "42[\"said\",\"hi\"]");
    assert_string_equal(hear(&f, eve), "");
    sio_socket_disconnect(f.sockets[1], false);
    assert_int_equal(sio_namespace_broadcast(
                         f.nsps[0],
                         &(struct sio_target){.except_id = str_from(sio_socket_id(f.sockets[0]))},
                         message, false),
                     1);
    assert_string_equal(hear(&f, ann), "");
    assert_string_equal(hear(&f, eve), "42[\"said\",\"hi\"]");
    sio_message_release(message);
    fixture_deinit(&f);
}

static void note_mark(void *ctx, struct sio_socket *socket, const struct sio_message *message)
{
    char text[24];

    (void)socket;
    snprintf(text, sizeof(text), "%llu", (unsigned long long)message->mark);
    note(ctx, text, "");
}

static void broadcast_mark(struct fixture *f, struct sio_message *message, uint64_t mark)
{
    const struct sio_target all = {0};

    message->mark = mark;
    sio_namespace_broadcast(f->nsps[0], &all, message, false);
}

/* What comes out of turn does not hide what is still to come. */
static void marks_are_noted_up_to_the_first_gap(void **state)
{
    struct fixture f;
    struct sio_message *message = NULL;

    (void)state;
    fixture_begin(&f);
    f.events.on_marked = note_mark;
    join_v5(&f);
    message = make_message("/", "said", NULL, -1);
    sio_namespace_set_mark(f.nsps[0], 10);
    broadcast_mark(&f, message, 0);
    broadcast_mark(&f, message, 9); /* from before */
    assert_true(sio_namespace_mark(f.nsps[0]) == 10);
    broadcast_mark(&f, message, 11);
    assert_true(sio_namespace_mark(f.nsps[0]) == 11);
    broadcast_mark(&f, message, 14);
    broadcast_mark(&f, message, 13);
    assert_true(sio_namespace_mark(f.nsps[0]) == 11);
    broadcast_mark(&f, message, 12);
    assert_true(sio_namespace_mark(f.nsps[0]) == 14);
    broadcast_mark(&f, message, 15);
    assert_true(sio_namespace_mark(f.nsps[0]) == 15);
    assert_string_equal(take_log(&f), "9 11 14 13 12 15"); /* each socket was told */
    sio_message_release(message);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection_is_a_union_without_the_excepted),
        cmocka_unit_test(an_id_stands_for_its_socket),
        cmocka_unit_test(only_connected_sockets_are_selected),
        cmocka_unit_test(the_stamp_may_wrap_around),
        cmocka_unit_test(sockets_may_go_while_they_are_visited),
        cmocka_unit_test(many_can_be_visited_and_disconnected),
        cmocka_unit_test(a_broadcast_reaches_the_selected),
        cmocka_unit_test(marks_are_noted_up_to_the_first_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
