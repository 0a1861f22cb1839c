#include "swarm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

double median(double *values, size_t n)
{
    qsort(values, n, sizeof(*values), compare_doubles);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

size_t number_argument(int argc, char **argv, int at, size_t fallback)
{
    char *end = NULL;
    unsigned long value = 0;

    if (at >= argc) {
        return fallback;
    }
    value = strtoul(argv[at], &end, 10);
    if (*end != '\0' || value == 0) {
        die("%s: \"%s\" is not a number above 0", argv[0], argv[at]);
    }
    return value;
}

/* ---- the clients ---- */

enum {
    IN_SIZE = 2048,
    ADDRESSES = 200, /* 127.0.1.1 and on */
    PER_ADDRESS =
        10000, /* connect() takes every second port first, and then looks through all of them each time */
    WAIT_MS = 20000
};

struct client {
    int fd;
    bool is_upgraded;
    size_t have;
    uint8_t *in; /* allocated while a frame is partial */
};

struct swarm {
    int epoll;
    size_t n;
    struct client *clients;
    unsigned port;
    struct swarm_options options;
    /* What is being waited for. */
    const char *prefix;
    size_t prefix_len;
    size_t seen;
    /* What is said by who got it, as often as that; NULL: nothing. */
    const char *question;
    size_t n_to_ask;
};

static void send_all(int fd, const void *data, size_t len)
{
    const uint8_t *at = data;

    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);

        if (sent < 0 && errno == EAGAIN) {
            continue;
        }
        if (sent < 0) {
            die("send: %s", strerror(errno));
        }
        at += sent;
        len -= (size_t)sent;
    }
}

void swarm_send(struct swarm *swarm, size_t i, const char *text)
{
    uint8_t frame[8 + 4096];
    size_t len = strlen(text), head = 2;

    if (len > 4096) {
        die("message too long");
    }
    frame[0] = 0x81;
    if (len < 126) {
        frame[1] = (uint8_t)(0x80 | len);
    } else {
        frame[1] = 0x80 | 126;
        frame[2] = (uint8_t)(len >> 8);
        frame[3] = (uint8_t)len;
        head = 4;
    }
    memset(frame + head, 0, 4); /* a masking key of zeros leaves the payload as it is */
    memcpy(frame + head + 4, text, len);
    send_all(swarm->clients[i].fd, frame, head + 4 + len);
}

static void ask_again(struct swarm *swarm, size_t i)
{
    if (swarm->question != NULL && swarm->n_to_ask > 0) {
        swarm->n_to_ask--;
        swarm_send(swarm, i, swarm->question);
    }
}

static void on_message(struct swarm *swarm, size_t i, const uint8_t *text, size_t len)
{
    if (len == 1 && text[0] == '2') {
        swarm_send(swarm, i, "3");
    }
    if (swarm->options.heard != NULL) {
        swarm->options.heard(swarm->options.ctx, swarm, (const char *)text, len);
    }
    if (len >= swarm->prefix_len && memcmp(text, swarm->prefix, swarm->prefix_len) == 0) {
        swarm->seen++;
        ask_again(swarm, i);
    }
}

/* Takes whole frames (the server's are not masked) and tells how many bytes they were. */
static size_t take_frames(struct swarm *swarm, size_t i, const uint8_t *data, size_t len)
{
    size_t at = 0;

    while (len - at >= 2) {
        size_t head = 2, payload = data[at + 1] & 0x7f;

        if (payload == 126 && len - at >= 4) {
            head = 4;
            payload = (size_t)data[at + 2] << 8 | data[at + 3];
        } else if (payload >= 126) {
            break;
        }
        if (len - at < head + payload) {
            break;
        }
        if ((data[at] & 0x0f) == 8) {
            die("client %zu was closed by the server", i);
        }
        on_message(swarm, i, data + at + head, payload);
        at += head + payload;
    }
    return at;
}

/* The response to the upgrade; then frames. */
static size_t take_input(struct swarm *swarm, size_t i, const uint8_t *data, size_t len)
{
    struct client *client = &swarm->clients[i];
    const uint8_t *end = NULL;
    size_t used = 0;

    if (!client->is_upgraded) {
        end = memmem(data, len, "\r\n\r\n", 4);
        if (end == NULL) {
            return 0;
        }
        if (memcmp(data, "HTTP/1.1 101", 12) != 0) {
            die("upgrade refused: %.*s", (int)len, (const char *)data);
        }
        client->is_upgraded = true;
        used = (size_t)(end + 4 - data);
    }
    return used + take_frames(swarm, i, data + used, len - used);
}

static void on_readable(struct swarm *swarm, size_t i)
{
    struct client *client = &swarm->clients[i];
    uint8_t data[65536];
    size_t have = client->have, used = 0;
    ssize_t got = 0;

    if (have > 0) {
        memcpy(data, client->in, have);
    }
    got = recv(client->fd, data + have, sizeof(data) - have, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        die("client %zu: %s", i, got == 0 ? "closed by the server" : strerror(errno));
    }
    have += (size_t)got;
    used = take_input(swarm, i, data, have);
    client->have = have - used;
    if (client->have > IN_SIZE) {
        die("client %zu: a frame is too long", i);
    }
    if (client->have > 0 && client->in == NULL) {
        client->in = malloc(IN_SIZE);
    }
    if (client->have > 0) {
        memcpy(client->in, data + used, client->have);
    }
}

/* All clients together; what came before the call does not count. */
static void await_more(struct swarm *swarm, size_t n)
{
    struct epoll_event events[512];

    while (swarm->seen < n) {
        int got = epoll_wait(swarm->epoll, events, 512, WAIT_MS);

        if (got == 0) {
            die("waited %d s for \"%s\": %zu of %zu came", WAIT_MS / 1000, swarm->prefix,
                swarm->seen, n);
        }
        for (int i = 0; i < got; i++) {
            on_readable(swarm, events[i].data.u64);
        }
    }
}

void swarm_await(struct swarm *swarm, const char *prefix, size_t n)
{
    swarm->prefix = prefix;
    swarm->prefix_len = strlen(prefix);
    swarm->seen = 0;
    await_more(swarm, n);
}

void swarm_ask(struct swarm *swarm, const char *question, const char *prefix, size_t n)
{
    swarm->question = question;
    swarm->n_to_ask = n;
    for (size_t i = 0; i < swarm->n; i++) {
        ask_again(swarm, i);
    }
    swarm_await(swarm, prefix, n);
    swarm->question = NULL;
}

void swarm_serve(struct swarm *swarm, int fd)
{
    struct epoll_event events[512];
    struct epoll_event readable = {.events = EPOLLIN, .data.u64 = UINT64_MAX};
    bool is_readable = false;

    epoll_ctl(swarm->epoll, EPOLL_CTL_ADD, fd, &readable);
    swarm->prefix_len = SIZE_MAX;
    while (!is_readable) {
        int got = epoll_wait(swarm->epoll, events, 512, -1);

        for (int i = 0; i < got; i++) {
            if (events[i].data.u64 == UINT64_MAX) {
                is_readable = true;
            } else {
                on_readable(swarm, events[i].data.u64);
            }
        }
    }
    epoll_ctl(swarm->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static int connect_from(size_t i, unsigned port)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;

    from.sin_addr.s_addr = htonl(0x7f000101u + (uint32_t)(i / PER_ADDRESS % ADDRESSES));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &yes, sizeof(yes));
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        die("client %zu: connect: %s", i, strerror(errno));
    }
    return fd;
}

static void add_client(struct swarm *swarm, size_t i)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};

    swarm->clients[i] = (struct client){.fd = connect_from(swarm->options.first + i, swarm->port)};
    epoll_ctl(swarm->epoll, EPOLL_CTL_ADD, swarm->clients[i].fd, &event);
}

static void ask_for_upgrade(struct swarm *swarm, size_t i)
{
    char request[1024];
    int len = snprintf(request, sizeof(request),
                       "GET /socket.io/?EIO=4&transport=websocket%s HTTP/1.1\r\n"
                       "Host: 127.0.0.1:%u\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                       "Sec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
                       swarm->options.query, swarm->port, swarm->options.headers);

    send_all(swarm->clients[i].fd, request, (size_t)len);
}

static struct swarm *create(unsigned port, size_t n)
{
    struct swarm *swarm = calloc(1, sizeof(*swarm));

    servers_raise_file_limit();
    swarm->epoll = epoll_create1(0);
    swarm->n = n;
    swarm->port = port;
    swarm->clients = calloc(n, sizeof(*swarm->clients));
    return swarm;
}

struct swarm *swarm_connect_bare(unsigned port, size_t n)
{
    struct swarm *swarm = create(port, n);

    for (size_t i = 0; i < n; i++) {
        add_client(swarm, i);
        swarm->clients[i].is_upgraded = true;
    }
    return swarm;
}

struct swarm *swarm_connect(unsigned port, size_t n)
{
    return swarm_connect_with(port, n, "", "");
}

struct swarm *swarm_connect_with(unsigned port, size_t n, const char *query, const char *headers)
{
    return swarm_connect_as(port, n, &(struct swarm_options){.query = query, .headers = headers});
}

/* In steps, so that the listening socket's queue is never full. */
struct swarm *swarm_connect_as(unsigned port, size_t n, const struct swarm_options *options)
{
    enum {
        STEP = 200
    };
    struct swarm *swarm = create(port, n);

    swarm->options = *options;
    swarm->options.query = options->query != NULL ? options->query : "";
    swarm->options.headers = options->headers != NULL ? options->headers : "";
    for (size_t done = 0; done < n; done += STEP) {
        size_t step = n - done < STEP ? n - done : STEP;

        for (size_t i = 0; i < step; i++) {
            add_client(swarm, done + i);
            ask_for_upgrade(swarm, done + i);
        }
        swarm_await(swarm, "0{", step);
        for (size_t i = 0; i < step; i++) {
            swarm_send(swarm, done + i, "40");
        }
        swarm_await(swarm, "40{", step);
    }
    return swarm;
}

void swarm_close(struct swarm *swarm)
{
    for (size_t i = 0; i < swarm->n; i++) {
        close(swarm->clients[i].fd);
        free(swarm->clients[i].in);
    }
    close(swarm->epoll);
    free(swarm->clients);
    free(swarm);
}
