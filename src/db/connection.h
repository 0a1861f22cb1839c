/*
 * connection.h - a connection that prepares once, comes back by itself, and counts transactions.
 *
 * Purpose    Run statements by their text: prepared at the first time, found again afterwards. A
 *            connection that was lost is made anew by whoever asks next, unless a transaction was open.
 * Ownership  Owns its session and statements. Borrows the configuration.
 * Threads    One thread at a time.
 * Floor      db; uses base.
 *
 * Functions return SAILS_EDB or SAILS_ENOMEM, and connection.error says why.
 */
#ifndef DB_CONNECTION_H
#define DB_CONNECTION_H

#include "base/list.h"
#include "base/map.h"
#include "db/db_config.h"

enum {
    /* Shapes of statements that a connection keeps. A program has some dozens; each is some KiB, here
     * and in the server. */
    CONNECTION_STATEMENTS_MAX = 256
};

struct connection {
    const struct db_config *config;
    struct db_session *session; /* NULL: not made yet, or it was lost */
    struct map statements;      /* cached_statement by its text */
    struct list by_use;         /* the same, least recently used first */
    size_t n_statements;
    unsigned depth; /* of transactions: 0: none, 1: a transaction, more: savepoints in it */
    bool is_lost;   /* the session must not be used any more */
    bool is_broken; /* the transaction is gone, though depth > 0: nothing runs until it has ended */
    struct db_error error;
};

enum connection_use {
    CONNECTION_READS, /* may be done twice: repeated where the connection turns out to be lost */
    CONNECTION_WRITES
};

/* A statement that has been prepared on this connection. */
struct cached_statement;

/* Makes no connection yet: the first statement does. `config` outlives it. */
void connection_init(struct connection *c, const struct db_config *config);

/* Closes. No statement may be running; an open transaction is rolled back. */
void connection_deinit(struct connection *c);

/* Connects, if it is not connected: 0, or the error. */
int connection_open(struct connection *c);

/* Forgets the statements: after definitions have changed, they no longer fit. */
void connection_forget_statements(struct connection *c);

/*
 * Runs a statement up to its first row. 1: there is one, 0: there is none; both give *running, which
 * connection_end() takes. On an error there is nothing to end. `sql` is NUL-terminated, too; the
 * values are borrowed until the end.
 */
int connection_query(struct connection *c, enum connection_use use, struct str sql,
                     const struct db_value *values, size_t n, struct cached_statement **running);

/* The next row: as above. After an error connection_end() is still to be called. */
int connection_next(struct connection *c, struct cached_statement *running);
void connection_end(struct cached_statement *running);

/* The adapter's statement, to read columns from. */
struct db_statement *connection_statement(const struct cached_statement *running);

/* Runs text without parameters, which is not kept: definitions of tables. */
int connection_execute(struct connection *c, const char *sql);

/* A transaction, or a savepoint in the one that is open. Each is ended by one of the other two. */
int connection_begin(struct connection *c);

/* On an error everything since connection_begin() has been rolled back (or, where the connection was
 * lost meanwhile, nobody knows). */
int connection_commit(struct connection *c);
void connection_rollback(struct connection *c);

#endif
