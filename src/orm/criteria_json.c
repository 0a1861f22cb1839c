#include "orm/criteria.h"

/* Each function gives a new reference, or NULL where there is no memory. */

static json_t *where_to_json(const struct predicate *predicate);

/* "meta.a.b" */
static json_t *single(const struct orm_attribute *attribute, struct str path, json_t *value)
{
    json_t *object = json_object();
    struct buf key = {0};

    buf_append_str(&key, attribute->name);
    if (path.len > 0) {
        buf_append_char(&key, '.');
        buf_append_str(&key, path);
    }
    buf_append_char(&key, '\0');
    if (object == NULL || value == NULL || key.failed ||
        json_object_set_nocheck(object, key.ptr, value) != 0) {
        json_decref(object);
        object = NULL;
    }
    json_decref(value);
    buf_deinit(&key);
    return object;
}

static const char *modifier_of(enum predicate_kind kind)
{
    static const char *const names[] = {
        [PREDICATE_AND] = "and",   [PREDICATE_OR] = "or", [PREDICATE_NE] = "!=",
        [PREDICATE_LT] = "<",      [PREDICATE_LE] = "<=", [PREDICATE_GT] = ">",
        [PREDICATE_GE] = ">=",     [PREDICATE_IN] = "in", [PREDICATE_NIN] = "nin",
        [PREDICATE_LIKE] = "like",
    };

    return names[kind];
}

static json_t *group_to_json(const struct predicate *group)
{
    json_t *list = json_array();

    for (const struct predicate *part = group->parts; part != NULL; part = part->next) {
        if (list == NULL || json_array_append_new(list, where_to_json(part)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return json_pack("{s:o}", modifier_of(group->kind), list);
}

static json_t *list_to_json(const struct predicate *predicate)
{
    json_t *list = json_array();

    for (size_t i = 0; i < predicate->n_values; i++) {
        if (list == NULL || json_array_append(list, predicate->values[i]) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return json_pack("{s:o}", modifier_of(predicate->kind), list);
}

static json_t *operand_to_json(const struct predicate *predicate)
{
    switch (predicate->kind) {
    case PREDICATE_EQ:
        return json_incref(predicate->value);
    case PREDICATE_IN:
    case PREDICATE_NIN:
        return list_to_json(predicate);
    case PREDICATE_AND:
    case PREDICATE_OR:
    case PREDICATE_NE:
    case PREDICATE_LT:
    case PREDICATE_LE:
    case PREDICATE_GT:
    case PREDICATE_GE:
    case PREDICATE_LIKE:
        break;
    }
    return json_pack("{s:O}", modifier_of(predicate->kind), predicate->value);
}

static json_t *where_to_json(const struct predicate *predicate)
{
    if (predicate == NULL) {
        return json_object();
    }
    if (predicate->attribute == NULL) {
        return group_to_json(predicate);
    }
    return single(predicate->attribute, predicate->path, operand_to_json(predicate));
}

static json_t *sorts_to_json(const struct criteria *criteria)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < criteria->n_sorts; i++) {
        const struct sort *sort = &criteria->sorts[i];
        json_t *direction = json_string(sort->is_descending ? "DESC" : "ASC");

        if (json_array_append_new(list, single(sort->attribute, sort->path, direction)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *names_to_json(const struct orm_attribute *const *attributes, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < n; i++) {
        if (json_array_append_new(list, json_string_nocheck(attributes[i]->name.ptr)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *select_to_json(const struct criteria *criteria)
{
    return criteria->selects_all ? json_pack("[s]", "*")
                                 : names_to_json(criteria->select, criteria->n_select);
}

json_t *criteria_to_json(const struct criteria *criteria)
{
    json_t *parts[] = {
        where_to_json(criteria->where),
        json_integer((json_int_t)criteria->limit),
        json_integer((json_int_t)criteria->skip),
        sorts_to_json(criteria),
        select_to_json(criteria),
        names_to_json(criteria->omit, criteria->n_omit),
    };
    static const char *const names[] = {"where", "limit", "skip", "sort", "select", "omit"};
    json_t *object = json_object();

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (json_object_set_new(object, names[i], parts[i]) != 0) { /* which takes it anyway */
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}
