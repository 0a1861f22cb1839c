#include "app/app.h"

/* Who hears of connections that are opened: sails/handshake.h. */

int sails_app_before_connect(sails_app *app, sails_before_connect_cb before_connect, void *ctx)
{
    int rc = app == NULL || before_connect == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->guard.before_connect = before_connect;
        app->guard.ctx = ctx;
    }
    return app_note(app, rc, "sails_app_before_connect");
}

int sails_app_on_connection_error(sails_app *app, sails_connection_error_cb on_error, void *ctx)
{
    int rc = app == NULL || on_error == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->guard.on_error = on_error;
        app->guard.on_error_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_on_connection_error");
}

int sails_app_on_engine_headers(sails_app *app, sails_engine_headers_cb on_headers, void *ctx)
{
    int rc = app == NULL || on_headers == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->guard.on_headers = on_headers;
        app->guard.on_headers_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_on_engine_headers");
}

int sails_app_on_engine_id(sails_app *app, sails_engine_id_cb choose, void *ctx)
{
    int rc = app == NULL || choose == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->guard.choose_id = choose;
        app->guard.choose_id_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_on_engine_id");
}
