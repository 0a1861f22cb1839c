#include "base/json_value.h"
#include "orm/method.h"
#include "orm/records.h"

#include <assert.h>
#include <sails/err.h>

/*
 * Collections are changed by calls on the model that holds the links: the junction, or the children with
 * their foreign key.
 */

struct change {
    const struct orm_attribute *collection;
    json_t *targets; /* lists of primary keys */
    json_t *members;
};

/* ---- junctions ---- */

static json_t *pairs_of(const struct change *change)
{
    const struct orm_junction *junction = change->collection->junction;
    json_t *pairs = json_array();

    for (size_t i = 0; i < json_array_size(change->targets); i++) {
        for (size_t j = 0; j < json_array_size(change->members); j++) {
            json_t *pair = json_pack("{s:O,s:O}", junction->parent->name.ptr,
                                     json_array_get(change->targets, i), junction->child->name.ptr,
                                     json_array_get(change->members, j));

            if (json_array_append_new(pairs, pair) < 0) {
                json_decref(pairs);
                return NULL;
            }
        }
    }
    return pairs;
}

static int add_pairs(struct sails_db *db, const struct change *change)
{
    struct orm_call call = {.values = pairs_of(change)};
    int rc = call.values != NULL ? 0 : orm_error_set_no_memory(&db->error);

    if (rc == 0 && json_array_size(call.values) > 0) {
        rc = method_run_within(db, change->collection->junction->model, ORM_CREATE_EACH, &call,
                               NULL);
    }
    json_decref(call.values);
    return rc;
}

/* All pairs of the targets, or those with the members. */
static int remove_pairs(struct sails_db *db, const struct change *change, bool all)
{
    const struct orm_junction *junction = change->collection->junction;
    struct orm_call call = {0};
    int rc = 0;

    call.criteria =
        all ? json_pack("{s:{s:O}}", junction->parent->name.ptr, "in", change->targets)
            : json_pack("{s:{s:O},s:{s:O}}", junction->parent->name.ptr, "in", change->targets,
                        junction->child->name.ptr, "in", change->members);
    rc = call.criteria != NULL ? method_run_within(db, junction->model, ORM_DESTROY, &call, NULL)
                               : orm_error_set_no_memory(&db->error);
    json_decref(call.criteria);
    return rc;
}

/* ---- foreign keys ---- */

/* Takes both. */
static int set_foreign_key(struct sails_db *db, const struct orm_attribute *key, json_t *criteria,
                           json_t *value)
{
    struct orm_call call = {.criteria = criteria,
                            .values = json_pack("{s:o}", key->name.ptr, value)};
    int rc = call.criteria != NULL && call.values != NULL
                 ? method_run_within(db, key->model, ORM_UPDATE, &call, NULL)
                 : orm_error_set_no_memory(&db->error);

    json_decref(call.criteria);
    json_decref(call.values);
    return rc;
}

static int adopt(struct sails_db *db, const struct change *change)
{
    const struct orm_attribute *key = change->collection->foreign_key;

    if (json_array_size(change->members) == 0 || json_array_size(change->targets) == 0) {
        return 0;
    }
    return set_foreign_key(db, key,
                           method_criteria_of_keys(key->model->primary_key, change->members),
                           json_incref(json_array_get(change->targets, 0)));
}

/* A child cannot be left without a parent where its foreign key is required. Takes the criteria. */
static int refuse_orphans(struct sails_db *db, const struct orm_attribute *key, json_t *criteria)
{
    struct orm_call call = {.criteria = criteria};
    json_t *n = NULL;
    int rc = criteria != NULL ? method_run_within(db, key->model, ORM_COUNT, &call, &n)
                              : orm_error_set_no_memory(&db->error);

    if (rc == 0 && json_integer_value(n) > 0) {
        rc = orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_ESTATE,
                           "E_COLLISIONS_WHEN_NULLING_OUT_REQUIRED_FK",
                           "%lld records of `%s` would be left without `%s`, which is required.",
                           (long long)json_integer_value(n), key->model->global_id, key->name.ptr);
    }
    json_decref(n);
    json_decref(criteria);
    return rc;
}

/* Takes the criteria of the children. */
static int abandon(struct sails_db *db, const struct orm_attribute *key, json_t *criteria)
{
    if (key->required) {
        return refuse_orphans(db, key, criteria);
    }
    return set_foreign_key(db, key, criteria, json_null());
}

static int remove_children(struct sails_db *db, const struct change *change)
{
    const struct orm_attribute *key = change->collection->foreign_key;

    return abandon(db, key,
                   json_pack("{s:{s:O},s:{s:O}}", key->model->primary_key->name.ptr, "in",
                             change->members, key->name.ptr, "in", change->targets));
}

static int replace_children(struct sails_db *db, const struct change *change)
{
    const struct orm_attribute *key = change->collection->foreign_key;
    int rc = abandon(db, key,
                     json_pack("{s:{s:O},s:{s:O}}", key->name.ptr, "in", change->targets,
                               key->model->primary_key->name.ptr, "nin", change->members));

    return rc == 0 ? adopt(db, change) : rc;
}

/* ---- one change ---- */

static int run_change(struct sails_db *db, enum orm_method method, const struct change *change)
{
    bool has_junction = change->collection->junction != NULL;
    int rc = 0;

    switch (method) {
    case ORM_ADD_TO_COLLECTION:
        return has_junction ? add_pairs(db, change) : adopt(db, change);
    case ORM_REMOVE_FROM_COLLECTION:
        return has_junction ? remove_pairs(db, change, false) : remove_children(db, change);
    default:
        assert(method == ORM_REPLACE_COLLECTION);
        if (!has_junction) {
            return replace_children(db, change);
        }
        rc = remove_pairs(db, change, true);
        return rc == 0 ? add_pairs(db, change) : rc;
    }
}

/* In a transaction of the model that holds the links. */
static int change_collection(struct sails_db *db, enum orm_method method,
                             const struct change *change)
{
    const struct orm_attribute *collection = change->collection;
    const struct orm_model *holder =
        collection->junction != NULL ? collection->junction->model : collection->other;
    int rc = database_begin(db, holder);

    return rc == 0 ? database_finish(db, holder, run_change(db, method, change)) : rc;
}

int method_collection(struct sails_db *db, struct orm_query *q)
{
    struct change change = {.collection = q->attribute,
                            .targets = json_value_list(q->targets, q->n_targets),
                            .members = json_value_list(q->members, q->n_members)};
    int rc = change.targets != NULL && change.members != NULL
                 ? change_collection(db, q->method, &change)
                 : orm_error_set_no_memory(&db->error);

    json_decref(change.targets);
    json_decref(change.members);
    return rc;
}

int method_replace_members(struct sails_db *db, const struct orm_query *q, const json_t *keys,
                           const struct values *values)
{
    int rc = 0;

    (void)q;
    for (size_t i = 0; i < values->n_collections && rc == 0; i++) {
        const struct members *members = &values->collections[i];
        struct change change = {.collection = members->attribute,
                                .targets = (json_t *)(uintptr_t)keys,
                                .members = json_value_list(members->ids, members->n)};

        rc = change.members != NULL ? change_collection(db, ORM_REPLACE_COLLECTION, &change)
                                    : orm_error_set_no_memory(&db->error);
        json_decref(change.members);
    }
    return rc;
}
