/*
 * query_tree.h - names with brackets as a tree: "a[b][]" is a, [b], [].
 *
 * Purpose    The nesting of the qs library that Express uses.
 * Ownership  The caller's trees.
 * Threads    Any.
 * Floor      web; uses base.
 */
#ifndef WEB_QUERY_TREE_H
#define WEB_QUERY_TREE_H

#include "web/query.h"

enum {
    QUERY_TREE_DEPTH_MAX = 32
};

/*
 * Puts pairs by their whole names (`flat`: a value, or a list of those of equal names) into *tree, an object. There were
 * `n_params` of them. 0; SAILS_ETOOBIG; SAILS_ENOMEM, and *tree may be NULL.
 */
int query_tree_grow(json_t **tree, json_t *flat, const struct query_limits *limits,
                    size_t n_params);

#endif
