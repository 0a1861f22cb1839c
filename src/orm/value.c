#include "base/hash.h"
#include "base/iso_time.h"
#include "base/map.h"
#include "orm/cipher.h"
#include "orm/values_reader.h"
#include "schema/coerce.h"
#include "schema/inspect.h"

#include <sails/err.h>
#include <stdarg.h>

/* The largest integer that JavaScript tells from its neighbours. */
#define SAFE_INTEGER_MAX INT64_C(9007199254740991)

int values_problem(struct values_reader *r, const char *code, const char *format, ...)
{
    struct buf details = {0};
    va_list args;
    int rc = 0;

    va_start(args, format);
    buf_vprintf(&details, format, args);
    va_end(args);
    rc = buf_error(&details) < 0
             ? orm_error_set_no_memory(r->problem)
             : orm_error_set_usage_str(r->problem, code, r->model->identity.ptr, buf_str(&details));
    buf_deinit(&details);
    return rc;
}

static int keep(struct arena *arena, json_t *value, json_t **out)
{
    *out = arena_keep_new(arena, value);
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

/* ---- keys ---- */

static int read_number_key(struct arena *arena, json_t *value, json_t **out)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    uint64_t id = 0;

    if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);

        return number > 0 && number <= SAFE_INTEGER_MAX ? keep(arena, json_incref(value), out)
                                                        : SAILS_EINVAL;
    }
    if (json_is_real(value)) {
        double number = json_real_value(value);

        return number > 0 && number <= (double)SAFE_INTEGER_MAX &&
                       number == (double)(json_int_t)number
                   ? keep(arena, json_integer((json_int_t)number), out)
                   : SAILS_EINVAL;
    }
    if (!json_is_string(value) || !str_to_u64(text, (uint64_t)SAFE_INTEGER_MAX, &id) || id == 0) {
        return SAILS_EINVAL;
    }
    return keep(arena, json_integer((json_int_t)id), out);
}

static bool has_nul(const json_t *text)
{
    return memchr(json_string_value(text), '\0', json_string_length(text)) != NULL;
}

int values_read_key(struct arena *arena, const struct orm_attribute *key, json_t *value,
                    json_t **out)
{
    if (key->type == ORM_NUMBER) {
        return read_number_key(arena, value, out);
    }
    if (!json_is_string(value) || json_string_length(value) == 0 || has_nul(value)) {
        return SAILS_EINVAL;
    }
    return keep(arena, json_incref(value), out);
}

/* ---- ids ---- */

static bool is_there(const json_t *seen, const json_t *id, char number[32], const char **name)
{
    *name = json_string_value(id);
    if (*name == NULL) {
        snprintf(number, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
        *name = number;
    }
    return json_object_get(seen, *name) != NULL;
}

static int refuse_id(json_t *value, const struct orm_attribute *key, struct buf *why)
{
    buf_printf(why, "Invalid primary key value: expected %s, but got ",
               key->type == ORM_NUMBER ? "a positive integer" : "a text that is not empty");
    inspect_value(why, value);
    return buf_error(why) < 0 ? SAILS_ENOMEM : SAILS_EINVAL;
}

static int add_id(struct arena *arena, const struct orm_attribute *key, json_t *value, json_t *seen,
                  json_t **ids, size_t *n, struct buf *why)
{
    json_t *id = NULL;
    char number[32];
    const char *name = NULL;
    int rc = values_read_key(arena, key, value, &id);

    if (rc < 0) {
        return rc == SAILS_ENOMEM ? rc : refuse_id(value, key, why);
    }
    if (is_there(seen, id, number, &name)) {
        return 0;
    }
    if (json_object_set_new_nocheck(seen, name, json_true()) < 0) {
        return SAILS_ENOMEM;
    }
    ids[(*n)++] = id;
    return 0;
}

int values_read_ids(struct arena *arena, const struct orm_attribute *key, json_t *value,
                    json_t ***ids, size_t *n, struct buf *why)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    json_t **list = NULL;
    json_t *seen = NULL;
    int rc = 0;

    *n = 0;
    if (count > VALUES_IDS_MAX) {
        buf_printf(why, "There are more than %d ids.", VALUES_IDS_MAX);
        return SAILS_ETOOBIG;
    }
    list = arena_alloc(arena, (count + 1) * sizeof(json_t *));
    seen = json_object();
    rc = list != NULL && seen != NULL ? 0 : SAILS_ENOMEM;
    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = add_id(arena, key, json_is_array(value) ? json_array_get(value, i) : value, seen, list,
                    n, why);
    }
    json_decref(seen);
    *ids = list;
    return rc;
}

/* ---- timestamps ---- */

int values_timestamp(struct values_reader *r, const struct orm_attribute *attribute, json_t **out)
{
    char text[ISO_TIME_LEN + 1];

    if (attribute->type == ORM_NUMBER) {
        return keep(r->arena, json_integer(r->options.now_ms), out);
    }
    iso_time_format(text, r->options.now_ms);
    return keep(r->arena, json_string(text), out);
}

/* ---- types ---- */

static int refuse_type(struct values_reader *r, const struct orm_attribute *a, json_t *value)
{
    struct buf text = {0};
    int rc = 0;

    inspect_value(&text, value);
    buf_append_char(&text, '\0');
    rc = buf_error(&text) < 0
             ? orm_error_set_no_memory(r->problem)
             : values_problem(
                   r, ORM_E_TYPE,
                   "Could not use specified `%s`.  Specified value (%s) doesn't match the "
                   "expected type: '%s'",
                   a->name.ptr, text.ptr,
                   a->association == ORM_TO_ONE ? "the primary key of a record"
                                                : model_type_name(a->type));
    buf_deinit(&text);
    return rc;
}

static int refuse_required(struct values_reader *r, const struct orm_attribute *a, const char *what)
{
    return values_problem(r, ORM_E_REQUIRED,
                          "Could not use specified `%s`.  Cannot set %s for a required attribute.",
                          a->name.ptr, what);
}

/* ISO text for a number attribute that is a timestamp stays an error, as in Waterline: text is no number. */
static int coerce(const struct orm_attribute *a, json_t *value, json_t **out)
{
    switch (a->type) {
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

static bool is_too_deep(const json_t *value, size_t depth)
{
    const char *name = NULL;
    json_t *member = NULL;

    if (depth > VALUES_DEPTH_MAX) {
        return true;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (is_too_deep(json_array_get(value, i), depth + 1)) {
            return true;
        }
    }
    /* jansson iterates over what is not const. */
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        if (is_too_deep(member, depth + 1)) {
            return true;
        }
    }
    return false;
}

static int refuse_depth(struct values_reader *r, const struct orm_attribute *a)
{
    int rc =
        values_problem(r, ORM_E_TYPE, "Could not use specified `%s`.  It is nested deeper than %d.",
                       a->name.ptr, VALUES_DEPTH_MAX);

    return rc == SAILS_ENOMEM ? rc : SAILS_ETOOBIG;
}

/* Beyond 2^53 a number would be rounded on its way, somewhere. */
static bool is_unsafe(const struct orm_attribute *a, const json_t *value)
{
    return a->type == ORM_NUMBER && json_is_integer(value) &&
           (json_integer_value(value) > SAFE_INTEGER_MAX + 1 ||
            json_integer_value(value) < -SAFE_INTEGER_MAX - 1);
}

static int read_null(struct values_reader *r, const struct orm_attribute *a, json_t **out)
{
    bool is_any = a->type == ORM_JSON || a->type == ORM_REF || a->association == ORM_TO_ONE;

    if (a->required && is_any) {
        return refuse_required(r, a, "`null`");
    }
    if (!is_any && !a->allow_null) {
        return refuse_type(r, a, json_null());
    }
    return keep(r->arena, json_null(), out);
}

static int read_to_one(struct values_reader *r, const struct orm_attribute *a, json_t *value,
                       json_t **out)
{
    int rc = values_read_key(r->arena, a->other->primary_key, value, out);

    return rc == SAILS_EINVAL ? refuse_type(r, a, value) : rc;
}

static bool is_empty_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) == 0;
}

static int read_plain(struct values_reader *r, const struct orm_attribute *a, json_t *value,
                      json_t **out)
{
    json_t *coerced = NULL;
    int rc = 0;

    if (is_empty_text(value) && a->required) {
        return refuse_required(r, a, "\"\" (empty string)");
    }
    if (is_empty_text(value) && (a->auto_created_at || a->auto_updated_at)) {
        return refuse_type(r, a, value);
    }
    rc = coerce(a, value, &coerced);
    if (rc < 0) {
        return rc == SAILS_ENOMEM ? rc : refuse_type(r, a, value);
    }
    rc = keep(r->arena, coerced, out);
    if (rc == 0 && is_unsafe(a, *out)) {
        return refuse_type(r, a, value);
    }
    if (rc == 0 && json_is_string(*out) && has_nul(*out)) {
        return values_problem(r, ORM_E_TYPE,
                              "Could not use specified `%s`.  A text with a NUL cannot be stored.",
                              a->name.ptr);
    }
    return rc == 0 && is_too_deep(*out, 1) ? refuse_depth(r, a) : rc;
}

/* ---- rules ---- */

struct broken {
    json_t *list; /* {rule, message} */
    struct buf bullets;
};

static void on_broken(void *ctx, const char *name, struct str message)
{
    struct broken *broken = ctx;
    json_t *one = json_pack("{s:s,s:o}", "rule", name, "message",
                            json_stringn_nocheck(message.ptr, message.len));

    if (json_array_append_new(broken->list, one) < 0) {
        broken->bullets.failed = true;
    }
    buf_append_str(&broken->bullets, STR("\n  \xe2\x80\xa2 "));
    buf_append_str(&broken->bullets, message);
}

static int refuse_rules(struct values_reader *r, const struct orm_attribute *a,
                        struct broken *broken)
{
    int rc = values_problem(r, ORM_E_VIOLATES_RULES,
                            "Could not use specified `%s`.  Violated one or more validation rules:"
                            "%.*s",
                            a->name.ptr, STR_FMT(buf_str(&broken->bullets)));

    if (rc == SAILS_EINVAL) {
        r->problem->rule_violations = json_incref(broken->list);
    }
    return rc;
}

static int check_rules(struct values_reader *r, const struct orm_attribute *a, json_t *value)
{
    struct broken broken = {.list = json_array()};
    int n =
        broken.list != NULL ? rule_set_check(&a->rules, value, on_broken, &broken) : SAILS_ENOMEM;
    int rc = n < 0 ? n : 0;

    if (n > 0) {
        rc = buf_error(&broken.bullets) < 0 ? SAILS_ENOMEM : refuse_rules(r, a, &broken);
    }
    json_decref(broken.list);
    buf_deinit(&broken.bullets);
    return rc;
}

/* ---- encryption ---- */

static int encrypt(struct values_reader *r, const struct orm_attribute *a, json_t **value)
{
    const struct orm_encryption_key *key = cipher_find_key(r->model, r->options.encrypt_with);
    json_t *encrypted = NULL;
    int rc = 0;

    if (key == NULL) {
        return values_problem(
            r, ORM_E_TYPE,
            "Could not encrypt `%s`: there is no key `%s` in "
            "`dataEncryptionKeys`.",
            a->name.ptr, r->options.encrypt_with != NULL ? r->options.encrypt_with : "default");
    }
    rc = cipher_encrypt(key, *value, &encrypted);
    return rc == 0 ? keep(r->arena, encrypted, value) : rc;
}

int values_read_value(struct values_reader *r, const struct orm_attribute *a, json_t *value,
                      json_t **out)
{
    int rc = 0;

    if (a->is_primary_key) {
        rc = values_read_key(r->arena, a, value, out);
        rc = rc == SAILS_EINVAL ? refuse_type(r, a, value) : rc;
    } else if (json_is_null(value)) {
        return read_null(r, a, out);
    } else if (a->association == ORM_TO_ONE) {
        rc = read_to_one(r, a, value, out);
    } else {
        rc = read_plain(r, a, value, out);
    }
    if (rc == 0 && a->rules.n > 0) {
        rc = check_rules(r, a, *out);
    }
    return rc == 0 && a->encrypt && !r->options.skip_encryption ? encrypt(r, a, out) : rc;
}
