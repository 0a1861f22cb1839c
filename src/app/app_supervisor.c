#include "app/app.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * Who has started the program may hand it a socket that listens already, and wants to hear when it serves:
 * `sails lift`, which starts the next process before it ends the last, and systemd. Both do it as
 * sd_listen_fds(3) and sd_notify(3) say: variables of the environment, which are for this process and not for
 * its children. A socket that the app has made itself is given to be kept (FDSTORE=1), by a name; it comes back
 * under that name, and is used if it is the one that the settings ask for by then.
 */

enum {
    FIRST_FD = 3 /* SD_LISTEN_FDS_START */
};

static const char kept_name[] = "sails";

static bool names_this_process(const char *text)
{
    uint64_t pid = 0;

    return text != NULL && str_to_u64(str_from(text), INT32_MAX, &pid) && (pid_t)pid == getpid();
}

/* Of a socket that a unit of systemd made, the unit decides; of one that was kept, the setting `port`. */
static bool is_wanted(const struct sails_app *app)
{
    const char *name = getenv("LISTEN_FDNAMES");
    struct sockaddr_in6 address = {0};
    socklen_t len = sizeof(address);
    int64_t port = config_integer(&app->config, "port");

    if (name == NULL || strcmp(name, kept_name) != 0 || port == 0) {
        return true;
    }
    /* The port stands at the same place in addresses of both families. */
    return getsockname(FIRST_FD, (struct sockaddr *)&address, &len) == 0 &&
           ntohs(address.sin6_port) == port;
}

int app_supervisor_take_socket(const struct sails_app *app)
{
    const char *count = getenv("LISTEN_FDS");
    uint64_t n = 0;
    bool is_ours = !app->world.is_simulated && names_this_process(getenv("LISTEN_PID")) &&
                   count != NULL && str_to_u64(str_from(count), INT32_MAX, &n) && n > 0;
    bool is_used = is_ours && is_wanted(app);

    if (is_ours) {
        (void)unsetenv("LISTEN_PID");
        (void)unsetenv("LISTEN_FDS");
        (void)unsetenv("LISTEN_FDNAMES");
    }
    if (is_ours && !is_used) {
        (void)close(FIRST_FD);
    }
    return is_used ? FIRST_FD : 0;
}

/* "/run/x", or "@x" for a name without a file. */
static bool read_address(const char *path, struct sockaddr_un *address, socklen_t *len)
{
    size_t n = path != NULL ? strlen(path) : 0;

    if (n < 2 || n >= sizeof(address->sun_path) || (path[0] != '/' && path[0] != '@')) {
        return false;
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, n);
    if (path[0] == '@') {
        address->sun_path[0] = '\0';
    }
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (path[0] == '/' ? 1 : 0));
    return true;
}

/* `fd`: goes along; -1: none. */
static int send_state(const char *state, int fd, const struct sockaddr_un *address, socklen_t len)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec text = {(void *)(uintptr_t)state, strlen(state)};
    struct msghdr message = {.msg_name = (void *)(uintptr_t)address,
                             .msg_namelen = len,
                             .msg_iov = &text,
                             .msg_iovlen = 1};
    int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int rc = out < 0 ? -errno : 0;

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control.bytes);
        control.head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    }
    if (rc == 0 && sendmsg(out, &message, MSG_NOSIGNAL) < 0) {
        rc = -errno;
    }
    if (out >= 0) {
        (void)close(out);
    }
    return rc;
}

static void tell(const struct sails_app *app, const char *state, int fd)
{
    struct sockaddr_un address;
    socklen_t len = 0;
    int rc = 0;

    if (app->world.is_simulated || !read_address(getenv("NOTIFY_SOCKET"), &address, &len)) {
        return;
    }
    rc = send_state(state, fd, &address, len);
    if (rc < 0) {
        log_line(&app->log, LOG_WARN, "NOTIFY_SOCKET could not be told %s: %s", state,
                 sails_strerror(rc));
    }
}

void app_supervisor_tell(const struct sails_app *app, const char *state)
{
    tell(app, state, -1);
}

void app_supervisor_keep_socket(const struct sails_app *app)
{
    char state[64];

    (void)snprintf(state, sizeof(state), "FDSTORE=1\nFDNAME=%s", kept_name);
    if (!app->world.is_simulated) {
        tell(app, state, net_socket(net_of(app->pool)));
    }
}
