#include "app/app_describe.h"

#include "base/mem.h"
#include "blueprints/blueprint_describe.h"
#include "describe/app_routes.h"
#include "describe/openapi.h"
#include "models/models.h"
#include "orm/model.h"

bool app_describe_is_wanted(const struct sails_app *app)
{
    return app->wishes.routes || app->wishes.openapi;
}

/* Title of a document: the program's name without its folders. */
static const char *title_of(const char *program)
{
    const char *slash = strrchr(program, '/');

    return slash != NULL ? slash + 1 : program;
}

/* ---- what blueprints say of themselves ---- */

/* The blueprint that a route leads to; NULL: it leads to none. */
static const struct blueprint *blueprint_of(const struct sails_app *app,
                                            const struct route_info *route)
{
    const struct sails_action_def *def = route->target->def;

    return def != NULL && blueprints_is_action(&app->blueprints, def) ? def->ctx : NULL;
}

static const struct orm_model *model_of(const struct sails_app *app, const struct route_info *route)
{
    struct str identity = str_from(route->target->identity);

    identity.len = str_find(identity, '/');
    return orm_find_model(app->models.orm, identity);
}

static json_t *describe_blueprint(void *ctx, const struct route_info *route, const char *verb,
                                  bool *has)
{
    const struct sails_app *app = ctx;
    const struct blueprint *blueprint = blueprint_of(app, route);
    const struct orm_model *model = blueprint != NULL ? model_of(app, route) : NULL;
    const char *alias = json_string_value(json_object_get(route->target->options, "alias"));
    const struct orm_attribute *association = NULL;

    if (model != NULL && alias != NULL) {
        association = model_find_attribute(model, str_from(alias));
    }
    *has = model != NULL && (association != NULL ? association->other != NULL
                                                 : blueprint->kind < BLUEPRINT_POPULATE);
    return *has ? blueprint_describe_operation(blueprint->kind, model, association,
                                               strcmp(verb, "get") != 0 &&
                                                   strcmp(verb, "delete") != 0)
                : NULL;
}

static int write_document(struct sails_app *app, struct buf *out, const char *program,
                          const struct route_info *routes, size_t n)
{
    const struct orm *orm = app->models.orm;
    struct openapi_more more = {.schemas = orm != NULL ? blueprint_describe_schemas(orm) : NULL,
                                .describe = orm != NULL ? describe_blueprint : NULL,
                                .ctx = app};
    json_t *document = NULL;
    char *text = NULL;
    int rc = orm != NULL && more.schemas == NULL
                 ? SAILS_ENOMEM
                 : openapi_create(title_of(program), routes, n, &more, &document);

    json_decref(more.schemas);
    if (rc < 0) {
        return rc;
    }
    text = json_dumps(document, JSON_INDENT(2));
    json_decref(document);
    if (text == NULL) {
        return SAILS_ENOMEM;
    }
    buf_append_str(out, str_from(text));
    buf_append_char(out, '\n');
    mem_free(text);
    return 0;
}

/* Appends the routes of a router. */
static int collect_more(const struct router *router, struct route_info **routes, size_t *n)
{
    struct route_info *more = NULL;
    struct route_info *all = NULL;
    size_t n_more = 0;
    int rc = route_info_collect(router, &more, &n_more);

    if (rc == 0 && n_more > 0) {
        all = mem_realloc(*routes, (*n + n_more) * sizeof(**routes));
        rc = all != NULL ? 0 : SAILS_ENOMEM;
    }
    if (all != NULL) {
        memcpy(all + *n, more, n_more * sizeof(*more));
        *routes = all;
        *n += n_more;
    }
    mem_free(more);
    return rc;
}

/* In the order in which they are asked. */
static int collect(const struct sails_app *app, struct route_info **routes, size_t *n)
{
    const struct router *const order[] = {&app->requests.before, &app->requests.router,
                                          &app->requests.after, &app->requests.last};
    int rc = 0;

    *routes = NULL;
    *n = 0;
    for (size_t i = 0; i < ARRAY_LEN(order) && rc == 0; i++) {
        rc = collect_more(order[i], routes, n);
    }
    return rc;
}

static int write_description(struct sails_app *app, const char *program, struct buf *out)
{
    struct route_info *routes = NULL;
    size_t n = 0;
    int rc = collect(app, &routes, &n);

    if (rc == 0 && app->wishes.openapi) {
        rc = write_document(app, out, program, routes, n);
    } else if (rc == 0) {
        app_routes_write(out, routes, n);
    }
    mem_free(routes);
    return rc == 0 ? buf_error(out) : rc;
}

int app_describe(struct sails_app *app, const char *program)
{
    struct buf text = {0};
    int rc = app_hooks_configure(app);

    rc = rc == 0 ? app_models_link(app) : rc;
    rc = rc == 0 ? app_views_open(app) : rc;
    rc = rc == 0 ? app_routing_bind(app) : rc;
    if (rc == 0) {
        rc = write_description(app, program, &text);
    }
    if (rc == 0 && fwrite(text.ptr, 1, text.len, stdout) != text.len) {
        rc = SAILS_ECLOSED;
    }
    buf_deinit(&text);
    return rc;
}

/* ---- routes and models, one by one ---- */

static int append_text(struct buf *out, struct str text)
{
    buf_append_str(out, text);
    buf_append_char(out, '\0');
    return buf_error(out);
}

static int tell_route(const struct route_info *route, sails_route_cb each, void *ctx)
{
    struct buf method = {0}, path = {0}, leads_to = {0};
    int rc = append_text(&method, route_info_method(route));

    rc = rc == 0 ? append_text(&path, route_info_path(route)) : rc;
    app_routes_write_leads_to(&leads_to, route);
    rc = rc == 0 ? append_text(&leads_to, (struct str){NULL, 0}) : rc;
    if (rc == 0) {
        each(method.ptr, path.ptr, leads_to.ptr, ctx);
    }
    buf_deinit(&method);
    buf_deinit(&path);
    buf_deinit(&leads_to);
    return rc;
}

int sails_app_each_route(const sails_app *app, sails_route_cb each, void *ctx)
{
    struct route_info *routes = NULL;
    size_t n = 0;
    int rc = 0;

    if (app == NULL || each == NULL) {
        return SAILS_EINVAL;
    }
    rc = collect(app, &routes, &n);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = tell_route(&routes[i], each, ctx);
    }
    mem_free(routes);
    return rc;
}

static json_t *describe_attribute(const struct orm_attribute *a)
{
    switch (a->association) {
    case ORM_TO_ONE:
        return json_pack("{s:s}", "model", a->other->identity.ptr);
    case ORM_TO_MANY:
        return json_pack("{s:s}", "collection", a->other->identity.ptr);
    case ORM_PLAIN:
        break;
    }
    return json_pack("{s:s}", "type", model_type_name(a->type));
}

static int tell_model(const struct orm_model *model, sails_model_cb each, void *ctx)
{
    json_t *attributes = json_object();
    int rc = attributes != NULL ? 0 : SAILS_ENOMEM;

    for (unsigned i = 0; i < model->n_attributes && rc == 0; i++) {
        const struct orm_attribute *a = &model->attributes[i];

        rc = json_object_set_new(attributes, a->name.ptr, describe_attribute(a)) == 0
                 ? 0
                 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        each(model->identity.ptr, attributes, ctx);
    }
    json_decref(attributes);
    return rc;
}

int sails_app_each_model(const sails_app *app, sails_model_cb each, void *ctx)
{
    const struct orm *orm = NULL;
    int rc = 0;

    if (app == NULL || each == NULL) {
        return SAILS_EINVAL;
    }
    orm = app->models.models != NULL ? models_orm(app->models.models) : NULL;
    for (unsigned i = 0; orm != NULL && i < orm->n_models && rc == 0; i++) {
        if (!orm->models[i]->is_implicit) {
            rc = tell_model(orm->models[i], each, ctx);
        }
    }
    return rc;
}
