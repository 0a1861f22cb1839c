#include "blueprints/record_view.h"

/* Whether what a model's records hold is shown otherwise than it is stored: theirs, or that of what is populated. */
static bool has_views(const struct orm_model *model)
{
    bool has = model->to_json.call != NULL;

    for (unsigned i = 0; i < model->n_attributes && !has; i++) {
        const struct orm_model *other = model->attributes[i].other;

        has = other != NULL && other->to_json.call != NULL;
    }
    return has;
}

static json_t *view_own(const struct orm_model *model, json_t *record)
{
    return model->to_json.call != NULL && json_is_object(record)
               ? model->to_json.call(model->identity.ptr, record, model->to_json.ctx)
               : json_incref(record);
}

/* Of a populated association: a record, a list of them, or just a key. Records are populated one level deep. */
static json_t *view_other(const struct orm_model *model, json_t *value)
{
    json_t *list = NULL;
    size_t n = json_array_size(value);

    if (!json_is_array(value)) {
        return view_own(model, value);
    }
    list = json_array();
    for (size_t i = 0; i < n && list != NULL; i++) {
        if (json_array_append_new(list, view_own(model, json_array_get(value, i))) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* First what it holds, then itself, for its function may put that anywhere. */
static json_t *view_one(const struct orm_model *model, json_t *record)
{
    json_t *copy = json_copy(record);
    json_t *shown = NULL;

    for (unsigned i = 0; i < model->n_attributes && copy != NULL; i++) {
        const struct orm_attribute *attribute = &model->attributes[i];
        json_t *value = json_object_get(copy, attribute->name.ptr);

        if (value != NULL && attribute->other != NULL &&
            json_object_set_new(copy, attribute->name.ptr, view_other(attribute->other, value)) <
                0) {
            json_decref(copy);
            return NULL;
        }
    }
    shown = copy != NULL ? view_own(model, copy) : NULL;
    json_decref(copy);
    return shown;
}

json_t *record_view(const struct orm_model *model, json_t *record)
{
    json_t *list = NULL;
    size_t n = json_array_size(record);

    if (!has_views(model)) {
        return json_incref(record);
    }
    if (!json_is_array(record)) {
        return view_one(model, record);
    }
    list = json_array();
    for (size_t i = 0; i < n && list != NULL; i++) {
        if (json_array_append_new(list, view_one(model, json_array_get(record, i))) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
