#include "base/utf8.h"
#include "orm/database.h"
#include "orm/method.h"
#include "orm/native.h"
#include "orm/records.h"

#include <sails/db.h>

/* include/sails/db.h: names are looked up, and what was given is let go of, whatever happens. */

/* ---- errors ---- */

const char *sails_db_error(const sails_db *db)
{
    return db != NULL && db->error.class != ORM_ERROR_NONE ? orm_error_message(&db->error) : "";
}

const char *sails_db_error_code(const sails_db *db)
{
    return db != NULL ? db->error.code : NULL;
}

const char *sails_db_error_name(const sails_db *db)
{
    return db != NULL ? orm_error_name(&db->error) : "";
}

const char *sails_db_error_details(const sails_db *db)
{
    return db != NULL && db->error.class != ORM_ERROR_NONE ? orm_error_details(&db->error) : "";
}

int sails_db_refuse(sails_db *db, const char *code, const char *message)
{
    if (db == NULL || message == NULL) {
        return SAILS_EINVAL;
    }
    return orm_error_set_foreign(&db->error, SAILS_EREFUSED, NULL, code, message);
}

json_t *sails_db_error_json(const sails_db *db)
{
    return db != NULL && db->error.class != ORM_ERROR_NONE ? orm_error_to_json(&db->error) : NULL;
}

/* ---- one call ---- */

/* What every call has; all JSON in it is the call's own. */
struct request {
    enum orm_method method;
    struct orm_call call;
    const char *attribute; /* becomes the call's, which is JSON as what programs are sent */
    method_batch_cb on_batch;
    void *ctx;
};

static void add_query(struct request *r, const struct sails_query *query)
{
    if (query != NULL) {
        r->call.populates = query->populates;
        r->call.meta = query->meta;
        r->call.page = query->page;
        r->call.page_size = query->page_size;
    }
}

static void let_go(struct request *r)
{
    json_decref(r->call.criteria);
    json_decref(r->call.populates);
    json_decref(r->call.values);
    json_decref(r->call.attribute);
    json_decref(r->call.targets);
    json_decref(r->call.members);
    json_decref(r->call.meta);
    json_decref(r->call.page);
    json_decref(r->call.page_size);
}

static const struct orm_model *find_model(sails_db *db, const char *model)
{
    const struct orm_model *found = model != NULL ? orm_find_model(db->orm, str_from(model)) : NULL;

    if (found == NULL) {
        orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_EINVAL, NULL,
                      "There is no model `%s`: models are named by their identity, which is their "
                      "file's name in lower case.",
                      model != NULL ? model : "");
    }
    return found;
}

/* NULL where there is no text, which normalizing refuses. */
static int read_attribute(sails_db *db, const char *attribute, json_t **json)
{
    *json = NULL;
    if (attribute == NULL || !utf8_is_valid(str_bytes(str_from(attribute)))) {
        return 0;
    }
    *json = json_string_nocheck(attribute);
    return *json != NULL ? 0 : orm_error_set_no_memory(&db->error);
}

/* Who has a place for the record wants it. */
static int want_records(sails_db *db, struct request *r)
{
    json_t *meta = r->call.meta != NULL ? json_copy(r->call.meta) : json_object();

    if (r->call.meta != NULL && !json_is_object(r->call.meta)) {
        json_decref(meta);
        return 0; /* normalizing refuses it */
    }
    if (meta == NULL || json_object_set_new(meta, "fetch", json_true()) < 0) {
        json_decref(meta);
        return orm_error_set_no_memory(&db->error);
    }
    json_decref(r->call.meta);
    r->call.meta = meta;
    return 0;
}

/* Runs it and lets go of its JSON. `value`: NULL: nobody wants it. */
static int run(sails_db *db, const char *model, struct request *r, json_t **value, bool *created)
{
    const struct orm_model *found = db != NULL ? find_model(db, model) : NULL;
    struct method_result result = {0};
    int rc = found != NULL ? read_attribute(db, r->attribute, &r->call.attribute) : SAILS_EINVAL;

    if (rc == 0 && value != NULL && r->method >= ORM_CREATE) {
        rc = want_records(db, r);
    }
    if (rc == 0) {
        rc = method_run(db, found, r->method, &r->call, r->on_batch, r->ctx, &result);
    }
    let_go(r);
    if (rc < 0) {
        return rc;
    }
    if (created != NULL) {
        *created = result.created;
    }
    if (value != NULL) {
        *value = result.value;
    } else {
        json_decref(result.value);
    }
    return 0;
}

static int run_simple(sails_db *db, const char *model, enum orm_method method, json_t *criteria,
                      json_t *values, const struct sails_query *query, json_t **value)
{
    struct request r = {.method = method, .call = {.criteria = criteria, .values = values}};

    add_query(&r, query);
    return run(db, model, &r, value, NULL);
}

/* ---- reading ---- */

int sails_find(sails_db *db, const char *model, json_t *criteria, const struct sails_query *query,
               json_t **records)
{
    return run_simple(db, model, ORM_FIND, criteria, NULL, query, records);
}

int sails_find_one(sails_db *db, const char *model, json_t *criteria,
                   const struct sails_query *query, json_t **record)
{
    return run_simple(db, model, ORM_FIND_ONE, criteria, NULL, query, record);
}

int sails_count(sails_db *db, const char *model, json_t *criteria, int64_t *n)
{
    json_t *value = NULL;
    int rc = run_simple(db, model, ORM_COUNT, criteria, NULL, NULL, &value);

    if (rc == 0 && n != NULL) {
        *n = json_integer_value(value);
    }
    json_decref(value);
    return rc;
}

static int aggregate(sails_db *db, const char *model, enum orm_method method, const char *attribute,
                     json_t *criteria, double *number)
{
    struct request r = {.method = method, .attribute = attribute, .call = {.criteria = criteria}};
    json_t *value = NULL;
    int rc = run(db, model, &r, &value, NULL);

    if (rc == 0 && number != NULL) {
        *number = json_number_value(value);
    }
    json_decref(value);
    return rc;
}

int sails_sum(sails_db *db, const char *model, const char *attribute, json_t *criteria, double *sum)
{
    return aggregate(db, model, ORM_SUM, attribute, criteria, sum);
}

int sails_avg(sails_db *db, const char *model, const char *attribute, json_t *criteria,
              double *average)
{
    return aggregate(db, model, ORM_AVG, attribute, criteria, average);
}

int sails_each_batch(sails_db *db, const char *model, json_t *criteria,
                     const struct sails_query *query, sails_batch_cb on_batch, void *ctx)
{
    struct request r = {.method = ORM_STREAM,
                        .call = {.criteria = criteria, .has_iteratee = on_batch != NULL},
                        .on_batch = on_batch,
                        .ctx = ctx};

    add_query(&r, query);
    return run(db, model, &r, NULL, NULL);
}

/* ---- writing ---- */

int sails_create(sails_db *db, const char *model, json_t *values, const struct sails_query *query,
                 json_t **record)
{
    return run_simple(db, model, ORM_CREATE, NULL, values, query, record);
}

int sails_create_each(sails_db *db, const char *model, json_t *records,
                      const struct sails_query *query, json_t **created)
{
    return run_simple(db, model, ORM_CREATE_EACH, NULL, records, query, created);
}

int sails_find_or_create(sails_db *db, const char *model, json_t *criteria, json_t *values,
                         const struct sails_query *query, json_t **record, bool *created)
{
    struct request r = {.method = ORM_FIND_OR_CREATE,
                        .call = {.criteria = criteria, .values = values}};

    add_query(&r, query);
    return run(db, model, &r, record, created);
}

int sails_update(sails_db *db, const char *model, json_t *criteria, json_t *values,
                 const struct sails_query *query, json_t **records)
{
    return run_simple(db, model, ORM_UPDATE, criteria, values, query, records);
}

int sails_update_one(sails_db *db, const char *model, json_t *criteria, json_t *values,
                     const struct sails_query *query, json_t **record)
{
    return run_simple(db, model, ORM_UPDATE_ONE, criteria, values, query, record);
}

int sails_destroy(sails_db *db, const char *model, json_t *criteria,
                  const struct sails_query *query, json_t **records)
{
    return run_simple(db, model, ORM_DESTROY, criteria, NULL, query, records);
}

int sails_destroy_one(sails_db *db, const char *model, json_t *criteria,
                      const struct sails_query *query, json_t **record)
{
    return run_simple(db, model, ORM_DESTROY_ONE, criteria, NULL, query, record);
}

int sails_archive(sails_db *db, const char *model, json_t *criteria,
                  const struct sails_query *query, json_t **records)
{
    return run_simple(db, model, ORM_ARCHIVE, criteria, NULL, query, records);
}

int sails_archive_one(sails_db *db, const char *model, json_t *criteria,
                      const struct sails_query *query, json_t **record)
{
    return run_simple(db, model, ORM_ARCHIVE_ONE, criteria, NULL, query, record);
}

/* ---- collections ---- */

static int change_collection(sails_db *db, const char *model, enum orm_method method,
                             json_t *targets, const char *attribute, json_t *members)
{
    struct request r = {
        .method = method, .attribute = attribute, .call = {.targets = targets, .members = members}};

    return run(db, model, &r, NULL, NULL);
}

int sails_add_to_collection(sails_db *db, const char *model, json_t *targets, const char *attribute,
                            json_t *members)
{
    return change_collection(db, model, ORM_ADD_TO_COLLECTION, targets, attribute, members);
}

int sails_remove_from_collection(sails_db *db, const char *model, json_t *targets,
                                 const char *attribute, json_t *members)
{
    return change_collection(db, model, ORM_REMOVE_FROM_COLLECTION, targets, attribute, members);
}

int sails_replace_collection(sails_db *db, const char *model, json_t *targets,
                             const char *attribute, json_t *members)
{
    return change_collection(db, model, ORM_REPLACE_COLLECTION, targets, attribute, members);
}

int sails_validate(sails_db *db, const char *model, const char *attribute, json_t *value,
                   json_t **stored)
{
    const struct orm_model *found = db != NULL ? find_model(db, model) : NULL;
    json_t *name = NULL;
    json_t *out = NULL;
    int rc = found != NULL ? read_attribute(db, attribute, &name) : SAILS_EINVAL;

    if (rc == 0) {
        orm_error_clear(&db->error);
        rc = orm_query_validate(found, name, value, &out, &db->error);
        rc = method_told(db, rc);
    }
    json_decref(name);
    json_decref(value);
    if (rc == 0 && stored != NULL) {
        *stored = out;
    } else {
        json_decref(out);
    }
    return rc;
}

/* ---- datastores ---- */

static struct connection *find_connection(sails_db *db, const char *datastore)
{
    const char *name = datastore != NULL ? datastore : "default";
    const struct orm_datastore *found = orm_find_datastore(db->orm, name);

    orm_error_clear(&db->error);
    if (found == NULL) {
        orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_EINVAL, NULL,
                      "There is no datastore `%s` in `config.datastores`.", name);
        return NULL;
    }
    return &db->connections[found->index];
}

int sails_transaction_on(sails_db *db, const char *datastore, sails_transaction_cb body, void *ctx)
{
    struct connection *c = db != NULL && body != NULL ? find_connection(db, datastore) : NULL;
    int rc = 0;

    if (c == NULL) {
        return SAILS_EINVAL;
    }
    if (connection_begin(c) < 0) {
        return database_fail(db, c, NULL);
    }
    rc = body(db, ctx);
    if (rc != 0) {
        connection_rollback(c);
        return rc;
    }
    return connection_commit(c) < 0 ? database_fail(db, c, NULL) : 0;
}

int sails_transaction(sails_db *db, sails_transaction_cb body, void *ctx)
{
    return sails_transaction_on(db, NULL, body, ctx);
}

int sails_native(sails_db *db, const char *datastore, const char *sql, json_t *values,
                 json_t **rows, int64_t *affected)
{
    struct connection *c = db != NULL && sql != NULL ? find_connection(db, datastore) : NULL;
    struct native_result result = {0};
    int rc = c != NULL ? native_run(db, c, str_from(sql), values, &result) : SAILS_EINVAL;

    json_decref(values);
    if (rc < 0) {
        return rc;
    }
    if (rows != NULL) {
        *rows = result.rows;
    } else {
        json_decref(result.rows);
    }
    if (affected != NULL) {
        *affected = result.affected;
    }
    return 0;
}

void *sails_db_driver(sails_db *db, const char *datastore)
{
    struct connection *c = db != NULL ? find_connection(db, datastore) : NULL;

    if (c == NULL) {
        return NULL;
    }
    if (connection_open(c) < 0) {
        database_fail(db, c, NULL);
        return NULL;
    }
    return c->config->adapter->driver(c->session);
}
