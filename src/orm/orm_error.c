#include "orm/orm_error.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

void orm_error_clear(struct orm_error *error)
{
    buf_deinit(&error->message);
    buf_deinit(&error->details);
    json_decref(error->attr_names);
    json_decref(error->rule_violations);
    mem_free(error->own_name);
    mem_free(error->own_code);
    orm_error_init(error);
}

int orm_error_set_no_memory(struct orm_error *error)
{
    orm_error_clear(error);
    error->class = ORM_ERROR_PLAIN;
    return SAILS_ENOMEM;
}

/* A buf with a NUL behind its text, which does not count. */
static int close_text(struct buf *text)
{
    if (!buf_reserve(text, 1)) {
        return SAILS_ENOMEM;
    }
    text->ptr[text->len] = '\0';
    return buf_error(text);
}

/* The words that Waterline has for each kind of mistake; "" for those that need none. */
static const char *opening_of(const char *code)
{
    static const struct {
        const char *code;
        const char *opening;
    } openings[] = {
        {ORM_E_INVALID_NEW_RECORD, "Invalid initial data for new record."},
        {ORM_E_INVALID_NEW_RECORDS, "Invalid initial data for new records."},
        {ORM_E_INVALID_VALUES_TO_SET,
         "Invalid data-- cannot perform update with the provided values."},
        {ORM_E_INVALID_CRITERIA, "Invalid criteria."},
        {ORM_E_INVALID_POPULATES, "Invalid populate(s)."},
        {ORM_E_INVALID_META, "Invalid value provided for `meta`."},
        {ORM_E_INVALID_NUMERIC_ATTR_NAME, "Invalid numeric attr name."},
        {ORM_E_INVALID_STREAM_ITERATEE, "Invalid iteratee function."},
        {ORM_E_INVALID_TARGET_RECORD_IDS, "Invalid target record id(s)."},
        {ORM_E_INVALID_COLLECTION_ATTR_NAME, "Invalid collection attr name."},
        {ORM_E_INVALID_ASSOCIATED_IDS, "Invalid associated id(s)."},
    };

    for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
        if (strcmp(openings[i].code, code) == 0) {
            return openings[i].opening;
        }
    }
    return "";
}

/* `details` has been made. */
static int finish_usage(struct orm_error *error, const char *code, const char *model_identity)
{
    const char *opening = opening_of(code);

    error->class = ORM_ERROR_USAGE;
    error->code = code;
    error->model_identity = model_identity;
    if (opening[0] != '\0') {
        buf_append_str(&error->message, str_from(opening));
        buf_append_str(&error->message, STR("\nDetails:\n  "));
    }
    buf_append_str(&error->message, buf_str(&error->details));
    if (close_text(&error->message) < 0 || close_text(&error->details) < 0) {
        return orm_error_set_no_memory(error);
    }
    return SAILS_EINVAL;
}

int orm_error_set_usage(struct orm_error *error, const char *code, const char *model_identity,
                        const char *format, ...)
{
    va_list args;

    orm_error_clear(error);
    va_start(args, format);
    buf_vprintf(&error->details, format, args);
    va_end(args);
    return finish_usage(error, code, model_identity);
}

int orm_error_set_usage_str(struct orm_error *error, const char *code, const char *model_identity,
                            struct str details)
{
    orm_error_clear(error);
    buf_append_str(&error->details, details);
    return finish_usage(error, code, model_identity);
}

int orm_error_set(struct orm_error *error, enum orm_error_class class, int rc, const char *code,
                  const char *format, ...)
{
    va_list args;

    assert(rc < 0 && class != ORM_ERROR_NONE);
    orm_error_clear(error);
    error->class = class;
    error->code = code;
    va_start(args, format);
    buf_vprintf(&error->message, format, args);
    va_end(args);
    return close_text(&error->message) == 0 ? rc : orm_error_set_no_memory(error);
}

/* NULL stays NULL. False: no memory. */
static bool copy_text(const char *text, char **copy)
{
    if (text == NULL) {
        return true;
    }
    *copy = mem_strndup(text, strlen(text));
    return *copy != NULL;
}

int orm_error_set_foreign(struct orm_error *error, int rc, const char *name, const char *code,
                          const char *message)
{
    assert(rc < 0 && message != NULL);
    orm_error_clear(error);
    error->class = ORM_ERROR_PLAIN;
    buf_append_str(&error->message, str_from(message));
    if (!copy_text(name, &error->own_name) || !copy_text(code, &error->own_code) ||
        close_text(&error->message) < 0) {
        return orm_error_set_no_memory(error);
    }
    error->name = error->own_name;
    error->code = error->own_code;
    return rc;
}

const char *orm_error_name(const struct orm_error *error)
{
    if (error->name != NULL) {
        return error->name;
    }
    switch (error->class) {
    case ORM_ERROR_NONE:
        return "";
    case ORM_ERROR_USAGE:
        return "UsageError";
    case ORM_ERROR_ADAPTER:
        return "AdapterError";
    case ORM_ERROR_PLAIN:
        break;
    }
    return "Error";
}

const char *orm_error_message(const struct orm_error *error)
{
    if (error->message.ptr != NULL) {
        return error->message.ptr;
    }
    return error->class == ORM_ERROR_NONE ? "" : sails_strerror(SAILS_ENOMEM);
}

const char *orm_error_details(const struct orm_error *error)
{
    return error->details.ptr != NULL ? error->details.ptr : "";
}

/* ---- as JSON ---- */

/* Texts can have what the caller gave, which need not be UTF-8 where it came from C. */
static json_t *text_to_json(const char *text)
{
    json_t *value = json_string(text);

    return value != NULL ? value : json_string("(a text that is not UTF-8)");
}

static bool set_text(json_t *object, const char *key, const char *text)
{
    return text == NULL || text[0] == '\0' ||
           json_object_set_new(object, key, text_to_json(text)) == 0;
}

static bool set_value(json_t *object, const char *key, json_t *value)
{
    return value == NULL || json_object_set(object, key, value) == 0;
}

json_t *orm_error_to_json(const struct orm_error *error)
{
    bool names_model = error->attr_names != NULL || error->rule_violations != NULL;
    json_t *object = json_pack("{s:s}", "name", orm_error_name(error));

    if (object != NULL &&
        json_object_set_new(object, "message", text_to_json(orm_error_message(error))) == 0 &&
        set_text(object, "code", error->code) &&
        set_text(object, "details", orm_error_details(error)) &&
        (!names_model || set_text(object, "modelIdentity", error->model_identity)) &&
        set_value(object, "attrNames", error->attr_names) &&
        set_value(object, "ruleViolations", error->rule_violations)) {
        return object;
    }
    json_decref(object);
    return NULL;
}
