/*
 * The least that a server has to do for sails-bench: it reads, looks for what it knows, and sends the same bytes as a
 * server of Socket.IO, from one loop over epoll. It is no server, for it believes everything that it is told; it is the
 * measure by which servers are measured.
 *
 *     bench-bare PORT
 *
 * What is answered to one read leaves in one send, and so does what is told to a room in one turn.
 *
 * Rooms are "roomN" and have their members in an array, ids are "cN". Connections have numbers that are not used again,
 * so that a room may have somebody in it who has gone: who is met there is taken out.
 */
#include "load/base.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS = 512,
    READ_SIZE = 64 * 1024
};

struct connection {
    int fd;
    size_t number;
    int is_upgraded;
    struct pile in, out;
};

struct list {
    size_t *numbers;
    size_t n, size;
};

static int epoll;
static struct connection **connections; /* by number; NULL: gone */
static size_t n_connections;
static struct list *rooms;
static size_t n_rooms;
static struct pile told; /* in this turn, to one room or connection */
static char told_to[64];

/* ---- lists ---- */

static void list_add(struct list *list, size_t number)
{
    if (list->n == list->size) {
        list->size = list->size > 0 ? list->size * 2 : 8;
        list->numbers = base_grow(list->numbers, list->size * sizeof(size_t));
    }
    list->numbers[list->n++] = number;
}

static void list_remove(struct list *list, size_t number)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->numbers[i] == number) {
            list->numbers[i] = list->numbers[--list->n];
            return;
        }
    }
}

static struct list *room_of(const char *name)
{
    size_t number = strtoul(name + strlen("room"), NULL, 10);

    if (number >= n_rooms) {
        size_t more = number * 2 + 16;

        rooms = base_grow(rooms, more * sizeof(*rooms));
        memset(rooms + n_rooms, 0, (more - n_rooms) * sizeof(*rooms));
        n_rooms = more;
    }
    return &rooms[number];
}

/* ---- out ---- */

static void close_connection(struct connection *connection)
{
    connections[connection->number] = NULL;
    close(connection->fd);
    pile_free(&connection->in);
    pile_free(&connection->out);
    free(connection);
}

static void watch(const struct connection *connection, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.u64 = connection->number};

    epoll_ctl(epoll, operation, connection->fd, &event);
}

static void send_to(struct connection *connection, const char *data, size_t len)
{
    ssize_t sent = 0;

    if (connection->out.len == 0) {
        sent = send(connection->fd, data, len, MSG_NOSIGNAL);
    }
    if (sent < 0) {
        sent = 0; /* full, or gone, of which the next read tells */
    }
    if ((size_t)sent < len) {
        pile_append(&connection->out, data + sent, len - (size_t)sent);
        watch(connection, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
}

static void send_rest(struct connection *connection)
{
    ssize_t sent = send(connection->fd, connection->out.data, connection->out.len, MSG_NOSIGNAL);

    pile_drop(&connection->out, sent > 0 ? (size_t)sent : 0);
    if (connection->out.len == 0) {
        watch(connection, EPOLLIN, EPOLL_CTL_MOD);
    }
}

static void append_head(struct pile *to, size_t len)
{
    unsigned char head[10] = {0x81, (unsigned char)len};
    size_t n_bytes = len < 126 ? 0 : len <= 0xffff ? 2 : 8;

    if (n_bytes > 0) {
        head[1] = n_bytes == 2 ? 126 : 127;
    }
    for (size_t i = 0; i < n_bytes; i++) {
        head[2 + i] = (unsigned char)(len >> 8 * (n_bytes - 1 - i));
    }
    pile_append(to, head, 2 + n_bytes);
}

static void flush_told(void)
{
    if (told.len > 0 && told_to[0] == 'c') {
        size_t number = strtoul(told_to + 1, NULL, 10);

        if (number < n_connections && connections[number] != NULL) {
            send_to(connections[number], told.data, told.len);
        }
    } else if (told.len > 0) {
        struct list *room = room_of(told_to);

        for (size_t i = room->n; i-- > 0;) {
            struct connection *member = connections[room->numbers[i]];

            if (member != NULL) {
                send_to(member, told.data, told.len);
            } else {
                room->numbers[i] = room->numbers[--room->n];
            }
        }
    }
    told.len = 0;
}

/* ---- what is asked ---- */

static void answer(struct pile *out, const char *id, size_t id_len, const char *before,
                   const char *value, size_t len, const char *after)
{
    append_head(out, 2 + id_len + strlen(before) + len + strlen(after));
    pile_append(out, "43", 2);
    pile_append(out, id, id_len);
    pile_append_text(out, before);
    pile_append(out, value, len);
    pile_append_text(out, after);
}

static void tell(const char *at)
{
    static const char event[] = "42[\"broadcast\",";
    const char *end = strchr(at, '"');
    const char *value = end + 2;
    size_t len = strlen(value);

    if (strncmp(told_to, at, (size_t)(end - at)) != 0 || told_to[end - at] != '\0') {
        flush_told();
        snprintf(told_to, sizeof(told_to), "%.*s", (int)(end - at), at);
    }
    append_head(&told, strlen(event) + len);
    pile_append_text(&told, event);
    pile_append(&told, value, len);
}

/* An event, ended by a NUL: 42, an id, and ["name",...]. */
static void on_event(struct connection *connection, const char *text, size_t len, struct pile *out)
{
    const char *id = text + 2;
    size_t id_len = strspn(id, "0123456789");
    const char *array = id + id_len;

    if (strncmp(array, "[\"tell\",\"", 9) == 0) {
        tell(array + 9);
    } else if (strncmp(array, "[\"echo\",", 8) == 0) {
        answer(out, id, id_len, "[", array + 8, len - (size_t)(array + 8 - text), "");
    } else if (strncmp(array, "[\"join\",\"", 9) == 0) {
        list_add(room_of(array + 9), connection->number);
        answer(out, id, id_len, "[]", "", 0, "");
    } else if (strncmp(array, "[\"leave\",\"", 10) == 0) {
        list_remove(room_of(array + 10), connection->number);
        answer(out, id, id_len, "[]", "", 0, "");
    } else if (strncmp(array, "[\"get\",", 7) == 0) {
        const char *value = strstr(array, "?v=") + 3;

        answer(out, id, id_len, "[{\"body\":{\"v\":\"", value, strcspn(value, "\""),
               "\"},\"headers\":{},\"statusCode\":200}]");
    }
}

static void on_message(struct connection *connection, const char *text, size_t len,
                       struct pile *out)
{
    char joined[64];

    if (len == 2 && memcmp(text, "40", 2) == 0) {
        int n = snprintf(joined, sizeof(joined), "40{\"sid\":\"c%zu\"}", connection->number);

        append_head(out, (size_t)n);
        pile_append(out, joined, (size_t)n);
    } else if (len > 2 && memcmp(text, "42", 2) == 0) {
        on_event(connection, text, len, out);
    }
}

static size_t take_frames(struct connection *connection, char *data, size_t len, struct pile *out)
{
    size_t used = 0;

    while (len - used >= 6) {
        unsigned char *at = (unsigned char *)data + used;
        size_t payload = at[1] & 0x7f, head = 6;
        char *text = NULL, after = 0;

        if (payload >= 126) {
            size_t n_bytes = payload == 126 ? 2 : 8;

            if (len - used < head + n_bytes) {
                break;
            }
            payload = 0;
            for (size_t i = 0; i < n_bytes; i++) {
                payload = payload << 8 | at[2 + i];
            }
            head += n_bytes;
        }
        if (len - used < head + payload) {
            break;
        }
        text = data + used + head;
        for (size_t i = 0; i < payload; i++) {
            text[i] = (char)(text[i] ^ (char)at[head - 4 + i % 4]);
        }
        after = text[payload];
        text[payload] = '\0'; /* there is always room for one more */
        on_message(connection, text, payload, out);
        text[payload] = after;
        used += head + payload;
    }
    return used;
}

static size_t take_request(struct connection *connection, const char *data, size_t len,
                           struct pile *out)
{
    static const char upgrade[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\n"
                                  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    static const char bytes[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 64\r\n\r\n"
        "{\"text\":\"Sixty-four bytes of JSON, counting the braces as well\"}";
    static const char opening[] =
        "0{\"sid\":\"AAAAAAAAAAAAAAAAAAAA\",\"upgrades\":[],\"pingInterval\":25000,"
        "\"pingTimeout\":20000,\"maxPayload\":1000000}";
    const char *end = memmem(data, len, "\r\n\r\n", 4);

    if (end == NULL) {
        return 0;
    }
    if (strncmp(data, "GET /socket.io/", 15) == 0) {
        pile_append_text(out, upgrade);
        append_head(out, strlen(opening));
        pile_append_text(out, opening);
        connection->is_upgraded = 1;
    } else {
        pile_append_text(out, bytes);
    }
    return (size_t)(end + 4 - data);
}

/* ---- in ---- */

/* What is in `data`, behind which there is room for one more byte. */
static size_t take(struct connection *connection, char *data, size_t len)
{
    static struct pile out;
    size_t used = 0, more = 1;

    out.len = 0;
    while (more > 0 && used < len && !connection->is_upgraded) {
        more = take_request(connection, data + used, len - used, &out);
        used += more;
    }
    if (connection->is_upgraded) {
        used += take_frames(connection, data + used, len - used, &out);
    }
    if (out.len > 0) {
        send_to(connection, out.data, out.len);
    }
    return used;
}

static void on_readable(struct connection *connection)
{
    static char shared[READ_SIZE + 1];
    struct pile *in = &connection->in;
    char *at = in->len > 0 ? pile_reserve(in, READ_SIZE + 1) : shared;
    ssize_t got = recv(connection->fd, at, READ_SIZE, MSG_DONTWAIT);
    size_t used = 0;

    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) {
            close_connection(connection);
        }
        return;
    }
    if (at == shared) {
        used = take(connection, shared, (size_t)got);
        pile_append(in, shared + used, (size_t)got - used);
    } else {
        in->len += (size_t)got;
        pile_drop(in, take(connection, in->data, in->len));
    }
}

static void on_connection(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int yes = 1;
    struct connection *connection = NULL;

    if (fd < 0) {
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    connection = base_alloc(1, sizeof(*connection));
    *connection = (struct connection){.fd = fd, .number = n_connections};
    if ((n_connections & (n_connections - 1)) == 0) {
        connections = base_grow(connections, (2 * n_connections + 2) * sizeof(connections[0]));
    }
    connections[n_connections++] = connection;
    watch(connection, EPOLLIN, EPOLL_CTL_ADD);
}

static int listen_on(const char *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    socklen_t len = sizeof(at);
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        base_end("port %s: %s", port, strerror(errno));
    }
    printf("Listening on http://127.0.0.1:%u\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static void on_ready(const struct epoll_event *event, int listener)
{
    struct connection *connection = NULL;

    if (event->data.u64 == UINT64_MAX) {
        on_connection(listener);
        return;
    }
    connection = connections[event->data.u64];
    if (connection != NULL && (event->events & EPOLLOUT) != 0) {
        send_rest(connection);
    }
    if (connection != NULL && (event->events & ~(uint32_t)EPOLLOUT) != 0) {
        on_readable(connection);
    }
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = UINT64_MAX};
    struct rlimit limit;
    int listener = argc == 2 ? listen_on(argv[1]) : -1;

    if (listener < 0) {
        base_end("usage: bench-bare PORT");
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < n; i++) {
            on_ready(&events[i], listener);
        }
        flush_told();
    }
}
