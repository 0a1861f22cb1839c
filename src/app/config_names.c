#include "app/config_names.h"

const struct config_key *config_find_key(const char *name)
{
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0) {
            return key;
        }
    }
    return NULL;
}

bool config_is_section(const struct config_key *key)
{
    return key->type == CONFIG_SECTION || key->type == CONFIG_SWITCHES;
}

const struct config_key *config_find_section(const char *name, const char **member)
{
    struct str whole = str_from(name);

    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        size_t len = strlen(key->name);

        if (config_is_section(key) && str_starts_with(whole, str_from(key->name)) &&
            name[len] == '.' && name[len + 1] != '\0') {
            *member = name + len + 1;
            return key;
        }
    }
    return NULL;
}

/* ---- the first part of names ---- */

static struct str first_part(struct str name)
{
    return (struct str){name.ptr, str_find(name, '.')};
}

bool config_is_top(struct str name)
{
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        if (str_eq(first_part(str_from(key->name)), first_part(name))) {
            return true;
        }
    }
    return false;
}

bool config_is_branch(struct str name)
{
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        struct str top = first_part(str_from(key->name));

        if (str_eq(top, name) && (config_is_section(key) || key->name[top.len] == '.')) {
            return true;
        }
    }
    return false;
}

/* ---- the nearest one, for whoever mistyped it ---- */

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

const char *config_nearest_name(const char *name)
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
