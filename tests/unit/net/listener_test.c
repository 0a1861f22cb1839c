#include "net/listener.h"

#include "world.h"

#include <sys/resource.h>

static void fail_allocation(struct world *world, struct worker *worker, void *n)
{
    (void)world;
    (void)worker;
    mem_fail_after(*(long *)n);
}

static void ask_failed(struct world *world, struct worker *worker, void *has_failed)
{
    (void)world;
    (void)worker;
    *(int *)has_failed = mem_has_failed();
    mem_fail_after(-1);
}

/* The client hears its byte again, or that the connection has ended. */
static void try_connection(struct world *world)
{
    int fd = client_connect(net_port(world->net));
    char c = 0;

    client_send(fd, "x", 1);
    (void)recv(fd, &c, 1, 0);
    (void)close(fd);
}

static void without_memory_one_connection_is_dropped_and_the_next_is_served(void **state)
{
    struct world world;
    int has_failed = 1;

    (void)state;
    world_init(&world);
    world_start(&world);
    for (long n = 0; has_failed; n++) {
        int fd = -1;

        assert_true(n < 20);
        world_do(&world, 0, fail_allocation, &n);
        try_connection(&world);
        world_do(&world, 0, ask_failed, &has_failed);
        fd = client_connect(net_port(world.net));
        client_send(fd, "y", 1);
        client_expect(fd, "y");
        (void)close(fd);
    }
    world_stop(&world);
}

static void connections_over_the_limit_are_closed_at_once(void **state)
{
    struct world world;
    int fds[3];

    (void)state;
    world_init(&world);
    world.options.workers = 2;
    world.options.max_connections = 2;
    world_start(&world);
    for (int i = 0; i < 3; i++) {
        fds[i] = client_connect(net_port(world.net));
        if (i < 2) {
            client_send(fds[i], "x", 1);
            client_expect(fds[i], "x");
        }
    }
    client_expect_end(fds[2]);
    (void)close(fds[0]);
    world_wait(&world);
    (void)close(fds[2]);
    fds[2] = client_connect(net_port(world.net));
    client_send(fds[2], "y", 1);
    client_expect(fds[2], "y");
    (void)close(fds[1]);
    (void)close(fds[2]);
    world_stop(&world);
}

static void count_line(void *ctx, enum log_level level, const char *text)
{
    must(level == LOG_ERROR && strstr(text, "cannot accept") != NULL);
    atomic_fetch_add((atomic_int *)ctx, 1);
}

static void being_out_of_descriptors_is_survived_and_logged_once_a_second(void **state)
{
    struct world world;
    atomic_int n_lines = 0;
    const struct log log = {.level = LOG_ERROR, .write = count_line, .ctx = &n_lines};
    struct rlimit limit, narrow;
    int fds[2];
    int end = -1;

    (void)state;
    world_init(&world);
    world.options.log = &log;
    world_start(&world);
    fds[0] = client_connect(net_port(world.net));
    client_send(fds[0], "x", 1);
    client_expect(fds[0], "x");
    fds[1] = socket(AF_INET, SOCK_STREAM, 0); /* before nobody can get one any more */
    end = dup(fds[1]);
    (void)close(end);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    narrow = (struct rlimit){(rlim_t)end, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &narrow), 0);
    {
        struct sockaddr_in to = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)net_port(world.net))};

        client_prepare(fds[1]);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        assert_int_equal(connect(fds[1], (struct sockaddr *)&to, sizeof(to)), 0);
    }
    client_send(fds[1], "y", 1);
    while (atomic_load(&n_lines) == 0) {
        client_send(fds[0], "x", 1); /* those that are there are served meanwhile */
        client_expect(fds[0], "x");
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    client_expect(fds[1], "y");
    assert_int_equal(atomic_load(&n_lines), 1);
    (void)close(fds[0]);
    (void)close(fds[1]);
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_one_connection_is_dropped_and_the_next_is_served),
        cmocka_unit_test(connections_over_the_limit_are_closed_at_once),
        cmocka_unit_test(being_out_of_descriptors_is_survived_and_logged_once_a_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
