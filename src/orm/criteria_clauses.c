#include "orm/criteria_reader.h"
#include "orm/value_fit.h"
#include "schema/coerce.h"

#include <assert.h>
#include <math.h>
#include <sails/err.h>

/* ---- limit and skip ---- */

/* As JavaScript's Number(): blanks around it do not count, and nothing is 0. NaN: it is no number. */
static int number_of_text(json_t *value, double *out)
{
    static const char blanks[] = " \t\n\v\f\r";
    const char *text = json_string_value(value);
    size_t from = strspn(text, blanks);
    size_t to = json_string_length(value);
    json_t *trimmed = NULL;
    json_t *number = NULL;
    int rc = 0;

    while (to > from && strchr(blanks, text[to - 1]) != NULL && text[to - 1] != '\0') {
        to--;
    }
    *out = 0;
    if (to <= from) {
        return 0;
    }
    trimmed = json_stringn(text + from, to - from);
    if (trimmed == NULL) {
        return SAILS_ENOMEM;
    }
    rc = coerce_to_number(trimmed, &number);
    if (rc == 0) {
        *out = json_number_value(number);
    } else if (rc == SAILS_EINVAL) {
        const char *word = json_string_value(trimmed);
        bool is_signed = word[0] == '+' || word[0] == '-';

        *out = strcmp(word + is_signed, "Infinity") != 0 ? NAN
               : word[0] == '-'                          ? -INFINITY
                                                         : INFINITY;
        rc = 0;
    }
    json_decref(number);
    json_decref(trimmed);
    return rc;
}

static int number_of(json_t *value, double *out)
{
    if (json_is_string(value)) {
        return number_of_text(value, out);
    }
    *out = json_is_number(value) ? json_number_value(value) : NAN;
    return 0;
}

static bool is_natural(double number)
{
    return number == floor(number) && number >= 0 && number <= (double)VALUE_FIT_SAFE_MAX;
}

static int read_limit(struct criteria_reader *r, json_t *json, struct criteria *criteria)
{
    json_t *value = json_object_get(json, "limit");
    double number = 0;
    int rc = 0;

    if (value == NULL || json_is_null(value)) {
        return OUTCOME_KEPT;
    }
    rc = number_of(value, &number);
    if (rc < 0) {
        return rc;
    }
    if (number == 0) {
        return OUTCOME_NOTHING;
    }
    if (number < 0 || isinf(number)) {
        return OUTCOME_KEPT;
    }
    if (!is_natural(number)) {
        return criteria_refuse_value(r, value,
                                     "The `limit` clause in the provided criteria is invalid.  If "
                                     "provided, it should be a safe, natural number.  But instead, "
                                     "got: ");
    }
    criteria->limit = (uint64_t)number;
    return OUTCOME_KEPT;
}

static int read_skip(struct criteria_reader *r, json_t *json, struct criteria *criteria)
{
    json_t *value = json_object_get(json, "skip");
    double number = 0;
    int rc = 0;

    if (value == NULL) {
        return 0;
    }
    rc = number_of(value, &number);
    if (rc == 0 && !is_natural(number)) {
        return criteria_refuse_value(r, value,
                                     "The `skip` clause in the provided criteria is invalid.  If "
                                     "provided, it should be either zero (0), or a safe, natural "
                                     "number (e.g. 4).  But instead, got: ");
    }
    if (rc == 0) {
        criteria->skip = (uint64_t)number;
    }
    return rc;
}

/* ---- select and omit ---- */

static bool has_attribute(const struct orm_attribute *const *list, size_t n,
                          const struct orm_attribute *attribute)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] == attribute) {
            return true;
        }
    }
    return false;
}

static int find_listed(struct criteria_reader *r, const char *clause, json_t *item,
                       const struct orm_attribute **out)
{
    struct str name = {json_string_value(item), json_string_length(item)};

    if (!json_is_string(item)) {
        return criteria_refuse_value(r, item,
                                     "The `%s` clause in the provided criteria is invalid.  If "
                                     "provided, it should be an array of strings.  But one of the "
                                     "items is not a string: ",
                                     clause);
    }
    *out = model_find_attribute(r->model, name);
    if (*out == NULL) {
        return criteria_refuse(r,
                               "The `%s` clause in the provided criteria contains an item (`%.*s`) "
                               "which is not a recognized attribute in this model (`%s`).",
                               clause, STR_FMT(name), r->model->identity.ptr);
    }
    return 0;
}

static int add_select(struct criteria_reader *r, struct criteria *criteria, json_t *item)
{
    const struct orm_attribute *attribute = NULL;
    int rc = find_listed(r, "select", item, &attribute);

    if (rc < 0) {
        return rc;
    }
    assert(attribute != NULL);
    if (attribute->association == ORM_TO_MANY) {
        return criteria_refuse(
            r,
            "The `select` clause in the provided criteria contains an item (`%s`) "
            "which is actually the name of a plural (\"collection\") association "
            "for this model (`%s`).  But you cannot explicitly select plural "
            "association because they're virtual attributes (use `.populate()` "
            "instead.)",
            attribute->name.ptr, r->model->identity.ptr);
    }
    if (!has_attribute(criteria->select, criteria->n_select, attribute)) {
        criteria->select[criteria->n_select++] = attribute;
    }
    return 0;
}

static bool is_star(const json_t *value)
{
    return json_is_string(value) && strcmp(json_string_value(value), "*") == 0;
}

/* No list is longer than the model: what is named twice counts once. */
static int read_select(struct criteria_reader *r, json_t *json, struct criteria *criteria)
{
    json_t *value = json_object_get(json, "select");
    size_t n = json_array_size(value);
    int rc = 0;

    if (value == NULL || is_star(value) || (n == 1 && is_star(json_array_get(value, 0)))) {
        return 0;
    }
    criteria->selects_all = false;
    criteria->select =
        arena_calloc(r->arena, (size_t)r->model->n_attributes + 1, sizeof(struct orm_attribute *));
    if (criteria->select == NULL) {
        return SAILS_ENOMEM;
    }
    if (json_is_string(value)) {
        rc = add_select(r, criteria, value);
    } else if (!json_is_array(value)) {
        return criteria_refuse_value(r, value,
                                     "The `select` clause in the provided criteria is invalid.  If "
                                     "provided, it should be an array of strings.  But instead, "
                                     "got: ");
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = add_select(r, criteria, json_array_get(value, i));
    }
    if (rc == 0 && !has_attribute(criteria->select, criteria->n_select, r->model->primary_key)) {
        criteria->select[criteria->n_select++] = r->model->primary_key;
    }
    return rc;
}

/* To-manys are left out as they are: only a populate brings them. */
static int add_omit(struct criteria_reader *r, struct criteria *criteria, json_t *item)
{
    const struct orm_attribute *attribute = NULL;
    int rc = find_listed(r, "omit", item, &attribute);

    if (rc < 0) {
        return rc;
    }
    assert(attribute != NULL);
    if (attribute->is_primary_key) {
        return criteria_refuse(r,
                               "The `omit` clause in the provided criteria explicitly attempts to "
                               "omit the primary key (`%s`), which is not possible.",
                               attribute->name.ptr);
    }
    if (attribute->association != ORM_TO_MANY &&
        !has_attribute(criteria->omit, criteria->n_omit, attribute)) {
        criteria->omit[criteria->n_omit++] = attribute;
    }
    return 0;
}

static int read_omit(struct criteria_reader *r, json_t *json, struct criteria *criteria)
{
    json_t *value = json_object_get(json, "omit");
    int rc = 0;

    if (value == NULL) {
        return 0;
    }
    if (!json_is_array(value)) {
        return criteria_refuse_value(r, value,
                                     "The `omit` clause in the provided criteria is invalid.  If "
                                     "provided, it should be an array of strings.  But instead, "
                                     "got: ");
    }
    criteria->omit =
        arena_calloc(r->arena, (size_t)r->model->n_attributes + 1, sizeof(struct orm_attribute *));
    if (criteria->omit == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; rc == 0 && i < json_array_size(value); i++) {
        rc = add_omit(r, criteria, json_array_get(value, i));
    }
    if (rc == 0 && criteria->n_omit > 0 && !criteria->selects_all) {
        return criteria_refuse(
            r, "Cannot specify both `omit` AND `select`.  Please use one or the other.");
    }
    return rc;
}

int criteria_clauses_read(struct criteria_reader *r, json_t *json, struct criteria *criteria)
{
    static int (*const steps[])(struct criteria_reader * r, json_t * json,
                                struct criteria * criteria) = {
        read_limit, read_skip, criteria_sort_read, read_select, read_omit};
    int outcome = OUTCOME_KEPT;

    for (size_t i = 0; outcome == OUTCOME_KEPT && i < ARRAY_LEN(steps); i++) {
        outcome = steps[i](r, json, criteria);
    }
    return outcome;
}
