#include "orm/value_set.h"

#include "base/iso_time.h"
#include "orm/cipher.h"
#include "orm/value_fit.h"
#include "schema/inspect.h"

#include <assert.h>
#include <sails/err.h>

/* A value on its way into an attribute. */
struct setting {
    const struct orm_attribute *attribute;
    const struct values_options *options;
    struct arena *arena;
    struct value_problem *problem;
};

void value_problem_deinit(struct value_problem *problem)
{
    buf_deinit(&problem->text);
    json_decref(problem->rule_violations);
    *problem = (struct value_problem){0};
}

/* ---- words ---- */

static int refuse(const struct setting *s, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(const struct setting *s, const char *code, const char *format, ...)
{
    va_list args;

    s->problem->code = code;
    va_start(args, format);
    buf_vprintf(&s->problem->text, format, args);
    va_end(args);
    return buf_error(&s->problem->text) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
}

static int refuse_type(const struct setting *s, json_t *value)
{
    s->problem->code = ORM_E_TYPE;
    buf_printf(&s->problem->text, "Specified value is not a valid `%s`.  ", s->attribute->name.ptr);
    value_fit_explain(s->attribute->type, value, &s->problem->text);
    return buf_error(&s->problem->text) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
}

static int refuse_key(const struct setting *s, const char *before, json_t *value)
{
    s->problem->code = ORM_E_HIGHLY_IRREGULAR;
    buf_append_str(&s->problem->text, str_from(before));
    value_fit_explain_key(s->attribute->type, value, &s->problem->text);
    return buf_error(&s->problem->text) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
}

/* ---- the three kinds of attributes ---- */

static int read_key(const struct setting *s, json_t *value, json_t **out)
{
    int rc = value_fit_key(s->attribute->type, value, s->arena, out);

    return rc == SAILS_EINVAL ? refuse_key(s, "Invalid primary key value.  ", value) : rc;
}

static int read_to_one(const struct setting *s, json_t *value, json_t **out)
{
    const char *name = s->attribute->name.ptr;
    int rc = 0;

    if (json_is_null(value)) {
        *out = value;
        return s->attribute->required
                   ? refuse(s, ORM_E_REQUIRED, "Cannot set `null` for required association (`%s`).",
                            name)
                   : 0;
    }
    rc = value_fit_key(s->attribute->type, value, s->arena, out);
    if (rc != SAILS_EINVAL) {
        return rc;
    }
    buf_printf(&s->problem->text,
               "Expecting an id representing the associated record, or `null` to indicate there "
               "will be no associated record.  But the specified value is not a valid `%s`.  ",
               name);
    return refuse_key(s, "", value);
}

/* What a value must be at most: JSON that nobody could read again is not written. */
static bool is_too_deep(json_t *value, unsigned depth)
{
    const char *name = NULL;
    json_t *member = NULL;

    if (!json_is_array(value) && !json_is_object(value)) {
        return false;
    }
    if (depth == VALUES_DEPTH_MAX) {
        return true;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (is_too_deep(json_array_get(value, i), depth + 1)) {
            return true;
        }
    }
    json_object_foreach(value, name, member)
    {
        if (is_too_deep(member, depth + 1)) {
            return true;
        }
    }
    return false;
}

static const char *base_value_phrase(enum orm_type type)
{
    return type == ORM_STRING   ? "`''` (empty string)"
           : type == ORM_NUMBER ? "`0` (zero)"
                                : "`false`";
}

static int refuse_null(const struct setting *s)
{
    return refuse(
        s, ORM_E_TYPE,
        "Specified value (`null`) is not a valid `%s`.  Even though this attribute is "
        "optional, it still does not allow `null` to be explicitly set, because `null` is "
        "not valid vs. the expected type: '%s'.  Instead, to indicate \"voidness\", please "
        "set the value for this attribute to the base value for its type, %s.  Or, if you "
        "specifically need to save `null`, set `allowNull` of this attribute.",
        s->attribute->name.ptr, model_type_name(s->attribute->type),
        base_value_phrase(s->attribute->type));
}

static bool is_empty_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) == 0;
}

/* null where the type has none. */
static int check_null(const struct setting *s)
{
    const struct orm_attribute *a = s->attribute;

    if (a->allow_null || a->type == ORM_JSON || a->type == ORM_REF) {
        return 0;
    }
    return a->required ? refuse_type(s, json_null()) : refuse_null(s);
}

static int check_required(const struct setting *s, const json_t *value)
{
    if (is_empty_text(value)) {
        return refuse(s, ORM_E_REQUIRED,
                      "Cannot set \"\" (empty string) for a required attribute.");
    }
    if (json_is_null(value)) {
        return refuse(s, ORM_E_REQUIRED, "Cannot set `null` for a required attribute.");
    }
    return 0;
}

static int refuse_depth(const struct setting *s)
{
    int rc = refuse(s, ORM_E_TYPE, "Specified value is nested deeper than %d levels.",
                    (int)VALUES_DEPTH_MAX);

    return rc == SAILS_ENOMEM ? rc : SAILS_ETOOBIG;
}

static int read_plain(const struct setting *s, json_t *value, json_t **out)
{
    const struct orm_attribute *a = s->attribute;
    int rc = 0;

    if (is_empty_text(value) && (a->auto_created_at || a->auto_updated_at)) {
        return refuse(
            s, ORM_E_HIGHLY_IRREGULAR,
            "If specified, should be a valid %s.  But instead, it was empty string (\"\").",
            a->type == ORM_NUMBER ? "JS timestamp (unix epoch ms)" : "JSON timestamp (ISO 8601)");
    }
    *out = value;
    if (json_is_null(value)) {
        rc = check_null(s);
    } else {
        rc = value_fit(a->type, VALUE_TO_WRITE, value, s->arena, out);
        rc = rc == SAILS_EINVAL ? refuse_type(s, value) : rc;
    }
    if (rc == 0 && is_too_deep(*out, 0)) {
        rc = refuse_depth(s);
    }
    return rc == 0 && a->required ? check_required(s, *out) : rc;
}

/* ---- rules ---- */

/* A message has what was given in it, which need not be UTF-8 where it came from C. */
static json_t *make_violation(const char *name, struct str message)
{
    json_t *violation = json_pack("{s:s,s:s%}", "rule", name, "message", message.ptr, message.len);

    return violation != NULL
               ? violation
               : json_pack("{s:s,s:s}", "rule", name, "message", "Value is not valid.");
}

/* The list and its heading are made when the first rule is broken: mostly none is. */
static void on_broken(void *ctx, const char *name, struct str message)
{
    struct value_problem *problem = ctx;

    if (problem->rule_violations == NULL) {
        problem->rule_violations = json_array();
        buf_append_str(&problem->text, STR("Violated one or more validation rules:\n"));
    }
    if (json_array_append_new(problem->rule_violations, make_violation(name, message)) != 0) {
        problem->text.failed = true;
    }
    buf_append_str(&problem->text, STR("  • "));
    buf_append_str(&problem->text, message);
    buf_append_char(&problem->text, '\n');
}

static int check_rules(const struct setting *s, json_t *value)
{
    struct value_problem *problem = s->problem;
    int n_broken = rule_set_check(&s->attribute->rules, value, on_broken, problem);

    if (n_broken < 0 || buf_error(&problem->text) < 0) {
        return SAILS_ENOMEM;
    }
    if (n_broken == 0) {
        return 0;
    }
    problem->code = ORM_E_VIOLATES_RULES;
    return SAILS_EINVAL;
}

/* ---- encryption ---- */

static int encrypt(const struct setting *s, json_t **value)
{
    const char *id = s->options->encrypt_with;
    const struct orm_encryption_key *key = cipher_find_key(s->attribute->model, id);
    json_t *encrypted = NULL;
    int rc = 0;

    if (key == NULL) {
        return refuse(
            s, NULL,
            "There is no known data encryption key by that name (`%s`).  Please make sure "
            "a valid DEK (data encryption key) is configured under `dataEncryptionKeys`.",
            id != NULL ? id : "default");
    }
    rc = cipher_encrypt(key, *value, &encrypted);
    if (rc == SAILS_EJSON) {
        return refuse(s, ORM_E_TYPE, "Specified value is not a valid `%s`: it is not UTF-8.",
                      s->attribute->name.ptr);
    }
    if (rc < 0) {
        return rc;
    }
    *value = arena_keep_new(s->arena, encrypted);
    return *value != NULL ? 0 : SAILS_ENOMEM;
}

/* ---- the whole ---- */

int value_set_read(const struct orm_attribute *attribute, json_t *value,
                   const struct values_options *options, struct arena *arena,
                   struct value_problem *problem, json_t **out)
{
    struct setting s = {
        .attribute = attribute, .options = options, .arena = arena, .problem = problem};
    int rc = 0;

    assert(attribute->association != ORM_TO_MANY);
    if (attribute->is_primary_key) {
        rc = read_key(&s, value, out);
    } else if (attribute->association == ORM_TO_ONE) {
        rc = read_to_one(&s, value, out);
    } else {
        rc = read_plain(&s, value, out);
    }
    if (rc == 0 && attribute->rules.n > 0 && !json_is_null(*out)) {
        rc = check_rules(&s, *out);
    }
    return rc == 0 && attribute->encrypt && !options->skip_encryption ? encrypt(&s, out) : rc;
}

int value_set_read_members(const struct orm_attribute *attribute, json_t *value,
                           struct arena *arena, struct value_problem *problem, struct members *out)
{
    struct buf why = {0};
    int rc = value_fit_keys(attribute->other->primary_key->type, value, VALUES_IDS_MAX, arena, &why,
                            &out->ids, &out->n);

    out->attribute = attribute;
    if (rc == SAILS_EINVAL || rc == SAILS_ETOOBIG) {
        problem->code = ORM_E_HIGHLY_IRREGULAR;
        buf_printf(&problem->text,
                   "If specified, expected `%s` to be an array of ids (representing the records to "
                   "associate).  But instead, got: ",
                   attribute->name.ptr);
        inspect_value(&problem->text, value);
        buf_printf(&problem->text, ".  %.*s", STR_FMT(buf_str(&why)));
        rc = why.failed || problem->text.failed ? SAILS_ENOMEM : rc;
    }
    buf_deinit(&why);
    return rc;
}

json_t *value_set_timestamp(const struct orm_attribute *attribute, struct values_options *options,
                            struct arena *arena)
{
    bool is_number = attribute->type == ORM_NUMBER;
    json_t **now = is_number ? &options->now_number : &options->now_text;
    char text[ISO_TIME_LEN + 1];

    if (*now == NULL && is_number) {
        *now = arena_keep_new(arena, json_integer(options->now_ms));
    } else if (*now == NULL) {
        iso_time_format(text, options->now_ms);
        *now = arena_keep_new(arena, json_string(text));
    }
    return *now;
}
