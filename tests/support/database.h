/*
 * database.h - databases for tests: SQLite in memory, and servers of one's own.
 *
 * A server is started by tests/support/database, and ends with the program, however that ends.
 */
#ifndef SUPPORT_DATABASE_H
#define SUPPORT_DATABASE_H

#include "base/macros.h"

#include <jansson.h>

struct database {
    const char *kind; /* "sqlite", "postgresql", "mariadb" */
    char url[128];
    int to_server;
    int from_server;
    int pid;
};

/* Starts one; the test fails where that is not possible. SQLite is in memory and needs nothing. */
void database_start(struct database *database, const char *kind);

/* One that is full some 40 MB later. A server, for SQLite has a file. */
void database_start_small(struct database *database, const char *kind);

/* "kill", "stop" or "start": done when this returns. */
void database_tell(struct database *database, const char *what);

void database_end(struct database *database);

/* The same for several, of these kinds. 0. */
int database_start_all(struct database *databases, const char *const *kinds, size_t n);
int database_end_all(struct database *databases, size_t n);

/* The setup and the teardown of a group that needs one of each kind: start_all() and end_all(). */
#define DATABASE_GROUP(databases, kinds)                                                           \
    static int start_all(void **state)                                                             \
    {                                                                                              \
        (void)state;                                                                               \
        return database_start_all((databases), (kinds), ARRAY_LEN(kinds));                         \
    }                                                                                              \
                                                                                                   \
    static int end_all(void **state)                                                               \
    {                                                                                              \
        (void)state;                                                                               \
        return database_end_all((databases), ARRAY_LEN(databases));                                \
    }

/* {"url": ...}; a new reference. */
json_t *database_config(const struct database *database);

#endif
