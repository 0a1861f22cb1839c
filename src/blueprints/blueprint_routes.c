#include "blueprints/blueprint_routes.h"

#include "base/macros.h"
#include "blueprints/blueprints.h"
#include "blueprints/plural.h"

#include <sails/err.h>

/* %I is the model in the path, %A the association. */
struct pattern {
    const char *address;
    enum blueprint_kind kind;
};

static const struct pattern shortcuts[] = {
    {"GET %I/find", BLUEPRINT_FIND},           {"GET %I/find/:id", BLUEPRINT_FIND_ONE},
    {"GET %I/create", BLUEPRINT_CREATE},       {"GET %I/update/:id", BLUEPRINT_UPDATE},
    {"GET %I/destroy/:id", BLUEPRINT_DESTROY},
};

static const struct pattern shortcuts_of_collection[] = {
    {"GET %I/:parentid/%A/add/:childid", BLUEPRINT_ADD},
    {"GET %I/:parentid/%A/replace", BLUEPRINT_REPLACE},
    {"GET %I/:parentid/%A/remove/:childid", BLUEPRINT_REMOVE},
};

static const struct pattern rest[] = {
    {"GET %I", BLUEPRINT_FIND},
    {"GET %I/:id", BLUEPRINT_FIND_ONE},
    {"POST %I", BLUEPRINT_CREATE},
    {"PATCH %I/:id", BLUEPRINT_UPDATE},
    {"DELETE %I/:id?", BLUEPRINT_DESTROY},
    {"PUT %I/:id", BLUEPRINT_UPDATE},
};

static const struct pattern rest_of_collection[] = {
    {"PUT %I/:parentid/%A/:childid", BLUEPRINT_ADD},
    {"PUT %I/:parentid/%A", BLUEPRINT_REPLACE},
    {"DELETE %I/:parentid/%A/:childid", BLUEPRINT_REMOVE},
};

static const struct pattern of_association[] = {
    {"GET %I/:parentid/%A", BLUEPRINT_POPULATE},
};

struct binding {
    const struct blueprints *blueprints;
    const struct blueprint_settings *settings;
    blueprint_route_cb bind;
    void *ctx;
    const struct orm_model *model;
    json_t *associations; /* the model's, as Sails tells them */
    struct buf base;      /* "/api/users" */
    struct buf address;
};

bool blueprint_routes_has(const struct orm_model *model)
{
    return !model->is_implicit;
}

void blueprint_routes_identity(struct buf *out, const struct orm_model *model,
                               enum blueprint_kind kind)
{
    buf_append_str(out, model->identity);
    buf_append_char(out, '/');
    for (const char *c = blueprint_kind_name(kind); *c != '\0'; c++) {
        buf_append_char(out, char_lower(*c));
    }
    buf_append_char(out, '\0');
}

/* ---- targets ---- */

/* [{alias, type, model | collection, via?}, ...] */
static json_t *associations_of(const struct orm_model *model)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < model->n_attributes && list != NULL; i++) {
        const struct orm_attribute *a = &model->attributes[i];
        const char *type = a->association == ORM_TO_MANY ? "collection" : "model";

        if (a->association != ORM_PLAIN &&
            json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s*}", "alias", a->name.ptr,
                                                  "type", type, type, a->other->identity.ptr, "via",
                                                  a->via != NULL ? a->via->name.ptr : NULL)) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static void write_address(struct binding *b, const char *pattern, const char *alias)
{
    buf_clear(&b->address);
    for (const char *c = pattern; *c != '\0'; c++) {
        if (c[0] == '%' && c[1] == 'I') {
            buf_append_str(&b->address, buf_str(&b->base));
            c++;
        } else if (c[0] == '%' && c[1] == 'A') {
            buf_append_str(&b->address, str_from(alias));
            c++;
        } else {
            buf_append_char(&b->address, *c);
        }
    }
    buf_append_char(&b->address, '\0');
}

static int bind_one(struct binding *b, const struct pattern *pattern, const char *alias)
{
    struct buf action = {0};
    json_t *target = NULL;

    write_address(b, pattern->address, alias);
    blueprint_routes_identity(&action, b->model, pattern->kind);
    if (buf_error(&b->address) == 0 && buf_error(&action) == 0) {
        target = json_pack("{s:s,s:s,s:s*,s:O,s:b}", "action", action.ptr, "model",
                           b->model->identity.ptr, "alias", alias, "associations", b->associations,
                           "autoWatch", b->settings->auto_watch);
    }
    buf_deinit(&action);
    return target != NULL ? b->bind(b->ctx, b->address.ptr, target) : SAILS_ENOMEM;
}

static int bind_all(struct binding *b, const struct pattern *patterns, size_t n, const char *alias)
{
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = bind_one(b, &patterns[i], alias);
    }
    return rc;
}

static int bind_each_association(struct binding *b, bool is_to_many, const struct pattern *patterns,
                                 size_t n)
{
    int rc = 0;

    for (unsigned i = 0; i < b->model->n_attributes && rc == 0; i++) {
        const struct orm_attribute *attribute = &b->model->attributes[i];

        if (attribute->association == ORM_TO_MANY ||
            (!is_to_many && attribute->association == ORM_TO_ONE)) {
            rc = bind_all(b, patterns, n, attribute->name.ptr);
        }
    }
    return rc;
}

/* ---- models ---- */

static void write_base(struct binding *b, bool is_rest)
{
    buf_clear(&b->base);
    buf_append_str(&b->base, str_from(b->settings->prefix));
    if (is_rest) {
        buf_append_str(&b->base, str_from(b->settings->rest_prefix));
    }
    buf_append_char(&b->base, '/');
    if (b->settings->pluralize) {
        plural_append(&b->base, b->model->identity);
    } else {
        buf_append_str(&b->base, b->model->identity);
    }
}

static int bind_shortcuts(struct binding *b)
{
    int rc = 0;

    write_base(b, false);
    rc = bind_all(b, shortcuts, ARRAY_LEN(shortcuts), NULL);
    rc = rc == 0 ? bind_each_association(b, true, shortcuts_of_collection,
                                         ARRAY_LEN(shortcuts_of_collection))
                 : rc;
    return rc == 0 && !b->settings->rest
               ? bind_each_association(b, false, of_association, ARRAY_LEN(of_association))
               : rc;
}

static int bind_rest(struct binding *b)
{
    int rc = 0;

    write_base(b, true);
    rc = bind_all(b, rest, ARRAY_LEN(rest), NULL);
    rc = rc == 0 ? bind_each_association(b, true, rest_of_collection, ARRAY_LEN(rest_of_collection))
                 : rc;
    return rc == 0 ? bind_each_association(b, false, of_association, ARRAY_LEN(of_association))
                   : rc;
}

/* A controller of the configuration's may do without some routes. */
static bool is_off(const struct blueprint_settings *settings, const char *identity,
                   const char *kind)
{
    return json_is_false(json_object_get(json_object_get(settings->controllers, identity), kind));
}

static int bind_models(struct binding *b, const struct orm *orm, const char *kind,
                       int (*bind)(struct binding *b))
{
    int rc = 0;

    for (unsigned i = 0; i < orm->n_models && rc == 0; i++) {
        b->model = orm->models[i];
        if (!blueprint_routes_has(b->model) || is_off(b->settings, b->model->identity.ptr, kind)) {
            continue;
        }
        b->associations = associations_of(b->model);
        rc = b->associations != NULL ? bind(b) : SAILS_ENOMEM;
        json_decref(b->associations);
    }
    return rc;
}

/* ---- actions ---- */

/* Whether the configuration does without the routes of the controller that an action belongs to. */
static bool is_action_off(const struct blueprint_settings *settings, const char *action)
{
    const char *identity = NULL;
    json_t *controller = NULL;

    json_object_foreach((json_t *)(uintptr_t)settings->controllers, identity, controller)
    {
        if (json_is_false(json_object_get(controller, "actions")) &&
            str_starts_with(str_from(action), str_from(identity))) {
            return true;
        }
    }
    return false;
}

static int bind_path(struct binding *b, const char *prefix, struct str path, const char *action)
{
    static const char *const verbs[] = {"GET", "PUT", "POST", "DELETE", "PATCH"};
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(verbs) && rc == 0; i++) {
        json_t *target = json_pack("{s:s}", "action", action);

        buf_clear(&b->address);
        buf_printf(&b->address, "%s %s/%.*s", verbs[i], prefix, STR_FMT(path));
        rc = target != NULL && buf_error(&b->address) == 0 ? 0 : SAILS_ENOMEM;
        if (rc == 0) {
            rc = b->bind(b->ctx, b->address.ptr, target);
        } else {
            json_decref(target);
        }
    }
    return rc;
}

static int bind_action(struct binding *b, const char *action)
{
    return bind_path(b, b->settings->prefix, str_from(action), action);
}

/* "foo/index" also answers at "/foo". */
static int bind_index(struct binding *b, const char *action)
{
    struct str path = str_from(action);
    size_t len = strlen("index");

    if (path.len < len || strcmp(action + path.len - len, "index") != 0 ||
        (path.len > len && action[path.len - len - 1] != '/')) {
        return 0;
    }
    path.len -= path.len > len ? len + 1 : len;
    return bind_path(b, "", path, action);
}

static int bind_actions(struct binding *b, const struct action_registry *registry,
                        int (*bind)(struct binding *b, const char *action))
{
    int rc = 0;

    list_each(node, &registry->actions.all) {
        const struct registered_action *action =
            container_of(node, const struct registered_action, in_registry);

        if (rc == 0 && !blueprints_is_action(b->blueprints, action->def) &&
            !is_action_off(b->settings, action->name)) {
            rc = bind(b, action->name);
        }
    }
    return rc;
}

int blueprint_routes_bind(const struct blueprints *blueprints,
                          const struct blueprint_settings *settings, const struct orm *orm,
                          const struct action_registry *registry, blueprint_route_cb bind,
                          void *ctx)
{
    struct binding b = {.blueprints = blueprints, .settings = settings, .bind = bind, .ctx = ctx};
    int rc = settings->actions ? bind_actions(&b, registry, bind_action) : 0;

    if (rc == 0 && settings->shortcuts && orm != NULL) {
        rc = bind_models(&b, orm, "shortcuts", bind_shortcuts);
    }
    if (rc == 0 && settings->rest && orm != NULL) {
        rc = bind_models(&b, orm, "rest", bind_rest);
    }
    if (rc == 0 && settings->actions) {
        rc = bind_actions(&b, registry, bind_index);
    }
    buf_deinit(&b.base);
    buf_deinit(&b.address);
    return rc;
}
