#include "actions/target_read.h"
#include "app/app.h"
#include "app/app_blueprints.h"
#include "base/mem.h"

/* What a route leads to, kept for as long as the route. */
struct app_target {
    struct list in_routing;
    struct request_target target;
    struct route *route; /* the router's, once it is bound */
};

/* What sails_app_bind() was told. */
struct app_binding {
    struct list in_routing;
    json_t *target;
    char address[];
};

static void destroy_target(struct app_target *target)
{
    request_target_deinit(&target->target);
    mem_free(target);
}

static void destroy_targets(struct list *targets)
{
    while (!list_is_empty(targets)) {
        destroy_target(container_of(list_take_first(targets), struct app_target, in_routing));
    }
}

static void destroy_bindings(struct list *bindings)
{
    while (!list_is_empty(bindings)) {
        struct list *first = list_take_first(bindings);

        if (first != NULL) {
            struct app_binding *binding = container_of(first, struct app_binding, in_routing);

            json_decref(binding->target);
            mem_free(binding);
        }
    }
}

void app_routing_init(struct app_routing *routing)
{
    action_registry_init(&routing->registry);
    policy_map_init(&routing->policies);
    list_init(&routing->functions);
    list_init(&routing->bindings);
    list_init(&routing->bound);
}

void app_routing_deinit(struct app_routing *routing)
{
    destroy_targets(&routing->functions);
    destroy_targets(&routing->bound);
    destroy_bindings(&routing->bindings);
    policy_map_deinit(&routing->policies);
    action_registry_deinit(&routing->registry);
}

/* ---- functions as targets ---- */

/* What is said of an address that is none. */
static const char address_rule[] =
    "an address is a path, \"/chat/:room\", or \"r|REGEX|names\", with a method before it or none: GET, "
    "HEAD, POST, PUT, PATCH, DELETE, OPTIONS, ALL";

static int add_function(struct sails_app *app, const char *address, sails_action action, void *ctx)
{
    struct app_target *target = mem_calloc(1, sizeof(*target));
    int rc = target != NULL ? request_target_init(&target->target, action, ctx) : SAILS_ENOMEM;

    if (rc == 0) {
        rc = router_add(&app->requests.router, address, &target->target);
    }
    if (rc == 0) {
        list_append(&app->routing.functions, &target->in_routing);
    } else if (target != NULL) {
        destroy_target(target);
    }
    return rc;
}

int sails_app_route(sails_app *app, const char *address, sails_action action)
{
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = address != NULL && action != NULL ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0) {
        rc = add_function(app, address, action, NULL);
    }
    return setup_result(&app->setup, rc, "sails_app_route", address,
                        action != NULL ? address_rule : "it needs an action");
}

/* ---- targets by name ---- */

/* The address is checked now, while the program can see the error; names in the target at the lift. */
static int check_address(const char *address)
{
    struct route *route = NULL;
    int rc = route_create(address, NULL, &route);

    if (rc == 0) {
        route_destroy(route);
    }
    return rc;
}

static int keep_binding(struct sails_app *app, const char *address, json_t *target)
{
    size_t len = strlen(address);
    struct app_binding *binding = mem_calloc(1, sizeof(*binding) + len + 1);

    if (binding == NULL) {
        return SAILS_ENOMEM;
    }
    binding->target = json_incref(target);
    memcpy(binding->address, address, len);
    list_append(&app->routing.bindings, &binding->in_routing);
    return 0;
}

int sails_app_bind(sails_app *app, const char *address, json_t *target)
{
    int rc = app == NULL || address == NULL || target == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        rc = check_address(address);
    }
    if (rc == 0) {
        rc = keep_binding(app, address, target);
    }
    json_decref(target);
    return setup_result(app != NULL ? &app->setup : NULL, rc, "sails_app_bind", address,
                        address_rule);
}

/* ---- both, in a table ---- */

static int add_route(struct sails_app *app, const struct sails_route_def *def)
{
    json_t *target = NULL;
    int rc = 0;

    if ((def->action == NULL) == (def->target == NULL)) {
        return SAILS_EINVAL;
    }
    if (def->action != NULL) {
        return add_function(app, def->address, def->action, def->ctx);
    }
    target = json_string(def->target);
    rc = target != NULL ? check_address(def->address) : SAILS_EUTF8;
    if (rc == 0) {
        rc = keep_binding(app, def->address, target);
    }
    json_decref(target);
    return rc;
}

int sails_app_routes(sails_app *app, const struct sails_route_def *routes)
{
    int rc = app == NULL || routes == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc < 0) {
        return app_note(app, rc, "sails_app_routes");
    }
    for (; rc == 0 && routes->address != NULL; routes++) {
        rc = setup_result(&app->setup, add_route(app, routes), "sails_app_routes", routes->address,
                          (routes->action == NULL) == (routes->target == NULL)
                              ? "a route has an action or a target"
                              : address_rule);
    }
    return rc;
}

/* ---- binding at the lift ---- */

/* Says what the reader has to say. 0: the route is left out, and all else goes on. */
static int report_target(const struct sails_app *app, struct target_reader *reader, int rc)
{
    if (rc == SAILS_ENOENT || rc == SAILS_ECONFIG) {
        log_line(&app->log, rc == SAILS_ENOENT ? reader->level : LOG_ERROR, "%.*s",
                 STR_FMT(buf_str(&reader->why)));
        buf_clear(&reader->why);
    }
    return rc == SAILS_ENOENT ? 0 : rc;
}

/* The expressions of skipRegex as one. */
static int set_skip(struct route *route, const json_t *option)
{
    struct buf regex = {0};
    size_t n = json_is_array(option) ? json_array_size(option) : 1;
    int rc = 0;

    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_is_array(option) ? json_array_get(option, i) : option;

        buf_printf(&regex, "%s(?:%s)", i > 0 ? "|" : "", json_string_value(one));
    }
    rc = buf_error(&regex);
    if (rc == 0 && n > 0) {
        rc = route_pattern_of_regex(buf_str(&regex), STR(""), &route->skip);
    }
    buf_deinit(&regex);
    return rc;
}

static bool is_for_get(const struct route *route)
{
    return (route->methods & 1u << HTTP_METHOD_GET) != 0;
}

/* Such a route takes the paths of files, too, and the folders of files are asked behind it. */
static bool may_hide_files(const struct route *route)
{
    return (route_is_regex(route) && route_pattern_may_take_dots(route->pattern)) ||
           (route->n_segments > 0 && route->segments[route->n_segments - 1].kind == ROUTE_WILDCARD);
}

static int set_options(const struct sails_app *app, struct route *route, const json_t *options)
{
    const json_t *skip_assets = json_object_get(options, "skipAssets");
    const json_t *skip_regex = json_object_get(options, "skipRegex");
    int rc = 0;

    if (skip_assets != NULL) {
        route->skip_assets = json_is_true(skip_assets) ? ROUTE_SKIP_ALWAYS : ROUTE_SKIP_NEVER;
    } else if (skip_regex == NULL && is_for_get(route) && may_hide_files(route)) {
        log_line(
            &app->log, LOG_WARN,
            "Route `%.*s` also takes paths that look like files, such as /logo.png: say whether "
            "it should, by `skipAssets` in its target",
            STR_FMT(route->address));
    }
    if (skip_regex != NULL) {
        rc = set_skip(route, skip_regex);
    }
    if (rc == SAILS_EINVAL || rc == SAILS_ELENGTHPARAM) {
        log_line(&app->log, LOG_ERROR, "Route `%.*s`: skipRegex is no regular expression",
                 STR_FMT(route->address));
        return SAILS_ECONFIG;
    }
    return rc;
}

static int report_address(const struct sails_app *app, const char *address, int rc)
{
    if (rc < 0) {
        log_line(&app->log, LOG_ERROR, "Route \"%s\": %s; %s", address, sails_strerror(rc),
                 address_rule);
    }
    return rc;
}

/* The target is read already; it finds its route, or is destroyed. */
static int add_bound(struct sails_app *app, struct router *router, const char *address,
                     struct app_target *target)
{
    int rc = report_address(app, address, route_create(address, &target->target, &target->route));

    if (rc == 0) {
        rc = set_options(app, target->route, target->target.options);
        if (rc < 0) {
            route_destroy(target->route);
        }
    }
    if (rc == 0) {
        rc = router_add_route(router, target->route);
    }
    if (rc < 0) {
        destroy_target(target);
        return rc == SAILS_ENOMEM ? rc : SAILS_ECONFIG;
    }
    list_append(&app->routing.bound, &target->in_routing);
    return 0;
}

static bool has_response(const char *name, void *ctx)
{
    const struct sails_app *app = ctx;

    return responses_is_builtin(name) || responses_find(&app->requests.responses, name) != NULL;
}

static int bind_one(struct sails_app *app, struct target_reader *reader, struct router *router,
                    const char *address, const json_t *value)
{
    struct app_target *target = mem_calloc(1, sizeof(*target));
    int rc = 0;

    if (target == NULL) {
        return SAILS_ENOMEM;
    }
    reader->address = address;
    rc = target_read(reader, value, &target->target);
    if (rc < 0) {
        destroy_target(target);
        return report_target(app, reader, rc);
    }
    return add_bound(app, router, address, target);
}

int app_routing_bind_def(struct sails_app *app, struct target_reader *reader, struct router *router,
                         const struct sails_route_def *route)
{
    struct app_target *target = NULL;
    json_t *value = NULL;
    int rc = 0;

    if ((route->action == NULL) == (route->target == NULL)) {
        return SAILS_EINVAL;
    }
    if (route->target != NULL) {
        value = json_string(route->target);
        rc = value != NULL ? bind_one(app, reader, router, route->address, value) : SAILS_EUTF8;
        json_decref(value);
        return rc;
    }
    target = mem_calloc(1, sizeof(*target));
    rc = target != NULL ? request_target_init(&target->target, route->action, route->ctx)
                        : SAILS_ENOMEM;
    if (rc < 0) {
        mem_free(target);
        return rc;
    }
    return add_bound(app, router, route->address, target);
}

int app_routing_bind_behind(struct sails_app *app, struct target_reader *reader,
                            const char *address, const json_t *target)
{
    return bind_one(app, reader, &app->requests.after, address, target);
}

static int bind_all(struct sails_app *app, struct target_reader *reader)
{
    const char *address = NULL;
    json_t *value = NULL;
    int rc = 0;

    list_each(node, &app->routing.bindings) {
        struct app_binding *binding = container_of(node, struct app_binding, in_routing);

        if (rc == 0) {
            rc = bind_one(app, reader, &app->requests.router, binding->address, binding->target);
        }
    }
    json_object_foreach(config_get(&app->config, "routes"), address, value)
    {
        if (rc == 0) {
            rc = bind_one(app, reader, &app->requests.router, address, value);
        }
    }
    return rc;
}

static void unbind_all(struct sails_app *app)
{
    list_each(node, &app->routing.bound) {
        router_remove(container_of(node, struct app_target, in_routing)->route);
    }
    destroy_targets(&app->routing.bound);
}

static int read_policies(struct sails_app *app)
{
    struct app_routing *routing = &app->routing;
    struct buf why = {0};
    int rc = 0;

    policy_map_deinit(&routing->policies);
    rc = policy_map_read(&routing->policies, config_get(&app->config, "policies"),
                         &routing->registry, &why);
    if (rc == SAILS_ECONFIG) {
        log_line(&app->log, LOG_ERROR, "%.*s", STR_FMT(buf_str(&why)));
    }
    buf_deinit(&why);
    return rc;
}

static int read_inputs(struct sails_app *app)
{
    struct buf why = {0};
    int rc = action_registry_read_inputs(&app->routing.registry, &why);

    if (rc == SAILS_ECONFIG) {
        log_line(&app->log, LOG_ERROR, "%.*s", STR_FMT(buf_str(&why)));
    }
    buf_deinit(&why);
    return rc;
}

int app_routing_bind(struct sails_app *app)
{
    struct target_reader reader = {
        .registry = &app->routing.registry,
        .policies = &app->routing.policies,
        .cors = &app->requests.cors,
        .views = config_text(&app->config, "paths.views"),
        .templates = &app->views,
        .has_response = has_response,
        .ctx = app,
    };
    int rc = app_actions_add_builtin(app);

    unbind_all(app);
    rc = rc == 0 ? app_blueprints_register(app) : rc;
    if (rc == 0) {
        rc = read_inputs(app);
    }
    if (rc == 0) {
        rc = read_policies(app);
    }
    if (rc == 0) {
        rc = bind_all(app, &reader);
    }
    rc = rc == 0 ? app_blueprints_bind(app, &reader) : rc;
    rc = rc == 0 ? app_hooks_bind(app, &reader) : rc;
    buf_deinit(&reader.why);
    if (rc < 0) {
        unbind_all(app);
        return rc;
    }
    app_actions_warn(app);
    app_twins_warn(app);
    policy_map_warn(&app->routing.policies, &app->routing.registry, &app->log);
    return 0;
}

/* ---- reverse routing ---- */

/* Of the routes that lead to an action the one that is asked first. */
static const struct app_target *find_route_to(const struct sails_app *app, const char *identity)
{
    const struct app_target *best = NULL;

    list_each(node, &app->routing.bound) {
        const struct app_target *target = container_of(node, const struct app_target, in_routing);

        if (target->target.identity == identity &&
            (best == NULL || route_precedes(target->route, best->route))) {
            best = target;
        }
    }
    return best;
}

int sails_app_route_for(const sails_app *app, const char *target, struct sails_route *out)
{
    const struct registered_action *action = NULL;
    const struct app_target *found = NULL;
    const json_t *verb = NULL;

    if (app == NULL || target == NULL || out == NULL) {
        return SAILS_EINVAL;
    }
    if (!action_registry_is_target(str_from(target))) {
        return SAILS_EUSAGE;
    }
    action = action_registry_find_target(&app->routing.registry, str_from(target));
    found = action != NULL ? find_route_to(app, action->name) : NULL;
    if (found == NULL) {
        return SAILS_ENOROUTE;
    }
    verb = json_object_get(found->target.options, "detectedVerb");
    out->method = json_string_value(json_object_get(verb, "verb"));
    out->url = json_string_value(json_object_get(verb, "path"));
    return 0;
}

int sails_app_url_for(const sails_app *app, const char *target, const char **url)
{
    struct sails_route route;
    int rc = url != NULL ? sails_app_route_for(app, target, &route) : SAILS_EINVAL;

    if (rc == 0) {
        *url = route.url;
    }
    return rc;
}
