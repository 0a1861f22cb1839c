#include "router/router.h"

#include <sails/err.h>

void router_init(struct router *router)
{
    *router = (struct router){0};
    list_init(&router->routes);
}

void router_deinit(struct router *router)
{
    route_tree_destroy(router->tree);
    router->tree = NULL;
    while (!list_is_empty(&router->routes)) {
        route_destroy(container_of(list_take_first(&router->routes), struct route, in_router));
    }
}

/* ---- adding ---- */

int router_add(struct router *router, const char *address, void *target)
{
    struct route *route = NULL;
    int rc = route_create(address, target, &route);

    return rc < 0 ? rc : router_add_route(router, route);
}

/* A regular expression keeps its neighbour: that of the route before it, or the highest. */
static struct route_rank rank_in(const struct router *router, const struct route *route)
{
    if (!route_is_regex(route)) {
        return route_rank(route);
    }
    if (list_is_empty(&router->routes)) {
        return (struct route_rank){{0, 0}};
    }
    return container_of(router->routes.prev, struct route, in_router)->rank;
}

int router_add_route(struct router *router, struct route *route)
{
    int rc = SAILS_ENOMEM;

    if (router->tree == NULL) {
        router->tree = route_tree_create();
    }
    route->rank = rank_in(router, route);
    route->serial = router->n_routes;
    if (router->tree != NULL) {
        rc = route_tree_add(router->tree, route);
    }
    if (rc < 0) {
        route_destroy(route);
        return rc;
    }
    list_append(&router->routes, &route->in_router);
    router->n_routes++;
    return 0;
}

/* Its serial is not given to another one: those that are left keep their order. */
void router_remove(struct route *route)
{
    list_remove(&route->in_router);
    list_remove(&route->in_tree);
    route_destroy(route);
}

/* ---- looking up ---- */

struct search {
    const struct router_query *query;
    struct route_match *match;
    const struct route *best; /* so far; NULL: none */
    int best_rc;              /* of trying it: 1, or why that failed */
    unsigned methods;         /* of routes that match but for their method */
    bool has_failed;          /* trying one of those */
};

/* A route that fails counts as one that matches, lest a less specific one answers for it. */
static void try_best(struct search *s, const struct route *route)
{
    struct route_match match;
    int rc = route_try(route, s->query->path, &match);

    if (rc == 0) {
        return;
    }
    s->best = route;
    s->best_rc = rc;
    s->match->route = route;
    s->match->n_params = match.n_params;
    memcpy(s->match->params, match.params, match.n_params * sizeof(match.params[0]));
}

/* What OPTIONS tells of, as long as no route answers it. */
static void try_methods(struct search *s, const struct route *route)
{
    struct route_match match;
    int rc = s->best == NULL ? route_try(route, s->query->path, &match) : 0;

    s->methods |= rc > 0 ? route->methods : 0;
    s->has_failed = s->has_failed || rc < 0;
}

static void visit(const struct list *routes, void *ctx)
{
    struct search *s = ctx;

    list_each(node, routes) {
        const struct route *route = container_of(node, const struct route, in_tree);

        if (s->best != NULL && route_precedes(s->best, route)) {
            return; /* as do all behind it */
        }
        if (s->query->after != NULL && !route_precedes(s->query->after, route)) {
            continue;
        }
        if ((route->methods & 1u << s->query->method) != 0) {
            try_best(s, route);
        } else if (s->query->method == HTTP_METHOD_OPTIONS) {
            try_methods(s, route);
        }
    }
}

enum router_verdict router_find(const struct router *router, const struct router_query *query,
                                struct route_match *match, unsigned *methods)
{
    struct search s = {.query = query, .match = match};

    route_tree_find(router->tree, query->path, visit, &s);
    *methods = s.methods;
    if (s.best != NULL) {
        return s.best_rc > 0 ? ROUTER_FOUND : ROUTER_FAILED;
    }
    if (s.has_failed) {
        return ROUTER_FAILED;
    }
    return s.methods != 0 ? ROUTER_OPTIONS : ROUTER_NOT_FOUND;
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
