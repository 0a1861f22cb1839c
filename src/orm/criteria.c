#include "orm/criteria.h"

#include "base/macros.h"
#include "orm/criteria_reader.h"
#include "schema/inspect.h"

#include <sails/err.h>

int criteria_refuse(struct criteria_reader *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(r->problem, format, args);
    va_end(args);
    return buf_error(r->problem) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
}

int criteria_refuse_value(struct criteria_reader *r, json_t *value, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(r->problem, format, args);
    va_end(args);
    inspect_value(r->problem, value);
    return buf_error(r->problem) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
}

/* ---- which form it has ---- */

/* Of the keys of an object: one pass over them, for most criteria have one. NULL: there is none. */
struct names {
    const char *clause;
    const char *gone; /* a clause that Waterline no longer has */
    const char *other;
};

static bool is_listed(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i][0] == name[0] && strcmp(list[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static struct names sort_names(json_t *json)
{
    static const char *const clauses[] = {"where", "limit", "skip", "sort", "select", "omit"};
    static const char *const gone[] = {"groupBy", "sum", "average", "min", "max"};
    struct names names = {NULL, NULL, NULL};

    for (void *at = json_object_iter(json); at != NULL; at = json_object_iter_next(json, at)) {
        const char *name = json_object_iter_key(at);

        if (is_listed(name, clauses, ARRAY_LEN(clauses))) {
            names.clause = name;
        } else if (is_listed(name, gone, ARRAY_LEN(gone))) {
            names.gone = name;
        } else if (names.other == NULL) {
            names.other = name;
        }
    }
    return names;
}

/* 0 and '' find nothing here: in Waterline they find everything, and nobody means that. */
static bool is_void(const json_t *json)
{
    return json_is_false(json) || (json_is_number(json) && json_number_value(json) == 0) ||
           (json_is_string(json) && json_string_length(json) == 0);
}

/* ---- the whole ---- */

/* An outcome. */
static int read_object(struct criteria_reader *r, json_t *json, struct criteria *criteria)
{
    struct names names = sort_names(json);
    int outcome = OUTCOME_KEPT;

    if (names.gone != NULL) {
        return criteria_refuse(r, "The `%s` clause is no longer supported in Sails/Waterline.",
                               names.gone);
    }
    if (names.clause == NULL) {
        return criteria_where_read(r, json, &criteria->where);
    }
    if (names.other != NULL) {
        return criteria_refuse(
            r,
            "The provided criteria contains an unrecognized property: '%s'.  If a "
            "`limit`, `skip`, `sort`, etc is defined, then any <attribute name> "
            "vs. <constraint> pairs should be explicitly contained inside the "
            "`where` clause.",
            names.other);
    }
    outcome = criteria_where_read(r, json_object_get(json, "where"), &criteria->where);
    return outcome < 0 || outcome == OUTCOME_NOTHING ? outcome
                                                     : criteria_clauses_read(r, json, criteria);
}

static int read_any(struct criteria_reader *r, json_t *json, struct criteria *criteria)
{
    if (json == NULL || json_is_null(json)) {
        return OUTCOME_EVERYTHING;
    }
    if (is_void(json)) {
        return OUTCOME_NOTHING;
    }
    if (json_is_object(json)) {
        return read_object(r, json, criteria);
    }
    if (json_is_true(json)) {
        return criteria_refuse(r,
                               "The provided criteria is invalid.  Should be a dictionary (plain "
                               "JavaScript object), but instead got: true");
    }
    return criteria_where_read(r, json, &criteria->where);
}

int criteria_read(struct criteria *criteria, struct arena *arena, const struct orm_model *model,
                  json_t *json, struct criteria_options options, struct buf *problem)
{
    struct criteria_reader r = {
        .arena = arena, .model = model, .options = options, .problem = problem};
    int outcome = 0;

    *criteria = (struct criteria){.model = model, .limit = CRITERIA_NO_LIMIT, .selects_all = true};
    if (json != NULL && arena_keep(arena, json) == NULL) {
        return SAILS_ENOMEM;
    }
    outcome = read_any(&r, json, criteria);
    criteria->matches_nothing = outcome == OUTCOME_NOTHING;
    return outcome < 0 ? outcome : 0;
}
