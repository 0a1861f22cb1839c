#include "base/macros.h"
#include "definitions/definition.h"

/*
 * Where an attribute is stored: the name of its column, and the tag that says what the column must be able
 * to hold (waterline 12).
 */

static const struct tag {
    const char *text;
    enum orm_column kind;
} tags[] = {
    {"_string", ORM_COLUMN_STRING},
    {"_number", ORM_COLUMN_NUMBER},
    {"_boolean", ORM_COLUMN_BOOLEAN},
    {"_json", ORM_COLUMN_JSON},
    {"_ref", ORM_COLUMN_REF},
    {"_numberkey", ORM_COLUMN_NUMBER_KEY},
    {"_stringkey", ORM_COLUMN_STRING_KEY},
    {"_numbertimestamp", ORM_COLUMN_NUMBER_TIMESTAMP},
    {"_stringtimestamp", ORM_COLUMN_STRING_TIMESTAMP},
};

static const char *tag_of(enum orm_column kind)
{
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (tags[i].kind == kind) {
            return tags[i].text;
        }
    }
    return NULL;
}

static enum orm_column default_column(const struct orm_attribute *attribute)
{
    static const enum orm_column plain[] = {[ORM_STRING] = ORM_COLUMN_STRING,
                                            [ORM_NUMBER] = ORM_COLUMN_NUMBER,
                                            [ORM_BOOLEAN] = ORM_COLUMN_BOOLEAN,
                                            [ORM_JSON] = ORM_COLUMN_JSON,
                                            [ORM_REF] = ORM_COLUMN_REF};

    if (attribute->type == ORM_NUMBER && attribute->is_primary_key) {
        return ORM_COLUMN_NUMBER_KEY;
    }
    if (attribute->type == ORM_STRING && attribute->is_primary_key) {
        return ORM_COLUMN_STRING_KEY;
    }
    if (attribute->type == ORM_NUMBER && definition_is_timestamp(attribute)) {
        return ORM_COLUMN_NUMBER_TIMESTAMP;
    }
    if (attribute->type == ORM_STRING && definition_is_timestamp(attribute)) {
        return ORM_COLUMN_STRING_TIMESTAMP;
    }
    return plain[attribute->type];
}

/* A to-one's is left to definition_link.c, unless it is said. */
static void set_column_type(struct definition_attribute *at)
{
    struct orm_attribute *attribute = at->attribute;

    if (at->column_type == NULL) {
        if (attribute->association == ORM_PLAIN) {
            attribute->column_kind = default_column(attribute);
            attribute->column_type = tag_of(attribute->column_kind);
        }
        return;
    }
    attribute->column_kind = ORM_COLUMN_RAW;
    attribute->column_type = definition_copy(at->r, str_from(at->column_type)).ptr;
    if (at->column_type[0] != '_') {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (strcmp(tags[i].text, at->column_type) == 0) {
            attribute->column_kind = tags[i].kind;
            return;
        }
    }
    definition_problem(at->r, "`columnType`: there is no `%s`", at->column_type);
}

/* A name with a blank in it has been given an underscore for it ever since. */
static void set_column_name(struct definition_attribute *at)
{
    struct orm_attribute *attribute = at->attribute;
    struct str trimmed = str_trim(attribute->name);
    size_t blank = str_find(trimmed, ' ');

    if (at->column_name != NULL) {
        attribute->column = definition_copy(at->r, str_from(at->column_name));
        return;
    }
    if (blank == trimmed.len) {
        attribute->column =
            trimmed.len == attribute->name.len ? attribute->name : definition_copy(at->r, trimmed);
        return;
    }
    char *copy = arena_strndup(&at->r->orm->arena, trimmed.ptr, trimmed.len);

    if (copy == NULL) {
        at->r->no_memory = true;
        return;
    }
    copy[blank] = '_';
    attribute->column = (struct str){copy, trimmed.len};
}

void definition_column_set(struct definition_attribute *at)
{
    if (at->attribute->association == ORM_TO_MANY) {
        return;
    }
    set_column_name(at);
    set_column_type(at);
    at->attribute->unique = at->attribute->unique || at->attribute->is_primary_key;
    if (at->attribute->auto_increment && at->has_type && at->attribute->type != ORM_NUMBER) {
        definition_warning(at->r, "`autoIncrement` has no meaning for type %s",
                           model_type_name(at->attribute->type));
        at->attribute->auto_increment = false;
    }
}

void definition_column_of(struct definition_reader *r, struct orm_model *model, unsigned index,
                          const char *name, enum orm_type type, enum orm_column column)
{
    struct orm_attribute *attribute = &model->attributes[index];

    attribute->model = model;
    attribute->index = index;
    attribute->name = definition_copy(r, str_from(name));
    attribute->column = attribute->name;
    attribute->type = type;
    attribute->column_kind = column;
    attribute->column_type = tag_of(column);
    attribute->base_value = json_null();
}
