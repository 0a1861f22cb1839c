#include "actions/policy_map.h"

#include "base/mem.h"

#include <sails/err.h>

void policy_map_init(struct policy_map *map)
{
    list_init(&map->rules);
}

static void destroy_rule(struct policy_rule *rule)
{
    mem_free((void *)rule->policies);
    mem_free(rule);
}

void policy_map_deinit(struct policy_map *map)
{
    while (!list_is_empty(&map->rules)) {
        destroy_rule(container_of(list_take_first(&map->rules), struct policy_rule, in_map));
    }
}

/* ---- flattening: {"UserController": {"find": "a"}} is {"user/find": ["a"]} ---- */

static void lower_case(char *text)
{
    for (; *text != '\0'; text++) {
        *text = char_lower(*text);
    }
}

/* Without "Controller" at its end, and with slashes for dots. */
static void append_controller(struct buf *out, const char *name)
{
    static const struct str suffix = {"controller", 10};
    struct str text = str_from(name);

    if (text.len > suffix.len &&
        str_eq_nocase(str_from_offset(text, text.len - suffix.len), suffix)) {
        text.len -= suffix.len;
    }
    for (size_t i = 0; i < text.len; i++) {
        buf_append_char(out, text.ptr[i] == '.' ? '/' : text.ptr[i]);
    }
}

/* What two ways of writing say of one key is combined. */
static int append_value(json_t *flat, const char *key, json_t *value)
{
    json_t *list = json_object_get(flat, key);
    int rc = 0;

    if (list == NULL) {
        list = json_array();
        rc = json_object_set_new(flat, key, list);
    }
    if (rc == 0) {
        rc = json_is_array(value) ? json_array_extend(list, value) : json_array_append(list, value);
    }
    return rc == 0 ? 0 : SAILS_ENOMEM;
}

/* `controller`: NULL: the key is a whole one. */
static int add_key(json_t *flat, const char *controller, const char *key, json_t *value)
{
    struct buf text = {0};
    char *whole = NULL;
    int rc = SAILS_ENOMEM;

    if (controller != NULL) {
        append_controller(&text, controller);
        buf_append_char(&text, '/');
    }
    buf_append_str(&text, str_from(key));
    whole = buf_take(&text);
    if (whole != NULL) {
        lower_case(whole);
        rc = append_value(flat, whole, value);
    }
    mem_free(whole);
    return rc;
}

static int flatten_dictionary(json_t *flat, const char *controller, json_t *dictionary)
{
    const char *key = NULL;
    json_t *value = NULL;
    int rc = 0;

    json_object_foreach(dictionary, key, value)
    {
        if (rc == 0) {
            rc = add_key(flat, controller, key, value);
        }
    }
    return rc;
}

static int flatten(json_t *flat, const json_t *config)
{
    int rc = flat != NULL ? 0 : SAILS_ENOMEM;

    for (void *at = json_object_iter((json_t *)(uintptr_t)config); at != NULL && rc == 0;
         at = json_object_iter_next((json_t *)(uintptr_t)config, at)) {
        const char *key = json_object_iter_key(at);
        json_t *value = json_object_iter_value(at);

        if (strcmp(key, "moduleDefinitions") == 0) {
            continue; /* functions, which JSON cannot have */
        }
        rc = json_is_object(value) ? flatten_dictionary(flat, key, value)
                                   : add_key(flat, NULL, key, value);
    }
    return rc;
}

/* ---- rules ---- */

static void begin_fault(struct buf *why, const char *key)
{
    buf_printf(why, "E_INVALID_POLICY_CONFIG: policies[\"%s\"]: ", key);
}

static int refuse_unknown(struct buf *why, const char *key, const char *name,
                          const struct action_registry *registry)
{
    const struct registered_action *nearest =
        action_registry_find_nearest(&registry->policies, str_from(name));

    begin_fault(why, key);
    buf_printf(why, "`%s` does not correspond to any of the loaded policies.", name);
    if (nearest != NULL) {
        buf_printf(why, " Did you mean `%s`?", nearest->name);
    }
    return SAILS_ECONFIG;
}

static int refuse(struct buf *why, const char *key, const char *text)
{
    begin_fault(why, key);
    buf_append_str(why, str_from(text));
    return SAILS_ECONFIG;
}

/* true and false; what is left is a list of names. */
static int read_boolean(struct policy_rule *rule, const json_t *list, struct buf *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);

        if (!json_is_boolean(item)) {
            continue;
        }
        if (json_array_size(list) > 1) {
            return refuse(why, rule->key,
                          json_is_true(item)
                              ? "`true` is there, so it must be the only policy in the array."
                              : "`false` is there, so it must be the only policy in the array.");
        }
        rule->verdict = json_is_true(item) ? POLICY_ALLOW : POLICY_DENY;
    }
    return 0;
}

static int read_names(struct policy_rule *rule, const json_t *list,
                      const struct action_registry *registry, struct buf *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        const struct registered_action *policy = NULL;

        if (name == NULL) {
            return refuse(why, rule->key,
                          "a policy is true, false, the name of one, or a list of names.");
        }
        policy = action_registry_find(&registry->policies, str_from(name));
        if (policy == NULL) {
            return refuse_unknown(why, rule->key, name, registry);
        }
        rule->policies[rule->n_policies++] = policy;
    }
    return 0;
}

static int read_list(struct policy_rule *rule, const json_t *list,
                     const struct action_registry *registry, struct buf *why)
{
    int rc = read_boolean(rule, list, why);

    if (rc < 0 || rule->verdict != POLICY_ASK || json_array_size(list) == 0) {
        return rc;
    }
    rule->policies = mem_calloc(json_array_size(list), sizeof(*rule->policies));
    return rule->policies != NULL ? read_names(rule, list, registry, why) : SAILS_ENOMEM;
}

/* A star stands at the end, alone or behind a slash. */
static bool is_key(struct str key)
{
    size_t star = str_find(key, '*');

    return key.len > 0 &&
           (star == key.len || (star + 1 == key.len && (star == 0 || key.ptr[star - 1] == '/')));
}

static int add_rule(struct policy_map *map, const char *key, const json_t *list,
                    const struct action_registry *registry, struct buf *why)
{
    size_t len = strlen(key);
    struct policy_rule *rule = NULL;
    int rc = 0;

    if (!is_key(str_from(key))) {
        return refuse(why, key, "a key is \"*\", \"user/*\", \"user/find\" or \"UserController\".");
    }
    rule = mem_calloc(1, sizeof(*rule) + len + 1);
    if (rule == NULL) {
        return SAILS_ENOMEM;
    }
    memcpy(rule->key, key, len);
    rc = read_list(rule, list, registry, why);
    if (rc < 0) {
        destroy_rule(rule);
        return rc;
    }
    list_append(&map->rules, &rule->in_map);
    return 0;
}

int policy_map_read(struct policy_map *map, const json_t *config,
                    const struct action_registry *registry, struct buf *why)
{
    json_t *flat = json_object();
    const char *key = NULL;
    json_t *list = NULL;
    int rc = flatten(flat, config);

    if (rc == 0 && config != NULL && !json_is_object(config)) {
        buf_append_str(why, STR("E_INVALID_POLICY_CONFIG: policies must be a dictionary."));
        rc = SAILS_ECONFIG;
    }
    json_object_foreach(flat, key, list)
    {
        if (rc == 0) {
            rc = add_rule(map, key, list, registry, why);
        }
    }
    json_decref(flat);
    if (rc < 0) {
        policy_map_deinit(map);
    }
    return rc;
}

/* ---- asking ---- */

/* How specific the rule is for the action: 0: it does not cover it. */
static size_t specificity(const struct policy_rule *rule, struct str identity)
{
    struct str key = str_from(rule->key);
    struct str prefix = {key.ptr, key.len - 1}; /* of "user/<star>": "user/" */

    if (str_eq_nocase(key, identity)) {
        return SIZE_MAX;
    }
    if (key.ptr[key.len - 1] != '*') {
        return 0;
    }
    if (identity.len >= prefix.len &&
        str_eq_nocase((struct str){identity.ptr, prefix.len}, prefix)) {
        return key.len;
    }
    /* The action "user", too. */
    return identity.len + 1 == prefix.len &&
                   str_eq_nocase((struct str){prefix.ptr, identity.len}, identity)
               ? key.len
               : 0;
}

const struct policy_rule *policy_map_find(const struct policy_map *map, struct str identity)
{
    const struct policy_rule *best = NULL;
    size_t best_specificity = 0;

    list_each(node, &map->rules) {
        const struct policy_rule *rule = container_of(node, const struct policy_rule, in_map);
        size_t s = specificity(rule, identity);

        if (s > best_specificity) {
            best_specificity = s;
            best = rule;
        }
    }
    return best;
}

static bool has_action(const struct policy_rule *rule, const struct action_registry *registry)
{
    list_each(node, &registry->actions.all) {
        const struct registered_action *action =
            container_of(node, const struct registered_action, in_registry);

        if (specificity(rule, str_from(action->name)) > 0) {
            return true;
        }
    }
    return false;
}

static void append_policies(struct buf *out, const struct policy_rule *rule)
{
    switch (rule->verdict) {
    case POLICY_ALLOW:
        buf_append_str(out, STR("true"));
        break;
    case POLICY_DENY:
        buf_append_str(out, STR("false"));
        break;
    case POLICY_ASK:
        for (size_t i = 0; i < rule->n_policies; i++) {
            buf_printf(out, "%s%s", i > 0 ? ", " : "", rule->policies[i]->name);
        }
        break;
    }
}

void policy_map_warn(const struct policy_map *map, const struct action_registry *registry,
                     const struct log *log)
{
    list_each(node, &map->rules) {
        const struct policy_rule *rule = container_of(node, const struct policy_rule, in_map);
        struct buf policies = {0};

        if (strcmp(rule->key, "*") != 0 && !has_action(rule, registry)) {
            append_policies(&policies, rule);
            log_line(
                log, LOG_WARN,
                "Action middleware (POLICY: %.*s) was bound to a target `%s` that doesn't match "
                "any registered actions.",
                STR_FMT(buf_str(&policies)), rule->key);
        }
        buf_deinit(&policies);
    }
}
