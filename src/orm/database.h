/*
 * database.h - what a sails_db is inside: connections to the datastores of an ORM, and the last error.
 *
 * Purpose    Runs the statements of the methods, within transactions where several belong together, and
 *            tells what databases refuse in the words of the ORM.
 * Ownership  A struct datastores owns the configurations that it has read; databases borrow it. A sails_db
 *            owns its connections, which are made when they are first needed.
 * Threads    A sails_db: one thread at a time. A struct datastores is constant once it is read.
 * Floor      orm; uses base.
 */
#ifndef ORM_DATABASE_H
#define ORM_DATABASE_H

#include "db/connection.h"
#include "orm/model.h"
#include "orm/orm_error.h"
#include "orm/sql.h"

#include <sails/db.h>

struct datastores {
    const struct orm *orm;
    struct db_config *configs; /* by the index of the datastore */
    /* The time of day in milliseconds since 1970, for automatic timestamps. */
    int64_t (*now_ms)(void *ctx);
    void *ctx;
};

/*
 * Reads the configurations of an ORM's datastores. 0; SAILS_ECONFIG: `problem` has a line that says what is
 * wrong; SAILS_ENOMEM.
 */
int datastores_init(struct datastores *datastores, const struct orm *orm, struct buf *problem);
void datastores_deinit(struct datastores *datastores);

struct sails_db {
    const struct datastores *datastores;
    const struct orm *orm;
    struct connection *connections; /* by the index of the datastore */
    struct orm_error error;
    struct sql sql; /* of the statement that is being made: empty between statements */
};

/* NULL: no memory. */
struct sails_db *database_create(const struct datastores *datastores);

/* Closes its connections. NULL is harmless. */
void database_destroy(struct sails_db *db);

/* Rolls back what was left open, and forgets the last error: for whoever has it next. */
void database_rest(struct sails_db *db);

struct connection *database_connection(struct sails_db *db, const struct orm_model *model);

/* The statement to be made now, empty, in the dialect of the model's datastore. */
struct sql *database_sql(struct sails_db *db, const struct orm_model *model);

/* ---- running what is in db->sql; each returns 0 or more, or a negative code with db->error set ---- */

/* Rows, each told to `on_row`; a negative result of it ends the statement and is returned. */
typedef int (*database_row_cb)(struct db_statement *statement, const struct db_adapter *adapter,
                               void *ctx);
int database_query(struct sails_db *db, const struct orm_model *model, database_row_cb on_row,
                   void *ctx);

/* The same for a statement that changes something. *generated_id (may be NULL): of an INSERT without
 * RETURNING. *affected (may be NULL): rows; -1 where nobody knows. */
int database_change(struct sails_db *db, const struct orm_model *model, database_row_cb on_row,
                    void *ctx, int64_t *generated_id, int64_t *affected);

/* Any statement of the application's on a connection. It may change something. */
int database_run(struct sails_db *db, struct connection *c, database_row_cb on_row, void *ctx,
                 int64_t *affected);

/* ---- transactions of methods ---- */

/* In the transaction that is open already a savepoint. */
int database_begin(struct sails_db *db, const struct orm_model *model);

/* Whether one statement that fails would take an open transaction of the application's with it, as in PostgreSQL:
 * then it needs a database_begin() of its own. */
bool database_is_fragile(struct sails_db *db, const struct orm_model *model);

/* Commits if rc is 0 or more, else rolls back. rc, or the error of the commit. */
int database_finish(struct sails_db *db, const struct orm_model *model, int rc);

/* db->error from what the connection says. The code. `model` may be NULL. */
int database_fail(struct sails_db *db, const struct connection *c, const struct orm_model *model);

#endif
