/*
 * Whether look-up slows down with the number of routes: the same look-ups in a table of 10 routes and
 * in one of 10,000, round by round in turn; the medians in ns, and what the second is of the first.
 *
 *     bench-routes [rounds] [look-ups]     101 rounds, 20000 look-ups
 */
#include "router/router.h"
#include "swarm.h"

#include <stdio.h>
#include <time.h>

enum {
    FEW_ROUTES = 10,
    MANY_ROUTES = 10000,
    ROUNDS_MAX = 1001
};

/* Resources as blueprints have them: each with a static path, a parameter, and a parameter inside. */
static void fill(struct router *router, size_t n)
{
    static const char *const forms[] = {"GET /model%zu/list", "GET /model%zu/:id",
                                        "PUT /model%zu/:id/pets/:pet", "/model%zu/*",
                                        "POST /model%zu"};

    router_init(router);
    for (size_t i = 0; i < n; i++) {
        const char *form = forms[i % ARRAY_LEN(forms)];
        const char *mark = strstr(form, "%zu");
        char address[64];

        snprintf(address, sizeof(address), "%.*s%zu%s", (int)(mark - form), form,
                 i / ARRAY_LEN(forms), mark + 3);
        if (router_add(router, address, NULL) < 0) {
            die("cannot add %s", address);
        }
    }
}

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Of one look-up, over paths that both tables have. */
static double measure(const struct router *router, size_t n)
{
    static const char *const paths[] = {"/model0/list", "/model1/7", "/model0/7/x", "/model1/list"};
    double start = now_ns();

    for (size_t i = 0; i < n; i++) {
        struct route_match match;
        unsigned methods = 0;
        struct str path = str_from(paths[i % ARRAY_LEN(paths)]);

        if (router_find(router, &(struct router_query){HTTP_METHOD_GET, path, NULL}, &match,
                        &methods) != ROUTER_FOUND) {
            die("%s is not found", path.ptr);
        }
    }
    return (now_ns() - start) / (double)n;
}

int main(int argc, char **argv)
{
    size_t rounds = number_argument(argc, argv, 1, 101);
    size_t n = number_argument(argc, argv, 2, 20000);
    static double few_ns[ROUNDS_MAX], many_ns[ROUNDS_MAX];
    struct router few, many;
    double few_median = 0, many_median = 0;

    if (rounds == 0 || rounds > ROUNDS_MAX || n == 0) {
        die("usage: %s [rounds, at most %d] [look-ups]", argv[0], ROUNDS_MAX);
    }
    fill(&few, FEW_ROUTES);
    fill(&many, MANY_ROUTES);
    for (size_t round = 0; round < rounds; round++) {
        few_ns[round] = measure(&few, n);
        many_ns[round] = measure(&many, n);
    }
    few_median = median(few_ns, rounds);
    many_median = median(many_ns, rounds);
    printf("routes: %d routes %.0f ns, %d routes %.0f ns a look-up, ratio %.2f\n", FEW_ROUTES,
           few_median, MANY_ROUTES, many_median, many_median / few_median);
    router_deinit(&few);
    router_deinit(&many);
    return 0;
}
