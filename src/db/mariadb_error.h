/*
 * mariadb_error.h - what MariaDB and MySQL have refused, by the numbers of their manuals ("Error messages").
 *
 * Purpose    A number and a sentence become a fault, with the names of columns where they are told.
 * Threads    Any.
 * Floor      db; uses base.
 */
#ifndef DB_MARIADB_ERROR_H
#define DB_MARIADB_ERROR_H

#include "db/db_error.h"

enum {
    MARIADB_ERROR_DEADLOCK = 1213,
    MARIADB_ERROR_NOT_PREPARABLE = 1295
};

/* As db_error_set(). */
int mariadb_error_set(struct db_error *error, unsigned number, const char *text);

#endif
