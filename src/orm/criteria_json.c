#include "orm/criteria.h"

/* The normal form, as Waterline's "stage two" query has it. */

static json_t *where_to_json(const struct predicate *p);

static json_t *parts_to_json(const struct predicate *p)
{
    json_t *list = json_array();

    for (const struct predicate *part = p->parts; part != NULL; part = part->next) {
        if (json_array_append_new(list, where_to_json(part)) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *values_of(const struct predicate *p)
{
    json_t *list = json_array();

    for (size_t i = 0; i < p->n_values; i++) {
        if (json_array_append(list, p->values[i]) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *constraint_to_json(const struct predicate *p)
{
    static const char *const operators[] = {
        [PREDICATE_NE] = "!=",   [PREDICATE_LT] = "<",      [PREDICATE_LE] = "<=",
        [PREDICATE_GT] = ">",    [PREDICATE_GE] = ">=",     [PREDICATE_IN] = "in",
        [PREDICATE_NIN] = "nin", [PREDICATE_LIKE] = "like",
    };

    if (p->kind == PREDICATE_EQ) {
        return json_incref(p->value);
    }
    if (p->kind == PREDICATE_IN || p->kind == PREDICATE_NIN) {
        return json_pack("{s:o}", operators[p->kind], values_of(p));
    }
    return json_pack("{s:O}", operators[p->kind], p->value);
}

static json_t *leaf_to_json(const struct predicate *p)
{
    json_t *object = json_object();
    json_t *constraint = constraint_to_json(p);
    struct buf name = {0};

    buf_append_str(&name, p->attribute->name);
    if (p->path.len > 0) {
        buf_append_char(&name, '.');
        buf_append_str(&name, p->path);
    }
    if (buf_error(&name) < 0 ||
        json_object_setn_new_nocheck(object, name.ptr, name.len, constraint) < 0) {
        json_decref(object);
        object = NULL;
    }
    buf_deinit(&name);
    return object;
}

static json_t *where_to_json(const struct predicate *p)
{
    switch (p->kind) {
    case PREDICATE_AND:
        return json_pack("{s:o}", "and", parts_to_json(p));
    case PREDICATE_OR:
        return json_pack("{s:o}", "or", parts_to_json(p));
    default:
        return leaf_to_json(p);
    }
}

static json_t *sort_to_json(const struct criteria *c)
{
    json_t *list = json_array();

    for (size_t i = 0; i < c->n_sorts; i++) {
        const struct sort *sort = &c->sorts[i];
        struct buf name = {0};
        json_t *item = NULL;

        buf_append_str(&name, sort->attribute->name);
        if (sort->path.len > 0) {
            buf_append_char(&name, '.');
            buf_append_str(&name, sort->path);
        }
        if (buf_error(&name) == 0) {
            item = json_object();
            json_object_setn_new_nocheck(item, name.ptr, name.len,
                                         json_string(sort->is_descending ? "DESC" : "ASC"));
        }
        buf_deinit(&name);
        if (json_array_append_new(list, item) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *names_of(const struct orm_attribute *const *attributes, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        if (json_array_append_new(list, json_string(attributes[i]->name.ptr)) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *criteria_to_json(const struct criteria *c)
{
    return json_pack("{s:o,s:I,s:I,s:o,s:o,s:o}", "where",
                     c->where != NULL ? where_to_json(c->where) : json_object(), "limit",
                     (json_int_t)c->limit, "skip", (json_int_t)c->skip, "sort", sort_to_json(c),
                     "select",
                     c->selects_all ? json_pack("[s]", "*") : names_of(c->select, c->n_select),
                     "omit", names_of(c->omit, c->n_omit));
}
