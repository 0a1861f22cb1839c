/*
 * SQLite, in a file of its own or in memory.
 *
 * A file is in WAL mode, so that readers and one writer do not wait for each other, in one process or in
 * several; writers wait for each other up to the busy timeout. `synchronous` is FULL: what was
 * acknowledged is on the disk; or NORMAL, where a datastore asks for it: what was acknowledged last may go
 * when the machine loses its power, but not when a process ends. ":memory:" is one database for all connections of the datastore's
 * process that use the same name, and goes with the last of them.
 *
 * Strings in double quotes are never texts here, so that a misspelt column is an error and not a
 * constant.
 */
#include "base/macros.h"
#include "base/mem.h"
#include "db/adapter.h"
#include "db/db_config.h"
#include "db/sql_dialect.h"

#include <sqlite3.h>

#include <assert.h>
#include <errno.h>
#include <sails/err.h>
#include <sys/stat.h>
#include <time.h>

enum {
    OPS_BETWEEN_CLOCKS = 20000 /* of SQLite's virtual machine: well below a millisecond */
};

struct db_session {
    sqlite3 *db;
    unsigned statement_timeout_ms;
    int64_t deadline_ms; /* of the statement that runs; 0: none */
};

struct db_statement {
    struct db_session *session;
    sqlite3_stmt *stmt;
};

static int64_t now_ms(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* SQLite asks now and then whether to go on: non-zero ends the statement. */
static int is_over_time(void *ctx)
{
    const struct db_session *session = ctx;

    return session->deadline_ms != 0 && now_ms() > session->deadline_ms;
}

static enum db_fault fault_of(int code, const char *text)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return DB_FAULT_NO_MEMORY;
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                       code == SQLITE_CONSTRAINT_ROWID
                   ? DB_FAULT_UNIQUE
                   : DB_FAULT_OTHER;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return DB_FAULT_BUSY;
    case SQLITE_INTERRUPT:
        return DB_FAULT_TIMEOUT;
    case SQLITE_FULL:
        return DB_FAULT_FULL;
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
        return DB_FAULT_VALUE;
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB:
        return DB_FAULT_AWAY;
    case SQLITE_SCHEMA:
        return DB_FAULT_STALE;
    default:
        return strstr(text, "no such table") != NULL || strstr(text, "no such column") != NULL ||
                       strstr(text, "has no column named") != NULL
                   ? DB_FAULT_NO_TABLE
                   : DB_FAULT_OTHER;
    }
}

/* "UNIQUE constraint failed: user.email, user.name" */
static void read_columns(struct db_error *error, const char *text)
{
    const char *list = strstr(text, "failed: ");
    struct str rest = str_from(list != NULL ? list + strlen("failed: ") : "");
    struct str part = {0};

    while (str_take_part(&rest, ',', &part)) {
        size_t dot = str_find(part, '.');

        if (dot < part.len) {
            snprintf(error->table, sizeof(error->table), "%.*s", (int)dot, part.ptr);
            db_error_add_column(error, str_from_offset(part, dot + 1));
        }
    }
}

static int set_error(sqlite3 *db, struct db_error *error)
{
    int code = sqlite3_extended_errcode(db);
    const char *text = sqlite3_errmsg(db);
    enum db_fault fault = fault_of(code, text);
    int rc = db_error_set(error, fault, "%s", text);

    if (fault == DB_FAULT_UNIQUE) {
        read_columns(error, text);
    }
    return rc;
}

/* The folders above the file, as far as they are missing. */
static int make_folders(const char *file, struct db_error *error)
{
    char *path = mem_strndup(file, strlen(file));
    int rc = 0;

    if (path == NULL) {
        return db_error_set(error, DB_FAULT_NO_MEMORY, "out of memory");
    }
    for (char *slash = strchr(path + 1, '/'); slash != NULL && rc == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) < 0 && errno != EEXIST) {
            rc = db_error_set(error, DB_FAULT_AWAY, "cannot make the folder %s: %s", path,
                              strerror(errno));
        }
        *slash = '/';
    }
    mem_free(path);
    return rc;
}

/* One database in memory for all connections of a datastore: SQLite's "memdb" finds it by a name. */
static char *memory_uri(const struct db_config *config)
{
    char *uri = sqlite3_mprintf("file:/sails-%p-%s?vfs=memdb", (const void *)config, config->name);

    for (char *c = uri; c != NULL && *c != '\0' && *c != '?'; c++) {
        *c = *c == '%' || *c == '#' ? '_' : *c;
    }
    return uri;
}

static int open_file(struct db_session *session, const struct db_config *config,
                     struct db_error *error)
{
    bool in_memory = strcmp(config->database, ":memory:") == 0;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_EXRESCODE | (in_memory ? SQLITE_OPEN_URI : 0);
    char *uri = in_memory ? memory_uri(config) : NULL;
    int rc = in_memory ? 0 : make_folders(config->database, error);

    if (rc == 0 && in_memory && uri == NULL) {
        rc = db_error_set(error, DB_FAULT_NO_MEMORY, "out of memory");
    }
    if (rc == 0 && sqlite3_open_v2(in_memory ? uri : config->database, &session->db, flags, NULL) !=
                       SQLITE_OK) {
        rc = session->db == NULL ? db_error_set(error, DB_FAULT_NO_MEMORY, "out of memory")
                                 : set_error(session->db, error);
    }
    sqlite3_free(uri);
    return rc;
}

static int sqlite_execute(struct db_session *session, const char *sql, struct db_error *error)
{
    session->deadline_ms =
        session->statement_timeout_ms != 0 ? now_ms() + session->statement_timeout_ms : 0;
    return sqlite3_exec(session->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : set_error(session->db, error);
}

static int prepare_session(struct db_session *session, const struct db_config *config,
                           struct db_error *error)
{
    int rc = 0;

    sqlite3_busy_timeout(session->db, (int)config->busy_timeout_ms);
    sqlite3_progress_handler(session->db, OPS_BETWEEN_CLOCKS, is_over_time, session);
    sqlite3_db_config(session->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(session->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (strcmp(config->database, ":memory:") != 0) {
        rc = sqlite_execute(session,
                            config->waits_for_disk
                                ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
                                : "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
                            error);
    }
    session->statement_timeout_ms = config->statement_timeout_ms;
    return rc;
}

static void sqlite_close(struct db_session *session)
{
    int code = SQLITE_OK;

    if (session == NULL) {
        return;
    }
    code = sqlite3_close(session->db);
    assert(code == SQLITE_OK); /* else a statement was not finalized */
    (void)code;
    mem_free(session);
}

static int sqlite_open(const struct db_config *config, struct db_session **session,
                       struct db_error *error)
{
    struct db_session *fresh = mem_calloc(1, sizeof(*fresh));
    int rc = 0;

    if (fresh == NULL) {
        return db_error_set(error, DB_FAULT_NO_MEMORY, "out of memory");
    }
    rc = open_file(fresh, config, error);
    if (rc == 0) {
        rc = prepare_session(fresh, config, error);
    }
    if (rc < 0) {
        sqlite_close(fresh);
        return rc;
    }
    *session = fresh;
    return 0;
}

static bool sqlite_is_lost(struct db_session *session)
{
    (void)session;
    return false;
}

static bool sqlite_is_in_transaction(struct db_session *session)
{
    return sqlite3_get_autocommit(session->db) == 0;
}

static int sqlite_prepare(struct db_session *session, struct str sql,
                          struct db_statement **statement, struct db_error *error)
{
    struct db_statement *fresh = NULL;
    const char *tail = NULL;

    if (sql.len > INT32_MAX - 1) {
        return db_error_set(error, DB_FAULT_VALUE, "the statement is too long");
    }
    fresh = mem_calloc(1, sizeof(*fresh));
    if (fresh == NULL) {
        return db_error_set(error, DB_FAULT_NO_MEMORY, "out of memory");
    }
    fresh->session = session;
    if (sqlite3_prepare_v3(session->db, sql.ptr, (int)sql.len + 1, SQLITE_PREPARE_PERSISTENT,
                           &fresh->stmt, &tail) != SQLITE_OK) {
        mem_free(fresh);
        return set_error(session->db, error);
    }
    if (fresh->stmt == NULL || tail[strspn(tail, " \t\r\n;")] != '\0') {
        sqlite3_finalize(fresh->stmt);
        mem_free(fresh);
        return db_error_set(error, DB_FAULT_OTHER, "one statement is wanted, no less and no more");
    }
    *statement = fresh;
    return 0;
}

static void sqlite_finalize(struct db_statement *statement)
{
    sqlite3_finalize(statement->stmt);
    mem_free(statement);
}

static int bind(sqlite3_stmt *stmt, int at, const struct db_value *value)
{
    switch (value->type) {
    case DB_NULL:
        return sqlite3_bind_null(stmt, at);
    case DB_INTEGER:
        return sqlite3_bind_int64(stmt, at, value->as.integer);
    case DB_REAL:
        return sqlite3_bind_double(stmt, at, value->as.real);
    case DB_BOOLEAN:
        return sqlite3_bind_int(stmt, at, value->as.boolean ? 1 : 0);
    case DB_BYTES:
        return sqlite3_bind_blob64(stmt, at, value->as.text.len > 0 ? value->as.text.ptr : "",
                                   value->as.text.len, SQLITE_STATIC);
    case DB_TEXT:
    case DB_JSON:
        return sqlite3_bind_text64(stmt, at, value->as.text.len > 0 ? value->as.text.ptr : "",
                                   value->as.text.len, SQLITE_STATIC, SQLITE_UTF8);
    }
    return SQLITE_MISUSE;
}

static int sqlite_run(struct db_statement *statement, const struct db_value *values, size_t n,
                      struct db_error *error)
{
    struct db_session *session = statement->session;

    if (n != (size_t)sqlite3_bind_parameter_count(statement->stmt)) {
        return db_error_set(error, DB_FAULT_OTHER,
                            "the statement has %d parameters, and %zu values",
                            sqlite3_bind_parameter_count(statement->stmt), n);
    }
    for (size_t i = 0; i < n; i++) {
        if (bind(statement->stmt, (int)i + 1, &values[i]) != SQLITE_OK) {
            return set_error(session->db, error);
        }
    }
    session->deadline_ms =
        session->statement_timeout_ms != 0 ? now_ms() + session->statement_timeout_ms : 0;
    return 0;
}

static int sqlite_step(struct db_statement *statement, struct db_error *error)
{
    int code = sqlite3_step(statement->stmt);

    if (code == SQLITE_ROW) {
        return 1;
    }
    return code == SQLITE_DONE ? 0 : set_error(statement->session->db, error);
}

static void sqlite_column(struct db_statement *statement, size_t i, struct db_value *value)
{
    sqlite3_stmt *stmt = statement->stmt;
    int at = (int)i;

    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        value->type = DB_INTEGER;
        value->as.integer = sqlite3_column_int64(stmt, at);
        break;
    case SQLITE_FLOAT:
        value->type = DB_REAL;
        value->as.real = sqlite3_column_double(stmt, at);
        break;
    case SQLITE_TEXT:
        value->type = DB_TEXT;
        value->as.text.ptr = (const char *)sqlite3_column_text(stmt, at);
        value->as.text.len = (size_t)sqlite3_column_bytes(stmt, at);
        break;
    case SQLITE_BLOB:
        value->type = DB_BYTES;
        value->as.text.ptr = sqlite3_column_blob(stmt, at);
        value->as.text.len = (size_t)sqlite3_column_bytes(stmt, at);
        break;
    default:
        value->type = DB_NULL;
        break;
    }
}

static void sqlite_reset(struct db_statement *statement)
{
    sqlite3_reset(statement->stmt);
    sqlite3_clear_bindings(statement->stmt); /* they point to what the caller frees next */
    statement->session->deadline_ms = 0;
}

static size_t sqlite_count_columns(struct db_statement *statement)
{
    return (size_t)sqlite3_column_count(statement->stmt);
}

static const char *sqlite_column_name(struct db_statement *statement, size_t i)
{
    return sqlite3_column_name(statement->stmt, (int)i);
}

static int64_t sqlite_affected(struct db_statement *statement)
{
    return sqlite3_stmt_readonly(statement->stmt) ? 0 : sqlite3_changes64(statement->session->db);
}

static int64_t sqlite_generated_id(struct db_statement *statement)
{
    return sqlite3_last_insert_rowid(statement->session->db);
}

static void *sqlite_driver(struct db_session *session)
{
    return session->db;
}

const struct db_adapter db_sqlite = {
    .name = "sqlite",
    .dialect = &sql_dialect_sqlite,
    .open = sqlite_open,
    .close = sqlite_close,
    .is_lost = sqlite_is_lost,
    .is_in_transaction = sqlite_is_in_transaction,
    .execute = sqlite_execute,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .run = sqlite_run,
    .step = sqlite_step,
    .column = sqlite_column,
    .reset = sqlite_reset,
    .count_columns = sqlite_count_columns,
    .column_name = sqlite_column_name,
    .affected = sqlite_affected,
    .generated_id = sqlite_generated_id,
    .driver = sqlite_driver,
};
