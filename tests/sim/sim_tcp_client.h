/*
 * sim_tcp_client.h - tcp_client.h for a simulated world.
 *
 * Tests of the floors with a public API are linked with this in place of support/tcp_client.c: who waits
 * for bytes lets the world go on until they are there, or until its time limit, which then costs no time.
 */
#ifndef SIM_SIM_TCP_CLIENT_H
#define SIM_SIM_TCP_CLIENT_H

#include "sim/sim_world.h"
#include "support/tcp_client.h"

/* The world in which connections are opened; NULL: none, and all that are open have ended. */
void sim_tcp_client_use(struct sim_world *world);

struct sim_world *sim_tcp_client_world(void);

/* Lets the world go on until `is_true` says so. False: nothing more happens in TCP_CLIENT_PATIENCE_MS. */
bool sim_tcp_client_wait(bool (*is_true)(void *ctx), void *ctx);

#endif
