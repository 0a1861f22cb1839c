/*
 * adapter.h - what a database must be able to do.
 *
 * Purpose    One small table of functions a database: connect, prepare, bind, step, read columns, and
 *            say what went wrong. Everything else is the same code for all.
 * Ownership  A session (a connection to the database) owns its statements' resources on the server;
 *            each prepared statement is finalized before its session is closed.
 * Threads    A session and its statements: one thread at a time.
 * Floor      db; uses base.
 *
 * Functions that can fail return 0, SAILS_ENOMEM, or SAILS_EDB, and then `error` says why
 * (db_error.h). They block, for no longer than the configuration's time limits.
 *
 *     prepare -> run -> step, step, ... (1: a row; 0: no more) -> reset -> run -> ... -> finalize
 */
#ifndef DB_ADAPTER_H
#define DB_ADAPTER_H

#include "base/str.h"
#include "db/db_error.h"

struct db_config;

enum db_type {
    DB_NULL,
    DB_INTEGER,
    DB_REAL,
    DB_BOOLEAN,
    DB_TEXT,
    DB_BYTES,
    DB_JSON /* text that the database knows to be JSON */
};

struct db_value {
    enum db_type type;
    union {
        int64_t integer;
        double real;
        bool boolean;
        struct str text; /* also of DB_BYTES and DB_JSON; borrowed */
    } as;
};

/* What an adapter sees of a connection; each has its own. */
struct db_session;
struct db_statement;

/* How a database spells what it can do: see sql.h. */
struct sql_dialect;

struct db_adapter {
    const char *name; /* "sqlite" */
    const struct sql_dialect *dialect;

    int (*open)(const struct db_config *config, struct db_session **session,
                struct db_error *error);
    void (*close)(struct db_session *session);

    /* Whether the connection is known to be gone, without waiting for anything. */
    bool (*is_lost)(struct db_session *session);

    /* Whether a transaction is open, even if it can only be rolled back. */
    bool (*is_in_transaction)(struct db_session *session);

    /* Runs text without parameters, for which nobody wants rows: BEGIN, CREATE TABLE. */
    int (*execute)(struct db_session *session, const char *sql, struct db_error *error);

    /* `sql` is NUL-terminated, too. Its parameters are spelled as the dialect says. */
    int (*prepare)(struct db_session *session, struct str sql, struct db_statement **statement,
                   struct db_error *error);
    void (*finalize)(struct db_statement *statement);

    /* Binds `n` values and begins. Values stay valid until the statement is reset. */
    int (*run)(struct db_statement *statement, const struct db_value *values, size_t n,
               struct db_error *error);

    /* 1: there is a row; 0: there is no more (and all that the statement does is done). */
    int (*step)(struct db_statement *statement, struct db_error *error);

    /* Of the row that step() has found. Text is valid until the next step. */
    void (*column)(struct db_statement *statement, size_t i, struct db_value *value);
    void (*reset)(struct db_statement *statement);

    /* Of a statement that has run. */
    size_t (*count_columns)(struct db_statement *statement);
    const char *(*column_name)(struct db_statement *statement, size_t i);

    /* Rows that the last statement has changed; -1: the database does not tell. */
    int64_t (*affected)(struct db_statement *statement);

    /* The first id that the last INSERT has generated; 0 where the database does not tell. */
    int64_t (*generated_id)(struct db_statement *statement);

    /* sqlite3 *, PGconn *, MYSQL *: for who needs what is not here. */
    void *(*driver)(struct db_session *session);
};

/* What a float of four bytes says in the fewest digits, and not what the same bits are in eight: 3.14 is 3.14. */
double adapter_widen(float value);

extern const struct db_adapter db_sqlite;
extern const struct db_adapter db_postgresql;
extern const struct db_adapter db_mariadb;

#endif
