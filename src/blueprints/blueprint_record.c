#include "base/mem.h"
#include "blueprints/blueprint_call.h"
#include "blueprints/record_view.h"

#include <sails/err.h>

json_t *blueprint_record_option(const struct blueprint_call *call, const char *name)
{
    return json_object_get(call->options, name);
}

json_t *blueprint_record_key(const struct orm_model *model, const json_t *record)
{
    return json_object_get(record, model->primary_key->name.ptr);
}

/* ---- reading ---- */

json_t *blueprint_record_where(const struct orm_model *model, json_t *key)
{
    return json_pack("{s:O}", model->primary_key->name.ptr, key);
}

/* Of those about a member, the parent may have been replaced by the program's function. */
json_t *blueprint_record_criteria(const struct blueprint_call *call)
{
    json_t *where =
        json_deep_copy(json_object_get(blueprint_record_option(call, "criteria"), "where"));
    json_t *parent = blueprint_record_option(call, "targetRecordId");

    if (parent != NULL && json_object_set(where, call->model->primary_key->name.ptr, parent) < 0) {
        json_decref(where);
        return NULL;
    }
    return where;
}

int blueprint_record_find(struct sails_db *db, const struct orm_model *model, json_t *criteria,
                          json_t *populates, json_t **record)
{
    struct sails_query query = {.populates = populates};

    *record = NULL;
    return sails_find_one(db, model->identity.ptr, criteria, &query, record);
}

int blueprint_record_see(struct blueprint_call *call, struct sails_db *db, json_t *criteria,
                         struct seen_record *record)
{
    int rc = blueprint_record_find(db, call->model, criteria,
                                   json_deep_copy(blueprint_record_option(call, "populates")),
                                   &record->stored);

    if (rc == 0 && record->stored != NULL) {
        record->shown = record_view(call->model, record->stored);
        rc = record->shown != NULL ? 0 : SAILS_ENOMEM;
    }
    return rc;
}

/* ---- subscribing ---- */

/* To the records that are populated; keys alone are nobody whom the requester has seen. */
static void subscribe_to_populated(struct blueprint_call *call, const struct orm_model *model,
                                   const json_t *value)
{
    size_t n = json_array_size(value);

    if (json_is_object(value)) {
        effects_subscribe(&call->effects, model, blueprint_record_key(model, value));
    }
    for (size_t i = 0; i < n; i++) {
        effects_subscribe(&call->effects, model,
                          blueprint_record_key(model, json_array_get(value, i)));
    }
}

void blueprint_record_subscribe_deep(struct blueprint_call *call, const json_t *record)
{
    for (unsigned i = 0; i < call->model->n_attributes && call->is_deep; i++) {
        const struct orm_attribute *attribute = &call->model->attributes[i];

        if (attribute->association == ORM_PLAIN) {
            continue;
        }
        if (call->auto_watch) {
            effects_watch(&call->effects, attribute->other);
        }
        subscribe_to_populated(call, attribute->other,
                               json_object_get(record, attribute->name.ptr));
    }
}

/* ---- the outcome ---- */

int blueprint_record_answer(struct blueprint_call *call, const struct orm_model *model,
                            json_t *value)
{
    json_decref(call->body);
    call->outcome = BLUEPRINT_DONE;
    call->body = record_view(model, value);
    return call->body != NULL ? 0 : SAILS_ENOMEM;
}

int blueprint_record_answer_not_found(struct blueprint_call *call)
{
    call->outcome = BLUEPRINT_NOT_FOUND;
    return 0;
}
