#include "blueprints/messages.h"

#include <assert.h>

void seen_record_deinit(struct seen_record *record)
{
    json_decref(record->stored);
    json_decref(record->shown);
    *record = (struct seen_record){0};
}

/* ---- associations ---- */

static bool is_through(const struct orm_attribute *collection)
{
    return collection->via != NULL && collection->via->model != collection->other;
}

/* The collection of the other model that uses the same rows from the other end. */
static bool shares_junction(const struct orm_attribute *one, const struct orm_attribute *back)
{
    return back->junction != NULL && back->junction->model == one->junction->model &&
           back->junction->parent == one->junction->child &&
           back->junction->child == one->junction->parent;
}

static bool leads_back(const struct orm_attribute *association, const struct orm_attribute *back)
{
    if (back->association != ORM_TO_MANY || back->other != association->model) {
        return false;
    }
    return association->association == ORM_TO_ONE ? back->foreign_key == association
                                                  : shares_junction(association, back);
}

/* What leads back from the other model; NULL: nothing. */
static const struct orm_attribute *find_reverse(const struct orm_attribute *association)
{
    const struct orm_model *other = association->other;

    if (association->association == ORM_TO_MANY && !is_through(association)) {
        return association->via;
    }
    for (unsigned i = 0; i < other->n_attributes; i++) {
        if (leads_back(association, &other->attributes[i])) {
            return &other->attributes[i];
        }
    }
    return NULL;
}

json_t *messages_key_of(const struct orm_attribute *association, json_t *value)
{
    if (json_is_object(value)) {
        value = json_object_get(value, association->other->primary_key->name.ptr);
    }
    return json_is_null(value) ? NULL : value;
}

static json_t *key_of(const struct orm_model *model, const json_t *record)
{
    return json_object_get(record, model->primary_key->name.ptr);
}

/* ---- messages about one record ---- */

static void send_updated(struct effects *effects, const struct orm_model *model, const json_t *key,
                         json_t *data, json_t *previous)
{
    json_t *id = (json_t *)(uintptr_t)key; /* only its reference count changes */

    effects_send(effects, model, key,
                 json_pack("{s:s,s:o,s:O,s:O*}", "verb", "updated", "data", data, "id", id,
                           "previous", previous));
}

/* {attribute: value}, of one that has changed on the other side. */
static void send_changed(struct effects *effects, const struct orm_attribute *attribute,
                         const json_t *key, json_t *value)
{
    send_updated(effects, attribute->model, key, json_pack("{s:O}", attribute->name.ptr, value),
                 NULL);
}

static void send_member(struct effects *effects, const struct orm_attribute *collection,
                        json_t *key, bool is_added, json_t *member)
{
    effects_send(effects, collection->model, key,
                 json_pack("{s:O,s:s,s:s,s:O}", "id", key, "verb",
                           is_added ? "addedTo" : "removedFrom", "attribute", collection->name.ptr,
                           is_added ? "addedId" : "removedId", member));
}

/* ---- members ---- */

/* The other side hears that it has become, or ceased to be, somebody's. */
static void send_reverse(struct effects *effects, const struct orm_attribute *association,
                         json_t *other, bool is_added, json_t *key)
{
    const struct orm_attribute *reverse = find_reverse(association);

    if (reverse == NULL) {
        return;
    }
    if (reverse->association == ORM_TO_MANY) {
        send_member(effects, reverse, other, is_added, key);
    } else {
        send_changed(effects, reverse, other, is_added ? key : json_null());
    }
}

void messages_added(struct effects *effects, const struct orm_attribute *collection, json_t *parent,
                    json_t *child, bool both_sides)
{
    send_member(effects, collection, parent, true, child);
    if (both_sides) {
        effects_subscribe(effects, collection->other, child);
        send_reverse(effects, collection, child, true, parent);
    }
}

void messages_removed(struct effects *effects, const struct orm_attribute *collection,
                      json_t *parent, json_t *child, bool both_sides)
{
    send_member(effects, collection, parent, false, child);
    if (both_sides) {
        send_reverse(effects, collection, child, false, parent);
    }
}

/* ---- records ---- */

/* Everything that one association of a new or of a destroyed record leads to. */
static void tell_others(struct effects *effects, const struct orm_attribute *association,
                        json_t *value, bool is_added, json_t *key)
{
    size_t n = json_array_size(value);

    if (association->association == ORM_TO_ONE) {
        json_t *other = messages_key_of(association, value);

        if (other != NULL) {
            send_reverse(effects, association, other, is_added, key);
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        json_t *child = messages_key_of(association, json_array_get(value, i));

        if (child != NULL) {
            send_reverse(effects, association, child, is_added, key);
        }
    }
}

void messages_created(struct effects *effects, const struct orm_model *model,
                      const struct seen_record *record)
{
    json_t *key = key_of(model, record->stored);
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(record->stored, name, value)
    {
        const struct orm_attribute *attribute = model_find_attribute(model, str_from(name));

        if (attribute != NULL && attribute->association != ORM_PLAIN) {
            tell_others(effects, attribute, value, true, key);
        }
    }
    effects_send_to_class(
        effects, model,
        json_pack("{s:s,s:O,s:O}", "verb", "created", "data", record->shown, "id", key));
    effects_introduce(effects, model, key);
}

/* A to-one that leads somewhere else now. */
static void tell_moved(struct effects *effects, const struct orm_attribute *association,
                       const json_t *key, json_t *from, json_t *to)
{
    json_t *id = (json_t *)(uintptr_t)key; /* only its reference count changes */
    json_t *old = messages_key_of(association, from);
    json_t *new = messages_key_of(association, to);

    if (old == new || (old != NULL && new != NULL &&json_equal(old, new))) {
        return;
    }
    if (old != NULL) {
        send_reverse(effects, association, old, false, id);
    }
    if (new != NULL) {
        send_reverse(effects, association, new, true, id);
    }
}

void messages_updated(struct effects *effects, const struct orm_model *model, const json_t *key,
                      json_t *changes, json_t *shown, const struct seen_record *previous)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(changes, name, value)
    {
        const struct orm_attribute *attribute = model_find_attribute(model, str_from(name));

        if (attribute != NULL && attribute->association == ORM_TO_ONE) {
            tell_moved(effects, attribute, key, json_object_get(previous->stored, name), value);
        }
    }
    send_updated(effects, model, key, json_incref(shown), previous->shown);
}

void messages_destroyed(struct effects *effects, const struct orm_model *model,
                        const struct seen_record *previous)
{
    json_t *key = key_of(model, previous->stored);

    effects_send(
        effects, model, key,
        json_pack("{s:s,s:O,s:O}", "verb", "destroyed", "id", key, "previous", previous->shown));
    effects_retire(effects, model, key);
    for (unsigned i = 0; i < model->n_attributes; i++) {
        const struct orm_attribute *attribute = &model->attributes[i];

        if (attribute->association != ORM_PLAIN) {
            tell_others(effects, attribute, json_object_get(previous->stored, attribute->name.ptr),
                        false, key);
        }
    }
}
