#include "net/tcp_link.h"

#include "world.h"

enum {
    BIG = 8 * 1024 * 1024
};

/* The link that came last, for errands. */
static void remember_link(struct world *world, struct worker *worker, struct link *link)
{
    (void)worker;
    world->remembered = link;
    (void)sem_post(&world->told);
}

/* A world with one link to a client, which errands find in `remembered`. */
static int begin(struct world *world, const struct link_events *behaviour)
{
    int fd = -1;

    world->behaviour = behaviour;
    world->greet = remember_link;
    world_start(world);
    fd = client_connect(net_port(world->net));
    world_wait(world);
    return fd;
}

static const struct link_events quiet = {
    .on_data = swallow_data, .on_end = note_end, .on_close = note_close};

static struct shared *make_bytes(size_t len)
{
    struct shared *bytes = shared_create(len);

    must(bytes != NULL);
    memset(bytes->data, 'x', len);
    return bytes;
}

/* ---- errands ---- */

static void write_answer(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    must(link_write_copy(world->remembered, str_bytes(STR("answer"))) == 0);
}

static void pause_link(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    link_pause(world->remembered, arg != NULL);
}

static void end_link(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    link_end(world->remembered);
}

/* ---- bytes ---- */

static void what_is_sent_comes_back_over_ipv4_and_ipv6(void **state)
{
    struct world world;
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int v4 = -1;
    int v6 = socket(AF_INET6, SOCK_STREAM, 0);

    (void)state;
    world_init(&world);
    world.options.host = NULL;
    world_start(&world);
    client_prepare(v6);
    v4 = client_connect(net_port(world.net));
    to.sin6_port = htons((uint16_t)net_port(world.net));
    assert_int_equal(connect(v6, (struct sockaddr *)&to, sizeof(to)), 0);
    client_send(v4, "four", 4);
    client_send(v6, "six", 3);
    client_expect(v4, "four");
    client_expect(v6, "six");
    (void)close(v4);
    (void)close(v6);
    world_wait(&world);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.last_err), 0);
    assert_int_equal(atomic_load(&world.n_ends), 2);
    world_stop(&world);
}

static void tell_peer(struct world *world, struct worker *worker, struct link *link)
{
    char text[64];

    (void)world;
    (void)worker;
    link->ops->peer(link, text);
    (void)link_write_copy(link, str_bytes(str_from(text)));
}

static void the_peers_address_is_the_same_text_on_either_kind_of_socket(void **state)
{
    static const char *const hosts[] = {NULL, "127.0.0.1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        struct world world;
        int fd = -1;

        world_init(&world);
        world.options.host = hosts[i];
        world.greet = tell_peer;
        world_start(&world);
        fd = client_connect(net_port(world.net));
        client_expect(fd, "127.0.0.1");
        (void)close(fd);
        world_stop(&world);
    }
}

static void write_many(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    for (int i = 0; i < 1000; i++) {
        char line[16];
        int n = snprintf(line, sizeof(line), "%04d\n", i);

        must(link_write_copy(world->remembered, (struct bytes){(const uint8_t *)line, (size_t)n}) ==
             0);
    }
    must(link_write_copy(world->remembered, (struct bytes){0}) == 0);
    must(link_queued(world->remembered) == 5000);
}

static void many_writes_of_one_turn_arrive_in_their_order(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    fd = begin(&world, &quiet);
    world_do(&world, 0, write_many, NULL);
    for (int i = 0; i < 1000; i++) {
        char line[16];

        (void)snprintf(line, sizeof(line), "%04d\n", i);
        client_expect(fd, line);
    }
    (void)close(fd);
    world_stop(&world);
}

/* ---- the queue's bound ---- */

static void write_until_slow(struct world *world, struct worker *worker, void *arg)
{
    struct shared *bytes = make_bytes(64 * 1024);
    int rc = 0;

    (void)worker;
    (void)arg;
    for (int i = 0; rc == 0 && i < 10000; i++) {
        rc = link_write(world->remembered, bytes);
        must(link_queued(world->remembered) <= world->options.max_queue + bytes->len);
    }
    must(rc == SAILS_ESLOW);
    must(atomic_load(&world->n_closed) == 0); /* I1 */
    must(link_queued(world->remembered) == 0);
    must(link_write(world->remembered, bytes) == SAILS_ECLOSED);
    shared_release(bytes);
}

static void a_peer_that_does_not_read_is_disconnected_at_the_bound(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    world.options.max_queue = 256 * 1024;
    fd = begin(&world, &quiet);
    world_do(&world, 0, write_until_slow, NULL);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.last_err), SAILS_ESLOW);
    assert_int_equal(atomic_load(&world.n_ends), 0);
    (void)close(fd);
    world_stop(&world);
}

static void write_tiny_until_slow(struct world *world, struct worker *worker, void *arg)
{
    struct shared *fill = make_bytes(BIG);
    struct shared *byte = make_bytes(1);
    size_t n = 0;

    (void)worker;
    (void)arg;
    must(link_write(world->remembered, fill) == 0);
    while (link_write(world->remembered, byte) == 0) {
        n++;
    }
    must(n <= world->options.max_queue / 64);
    shared_release(fill);
    shared_release(byte);
}

static void very_small_messages_meet_the_bound_too(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    world.options.max_queue = BIG + 100 * 1024;
    fd = begin(&world, &quiet);
    world_do(&world, 0, write_tiny_until_slow, NULL);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.last_err), SAILS_ESLOW);
    (void)close(fd);
    world_stop(&world);
}

static void write_over_bound(struct world *world, struct worker *worker, void *arg)
{
    struct shared *bytes = make_bytes(1024);

    (void)worker;
    (void)arg;
    for (size_t sent = 0; sent < 3 * world->options.max_queue; sent += bytes->len) {
        must(link_write(world->remembered, bytes) == 0);
    }
    shared_release(bytes);
}

static void one_turn_may_say_more_than_the_bound_to_a_peer_with_room(void **state)
{
    struct world world;
    int fd = -1;
    static uint8_t got[3 * 16 * 1024];

    (void)state;
    world_init(&world);
    world.options.max_queue = 16 * 1024;
    fd = begin(&world, &quiet);
    world_do(&world, 0, write_over_bound, NULL);
    client_receive(fd, got, sizeof(got));
    (void)close(fd);
    world_stop(&world);
}

static void note_drain(struct link *link)
{
    must(link_queued(link) == 0);
    (void)sem_post(&world_of(link)->told);
}

static void write_big(struct world *world, struct worker *worker, void *arg)
{
    struct shared *bytes = make_bytes(BIG);

    (void)worker;
    (void)arg;
    must(link_write(world->remembered, bytes) == 0); /* a first message may have any size */
    shared_release(bytes);
}

static void on_drain_comes_when_the_peer_has_taken_all(void **state)
{
    static const struct link_events draining = {.on_data = swallow_data,
                                                .on_drain = note_drain,
                                                .on_end = end_on_end,
                                                .on_close = note_close};
    struct world world;
    uint8_t *got = mem_alloc(BIG);
    int fd = -1;

    (void)state;
    world_init(&world);
    fd = begin(&world, &draining);
    world_do(&world, 0, write_big, NULL);
    assert_int_equal(sem_trywait(&world.told), -1);
    client_receive(fd, got, BIG);
    world_wait(&world);
    (void)close(fd);
    world_stop(&world);
    mem_free(got);
}

/* ---- ends ---- */

static void a_half_closed_peer_still_gets_its_answer(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    fd = begin(&world, &quiet);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.n_ends), 1);
    world_do(&world, 0, write_answer, NULL);
    client_expect(fd, "answer");
    world_do(&world, 0, end_link, NULL);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.last_err), 0);
    client_expect_end(fd);
    (void)close(fd);
    world_stop(&world);
}

static void a_peer_that_resets_is_noticed(void **state)
{
    (void)state;
    for (int how = 0; how < 4; how++) {
        struct world world;
        int fd = -1;

        world_init(&world);
        fd = begin(&world, &quiet);
        if (how == 1) {
            world_do(&world, 0, pause_link, &world);
        } else if (how == 2) {
            assert_int_equal(shutdown(fd, SHUT_WR), 0);
            world_wait(&world);
        } else if (how == 3) {
            world_do(&world, 0, write_big, NULL); /* while it waits for room */
        }
        client_reset(fd);
        world_wait(&world);
        assert_true(atomic_load(&world.last_err) < 0);
        assert_int_equal(atomic_load(&world.n_closed), 1);
        world_stop(&world);
    }
}

static void what_was_sent_before_a_reset_is_delivered(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    fd = begin(&world, &quiet);
    client_send(fd, "last words", 10);
    client_reset(fd);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.n_bytes), 10);
    assert_int_equal(atomic_load(&world.last_err), -ECONNRESET);
    world_stop(&world);
}

static void end_at_once(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    must(link_write_copy(world->remembered, str_bytes(STR("bye"))) == 0);
    link_end(world->remembered);
    link_end(world->remembered);
    link_pause(world->remembered, true);
    must(link_write_copy(world->remembered, str_bytes(STR("x"))) == SAILS_ECLOSED);
    must(world->remembered->ops->move(world->remembered, 0, (struct bytes){0}) == SAILS_ESTATE);
    must(atomic_load(&world->n_closed) == 0);
}

/* Without lingering the unread bytes would make the kernel send RST, and "bye" would be lost. */
static void last_words_reach_a_peer_that_is_still_talking(void **state)
{
    struct world world;
    static uint8_t noise[1024 * 1024];
    int fd = -1;

    (void)state;
    world_init(&world);
    world.options.linger_ms = 60000;
    fd = begin(&world, &quiet);
    world_do(&world, 0, pause_link, &world);
    client_send(fd, noise, 100 * 1024);
    world_do(&world, 0, end_at_once, NULL);
    client_send(fd, noise, sizeof(noise));
    client_expect(fd, "bye");
    client_expect_end(fd);
    assert_int_equal(atomic_load(&world.n_closed), 0);
    (void)close(fd);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.n_bytes), 0); /* I2 of link.h: no on_data after end() */
    assert_int_equal(atomic_load(&world.n_ends), 0);
    assert_int_equal(atomic_load(&world.last_err), 0);
    world_stop(&world);
}

static void a_peer_that_does_not_close_is_waited_for_only_so_long(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    world.options.linger_ms = 10;
    fd = begin(&world, &quiet);
    world_do(&world, 0, end_at_once, NULL);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.last_err), 0);
    client_expect(fd, "bye");
    (void)close(fd);
    world_stop(&world);
}

static void end_remembered(struct world *world, struct worker *worker)
{
    (void)worker;
    link_end(world->remembered);
}

/* Browsers keep idle connections open for seconds, also those that we have closed. */
static void who_stops_waits_less_for_a_peer_that_does_not_close(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    for (int ended_first = 0; ended_first < 2; ended_first++) {
        world_init(&world);
        world.options.linger_ms = 3600000;
        world.drain = ended_first == 0 ? end_remembered : NULL;
        fd = begin(&world, &quiet);
        if (ended_first != 0) {
            world_do(&world, 0, end_at_once, NULL);
            client_expect(fd, "bye");
        }
        net_stop(world.net, 3600000);
        net_join(world.net);
        client_expect_end(fd);
        (void)close(fd);
        world_stop(&world);
    }
}

static void abort_at_once(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    must(link_write_copy(world->remembered, str_bytes(STR("bye"))) == 0);
    link_abort(world->remembered);
    link_abort(world->remembered);
    link_end(world->remembered);
    link_pause(world->remembered, false);
    must(link_write_copy(world->remembered, str_bytes(STR("x"))) == SAILS_ECLOSED);
    must(atomic_load(&world->n_closed) == 0);
}

static void abort_drops_what_is_queued_and_is_told_once(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    fd = begin(&world, &quiet);
    world_do(&world, 0, abort_at_once, NULL);
    world_wait(&world);
    client_expect_end(fd);
    (void)close(fd);
    world_stop(&world);
}

/* ---- pause ---- */

static void nothing_comes_while_a_link_is_paused(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    fd = begin(&world, &echo);
    world_do(&world, 0, pause_link, &world);
    client_send(fd, "wait", 4);
    assert_int_equal(send(fd, "!", 1, MSG_OOB), 1); /* urgent data must not make the loop spin */
    world_do(&world, 0, write_answer, NULL);
    client_expect(fd, "answer");
    assert_int_equal(atomic_load(&world.n_bytes), 0);
    world_do(&world, 0, pause_link, NULL);
    client_expect(fd, "wait");
    (void)close(fd);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_comes_back_over_ipv4_and_ipv6),
        cmocka_unit_test(the_peers_address_is_the_same_text_on_either_kind_of_socket),
        cmocka_unit_test(many_writes_of_one_turn_arrive_in_their_order),
        cmocka_unit_test(a_peer_that_does_not_read_is_disconnected_at_the_bound),
        cmocka_unit_test(very_small_messages_meet_the_bound_too),
        cmocka_unit_test(one_turn_may_say_more_than_the_bound_to_a_peer_with_room),
        cmocka_unit_test(on_drain_comes_when_the_peer_has_taken_all),
        cmocka_unit_test(a_half_closed_peer_still_gets_its_answer),
        cmocka_unit_test(a_peer_that_resets_is_noticed),
        cmocka_unit_test(what_was_sent_before_a_reset_is_delivered),
        cmocka_unit_test(last_words_reach_a_peer_that_is_still_talking),
        cmocka_unit_test(who_stops_waits_less_for_a_peer_that_does_not_close),
        cmocka_unit_test(a_peer_that_does_not_close_is_waited_for_only_so_long),
        cmocka_unit_test(abort_drops_what_is_queued_and_is_told_once),
        cmocka_unit_test(nothing_comes_while_a_link_is_paused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
