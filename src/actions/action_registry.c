#include "actions/action_registry.h"

#include "actions/action_glob.h"
#include "base/distance.h"
#include "base/hash.h"
#include "base/mem.h"
#include "schema/exits.h"

#include <sails/err.h>

/* ---- tables ---- */

static void table_init(struct action_table *table)
{
    map_init(&table->by_name);
    list_init(&table->all);
}

static void table_deinit(struct action_table *table)
{
    while (!list_is_empty(&table->all)) {
        struct registered_action *entry =
            container_of(list_take_first(&table->all), struct registered_action, in_registry);

        inputs_destroy(entry->inputs);
        mem_free(entry);
    }
    map_deinit(&table->by_name);
}

void action_registry_init(struct action_registry *registry)
{
    table_init(&registry->actions);
    table_init(&registry->policies);
    list_init(&registry->middleware);
}

void action_registry_deinit(struct action_registry *registry)
{
    table_deinit(&registry->actions);
    table_deinit(&registry->policies);
    while (!list_is_empty(&registry->middleware)) {
        mem_free(container_of(list_take_first(&registry->middleware), struct action_middleware,
                              in_registry));
    }
}

static struct registered_action *find(const struct action_table *table, struct str name)
{
    uint64_t hash = hash_nocase(name);

    for (struct map_node *n = map_find(&table->by_name, hash); n != NULL; n = map_find_next(n)) {
        struct registered_action *entry = container_of(n, struct registered_action, by_name);

        if (str_eq_nocase(str_from(entry->name), name)) {
            return entry;
        }
    }
    return NULL;
}

/* NULL: no memory. */
static struct registered_action *add(struct action_table *table, struct str name)
{
    struct registered_action *entry = mem_calloc(1, sizeof(*entry) + name.len + 1);

    if (entry != NULL) {
        memcpy(entry->name, name.ptr, name.len);
        map_insert(&table->by_name, &entry->by_name, hash_nocase(name));
        list_append(&table->all, &entry->in_registry);
    }
    return entry;
}

const struct registered_action *action_registry_find(const struct action_table *table,
                                                     struct str name)
{
    return find(table, name);
}

const struct registered_action *action_registry_find_nearest(const struct action_table *table,
                                                             struct str name)
{
    const struct registered_action *nearest = NULL;
    size_t best = distance_limit(name.len) + 1;

    list_each(node, &table->all) {
        const struct registered_action *entry =
            container_of(node, struct registered_action, in_registry);
        size_t d = distance_between(name, str_from(entry->name));

        if (d < best) {
            best = d;
            nearest = entry;
        }
    }
    return nearest;
}

/* ---- identities ---- */

static bool is_first_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

/* ^[a-z_$][a-z0-9-_.$]*(/[a-z_$][a-z0-9-_$.]*)*$, before letters are made small. */
static bool is_identity(struct str name)
{
    bool is_first = true;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (is_first ? !is_first_char(c)
                     : !is_first_char(c) && !char_is_digit(c) && c != '-' && c != '.' && c != '/') {
            return false;
        }
        is_first = c == '/';
    }
    return !is_first; /* neither empty nor with a slash at its end */
}

int action_registry_add(struct action_registry *registry, const char *identity,
                        const struct sails_action_def *def, bool force)
{
    struct str name = str_from(identity);
    struct registered_action *entry = find(&registry->actions, name);

    if (def->run == NULL) {
        return SAILS_EINVAL;
    }
    if (!is_identity(name)) {
        return SAILS_EIDENTITY;
    }
    if (entry != NULL && !force) {
        return SAILS_ECONFLICT;
    }
    if (entry == NULL) {
        entry = add(&registry->actions, name);
        if (entry == NULL) {
            return SAILS_ENOMEM;
        }
    }
    for (size_t i = 0; i < name.len; i++) {
        entry->name[i] = char_lower(name.ptr[i]);
    }
    entry->def = def;
    return 0;
}

int action_registry_add_policy(struct action_registry *registry, const char *name,
                               sails_action policy, void *ctx)
{
    struct str text = str_from(name);
    struct registered_action *entry = NULL;

    if (text.len == 0 || policy == NULL) {
        return SAILS_EINVAL;
    }
    if (find(&registry->policies, text) != NULL) {
        return SAILS_ECONFLICT;
    }
    entry = add(&registry->policies, text);
    if (entry == NULL) {
        return SAILS_ENOMEM;
    }
    entry->own = (struct sails_action_def){.run = policy, .ctx = ctx};
    entry->def = &entry->own;
    return 0;
}

int action_registry_add_middleware(struct action_registry *registry, const char *actions,
                                   sails_action function, void *ctx)
{
    struct str text = str_from(actions);
    struct action_middleware *entry = NULL;

    if (function == NULL || !action_glob_is_list(text)) {
        return SAILS_EINVAL;
    }
    entry = mem_calloc(1, sizeof(*entry) + text.len + 1);
    if (entry == NULL) {
        return SAILS_ENOMEM;
    }
    entry->function = function;
    entry->ctx = ctx;
    memcpy(entry->actions, text.ptr, text.len);
    list_append(&registry->middleware, &entry->in_registry);
    return 0;
}

/* ---- targets ---- */

/* ^[a-zA-Z_$]+[a-zA-Z0-9_/\-$]*$, with dots for slashes. */
bool action_registry_is_target(struct str target)
{
    for (size_t i = 0; i < target.len; i++) {
        char c = target.ptr[i];

        if (!is_first_char(c) &&
            (i == 0 || !(char_is_digit(c) || c == '/' || c == '-' || c == '.'))) {
            return false;
        }
    }
    return target.len > 0;
}

/* "UserController.find" is "user/find": "Controller" is left out before a dot, which becomes a slash. */
static size_t write_identity(char *out, struct str target)
{
    static const struct str suffix = {"Controller", 10};
    size_t len = 0;

    for (size_t i = 0; i < target.len; i++) {
        if (target.ptr[i] != '.') {
            out[len++] = target.ptr[i];
            continue;
        }
        if (len > suffix.len && str_eq((struct str){out + len - suffix.len, suffix.len}, suffix)) {
            len -= suffix.len;
        }
        out[len++] = '/';
    }
    return len;
}

enum {
    TARGET_MAX = 512 /* more than any identity that somebody writes */
};

const struct registered_action *action_registry_find_target(const struct action_registry *registry,
                                                            struct str target)
{
    const struct registered_action *entry = find(&registry->actions, target);
    char identity[TARGET_MAX];

    if (entry != NULL || target.len > sizeof(identity)) {
        return entry;
    }
    return find(&registry->actions, (struct str){identity, write_identity(identity, target)});
}

/* ---- inputs ---- */

static int read_inputs(struct registered_action *action, struct buf *why)
{
    struct inputs *inputs = NULL;
    int rc = exits_check(action->name, action->def, why);

    if (rc == 0) {
        rc = inputs_create(action->name, action->def, why, &inputs);
    }
    if (rc == 0) {
        inputs_destroy(action->inputs);
        action->inputs = inputs;
    }
    return rc;
}

int action_registry_read_inputs(struct action_registry *registry, struct buf *why)
{
    int rc = 0;

    list_each(node, &registry->actions.all) {
        if (rc == 0) {
            rc = read_inputs(container_of(node, struct registered_action, in_registry), why);
        }
    }
    return rc;
}
