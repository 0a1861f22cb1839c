#include "support/fake_redis.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
    *fd = -1;
}

void fake_redis_listen(struct fake_redis *fake)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)fake->port)};
    socklen_t len = sizeof(at);
    int on = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fake->listener >= 0);
    assert_int_equal(setsockopt(fake->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
    assert_int_equal(bind(fake->listener, (const struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fake->listener, 8), 0);
    assert_int_equal(getsockname(fake->listener, (struct sockaddr *)&at, &len), 0);
    fake->port = ntohs(at.sin_port);
}

void fake_redis_open(struct fake_redis *fake)
{
    *fake = (struct fake_redis){.listener = -1, .peer = -1};
    fake_redis_listen(fake);
}

void fake_redis_close(struct fake_redis *fake)
{
    close_fd(&fake->listener);
    close_fd(&fake->peer);
    buf_deinit(&fake->in);
}

void fake_redis_refuse(struct fake_redis *fake)
{
    close_fd(&fake->listener);
}

static void wait_for(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&poll_fd, 1, FAKE_REDIS_PATIENCE_S * 1000), 1);
}

void fake_redis_accept(struct fake_redis *fake)
{
    close_fd(&fake->peer);
    buf_clear(&fake->in);
    wait_for(fake->listener);
    fake->peer = accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fake->peer >= 0);
}

void fake_redis_welcome(struct fake_redis *fake)
{
    fake_redis_accept(fake);
    fake_redis_expect(fake, "PING");
    fake_redis_say(fake, "+PONG\r\n");
}

void fake_redis_hang_up(struct fake_redis *fake)
{
    close_fd(&fake->peer);
}

static size_t receive(struct fake_redis *fake, void *data, size_t size)
{
    ssize_t n = 0;

    wait_for(fake->peer);
    n = recv(fake->peer, data, size, 0);
    return n > 0 ? (size_t)n : 0;
}

static void receive_more(struct fake_redis *fake)
{
    char data[4096];
    size_t n = receive(fake, data, sizeof(data));

    assert_true(n > 0);
    buf_append(&fake->in, data, n);
}

/* "<mark><number>\r\n" */
static size_t take_number(struct fake_redis *fake, char mark)
{
    const char *end = NULL;
    size_t value = 0;

    while (end == NULL) {
        end = fake->in.len > 0 ? memchr(fake->in.ptr, '\n', fake->in.len) : NULL;
        if (end == NULL) {
            receive_more(fake);
        }
    }
    assert_int_equal(fake->in.ptr[0], mark);
    for (const char *at = fake->in.ptr + 1; at < end - 1; at++) {
        assert_in_range(*at, '0', '9');
        value = value * 10 + (size_t)(*at - '0');
    }
    buf_consume(&fake->in, (size_t)(end + 1 - fake->in.ptr));
    return value;
}

static void take_text(struct fake_redis *fake, struct buf *out)
{
    size_t len = take_number(fake, '$');

    while (fake->in.len < len + 2) {
        receive_more(fake);
    }
    buf_append(out, fake->in.ptr, len);
    buf_consume(&fake->in, len + 2);
}

static void take_command(struct fake_redis *fake, struct buf *out)
{
    size_t n = take_number(fake, '*');

    for (size_t i = 0; i < n; i++) {
        buf_append_str(out, i > 0 ? STR(" ") : STR(""));
        take_text(fake, out);
    }
}

void fake_redis_expect_prefix(struct fake_redis *fake, const char *prefix)
{
    struct buf got = {0};

    take_command(fake, &got);
    assert_true(str_starts_with(buf_str(&got), str_from(prefix)));
    buf_deinit(&got);
}

void fake_redis_expect(struct fake_redis *fake, const char *command)
{
    struct buf got = {0};

    take_command(fake, &got);
    if (!str_eq(buf_str(&got), str_from(command))) {
        fail_msg("got \"%.*s\", not \"%s\"", STR_FMT(buf_str(&got)), command);
    }
    buf_deinit(&got);
}

void fake_redis_say(struct fake_redis *fake, const char *text)
{
    size_t len = strlen(text);

    assert_int_equal(send(fake->peer, text, len, MSG_NOSIGNAL), (ssize_t)len);
}

void fake_redis_expect_end(struct fake_redis *fake)
{
    char data[4096];

    while (receive(fake, data, sizeof(data)) > 0) {
    }
}
