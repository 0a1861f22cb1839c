#include "net/peer_census.h"

#include "base/macros.h"
#include "base/mem.h"
#include "base/network.h"

#include <sails/err.h>
#include <string.h>

struct entry {
    struct map_node by_peer;
    struct peer_address peer;
    size_t n;
};

int peer_census_init(struct peer_census *census, size_t limit)
{
    *census = (struct peer_census){.limit = limit};
    return pthread_mutex_init(&census->lock, NULL) == 0 ? 0 : SAILS_ENOMEM;
}

void peer_census_deinit(struct peer_census *census)
{
    map_each(node, &census->by_peer) {
        map_remove(&census->by_peer, node);
        mem_free(container_of(node, struct entry, by_peer));
    }
    map_deinit(&census->by_peer);
    pthread_mutex_destroy(&census->lock);
}

/*
 * Nobody gains by addresses that share a hash: each must have a connection open to be in the map, so
 * no random key is needed.
 */
static uint64_t hash_peer(const struct peer_address *peer)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < sizeof(peer->bytes); i++) {
        hash = (hash ^ peer->bytes[i]) * 0x100000001b3u;
    }
    return hash ^ hash >> 32;
}

/* Whom it counts for. */
static struct peer_address network_of_peer(const struct peer_address *peer)
{
    struct peer_address network = *peer;

    network_mask(network.bytes);
    return network;
}

static struct entry *find(const struct peer_census *census, const struct peer_address *peer)
{
    for (struct map_node *n = map_find(&census->by_peer, hash_peer(peer)); n != NULL;
         n = map_find_next(n)) {
        struct entry *entry = container_of(n, struct entry, by_peer);

        if (memcmp(entry->peer.bytes, peer->bytes, sizeof(peer->bytes)) == 0) {
            return entry;
        }
    }
    return NULL;
}

bool peer_census_admits(struct peer_census *census, const struct peer_address *peer)
{
    const struct peer_address network = network_of_peer(peer);
    const struct entry *entry = NULL;
    bool admits = true;

    if (census->limit == 0) {
        return true;
    }
    pthread_mutex_lock(&census->lock);
    entry = find(census, &network);
    admits = entry == NULL || entry->n < census->limit;
    pthread_mutex_unlock(&census->lock);
    return admits;
}

void peer_census_add(struct peer_census *census, const struct peer_address *peer)
{
    const struct peer_address network = network_of_peer(peer);
    struct entry *entry = NULL;

    if (census->limit == 0) {
        return;
    }
    pthread_mutex_lock(&census->lock);
    entry = find(census, &network);
    if (entry == NULL) {
        entry = mem_calloc(1, sizeof(*entry));
        if (entry != NULL) {
            entry->peer = network;
            map_insert(&census->by_peer, &entry->by_peer, hash_peer(&network));
        }
    }
    if (entry != NULL) {
        entry->n++;
    }
    pthread_mutex_unlock(&census->lock);
}

void peer_census_remove(struct peer_census *census, const struct peer_address *peer)
{
    const struct peer_address network = network_of_peer(peer);
    struct entry *entry = NULL;

    if (census->limit == 0) {
        return;
    }
    pthread_mutex_lock(&census->lock);
    entry = find(census, &network);
    if (entry != NULL && --entry->n == 0) {
        map_remove(&census->by_peer, &entry->by_peer);
        mem_free(entry);
    }
    pthread_mutex_unlock(&census->lock);
}
