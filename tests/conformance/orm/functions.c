#include "functions.h"

#include "base/list.h"
#include "base/mem.h"
#include "lines.h"

#include <sails/err.h>

struct function {
    struct list link;
    struct sails_model_function as_model_function;
    char name[]; /* NUL-terminated */
};

static struct list functions = {&functions, &functions};
static json_int_t n_calls;

static json_t *protocol_error(const char *message)
{
    return json_pack("{s:s,s:s}", "name", "ProtocolError", "message", message);
}

/* What the next line says: it must be {"return": `call`, ...}. */
static struct returned read_return(json_int_t call)
{
    struct returned returned = {0};
    json_t *line = NULL;
    int rc = lines_read_json(&line);

    if (rc == 0) {
        returned.error = protocol_error("The input has ended within a call.");
    } else if (rc < 0 || json_integer_value(json_object_get(line, "return")) != call) {
        returned.error = protocol_error("This is not what the call returns.");
    } else if (json_is_object(json_object_get(line, "error"))) {
        returned.error = json_incref(json_object_get(line, "error"));
    } else {
        json_t *result = json_object_get(line, "result");
        returned.result = result != NULL ? json_incref(result) : json_null();
    }
    json_decref(line);
    return returned;
}

/* The error with which the last callback has ended the query; NULL: none has. */
static json_t *thrown;

struct returned functions_call(const char *name, const char *model, json_t *arguments)
{
    json_int_t call = ++n_calls;

    lines_write(json_pack("{s:I,s:s,s:s?,s:o}", "call", call, "function", name, "model", model,
                          "arguments", arguments));
    return read_return(call);
}

void returned_clear(struct returned *returned)
{
    json_decref(returned->result);
    json_decref(returned->error);
    *returned = (struct returned){0};
}

/* ---- what the ORM calls ---- */

void functions_throw(json_t *error)
{
    json_decref(thrown);
    thrown = error;
}

json_t *functions_take_thrown(void)
{
    json_t *error = thrown;

    thrown = NULL;
    return error;
}

/* A dictionary that was returned replaces the argument; anything else leaves it. */
static int on_lifecycle(sails_db *db, const char *model, json_t *value, void *ctx)
{
    const struct function *function = ctx;
    struct returned returned = functions_call(function->name, model, json_pack("[O]", value));
    int rc = 0;

    (void)db;
    if (returned.error != NULL) {
        functions_throw(json_incref(returned.error));
        rc = SAILS_EREFUSED;
    } else if (json_is_object(returned.result)) {
        json_object_clear(value);
        rc = json_object_update(value, returned.result) < 0 ? SAILS_ENOMEM : 0;
    }
    returned_clear(&returned);
    return rc;
}

/* As JavaScript has it. */
static bool is_truthy(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
    case JSON_REAL:
        return json_number_value(value) < 0 || json_number_value(value) > 0;
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_TRUE:
    case JSON_OBJECT:
    case JSON_ARRAY:
        break;
    }
    return true;
}

static bool on_custom_rule(const char *model, const json_t *value, json_t **message, void *ctx)
{
    const struct function *function = ctx;
    json_t *argument = json_deep_copy(value);
    struct returned returned = functions_call(function->name, model, json_pack("[o]", argument));
    bool is_allowed = returned.error == NULL && is_truthy(returned.result);

    if (returned.error != NULL) {
        *message = json_incref(json_object_get(returned.error, "message"));
    }
    returned_clear(&returned);
    return is_allowed;
}

/* An error is kept as the query's, and the record is not shown. */
static json_t *on_to_json(const char *model, json_t *record, void *ctx)
{
    const struct function *function = ctx;
    struct returned returned = functions_call(function->name, model, json_pack("[O]", record));
    json_t *shown = json_incref(returned.result);

    if (returned.error != NULL) {
        functions_throw(json_incref(returned.error));
    }
    returned_clear(&returned);
    return shown;
}

const struct sails_model_function *functions_find(const char *name, void *ctx)
{
    struct function *function;
    size_t len = strlen(name);

    (void)ctx;
    list_each(at, &functions) {
        function = container_of(at, struct function, link);
        if (strcmp(function->name, name) == 0) {
            return &function->as_model_function;
        }
    }
    function = mem_calloc(1, sizeof(*function) + len + 1);
    if (function == NULL) {
        return NULL;
    }
    memcpy(function->name, name, len);
    function->as_model_function = (struct sails_model_function){
        .name = function->name,
        .lifecycle = on_lifecycle,
        .custom_rule = on_custom_rule,
        .to_json = on_to_json,
        .ctx = function,
    };
    list_append(&functions, &function->link);
    return &function->as_model_function;
}

void functions_clear(void)
{
    while (!list_is_empty(&functions)) {
        struct function *function = container_of(functions.next, struct function, link);
        list_remove(&function->link);
        mem_free(function);
    }
    functions_throw(NULL);
}
