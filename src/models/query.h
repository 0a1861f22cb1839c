/*
 * query.h - calls of sails/db.h on a thread of the models', with a callback.
 *
 * Purpose    One query under way: what to run, and whom to tell.
 * Ownership  A query owns itself and its JSON from query_run() on.
 * Threads    query_run(): any; else see models.h.
 * Floor      models; uses orm, base.
 */
#ifndef MODELS_QUERY_H
#define MODELS_QUERY_H

#include "models/models.h"

#include <sails/models.h>

/* One call. All JSON is taken by query_run(), texts are copied. */
struct query_call {
    int (*run)(struct sails_db *db, const struct query_call *call, json_t **value);
    const char *model;     /* of a native query: the datastore */
    const char *attribute; /* of those that name one; of a native query: the SQL; NULL: none */
    json_t *criteria;      /* of collections: the targets */
    json_t *values;        /* of collections: the members */
    struct sails_query query;
    sails_query_fn function; /* of sails_query_async() */
    sails_query_cb done;
    void *ctx;
};

/* `run` for each of the calls. */
int query_find(struct sails_db *db, const struct query_call *call, json_t **value);
int query_find_one(struct sails_db *db, const struct query_call *call, json_t **value);
int query_count(struct sails_db *db, const struct query_call *call, json_t **value);
int query_sum(struct sails_db *db, const struct query_call *call, json_t **value);
int query_avg(struct sails_db *db, const struct query_call *call, json_t **value);
int query_create(struct sails_db *db, const struct query_call *call, json_t **value);
int query_create_each(struct sails_db *db, const struct query_call *call, json_t **value);
int query_find_or_create(struct sails_db *db, const struct query_call *call, json_t **value);
int query_update(struct sails_db *db, const struct query_call *call, json_t **value);
int query_update_one(struct sails_db *db, const struct query_call *call, json_t **value);
int query_destroy(struct sails_db *db, const struct query_call *call, json_t **value);
int query_destroy_one(struct sails_db *db, const struct query_call *call, json_t **value);
int query_archive(struct sails_db *db, const struct query_call *call, json_t **value);
int query_archive_one(struct sails_db *db, const struct query_call *call, json_t **value);
int query_add_to_collection(struct sails_db *db, const struct query_call *call, json_t **value);
int query_remove_from_collection(struct sails_db *db, const struct query_call *call,
                                 json_t **value);
int query_replace_collection(struct sails_db *db, const struct query_call *call, json_t **value);
int query_native(struct sails_db *db, const struct query_call *call, json_t **value);
int query_function(struct sails_db *db, const struct query_call *call, json_t **value);

/* Takes the call's JSON, also when it fails. 0, or as models_submit(). */
int query_run(struct models *models, struct worker *worker, const struct query_call *call);

/* Lets go of a call's JSON that nobody runs. */
void query_drop(const struct query_call *call);

#endif
