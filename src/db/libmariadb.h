/*
 * libmariadb.h - what we call of libmariadb, the client of MariaDB and MySQL.
 *
 * Purpose    libmariadb is opened when a connection is, and not linked: see db_library.h. Its header says what
 *            the functions are, so that a call is checked as if it were.
 * Ownership  Once open, it stays so until the process ends.
 * Threads    libmariadb_open(): any. The functions, by who has called it, as libmariadb says.
 * Floor      db; uses base.
 */
#ifndef DB_LIBMARIADB_H
#define DB_LIBMARIADB_H

#include "db/db_library.h"

#include <mysql.h>

/* clang-format off */
#define LIBMARIADB_FUNCTIONS(X) \
    X(mariadb_connection) X(mariadb_get_infov) X(mysql_affected_rows) X(mysql_close) \
    X(mysql_errno) X(mysql_error) X(mysql_fetch_field_direct) X(mysql_fetch_fields) \
    X(mysql_fetch_row) X(mysql_free_result) X(mysql_get_socket) X(mysql_init) \
    X(mysql_next_result) X(mysql_num_fields) X(mysql_options) X(mysql_real_connect) \
    X(mysql_real_query) X(mysql_stmt_affected_rows) X(mysql_stmt_bind_param) \
    X(mysql_stmt_bind_result) X(mysql_stmt_close) X(mysql_stmt_errno) X(mysql_stmt_error) \
    X(mysql_stmt_execute) X(mysql_stmt_fetch) X(mysql_stmt_fetch_column) \
    X(mysql_stmt_field_count) X(mysql_stmt_free_result) X(mysql_stmt_init) \
    X(mysql_stmt_insert_id) X(mysql_stmt_param_count) X(mysql_stmt_prepare) \
    X(mysql_stmt_result_metadata) X(mysql_stmt_store_result) X(mysql_use_result)
/* clang-format on */

struct libmariadb {
    LIBMARIADB_FUNCTIONS(DB_LIBRARY_MEMBER)
};

extern struct libmariadb libmariadb;

/* Fills `libmariadb`. Returns 0, or SAILS_EDB: libmariadb.so.3 or a function of it is not there. */
int libmariadb_open(struct db_error *error);

#endif
