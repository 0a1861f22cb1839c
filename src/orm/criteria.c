#include "orm/criteria.h"

#include "orm/criteria_reader.h"
#include "schema/coerce.h"
#include "schema/inspect.h"

#include <assert.h>
#include <sails/err.h>

/*
 * The clauses of a criteria, around its `where` (criteria_where.c).
 *
 *     5, '5', [1, 2]          the primary key
 *     {name: 'a'}             no clause among the keys: all of it is `where`
 *     {where: ..., limit: 5}  clauses, and nothing else
 */

static const char *const clauses[] = {"where", "limit", "skip", "sort", "select", "omit"};
static const char *const removed[] = {"groupBy", "sum", "average", "min", "max"};

int criteria_problem(struct criteria_reader *r, const char *format, ...)
{
    va_list args;

    if (r->problem->len == 0) {
        va_start(args, format);
        buf_vprintf(r->problem, format, args);
        va_end(args);
    }
    return buf_error(r->problem) < 0 ? SAILS_ENOMEM : SAILS_EINVAL;
}

int criteria_problem_with(struct criteria_reader *r, const char *before, json_t *value)
{
    if (r->problem->len == 0) {
        buf_append_str(r->problem, str_from(before));
        inspect_value(r->problem, value);
    }
    return buf_error(r->problem) < 0 ? SAILS_ENOMEM : SAILS_EINVAL;
}

/* ---- limit and skip ---- */

static int read_limit(struct criteria_reader *r, json_t *value)
{
    json_t *number = NULL;
    double limit = 0;
    int rc = 0;

    if (json_is_null(value)) {
        return 0; /* none */
    }
    if (json_is_string(value) && json_string_length(value) == 0) {
        r->criteria->matches_nothing = true;
        return 0;
    }
    rc = criteria_to_number(value, &number);
    if (rc < 0) {
        return rc == SAILS_ENOMEM ? rc : criteria_problem_with(r, "Invalid `limit`: ", value);
    }
    limit = json_number_value(number);
    json_decref(number);
    if (limit != (double)(int64_t)limit || limit > 9007199254740991.0) {
        return criteria_problem_with(r, "`limit` must be an integer, but got: ", value);
    }
    if (limit == 0) {
        r->criteria->matches_nothing = true;
    } else if (limit > 0) {
        r->criteria->limit = (uint64_t)limit;
    }
    return 0;
}

static int read_skip(struct criteria_reader *r, json_t *value)
{
    json_t *number = NULL;
    double skip = 0;
    int rc = criteria_to_number(value, &number);

    if (rc < 0) {
        return rc == SAILS_ENOMEM ? rc : criteria_problem_with(r, "Invalid `skip`: ", value);
    }
    skip = json_number_value(number);
    json_decref(number);
    if (skip < 0 || skip > 9007199254740991.0 || skip != (double)(int64_t)skip) {
        return criteria_problem_with(r, "`skip` must be a non-negative integer, but got: ", value);
    }
    r->criteria->skip = (uint64_t)skip;
    return 0;
}

/* ---- sort ---- */

static int add_sort(struct criteria_reader *r, struct sort *sorts, struct str name,
                    bool is_descending)
{
    struct criteria *c = r->criteria;
    const struct orm_attribute *attribute = NULL;
    struct str path = {NULL, 0};
    int rc = criteria_find_target(r, name, "sort by", &attribute, &path);

    if (rc < 0) {
        return rc;
    }
    for (size_t i = 0; i < c->n_sorts; i++) {
        if (sorts[i].attribute == attribute && str_eq(sorts[i].path, path)) {
            return criteria_problem(r, "Cannot sort by the same attribute (`%.*s`) twice.",
                                    STR_FMT(name));
        }
    }
    sorts[c->n_sorts++] = (struct sort){attribute, path, is_descending};
    return 0;
}

static int read_sort_text(struct criteria_reader *r, struct sort *sorts, const json_t *text)
{
    struct str whole = {json_string_value(text), json_string_length(text)};
    size_t blank = str_find(whole, ' ');
    struct str name = {whole.ptr, blank};
    struct str direction = str_from_offset(whole, blank < whole.len ? blank + 1 : blank);

    if (name.len == 0 ||
        (blank < whole.len && !str_eq(direction, STR("ASC")) && !str_eq(direction, STR("DESC")))) {
        return criteria_problem(
            r,
            "Invalid `sort`: \"%.*s\" is not an attribute's name with ASC or DESC "
            "behind it.",
            STR_FMT(whole));
    }
    return add_sort(r, sorts, name, str_eq(direction, STR("DESC")));
}

/* Of a list: {name: 'DESC'}. */
static int read_sort_item(struct criteria_reader *r, struct sort *sorts, json_t *item)
{
    void *at = json_object_iter(item);
    const char *direction = NULL;

    if (json_is_string(item)) {
        return read_sort_text(r, sorts, item);
    }
    direction = json_string_value(json_object_iter_value(at));
    if (json_object_size(item) != 1 || direction == NULL ||
        (strcmp(direction, "ASC") != 0 && strcmp(direction, "DESC") != 0)) {
        return criteria_problem_with(r, "Invalid `sort`: each item is like {name: 'ASC'}, not ",
                                     item);
    }
    return add_sort(r, sorts, (struct str){json_object_iter_key(at), json_object_iter_key_len(at)},
                    strcmp(direction, "DESC") == 0);
}

/* A dictionary: {name: -1, age: 1}. */
static int read_sort_object(struct criteria_reader *r, struct sort *sorts, json_t *object)
{
    int rc = 0;

    for (void *at = json_object_iter(object); at != NULL && rc == 0;
         at = json_object_iter_next(object, at)) {
        json_t *direction = json_object_iter_value(at);

        if (!json_is_integer(direction) ||
            (json_integer_value(direction) != 1 && json_integer_value(direction) != -1)) {
            return criteria_problem_with(r, "Invalid `sort`: a direction is 1 or -1, not ",
                                         direction);
        }
        rc =
            add_sort(r, sorts, (struct str){json_object_iter_key(at), json_object_iter_key_len(at)},
                     json_integer_value(direction) < 0);
    }
    return rc;
}

static int read_sort_list(struct criteria_reader *r, struct sort *sorts, json_t *list)
{
    int rc = 0;

    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        rc = read_sort_item(r, sorts, json_array_get(list, i));
    }
    return rc;
}

static int read_sort(struct criteria_reader *r, json_t *value)
{
    struct sort *sorts = NULL;
    size_t n = json_is_array(value) ? json_array_size(value) : json_object_size(value);
    int rc = 0;

    if (n > CRITERIA_SORTS_MAX) {
        rc = criteria_problem(r, "`sort` has %zu keys; at most %d are allowed.", n,
                              CRITERIA_SORTS_MAX);
        return rc == SAILS_ENOMEM ? rc : SAILS_ETOOBIG;
    }
    sorts = arena_calloc(r->arena, n + 1, sizeof(*sorts));
    if (sorts == NULL) {
        return SAILS_ENOMEM;
    }
    if (json_is_string(value)) {
        rc = read_sort_text(r, sorts, value);
    } else if (json_is_array(value)) {
        rc = read_sort_list(r, sorts, value);
    } else if (json_is_object(value)) {
        rc = read_sort_object(r, sorts, value);
    } else {
        rc = criteria_problem_with(r, "Invalid `sort`: ", value);
    }
    r->criteria->sorts = sorts;
    return rc;
}

/* ---- select and omit ---- */

static int add_selected(struct criteria_reader *r, const struct orm_attribute **list, size_t *n,
                        const json_t *name, const char *clause)
{
    const struct orm_attribute *attribute =
        json_is_string(name)
            ? model_find_attribute(r->criteria->model,
                                   (struct str){json_string_value(name), json_string_length(name)})
            : NULL;

    if (attribute == NULL) {
        return criteria_problem(r, "Invalid `%s`: `%s` is no attribute of this model.", clause,
                                json_is_string(name) ? json_string_value(name) : "?");
    }
    for (size_t i = 0; i < *n; i++) {
        if (list[i] == attribute) {
            return criteria_problem(r, "Invalid `%s`: `%s` is named twice.", clause,
                                    attribute->name.ptr);
        }
    }
    list[(*n)++] = attribute;
    return 0;
}

static const struct orm_attribute **make_list(struct criteria_reader *r, const json_t *value)
{
    return arena_calloc(r->arena, json_array_size(value) + 2, sizeof(struct orm_attribute *));
}

static int read_select_list(struct criteria_reader *r, const struct orm_attribute **list,
                            const json_t *value)
{
    struct criteria *c = r->criteria;
    int rc = 0;

    for (size_t i = 0; i < json_array_size(value) && rc == 0; i++) {
        rc = add_selected(r, list, &c->n_select, json_array_get(value, i), "select");
        if (rc == 0 && list[c->n_select - 1]->association == ORM_TO_MANY) {
            return criteria_problem(r,
                                    "Invalid `select`: `%s` is a plural association: it is "
                                    "populated, not selected.",
                                    list[c->n_select - 1]->name.ptr);
        }
    }
    return rc;
}

static bool is_star(const json_t *value)
{
    return json_is_string(value) && strcmp(json_string_value(value), "*") == 0;
}

static int read_select(struct criteria_reader *r, json_t *value)
{
    struct criteria *c = r->criteria;
    const struct orm_attribute **list = NULL;
    json_t *key = NULL;
    int rc = 0;

    if (is_star(value) || (json_array_size(value) == 1 && is_star(json_array_get(value, 0)))) {
        return 0;
    }
    if (!json_is_array(value) && !json_is_string(value)) {
        return criteria_problem_with(r, "Invalid `select`: it is a list of attributes, not ",
                                     value);
    }
    list = make_list(r, value);
    if (list == NULL) {
        return SAILS_ENOMEM;
    }
    c->selects_all = false;
    c->select = list;
    rc = json_is_string(value) ? add_selected(r, list, &c->n_select, value, "select")
                               : read_select_list(r, list, value);
    (void)key;
    for (size_t i = 0; i < c->n_select && rc == 0; i++) {
        if (list[i]->is_primary_key) {
            return 0;
        }
    }
    if (rc == 0) {
        list[c->n_select++] = c->model->primary_key;
    }
    return rc;
}

static int read_omit(struct criteria_reader *r, json_t *value)
{
    struct criteria *c = r->criteria;
    const struct orm_attribute **list = make_list(r, value);
    int rc = 0;

    if (list == NULL) {
        return SAILS_ENOMEM;
    }
    if (!json_is_array(value)) {
        return criteria_problem_with(r, "Invalid `omit`: it is a list of attributes, not ", value);
    }
    c->omit = list;
    for (size_t i = 0; i < json_array_size(value) && rc == 0; i++) {
        rc = add_selected(r, list, &c->n_omit, json_array_get(value, i), "omit");
        if (rc == 0 && list[c->n_omit - 1]->is_primary_key) {
            return criteria_problem(r, "Invalid `omit`: the primary key (`%s`) is always there.",
                                    c->model->primary_key->name.ptr);
        }
    }
    if (rc == 0 && c->n_omit > 0 && !c->selects_all) {
        return criteria_problem(r, "Cannot use `omit` together with `select`.");
    }
    return rc;
}

/* ---- the whole ---- */

static bool is_among(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_clause(json_t *object)
{
    for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++) {
        if (json_object_get(object, clauses[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static int refuse_key(struct criteria_reader *r, const char *name)
{
    if (is_among(name, removed, sizeof(removed) / sizeof(removed[0]))) {
        return criteria_problem(r, "The `%s` clause is not supported any more: there are methods.",
                                name);
    }
    return criteria_problem(r,
                            "Cannot mix `%s` with clauses such as `where` or `limit`: put it into "
                            "`where`.",
                            name);
}

static int check_keys(struct criteria_reader *r, json_t *object)
{
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        if (!is_among(json_object_iter_key(at), clauses, sizeof(clauses) / sizeof(clauses[0]))) {
            return refuse_key(r, json_object_iter_key(at));
        }
    }
    return 0;
}

static int read_clause(struct criteria_reader *r, json_t *object, const char *name,
                       int (*read)(struct criteria_reader *r, json_t *value))
{
    json_t *value = json_object_get(object, name);

    return value != NULL ? read(r, value) : 0;
}

static int read_where_clause(struct criteria_reader *r, json_t *value)
{
    if (json_is_false(value)) {
        return criteria_problem(r, "Invalid `where`: false");
    }
    return criteria_read_where(r, value);
}

static int read_clauses(struct criteria_reader *r, json_t *object)
{
    int rc = check_keys(r, object);

    rc = rc == 0 ? read_clause(r, object, "where", read_where_clause) : rc;
    rc = rc == 0 ? read_clause(r, object, "limit", read_limit) : rc;
    rc = rc == 0 ? read_clause(r, object, "skip", read_skip) : rc;
    rc = rc == 0 ? read_clause(r, object, "sort", read_sort) : rc;
    rc = rc == 0 ? read_clause(r, object, "select", read_select) : rc;
    return rc == 0 ? read_clause(r, object, "omit", read_omit) : rc;
}

/* Old clauses say so, unless the model has an attribute of that name. */
static int check_removed(struct criteria_reader *r, json_t *object)
{
    for (size_t i = 0; i < sizeof(removed) / sizeof(removed[0]); i++) {
        if (json_object_get(object, removed[i]) != NULL &&
            model_find_attribute(r->criteria->model, str_from(removed[i])) == NULL) {
            return refuse_key(r, removed[i]);
        }
    }
    return 0;
}

static int read_object(struct criteria_reader *r, json_t *object)
{
    int rc = 0;

    if (has_clause(object)) {
        return read_clauses(r, object);
    }
    rc = check_removed(r, object);
    return rc == 0 ? criteria_read_where(r, object) : rc;
}

int criteria_read(struct criteria *criteria, struct arena *arena, const struct orm_model *model,
                  json_t *json, struct criteria_options options, struct buf *problem)
{
    struct criteria_reader r = {
        .criteria = criteria, .arena = arena, .options = options, .problem = problem};

    *criteria = (struct criteria){.model = model, .limit = CRITERIA_NO_LIMIT, .selects_all = true};
    if (json == NULL || json_is_null(json)) {
        return 0;
    }
    if (json_is_true(json)) {
        return criteria_problem(&r, "Invalid criteria: true");
    }
    if (json_is_false(json) || criteria_is_nothing(json)) {
        criteria->matches_nothing = true;
        return 0;
    }
    return json_is_object(json) ? read_object(&r, json) : criteria_read_where(&r, json);
}
