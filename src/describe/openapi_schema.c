#include "describe/openapi_schema.h"

#include "base/mem.h"

void openapi_schema_put(json_t *object, const char *key, json_t *value, bool *failed)
{
    if (json_object_set_new(object, key, value) != 0) {
        *failed = true;
    }
}

/* NULL where the whole could not be made: then it is freed. */
static json_t *finish(json_t *schema, bool failed)
{
    if (!failed) {
        return schema;
    }
    json_decref(schema);
    return NULL;
}

/* ---- types ---- */

static json_t *schema_of_type(const struct input_type *type);

static const char *type_name(enum input_kind kind)
{
    switch (kind) {
    case INPUT_STRING:
        return "string";
    case INPUT_NUMBER:
        return "number";
    case INPUT_BOOLEAN:
        return "boolean";
    case INPUT_ARRAY:
        return "array";
    case INPUT_DICTIONARY:
        return "object";
    case INPUT_JSON:
    case INPUT_REF:
        break;
    }
    return NULL;
}

static void add_items(json_t *schema, const struct input_type *type, bool *failed)
{
    list_each(node, &type->parts) {
        openapi_schema_put(schema, "items",
                           schema_of_type(container_of(node, struct input_type, in_parent)),
                           failed);
    }
}

/* A type names all members that an object must have. */
static void add_members(json_t *schema, const struct input_type *type, bool *failed)
{
    json_t *properties = json_object();
    json_t *required = json_array();

    list_each(node, &type->parts) {
        const struct input_type *member = container_of(node, struct input_type, in_parent);

        openapi_schema_put(properties, member->name, schema_of_type(member), failed);
        *failed = *failed || json_array_append_new(required, json_string(member->name)) != 0;
    }
    openapi_schema_put(schema, "properties", properties, failed);
    openapi_schema_put(schema, "required", required, failed);
}

static json_t *schema_of_type(const struct input_type *type)
{
    const char *name = type_name(type->kind);
    json_t *schema = json_object();
    bool failed = schema == NULL;

    if (name != NULL) {
        openapi_schema_put(schema, "type", json_string(name), &failed);
    }
    if (type->kind == INPUT_ARRAY) {
        add_items(schema, type, &failed);
    } else if (type->kind == INPUT_DICTIONARY && !list_is_empty(&type->parts)) {
        add_members(schema, type, &failed);
    }
    return finish(schema, failed);
}

/* ---- rules ---- */

/* "integer" for "number" where it is a rule; null beside it where that is allowed. */
static void add_type_rules(json_t *schema, const struct input *input, bool *failed)
{
    const struct sails_input *def = input->def;
    const char *name = def->is_integer ? "integer" : type_name(input->type->kind);

    if (name == NULL) {
        return;
    }
    openapi_schema_put(schema, "type",
                       def->allow_null ? json_pack("[ss]", name, "null") : json_string(name),
                       failed);
}

/* A URL may do without its scheme here, so that it is a reference in the words of RFC 3986. */
static void add_form(json_t *schema, const struct sails_input *def, bool *failed)
{
    if (def->is_email) {
        openapi_schema_put(schema, "format", json_string("email"), failed);
    } else if (def->is_url) {
        openapi_schema_put(schema, "format", json_string("uri-reference"), failed);
    } else if (def->is_uuid) {
        openapi_schema_put(schema, "format", json_string("uuid"), failed);
    } else if (def->is_ip) {
        openapi_schema_put(schema, "anyOf",
                           json_pack("[{ss},{ss}]", "format", "ipv4", "format", "ipv6"), failed);
    }
    if (def->regex != NULL) {
        openapi_schema_put(schema, "pattern", json_string(def->regex), failed);
    } else if (def->is_hex_color) {
        openapi_schema_put(schema, "pattern", json_string("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"),
                           failed);
    } else if (def->is_credit_card) {
        openapi_schema_put(schema, "pattern", json_string("^[0-9 -]+$"), failed);
    }
}

/* A required text is not empty. */
static void add_lengths(json_t *schema, const struct input *input, bool *failed)
{
    const struct sails_input *def = input->def;
    bool is_filled = def->is_not_empty_string || def->required;
    size_t min = def->min_length > 0 || !is_filled ? def->min_length : 1;

    if (input->type->kind == INPUT_STRING && min > 0) {
        openapi_schema_put(schema, "minLength", json_integer((json_int_t)min), failed);
    }
    if (def->max_length > 0) {
        openapi_schema_put(schema, "maxLength", json_integer((json_int_t)def->max_length), failed);
    }
}

static void add_bounds(json_t *schema, const struct input *input, bool *failed)
{
    if (input->min != NULL) {
        openapi_schema_put(schema, "minimum", json_incref(input->min), failed);
    }
    if (input->max != NULL) {
        openapi_schema_put(schema, "maximum", json_incref(input->max), failed);
    }
}

static void add_lists(json_t *schema, const struct input *input, bool *failed)
{
    json_t *values = NULL;

    if (input->is_in != NULL) {
        values = json_copy(input->is_in);
        if (input->def->allow_null && json_array_append_new(values, json_null()) != 0) {
            *failed = true;
        }
        openapi_schema_put(schema, "enum", values, failed);
    }
    if (input->is_not_in != NULL) {
        openapi_schema_put(schema, "not", json_pack("{sO}", "enum", input->is_not_in), failed);
    }
}

json_t *openapi_schema_of_input(const struct input *input)
{
    json_t *schema = schema_of_type(input->type);
    bool failed = schema == NULL;

    add_type_rules(schema, input, &failed);
    add_form(schema, input->def, &failed);
    add_lengths(schema, input, &failed);
    add_bounds(schema, input, &failed);
    add_lists(schema, input, &failed);
    if (input->default_value != NULL) {
        openapi_schema_put(schema, "default", json_incref(input->default_value), &failed);
    }
    return finish(schema, failed);
}
