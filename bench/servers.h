/*
 * servers.h - the programs that are measured.
 *
 * They end with this one, however it ends; every failure ends it with a message.
 */
#ifndef BENCH_SERVERS_H
#define BENCH_SERVERS_H

#include <sys/types.h>

/* As many open files as the machine allows: connections are that, of the servers as well as here. */
void servers_raise_file_limit(void);

struct server {
    pid_t pid;
    unsigned port;
    char command[64];
};

/* Starts a program with `--port 0` and reads the port from its line "Listening on ...:PORT". It ends with this one. */
struct server server_start(const char *program, char *const *more_args);

/* The same on a socket that listens already, which is handed over as systemd does it. */
struct server server_start_on(const char *program, char *const *more_args, int listening);
void server_stop(struct server *server);

/* Resident memory in KiB, and user and system time in microseconds. */
long process_rss_kib(pid_t pid);
double process_cpu_us(pid_t pid);

#endif
