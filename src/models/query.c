#include "models/query.h"

#include "base/macros.h"
#include "base/mem.h"

#include <sails/err.h>

struct query {
    struct models_task task;
    struct query_call call;
    json_t *value;
    char model[]; /* the name, NUL-terminated */
};

/* ---- the calls: each takes the JSON ---- */

int query_find(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_find(db, call->model, call->criteria, &call->query, value);
}

int query_find_one(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_find_one(db, call->model, call->criteria, &call->query, value);
}

int query_count(struct sails_db *db, const struct query_call *call, json_t **value)
{
    int64_t n = 0;
    int rc = sails_count(db, call->model, call->criteria, &n);

    if (rc == 0) {
        *value = json_integer(n);
        rc = *value != NULL ? 0 : SAILS_ENOMEM;
    }
    return rc;
}

int query_create(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_create(db, call->model, call->values, &call->query, value);
}

int query_update(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_update(db, call->model, call->criteria, call->values, &call->query, value);
}

int query_update_one(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_update_one(db, call->model, call->criteria, call->values, &call->query, value);
}

int query_destroy(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_destroy(db, call->model, call->criteria, &call->query, value);
}

int query_destroy_one(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_destroy_one(db, call->model, call->criteria, &call->query, value);
}

int query_function(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return call->function(db, value, call->ctx);
}

/* ---- one query ---- */

void query_drop(const struct query_call *call)
{
    json_decref(call->criteria);
    json_decref(call->values);
    json_decref(call->query.populates);
    json_decref(call->query.meta);
    json_decref(call->query.page);
    json_decref(call->query.page_size);
}

static int run(struct models_task *task, struct sails_db *db)
{
    struct query *query = container_of(task, struct query, task);
    int rc = query->call.run(db, &query->call, &query->value);

    if (rc < 0) {
        json_decref(query->value);
        query->value = sails_db_error_json(db);
    }
    /* The call has taken it. */
    query->call.criteria = NULL;
    query->call.values = NULL;
    query->call.query = (struct sails_query){0};
    return rc;
}

static void done(struct models_task *task, int status)
{
    struct query *query = container_of(task, struct query, task);
    sails_query_cb tell = query->call.done;
    json_t *value = query->value;
    void *ctx = query->call.ctx;

    query_drop(&query->call); /* what was not run */
    mem_free(query);
    if (tell != NULL) {
        tell(status, value, ctx);
    } else {
        json_decref(value);
    }
}

int query_run(struct models *models, struct worker *worker, const struct query_call *call)
{
    size_t len = call->model != NULL ? strlen(call->model) + 1 : 1;
    struct query *query = mem_alloc(sizeof(*query) + len);
    int rc = 0;

    if (query == NULL) {
        query_drop(call);
        return SAILS_ENOMEM;
    }
    *query = (struct query){.task = {.run = run, .done = done}, .call = *call};
    memcpy(query->model, call->model != NULL ? call->model : "", len);
    query->call.model = query->model;
    rc = models_submit(models, worker, &query->task);
    if (rc < 0) {
        query_drop(call);
        mem_free(query);
    }
    return rc;
}
