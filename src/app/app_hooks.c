#include "app/app_hooks.h"

#include "app/app.h"
#include "app/patience.h"
#include "base/json_parse.h"
#include "base/mem.h"

/* ---- adding ---- */

static const char name_rule[] =
    "a name begins with a letter, and has letters, digits, \"-\" and \"_\"";

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    return strspn(name, letters) > 0 && strspn(name, others) == strlen(name);
}

static bool has_hook(const struct app_hooks *hooks, const char *name)
{
    for (size_t i = 0; i < hooks->n_items; i++) {
        if (strcmp(hooks->items[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static int append(struct app_hooks *hooks, const struct sails_hook *hook)
{
    char *name = mem_strndup(hook->name, strlen(hook->name));
    struct sails_hook *items = NULL;

    if (name == NULL) {
        return SAILS_ENOMEM;
    }
    items = mem_realloc(hooks->items, (hooks->n_items + 1) * sizeof(*items));
    if (items == NULL) {
        mem_free(name);
        return SAILS_ENOMEM;
    }
    hooks->items = items;
    items[hooks->n_items] = *hook;
    items[hooks->n_items].name = name;
    hooks->n_items++;
    return 0;
}

/* Beneath all that is said anywhere else; what the program has said before stays above it. */
static int set_defaults(struct sails_app *app, const char *text, struct buf *why)
{
    static const struct json_limits limits = {.max_depth = JSON_TEXT_MAX_DEPTH};
    json_t *defaults = NULL;
    int rc = 0;

    if (app->was_loaded) {
        buf_printf(why, "`defaults` come too late: the configuration has been read");
        return SAILS_EINVAL;
    }
    rc = json_parse(str_from(text), &limits, &defaults);
    if (rc == 0) {
        rc = json_is_object(defaults) ? config_set_tree(&app->config, defaults, why) : SAILS_EJSON;
    }
    json_decref(defaults);
    if (rc == SAILS_EJSON) {
        buf_printf(why, "`defaults` is no object of JSON");
    }
    return rc == 0 ? config_load_overrides(&app->config, app->overrides, why) : rc;
}

static int try_hook(struct sails_app *app, const struct sails_hook *hook, struct buf *why)
{
    int rc = has_hook(&app->hooks, hook->name) ? SAILS_EEXIST : 0;

    if (rc == 0 && hook->defaults != NULL) {
        rc = set_defaults(app, hook->defaults, why);
    }
    return rc == 0 ? append(&app->hooks, hook) : rc;
}

int sails_app_hook(sails_app *app, const struct sails_hook *hook)
{
    const char *name = hook != NULL ? hook->name : NULL;
    struct buf why = {0};
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    if (name == NULL || !is_name(name)) {
        rc = SAILS_EINVAL;
    } else if (app->state != APP_NEW || app->hooks.is_started != NULL) {
        rc = SAILS_ESTATE;
    } else {
        rc = try_hook(app, hook, &why);
    }
    if (rc < 0) {
        buf_append_char(&why, '\0');
    }
    setup_result(&app->setup, rc, "sails_app_hook", name, why.len > 1 ? why.ptr : name_rule);
    buf_deinit(&why);
    return rc;
}

/* ---- starting ---- */

/* `hooks: false` switches all of them off. */
static bool is_on(const struct config *config, const char *name)
{
    json_t *switches = config_get(config, "hooks");

    return !json_is_false(switches) && !json_is_false(json_object_get(switches, name));
}

/* Whatever a hook returns but 0. */
static int report(const struct sails_app *app, const struct sails_hook *hook, const char *what,
                  int rc)
{
    log_line(&app->log, LOG_ERROR, "The hook `%s` could not be %s: %s (%s)", hook->name, what,
             sails_strerror(rc), sails_err_name(rc));
    return SAILS_EHOOK;
}

/* `configure` of one may add others behind it. Once: what it has added stays where a lift is tried again. */
int app_hooks_configure(sails_app *app)
{
    int rc = 0;

    for (size_t i = 0; i < app->hooks.n_items && rc == 0; i++) {
        struct sails_hook hook = app->hooks.items[i];

        if (hook.configure != NULL && is_on(&app->config, hook.name)) {
            rc = hook.configure(app, hook.ctx);
            rc = rc != 0 ? report(app, &hook, "configured", rc) : 0;
            app->hooks.items[i].configure = rc == 0 ? NULL : hook.configure;
        }
    }
    return rc;
}

static int bind_table(struct sails_app *app, struct target_reader *reader, struct router *router,
                      const struct sails_hook *hook, const struct sails_route_def *routes)
{
    int rc = 0;

    for (; routes != NULL && routes->address != NULL && rc == 0; routes++) {
        struct sails_route_def route = *routes;

        route.ctx = route.ctx != NULL ? route.ctx : hook->ctx;
        rc = app_routing_bind_def(app, reader, router, &route);
        if (rc < 0) {
            log_line(&app->log, LOG_ERROR, "The hook `%s` has a route that cannot be: %s",
                     hook->name, route.address);
        }
    }
    return rc;
}

int app_hooks_bind(sails_app *app, struct target_reader *reader)
{
    int rc = 0;

    for (size_t i = 0; i < app->hooks.n_items && rc == 0; i++) {
        const struct sails_hook *hook = &app->hooks.items[i];

        if (is_on(&app->config, hook->name)) {
            rc = bind_table(app, reader, &app->requests.before, hook, hook->routes_before);
            rc = rc == 0 ? bind_table(app, reader, &app->requests.last, hook, hook->routes_after)
                         : rc;
        }
    }
    return rc;
}

static int initialize(struct sails_app *app, const struct sails_hook *hook)
{
    uint64_t limit_ms = hook->timeout_ms > 0
                            ? hook->timeout_ms
                            : (uint64_t)config_integer(&app->config, "hookTimeout");
    struct patience patience;
    bool was_late = false;
    int rc = 0;

    if (hook->initialize == NULL) {
        return 0;
    }
    patience_begin(&patience, &app->log, LOG_ERROR, limit_ms,
                   "E_HOOK_TIMEOUT: the hook `%s` has not been initialized within %llu ms "
                   "(hookTimeout)",
                   hook->name, (unsigned long long)limit_ms);
    rc = hook->initialize(app, hook->ctx);
    was_late = patience_end(&patience);
    if (rc != 0) {
        return report(app, hook, "initialized", rc);
    }
    return was_late ? SAILS_EHOOK : 0;
}

int app_hooks_initialize(sails_app *app)
{
    struct app_hooks *hooks = &app->hooks;
    size_t n = 0;

    if (hooks->n_items == 0) {
        return 0;
    }
    hooks->is_started = mem_calloc(hooks->n_items, sizeof(*hooks->is_started));
    hooks->on_request = mem_calloc(hooks->n_items, sizeof(*hooks->on_request));
    if (hooks->is_started == NULL || hooks->on_request == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < hooks->n_items; i++) {
        if (!is_on(&app->config, hooks->items[i].name)) {
            log_line(&app->log, LOG_VERBOSE, "The hook `%s` is switched off", hooks->items[i].name);
            continue;
        }
        if (initialize(app, &hooks->items[i]) < 0) {
            return SAILS_EHOOK;
        }
        hooks->is_started[i] = true;
        if (app_events_tell_hook(app, hooks->items[i].name) < 0) {
            return SAILS_ENOMEM;
        }
        if (hooks->items[i].on_request != NULL) {
            hooks->on_request[n++] = (struct request_step){.kind = STEP_FUNCTION,
                                                           .function = hooks->items[i].on_request,
                                                           .ctx = hooks->items[i].ctx};
        }
    }
    app->requests.request_hooks = hooks->on_request;
    app->requests.n_request_hooks = n;
    return 0;
}

bool app_hooks_may_register(const sails_app *app)
{
    for (size_t i = 0; i < app->hooks.n_items; i++) {
        if (app->hooks.items[i].initialize != NULL &&
            is_on(&app->config, app->hooks.items[i].name)) {
            return true;
        }
    }
    return false;
}

void app_hooks_tell_lifted(sails_app *app)
{
    for (size_t i = 0; app->hooks.is_started != NULL && i < app->hooks.n_items; i++) {
        const struct sails_hook *hook = &app->hooks.items[i];

        if (app->hooks.is_started[i] && hook->lifted != NULL) {
            hook->lifted(app, hook->ctx);
        }
    }
}

/* ---- stopping ---- */

void app_hooks_lower(sails_app *app)
{
    struct app_hooks *hooks = &app->hooks;

    for (size_t i = hooks->is_started != NULL ? hooks->n_items : 0; i > 0; i--) {
        const struct sails_hook *hook = &hooks->items[i - 1];
        bool was_started = hooks->is_started[i - 1];

        hooks->is_started[i - 1] = false;
        if (was_started && hook->lower != NULL) {
            hook->lower(app, hook->ctx);
        }
    }
}

void app_hooks_deinit(struct app_hooks *hooks)
{
    for (size_t i = 0; i < hooks->n_items; i++) {
        mem_free((void *)(uintptr_t)(const void *)hooks->items[i].name);
    }
    mem_free(hooks->items);
    mem_free(hooks->is_started);
    mem_free(hooks->on_request);
    *hooks = (struct app_hooks){0};
}
