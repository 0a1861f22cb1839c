#include "config/config_section.h"

#include "base/mem.h"

json_t *config_section_merge(const json_t *before, const json_t *value)
{
    json_t *fresh = json_deep_copy(value);
    json_t *merged = NULL;

    if (!json_is_object(before) || !json_is_object(value)) {
        return fresh;
    }
    merged = json_deep_copy(before);
    if (fresh == NULL || merged == NULL || json_object_update_recursive(merged, fresh) != 0) {
        json_decref(merged);
        merged = NULL;
    }
    json_decref(fresh);
    return merged;
}

json_t *config_section_nest(const char *member, json_t *value)
{
    const char *dot = strchr(member, '.');
    size_t len = dot != NULL ? (size_t)(dot - member) : strlen(member);
    json_t *object = json_object();
    json_t *inner = dot != NULL ? config_section_nest(dot + 1, value) : json_incref(value);

    if (json_object_setn_new(object, member, len, inner) != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *config_section_find(json_t *section, const char *member)
{
    json_t *found = json_object_get(section, member);

    for (const char *dot = strchr(member, '.'); found == NULL && dot != NULL;
         dot = strchr(dot + 1, '.')) {
        json_t *inner = json_object_getn(section, member, (size_t)(dot - member));

        found = inner != NULL ? config_section_find(inner, dot + 1) : NULL;
    }
    return found;
}
