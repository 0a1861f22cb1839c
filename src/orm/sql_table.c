#include "orm/sql_table.h"

#include <assert.h>

/*
 * Numbers are doubles, and ids have 64 bits, on every database: what Sails' adapters for Node use (4 bytes for
 * both) loses digits, and ends at 2^31.
 */
static const struct {
    const char *sqlite;
    const char *postgresql;
    const char *mariadb;
} types[] = {
    [ORM_COLUMN_NONE] = {"", "", ""},
    [ORM_COLUMN_STRING] = {"TEXT", "TEXT", "VARCHAR(255)"},
    [ORM_COLUMN_NUMBER] = {"REAL", "DOUBLE PRECISION", "DOUBLE"},
    [ORM_COLUMN_NUMBER_KEY] = {"INTEGER", "BIGINT", "BIGINT"},
    [ORM_COLUMN_STRING_KEY] = {"TEXT", "VARCHAR", "VARCHAR(255)"},
    [ORM_COLUMN_NUMBER_TIMESTAMP] = {"INTEGER", "BIGINT", "BIGINT"},
    [ORM_COLUMN_STRING_TIMESTAMP] = {"TEXT", "VARCHAR", "VARCHAR(255)"},
    [ORM_COLUMN_BOOLEAN] = {"INTEGER", "BOOLEAN", "BOOLEAN"},
    [ORM_COLUMN_JSON] = {"TEXT", "JSON", "LONGTEXT"},
    [ORM_COLUMN_REF] = {"TEXT", "TEXT", "LONGTEXT"},
    [ORM_COLUMN_RAW] = {"", "", ""},
};

static bool is_mariadb(const struct sql_dialect *dialect)
{
    return dialect->quote == '`';
}

/* "BIGINT", "VARCHAR(255)": the type of an attribute's column, without what else is said of it. */
static const char *type_of(const struct sql_dialect *dialect, const struct orm_attribute *attribute)
{
    enum orm_column kind = attribute->column_kind;

    if (attribute->encrypt && kind != ORM_COLUMN_JSON) {
        return attribute->unique && is_mariadb(dialect) ? "VARCHAR(255)" : "TEXT";
    }
    if (kind == ORM_COLUMN_RAW) {
        bool has_no_length =
            is_mariadb(dialect) && str_eq_nocase(str_from(attribute->column_type), STR("varchar"));

        return has_no_length ? "VARCHAR(255)" : attribute->column_type;
    }
    if (is_mariadb(dialect)) {
        return types[kind].mariadb;
    }
    return dialect->numbers_params ? types[kind].postgresql : types[kind].sqlite;
}

/* A key that the database counts. */
static const char *counted_type(const struct sql_dialect *dialect)
{
    if (is_mariadb(dialect)) {
        return " BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY";
    }
    return dialect->numbers_params ? " BIGSERIAL PRIMARY KEY"
                                   : " INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL";
}

/* What the type of a raw column says may be more than a type: it is the application's own text. */
static void append_definition(struct sql *sql, const struct orm_attribute *attribute)
{
    sql_append_identifier(sql, attribute->column);
    if (attribute->is_primary_key && attribute->auto_increment) {
        sql_append(sql, counted_type(sql->dialect));
        return;
    }
    if (attribute->auto_increment && sql->dialect->numbers_params) {
        sql_append(sql, " BIGSERIAL");
    } else {
        sql_append(sql, " ");
        sql_append(sql, type_of(sql->dialect, attribute));
    }
    if (attribute->is_primary_key) {
        sql_append(sql, " NOT NULL PRIMARY KEY");
    } else if (attribute->unique) {
        sql_append(sql, " UNIQUE");
    }
}

void sql_table_create(struct sql *sql, const struct orm_model *model, struct str name)
{
    sql_append(sql, "CREATE TABLE ");
    sql_append_identifier(sql, name);
    sql_append(sql, " (");
    for (unsigned i = 0; i < model->n_columns; i++) {
        sql_append(sql, i > 0 ? ", " : "");
        append_definition(sql, model->columns[i]);
    }
    sql_append(sql, ")");
    if (is_mariadb(sql->dialect)) {
        /* Texts that differ in case, or by a blank at the end, are different, as everywhere else. MySQL has no such
         * collation in all its versions, and each server passes over what is for the other. */
        sql_append(sql,
                   " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M!100200 COLLATE=utf8mb4_nopad_bin*/"
                   " /*!50700 COLLATE=utf8mb4_bin*/");
    }
}

void sql_table_drop(struct sql *sql, struct str name)
{
    sql_append(sql, "DROP TABLE IF EXISTS ");
    sql_append_identifier(sql, name);
}

static struct db_value text(struct str s)
{
    return (struct db_value){.type = DB_TEXT, .as.text = s};
}

void sql_table_columns(struct sql *sql, struct str name)
{
    if (!is_mariadb(sql->dialect) && !sql->dialect->numbers_params) {
        sql_append(sql, "SELECT name FROM pragma_table_info(");
        sql_append_value(sql, text(name));
        sql_append(sql, ")");
        return;
    }
    sql_append(sql, "SELECT column_name FROM information_schema.columns WHERE table_schema = ");
    sql_append(sql, is_mariadb(sql->dialect) ? "DATABASE()" : "current_schema()");
    sql_append(sql, " AND table_name = ");
    sql_append_value(sql, text(name));
}

static void append_names(struct sql *sql, const struct orm_attribute *const *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sql_append(sql, i > 0 ? ", " : "");
        sql_append_identifier(sql, columns[i]->column);
    }
}

/* PostgreSQL converts nothing by itself; through text nearly everything can be. */
static void append_converted(struct sql *sql, const struct orm_attribute *column)
{
    if (!sql->dialect->numbers_params) {
        sql_append_identifier(sql, column->column);
        return;
    }
    sql_append(sql, "CAST(CAST(");
    sql_append_identifier(sql, column->column);
    sql_append(sql, " AS TEXT) AS ");
    sql_append(sql, type_of(sql->dialect, column));
    sql_append(sql, ")");
}

static bool is_among(const struct orm_attribute *column, const struct orm_attribute *const *columns,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (columns[i] == column) {
            return true;
        }
    }
    return false;
}

/* What a record that was made before its attribute has, as a new record in which it is omitted; NULL: null, or
 * what the database makes. */
static const json_t *value_before(const struct orm_attribute *column)
{
    bool is_made = column->is_primary_key || json_is_null(column->base_value);

    return is_made ? NULL : column->base_value;
}

/* PostgreSQL must be told the type of a parameter that it only passes on. */
static void append_value_before(struct sql *sql, const struct orm_attribute *column)
{
    if (!sql->dialect->numbers_params) {
        sql_append_json(sql, column, value_before(column));
        return;
    }
    sql_append(sql, "CAST(");
    sql_append_json(sql, column, value_before(column));
    sql_append(sql, " AS ");
    sql_append(sql, type_of(sql->dialect, column));
    sql_append(sql, ")");
}

void sql_table_copy(struct sql *sql, const struct orm_model *model,
                    const struct orm_attribute *const *columns, size_t n, struct str from,
                    struct str to)
{
    assert(n > 0);
    sql_append(sql, "INSERT INTO ");
    sql_append_identifier(sql, to);
    sql_append(sql, " (");
    append_names(sql, columns, n);
    for (unsigned i = 0; i < model->n_columns; i++) {
        if (!is_among(model->columns[i], columns, n) && value_before(model->columns[i]) != NULL) {
            sql_append(sql, ", ");
            sql_append_identifier(sql, model->columns[i]->column);
        }
    }
    sql_append(sql, ") SELECT ");
    for (size_t i = 0; i < n; i++) {
        sql_append(sql, i > 0 ? ", " : "");
        append_converted(sql, columns[i]);
    }
    for (unsigned i = 0; i < model->n_columns; i++) {
        if (!is_among(model->columns[i], columns, n) && value_before(model->columns[i]) != NULL) {
            sql_append(sql, ", ");
            append_value_before(sql, model->columns[i]);
        }
    }
    sql_append(sql, " FROM ");
    sql_append_identifier(sql, from);
}
