/*
 * route_info.h - the routes of an app, for whoever describes them.
 *
 * Purpose    One plain list behind `--routes` and `--openapi`, in the order in which routes are asked.
 * Ownership  Views of the router and of what its routes lead to.
 * Threads    One thread, before the lift.
 * Floor      describe; uses actions, router, base.
 */
#ifndef DESCRIBE_ROUTE_INFO_H
#define DESCRIBE_ROUTE_INFO_H

#include "actions/target.h"
#include "router/router.h"

struct route_info {
    struct str address; /* "GET /chat/:room" */
    const struct request_target *target;
};

/* All routes of a router; *infos is to be freed by mem_free(), and NULL where there are none. 0,
 * SAILS_ENOMEM. */
int route_info_collect(const struct router *router, struct route_info **infos, size_t *n);

/* "GET" and "/chat/:room"; of an address without a method the first is empty. */
struct str route_info_method(const struct route_info *info);
struct str route_info_path(const struct route_info *info);

/* What comes at the end of the target's steps; NULL: nothing. */
const struct request_step *route_info_last_step(const struct route_info *info);

#endif
