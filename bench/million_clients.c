#include "million_clients.h"

#include "swarm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a process is told; both fit into a pipe as a whole. */
enum verb {
    JOIN,
    SAY
};

struct order {
    enum verb verb;
    size_t n; /* how many join, or the enum heard */
};

static const char text_to_room[] =
    "42[\"tell\",\"thousand\",\"room: "
    "a hundred bytes are what somebody says to others in a room at a time, more or less\"]";
static const char text_to_all[] =
    "42[\"blast\",\"all: "
    "a hundred bytes are what somebody says to all others at a time, no more and no less\"]";

static uint64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time); /* the same for all processes */
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        die("mmap: %s", strerror(errno));
    }
    return memory;
}

struct clients *clients_create(size_t n, size_t n_processes)
{
    struct clients *clients = calloc(1, sizeof(*clients));

    clients->n_processes = n_processes;
    clients->pids = calloc(n_processes, sizeof(*clients->pids));
    clients->orders = calloc(n_processes, sizeof(*clients->orders));
    clients->shares = calloc(n_processes, sizeof(*clients->shares));
    clients->states = share(n_processes * sizeof(*clients->states));
    clients->sent_ns = share(sizeof(*clients->sent_ns));
    for (size_t i = 0; i < n_processes; i++) {
        clients->shares[i] = n / n_processes + (i < n % n_processes ? 1 : 0);
    }
    return clients;
}

void clients_destroy(struct clients *clients)
{
    munmap(clients->states, clients->n_processes * sizeof(*clients->states));
    munmap(clients->sent_ns, sizeof(*clients->sent_ns));
    free(clients->pids);
    free(clients->orders);
    free(clients->shares);
    free(clients);
}

/* ---- in the process of the clients ---- */

struct ear {
    struct clients_state *state;
    const atomic_uint_fast64_t *sent_ns;
};

static bool begins_with(const char *text, size_t len, const char *prefix)
{
    return len >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0;
}

static void note_delivery(struct deliveries *heard, uint64_t sent_ns)
{
    uint64_t now = now_ns();
    uint64_t after_ms = (now - sent_ns) / 1000000;

    atomic_fetch_add(&heard->after_ms[after_ms < LATENCIES ? after_ms : LATENCIES - 1], 1);
    atomic_store(&heard->last_ns, now);
    atomic_fetch_add(&heard->n, 1); /* last: whoever sees it sees the rest */
}

static void on_heard(void *ctx, struct swarm *swarm, const char *text, size_t len)
{
    const struct ear *ear = ctx;

    (void)swarm;
    if (len == 1 && text[0] == '2') {
        atomic_fetch_add(&ear->state->n_heartbeats, 1);
    } else if (begins_with(text, len, "40{")) {
        atomic_fetch_add(&ear->state->n_connected, 1);
    } else if (begins_with(text, len, "430[")) {
        atomic_fetch_add(&ear->state->n_joined, 1);
    } else if (begins_with(text, len, "42[\"broadcast\",\"room")) {
        note_delivery(&ear->state->heard[HEARD_BY_ROOM], atomic_load(ear->sent_ns));
    } else if (begins_with(text, len, "42[\"broadcast\",\"all")) {
        note_delivery(&ear->state->heard[HEARD_BY_ALL], atomic_load(ear->sent_ns));
    }
}

static void obey(struct swarm *swarm, const struct order *order)
{
    switch (order->verb) {
    case JOIN:
        for (size_t i = 0; i < order->n; i++) {
            swarm_send(swarm, i, "420[\"join\",\"thousand\"]");
        }
        break;
    case SAY:
        swarm_send(swarm, 0, order->n == HEARD_BY_ROOM ? text_to_room : text_to_all);
        break;
    }
}

/* Does what it is told, until the pipe is closed. */
static void live(const struct clients *clients, size_t i, unsigned port, int orders)
{
    struct ear ear = {.state = &clients->states[i], .sent_ns = clients->sent_ns};
    struct swarm_options options = {
        .first = i * clients->shares[0], .heard = on_heard, .ctx = &ear};
    struct swarm *swarm = swarm_connect_as(port, clients->shares[i], &options);
    struct order order;

    atomic_store(&ear.state->is_connected, true);
    swarm_serve(swarm, orders);
    while (read(orders, &order, sizeof(order)) == (ssize_t)sizeof(order)) {
        obey(swarm, &order);
        swarm_serve(swarm, orders);
    }
}

/* ---- in the one that tells them ---- */

void clients_start(struct clients *clients, size_t i, unsigned port)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        die("pipe: %s", strerror(errno));
    }
    fflush(NULL);
    clients->pids[i] = fork();
    if (clients->pids[i] < 0) {
        die("fork: %s", strerror(errno));
    }
    if (clients->pids[i] == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[1]);
        for (size_t other = 0; other < i; other++) {
            close(clients->orders[other]);
        }
        live(clients, i, port, ends[0]);
        _exit(0); /* the servers are its parent's to end */
    }
    close(ends[0]);
    clients->orders[i] = ends[1];
}

static void tell(const struct clients *clients, size_t i, struct order order)
{
    if (write(clients->orders[i], &order, sizeof(order)) != (ssize_t)sizeof(order)) {
        die("clients %zu: %s", i, strerror(errno));
    }
}

void clients_join(struct clients *clients, size_t i, size_t n)
{
    tell(clients, i, (struct order){JOIN, n});
}

void clients_say(struct clients *clients, enum heard kind)
{
    atomic_store(clients->sent_ns, now_ns());
    tell(clients, 0, (struct order){SAY, kind});
}

void clients_end(struct clients *clients)
{
    for (size_t i = 0; i < clients->n_processes; i++) {
        close(clients->orders[i]);
    }
    for (size_t i = 0; i < clients->n_processes; i++) {
        waitpid(clients->pids[i], NULL, 0);
    }
}

/* ---- sums ---- */

size_t clients_connected(const struct clients *clients)
{
    size_t sum = 0;

    for (size_t i = 0; i < clients->n_processes; i++) {
        sum += atomic_load(&clients->states[i].n_connected);
    }
    return sum;
}

size_t clients_joined(const struct clients *clients)
{
    size_t sum = 0;

    for (size_t i = 0; i < clients->n_processes; i++) {
        sum += atomic_load(&clients->states[i].n_joined);
    }
    return sum;
}

size_t clients_heartbeats(const struct clients *clients)
{
    size_t sum = 0;

    for (size_t i = 0; i < clients->n_processes; i++) {
        sum += atomic_load(&clients->states[i].n_heartbeats);
    }
    return sum;
}

size_t clients_heard(const struct clients *clients, enum heard kind)
{
    size_t sum = 0;

    for (size_t i = 0; i < clients->n_processes; i++) {
        sum += atomic_load(&clients->states[i].heard[kind].n);
    }
    return sum;
}

double clients_last_ms(const struct clients *clients, enum heard kind)
{
    uint64_t sent = atomic_load(clients->sent_ns);
    uint64_t last = sent;

    for (size_t i = 0; i < clients->n_processes; i++) {
        uint64_t at = atomic_load(&clients->states[i].heard[kind].last_ns);

        last = at > last ? at : last;
    }
    return (double)(last - sent) / 1e6;
}

unsigned clients_latency_ms(const struct clients *clients, enum heard kind, double share)
{
    double wanted = share * (double)clients_heard(clients, kind);
    double have = 0;

    for (unsigned ms = 0; ms < LATENCIES; ms++) {
        for (size_t i = 0; i < clients->n_processes; i++) {
            have += atomic_load(&clients->states[i].heard[kind].after_ms[ms]);
        }
        if (have >= wanted) {
            return ms;
        }
    }
    return LATENCIES;
}
