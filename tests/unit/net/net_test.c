#include "net/net.h"

#include "world.h"

#include <uv.h>

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>

/* ---- starting ---- */

static void wrong_options_are_refused(void **state)
{
    struct net *net = NULL;
    static const struct {
        unsigned port, workers;
        const char *cert, *key;
        bool request_cert;
    } cases[] = {
        {65536, 1, NULL, NULL, false},       {0, 65, NULL, NULL, false},
        {0, 1, "cert.pem", NULL, false},     {0, 1, NULL, "key.pem", false},
        {0, 1, "cert.pem", "key.pem", true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct net_options options = net_default_options;

        options.port = cases[i].port;
        options.workers = cases[i].workers;
        options.tls.cert_file = cases[i].cert;
        options.tls.key_file = cases[i].key;
        options.tls.request_cert = cases[i].request_cert;
        assert_int_equal(net_create(&options, &world_events, NULL, &net), SAILS_EINVAL);
    }
    assert_null(net);
    net_destroy(NULL);
}

static void a_net_that_never_starts_can_be_destroyed(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.options.workers = 3;
    assert_int_equal(net_create(&world.options, &world_events, &world, &world.net), 0);
    assert_int_equal(net_worker_count(world.net), 3);
    assert_false(worker_is_running(net_worker(world.net, 2)));
    assert_null(net_worker(world.net, 3));
    assert_null(worker_current(net_pool(world.net)));
    net_stop(world.net, 10);
    net_join(world.net);
    net_destroy(world.net);
    assert_int_equal(atomic_load(&world.n_started), 0);
    assert_int_equal(atomic_load(&world.n_stopped), 0);
}

static void zero_workers_mean_one_for_each_core(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.options.workers = 0;
    world_start(&world);
    assert_true(net_worker_count(world.net) >= 1);
    assert_true(worker_is_running(net_worker(world.net, 0)));
    world_stop(&world);
}

static void a_port_in_use_is_refused_also_among_those_who_would_share_it(void **state)
{
    static const unsigned workers[][2] = {{1, 1}, {1, 3}, {3, 1}, {3, 3}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(workers); i++) {
        struct world first, second;

        world_init(&first);
        first.options.workers = workers[i][0];
        world_start(&first);
        world_init(&second);
        second.options.workers = workers[i][1];
        second.options.port = net_port(first.net);
        assert_int_equal(net_create(&second.options, &world_events, &second, &second.net), 0);
        assert_int_equal(net_start(second.net), -EADDRINUSE);
        assert_int_equal(atomic_load(&second.n_started), 0);
        world_stop(&first);

        /* The failed start has left nothing behind, and can be tried again. */
        assert_int_equal(net_start(second.net), 0);
        assert_int_equal(net_port(second.net), second.options.port);
        assert_int_equal(net_start(second.net), SAILS_ESTATE);
        world_stop(&second);
    }
}

static void an_unknown_host_is_told(void **state)
{
    struct world world;
    char name[80];

    (void)state;
    memset(name, 'n', sizeof(name)); /* over the 63 of a label: no name server needs to be asked */
    name[sizeof(name) - 1] = '\0';
    world_init(&world);
    world.options.host = name;
    assert_int_equal(net_create(&world.options, &world_events, &world, &world.net), 0);
    assert_int_equal(net_start(world.net), SAILS_ENOENT);
    net_destroy(world.net);
}

static void one_on_start_that_fails_undoes_all(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 3; n++) {
        struct world world;

        world_init(&world);
        world.options.workers = 3;
        world.start_result = SAILS_ENOMEM;
        world.start_fails_on = n;
        assert_int_equal(net_create(&world.options, &world_events, &world, &world.net), 0);
        assert_int_equal(net_start(world.net), SAILS_ENOMEM);
        assert_int_equal(atomic_load(&world.n_started), 2);
        assert_int_equal(atomic_load(&world.n_stopped), 2);
        assert_int_equal(client_try_connect(net_port(world.net)), -ECONNREFUSED);
        assert_false(worker_is_running(net_worker(world.net, 0)));

        world.start_result = 0;
        assert_int_equal(net_start(world.net), 0);
        world_stop(&world);
    }
}

static void without_memory_nothing_starts_and_nothing_leaks(void **state)
{
    int started = 0;

    (void)state;
    for (long n = 0; started == 0; n++) {
        struct world world;
        int rc = 0;

        assert_true(n < 100);
        world_init(&world);
        world.options.workers = 2;
        mem_fail_after(n);
        rc = net_create(&world.options, &world_events, &world, &world.net);
        if (rc == 0) {
            rc = net_start(world.net);
        }
        mem_fail_after(-1);
        if (rc == 0) {
            started = 1;
            net_stop(world.net, 0);
            net_join(world.net);
        } else {
            assert_int_equal(rc, SAILS_ENOMEM);
        }
        net_destroy(world.net);
    }
}

/* Lets the process open `n` more descriptors, and tells the limit that there was before. (One more
 * than were open will not do: libuv 1.44 loses some of those that a loop got before it failed.) */
static struct rlimit leave_descriptors(rlim_t n)
{
    struct rlimit before, narrow;
    int end = 0;

    for (rlim_t n_free = 0; n_free < n; end++) {
        n_free += fcntl(end, F_GETFD) < 0 ? 1 : 0;
    }
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    narrow = (struct rlimit){(rlim_t)end, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &narrow), 0);
    return before;
}

static void without_descriptors_nothing_starts(void **state)
{
    int started = 0;

    (void)state;
    for (rlim_t n = 0; started == 0; n++) {
        struct world world;
        struct rlimit limit;
        int rc = 0;

        assert_true(n < 100);
        world_init(&world);
        world.options.workers = 3;
        assert_int_equal(net_create(&world.options, &world_events, &world, &world.net), 0);
        limit = leave_descriptors(n);
        rc = net_start(world.net);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        started = rc == 0;
        assert_true(rc == 0 || rc == -EMFILE);
        if (started) {
            net_stop(world.net, 0);
            net_join(world.net);
        }
        net_destroy(world.net);
    }
}

/* ---- stopping ---- */

static void remember_link(struct world *world, struct worker *worker, struct link *link)
{
    (void)worker;
    world->remembered = link;
    (void)sem_post(&world->told);
}

static void bid_farewell(struct world *world, struct worker *worker)
{
    (void)worker;
    (void)link_write_copy(world->remembered, (struct bytes){(const uint8_t *)"bye", 3});
    link_end(world->remembered);
}

static void a_stop_lets_links_say_goodbye(void **state)
{
    struct world world;
    int fd = -1;

    (void)state;
    world_init(&world);
    world.greet = remember_link;
    world.drain = bid_farewell;
    world_start(&world);
    fd = client_connect(net_port(world.net));
    world_wait(&world);
    net_stop(world.net, 60000);
    net_stop(world.net, 0); /* the second one changes nothing */
    client_expect(fd, "bye");
    client_expect_end(fd);
    assert_int_equal(client_try_connect(net_port(world.net)), -ECONNREFUSED);
    (void)close(fd);
    net_join(world.net);
    assert_int_equal(atomic_load(&world.last_err), 0);
    assert_int_equal(atomic_load(&world.n_drained), 1);
    world_stop(&world);
}

static void a_stop_cuts_links_that_stay_too_long(void **state)
{
    struct world world;
    int fds[20];

    (void)state;
    world_init(&world);
    world.options.workers = 3;
    world_start(&world);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = client_connect(net_port(world.net));
        client_send(fds[i], "x", 1);
        client_expect(fds[i], "x");
    }
    net_stop(world.net, 20);
    net_join(world.net);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        client_expect_end(fds[i]);
        (void)close(fds[i]);
    }
    assert_int_equal(atomic_load(&world.n_closed), ARRAY_LEN(fds));
    assert_int_equal(atomic_load(&world.n_drained), 3);
    world_stop(&world);
}

static void *connect_until_refused(void *port)
{
    int fd = 0;

    while (fd >= 0) {
        fd = client_try_connect(*(unsigned *)port);
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    return NULL;
}

static void a_stop_while_clients_connect_is_harmless(void **state)
{
    struct world world;
    pthread_t clients[3];
    unsigned port = 0;

    (void)state;
    world_init(&world);
    world.options.workers = 2;
    world_start(&world);
    port = net_port(world.net);
    for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
        assert_int_equal(pthread_create(&clients[i], NULL, connect_until_refused, &port), 0);
    }
    for (int i = 0; i < 20; i++) {
        world_wait(&world);
    }
    net_stop(world.net, 0);
    net_join(world.net);
    for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
        (void)pthread_join(clients[i], NULL);
    }
    world_stop(&world);
}

static void a_stop_that_comes_before_the_start_is_not_forgotten(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.options.workers = 2;
    assert_int_equal(net_create(&world.options, &world_events, &world, &world.net), 0);
    net_stop(world.net, 0);
    assert_int_equal(net_start(world.net), 0);
    net_join(world.net);
    assert_int_equal(atomic_load(&world.n_drained), 2);
    world_stop(&world);
}

/* ---- an embedding program's loop ---- */

static void on_embedder_timer(uv_timer_t *timer)
{
    struct world *world = timer->data;

    assert_null(worker_current(net_pool(world->net))); /* during the net's own callbacks only */
    net_stop(world->net, 0);
    uv_close((uv_handle_t *)timer, NULL);
}

static void *talk_to_embedded(void *arg)
{
    struct world *world = arg;
    int fd = client_connect(net_port(world->net));

    client_send(fd, "hello", 5);
    client_expect(fd, "hello");
    net_stop(world->net, 1000);
    (void)close(fd);
    return NULL;
}

static void a_net_lives_on_the_loop_of_an_embedding_program(void **state)
{
    struct world world;
    uv_loop_t loop;
    pthread_t client;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    world_init(&world);
    world.options.loop = &loop;
    world_start(&world);
    assert_int_equal(net_worker_count(world.net), 1);
    assert_int_equal(pthread_create(&client, NULL, talk_to_embedded, &world), 0);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0); /* ends because nothing is left */
    (void)pthread_join(client, NULL);
    net_join(world.net);
    assert_int_equal(atomic_load(&world.n_links), 1);
    assert_int_equal(uv_loop_close(&loop), 0);
    world_stop(&world);
}

static void an_embedding_program_can_stop_it_from_its_own_callback(void **state)
{
    struct world world;
    uv_loop_t loop;
    uv_timer_t timer;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    world_init(&world);
    world.options.loop = &loop;
    world_start(&world);
    assert_int_equal(uv_timer_init(&loop, &timer), 0);
    timer.data = &world;
    assert_int_equal(uv_timer_start(&timer, on_embedder_timer, 1, 0), 0);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    net_join(world.net);
    assert_int_equal(uv_loop_close(&loop), 0);
    world_stop(&world);
}

static void an_embedded_start_that_fails_leaves_a_loop_that_can_end(void **state)
{
    struct world world;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    world_init(&world);
    world.options.loop = &loop;
    world.start_result = SAILS_ENOMEM;
    assert_int_equal(net_create(&world.options, &world_events, &world, &world.net), 0);
    assert_int_equal(net_start(world.net), SAILS_ENOMEM);
    net_destroy(world.net); /* before the loop has closed our handles: freed when it has */
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(a_net_that_never_starts_can_be_destroyed),
        cmocka_unit_test(zero_workers_mean_one_for_each_core),
        cmocka_unit_test(a_port_in_use_is_refused_also_among_those_who_would_share_it),
        cmocka_unit_test(an_unknown_host_is_told),
        cmocka_unit_test(one_on_start_that_fails_undoes_all),
        cmocka_unit_test(without_memory_nothing_starts_and_nothing_leaks),
        cmocka_unit_test(without_descriptors_nothing_starts),
        cmocka_unit_test(a_stop_lets_links_say_goodbye),
        cmocka_unit_test(a_stop_cuts_links_that_stay_too_long),
        cmocka_unit_test(a_stop_while_clients_connect_is_harmless),
        cmocka_unit_test(a_stop_that_comes_before_the_start_is_not_forgotten),
        cmocka_unit_test(a_net_lives_on_the_loop_of_an_embedding_program),
        cmocka_unit_test(an_embedding_program_can_stop_it_from_its_own_callback),
        cmocka_unit_test(an_embedded_start_that_fails_leaves_a_loop_that_can_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
