#include "orm/sql.h"

#include "base/mem.h"
#include "orm/column_value.h"

#include <assert.h>
#include <sails/err.h>

void sql_init(struct sql *sql, const struct sql_dialect *dialect)
{
    sql->dialect = dialect;
    buf_init(&sql->text);
    sql->values = sql->first;
    sql->n_values = 0;
    sql->values_cap = SQL_FIRST_VALUES;
    arena_init(&sql->arena, NULL, 0);
    sql->rc = 0;
}

void sql_deinit(struct sql *sql)
{
    buf_deinit(&sql->text);
    if (sql->values != sql->first) {
        mem_free(sql->values);
    }
    arena_deinit(&sql->arena);
}

void sql_clear(struct sql *sql)
{
    buf_clear(&sql->text);
    sql_clear_values(sql);
    sql->rc = 0;
}

void sql_clear_values(struct sql *sql)
{
    sql->n_values = 0;
    arena_deinit(&sql->arena);
}

int sql_error(const struct sql *sql)
{
    return sql->rc < 0 ? sql->rc : buf_error(&sql->text);
}

/* ---- words ---- */

void sql_append(struct sql *sql, const char *text)
{
    buf_append_str(&sql->text, str_from(text));
}

void sql_append_identifier(struct sql *sql, struct str name)
{
    char quote = sql->dialect->quote;

    buf_append_char(&sql->text, quote);
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == quote) {
            buf_append_char(&sql->text, quote);
        }
        buf_append_char(&sql->text, name.ptr[i]);
    }
    buf_append_char(&sql->text, quote);
}

void sql_append_column(struct sql *sql, const struct orm_attribute *attribute)
{
    sql_append_identifier(sql, attribute->model->table);
    buf_append_char(&sql->text, '.');
    sql_append_identifier(sql, attribute->column);
}

/* ---- values ---- */

static bool grow(struct sql *sql)
{
    size_t cap = sql->values_cap * 2;
    struct db_value *values = mem_alloc(cap * sizeof(*values));

    if (values == NULL) {
        sql->rc = SAILS_ENOMEM;
        return false;
    }
    memcpy(values, sql->values, sql->n_values * sizeof(*values));
    if (sql->values != sql->first) {
        mem_free(sql->values);
    }
    sql->values = values;
    sql->values_cap = cap;
    return true;
}

static void bind_value(struct sql *sql, struct db_value value)
{
    if (sql->n_values == sql->values_cap && !grow(sql)) {
        return;
    }
    sql->values[sql->n_values++] = value;
}

void sql_append_value(struct sql *sql, struct db_value value)
{
    bind_value(sql, value);
    if (sql->dialect->numbers_params) {
        buf_append_char(&sql->text, '$');
        buf_append_u64(&sql->text, sql->n_values);
    } else {
        buf_append_char(&sql->text, '?');
    }
}

static struct db_value value_of(struct sql *sql, const struct orm_attribute *attribute,
                                const json_t *value)
{
    struct db_value bound = {.type = DB_NULL};
    int rc = column_value_write(attribute, value, &sql->arena, &bound);

    if (rc < 0 && sql->rc == 0) {
        sql->rc = rc;
    }
    return bound;
}

void sql_append_json(struct sql *sql, const struct orm_attribute *attribute, const json_t *value)
{
    sql_append_value(sql, value_of(sql, attribute, value));
}

void sql_bind_json(struct sql *sql, const struct orm_attribute *attribute, const json_t *value)
{
    bind_value(sql, value_of(sql, attribute, value));
}

/* ---- parts ---- */

bool sql_is_selected(const struct criteria *criteria, const struct orm_attribute *attribute)
{
    if (criteria == NULL) {
        return true;
    }
    if (criteria->selects_all) {
        for (size_t i = 0; i < criteria->n_omit; i++) {
            if (criteria->omit[i] == attribute) {
                return false;
            }
        }
        return true;
    }
    for (size_t i = 0; i < criteria->n_select; i++) {
        if (criteria->select[i] == attribute) {
            return true;
        }
    }
    return attribute->is_primary_key;
}

void sql_append_columns(struct sql *sql, const struct orm_model *model,
                        const struct criteria *criteria)
{
    const char *separator = "";

    for (unsigned i = 0; i < model->n_columns; i++) {
        if (sql_is_selected(criteria, model->columns[i])) {
            sql_append(sql, separator);
            sql_append_column(sql, model->columns[i]);
            separator = ", ";
        }
    }
}

void sql_append_order(struct sql *sql, const struct criteria *criteria)
{
    bool has_key = false;

    sql_append(sql, " ORDER BY ");
    for (size_t i = 0; i < criteria->n_sorts; i++) {
        const struct sort *sort = &criteria->sorts[i];

        sql_append_target(sql, sort->attribute, sort->path);
        sql_append(sql, sort->is_descending ? " DESC" : " ASC");
        if (sql->dialect->puts_nulls_last) {
            sql_append(sql, sort->is_descending ? " NULLS LAST" : " NULLS FIRST");
        }
        sql_append(sql, ", ");
        has_key = has_key || (sort->attribute->is_primary_key && sort->path.len == 0);
    }
    if (has_key) {
        sql->text.len -= buf_error(&sql->text) == 0 ? strlen(", ") : 0;
    } else {
        sql_append_column(sql, criteria->model->primary_key);
    }
}

static struct db_value integer(uint64_t n)
{
    return (struct db_value){.type = DB_INTEGER, .as.integer = (int64_t)n};
}

void sql_append_limit(struct sql *sql, uint64_t limit, uint64_t skip)
{
    if (limit == CRITERIA_NO_LIMIT && skip == 0) {
        return;
    }
    sql_append(sql, " LIMIT ");
    sql_append_value(sql, integer(limit));
    if (skip > 0) {
        sql_append(sql, " OFFSET ");
        sql_append_value(sql, integer(skip));
    }
}

/* ---- statements ---- */

void sql_select(struct sql *sql, const struct criteria *criteria)
{
    sql_append(sql, "SELECT ");
    sql_append_columns(sql, criteria->model, criteria);
    sql_append(sql, " FROM ");
    sql_append_identifier(sql, criteria->model->table);
    sql_append_where(sql, criteria->where);
    if (criteria_primary_key(criteria) == NULL) {
        sql_append_order(sql, criteria);
        sql_append_limit(sql, criteria->limit, criteria->skip);
    } else {
        /* One at most: no order and no limit, and one statement for all. But it may be skipped. */
        sql_append_limit(sql, CRITERIA_NO_LIMIT, criteria->skip);
    }
}

void sql_select_aggregate(struct sql *sql, const char *function,
                          const struct orm_attribute *attribute, const struct criteria *criteria)
{
    sql_append(sql, "SELECT ");
    sql_append(sql, function);
    buf_append_char(&sql->text, '(');
    if (attribute != NULL) {
        sql_append_column(sql, attribute);
    } else {
        buf_append_char(&sql->text, '*');
    }
    sql_append(sql, ") FROM ");
    sql_append_identifier(sql, criteria->model->table);
    sql_append_where(sql, criteria->where);
}
