/*
 * main.c - the app of the dialogues for Sails for C: route for route what ../node/ is for Sails in
 * Node.js.
 */
#include "routes.h"

#include <stddef.h>

static void bind(sails_app *app, const struct route *routes)
{
    for (size_t i = 0; routes[i].address != NULL; i++) {
        sails_app_route(app, routes[i].address, routes[i].action);
    }
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    int status = 0;

    bind(app, request_routes);
    bind(app, answer_routes);
    bind(app, session_routes);
    bind(app, socket_routes);
    bind(app, lifecycle_routes);
    bind_cors(app);
    bind_csrf(app);
    bind_models(app);
    lifecycle_watch(app);
    sails_app_set(app, "explicitHost", json_string("127.0.0.1"));
    status = sails_app_run(app, argc, argv);
    lifecycle_forget();
    return status;
}
