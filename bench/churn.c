/*
 * Whether memory comes back: clients connect and are dropped, round after round; the server's resident
 * memory after each round, when it is idle again.
 *
 *     bench-churn <bench-server> [connections] [rounds]     10000 connections, 10 rounds
 */
#include "swarm.h"

#include <stdio.h>

/* One client's ack comes behind everything that the server had to do for those that were dropped. */
static void settle(unsigned port)
{
    for (int i = 0; i < 3; i++) {
        struct swarm *one = swarm_connect(port, 1);

        swarm_send(one, 0, "420[\"echo\",1]");
        swarm_await(one, "430", 1);
        swarm_close(one);
    }
}

int main(int argc, char **argv)
{
    size_t n = number_argument(argc, argv, 2, 10000);
    size_t rounds = number_argument(argc, argv, 3, 10);
    struct server server;
    long first = 0, last = 0;

    if (argc < 2) {
        die("usage: %s <bench-server> [connections] [rounds]", argv[0]);
    }
    server = server_start(argv[1], NULL);
    for (size_t round = 1; round <= rounds; round++) {
        struct swarm *swarm = swarm_connect(server.port, n);

        swarm_close(swarm);
        settle(server.port);
        last = process_rss_kib(server.pid);
        first = round == 1 ? last : first;
        printf("churn: round %zu, RSS %ld KiB\n", round, last);
        fflush(stdout);
    }
    printf("churn: RSS after round %zu is %.1f %% of that after round 1\n", rounds,
           100.0 * (double)last / (double)first);
    server_stop(&server);
    return 0;
}
