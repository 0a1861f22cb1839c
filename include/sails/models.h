/**
 * @file sails/models.h
 * @brief Models of an application, and queries that call back.
 *
 * Models are defined in `api/models/User.json`, one file each, or by sails_app_model(); what they inherit is in
 * `config/models.json`, and where they are kept in `config/datastores.json`. Without a word about it that is SQLite,
 * in a file below `.tmp/`.
 *
 * An action that may wait (`may_wait` of struct sails_action_def) asks in a straight line, by the calls of
 * sails/db.h and sails_req_db(). Any other uses the calls of this header, which return at once: the query runs on a
 * thread, and its answer comes to a callback on the worker that has asked.
 *
 *     static void found(int status, json_t *user, void *ctx)
 *     {
 *         sails_res *res = ctx;
 *
 *         if (status < 0) {
 *             json_decref(user);
 *             sails_res_server_error(res, json_string(sails_strerror(status)));
 *         } else {
 *             sails_res_json(res, user != NULL ? user : json_null());
 *         }
 *     }
 *
 *     sails_find_one_async(app, "user", json_pack("{s:s}", "name", name), NULL, found, res);
 *
 * Ownership  JSON is taken, also when the call fails; that of a struct sails_query, too. Texts are borrowed and
 *            copied.
 * Threads    sails_app_model() and sails_app_model_functions() before the lift, as sails/app.h; else any.
 * Errors     0 or a negative code; of the asynchronous calls: SAILS_EINVAL: NULL; SAILS_ESTATE: not lifted, or
 *            there are no models; SAILS_EBUSY: too many wait already; SAILS_ECANCELED: the app is being lowered;
 *            SAILS_ENOMEM. After an error the callback is not called.
 */
#ifndef SAILS_MODELS_H
#define SAILS_MODELS_H

#include <jansson.h>

#include <sails/db.h>
#include <sails/export.h>
#include <sails/model.h>
#include <sails/types.h>

SAILS_BEGIN_DECLS

/**
 * Defines a model in C, as a file of `api/models/` would.
 *
 * @param name        As the file would be named, "User"; its identity is that in lower case.
 * @param definition  Taken: {"attributes": {...}, ...}.
 * @return 0; SAILS_EINVAL: NULL, or no object; SAILS_ECONFLICT: it is there; SAILS_ESTATE: lifted; SAILS_ENOMEM.
 *         What is wrong with it is told by the lift.
 * @see    Sails documentation, "Models and ORM"
 */
SAILS_API int sails_app_model(sails_app *app, const char *name, json_t *definition);

/**
 * Told of one model: its identity, and its attributes in their order, borrowed: {"name": {"type": "string"},
 * "owner": {"model": "user"}, "toys": {"collection": "toy"}}.
 */
typedef void (*sails_model_cb)(const char *identity, const json_t *attributes, void *ctx);

/**
 * Tells of all models that somebody has defined, in the order of their identities; none before the lift. Any thread.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ENOMEM: not all were told.
 * @see    Sails documentation, "sails.models"
 */
SAILS_API int sails_app_each_model(const sails_app *app, sails_model_cb each, void *ctx);

/**
 * Gives functions that definitions name: "@user_before_create".
 *
 * @param functions  Ends with one whose name is NULL; borrowed for as long as the app.
 * @return 0; SAILS_EINVAL; SAILS_ESTATE; SAILS_ENOMEM.
 */
SAILS_API int sails_app_model_functions(sails_app *app,
                                        const struct sails_model_function *functions);

/**
 * A connection for a thread of the program's that may wait: the bootstrap function, a hook, a test. Waits where all are in
 * use.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: the app has no models, or is not being lifted yet; SAILS_ETIMEOUT: none
 *         has come back within `orm.leaseTimeout`; SAILS_ENOMEM.
 * @see    Sails documentation, ".leaseConnection()"
 */
SAILS_API int sails_app_lease(sails_app *app, sails_db **db);

/** Gives it back; a transaction that is left open is rolled back. NULL is harmless. */
SAILS_API void sails_app_release(sails_app *app, sails_db *db);

/**
 * The answer to a query, on the worker that has asked (or, where no worker has, on the first one), never before the call
 * that asked has returned.
 *
 * @param status  0 or more: it has run; negative: as the call of sails/db.h would have returned, or SAILS_ETIMEOUT:
 *                no connection was free in time, or SAILS_ECANCELED: the app is being lowered.
 * @param value   Taken: the result; after an error what sails_db_error_json() gives. NULL: nothing.
 */
typedef void (*sails_query_cb)(int status, json_t *value, void *ctx);

/** What runs on a thread with a connection; its result, a new reference or NULL, goes to the callback. */
typedef int (*sails_query_fn)(sails_db *db, json_t **value, void *ctx);

/** Runs a function on a thread of the models' with a connection: several queries, or a transaction. */
SAILS_API int sails_query_async(sails_app *app, sails_query_fn run, sails_query_cb done, void *ctx);

/* ---- reading ---- */

/** As sails_find(). */
SAILS_API int sails_find_async(sails_app *app, const char *model, json_t *criteria,
                               const struct sails_query *query, sails_query_cb done, void *ctx);

/** As sails_find_one(). */
SAILS_API int sails_find_one_async(sails_app *app, const char *model, json_t *criteria,
                                   const struct sails_query *query, sails_query_cb done, void *ctx);

/** As sails_count(); the value is a number, as of the next two. */
SAILS_API int sails_count_async(sails_app *app, const char *model, json_t *criteria,
                                sails_query_cb done, void *ctx);

/** As sails_sum(). */
SAILS_API int sails_sum_async(sails_app *app, const char *model, const char *attribute,
                              json_t *criteria, sails_query_cb done, void *ctx);

/** As sails_avg(). */
SAILS_API int sails_avg_async(sails_app *app, const char *model, const char *attribute,
                              json_t *criteria, sails_query_cb done, void *ctx);

/* ---- writing ---- */

/** As sails_create(), with the record. */
SAILS_API int sails_create_async(sails_app *app, const char *model, json_t *values,
                                 const struct sails_query *query, sails_query_cb done, void *ctx);

/** As sails_create_each(), with the records. */
SAILS_API int sails_create_each_async(sails_app *app, const char *model, json_t *records,
                                      const struct sails_query *query, sails_query_cb done,
                                      void *ctx);

/** As sails_find_or_create(); the value is {"record": ..., "created": true or false}. */
SAILS_API int sails_find_or_create_async(sails_app *app, const char *model, json_t *criteria,
                                         json_t *values, const struct sails_query *query,
                                         sails_query_cb done, void *ctx);

/** As sails_update(), with the records. */
SAILS_API int sails_update_async(sails_app *app, const char *model, json_t *criteria,
                                 json_t *values, const struct sails_query *query,
                                 sails_query_cb done, void *ctx);

/** As sails_update_one(), with the record. */
SAILS_API int sails_update_one_async(sails_app *app, const char *model, json_t *criteria,
                                     json_t *values, const struct sails_query *query,
                                     sails_query_cb done, void *ctx);

/** As sails_destroy(), with the records. */
SAILS_API int sails_destroy_async(sails_app *app, const char *model, json_t *criteria,
                                  const struct sails_query *query, sails_query_cb done, void *ctx);

/** As sails_destroy_one(), with the record. */
SAILS_API int sails_destroy_one_async(sails_app *app, const char *model, json_t *criteria,
                                      const struct sails_query *query, sails_query_cb done,
                                      void *ctx);

/** As sails_archive(), with the records. */
SAILS_API int sails_archive_async(sails_app *app, const char *model, json_t *criteria,
                                  const struct sails_query *query, sails_query_cb done, void *ctx);

/** As sails_archive_one(), with the record. */
SAILS_API int sails_archive_one_async(sails_app *app, const char *model, json_t *criteria,
                                      const struct sails_query *query, sails_query_cb done,
                                      void *ctx);

/* ---- collections ---- */

/** As sails_add_to_collection(); without a value, as the next two. */
SAILS_API int sails_add_to_collection_async(sails_app *app, const char *model, json_t *targets,
                                            const char *attribute, json_t *members,
                                            sails_query_cb done, void *ctx);

/** As sails_remove_from_collection(). */
SAILS_API int sails_remove_from_collection_async(sails_app *app, const char *model, json_t *targets,
                                                 const char *attribute, json_t *members,
                                                 sails_query_cb done, void *ctx);

/** As sails_replace_collection(). */
SAILS_API int sails_replace_collection_async(sails_app *app, const char *model, json_t *targets,
                                             const char *attribute, json_t *members,
                                             sails_query_cb done, void *ctx);

/* ---- datastores ---- */

/** As sails_native(); the value is {"rows": [...], "affected": a number, or null where the driver does not tell}. */
SAILS_API int sails_native_async(sails_app *app, const char *datastore, const char *sql,
                                 json_t *values, sails_query_cb done, void *ctx);

SAILS_END_DECLS

#endif
