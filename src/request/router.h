/*
 * router.h - which action answers a request.
 *
 * Purpose    The table of routes, for HTTP and sockets alike.
 * Ownership  Owns its routes; borrows their targets.
 * Threads    Routes are added before the lift, by one thread; then any thread looks up.
 * Floor      request; uses base.
 */
#ifndef REQUEST_ROUTER_H
#define REQUEST_ROUTER_H

#include "request/route.h"

struct router {
    struct list routes; /* the most specific ones first; equals in the order of adding */
};

void router_init(struct router *router);
void router_deinit(struct router *router);

/* Errors as route_create(). */
int router_add(struct router *router, const char *address, void *target);

enum router_verdict {
    ROUTER_FOUND,
    ROUTER_NOT_FOUND,
    ROUTER_OPTIONS /* OPTIONS for a path that has routes, but none for OPTIONS */
};

/* ROUTER_OPTIONS: match->target is undefined, *methods has those that the path answers. */
enum router_verdict router_find(const struct router *router, enum http_method method,
                                struct str path, struct route_match *match, unsigned *methods);

/* Appends "GET, HEAD, POST" for a set of methods, in alphabetical order. */
void router_write_methods(struct buf *out, unsigned methods);

#endif
