#include "blueprints/member_change.h"

#include <sails/err.h>

/* add, remove, replace: who is in a collection. */

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
    const char *alias = json_string_value(blueprint_record_option(call, "alias"));
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
    json_t *id = json_array_get(blueprint_record_option(call, "associatedIds"), 0);
    json_t *ids = json_pack("[O]", id);
    json_t *children = NULL;
    int rc = ids != NULL ? member_change_find_children(call, db, m->collection, ids, &children)
                         : SAILS_ENOMEM;

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
        rc = blueprint_record_answer_not_found(call);
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
    json_t *former = member_change_former_parent(m->collection, m->child);

    effects_subscribe(&call->effects, call->model, m->parent);
    messages_added(&call->effects, m->collection, m->parent, key, true);
    if (former != NULL && !json_equal(former, m->parent)) {
        messages_removed(&call->effects, m->collection, former, key, false);
    }
}

int blueprint_members_add(struct blueprint_call *call, struct sails_db *db)
{
    struct membership m = {0};
    int rc = find_both(call, db, &m);

    if (rc == 0 && m.child == NULL) {
        rc = blueprint_record_answer_not_found(call);
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
        json_t *former = member_change_former_parent(m->collection, m->child);

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

int blueprint_members_remove(struct blueprint_call *call, struct sails_db *db)
{
    struct membership m = {0};
    int rc = find_both(call, db, &m);

    if (rc == 0) {
        rc = m.child != NULL ? remove_child(call, db, &m) : blueprint_record_answer_not_found(call);
    }
    membership_deinit(&m);
    return rc;
}

static int replace_members(struct blueprint_call *call, struct sails_db *db,
                           const struct membership *m)
{
    struct member_change change = {0};
    int rc = member_change_find(call, db, m->collection, m->parent,
                                blueprint_record_option(call, "associatedIds"), &change);

    if (rc == 0) {
        rc = member_change_blame_ids(
            call, db,
            sails_replace_collection(db, call->model->identity.ptr, json_incref(m->parent),
                                     m->collection->name.ptr, json_incref(change.members)));
    }
    if (rc == 0) {
        effects_subscribe(&call->effects, call->model, m->parent);
        member_change_tell(call, &change, m->parent);
        rc = answer_parent(call, db, m->parent);
    }
    member_change_deinit(&change);
    return rc;
}

int blueprint_members_replace(struct blueprint_call *call, struct sails_db *db)
{
    struct membership m = {0};
    int rc = find_parent(call, db, &m);

    if (rc == 0) {
        rc = m.parent != NULL ? replace_members(call, db, &m)
                              : blueprint_record_answer_not_found(call);
    }
    membership_deinit(&m);
    return rc;
}
