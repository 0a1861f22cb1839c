/**
 * @file sails/db.h
 * @brief Records, in a straight line: Waterline's methods on a connection that somebody has.
 *
 * A `sails_db` is a connection: an action that may wait has one (sails_req_db()), a transaction has one, a
 * test has one. These calls block until the database has answered. Criteria, values, populates and
 * records are JSON, with Waterline's grammar:
 *
 *     json_t *users = NULL;
 *     int rc = sails_find(db, "user", json_pack("{s:{s:i}}", "age", ">", 30), NULL, &users);
 *
 *     if (rc < 0) {
 *         fprintf(stderr, "%s\n", sails_db_error(db));
 *     }
 *
 * Ownership  JSON values are taken, also when the call fails; those in a struct sails_query, too. Texts
 *            are borrowed. Results are new references, written on success only; a place for a result may
 *            be NULL where nobody wants it.
 * Threads    A sails_db and all calls with it: one thread at a time.
 * Errors     0 or a negative code; why is told by sails_db_error() and the functions beside it, until the
 *            next call. All calls:
 *            SAILS_EINVAL   NULL for `db`, no such model, or the call is wrong: a usage error with a code
 *                           such as "E_INVALID_CRITERIA"; nothing was done
 *            SAILS_ETOOBIG  a limit: of depth, size or number; nothing was done
 *            SAILS_EDB      the database has refused ("E_UNIQUE", ...), is away, or was lost; nothing
 *                           was done, unless the connection broke during a commit
 *            SAILS_ENOMEM   nothing was done
 *            and what callbacks of the model return.
 */
#ifndef SAILS_DB_H
#define SAILS_DB_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/**
 * What a query says beside its criteria and values. NULL or `{0}`: nothing.
 *
 * @see Waterline, `.populate()`, `.meta()`, `.paginate()`
 */
struct sails_query {
    json_t *populates; /**< {attribute: true, or criteria}; NULL: none */
    json_t *meta;      /**< {"fetch": true, "cascade": true, "decrypt": true, ...}; NULL: none */
    json_t *page;      /**< of find and stream: which page, from 0; NULL: all */
    json_t *page_size; /**< records of a page; NULL: 30 */
};

/* ---- errors ---- */

/** What the last call that failed says to people. Never NULL; "" before anything has failed. A view,
 *  until the next call with `db`, as the following. */
SAILS_API const char *sails_db_error(const sails_db *db);

/** "E_UNIQUE", "E_INVALID_CRITERIA", ...; NULL: it has none. @see Waterline, "Errors" */
SAILS_API const char *sails_db_error_code(const sails_db *db);

/** "UsageError", "AdapterError" or "Error"; "" before anything has failed. */
SAILS_API const char *sails_db_error_name(const sails_db *db);

/** What exactly is wrong with a call, with the attribute in it; "" where the message says all. */
SAILS_API const char *sails_db_error_details(const sails_db *db);

/** The error as {"name", "message", "code", "details", "attrNames", "modelIdentity", "ruleViolations"}, of
 *  the last five what there is. A new reference; NULL: nothing has failed, or no memory. */
SAILS_API json_t *sails_db_error_json(const sails_db *db);

/**
 * Says why an application refuses something, in a life-cycle callback or in the body of a transaction: the
 * call that this ends fails with that error, unchanged.
 *
 *     return sails_db_refuse(db, "E_NO_STOCK", "There is not that much in stock.");
 *
 * @param code     What programs compare; NULL: none. Copied, as the message.
 * @param message  For people.
 * @return SAILS_EREFUSED; SAILS_ENOMEM; SAILS_EINVAL: NULL where there must be something.
 * @see    Sails documentation, "Lifecycle callbacks", `proceed(err)`
 */
SAILS_API int sails_db_refuse(sails_db *db, const char *code, const char *message);

/* ---- reading ---- */

/** The records that match, as a list. @param criteria NULL: all. @see Model.find() */
SAILS_API int sails_find(sails_db *db, const char *model, json_t *criteria,
                         const struct sails_query *query, json_t **records);

/**
 * The one record that matches; NULL where there is none. More than one is an error, and so is a criteria
 * that all records match. @see Model.findOne()
 */
SAILS_API int sails_find_one(sails_db *db, const char *model, json_t *criteria,
                             const struct sails_query *query, json_t **record);

/** How many match. @see Model.count() */
SAILS_API int sails_count(sails_db *db, const char *model, json_t *criteria, int64_t *n);

/** Sum of a number attribute; 0 where nothing matches. @see Model.sum() */
SAILS_API int sails_sum(sails_db *db, const char *model, const char *attribute, json_t *criteria,
                        double *sum);

/** Average of a number attribute; 0 where nothing matches. @see Model.avg() */
SAILS_API int sails_avg(sails_db *db, const char *model, const char *attribute, json_t *criteria,
                        double *average);

/**
 * A batch of records of a stream.
 *
 * @param records  Borrowed: a list of at most `batchSize` (30) records.
 * @return 0: go on; a negative code ends the stream with it.
 */
typedef int (*sails_batch_cb)(sails_db *db, json_t *records, void *ctx);

/**
 * All that match, a batch at a time, so that they never are in memory together.
 *
 * In the order of the primary key what is added behind the last key comes, too. In any other order the keys are
 * read first and kept (eight bytes for a number): what is added later does not come; what has gone, or does not
 * match any more, is left out. Nothing is open between batches: `on_batch` may use `db`, and change records.
 *
 * @see Model.stream(), .eachBatch()
 */
SAILS_API int sails_each_batch(sails_db *db, const char *model, json_t *criteria,
                               const struct sails_query *query, sails_batch_cb on_batch, void *ctx);

/* ---- writing ---- */

/**
 * A new record.
 *
 * @param record  The record as it is stored: whoever gives a place for it fetches it (meta `fetch`).
 * @see   Model.create()
 */
SAILS_API int sails_create(sails_db *db, const char *model, json_t *values,
                           const struct sails_query *query, json_t **record);

/** A list of new records, in few statements; all of them, or none. @see Model.createEach() */
SAILS_API int sails_create_each(sails_db *db, const char *model, json_t *records,
                                const struct sails_query *query, json_t **created);

/** The one that matches, or a new one. @param created NULL: nobody wants to know.
 *  @see Model.findOrCreate() */
SAILS_API int sails_find_or_create(sails_db *db, const char *model, json_t *criteria,
                                   json_t *values, const struct sails_query *query, json_t **record,
                                   bool *created);

/** Changes what matches. @param criteria {}: all; NULL is refused. @see Model.update() */
SAILS_API int sails_update(sails_db *db, const char *model, json_t *criteria, json_t *values,
                           const struct sails_query *query, json_t **records);

/** Changes the one that matches; NULL where there is none. @see Model.updateOne() */
SAILS_API int sails_update_one(sails_db *db, const char *model, json_t *criteria, json_t *values,
                               const struct sails_query *query, json_t **record);

/** Takes away what matches. @param criteria {}: all; NULL is refused. @see Model.destroy() */
SAILS_API int sails_destroy(sails_db *db, const char *model, json_t *criteria,
                            const struct sails_query *query, json_t **records);

/** Takes away the one that matches; NULL where there is none. @see Model.destroyOne() */
SAILS_API int sails_destroy_one(sails_db *db, const char *model, json_t *criteria,
                                const struct sails_query *query, json_t **record);

/** As sails_destroy(), with a copy of each record in the archive. @see Model.archive() */
SAILS_API int sails_archive(sails_db *db, const char *model, json_t *criteria,
                            const struct sails_query *query, json_t **records);

/** As sails_destroy_one(), with a copy in the archive. @see Model.archiveOne() */
SAILS_API int sails_archive_one(sails_db *db, const char *model, json_t *criteria,
                                const struct sails_query *query, json_t **record);

/* ---- collections ---- */

/**
 * Adds members to a collection of each target.
 *
 * @param targets  A primary key, or a list of them.
 * @param members  Likewise, of the other model.
 * @see   Model.addToCollection()
 */
SAILS_API int sails_add_to_collection(sails_db *db, const char *model, json_t *targets,
                                      const char *attribute, json_t *members);

/** Takes members out. @see Model.removeFromCollection() */
SAILS_API int sails_remove_from_collection(sails_db *db, const char *model, json_t *targets,
                                           const char *attribute, json_t *members);

/** Makes the members all that there are. @see Model.replaceCollection() */
SAILS_API int sails_replace_collection(sails_db *db, const char *model, json_t *targets,
                                       const char *attribute, json_t *members);

/** The value as it would be stored; NULL where the model ignores that attribute.
 *  @see Model.validate() */
SAILS_API int sails_validate(sails_db *db, const char *model, const char *attribute, json_t *value,
                             json_t **stored);

/* ---- datastores ---- */

/**
 * The body of a transaction. `db` is the connection that it was called with.
 *
 * @return 0: commit. Anything else: roll back, and that is the result of sails_transaction().
 */
typedef int (*sails_transaction_cb)(sails_db *db, void *ctx);

/**
 * Runs `body` in a transaction of the default datastore; within one that is open, as a part of it that can be
 * undone alone.
 *
 * @return What `body` returns; or SAILS_EDB: it could not be begun or committed, and is undone.
 * @see    Sails documentation, ".transaction()"
 */
SAILS_API int sails_transaction(sails_db *db, sails_transaction_cb body, void *ctx);

/** The same on a datastore. SAILS_EINVAL, too: there is none of that name. */
SAILS_API int sails_transaction_on(sails_db *db, const char *datastore, sails_transaction_cb body,
                                   void *ctx);

/**
 * Runs SQL, with values bound to `$1`, `$2`, ... on every database.
 *
 * @param datastore  NULL: "default".
 * @param values     A list: texts, numbers, booleans, null; objects and lists go as JSON text. NULL: none.
 * @param rows       A list of {column: value}; empty for a statement that gives none.
 * @param affected   How many rows it has changed; -1 where the driver does not tell.
 * @see   Sails documentation, ".sendNativeQuery()"
 */
SAILS_API int sails_native(sails_db *db, const char *datastore, const char *sql, json_t *values,
                           json_t **rows, int64_t *affected);

/**
 * The driver's own connection: an `sqlite3 *`, `PGconn *` or `MYSQL *`, connected. NULL: there is no such
 * datastore, or it is away. Good until the next call with `db`.
 *
 * @param datastore  NULL: "default".
 * @see   Sails documentation, ".driver"
 */
SAILS_API void *sails_db_driver(sails_db *db, const char *datastore);

SAILS_END_DECLS

#endif
