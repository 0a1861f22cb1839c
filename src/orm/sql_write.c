#include "orm/sql_write.h"

#include <assert.h>

static bool is_written(const struct orm_attribute *attribute, bool with_key)
{
    return with_key || !attribute->is_primary_key;
}

static void append_names(struct sql *sql, const struct values *record, bool with_key)
{
    const char *separator = "";

    for (size_t i = 0; i < record->n; i++) {
        if (is_written(record->values[i].attribute, with_key)) {
            sql_append(sql, separator);
            sql_append_identifier(sql, record->values[i].attribute->column);
            separator = ", ";
        }
    }
}

static void append_row(struct sql *sql, const struct values *record, bool with_key)
{
    const char *separator = "(";

    for (size_t i = 0; i < record->n; i++) {
        if (is_written(record->values[i].attribute, with_key)) {
            sql_append(sql, separator);
            sql_append_json(sql, record->values[i].attribute, record->values[i].value);
            separator = ", ";
        }
    }
    sql_append(sql, ")");
}

/* A record of nothing but a key that the database makes. */
static void append_empty(struct sql *sql)
{
    sql_append(sql, sql->dialect->quote == '`' ? " () VALUES ()" : " DEFAULT VALUES");
}

static void append_returning(struct sql *sql, const struct orm_model *model)
{
    sql_append(sql, " RETURNING ");
    for (unsigned i = 0; i < model->n_columns; i++) {
        sql_append(sql, i > 0 ? ", " : "");
        sql_append_identifier(sql, model->columns[i]->column);
    }
}

void sql_write_insert(struct sql *sql, const struct values *records, size_t n, bool with_key,
                      bool returning_record)
{
    const struct orm_model *model = records->model;

    assert(n > 0);
    sql_append(sql, "INSERT INTO ");
    sql_append_identifier(sql, model->table);
    if (records->n == 0 || (records->n == 1 && !with_key)) {
        assert(n == 1);
        append_empty(sql);
    } else {
        sql_append(sql, " (");
        append_names(sql, records, with_key);
        sql_append(sql, ") VALUES ");
        for (size_t i = 0; i < n; i++) {
            sql_append(sql, i > 0 ? ", " : "");
            append_row(sql, &records[i], with_key);
        }
    }
    if (sql->dialect->has_returning && returning_record) {
        append_returning(sql, model);
    }
}

void sql_write_insert_again(struct sql *sql, const struct values *records, size_t n, bool with_key)
{
    sql_clear_values(sql);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < records[i].n; j++) {
            const struct value *value = &records[i].values[j];

            if (is_written(value->attribute, with_key)) {
                sql_bind_json(sql, value->attribute, value->value);
            }
        }
    }
}

static void append_update(struct sql *sql, const struct values *set)
{
    sql_append(sql, "UPDATE ");
    sql_append_identifier(sql, set->model->table);
    sql_append(sql, " SET ");
    for (size_t i = 0; i < set->n; i++) {
        sql_append(sql, i > 0 ? ", " : "");
        sql_append_identifier(sql, set->values[i].attribute->column);
        sql_append(sql, " = ");
        sql_append_json(sql, set->values[i].attribute, set->values[i].value);
    }
}

void sql_write_update(struct sql *sql, const struct values *set, const struct predicate *where)
{
    append_update(sql, set);
    sql_append_where(sql, where);
}

void sql_write_update_keys(struct sql *sql, const struct values *set, json_t *const *keys, size_t n)
{
    append_update(sql, set);
    sql_append(sql, " WHERE ");
    sql_append_in(sql, set->model->primary_key, keys, n);
}

void sql_write_delete(struct sql *sql, const struct orm_model *model, const struct predicate *where)
{
    sql_append(sql, "DELETE FROM ");
    sql_append_identifier(sql, model->table);
    sql_append_where(sql, where);
}

void sql_write_delete_keys(struct sql *sql, const struct orm_model *model, json_t *const *keys,
                           size_t n)
{
    sql_append(sql, "DELETE FROM ");
    sql_append_identifier(sql, model->table);
    sql_append(sql, " WHERE ");
    sql_append_in(sql, model->primary_key, keys, n);
}
