#include "blueprints/member_change.h"

#include "base/json_value.h"
#include "base/json_write.h"
#include "orm/value_fit.h"
#include "orm/values.h"

#include <sails/err.h>
#include <stdlib.h>

/*
 * Children of a one-to-many belong to one parent: who adds one takes it from another parent, whose subscribers hear of it
 * (`stolen`). Ids come as text, twice, or are nobody's: they are looked up, and from there on only keys as the database has
 * them are compared, stored and told.
 */

/* ---- errors ---- */

static const char *code_for_ids(const struct blueprint_call *call)
{
    switch (call->kind) {
    case BLUEPRINT_CREATE:
        return ORM_E_INVALID_NEW_RECORD;
    case BLUEPRINT_UPDATE:
        return ORM_E_INVALID_VALUES_TO_SET;
    default:
        return ORM_E_INVALID_ASSOCIATED_IDS;
    }
}

int member_change_blame_ids(const struct blueprint_call *call, struct sails_db *db, int rc)
{
    if (rc < 0 && db->error.class == ORM_ERROR_USAGE) {
        db->error.code = code_for_ids(call);
    }
    return rc;
}

/* Ids as keys of the type that they have, each once: a search would take 1.5 or true for a key of nobody, and a list
 * of such would empty the collection. */
static int fit_ids(const struct blueprint_call *call, struct sails_db *db,
                   const struct orm_attribute *collection, json_t *ids, json_t **fitting)
{
    struct arena arena = {0};
    struct buf why = {0};
    json_t **keys = NULL;
    size_t n = 0;
    int rc = value_fit_keys(collection->other->primary_key->type, ids, VALUES_IDS_MAX, &arena, &why,
                            &keys, &n);

    if (rc == SAILS_EINVAL || rc == SAILS_ETOOBIG) {
        rc = orm_error_set_usage_str(&db->error, code_for_ids(call), call->model->identity.ptr,
                                     buf_str(&why));
    } else if (rc == 0) {
        *fitting = json_value_list(keys, n);
        rc = *fitting != NULL ? 0 : SAILS_ENOMEM;
    }
    rc = rc == SAILS_ENOMEM ? orm_error_set_no_memory(&db->error) : rc;
    buf_deinit(&why);
    arena_deinit(&arena);
    return rc;
}

/* ---- children ---- */

/* [key] or [key, foreign key]: what has to be known of a child. */
static json_t *wanted_of(const struct orm_attribute *collection)
{
    const char *key = collection->other->primary_key->name.ptr;

    return model_is_exclusive(collection)
               ? json_pack("[s,s]", key, collection->foreign_key->name.ptr)
               : json_pack("[s]", key);
}

int member_change_find_children(const struct blueprint_call *call, struct sails_db *db,
                                const struct orm_attribute *collection, json_t *ids,
                                json_t **children)
{
    const char *key = collection->other->primary_key->name.ptr;
    json_t *criteria =
        json_pack("{s:{s:{s:O}},s:o}", "where", key, "in", ids, "select", wanted_of(collection));

    if (criteria == NULL) {
        return SAILS_ENOMEM;
    }
    return member_change_blame_ids(
        call, db, sails_find(db, collection->other->identity.ptr, criteria, NULL, children));
}

/* All that are in the collection of a parent now, as records with their keys. */
static int find_members(struct sails_db *db, const struct orm_attribute *collection, json_t *parent,
                        json_t **members)
{
    const char *name = collection->name.ptr;
    const char *key = collection->other->primary_key->name.ptr;
    struct sails_query query = {0};
    json_t *record = NULL;
    int rc = 0;

    if (model_is_exclusive(collection)) {
        return sails_find(db, collection->other->identity.ptr,
                          json_pack("{s:{s:O},s:[s]}", "where", collection->foreign_key->name.ptr,
                                    parent, "select", key),
                          NULL, members);
    }
    query.populates = json_pack("{s:{s:[s]}}", name, "select", key);
    rc = sails_find_one(db, collection->model->identity.ptr,
                        json_pack("{s:O}", collection->model->primary_key->name.ptr, parent),
                        &query, &record);
    if (rc == 0) {
        *members = json_incref(json_object_get(record, name));
    }
    json_decref(record);
    return rc;
}

json_t *member_change_former_parent(const struct orm_attribute *collection, const json_t *child)
{
    return model_is_exclusive(collection)
               ? messages_key_of(collection->foreign_key,
                                 json_object_get(child, collection->foreign_key->name.ptr))
               : NULL;
}

/* ---- sets of keys: objects with the keys' texts as names ---- */

/* The text of an id as its key would have it: "01" of a number is "1". False: no memory. */
static bool write_key(struct buf *out, const struct orm_model *model, const json_t *id)
{
    bool is_number = model->primary_key->type == ORM_NUMBER;

    buf_clear(out);
    if (json_is_string(id) && is_number) {
        json_write_real(out, strtod(json_string_value(id), NULL));
    } else if (json_is_string(id)) {
        buf_append(out, json_string_value(id), json_string_length(id));
    } else {
        json_write_real(out, json_number_value(id));
    }
    return buf_error(out) == 0;
}

static json_t *look_up(const json_t *set, struct buf *text, const struct orm_model *model,
                       const json_t *id)
{
    return write_key(text, model, id) ? json_object_getn(set, text->ptr, text->len) : NULL;
}

/* {key as text: record} of a list of records. NULL: no memory. */
static json_t *index_of(const struct orm_model *model, json_t *records)
{
    json_t *index = json_object();
    struct buf text = {0};
    size_t n = json_array_size(records);

    for (size_t i = 0; i < n && index != NULL; i++) {
        json_t *record = json_array_get(records, i);

        if (!write_key(&text, model, blueprint_record_key(model, record)) ||
            json_object_setn(index, text.ptr, text.len, record) < 0) {
            json_decref(index);
            index = NULL;
        }
    }
    buf_deinit(&text);
    return index;
}

/* ---- changes ---- */

void member_change_deinit(struct member_change *change)
{
    json_decref(change->members);
    json_decref(change->stolen);
    json_decref(change->added);
    json_decref(change->dropped);
    *change = (struct member_change){0};
}

/* One of the ids that is somebody's: takes it out of `children`, so that it counts once. */
static int take_child(struct member_change *change, const json_t *child, const json_t *parent)
{
    json_t *key = blueprint_record_key(change->collection->other, child);
    json_t *former = member_change_former_parent(change->collection, child);
    int rc = json_array_append(change->members, key);

    if (rc == 0 && former != NULL && (parent == NULL || !json_equal(former, parent))) {
        rc = json_array_append_new(change->stolen, json_pack("[O,O]", key, former));
    }
    return rc;
}

static int take_children(struct member_change *change, json_t *children, json_t *ids,
                         const json_t *parent)
{
    const struct orm_model *other = change->collection->other;
    json_t *left = index_of(other, children);
    struct buf text = {0};
    size_t n = json_array_size(ids);
    int rc = left != NULL ? 0 : -1;

    for (size_t i = 0; i < n && rc == 0; i++) {
        json_t *child = look_up(left, &text, other, json_array_get(ids, i));

        if (child != NULL) {
            rc = take_child(change, child, parent);
            (void)json_object_deln(left, text.ptr, text.len);
        }
    }
    json_decref(left);
    buf_deinit(&text);
    return rc == 0 ? 0 : SAILS_ENOMEM;
}

/* Who comes, and who goes. */
static int compare(struct member_change *change, json_t *present)
{
    const struct orm_model *other = change->collection->other;
    json_t *leaving = index_of(other, present);
    struct buf text = {0};
    const char *name = NULL;
    json_t *record = NULL;
    size_t n = json_array_size(change->members);
    int rc = leaving != NULL ? 0 : -1;

    for (size_t i = 0; i < n && rc == 0; i++) {
        json_t *key = json_array_get(change->members, i);

        if (look_up(leaving, &text, other, key) != NULL) {
            (void)json_object_deln(leaving, text.ptr, text.len);
        } else {
            rc = json_array_append(change->added, key);
        }
    }
    json_object_foreach(leaving, name, record)
    {
        rc = rc == 0 ? json_array_append(change->dropped, blueprint_record_key(other, record)) : rc;
    }
    json_decref(leaving);
    buf_deinit(&text);
    return rc == 0 ? 0 : SAILS_ENOMEM;
}

int member_change_find(struct blueprint_call *call, struct sails_db *db,
                       const struct orm_attribute *collection, json_t *parent, json_t *ids,
                       struct member_change *change)
{
    json_t *keys = NULL;
    json_t *children = NULL;
    json_t *present = NULL;
    int rc = 0;

    *change = (struct member_change){.collection = collection,
                                     .members = json_array(),
                                     .stolen = json_array(),
                                     .added = json_array(),
                                     .dropped = json_array()};
    if (change->members == NULL || change->stolen == NULL || change->added == NULL ||
        change->dropped == NULL) {
        return SAILS_ENOMEM;
    }
    if (json_array_size(ids) > 0) {
        rc = fit_ids(call, db, collection, ids, &keys);
        rc = rc == 0 ? member_change_find_children(call, db, collection, keys, &children) : rc;
        rc = rc == 0 ? take_children(change, children, keys, parent) : rc;
    }
    if (rc == 0 && parent != NULL) {
        rc = find_members(db, collection, parent, &present);
        rc = rc == 0 ? compare(change, present) : rc;
    }
    json_decref(keys);
    json_decref(children);
    json_decref(present);
    return rc;
}

void member_change_tell_stolen(struct blueprint_call *call, const struct member_change *change)
{
    size_t n = json_array_size(change->stolen);

    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(change->stolen, i);

        messages_removed(&call->effects, change->collection, json_array_get(pair, 1),
                         json_array_get(pair, 0), false);
    }
}

void member_change_tell(struct blueprint_call *call, const struct member_change *change,
                        json_t *parent)
{
    size_t n_added = json_array_size(change->added);
    size_t n_dropped = json_array_size(change->dropped);

    for (size_t i = 0; i < n_added; i++) {
        messages_added(&call->effects, change->collection, parent, json_array_get(change->added, i),
                       true);
    }
    member_change_tell_stolen(call, change);
    for (size_t i = 0; i < n_dropped; i++) {
        messages_removed(&call->effects, change->collection, parent,
                         json_array_get(change->dropped, i), true);
    }
}
