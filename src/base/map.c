#include "base/map.h"

#include "base/mem.h"

/* Chains of one node on average at most; the table doubles then. */
enum {
    FIRST_BUCKETS = 8
};

static struct map_node **bucket_of(struct map *m, uint64_t hash)
{
    return m->buckets == NULL ? &m->single : &m->buckets[hash & m->mask];
}

static void link_node(struct map *m, struct map_node *node)
{
    struct map_node **bucket = bucket_of(m, node->hash);

    node->next = *bucket;
    *bucket = node;
}

static void relink_chain(struct map *m, struct map_node *chain)
{
    while (chain != NULL) {
        struct map_node *next = chain->next;

        link_node(m, chain);
        chain = next;
    }
}

/* Best effort: without memory the chains stay long, and the next insert tries again. */
static void grow(struct map *m)
{
    struct map old = *m;
    size_t n = old.buckets != NULL ? (old.mask + 1) * 2 : FIRST_BUCKETS;
    struct map_node **buckets = mem_calloc(n, sizeof(struct map_node *));

    if (buckets == NULL) {
        return;
    }
    m->buckets = buckets;
    m->mask = n - 1;
    m->single = NULL;
    relink_chain(m, old.single);
    for (size_t i = 0; old.buckets != NULL && i <= old.mask; i++) {
        relink_chain(m, old.buckets[i]);
    }
    mem_free(old.buckets);
}

void map_deinit(struct map *m)
{
    mem_free(m->buckets);
    *m = (struct map){0};
}

void map_insert(struct map *m, struct map_node *node, uint64_t hash)
{
    size_t capacity = m->buckets != NULL ? m->mask + 1 : 1;

    if (m->count >= capacity) {
        grow(m);
    }
    node->hash = hash;
    link_node(m, node);
    m->count++;
}

void map_remove(struct map *m, struct map_node *node)
{
    struct map_node **at = bucket_of(m, node->hash);

    while (*at != node) {
        at = &(*at)->next;
    }
    *at = node->next;
    node->next = NULL;
    m->count--;
}

static struct map_node *with_hash(struct map_node *node, uint64_t hash)
{
    while (node != NULL && node->hash != hash) {
        node = node->next;
    }
    return node;
}

struct map_node *map_find(const struct map *m, uint64_t hash)
{
    return with_hash(m->buckets == NULL ? m->single : m->buckets[hash & m->mask], hash);
}

struct map_node *map_find_next(const struct map_node *node)
{
    return with_hash(node->next, node->hash);
}

static struct map_node *first_from(const struct map *m, size_t bucket)
{
    for (size_t i = bucket; m->buckets != NULL && i <= m->mask; i++) {
        if (m->buckets[i] != NULL) {
            return m->buckets[i];
        }
    }
    return NULL;
}

struct map_node *map_first(const struct map *m)
{
    return m->buckets == NULL ? m->single : first_from(m, 0);
}

struct map_node *map_next(const struct map *m, const struct map_node *node)
{
    if (node->next != NULL || m->buckets == NULL) {
        return node->next;
    }
    return first_from(m, (node->hash & m->mask) + 1);
}
