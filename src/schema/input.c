#include "schema/input.h"

#include "base/json_parse.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "schema/input_rule.h"

#include <sails/err.h>

static int refuse(struct buf *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int refuse(struct buf *why, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    buf_append_str(why, str_from(text));
    return SAILS_ECONFIG;
}

/* ---- values ---- */

/* Of a string input the text itself, of any other its JSON. */
static int read_value(enum input_kind kind, const char *text, json_t **out)
{
    struct str span = str_from(text);
    int rc = 0;

    if (kind != INPUT_STRING) {
        rc = json_parse(span, &(struct json_limits){.max_depth = INPUT_VALUE_DEPTH_MAX}, out);
        return rc < 0 && rc != SAILS_ENOMEM ? SAILS_EJSON : rc;
    }
    if (!utf8_is_valid(str_bytes(span))) {
        return SAILS_EUTF8;
    }
    *out = json_stringn(span.ptr, span.len);
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

/* Whether a value in a table has the type as it stands: coercion is for what comes from outside. */
static int check_type(const struct input *input, json_t *value)
{
    struct buf misfits = {0};
    json_t *fitted = NULL;
    int rc = input_type_fit(input->type, value, &misfits, &fitted);

    if (rc == 0 && json_equal(fitted, value) == 0) {
        rc = SAILS_EINVAL;
    }
    json_decref(fitted);
    buf_deinit(&misfits);
    return rc;
}

static int read_number(const char *text, const char *member, struct buf *why, json_t **out)
{
    json_t *value = NULL;
    int rc = 0;

    if (text == NULL) {
        return 0;
    }
    rc = read_value(INPUT_NUMBER, text, &value);
    if (rc == 0 && json_is_number(value)) {
        *out = value;
        return 0;
    }
    json_decref(value);
    return rc == SAILS_ENOMEM ? rc : refuse(why, "%s \"%s\" is not a number", member, text);
}

static int add_item(const struct input *input, const char *text, const char *member,
                    struct buf *why, json_t *list)
{
    json_t *value = NULL;
    int rc = read_value(input->type->kind, text, &value);

    if (rc == 0) {
        rc = check_type(input, value);
    }
    if (rc == 0) {
        return json_array_append_new(list, value) == 0 ? 0 : SAILS_ENOMEM;
    }
    json_decref(value);
    return rc == SAILS_ENOMEM
               ? rc
               : refuse(why, "%s: \"%s\" is not of type %s", member, text, input->def->type);
}

static int read_list(const struct input *input, const char *const *texts, const char *member,
                     struct buf *why, json_t **out)
{
    int rc = 0;

    if (texts == NULL) {
        return 0;
    }
    *out = json_array();
    if (*out == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; rc == 0 && texts[i] != NULL; i++) {
        rc = add_item(input, texts[i], member, why, *out);
    }
    return rc == 0 && json_array_size(*out) == 0 ? refuse(why, "%s is empty", member) : rc;
}

/* ---- what the members say together ---- */

static int read_type(struct input *input, struct buf *why)
{
    const struct sails_input *def = input->def;
    const char *misplaced = NULL;
    int rc = 0;

    if (def->type == NULL) {
        return refuse(why, "it has no type");
    }
    rc = input_type_create(def->type, &input->type);
    if (rc == SAILS_EINVAL) {
        return refuse(why,
                      "\"%s\" is no type: it is string, number, boolean, json, ref, [type] or "
                      "{name: type}",
                      def->type);
    }
    if (rc < 0) {
        return rc;
    }
    misplaced = input_rule_find_misplaced(def, input->type->kind);
    if (misplaced != NULL) {
        return refuse(why, "%s is no rule for type %s", misplaced, def->type);
    }
    return 0;
}

static int check_presence(const struct input *input, struct buf *why)
{
    const struct sails_input *def = input->def;
    bool knows_null = input->type->kind == INPUT_JSON || input->type->kind == INPUT_REF;

    if (def->required && def->defaults_to != NULL) {
        return refuse(why, "it is required, and has a default");
    }
    if (def->allow_null && knows_null) {
        return refuse(why, "allow_null: null is of type %s already", def->type);
    }
    return 0;
}

static int read_bounds(struct input *input, struct buf *why)
{
    const struct sails_input *def = input->def;
    int rc = read_number(def->min, "min", why, &input->min);

    if (rc == 0) {
        rc = read_number(def->max, "max", why, &input->max);
    }
    if (rc < 0) {
        return rc;
    }
    if (input->min != NULL && input->max != NULL &&
        json_number_value(input->min) > json_number_value(input->max)) {
        return refuse(why, "min %s is greater than max %s", def->min, def->max);
    }
    if (def->max_length > 0 && def->min_length > def->max_length) {
        return refuse(why, "min_length %zu is greater than max_length %zu", def->min_length,
                      def->max_length);
    }
    return 0;
}

static int read_lists(struct input *input, struct buf *why)
{
    int rc = read_list(input, input->def->is_in, "is_in", why, &input->is_in);

    return rc == 0 ? read_list(input, input->def->is_not_in, "is_not_in", why, &input->is_not_in)
                   : rc;
}

static int read_rules(struct input *input, struct buf *why)
{
    const char *regex = input->def->regex;
    int rc = SAILS_EINVAL;

    if (regex == NULL || utf8_is_valid(str_bytes(str_from(regex)))) {
        rc = input_rule_add_all(input);
    }
    return rc == SAILS_EINVAL ? refuse(why, "regex does not compile: %s", regex) : rc;
}

/* A default is what the action gets unasked: it must be what a client could have sent. */
static int check_default(const struct input *input, struct buf *why)
{
    struct buf broken = {0};
    int rc = 0;

    if (json_is_null(input->default_value) && input->def->allow_null) {
        return 0;
    }
    rc = check_type(input, input->default_value);
    if (rc == SAILS_EINVAL) {
        return refuse(why, "the default %s is not of type %s", input->def->defaults_to,
                      input->def->type);
    }
    if (rc == 0) {
        input_rule_check(input, input->default_value, &broken);
        rc = buf_error(&broken);
    }
    if (rc == 0 && broken.len > 0) {
        rc = refuse(why, "the default %s breaks a rule of the input", input->def->defaults_to);
    }
    buf_deinit(&broken);
    return rc;
}

static int read_default(struct input *input, struct buf *why)
{
    const char *text = input->def->defaults_to;
    enum input_kind kind = input->type->kind;
    int rc = 0;

    if (text == NULL) {
        return 0;
    }
    rc = read_value(kind, text, &input->default_value);
    if (rc == SAILS_EJSON || rc == SAILS_EUTF8) {
        return refuse(why, "the default %s is not %s", text,
                      rc == SAILS_EJSON ? "JSON" : "valid UTF-8");
    }
    return rc == 0 ? check_default(input, why) : rc;
}

int input_init(struct input *input, const struct sails_input *def, struct buf *why)
{
    static int (*const steps[])(struct input * input, struct buf * why) = {
        read_type, read_bounds, read_lists, read_rules, read_default};
    int rc = 0;

    *input = (struct input){.def = def};
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(steps); i++) {
        rc = steps[i](input, why);
    }
    return rc == 0 ? check_presence(input, why) : rc;
}

void input_deinit(struct input *input)
{
    input_type_destroy(input->type);
    json_decref(input->default_value);
    json_decref(input->min);
    json_decref(input->max);
    json_decref(input->is_in);
    json_decref(input->is_not_in);
    rule_set_deinit(&input->rules);
    *input = (struct input){0};
}
