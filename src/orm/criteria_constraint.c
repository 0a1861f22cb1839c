#include "orm/criteria_reader.h"
#include "schema/coerce.h"
#include "schema/inspect.h"

#include <sails/err.h>

/* ---- values ---- */

/* The type that values are compared as: of a to-one, that of the other's key. */
static int coerce(const struct orm_attribute *attribute, json_t *value, json_t **out)
{
    switch (attribute->type) {
    case ORM_STRING:
        return coerce_to_string(value, out);
    case ORM_NUMBER:
        return coerce_to_number(value, out);
    case ORM_BOOLEAN:
        return coerce_to_boolean(value, out);
    case ORM_JSON:
    case ORM_REF:
        break;
    }
    *out = json_incref(value);
    return 0;
}

/* The attribute of one predicate, and what its problems are told with. */
struct subject {
    struct criteria_reader *r;
    const struct orm_attribute *attribute;
    struct str path;
    struct str name;
};

static int refuse_value(const struct subject *s, json_t *value)
{
    struct buf *problem = s->r->problem;

    if (problem->len == 0) {
        buf_printf(problem,
                   "Could not filter by `%.*s`: Does not match the declared data type of the "
                   "corresponding attribute: expected a %s, but got ",
                   STR_FMT(s->name), model_type_name(s->attribute->type));
        inspect_value(problem, value);
    }
    return buf_error(problem) < 0 ? SAILS_ENOMEM : SAILS_EINVAL;
}

/* The value coerced, kept in the arena. */
static int take_value(const struct subject *s, json_t *value, json_t **out)
{
    json_t *coerced = NULL;
    int rc = s->path.len > 0 || json_is_null(value) ? (coerced = json_incref(value), 0)
                                                    : coerce(s->attribute, value, &coerced);

    if (rc < 0) {
        return rc == SAILS_ENOMEM ? rc : refuse_value(s, value);
    }
    *out = arena_keep_new(s->r->arena, coerced);
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

static struct predicate *predicate_of(const struct subject *s, enum predicate_kind kind, int *rc)
{
    struct predicate *p = criteria_predicate(s->r, kind, rc);

    if (p != NULL) {
        p->attribute = s->attribute;
        p->path = s->path;
    }
    return p;
}

static int refuse(const struct subject *s, const char *modifier, const char *why)
{
    return criteria_problem(s->r, "Could not filter by `%.*s`: Invalid `%s` modifier: %s",
                            STR_FMT(s->name), modifier, why);
}

/* ---- one modifier each ---- */

static int read_equality(const struct subject *s, enum predicate_kind kind, json_t *value,
                         struct predicate **out)
{
    int rc = 0;
    struct predicate *p = predicate_of(s, kind, &rc);

    if (p == NULL) {
        return rc;
    }
    *out = p;
    return take_value(s, value, &p->value);
}

static int read_order(const struct subject *s, enum predicate_kind kind, const char *modifier,
                      json_t *value, struct predicate **out)
{
    if (s->attribute->type == ORM_BOOLEAN && s->path.len == 0) {
        return refuse(s, modifier, "it cannot be used with a boolean attribute.");
    }
    if (json_is_null(value)) {
        return refuse(s, modifier, "`null` is neither less nor greater than anything.");
    }
    return read_equality(s, kind, value, out);
}

static int take_values(const struct subject *s, const char *modifier, json_t *list,
                       struct predicate *p)
{
    struct criteria_reader *r = s->r;
    size_t n = json_array_size(list);
    int rc = 0;

    if (n > CRITERIA_VALUES_MAX - r->n_values) {
        rc = criteria_problem(r, "The criteria has more than %d values in lists.",
                              CRITERIA_VALUES_MAX);
        return rc == SAILS_ENOMEM ? rc : SAILS_ETOOBIG;
    }
    r->n_values += n;
    p->values = arena_alloc(r->arena, n * sizeof(*p->values));
    if (p->values == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        json_t *value = json_array_get(list, i);

        if (json_is_null(value)) {
            return refuse(s, modifier, "`null` cannot be in the list; use `or` with null.");
        }
        rc = take_value(s, value, &p->values[i]);
        p->n_values += rc == 0;
    }
    return rc;
}

static int read_list(const struct subject *s, bool is_in, json_t *list, struct predicate **out,
                     enum criteria_extent *extent)
{
    const char *modifier = is_in ? "in" : "nin";
    int rc = 0;
    struct predicate *p = NULL;

    if (!json_is_array(list)) {
        return refuse(s, modifier, "it takes a list.");
    }
    if (json_array_size(list) == 0) {
        *extent = is_in ? CRITERIA_NOTHING : CRITERIA_ALL;
        return 0;
    }
    p = predicate_of(s, is_in ? PREDICATE_IN : PREDICATE_NIN, &rc);
    if (p == NULL) {
        return rc;
    }
    *out = p;
    return take_values(s, modifier, list, p);
}

/* ---- text ---- */

static int take_text(const struct subject *s, const char *modifier, json_t *value, json_t **text)
{
    const struct orm_attribute *a = s->attribute;
    int rc = 0;

    if (s->path.len == 0 && (a->type == ORM_NUMBER || a->type == ORM_BOOLEAN)) {
        return refuse(s, modifier, "it looks for text, which this attribute does not have.");
    }
    rc = json_is_null(value) ? SAILS_EINVAL : coerce_to_string(value, text);
    if (rc < 0) {
        return rc == SAILS_ENOMEM ? rc : refuse(s, modifier, "it takes a text.");
    }
    return 0;
}

/* %, _ and \ stand for themselves. */
static void append_literal(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\') {
            buf_append_char(out, '\\');
        }
        buf_append_char(out, text.ptr[i]);
    }
}

static int make_like(const struct subject *s, struct str pattern, struct predicate **out)
{
    int rc = 0;
    struct predicate *p = predicate_of(s, PREDICATE_LIKE, &rc);

    if (p == NULL) {
        return rc;
    }
    p->ignore_case = s->r->options.like_ignores_case;
    p->value = arena_keep_new(s->r->arena, json_stringn_nocheck(pattern.ptr, pattern.len));
    *out = p;
    return p->value != NULL ? 0 : SAILS_ENOMEM;
}

static int read_search(const struct subject *s, const char *modifier, json_t *value,
                       struct predicate **out, enum criteria_extent *extent)
{
    struct buf pattern = {0};
    json_t *text = NULL;
    int rc = take_text(s, modifier, value, &text);

    if (rc < 0) {
        return rc;
    }
    if (json_string_length(text) == 0) {
        json_decref(text);
        *extent = CRITERIA_ALL;
        return 0;
    }
    if (strcmp(modifier, "startsWith") != 0) {
        buf_append_char(&pattern, '%');
    }
    append_literal(&pattern, (struct str){json_string_value(text), json_string_length(text)});
    if (strcmp(modifier, "endsWith") != 0) {
        buf_append_char(&pattern, '%');
    }
    rc = buf_error(&pattern);
    rc = rc == 0 ? make_like(s, buf_str(&pattern), out) : rc;
    buf_deinit(&pattern);
    json_decref(text);
    return rc;
}

static int read_like(const struct subject *s, json_t *value, struct predicate **out,
                     enum criteria_extent *extent)
{
    json_t *text = NULL;
    struct str pattern = {NULL, 0};
    int rc = take_text(s, "like", value, &text);

    if (rc < 0) {
        return rc;
    }
    pattern = (struct str){json_string_value(text), json_string_length(text)};
    if (pattern.len == 0) {
        *extent = CRITERIA_NOTHING;
    } else if (str_eq(pattern, STR("%%")) || str_eq(pattern, STR("%"))) {
        *extent = CRITERIA_ALL;
    } else {
        rc = make_like(s, pattern, out);
    }
    json_decref(text);
    return rc;
}

/* ---- modifiers by name ---- */

static const struct {
    const char *name;
    enum predicate_kind kind;
} orders[] = {
    {"<", PREDICATE_LT},           {"<=", PREDICATE_LE},
    {">", PREDICATE_GT},           {">=", PREDICATE_GE},
    {"lessThan", PREDICATE_LT},    {"lessThanOrEqual", PREDICATE_LE},
    {"greaterThan", PREDICATE_GT}, {"greaterThanOrEqual", PREDICATE_GE},
};

static bool is_not(const char *name)
{
    return strcmp(name, "!=") == 0 || strcmp(name, "!") == 0 || strcmp(name, "not") == 0;
}

static bool is_search(const char *name)
{
    return strcmp(name, "contains") == 0 || strcmp(name, "startsWith") == 0 ||
           strcmp(name, "endsWith") == 0;
}

static int read_modifier(const struct subject *s, const char *name, json_t *value,
                         struct predicate **out, enum criteria_extent *extent)
{
    if (is_not(name)) {
        return json_is_array(value) ? read_list(s, false, value, out, extent)
                                    : read_equality(s, PREDICATE_NE, value, out);
    }
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        if (strcmp(name, orders[i].name) == 0) {
            return read_order(s, orders[i].kind, name, value, out);
        }
    }
    if (strcmp(name, "in") == 0 || strcmp(name, "nin") == 0) {
        return read_list(s, name[0] == 'i', value, out, extent);
    }
    if (strcmp(name, "like") == 0) {
        return read_like(s, value, out, extent);
    }
    if (is_search(name)) {
        return read_search(s, name, value, out, extent);
    }
    return criteria_problem(s->r, "Could not filter by `%.*s`: there is no modifier `%s`.",
                            STR_FMT(s->name), name);
}

/* All of them must hold. */
static int read_modifiers(const struct subject *s, json_t *object, struct predicate **out,
                          enum criteria_extent *extent)
{
    struct predicate *first = NULL;
    struct predicate *last = NULL;
    bool is_nothing = false;

    if (json_object_size(object) == 0) {
        return criteria_problem(s->r, "Could not filter by `%.*s`: {} is no constraint.",
                                STR_FMT(s->name));
    }
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        enum criteria_extent one = CRITERIA_SOME;
        struct predicate *p = NULL;
        int rc = read_modifier(s, json_object_iter_key(at), json_object_iter_value(at), &p, &one);

        if (rc < 0) {
            return rc;
        }
        is_nothing = is_nothing || one == CRITERIA_NOTHING;
        if (one != CRITERIA_SOME) {
            continue;
        }
        if (last == NULL) {
            first = p;
        } else {
            last->next = p;
        }
        last = p;
    }
    if (is_nothing || first == NULL) {
        *extent = is_nothing ? CRITERIA_NOTHING : CRITERIA_ALL;
        return 0;
    }
    return criteria_join(s->r, first, out);
}

int criteria_read_constraint(struct criteria_reader *r, struct str name, json_t *json,
                             struct predicate **out, enum criteria_extent *extent)
{
    struct subject s = {.r = r, .name = name};
    int rc = criteria_find_target(r, name, "filter by", &s.attribute, &s.path);

    *extent = CRITERIA_SOME;
    if (rc < 0) {
        return rc;
    }
    if (json_is_array(json)) {
        return read_list(&s, true, json, out, extent);
    }
    return json_is_object(json) ? read_modifiers(&s, json, out, extent)
                                : read_equality(&s, PREDICATE_EQ, json, out);
}
