/*
 * mariadb_column.h - a column of a result of MariaDB's: where its values arrive, and what they say.
 *
 * Purpose    Numbers arrive as numbers, everything else as text in a buffer that grows where a value does not
 *            fit, and stays so for the rows behind it.
 * Ownership  A column owns its buffer; its MYSQL_BIND points into it, so neither moves.
 * Threads    One at a time.
 * Floor      db; uses base.
 */
#ifndef DB_MARIADB_COLUMN_H
#define DB_MARIADB_COLUMN_H

#include "db/adapter.h"

#include <mysql.h>

enum {
    MARIADB_COLUMN_DECODED_MAX = 40 /* a date and time */
};

struct mariadb_column {
    enum enum_field_types type; /* what the server has */
    char *text;                 /* what travels as text, and its room */
    unsigned long room;
    unsigned long len;
    long long integer;
    double real;
    float narrow;
    my_bool is_null;
    bool is_binary;
    bool is_unsigned;
};

/* 0; SAILS_ENOMEM. Deinit in any case. */
int mariadb_column_init(struct mariadb_column *column, MYSQL_BIND *bind, const MYSQL_FIELD *field);
void mariadb_column_deinit(struct mariadb_column *column);

/* Whether the value that has come is cut off. */
bool mariadb_column_is_short(const struct mariadb_column *column, const MYSQL_BIND *bind);

/* Makes room for it. 0; SAILS_ENOMEM. */
int mariadb_column_grow(struct mariadb_column *column, MYSQL_BIND *bind);

/* The value that has come. `decoded` is memory for what is spelled in another way, which *value may be a view of. */
void mariadb_column_read(const struct mariadb_column *column, const MYSQL_BIND *bind,
                         char decoded[MARIADB_COLUMN_DECODED_MAX], struct db_value *value);

#endif
