#include "web/form_fields.h"

#include "base/json_parse.h"
#include "base/utf8.h"

#include <sails/err.h>

void form_fields_deinit(struct form_fields *fields)
{
    json_decref(fields->late);
    json_decref(fields->replaced);
    *fields = (struct form_fields){0};
}

static bool is_json(const struct form_fields *fields, struct str name)
{
    struct str rest = fields->json_names;
    struct str part;

    while (str_take_part(&rest, ',', &part)) {
        if (str_eq(part, name)) {
            return true;
        }
    }
    return false;
}

/* A value that is no JSON, or more of it than may be, stays the text that it is. NULL: no memory. */
static json_t *make_value(const struct form_fields *fields, struct str name, struct str text)
{
    json_t *value = NULL;
    int rc = is_json(fields, name) ? json_parse(text, &fields->limits, &value) : SAILS_EJSON;

    if (rc == 0 || rc == SAILS_ENOMEM) {
        return value;
    }
    return json_stringn(text.len > 0 ? text.ptr : "", text.len);
}

static int keep_replaced(struct form_fields *fields, json_t *value)
{
    if (value == NULL) {
        return 0;
    }
    if (fields->replaced == NULL) {
        fields->replaced = json_array();
    }
    return json_array_append(fields->replaced, value) == 0 ? 0 : SAILS_ENOMEM;
}

/* Takes `value`. */
static int put(struct form_fields *fields, json_t *body, const char *name, json_t *value)
{
    json_t *before = json_object_get(body, name);
    int rc = 0;

    if (json_is_array(before)) {
        return json_array_append_new(before, value) == 0 ? 0 : SAILS_ENOMEM;
    }
    rc = keep_replaced(fields, before);
    if (rc == 0 && before != NULL) {
        json_t *both = json_pack("[O, o]", before, value);

        return json_object_set_new(body, name, both) == 0 ? 0 : SAILS_ENOMEM;
    }
    if (rc < 0) {
        json_decref(value);
        return rc;
    }
    return json_object_set_new(body, name, value) == 0 ? 0 : SAILS_ENOMEM;
}

static int hold_back(struct form_fields *fields, json_t *name, json_t *value)
{
    if (fields->late == NULL) {
        fields->late = json_array();
    }
    return json_array_append(fields->late, name) == 0 && json_array_append(fields->late, value) == 0
               ? 0
               : SAILS_ENOMEM;
}

/* "__proto__" would be the parent of all objects in JavaScript, and is nobody's field; a NUL in a name
 * is refused with the head of its part. */
int form_fields_add(struct form_fields *fields, json_t *body, struct str name, struct str value)
{
    json_t *key = NULL;
    json_t *made = NULL;
    int rc = SAILS_ENOMEM;

    if (str_eq(name, STR("__proto__")) || !utf8_is_valid(str_bytes(name)) ||
        !utf8_is_valid(str_bytes(value))) {
        return 0;
    }
    key = json_stringn(name.len > 0 ? name.ptr : "", name.len);
    made = make_value(fields, name, value);
    if (key != NULL && made != NULL) {
        rc = body != NULL ? put(fields, body, json_string_value(key), json_incref(made))
                          : hold_back(fields, key, made);
    }
    json_decref(key);
    json_decref(made);
    return rc;
}

int form_fields_flush(struct form_fields *fields, json_t *body, json_t *all, const json_t *over)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i + 1 < json_array_size(fields->late); i += 2) {
        const char *name = json_string_value(json_array_get(fields->late, i));
        json_t *value = json_array_get(fields->late, i + 1);

        rc = put(fields, body, name, json_incref(value));
        if (rc == 0 && all != NULL && json_object_get(over, name) == NULL) {
            rc = keep_replaced(fields, json_object_get(all, name));
            rc = rc == 0 && json_object_set(all, name, json_object_get(body, name)) != 0
                     ? SAILS_ENOMEM
                     : rc;
        }
    }
    json_decref(fields->late);
    fields->late = NULL;
    return rc;
}
