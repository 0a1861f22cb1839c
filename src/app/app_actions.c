#include "actions/action_glob.h"
#include "app/app.h"
#include "request/builtin.h"

/*
 * Actions, policies and middleware: what programs register.
 */

static int check_new(const struct sails_app *app)
{
    return app->state == APP_NEW ? 0 : SAILS_ESTATE;
}

static int report_name(const struct sails_app *app, const char *kind, const char *name, int rc)
{
    if (rc < 0) {
        log_line(&app->log, LOG_ERROR, "Could not register the %s `%s`: %s", kind, name,
                 sails_strerror(rc));
    }
    return rc;
}

static int register_action(sails_app *app, const char *identity, const struct sails_action_def *def,
                           bool force)
{
    int rc = 0;

    if (app == NULL || identity == NULL || def == NULL || def->run == NULL) {
        return SAILS_EINVAL;
    }
    rc = check_new(app);
    return rc == 0 ? report_name(app, "action", identity,
                                 action_registry_add(&app->routing.registry, identity, def, force))
                   : rc;
}

int sails_app_action(sails_app *app, const char *identity, const struct sails_action_def *def)
{
    return register_action(app, identity, def, false);
}

int sails_app_override_action(sails_app *app, const char *identity,
                              const struct sails_action_def *def)
{
    return register_action(app, identity, def, true);
}

int sails_app_policy(sails_app *app, const char *name, sails_action policy)
{
    int rc = 0;

    if (app == NULL || name == NULL || name[0] == '\0' || policy == NULL) {
        return SAILS_EINVAL;
    }
    rc = check_new(app);
    return rc == 0 ? report_name(app, "policy", name,
                                 action_registry_add_policy(&app->routing.registry, name, policy))
                   : rc;
}

int sails_app_action_middleware(sails_app *app, const char *actions, sails_action function)
{
    int rc = 0;

    if (app == NULL || actions == NULL || function == NULL) {
        return SAILS_EINVAL;
    }
    rc = check_new(app);
    return rc == 0 ? report_name(
                         app, "action middleware for", actions,
                         action_registry_add_middleware(&app->routing.registry, actions, function))
                   : rc;
}

int sails_app_each_action(const sails_app *app, sails_action_cb each, void *ctx)
{
    if (app == NULL || each == NULL) {
        return SAILS_EINVAL;
    }
    list_each(node, &app->routing.registry.actions.all) {
        const struct registered_action *action =
            container_of(node, const struct registered_action, in_registry);

        each(action->name, action->def, ctx);
    }
    return 0;
}

/* ---- at the lift ---- */

/* An app of its own may have one of that name already. */
int app_actions_add_builtin(struct sails_app *app)
{
    static const struct sails_action_def grant = {.run = builtin_grant_csrf_token};
    int rc =
        action_registry_add(&app->routing.registry, "security/grant-csrf-token", &grant, false);

    return rc == SAILS_ECONFLICT ? 0 : rc;
}

static bool covers_any(const struct action_registry *registry, struct str item)
{
    list_each(node, &registry->actions.all) {
        const struct registered_action *action =
            container_of(node, const struct registered_action, in_registry);

        if (action_glob_covers(item, str_from(action->name))) {
            return true;
        }
    }
    return false;
}

void app_actions_warn(const struct sails_app *app)
{
    const struct action_registry *registry = &app->routing.registry;

    list_each(node, &registry->middleware) {
        struct str list =
            str_from(container_of(node, const struct action_middleware, in_registry)->actions);
        struct str item;

        while (str_take_part(&list, ',', &item)) {
            if (item.len > 0 && item.ptr[0] != '!' && !covers_any(registry, item)) {
                log_line(&app->log, LOG_WARN,
                         "Action middleware was bound to a target `%.*s` that doesn't match any "
                         "registered actions.",
                         STR_FMT(item));
            }
        }
    }
}
