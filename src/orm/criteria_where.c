#include "base/json_parse.h"
#include "orm/criteria_reader.h"
#include "schema/coerce.h"

#include <assert.h>
#include <sails/err.h>

/* ---- tools ---- */

int criteria_to_number(json_t *value, json_t **number)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    json_t *trimmed = NULL;
    int rc = 0;

    if (!json_is_string(value)) {
        return coerce_to_number(value, number);
    }
    text = str_trim(text);
    trimmed = json_stringn_nocheck(text.len > 0 ? text.ptr : "", text.len);
    rc = trimmed != NULL ? coerce_to_number(trimmed, number) : SAILS_ENOMEM;
    json_decref(trimmed);
    return rc;
}

bool criteria_is_nothing(const json_t *json)
{
    return (json_is_array(json) && json_array_size(json) == 0) ||
           (json_is_string(json) && json_string_length(json) == 0) ||
           (json_is_integer(json) && json_integer_value(json) == 0) ||
           (json_is_real(json) && json_real_value(json) == 0);
}

struct predicate *criteria_predicate(struct criteria_reader *r, enum predicate_kind kind, int *rc)
{
    struct predicate *p = NULL;

    if (r->n_predicates == CRITERIA_PREDICATES_MAX) {
        *rc = criteria_problem(r, "The criteria has more than %d conditions.",
                               CRITERIA_PREDICATES_MAX);
        *rc = *rc == SAILS_ENOMEM ? *rc : SAILS_ETOOBIG;
        return NULL;
    }
    r->n_predicates++;
    p = arena_calloc(r->arena, 1, sizeof(*p));
    if (p == NULL) {
        *rc = SAILS_ENOMEM;
        return NULL;
    }
    p->kind = kind;
    return p;
}

static bool may_have_path(const struct criteria_reader *r, const struct orm_attribute *attribute)
{
    return r->options.allows_deep_targets && attribute != NULL &&
           (attribute->type == ORM_JSON || attribute->type == ORM_REF) &&
           attribute->association == ORM_PLAIN;
}

int criteria_find_target(struct criteria_reader *r, struct str name, const char *purpose,
                         const struct orm_attribute **attribute, struct str *path)
{
    const struct orm_model *model = r->criteria->model;
    size_t dot = str_find(name, '.');
    const struct orm_attribute *found = model_find_attribute(model, name);

    *path = (struct str){NULL, 0};
    if (found == NULL && dot < name.len) {
        found = model_find_attribute(model, (struct str){name.ptr, dot});
        if (!may_have_path(r, found)) {
            return criteria_problem(r,
                                    "Cannot %s `%.*s`: dots are for json attributes, with the meta "
                                    "key `enableExperimentalDeepTargets`.",
                                    purpose, STR_FMT(name));
        }
        path->len = name.len - dot - 1;
        path->ptr = arena_strndup(r->arena, name.ptr + dot + 1, path->len);
        if (path->ptr == NULL) {
            return SAILS_ENOMEM;
        }
    }
    if (found == NULL) {
        return criteria_problem(r, "Cannot %s `%.*s`: it is no attribute of `%s`.", purpose,
                                STR_FMT(name), model->identity.ptr);
    }
    if (found->association == ORM_TO_MANY) {
        return criteria_problem(r, "Cannot %s `%.*s`: it is a plural (\"collection\") association.",
                                purpose, STR_FMT(name));
    }
    *attribute = found;
    return 0;
}

/* ---- and, or ---- */

static int read_dictionary(struct criteria_reader *r, json_t *object, struct predicate **out,
                           enum criteria_extent *extent);

int criteria_join(struct criteria_reader *r, struct predicate *first, struct predicate **out)
{
    int rc = 0;
    struct predicate *all = NULL;

    if (first->next == NULL) {
        *out = first;
        return 0;
    }
    all = criteria_predicate(r, PREDICATE_AND, &rc);
    if (all != NULL) {
        all->parts = first;
        *out = all;
    }
    return rc;
}

/* A list of parts under construction. */
struct parts {
    struct predicate *first;
    struct predicate **end;
};

static void add_part(struct parts *parts, struct predicate *part)
{
    *parts->end = part;
    /* `next` is const for readers; the list is being made. */
    memcpy(&parts->end, &(struct predicate **){(struct predicate **)(uintptr_t)&part->next},
           sizeof(parts->end));
}

static int read_branches(struct criteria_reader *r, bool is_or, json_t *list, struct parts *parts,
                         bool *is_decided)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum criteria_extent extent = CRITERIA_SOME;
        struct predicate *part = NULL;
        json_t *branch = json_array_get(list, i);
        int rc = 0;

        if (!json_is_object(branch)) {
            return criteria_problem_with(r,
                                         is_or ? "Each branch of `or` is a dictionary, not "
                                               : "Each branch of `and` is a dictionary, not ",
                                         branch);
        }
        rc = read_dictionary(r, branch, &part, &extent);
        if (rc < 0) {
            return rc;
        }
        if (extent == CRITERIA_SOME) {
            add_part(parts, part);
        } else if ((extent == CRITERIA_ALL) == is_or) {
            *is_decided = true;
        }
    }
    return 0;
}

/* What is left of an `or` (all: everything) or an `and` (nothing) that no branch decides. */
static int finish_junction(struct criteria_reader *r, bool is_or, const struct parts *parts,
                           struct predicate **out, enum criteria_extent *extent)
{
    struct predicate *junction = NULL;
    int rc = 0;

    if (parts->first == NULL) {
        *extent = is_or ? CRITERIA_NOTHING : CRITERIA_ALL;
        return 0;
    }
    junction = criteria_predicate(r, is_or ? PREDICATE_OR : PREDICATE_AND, &rc);
    if (junction == NULL) {
        return rc;
    }
    junction->parts = parts->first;
    *out = junction;
    *extent = CRITERIA_SOME;
    return 0;
}

static int read_junction(struct criteria_reader *r, bool is_or, json_t *list,
                         struct predicate **out, enum criteria_extent *extent)
{
    struct parts parts = {0};
    bool is_decided = false;
    int rc = 0;

    if (!json_is_array(list)) {
        return criteria_problem_with(r,
                                     is_or ? "`or` is a list of dictionaries, not "
                                           : "`and` is a list of dictionaries, not ",
                                     list);
    }
    if (r->depth == CRITERIA_DEPTH_MAX) {
        rc = criteria_problem(r, "`and` and `or` are nested deeper than %d.", CRITERIA_DEPTH_MAX);
        return rc == SAILS_ENOMEM ? rc : SAILS_ETOOBIG;
    }
    r->depth++;
    parts.end = &parts.first;
    rc = read_branches(r, is_or, list, &parts, &is_decided);
    r->depth--;
    if (rc < 0) {
        return rc;
    }
    if (is_decided) {
        *extent = is_or ? CRITERIA_ALL : CRITERIA_NOTHING;
        return 0;
    }
    return finish_junction(r, is_or, &parts, out, extent);
}

/* ---- dictionaries ---- */

static int read_member(struct criteria_reader *r, struct str name, json_t *value,
                       struct predicate **out, enum criteria_extent *extent)
{
    if (str_eq(name, STR("or"))) {
        return read_junction(r, true, value, out, extent);
    }
    if (str_eq(name, STR("and"))) {
        return read_junction(r, false, value, out, extent);
    }
    return criteria_read_constraint(r, name, value, out, extent);
}

static int read_dictionary(struct criteria_reader *r, json_t *object, struct predicate **out,
                           enum criteria_extent *extent)
{
    struct parts parts = {0};
    bool is_nothing = false;

    parts.end = &parts.first;
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        struct predicate *part = NULL;
        enum criteria_extent one = CRITERIA_SOME;
        int rc =
            read_member(r, (struct str){json_object_iter_key(at), json_object_iter_key_len(at)},
                        json_object_iter_value(at), &part, &one);

        if (rc < 0) {
            return rc;
        }
        is_nothing = is_nothing || one == CRITERIA_NOTHING;
        if (one == CRITERIA_SOME) {
            add_part(&parts, part);
        }
    }
    if (is_nothing || parts.first == NULL) {
        *extent = is_nothing ? CRITERIA_NOTHING : CRITERIA_ALL;
        return 0;
    }
    *extent = CRITERIA_SOME;
    return criteria_join(r, parts.first, out);
}

/* ---- the whole ---- */

/* 5, '5', [1, 2]: of the primary key. */
static int read_shorthand(struct criteria_reader *r, json_t *json, struct predicate **out,
                          enum criteria_extent *extent)
{
    if (json_is_string(json) && json_string_length(json) == 0 &&
        r->criteria->model->primary_key->type == ORM_NUMBER) {
        return criteria_problem(r, "Invalid `where`: ''");
    }
    if (criteria_is_nothing(json)) {
        *extent = CRITERIA_NOTHING;
        return 0;
    }
    return criteria_read_constraint(r, r->criteria->model->primary_key->name, json, out, extent);
}

int criteria_read_where(struct criteria_reader *r, json_t *json)
{
    enum criteria_extent extent = CRITERIA_ALL;
    struct predicate *where = NULL;
    int rc = 0;

    if (json_is_null(json)) {
        return 0;
    }
    if (json_is_boolean(json)) {
        return criteria_problem_with(r, "Invalid `where`: ", json);
    }
    rc = json_is_object(json) ? read_dictionary(r, json, &where, &extent)
                              : read_shorthand(r, json, &where, &extent);
    if (rc == 0) {
        r->criteria->where = where;
        r->criteria->matches_nothing = r->criteria->matches_nothing || extent == CRITERIA_NOTHING;
    }
    return rc;
}
