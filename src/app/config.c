#include "app/config.h"

#include "base/macros.h"
#include "base/mem.h"

#include <sails/err.h>

static const struct config_key *find_key(const char *name)
{
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0) {
            return key;
        }
    }
    return NULL;
}

int config_init(struct config *config)
{
    config->values = json_object();
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        json_error_t error;
        json_t *value = NULL;

        if (key->fallback == NULL) {
            continue;
        }
        value = json_loads(key->fallback, JSON_DECODE_ANY, &error);
        if (json_object_set_new(config->values, key->name, value) != 0) {
            config_deinit(config);
            return SAILS_ENOMEM;
        }
    }
    return config->values != NULL ? 0 : SAILS_ENOMEM;
}

void config_deinit(struct config *config)
{
    json_decref(config->values);
    config->values = NULL;
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
    case CONFIG_TEXTS:
        return json_is_array(value) &&
               (json_array_size(value) == 0 || is_list_of(key, value, is_text_item));
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
    case CONFIG_TEXTS:
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
    }
}

/* ---- the nearest known name, for whoever mistyped one ---- */

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

enum {
    NAME_MAX_LEN = 64 /* longer names are nobody's typing error */
};

/* Levenshtein's distance, in one row. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LEN + 1];
    size_t len = strlen(b);

    if (strlen(a) > NAME_MAX_LEN || len > NAME_MAX_LEN) {
        return NAME_MAX_LEN;
    }
    for (size_t j = 0; j <= len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= len; j++) {
            size_t above = row[j];

            row[j] = least(row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1] ? 1 : 0));
            diagonal = above;
        }
    }
    return row[len];
}

static const char *nearest_name(const char *name)
{
    const char *nearest = NULL;
    size_t best = strlen(name) / 2 + 1;

    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        size_t d = distance(name, key->name);

        if (d < best) {
            best = d;
            nearest = key->name;
        }
    }
    return nearest;
}

/* ---- setting ---- */

static int refuse_unknown(const char *name, struct buf *why)
{
    const char *nearest = nearest_name(name);

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

static bool is_custom(const char *name)
{
    return strncmp(name, "custom.", sizeof("custom.") - 1) == 0;
}

int config_set(struct config *config, const char *name, json_t *value, struct buf *why)
{
    const struct config_key *key = find_key(name);

    if (key == NULL && !is_custom(name)) {
        return refuse_unknown(name, why);
    }
    if (key != NULL && !is_allowed(key, value)) {
        return refuse_value(key, value, why);
    }
    return json_object_set(config->values, name, value) == 0 ? 0 : SAILS_ENOMEM;
}

int config_set_text(struct config *config, const char *name, const char *text, struct buf *why)
{
    const struct config_key *key = find_key(name);
    json_error_t error;
    json_t *value = NULL;
    int rc = 0;

    /* A text that looks like a number is still a text where a text is wanted. */
    if (key == NULL || (key->type != CONFIG_TEXT && key->type != CONFIG_CHOICE)) {
        value = json_loads(text, JSON_DECODE_ANY, &error);
    }
    if (value == NULL) {
        value = json_string(text);
    }
    if (value == NULL) {
        buf_printf(why, "%s: the value is not UTF-8", name);
        return SAILS_ECONFIG;
    }
    rc = config_set(config, name, value, why);
    json_decref(value);
    return rc;
}

/* Whether an object at this name is one value, and not a branch with keys below it. */
static bool is_branch(const char *name, const json_t *value)
{
    return json_is_object(value) && find_key(name) == NULL;
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
            rc = is_branch(name.ptr, value) && strncmp(name.ptr, "custom.", 7) != 0
                     ? set_branch(config, name.ptr, value, why)
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
    return json_object_get(config->values, name);
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
