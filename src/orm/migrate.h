/*
 * migrate.h - tables follow their models.
 *
 * Purpose    The strategies of waterline 9: `safe` does nothing, `drop` makes every table anew, `alter`
 *            makes each anew and puts its rows back.
 * Ownership  None.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 *
 * `alter` loses nothing: the new table is made beside the old one, the rows are copied, and only then the
 * old one goes; where the database can, all tables in one transaction, and in MariaDB by one RENAME a
 * table. A table whose definition has not changed (SQLite tells) is left alone.
 */
#ifndef ORM_MIGRATE_H
#define ORM_MIGRATE_H

#include "orm/database.h"

enum migrate_strategy {
    MIGRATE_SAFE,
    MIGRATE_ALTER,
    MIGRATE_DROP
};

/* False: there is no strategy of that name. */
bool migrate_parse(const char *name, enum migrate_strategy *strategy);

/* Is told what is done, a line each. */
typedef void (*migrate_log_cb)(const char *line, void *ctx);

/* All tables of all datastores. 0, or a negative code with db->error set: then the datastore that it failed in is
 * as it was (MariaDB: each table is). `log` may be NULL. */
int migrate_run(struct sails_db *db, enum migrate_strategy strategy, migrate_log_cb log, void *ctx);

#endif
