#include "app/app.h"

#include <sails/folder.h>
#include <unistd.h>

/* An application that is a folder (app-config-cli 4.3): what is found there at the lift. */

int sails_app_folder(sails_app *app)
{
    if (app == NULL) {
        return SAILS_EINVAL;
    }
    if (app->state != APP_NEW) {
        return SAILS_ESTATE;
    }
    app->is_folder = true;
    return 0;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void warn_of_nothing(const struct sails_app *app)
{
    static const char *const parts[] = {"config", "api", "views", "assets", ".sailsrc"};
    char folder[1024];

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (is_there(parts[i])) {
            return;
        }
    }
    log_line(
        &app->log, LOG_WARN,
        "%s is no application: it has neither config/ nor api/, views/ or assets/. `sails new` "
        "makes one; --appPath says where one is",
        getcwd(folder, sizeof(folder)) != NULL ? folder : "This folder");
}

/* Where pages of Sails expect the client, unless the app has a file there. */
static int serve_client(struct sails_app *app, const char *assets)
{
    static const char *const paths[] = {"/sails.io.js", "/dependencies/sails.io.js"};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(paths); i++) {
        char file[64];

        (void)snprintf(file, sizeof(file), "%s%s", assets, paths[i]);
        if (!is_there(file)) {
            rc = app_dev_is_on() ? app_dev_bind_client(app, paths[i])
                                 : sails_app_client(app, paths[i]);
        }
    }
    return rc;
}

int app_folder_open(struct sails_app *app)
{
    const char *assets = config_text(&app->config, "paths.public");
    int rc = 0;

    if (!app->is_folder) {
        return 0;
    }
    app->is_folder = false; /* once, also where a lift is tried again */
    warn_of_nothing(app);
    rc = serve_client(app, assets);
    if (rc == 0 && app_dev_is_on()) {
        rc = app_dev_bind(app);
    }
    return rc == 0 && is_there(assets) ? sails_app_static(app, "/", assets) : rc;
}

int app_folder_run_script(struct sails_app *app)
{
    json_t *args = config_get(&app->config, "custom.args");
    json_t *none = json_array();
    int rc = app->script(app, args != NULL ? args : none);

    json_decref(none);
    if (rc < 0) {
        log_line(&app->log, LOG_ERROR, "The script has failed: %s (%s)", sails_strerror(rc),
                 sails_err_name(rc));
        return rc;
    }
    app->script_status = rc;
    return 0;
}
