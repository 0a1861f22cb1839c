#include "actions/action_glob.h"
#include "app/app.h"
#include "request/builtin.h"

/*
 * Actions, policies and middleware: what programs register.
 */

static int register_action(sails_app *app, const char *call, const char *identity,
                           const struct sails_action_def *def, bool force)
{
    bool is_valid = identity != NULL && def != NULL && def->run != NULL;
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = is_valid ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0) {
        rc = action_registry_add(&app->routing.registry, identity, def, force);
    }
    return setup_result(&app->setup, rc, call, identity, NULL);
}

int sails_app_action(sails_app *app, const char *identity, const struct sails_action_def *def)
{
    return register_action(app, "sails_app_action", identity, def, false);
}

int sails_app_override_action(sails_app *app, const char *identity,
                              const struct sails_action_def *def)
{
    return register_action(app, "sails_app_override_action", identity, def, true);
}

int sails_app_policy(sails_app *app, const char *name, sails_action policy, void *ctx)
{
    bool is_valid = name != NULL && name[0] != '\0' && policy != NULL;
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = is_valid ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0) {
        rc = action_registry_add_policy(&app->routing.registry, name, policy, ctx);
    }
    return setup_result(&app->setup, rc, "sails_app_policy", name, NULL);
}

int sails_app_action_middleware(sails_app *app, const char *actions, sails_action function,
                                void *ctx)
{
    int rc = 0;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    rc = actions != NULL && function != NULL ? app_check_new(app) : SAILS_EINVAL;
    if (rc == 0) {
        rc = action_registry_add_middleware(&app->routing.registry, actions, function, ctx);
    }
    return setup_result(&app->setup, rc, "sails_app_action_middleware", actions,
                        "a list is \"user/find, post/*, !post/remove\"");
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
