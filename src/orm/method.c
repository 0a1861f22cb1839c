#include "orm/method.h"

#include <assert.h>
#include <sails/err.h>

int method_told(struct sails_db *db, int rc)
{
    return rc == SAILS_ENOMEM ? orm_error_set_no_memory(&db->error) : rc;
}

/* ---- callbacks ---- */

int method_callback(struct sails_db *db, const struct orm_query *q,
                    const struct orm_lifecycle *callback, json_t *value)
{
    int rc = 0;

    if (callback->call == NULL || q->meta.skip_lifecycle_callbacks) {
        return 0;
    }
    orm_error_clear(&db->error);
    rc = callback->call(db, q->model->identity.ptr, value, callback->ctx);
    if (rc < 0 && db->error.class == ORM_ERROR_NONE) {
        return orm_error_set(&db->error, ORM_ERROR_PLAIN, rc, NULL, "%s: a callback of `%s` failed",
                             sails_err_name(rc), q->model->identity.ptr);
    }
    return rc < 0 ? rc : 0;
}

int method_callback_each(struct sails_db *db, const struct orm_query *q,
                         const struct orm_lifecycle *callback, json_t *records)
{
    int rc = 0;

    for (size_t i = 0; i < json_array_size(records) && rc == 0; i++) {
        rc = method_callback(db, q, callback, json_array_get(records, i));
    }
    return rc;
}

/* ---- one call ---- */

static json_t *first_of(json_t *list)
{
    json_t *first = json_incref(json_array_get(list, 0));

    json_decref(list);
    return first;
}

/* What a call gives that can match nothing, or has nothing to write. */
static json_t *value_of_noop(const struct orm_query *q)
{
    switch (q->method) {
    case ORM_FIND:
        return json_array();
    case ORM_COUNT:
    case ORM_SUM:
    case ORM_AVG:
        return json_integer(0);
    case ORM_CREATE_EACH:
    case ORM_UPDATE:
    case ORM_DESTROY:
    case ORM_ARCHIVE:
        return q->meta.fetch ? json_array() : NULL;
    default:
        return NULL;
    }
}

static int run_create(struct sails_db *db, struct orm_query *q, json_t **value)
{
    int rc = method_create(db, q, value);

    if (rc == 0 && q->method == ORM_CREATE && *value != NULL) {
        *value = first_of(*value);
    }
    return rc;
}

static int dispatch(struct sails_db *db, struct orm_query *q, method_batch_cb on_batch, void *ctx,
                    struct method_result *result)
{
    switch (q->method) {
    case ORM_FIND:
        return method_find(db, q, &result->value);
    case ORM_FIND_ONE:
        return method_find_one(db, q, &result->value);
    case ORM_STREAM:
        return method_stream(db, q, on_batch, ctx);
    case ORM_COUNT:
    case ORM_SUM:
    case ORM_AVG:
        return method_aggregate(db, q, &result->value);
    case ORM_CREATE:
    case ORM_CREATE_EACH:
        return run_create(db, q, &result->value);
    case ORM_FIND_OR_CREATE:
        return method_find_or_create(db, q, result);
    case ORM_UPDATE:
        return method_update(db, q, &result->value);
    case ORM_UPDATE_ONE:
        return method_update_one(db, q, &result->value);
    case ORM_DESTROY:
        return method_destroy(db, q, &result->value);
    case ORM_DESTROY_ONE:
        return method_destroy_one(db, q, &result->value);
    case ORM_ARCHIVE:
    case ORM_ARCHIVE_ONE:
        return method_archive(db, q, &result->value);
    case ORM_ADD_TO_COLLECTION:
    case ORM_REMOVE_FROM_COLLECTION:
    case ORM_REPLACE_COLLECTION:
        return method_collection(db, q);
    }
    return SAILS_EINVAL;
}

/* updateOne and findOrCreate have more to do where nothing matches than to say so. */
static bool is_over(const struct orm_query *q)
{
    return q->is_noop && q->method != ORM_FIND_OR_CREATE;
}

int method_run(struct sails_db *db, const struct orm_model *model, enum orm_method method,
               const struct orm_call *call, method_batch_cb on_batch, void *ctx,
               struct method_result *result)
{
    struct orm_query q;
    struct orm_call dated = *call;
    int rc = 0;

    *result = (struct method_result){0};
    orm_error_clear(&db->error);
    dated.now_ms = db->datastores->now_ms(db->datastores->ctx);
    rc = orm_query_init(&q, model, method, &dated, &db->error);
    if (rc == 0 && is_over(&q)) {
        result->value = value_of_noop(&q);
    } else if (rc == 0) {
        rc = dispatch(db, &q, on_batch, ctx, result);
    }
    orm_query_deinit(&q);
    if (rc < 0) {
        json_decref(result->value);
        result->value = NULL;
        rc = method_told(db, rc);
    }
    return rc;
}

int method_run_within(struct sails_db *db, const struct orm_model *model, enum orm_method method,
                      const struct orm_call *call, json_t **value)
{
    struct method_result result;
    struct orm_call quiet = *call;
    json_t *meta = json_pack("{s:b,s:b}", "skipAllLifecycleCallbacks", 1, "fetch", value != NULL);
    int rc = meta != NULL ? 0 : orm_error_set_no_memory(&db->error);

    quiet.meta = meta;
    if (rc == 0) {
        rc = method_run(db, model, method, &quiet, NULL, NULL, &result);
    }
    if (rc == 0 && value != NULL) {
        *value = result.value;
    } else if (rc == 0) {
        json_decref(result.value);
    }
    json_decref(meta);
    return rc;
}

json_t *method_criteria_of_keys(const struct orm_attribute *attribute, const json_t *keys)
{
    /* The list is shared: only read. */
    return json_pack("{s:{s:O}}", attribute->name.ptr, "in", (json_t *)(uintptr_t)keys);
}
