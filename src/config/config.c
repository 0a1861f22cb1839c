#include "config/config.h"

#include "base/macros.h"
#include "base/mem.h"
#include "config/config_names.h"
#include "config/config_sails.h"
#include "config/config_section.h"

#include <sails/err.h>

static int set_default(struct config *config, const struct config_key *key)
{
    json_error_t error;
    json_t *value = json_loads(key->fallback, JSON_DECODE_ANY, &error);

    return json_object_set_new(config->values, key->name, value) == 0 ? 0 : SAILS_ENOMEM;
}

int config_init(struct config *config)
{
    int rc = 0;

    *config = (struct config){.values = json_object(), .warnings = json_array()};
    if (config->values == NULL || config->warnings == NULL) {
        rc = SAILS_ENOMEM;
    }
    for (const struct config_key *key = config_keys; rc == 0 && key->name != NULL; key++) {
        rc = key->fallback != NULL ? set_default(config, key) : 0;
    }
    if (rc < 0) {
        config_deinit(config);
    }
    return rc;
}

void config_deinit(struct config *config)
{
    json_decref(config->values);
    json_decref(config->warnings);
    mem_free(config->node_env);
    *config = (struct config){0};
}

void config_warn(struct config *config, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)json_array_append_new(config->warnings, json_vsprintf(format, args));
    va_end(args);
}

/* ---- what is allowed ---- */

static bool is_choice(const struct config_key *key, const json_t *value)
{
    for (const char *const *choice = key->choices; *choice != NULL; choice++) {
        if (json_is_string(value) && strcmp(json_string_value(value), *choice) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) > 0;
}

static bool is_integer(const struct config_key *key, const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= key->min &&
           json_integer_value(value) <= key->max;
}

static bool is_list_of(const struct config_key *key, const json_t *value,
                       bool (*is_item)(const struct config_key *key, const json_t *item))
{
    size_t i = 0;
    json_t *item = NULL;

    json_array_foreach(value, i, item)
    {
        if (!is_item(key, item)) {
            return false;
        }
    }
    return json_array_size(value) > 0;
}

/* No dots and no slashes: nothing that leads out of a folder. */
static bool is_name(const json_t *value)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    return is_text(value) && strspn(json_string_value(value), allowed) == json_string_length(value);
}

static bool is_text_item(const struct config_key *key, const json_t *value)
{
    (void)key;
    return is_text(value);
}

static bool is_switches(const json_t *value)
{
    const char *name = NULL;
    json_t *item = NULL;

    json_object_foreach((json_t *)(uintptr_t)(const void *)value, name, item)
    {
        if (!json_is_boolean(item)) {
            return false;
        }
    }
    return json_is_object(value) || json_is_false(value);
}

static bool is_allowed(const struct config_key *key, const json_t *value)
{
    switch (key->type) {
    case CONFIG_INTEGER:
        return is_integer(key, value);
    case CONFIG_WORKERS:
        return is_integer(key, value) ||
               (is_text(value) && strcmp(json_string_value(value), "auto") == 0);
    case CONFIG_BOOLEAN:
        return json_is_boolean(value);
    case CONFIG_TEXT:
        return is_text(value);
    case CONFIG_ANY_TEXT:
        return json_is_string(value);
    case CONFIG_TEXTS:
        return json_is_array(value) &&
               (json_array_size(value) == 0 || is_list_of(key, value, is_text_item));
    case CONFIG_ORIGIN_LIST:
        return !json_is_null(value);
    case CONFIG_NAME:
        return is_name(value);
    case CONFIG_TEXT_OR_FALSE:
        return is_text(value) || json_is_false(value);
    case CONFIG_CHOICE:
        return is_choice(key, value);
    case CONFIG_CHOICES:
        return is_list_of(key, value, is_choice);
    case CONFIG_ORIGINS:
        return json_is_boolean(value) || is_text(value) || is_list_of(key, value, is_text_item);
    case CONFIG_PROXIES:
        return json_is_boolean(value) || is_integer(key, value) || is_text(value) ||
               is_list_of(key, value, is_text_item);
    case CONFIG_SECTION:
        return json_is_object(value);
    case CONFIG_SWITCHES:
        return is_switches(value);
    }
    return false;
}

static void describe_choices(struct buf *out, const struct config_key *key)
{
    for (const char *const *choice = key->choices; *choice != NULL; choice++) {
        buf_printf(out, "%s%s", choice == key->choices ? "" : ", ", *choice);
    }
}

void config_describe(struct buf *out, const struct config_key *key)
{
    switch (key->type) {
    case CONFIG_INTEGER:
        buf_printf(out, "a whole number from %lld to %lld", (long long)key->min,
                   (long long)key->max);
        break;
    case CONFIG_WORKERS:
        buf_printf(out, "a whole number from %lld to %lld, or auto", (long long)key->min,
                   (long long)key->max);
        break;
    case CONFIG_BOOLEAN:
        buf_append_str(out, STR("true or false"));
        break;
    case CONFIG_TEXT:
        buf_append_str(out, STR("a text"));
        break;
    case CONFIG_ANY_TEXT:
        buf_append_str(out, STR("a text, which may be empty"));
        break;
    case CONFIG_TEXTS:
    case CONFIG_ORIGIN_LIST:
        buf_append_str(out, STR("a list of texts"));
        break;
    case CONFIG_NAME:
        buf_append_str(out, STR("a name of letters, digits, - and _"));
        break;
    case CONFIG_TEXT_OR_FALSE:
        buf_append_str(out, STR("a text, or false"));
        break;
    case CONFIG_CHOICE:
        buf_append_str(out, STR("one of: "));
        describe_choices(out, key);
        break;
    case CONFIG_CHOICES:
        buf_append_str(out, STR("a list of: "));
        describe_choices(out, key);
        break;
    case CONFIG_ORIGINS:
        buf_append_str(out, STR("true, false, a text, or a list of texts"));
        break;
    case CONFIG_PROXIES:
        buf_printf(out,
                   "true, false, a count of hops from %lld to %lld, or addresses and subnets "
                   "(else E_HTTP_BAD_TRUSTPROXY)",
                   (long long)key->min, (long long)key->max);
        break;
    case CONFIG_SECTION:
        buf_append_str(out, STR("an object"));
        break;
    case CONFIG_SWITCHES:
        buf_append_str(out, STR("an object of booleans, or false"));
        break;
    }
}

/* ---- setting ---- */

static int refuse_unknown(const char *name, struct buf *why)
{
    const char *instead = config_sails_instead(name);
    const char *nearest = config_names_find_nearest(name);

    if (instead != NULL) {
        buf_printf(why,
                   "%s: a setting of Sails that is not supported here: %s. See "
                   "docs/coming-from-sails.md",
                   name, instead);
        return SAILS_ECONFIG;
    }
    buf_printf(why, "%s: there is no such key", name);
    if (nearest != NULL) {
        buf_printf(why, "; did you mean %s?", nearest);
    }
    return SAILS_ECONFIG;
}

static int refuse_value(const struct config_key *key, const json_t *value, struct buf *why)
{
    char text[200];
    size_t len = 0;

    if (key->is_secret) {
        buf_printf(why, "%s: (hidden) is not allowed; it must be ", key->name);
        config_describe(why, key);
        return SAILS_ECONFIG;
    }
    len = json_dumpb(value, text, sizeof(text), JSON_ENCODE_ANY | JSON_COMPACT);

    if (len == 0 || len > sizeof(text)) {
        len = (size_t)snprintf(text, sizeof(text), "this value"); /* too long to be repeated */
    }
    buf_printf(why, "%s: %.*s is not allowed; it must be ", key->name, (int)len, text);
    config_describe(why, key);
    return SAILS_ECONFIG;
}

static int set_key(struct config *config, const struct config_key *key, json_t *value,
                   struct buf *why)
{
    json_t *merged = NULL;

    if (!is_allowed(key, value)) {
        return refuse_value(key, value, why);
    }
    if (!config_names_is_section(key)) {
        return json_object_set(config->values, key->name, value) == 0 ? 0 : SAILS_ENOMEM;
    }
    merged = config_section_merge(json_object_get(config->values, key->name), value);
    return json_object_set_new(config->values, key->name, merged) == 0 ? 0 : SAILS_ENOMEM;
}

static int set_member(struct config *config, const struct config_key *section, const char *member,
                      json_t *value, struct buf *why)
{
    json_t *tree = config_section_nest(member, value);
    int rc = tree != NULL ? set_key(config, section, tree, why) : SAILS_ENOMEM;

    json_decref(tree);
    return rc;
}

/* Sails' old name, in its old files. */
static const char *current_name(struct config *config, const char *name)
{
    if (strcmp(name, "host") != 0) {
        return name;
    }
    config_warn(config, "The key host is deprecated: use explicitHost");
    return "explicitHost";
}

int config_set(struct config *config, const char *name, json_t *value, struct buf *why)
{
    const char *member = NULL;
    const struct config_key *key = NULL;
    const struct config_key *section = NULL;

    name = current_name(config, name);
    key = config_names_find(name);
    if (key != NULL) {
        return set_key(config, key, value, why);
    }
    section = config_names_find_section(name, &member);
    return section != NULL ? set_member(config, section, member, value, why)
                           : refuse_unknown(name, why);
}

/* Whether an object at this name is no value, but a branch with keys below it. */
static bool is_branch(const char *name, const json_t *value)
{
    bool is_former = json_object_size(value) == 0 && config_sails_instead(name) != NULL;

    return json_is_object(value) && config_names_find(name) == NULL && !is_former;
}

static int set_branch(struct config *config, const char *prefix, json_t *tree, struct buf *why)
{
    const char *member = NULL;
    json_t *value = NULL;
    int rc = 0;

    json_object_foreach(tree, member, value)
    {
        struct buf name = {0};

        buf_printf(&name, "%s%s%s", prefix, prefix[0] != '\0' ? "." : "", member);
        buf_append_char(&name, '\0');
        rc = buf_error(&name);
        if (rc == 0) {
            rc = is_branch(name.ptr, value) ? set_branch(config, name.ptr, value, why)
                                            : config_set(config, name.ptr, value, why);
        }
        buf_deinit(&name);
        if (rc < 0) {
            break;
        }
    }
    return rc;
}

int config_set_tree(struct config *config, json_t *tree, struct buf *why)
{
    return set_branch(config, "", tree, why);
}

/* ---- getting ---- */

json_t *config_get(const struct config *config, const char *name)
{
    const char *member = NULL;
    json_t *value = json_object_get(config->values, name);
    const struct config_key *section =
        value == NULL ? config_names_find_section(name, &member) : NULL;

    return section != NULL
               ? config_section_find(json_object_get(config->values, section->name), member)
               : value;
}

int64_t config_integer(const struct config *config, const char *name)
{
    return json_integer_value(config_get(config, name));
}

bool config_boolean(const struct config *config, const char *name)
{
    return json_is_true(config_get(config, name));
}

const char *config_text(const struct config *config, const char *name)
{
    return json_string_value(config_get(config, name));
}

bool config_is_production(const struct config *config)
{
    const char *name =
        config->node_env != NULL ? config->node_env : config_text(config, "environment");

    return name != NULL && strcmp(name, "production") == 0;
}
