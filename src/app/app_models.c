#include "app/app_models.h"

#include "app/app.h"
#include "base/mem.h"
#include "definitions/definitions.h"
#include "models/models.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

/* ---- what the program says ---- */

int sails_app_model(sails_app *app, const char *name, json_t *definition)
{
    int rc = 0;

    if (app == NULL || name == NULL || name[0] == '\0' || !json_is_object(definition)) {
        rc = SAILS_EINVAL;
    } else if (app->state != APP_NEW) {
        rc = SAILS_ESTATE;
    } else if (json_object_get(app->models.defined, name) != NULL) {
        rc = SAILS_ECONFLICT;
    }
    if (rc == 0 && app->models.defined == NULL) {
        app->models.defined = json_object();
        rc = app->models.defined != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0 && json_object_set(app->models.defined, name, definition) != 0) {
        rc = SAILS_ENOMEM;
    }
    json_decref(definition);
    return setup_result(app != NULL ? &app->setup : NULL, rc, "sails_app_model", name, NULL);
}

int sails_app_model_functions(sails_app *app, const struct sails_model_function *functions)
{
    const struct sails_model_function **tables = NULL;
    int rc = app == NULL || functions == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        tables = mem_realloc(app->models.tables, (app->models.n_tables + 1) * sizeof(*tables));
        rc = tables != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        tables[app->models.n_tables++] = functions;
        app->models.tables = tables;
    }
    return app_note(app, rc, "sails_app_model_functions");
}

static const struct sails_model_function *find_function(const char *name, void *ctx)
{
    const struct app_models *models = ctx;

    for (size_t i = 0; i < models->n_tables; i++) {
        for (const struct sails_model_function *f = models->tables[i]; f->name != NULL; f++) {
            if (strcmp(f->name, name) == 0) {
                return f;
            }
        }
    }
    return NULL;
}

/* ---- the folder ---- */

/* What the folder and the program say together. */
struct gathered {
    json_t *models; /* name -> definition */
    json_t *places; /* name -> file */
};

/* Relative to the current folder, as config/ is. */
static const char *models_folder(const struct sails_app *app)
{
    return config_text(&app->config, "paths.models");
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t n = strlen(suffix);

    return len > n && strcmp(name + len - n, suffix) == 0;
}

/* User.json; User.attributes.json is a part of it. */
static int add_file(struct sails_app *app, struct gathered *g, const char *file)
{
    struct buf path = {0};
    struct buf name = {0};
    struct buf why = {0};
    json_t *tree = NULL;
    int rc = 0;

    buf_printf(&path, "%s/%s", models_folder(app), file);
    buf_printf(&name, "%.*s", (int)(strlen(file) - strlen(".json")), file);
    rc = buf_error(&path) < 0 || buf_error(&name) < 0 ? SAILS_ENOMEM : 0;
    rc = rc == 0 ? config_file_read(path.ptr, &tree, &why) : rc;
    if (rc == SAILS_ECONFIG) {
        log_line(&app->log, LOG_ERROR, "%.*s", STR_FMT(buf_str(&why)));
    } else if (rc == 0 && json_object_get(g->models, name.ptr) != NULL) {
        log_line(&app->log, LOG_ERROR, "%s: the program defines a model of that name, too",
                 path.ptr);
        rc = SAILS_ECONFIG;
    } else if (rc == 0 && tree != NULL &&
               (json_object_set_new(g->models, name.ptr, json_incref(tree)) < 0 ||
                json_object_set_new(g->places, name.ptr, json_string(path.ptr)) < 0)) {
        rc = SAILS_ENOMEM;
    }
    json_decref(tree);
    buf_deinit(&path);
    buf_deinit(&name);
    buf_deinit(&why);
    return rc;
}

/* The attributes of a sibling are over those of the model's own file. */
static int add_attributes(struct sails_app *app, struct gathered *g, const char *file)
{
    struct buf path = {0};
    struct buf name = {0};
    struct buf why = {0};
    json_t *tree = NULL;
    json_t *attributes = NULL;
    int rc = 0;

    buf_printf(&path, "%s/%s", models_folder(app), file);
    buf_printf(&name, "%.*s", (int)(strlen(file) - strlen(".attributes.json")), file);
    rc = buf_error(&path) < 0 || buf_error(&name) < 0 ? SAILS_ENOMEM : 0;
    rc = rc == 0 ? config_file_read(path.ptr, &tree, &why) : rc;
    attributes = json_object_get(json_object_get(g->models, name.ptr), "attributes");
    if (rc == SAILS_ECONFIG) {
        log_line(&app->log, LOG_ERROR, "%.*s", STR_FMT(buf_str(&why)));
    } else if (rc == 0 && (!json_is_object(attributes) || !json_is_object(tree))) {
        log_line(&app->log, LOG_ERROR, "%s: there is no model %s with attributes to add these to",
                 path.ptr, name.ptr);
        rc = SAILS_ECONFIG;
    } else if (rc == 0) {
        rc = json_object_update(attributes, tree) == 0 ? 0 : SAILS_ENOMEM;
    }
    json_decref(tree);
    buf_deinit(&path);
    buf_deinit(&name);
    buf_deinit(&why);
    return rc;
}

/* Whether a link of that name is there, and nothing behind it. */
static bool leads_nowhere(const char *path)
{
    struct stat about;
    int error = errno;
    bool is_link = lstat(path, &about) == 0 && stat(path, &about) < 0;

    errno = error;
    return is_link;
}

static int read_folder(struct sails_app *app, struct gathered *g)
{
    struct dirent **entries = NULL;
    int n = scandir(models_folder(app), &entries, NULL, alphasort);
    int rc = 0;

    if (n < 0) {
        if (errno == ENOENT && !leads_nowhere("api") && !leads_nowhere(models_folder(app))) {
            return 0;
        }
        log_line(&app->log, LOG_ERROR, "%s cannot be read: %s", models_folder(app),
                 strerror(errno));
        return SAILS_ECONFIG;
    }
    for (int i = 0; i < n && rc == 0; i++) {
        const char *name = entries[i]->d_name;

        if (name[0] != '.' && has_suffix(name, ".json") && !has_suffix(name, ".attributes.json")) {
            rc = add_file(app, g, name);
        }
    }
    for (int i = 0; i < n; i++) {
        if (rc == 0 && entries[i]->d_name[0] != '.' &&
            has_suffix(entries[i]->d_name, ".attributes.json")) {
            rc = add_attributes(app, g, entries[i]->d_name);
        }
        mem_free(entries[i]); /* scandir()'s, from the C library: mem_free() is its free() */
    }
    mem_free(entries);
    return rc;
}

/* ---- linking ---- */

static void log_lines(const struct sails_app *app, enum log_level level, struct str lines)
{
    struct str line = {NULL, 0};

    while (str_take_part(&lines, '\n', &line)) {
        if (line.len > 0) {
            log_line(&app->log, level, "%.*s", STR_FMT(line));
        }
    }
}

static int link_models(struct sails_app *app, const struct gathered *g, struct orm **orm)
{
    json_t *datastores = app_path_datastores(app);
    struct definitions d = {.datastores = datastores,
                            .models = g->models,
                            .defaults = config_get(&app->config, "models"),
                            .places = g->places,
                            .find_function = find_function,
                            .ctx = &app->models};
    struct buf problems = {0};
    struct buf warnings = {0};
    bool is_about_models = false;
    int rc = datastores != NULL ? definitions_read(&d, &problems, &warnings, &is_about_models, orm)
                                : SAILS_ENOMEM;

    json_decref(datastores);
    log_lines(app, LOG_WARN, buf_str(&warnings));
    log_lines(app, LOG_ERROR, buf_str(&problems));
    buf_deinit(&problems);
    buf_deinit(&warnings);
    return rc;
}

/* ---- migrations ---- */

static int find_strategy(const struct sails_app *app, const struct orm *orm,
                         enum migrate_strategy *strategy)
{
    *strategy = MIGRATE_SAFE; /* unset: nobody is asked, and nothing is touched */
    if (orm->migrate == NULL) {
        log_line(
            &app->log, LOG_INFO,
            "`models.migrate` is not set, so tables are left as they are (\"safe\"); with \"alter\" "
            "they follow the models");
    }
    if (orm->migrate != NULL && !migrate_parse(orm->migrate, strategy)) {
        log_line(&app->log, LOG_ERROR,
                 "models.migrate: \"%s\" is no strategy: \"safe\", \"alter\" or \"drop\"",
                 orm->migrate);
        return SAILS_ECONFIG;
    }
    if (*strategy != MIGRATE_SAFE && config_is_production(&app->config) &&
        getenv("ALLOW_UNSAFE_MIGRATIONS") == NULL) {
        log_line(&app->log, LOG_ERROR,
                 "`migrate: '%s'` strategy is not supported in production, please change to "
                 "`migrate: 'safe'`.",
                 orm->migrate);
        return SAILS_ECONFIG;
    }
    return 0;
}

/* ---- opening and closing ---- */

static int open_models(struct sails_app *app)
{
    const struct config *c = &app->config;
    struct models_options options = {
        .n_connections = (unsigned)config_integer(c, "orm.connections"),
        .max_waiting = (size_t)config_integer(c, "orm.maxWaiting"),
        .lease_timeout_ms = (uint64_t)config_integer(c, "orm.leaseTimeout"),
        .has_no_threads = app->world.is_simulated,
        .machine = app->world.machine,
    };
    enum migrate_strategy strategy = MIGRATE_SAFE;
    struct buf problem = {0};
    int rc = find_strategy(app, app->models.orm, &strategy);

    if (rc < 0) {
        return rc;
    }
    rc = models_create(app->models.orm, &options, &problem, &app->models.models);
    log_lines(app, LOG_ERROR, buf_str(&problem));
    buf_deinit(&problem);
    if (rc < 0) {
        app->models.orm = NULL; /* it has gone with them */
        return rc;
    }
    app->requests.models = app->models.models;
    app->blueprints.models = app->models.models;
    app->pubsub = (struct pubsub){.io = app->io, .log = &app->log, .orm = app->models.orm};
    return strategy != MIGRATE_SAFE ? models_migrate(app->models.models, strategy, &app->log) : 0;
}

static int gather(struct sails_app *app, struct gathered *g)
{
    g->models = app->models.defined != NULL ? json_deep_copy(app->models.defined) : json_object();
    g->places = json_object();
    return g->models != NULL && g->places != NULL ? read_folder(app, g) : SAILS_ENOMEM;
}

static int open_waiting(struct sails_app *app)
{
    struct jobs_options options = {
        .name = "sails action",
        .n_threads = (unsigned)config_integer(&app->config, "jobs.threads"),
        .max_waiting = (size_t)config_integer(&app->config, "jobs.maxWaiting"),
    };
    int rc = jobs_create(&options, &app->models.waiting);

    if (rc == 0) {
        app->requests.waiting = jobs_pool(app->models.waiting);
    }
    return rc;
}

/* The ORM is whose it is now. */
static void let_go_of_orm(struct sails_app *app)
{
    if (app->models.models == NULL) {
        orm_destroy(app->models.orm);
    }
    app->models.orm = NULL;
}

int app_models_link(struct sails_app *app)
{
    struct gathered g = {0};
    int rc = gather(app, &g);

    let_go_of_orm(app);
    if (rc == 0 && json_object_size(g.models) > 0) {
        rc = link_models(app, &g, &app->models.orm);
    }
    json_decref(g.models);
    json_decref(g.places);
    return rc;
}

int app_models_open(struct sails_app *app)
{
    int rc = open_waiting(app);

    if (rc == 0 && app->models.orm != NULL) {
        rc = open_models(app);
    }
    if (rc < 0) {
        app_models_close(app);
    }
    return rc;
}

void app_models_stop(struct sails_app *app)
{
    jobs_stop(app->models.waiting);
    models_stop(app->models.models);
}

void app_models_close(struct sails_app *app)
{
    jobs_destroy(app->models.waiting);
    let_go_of_orm(app);
    models_destroy(app->models.models);
    app->models.waiting = NULL;
    app->models.models = NULL;
    app->requests.waiting = NULL;
    app->requests.models = NULL;
    app->blueprints.models = NULL;
    app->pubsub.orm = NULL;
}

void app_models_deinit(struct app_models *models)
{
    json_decref(models->defined);
    mem_free(models->tables);
}

/* ---- connections for threads of the program ---- */

int sails_app_lease(sails_app *app, sails_db **db)
{
    if (app == NULL || db == NULL) {
        return SAILS_EINVAL;
    }
    return app->models.models != NULL ? models_lease(app->models.models, db) : SAILS_ESTATE;
}

void sails_app_release(sails_app *app, sails_db *db)
{
    if (app != NULL && db != NULL && app->models.models != NULL) {
        models_release(app->models.models, db);
    }
}
