#include "cli/cli_notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A name without a file: nothing is left behind. Nobody can guess it, and who says something is known anyway. */
static void choose_name(char name[64])
{
    uint64_t chance = 0;

    (void)!getrandom(&chance, sizeof(chance), 0);
    (void)snprintf(name, 64, "@sails-%d-%llx", (int)getpid(), (unsigned long long)chance);
}

int cli_notify_open(struct cli_notify *notify)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t len = 0;
    int on = 1;

    choose_name(notify->name);
    len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(notify->name));
    memcpy(address.sun_path + 1, notify->name + 1, strlen(notify->name) - 1);
    notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (notify->fd < 0 || setsockopt(notify->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
        bind(notify->fd, (struct sockaddr *)&address, len) < 0) {
        return -errno;
    }
    return 0;
}

void cli_notify_close(struct cli_notify *notify)
{
    if (notify->fd >= 0) {
        (void)close(notify->fd);
    }
    notify->fd = -1;
}

/* Room for one socket and the sender; more sockets are closed by the kernel. */
union control {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
};

static void read_control(struct msghdr *message, struct cli_notice *out)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred sender;

            memcpy(&sender, CMSG_DATA(c), sizeof(sender));
            out->pid = sender.pid;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            memcpy(&out->fd, CMSG_DATA(c), sizeof(out->fd));
        }
    }
}

bool cli_notify_next(struct cli_notify *notify, struct cli_notice *out)
{
    char text[512];
    union control control;
    struct iovec room = {text, sizeof(text) - 1};
    struct msghdr message = {.msg_iov = &room,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(notify->fd, &message, MSG_CMSG_CLOEXEC);

    if (n < 0) {
        return false;
    }
    text[n] = '\0';
    *out = (struct cli_notice){.fd = -1, .is_ready = strstr(text, "READY=1") != NULL};
    read_control(&message, out);
    return true;
}
