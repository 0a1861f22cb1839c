#include "blueprints/blueprint_call.h"

#include <sails/err.h>

/* find, findOne, populate: nothing changes. */

/* The options as the ORM takes them: copies, which are the call's. */
static json_t *copy_option(const struct blueprint_call *call, const char *name)
{
    return json_deep_copy(blueprint_option(call, name));
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

int blueprint_find(struct blueprint_call *call, struct sails_db *db)
{
    struct sails_query query = {.populates = copy_option(call, "populates"),
                                .meta = copy_option(call, "meta")};
    json_t *records = NULL;
    int rc =
        sails_find(db, call->model->identity.ptr, copy_option(call, "criteria"), &query, &records);

    if (rc == 0) {
        subscribe_to_all(call, records);
        rc = blueprint_answer(call, call->model, records);
    }
    json_decref(records);
    return rc;
}

static int find_one(struct blueprint_call *call, struct sails_db *db, json_t **record)
{
    struct sails_query query = {.populates = copy_option(call, "populates"),
                                .meta = copy_option(call, "meta")};

    return sails_find_one(db, call->model->identity.ptr, copy_option(call, "criteria"), &query,
                          record);
}

int blueprint_find_one(struct blueprint_call *call, struct sails_db *db)
{
    json_t *record = NULL;
    int rc = find_one(call, db, &record);

    if (rc == 0 && record == NULL) {
        return blueprint_answer_not_found(call);
    }
    if (rc == 0) {
        effects_subscribe(&call->effects, call->model, blueprint_record_key(call->model, record));
        blueprint_record_subscribe_deep(call, record);
        rc = blueprint_answer(call, call->model, record);
    }
    json_decref(record);
    return rc;
}

/* A to-one that leads nowhere is not found, as the record that it would be. */
int blueprint_populate(struct blueprint_call *call, struct sails_db *db)
{
    const char *alias = json_string_value(blueprint_option(call, "alias"));
    const struct orm_attribute *association =
        alias != NULL ? model_find_attribute(call->model, str_from(alias)) : NULL;
    json_t *record = NULL;
    json_t *value = NULL;
    int rc = find_one(call, db, &record);

    if (rc == 0 && record != NULL && association != NULL && association->other != NULL) {
        value = json_object_get(record, alias);
    }
    if (rc == 0 && (value == NULL || json_is_null(value))) {
        rc = blueprint_answer_not_found(call);
    } else if (rc == 0) {
        effects_subscribe(&call->effects, call->model, blueprint_record_key(call->model, record));
        blueprint_record_subscribe_deep(call, record);
        rc = blueprint_answer(call, association->other, value);
    }
    json_decref(record);
    return rc;
}
