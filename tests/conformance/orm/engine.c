#include "engine.h"

#include "base/macros.h"
#include "definitions/definitions.h"
#include "functions.h"
#include "normalize.h"
#include "orm/database.h"
#include "orm/method.h"
#include "orm/migrate.h"
#include "orm/native.h"
#include "orm/records.h"

#include <assert.h>
#include <sails/db.h>
#include <time.h>

static struct orm *orm; /* NULL: nothing is defined */
static struct datastores datastores;
static sails_db *inside;  /* on which everything runs */
static sails_db *outside; /* for what runs beside an open transaction */

static int64_t now_ms(void *ctx)
{
    struct timespec now;

    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- errors ---- */

static json_t *plain_error(const char *message)
{
    return json_pack("{s:{s:s,s:s}}", "error", "name", "Error", "message", message);
}

/* A function's error as it was thrown, with what every error has. */
static json_t *thrown_error(json_t *thrown)
{
    json_t *error = json_pack("{s:s,s:s}", "name", "Error", "message", "");

    json_object_update(error, thrown);
    json_decref(thrown);
    return error;
}

/* Why the last call with `db` has failed; what a function has thrown is told as it was. */
static json_t *error_of(const sails_db *db, int rc)
{
    json_t *thrown = functions_take_thrown();
    json_t *error = thrown != NULL ? thrown_error(thrown) : sails_db_error_json(db);

    return error != NULL ? json_pack("{s:o}", "error", error) : plain_error(sails_strerror(rc));
}

/* ---- definitions ---- */

static json_t *definition_error(int rc, const struct buf *problems, bool is_about_models)
{
    if (rc == SAILS_ENOMEM) {
        return json_pack("{s:{s:s,s:s}}", "error", "name", "Error", "message", sails_strerror(rc));
    }
    return json_pack("{s:{s:s,s:s%,s:s*}}", "error", "name", "Error", "message", problems->ptr,
                     problems->len, "code", is_about_models ? ORM_E_INVALID_MODEL_DEF : NULL);
}

static json_t *list_models(void)
{
    json_t *models = json_array();

    for (unsigned i = 0; i < orm->n_models; i++) {
        struct str identity = orm->models[i]->identity;
        json_array_append_new(models, json_stringn(identity.ptr, identity.len));
    }
    return json_pack("{s:{s:o}}", "result", "models", models);
}

/* The ORM takes the names of files, "User"; here only identities are names. */
static const char *find_bad_identity(json_t *models)
{
    const char *identity;
    json_t *model;

    json_object_foreach(models, identity, model)
    {
        for (const char *c = identity; *c != '\0'; c++) {
            if (*c != char_lower(*c)) {
                return identity;
            }
        }
    }
    return NULL;
}

/* What the definitions say of datastores, ready for use. */
static int open_datastores(struct buf *problem)
{
    int rc = datastores_init(&datastores, orm, problem);

    if (rc < 0) {
        return rc;
    }
    datastores.now_ms = now_ms;
    inside = database_create(&datastores);
    outside = database_create(&datastores);
    return inside != NULL && outside != NULL ? 0 : SAILS_ENOMEM;
}

json_t *engine_define(json_t *define)
{
    struct definitions definitions = {
        .datastores = json_object_get(define, "datastores"),
        .models = json_object_get(define, "models"),
        .defaults = json_object_get(define, "defaults"),
        .find_function = functions_find,
    };
    struct buf problems = {0};
    struct buf warnings = {0};
    bool is_about_models = false;
    json_t *outcome;
    int rc;

    const char *bad = find_bad_identity(definitions.models);

    engine_close();
    if (bad != NULL) {
        return json_pack("{s:{s:s,s:s+,s:s}}", "error", "name", "Error", "message",
                         "An identity has no capital letters: ", bad, "code",
                         ORM_E_INVALID_MODEL_DEF);
    }
    rc = definitions_read(&definitions, &problems, &warnings, &is_about_models, &orm);
    rc = rc < 0 ? rc : open_datastores(&problems);
    fprintf(stderr, "%.*s", STR_FMT(buf_str(&warnings)));
    outcome = rc < 0 ? definition_error(rc, &problems, is_about_models) : list_models();
    if (rc < 0) {
        engine_close();
    }
    buf_deinit(&problems);
    buf_deinit(&warnings);
    return outcome;
}

bool engine_is_defined(void)
{
    return orm != NULL;
}

void engine_close(void)
{
    database_destroy(inside);
    database_destroy(outside);
    inside = NULL;
    outside = NULL;
    datastores_deinit(&datastores);
    datastores = (struct datastores){0};
    orm_destroy(orm);
    orm = NULL;
    functions_clear();
}

/* ---- migrations ---- */

static void log_migration(const char *line, void *ctx)
{
    (void)ctx;
    fprintf(stderr, "%s\n", line);
}

json_t *engine_migrate(const char *strategy)
{
    enum migrate_strategy parsed = MIGRATE_SAFE;
    int rc = migrate_parse(strategy, &parsed) ? 0 : SAILS_EINVAL;

    assert(rc == 0); /* requests.c knows the same three */
    rc = rc < 0 ? rc : migrate_run(inside, parsed, log_migration, NULL);
    return rc < 0 ? error_of(inside, rc) : json_pack("{s:n}", "result");
}

/* ---- models ---- */

bool engine_has_model(const char *identity)
{
    return orm_find_model(orm, str_from(identity)) != NULL;
}

/* The methods of the ORM by name, and those that have a normal form. */
static const struct method {
    const char *name;
    enum orm_method method;
    bool is_normalized;
} methods[] = {
    {"find", ORM_FIND, true},
    {"findOne", ORM_FIND_ONE, true},
    {"stream", ORM_STREAM, false},
    {"count", ORM_COUNT, true},
    {"sum", ORM_SUM, true},
    {"avg", ORM_AVG, true},
    {"create", ORM_CREATE, true},
    {"createEach", ORM_CREATE_EACH, true},
    {"findOrCreate", ORM_FIND_OR_CREATE, true},
    {"update", ORM_UPDATE, true},
    {"updateOne", ORM_UPDATE_ONE, false},
    {"destroy", ORM_DESTROY, true},
    {"destroyOne", ORM_DESTROY_ONE, false},
    {"archive", ORM_ARCHIVE, false},
    {"archiveOne", ORM_ARCHIVE_ONE, false},
    {"addToCollection", ORM_ADD_TO_COLLECTION, true},
    {"removeFromCollection", ORM_REMOVE_FROM_COLLECTION, true},
    {"replaceCollection", ORM_REPLACE_COLLECTION, true},
};

static const struct method *find_method(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (strcmp(methods[i].name, name) == 0) {
            return &methods[i];
        }
    }
    return NULL;
}

bool engine_has_method(const char *name, bool *is_normalized)
{
    const struct method *method = find_method(name);

    *is_normalized = method != NULL && method->is_normalized;
    return method != NULL || strcmp(name, "validate") == 0 || strcmp(name, "getDatastore") == 0;
}

static struct orm_call call_of(json_t *request)
{
    json_t *page = json_object_get(request, "paginate");

    return (struct orm_call){
        .criteria = json_object_get(request, "criteria"),
        .populates = json_object_get(request, "populates"),
        .values = json_object_get(request, "values"),
        .attribute = json_object_get(request, "attribute"),
        .targets = json_object_get(request, "targets"),
        .members = json_object_get(request, "members"),
        .meta = json_object_get(request, "meta"),
        .page = json_object_get(page, "page"),
        .page_size = json_object_get(page, "size"),
        .has_iteratee = json_object_get(request, "each") != NULL,
        .now_ms = now_ms(NULL),
    };
}

static json_t *validate(const struct orm_model *model, json_t *request)
{
    struct orm_error error = {0};
    json_t *value = NULL;
    int rc = orm_query_validate(model, json_object_get(request, "attribute"),
                                json_object_get(request, "values"), &value, &error);
    json_t *outcome = rc < 0 ? json_pack("{s:o}", "error", orm_error_to_json(&error))
                             : json_pack("{s:o?}", "result", value);

    orm_error_clear(&error);
    return outcome;
}

/* ---- streams ---- */

struct iteratee {
    const char *model;
    bool takes_batches;
};

static int call_iteratee(const char *name, const struct iteratee *iteratee, json_t *item)
{
    struct returned returned = functions_call(name, iteratee->model, json_pack("[O]", item));
    int rc = 0;

    if (returned.error != NULL) {
        functions_throw(json_incref(returned.error));
        rc = SAILS_EREFUSED;
    }
    returned_clear(&returned);
    return rc;
}

static int on_batch(sails_db *db, json_t *records, void *ctx)
{
    const struct iteratee *iteratee = ctx;
    size_t i;
    json_t *record;
    int rc = 0;

    (void)db;
    if (iteratee->takes_batches) {
        return call_iteratee("eachBatch", iteratee, records);
    }
    json_array_foreach(records, i, record)
    {
        rc = rc < 0 ? rc : call_iteratee("eachRecord", iteratee, record);
    }
    return rc;
}

/* ---- calls ---- */

/* The result through customToJSON: of a record, of each of a list; anything else is as it is. */
static json_t *show(const struct orm_model *model, json_t *result)
{
    json_t *shown = NULL;
    size_t i;
    json_t *record;

    if (json_is_object(result)) {
        return records_to_json(model, result, &shown) < 0 ? NULL : shown;
    }
    if (!json_is_array(result)) {
        return json_incref(result);
    }
    shown = json_array();
    json_array_foreach(result, i, record)
    {
        json_t *one = show(model, record);
        if (one == NULL || json_array_append_new(shown, one) < 0) {
            json_decref(shown);
            return NULL;
        }
    }
    return shown;
}

static json_t *outcome_of(json_t *request, const struct orm_model *model, enum orm_method method,
                          struct method_result *result)
{
    json_t *shown = result->value != NULL ? json_incref(result->value) : json_null();
    json_t *outcome = NULL;

    if (json_is_true(json_object_get(request, "toJSON"))) {
        json_decref(shown);
        shown = result->value != NULL ? show(model, result->value) : json_null();
    }
    if (shown == NULL) {
        return error_of(NULL, SAILS_ENOMEM);
    }
    outcome = json_pack("{s:o}", "result", shown);
    if (method == ORM_FIND_OR_CREATE) {
        json_object_set_new(outcome, "created", json_boolean(result->created));
    }
    return outcome;
}

json_t *engine_call_model(json_t *request, bool is_outside)
{
    const char *name = json_string_value(json_object_get(request, "method"));
    const char *identity = json_string_value(json_object_get(request, "model"));
    const char *each = json_string_value(json_object_get(request, "each"));
    const struct orm_model *model = orm_find_model(orm, str_from(identity));
    const struct method *method = find_method(name);
    struct iteratee iteratee = {identity, each != NULL && strcmp(each, "batch") == 0};
    struct method_result result = {0};
    struct orm_call call = call_of(request);
    sails_db *db = is_outside ? outside : inside;
    json_t *outcome;
    int rc;

    functions_throw(NULL);
    if (method == NULL) {
        return strcmp(name, "validate") == 0 ? validate(model, request)
                                             : json_pack("{s:s}", "result", model->datastore->name);
    }
    if (json_is_true(json_object_get(request, "normalize"))) {
        return normalize(model, method->method, &call);
    }
    rc = method_run(db, model, method->method, &call, call.has_iteratee ? on_batch : NULL,
                    &iteratee, &result);
    if (rc < 0) {
        return error_of(db, rc);
    }
    outcome = outcome_of(request, model, method->method, &result);
    json_decref(result.value);
    return outcome;
}

/* ---- datastores ---- */

static json_t *no_such_datastore(void)
{
    return plain_error("Could not find a datastore by that name. Perhaps it hasn't been defined in "
                       "the configuration?");
}

json_t *engine_call_native(const char *datastore, json_t *request, bool is_outside)
{
    sails_db *db = is_outside ? outside : inside;
    json_t *rows = NULL;
    int64_t affected = -1;
    int rc;

    if (orm_find_datastore(orm, datastore) == NULL) {
        return no_such_datastore();
    }
    functions_throw(NULL);
    rc = sails_native(db, datastore, json_string_value(json_object_get(request, "native")),
                      json_incref(json_object_get(request, "values")), &rows, &affected);
    if (rc < 0) {
        return error_of(db, rc);
    }
    return json_pack("{s:{s:o,s:o}}", "result", "rows", rows, "affected",
                     affected < 0 ? json_null() : json_integer(affected));
}

struct transaction {
    engine_body body;
    void *ctx;
    json_t *error; /* with which the body has ended; NULL: it has not */
};

static int run_body(sails_db *db, void *ctx)
{
    struct transaction *transaction = ctx;

    (void)db;
    transaction->error = transaction->body(transaction->ctx);
    return transaction->error != NULL ? SAILS_EREFUSED : 0;
}

json_t *engine_transaction(const char *datastore, engine_body body, void *ctx)
{
    struct transaction transaction = {.body = body, .ctx = ctx};
    int rc;

    if (orm_find_datastore(orm, datastore) == NULL) {
        return no_such_datastore();
    }
    functions_throw(NULL);
    rc = sails_transaction_on(inside, datastore, run_body, &transaction);
    if (transaction.error != NULL) {
        return json_pack("{s:o}", "error", transaction.error);
    }
    return rc < 0 ? error_of(inside, rc) : json_pack("{s:n}", "result");
}

json_t *engine_lease(const char *datastore, engine_body body, void *ctx)
{
    json_t *error;

    if (orm_find_datastore(orm, datastore) == NULL) {
        return no_such_datastore();
    }
    error = body(ctx);
    return error != NULL ? json_pack("{s:o}", "error", error) : json_pack("{s:n}", "result");
}
