/*
 * MariaDB and MySQL, by libmariadb.
 *
 * Statements use the protocol of prepared statements: numbers travel as numbers. A result is stored
 * whole in the client, so that the connection is free for the next statement; a column's buffer grows
 * where a value does not fit, and stays so for the rows behind it.
 *
 * Sessions are strict (what a column cannot hold is an error, never cut), in UTC, in utf8mb4.
 */
#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "db/adapter.h"
#include "db/db_config.h"
#include "db/libmariadb.h"
#include "db/sql_dialect.h"

#include <assert.h>
#include <poll.h>
#include <sails/err.h>

enum {
    GRACE_S = 5,            /* for the server to say that it has ended a statement */
    COLUMN_FIRST = 64,      /* bytes; most values are shorter */
    ERROR_DUPLICATE = 1062, /* the server's numbers: its manual, "Error messages" */
    ERROR_DEADLOCK = 1213,
    ERROR_NOT_PREPARABLE = 1295,
    CHARSET_BINARY = 63
};

struct db_session {
    MYSQL *mysql;
    bool transaction_gone; /* the server has ended it by itself */
};

struct column {
    enum enum_field_types type; /* what the server has */
    char *text;                 /* what travels as text, and its room */
    unsigned long room;
    unsigned long len;
    long long integer;
    double real;
    float narrow;
    my_bool is_null;
    bool is_binary;
    bool is_unsigned;
};

struct db_statement {
    struct db_session *session;
    MYSQL_STMT *stmt; /* NULL: of the few that cannot be prepared; `sql` is sent as it is */
    MYSQL_RES *description;
    char *sql;
    struct column *columns;
    MYSQL_BIND *results;
    size_t n_columns;
    MYSQL_BIND *params;
    unsigned long *lengths;
    size_t n_params;
    char decoded[40]; /* a date and time */
};

/* ---- errors ---- */

static enum db_fault fault_of(unsigned number)
{
    static const struct {
        unsigned number;
        enum db_fault fault;
    } table[] = {
        {ERROR_DUPLICATE, DB_FAULT_UNIQUE},
        {1586, DB_FAULT_UNIQUE},
        {1146, DB_FAULT_NO_TABLE},
        {1054, DB_FAULT_NO_TABLE},
        {1051, DB_FAULT_NO_TABLE},
        {2006, DB_FAULT_LOST}, /* gone away */
        {2013, DB_FAULT_LOST}, /* during a query */
        {2055, DB_FAULT_LOST},
        {1053, DB_FAULT_LOST}, /* shutting down */
        {1077, DB_FAULT_LOST},
        {1079, DB_FAULT_LOST},
        {1927, DB_FAULT_LOST}, /* killed */
        {1205, DB_FAULT_BUSY},
        {ERROR_DEADLOCK, DB_FAULT_BUSY},
        {1969, DB_FAULT_TIMEOUT},
        {3024, DB_FAULT_TIMEOUT},
        {1317, DB_FAULT_TIMEOUT},
        {1114, DB_FAULT_FULL},
        {1021, DB_FAULT_FULL},
        {1264, DB_FAULT_VALUE},
        {1292, DB_FAULT_VALUE},
        {1366, DB_FAULT_VALUE},
        {1367, DB_FAULT_VALUE},
        {1406, DB_FAULT_VALUE},
        {1690, DB_FAULT_VALUE},
        {1153, DB_FAULT_VALUE}, /* over max_allowed_packet */
        {2020, DB_FAULT_VALUE},
        {2008, DB_FAULT_NO_MEMORY},
        {2057, DB_FAULT_STALE},
        {1243, DB_FAULT_STALE},
        {1040, DB_FAULT_AWAY}, /* too many connections */
        {1203, DB_FAULT_AWAY},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (table[i].number == number) {
            return table[i].fault;
        }
    }
    return DB_FAULT_OTHER;
}

/* "Duplicate entry 'x' for key 'email'", in MySQL 'user.email'; an index of one column is named like it. */
static void read_key(struct db_error *error, const char *text)
{
    const char *end = strrchr(text, '\'');
    const char *begin = end;

    while (begin != NULL && begin > text && begin[-1] != '\'') {
        begin--;
    }
    if (begin == NULL || begin == text) {
        return;
    }
    for (const char *c = begin; c < end; c++) {
        begin = *c == '.' ? c + 1 : begin;
    }
    db_error_add_column(error, (struct str){begin, (size_t)(end - begin)});
}

static int set_fault(struct db_session *session, unsigned number, const char *text,
                     struct db_error *error)
{
    enum db_fault fault = fault_of(number);
    int rc = db_error_set(error, fault, "%s", text);

    if (number == ERROR_DEADLOCK) {
        session->transaction_gone = true;
    }
    if (fault == DB_FAULT_UNIQUE) {
        read_key(error, text);
    }
    return rc;
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
        mem_free(s->columns[i].text);
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

/* How a column travels: integers and floats as such, everything else as text. */
static void describe_result(struct column *column, MYSQL_BIND *bind, const MYSQL_FIELD *field)
{
    column->type = field->type;
    column->is_binary = field->charsetnr == CHARSET_BINARY;
    column->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
    bind->is_null = &column->is_null;
    bind->length = &column->len;
    switch (field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &column->integer;
        bind->is_unsigned = column->is_unsigned;
        break;
    case MYSQL_TYPE_FLOAT:
        bind->buffer_type = MYSQL_TYPE_FLOAT;
        bind->buffer = &column->narrow;
        break;
    case MYSQL_TYPE_DOUBLE:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = &column->real;
        break;
    default:
        bind->buffer_type = column->is_binary ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
        bind->buffer = column->text;
        bind->buffer_length = column->room;
        break;
    }
}

static bool travels_as_text(const MYSQL_BIND *bind)
{
    return bind->buffer_type == MYSQL_TYPE_STRING || bind->buffer_type == MYSQL_TYPE_BLOB;
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
        s->columns[i].text = mem_alloc(COLUMN_FIRST);
        s->columns[i].room = COLUMN_FIRST;
        if (s->columns[i].text == NULL) {
            return SAILS_ENOMEM;
        }
        describe_result(&s->columns[i], &s->results[i], &fields[i]);
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
        if (libmariadb.mysql_stmt_errno(fresh->stmt) == ERROR_NOT_PREPARABLE) {
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
    struct column *column = &s->columns[i];
    char *bigger = mem_realloc(column->text, column->len);

    if (bigger == NULL) {
        return no_memory(error);
    }
    column->text = bigger;
    column->room = column->len;
    s->results[i].buffer = bigger;
    s->results[i].buffer_length = column->room;
    return libmariadb.mysql_stmt_fetch_column(s->stmt, &s->results[i], (unsigned)i, 0) != 0
               ? set_statement_error(s, error)
               : 0;
}

static int grow_columns(struct db_statement *s, struct db_error *error)
{
    bool has_grown = false;

    for (size_t i = 0; i < s->n_columns; i++) {
        if (travels_as_text(&s->results[i]) && s->columns[i].len > s->columns[i].room) {
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

/* "2026-01-31 12:00:00.5" becomes "2026-01-31T12:00:00.500Z", as JavaScript writes it. */
static struct str decode_time(struct db_statement *s, struct str text)
{
    char fraction[4] = "000";

    if (text.len < 19 || text.len > 26) {
        return text;
    }
    for (size_t i = 0; i < 3 && 20 + i < text.len; i++) {
        fraction[i] = text.ptr[20 + i];
    }
    snprintf(s->decoded, sizeof(s->decoded), "%.10sT%.8s.%.3sZ", text.ptr, text.ptr + 11, fraction);
    return str_from(s->decoded);
}

/* Digits, where a number is too big for ours. */
static void decode_integer(struct db_statement *s, const struct column *column,
                           struct db_value *value)
{
    value->type = DB_INTEGER;
    value->as.integer = column->integer;
    if (column->is_unsigned && column->integer < 0) {
        snprintf(s->decoded, sizeof(s->decoded), "%llu", (unsigned long long)column->integer);
        value->type = DB_TEXT;
        value->as.text = str_from(s->decoded);
    }
}

static void decode_text(struct db_statement *s, const struct column *column, struct db_value *value)
{
    value->type = DB_TEXT;
    value->as.text = (struct str){column->text, column->len};
    switch (column->type) {
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        value->as.text = decode_time(s, value->as.text);
        break;
    case MYSQL_TYPE_JSON:
        value->type = DB_JSON;
        break;
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_BIT:
        value->type = column->is_binary ? DB_BYTES : DB_TEXT;
        break;
    default:
        break; /* decimals, dates, times: text */
    }
}

static void my_column(struct db_statement *s, size_t i, struct db_value *value)
{
    const struct column *column = &s->columns[i];

    if (column->is_null) {
        value->type = DB_NULL;
        return;
    }
    switch (s->results[i].buffer_type) {
    case MYSQL_TYPE_LONGLONG:
        decode_integer(s, column, value);
        break;
    case MYSQL_TYPE_FLOAT:
        value->type = DB_REAL;
        value->as.real = adapter_widen(column->narrow);
        break;
    case MYSQL_TYPE_DOUBLE:
        value->type = DB_REAL;
        value->as.real = column->real;
        break;
    default:
        decode_text(s, column, value);
        break;
    }
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
