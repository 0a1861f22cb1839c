#include "db/pg_error.h"

#include "base/macros.h"
#include "db/libpq.h"

static enum db_fault fault_of_state(const char *state, const char *text)
{
    static const struct {
        const char *prefix;
        enum db_fault fault;
    } table[] = {
        {"23505", DB_FAULT_UNIQUE},   {"42P01", DB_FAULT_NO_TABLE}, {"42703", DB_FAULT_NO_TABLE},
        {"3F000", DB_FAULT_NO_TABLE}, {"08", DB_FAULT_LOST},        {"57P", DB_FAULT_LOST},
        {"40001", DB_FAULT_BUSY},     {"40P01", DB_FAULT_BUSY},     {"55P03", DB_FAULT_BUSY},
        {"57014", DB_FAULT_TIMEOUT},  {"53300", DB_FAULT_AWAY},     {"53", DB_FAULT_FULL},
        {"22", DB_FAULT_VALUE},       {"26000", DB_FAULT_STALE},
    };

    if (strcmp(state, "0A000") == 0 && strstr(text, "cached plan") != NULL) {
        return DB_FAULT_STALE;
    }
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0) {
            return table[i].fault;
        }
    }
    return DB_FAULT_OTHER;
}

/* In any language: "... (email, "userName")=(a@x.com, A) ..." */
static void read_columns(struct db_error *error, const PGresult *result)
{
    const char *detail = libpq.PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *table = libpq.PQresultErrorField(result, PG_DIAG_TABLE_NAME);
    const char *from = detail != NULL ? strchr(detail, '(') : NULL;
    const char *to = from != NULL ? strstr(from, ")=(") : NULL;
    struct str rest = {0};
    struct str part = {0};

    snprintf(error->table, sizeof(error->table), "%s", table != NULL ? table : "");
    if (to == NULL) {
        return;
    }
    rest = (struct str){from + 1, (size_t)(to - from) - 1};
    while (str_take_part(&rest, ',', &part)) {
        if (part.len > 1 && part.ptr[0] == '"' && part.ptr[part.len - 1] == '"') {
            part = (struct str){part.ptr + 1, part.len - 2};
        }
        db_error_add_column(error, part);
    }
}

int pg_error_set(struct db_error *error, const PGconn *conn, const PGresult *result)
{
    const char *state = libpq.PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = libpq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    enum db_fault fault = DB_FAULT_OTHER;
    int rc = 0;

    if (text == NULL) {
        text = result != NULL ? libpq.PQresultErrorMessage(result) : libpq.PQerrorMessage(conn);
    }
    if (state != NULL) {
        fault = fault_of_state(state, text);
    } else if (strstr(text, "out of memory") != NULL) {
        fault = DB_FAULT_NO_MEMORY;
    }
    if (libpq.PQstatus(conn) == CONNECTION_BAD) {
        fault = DB_FAULT_LOST;
    }
    rc = db_error_set(error, fault, "%s", text);
    if (fault == DB_FAULT_UNIQUE) {
        read_columns(error, result);
    }
    return rc;
}
