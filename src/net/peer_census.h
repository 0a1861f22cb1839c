/*
 * peer_census.h - how many connections each address has.
 *
 * Purpose    The limit of connections for one address (for IPv6, one network: base/network.h), over all
 *            workers. Without a limit it counts nothing and costs nothing.
 * Ownership  The net owns it, and it its entries: one for each address that has a connection.
 * Threads    Any, under its lock.
 * Floor      net.
 */
#ifndef NET_PEER_CENSUS_H
#define NET_PEER_CENSUS_H

#include "base/map.h"
#include "net/address.h"

#include <pthread.h>
#include <stdbool.h>

struct peer_census {
    size_t limit; /* 0: none */
    pthread_mutex_t lock;
    struct map by_peer; /* under the lock */
};

/* 0, SAILS_ENOMEM. */
int peer_census_init(struct peer_census *census, size_t limit);
void peer_census_deinit(struct peer_census *census);

/* Whether the address may have one more. One too many may come in where two ask at once. */
bool peer_census_admits(struct peer_census *census, const struct peer_address *peer);

/* A connection is there, or has gone. Where memory is out it is not counted. */
void peer_census_add(struct peer_census *census, const struct peer_address *peer);
void peer_census_remove(struct peer_census *census, const struct peer_address *peer);

#endif
