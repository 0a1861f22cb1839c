#include "orm/values.h"

#include "orm/values_reader.h"
#include "schema/inspect.h"

#include <assert.h>
#include <sails/err.h>

/* ---- members ---- */

/* Of a to-many: ids, each once. */
static int read_members(struct values_reader *r, const struct orm_attribute *attribute,
                        json_t *value, struct members *out)
{
    struct buf why = {0};
    int rc =
        values_read_ids(r->arena, attribute->other->primary_key, value, &out->ids, &out->n, &why);

    out->attribute = attribute;
    if (rc == SAILS_EINVAL || rc == SAILS_ETOOBIG) {
        int told = values_problem(r, ORM_E_TYPE, "Could not use specified `%s`.  %.*s",
                                  attribute->name.ptr, STR_FMT(buf_str(&why)));

        rc = told == SAILS_ENOMEM ? told : rc;
    }
    buf_deinit(&why);
    return rc;
}

static int make_room(struct values_reader *r, struct values *out, size_t n)
{
    out->model = r->model;
    out->n = 0;
    out->n_collections = 0;
    out->values = arena_alloc(r->arena, (n + 1) * sizeof(*out->values));
    out->collections =
        r->model->has_collections
            ? arena_alloc(r->arena, (r->model->n_attributes + 1) * sizeof(*out->collections))
            : NULL;
    return out->values != NULL && (out->collections != NULL || !r->model->has_collections)
               ? 0
               : SAILS_ENOMEM;
}

static int refuse_dictionary(struct values_reader *r, json_t *json)
{
    struct buf text = {0};
    int rc = 0;

    inspect_value(&text, json);
    buf_append_char(&text, '\0');
    rc = buf_error(&text) < 0
             ? SAILS_ENOMEM
             : values_problem(r, ORM_E_HIGHLY_IRREGULAR,
                              "Expecting a dictionary, but instead, got: %s", text.ptr);
    buf_deinit(&text);
    return rc;
}

/* ---- new records ---- */

/* The values that were given, in their order; by the attribute's index into `given`. */
static int read_given(struct values_reader *r, json_t *json, json_t **given, struct values *out)
{
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    json_object_foreach(json, name, value)
    {
        const struct orm_attribute *attribute = model_find_attribute(r->model, str_from(name));

        if (attribute == NULL) {
            continue; /* waterline 3: dropped */
        }
        if (attribute->association == ORM_TO_MANY) {
            rc = read_members(r, attribute, value, &out->collections[out->n_collections]);
            out->n_collections++;
        } else {
            rc = values_read_value(r, attribute, value, &given[attribute->index]);
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int refuse_missing(struct values_reader *r, const struct orm_attribute *attribute)
{
    const struct orm_attribute *key =
        attribute->association == ORM_TO_ONE ? attribute->other->primary_key : attribute;

    return values_problem(r, ORM_E_REQUIRED,
                          "Missing value for required attribute `%s`.  Expected a %s, but instead, "
                          "got: undefined",
                          attribute->name.ptr, model_type_name(key->type));
}

static int complete(struct values_reader *r, const struct orm_attribute *attribute, json_t **value)
{
    if (*value != NULL) {
        return 0;
    }
    if (attribute->auto_created_at || attribute->auto_updated_at) {
        return values_timestamp(r, attribute, value);
    }
    if (attribute->base_value == NULL) {
        return refuse_missing(r, attribute);
    }
    *value = attribute->base_value;
    return 0;
}

static int read_record(struct values_reader *r, json_t *json, struct values *out)
{
    const struct orm_model *model = r->model;
    json_t **given = arena_calloc(r->arena, model->n_attributes + 1, sizeof(json_t *));
    int rc = given != NULL ? make_room(r, out, model->n_columns) : SAILS_ENOMEM;

    rc = rc == 0 ? read_given(r, json, given, out) : rc;
    for (unsigned i = 0; i < model->n_columns && rc == 0; i++) {
        const struct orm_attribute *attribute = model->columns[i];

        rc = complete(r, attribute, &given[attribute->index]);
        out->values[out->n++] = (struct value){attribute, given[attribute->index]};
    }
    return rc;
}

int values_read_new_record(struct values *out, struct arena *arena, const struct orm_model *model,
                           json_t *json, struct values_options options, struct orm_error *problem)
{
    struct values_reader r = {arena, model, options, problem};

    if (json != NULL && !json_is_object(json)) {
        return refuse_dictionary(&r, json);
    }
    return read_record(&r, json, out);
}

/* ---- values to set ---- */

static bool is_set(const struct values *values, const struct orm_attribute *attribute)
{
    for (size_t i = 0; i < values->n; i++) {
        if (values->values[i].attribute == attribute) {
            return true;
        }
    }
    return false;
}

static int read_one_to_set(struct values_reader *r, const char *name, json_t *value,
                           struct values *out)
{
    const struct orm_attribute *attribute = model_find_attribute(r->model, str_from(name));
    json_t *made = NULL;
    int rc = 0;

    if (attribute == NULL) {
        return 0;
    }
    if (attribute->association == ORM_TO_MANY) {
        return read_members(r, attribute, value, &out->collections[out->n_collections++]);
    }
    rc = values_read_value(r, attribute, value, &made);
    if (rc == 0) {
        out->values[out->n++] = (struct value){attribute, made};
    }
    return rc;
}

static int add_timestamps(struct values_reader *r, struct values *out)
{
    for (unsigned i = 0; i < r->model->n_columns; i++) {
        const struct orm_attribute *attribute = r->model->columns[i];
        json_t *now = NULL;
        int rc = 0;

        if (!attribute->auto_updated_at || is_set(out, attribute)) {
            continue;
        }
        rc = values_timestamp(r, attribute, &now);
        if (rc < 0) {
            return rc;
        }
        out->values[out->n++] = (struct value){attribute, now};
    }
    return 0;
}

int values_read_set(struct values *out, struct arena *arena, const struct orm_model *model,
                    json_t *json, struct values_options options, struct orm_error *problem)
{
    struct values_reader r = {arena, model, options, problem};
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    if (!json_is_object(json)) {
        return refuse_dictionary(&r, json);
    }
    rc = make_room(&r, out, json_object_size(json) + model->n_columns);
    if (rc < 0) {
        return rc;
    }
    json_object_foreach(json, name, value)
    {
        rc = read_one_to_set(&r, name, value, out);
        if (rc < 0) {
            return rc;
        }
    }
    return out->n + out->n_collections > 0 ? add_timestamps(&r, out) : 0;
}

/* ---- for callbacks ---- */

static json_t *members_to_json(const struct members *members)
{
    json_t *list = json_array();

    for (size_t i = 0; i < members->n; i++) {
        if (json_array_append(list, members->ids[i]) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static int add_collections(json_t *json, const struct values *values, bool is_new_record)
{
    const struct orm_model *model = values->model;
    int rc = 0;

    for (size_t i = 0; i < values->n_collections && rc == 0; i++) {
        const struct members *members = &values->collections[i];

        rc = json_object_set_new_nocheck(json, members->attribute->name.ptr,
                                         members_to_json(members));
    }
    for (unsigned i = 0; is_new_record && i < model->n_attributes && rc == 0; i++) {
        const struct orm_attribute *attribute = &model->attributes[i];

        if (attribute->association == ORM_TO_MANY &&
            json_object_get(json, attribute->name.ptr) == NULL) {
            rc = json_object_set_new_nocheck(json, attribute->name.ptr, json_array());
        }
    }
    return rc;
}

json_t *values_to_json(const struct values *values, bool is_new_record)
{
    json_t *json = json_object();
    int rc = json != NULL ? 0 : -1;

    for (size_t i = 0; i < values->n && rc == 0; i++) {
        rc = json_object_set_new_nocheck(json, values->values[i].attribute->name.ptr,
                                         json_deep_copy(values->values[i].value));
    }
    if (rc < 0 || add_collections(json, values, is_new_record) < 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/* Empty collections of a new record say nothing. */
static bool has_members(json_t *value, bool is_new_record)
{
    return !json_is_null(value) &&
           !(is_new_record && json_is_array(value) && json_array_size(value) == 0);
}

int values_from_json(struct values *out, struct arena *arena, const struct orm_model *model,
                     json_t *json, bool is_new_record, struct orm_error *problem)
{
    struct values_reader r = {.arena = arena, .model = model, .problem = problem};
    const char *name = NULL;
    json_t *value = NULL;
    int rc = make_room(&r, out, json_object_size(json));

    if (rc < 0) {
        return rc;
    }
    json_object_foreach(json, name, value)
    {
        const struct orm_attribute *attribute = model_find_attribute(model, str_from(name));
        json_t *kept = arena_keep(arena, value);

        if (kept == NULL) {
            return SAILS_ENOMEM;
        }
        if (attribute == NULL) {
            continue;
        }
        if (attribute->association != ORM_TO_MANY) {
            out->values[out->n++] = (struct value){attribute, kept};
        } else if (has_members(value, is_new_record)) {
            rc = read_members(&r, attribute, value, &out->collections[out->n_collections++]);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return 0;
}
