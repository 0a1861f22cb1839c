#include "app/app_blueprints.h"

#include "app/app.h"
#include "blueprints/blueprint_routes.h"

#include <sails/blueprints.h>

int sails_app_blueprint_options(sails_app *app, const char *name,
                                sails_blueprint_options_cb function, void *ctx)
{
    bool is_valid = name != NULL && name[0] != '\0' && function != NULL;
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = is_valid ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0) {
        rc = blueprints_add_parser(&app->blueprints, name, function, ctx);
    }
    return setup_result(&app->setup, rc, "sails_app_blueprint_options", name,
                        "a name, and a function");
}

/* ---- actions ---- */

static int register_one(struct sails_app *app, const struct orm_model *model,
                        enum blueprint_kind kind)
{
    struct buf identity = {0};
    int rc = 0;

    blueprint_routes_identity(&identity, model, kind);
    rc = buf_error(&identity);
    if (rc == 0) {
        rc = action_registry_add(&app->routing.registry, identity.ptr,
                                 &app->blueprints.actions[kind], false);
    }
    buf_deinit(&identity);
    return rc == SAILS_ECONFLICT ? 0
                                 : rc; /* the program's own, or that of an earlier try to lift */
}

int app_blueprints_register(struct sails_app *app)
{
    const struct orm *orm = app->models.orm;
    int rc = 0;

    for (unsigned i = 0; orm != NULL && i < orm->n_models && rc == 0; i++) {
        for (int kind = 0; kind < BLUEPRINT_KINDS && rc == 0; kind++) {
            rc = blueprint_routes_has(orm->models[i])
                     ? register_one(app, orm->models[i], (enum blueprint_kind)kind)
                     : 0;
        }
    }
    return rc;
}

/* ---- settings ---- */

/* "api" is taken for "/api", with a word about it. */
static int read_prefix(struct sails_app *app, const char *key, struct buf *out)
{
    const char *prefix = config_text(&app->config, key);

    if (prefix[0] != '\0' && prefix[0] != '/') {
        log_line(&app->log, LOG_WARN, "Invalid %s (\"%s\"): for now, assuming you meant \"/%s\".",
                 key, prefix, prefix);
        buf_append_char(out, '/');
    }
    buf_append_str(out, str_from(prefix));
    buf_append_char(out, '\0');
    return buf_error(out);
}

static int check_settings(const struct sails_app *app)
{
    const char *parser = app->blueprints.parser;

    if (config_boolean(&app->config, "blueprints.jsonp")) {
        log_line(&app->log, LOG_ERROR,
                 "blueprints.jsonp: JSONP support was removed from the blueprints API in Sails 1.0 "
                 "(E_JSONP_UNSUPPORTED)");
        return SAILS_ECONFIG;
    }
    if (parser != NULL && !blueprints_has_parser(&app->blueprints, parser)) {
        log_line(&app->log, LOG_ERROR,
                 "blueprints.parseBlueprintOptions: there is no function `%s`; "
                 "sails_app_blueprint_options() gives them, and their names begin with @",
                 parser);
        return SAILS_ECONFIG;
    }
    return 0;
}

/* ---- routes ---- */

struct binding {
    struct sails_app *app;
    struct target_reader *reader;
};

static int bind_route(void *ctx, const char *address, json_t *target)
{
    struct binding *binding = ctx;
    int rc = app_routing_bind_behind(binding->app, binding->reader, address, target);

    json_decref(target);
    return rc;
}

static int bind_routes(struct sails_app *app, struct target_reader *reader, const char *prefix,
                       const char *rest_prefix)
{
    const struct config *c = &app->config;
    struct binding binding = {app, reader};
    struct blueprint_settings settings = {
        .rest = config_boolean(c, "blueprints.rest"),
        .shortcuts = config_boolean(c, "blueprints.shortcuts"),
        .actions = config_boolean(c, "blueprints.actions"),
        .pluralize = config_boolean(c, "blueprints.pluralize"),
        .auto_watch = config_boolean(c, "blueprints.autoWatch"),
        .prefix = prefix,
        .rest_prefix = rest_prefix,
        .controllers = config_get(c, "blueprints._controllers"),
    };

    return blueprint_routes_bind(&app->blueprints, &settings, app->models.orm,
                                 &app->routing.registry, bind_route, &binding);
}

int app_blueprints_bind(struct sails_app *app, struct target_reader *reader)
{
    struct buf prefix = {0};
    struct buf rest_prefix = {0};
    int rc = 0;

    app->blueprints.mirror = config_boolean(&app->config, "blueprints.mirror");
    app->blueprints.parser = config_text(&app->config, "blueprints.parseBlueprintOptions");
    rc = check_settings(app);
    rc = rc == 0 ? read_prefix(app, "blueprints.prefix", &prefix) : rc;
    rc = rc == 0 ? read_prefix(app, "blueprints.restPrefix", &rest_prefix) : rc;
    rc = rc == 0 ? bind_routes(app, reader, prefix.ptr, rest_prefix.ptr) : rc;
    buf_deinit(&prefix);
    buf_deinit(&rest_prefix);
    return rc;
}

/* ---- a word about them ---- */

enum {
    NAMED_MAX = 5 /* models that are named; of more their number is told */
};

/* The shortest of the routes to a model's blueprints that ask no policy, "GET /user"; NULL: there is none. */
static const struct route *find_open_route(const struct sails_app *app, struct str model)
{
    const struct route *found = NULL;

    list_each(node, &app->requests.after.routes) {
        const struct route *route = container_of(node, const struct route, in_router);
        const struct request_target *target = route->target;
        struct str identity = str_from(target->identity);

        identity.len = str_find(identity, '/');
        if (str_eq(identity, model) && blueprints_is_action(&app->blueprints, target->def) &&
            target->n_steps == 1 && target->steps[0].kind == STEP_ACTION &&
            (found == NULL || route->address.len < found->address.len)) {
            found = route;
        }
    }
    return found;
}

void app_blueprints_announce(const struct sails_app *app)
{
    const struct orm *orm = app->models.orm;
    struct str address = STR("");
    struct buf names = {0};
    size_t n = 0;

    for (unsigned i = 0; orm != NULL && i < orm->n_models; i++) {
        struct str model = orm->models[i]->identity;
        const struct route *route = find_open_route(app, model);

        if (route == NULL) {
            continue;
        }
        if (n < NAMED_MAX) {
            buf_printf(&names, "%s%.*s", n > 0 ? ", " : "", STR_FMT(model));
        }
        address = n == 0 ? route->address : address;
        n++;
    }
    if (n > NAMED_MAX) {
        buf_printf(&names, " and %zu more", n - NAMED_MAX);
    }
    if (n > 0) {
        log_line(&app->log, LOG_INFO,
                 "Anybody may ask for the records of %.*s, and change them: %.*s and so on. "
                 "config/policies.json says who may; `sails routes` lists the addresses",
                 STR_FMT(buf_str(&names)), STR_FMT(address));
    }
    buf_deinit(&names);
}
