#include "base/hash.h"
#include "definitions/definition.h"

#include <assert.h>

/*
 * Associations name models and attributes; here the names become pointers. First what all of them need,
 * the other model; then to-ones, which take its key's type; then to-manys, which rely on to-ones.
 *
 *     to-one      owner: {model: 'user'}                        other
 *     to-many     pets: {collection: 'pet', via: 'owner'}       foreign_key = pet.owner
 *                 groups: {collection: 'group', via: 'members'} junction, shared with group.members
 *                 toys: {collection: 'toy'}                     junction of its own
 *                 vets: {…, via: 'pet', through: 'visit'}       junction in a model of the application's
 */

const struct definition_link *definition_link_of(const struct definition_reader *r,
                                                 const struct orm_attribute *attribute)
{
    for (const struct definition_link *link = r->links; link != NULL; link = link->next) {
        if (link->attribute == attribute) {
            return link;
        }
    }
    return NULL;
}

/* Lines are about the link's attribute from here on. */
static void begin(struct definition_reader *r, const struct definition_link *link)
{
    json_t *place = json_object_get(r->given->places, link->model->global_id);

    r->place = json_is_string(place) ? json_string_value(place) : link->model->global_id;
    r->attribute = link->attribute->name.ptr;
}

static void end(struct definition_reader *r)
{
    r->place = NULL;
    r->attribute = NULL;
}

/* ---- to-one ---- */

static void link_other(struct definition_reader *r, struct definition_link *link)
{
    link->attribute->other = orm_find_model(r->orm, str_from(link->other));
    if (link->attribute->other == NULL) {
        definition_problem(r, "there is no model `%s`", link->other);
    }
}

static void link_to_one(struct orm_attribute *attribute)
{
    const struct orm_attribute *key = attribute->other->primary_key;

    if (key == NULL) {
        return; /* which is a problem of the other model's */
    }
    attribute->type = key->type;
    if (attribute->column_kind == ORM_COLUMN_NONE) {
        attribute->column_kind = key->column_kind;
        attribute->column_type = key->column_type;
    }
}

/* ---- to-many ---- */

/* The children's to-one that `via` names. */
static void link_foreign_key(struct definition_reader *r, struct definition_link *link,
                             const struct orm_attribute *via)
{
    if (via->other != link->model) {
        definition_problem(r,
                           "`via`: the attribute `%s` of model `%s` does not lead back to this one",
                           via->name.ptr, via->model->identity.ptr);
        return;
    }
    if (link->is_dominant) {
        definition_warning(r, "`dominant` has no meaning where `via` is no collection");
    }
    link->attribute->foreign_key = via;
}

/* Both sides share one table where they name each other; where only one does, there are two. */
static void link_many_to_many(struct definition_reader *r, struct definition_link *link,
                              const struct orm_attribute *via)
{
    const struct definition_link *back = definition_link_of(r, via);

    if (via->other != link->model) {
        definition_problem(r,
                           "`via`: the attribute `%s` of model `%s` does not lead back to this one",
                           via->name.ptr, via->model->identity.ptr);
        return;
    }
    if (back != NULL && (back->via == NULL || strcmp(back->via, link->attribute->name.ptr) != 0)) {
        definition_warning(
            r,
            "`via` leads to `%s` of model `%s`, whose `via` does not lead back: they "
            "are kept in two tables",
            via->name.ptr, via->model->identity.ptr);
    }
    link->attribute->junction = definition_junction_make(r, link);
}

static void link_via(struct definition_reader *r, struct definition_link *link)
{
    struct orm_attribute *attribute = link->attribute;
    const struct orm_attribute *via = model_find_attribute(attribute->other, str_from(link->via));

    if (via == NULL) {
        definition_problem(r, "`via`: the model `%s` has no attribute `%s`",
                           attribute->other->identity.ptr, link->via);
        return;
    }
    if (via == attribute) {
        definition_problem(r, "`via` leads to the attribute itself");
        return;
    }
    attribute->via = via;
    switch (via->association) {
    case ORM_PLAIN:
        definition_problem(r, "`via`: the attribute `%s` of model `%s` is no association",
                           via->name.ptr, via->model->identity.ptr);
        break;
    case ORM_TO_ONE:
        link_foreign_key(r, link, via);
        break;
    case ORM_TO_MANY:
        link_many_to_many(r, link, via);
        break;
    }
}

static void link_to_many(struct definition_reader *r, struct definition_link *link)
{
    if (link->through != NULL) {
        link->attribute->junction = definition_junction_through(r, link);
    } else if (link->via != NULL) {
        link_via(r, link);
    } else if (link->is_dominant) {
        definition_problem(r, "`dominant` has no meaning without `via`");
    } else {
        link->attribute->junction = definition_junction_make(r, link);
    }
}

/* ---- all ---- */

void definition_link_add_model(struct definition_reader *r, struct orm_model *model)
{
    struct orm *orm = r->orm;

    assert(orm_find_model(orm, model->identity) == NULL);
    model->orm = orm;
    orm->models[orm->n_models++] = model;
    map_insert(&orm->models_by_identity, &model->by_identity, hash_nocase(model->identity));
}

static void each_link(struct definition_reader *r, enum orm_association association,
                      void (*link_one)(struct definition_reader *r, struct definition_link *link))
{
    for (struct definition_link *link = r->links; link != NULL && !r->no_memory;
         link = link->next) {
        if (link->attribute->association == association) {
            begin(r, link);
            link_one(r, link);
            end(r);
        }
    }
}

static void link_one_side(struct definition_reader *r, struct definition_link *link)
{
    link_other(r, link);
    if (link->attribute->other != NULL) {
        link_to_one(link->attribute);
    }
}

static void link_many_side(struct definition_reader *r, struct definition_link *link)
{
    if (link->attribute->other != NULL) {
        link_to_many(r, link);
    }
}

void definition_link_all(struct definition_reader *r)
{
    definition_archive_link_all(r);
    each_link(r, ORM_TO_ONE, link_one_side);
    each_link(r, ORM_TO_MANY, link_other);
    each_link(r, ORM_TO_MANY, link_many_side);
}
