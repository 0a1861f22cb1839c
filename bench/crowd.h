/*
 * crowd.h - many connections over HTTP that stay open, in one thread, for measuring.
 *
 * Each has one request under way. As swarm.h, which it uses: every failure ends the program.
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include <stddef.h>

struct crowd;

/* What is asked, as bytes, and how its answer begins; of both as much as matters. */
struct question {
    const char *request;
    const char *answer; /* of the body; NULL: any */
};

/* A server that was just started may not listen yet: waits for it. */
struct crowd *crowd_connect(unsigned port, size_t n);
void crowd_close(struct crowd *crowd);

/* Every connection asks, and again as soon as it has an answer, a 200, until n have been answered. */
void crowd_ask(struct crowd *crowd, const struct question *question, size_t n);

#endif
