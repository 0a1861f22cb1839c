/*
 * swarm.h - many Socket.IO clients in one thread, for measuring.
 *
 * Plain epoll and the few frames that a client needs, so that the clients cost little and the server is
 * what is measured. Every failure ends the program with a message: a measurement that went wrong must
 * not look like a result.
 */
#ifndef BENCH_SWARM_H
#define BENCH_SWARM_H

#include "servers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- clients ---- */

struct swarm;

/*
 * Connects n clients over WebSocket and joins the namespace "/". On return all are connected. Source
 * addresses are spread over 127.0.0.0/8 so that ports do not run out.
 */
struct swarm *swarm_connect(unsigned port, size_t n);

/* The same with more in the handshake: "&name=value" in its query, "Name: value\r\n" in its head. */
struct swarm *swarm_connect_with(unsigned port, size_t n, const char *query, const char *headers);

struct swarm_options {
    const char *query, *headers; /* NULL: no more */
    size_t first; /* where others are clients, too: how many, for addresses of its own */
    /* Hears every message; NULL: nobody does. */
    void (*heard)(void *ctx, struct swarm *swarm, const char *text, size_t len);
    void *ctx;
};

struct swarm *swarm_connect_as(unsigned port, size_t n, const struct swarm_options *options);

/* Answers heartbeats, and lets `heard` hear, until there is something to read from `fd`. */
void swarm_serve(struct swarm *swarm, int fd);

/* As many connections to a port where somebody sends frames without being asked: no handshake. */
struct swarm *swarm_connect_bare(unsigned port, size_t n);
void swarm_close(struct swarm *swarm);

/* Sends a text message as client `i`. */
void swarm_send(struct swarm *swarm, size_t i, const char *text);

/* Reads until all clients together have received `n` messages that begin with `prefix`. */
void swarm_await(struct swarm *swarm, const char *prefix, size_t n);

/*
 * Every client asks, and again as soon as it has an answer (that begins with `prefix`): one question of
 * each is under way, until n have been answered, and none at the end.
 */
void swarm_ask(struct swarm *swarm, const char *question, const char *prefix, size_t n);

/* ---- helpers ---- */

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
int compare_doubles(const void *a, const void *b);
double median(double *values, size_t n);

/* A number from the command line, or the program ends with its usage. */
size_t number_argument(int argc, char **argv, int at, size_t fallback);

#endif
