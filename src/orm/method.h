/*
 * method.h - the methods of models.
 *
 * Purpose    Run a call whose arguments are normalized: find, create, update, destroy and the others
 *            (waterline 5, 6, 7), each in as few statements as it needs, and in one transaction where
 *            they are several.
 * Ownership  Results are new references.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 *
 * All functions: 0 or more, or a negative code with db->error set.
 */
#ifndef ORM_METHOD_H
#define ORM_METHOD_H

#include "orm/database.h"
#include "orm/orm_query.h"

/* Who gets the records of a stream. */
typedef int (*method_batch_cb)(struct sails_db *db, json_t *records, void *ctx);

struct method_result {
    json_t *value; /* a record, a list, a number; NULL: Waterline's undefined */
    bool created;  /* of findOrCreate */
};

/*
 * Normalizes and runs a call. `on_batch` and `ctx`: of streams. On an error *result is not to be
 * looked at.
 */
int method_run(struct sails_db *db, const struct orm_model *model, enum orm_method method,
               const struct orm_call *call, method_batch_cb on_batch, void *ctx,
               struct method_result *result);

/*
 * find or findOne of a call that populates nothing, as JSON text, which is appended to `out`: a list, or one record if there is
 * one. *n: how many. On an error nothing is appended.
 */
int method_find_text(struct sails_db *db, const struct orm_model *model, enum orm_method method,
                     const struct orm_call *call, struct buf *out, size_t *n);

/* ---- one file each: a query that is no noop ---- */

int method_find(struct sails_db *db, struct orm_query *q, json_t **records);
int method_find_one(struct sails_db *db, struct orm_query *q, json_t **record);
int method_stream(struct sails_db *db, struct orm_query *q, method_batch_cb on_batch, void *ctx);
int method_aggregate(struct sails_db *db, struct orm_query *q, json_t **number);
int method_create(struct sails_db *db, struct orm_query *q, json_t **records);
int method_find_or_create(struct sails_db *db, struct orm_query *q, struct method_result *result);
int method_update(struct sails_db *db, struct orm_query *q, json_t **records);
int method_update_one(struct sails_db *db, struct orm_query *q, json_t **record);
int method_destroy(struct sails_db *db, struct orm_query *q, json_t **records);
int method_destroy_one(struct sails_db *db, struct orm_query *q, json_t **record);
int method_archive(struct sails_db *db, struct orm_query *q, json_t **records);
int method_collection(struct sails_db *db, struct orm_query *q);

/* ---- what they share ---- */

/* Puts what the query populates into its records. */
int method_populate(struct sails_db *db, struct orm_query *q, json_t *records);

/* Calls a callback with a value that it may change. 0 where there is none, or the query skips it. */
int method_callback(struct sails_db *db, const struct orm_query *q,
                    const struct orm_lifecycle *callback, json_t *value);

/* The same for each record of a list. */
int method_callback_each(struct sails_db *db, const struct orm_query *q,
                         const struct orm_lifecycle *callback, json_t *records);

/* The members that values have for their collections become those of these records. */
int method_replace_members(struct sails_db *db, const struct orm_query *q, const json_t *keys,
                           const struct values *values);

/* A call within a call: on another model, without callbacks. `meta` is taken. */
int method_run_within(struct sails_db *db, const struct orm_model *model, enum orm_method method,
                      const struct orm_call *call, json_t **value);

/* {attribute: {"in": [...]}} of keys. A new reference; NULL: no memory. */
json_t *method_criteria_of_keys(const struct orm_attribute *attribute, const json_t *keys);

/* `rc`, and no memory told of where it is that. */
int method_told(struct sails_db *db, int rc);

#endif
