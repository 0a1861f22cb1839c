#include "app/app.h"
#include "request/builtin.h"

/* What is bound behind the routes of the application. */
int app_builtin_bind(struct sails_app *app)
{
    int rc = 0;

    if (!config_boolean(&app->config, "sockets.grant3rdPartyCookie") ||
        app->get_cookie.n_steps > 0) {
        return 0;
    }
    rc = request_target_init(&app->get_cookie, builtin_get_cookie, NULL);
    return rc == 0 ? router_add(&app->requests.after, "GET /__getcookie", &app->get_cookie) : rc;
}

void app_builtin_deinit(struct sails_app *app)
{
    request_target_deinit(&app->get_cookie);
}
