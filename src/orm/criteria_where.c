#include "orm/criteria_reader.h"

#include <sails/err.h>

/*
 * A `where` is taken apart in Waterline's order, so that what is found out first is the same: an object of
 * several keys is an `and` of objects of one; a key is `and` or `or` with a list, or the name of an
 * attribute; an object of several modifiers is an `and` again. What matches everything or nothing
 * goes up until an `and` or an `or` can do without it.
 */

static int read_branch(struct criteria_reader *r, json_t *branch, unsigned depth,
                       struct predicate *out);

/* ---- groups ---- */

struct group {
    struct predicate *first;
    struct predicate *last;
    enum predicate_kind kind; /* AND or OR */
};

/* Keeps a part that says something. What it comes to, where that decides about the group. */
static int add_part(struct group *group, struct predicate *part, int outcome)
{
    if (outcome != OUTCOME_KEPT) {
        bool decides = (outcome == OUTCOME_EVERYTHING) == (group->kind == PREDICATE_OR);

        return decides || outcome < 0 ? outcome : OUTCOME_KEPT;
    }
    if (group->last != NULL) {
        group->last->next = part;
    } else {
        group->first = part;
    }
    group->last = part;
    return OUTCOME_KEPT;
}

static int new_predicate(struct criteria_reader *r, struct predicate **out)
{
    if (r->n_predicates == CRITERIA_PREDICATES_MAX) {
        buf_printf(r->problem,
                   "Could not use the provided `where` clause.  It has more than %d conditions.",
                   (int)CRITERIA_PREDICATES_MAX);
        return buf_error(r->problem) == 0 ? SAILS_ETOOBIG : SAILS_ENOMEM;
    }
    r->n_predicates++;
    *out = arena_calloc(r->arena, 1, sizeof(**out));
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

static int finish_group(const struct group *group, struct predicate *out)
{
    if (group->first == NULL) {
        return group->kind == PREDICATE_AND ? OUTCOME_EVERYTHING : OUTCOME_NOTHING;
    }
    *out = (struct predicate){.kind = group->kind, .parts = group->first};
    return OUTCOME_KEPT;
}

/* ---- what a key may be ---- */

static int check_depth(struct criteria_reader *r, unsigned depth)
{
    if (depth <= CRITERIA_DEPTH_MAX) {
        return 0;
    }
    buf_printf(r->problem,
               "Could not use the provided `where` clause.  It is nested deeper than %d levels.",
               (int)CRITERIA_DEPTH_MAX);
    return buf_error(r->problem) == 0 ? SAILS_ETOOBIG : SAILS_ENOMEM;
}

static int read_list(struct criteria_reader *r, const char *key, json_t *list, unsigned depth,
                     struct predicate *out)
{
    struct group group = {.kind = key[0] == 'o' ? PREDICATE_OR : PREDICATE_AND};
    int outcome = OUTCOME_KEPT;

    if (!json_is_array(list)) {
        return criteria_refuse_value(
            r, list,
            "Could not use the provided `where` clause.  Expected an array "
            "at `%s`, but instead got: ",
            key);
    }
    for (size_t i = 0; outcome == OUTCOME_KEPT && i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        struct predicate *part = NULL;

        if (!json_is_object(item)) {
            return criteria_refuse_value(
                r, item,
                "Could not use the provided `where` clause.  Expected each item within an "
                "`and`/`or` predicate's array to be a dictionary.  But instead, got: ");
        }
        outcome = new_predicate(r, &part);
        if (outcome == 0) {
            outcome = add_part(&group, part, read_branch(r, item, depth + 1, part));
        }
    }
    return outcome == OUTCOME_KEPT ? finish_group(&group, out) : outcome;
}

/* {a: {'>': 5, '<': 9}} is {and: [{a: {'>': 5}}, {a: {'<': 9}}]}. */
static int read_modifiers(struct criteria_reader *r, const char *key, json_t *modifiers,
                          unsigned depth, struct predicate *out)
{
    struct group group = {.kind = PREDICATE_AND};
    int outcome = check_depth(r, depth + 1);
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(modifiers, name, value)
    {
        struct predicate *part = NULL;
        json_t *one = NULL;

        if (outcome != OUTCOME_KEPT) {
            break;
        }
        one = arena_keep_new(r->arena, json_pack("{sO}", name, value));
        outcome = one != NULL ? new_predicate(r, &part) : SAILS_ENOMEM;
        if (outcome == 0) {
            outcome = add_part(&group, part, criteria_constraint_read(r, key, one, part));
        }
    }
    return outcome == OUTCOME_KEPT ? finish_group(&group, out) : outcome;
}

static int read_pair(struct criteria_reader *r, const char *key, json_t *value, unsigned depth,
                     struct predicate *out)
{
    if (strcmp(key, "and") == 0 || strcmp(key, "or") == 0) {
        return read_list(r, key, value, depth, out);
    }
    if (json_is_object(value) && json_object_size(value) > 1) {
        return read_modifiers(r, key, value, depth, out);
    }
    return criteria_constraint_read(r, key, value, out);
}

static int read_pairs(struct criteria_reader *r, json_t *branch, unsigned depth,
                      struct predicate *out)
{
    struct group group = {.kind = PREDICATE_AND};
    int outcome = check_depth(r, depth + 1);
    const char *key = NULL;
    json_t *value = NULL;

    json_object_foreach(branch, key, value)
    {
        struct predicate *part = NULL;

        if (outcome != OUTCOME_KEPT) {
            break;
        }
        outcome = new_predicate(r, &part);
        if (outcome == 0) {
            outcome = add_part(&group, part, read_pair(r, key, value, depth + 1, part));
        }
    }
    return outcome == OUTCOME_KEPT ? finish_group(&group, out) : outcome;
}

static int read_branch(struct criteria_reader *r, json_t *branch, unsigned depth,
                       struct predicate *out)
{
    size_t n = json_object_size(branch);
    int rc = check_depth(r, depth);

    if (rc < 0) {
        return rc;
    }
    if (n == 0) {
        return OUTCOME_EVERYTHING;
    }
    if (n > 1) {
        return read_pairs(r, branch, depth, out);
    }
    void *member = json_object_iter(branch);

    return read_pair(r, json_object_iter_key(member), json_object_iter_value(member), depth, out);
}

/* ---- the whole ---- */

int criteria_where_read(struct criteria_reader *r, json_t *json, const struct predicate **where)
{
    struct predicate *whole = NULL;
    int outcome = OUTCOME_EVERYTHING;

    if (json == NULL || json_is_null(json)) {
        return OUTCOME_EVERYTHING;
    }
    outcome = new_predicate(r, &whole);
    if (outcome < 0) {
        return outcome;
    }
    if (json_is_object(json)) {
        outcome = read_branch(r, json, 0, whole);
    } else if (json_is_array(json) || json_is_number(json) || json_is_string(json)) {
        outcome = criteria_constraint_read(r, r->model->primary_key->name.ptr, json, whole);
    } else {
        return criteria_refuse_value(r, json,
                                     "Could not use the provided `where` clause.  If provided, "
                                     "`where` clause should be a dictionary.  But instead, got: ");
    }
    if (outcome == OUTCOME_KEPT) {
        *where = whole;
    }
    return outcome;
}
