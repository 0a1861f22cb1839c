#include "base/json_write.h"
#include "blueprints/blueprint_call.h"

#include <sails/err.h>
#include <stdlib.h>

/*
 * add, remove, replace: who is in a collection.
 *
 * Children of a one-to-many belong to one parent: who adds one takes it from another parent, whose subscribers hear of it
 * (`stolen`). Ids come as text, twice, or are nobody's: they are looked up, and from there on only keys as the database has
 * them are compared, stored and told.
 */

/* ---- errors ---- */

/* Ids that cannot be keys are wrong values, or wrong ids, and no wrong criteria, which nobody has sent. */
static int blame_ids(const struct blueprint_call *call, struct sails_db *db, int rc)
{
    if (rc < 0 && db->error.class == ORM_ERROR_USAGE) {
        switch (call->kind) {
        case BLUEPRINT_CREATE:
            db->error.code = ORM_E_INVALID_NEW_RECORD;
            break;
        case BLUEPRINT_UPDATE:
            db->error.code = ORM_E_INVALID_VALUES_TO_SET;
            break;
        default:
            db->error.code = ORM_E_INVALID_ASSOCIATED_IDS;
        }
    }
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

static int find_children(const struct blueprint_call *call, struct sails_db *db,
                         const struct orm_attribute *collection, json_t *ids, json_t **children)
{
    const char *key = collection->other->primary_key->name.ptr;
    json_t *criteria =
        json_pack("{s:{s:{s:O}},s:o}", "where", key, "in", ids, "select", wanted_of(collection));

    if (criteria == NULL) {
        return SAILS_ENOMEM;
    }
    return blame_ids(call, db,
                     sails_find(db, collection->other->identity.ptr, criteria, NULL, children));
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

/* The parent of a child that has one at a time; a view. NULL: none. */
static json_t *former_parent(const struct orm_attribute *collection, const json_t *child)
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
    json_t *former = former_parent(change->collection, child);
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
        rc = find_children(call, db, collection, ids, &children);
        rc = rc == 0 ? take_children(change, children, ids, parent) : rc;
    }
    if (rc == 0 && parent != NULL) {
        rc = find_members(db, collection, parent, &present);
        rc = rc == 0 ? compare(change, present) : rc;
    }
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

/* ---- the three actions ---- */

/* Whom they are about. */
struct membership {
    const struct orm_attribute *collection;
    json_t *parent; /* key; a reference, as the following */
    json_t *child;  /* record: of add and remove */
};

static void membership_deinit(struct membership *m)
{
    json_decref(m->parent);
    json_decref(m->child);
}

/* NULL in *parent: there is none. */
static int find_parent(struct blueprint_call *call, struct sails_db *db, struct membership *m)
{
    const char *alias = json_string_value(blueprint_option(call, "alias"));
    json_t *record = NULL;
    int rc = 0;

    m->collection = alias != NULL ? model_find_attribute(call->model, str_from(alias)) : NULL;
    if (m->collection == NULL || m->collection->association != ORM_TO_MANY) {
        return orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_EINVAL, NULL,
                             "`alias` is no collection of `%s`", call->model->identity.ptr);
    }
    rc = blueprint_record_find(db, call->model, blueprint_record_criteria(call), NULL, &record);
    if (rc == 0) {
        m->parent = json_incref(blueprint_record_key(call->model, record));
    }
    json_decref(record);
    return rc;
}

static int find_child(struct blueprint_call *call, struct sails_db *db, struct membership *m)
{
    json_t *id = json_array_get(blueprint_option(call, "associatedIds"), 0);
    json_t *ids = json_pack("[O]", id);
    json_t *children = NULL;
    int rc = ids != NULL ? find_children(call, db, m->collection, ids, &children) : SAILS_ENOMEM;

    if (rc == 0) {
        m->child = json_incref(json_array_get(children, 0));
    }
    json_decref(ids);
    json_decref(children);
    return rc;
}

static int find_both(struct blueprint_call *call, struct sails_db *db, struct membership *m)
{
    int rc = find_parent(call, db, m);

    return rc == 0 && m->parent != NULL ? find_child(call, db, m) : rc;
}

/* The parent as it is now. */
static int answer_parent(struct blueprint_call *call, struct sails_db *db, json_t *parent)
{
    struct seen_record record = {0};
    int rc = blueprint_record_see(call, db, blueprint_record_where(call->model, parent), &record);

    if (rc == 0 && record.stored == NULL) {
        rc = blueprint_answer_not_found(call);
    } else if (rc == 0) {
        call->body = json_incref(record.shown);
    }
    seen_record_deinit(&record);
    return rc;
}

/* Somebody else may have added it in the same moment: it is in, which is what was wanted. */
static int link_child(struct blueprint_call *call, struct sails_db *db, const struct membership *m,
                      json_t *key)
{
    int rc = sails_add_to_collection(db, call->model->identity.ptr, json_incref(m->parent),
                                     m->collection->name.ptr, json_pack("[O]", key));
    bool is_in = rc < 0 && db->error.code != NULL && strcmp(db->error.code, ORM_E_UNIQUE) == 0;

    return is_in ? 0 : rc;
}

static void tell_added(struct blueprint_call *call, const struct membership *m, json_t *key)
{
    json_t *former = former_parent(m->collection, m->child);

    effects_subscribe(&call->effects, call->model, m->parent);
    messages_added(&call->effects, m->collection, m->parent, key, true);
    if (former != NULL && !json_equal(former, m->parent)) {
        messages_removed(&call->effects, m->collection, former, key, false);
    }
}

int blueprint_add(struct blueprint_call *call, struct sails_db *db)
{
    struct membership m = {0};
    int rc = find_both(call, db, &m);

    if (rc == 0 && m.child == NULL) {
        rc = blueprint_answer_not_found(call);
    } else if (rc == 0) {
        json_t *key = blueprint_record_key(m.collection->other, m.child);

        rc = link_child(call, db, &m, key);
        if (rc == 0) {
            tell_added(call, &m, key);
            rc = answer_parent(call, db, m.parent);
        }
    }
    membership_deinit(&m);
    return rc;
}

/* Whether the child is in the parent's collection. */
static int find_link(struct sails_db *db, const struct membership *m, json_t *key, bool *is_member)
{
    const char *name = m->collection->name.ptr;
    const char *child_key = m->collection->other->primary_key->name.ptr;
    json_t *record = NULL;
    json_t *populates = NULL;
    int rc = 0;

    if (model_is_exclusive(m->collection)) {
        json_t *former = former_parent(m->collection, m->child);

        *is_member = former != NULL && json_equal(former, m->parent);
        return 0;
    }
    populates =
        json_pack("{s:{s:{s:O},s:[s]}}", name, "where", child_key, key, "select", child_key);
    rc = blueprint_record_find(db, m->collection->model,
                               blueprint_record_where(m->collection->model, m->parent), populates,
                               &record);
    *is_member = json_array_size(json_object_get(record, name)) > 0;
    json_decref(record);
    return rc;
}

static int remove_child(struct blueprint_call *call, struct sails_db *db,
                        const struct membership *m)
{
    json_t *key = blueprint_record_key(m->collection->other, m->child);
    bool is_member = false;
    int rc = find_link(db, m, key, &is_member);

    if (rc == 0 && is_member) {
        rc = sails_remove_from_collection(db, call->model->identity.ptr, json_incref(m->parent),
                                          m->collection->name.ptr, json_pack("[O]", key));
        if (rc == 0) {
            messages_removed(&call->effects, m->collection, m->parent, key, true);
        }
    }
    return rc == 0 ? answer_parent(call, db, m->parent) : rc;
}

int blueprint_remove(struct blueprint_call *call, struct sails_db *db)
{
    struct membership m = {0};
    int rc = find_both(call, db, &m);

    if (rc == 0) {
        rc = m.child != NULL ? remove_child(call, db, &m) : blueprint_answer_not_found(call);
    }
    membership_deinit(&m);
    return rc;
}

static int replace_members(struct blueprint_call *call, struct sails_db *db,
                           const struct membership *m)
{
    struct member_change change = {0};
    int rc = member_change_find(call, db, m->collection, m->parent,
                                blueprint_option(call, "associatedIds"), &change);

    if (rc == 0) {
        rc = blame_ids(call, db,
                       sails_replace_collection(db, call->model->identity.ptr,
                                                json_incref(m->parent), m->collection->name.ptr,
                                                json_incref(change.members)));
    }
    if (rc == 0) {
        effects_subscribe(&call->effects, call->model, m->parent);
        member_change_tell(call, &change, m->parent);
        rc = answer_parent(call, db, m->parent);
    }
    member_change_deinit(&change);
    return rc;
}

int blueprint_replace(struct blueprint_call *call, struct sails_db *db)
{
    struct membership m = {0};
    int rc = find_parent(call, db, &m);

    if (rc == 0) {
        rc = m.parent != NULL ? replace_members(call, db, &m) : blueprint_answer_not_found(call);
    }
    membership_deinit(&m);
    return rc;
}
