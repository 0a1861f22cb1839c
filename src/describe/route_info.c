#include "describe/route_info.h"

#include "base/mem.h"

#include <sails/err.h>

static int compare(const void *a, const void *b)
{
    const struct route *const *left = a;
    const struct route *const *right = b;

    return route_precedes(*left, *right) ? -1 : 1;
}

static void fill(const struct router *router, const struct route **routes, struct route_info *infos)
{
    size_t n = 0;

    list_each(node, &router->routes) {
        routes[n++] = container_of(node, struct route, in_router);
    }
    qsort(routes, n, sizeof(routes[0]), compare);
    for (size_t i = 0; i < n; i++) {
        infos[i] = (struct route_info){routes[i]->address, routes[i]->target};
    }
}

int route_info_collect(const struct router *router, struct route_info **infos, size_t *n)
{
    const struct route **routes = NULL;
    struct route_info *all = NULL;

    *infos = NULL;
    *n = 0;
    if (router->n_routes == 0) {
        return 0;
    }
    routes = mem_calloc(router->n_routes, sizeof(*routes));
    all = mem_calloc(router->n_routes, sizeof(*all));
    if (routes == NULL || all == NULL) {
        mem_free(routes);
        mem_free(all);
        return SAILS_ENOMEM;
    }
    fill(router, routes, all);
    mem_free(routes);
    *infos = all;
    *n = router->n_routes;
    return 0;
}

/* A regular expression begins with "r|", and a path with a slash or a star. */
static size_t method_len(struct str address)
{
    size_t len = 0;

    while (len < address.len && address.ptr[len] != ' ' && address.ptr[len] != '/' &&
           address.ptr[len] != '|' && address.ptr[len] != '*') {
        len++;
    }
    return len < address.len && address.ptr[len] == ' ' ? len : 0;
}

struct str route_info_method(const struct route_info *info)
{
    return (struct str){info->address.ptr, method_len(info->address)};
}

struct str route_info_path(const struct route_info *info)
{
    return str_trim(str_from_offset(info->address, method_len(info->address)));
}

const struct request_step *route_info_last_step(const struct route_info *info)
{
    const struct request_target *target = info->target;

    return target->n_steps > 0 ? &target->steps[target->n_steps - 1] : NULL;
}
