#include "orm/criteria_reader.h"

#include <sails/err.h>

/*
 * "name DESC", ["name DESC", {age: "ASC"}] or {name: -1, age: 1}: attributes to sort by, each once.
 */

#define SORT_OPENING                                                                               \
    "Could not use the provided `sort` clause: The `sort` clause in the provided criteria is invalid"

static int refuse_twice(struct criteria_reader *r, const struct criteria *criteria,
                        const struct sort *sort, const char *key)
{
    for (size_t i = 0; i < criteria->n_sorts; i++) {
        if (criteria->sorts[i].attribute == sort->attribute &&
            str_eq(criteria->sorts[i].path, sort->path)) {
            return criteria_refuse(r,
                                   "Could not use the provided `sort` clause: Cannot sort by the "
                                   "same thing (`%s`) twice!",
                                   key);
        }
    }
    return 0;
}

/* "meta.a": below a json attribute. */
static int find_sort_path(struct criteria_reader *r, const char *key, size_t dot, struct sort *sort)
{
    struct str path = str_from(key + dot + 1);

    if (sort->attribute->type != ORM_JSON && sort->attribute->type != ORM_REF) {
        return criteria_refuse(
            r,
            "Could not use the provided `sort` clause: Cannot use dot notation to "
            "sort by a nested property of `%s` because the corresponding "
            "attribute is not capable of holding embedded JSON data.",
            sort->attribute->name.ptr);
    }
    sort->path = (struct str){arena_strndup(r->arena, path.ptr, path.len), path.len};
    return sort->path.ptr != NULL ? 0 : SAILS_ENOMEM;
}

static int find_sort_target(struct criteria_reader *r, const char *key, struct sort *sort)
{
    size_t len = strlen(key);
    size_t dot = str_find((struct str){key, len}, '.');
    struct str name = {key, dot};

    if (dot < len && !r->options.allows_deep_targets) {
        return criteria_refuse(r,
                               "Could not use the provided `sort` clause: Cannot use dot notation "
                               "as the target for a `sort` comparator without enabling "
                               "experimental support for \"deep targets\".  Please try again with "
                               "`.meta({enableExperimentalDeepTargets:true})`.");
    }
    sort->attribute = model_find_attribute(r->model, name);
    if (sort->attribute == NULL) {
        return criteria_refuse(r,
                               SORT_OPENING
                               ".  It indicates that we should sort by `%.*s`-- but that "
                               "is not a recognized attribute for this model (`%s`).",
                               STR_FMT(name), r->model->identity.ptr);
    }
    if (sort->attribute->association == ORM_TO_MANY) {
        return criteria_refuse(
            r,
            "Could not use the provided `sort` clause: Cannot sort by `%.*s` "
            "because it is a plural (`collection`) association, so sorting by it "
            "is not supported.",
            STR_FMT(name));
    }
    return dot < len ? find_sort_path(r, key, dot, sort) : 0;
}

static int add_sort(struct criteria_reader *r, struct criteria *criteria, struct sort *sorts,
                    const char *key, bool is_descending)
{
    struct sort *sort = &sorts[criteria->n_sorts];
    int rc = find_sort_target(r, key, sort);

    if (rc == 0) {
        rc = refuse_twice(r, criteria, sort, key);
    }
    if (rc == 0) {
        sort->is_descending = is_descending;
        criteria->n_sorts++;
    }
    return rc;
}

/* "ASC" or "DESC", in any case. */
static int read_direction(struct criteria_reader *r, const char *key, struct str text,
                          bool *is_descending)
{
    *is_descending = str_eq_nocase(text, STR("DESC"));
    if (*is_descending || str_eq_nocase(text, STR("ASC"))) {
        return 0;
    }
    return criteria_refuse(r,
                           SORT_OPENING
                           ".  It indicates that we should sort by `%s`, which is fine. "
                           " But then it suggests that Waterline should use `%.*s` as "
                           "the sort direction. (Should always be either \"ASC\" or "
                           "\"DESC\".)",
                           key, STR_FMT(text));
}

/* "name DESC": exactly one run of blanks, and nothing around it. */
static int read_sort_text(struct criteria_reader *r, struct criteria *criteria, struct sort *sorts,
                          json_t *value)
{
    static const char blanks[] = " \t\n\v\f\r";
    const char *text = json_string_value(value);
    size_t name_len = strcspn(text, blanks);
    const char *rest = text + name_len + strspn(text + name_len, blanks);
    struct str direction = {rest, strcspn(rest, blanks)};
    bool is_whole = rest[direction.len] == '\0' && strlen(text) == json_string_length(value);
    char *key = NULL;
    bool is_descending = false;
    int rc = 0;

    if (name_len == 0 || !is_whole || (direction.len == 0 && rest != text + name_len)) {
        return criteria_refuse_value(r, value,
                                     "Could not use the provided `sort` clause: Invalid `sort` "
                                     "clause in criteria. If specifying a string, it should look "
                                     "like e.g. `'emailAddress ASC'`.  But instead, got: ");
    }
    key = arena_strndup(r->arena, text, name_len);
    if (key == NULL) {
        return SAILS_ENOMEM;
    }
    if (direction.len > 0) {
        rc = read_direction(r, key, direction, &is_descending);
    }
    return rc < 0 ? rc : add_sort(r, criteria, sorts, key, is_descending);
}

/* {name: 'DESC'}, in a list. */
static int read_sort_object(struct criteria_reader *r, struct criteria *criteria,
                            struct sort *sorts, json_t *value)
{
    void *member = json_object_iter(value);
    json_t *direction = json_object_iter_value(member);
    bool is_descending = false;
    int rc = 0;

    if (json_object_size(value) != 1) {
        return criteria_refuse_value(r, value,
                                     SORT_OPENING
                                     ", because one of its items does not have exactly "
                                     "one key like `{ fullName: 'DESC' }`: ");
    }
    const char *key = json_object_iter_key(member);

    if (!json_is_string(direction)) {
        return criteria_refuse_value(r, direction,
                                     SORT_OPENING
                                     ".  It indicates that we should sort by `%s`, but "
                                     "the sort direction should be either \"ASC\" or "
                                     "\"DESC\".  Instead, got: ",
                                     key);
    }
    rc = read_direction(r, key,
                        (struct str){json_string_value(direction), json_string_length(direction)},
                        &is_descending);
    return rc < 0 ? rc : add_sort(r, criteria, sorts, key, is_descending);
}

static int read_sort_list(struct criteria_reader *r, struct criteria *criteria, struct sort *sorts,
                          json_t *list)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);

        if (json_is_string(item)) {
            rc = read_sort_text(r, criteria, sorts, item);
        } else if (json_is_object(item)) {
            rc = read_sort_object(r, criteria, sorts, item);
        } else {
            rc = criteria_refuse_value(r, item,
                                       SORT_OPENING ", because one of its items has an unexpected "
                                                    "data type: ");
        }
    }
    return rc;
}

/* {name: -1, age: 1}: as MongoDB has it. */
static int read_sort_numbers(struct criteria_reader *r, struct criteria *criteria,
                             struct sort *sorts, json_t *object)
{
    const char *key = NULL;
    json_t *direction = NULL;
    int rc = 0;

    json_object_foreach(object, key, direction)
    {
        double number = json_number_value(direction);

        if (rc < 0) {
            break;
        }
        if (number != 1 && number != -1) {
            return criteria_refuse_value(r, object,
                                         SORT_OPENING ".  If specified as a dictionary, it should "
                                                      "use -1 and 1 for the sort direction.  But "
                                                      "instead, got: ");
        }
        rc = add_sort(r, criteria, sorts, key, number < 0);
    }
    return rc;
}

int criteria_sort_read(struct criteria_reader *r, json_t *json, struct criteria *criteria)
{
    json_t *value = json_object_get(json, "sort");
    size_t n = json_is_object(value) ? json_object_size(value) : json_array_size(value);
    struct sort *sorts = NULL;

    if (value == NULL) {
        return 0;
    }
    if (n > CRITERIA_SORTS_MAX) {
        buf_printf(r->problem,
                   "Could not use the provided `sort` clause: no more than %d attributes "
                   "are possible.",
                   (int)CRITERIA_SORTS_MAX);
        return buf_error(r->problem) == 0 ? SAILS_ETOOBIG : SAILS_ENOMEM;
    }
    sorts = arena_calloc(r->arena, n + 1, sizeof(*sorts));
    if (sorts == NULL) {
        return SAILS_ENOMEM;
    }
    criteria->sorts = sorts;
    if (json_is_string(value)) {
        return read_sort_text(r, criteria, sorts, value);
    }
    if (json_is_array(value)) {
        return read_sort_list(r, criteria, sorts, value);
    }
    if (json_is_object(value)) {
        return read_sort_numbers(r, criteria, sorts, value);
    }
    return criteria_refuse_value(r, value,
                                 SORT_OPENING ".  If specified, it should be either a string like "
                                              "`'fullName DESC'`, or an array like `[ { fullName: "
                                              "'DESC' } ]`.  But instead, got: ");
}
