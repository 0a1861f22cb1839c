#include "db/sql_dialect.h"

/*
 * params_max: SQLite's own limit, as Debian builds it, is 250000; elsewhere 32766. The protocols of the
 * servers count parameters in 16 bits. rows_max: a single row prepared once is the fastest in SQLite; to
 * a server, many rows in one statement save round trips, and behind some hundreds nothing more is gained.
 *
 * BEGIN IMMEDIATE: a transaction that reads first and writes later would fail at once where another
 * connection has written in between; so the one lock for writing is taken (and waited for) at the start.
 */
const struct sql_dialect sql_dialect_sqlite = {
    .quote = '"',
    .has_returning = true,
    .has_transactional_ddl = true,
    .prepares_transactions = true,
    .params_max = 32766,
    .rows_max = 1,
    .begin = "BEGIN IMMEDIATE",
    .escape = " ESCAPE '\\'",
};

const struct sql_dialect sql_dialect_postgresql = {
    .quote = '"',
    .numbers_params = true,
    .has_any = true,
    .has_returning = true,
    .has_transactional_ddl = true,
    .puts_nulls_last = true,
    .aborts_on_error = true,
    .params_max = 65535,
    .rows_max = 256,
    .begin = "BEGIN",
    .escape = " ESCAPE '\\'",
};

/* MySQL has no RETURNING: what all of its kind can do is used. */
const struct sql_dialect sql_dialect_mariadb = {
    .quote = '`',
    .params_max = 65535,
    .rows_max = 256,
    .begin = "START TRANSACTION",
    .escape = " ESCAPE '\\\\'",
};
