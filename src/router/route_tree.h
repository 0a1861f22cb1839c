/*
 * route_tree.h - which routes may be those of a path.
 *
 * Purpose    Narrows thousands of routes to the few that share the path's segments.
 * Ownership  Owns its nodes; borrows routes, which must outlive it.
 * Threads    Filled by one thread; then any thread looks up.
 * Floor      router; uses base.
 *
 * Look-up costs what the path's segments cost, whatever the number of routes. Two kinds are not
 * narrowed down by that: regular expressions, each of which is tried for every path, and what lies
 * behind the same plain segments ("/a/:b?", "/a/<star>/c" and "/a/<star>/d" are all tried below "/a").
 */
#ifndef ROUTER_ROUTE_TREE_H
#define ROUTER_ROUTE_TREE_H

#include "base/list.h"
#include "base/map.h"
#include "router/route.h"

struct route_node {
    struct map_node by_text;  /* in its parent's children */
    struct map children;      /* by text */
    struct route_node *param; /* the child for any one segment */
    struct list ends;         /* routes whose last segment this is */
    struct list tails;        /* routes of which something other than plain segments follows */
    size_t text_len;
    char text[]; /* empty for a parameter */
};

/* The root. NULL: no memory. */
struct route_node *route_tree_create(void);

/* NULL is harmless. */
void route_tree_destroy(struct route_node *root);

/* The route has its rank and serial. 0, SAILS_ENOMEM. */
int route_tree_add(struct route_node *root, struct route *route);

/* Told of a list of routes, those that precede first, of which each may be one of the path's. */
typedef void (*route_tree_visit)(const struct list *routes, void *ctx);

/* Each route that matches the path is in one of the lists. */
void route_tree_find(const struct route_node *root, struct str path, route_tree_visit visit,
                     void *ctx);

#endif
