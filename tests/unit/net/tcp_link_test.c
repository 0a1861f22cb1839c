#include "net/tcp_link.h"

#include "world.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_comes_back_over_ipv4_and_ipv6),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
