#include "load/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PER_ADDRESS = 20000,
    ADDRESSES = 200, /* 127.0.1.1 and on */
    BIND_ADDRESS_NO_PORT = 24
};

static void watch(const struct wire *wire, int operation)
{
    struct epoll_event event = {.data.ptr = (void *)(uintptr_t)wire};

    event.events = wire->is_paused ? 0 : EPOLLIN;
    event.events |= wire->is_watching_out ? (uint32_t)EPOLLOUT : 0;
    if (epoll_ctl(wire->epoll, operation, wire->fd, &event) != 0) {
        base_end("epoll: %s", strerror(errno));
    }
}

static void bind_somewhere(int fd, const struct endpoint *to, size_t index)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    int yes = 1;

    if (ntohl(to->address.sin_addr.s_addr) >> 24 != 127) {
        return;
    }
    from.sin_addr.s_addr = htonl(0x7f000101u + (uint32_t)(index / PER_ADDRESS % ADDRESSES));
    setsockopt(fd, IPPROTO_IP, BIND_ADDRESS_NO_PORT, &yes, sizeof(yes));
    if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0) {
        base_end("bind: %s", strerror(errno));
    }
}

void wire_open(struct wire *wire, int epoll, const struct endpoint *to, size_t index,
               int receive_buffer)
{
    int yes = 1;

    wire->epoll = epoll;
    wire->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (wire->fd < 0) {
        base_end("connection %zu: %s (ulimit -n tells how many files a process may open)", index,
                 strerror(errno));
    }
    setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (receive_buffer > 0) {
        setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    bind_somewhere(wire->fd, to, index);
    if (connect(wire->fd, (const struct sockaddr *)&to->address, sizeof(to->address)) != 0 &&
        errno != EINPROGRESS) {
        base_end("%s: %s", to->host, strerror(errno));
    }
    wire->is_connected = false;
    wire->is_watching_out = true;
    watch(wire, EPOLL_CTL_ADD);
}

const char *wire_failure(const struct wire *wire)
{
    int error = 0;
    socklen_t len = sizeof(error);

    (void)getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    return error != 0 ? strerror(error) : "the server has closed the connection";
}

void wire_close(struct wire *wire)
{
    if (wire->fd >= 0) {
        close(wire->fd);
    }
    wire->fd = -1;
    pile_free(&wire->in);
    pile_free(&wire->out);
}

bool wire_read(struct wire *wire, size_t most)
{
    while (most > 0) {
        char *at = pile_reserve(&wire->in, most + 1);
        ssize_t got = recv(wire->fd, at, most, MSG_DONTWAIT);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errno == EAGAIN;
        }
        at[got] = '\0'; /* so that no number of a text runs on behind its end */
        wire->in.len += (size_t)got;
        return got > 0; /* the rest, if any, in the next turn: epoll tells again */
    }
    return true;
}

static void watch_out(struct wire *wire, bool is_watching)
{
    if (wire->is_watching_out != is_watching) {
        wire->is_watching_out = is_watching;
        watch(wire, EPOLL_CTL_MOD);
    }
}

bool wire_flush(struct wire *wire)
{
    size_t sent = 0;

    if (!wire->is_connected) {
        return true;
    }
    while (sent < wire->out.len) {
        ssize_t n = send(wire->fd, wire->out.data + sent, wire->out.len - sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno != EAGAIN) {
            return false;
        }
        if (n < 0) {
            break;
        }
        sent += (size_t)n;
    }
    pile_drop(&wire->out, sent);
    watch_out(wire, wire->out.len > 0);
    return true;
}

void wire_pause(struct wire *wire, bool is_paused)
{
    if (wire->fd >= 0 && wire->is_paused != is_paused) {
        wire->is_paused = is_paused;
        watch(wire, EPOLL_CTL_MOD);
    }
}
