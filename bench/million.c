/*
 * Very many connected Socket.IO clients over WebSocket on one machine, server and clients together; bench/million starts it.
 *
 *     bench-million <bench-server> [option...]
 *
 *     --connections N    1000000
 *     --servers N        1: processes of the server, which share the port; more than one need --redis
 *     --processes N      1: processes of the clients
 *     --room N           1000: clients in the room
 *     --rounds N         5: broadcasts to all; as many to the room
 *     --heartbeat MS     25000: the server's pingInterval
 *     --redis URL        through which the servers reach each other's rooms
 *     --report FILE      Markdown, besides what is said while it runs
 */
#include "million.h"

#include "swarm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTING_AT_ONCE = 2, /* processes of clients: the others wait */
    LOOK_AGAIN_US = 5000,
    SAY_AGAIN_S = 2,
    GIVE_UP_S = 120 /* without any progress */
};

/* ---- time ---- */

static double now_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpu_s(const pid_t *pids, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += pids[i] != 0 ? process_cpu_us(pids[i]) / 1e6 : 0;
    }
    return sum;
}

static struct part begin_part(const struct million *m)
{
    return (struct part){.seconds = now_s(),
                         .servers_cpu_s = cpu_s(m->pids, m->choice.n_servers),
                         .clients_cpu_s = cpu_s(m->clients->pids, m->choice.n_processes)};
}

static void end_part(const struct million *m, struct part *part)
{
    struct part now = begin_part(m);

    part->seconds = now.seconds - part->seconds;
    part->servers_cpu_s = now.servers_cpu_s - part->servers_cpu_s;
    part->clients_cpu_s = now.clients_cpu_s - part->clients_cpu_s;
}

/* ---- waiting, with progress ---- */

static bool is_server(const struct million *m, pid_t pid)
{
    for (size_t i = 0; i < m->choice.n_servers; i++) {
        if (m->pids[i] == pid) {
            return true;
        }
    }
    return false;
}

static void look_for_ends(const struct million *m)
{
    int status = 0;
    pid_t pid = waitpid(-1, &status, WNOHANG);

    if (pid > 0) {
        die("process %d, %s, has ended (status %#x)", (int)pid,
            is_server(m, pid) ? "a server" : "some of the clients", (unsigned)status);
    }
}

static struct memory look_at_memory(const struct million *m)
{
    return memory_read(m->pids, m->choice.n_servers, m->clients->pids, m->choice.n_processes);
}

static void say(const struct million *m, const char *what, size_t have, size_t want)
{
    struct memory now = look_at_memory(m);

    printf(
        "%6.0f s  %s: %zu of %zu; servers %ld MiB, clients %ld MiB (PSS), kernel's slab %+ld MiB, "
        "available %ld MiB\n",
        now_s() - m->began, what, have, want, now.servers_pss / 1024, now.clients_pss / 1024,
        (now.slab - m->before.slab) / 1024, now.available / 1024);
    fflush(stdout);
}

typedef size_t (*count_cb)(struct million *m);

/* Until the count is there; a count that stays the same for GIVE_UP_S ends the program. */
static void await(struct million *m, const char *what, count_cb count, size_t want)
{
    size_t have = count(m), had = have;
    double said = now_s(), moved = said;

    while (have < want) {
        usleep(LOOK_AGAIN_US);
        look_for_ends(m);
        have = count(m);
        if (have != had) {
            had = have;
            moved = now_s();
        }
        if (now_s() - moved > GIVE_UP_S) {
            die("%s: %zu of %zu, and no more for %d s", what, have, want, GIVE_UP_S);
        }
        if (now_s() - said > SAY_AGAIN_S) {
            say(m, what, have, want);
            said = now_s();
        }
    }
}

/* ---- the servers ---- */

static int listen_at(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)*port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) != 0 ||
        bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        die("a socket that listens at port %u: %s", *port, strerror(errno));
    }
    *port = ntohs(at.sin_port);
    return fd;
}

static void start_servers(struct million *m)
{
    char heartbeat[64], url[256];
    char *args[8] = {(char[]){"--sockets.maxSessions=0"}, heartbeat};

    snprintf(heartbeat, sizeof(heartbeat), "--sockets.pingInterval=%zu", m->choice.heartbeat_ms);
    if (m->choice.redis != NULL) {
        args[2] = (char[]){"--sockets.adapter=@socket.io/redis-adapter"};
        args[3] = url;
        snprintf(url, sizeof(url), "--sockets.url=%s", m->choice.redis);
    }
    m->starting = begin_part(m);
    for (size_t i = 0; i < m->choice.n_servers; i++) {
        int fd = listen_at(&m->port);

        m->servers[i] = server_start_on(m->choice.program, args, fd);
        m->pids[i] = m->servers[i].pid;
        close(fd);
    }
    end_part(m, &m->starting);
    m->idle = look_at_memory(m);
    m->idle_files = memory_open_files(m->pids, m->choice.n_servers);
    say(m, "servers", m->choice.n_servers, m->choice.n_servers);
}

/* ---- what happens ---- */

static size_t count_connected(struct million *m)
{
    size_t n_connecting = 0;

    for (size_t i = 0; i < m->choice.n_processes && n_connecting < CONNECTING_AT_ONCE; i++) {
        if (m->clients->pids[i] == 0) {
            clients_start(m->clients, i, m->port);
        }
        n_connecting += atomic_load(&m->clients->states[i].is_connected) ? 0 : 1;
    }
    return clients_connected(m->clients);
}

static size_t count_joined(struct million *m)
{
    return clients_joined(m->clients);
}

static size_t count_heartbeats(struct million *m)
{
    return clients_heartbeats(m->clients);
}

static size_t count_heard_by_room(struct million *m)
{
    return clients_heard(m->clients, HEARD_BY_ROOM);
}

static size_t count_heard_by_all(struct million *m)
{
    return clients_heard(m->clients, HEARD_BY_ALL);
}

static size_t count_gone(struct million *m)
{
    size_t now = memory_open_files(m->pids, m->choice.n_servers);
    size_t left = now > m->idle_files ? now - m->idle_files : 0;

    return left > m->choice.n ? 0 : m->choice.n - left;
}

static void connect_all(struct million *m)
{
    m->connecting = begin_part(m);
    await(m, "connected", count_connected, m->choice.n);
    end_part(m, &m->connecting);
    m->connected = look_at_memory(m);
    say(m, "connected", m->choice.n, m->choice.n);
}

/* As many as there are clients, which all ask for them in the same time. */
static void await_heartbeats(struct million *m)
{
    size_t before = clients_heartbeats(m->clients);

    m->beating = begin_part(m);
    await(m, "heartbeats since the beginning", count_heartbeats, before + m->choice.n);
    end_part(m, &m->beating);
    m->n_heartbeats = clients_heartbeats(m->clients) - before;
}

/* Spread over all processes, and so over all servers. */
static void join_room(struct million *m)
{
    size_t n = m->choice.n_processes;

    for (size_t i = 0; i < n; i++) {
        size_t share = m->choice.room / n + (i < m->choice.room % n ? 1 : 0);

        if (share > m->clients->shares[i]) {
            die("a room of %zu needs more clients", m->choice.room);
        }
        clients_join(m->clients, i, share);
    }
    await(m, "in the room", count_joined, m->choice.room);
}

static void broadcast(struct million *m, enum heard kind, struct broadcasts *b)
{
    count_cb count = kind == HEARD_BY_ROOM ? count_heard_by_room : count_heard_by_all;

    b->receivers = kind == HEARD_BY_ROOM ? m->choice.room : m->choice.n;
    b->part = begin_part(m);
    for (size_t i = 0; i < m->choice.rounds; i++) {
        clients_say(m->clients, kind);
        await(m, kind == HEARD_BY_ROOM ? "heard by the room" : "heard by all", count,
              (i + 1) * b->receivers);
        b->last_ms[i] = clients_last_ms(m->clients, kind);
    }
    end_part(m, &b->part);
}

/* To more than it should would be as wrong as to fewer. */
static void check_deliveries(struct million *m)
{
    size_t room = clients_heard(m->clients, HEARD_BY_ROOM);
    size_t all = clients_heard(m->clients, HEARD_BY_ALL);

    if (room != m->choice.rounds * m->choice.room || all != m->choice.rounds * m->choice.n) {
        die("heard by the room %zu times instead of %zu, by all %zu times instead of %zu", room,
            m->choice.rounds * m->choice.room, all, m->choice.rounds * m->choice.n);
    }
}

static void leave(struct million *m)
{
    m->leaving =
        (struct part){.seconds = now_s(), .servers_cpu_s = cpu_s(m->pids, m->choice.n_servers)};
    clients_end(m->clients);
    memset(m->clients->pids, 0, m->choice.n_processes * sizeof(*m->clients->pids));
    await(m, "gone", count_gone, m->choice.n - m->choice.n / 100);
    end_part(m, &m->leaving);
    m->left = look_at_memory(m);
}

/* ---- the command line ---- */

static size_t read_number(const char *name, const char *text)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);

    if (*end != '\0' || value == 0 || value > 100000000) {
        die("--%s: \"%s\" is not a number above 0", name, text);
    }
    return value;
}

static struct choice read_choice(int argc, char **argv)
{
    struct choice c = {.n = 1000000,
                       .n_servers = 1,
                       .n_processes = 1,
                       .room = 1000,
                       .rounds = 5,
                       .heartbeat_ms = 25000};
    const struct {
        const char *name;
        size_t *number;
        const char **text;
    } takes[] = {{"connections", &c.n, NULL},         {"servers", &c.n_servers, NULL},
                 {"processes", &c.n_processes, NULL}, {"room", &c.room, NULL},
                 {"rounds", &c.rounds, NULL},         {"heartbeat", &c.heartbeat_ms, NULL},
                 {"redis", NULL, &c.redis},           {"report", NULL, &c.report}};
    enum {
        N = sizeof(takes) / sizeof(takes[0])
    };
    struct option options[N + 1] = {0};
    int at = 0;

    for (size_t i = 0; i < N; i++) {
        options[i] = (struct option){takes[i].name, required_argument, NULL, 'x'};
    }
    for (int option = 0; (option = getopt_long(argc, argv, "", options, &at)) != -1;) {
        if (option != 'x') {
            exit(2); /* it has said why */
        }
        if (takes[at].text != NULL) {
            *takes[at].text = optarg;
        } else {
            *takes[at].number = read_number(takes[at].name, optarg);
        }
    }
    if (optind + 1 != argc || c.rounds > ROUNDS_MAX || c.room > c.n || c.n_processes > c.n ||
        (c.n_servers > 1 && c.redis == NULL)) {
        die("usage: %s <bench-server> [option...]: see the head of million.c", argv[0]);
    }
    c.program = argv[optind];
    return c;
}

int main(int argc, char **argv)
{
    struct million m = {.choice = read_choice(argc, argv), .began = now_s()};

    servers_raise_file_limit();
    (void)getloadavg(&m.load, 1);
    m.servers = calloc(m.choice.n_servers, sizeof(*m.servers));
    m.pids = calloc(m.choice.n_servers, sizeof(*m.pids));
    m.clients = clients_create(m.choice.n, m.choice.n_processes);
    m.before = memory_read(NULL, 0, NULL, 0);
    start_servers(&m);
    connect_all(&m);
    await_heartbeats(&m);
    join_room(&m);
    broadcast(&m, HEARD_BY_ROOM, &m.room);
    broadcast(&m, HEARD_BY_ALL, &m.all);
    check_deliveries(&m);
    m.after = look_at_memory(&m);
    leave(&m);
    million_report(&m);
    for (size_t i = 0; i < m.choice.n_servers; i++) {
        server_stop(&m.servers[i]);
    }
    clients_destroy(m.clients);
    free(m.servers);
    free(m.pids);
    return 0;
}
