/*
 * What an idle connection costs: resident memory of the server before and after many Socket.IO clients
 * connect over WebSocket and stay.
 *
 *     bench-idle <bench-server> [connections]      10000 connections
 */
#include "swarm.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    size_t n = number_argument(argc, argv, 2, 10000);
    struct server server;
    struct swarm *warm = NULL, *swarm = NULL;
    long before = 0, after = 0;

    if (argc < 2) {
        die("usage: %s <bench-server> [connections]", argv[0]);
    }
    server = server_start(argv[1], NULL);
    /* The first connections load code and fill the allocator's pools; they are not what is asked. */
    warm = swarm_connect(server.port, 100);
    before = process_rss_kib(server.pid);
    swarm = swarm_connect(server.port, n);
    after = process_rss_kib(server.pid);
    printf("idle: %zu connections, RSS %ld KiB before and %ld KiB after: %.0f bytes each\n", n,
           before, after, (double)(after - before) * 1024 / (double)n);
    swarm_close(swarm);
    swarm_close(warm);
    server_stop(&server);
    return 0;
}
