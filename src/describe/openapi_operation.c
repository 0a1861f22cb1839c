#include "describe/openapi_operation.h"

#include "base/json_parse.h"
#include "base/mem.h"
#include "describe/openapi_schema.h"
#include "http/http.h"
#include "schema/exits.h"

static bool is_one_of(const char *text, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(text, texts[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_body(const char *verb)
{
    static const char *const verbs[] = {"post", "put", "patch"};

    return is_one_of(verb, verbs, ARRAY_LEN(verbs));
}

static void put_text(json_t *object, const char *key, const char *text, bool *failed)
{
    if (text != NULL) {
        openapi_schema_put(object, key, json_string(text), failed);
    }
}

static void append(json_t *list, json_t *value, bool *failed)
{
    *failed = json_array_append_new(list, value) != 0 || *failed;
}

/* ---- parameters ---- */

static bool is_in_path(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        if (strcmp(json_string_value(json_array_get(names, i)), name) == 0) {
            return true;
        }
    }
    return false;
}

static const struct input *find_input(const struct inputs *inputs, const char *name)
{
    for (size_t i = 0; inputs != NULL && i < inputs->n; i++) {
        if (strcmp(inputs->all[i].def->name, name) == 0) {
            return &inputs->all[i];
        }
    }
    return NULL;
}

static void add_path_parameter(json_t *list, const struct input *input, const char *name,
                               bool *failed)
{
    json_t *parameter = json_pack("{ss, ss, sb}", "name", name, "in", "path", "required", 1);

    openapi_schema_put(parameter, "schema",
                       input != NULL ? openapi_schema_of_input(input)
                                     : json_pack("{ss}", "type", "string"),
                       failed);
    if (input != NULL) {
        put_text(parameter, "description", input->def->description, failed);
    }
    append(list, parameter, failed);
}

/* As the query is read: "tags[]=a" is a list even where there is one, "o[a]=1" an object. */
static void add_query_parameter(json_t *list, const struct input *input, bool *failed)
{
    bool is_array = input->type->kind == INPUT_ARRAY;
    json_t *parameter =
        json_pack("{ss+, ss}", "name", input->def->name, is_array ? "[]" : "", "in", "query");

    if (input->def->required) {
        openapi_schema_put(parameter, "required", json_true(), failed);
    }
    if (input->type->kind == INPUT_DICTIONARY) {
        put_text(parameter, "style", "deepObject", failed);
        openapi_schema_put(parameter, "explode", json_true(), failed);
    }
    openapi_schema_put(parameter, "schema", openapi_schema_of_input(input), failed);
    put_text(parameter, "description", input->def->description, failed);
    append(list, parameter, failed);
}

static void add_parameters(json_t *operation, const struct inputs *inputs,
                           const struct openapi_place *place, bool *failed)
{
    json_t *list = json_array();

    for (size_t i = 0; i < json_array_size(place->names); i++) {
        const char *name = json_string_value(json_array_get(place->names, i));

        add_path_parameter(list, find_input(inputs, name),
                           json_string_value(json_array_get(place->shown, i)), failed);
    }
    for (size_t i = 0; inputs != NULL && !has_body(place->verb) && i < inputs->n; i++) {
        if (!is_in_path(place->names, inputs->all[i].def->name)) {
            add_query_parameter(list, &inputs->all[i], failed);
        }
    }
    if (json_array_size(list) > 0) {
        openapi_schema_put(operation, "parameters", list, failed);
    } else {
        *failed = *failed || list == NULL;
        json_decref(list);
    }
}

/* ---- bodies ---- */

static void add_property(json_t *properties, json_t *required, const struct input *input,
                         bool *failed)
{
    json_t *schema = openapi_schema_of_input(input);

    put_text(schema, "description", input->def->description, failed);
    openapi_schema_put(properties, input->def->name, schema, failed);
    if (input->def->required) {
        append(required, json_string(input->def->name), failed);
    }
}

static void put_body(json_t *operation, json_t *schema, bool is_required, bool *failed)
{
    json_t *body = json_pack("{s:{s:{sO}, s:{sO}}}", "content", "application/json", "schema",
                             schema, "application/x-www-form-urlencoded", "schema", schema);

    if (is_required) {
        openapi_schema_put(body, "required", json_true(), failed);
    }
    openapi_schema_put(operation, "requestBody", body, failed);
}

static void add_body(json_t *operation, const struct inputs *inputs, const json_t *names,
                     bool *failed)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    json_t *schema = json_pack("{ss, sO}", "type", "object", "properties", properties);

    for (size_t i = 0; i < inputs->n; i++) {
        if (!is_in_path(names, inputs->all[i].def->name)) {
            add_property(properties, required, &inputs->all[i], failed);
        }
    }
    if (json_array_size(required) > 0) {
        openapi_schema_put(schema, "required", json_incref(required), failed);
    }
    if (json_object_size(properties) > 0) {
        put_body(operation, schema, json_array_size(required) > 0, failed);
    }
    *failed = *failed || properties == NULL || required == NULL || schema == NULL;
    json_decref(properties);
    json_decref(required);
    json_decref(schema);
}

/* ---- answers ---- */

static unsigned status_of(const struct request_target *target, const struct request_step *step)
{
    if (step == NULL) {
        return 404;
    }
    switch (step->kind) {
    case STEP_ACTION:
        return exits_status(exits_find(target->def, "success"));
    case STEP_REDIRECT:
        return step->status != 0 ? step->status : 302;
    case STEP_STATUS:
        return step->status;
    case STEP_RESPONSE:
        return exits_status(&(struct sails_exit){.name = "", .response = step->text});
    case STEP_FUNCTION:
    case STEP_VIEW:
        break;
    }
    return 200;
}

/* Of exits with the same status the first describes it. */
static void add_response(json_t *responses, unsigned status, const char *description, bool *failed)
{
    char code[16];

    (void)snprintf(code, sizeof(code), "%u", status);
    if (status == 0) {
        (void)snprintf(code, sizeof(code), "default"); /* an answer of the program's own */
    }
    if (description == NULL) {
        description = status != 0 ? http_status_text(status) : "An answer of the application";
    }
    if (json_object_get(responses, code) == NULL) {
        openapi_schema_put(responses, code, json_pack("{ss}", "description", description), failed);
    }
}

static void add_exits(json_t *responses, const struct sails_action_def *def, bool *failed)
{
    const struct sails_exit *exits = def != NULL ? def->exits : NULL;

    for (size_t i = 0; exits != NULL && exits[i].name != NULL; i++) {
        const char *words = exits[i].description;

        add_response(responses, exits_status(&exits[i]),
                     words != NULL ? words : exits[i].friendly_name, failed);
    }
}

static void add_responses(json_t *operation, const struct route_info *route, bool *failed)
{
    const struct request_target *target = route->target;
    json_t *responses = json_object();

    if (target->inputs != NULL) {
        openapi_schema_put(
            responses, "400",
            json_pack("{ss}", "$ref", "#/components/responses/MissingOrInvalidParams"), failed);
    }
    add_exits(responses, target->def, failed);
    add_response(responses, status_of(target, route_info_last_step(route)), NULL, failed);
    openapi_schema_put(operation, "responses", responses, failed);
}

json_t *openapi_operation_components(void)
{
    static const char text[] =
        "{\"responses\": {\"MissingOrInvalidParams\": {"
        "  \"description\": \"Parameters are missing or invalid; the action has not run.\","
        "  \"headers\": {\"X-Exit\": {\"schema\": {\"const\": \"error\"}}},"
        "  \"content\": {\"application/json\": {\"schema\": {"
        "    \"type\": \"object\","
        "    \"required\": [\"code\", \"problems\", \"message\"],"
        "    \"properties\": {"
        "      \"code\": {\"const\": \"E_MISSING_OR_INVALID_PARAMS\"},"
        "      \"problems\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}},"
        "      \"message\": {\"type\": \"string\"}}}}}}}}";
    json_t *components = NULL;

    return json_parse(STR(text), &(struct json_limits){.max_depth = 16}, &components) == 0
               ? components
               : NULL;
}

/* ---- all of it ---- */

/* "user" of "user/find": what belongs together. */
static void add_tag(json_t *operation, const char *identity, bool *failed)
{
    size_t len = str_find(str_from(identity), '/');

    if (identity[len] == '/') {
        openapi_schema_put(operation, "tags", json_pack("[s%]", identity, len), failed);
    }
}

void openapi_operation_fill(json_t *operation, const struct route_info *route,
                            const struct openapi_place *place, bool *failed)
{
    const struct request_target *target = route->target;

    if (target->def != NULL) {
        put_text(operation, "summary", target->def->friendly_name, failed);
        put_text(operation, "description", target->def->description, failed);
    }
    if (target->identity != NULL) {
        add_tag(operation, target->identity, failed);
        put_text(operation, "x-sails-action", target->identity, failed);
    }
    openapi_schema_put(operation, "x-sails-address",
                       json_stringn(route->address.ptr, route->address.len), failed);
    add_parameters(operation, target->inputs, place, failed);
    if (target->inputs != NULL && has_body(place->verb)) {
        add_body(operation, target->inputs, place->names, failed);
    }
    add_responses(operation, route, failed);
}
