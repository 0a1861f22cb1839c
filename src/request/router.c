#include "request/router.h"

#include <sails/err.h>

void router_init(struct router *router)
{
    list_init(&router->routes);
}

void router_deinit(struct router *router)
{
    while (!list_is_empty(&router->routes)) {
        route_destroy(container_of(list_take_first(&router->routes), struct route, in_router));
    }
}

int router_add(struct router *router, const char *address, void *target)
{
    struct route *route = NULL;
    struct list *before = &router->routes;
    int rc = route_create(address, target, &route);

    if (rc < 0) {
        return rc;
    }
    list_each(node, &router->routes) {
        if (strcmp(container_of(node, struct route, in_router)->rank, route->rank) > 0) {
            before = node;
            break;
        }
    }
    list_insert_before(before, &route->in_router);
    return 0;
}

enum router_verdict router_find(const struct router *router, enum http_method method,
                                struct str path, struct route_match *match, unsigned *methods)
{
    *methods = 0;
    list_each(node, &router->routes) {
        const struct route *route = container_of(node, struct route, in_router);

        if (!route_matches(route, path, match)) {
            continue;
        }
        if ((route->methods & 1u << method) != 0) {
            return ROUTER_FOUND;
        }
        *methods |= route->methods;
    }
    return method == HTTP_METHOD_OPTIONS && *methods != 0 ? ROUTER_OPTIONS : ROUTER_NOT_FOUND;
}

void router_write_methods(struct buf *out, unsigned methods)
{
    static const struct {
        const char *name;
        enum http_method method;
    } all[] = {
        {"DELETE", HTTP_METHOD_DELETE}, {"GET", HTTP_METHOD_GET},   {"HEAD", HTTP_METHOD_HEAD},
        {"PATCH", HTTP_METHOD_PATCH},   {"POST", HTTP_METHOD_POST}, {"PUT", HTTP_METHOD_PUT},
    };
    bool is_first = true;

    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if ((methods & 1u << all[i].method) != 0) {
            buf_append_str(out, is_first ? STR("") : STR(", "));
            buf_append_str(out, str_from(all[i].name));
            is_first = false;
        }
    }
}
