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
    const char *folder = config_arguments_find_option(argc, (const char *const *)argv, "appPath");

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

/* ---- folders that follow from others ---- */

static int set_path(struct sails_app *app, const char *key, const char *folder, const char *name)
{
    json_t *path = json_sprintf("%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
    struct buf why = {0};
    int rc = path != NULL ? config_set(&app->config, key, path, &why) : SAILS_ENOMEM;

    json_decref(path);
    buf_deinit(&why);
    return rc;
}

static bool has_folder(const char *folder, const char *name)
{
    struct buf path = {0};
    bool has = false;

    buf_printf(&path, "%s/%s", folder, name);
    buf_append_char(&path, '\0');
    has = buf_error(&path) == 0 && access(path.ptr, F_OK) == 0;
    buf_deinit(&path);
    return has;
}

int app_path_settle(struct sails_app *app)
{
    const char *tmp = config_text(&app->config, "paths.tmp");
    int rc = 0;

    if (config_text(&app->config, "http.uploadDir") == NULL) {
        rc = set_path(app, "http.uploadDir", tmp, "uploads");
    }
    if (rc == 0 && config_text(&app->config, "paths.public") == NULL) {
        bool is_built = has_folder(tmp, "public");

        rc = set_path(app, "paths.public", is_built ? tmp : "", is_built ? "public" : "assets");
    }
    return rc;
}

/* One of SQLite that says nothing of its file. */
static bool needs_folder(const json_t *datastore)
{
    static const char *const places[] = {"url", "file", "dir", "inMemoryOnly"};
    const char *adapter = json_string_value(json_object_get(datastore, "adapter"));
    bool needs = json_is_object(datastore) &&
                 (adapter == NULL || strstr(adapter, "sqlite") != NULL ||
                  strcmp(adapter, "sails-disk") == 0 || strcmp(adapter, "file") == 0);

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        needs = needs && json_object_get(datastore, places[i]) == NULL;
    }
    return needs;
}

json_t *app_path_datastores(const struct sails_app *app)
{
    const char *tmp = config_text(&app->config, "paths.tmp");
    json_t *datastores = json_deep_copy(config_get(&app->config, "datastores"));
    const char *name = NULL;
    json_t *datastore = NULL;
    int rc = datastores != NULL ? 0 : -1;

    if (rc == 0 && json_object_get(datastores, "default") == NULL) {
        rc = json_object_set_new(datastores, "default", json_object());
    }
    json_object_foreach(datastores, name, datastore)
    {
        if (rc == 0 && needs_folder(datastore)) {
            rc = json_object_set_new(datastore, "dir", json_string(tmp));
        }
    }
    if (rc < 0) {
        json_decref(datastores);
        return NULL;
    }
    return datastores;
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
