#include "base/mem.h"
#include "schema/coerce.h"
#include "schema/input_type.h"

#include <sails/err.h>

/*
 * Values are walked along their type. What does not fit is noted, and the walk goes on with its
 * neighbours, so that a client learns of all its mistakes at once. The place of a misfit is the chain of
 * steps that led there; it lies in the stack, for nobody needs it unless something does not fit.
 *
 * The wording is Sails' (rttc), its "`.a[1]`" beside "`a.b`" included.
 */

struct step {
    const struct step *before; /* NULL: this is the value itself */
    const char *name;          /* NULL: an array's item */
    size_t index;
};

struct fitting {
    struct buf *misfits;
    size_t n_misfits;
};

static int fit(struct fitting *fitting, const struct step *at, const struct input_type *type,
               json_t *value, json_t **out);

/* ---- wording ---- */

static enum input_kind kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return INPUT_STRING;
    case JSON_INTEGER:
    case JSON_REAL:
        return INPUT_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return INPUT_BOOLEAN;
    case JSON_ARRAY:
        return INPUT_ARRAY;
    case JSON_OBJECT:
        return INPUT_DICTIONARY;
    case JSON_NULL:
        break;
    }
    return INPUT_JSON;
}

/* In front of an item each name has a point; else names are joined by them. */
static void write_steps(struct buf *out, const struct step *at, bool leads_to_item)
{
    if (at == NULL || at->before == NULL) {
        return;
    }
    write_steps(out, at->before, leads_to_item);
    if (leads_to_item && at->name == NULL) {
        buf_printf(out, "[%zu]", at->index);
        return;
    }
    if (leads_to_item || at->before->before != NULL) {
        buf_append_char(out, '.');
    }
    if (at->name != NULL) {
        buf_append_str(out, str_from(at->name));
    } else {
        buf_append_u64(out, at->index);
    }
}

static void write_expected(struct buf *out, const struct step *at, enum input_kind kind,
                           bool is_missing)
{
    bool is_item = at->before != NULL && at->name == NULL;

    if (at->before != NULL) {
        buf_append_str(out, STR("@ `"));
        write_steps(out, at, is_item);
        buf_append_str(out, STR("`:  "));
    }
    if (is_missing) {
        buf_printf(out, "Missing property (expecting %s).", input_kind_phrase(kind));
    } else if (is_item) {
        buf_printf(out, "Expecting array to contain only %s, but this item is ",
                   input_kind_plural(kind));
    } else {
        buf_printf(out, "Expecting %s, but got ", input_kind_phrase(kind));
    }
}

/* `value` NULL: it is missing. Over the limit they are only counted. */
static void add_misfit(struct fitting *fitting, const struct step *at,
                       const struct input_type *type, const json_t *value)
{
    struct buf *out = fitting->misfits;

    fitting->n_misfits++;
    if (fitting->n_misfits > INPUT_TYPE_MISFITS_MAX) {
        return;
    }
    buf_append_str(out, STR("\n  · "));
    write_expected(out, at, type->kind, value == NULL);
    if (json_is_null(value)) {
        buf_append_str(out, STR("some other JSON-compatible value."));
    } else if (value != NULL) {
        buf_printf(out, "%s.", input_kind_phrase(kind_of(value)));
    }
}

/* ---- walking ---- */

/* A part that does not fit leaves the whole without it, and is reported in the end. */
static int fit_item(struct fitting *fitting, const struct step *at, const struct input_type *type,
                    json_t *item, json_t *into)
{
    json_t *fitted = NULL;
    int rc = fit(fitting, at, type, item, &fitted);

    if (rc == 0) {
        rc = json_array_append_new(into, fitted) == 0 ? 0 : SAILS_ENOMEM;
    }
    return rc == SAILS_EINVAL ? 0 : rc;
}

static int fit_array(struct fitting *fitting, const struct step *at, const struct input_type *type,
                     json_t *array, json_t **out)
{
    const struct input_type *item_type =
        container_of(type->parts.next, struct input_type, in_parent);
    json_t *fitted = json_array();
    int rc = fitted != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; rc == 0 && i < json_array_size(array); i++) {
        struct step step = {.before = at, .index = i};

        rc = fit_item(fitting, &step, item_type, json_array_get(array, i), fitted);
    }
    if (rc < 0) {
        json_decref(fitted);
        return rc;
    }
    *out = fitted;
    return 0;
}

static int fit_member(struct fitting *fitting, const struct step *at, const struct input_type *type,
                      json_t *value, json_t *into)
{
    json_t *fitted = NULL;
    int rc = 0;

    if (value == NULL) {
        add_misfit(fitting, at, type, NULL);
        return 0;
    }
    rc = fit(fitting, at, type, value, &fitted);
    if (rc == 0) {
        rc = json_object_set_new(into, type->name, fitted) == 0 ? 0 : SAILS_ENOMEM;
    }
    return rc == SAILS_EINVAL ? 0 : rc;
}

static int fit_dictionary(struct fitting *fitting, const struct step *at,
                          const struct input_type *type, json_t *object, json_t **out)
{
    json_t *fitted = json_object();
    int rc = fitted != NULL ? 0 : SAILS_ENOMEM;

    list_each(node, &type->parts) {
        const struct input_type *member = container_of(node, struct input_type, in_parent);
        struct step step = {.before = at, .name = member->name};

        if (rc == 0) {
            rc = fit_member(fitting, &step, member, json_object_get(object, member->name), fitted);
        }
    }
    if (rc < 0) {
        json_decref(fitted);
        return rc;
    }
    *out = fitted;
    return 0;
}

/* Where the type allows anything. */
static int fit_as_it_is(json_t *value, json_t **out)
{
    *out = json_incref(value);
    return 0;
}

static int fit_whole(struct fitting *fitting, const struct step *at, const struct input_type *type,
                     json_t *value, json_t **out)
{
    bool is_array = type->kind == INPUT_ARRAY;

    if (is_array ? !json_is_array(value) : !json_is_object(value)) {
        return SAILS_EINVAL;
    }
    if (list_is_empty(&type->parts)) {
        return fit_as_it_is(value, out);
    }
    return is_array ? fit_array(fitting, at, type, value, out)
                    : fit_dictionary(fitting, at, type, value, out);
}

static int fit_kind(struct fitting *fitting, const struct step *at, const struct input_type *type,
                    json_t *value, json_t **out)
{
    switch (type->kind) {
    case INPUT_STRING:
        return coerce_to_string(value, out);
    case INPUT_NUMBER:
        return coerce_to_number(value, out);
    case INPUT_BOOLEAN:
        return coerce_to_boolean(value, out);
    case INPUT_ARRAY:
    case INPUT_DICTIONARY:
        return fit_whole(fitting, at, type, value, out);
    case INPUT_JSON:
    case INPUT_REF:
        break;
    }
    return fit_as_it_is(value, out);
}

static int fit(struct fitting *fitting, const struct step *at, const struct input_type *type,
               json_t *value, json_t **out)
{
    int rc = fit_kind(fitting, at, type, value, out);

    if (rc == SAILS_EINVAL) {
        add_misfit(fitting, at, type, value);
    }
    return rc;
}

int input_type_fit(const struct input_type *type, json_t *value, struct buf *misfits, json_t **out)
{
    struct fitting fitting = {.misfits = misfits};
    struct step at = {.before = NULL};
    json_t *fitted = NULL;
    int rc = fit(&fitting, &at, type, value, &fitted);

    if (fitting.n_misfits == 0 && rc == 0) {
        *out = fitted;
        return 0;
    }
    json_decref(fitted);
    if (fitting.n_misfits > INPUT_TYPE_MISFITS_MAX) {
        buf_printf(misfits, "\n  · %zu more", fitting.n_misfits - INPUT_TYPE_MISFITS_MAX);
    }
    if (rc == 0 || rc == SAILS_EINVAL) {
        return buf_error(misfits) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
    }
    return rc;
}
