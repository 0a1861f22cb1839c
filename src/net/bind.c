#include "net/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Several sockets can share a port through SO_REUSEPORT, but then every program of the same user
 * that sets it, too, shares it without a word: a second server would start "successfully" and take
 * half of the connections. So the first socket is bound and set to listen without the option, which
 * the kernel refuses if anybody else listens there, with the option or not. Only then the first
 * socket gets the option, so that its siblings can join it. At no moment is the port unguarded, as
 * it would be with a socket that probes and is closed again.
 */

static int set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value)) == 0 ? 0 : -errno;
}

static int prepare_socket(int fd, const struct address *address, bool both_families,
                          bool shares_port)
{
    /* So that a restart does not wait for the old connections in TIME_WAIT. */
    int rc = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);

    if (rc == 0 && address->storage.ss_family == AF_INET6) {
        rc = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, both_families ? 0 : 1);
    }
    if (rc == 0 && shares_port) {
        rc = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    }
    return rc;
}

static int listen_on(const struct address *address, bool both_families, bool shares_port,
                     int backlog, int *out)
{
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int rc = 0;

    if (fd < 0) {
        return -errno;
    }
    rc = prepare_socket(fd, address, both_families, shares_port);
    if (rc == 0 && bind(fd, (const struct sockaddr *)&address->storage, address->len) != 0) {
        rc = -errno;
    }
    if (rc == 0 && listen(fd, backlog) != 0) {
        rc = -errno;
    }
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    *out = fd;
    return 0;
}

static int find_address(int fd, struct address *out)
{
    *out = (struct address){.len = sizeof(out->storage)};
    return getsockname(fd, (struct sockaddr *)&out->storage, &out->len) == 0 ? 0 : -errno;
}

static int bind_first(const char *host, unsigned port, int backlog, int *fd)
{
    struct address address;
    int rc = 0;

    if (host != NULL) {
        rc = address_resolve(host, port, &address);
        return rc == 0 ? listen_on(&address, false, false, backlog, fd) : rc;
    }
    address_any(AF_INET6, port, &address);
    rc = listen_on(&address, true, false, backlog, fd);
    /* The first comes without IPv6 in the kernel, the second with IPv6 switched off. */
    if (rc == -EAFNOSUPPORT || rc == -EADDRNOTAVAIL) {
        address_any(AF_INET, port, &address);
        rc = listen_on(&address, false, false, backlog, fd);
    }
    return rc;
}

static int bind_siblings(const struct address *address, bool both_families, int backlog, int *fds,
                         unsigned n)
{
    int rc = 0;

    if (n > 1) {
        rc = set_option(fds[0], SOL_SOCKET, SO_REUSEPORT, 1);
    }
    for (unsigned i = 1; rc == 0 && i < n; i++) {
        rc = listen_on(address, both_families, true, backlog, &fds[i]);
    }
    return rc;
}

int bind_all(const char *host, unsigned port, int backlog, int *fds, unsigned n,
             struct address *bound)
{
    struct address found;
    int rc = 0;

    for (unsigned i = 0; i < n; i++) {
        fds[i] = -1;
    }
    rc = bind_first(host, port, backlog, &fds[0]);
    if (rc == 0) {
        rc = find_address(fds[0], &found);
    }
    if (rc == 0) {
        rc = bind_siblings(&found, host == NULL, backlog, fds, n);
    }
    if (rc < 0) {
        bind_close(fds, n);
        return rc;
    }
    *bound = found;
    return 0;
}

/* As those that we make ourselves: see listen_on(). */
static int check_inherited(int fd)
{
    int listens = 0;
    socklen_t len = sizeof(listens);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) != 0) {
        return -errno;
    }
    if (listens == 0) {
        return -EINVAL;
    }
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? 0 : -errno;
}

int bind_inherited(int fd, int *fds, unsigned n, struct address *bound)
{
    struct address found;
    int rc = check_inherited(fd);

    fds[0] = fd;
    for (unsigned i = 1; i < n; i++) {
        fds[i] = -1;
    }
    if (rc == 0) {
        rc = find_address(fd, &found);
    }
    for (unsigned i = 1; rc == 0 && i < n; i++) {
        fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        rc = fds[i] < 0 ? -errno : 0;
    }
    if (rc < 0) {
        bind_close(fds, n);
        return rc;
    }
    *bound = found;
    return 0;
}

void bind_close(int *fds, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
        fds[i] = -1;
    }
}
