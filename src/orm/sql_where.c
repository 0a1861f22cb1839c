#include "orm/sql.h"

#include <jansson.h>

#include <assert.h>

/*
 * Conditions. SQL has three truths, Waterline two: null is unequal to every value, and what is not
 * known does not match. So "!=" and "nin" let null in by themselves.
 */

enum {
    PADDED_LIST_MAX = 1024 /* what is longer is rare: it has a shape of its own */
};

/* `a.b` of a json attribute, as each database finds it in JSON text. */
static void append_path(struct sql *sql, const struct orm_attribute *attribute, struct str path)
{
    struct str rest = path;
    struct str part = {NULL, 0};

    if (sql->dialect->numbers_params) { /* PostgreSQL: json #>> '{a,b}' */
        buf_append_char(&sql->text, '(');
        sql_append_column(sql, attribute);
        sql_append(sql, "::jsonb #>> string_to_array(");
        sql_append_value(sql, (struct db_value){.type = DB_TEXT, .as.text = path});
        sql_append(sql, ", '.'))");
        return;
    }
    sql_append(sql, sql->dialect->quote == '`' ? "JSON_UNQUOTE(JSON_EXTRACT(" : "json_extract(");
    sql_append_column(sql, attribute);
    sql_append(sql, ", '$");
    while (str_take_part(&rest, '.', &part)) {
        sql_append(sql, ".\"");
        for (size_t i = 0; i < part.len; i++) {
            char c = part.ptr[i];

            if (c == '"' || c == '\\' || c == '\'') {
                continue; /* no name of a member that could be asked for */
            }
            buf_append_char(&sql->text, c);
        }
        buf_append_char(&sql->text, '"');
    }
    sql_append(sql, sql->dialect->quote == '`' ? "'))" : "')");
}

void sql_append_target(struct sql *sql, const struct orm_attribute *attribute, struct str path)
{
    if (path.len > 0) {
        append_path(sql, attribute, path);
    } else {
        sql_append_column(sql, attribute);
    }
}

/* What is compared with a member of a JSON value is no value of the attribute's. */
static struct db_value plain_value(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return (struct db_value){.type = DB_TEXT,
                                 .as.text = {json_string_value(value), json_string_length(value)}};
    case JSON_INTEGER:
        return (struct db_value){.type = DB_INTEGER, .as.integer = json_integer_value(value)};
    case JSON_REAL:
        return (struct db_value){.type = DB_REAL, .as.real = json_real_value(value)};
    case JSON_TRUE:
    case JSON_FALSE:
        return (struct db_value){.type = DB_BOOLEAN, .as.boolean = json_is_true(value)};
    default:
        return (struct db_value){.type = DB_NULL};
    }
}

/* PostgreSQL compares jsonb, but not json. */
static bool needs_jsonb(const struct sql *sql, const struct predicate *p)
{
    return sql->dialect->numbers_params && p->path.len == 0 &&
           p->attribute->column_kind == ORM_COLUMN_JSON;
}

/* PostgreSQL takes a parameter for what its column is: without a type of its own, 1.5 and what is too big for a
 * column of integers would be errors and not numbers that nobody has. */
static const char *cast_of(const struct sql *sql, const struct predicate *p, const json_t *value)
{
    enum orm_column kind = p->attribute->column_kind;

    if (needs_jsonb(sql, p)) {
        return "::jsonb";
    }
    if (!sql->dialect->numbers_params || p->path.len > 0 || p->attribute->encrypt ||
        (kind != ORM_COLUMN_NUMBER_KEY && kind != ORM_COLUMN_NUMBER_TIMESTAMP)) {
        return "";
    }
    return json_is_integer(value) ? "::int8" : "::float8";
}

static void append_operand(struct sql *sql, const struct predicate *p, const json_t *value)
{
    if (p->path.len > 0) {
        sql_append_value(sql, plain_value(value));
    } else {
        sql_append_json(sql, p->attribute, value);
    }
    sql_append(sql, cast_of(sql, p, value));
}

static void append_target(struct sql *sql, const struct predicate *p)
{
    sql_append_target(sql, p->attribute, p->path);
    sql_append(sql, needs_jsonb(sql, p) ? "::jsonb" : "");
}

static void append_comparison(struct sql *sql, const struct predicate *p, const char *operator)
{
    append_target(sql, p);
    sql_append(sql, operator);
    append_operand(sql, p, p->value);
}

static size_t padded(size_t n)
{
    size_t shape = 1;

    while (shape < n) {
        shape *= 2;
    }
    return n <= PADDED_LIST_MAX ? shape : n;
}

static void append_list(struct sql *sql, const struct predicate *p)
{
    size_t n = padded(p->n_values);

    assert(p->n_values > 0);
    buf_append_char(&sql->text, '(');
    for (size_t i = 0; i < n; i++) {
        sql_append(sql, i > 0 ? ", " : "");
        append_operand(sql, p, p->values[i < p->n_values ? i : p->n_values - 1]);
    }
    buf_append_char(&sql->text, ')');
}

void sql_append_in(struct sql *sql, const struct orm_attribute *attribute, json_t *const *values,
                   size_t n)
{
    struct predicate p = {.attribute = attribute, .n_values = n};

    /* The list is only read. */
    memcpy(&p.values, &values, sizeof(p.values));
    append_target(sql, &p);
    sql_append(sql, " IN ");
    append_list(sql, &p);
}

static void append_or_null(struct sql *sql, const struct predicate *p)
{
    sql_append(sql, " OR ");
    append_target(sql, p);
    sql_append(sql, " IS NULL)");
}

static void append_not_equal(struct sql *sql, const struct predicate *p)
{
    if (json_is_null(p->value)) {
        append_target(sql, p);
        sql_append(sql, " IS NOT NULL");
        return;
    }
    buf_append_char(&sql->text, '(');
    append_comparison(sql, p, " <> ");
    append_or_null(sql, p);
}

/* Whether it looks at the case of letters is the database's affair, as in Waterline. */
static void append_like(struct sql *sql, const struct predicate *p)
{
    if (p->ignore_case) {
        sql_append(sql, "LOWER(");
        append_target(sql, p);
        sql_append(sql, ") LIKE LOWER(");
    } else {
        append_target(sql, p);
        sql_append(sql, " LIKE (");
    }
    sql_append_value(sql, plain_value(p->value));
    buf_append_char(&sql->text, ')');
    sql_append(sql, sql->dialect->escape);
}

static void append_predicate(struct sql *sql, const struct predicate *p);

static void append_parts(struct sql *sql, const struct predicate *p, const char *word)
{
    if (p->parts == NULL) {
        sql_append(sql, p->kind == PREDICATE_AND ? "1=1" : "1=0");
        return;
    }
    buf_append_char(&sql->text, '(');
    for (const struct predicate *part = p->parts; part != NULL; part = part->next) {
        sql_append(sql, part != p->parts ? word : "");
        append_predicate(sql, part);
    }
    buf_append_char(&sql->text, ')');
}

static void append_equal(struct sql *sql, const struct predicate *p)
{
    if (json_is_null(p->value)) {
        append_target(sql, p);
        sql_append(sql, " IS NULL");
    } else {
        append_comparison(sql, p, " = ");
    }
}

static void append_not_in(struct sql *sql, const struct predicate *p)
{
    buf_append_char(&sql->text, '(');
    append_target(sql, p);
    sql_append(sql, " NOT IN ");
    append_list(sql, p);
    append_or_null(sql, p);
}

static void append_predicate(struct sql *sql, const struct predicate *p)
{
    switch (p->kind) {
    case PREDICATE_AND:
        append_parts(sql, p, " AND ");
        break;
    case PREDICATE_OR:
        append_parts(sql, p, " OR ");
        break;
    case PREDICATE_EQ:
        append_equal(sql, p);
        break;
    case PREDICATE_NE:
        append_not_equal(sql, p);
        break;
    case PREDICATE_LT:
        append_comparison(sql, p, " < ");
        break;
    case PREDICATE_LE:
        append_comparison(sql, p, " <= ");
        break;
    case PREDICATE_GT:
        append_comparison(sql, p, " > ");
        break;
    case PREDICATE_GE:
        append_comparison(sql, p, " >= ");
        break;
    case PREDICATE_IN:
        append_target(sql, p);
        sql_append(sql, " IN ");
        append_list(sql, p);
        break;
    case PREDICATE_NIN:
        append_not_in(sql, p);
        break;
    case PREDICATE_LIKE:
        append_like(sql, p);
        break;
    }
}

void sql_append_condition(struct sql *sql, const struct predicate *where)
{
    if (where == NULL) {
        sql_append(sql, "1=1");
    } else {
        append_predicate(sql, where);
    }
}

void sql_append_where(struct sql *sql, const struct predicate *where)
{
    if (where != NULL) {
        sql_append(sql, " WHERE ");
        append_predicate(sql, where);
    }
}
