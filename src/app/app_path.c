#include "app/app.h"
#include "base/macros.h"
#include "config/config_folder.h"

#include <errno.h>
#include <unistd.h>

/*
 * The folder of the application. As `app.js` of Sails does, a program that is told of one makes it the current
 * folder: then everything relative is found below it, whoever opens it: config/, api/, views/, folders of
 * files, databases of SQLite, certificates, and what the program's own code reads.
 */

static const char *find_folder(const struct sails_app *app, int argc, char **argv)
{
    const char *folder = config_find_option(argc, (const char *const *)argv, "appPath");

    if (folder == NULL) {
        folder = json_string_value(json_object_get(app->overrides, "appPath"));
    }
    if (folder == NULL) {
        folder = getenv("sails_appPath");
    }
    return folder != NULL && folder[0] != '\0' ? folder : NULL;
}

int app_path_enter(struct sails_app *app, int argc, char **argv)
{
    const char *folder = find_folder(app, argc, argv);
    struct buf here = {0};
    int error = 0;

    if (folder == NULL || chdir(folder) == 0) {
        return 0;
    }
    error = errno;
    config_folder_write_path(&here, "");
    log_line(&app->log, LOG_ERROR, "appPath: %s: %s. The current folder is %.*s", folder,
             strerror(error), STR_FMT(buf_str(&here)));
    buf_deinit(&here);
    return SAILS_ECONFIG;
}

/* ---- a program whose settings are somewhere else ---- */

static bool is_reached(const struct router *router, const char *identity)
{
    list_each(node, &router->routes) {
        const struct request_target *target =
            container_of(node, const struct route, in_router)->target;

        if (target != NULL && target->identity == identity) {
            return true;
        }
    }
    return false;
}

/* A blueprint is there for every model, whatever routes it has: nobody has written it. */
static bool is_blueprint(const struct sails_app *app, const struct registered_action *action)
{
    for (size_t i = 0; i < ARRAY_LEN(app->blueprints.actions); i++) {
        if (action->def == &app->blueprints.actions[i]) {
            return true;
        }
    }
    return false;
}

/* Sails' blueprints would make routes for them; here, and there without, nobody can ask for such an action. */
static size_t warn_of_unreached(const struct sails_app *app)
{
    size_t n = 0;

    list_each(node, &app->routing.registry.actions.all) {
        const struct registered_action *action =
            container_of(node, const struct registered_action, in_registry);
        const char *identity = action->name;

        if (!is_blueprint(app, action) &&
            strncmp(identity, "security/", sizeof("security/") - 1) != 0 &&
            !is_reached(&app->requests.before, identity) &&
            !is_reached(&app->requests.router, identity) &&
            !is_reached(&app->requests.after, identity) &&
            !is_reached(&app->requests.last, identity)) {
            log_line(&app->log, LOG_WARN,
                     "No route leads to the action `%s`: nobody can ask for it", identity);
            n++;
        }
    }
    return n;
}

void app_path_warn(const struct sails_app *app)
{
    bool has_policies = !list_is_empty(&app->routing.registry.policies.all);
    size_t n_unreached = warn_of_unreached(app);
    struct buf path = {0};

    if (!app->was_loaded || app->config.has_files || (!has_policies && n_unreached == 0) ||
        json_object_size(config_get(&app->config, "policies")) > 0) {
        return;
    }
    config_folder_write_path(&path, "config");
    log_line(&app->log, LOG_WARN,
             "The program has %s, and no settings were found that say where they belong: there is "
             "no file *.json in %.*s. Start it in its folder, or say --appPath",
             has_policies ? "policies" : "actions by name", STR_FMT(buf_str(&path)));
    buf_deinit(&path);
}
