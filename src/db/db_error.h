/*
 * db_error.h - what a database has refused, and why.
 *
 * Purpose    One small value that says of every database's errors what the floors above decide by.
 * Ownership  A value; it owns nothing.
 * Threads    Any; one thread at a time.
 * Floor      db; uses base.
 */
#ifndef DB_DB_ERROR_H
#define DB_DB_ERROR_H

#include "base/str.h"

enum db_fault {
    DB_FAULT_NONE,
    DB_FAULT_NO_MEMORY,
    DB_FAULT_UNIQUE,   /* `columns` and `table` say what is there already */
    DB_FAULT_NO_TABLE, /* a table or a column is not there */
    DB_FAULT_LOST,     /* the connection is gone; nobody knows what became of the last statement */
    DB_FAULT_AWAY,     /* no connection could be made; nothing was sent */
    DB_FAULT_BUSY,     /* somebody else holds a lock for too long, or a deadlock was broken */
    DB_FAULT_TIMEOUT,  /* the statement took longer than it may */
    DB_FAULT_FULL,     /* disk, quota or table space */
    DB_FAULT_VALUE,    /* a value that the column cannot hold: too long, out of range */
    DB_FAULT_STALE,    /* the prepared statement no longer fits the table: prepare it again */
    DB_FAULT_CONFIG,   /* what the datastore's configuration says cannot be */
    DB_FAULT_OTHER
};

enum {
    DB_ERROR_TEXT_MAX = 512,
    DB_ERROR_COLUMNS_MAX = 1024
};

struct db_error {
    enum db_fault fault;
    char text[DB_ERROR_TEXT_MAX];       /* the database's own words, cut where they are longer */
    char table[128];                    /* of DB_FAULT_UNIQUE; "" where nobody knows */
    char columns[DB_ERROR_COLUMNS_MAX]; /* names, a newline between them; "" where nobody knows */
};

/* Sets the fault and its text, as printf. Forgets table and columns. Returns SAILS_EDB, or SAILS_ENOMEM
 * for DB_FAULT_NO_MEMORY: what a failing function of an adapter returns. */
int db_error_set(struct db_error *error, enum db_fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void db_error_clear(struct db_error *error);

/* One more column; what has no room is left out. */
void db_error_add_column(struct db_error *error, struct str name);

#endif
