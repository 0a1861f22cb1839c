/*
 * app_routes.h - the routes of an app as a table for people.
 *
 * Purpose    What `--routes` prints.
 * Ownership  None.
 * Threads    Any.
 * Floor      describe; uses base.
 *
 *     Method  Path       Leads to     Inputs
 *     GET     /user/:id  user/find    id: number, required
 *             /old       -> /new
 */
#ifndef DESCRIBE_APP_ROUTES_H
#define DESCRIBE_APP_ROUTES_H

#include "base/buf.h"
#include "describe/route_info.h"

/* "user/find", "-> /old" */
void app_routes_write_leads_to(struct buf *out, const struct route_info *route);

void app_routes_write(struct buf *out, const struct route_info *routes, size_t n);

#endif
