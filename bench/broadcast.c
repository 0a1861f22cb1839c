/*
 * What one delivered broadcast message costs the server, against a bare loop that only sends the same
 * bytes to as many connections.
 *
 *     bench-broadcast <bench-server> [receivers] [broadcasts] [rounds]    1000, 200, 9
 *
 * One broadcast at a time: the next begins when all receivers have the one before. Server and bare loop
 * take turns, round by round, so that what else happens on the machine happens to both. CPU time, user
 * and system, as the kernel counts it.
 */
#include "swarm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PAYLOAD = 128,
    ROUNDS_MAX = 99
};

/* ---- the bare loop: a process that sends a frame to all its connections when it is told to ---- */

struct bare {
    pid_t pid;
    int control;             /* a byte: send once */
    struct swarm *receivers; /* the same clients as the server has, without their handshake */
};

static int listen_anywhere(struct sockaddr_in *at)
{
    socklen_t len = sizeof(*at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || bind(fd, (struct sockaddr *)at, sizeof(*at)) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)at, &len) != 0) {
        die("bare loop: %s", strerror(errno));
    }
    return fd;
}

static void run_bare_loop(int listener, int control, size_t n, const char *frame, size_t len)
{
    int *fds = calloc(n, sizeof(int));
    int yes = 1;
    char order = 0;

    for (size_t i = 0; i < n; i++) {
        fds[i] = accept(listener, NULL, NULL);
        setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    }
    while (read(control, &order, 1) == 1) {
        for (size_t i = 0; i < n; i++) {
            if (send(fds[i], frame, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len) {
                _exit(1);
            }
        }
    }
    _exit(0);
}

static struct bare bare_start(size_t n, const char *frame, size_t len)
{
    struct bare bare = {0};
    struct sockaddr_in at;
    int pipes[2];
    int listener = listen_anywhere(&at);

    if (pipe(pipes) != 0) {
        die("pipe: %s", strerror(errno));
    }
    bare.pid = fork();
    if (bare.pid == 0) {
        close(pipes[1]);
        run_bare_loop(listener, pipes[0], n, frame, len);
    }
    close(pipes[0]);
    bare.control = pipes[1];
    bare.receivers = swarm_connect_bare(ntohs(at.sin_port), n);
    close(listener);
    return bare;
}

static void bare_broadcast(struct bare *bare, size_t n)
{
    if (write(bare->control, "x", 1) != 1) {
        die("bare loop: %s", strerror(errno));
    }
    swarm_await(bare->receivers, "42[\"broadcast\"", n);
}

static void bare_stop(struct bare *bare)
{
    close(bare->control);
    waitpid(bare->pid, NULL, 0);
    swarm_close(bare->receivers);
}

/* ---- both, in turns ---- */

static double measure_server(struct server *server, struct swarm *swarm, size_t n, size_t times,
                             const char *event)
{
    double before = process_cpu_us(server->pid);

    for (size_t i = 0; i < times; i++) {
        swarm_send(swarm, 0, event);
        swarm_await(swarm, "42[\"broadcast\"", n);
    }
    return (process_cpu_us(server->pid) - before) / (double)(times * n);
}

static double measure_bare(struct bare *bare, size_t n, size_t times)
{
    double before = process_cpu_us(bare->pid);

    for (size_t i = 0; i < times; i++) {
        bare_broadcast(bare, n);
    }
    return (process_cpu_us(bare->pid) - before) / (double)(times * n);
}

int main(int argc, char **argv)
{
    size_t n = number_argument(argc, argv, 2, 1000);
    size_t times = number_argument(argc, argv, 3, 200);
    size_t rounds = number_argument(argc, argv, 4, 9);
    double server_us[ROUNDS_MAX], bare_us[ROUNDS_MAX], ratios[ROUNDS_MAX];
    char value[PAYLOAD + 1], event[PAYLOAD + 64], frame[PAYLOAD + 64];
    size_t frame_len = 0;
    struct server server;
    struct swarm *swarm = NULL;
    struct bare bare;

    if (argc < 2 || rounds > ROUNDS_MAX) {
        die("usage: %s <bench-server> [receivers] [broadcasts] [rounds, at most %d]", argv[0],
            ROUNDS_MAX);
    }
    memset(value, 'x', PAYLOAD);
    value[PAYLOAD] = '\0';
    snprintf(event, sizeof(event), "42[\"broadcast\",\"%s\"]", value);
    frame_len = 4 + strlen(event);
    frame[0] = (char)0x81; /* the same frame that the server sends */
    frame[1] = 126;
    frame[2] = (char)(strlen(event) >> 8);
    frame[3] = (char)strlen(event);
    memcpy(frame + 4, event, strlen(event));

    server = server_start(argv[1], NULL);
    swarm = swarm_connect(server.port, n);
    for (size_t i = 0; i < n; i++) {
        swarm_send(swarm, i, "420[\"join\",\"room1\"]");
    }
    swarm_await(swarm, "430", n);
    bare = bare_start(n, frame, frame_len);
    measure_server(&server, swarm, n, times / 4 + 1, event);
    measure_bare(&bare, n, times / 4 + 1);
    for (size_t i = 0; i < rounds; i++) {
        server_us[i] = measure_server(&server, swarm, n, times, event);
        bare_us[i] = measure_bare(&bare, n, times);
        ratios[i] = server_us[i] / bare_us[i];
    }
    printf("broadcast: %zu receivers, %d bytes, %zu x %zu broadcasts\n", n, PAYLOAD, rounds, times);
    printf(
        "broadcast: CPU for one delivered message: server %.2f us, bare loop %.2f us (medians)\n",
        median(server_us, rounds), median(bare_us, rounds));
    printf("broadcast: ratio %.3f (median of the rounds)", median(ratios, rounds));
    printf("; from %.3f to %.3f\n", ratios[0], ratios[rounds - 1]); /* sorted by now */
    bare_stop(&bare);
    swarm_close(swarm);
    server_stop(&server);
    return 0;
}
