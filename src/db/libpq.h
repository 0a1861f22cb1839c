/*
 * libpq.h - what we call of libpq, the client of PostgreSQL.
 *
 * Purpose    libpq is opened when a connection is, and not linked: see db_library.h. Its header says what
 *            the functions are, so that a call is checked as if it were.
 * Ownership  Once open, it stays so until the process ends.
 * Threads    libpq_open(): any. The functions, by who has called it, as libpq says.
 * Floor      db; uses base.
 */
#ifndef DB_LIBPQ_H
#define DB_LIBPQ_H

#include "db/db_library.h"

#include <libpq-fe.h>

/* clang-format off */
#define LIBPQ_FUNCTIONS(X) \
    X(PQclear) X(PQcmdStatus) X(PQcmdTuples) X(PQconnectdbParams) X(PQconsumeInput) \
    X(PQerrorMessage) X(PQescapeIdentifier) X(PQfinish) X(PQfname) X(PQfreemem) X(PQftype) \
    X(PQgetResult) X(PQgetisnull) X(PQgetlength) X(PQgetvalue) X(PQisBusy) X(PQnfields) \
    X(PQnparams) X(PQntuples) X(PQresultErrorField) X(PQresultErrorMessage) X(PQresultStatus) \
    X(PQsendDescribePrepared) X(PQsendPrepare) X(PQsendQuery) X(PQsendQueryPrepared) \
    X(PQsetNoticeReceiver) X(PQsocket) X(PQstatus) X(PQtransactionStatus)
/* clang-format on */

struct libpq {
    LIBPQ_FUNCTIONS(DB_LIBRARY_MEMBER)
};

extern struct libpq libpq;

/* Fills `libpq`. Returns 0, or SAILS_EDB: libpq.so.5 or a function of it is not there. */
int libpq_open(struct db_error *error);

#endif
