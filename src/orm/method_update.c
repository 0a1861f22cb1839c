#include "orm/method.h"
#include "orm/records.h"
#include "orm/sql_write.h"

#include <assert.h>
#include <sails/err.h>

/* ---- before ---- */

static int call_before(struct sails_db *db, struct orm_query *q)
{
    json_t *json = NULL;
    int rc = 0;

    if (q->model->before_update.call == NULL || q->meta.skip_lifecycle_callbacks) {
        return 0;
    }
    json = arena_keep_new(&q->arena, values_to_json(&q->records[0], false));
    if (json == NULL) {
        return orm_error_set_no_memory(&db->error);
    }
    rc = method_callback(db, q, &q->model->before_update, json);
    if (rc == 0) {
        rc = values_from_json(&q->records[0], &q->arena, q->model, json, false, &db->error);
    }
    return rc;
}

static bool calls_after(const struct orm_query *q)
{
    return q->meta.fetch && q->model->after_update.call != NULL &&
           !q->meta.skip_lifecycle_callbacks;
}

/* ---- the change ---- */

static int update_keys(struct sails_db *db, struct orm_query *q, const json_t *keys)
{
    size_t n = json_array_size(keys);
    int rc = 0;

    for (size_t at = 0; at < n && rc == 0; at += RECORDS_KEYS_AT_ONCE) {
        json_t *some[RECORDS_KEYS_AT_ONCE];
        size_t m = n - at < RECORDS_KEYS_AT_ONCE ? n - at : RECORDS_KEYS_AT_ONCE;

        for (size_t i = 0; i < m; i++) {
            some[i] = json_array_get(keys, at + i);
        }
        sql_write_update_keys(database_sql(db, q->model), &q->records[0], some, m);
        rc = database_change(db, q->model, NULL, NULL, NULL, NULL);
    }
    return rc;
}

/* The keys under which the records are found afterwards: a primary key may be changed, too. */
static int keys_afterwards(const struct orm_query *q, json_t **keys)
{
    const struct values *set = &q->records[0];

    for (size_t i = 0; i < set->n; i++) {
        if (set->values[i].attribute->is_primary_key && json_array_size(*keys) == 1) {
            json_t *changed = json_pack("[O]", set->values[i].value);

            if (changed == NULL) {
                return SAILS_ENOMEM;
            }
            json_decref(*keys);
            *keys = changed;
        }
    }
    return 0;
}

/* A child cannot have several parents (waterline 5, addToCollection()). */
static int check_members(struct sails_db *db, const struct orm_query *q, const json_t *keys)
{
    const struct values *set = &q->records[0];

    for (size_t i = 0; i < set->n_collections && json_array_size(keys) > 1; i++) {
        const struct members *members = &set->collections[i];

        if (members->n > 0 && model_is_exclusive(members->attribute)) {
            return orm_error_set_usage(
                &db->error, ORM_E_INVALID_TARGET_RECORD_IDS, q->model->identity.ptr,
                "`%s` is exclusive: a record cannot be in it for several parents.",
                members->attribute->name.ptr);
        }
    }
    return 0;
}

/* Takes the keys. */
static int update_found(struct sails_db *db, struct orm_query *q, json_t *keys, json_t **records)
{
    int rc = check_members(db, q, keys);

    if (rc == 0 && q->records[0].n > 0) {
        rc = update_keys(db, q, keys);
    }
    rc = rc == 0 ? method_told(db, keys_afterwards(q, &keys)) : rc;
    if (rc == 0 && q->records[0].n_collections > 0 && json_array_size(keys) > 0) {
        rc = method_replace_members(db, q, keys, &q->records[0]);
    }
    if (rc == 0 && records != NULL) {
        rc = records_query_by_keys(db, q->model, keys, q->meta.decrypt, records);
    }
    if (rc == 0 && records != NULL && calls_after(q)) {
        rc = method_callback_each(db, q, &q->model->after_update, *records);
    }
    json_decref(keys);
    return rc;
}

static int update_all(struct sails_db *db, struct orm_query *q, json_t **records)
{
    json_t *keys = NULL;
    int rc = call_before(db, q);

    if (rc < 0) {
        return rc;
    }
    if (!q->meta.fetch && q->records[0].n_collections == 0) {
        if (q->records[0].n == 0) {
            return 0;
        }
        sql_write_update(database_sql(db, q->model), &q->records[0], q->criteria.where);
        return database_change(db, q->model, NULL, NULL, NULL, NULL);
    }
    rc = records_query_keys(db, &q->criteria, &keys);
    return rc == 0 ? update_found(db, q, keys, q->meta.fetch ? records : NULL) : rc;
}

static int finish(struct sails_db *db, const struct orm_query *q, int rc, json_t **result)
{
    rc = database_finish(db, q->model, rc);
    if (rc < 0) {
        json_decref(*result);
        *result = NULL;
    }
    return rc;
}

int method_update(struct sails_db *db, struct orm_query *q, json_t **records)
{
    bool is_one_statement = !q->meta.fetch && q->records[0].n_collections == 0 &&
                            q->model->before_update.call == NULL &&
                            !database_is_fragile(db, q->model);
    int rc = 0;

    *records = NULL;
    if (is_one_statement) {
        return update_all(db, q, records);
    }
    rc = database_begin(db, q->model);
    return rc == 0 ? finish(db, q, update_all(db, q, records), records) : rc;
}

static int update_one(struct sails_db *db, struct orm_query *q, json_t **record)
{
    json_t *keys = NULL;
    json_t *records = NULL;
    int rc = records_query_keys(db, &q->criteria, &keys);

    q->meta.fetch = true;
    if (rc == 0 && json_array_size(keys) > 1) {
        rc = orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_ESTATE, NULL,
                           "Preventing `.updateOne()`: found too many (%zu) matching records.",
                           json_array_size(keys));
    }
    rc = rc == 0 ? call_before(db, q) : rc;
    if (rc < 0) {
        json_decref(keys);
        return rc;
    }
    if (json_array_size(keys) == 0) {
        json_decref(keys);
        return 0;
    }
    rc = update_found(db, q, keys, &records);
    if (rc == 0) {
        *record = json_incref(json_array_get(records, 0));
    }
    json_decref(records);
    return rc;
}

int method_update_one(struct sails_db *db, struct orm_query *q, json_t **record)
{
    int rc = database_begin(db, q->model);

    *record = NULL;
    return rc == 0 ? finish(db, q, update_one(db, q, record), record) : rc;
}
