#include "base/json_value.h"
#include "base/macros.h"
#include "orm/criteria_reader.h"
#include "orm/value_fit.h"
#include "schema/coerce.h"
#include "schema/inspect.h"

#include <assert.h>
#include <sails/err.h>

/*
 * A constraint is what stands beside the name of an attribute: a value to be equal to, a list to be in, or
 * an object with one modifier (criteria_where.c has taken objects with several apart).
 */

struct constraint {
    struct criteria_reader *r;
    const char *key; /* as it was written, with a path if there is one */
    struct predicate *out;
};

/* ---- words ---- */

static int refuse(const struct constraint *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void begin_problem(const struct constraint *c)
{
    buf_printf(c->r->problem,
               "Could not use the provided `where` clause.  Could not filter by `%s`: ", c->key);
}

static int end_problem(const struct constraint *c)
{
    return buf_error(c->r->problem) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
}

static int refuse(const struct constraint *c, const char *format, ...)
{
    va_list args;

    begin_problem(c);
    va_start(args, format);
    buf_vprintf(c->r->problem, format, args);
    va_end(args);
    return end_problem(c);
}

static int refuse_shown(const struct constraint *c, const char *before, json_t *value)
{
    begin_problem(c);
    buf_append_str(c->r->problem, str_from(before));
    inspect_value(c->r->problem, value);
    return end_problem(c);
}

/* ---- whom it is about ---- */

static int find_deep(const struct constraint *c, size_t dot)
{
    const struct orm_attribute *attribute = c->out->attribute;
    struct str path = str_from(c->key + dot + 1);
    const char *copy = NULL;

    if (attribute->type != ORM_JSON && attribute->type != ORM_REF) {
        return refuse(
            c,
            "Cannot use dot notation in a constraint for the `%s` attribute.  Dot notation "
            "is only supported for fields which might potentially contain embedded JSON.",
            attribute->name.ptr);
    }
    copy = arena_strndup(c->r->arena, path.ptr, path.len);
    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    c->out->path = (struct str){copy, path.len};
    return 0;
}

static int find_target(const struct constraint *c)
{
    const struct orm_model *model = c->r->model;
    size_t len = strlen(c->key);
    size_t dot = str_find((struct str){c->key, len}, '.');
    struct str name = {c->key, dot};

    if (dot < len && !c->r->options.allows_deep_targets) {
        return refuse(c, "Cannot use dot notation in a constraint target without enabling "
                         "experimental support for \"deep targets\".  Please try again with "
                         "`.meta({enableExperimentalDeepTargets:true})`.");
    }
    c->out->attribute = model_find_attribute(model, name);
    if (c->out->attribute == NULL) {
        return refuse(c,
                      "`%.*s` is not a recognized attribute for this model (`%s`).  And since the "
                      "model declares `schema: true`, this is not allowed.",
                      STR_FMT(name), model->identity.ptr);
    }
    if (c->out->attribute->association == ORM_TO_MANY) {
        return refuse(c,
                      "Cannot filter by `%.*s` because it is a plural association (which wouldn't "
                      "make sense).",
                      STR_FMT(name));
    }
    return dot < len ? find_deep(c, dot) : 0;
}

/* ---- values ---- */

/* What is below a json attribute may be of any type. */
static int fit(const struct constraint *c, const char *before, json_t *value, json_t **out)
{
    const struct orm_attribute *attribute = c->out->attribute;
    enum orm_type type = c->out->path.len > 0 ? ORM_JSON : attribute->type;
    int rc = 0;

    if (json_is_null(value)) {
        *out = value;
        return 0;
    }
    rc = value_fit(type, VALUE_TO_COMPARE, value, c->r->arena, out);
    if (rc != SAILS_EINVAL) {
        return rc;
    }
    begin_problem(c);
    buf_append_str(c->r->problem, str_from(before));
    if (attribute->association == ORM_TO_ONE) {
        buf_printf(c->r->problem,
                   "The corresponding attribute (`%s`) is a singular (\"model\") association, but "
                   "the provided value does not match the declared type of the primary key "
                   "attribute for the associated model (`%s`).  ",
                   attribute->name.ptr, attribute->other->identity.ptr);
    } else {
        buf_append_str(c->r->problem, STR("Does not match the declared data type of the "
                                          "corresponding attribute.  "));
    }
    value_fit_explain(type, value, c->r->problem);
    return end_problem(c);
}

/* ---- the modifiers ---- */

static int read_equal(const struct constraint *c, json_t *value)
{
    c->out->kind = PREDICATE_EQ;
    return fit(c, "", value, &c->out->value);
}

static int add_items(const struct constraint *c, const char *name, json_t *list)
{
    size_t n = json_array_size(list);
    char before[64];

    if (n > CRITERIA_VALUES_MAX - c->r->n_values) {
        buf_printf(c->r->problem,
                   "Could not filter by `%s`: there are more than %d values in lists of this "
                   "criteria.",
                   c->key, (int)CRITERIA_VALUES_MAX);
        return buf_error(c->r->problem) == 0 ? SAILS_ETOOBIG : SAILS_ENOMEM;
    }
    c->r->n_values += n;
    snprintf(before, sizeof(before), "Invalid item within `%s` modifier array.  ", name);
    c->out->values = arena_alloc(c->r->arena, n * sizeof(json_t *));
    if (c->out->values == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_array_get(list, i);
        int rc = 0;

        if (json_is_null(item)) {
            return refuse(c,
                          "Got unsupported value (`null`) in an `%s` modifier array.  Please use "
                          "`or: [{ %s: %s }, ...]` instead.",
                          name, c->key, c->out->kind == PREDICATE_IN ? "null" : "{ '!=': null }");
        }
        rc = fit(c, before, item, &c->out->values[i]);
        if (rc < 0) {
            return rc;
        }
    }
    c->out->n_values = n;
    return OUTCOME_KEPT;
}

static int read_list(const struct constraint *c, const char *name, json_t *list, bool is_in)
{
    if (!json_is_array(list)) {
        begin_problem(c);
        buf_printf(c->r->problem,
                   "An `%s` modifier should always be provided as an array.  But "
                   "instead, for the `%s` modifier at `%s`, got: ",
                   name, name, c->key);
        inspect_value(c->r->problem, list);
        return end_problem(c);
    }
    if (json_array_size(list) == 0) {
        return is_in ? OUTCOME_NOTHING : OUTCOME_EVERYTHING;
    }
    c->out->kind = is_in ? PREDICATE_IN : PREDICATE_NIN;
    return add_items(c, name, list);
}

static int read_in(const struct constraint *c, const char *name, json_t *value)
{
    return read_list(c, name, value, true);
}

static int read_nin(const struct constraint *c, const char *name, json_t *value)
{
    return read_list(c, name, value, false);
}

static int read_unequal(const struct constraint *c, const char *name, json_t *value)
{
    (void)name;
    if (json_is_array(value)) {
        return read_list(c, "nin", value, false);
    }
    c->out->kind = PREDICATE_NE;
    return fit(c, "Invalid `!=` (\"not equal\") modifier.  ", value, &c->out->value);
}

static int read_order(const struct constraint *c, const char *name, json_t *value)
{
    char before[64];

    if (name[0] == '<') {
        c->out->kind = name[1] == '=' ? PREDICATE_LE : PREDICATE_LT;
    } else {
        c->out->kind = name[1] == '=' ? PREDICATE_GE : PREDICATE_GT;
    }
    if (c->out->attribute->type == ORM_BOOLEAN) {
        return refuse(c,
                      "A `%s` modifier cannot be used with a boolean attribute.  (Please use "
                      "`or` instead.)",
                      name);
    }
    snprintf(before, sizeof(before), "Invalid `%s` modifier.  ", name);
    if (json_is_null(value)) {
        return refuse(
            c,
            "%s`null` is not supported with comparison modifiers.  Please use `or: [{ %s: "
            "{ '!=': null }, ...]` instead.",
            before, c->key);
    }
    return fit(c, before, value, &c->out->value);
}

/* ---- looking in texts ---- */

static int check_is_searched(const struct constraint *c, const char *name)
{
    const struct orm_attribute *attribute = c->out->attribute;

    if (attribute->type == ORM_NUMBER || attribute->type == ORM_BOOLEAN) {
        return refuse(c,
                      "A `%s` (i.e. string search) modifier cannot be used with a boolean or "
                      "numeric attribute (it wouldn't make any sense).",
                      name);
    }
    return 0;
}

/* The text with % before and behind it, as is asked for, and what is a wildcard in it escaped: Waterline
 * escapes only %, so that there {contains: '_'} finds every text. */
static int set_pattern(const struct constraint *c, struct str text, bool before, bool behind)
{
    struct buf pattern = {0};
    json_t *value = NULL;

    buf_append_str(&pattern, before ? STR("%") : STR(""));
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\') {
            buf_append_char(&pattern, '\\');
        }
        buf_append_char(&pattern, text.ptr[i]);
    }
    buf_append_str(&pattern, behind ? STR("%") : STR(""));
    if (!pattern.failed) {
        value = arena_keep_new(c->r->arena, json_stringn(pattern.ptr, pattern.len));
    }
    buf_deinit(&pattern);
    c->out->kind = PREDICATE_LIKE;
    c->out->ignore_case = c->r->options.like_ignores_case;
    c->out->value = value;
    return value != NULL ? 0 : SAILS_ENOMEM;
}

static int read_search(const struct constraint *c, const char *name, json_t *value)
{
    json_t *text = NULL;
    int rc = check_is_searched(c, name);

    if (rc == 0) {
        rc = value_fit(ORM_STRING, VALUE_TO_COMPARE, value, c->r->arena, &text);
    }
    if (rc == SAILS_EINVAL && c->r->problem->len == 0) {
        begin_problem(c);
        buf_printf(c->r->problem, "Invalid `%s` (string search) modifier.  ", name);
        value_fit_explain(ORM_STRING, value, c->r->problem);
        return end_problem(c);
    }
    if (rc < 0) {
        return rc;
    }
    if (json_string_length(text) == 0) {
        return OUTCOME_EVERYTHING;
    }
    return set_pattern(c, (struct str){json_string_value(text), json_string_length(text)},
                       name[0] != 's', name[0] != 'e');
}

static int read_like(const struct constraint *c, const char *name, json_t *value)
{
    int rc = check_is_searched(c, name);

    if (rc < 0) {
        return rc;
    }
    if (!json_is_string(value) || json_string_length(value) == 0 || json_value_is_binary(value) ||
        strlen(json_string_value(value)) != json_string_length(value)) {
        return refuse_shown(
            c,
            "Invalid `like` (i.e. SQL-style \"LIKE\") modifier.  Should be provided "
            "as a non-empty string, using `%` symbols as wildcards, but instead, "
            "got: ",
            value);
    }
    if (strcmp(json_string_value(value), "%%") == 0) {
        return OUTCOME_EVERYTHING;
    }
    c->out->kind = PREDICATE_LIKE;
    c->out->ignore_case = c->r->options.like_ignores_case;
    c->out->value = value;
    return 0;
}

/* ---- the table ---- */

static const struct modifier {
    const char *name;
    int (*read)(const struct constraint *c, const char *name, json_t *value);
    const char *now; /* of old names: what they are called now */
} modifiers[] = {
    {"!=", read_unequal, NULL},        {"in", read_in, NULL},
    {"nin", read_nin, NULL},           {"<", read_order, NULL},
    {"<=", read_order, NULL},          {">", read_order, NULL},
    {">=", read_order, NULL},          {"contains", read_search, NULL},
    {"startsWith", read_search, NULL}, {"endsWith", read_search, NULL},
    {"like", read_like, NULL},         {"!", read_unequal, "!="},
    {"not", read_unequal, "!="},       {"!==", read_unequal, "!="},
    {"lessThan", read_order, "<"},     {"lessThanOrEqual", read_order, "<="},
    {"greaterThan", read_order, ">"},  {"greaterThanOrEqual", read_order, ">="},
};

static int read_modifier(const struct constraint *c, json_t *json)
{
    void *member = json_object_iter(json);
    const char *name = json_object_iter_key(member);
    json_t *value = json_object_iter_value(member);

    for (size_t i = 0; i < ARRAY_LEN(modifiers); i++) {
        if (strcmp(modifiers[i].name, name) == 0) {
            const char *now = modifiers[i].now != NULL ? modifiers[i].now : name;

            return modifiers[i].read(c, now, value);
        }
    }
    return refuse(c, "Unrecognized modifier (`%s`) within provided constraint for `%s`.", name,
                  c->key);
}

int criteria_constraint_read(struct criteria_reader *r, const char *key, json_t *value,
                             struct predicate *out)
{
    struct constraint c = {.r = r, .key = key, .out = out};
    int rc = find_target(&c);

    if (rc < 0) {
        return rc;
    }
    if (json_is_array(value)) {
        return read_list(&c, "in", value, true);
    }
    if (!json_is_object(value)) {
        return read_equal(&c, value);
    }
    if (json_object_size(value) == 0) {
        return refuse(
            &c,
            "If specifying a complex constraint, there should always be at least one "
            "modifier.  But the constraint provided as `%s` has no keys-- it is just `{}`, "
            "an empty dictionary (aka plain JavaScript object).",
            key);
    }
    assert(json_object_size(value) == 1);
    return read_modifier(&c, value);
}
