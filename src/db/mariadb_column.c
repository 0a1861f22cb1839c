#include "db/mariadb_column.h"

#include "base/mem.h"

#include <sails/err.h>

enum {
    FIRST_ROOM = 64, /* bytes; most values are shorter */
    CHARSET_BINARY = 63
};

/* ---- where values arrive ---- */

/* How a column travels: integers and floats as such, everything else as text. */
static void describe_result(struct mariadb_column *column, MYSQL_BIND *bind,
                            const MYSQL_FIELD *field)
{
    column->type = field->type;
    column->is_binary = field->charsetnr == CHARSET_BINARY;
    column->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
    bind->is_null = &column->is_null;
    bind->length = &column->len;
    switch (field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &column->integer;
        bind->is_unsigned = column->is_unsigned;
        break;
    case MYSQL_TYPE_FLOAT:
        bind->buffer_type = MYSQL_TYPE_FLOAT;
        bind->buffer = &column->narrow;
        break;
    case MYSQL_TYPE_DOUBLE:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = &column->real;
        break;
    default:
        bind->buffer_type = column->is_binary ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
        bind->buffer = column->text;
        bind->buffer_length = column->room;
        break;
    }
}

int mariadb_column_init(struct mariadb_column *column, MYSQL_BIND *bind, const MYSQL_FIELD *field)
{
    column->text = mem_alloc(FIRST_ROOM);
    column->room = FIRST_ROOM;
    if (column->text == NULL) {
        return SAILS_ENOMEM;
    }
    describe_result(column, bind, field);
    return 0;
}

void mariadb_column_deinit(struct mariadb_column *column)
{
    mem_free(column->text);
}

static bool travels_as_text(const MYSQL_BIND *bind)
{
    return bind->buffer_type == MYSQL_TYPE_STRING || bind->buffer_type == MYSQL_TYPE_BLOB;
}

bool mariadb_column_is_short(const struct mariadb_column *column, const MYSQL_BIND *bind)
{
    return travels_as_text(bind) && column->len > column->room;
}

int mariadb_column_grow(struct mariadb_column *column, MYSQL_BIND *bind)
{
    char *bigger = mem_realloc(column->text, column->len);

    if (bigger == NULL) {
        return SAILS_ENOMEM;
    }
    column->text = bigger;
    column->room = column->len;
    bind->buffer = bigger;
    bind->buffer_length = column->room;
    return 0;
}

/* ---- what they say ---- */

/* "2026-01-31 12:00:00.5" becomes "2026-01-31T12:00:00.500Z", as JavaScript writes it. */
static struct str decode_time(char *decoded, struct str text)
{
    char fraction[4] = "000";

    if (text.len < 19 || text.len > 26) {
        return text;
    }
    for (size_t i = 0; i < 3 && 20 + i < text.len; i++) {
        fraction[i] = text.ptr[20 + i];
    }
    snprintf(decoded, MARIADB_COLUMN_DECODED_MAX, "%.10sT%.8s.%.3sZ", text.ptr, text.ptr + 11,
             fraction);
    return str_from(decoded);
}

/* Digits, where a number is too big for ours. */
static void decode_integer(char *decoded, const struct mariadb_column *column,
                           struct db_value *value)
{
    value->type = DB_INTEGER;
    value->as.integer = column->integer;
    if (column->is_unsigned && column->integer < 0) {
        snprintf(decoded, MARIADB_COLUMN_DECODED_MAX, "%llu", (unsigned long long)column->integer);
        value->type = DB_TEXT;
        value->as.text = str_from(decoded);
    }
}

static void decode_text(char *decoded, const struct mariadb_column *column, struct db_value *value)
{
    value->type = DB_TEXT;
    value->as.text = (struct str){column->text, column->len};
    switch (column->type) {
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        value->as.text = decode_time(decoded, value->as.text);
        break;
    case MYSQL_TYPE_JSON:
        value->type = DB_JSON;
        break;
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_BIT:
        value->type = column->is_binary ? DB_BYTES : DB_TEXT;
        break;
    default:
        break; /* decimals, dates, times: text */
    }
}

void mariadb_column_read(const struct mariadb_column *column, const MYSQL_BIND *bind,
                         char decoded[MARIADB_COLUMN_DECODED_MAX], struct db_value *value)
{
    if (column->is_null) {
        value->type = DB_NULL;
        return;
    }
    switch (bind->buffer_type) {
    case MYSQL_TYPE_LONGLONG:
        decode_integer(decoded, column, value);
        break;
    case MYSQL_TYPE_FLOAT:
        value->type = DB_REAL;
        value->as.real = adapter_widen(column->narrow);
        break;
    case MYSQL_TYPE_DOUBLE:
        value->type = DB_REAL;
        value->as.real = column->real;
        break;
    default:
        decode_text(decoded, column, value);
        break;
    }
}
