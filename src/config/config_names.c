#include "config/config_names.h"

#include "base/distance.h"

const struct config_key *config_names_find(const char *name)
{
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0) {
            return key;
        }
    }
    return NULL;
}

bool config_names_is_section(const struct config_key *key)
{
    return key->type == CONFIG_SECTION || key->type == CONFIG_SWITCHES;
}

const struct config_key *config_names_find_section(const char *name, const char **member)
{
    struct str whole = str_from(name);

    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        size_t len = strlen(key->name);

        if (config_names_is_section(key) && str_starts_with(whole, str_from(key->name)) &&
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

bool config_names_is_top(struct str name)
{
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        if (str_eq(first_part(str_from(key->name)), first_part(name))) {
            return true;
        }
    }
    return false;
}

bool config_names_is_branch(struct str name)
{
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        struct str top = first_part(str_from(key->name));

        if (str_eq(top, name) && (config_names_is_section(key) || key->name[top.len] == '.')) {
            return true;
        }
    }
    return false;
}

/* ---- the nearest one, for whoever mistyped it ---- */

const char *config_names_find_nearest(const char *name)
{
    const char *nearest = NULL;
    size_t best = strlen(name) / 2 + 1;

    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        size_t d = distance_between(str_from(name), str_from(key->name));

        if (d < best) {
            best = d;
            nearest = key->name;
        }
    }
    return nearest;
}
