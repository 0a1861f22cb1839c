#include "net/move.h"

#include "world.h"

#include <pthread.h>

/*
 * A traveller's connection goes to another worker with every byte '>' that it sends, and echoes all
 * others. So each link is moved in the middle of what it has received.
 */

struct traveller {
    struct world *world;
    struct worker *worker;
    int n_moves; /* of this link: at most one */
};

static void travel(struct link *link, struct bytes data)
{
    struct traveller *traveller = link->user;
    struct bytes rest = data;

    worker_assert_thread(traveller->worker);
    must(traveller->n_moves == 0);
    while (rest.len > 0 && rest.ptr[0] != '>') {
        rest = bytes_from_offset(rest, 1);
    }
    if (rest.len == 0) {
        must(link_write_copy(link, data) == 0);
        return;
    }
    if (rest.len < data.len) {
        must(link_write_copy(link, (struct bytes){data.ptr, data.len - rest.len}) == 0);
    }
    must(link->ops->move(link, (worker_index(traveller->worker) + 1) % 3,
                         bytes_from_offset(rest, 1)) == 0);
    traveller->n_moves++;
    must(link->ops->move(link, 0, (struct bytes){0}) == SAILS_ESTATE);
    must(link_write_copy(link, data) == SAILS_ECLOSED);
}

static void arrive_at_end(struct link *link)
{
    must(((struct traveller *)link->user)->n_moves == 0);
    link_end(link);
}

static void depart(struct link *link, int err)
{
    struct traveller *traveller = link->user;
    struct world *world = traveller->world;

    if (traveller->n_moves > 0) {
        must(err == 0);
    }
    mem_free(traveller);
    atomic_fetch_add(&world->n_closed, 1);
    (void)sem_post(&world->told);
}

static const struct link_events travelling = {
    .on_data = travel, .on_end = arrive_at_end, .on_close = depart};

static void make_traveller(struct world *world, struct worker *worker, struct link *link)
{
    struct traveller *traveller = mem_calloc(1, sizeof(*traveller));

    must(traveller != NULL);
    traveller->world = world;
    traveller->worker = worker;
    link->events = &travelling;
    link->user = traveller;
}

enum {
    N_CLIENTS = 8,
    N_ROUNDS = 200
};

struct journey {
    struct world *world;
    size_t step; /* bytes for each send() */
};

static void *travel_and_listen(void *arg)
{
    struct journey *journey = arg;
    int fd = client_connect(net_port(journey->world->net));

    for (int round = 0; round < N_ROUNDS; round++) {
        static const char text[] = "ab>cd>>ef";

        for (size_t at = 0; at < sizeof(text) - 1; at += journey->step) {
            size_t left = sizeof(text) - 1 - at;

            client_send(fd, text + at, left < journey->step ? left : journey->step);
        }
        client_expect(fd, "abcdef");
    }
    (void)close(fd);
    return NULL;
}

static void connections_keep_their_bytes_and_order_when_they_move(void **state)
{
    struct world world;
    struct journey journeys[N_CLIENTS];
    pthread_t threads[N_CLIENTS];

    (void)state;
    world_init(&world);
    world.options.workers = 3;
    world.options.max_connections = 2 * N_CLIENTS;
    world.greet = make_traveller;
    world_start(&world);
    for (unsigned i = 0; i < N_CLIENTS; i++) {
        journeys[i] = (struct journey){&world, 1 + i};
        assert_int_equal(pthread_create(&threads[i], NULL, travel_and_listen, &journeys[i]), 0);
    }
    for (unsigned i = 0; i < N_CLIENTS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    for (unsigned i = 0; i < N_CLIENTS * (1 + 3 * N_ROUNDS); i++) {
        world_wait(&world);
    }
    assert_int_equal(atomic_load(&world.n_links), N_CLIENTS * (1 + 3 * N_ROUNDS));
    world_stop(&world);
}

static void *travel_until_cut(void *arg)
{
    struct world *world = arg;
    int fd = client_try_connect(net_port(world->net));
    char c = 0;

    while (fd >= 0 && send(fd, ">x", 2, MSG_NOSIGNAL) == 2 && recv(fd, &c, 1, 0) == 1) {
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return NULL;
}

static void a_stop_catches_connections_on_their_way(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct world world;
        pthread_t threads[N_CLIENTS];

        world_init(&world);
        world.options.workers = 3;
        world.greet = make_traveller;
        world_start(&world);
        for (unsigned i = 0; i < N_CLIENTS; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, travel_until_cut, &world), 0);
        }
        for (int i = 0; i < 100; i++) {
            world_wait(&world);
        }
        net_stop(world.net, 0);
        net_join(world.net);
        for (unsigned i = 0; i < N_CLIENTS; i++) {
            (void)pthread_join(threads[i], NULL);
        }
        world_stop(&world);
    }
}

/* ---- one link, errand by errand ---- */

static void remember_link(struct world *world, struct worker *worker, struct link *link)
{
    (void)worker;
    world->remembered = link;
    (void)sem_post(&world->told);
}

static void remember_paused(struct world *world, struct worker *worker, struct link *link)
{
    link_pause(link, true);
    remember_link(world, worker, link);
}

static int move_to(struct world *world, unsigned worker, struct str unread)
{
    struct link *link = world->remembered;

    return link->ops->move(link, worker, str_bytes(unread));
}

static void try_to_move(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    must(move_to(world, 1, STR("")) == SAILS_EINVAL);
    for (long n = 0; n < 2; n++) {
        mem_fail_after(n);
        must(move_to(world, 0, STR("x")) == SAILS_ENOMEM);
        mem_fail_after(-1);
    }
}

static void a_move_that_fails_changes_nothing(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    world.greet = remember_link;
    world_start(&world);
    fd = client_connect(net_port(world.net));
    world_wait(&world);
    world_do(&world, 0, try_to_move, NULL);
    client_send(fd, "still here", 10);
    client_expect(fd, "still here");
    (void)close(fd);
    world_stop(&world);
}

static void fill_and_try_to_move(struct world *world, struct worker *worker, void *arg)
{
    struct shared *bytes = shared_create(16 * 1024 * 1024);

    (void)worker;
    (void)arg;
    must(bytes != NULL);
    memset(bytes->data, 'x', bytes->len);
    must(link_write(world->remembered, bytes) == 0);
    must(move_to(world, 0, STR("")) == SAILS_ESTATE);
    link_abort(world->remembered);
    shared_release(bytes);
}

static void a_link_with_a_full_queue_does_not_move(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    world.greet = remember_link;
    world_start(&world);
    fd = client_connect(net_port(world.net));
    world_wait(&world);
    world_do(&world, 0, fill_and_try_to_move, NULL);
    world_wait(&world);
    (void)close(fd);
    world_stop(&world);
}

static void move_with_two_words(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    must(move_to(world, 0, STR("one two ")) == 0);
}

/* The link is paused, so that it has not told "one two " yet when it moves on. */
static void move_on_with_a_word_before(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    must(move_to(world, 0, STR("zero ")) == 0);
}

static void resume(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    link_pause(world->remembered, false);
}

static void unread_bytes_of_a_paused_link_move_on_with_it(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    world.greet = remember_paused;
    world_start(&world);
    fd = client_connect(net_port(world.net));
    world_wait(&world);
    client_send(fd, "three", 5);
    world_do(&world, 0, move_with_two_words, NULL);
    world_wait(&world); /* closed there, or begun here; both come */
    world_wait(&world);
    world_do(&world, 0, move_on_with_a_word_before, NULL);
    world_wait(&world);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.n_bytes), 0);
    world_do(&world, 0, resume, NULL);
    client_expect(fd, "zero one two three");
    (void)close(fd);
    world_stop(&world);
}

struct hint {
    struct mail mail;
};

static void order_failure(struct worker *worker, struct mail *mail)
{
    (void)worker;
    mem_free(container_of(mail, struct hint, mail));
    mem_fail_after(0);
}

/* The first link goes to the other worker, which will have no memory for it. */
static void move_the_first(struct world *world, struct worker *worker, struct link *link)
{
    unsigned other = 1 - worker_index(worker);
    struct hint *hint = NULL;

    if (atomic_load(&world->n_links) > 1) {
        return;
    }
    hint = mem_calloc(1, sizeof(*hint));
    must(hint != NULL);
    hint->mail.deliver = order_failure;
    worker_post(net_worker(world->net, other), &hint->mail);
    must(link->ops->move(link, other, (struct bytes){0}) == 0);
}

static void without_memory_at_its_end_a_journey_ends_the_connection(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    world.options.workers = 2;
    world.options.max_connections = 1;
    world.greet = move_the_first;
    world_start(&world);
    fd = client_connect(net_port(world.net));
    client_expect_end(fd);
    (void)close(fd);
    world_wait(&world);
    fd = client_connect(net_port(world.net)); /* the first one is not counted any more */
    client_send(fd, "x", 1);
    client_expect(fd, "x");
    (void)close(fd);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_keep_their_bytes_and_order_when_they_move),
        cmocka_unit_test(a_stop_catches_connections_on_their_way),
        cmocka_unit_test(a_move_that_fails_changes_nothing),
        cmocka_unit_test(a_link_with_a_full_queue_does_not_move),
        cmocka_unit_test(unread_bytes_of_a_paused_link_move_on_with_it),
        cmocka_unit_test(without_memory_at_its_end_a_journey_ends_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
