/*
 * router.h - which action answers a request.
 *
 * Purpose    The table of routes, for HTTP and sockets alike.
 * Ownership  Owns its routes; borrows their targets.
 * Threads    Routes are added before the lift, by one thread; then any thread looks up.
 * Floor      router; uses base.
 *
 * Of the routes that match, the one answers that route_precedes() all others: the more specific, then
 * the earlier one. A regular expression has the rank of the route that was added before it, so it keeps
 * its place behind that one; the very first is asked before all others.
 */
#ifndef ROUTER_ROUTER_H
#define ROUTER_ROUTER_H

#include "router/route.h"
#include "router/route_tree.h"

struct router {
    struct list routes; /* in the order of adding */
    size_t n_routes;
    struct route_node *tree; /* NULL: no route yet */
};

void router_init(struct router *router);
void router_deinit(struct router *router);

/* Errors as route_create(). */
int router_add(struct router *router, const char *address, void *target);

/* A route that has been made, and perhaps given options; taken. 0, SAILS_ENOMEM. */
int router_add_route(struct router *router, struct route *route);

/* Takes a route out of its router and destroys it. */
void router_remove(struct route *route);

enum router_verdict {
    ROUTER_FOUND,
    ROUTER_NOT_FOUND,
    ROUTER_OPTIONS, /* OPTIONS for a path that has routes, but none for OPTIONS */
    ROUTER_FAILED   /* a pattern came to its limit or out of memory: nobody knows whose the path is,
                       and a less specific route must not answer instead */
};

/* What is asked for. */
struct router_query {
    enum http_method method;
    struct str path;
    const struct route *after; /* only routes that are asked behind this one; NULL: all */
};

/* *match is defined where ROUTER_FOUND; ROUTER_OPTIONS: *methods has those that the path answers. */
enum router_verdict router_find(const struct router *router, const struct router_query *query,
                                struct route_match *match, unsigned *methods);

/* Appends "GET, HEAD, POST" for a set of methods, in alphabetical order. */
void router_write_methods(struct buf *out, unsigned methods);

#endif
