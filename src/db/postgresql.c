/*
 * PostgreSQL, by libpq.
 *
 * A statement is prepared under a name of its own ("s1", "s2", ...), and the server infers the types of its
 * parameters from where they stand; they travel as text. Results travel in binary where every column's
 * type is one that pg_value_from_binary() knows, and as text else: libpq has one format for all columns.
 *
 * Nothing waits without an end: statement_timeout ends statements in the server, and a server that does
 * not even say so is given up some seconds later.
 */
#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "db/adapter.h"
#include "db/db_config.h"
#include "db/libpq.h"
#include "db/pg_answer.h"
#include "db/pg_error.h"
#include "db/pg_value.h"
#include "db/sql_dialect.h"

#include <assert.h>
#include <poll.h>
#include <sails/err.h>

enum {
    PARAM_TEXT_MAX = 32, /* of a number as text */
    DISCARDED_MAX = 64   /* statements that the server still keeps though nobody needs them */
};

struct db_session {
    PGconn *conn;
    unsigned statement_timeout_ms;
    uint64_t last_name;
    bool is_dead; /* given up, whatever libpq thinks of it */
    uint64_t discarded[DISCARDED_MAX];
    size_t n_discarded;
};

struct db_statement {
    struct db_session *session;
    uint64_t name;
    size_t n_columns;
    Oid *types; /* of the columns */
    bool is_binary;
    PGresult *description;
    PGresult *result;
    int row;
    const char **values; /* of parameters: n_params each */
    char (*numbers)[PARAM_TEXT_MAX];
    size_t n_params;
    char decoded[PG_VALUE_TIME_MAX];
};

static int no_memory(struct db_error *error)
{
    return db_error_set(error, DB_FAULT_NO_MEMORY, "out of memory");
}

/* ---- connecting ---- */

static void ignore_notice(void *ctx, const PGresult *notice)
{
    (void)ctx;
    (void)notice;
}

struct parameters {
    const char *names[20];
    const char *values[20];
    size_t n;
};

static void add(struct parameters *p, const char *name, const char *value)
{
    assert(p->n + 1 < ARRAY_LEN(p->names));
    if (value != NULL) {
        p->names[p->n] = name;
        p->values[p->n++] = value;
    }
}

static const char *ssl_mode(const struct db_config *config)
{
    if (!config->ssl) {
        return NULL;
    }
    return config->ssl_verify ? "verify-full" : "require";
}

static PGconn *connect_to(const struct db_config *config)
{
    struct parameters p = {0};
    char port[PARAM_TEXT_MAX];
    char timeout[PARAM_TEXT_MAX];
    char options[160];

    /* libpq takes less than two seconds for two. */
    snprintf(timeout, sizeof(timeout), "%u", (config->connect_timeout_ms + 999) / 1000);
    snprintf(port, sizeof(port), "%u", config->port);
    snprintf(
        options, sizeof(options),
        "-c statement_timeout=%u -c timezone=UTC -c datestyle=ISO -c client_min_messages=warning "
        "-c bytea_output=hex -c intervalstyle=postgres",
        config->statement_timeout_ms);
    add(&p, "host", config->host);
    add(&p, "port", config->port != 0 ? port : NULL);
    add(&p, "user", config->user);
    add(&p, "password", config->password);
    add(&p, "dbname", config->database);
    add(&p, "connect_timeout", timeout);
    add(&p, "options", options);
    add(&p, "client_encoding", "UTF8");
    add(&p, "fallback_application_name", "sails");
    add(&p, "sslmode", ssl_mode(config));
    add(&p, "sslrootcert", config->ssl_ca);
    add(&p, "sslcert", config->ssl_cert);
    add(&p, "sslkey", config->ssl_key);
    return libpq.PQconnectdbParams(p.names, p.values, 0);
}

static void pg_close(struct db_session *session)
{
    if (session == NULL) {
        return;
    }
    libpq.PQfinish(session->conn);
    mem_free(session);
}

static int pg_execute(struct db_session *session, const char *sql, struct db_error *error);

/* Unqualified names are looked for in the schema that the configuration names. */
static int set_search_path(struct db_session *session, const struct db_config *config,
                           struct db_error *error)
{
    char *name = NULL;
    struct buf sql = {0};
    int rc = 0;

    if (config->schema_name == NULL) {
        return 0;
    }
    name =
        libpq.PQescapeIdentifier(session->conn, config->schema_name, strlen(config->schema_name));
    if (name == NULL) {
        return pg_error_set(error, session->conn, NULL);
    }
    buf_printf(&sql, "SET search_path TO %s", name);
    buf_append_char(&sql, '\0');
    rc = buf_error(&sql) < 0 ? no_memory(error) : pg_execute(session, sql.ptr, error);
    buf_deinit(&sql);
    libpq.PQfreemem(name);
    return rc;
}

static int pg_open(const struct db_config *config, struct db_session **session,
                   struct db_error *error)
{
    struct db_session *fresh = NULL;
    int rc = libpq_open(error);

    if (rc < 0) {
        return rc;
    }
    fresh = mem_calloc(1, sizeof(*fresh));
    if (fresh == NULL) {
        return no_memory(error);
    }
    fresh->statement_timeout_ms = config->statement_timeout_ms;
    fresh->conn = connect_to(config);
    if (fresh->conn == NULL) {
        rc = no_memory(error);
    } else if (libpq.PQstatus(fresh->conn) != CONNECTION_OK) {
        rc = db_error_set(error, DB_FAULT_AWAY, "%s", libpq.PQerrorMessage(fresh->conn));
    } else {
        libpq.PQsetNoticeReceiver(fresh->conn, ignore_notice, NULL);
        rc = set_search_path(fresh, config, error);
    }
    if (rc < 0) {
        pg_close(fresh);
        return rc;
    }
    *session = fresh;
    return 0;
}

/* ---- sending and waiting ---- */

static int take_result(struct db_session *session, PGresult **answer, struct db_error *error)
{
    return pg_answer_take(session->conn, session->statement_timeout_ms, answer, &session->is_dead,
                          error);
}

/* To COMMIT a transaction in which a statement has failed, PostgreSQL says "ROLLBACK", and that it has gone well. */
static bool has_rolled_back(const char *sql, PGresult *result)
{
    return strcmp(sql, "COMMIT") == 0 && strcmp(libpq.PQcmdStatus(result), "COMMIT") != 0;
}

static int pg_execute(struct db_session *session, const char *sql, struct db_error *error)
{
    PGresult *result = NULL;
    int rc = 0;

    if (libpq.PQsendQuery(session->conn, sql) == 0) {
        return pg_error_set(error, session->conn, NULL);
    }
    rc = take_result(session, &result, error);
    if (rc == 0 && has_rolled_back(sql, result)) {
        rc = db_error_set(error, DB_FAULT_OTHER,
                          "the transaction was rolled back, since a statement in it has failed");
    }
    libpq.PQclear(result);
    return rc;
}

/* Reads what has come unasked: the farewell of a server that goes, and the end of the connection. */
static bool pg_is_lost(struct db_session *session)
{
    struct pollfd fd = {.fd = libpq.PQsocket(session->conn), .events = POLLIN};

    while (!session->is_dead && libpq.PQstatus(session->conn) == CONNECTION_OK &&
           poll(&fd, 1, 0) > 0) {
        if (libpq.PQconsumeInput(session->conn) == 0) {
            return true;
        }
    }
    return session->is_dead || libpq.PQstatus(session->conn) != CONNECTION_OK;
}

static bool pg_is_in_transaction(struct db_session *session)
{
    PGTransactionStatusType status = libpq.PQtransactionStatus(session->conn);

    return !session->is_dead && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR);
}

/* ---- preparing ---- */

/* A name is for good: a statement that was thrown away while a transaction had failed is forgotten later. */
static void forget_discarded(struct db_session *session)
{
    struct db_error ignored;
    char sql[48];

    while (session->n_discarded > 0 &&
           libpq.PQtransactionStatus(session->conn) != PQTRANS_INERROR) {
        snprintf(sql, sizeof(sql), "DEALLOCATE s%llu",
                 (unsigned long long)session->discarded[--session->n_discarded]);
        if (pg_execute(session, sql, &ignored) < 0) {
            return;
        }
    }
}

static int allocate(struct db_statement *s)
{
    s->types = mem_calloc(s->n_columns + 1, sizeof(*s->types));
    if (s->n_params == 0) {
        return s->types == NULL ? SAILS_ENOMEM : 0;
    }
    s->values = mem_calloc(s->n_params, sizeof(*s->values));
    s->numbers = mem_calloc(s->n_params, sizeof(*s->numbers));
    return s->types == NULL || s->values == NULL || s->numbers == NULL ? SAILS_ENOMEM : 0;
}

static int describe(struct db_statement *s, const char *name, struct db_error *error)
{
    struct db_session *session = s->session;
    int rc = 0;

    if (libpq.PQsendDescribePrepared(session->conn, name) == 0) {
        return pg_error_set(error, session->conn, NULL);
    }
    rc = take_result(session, &s->description, error);
    if (rc < 0) {
        return rc;
    }
    s->n_columns = (size_t)libpq.PQnfields(s->description);
    s->n_params = (size_t)libpq.PQnparams(s->description);
    s->is_binary = true;
    if (allocate(s) < 0) {
        return no_memory(error);
    }
    for (size_t i = 0; i < s->n_columns; i++) {
        s->types[i] = libpq.PQftype(s->description, (int)i);
        s->is_binary = s->is_binary && pg_value_has_binary(s->types[i]);
    }
    return 0;
}

static void pg_finalize(struct db_statement *s)
{
    struct db_session *session = s->session;

    if (session->n_discarded < DISCARDED_MAX) {
        session->discarded[session->n_discarded++] = s->name;
    }
    libpq.PQclear(s->result);
    libpq.PQclear(s->description);
    mem_free(s->types);
    mem_free(s->values);
    mem_free(s->numbers);
    mem_free(s);
}

static int pg_prepare(struct db_session *session, struct str sql, struct db_statement **statement,
                      struct db_error *error)
{
    struct db_statement *fresh = mem_calloc(1, sizeof(*fresh));
    PGresult *result = NULL;
    char name[PARAM_TEXT_MAX];
    int rc = 0;

    if (fresh == NULL) {
        return no_memory(error);
    }
    forget_discarded(session);
    fresh->session = session;
    fresh->name = ++session->last_name;
    snprintf(name, sizeof(name), "s%llu", (unsigned long long)fresh->name);
    if (libpq.PQsendPrepare(session->conn, name, sql.ptr, 0, NULL) == 0) {
        rc = pg_error_set(error, session->conn, NULL);
    } else {
        rc = take_result(session, &result, error);
    }
    libpq.PQclear(result);
    if (rc < 0) {
        mem_free(fresh); /* the server knows nothing of it */
        return rc;
    }
    rc = describe(fresh, name, error);
    if (rc < 0) {
        pg_finalize(fresh);
        return rc;
    }
    *statement = fresh;
    return 0;
}

/* ---- running ---- */

static int bind(struct db_statement *s, size_t i, const struct db_value *value,
                struct db_error *error)
{
    s->values[i] = s->numbers[i];
    switch (value->type) {
    case DB_NULL:
        s->values[i] = NULL;
        break;
    case DB_INTEGER:
        snprintf(s->numbers[i], PARAM_TEXT_MAX, "%lld", (long long)value->as.integer);
        break;
    case DB_REAL:
        snprintf(s->numbers[i], PARAM_TEXT_MAX, "%.17g", value->as.real);
        break;
    case DB_BOOLEAN:
        snprintf(s->numbers[i], PARAM_TEXT_MAX, "%s", value->as.boolean ? "t" : "f");
        break;
    case DB_TEXT:
    case DB_JSON:
        if (value->as.text.len > 0 && memchr(value->as.text.ptr, 0, value->as.text.len) != NULL) {
            return db_error_set(error, DB_FAULT_VALUE, "PostgreSQL has no text with a NUL in it");
        }
        assert(value->as.text.len == 0 || value->as.text.ptr[value->as.text.len] == '\0');
        s->values[i] = value->as.text.len > 0 ? value->as.text.ptr : "";
        break;
    case DB_BYTES:
        return db_error_set(error, DB_FAULT_VALUE, "binary values are not kept");
    }
    return 0;
}

static int pg_run(struct db_statement *s, const struct db_value *values, size_t n,
                  struct db_error *error)
{
    char name[PARAM_TEXT_MAX];
    int rc = 0;

    if (n != s->n_params) {
        return db_error_set(error, DB_FAULT_OTHER,
                            "the statement has %zu parameters, and %zu values", s->n_params, n);
    }
    for (size_t i = 0; i < n; i++) {
        rc = bind(s, i, &values[i], error);
        if (rc < 0) {
            return rc;
        }
    }
    snprintf(name, sizeof(name), "s%llu", (unsigned long long)s->name);
    s->row = -1;
    if (libpq.PQsendQueryPrepared(s->session->conn, name, (int)n, s->values, NULL, NULL,
                                  s->is_binary ? 1 : 0) == 0) {
        return pg_error_set(error, s->session->conn, NULL);
    }
    return take_result(s->session, &s->result, error);
}

static int pg_step(struct db_statement *s, struct db_error *error)
{
    (void)error;
    s->row++;
    return s->row < libpq.PQntuples(s->result) ? 1 : 0;
}

static void pg_reset(struct db_statement *s)
{
    libpq.PQclear(s->result);
    s->result = NULL;
}

/* ---- values ---- */

static void pg_column(struct db_statement *s, size_t i, struct db_value *value)
{
    int at = (int)i;
    struct str data = {0};

    if (libpq.PQgetisnull(s->result, s->row, at) != 0) {
        value->type = DB_NULL;
        return;
    }
    data = (struct str){libpq.PQgetvalue(s->result, s->row, at),
                        (size_t)libpq.PQgetlength(s->result, s->row, at)};
    if (s->is_binary) {
        pg_value_from_binary(s->types[i], data, value);
    } else {
        pg_value_from_text(s->types[i], data, s->decoded, value);
    }
}

static size_t pg_count_columns(struct db_statement *s)
{
    return s->n_columns;
}

static const char *pg_column_name(struct db_statement *s, size_t i)
{
    return libpq.PQfname(s->description, (int)i);
}

static int64_t pg_affected(struct db_statement *s)
{
    const char *text = libpq.PQcmdTuples(s->result);

    return text[0] != '\0' ? strtoll(text, NULL, 10) : -1;
}

static int64_t pg_generated_id(struct db_statement *s)
{
    (void)s;
    return 0;
}

static void *pg_driver(struct db_session *session)
{
    return session->conn;
}

const struct db_adapter db_postgresql = {
    .name = "postgresql",
    .dialect = &sql_dialect_postgresql,
    .open = pg_open,
    .close = pg_close,
    .is_lost = pg_is_lost,
    .is_in_transaction = pg_is_in_transaction,
    .execute = pg_execute,
    .prepare = pg_prepare,
    .finalize = pg_finalize,
    .run = pg_run,
    .step = pg_step,
    .column = pg_column,
    .reset = pg_reset,
    .count_columns = pg_count_columns,
    .column_name = pg_column_name,
    .affected = pg_affected,
    .generated_id = pg_generated_id,
    .driver = pg_driver,
};
