#include "base/macros.h"
#include "definitions/definition.h"
#include "schema/inspect.h"

#include <math.h>

/*
 * What the keys of an attribute say together (waterline 1.2): each function looks at one thing, and a
 * contradiction is one line.
 */

/* "`autoCreatedAt`" */
static const char *timestamp_key(const struct orm_attribute *attribute)
{
    return attribute->auto_created_at ? "autoCreatedAt" : "autoUpdatedAt";
}

/* An attribute is one of three things. */
static void check_kind(struct definition_attribute *at)
{
    bool has_type = json_object_get(at->json, "type") != NULL;
    bool has_model = json_object_get(at->json, "model") != NULL;
    bool has_collection = json_object_get(at->json, "collection") != NULL;

    if (!has_type && !has_model && !has_collection) {
        definition_problem(at->r, "it needs a `type`, a `model` or a `collection`");
    } else if (has_model && has_collection) {
        definition_problem(at->r, "it is a `model` or a `collection`, not both");
    } else if (has_model && has_type) {
        definition_problem(at->r, "an association has no `type`: it is that of the other model's "
                                  "primary key");
    } else if (has_collection && has_type) {
        definition_warning(at->r, "`type` has no meaning for a collection");
    }
}

/* What has no meaning where there is no column, or no list. */
static void check_association(struct definition_attribute *at)
{
    static const char *const not_of_collections[] = {"columnName", "required", "unique",
                                                     "columnType", "autoIncrement"};
    const struct orm_attribute *attribute = at->attribute;

    if (attribute->association != ORM_TO_MANY && at->has_via_key) {
        definition_warning(at->r, "`via`, `through` and `dominant` are of collections");
    }
    if (attribute->association == ORM_TO_MANY) {
        for (size_t i = 0; i < ARRAY_LEN(not_of_collections); i++) {
            const char *key = not_of_collections[i];

            if (json_is_true(json_object_get(at->json, key)) ||
                json_is_string(json_object_get(at->json, key))) {
                definition_problem(at->r, "a collection has no column, and no `%s`", key);
            }
        }
    }
    if (attribute->association != ORM_PLAIN && attribute->default_value != NULL) {
        definition_problem(at->r, "an association has no `defaultsTo`");
    }
    if (at->through != NULL && at->via == NULL) {
        definition_problem(at->r,
                           "`through` needs a `via`: the attribute of model `%s` that leads "
                           "back",
                           at->through);
    }
}

static void check_required(struct definition_attribute *at)
{
    const struct orm_attribute *attribute = at->attribute;

    if (!attribute->required) {
        return;
    }
    if (attribute->default_value != NULL) {
        definition_problem(at->r, "it is `required`, and has a `defaultsTo`");
    }
    if (attribute->allow_null) {
        definition_problem(at->r, "it is `required`, and so may not allow null");
    }
    if (definition_is_timestamp(attribute)) {
        definition_problem(at->r, "it is `required`, and is set by `%s`", timestamp_key(attribute));
    }
}

static void check_null(struct definition_attribute *at)
{
    const struct orm_attribute *attribute = at->attribute;

    if (!attribute->allow_null) {
        return;
    }
    if (attribute->association != ORM_PLAIN) {
        definition_problem(at->r,
                           "`allowNull` has no meaning for an association, which may be null "
                           "unless it is required");
    } else if (attribute->type == ORM_JSON || attribute->type == ORM_REF) {
        definition_problem(at->r, "`allowNull`: null is of type %s already",
                           model_type_name(attribute->type));
    } else if (definition_is_timestamp(attribute)) {
        definition_problem(at->r, "a timestamp may not allow null");
    }
    if (json_is_null(attribute->default_value)) {
        definition_problem(at->r, "with `allowNull`, null is the default already");
    }
}

static void check_timestamps(struct definition_attribute *at)
{
    const struct orm_attribute *attribute = at->attribute;

    if (!definition_is_timestamp(attribute)) {
        return;
    }
    if (attribute->auto_created_at && attribute->auto_updated_at) {
        definition_problem(at->r, "it is `autoCreatedAt` or `autoUpdatedAt`, not both");
    }
    if (attribute->default_value != NULL) {
        definition_problem(at->r, "it has a `defaultsTo`, and is set by `%s`",
                           timestamp_key(attribute));
    }
    if (attribute->association != ORM_PLAIN ||
        (at->has_type && (attribute->type == ORM_BOOLEAN || attribute->type == ORM_JSON))) {
        definition_problem(at->r, "`%s` needs type number, string or ref",
                           timestamp_key(attribute));
    }
}

/* Strictly: nothing is coerced in a definition. */
static bool is_of_type(const json_t *value, enum orm_type type)
{
    switch (type) {
    case ORM_STRING:
        return json_is_string(value);
    case ORM_NUMBER:
        return json_is_number(value) && fabs(json_number_value(value)) <= 9007199254740992.0;
    case ORM_BOOLEAN:
        return json_is_boolean(value);
    case ORM_JSON:
    case ORM_REF:
        break;
    }
    return true;
}

static void check_default(struct definition_attribute *at)
{
    const struct orm_attribute *attribute = at->attribute;
    struct buf text = {0};

    if (attribute->default_value == NULL || !at->has_type ||
        is_of_type(attribute->default_value, attribute->type)) {
        return;
    }
    inspect_value(&text, attribute->default_value);
    definition_problem(at->r, "its `defaultsTo` %.*s is not of type %s", STR_FMT(buf_str(&text)),
                       model_type_name(attribute->type));
    buf_deinit(&text);
}

static void check_encryption(struct definition_attribute *at)
{
    const struct orm_attribute *attribute = at->attribute;
    const char *with = NULL;

    if (!attribute->encrypt) {
        return;
    }
    if (attribute->association != ORM_PLAIN) {
        with = "an association";
    } else if (definition_is_timestamp(attribute)) {
        with = "an automatic timestamp";
    } else if (attribute->type == ORM_REF) {
        with = "type ref";
    } else if (attribute->default_value != NULL) {
        with = "a `defaultsTo`";
    }
    if (with != NULL) {
        definition_problem(at->r, "`encrypt` does not go with %s", with);
    }
}

static void check_key(struct definition_attribute *at)
{
    const struct orm_attribute *attribute = at->attribute;

    if (!attribute->is_primary_key) {
        return;
    }
    if (attribute->association != ORM_PLAIN ||
        (at->has_type && attribute->type != ORM_STRING && attribute->type != ORM_NUMBER)) {
        definition_problem(at->r, "a primary key has type string or number");
    }
    if (attribute->default_value != NULL) {
        definition_problem(at->r, "a primary key is unique, and so has no `defaultsTo`");
    }
    if (attribute->allow_null) {
        definition_problem(at->r, "a primary key may not allow null");
    }
    if (definition_is_timestamp(attribute)) {
        definition_problem(at->r, "a primary key is no timestamp");
    }
}

void definition_check(struct definition_attribute *at)
{
    static void (*const checks[])(struct definition_attribute * at) = {
        check_kind,       check_association, check_required,   check_null,
        check_timestamps, check_default,     check_encryption, check_key,
    };

    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        checks[i](at);
    }
}
