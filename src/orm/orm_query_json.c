#include "base/json_value.h"
#include "orm/orm_query.h"

/* What a call has become, as Waterline's "stage two" query has it: for tests, and for people. */

static json_t *populate_to_json(const struct orm_populate *populate)
{
    if (populate->criteria == NULL) {
        return json_true();
    }
    return populate->criteria->matches_nothing ? json_false()
                                               : criteria_to_json(populate->criteria);
}

static json_t *populates_to_json(const struct orm_query *q)
{
    json_t *object = json_object();

    for (size_t i = 0; i < q->n_populates; i++) {
        if (json_object_set_new_nocheck(object, q->populates[i].attribute->name.ptr,
                                        populate_to_json(&q->populates[i])) < 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *records_to_json(const struct orm_query *q)
{
    json_t *list = json_array();

    for (size_t i = 0; i < q->n_records; i++) {
        if (json_array_append_new(list, values_to_json(&q->records[i], true)) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *collection_to_json(const struct orm_query *q)
{
    return json_pack("{s:o,s:o}", "targets", json_value_list(q->targets, q->n_targets), "members",
                     json_value_list(q->members, q->n_members));
}

json_t *orm_query_to_json(const struct orm_query *q)
{
    if (q->is_noop) {
        return json_pack("{s:b}", "noop", 1);
    }
    switch (q->method) {
    case ORM_FIND:
    case ORM_FIND_ONE:
    case ORM_STREAM:
        return json_pack("{s:o,s:o}", "criteria", criteria_to_json(&q->criteria), "populates",
                         populates_to_json(q));
    case ORM_CREATE:
        return json_pack("{s:o}", "values", values_to_json(&q->records[0], true));
    case ORM_CREATE_EACH:
        return json_pack("{s:o}", "values", records_to_json(q));
    case ORM_FIND_OR_CREATE:
        return json_pack("{s:o,s:o}", "criteria", criteria_to_json(&q->criteria), "values",
                         values_to_json(&q->records[0], true));
    case ORM_UPDATE:
    case ORM_UPDATE_ONE:
        return json_pack("{s:o,s:o}", "criteria", criteria_to_json(&q->criteria), "values",
                         values_to_json(&q->records[0], false));
    case ORM_ADD_TO_COLLECTION:
    case ORM_REMOVE_FROM_COLLECTION:
    case ORM_REPLACE_COLLECTION:
        return collection_to_json(q);
    case ORM_COUNT:
    case ORM_SUM:
    case ORM_AVG:
    case ORM_DESTROY:
    case ORM_DESTROY_ONE:
    case ORM_ARCHIVE:
    case ORM_ARCHIVE_ONE:
        break;
    }
    return json_pack("{s:o}", "criteria", criteria_to_json(&q->criteria));
}
