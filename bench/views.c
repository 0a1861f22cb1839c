/*
 * The side of bench/views.mjs that is ours: renders a view of the current folder as often as each line of the
 * input says, and tells its processor time.
 *
 *     bench-views NAME LOCALS      on standard input lines such as "1000"; each is answered by microseconds
 *
 * "page" is answered by the page itself, as a text of JSON.
 */
#include "swarm.h"

#include <sails/sails.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static json_t *render(sails_app *app, const char *name, json_t *locals)
{
    json_t *page = NULL;
    int rc = sails_app_render_view(app, name, json_incref(locals), &page);

    if (rc < 0) {
        die("%s: %s", name, sails_strerror(rc));
    }
    return page;
}

static void answer(sails_app *app, const char *line, const char *name, json_t *locals)
{
    unsigned long n = strtoul(line, NULL, 10);
    double start = cpu_us();

    if (n == 0) {
        json_t *page = render(app, name, locals);

        json_dumpf(page, stdout, JSON_ENCODE_ANY);
        printf("\n");
        json_decref(page);
        return;
    }
    for (; n > 0; n--) {
        json_decref(render(app, name, locals));
    }
    printf("%.0f\n", cpu_us() - start);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    json_t *locals = argc == 3 ? json_loads(argv[2], 0, NULL) : NULL;
    char line[64];

    if (locals == NULL) {
        die("usage: %s NAME LOCALS", argv[0]);
    }
    sails_app_set(app, "port", json_integer(0));
    sails_app_set(app, "environment", json_string("production"));
    sails_app_set(app, "session.enabled", json_false());
    sails_app_set(app, "sockets.onlyAllowOrigins", json_pack("[s]", "http://localhost"));
    sails_app_set(app, "log.level", json_string("error"));
    if (sails_app_lift(app) < 0) {
        die("the app does not lift");
    }
    while (fgets(line, sizeof(line), stdin) != NULL) {
        answer(app, line, argv[1], locals);
        fflush(stdout);
    }
    json_decref(locals);
    sails_app_destroy(app);
    return 0;
}
