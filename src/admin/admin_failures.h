/*
 * admin_failures.h - who has given wrong passwords, and has to wait.
 *
 * Purpose    After five in a row from one address a minute, and up to sixteen with each one more. An IPv6
 *            network of 64 bits is one address: base/network.h.
 * Ownership  The caller's memory; {0} is nobody.
 * Threads    One at a time.
 * Floor      admin; uses base.
 */
#ifndef ADMIN_ADMIN_FAILURES_H
#define ADMIN_ADMIN_FAILURES_H

#include "base/network.h"

#include <stdint.h>

enum {
    ADMIN_FAILURES = 256 /* addresses that are remembered; the oldest go */
};

struct admin_failure {
    char network[NETWORK_SIZE]; /* "": none */
    unsigned n;                 /* wrong passwords in a row */
    uint64_t last_ms, barred_until_ms;
};

struct admin_failures {
    struct admin_failure list[ADMIN_FAILURES];
};

/* Whether that address has to wait. */
bool admin_failures_bar(const struct admin_failures *failures, const char *address,
                        uint64_t now_ms);

/* It has given a wrong password. */
void admin_failures_count(struct admin_failures *failures, const char *address, uint64_t now_ms);

/* It has given the right one. */
void admin_failures_forget(struct admin_failures *failures, const char *address);

#endif
