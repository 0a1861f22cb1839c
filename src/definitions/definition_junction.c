#include "base/macros.h"
#include "definitions/definition.h"

#include <assert.h>

/*
 * Tables of pairs, named as Waterline names them (waterline 6), so that its databases can be opened.
 *
 * Each side of an association is written <model>_<attribute>; where nothing leads back, the missing side is
 * <other>_<attribute>_<other>. The names of both sides, in order, with two underscores between them,
 * are the table's; its columns are called as the sides are, and a side's column holds the key of the
 * model that the side begins with:
 *
 *     user.groups <-> group.members   group_members__user_groups (id, group_members, user_groups)
 *     user.toys  --> toy              toy_toys_toy__user_toys    (id, toy_toys_toy, user_toys)
 */

struct side {
    const struct orm_model *model; /* whose key its column holds */
    const char *attribute;
    struct str column;
};

enum {
    PAIR_ID,
    PAIR_ONE,
    PAIR_TWO,
    N_PAIR_COLUMNS
};

/* A text in the arena of the reading, as printf makes it; empty: no memory. */
static struct str make_name(struct definition_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static struct str make_name(struct definition_reader *r, const char *format, ...)
{
    struct buf text = {0};
    struct str copy = {NULL, 0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    if (!text.failed) {
        copy = definition_copy(r, buf_str(&text));
    }
    r->no_memory = r->no_memory || text.failed;
    buf_deinit(&text);
    return copy;
}

static void make_sides(struct definition_reader *r, const struct definition_link *link,
                       struct side *own, struct side *others)
{
    const struct orm_attribute *attribute = link->attribute;
    const char *other = attribute->other->identity.ptr;

    *own = (struct side){.model = link->model, .attribute = attribute->name.ptr};
    *others = (struct side){.model = attribute->other, .attribute = link->via};
    if (link->via == NULL) {
        others->attribute = make_name(r, "%s_%s", attribute->name.ptr, other).ptr;
    }
    own->column = make_name(r, "%s_%s", link->model->identity.ptr, own->attribute);
    others->column = make_name(r, "%s_%s", other, others->attribute);
}

/* By model, then by attribute. */
static bool comes_first(const struct side *a, const struct side *b)
{
    int order = strcmp(a->model->identity.ptr, b->model->identity.ptr);

    return (order != 0 ? order : strcmp(a->attribute, b->attribute)) < 0;
}

static struct str lower(struct definition_reader *r, struct str text)
{
    char *copy = arena_strndup(&r->orm->arena, text.ptr, text.len);

    r->no_memory = r->no_memory || copy == NULL;
    for (size_t i = 0; copy != NULL && i < text.len; i++) {
        copy[i] = char_lower(copy[i]);
    }
    return (struct str){copy, copy != NULL ? text.len : 0};
}

/* ---- the model of the table ---- */

/* A key that the project calls otherwise in its tables is called so in these, too. */
static void name_id_column(struct definition_reader *r, struct orm_attribute *id)
{
    json_t *attributes = json_object_get(r->given->defaults, "attributes");
    json_t *column = json_object_get(json_object_get(attributes, "id"), "columnName");

    if (json_is_string(column) && json_string_length(column) > 0) {
        id->column = definition_copy(r, str_from(json_string_value(column)));
    }
}

static void make_column(struct definition_reader *r, struct orm_model *model, unsigned index,
                        const struct side *side)
{
    const struct orm_attribute *key = side->model->primary_key;
    struct orm_attribute *attribute = &model->attributes[index];

    definition_column_of(r, model, index, side->column.ptr, key->type, key->column_kind);
    attribute->column_type = key->column_type;
    attribute->association = ORM_TO_ONE;
    attribute->other = side->model;
    attribute->required = true;
    attribute->base_value = NULL;
}

/* The table lives where the dominant side does, else where the side that comes first does. */
static const struct orm_datastore *choose_datastore(const struct definition_reader *r,
                                                    const struct definition_link *link)
{
    const struct definition_link *back =
        link->attribute->via != NULL ? definition_link_of(r, link->attribute->via) : NULL;

    return back != NULL && back->is_dominant && !link->is_dominant ? back->model->datastore
                                                                   : link->model->datastore;
}

static struct orm_model *make_table(struct definition_reader *r, const struct definition_link *link,
                                    const struct side *first, const struct side *second,
                                    struct str identity, struct str table)
{
    struct orm_model *model =
        definition_model_make(r, identity, table, choose_datastore(r, link), N_PAIR_COLUMNS);

    if (model == NULL) {
        return NULL;
    }
    model->is_junction = true;
    name_id_column(r, &model->attributes[PAIR_ID]);
    make_column(r, model, PAIR_ONE, first);
    make_column(r, model, PAIR_TWO, second);
    definition_link_add_model(r, model);
    definition_model_finish(r, model);
    return r->no_memory ? NULL : model;
}

/* ---- junctions ---- */

static const struct orm_junction *make_junction(struct definition_reader *r,
                                                const struct orm_model *model,
                                                const struct orm_attribute *parent,
                                                const struct orm_attribute *child)
{
    struct orm_junction *junction = definition_calloc(r, 1, sizeof(*junction));

    if (junction != NULL) {
        *junction = (struct orm_junction){.model = model, .parent = parent, .child = child};
    }
    return junction;
}

const struct orm_junction *definition_junction_make(struct definition_reader *r,
                                                    const struct definition_link *link)
{
    struct side own;
    struct side others;
    const struct orm_model *model = NULL;

    if (link->model->primary_key == NULL || link->attribute->other->primary_key == NULL) {
        return NULL; /* which is a problem already */
    }
    make_sides(r, link, &own, &others);
    if (r->no_memory) {
        return NULL;
    }
    bool is_first = comes_first(&own, &others);
    const struct side *first = is_first ? &own : &others;
    const struct side *second = is_first ? &others : &own;
    struct str table = make_name(r, "%.*s__%.*s", STR_FMT(first->column), STR_FMT(second->column));
    struct str identity = lower(r, table);

    if (r->no_memory) {
        return NULL;
    }
    model = orm_find_model(r->orm, identity);
    if (model != NULL && !model->is_junction) {
        definition_problem(r, "its table `%s` is another model's", table.ptr);
        return NULL;
    }
    if (model == NULL) {
        model = make_table(r, link, first, second, identity, table);
    }
    if (model == NULL) {
        return NULL;
    }
    const struct orm_attribute *parent = model_find_attribute(model, own.column);
    const struct orm_attribute *child = model_find_attribute(model, others.column);

    if (parent == NULL || child == NULL || parent->other != link->model ||
        child->other != link->attribute->other) {
        definition_problem(r, "its table `%s` is another association's", table.ptr);
        return NULL;
    }
    return make_junction(r, model, parent, child);
}

/* What leads back from the other model through the same one: its `via` is our column for children. */
static const struct definition_link *find_opposite(const struct definition_reader *r,
                                                   const struct definition_link *link)
{
    const struct definition_link *itself = NULL;

    for (const struct definition_link *back = r->links; back != NULL; back = back->next) {
        if (back->through == NULL || back->model != link->attribute->other ||
            back->attribute->other != link->model ||
            !str_eq_nocase(str_from(back->through), str_from(link->through))) {
            continue;
        }
        if (back != link) {
            return back;
        }
        itself = back;
    }
    return itself;
}

static const struct orm_attribute *find_parent(struct definition_reader *r,
                                               const struct definition_link *link,
                                               const struct orm_model *through)
{
    const struct orm_attribute *parent = model_find_attribute(through, str_from(link->via));

    if (parent == NULL || parent->association != ORM_TO_ONE || parent->other != link->model) {
        definition_problem(r,
                           "`via`: the model `%s` has no attribute `%s` with this model as its "
                           "`model`",
                           through->identity.ptr, link->via);
        return NULL;
    }
    return parent;
}

/* The attribute that the other side says, else any that is not the parent's. */
static const struct orm_attribute *find_child(const struct definition_link *link,
                                              const struct definition_link *back,
                                              const struct orm_model *through,
                                              const struct orm_attribute *parent)
{
    const struct orm_attribute *child =
        back->via != NULL ? model_find_attribute(through, str_from(back->via)) : NULL;

    if (child != NULL && child != parent && child->other == link->attribute->other) {
        return child;
    }
    for (unsigned i = 0; i < through->n_attributes; i++) {
        child = &through->attributes[i];
        if (child != parent && child->association == ORM_TO_ONE &&
            child->other == link->attribute->other) {
            return child;
        }
    }
    return NULL;
}

const struct orm_junction *definition_junction_through(struct definition_reader *r,
                                                       const struct definition_link *link)
{
    const struct orm_model *through = orm_find_model(r->orm, str_from(link->through));
    const struct definition_link *back = find_opposite(r, link);
    const struct orm_attribute *parent = NULL;
    const struct orm_attribute *child = NULL;

    if (through == NULL) {
        definition_problem(r, "`through`: there is no model `%s`", link->through);
        return NULL;
    }
    if (link->via == NULL) {
        return NULL; /* which is a problem already */
    }
    if (back == NULL) {
        definition_problem(r, "`through`: no attribute of model `%s` leads back through `%s`",
                           link->attribute->other->identity.ptr, link->through);
        return NULL;
    }
    parent = find_parent(r, link, through);
    if (parent == NULL) {
        return NULL;
    }
    child = find_child(link, back, through, parent);
    if (child == NULL) {
        definition_problem(r, "`through`: the model `%s` has no attribute with `%s` as its `model`",
                           link->through, link->attribute->other->identity.ptr);
        return NULL;
    }
    link->attribute->via = parent;
    return make_junction(r, through, parent, child);
}
