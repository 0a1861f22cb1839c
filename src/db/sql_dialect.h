/*
 * sql_dialect.h - how a database spells what all of them can do.
 *
 * Purpose    What differs in the text of statements, in one table a database.
 * Ownership  Constants.
 * Threads    Any.
 * Floor      db; uses base.
 */
#ifndef DB_SQL_DIALECT_H
#define DB_SQL_DIALECT_H

#include "base/str.h"

struct sql_dialect {
    char quote;          /* around identifiers */
    bool numbers_params; /* "$1"; else "?" */
    bool has_any;        /* x = ANY($1): a list is one parameter */
    bool has_returning;  /* INSERT, UPDATE and DELETE ... RETURNING */
    bool has_transactional_ddl;
    bool puts_nulls_last;       /* so "NULLS FIRST" has to be said */
    bool prepares_transactions; /* BEGIN, SAVEPOINT and the like are statements as others are */
    bool aborts_on_error; /* an error within a transaction ends all of it, but for a savepoint */
    size_t params_max;    /* of one statement */
    size_t rows_max;      /* of one INSERT */
    const char *begin;    /* a transaction that will write */
    const char *escape;   /* behind LIKE: what makes a backslash the escape character */
};

extern const struct sql_dialect sql_dialect_sqlite;
extern const struct sql_dialect sql_dialect_postgresql;
extern const struct sql_dialect sql_dialect_mariadb;

#endif
