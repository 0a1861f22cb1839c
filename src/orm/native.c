#include "orm/native.h"

#include "base/json_value.h"
#include "orm/column_value.h"

#include <sails/err.h>

/* ---- values ---- */

static int to_value(const json_t *json, struct arena *arena, struct db_value *out)
{
    /* As of a `ref`: everything as it is, what has parts as JSON text. */
    static const struct orm_attribute any = {.type = ORM_REF};

    return column_value_write(&any, json, arena, out);
}

/* ---- placeholders ---- */

/* Behind what begins with a quote: the quote twice stands for itself; MariaDB has a backslash, too. */
static size_t skip_quoted(struct str sql, size_t at, bool has_backslash)
{
    char quote = sql.ptr[at++];

    while (at < sql.len && sql.ptr[at] != quote) {
        at += has_backslash && sql.ptr[at] == '\\' && at + 1 < sql.len ? 2 : 1;
    }
    return at < sql.len ? at + 1 : at;
}

static size_t skip_line(struct str sql, size_t at)
{
    while (at < sql.len && sql.ptr[at] != '\n') {
        at++;
    }
    return at;
}

static size_t skip_comment(struct str sql, size_t at)
{
    at += 2;
    while (at + 1 < sql.len && !(sql.ptr[at] == '*' && sql.ptr[at + 1] == '/')) {
        at++;
    }
    return at + 1 < sql.len ? at + 2 : sql.len;
}

/* Behind what is no statement text: a text, a name, a comment. `at` itself: none of these begins there. */
static size_t skip_opaque(struct str sql, size_t at, bool is_mariadb)
{
    char c = sql.ptr[at];
    char next = at + 1 < sql.len ? sql.ptr[at + 1] : '\0';

    if (c == '\'' || c == '"' || c == '`') {
        return skip_quoted(sql, at, is_mariadb && c != '`');
    }
    if (c == '-' && next == '-') {
        return skip_line(sql, at);
    }
    return c == '/' && next == '*' ? skip_comment(sql, at) : at;
}

/* "$12": 12, and how long it is; 0: none. */
static uint64_t placeholder_at(struct str sql, size_t at, size_t *len)
{
    struct str digits = {sql.ptr + at + 1, 0};
    uint64_t number = 0;

    while (at + 1 + digits.len < sql.len && char_is_digit(sql.ptr[at + 1 + digits.len])) {
        digits.len++;
    }
    *len = 1 + digits.len;
    return str_to_u64(digits, NATIVE_VALUES_MAX, &number) ? number : 0;
}

static int refuse_placeholder(struct sails_db *db, uint64_t number, size_t n)
{
    return orm_error_set(
        &db->error, ORM_ERROR_PLAIN, SAILS_EINVAL, NULL,
        "The statement has a placeholder $%llu, and %zu values: `$1` is the first.",
        (unsigned long long)number, n);
}

/* Appends the statement to db->sql: a value for each placeholder, however often it is there. */
static int spell(struct sails_db *db, struct str sql, const struct db_value *values, size_t n)
{
    bool is_mariadb = db->sql.dialect->quote == '`';
    size_t at = 0;

    while (at < sql.len) {
        size_t end = skip_opaque(sql, at, is_mariadb);
        size_t len = 0;
        uint64_t number = sql.ptr[at] == '$' ? placeholder_at(sql, at, &len) : 0;

        if (end > at) {
            buf_append(&db->sql.text, sql.ptr + at, end - at);
            at = end;
        } else if (number > 0) {
            if (number > n) {
                return refuse_placeholder(db, number, n);
            }
            sql_append_value(&db->sql, values[number - 1]);
            at += len;
        } else {
            buf_append_char(&db->sql.text, sql.ptr[at++]);
        }
    }
    return 0;
}

static int read_values(struct sails_db *db, const json_t *list, struct db_value **values, size_t *n)
{
    size_t count = json_array_size(list);
    struct db_value *made = NULL;

    if (list != NULL && !json_is_array(list)) {
        return orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_EINVAL, NULL,
                             "The values of a native query are a list.");
    }
    if (count > NATIVE_VALUES_MAX) {
        return orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_ETOOBIG, NULL,
                             "A native query has at most %d values, not %zu.", NATIVE_VALUES_MAX,
                             count);
    }
    made = arena_calloc(&db->sql.arena, count + 1, sizeof(*made));
    if (made == NULL) {
        return orm_error_set_no_memory(&db->error);
    }
    for (size_t i = 0; i < count; i++) {
        if (to_value(json_array_get(list, i), &db->sql.arena, &made[i]) < 0) {
            return orm_error_set_no_memory(&db->error);
        }
    }
    *values = made;
    *n = count;
    return 0;
}

/* ---- rows ---- */

static int read_row(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    json_t *row = json_object();
    int rc = row != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; i < adapter->count_columns(statement) && rc == 0; i++) {
        struct db_value value = {.type = DB_NULL};
        json_t *json = NULL;

        adapter->column(statement, i, &value);
        rc = column_value_read(NULL, &value, &json);
        if (rc == 0 && json_object_set_new(row, adapter->column_name(statement, i), json) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    if (rc < 0) {
        json_decref(row);
        return rc;
    }
    return json_array_append_new(ctx, row) < 0 ? SAILS_ENOMEM : 0;
}

int native_run(struct sails_db *db, struct connection *c, struct str sql, const json_t *values,
               struct native_result *result)
{
    struct db_value *bound = NULL;
    json_t *rows = json_array();
    size_t n = 0;
    int rc = rows != NULL ? 0 : orm_error_set_no_memory(&db->error);

    sql_clear(&db->sql);
    db->sql.dialect = c->config->adapter->dialect;
    rc = rc == 0 ? read_values(db, values, &bound, &n) : rc;
    rc = rc == 0 ? spell(db, sql, bound, n) : rc;
    if (rc == 0) {
        rc = database_run(db, c, read_row, rows, &result->affected);
    }
    if (rc < 0) {
        json_decref(rows);
        return rc;
    }
    result->rows = rows;
    return 0;
}
