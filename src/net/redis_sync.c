#include "net/redis_sync.h"

#include "base/macros.h"
#include "base/mem.h"
#include "net/redis_command.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sails/err.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * The socket does not block; who waits is poll(), for what is left of the time.
 */

struct redis_sync {
    struct redis_options options; /* a copy */
    int fd;                       /* -1: none */
    struct redis_tls_context *tls_context;
    struct redis_tls *tls; /* NULL: none */
    struct redis_reader *reader;
    uint64_t limit_ms; /* of what is being done */
};

enum {
    READ_SIZE = 16384
};

/* ---- time ---- */

static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* 0: the socket can do it; SAILS_ETIMEOUT; -errno. */
static int wait_for(const struct redis_sync *sync, short events)
{
    struct pollfd poller = {.fd = sync->fd, .events = events};

    for (;;) {
        uint64_t now = now_ms();
        uint64_t left = sync->limit_ms > now ? sync->limit_ms - now : 0;
        int n = poll(&poller, 1, (int)(left < 60000 ? left : 60000));

        if (n > 0) {
            return 0;
        }
        if (n < 0 && errno != EINTR) {
            return -errno;
        }
        if (left == 0) {
            return SAILS_ETIMEOUT;
        }
    }
}

/* ---- bytes ---- */

static int send_wire(struct redis_sync *sync, struct bytes wire)
{
    while (wire.len > 0) {
        ssize_t n = send(sync->fd, wire.ptr, wire.len, MSG_NOSIGNAL);

        if (n >= 0) {
            wire = bytes_from_offset(wire, (size_t)n);
        } else if (errno == EAGAIN) {
            int rc = wait_for(sync, POLLOUT);

            if (rc < 0) {
                return rc;
            }
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

/* What TLS has to say, as an answer or of its own. */
static int send_tls(struct redis_sync *sync)
{
    struct buf wire = {0};
    int rc = redis_tls_take(sync->tls, &wire);

    rc = rc == 0 ? send_wire(sync, buf_bytes(&wire)) : rc;
    buf_deinit(&wire);
    return rc;
}

static int send_plain(struct redis_sync *sync, struct bytes plain)
{
    int rc = 0;

    if (sync->tls == NULL) {
        return send_wire(sync, plain);
    }
    rc = redis_tls_write(sync->tls, plain);
    return rc == 0 ? send_tls(sync) : rc;
}

static int feed(struct redis_sync *sync, struct bytes wire)
{
    struct buf plain = {0};
    int rc = 0;

    if (sync->tls == NULL) {
        return redis_reader_feed(sync->reader, wire);
    }
    rc = redis_tls_feed(sync->tls, wire, &plain);
    if (rc == 0) {
        rc = send_tls(sync);
    }
    if (rc == 0 && plain.len > 0) {
        rc = redis_reader_feed(sync->reader, buf_bytes(&plain));
    }
    buf_deinit(&plain);
    return rc;
}

static int receive_some(struct redis_sync *sync)
{
    uint8_t piece[READ_SIZE];
    ssize_t n = recv(sync->fd, piece, sizeof(piece), 0);

    if (n > 0) {
        return feed(sync, (struct bytes){piece, (size_t)n});
    }
    if (n == 0) {
        return SAILS_ECLOSED;
    }
    if (errno == EAGAIN) {
        return wait_for(sync, POLLIN);
    }
    return errno == EINTR ? 0 : -errno;
}

/* ---- commands ---- */

static int receive_reply(struct redis_sync *sync, struct redis_reply **out)
{
    int rc = redis_reader_next(sync->reader, out);

    while (rc == 0 && *out == NULL) {
        rc = receive_some(sync);
        if (rc == 0) {
            rc = redis_reader_next(sync->reader, out);
        }
    }
    return rc;
}

static int exchange(struct redis_sync *sync, const struct str *argv, size_t argc,
                    struct redis_reply **out, struct buf *why)
{
    struct redis_command *command = redis_command_create(argv, argc, NULL, NULL);
    struct redis_reply *reply = NULL;
    int rc = SAILS_ENOMEM;

    if (command != NULL) {
        rc = send_plain(sync, shared_bytes(command->bytes));
    }
    redis_command_destroy(command);
    if (rc == 0) {
        rc = receive_reply(sync, &reply);
    }
    if (rc == 0 && reply->kind == REDIS_ERROR) {
        buf_append_str(why, reply->text);
        rc = SAILS_EREFUSED;
    }
    if (rc == 0 && out != NULL) {
        *out = reply;
        reply = NULL;
    }
    redis_reply_destroy(reply);
    return rc;
}

int redis_sync_command(struct redis_sync *sync, const struct str *argv, size_t argc,
                       struct redis_reply **out, struct buf *why)
{
    sync->limit_ms = now_ms() + sync->options.command_timeout_ms;
    return exchange(sync, argv, argc, out, why);
}

/* ---- connecting ---- */

static int finish_connect(const struct redis_sync *sync)
{
    int err = 0;
    socklen_t len = sizeof(err);
    int rc = wait_for(sync, POLLOUT);

    if (rc == 0 && getsockopt(sync->fd, SOL_SOCKET, SO_ERROR, &err, &len) == 0) {
        rc = -err;
    }
    return rc;
}

static int connect_to(struct redis_sync *sync, const struct addrinfo *address)
{
    int on = 1;

    sync->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sync->fd < 0) {
        return -errno;
    }
    (void)setsockopt(sync->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(sync->fd, address->ai_addr, address->ai_addrlen) == 0) {
        return 0;
    }
    return errno == EINPROGRESS ? finish_connect(sync) : -errno;
}

static void hang_up(struct redis_sync *sync)
{
    if (sync->fd >= 0) {
        (void)close(sync->fd);
    }
    sync->fd = -1;
}

/* One address after the other: the last one's error counts. */
static int dial(struct redis_sync *sync)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *all = NULL;
    char port[8];
    int rc = SAILS_ENOENT;

    (void)snprintf(port, sizeof(port), "%u", sync->options.port);
    if (getaddrinfo(sync->options.host, port, &hints, &all) != 0) {
        return SAILS_ENOENT;
    }
    for (const struct addrinfo *at = all; at != NULL && rc < 0; at = at->ai_next) {
        hang_up(sync);
        rc = connect_to(sync, at);
    }
    freeaddrinfo(all);
    return rc;
}

static int begin_tls(struct redis_sync *sync)
{
    int rc = 0;

    if (!sync->options.tls.is_on) {
        return 0;
    }
    rc = redis_tls_context_create(&sync->options.tls, sync->options.log, &sync->tls_context);
    if (rc == 0) {
        sync->tls = redis_tls_create(sync->tls_context, sync->options.host);
        rc = sync->tls != NULL ? send_tls(sync) : SAILS_ENOMEM;
    }
    return rc;
}

static int greet(struct redis_sync *sync, struct buf *why)
{
    const struct redis_options *options = &sync->options;
    struct str auth[] = {STR("AUTH"), str_from(options->username), str_from(options->password)};
    char db[16];
    int rc = 0;

    if (options->password != NULL && options->username != NULL) {
        rc = exchange(sync, auth, 3, NULL, why);
    } else if (options->password != NULL) {
        rc = exchange(sync, (const struct str[]){auth[0], auth[2]}, 2, NULL, why);
    }
    if (rc == 0 && options->db != 0) {
        (void)snprintf(db, sizeof(db), "%u", options->db);
        rc = exchange(sync, (const struct str[]){STR("SELECT"), str_from(db)}, 2, NULL, why);
    }
    return rc == 0 ? exchange(sync, (const struct str[]){STR("PING")}, 1, NULL, why) : rc;
}

int redis_sync_open(const struct redis_options *options, struct redis_sync **out, struct buf *why)
{
    struct redis_sync *sync = NULL;
    int rc = redis_options_check(options);

    if (rc < 0) {
        return rc;
    }
    sync = mem_calloc(1, sizeof(*sync));
    if (sync == NULL) {
        return SAILS_ENOMEM;
    }
    sync->fd = -1;
    sync->limit_ms = now_ms() + options->connect_timeout_ms;
    rc = redis_options_copy(options, &sync->options);
    if (rc == 0) {
        sync->reader = redis_reader_create(options->max_reply);
        rc = sync->reader != NULL ? dial(sync) : SAILS_ENOMEM;
    }
    rc = rc == 0 ? begin_tls(sync) : rc;
    rc = rc == 0 ? greet(sync, why) : rc;
    if (rc < 0) {
        redis_sync_close(sync);
        return rc;
    }
    *out = sync;
    return 0;
}

void redis_sync_close(struct redis_sync *sync)
{
    if (sync != NULL) {
        hang_up(sync);
        redis_tls_destroy(sync->tls);
        redis_tls_context_destroy(sync->tls_context);
        redis_reader_destroy(sync->reader);
        redis_options_deinit(&sync->options);
        mem_free(sync);
    }
}
