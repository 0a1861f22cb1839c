#include "orm/column_value.h"

#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/utf8.h"

#include <math.h>
#include <sails/err.h>

/* Of JSON text in a column, whoever has written it. Its size is the database's affair. */
static const struct json_limits stored_limits = {.max_depth = 512};

/*
 * What is encrypted is a text, which a column for any type but json takes as it is. What is not encrypted in such
 * a column (0 and false: waterline 8) is its JSON text.
 */
static bool is_text_column(const struct orm_attribute *attribute)
{
    return attribute != NULL && attribute->encrypt && attribute->type != ORM_JSON;
}

/* ---- to the database ---- */

static int write_as_json(const json_t *value, struct arena *arena, enum db_type type,
                         struct db_value *out)
{
    struct buf text = {0};
    char *copy = NULL;
    int rc = json_value_write(&text, value);

    rc = rc == 0 ? buf_error(&text) : rc;
    if (rc == 0) {
        copy = arena_strndup(arena, text.ptr, text.len);
        rc = copy != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        *out = (struct db_value){.type = type, .as.text = {copy, text.len}};
    }
    buf_deinit(&text);
    return rc == SAILS_EJSON ? SAILS_EINVAL : rc;
}

static struct db_value text_of(const json_t *value)
{
    return (struct db_value){.type = DB_TEXT,
                             .as.text = {json_string_value(value), json_string_length(value)}};
}

static struct db_value real_of(double number)
{
    /* A number without a fraction is an integer, as JavaScript's are: a database may keep the two apart. */
    if (number == trunc(number) && fabs(number) <= 9007199254740992.0) {
        return (struct db_value){.type = DB_INTEGER, .as.integer = (int64_t)number};
    }
    return (struct db_value){.type = DB_REAL, .as.real = number};
}

int column_value_write(const struct orm_attribute *attribute, const json_t *value,
                       struct arena *arena, struct db_value *out)
{
    if (value == NULL || json_is_null(value)) {
        *out = (struct db_value){.type = DB_NULL};
        return 0;
    }
    if (attribute->type == ORM_JSON) {
        return write_as_json(value, arena, DB_JSON, out);
    }
    if (is_text_column(attribute) && !json_is_string(value)) {
        return write_as_json(value, arena, DB_TEXT, out);
    }
    switch (json_typeof(value)) {
    case JSON_STRING:
        *out = text_of(value);
        return 0;
    case JSON_INTEGER:
        *out = (struct db_value){.type = DB_INTEGER, .as.integer = json_integer_value(value)};
        return 0;
    case JSON_REAL:
        *out = real_of(json_real_value(value));
        return 0;
    case JSON_TRUE:
    case JSON_FALSE:
        *out = (struct db_value){.type = DB_BOOLEAN, .as.boolean = json_is_true(value)};
        return 0;
    default:
        return write_as_json(value, arena, DB_JSON, out);
    }
}

/* ---- from the database ---- */

static int made(json_t *value, json_t **out)
{
    *out = value;
    return value != NULL ? 0 : SAILS_ENOMEM;
}

/* Text that is not UTF-8 (a BLOB) has no JSON value: null, rather than something that passes for text. */
static int read_text(struct str text, json_t **out)
{
    if (!utf8_is_valid(str_bytes(text))) {
        return made(json_null(), out);
    }
    return made(json_stringn_nocheck(text.len > 0 ? text.ptr : "", text.len), out);
}

/* What is no JSON (a column that somebody else has filled) is a text. */
static int read_json(struct str text, json_t **out)
{
    int rc = json_parse(text, &stored_limits, out);

    return rc == 0 || rc == SAILS_ENOMEM ? rc : read_text(text, out);
}

static int read_real(double number, json_t **out)
{
    if (!isfinite(number)) {
        return made(json_null(), out);
    }
    if (number == trunc(number) && fabs(number) <= 9007199254740992.0) {
        return made(json_integer((json_int_t)number), out);
    }
    return made(json_real(number), out);
}

static int read_integer(const struct orm_attribute *attribute, int64_t number, json_t **out)
{
    if (attribute != NULL && attribute->type == ORM_BOOLEAN && (number == 0 || number == 1)) {
        return made(json_boolean(number == 1), out);
    }
    return made(json_integer(number), out);
}

/* A number or truth that is not encrypted, of an attribute that is; MariaDB writes truth as a number. */
static int read_plain(const struct orm_attribute *attribute, struct str text, json_t **out)
{
    json_t *value = NULL;
    int rc = json_parse(text, &stored_limits, &value);

    if (rc == 0 && json_is_integer(value) && attribute->type == ORM_BOOLEAN) {
        rc = read_integer(attribute, json_integer_value(value), out);
    } else if (rc == 0 && (json_is_number(value) || json_is_boolean(value))) {
        *out = json_incref(value);
    } else if (rc == 0 || rc == SAILS_EJSON || rc == SAILS_ETOOBIG) {
        rc = read_text(text, out);
    }
    json_decref(value);
    return rc;
}

int column_value_read(const struct orm_attribute *attribute, const struct db_value *value,
                      json_t **out)
{
    bool is_json = attribute != NULL && attribute->type == ORM_JSON;

    switch (value->type) {
    case DB_NULL:
        break;
    case DB_INTEGER:
        return read_integer(attribute, value->as.integer, out);
    case DB_REAL:
        return read_real(value->as.real, out);
    case DB_BOOLEAN:
        return made(json_boolean(value->as.boolean), out);
    case DB_TEXT:
    case DB_BYTES:
        if (is_text_column(attribute) && attribute->type != ORM_STRING) {
            return read_plain(attribute, value->as.text, out);
        }
        return is_json ? read_json(value->as.text, out) : read_text(value->as.text, out);
    case DB_JSON:
        return attribute == NULL || attribute->type == ORM_JSON ? read_json(value->as.text, out)
                                                                : read_text(value->as.text, out);
    }
    return made(json_null(), out);
}
