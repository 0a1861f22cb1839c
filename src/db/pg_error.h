/*
 * pg_error.h - what PostgreSQL has refused, by its codes (its manual, "PostgreSQL Error Codes").
 *
 * Purpose    A failed result, or a connection that could not even send, becomes a fault, with the names of
 *            columns where they are told.
 * Threads    The connection's.
 * Floor      db; uses base.
 */
#ifndef DB_PG_ERROR_H
#define DB_PG_ERROR_H

#include "db/db_error.h"

#include <libpq-fe.h>

/* `result`: NULL where there is none. As db_error_set(). */
int pg_error_set(struct db_error *error, const PGconn *conn, const PGresult *result);

#endif
