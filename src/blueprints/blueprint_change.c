#include "base/mem.h"
#include "blueprints/member_change.h"
#include "blueprints/record_view.h"

#include <sails/err.h>

static bool populates_nothing(const struct blueprint_call *call)
{
    return json_object_size(blueprint_record_option(call, "populates")) == 0;
}

/* A record that was just written, populated. Without associations it is read already. */
static int see_written(struct blueprint_call *call, struct sails_db *db, json_t *written,
                       struct seen_record *record)
{
    int rc = 0;

    if (!populates_nothing(call)) {
        rc = blueprint_record_see(
            call, db,
            blueprint_record_where(call->model, blueprint_record_key(call->model, written)),
            record);
        return rc == 0 && record->stored == NULL ? SAILS_ENOENT : rc;
    }
    record->stored = json_incref(written);
    record->shown = record_view(call->model, written);
    return record->shown != NULL ? 0 : SAILS_ENOMEM;
}

/* ---- the collections among values ---- */

/* As many as the values have. */
struct member_changes {
    struct member_change *list;
    size_t n;
};

static void deinit_changes(struct member_changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        member_change_deinit(&changes->list[i]);
    }
    mem_free(changes->list);
}

/* Looks up what lists for collections will change, and leaves in them whom there is. `parent`: NULL: a new record. What is
 * no list is left to the ORM, which says why it is none. */
static int find_changes(struct blueprint_call *call, struct sails_db *db, json_t *values,
                        json_t *parent, struct member_changes *changes)
{
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    changes->list = mem_calloc(call->model->n_collections + 1, sizeof(*changes->list));
    if (changes->list == NULL) {
        return SAILS_ENOMEM;
    }
    json_object_foreach(values, name, value)
    {
        const struct orm_attribute *attribute = model_find_attribute(call->model, str_from(name));

        if (rc == 0 && attribute != NULL && attribute->association == ORM_TO_MANY &&
            json_is_array(value)) {
            struct member_change *change = &changes->list[changes->n++];

            rc = member_change_find(call, db, attribute, parent, value, change);
            rc = rc == 0 && json_object_set(values, name, change->members) < 0 ? SAILS_ENOMEM : rc;
        }
    }
    return rc;
}

/* ---- create ---- */

static int tell_created(struct blueprint_call *call, struct sails_db *db, json_t *created,
                        const struct member_changes *changes)
{
    struct seen_record record = {0};
    int rc = see_written(call, db, created, &record);

    if (rc == 0) {
        effects_subscribe(&call->effects, call->model,
                          blueprint_record_key(call->model, record.stored));
        messages_created(&call->effects, call->model, &record);
        for (size_t i = 0; i < changes->n; i++) {
            member_change_tell_stolen(call, &changes->list[i]);
        }
        call->body = json_incref(record.shown);
    }
    seen_record_deinit(&record);
    return rc;
}

int blueprint_change_create(struct blueprint_call *call, struct sails_db *db)
{
    json_t *values = blueprint_record_option(call, "newRecord");
    struct sails_query query = {.meta = json_deep_copy(blueprint_record_option(call, "meta"))};
    struct member_changes changes = {0};
    json_t *created = NULL;
    int rc = find_changes(call, db, values, NULL, &changes);

    if (rc == 0) {
        rc = sails_create(db, call->model->identity.ptr, json_deep_copy(values), &query, &created);
    } else {
        json_decref(query.meta);
    }
    rc = rc == 0 ? tell_created(call, db, created, &changes) : rc;
    json_decref(created);
    deinit_changes(&changes);
    return rc;
}

/* ---- update ---- */

/* Of the attributes that were sent, what they are now; then the key, and the time of the change. What its view hides is
 * told to nobody. */
static json_t *changes_of(const struct blueprint_call *call, const json_t *values,
                          const json_t *updated)
{
    const struct orm_model *model = call->model;
    const char *key = model->primary_key->name.ptr;
    json_t *changes = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    int rc = changes != NULL ? 0 : -1;

    json_object_foreach((json_t *)(uintptr_t)values, name, value)
    {
        json_t *now = json_object_get(updated, name);
        const struct orm_attribute *attribute = model_find_attribute(model, str_from(name));
        bool is_told = attribute == NULL || attribute->association != ORM_TO_MANY;

        if (rc == 0 && is_told && now != NULL && strcmp(name, key) != 0) {
            rc = json_object_set(changes, name, now);
        }
    }
    rc = rc == 0 ? json_object_set(changes, key, json_object_get(updated, key)) : rc;
    for (unsigned i = 0; i < model->n_timestamps && rc == 0; i++) {
        json_t *now = json_object_get(updated, model->timestamps[i]->name.ptr);

        rc = now != NULL ? json_object_set(changes, model->timestamps[i]->name.ptr, now) : 0;
    }
    if (rc < 0) {
        json_decref(changes);
        return NULL;
    }
    return changes;
}

static int tell_updated(struct blueprint_call *call, json_t *values, json_t *updated,
                        const struct seen_record *previous)
{
    json_t *view = record_view(call->model, updated);
    json_t *changes = changes_of(call, values, updated);
    json_t *shown = view != NULL ? changes_of(call, values, view) : NULL;
    int rc = changes != NULL && shown != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0) {
        messages_updated(&call->effects, call->model,
                         blueprint_record_key(call->model, previous->stored), changes, shown,
                         previous);
    }
    json_decref(view);
    json_decref(changes);
    json_decref(shown);
    return rc;
}

/* The requester hears of it from now on; then everybody else does. */
static int tell_all_updated(struct blueprint_call *call, json_t *values, json_t *updated,
                            const struct seen_record *previous,
                            const struct member_changes *changes)
{
    json_t *key = blueprint_record_key(call->model, previous->stored);

    effects_subscribe(&call->effects, call->model, key);
    for (size_t i = 0; i < changes->n; i++) {
        member_change_tell(call, &changes->list[i], key);
    }
    return tell_updated(call, values, updated, previous);
}

static int answer_updated(struct blueprint_call *call, struct sails_db *db, json_t *updated)
{
    struct seen_record record = {0};
    int rc = see_written(call, db, updated, &record);

    if (rc == 0) {
        call->body = json_incref(record.shown);
    }
    seen_record_deinit(&record);
    return rc;
}

static int update_found(struct blueprint_call *call, struct sails_db *db,
                        const struct seen_record *previous)
{
    json_t *values = blueprint_record_option(call, "valuesToSet");
    json_t *key = blueprint_record_key(call->model, previous->stored);
    struct sails_query query = {.meta = json_deep_copy(blueprint_record_option(call, "meta"))};
    struct member_changes changes = {0};
    json_t *updated = NULL;
    int rc = find_changes(call, db, values, key, &changes);

    if (rc == 0) {
        rc = sails_update_one(db, call->model->identity.ptr,
                              blueprint_record_where(call->model, key), json_deep_copy(values),
                              &query, &updated);
    } else {
        json_decref(query.meta);
    }
    if (rc == 0 && updated == NULL) {
        rc = blueprint_record_answer_not_found(call);
    } else if (rc == 0) {
        rc = tell_all_updated(call, values, updated, previous, &changes);
        rc = rc == 0 ? answer_updated(call, db, updated) : rc;
    }
    json_decref(updated);
    deinit_changes(&changes);
    return rc;
}

int blueprint_change_update(struct blueprint_call *call, struct sails_db *db)
{
    struct seen_record previous = {0};
    int rc = blueprint_record_see(call, db, blueprint_record_criteria(call), &previous);

    if (rc == 0) {
        rc = previous.stored != NULL ? update_found(call, db, &previous)
                                     : blueprint_record_answer_not_found(call);
    }
    seen_record_deinit(&previous);
    return rc;
}

/* ---- destroy ---- */

static int destroy_found(struct blueprint_call *call, struct sails_db *db,
                         const struct seen_record *previous)
{
    json_t *key = blueprint_record_key(call->model, previous->stored);
    struct sails_query query = {.meta = json_deep_copy(blueprint_record_option(call, "meta"))};
    json_t *destroyed = NULL;
    int rc = sails_destroy(db, call->model->identity.ptr, blueprint_record_where(call->model, key),
                           &query, &destroyed);

    if (rc == 0) {
        messages_destroyed(&call->effects, call->model, previous);
        effects_unsubscribe(&call->effects, call->model, key);
        call->body = json_incref(previous->shown);
    }
    json_decref(destroyed);
    return rc;
}

int blueprint_change_destroy(struct blueprint_call *call, struct sails_db *db)
{
    struct seen_record previous = {0};
    int rc = blueprint_record_see(call, db, blueprint_record_criteria(call), &previous);

    if (rc == 0) {
        rc = previous.stored != NULL ? destroy_found(call, db, &previous)
                                     : blueprint_record_answer_not_found(call);
    }
    seen_record_deinit(&previous);
    return rc;
}
