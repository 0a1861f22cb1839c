/*
 * million.h - a run of bench-million: what was asked for, what happened, and what is told of it.
 */
#ifndef BENCH_MILLION_H
#define BENCH_MILLION_H

#include "million_clients.h"
#include "million_memory.h"
#include "servers.h"

enum {
    ROUNDS_MAX = 100
};

struct choice {
    const char *program, *redis, *report;
    size_t n, n_servers, n_processes, room, rounds, heartbeat_ms;
};

/* A part of the run. */
struct part {
    double seconds;
    double servers_cpu_s, clients_cpu_s;
};

struct broadcasts {
    struct part part;
    size_t receivers;
    double last_ms[ROUNDS_MAX];
};

struct million {
    struct choice choice;
    unsigned port;
    struct server *servers;
    pid_t *pids; /* the servers' */
    struct clients *clients;
    struct memory before, idle, connected, after, left;
    struct part starting, connecting, beating, leaving;
    size_t idle_files; /* the servers' */
    size_t n_heartbeats;
    struct broadcasts room, all;
    double began;
    double load; /* of the machine, before that */
};

/* To standard output, and to the file that was asked for; ends the program where it can't. */
void million_report(struct million *m);

#endif
