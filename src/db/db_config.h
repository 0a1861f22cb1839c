/*
 * db_config.h - where a datastore's database is.
 *
 * Purpose    Read `config.datastores.<name>`: the adapter, the URL, and the keys that override its
 *            parts.
 * Ownership  A config owns its texts; constant once it is read.
 * Threads    Any, once it is read.
 * Floor      db; uses base.
 */
#ifndef DB_DB_CONFIG_H
#define DB_DB_CONFIG_H

#include "db/adapter.h"

#include <jansson.h>

enum {
    DB_CONNECT_TIMEOUT_MS = 10000,   /* a server that has not answered by then is away */
    DB_STATEMENT_TIMEOUT_MS = 60000, /* longer than any statement of a request should take */
    DB_BUSY_TIMEOUT_MS = 5000        /* how long one writer of SQLite waits for another */
};

struct db_config {
    const struct db_adapter *adapter;
    char *name; /* the datastore's */
    char
        *host; /* a name, an address, or the folder or path of a Unix socket; NULL: the library's */
    char *user; /* this and the following: NULL where nothing is said */
    char *password;
    char *database;    /* SQLite: the file, or ":memory:" */
    char *schema_name; /* PostgreSQL: NULL is "public" */
    char *ssl_ca;      /* file names */
    char *ssl_cert;
    char *ssl_key;
    unsigned port; /* 0: the library's */
    bool ssl;      /* the connection must be encrypted */
    bool ssl_verify;
    unsigned connect_timeout_ms;
    unsigned statement_timeout_ms; /* 0: none */
    unsigned busy_timeout_ms;
    bool waits_for_disk; /* SQLite: a commit does, so that it outlives a loss of power */
};

/*
 * Reads the datastore `name`. `json` is borrowed; NULL or {} is the default: SQLite, in a file below
 * .tmp/. 0; SAILS_ECONFIG: `error` says what is wrong; SAILS_ENOMEM.
 */
int db_config_read(struct db_config *config, const char *name, json_t *json,
                   struct db_error *error);

void db_config_deinit(struct db_config *config);

#endif
