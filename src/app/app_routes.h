/*
 * app_routes.h - the routes of an app as a table for people.
 *
 * Purpose    What `--routes` prints.
 * Ownership  None.
 * Threads    Any.
 * Floor      app; uses request, base.
 *
 *     Method  Path       Leads to     Inputs
 *     GET     /user/:id  user/find    id: number, required
 *             /old       -> /new
 */
#ifndef APP_APP_ROUTES_H
#define APP_APP_ROUTES_H

#include "app/route_info.h"
#include "base/buf.h"

void app_routes_write(struct buf *out, const struct route_info *routes, size_t n);

#endif
