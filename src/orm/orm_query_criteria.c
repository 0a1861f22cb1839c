#include "base/macros.h"
#include "orm/orm_query_reader.h"
#include "schema/coerce.h"

#include <math.h>
#include <sails/err.h>

enum {
    PAGE_SIZE = 30 /* Waterline's */
};

static struct criteria_options options_of(const struct query_reader *r)
{
    return (struct criteria_options){.allows_deep_targets = r->query->meta.allows_deep_targets,
                                     .like_ignores_case = r->query->meta.like_ignores_case};
}

/* ---- what a method does not take ---- */

static bool has_any(const json_t *criteria, const char *const *clauses, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (json_object_get(criteria, clauses[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_about_one(enum orm_method method)
{
    return method == ORM_FIND_ONE || method == ORM_UPDATE_ONE || method == ORM_DESTROY_ONE ||
           method == ORM_ARCHIVE_ONE;
}

/* Whoever writes 0 or '' has not meant all records; nor null, where records are changed. (What is about
 * one record has words of its own for what is too broad.) */
static bool is_no_criteria(const json_t *criteria, enum orm_method method)
{
    if (criteria == NULL || json_is_null(criteria)) {
        return !is_about_one(method);
    }
    return (json_is_number(criteria) && json_number_value(criteria) == 0) ||
           (json_is_string(criteria) && json_string_length(criteria) == 0);
}

static bool changes_records(enum orm_method method)
{
    return method == ORM_UPDATE || method == ORM_UPDATE_ONE || method == ORM_DESTROY ||
           method == ORM_DESTROY_ONE || method == ORM_ARCHIVE || method == ORM_ARCHIVE_ONE;
}

static int check_clauses(struct query_reader *r, json_t *criteria)
{
    static const char *const projections[] = {"select", "omit"};
    static const char *const pages[] = {"limit", "skip", "sort"};
    enum orm_method method = r->query->method;
    bool is_paged = method == ORM_FIND || method == ORM_STREAM;

    if (method != ORM_FIND_ONE && !is_paged &&
        has_any(criteria, projections, ARRAY_LEN(projections))) {
        return orm_query_refuse(r, ORM_E_INVALID_CRITERIA,
                                "Cannot use `select`/`omit` with this method (`%s`).",
                                orm_method_name(method));
    }
    if (!is_paged && has_any(criteria, pages, ARRAY_LEN(pages))) {
        return orm_query_refuse(r, ORM_E_INVALID_CRITERIA,
                                "Cannot use `limit`, `skip`, or `sort` with this method (`%s`).",
                                orm_method_name(method));
    }
    return 0;
}

/* ---- paginate(page, size) ---- */

/* As JavaScript multiplies it: null is 0, and what is no number spoils the product. */
static int number_of(json_t *value, double *out)
{
    json_t *number = NULL;
    int rc = 0;

    *out = 0;
    if (json_is_null(value)) {
        return 0;
    }
    rc = coerce_to_number(value, &number);
    *out = rc == 0 ? json_number_value(number) : NAN;
    json_decref(number);
    return rc == SAILS_ENOMEM ? rc : 0;
}

/* paginate({page, limit}), as it was in earlier versions, too. */
static int read_page(struct query_reader *r, double *page, json_t **size)
{
    json_t *given = r->call->page;

    if (given == NULL) {
        *page = 0;
        return 0;
    }
    if (json_is_object(given) || json_is_array(given)) {
        json_t *limit = json_object_get(given, "limit");

        given = json_object_get(given, "page");
        *size = *size == NULL ? limit : *size;
    }
    return given == NULL ? 0 : number_of(given, page);
}

/* Not a number: a text that is none, so that it is refused as any other. */
static json_t *make_number(double number)
{
    if (!isfinite(number)) {
        return json_string("NaN");
    }
    return number == floor(number) && fabs(number) < 1e15 ? json_integer((json_int_t)number)
                                                          : json_real(number);
}

/* The criteria as clauses, a copy that may be changed. NULL: no memory. */
static json_t *expand(json_t *criteria)
{
    static const char *const clauses[] = {"where", "limit", "skip", "sort", "select", "omit"};

    if (criteria == NULL) {
        return json_object();
    }
    return has_any(criteria, clauses, ARRAY_LEN(clauses)) ? json_copy(criteria)
                                                          : json_pack("{s:O}", "where", criteria);
}

/* Page and size stand for skip and limit, which give way. */
static int paginate(struct query_reader *r, json_t **criteria)
{
    json_t *size_given = r->call->page_size;
    json_t *expanded = NULL;
    double page = 0;
    double size = PAGE_SIZE;
    int rc = read_page(r, &page, &size_given);

    if (rc < 0) {
        return rc;
    }
    if (json_is_number(size_given)) {
        size = json_number_value(size_given);
    }
    expanded = arena_keep_new(&r->query->arena, expand(*criteria));
    if (expanded == NULL || json_object_set_new(expanded, "skip", make_number(page * size)) != 0 ||
        json_object_set_new(expanded, "limit", make_number(size)) != 0) {
        return SAILS_ENOMEM;
    }
    *criteria = expanded;
    return 0;
}

static bool is_paginated(const struct query_reader *r)
{
    bool can_be = r->query->method == ORM_FIND || r->query->method == ORM_STREAM;

    return can_be && (r->call->page != NULL || r->call->page_size != NULL);
}

/* ---- criteria ---- */

static int check_given(struct query_reader *r, json_t *criteria)
{
    int rc = check_clauses(r, criteria);

    if (rc == 0 && changes_records(r->query->method) &&
        is_no_criteria(criteria, r->query->method)) {
        return orm_query_refuse_value(
            r, ORM_E_INVALID_CRITERIA,
            "Cannot use this method with such a criteria.  (This is just a simple failsafe to help "
            "protect your data: if you really want to change all records, no problem-- please just "
            "be explicit and provide a criteria of `{}`.)  It was: ",
            criteria);
    }
    return rc;
}

int orm_query_check_breadth(const struct orm_query *q, struct orm_error *error)
{
    const char *name = orm_method_name(is_about_one(q->method) ? q->method : ORM_FIND_ONE);

    if (q->criteria.where != NULL || q->criteria.matches_nothing) {
        return 0;
    }
    return orm_error_set_usage(
        error, ORM_E_INVALID_CRITERIA, q->model->identity.ptr,
        "Cannot `%s()` without specifying a more specific `where` clause (the provided `where` "
        "clause, `{}`, is too broad).%s",
        name,
        strcmp(name, "findOne") == 0
            ? "  (If you want to work around this, use `.find().limit(1)`.)"
            : "");
}

int orm_query_criteria_read(struct query_reader *r)
{
    struct orm_query *q = r->query;
    struct buf problem = {0};
    json_t *json = r->call->criteria;
    int rc = check_given(r, json);

    if (rc == 0 && is_paginated(r)) {
        rc = paginate(r, &json);
    }
    if (rc < 0) {
        return rc;
    }
    rc = criteria_read(&q->criteria, &q->arena, q->model, json, options_of(r), &problem);
    rc = orm_query_told(r, rc, ORM_E_INVALID_CRITERIA, "", &problem);
    if (rc < 0) {
        return rc;
    }
    q->is_noop = q->criteria.matches_nothing;
    if (q->is_noop) {
        return 0;
    }
    if (q->method == ORM_FIND_ONE) {
        q->criteria.limit = 2; /* so that a second one is seen */
    }
    return is_about_one(q->method) ? orm_query_check_breadth(q, r->error) : 0;
}

/* ---- populates ---- */

static int refuse_populate(struct query_reader *r, const char *name, const char *why)
{
    return orm_query_refuse(r, ORM_E_INVALID_POPULATES, "Could not populate `%s`.  %s", name, why);
}

static int check_populate(struct query_reader *r, const char *name,
                          const struct orm_attribute *attribute)
{
    const struct criteria *criteria = &r->query->criteria;

    if (attribute == NULL) {
        return refuse_populate(r, name,
                               "There is no attribute of that name defined in this model.");
    }
    if (attribute->association == ORM_PLAIN) {
        return refuse_populate(r, name,
                               "That attribute is not defined as a \"collection\" or \"model\" "
                               "association, and thus cannot be populated.");
    }
    for (size_t i = 0; i < criteria->n_omit; i++) {
        if (criteria->omit[i] == attribute) {
            return refuse_populate(r, name,
                                   "Cannot populate AND omit an association at the same time!");
        }
    }
    for (size_t i = 0; i < criteria->n_sorts; i++) {
        if (criteria->sorts[i].attribute == attribute) {
            return refuse_populate(r, name,
                                   "Cannot populate AND sort by an association at the same time!");
        }
    }
    return 0;
}

static int check_to_one(struct query_reader *r, const char *name, json_t *json)
{
    if (json_is_true(json) || (json_is_object(json) && json_object_size(json) == 0)) {
        return 0;
    }
    return refuse_populate(
        r, name,
        "This is a singular (\"model\") association, which means it never refers "
        "to more than _one_ associated record.  So passing in subcriteria is not "
        "supported for this association.");
}

static int read_to_many(struct query_reader *r, const struct orm_attribute *attribute, json_t *json,
                        struct orm_populate *populate)
{
    struct criteria *criteria = arena_alloc(&r->query->arena, sizeof(*criteria));
    struct buf problem = {0};
    char before[128];
    int rc = 0;

    if (criteria == NULL) {
        return SAILS_ENOMEM;
    }
    populate->criteria = criteria;
    rc = criteria_read(criteria, &r->query->arena, attribute->other,
                       json_is_true(json) ? NULL : json, options_of(r), &problem);
    snprintf(
        before, sizeof(before),
        "Could not use the specified subcriteria for populating `%.60s`: ", attribute->name.ptr);
    return orm_query_told(r, rc, ORM_E_INVALID_POPULATES, before, &problem);
}

static int read_populate(struct query_reader *r, const char *name, json_t *json)
{
    struct orm_query *q = r->query;
    const struct orm_attribute *attribute = model_find_attribute(q->model, str_from(name));
    struct orm_populate *populate = &q->populates[q->n_populates];
    int rc = 0;

    if (json_is_false(json)) {
        return 0;
    }
    rc = check_populate(r, name, attribute);
    if (rc < 0) {
        return rc;
    }
    *populate = (struct orm_populate){.attribute = attribute};
    rc = attribute->association == ORM_TO_ONE ? check_to_one(r, name, json)
                                              : read_to_many(r, attribute, json, populate);
    if (rc == 0) {
        q->n_populates++;
    }
    return rc;
}

int orm_query_criteria_read_populates(struct query_reader *r)
{
    struct orm_query *q = r->query;
    json_t *populates = r->call->populates;
    const char *name = NULL;
    json_t *json = NULL;
    int rc = 0;

    if (populates == NULL) {
        return 0;
    }
    if (!json_is_object(populates)) {
        return orm_query_refuse_value(
            r, ORM_E_INVALID_POPULATES,
            "`populates` must be a dictionary.  But instead, got: ", populates);
    }
    q->populates = arena_calloc(&q->arena, json_object_size(populates), sizeof(*q->populates));
    if (q->populates == NULL) {
        return SAILS_ENOMEM;
    }
    json_object_foreach(populates, name, json)
    {
        rc = read_populate(r, name, json);
        if (rc < 0) {
            break;
        }
    }
    return rc;
}
