#include "blueprints/blueprint_params.h"

#include "base/c_text.h"
#include "base/json_parse.h"

#include <sails/err.h>

/* JSON in a parameter: criteria are refused at less by the ORM, which says why. */
static const struct json_limits limits = {.max_depth = 128, .max_values = 100000};

static int split(struct str text, json_t *list)
{
    struct str part = {NULL, 0};

    while (str_take_part(&text, ',', &part)) {
        part = str_trim(part);
        if (json_array_append_new(list, json_stringn(part.len > 0 ? part.ptr : "", part.len)) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

static int copy_names(const json_t *given, json_t *list)
{
    for (size_t i = 0; i < json_array_size(given); i++) {
        json_t *name = json_array_get(given, i);

        if (c_text_of(name) == NULL) {
            return SAILS_EINVAL;
        }
        if (json_array_append(list, name) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

int blueprint_params_names(const json_t *given, json_t **names)
{
    const char *text = c_text_of(given);
    json_t *list = json_array();
    int rc = SAILS_EINVAL;

    if (list == NULL) {
        return SAILS_ENOMEM;
    }
    if (text != NULL) {
        rc = split(str_from(text), list);
    } else if (json_is_array(given)) {
        rc = copy_names(given, list);
    }
    if (rc < 0) {
        json_decref(list);
        return rc;
    }
    *names = list;
    return 0;
}

int blueprint_params_parse(const json_t *text, json_t **value)
{
    struct str all = {json_string_value(text), json_string_length(text)};
    int rc = json_parse(all, &limits, value);

    return rc == 0 || rc == SAILS_ENOMEM ? rc : SAILS_EINVAL;
}
