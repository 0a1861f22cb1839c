/*
 * map.h - intrusive hash table.
 *
 * Purpose    Find a thing by its key in O(1); the node lies in the thing.
 * Ownership  The map owns its array of buckets only.
 * Threads    One thread at a time.
 * Floor      base.
 *
 * Inserting never fails: a table that cannot grow becomes slower, and grows when memory is back.
 * The caller hashes (hash.h) and compares; see the model in map_find's example.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/macros.h"

struct map_node {
    struct map_node *next;
    uint64_t hash;
};

struct map {
    struct map_node **buckets; /* NULL: the one bucket `single` */
    size_t mask;
    size_t count;
    struct map_node *single;
};

/* {0} is a valid empty map, too. */
static inline void map_init(struct map *m)
{
    *m = (struct map){0};
}

/* Frees the buckets; what was in the map is not touched. */
void map_deinit(struct map *m);

/* The key must not be in the map yet. */
void map_insert(struct map *m, struct map_node *node, uint64_t hash);

/* The node must be in the map. */
void map_remove(struct map *m, struct map_node *node);

/*
 * First node with `hash`, and the next one after `node`; NULL: no more. Different keys can share a
 * hash, so compare:
 *
 *     for (struct map_node *n = map_find(m, hash); n != NULL; n = map_find_next(n)) {
 *         struct thing *t = container_of(n, struct thing, by_name);
 *         if (str_eq(t->name, name)) { return t; }
 *     }
 */
struct map_node *map_find(const struct map *m, uint64_t hash);
struct map_node *map_find_next(const struct map_node *node);

/* Any order; nothing may be inserted meanwhile, and only the current node removed. */
struct map_node *map_first(const struct map *m);
struct map_node *map_next(const struct map *m, const struct map_node *node);

#define map_each(node, map)                                                                        \
    for (struct map_node *node = map_first(map),                                                   \
                         *node##_next = node != NULL ? map_next(map, node) : NULL;                 \
         node != NULL;                                                                             \
         node = node##_next, node##_next = node != NULL ? map_next(map, node) : NULL)

#endif
