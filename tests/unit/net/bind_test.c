#include "net/bind.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_somewhere(unsigned *port)
{
    struct address bound;
    int fd = -1;

    assert_int_equal(bind_all("127.0.0.1", 0, 8, &fd, 1, &bound), 0);
    *port = address_port(&bound);
    return fd;
}

static void workers_share_a_socket_that_was_inherited(void **state)
{
    struct address bound;
    unsigned port = 0;
    int fd = listen_somewhere(&port);
    int fds[3];

    (void)state;
    assert_int_equal(fcntl(fd, F_SETFD, 0), 0); /* as exec leaves it */
    assert_int_equal(bind_inherited(fd, fds, 3, &bound), 0);
    assert_int_equal(address_port(&bound), port);
    assert_int_equal(fds[0], fd);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        assert_int_equal(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
        assert_true((fcntl(fds[i], F_GETFL) & O_NONBLOCK) != 0);
        assert_true(i == 0 || fds[i] != fds[i - 1]);
    }
    bind_close(fds, 3);
}

static void what_does_not_listen_is_refused_and_closed(void **state)
{
    struct address bound;
    int ends[2];
    int fds[2];
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(bind_inherited(fd, fds, 2, &bound), -EINVAL);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(bind_inherited(ends[0], fds, 2, &bound), -ENOTSOCK);
    assert_int_equal(fcntl(ends[0], F_GETFD), -1);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(bind_inherited(1000000, fds, 2, &bound), -EBADF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_share_a_socket_that_was_inherited),
        cmocka_unit_test(what_does_not_listen_is_refused_and_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
