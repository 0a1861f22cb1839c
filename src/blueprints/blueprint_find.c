#include "blueprints/blueprint_call.h"
#include "orm/method.h"
#include "request/res.h"

#include <sails/err.h>

/* find, findOne, populate: nothing changes. */

/* The options as the ORM takes them: copies, which are the call's. */
static json_t *copy_option(const struct blueprint_call *call, const char *name)
{
    return json_deep_copy(blueprint_record_option(call, name));
}

static void subscribe_to_all(struct blueprint_call *call, const json_t *records)
{
    size_t n = json_array_size(records);

    for (size_t i = 0; i < n; i++) {
        effects_subscribe(&call->effects, call->model,
                          blueprint_record_key(call->model, json_array_get(records, i)));
    }
    if (call->auto_watch) {
        effects_watch(&call->effects, call->model);
    }
    for (size_t i = 0; i < n; i++) {
        blueprint_record_subscribe_deep(call, json_array_get(records, i));
    }
}

/*
 * Whether the records that are found are the answer, to nobody's knowledge but the requester's: over HTTP, with
 * nothing populated, shown as they are stored, by an answer `ok` that is not the program's. Then they are written as they are read.
 */
static bool answers_with_text(const struct blueprint_call *call)
{
    return !res_is_socket(call->res) && call->model->to_json.call == NULL &&
           json_object_size(blueprint_record_option(call, "populates")) == 0 &&
           responses_find(&call->req->service->responses, "ok") == NULL &&
           res_writes_compact(call->res);
}

static int find_text(struct blueprint_call *call, struct sails_db *db, enum orm_method method,
                     size_t *n)
{
    struct orm_call query = {.criteria = blueprint_record_option(call, "criteria"),
                             .meta = blueprint_record_option(call, "meta")};

    call->outcome = BLUEPRINT_DONE;
    return method_find_text(db, call->model, method, &query, &call->text, n);
}

static int find_values(struct blueprint_call *call, struct sails_db *db)
{
    struct sails_query query = {.populates = copy_option(call, "populates"),
                                .meta = copy_option(call, "meta")};
    json_t *records = NULL;
    int rc =
        sails_find(db, call->model->identity.ptr, copy_option(call, "criteria"), &query, &records);

    if (rc == 0) {
        subscribe_to_all(call, records);
        rc = blueprint_record_answer(call, call->model, records);
    }
    json_decref(records);
    return rc;
}

int blueprint_find(struct blueprint_call *call, struct sails_db *db)
{
    size_t n = 0;

    return answers_with_text(call) ? find_text(call, db, ORM_FIND, &n) : find_values(call, db);
}

static int find_one(struct blueprint_call *call, struct sails_db *db, json_t **record)
{
    struct sails_query query = {.populates = copy_option(call, "populates"),
                                .meta = copy_option(call, "meta")};

    return sails_find_one(db, call->model->identity.ptr, copy_option(call, "criteria"), &query,
                          record);
}

static int find_one_text(struct blueprint_call *call, struct sails_db *db)
{
    size_t n = 0;
    int rc = find_text(call, db, ORM_FIND_ONE, &n);

    return rc == 0 && n == 0 ? blueprint_record_answer_not_found(call) : rc;
}

static int find_one_value(struct blueprint_call *call, struct sails_db *db)
{
    json_t *record = NULL;
    int rc = find_one(call, db, &record);

    if (rc == 0 && record == NULL) {
        return blueprint_record_answer_not_found(call);
    }
    if (rc == 0) {
        effects_subscribe(&call->effects, call->model, blueprint_record_key(call->model, record));
        blueprint_record_subscribe_deep(call, record);
        rc = blueprint_record_answer(call, call->model, record);
    }
    json_decref(record);
    return rc;
}

int blueprint_find_one(struct blueprint_call *call, struct sails_db *db)
{
    return answers_with_text(call) ? find_one_text(call, db) : find_one_value(call, db);
}

/* A to-one that leads nowhere is not found, as the record that it would be. */
int blueprint_find_populate(struct blueprint_call *call, struct sails_db *db)
{
    const char *alias = json_string_value(blueprint_record_option(call, "alias"));
    const struct orm_attribute *association =
        alias != NULL ? model_find_attribute(call->model, str_from(alias)) : NULL;
    json_t *record = NULL;
    json_t *value = NULL;
    int rc = find_one(call, db, &record);

    if (rc == 0 && record != NULL && association != NULL && association->other != NULL) {
        value = json_object_get(record, alias);
    }
    if (rc == 0 && (value == NULL || json_is_null(value))) {
        rc = blueprint_record_answer_not_found(call);
    } else if (rc == 0) {
        effects_subscribe(&call->effects, call->model, blueprint_record_key(call->model, record));
        blueprint_record_subscribe_deep(call, record);
        rc = blueprint_record_answer(call, association->other, value);
    }
    json_decref(record);
    return rc;
}
