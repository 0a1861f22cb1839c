/*
 * MariaDB and MySQL, by libmariadb.
 *
 * Statements use the protocol of prepared statements: numbers travel as numbers. A result is stored
 * whole in the client, so that the connection is free for the next statement.
 *
 * Sessions are strict (what a column cannot hold is an error, never cut), in UTC, in utf8mb4.
 */
#include "base/mem.h"
#include "db/adapter.h"
#include "db/db_config.h"
#include "db/libmariadb.h"
#include "db/mariadb_column.h"
#include "db/mariadb_error.h"
#include "db/sql_dialect.h"

#include <assert.h>
#include <poll.h>
#include <sails/err.h>

enum {
    GRACE_S = 5 /* for the server to say that it has ended a statement */
};

struct db_session {
    MYSQL *mysql;
    bool transaction_gone; /* the server has ended it by itself */
};

struct db_statement {
    struct db_session *session;
    MYSQL_STMT *stmt; /* NULL: of the few that cannot be prepared; `sql` is sent as it is */
    MYSQL_RES *description;
    char *sql;
    struct mariadb_column *columns;
    MYSQL_BIND *results;
    size_t n_columns;
    MYSQL_BIND *params;
    unsigned long *lengths;
    size_t n_params;
    char decoded[MARIADB_COLUMN_DECODED_MAX];
};

/* ---- errors ---- */

static int set_fault(struct db_session *session, unsigned number, const char *text,
                     struct db_error *error)
{
    if (number == MARIADB_ERROR_DEADLOCK) {
        session->transaction_gone = true;
    }
    return mariadb_error_set(error, number, text);
}

static int set_error(struct db_session *session, struct db_error *error)
{
    return set_fault(session, libmariadb.mysql_errno(session->mysql),
                     libmariadb.mysql_error(session->mysql), error);
}

static int set_statement_error(struct db_statement *s, struct db_error *error)
{
    return set_fault(s->session, libmariadb.mysql_stmt_errno(s->stmt),
                     libmariadb.mysql_stmt_error(s->stmt), error);
}

static int no_memory(struct db_error *error)
{
    return db_error_set(error, DB_FAULT_NO_MEMORY, "out of memory");
}

/* ---- connecting ---- */

static unsigned to_seconds(unsigned ms)
{
    return (ms + 999) / 1000;
}

static void set_options(MYSQL *mysql, const struct db_config *config)
{
    unsigned connect_s = to_seconds(config->connect_timeout_ms);
    unsigned statement_s =
        config->statement_timeout_ms != 0 ? to_seconds(config->statement_timeout_ms) + GRACE_S : 0;
    my_bool on = 1;
    my_bool verify = config->ssl_verify;

    libmariadb.mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    if (statement_s != 0) {
        libmariadb.mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &statement_s);
        libmariadb.mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &statement_s);
    }
    libmariadb.mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (config->ssl) {
        libmariadb.mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &on);
        libmariadb.mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
        libmariadb.mysql_options(mysql, MYSQL_OPT_SSL_CA, config->ssl_ca);
        libmariadb.mysql_options(mysql, MYSQL_OPT_SSL_CERT, config->ssl_cert);
        libmariadb.mysql_options(mysql, MYSQL_OPT_SSL_KEY, config->ssl_key);
    }
}

static int my_execute(struct db_session *session, const char *sql, struct db_error *error);

static int prepare_session(struct db_session *session, const struct db_config *config,
                           struct db_error *error)
{
    char sql[256];
    int rc = my_execute(session,
                        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES,"
                        "NO_AUTO_VALUE_ON_ZERO'), time_zone = '+00:00'",
                        error);

    if (rc < 0 || config->statement_timeout_ms == 0) {
        return rc;
    }
    if (libmariadb.mariadb_connection(session->mysql)) {
        snprintf(sql, sizeof(sql), "SET SESSION max_statement_time = %u.%03u",
                 config->statement_timeout_ms / 1000, config->statement_timeout_ms % 1000);
    } else {
        snprintf(sql, sizeof(sql), "SET SESSION max_execution_time = %u",
                 config->statement_timeout_ms);
    }
    return my_execute(session, sql, error);
}

static void my_close(struct db_session *session)
{
    if (session == NULL) {
        return;
    }
    if (session->mysql != NULL) {
        libmariadb.mysql_close(session->mysql);
    }
    mem_free(session);
}

static int connect_to(struct db_session *session, const struct db_config *config,
                      struct db_error *error)
{
    const char *socket = config->host != NULL && config->host[0] == '/' ? config->host : NULL;

    session->mysql = libmariadb.mysql_init(NULL);
    if (session->mysql == NULL) {
        return no_memory(error);
    }
    set_options(session->mysql, config);
    /* CLIENT_FOUND_ROWS: an UPDATE counts what it has found, as with the other databases. */
    if (libmariadb.mysql_real_connect(session->mysql, socket != NULL ? NULL : config->host,
                                      config->user, config->password, config->database,
                                      config->port, socket, CLIENT_FOUND_ROWS) == NULL) {
        return db_error_set(error, DB_FAULT_AWAY, "%s", libmariadb.mysql_error(session->mysql));
    }
    return prepare_session(session, config, error);
}

static int my_open(const struct db_config *config, struct db_session **session,
                   struct db_error *error)
{
    struct db_session *fresh = NULL;
    int rc = libmariadb_open(error);

    if (rc < 0) {
        return rc;
    }
    fresh = mem_calloc(1, sizeof(*fresh));
    if (fresh == NULL) {
        return no_memory(error);
    }
    rc = connect_to(fresh, config, error);
    if (rc < 0) {
        my_close(fresh);
        return rc;
    }
    *session = fresh;
    return 0;
}

/* A server says nothing unasked, but when it goes. */
static bool my_is_lost(struct db_session *session)
{
    struct pollfd fd = {.fd = libmariadb.mysql_get_socket(session->mysql), .events = POLLIN};

    return fd.fd < 0 || poll(&fd, 1, 0) > 0;
}

static bool my_is_in_transaction(struct db_session *session)
{
    unsigned status = 0;

    return !session->transaction_gone &&
           libmariadb.mariadb_get_infov(session->mysql, MARIADB_CONNECTION_SERVER_STATUS,
                                        &status) == 0 &&
           (status & SERVER_STATUS_IN_TRANS) != 0;
}

/* Whatever the text has given is read and thrown away. */
static int drop_results(struct db_session *session, struct db_error *error)
{
    int more = 0;

    do {
        MYSQL_RES *result = libmariadb.mysql_use_result(session->mysql);

        if (result != NULL) {
            while (libmariadb.mysql_fetch_row(result) != NULL) {
            }
            libmariadb.mysql_free_result(result);
        } else if (libmariadb.mysql_errno(session->mysql) != 0) {
            return set_error(session, error);
        }
        more = libmariadb.mysql_next_result(session->mysql);
    } while (more == 0);
    return more > 0 ? set_error(session, error) : 0;
}

static int my_execute(struct db_session *session, const char *sql, struct db_error *error)
{
    session->transaction_gone = false;
    if (libmariadb.mysql_real_query(session->mysql, sql, strlen(sql)) != 0) {
        return set_error(session, error);
    }
    return drop_results(session, error);
}

/* ---- preparing ---- */

static void my_finalize(struct db_statement *s)
{
    for (size_t i = 0; i < s->n_columns && s->columns != NULL; i++) {
        mariadb_column_deinit(&s->columns[i]);
    }
    if (s->description != NULL) {
        libmariadb.mysql_free_result(s->description);
    }
    if (s->stmt != NULL) {
        libmariadb.mysql_stmt_close(s->stmt);
    }
    mem_free(s->sql);
    mem_free(s->columns);
    mem_free(s->results);
    mem_free(s->params);
    mem_free(s->lengths);
    mem_free(s);
}

static int allocate_results(struct db_statement *s)
{
    const MYSQL_FIELD *fields = libmariadb.mysql_fetch_fields(s->description);

    s->n_columns = libmariadb.mysql_num_fields(s->description);
    s->columns = mem_calloc(s->n_columns, sizeof(*s->columns));
    s->results = mem_calloc(s->n_columns, sizeof(*s->results));
    if (s->columns == NULL || s->results == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < s->n_columns; i++) {
        if (mariadb_column_init(&s->columns[i], &s->results[i], &fields[i]) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

static int allocate(struct db_statement *s)
{
    s->n_params = libmariadb.mysql_stmt_param_count(s->stmt);
    if (s->n_params > 0) {
        s->params = mem_calloc(s->n_params, sizeof(*s->params));
        s->lengths = mem_calloc(s->n_params, sizeof(*s->lengths));
        if (s->params == NULL || s->lengths == NULL) {
            return SAILS_ENOMEM;
        }
    }
    s->description = libmariadb.mysql_stmt_result_metadata(s->stmt);
    return s->description != NULL ? allocate_results(s) : 0;
}

static int my_prepare(struct db_session *session, struct str sql, struct db_statement **statement,
                      struct db_error *error)
{
    struct db_statement *fresh = mem_calloc(1, sizeof(*fresh));
    int rc = 0;

    if (fresh == NULL) {
        return no_memory(error);
    }
    fresh->session = session;
    fresh->stmt = libmariadb.mysql_stmt_init(session->mysql);
    if (fresh->stmt == NULL) {
        rc = no_memory(error);
    } else if (libmariadb.mysql_stmt_prepare(fresh->stmt, sql.ptr, sql.len) != 0) {
        rc = set_statement_error(fresh, error);
        if (libmariadb.mysql_stmt_errno(fresh->stmt) == MARIADB_ERROR_NOT_PREPARABLE) {
            libmariadb.mysql_stmt_close(fresh->stmt);
            fresh->stmt = NULL;
            fresh->sql = mem_strndup(sql.ptr, sql.len);
            rc = fresh->sql == NULL ? no_memory(error) : 0;
        }
    } else if (allocate(fresh) < 0) {
        rc = no_memory(error);
    }
    if (rc < 0) {
        my_finalize(fresh);
        return rc;
    }
    *statement = fresh;
    return 0;
}

/* ---- running ---- */

static void bind_value(MYSQL_BIND *bind, unsigned long *length, const struct db_value *value)
{
    *bind = (MYSQL_BIND){0};
    switch (value->type) {
    case DB_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        break;
    case DB_INTEGER:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *)(uintptr_t)&value->as.integer;
        break;
    case DB_REAL:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = (void *)(uintptr_t)&value->as.real;
        break;
    case DB_BOOLEAN:
        bind->buffer_type = MYSQL_TYPE_TINY;
        bind->buffer = (void *)(uintptr_t)&value->as.boolean;
        break;
    case DB_TEXT:
    case DB_JSON:
    case DB_BYTES:
        *length = value->as.text.len;
        bind->buffer_type = value->type == DB_BYTES ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
        bind->buffer = (void *)(uintptr_t)(value->as.text.len > 0 ? value->as.text.ptr : "");
        bind->buffer_length = value->as.text.len;
        bind->length = length;
        break;
    }
}

static int run_unprepared(struct db_statement *s, struct db_error *error)
{
    if (libmariadb.mysql_real_query(s->session->mysql, s->sql, strlen(s->sql)) != 0) {
        return set_error(s->session, error);
    }
    return drop_results(s->session, error);
}

static int my_run(struct db_statement *s, const struct db_value *values, size_t n,
                  struct db_error *error)
{
    static_assert(sizeof(bool) == 1, "a bool is bound as one byte");

    if (n != s->n_params) {
        return db_error_set(error, DB_FAULT_OTHER,
                            "the statement has %zu parameters, and %zu values", s->n_params, n);
    }
    if (s->stmt == NULL) {
        return run_unprepared(s, error);
    }
    for (size_t i = 0; i < n; i++) {
        bind_value(&s->params[i], &s->lengths[i], &values[i]);
    }
    if (n > 0 && libmariadb.mysql_stmt_bind_param(s->stmt, s->params) != 0) {
        return set_statement_error(s, error);
    }
    if (libmariadb.mysql_stmt_execute(s->stmt) != 0) {
        return set_statement_error(s, error);
    }
    if (s->n_columns != libmariadb.mysql_stmt_field_count(s->stmt)) {
        libmariadb.mysql_stmt_free_result(s->stmt);
        return db_error_set(error, DB_FAULT_STALE, "the columns of the table have changed");
    }
    if (s->n_columns > 0 && (libmariadb.mysql_stmt_bind_result(s->stmt, s->results) != 0 ||
                             libmariadb.mysql_stmt_store_result(s->stmt) != 0)) {
        return set_statement_error(s, error);
    }
    return 0;
}

/* A value that did not fit is fetched again into a buffer that it fits into. */
static int fetch_whole(struct db_statement *s, size_t i, struct db_error *error)
{
    if (mariadb_column_grow(&s->columns[i], &s->results[i]) < 0) {
        return no_memory(error);
    }
    return libmariadb.mysql_stmt_fetch_column(s->stmt, &s->results[i], (unsigned)i, 0) != 0
               ? set_statement_error(s, error)
               : 0;
}

static int grow_columns(struct db_statement *s, struct db_error *error)
{
    bool has_grown = false;

    for (size_t i = 0; i < s->n_columns; i++) {
        if (mariadb_column_is_short(&s->columns[i], &s->results[i])) {
            int rc = fetch_whole(s, i, error);

            if (rc < 0) {
                return rc;
            }
            has_grown = true;
        }
    }
    return has_grown && libmariadb.mysql_stmt_bind_result(s->stmt, s->results) != 0
               ? set_statement_error(s, error)
               : 0;
}

static int my_step(struct db_statement *s, struct db_error *error)
{
    int code =
        s->stmt == NULL || s->n_columns == 0 ? MYSQL_NO_DATA : libmariadb.mysql_stmt_fetch(s->stmt);

    if (code == MYSQL_NO_DATA) {
        return 0;
    }
    if (code != 0 && code != MYSQL_DATA_TRUNCATED) {
        return set_statement_error(s, error);
    }
    if (code == MYSQL_DATA_TRUNCATED) {
        int rc = grow_columns(s, error);

        return rc < 0 ? rc : 1;
    }
    return 1;
}

static void my_reset(struct db_statement *s)
{
    if (s->stmt != NULL) {
        libmariadb.mysql_stmt_free_result(s->stmt);
    }
}

/* ---- values ---- */

static void my_column(struct db_statement *s, size_t i, struct db_value *value)
{
    mariadb_column_read(&s->columns[i], &s->results[i], s->decoded, value);
}

static size_t my_count_columns(struct db_statement *s)
{
    return s->n_columns;
}

static const char *my_column_name(struct db_statement *s, size_t i)
{
    return libmariadb.mysql_fetch_field_direct(s->description, (unsigned)i)->name;
}

static int64_t my_affected(struct db_statement *s)
{
    unsigned long long n = s->stmt != NULL ? libmariadb.mysql_stmt_affected_rows(s->stmt)
                                           : libmariadb.mysql_affected_rows(s->session->mysql);

    return n == (unsigned long long)-1 ? -1 : (int64_t)n;
}

static int64_t my_generated_id(struct db_statement *s)
{
    return s->stmt != NULL ? (int64_t)libmariadb.mysql_stmt_insert_id(s->stmt) : 0;
}

static void *my_driver(struct db_session *session)
{
    return session->mysql;
}

const struct db_adapter db_mariadb = {
    .name = "mariadb",
    .dialect = &sql_dialect_mariadb,
    .open = my_open,
    .close = my_close,
    .is_lost = my_is_lost,
    .is_in_transaction = my_is_in_transaction,
    .execute = my_execute,
    .prepare = my_prepare,
    .finalize = my_finalize,
    .run = my_run,
    .step = my_step,
    .column = my_column,
    .reset = my_reset,
    .count_columns = my_count_columns,
    .column_name = my_column_name,
    .affected = my_affected,
    .generated_id = my_generated_id,
    .driver = my_driver,
};
