/*
 * What an idle connection costs: resident memory of the server before and after many Socket.IO clients
 * connect over WebSocket and stay.
 *
 *     bench-idle <bench-server> [connections]      10000 connections
 */
#include "swarm.h"

#include <stdio.h>

/* As a page on this machine in Chromium 120 opens a WebSocket; the cookie is that of a session. */
static const char browser_headers[] =
    "Pragma: no-cache\r\n"
    "Cache-Control: no-cache\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36\r\n"
    "Origin: http://localhost:1337\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-US,en;q=0.9\r\n"
    "Cookie: sails.sid=s%3A3yTPhkqDfVPbmHuYDpcTCtPTrBxCkrMo.%2BMVRGEqpVmEzRcuHP7oTRfGGjbTNcq9o8Yc%2BQ2OMgZU\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

static void measure(const char *program, size_t n, const char *who, const char *headers)
{
    struct server server = server_start(program, NULL);
    struct swarm *warm = NULL, *swarm = NULL;
    long before = 0, after = 0;

    /* The first connections load code and fill the allocator's pools; they are not what is asked. */
    warm = swarm_connect_with(server.port, 100, "", headers);
    before = process_rss_kib(server.pid);
    swarm = swarm_connect_with(server.port, n, "", headers);
    after = process_rss_kib(server.pid);
    printf("idle: %zu connections%s, RSS %ld KiB before and %ld KiB after: %.0f bytes each\n", n,
           who, before, after, (double)(after - before) * 1024 / (double)n);
    swarm_close(swarm);
    swarm_close(warm);
    server_stop(&server);
}

int main(int argc, char **argv)
{
    size_t n = number_argument(argc, argv, 2, 10000);

    if (argc < 2) {
        die("usage: %s <bench-server> [connections]", argv[0]);
    }
    measure(argv[1], n, "", "");
    measure(argv[1], n, " with a browser's headers", browser_headers);
    return 0;
}
