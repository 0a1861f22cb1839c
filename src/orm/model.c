#include "orm/model.h"

#include "base/hash.h"
#include "base/mem.h"

#include <assert.h>

void orm_destroy(struct orm *orm)
{
    if (orm == NULL) {
        return;
    }
    for (unsigned i = 0; i < orm->n_models; i++) {
        struct orm_model *model = orm->models[i];

        for (unsigned a = 0; a < model->n_attributes; a++) {
            rule_set_deinit(&model->attributes[a].rules);
        }
        map_deinit(&model->attributes_by_name);
        map_deinit(&model->attributes_by_column);
    }
    map_deinit(&orm->models_by_identity);
    arena_deinit(&orm->arena);
    mem_free(orm);
}

const struct orm_model *orm_find_model(const struct orm *orm, struct str identity)
{
    uint64_t hash = hash_nocase(identity);

    for (struct map_node *n = map_find(&orm->models_by_identity, hash); n != NULL;
         n = map_find_next(n)) {
        const struct orm_model *model = container_of(n, const struct orm_model, by_identity);

        if (str_eq_nocase(model->identity, identity)) {
            return model;
        }
    }
    return NULL;
}

const struct orm_datastore *orm_find_datastore(const struct orm *orm, const char *name)
{
    for (unsigned i = 0; i < orm->n_datastores; i++) {
        if (strcmp(orm->datastores[i].name, name) == 0) {
            return &orm->datastores[i];
        }
    }
    return NULL;
}

const struct orm_attribute *model_find_attribute(const struct orm_model *model, struct str name)
{
    uint64_t hash = hash_nocase(name);

    for (struct map_node *n = map_find(&model->attributes_by_name, hash); n != NULL;
         n = map_find_next(n)) {
        const struct orm_attribute *attribute =
            container_of(n, const struct orm_attribute, by_name);

        if (str_eq(attribute->name, name)) {
            return attribute;
        }
    }
    return NULL;
}

const struct orm_attribute *model_find_column(const struct orm_model *model, struct str column)
{
    uint64_t hash = hash_nocase(column);

    for (struct map_node *n = map_find(&model->attributes_by_column, hash); n != NULL;
         n = map_find_next(n)) {
        const struct orm_attribute *attribute =
            container_of(n, const struct orm_attribute, by_column);

        if (str_eq(attribute->column, column)) {
            return attribute;
        }
    }
    return NULL;
}

const char *model_type_name(enum orm_type type)
{
    switch (type) {
    case ORM_STRING:
        return "string";
    case ORM_NUMBER:
        return "number";
    case ORM_BOOLEAN:
        return "boolean";
    case ORM_JSON:
        return "json";
    case ORM_REF:
        break;
    }
    return "ref";
}

#ifndef NDEBUG
static void check_attribute(const struct orm_model *model, const struct orm_attribute *attribute)
{
    bool has_column = attribute->column.len > 0;

    assert(attribute->model == model);
    assert(has_column == (attribute->association != ORM_TO_MANY));               /* I1 */
    assert((attribute->other != NULL) == (attribute->association != ORM_PLAIN)); /* I2 */
    if (attribute->association == ORM_TO_MANY) {
        assert((attribute->foreign_key != NULL) != (attribute->junction != NULL)); /* I2 */
    }
    if (attribute->association == ORM_TO_ONE) {
        assert(attribute->type == attribute->other->primary_key->type); /* I3 */
    }
    if (attribute->foreign_key != NULL) {
        assert(attribute->foreign_key->model == attribute->other);
        assert(attribute->foreign_key->other == model);
    }
    if (attribute->junction != NULL) {
        assert(attribute->junction->parent->model == attribute->junction->model);
        assert(attribute->junction->child->model == attribute->junction->model);
        assert(attribute->junction->parent->other == model);
        assert(attribute->junction->child->other == attribute->other);
    }
}

void orm_check(const struct orm *orm)
{
    for (unsigned i = 0; i < orm->n_models; i++) {
        const struct orm_model *model = orm->models[i];
        unsigned n_columns = 0;

        assert(model->index == i && model->orm == orm && model->primary_key != NULL);
        assert(orm_find_model(orm, model->identity) == model);
        for (unsigned a = 0; a < model->n_attributes; a++) {
            const struct orm_attribute *attribute = &model->attributes[a];

            check_attribute(model, attribute);
            assert(attribute->index == a &&
                   model_find_attribute(model, attribute->name) == attribute);
            if (attribute->column.len > 0) {
                assert(n_columns < model->n_columns && model->columns[n_columns] == attribute);
                assert(attribute->column_index == n_columns);
                assert(model_find_column(model, attribute->column) == attribute);
                n_columns++;
            }
        }
        assert(n_columns == model->n_columns);
    }
}
#endif
