#include "db/mariadb_error.h"

#include "base/macros.h"

static enum db_fault fault_of(unsigned number)
{
    static const struct {
        unsigned number;
        enum db_fault fault;
    } table[] = {
        {1062, DB_FAULT_UNIQUE},   {1586, DB_FAULT_UNIQUE},
        {1146, DB_FAULT_NO_TABLE}, {1054, DB_FAULT_NO_TABLE},
        {1051, DB_FAULT_NO_TABLE}, {2006, DB_FAULT_LOST}, /* gone away */
        {2013, DB_FAULT_LOST},                            /* during a query */
        {2055, DB_FAULT_LOST},     {1053, DB_FAULT_LOST}, /* shutting down */
        {1077, DB_FAULT_LOST},     {1079, DB_FAULT_LOST},
        {1927, DB_FAULT_LOST}, /* killed */
        {1205, DB_FAULT_BUSY},     {MARIADB_ERROR_DEADLOCK, DB_FAULT_BUSY},
        {1969, DB_FAULT_TIMEOUT},  {3024, DB_FAULT_TIMEOUT},
        {1317, DB_FAULT_TIMEOUT},  {1114, DB_FAULT_FULL},
        {1021, DB_FAULT_FULL},     {1264, DB_FAULT_VALUE},
        {1292, DB_FAULT_VALUE},    {1366, DB_FAULT_VALUE},
        {1367, DB_FAULT_VALUE},    {1406, DB_FAULT_VALUE},
        {1690, DB_FAULT_VALUE},    {1153, DB_FAULT_VALUE}, /* over max_allowed_packet */
        {2020, DB_FAULT_VALUE},    {2008, DB_FAULT_NO_MEMORY},
        {2057, DB_FAULT_STALE},    {1243, DB_FAULT_STALE},
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

int mariadb_error_set(struct db_error *error, unsigned number, const char *text)
{
    enum db_fault fault = fault_of(number);
    int rc = db_error_set(error, fault, "%s", text);

    if (fault == DB_FAULT_UNIQUE) {
        read_key(error, text);
    }
    return rc;
}
