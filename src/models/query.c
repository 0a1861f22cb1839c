#include "models/query.h"

#include "base/macros.h"
#include "base/mem.h"

#include <math.h>
#include <sails/err.h>

struct query {
    struct models_task task;
    struct query_call call;
    json_t *value;
    char texts[]; /* what the call names, each NUL-terminated */
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

static int give_number(double number, json_t **value)
{
    bool is_integer = fabs(number) <= 9007199254740992.0 && number == trunc(number);

    *value = is_integer ? json_integer((json_int_t)number) : json_real(number);
    return *value != NULL ? 0 : SAILS_ENOMEM;
}

int query_sum(struct sails_db *db, const struct query_call *call, json_t **value)
{
    double sum = 0;
    int rc = sails_sum(db, call->model, call->attribute, call->criteria, &sum);

    return rc == 0 ? give_number(sum, value) : rc;
}

int query_avg(struct sails_db *db, const struct query_call *call, json_t **value)
{
    double average = 0;
    int rc = sails_avg(db, call->model, call->attribute, call->criteria, &average);

    return rc == 0 ? give_number(average, value) : rc;
}

int query_create(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_create(db, call->model, call->values, &call->query, value);
}

int query_create_each(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_create_each(db, call->model, call->values, &call->query, value);
}

int query_find_or_create(struct sails_db *db, const struct query_call *call, json_t **value)
{
    json_t *record = NULL;
    bool created = false;
    int rc = sails_find_or_create(db, call->model, call->criteria, call->values, &call->query,
                                  &record, &created);

    if (rc == 0) {
        *value = json_pack("{s:o, s:b}", "record", record, "created", created);
        rc = *value != NULL ? 0 : SAILS_ENOMEM;
    }
    return rc;
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

int query_archive(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_archive(db, call->model, call->criteria, &call->query, value);
}

int query_archive_one(struct sails_db *db, const struct query_call *call, json_t **value)
{
    return sails_archive_one(db, call->model, call->criteria, &call->query, value);
}

int query_add_to_collection(struct sails_db *db, const struct query_call *call, json_t **value)
{
    (void)value;
    return sails_add_to_collection(db, call->model, call->criteria, call->attribute, call->values);
}

int query_remove_from_collection(struct sails_db *db, const struct query_call *call, json_t **value)
{
    (void)value;
    return sails_remove_from_collection(db, call->model, call->criteria, call->attribute,
                                        call->values);
}

int query_replace_collection(struct sails_db *db, const struct query_call *call, json_t **value)
{
    (void)value;
    return sails_replace_collection(db, call->model, call->criteria, call->attribute, call->values);
}

int query_native(struct sails_db *db, const struct query_call *call, json_t **value)
{
    json_t *rows = NULL;
    int64_t affected = -1;
    int rc = sails_native(db, call->model, call->attribute, call->values, &rows, &affected);

    if (rc == 0) {
        *value = json_pack("{s:o, s:o}", "rows", rows, "affected",
                           affected >= 0 ? json_integer(affected) : json_null());
        rc = *value != NULL ? 0 : SAILS_ENOMEM;
    }
    return rc;
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

/* A copy at *at, which goes on behind it; NULL of NULL. */
static const char *keep(char **at, const char *text)
{
    char *copy = *at;
    size_t len = text != NULL ? strlen(text) + 1 : 0;

    if (text == NULL) {
        return NULL;
    }
    memcpy(copy, text, len);
    *at += len;
    return copy;
}

static size_t room_for(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

int query_run(struct models *models, struct worker *worker, const struct query_call *call)
{
    struct query *query =
        mem_alloc(sizeof(*query) + room_for(call->model) + room_for(call->attribute));
    char *at = NULL;
    int rc = 0;

    if (query == NULL) {
        query_drop(call);
        return SAILS_ENOMEM;
    }
    *query = (struct query){.task = {.run = run, .done = done}, .call = *call};
    at = query->texts;
    query->call.model = keep(&at, call->model);
    query->call.attribute = keep(&at, call->attribute);
    rc = models_submit(models, worker, &query->task);
    if (rc < 0) {
        query_drop(call);
        mem_free(query);
    }
    return rc;
}
