#include "orm/values.h"

#include "orm/value_set.h"
#include "schema/inspect.h"

#include <assert.h>
#include <sails/err.h>

/* What is being read, and whose words a problem gets. */
struct reading {
    struct values *out;
    struct arena *arena;
    const struct orm_model *model;
    struct values_options *options; /* NULL: nothing is to be checked again */
    struct orm_error *problem;
    bool is_new_record;
};

/* ---- problems ---- */

/* Waterline says of a new record whether it is the type that is wrong. */
static void begin_problem(const struct reading *r, const struct value_problem *problem,
                          const struct orm_attribute *attribute, struct buf *details)
{
    bool is_type = problem->code != NULL && strcmp(problem->code, ORM_E_TYPE) == 0;

    buf_printf(details,
               r->is_new_record && is_type
                   ? "New record contains the wrong type of data for property `%s`.  "
                   : "Could not use specified `%s`.  ",
               attribute->name.ptr);
}

/* Tells the problem of one value as the record's. `rc`, or SAILS_ENOMEM. */
static int wrap(const struct reading *r, int rc, const struct orm_attribute *attribute,
                struct value_problem *problem)
{
    struct buf details = {0};
    int told = rc;

    if (rc == 0) {
        assert(problem->text.ptr == NULL && problem->rule_violations == NULL);
        return 0;
    }
    if (rc == SAILS_ENOMEM) {
        value_problem_deinit(problem);
        return rc;
    }
    if (rc != SAILS_EINVAL && rc != SAILS_ETOOBIG) {
        told = orm_error_set(r->problem, ORM_ERROR_PLAIN, rc, NULL, "Could not encrypt `%s`: %s.",
                             attribute->name.ptr, sails_strerror(rc));
    } else if (problem->code == NULL) {
        told = orm_error_set(r->problem, ORM_ERROR_PLAIN, rc, NULL, "%.*s",
                             STR_FMT(buf_str(&problem->text)));
    } else {
        begin_problem(r, problem, attribute, &details);
        buf_append_str(&details, buf_str(&problem->text));
        told = details.failed ? orm_error_set_no_memory(r->problem)
                              : orm_error_set_usage_str(r->problem, problem->code,
                                                        r->model->identity.ptr, buf_str(&details));
    }
    buf_deinit(&details);
    value_problem_deinit(problem);
    return told == SAILS_ENOMEM ? told : rc;
}

static int refuse_dictionary(const struct reading *r, json_t *json)
{
    struct buf details = {0};
    int rc = 0;

    buf_append_str(&details, r->is_new_record
                                 ? STR("Expecting new record to be provided as a dictionary (plain "
                                       "JavaScript object) but instead, got: ")
                                 : STR("Expecting a dictionary (plain JavaScript object) but "
                                       "instead, got: "));
    if (json == NULL) {
        buf_append_str(&details, STR("undefined"));
    } else {
        inspect_value(&details, json);
    }
    rc = details.failed ? orm_error_set_no_memory(r->problem)
                        : orm_error_set_usage_str(r->problem, ORM_E_HIGHLY_IRREGULAR,
                                                  r->model->identity.ptr, buf_str(&details));
    buf_deinit(&details);
    return rc;
}

/* ---- what is given ---- */

static int begin(const struct reading *r, size_t n_values)
{
    struct values *out = r->out;

    *out = (struct values){.model = r->model};
    out->values = arena_calloc(r->arena, n_values, sizeof(*out->values));
    out->collections = arena_alloc(r->arena, r->model->n_collections * sizeof(*out->collections));
    return out->values != NULL && out->collections != NULL ? 0 : SAILS_ENOMEM;
}

static int read_members(const struct reading *r, const struct orm_attribute *attribute,
                        json_t *value)
{
    struct value_problem problem = {0};
    struct members *members = &r->out->collections[r->out->n_collections];
    int rc = value_set_read_members(attribute, value, r->arena, &problem, members);

    if (rc == 0) {
        r->out->n_collections++;
    }
    return wrap(r, rc, attribute, &problem);
}

/* Of an attribute that has a column. */
static int read_value(const struct reading *r, const struct orm_attribute *attribute, json_t *value,
                      json_t **out)
{
    struct value_problem problem = {0};
    int rc = value_set_read(attribute, value, r->options, r->arena, &problem, out);

    return wrap(r, rc, attribute, &problem);
}

/* ---- new records ---- */

/* In the order in which they were given, so that the first that is wrong is told; each at the place of
 * its column. */
static int read_given(const struct reading *r, json_t *json)
{
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    json_object_foreach(json, name, value)
    {
        const struct orm_attribute *attribute = model_find_attribute(r->model, str_from(name));

        if (rc < 0) {
            break;
        }
        if (attribute == NULL) {
            continue; /* waterline 3: dropped */
        }
        rc = attribute->association == ORM_TO_MANY
                 ? read_members(r, attribute, value)
                 : read_value(r, attribute, value, &r->out->values[attribute->column_index].value);
    }
    return rc;
}

static int refuse_missing(const struct reading *r, const struct orm_attribute *attribute)
{
    static const char *const nouns[] = {[ORM_STRING] = "a string",
                                        [ORM_NUMBER] = "a number",
                                        [ORM_BOOLEAN] = "a boolean",
                                        [ORM_JSON] = "a JSON-compatible value",
                                        [ORM_REF] = "a value"};
    const char *noun = nouns[attribute->type];

    if (attribute->association == ORM_TO_ONE) {
        return orm_error_set_usage(
            r->problem, ORM_E_REQUIRED, r->model->identity.ptr,
            "Missing value for required attribute `%s`.  Expected %s (the %s "
            "of a %s), but instead, got: undefined",
            attribute->name.ptr, noun, attribute->other->primary_key->name.ptr,
            attribute->other->identity.ptr);
    }
    return orm_error_set_usage(r->problem, ORM_E_REQUIRED, r->model->identity.ptr,
                               "Missing value for required attribute `%s`.  Expected %s, but "
                               "instead, got: undefined",
                               attribute->name.ptr, noun);
}

static int complete(const struct reading *r, const struct orm_attribute *attribute, json_t **value)
{
    if (*value != NULL) {
        return 0;
    }
    if (attribute->auto_created_at || attribute->auto_updated_at) {
        *value = value_set_timestamp(attribute, r->options, r->arena);
        return *value != NULL ? 0 : SAILS_ENOMEM;
    }
    *value = attribute->base_value;
    return *value != NULL ? 0 : refuse_missing(r, attribute);
}

static int read_record(const struct reading *r, json_t *json)
{
    const struct orm_model *model = r->model;
    struct values *out = r->out;
    int rc = begin(r, model->n_columns);

    if (rc == 0) {
        rc = read_given(r, json);
    }
    for (unsigned i = 0; i < model->n_columns && rc == 0; i++) {
        out->values[i].attribute = model->columns[i];
        rc = complete(r, model->columns[i], &out->values[i].value);
        out->n++;
    }
    return rc;
}

int values_read_new_record(struct values *out, struct arena *arena, const struct orm_model *model,
                           json_t *json, struct values_options *options, struct orm_error *problem)
{
    struct reading r = {.out = out,
                        .arena = arena,
                        .model = model,
                        .options = options,
                        .problem = problem,
                        .is_new_record = true};

    if (json != NULL && !json_is_object(json)) {
        return refuse_dictionary(&r, json);
    }
    return read_record(&r, json);
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

static int read_set(const struct reading *r, json_t *json)
{
    struct values *out = r->out;
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    json_object_foreach(json, name, value)
    {
        const struct orm_attribute *attribute = model_find_attribute(r->model, str_from(name));
        json_t *read = NULL;

        if (attribute != NULL && attribute->association == ORM_TO_MANY) {
            rc = read_members(r, attribute, value);
        } else if (attribute != NULL) {
            rc = read_value(r, attribute, value, &read);
            out->values[out->n++] = (struct value){attribute, read};
        }
        if (rc < 0) {
            break;
        }
    }
    return rc;
}

static int add_timestamps(const struct reading *r)
{
    struct values *out = r->out;

    for (unsigned i = 0; i < r->model->n_timestamps; i++) {
        const struct orm_attribute *attribute = r->model->timestamps[i];
        json_t *now = NULL;

        if (is_set(out, attribute)) {
            continue;
        }
        now = value_set_timestamp(attribute, r->options, r->arena);
        if (now == NULL) {
            return SAILS_ENOMEM;
        }
        out->values[out->n++] = (struct value){attribute, now};
    }
    return 0;
}

int values_read_set(struct values *out, struct arena *arena, const struct orm_model *model,
                    json_t *json, struct values_options *options, struct orm_error *problem)
{
    struct reading r = {
        .out = out, .arena = arena, .model = model, .options = options, .problem = problem};
    int rc = 0;

    if (!json_is_object(json)) {
        return refuse_dictionary(&r, json);
    }
    rc = begin(&r, json_object_size(json) + model->n_timestamps);
    if (rc == 0) {
        rc = read_set(&r, json);
    }
    return rc == 0 ? add_timestamps(&r) : rc;
}

/* ---- from callbacks ---- */

static int take_value(const struct reading *r, json_t *json, const struct orm_attribute *attribute)
{
    json_t *value = json_object_get(json, attribute->name.ptr);

    if (value == NULL && !r->is_new_record) {
        return 0;
    }
    value = value != NULL ? value : json_null();
    r->out->values[r->out->n++] = (struct value){attribute, value};
    return 0;
}

static int take_members(const struct reading *r, json_t *json,
                        const struct orm_attribute *attribute)
{
    json_t *value = json_object_get(json, attribute->name.ptr);
    bool says_nothing = value == NULL || json_is_null(value) ||
                        (r->is_new_record && json_is_array(value) && json_array_size(value) == 0);

    return says_nothing ? 0 : read_members(r, attribute, value);
}

int values_from_json(struct values *out, struct arena *arena, const struct orm_model *model,
                     json_t *json, bool is_new_record, struct orm_error *problem)
{
    struct reading r = {.out = out,
                        .arena = arena,
                        .model = model,
                        .problem = problem,
                        .is_new_record = is_new_record};
    int rc = begin(&r, model->n_columns);

    if (rc == 0 && arena_keep(arena, json) == NULL) {
        rc = SAILS_ENOMEM;
    }
    for (unsigned i = 0; i < model->n_attributes && rc == 0; i++) {
        const struct orm_attribute *attribute = &model->attributes[i];

        rc = attribute->association == ORM_TO_MANY ? take_members(&r, json, attribute)
                                                   : take_value(&r, json, attribute);
    }
    return rc;
}
