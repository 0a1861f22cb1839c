/*
 * What a GET of 64 bytes of JSON over a connection that stays open costs the server, against nginx that
 * returns the same bytes from its configuration.
 *
 *     bench-get <bench-server> [connections] [requests] [rounds]    50, 20000, 9
 *
 * Each connection has one request under way. The two servers take turns, round by round. CPU time, user
 * and system; nginx as one process without a log. Production, so that JSON has no white space; no
 * sessions, for nginx has none.
 */
#include "crowd.h"
#include "swarm.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ROUNDS_MAX = 99,
    BODY_LEN = 64
};

#define REQUEST "GET /bytes HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n"
#define BODY    "{\"text\":\"Sixty-four bytes of JSON, counting the braces as well\"}"

/* ---- nginx ---- */

static unsigned free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        die("no free port: %s", strerror(errno));
    }
    close(fd);
    return ntohs(at.sin_port);
}

static void write_configuration(const char *folder, unsigned port)
{
    char path[PATH_MAX];
    FILE *file = NULL;

    snprintf(path, sizeof(path), "%s/nginx.conf", folder);
    file = fopen(path, "w");
    if (file == NULL) {
        die("%s: %s", path, strerror(errno));
    }
    fprintf(file,
            "daemon off; master_process off; pid nginx.pid; error_log stderr;\n"
            "events { worker_connections 1024; }\n"
            "http { access_log off; keepalive_requests 1000000000;\n"
            "  server { listen 127.0.0.1:%u; default_type application/json;\n"
            "    location = /bytes { return 200 '%s'; } } }\n",
            port, BODY);
    fclose(file);
}

static struct server nginx_start(void)
{
    char folder[] = "/tmp/bench-get-XXXXXX";
    struct server nginx = {.port = free_port()};

    if (mkdtemp(folder) == NULL) {
        die("%s: %s", folder, strerror(errno));
    }
    write_configuration(folder, nginx.port);
    nginx.pid = fork();
    if (nginx.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execlp("nginx", "nginx", "-p", folder, "-c", "nginx.conf", "-e", "stderr", (char *)NULL);
        perror("nginx");
        _exit(127);
    }
    return nginx;
}

static double measure(const struct server *server, struct crowd *crowd, size_t n)
{
    static const struct question question = {REQUEST, BODY};
    double before = process_cpu_us(server->pid);

    crowd_ask(crowd, &question, n);
    return (process_cpu_us(server->pid) - before) / (double)n;
}

int main(int argc, char **argv)
{
    size_t n = number_argument(argc, argv, 2, 50);
    size_t requests = number_argument(argc, argv, 3, 20000);
    size_t rounds = number_argument(argc, argv, 4, 9);
    static char production[] = "--environment=production";
    static char origins[] = "--sockets.onlyAllowOrigins=http://127.0.0.1";
    static char off[] = "--session.enabled=false";
    char *const args[] = {production, origins, off, NULL};
    double server_us[ROUNDS_MAX], nginx_us[ROUNDS_MAX], speeds[ROUNDS_MAX];

    static_assert(sizeof(BODY) - 1 == BODY_LEN, "64 bytes");
    if (argc < 2 || rounds > ROUNDS_MAX) {
        die("usage: %s <bench-server> [connections] [requests] [rounds, at most %d]", argv[0],
            ROUNDS_MAX);
    }
    struct server server = server_start(argv[1], args);
    struct server nginx = nginx_start();
    struct crowd *of_server = crowd_connect(server.port, n);
    struct crowd *of_nginx = crowd_connect(nginx.port, n);

    measure(&server, of_server, requests);
    measure(&nginx, of_nginx, requests);
    for (size_t i = 0; i < rounds; i++) {
        server_us[i] = measure(&server, of_server, requests);
        nginx_us[i] = measure(&nginx, of_nginx, requests);
        speeds[i] = nginx_us[i] / server_us[i];
    }
    printf("get: %zu connections, %zu x %zu requests\n", n, rounds, requests);
    printf("get: CPU for one request: server %.2f us, nginx %.2f us (medians)\n",
           median(server_us, rounds), median(nginx_us, rounds));
    printf("get: speed per CPU second %.3f of nginx's (median of the rounds; the aim is at least "
           "0.85)",
           median(speeds, rounds));
    printf("; from %.3f to %.3f\n", speeds[0], speeds[rounds - 1]); /* sorted by now */
    crowd_close(of_server);
    crowd_close(of_nginx);
    server_stop(&server);
    server_stop(&nginx);
    return 0;
}
