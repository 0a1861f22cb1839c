/*
 * pg_answer.h - waiting for what PostgreSQL says, for no longer than it may take.
 *
 * Threads    The connection's.
 * Floor      db; uses base.
 */
#ifndef DB_PG_ANSWER_H
#define DB_PG_ANSWER_H

#include "db/db_error.h"

#include <libpq-fe.h>

/*
 * The answer to what was sent: the last result, the ones before it dropped. On errors (which are the
 * first result that is one) *answer stays as it is. `timeout_ms`: 0: none. *is_dead: there is no way back to
 * a connection that is of use, whatever libpq thinks of it.
 */
int pg_answer_take(PGconn *conn, unsigned timeout_ms, PGresult **answer, bool *is_dead,
                   struct db_error *error);

#endif
