/*
 * million_clients.h - very many clients, in as many processes as their files need.
 *
 * Each process is a fork of this one with a swarm of its own. It connects, then answers heartbeats until it is told
 * something by its pipe; what its clients hear it counts in memory that all share.
 */
#ifndef BENCH_MILLION_CLIENTS_H
#define BENCH_MILLION_CLIENTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum heard {
    HEARD_BY_ROOM,
    HEARD_BY_ALL,
    HEARD_KINDS
};

enum {
    LATENCIES = 60001 /* by the millisecond; the last one is for all that took longer */
};

struct deliveries {
    atomic_uint_fast64_t n;
    atomic_uint_fast64_t last_ns; /* when, by the clock of sent_ns */
    atomic_uint after_ms[LATENCIES];
};

/* What one process says of its clients. */
struct clients_state {
    atomic_size_t n_connected;
    atomic_bool is_connected; /* all of them */
    atomic_size_t n_joined;
    atomic_size_t n_heartbeats;
    struct deliveries heard[HEARD_KINDS];
};

struct clients {
    size_t n_processes;
    pid_t *pids;
    int *orders;                   /* pipes */
    size_t *shares;                /* how many clients each has */
    struct clients_state *states;  /* shared */
    atomic_uint_fast64_t *sent_ns; /* shared: when the one broadcast that is under way was sent */
};

struct clients *clients_create(size_t n, size_t n_processes);

/* Starts the process; it connects at once. */
void clients_start(struct clients *clients, size_t i, unsigned port);

/* The first `n` of its clients join the room "thousand". */
void clients_join(struct clients *clients, size_t i, size_t n);

/* One of the first process's clients has something sent to the room, or to all. */
void clients_say(struct clients *clients, enum heard kind);

/* Their connections end with the processes. */
void clients_end(struct clients *clients);
void clients_destroy(struct clients *clients);

/* Of all processes. */
size_t clients_connected(const struct clients *clients);
size_t clients_joined(const struct clients *clients);
size_t clients_heartbeats(const struct clients *clients);
size_t clients_heard(const struct clients *clients, enum heard kind);

/* How long after sent_ns the last one has heard it, and how long after its being sent a share of all deliveries came. */
double clients_last_ms(const struct clients *clients, enum heard kind);
unsigned clients_latency_ms(const struct clients *clients, enum heard kind, double share);

#endif
