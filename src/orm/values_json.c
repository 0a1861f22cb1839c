#include "orm/values.h"

/* Each function gives a new reference, or NULL where there is no memory. */

static json_t *members_to_json(const struct members *members)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < members->n; i++) {
        if (json_array_append(list, members->ids[i]) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static bool add_values(json_t *json, const struct values *values)
{
    for (size_t i = 0; i < values->n; i++) {
        const struct value *value = &values->values[i];

        if (json_object_set_new_nocheck(json, value->attribute->name.ptr,
                                        json_deep_copy(value->value)) != 0) {
            return false;
        }
    }
    return true;
}

static bool add_members(json_t *json, const struct values *values)
{
    for (size_t i = 0; i < values->n_collections; i++) {
        const struct members *members = &values->collections[i];

        if (json_object_set_new_nocheck(json, members->attribute->name.ptr,
                                        members_to_json(members)) != 0) {
            return false;
        }
    }
    return true;
}

/* The collections that were not given are empty ones. */
static bool add_empty(json_t *json, const struct orm_model *model)
{
    for (unsigned i = 0; i < model->n_attributes; i++) {
        const struct orm_attribute *attribute = &model->attributes[i];

        if (attribute->association == ORM_TO_MANY &&
            json_object_get(json, attribute->name.ptr) == NULL &&
            json_object_set_new_nocheck(json, attribute->name.ptr, json_array()) != 0) {
            return false;
        }
    }
    return true;
}

json_t *values_to_json(const struct values *values, bool is_new_record)
{
    json_t *json = json_object();

    if (json != NULL && add_values(json, values) && add_members(json, values) &&
        (!is_new_record || add_empty(json, values->model))) {
        return json;
    }
    json_decref(json);
    return NULL;
}
