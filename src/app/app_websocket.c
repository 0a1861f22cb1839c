#include "app/app.h"

/* WebSocket endpoints: sails/websocket.h. */

int sails_app_websocket(sails_app *app, const char *path, const struct sails_websocket_def *def)
{
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = path != NULL && def != NULL ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0) {
        rc = endpoints_add(&app->endpoints, path, def);
    }
    return setup_result(&app->setup, rc, "sails_app_websocket", path, "a path begins with \"/\"");
}

/* Pages of other origins have to be listed: what a browser sends along, cookies, is not for them. */
static bool admits(void *ctx, struct str origin)
{
    const struct sails_app *app = ctx;

    return app->guard.allowed_origins != NULL &&
           origin_is_admitted(app->guard.allowed_origins, false, origin);
}

int app_websocket_lift(struct sails_app *app)
{
    const struct eio_options *engine = &app->io->options.engine;
    const struct ws_options options = {
        .max_message = engine->max_http_buffer_size,
        .max_fragments = ws_default_options.max_fragments,
        .budget = &app->io->messages,
        .deflate = engine->per_message_deflate,
        .deflate_options = engine->deflate,
        .close_timeout_ms = ws_default_options.close_timeout_ms,
    };

    const char *lost = endpoints_below(&app->endpoints, str_from(engine->path));

    if (lost != NULL) {
        log_line(&app->log, LOG_ERROR,
                 "sails_app_websocket(\"%s\"): Socket.IO has all that is below sockets.path, `%s`",
                 lost, engine->path);
        return SAILS_ECONFIG;
    }
    app->endpoints.admits = admits;
    app->endpoints.ctx = app;
    return endpoints_lift(&app->endpoints, &options, app->pool->count);
}
