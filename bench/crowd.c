#include "crowd.h"

#include "swarm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    IN_SIZE = 64 * 1024
};

struct connection {
    int fd;
    size_t have;
    char in[IN_SIZE];
};

struct crowd {
    int epoll;
    size_t n;
    struct connection *connections;
    const struct question *question;
    size_t n_to_ask;
    size_t n_answered;
};

static int connect_patiently(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    for (int tries = 0; tries < 500; tries++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0) {
            return fd;
        }
        close(fd);
        usleep(10000);
    }
    die("port %u: %s", port, strerror(errno));
}

struct crowd *crowd_connect(unsigned port, size_t n)
{
    struct crowd *crowd = calloc(1, sizeof(*crowd));

    crowd->epoll = epoll_create1(0);
    crowd->n = n;
    crowd->connections = calloc(n, sizeof(*crowd->connections));
    for (size_t i = 0; i < n; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};

        crowd->connections[i].fd = connect_patiently(port);
        epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, crowd->connections[i].fd, &event);
    }
    return crowd;
}

void crowd_close(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->n; i++) {
        close(crowd->connections[i].fd);
    }
    close(crowd->epoll);
    free(crowd->connections);
    free(crowd);
}

static void ask(struct crowd *crowd, struct connection *connection)
{
    const char *request = crowd->question->request;

    if (crowd->n_to_ask == 0) {
        return;
    }
    crowd->n_to_ask--;
    if (send(connection->fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request)) {
        die("send: %s", strerror(errno));
    }
}

static bool is_chunked(const char *head, const char *end)
{
    const char *at = strcasestr(head, "\r\ntransfer-encoding: chunked");

    return at != NULL && at < end;
}

/* Whether all of it is there: as long as the head tells, or up to an empty chunk. One answer is under way at a time. */
static bool is_whole(const char *head, const char *body, size_t have)
{
    static const char length[] = "\r\ncontent-length:";
    static const char last[] = "0\r\n\r\n";
    const char *at = strcasestr(head, length);

    if (is_chunked(head, body)) {
        return have >= strlen(last) && strcmp(body + have - strlen(last), last) == 0;
    }
    if (at == NULL || at > body) {
        die("an answer without a length: %s", head);
    }
    return have >= strtoul(at + strlen(length), NULL, 10);
}

/* Whether the answer is whole; dies unless it is the one that was asked for. */
static bool is_answered(const struct crowd *crowd, struct connection *connection)
{
    const char *wanted = crowd->question->answer;
    const char *end = NULL;

    connection->in[connection->have] = '\0';
    end = strstr(connection->in, "\r\n\r\n");
    if (end == NULL) {
        return false;
    }
    end += 4;
    if (!is_whole(connection->in, end, connection->have - (size_t)(end - connection->in))) {
        return false;
    }
    if (strncmp(connection->in, "HTTP/1.1 200", 12) != 0 ||
        (wanted != NULL && strncmp(end, wanted, strlen(wanted)) != 0)) {
        die("another answer: %s", connection->in);
    }
    return true;
}

static void on_readable(struct crowd *crowd, struct connection *connection)
{
    ssize_t got =
        recv(connection->fd, connection->in + connection->have, IN_SIZE - 1 - connection->have, 0);

    if (got <= 0) {
        die("a connection was closed by the server");
    }
    connection->have += (size_t)got;
    if (is_answered(crowd, connection)) {
        connection->have = 0;
        crowd->n_answered++;
        ask(crowd, connection);
    }
}

void crowd_ask(struct crowd *crowd, const struct question *question, size_t n)
{
    struct epoll_event events[512];

    crowd->question = question;
    crowd->n_to_ask = n;
    crowd->n_answered = 0;
    for (size_t i = 0; i < crowd->n; i++) {
        ask(crowd, &crowd->connections[i]);
    }
    while (crowd->n_answered < n) {
        int got = epoll_wait(crowd->epoll, events, 512, 20000);

        if (got == 0) {
            die("waited 20 s: %zu of %zu answers came", crowd->n_answered, n);
        }
        for (int i = 0; i < got; i++) {
            on_readable(crowd, &crowd->connections[events[i].data.u64]);
        }
    }
}
