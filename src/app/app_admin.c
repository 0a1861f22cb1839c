#include "admin/admin.h"
#include "app/app.h"

#include <sails/work.h>

/* The page of Socket.IO's admin UI: sails/admin.h. */

enum {
    TICK_MS = 2000 /* as in Node: the page takes a node for lost after 10 s */
};

static void on_tick(sails_app *app, int status, void *ctx)
{
    (void)app;
    if (status == 0) {
        admin_tick(ctx);
    }
}

int sails_app_admin(sails_app *app, const struct sails_admin_options *options)
{
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = options != NULL ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0 && app->admin != NULL) {
        rc = SAILS_ESTATE;
    }
    if (rc == 0) {
        rc = admin_create(app->io, options, &app->admin);
    }
    if (rc == 0) {
        rc = sails_app_every(app, TICK_MS, on_tick, app->admin, NULL);
    }
    return setup_result(&app->setup, rc, "sails_app_admin",
                        options != NULL && options->username != NULL ? options->username : "",
                        "a username with the bcrypt hash of a password, or is_open");
}

void app_admin_lift(struct sails_app *app)
{
    if (app->admin != NULL) {
        admin_lift(app->admin, app->requests.waiting, &app->requests.trust,
                   config_is_production(&app->config));
    }
}
