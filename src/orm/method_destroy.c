#include "orm/method.h"
#include "orm/records.h"
#include "orm/sql_write.h"

#include <assert.h>
#include <sails/err.h>

/* ---- before ---- */

/* beforeDestroy gets the whole criteria, and may change it. */
static int call_before(struct sails_db *db, struct orm_query *q)
{
    struct criteria_options options = {.allows_deep_targets = q->meta.allows_deep_targets,
                                       .like_ignores_case = q->meta.like_ignores_case};
    struct buf problem = {0};
    json_t *json = NULL;
    int rc = 0;

    if (q->model->before_destroy.call == NULL || q->meta.skip_lifecycle_callbacks) {
        return 0;
    }
    json = arena_keep_new(&q->arena, criteria_to_json(&q->criteria));
    if (json == NULL) {
        return orm_error_set_no_memory(&db->error);
    }
    rc = method_callback(db, q, &q->model->before_destroy, json);
    if (rc == 0) {
        rc = criteria_read(&q->criteria, &q->arena, q->model, json, options, &problem);
        if (rc < 0 && rc != SAILS_ENOMEM) {
            rc = orm_error_set_usage_str(&db->error, ORM_E_INVALID_CRITERIA, q->model->identity.ptr,
                                         buf_str(&problem));
        }
    }
    buf_deinit(&problem);
    return rc;
}

static bool calls_after(const struct orm_query *q)
{
    return q->meta.fetch && q->model->after_destroy.call != NULL &&
           !q->meta.skip_lifecycle_callbacks;
}

/* ---- cascade ---- */

static int empty_collection(struct sails_db *db, const struct orm_attribute *collection,
                            const json_t *keys)
{
    json_t *nobody = json_array();
    json_t *name = json_string(collection->name.ptr);
    struct orm_call call = {
        .targets = (json_t *)(uintptr_t)keys, .attribute = name, .members = nobody};
    int rc = nobody != NULL && name != NULL
                 ? method_run_within(db, collection->model, ORM_REPLACE_COLLECTION, &call, NULL)
                 : orm_error_set_no_memory(&db->error);

    json_decref(nobody);
    json_decref(name);
    return rc;
}

static int empty_collections(struct sails_db *db, const struct orm_model *model, const json_t *keys)
{
    int rc = 0;

    for (unsigned i = 0; i < model->n_attributes && rc == 0; i++) {
        if (model->attributes[i].association == ORM_TO_MANY) {
            rc = empty_collection(db, &model->attributes[i], keys);
        }
    }
    return rc;
}

/* Some at a time: a call has a limit, and what is destroyed has none. */
static int cascade(struct sails_db *db, const struct orm_query *q, const json_t *keys)
{
    size_t n = json_array_size(keys);
    int rc = 0;

    for (size_t at = 0; at < n && rc == 0; at += RECORDS_KEYS_AT_ONCE) {
        json_t *some = json_array();

        for (size_t i = at; i < n && i < at + RECORDS_KEYS_AT_ONCE && rc == 0; i++) {
            rc = json_array_append(some, json_array_get(keys, i)) < 0 ? SAILS_ENOMEM : 0;
        }
        rc = rc == 0 ? empty_collections(db, q->model, some) : method_told(db, rc);
        json_decref(some);
    }
    return rc;
}

/* ---- the change ---- */

static int delete_keys(struct sails_db *db, const struct orm_query *q, const json_t *keys)
{
    size_t n = json_array_size(keys);
    int rc = 0;

    for (size_t at = 0; at < n && rc == 0; at += RECORDS_KEYS_AT_ONCE) {
        json_t *some[RECORDS_KEYS_AT_ONCE];
        size_t m = n - at < RECORDS_KEYS_AT_ONCE ? n - at : RECORDS_KEYS_AT_ONCE;

        for (size_t i = 0; i < m; i++) {
            some[i] = json_array_get(keys, at + i);
        }
        sql_write_delete_keys(database_sql(db, q->model), q->model, some, m);
        rc = database_change(db, q->model, NULL, NULL, NULL, NULL);
    }
    return rc;
}

static int find_records(struct sails_db *db, const struct orm_query *q, json_t **records)
{
    struct criteria all = q->criteria;

    all.selects_all = true;
    all.n_omit = 0;
    sql_select(database_sql(db, q->model), &all);
    return records_query(db, &all, q->meta.decrypt, records);
}

static int keys_of(const struct orm_model *model, const json_t *records, json_t **keys)
{
    json_t *list = json_array();
    int rc = list != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; i < json_array_size(records) && rc == 0; i++) {
        json_t *key = json_object_get(json_array_get(records, i), model->primary_key->name.ptr);

        rc = json_array_append(list, key) < 0 ? SAILS_ENOMEM : 0;
    }
    if (rc < 0) {
        json_decref(list);
        return rc;
    }
    *keys = list;
    return 0;
}

/* Records that were found: their links, themselves, and what is said of it. */
static int destroy_found(struct sails_db *db, struct orm_query *q, json_t *records)
{
    json_t *keys = NULL;
    int rc = method_told(db, keys_of(q->model, records, &keys));

    if (rc == 0 && q->meta.cascade) {
        rc = cascade(db, q, keys);
    }
    rc = rc == 0 ? delete_keys(db, q, keys) : rc;
    json_decref(keys);
    return rc == 0 && calls_after(q)
               ? method_callback_each(db, q, &q->model->after_destroy, records)
               : rc;
}

static bool needs_records(const struct orm_query *q)
{
    return q->meta.fetch || q->meta.cascade;
}

static int destroy_all(struct sails_db *db, struct orm_query *q, json_t **records)
{
    json_t *found = NULL;
    int rc = call_before(db, q);

    if (rc < 0) {
        return rc;
    }
    if (q->criteria.matches_nothing) {
        *records = q->meta.fetch ? json_array() : NULL;
        return 0;
    }
    if (!needs_records(q)) {
        sql_write_delete(database_sql(db, q->model), q->model, q->criteria.where);
        return database_change(db, q->model, NULL, NULL, NULL, NULL);
    }
    rc = find_records(db, q, &found);
    rc = rc == 0 ? destroy_found(db, q, found) : rc;
    if (rc < 0 || !q->meta.fetch) {
        json_decref(found);
        return rc;
    }
    *records = found;
    return 0;
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

int method_destroy(struct sails_db *db, struct orm_query *q, json_t **records)
{
    int rc = 0;

    *records = NULL;
    if (!needs_records(q) && q->model->before_destroy.call == NULL &&
        !database_is_fragile(db, q->model)) {
        return destroy_all(db, q, records);
    }
    rc = database_begin(db, q->model);
    return rc == 0 ? finish(db, q, destroy_all(db, q, records), records) : rc;
}

/* ---- one ---- */

static int refuse_many(struct sails_db *db, const struct orm_query *q, size_t n)
{
    return orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_ESTATE, NULL,
                         "Preventing `.%s()`: found too many (%zu) matching records.",
                         orm_method_name(q->method), n);
}

static int check_one(struct sails_db *db, struct orm_query *q)
{
    json_t *keys = NULL;
    int rc = records_query_keys(db, &q->criteria, &keys);

    if (rc == 0 && json_array_size(keys) > 1) {
        rc = refuse_many(db, q, json_array_size(keys));
    }
    json_decref(keys);
    return rc;
}

int method_destroy_one(struct sails_db *db, struct orm_query *q, json_t **record)
{
    json_t *records = NULL;
    int rc = database_begin(db, q->model);

    *record = NULL;
    if (rc < 0) {
        return rc;
    }
    q->meta.fetch = true;
    rc = check_one(db, q);
    rc = finish(db, q, rc == 0 ? destroy_all(db, q, &records) : rc, &records);
    if (rc == 0) {
        *record = json_incref(json_array_get(records, 0));
    }
    json_decref(records);
    return rc;
}

/* ---- archive ---- */

/* {fromModel, originalRecord, originalRecordId}: a copy in the archive for each record. */
static json_t *copies_of(const struct orm_model *model, const json_t *records)
{
    json_t *copies = json_array();

    for (size_t i = 0; i < json_array_size(records); i++) {
        json_t *record = json_array_get(records, i);
        json_t *copy =
            json_pack("{s:s,s:O,s:O}", "fromModel", model->identity.ptr, "originalRecord", record,
                      "originalRecordId", json_object_get(record, model->primary_key->name.ptr));

        if (json_array_append_new(copies, copy) < 0) {
            json_decref(copies);
            return NULL;
        }
    }
    return copies;
}

static int write_copies(struct sails_db *db, const struct orm_query *q, const json_t *records)
{
    struct orm_call call = {.values = copies_of(q->model, records)};
    int rc = call.values != NULL
                 ? method_run_within(db, q->model->archive, ORM_CREATE_EACH, &call, NULL)
                 : orm_error_set_no_memory(&db->error);

    json_decref(call.values);
    return rc;
}

static int archive_all(struct sails_db *db, struct orm_query *q, json_t **records)
{
    bool decrypts = q->meta.decrypt;
    json_t *found = NULL;
    int rc = q->method == ORM_ARCHIVE_ONE ? check_one(db, q) : 0;

    q->meta.decrypt = false; /* what is kept is kept as it was stored */
    rc = rc == 0 ? find_records(db, q, &found) : rc;
    q->meta.decrypt = decrypts;
    if (rc == 0 && json_array_size(found) > 0) {
        rc = write_copies(db, q, found);
    }
    json_decref(found);
    return rc == 0 ? destroy_all(db, q, records) : rc;
}

int method_archive(struct sails_db *db, struct orm_query *q, json_t **records)
{
    json_t *list = NULL;
    int rc = 0;

    *records = NULL;
    if (q->model->archive == NULL) {
        return orm_error_set(&db->error, ORM_ERROR_USAGE, SAILS_ESTATE, NULL,
                             "`%s` has no archive: its `archiveModelIdentity` is false.",
                             q->model->global_id);
    }
    q->meta.fetch = q->meta.fetch || q->method == ORM_ARCHIVE_ONE;
    rc = database_begin(db, q->model);
    if (rc < 0) {
        return rc;
    }
    rc = finish(db, q, archive_all(db, q, &list), &list);
    if (rc == 0 && q->method == ORM_ARCHIVE_ONE) {
        *records = json_incref(json_array_get(list, 0));
        json_decref(list);
    } else {
        *records = list;
    }
    return rc;
}
