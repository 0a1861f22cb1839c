#include "support/tcp_client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

bool tcp_client_open(struct tcp_client *client, unsigned port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct timeval patience = {.tv_sec = TCP_CLIENT_PATIENCE_MS / 1000};
    int one = 1;

    *client = (struct tcp_client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (client->fd < 0) {
        return false;
    }
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return connect(client->fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

void tcp_client_close(struct tcp_client *client)
{
    if (client->fd >= 0) {
        close(client->fd);
    }
    client->fd = -1;
    buf_deinit(&client->in);
}

void tcp_client_abort(struct tcp_client *client)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};

    if (client->fd >= 0) {
        setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    }
    tcp_client_close(client);
}

bool tcp_client_send(struct tcp_client *client, const void *data, size_t len)
{
    const char *next = data;

    while (len > 0) {
        ssize_t n = send(client->fd, next, len, MSG_NOSIGNAL);

        if (n <= 0) {
            return false;
        }
        next += n;
        len -= (size_t)n;
    }
    return true;
}

enum tcp_client_result tcp_client_receive(struct tcp_client *client, int timeout_ms)
{
    struct pollfd wanted = {.fd = client->fd, .events = POLLIN};
    char piece[16384];
    ssize_t n = 0;

    if (client->fd < 0) {
        return TCP_CLIENT_END;
    }
    if (poll(&wanted, 1, timeout_ms) <= 0) {
        return TCP_CLIENT_SILENCE;
    }
    n = recv(client->fd, piece, sizeof(piece), 0);
    if (n <= 0) {
        return TCP_CLIENT_END;
    }
    buf_append(&client->in, piece, (size_t)n);
    return TCP_CLIENT_MORE;
}
