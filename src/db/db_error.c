#include "db/db_error.h"

#include "base/utf8.h"

#include <assert.h>
#include <sails/err.h>
#include <stdarg.h>
#include <stdio.h>

/* Where a text had to be cut, or is in the server's encoding, it must still be UTF-8 for JSON. */
static void make_utf8(char *text)
{
    size_t len = strlen(text);

    if (utf8_is_valid((struct bytes){(const uint8_t *)text, len})) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] >= 0x80) {
            text[i] = '?';
        }
    }
}

int db_error_set(struct db_error *error, enum db_fault fault, const char *format, ...)
{
    va_list arguments;
    size_t len = 0;

    assert(fault != DB_FAULT_NONE);
    db_error_clear(error);
    error->fault = fault;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    make_utf8(error->text);
    len = strlen(error->text);
    while (len > 0 && (error->text[len - 1] == '\n' || error->text[len - 1] == ' ')) {
        error->text[--len] = '\0';
    }
    return fault == DB_FAULT_NO_MEMORY ? SAILS_ENOMEM : SAILS_EDB;
}

void db_error_clear(struct db_error *error)
{
    error->fault = DB_FAULT_NONE;
    error->text[0] = '\0';
    error->table[0] = '\0';
    error->columns[0] = '\0';
}

void db_error_add_column(struct db_error *error, struct str name)
{
    size_t len = strlen(error->columns);

    if (name.len == 0 || name.len + 2 > sizeof(error->columns) - len) {
        return;
    }
    if (len > 0) {
        error->columns[len++] = '\n';
    }
    memcpy(error->columns + len, name.ptr, name.len);
    error->columns[len + name.len] = '\0';
}
