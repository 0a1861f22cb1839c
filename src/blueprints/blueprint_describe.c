#include "blueprints/blueprint_describe.h"

#include "base/buf.h"
#include "base/macros.h"
#include "blueprints/blueprint_routes.h"

/* Whatever could not be made is NULL, which jansson takes for a failure wherever it is put: it is told at the end. */

/* ---- schemas ---- */

static json_t *reference(const char *prefix, const struct orm_model *model, const char *suffix)
{
    return json_pack("{s:s+++}", "$ref", "#/components/schemas/", prefix, model->global_id, suffix);
}

static const char *type_of(enum orm_type type)
{
    static const char *const names[] = {
        [ORM_STRING] = "string", [ORM_NUMBER] = "number", [ORM_BOOLEAN] = "boolean"};

    return type <= ORM_BOOLEAN ? names[type] : NULL;
}

static json_t *plain_schema(enum orm_type type, bool allows_null)
{
    const char *name = type_of(type);

    if (name == NULL) {
        return json_object(); /* any JSON */
    }
    return allows_null ? json_pack("{s:[s,s]}", "type", name, "null")
                       : json_pack("{s:s}", "type", name);
}

static json_t *key_schema(const struct orm_model *model)
{
    return plain_schema(model->primary_key->type, false);
}

/* In a record: populated, or the key alone. */
static json_t *found_schema(const struct orm_attribute *a)
{
    switch (a->association) {
    case ORM_TO_ONE:
        return json_pack("{s:[o,o,{s:s}]}", "oneOf", reference("", a->other, ""),
                         key_schema(a->other), "type", "null");
    case ORM_TO_MANY:
        return json_pack("{s:s,s:o}", "type", "array", "items", reference("", a->other, ""));
    case ORM_PLAIN:
        break;
    }
    return plain_schema(a->type, a->allow_null);
}

/* In values: keys. */
static json_t *given_schema(const struct orm_attribute *a)
{
    switch (a->association) {
    case ORM_TO_ONE:
        return plain_schema(a->other->primary_key->type, true);
    case ORM_TO_MANY:
        return json_pack("{s:s,s:o}", "type", "array", "items", key_schema(a->other));
    case ORM_PLAIN:
        break;
    }
    return plain_schema(a->type, a->allow_null);
}

static json_t *object_schema(const struct orm_model *model,
                             json_t *(*schema_of)(const struct orm_attribute *a),
                             bool says_required)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    bool failed = false;

    for (unsigned i = 0; i < model->n_attributes; i++) {
        const struct orm_attribute *a = &model->attributes[i];

        failed = json_object_set_new(properties, a->name.ptr, schema_of(a)) < 0 || failed;
        if (says_required && a->required) {
            failed = json_array_append_new(required, json_string(a->name.ptr)) < 0 || failed;
        }
    }
    if (failed || json_array_size(required) == 0) {
        json_decref(required);
        required = NULL;
    }
    if (failed) {
        json_decref(properties);
        return NULL;
    }
    return json_pack("{s:s,s:o,s:o*}", "type", "object", "properties", properties, "required",
                     required);
}

/* Takes the schema. */
static bool put_schema(json_t *schemas, const char *prefix, const struct orm_model *model,
                       const char *suffix, json_t *schema)
{
    struct buf name = {0};
    bool is_put = false;

    buf_printf(&name, "%s%s%s", prefix, model->global_id, suffix);
    if (buf_error(&name) == 0) {
        is_put = json_object_set_new(schemas, name.ptr, schema) == 0;
    } else {
        json_decref(schema);
    }
    buf_deinit(&name);
    return is_put;
}

json_t *blueprint_describe_schemas(const struct orm *orm)
{
    json_t *schemas =
        json_pack("{s:{s:s,s:[s,s],s:{s:{s:s},s:{s:s},s:{s:s}}}}", "UsageError", "type", "object",
                  "required", "code", "message", "properties", "code", "type", "string", "details",
                  "type", "string", "message", "type", "string");
    bool is_whole = schemas != NULL;

    for (unsigned i = 0; i < orm->n_models && is_whole; i++) {
        const struct orm_model *model = orm->models[i];

        if (blueprint_routes_has(model)) {
            is_whole =
                put_schema(schemas, "", model, "", object_schema(model, found_schema, false)) &&
                put_schema(schemas, "New", model, "", object_schema(model, given_schema, true)) &&
                put_schema(schemas, "", model, "Changes",
                           object_schema(model, given_schema, false));
        }
    }
    if (!is_whole) {
        json_decref(schemas);
        return NULL;
    }
    return schemas;
}

/* ---- operations ---- */

static json_t *content(json_t *schema)
{
    return json_pack("{s:{s:o}}", "application/json", "schema", schema);
}

static json_t *list_of(json_t *schema)
{
    return json_pack("{s:s,s:o}", "type", "array", "items", schema);
}

static const char *summary_of(enum blueprint_kind kind)
{
    static const char *const summaries[BLUEPRINT_KINDS] = {
        [BLUEPRINT_FIND] = "Records that match",
        [BLUEPRINT_FIND_ONE] = "One record",
        [BLUEPRINT_CREATE] = "A new record",
        [BLUEPRINT_UPDATE] = "Change a record",
        [BLUEPRINT_DESTROY] = "Destroy a record",
        [BLUEPRINT_POPULATE] = "What belongs to a record",
        [BLUEPRINT_ADD] = "Add a member to a collection",
        [BLUEPRINT_REMOVE] = "Take a member out of a collection",
        [BLUEPRINT_REPLACE] = "Replace the members of a collection",
    };

    return summaries[kind];
}

static json_t *parameter(const char *name, const char *type, const char *about)
{
    return json_pack("{s:s,s:s,s:{s:s},s:s}", "name", name, "in", "query", "schema", "type", type,
                     "description", about);
}

static bool add_parameter(json_t *list, const char *name, const char *type, const char *about)
{
    return json_array_append_new(list, parameter(name, type, about)) == 0;
}

/* Filters, and what else may be asked for. */
static json_t *parameters_of(enum blueprint_kind kind)
{
    bool is_list = kind == BLUEPRINT_FIND || kind == BLUEPRINT_POPULATE;
    json_t *list = json_array();
    bool is_whole = list != NULL;

    if (is_list) {
        is_whole = is_whole &&
                   add_parameter(list, "where", "string",
                                 "A filter as JSON; without it every other parameter is one") &&
                   add_parameter(list, "limit", "integer", "At most so many; 30") &&
                   add_parameter(list, "skip", "integer", "Not the first ones") &&
                   add_parameter(list, "sort", "string", "\"name DESC\", or a list as JSON");
    }
    if (is_list || kind == BLUEPRINT_FIND_ONE) {
        is_whole = is_whole && add_parameter(list, "select", "string", "Attributes, with commas") &&
                   add_parameter(list, "omit", "string", "All attributes but these");
    }
    if (kind == BLUEPRINT_FIND || kind == BLUEPRINT_FIND_ONE) {
        is_whole = is_whole &&
                   add_parameter(list, "populate", "string",
                                 "Associations, with commas, or false; without it all of them");
    }
    if (!is_whole) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *body_of(enum blueprint_kind kind, const struct orm_model *model,
                       const struct orm_attribute *association)
{
    switch (kind) {
    case BLUEPRINT_CREATE:
        return content(reference("New", model, ""));
    case BLUEPRINT_UPDATE:
        return content(reference("", model, "Changes"));
    case BLUEPRINT_REPLACE:
        return content(list_of(key_schema(association->other)));
    case BLUEPRINT_FIND:
    case BLUEPRINT_FIND_ONE:
    case BLUEPRINT_DESTROY:
    case BLUEPRINT_POPULATE:
    case BLUEPRINT_ADD:
    case BLUEPRINT_REMOVE:
        break;
    }
    return NULL;
}

static json_t *success_of(enum blueprint_kind kind, const struct orm_model *model,
                          const struct orm_attribute *association)
{
    json_t *schema = reference("", kind == BLUEPRINT_POPULATE ? association->other : model, "");
    bool is_list = kind == BLUEPRINT_FIND ||
                   (kind == BLUEPRINT_POPULATE && association->association == ORM_TO_MANY);

    return json_pack("{s:s,s:o}", "description", is_list ? "The records" : "The record", "content",
                     content(is_list ? list_of(schema) : schema));
}

static json_t *responses_of(enum blueprint_kind kind, const struct orm_model *model,
                            const struct orm_attribute *association)
{
    bool is_about_one = kind != BLUEPRINT_FIND && kind != BLUEPRINT_CREATE;
    json_t *missing =
        is_about_one ? json_pack("{s:s}", "description", "There is no such record") : NULL;

    return json_pack("{s:o,s:{s:s,s:o},s:o*}", "200", success_of(kind, model, association), "400",
                     "description", "Something in the request is not as it should be", "content",
                     content(json_pack("{s:s}", "$ref", "#/components/schemas/UsageError")), "404",
                     missing);
}

json_t *blueprint_describe_operation(enum blueprint_kind kind, const struct orm_model *model,
                                     const struct orm_attribute *association, bool has_body)
{
    json_t *body = has_body ? body_of(kind, model, association) : NULL;

    return json_pack("{s:s,s:o,s:o,s:o*}", "summary", summary_of(kind), "parameters",
                     parameters_of(kind), "responses", responses_of(kind, model, association),
                     "requestBody", body != NULL ? json_pack("{s:o}", "content", body) : NULL);
}
