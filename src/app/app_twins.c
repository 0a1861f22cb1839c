#include "app/app.h"
#include "base/mem.h"

#include <stdlib.h>

/* Routes of one address, of which the second is hardly meant. */

static int compare(const void *a, const void *b)
{
    const struct route *x = *(const struct route *const *)a;
    const struct route *y = *(const struct route *const *)b;
    size_t len = x->address.len < y->address.len ? x->address.len : y->address.len;
    int order = strncasecmp(x->address.ptr, y->address.ptr, len);

    if (order == 0 && x->address.len != y->address.len) {
        order = x->address.len < y->address.len ? -1 : 1;
    }
    return order != 0 ? order : (x->serial > y->serial) - (x->serial < y->serial);
}

/* NULL: no memory, or no routes. */
static const struct route **sorted_routes(const struct router *router, size_t *n)
{
    const struct route **routes = mem_calloc(router->n_routes + 1, sizeof(*routes));

    *n = 0;
    if (routes == NULL) {
        return NULL;
    }
    list_each(node, &router->routes) {
        routes[(*n)++] = container_of(node, const struct route, in_router);
    }
    qsort(routes, *n, sizeof(*routes), compare);
    return routes;
}

void app_twins_warn(const struct sails_app *app)
{
    size_t n = 0;
    const struct route **routes = sorted_routes(&app->requests.router, &n);

    for (size_t i = 1; i < n; i++) {
        if (str_eq_nocase(routes[i]->address, routes[i - 1]->address)) {
            log_line(&app->log, LOG_WARN,
                     "The route `%.*s` is bound more than once: the first one answers, unless it "
                     "proceeds",
                     STR_FMT(routes[i]->address));
        }
    }
    mem_free(routes);
}
