#include "schema/inputs.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "schema/input_rule.h"

#include <sails/err.h>

/* ---- tables ---- */

static size_t count(const struct sails_input *table)
{
    size_t n = 0;

    while (table != NULL && table[n].name != NULL) {
        n++;
    }
    return n;
}

static bool has_name(const struct sails_input *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static int add_input(struct inputs *inputs, const struct sails_input *table, struct buf *why)
{
    const struct sails_input *def = &table[inputs->n];

    if (def->name[0] == '\0' || !utf8_is_valid(str_bytes(str_from(def->name)))) {
        buf_append_str(why, STR("that is no name"));
        return SAILS_ECONFIG;
    }
    if (has_name(table, inputs->n, def->name)) {
        buf_append_str(why, STR("there are two of that name"));
        return SAILS_ECONFIG;
    }
    return input_init(&inputs->all[inputs->n++], def, why);
}

static int add_all(struct inputs *inputs, const char *identity, const struct sails_action_def *def,
                   struct buf *why)
{
    struct buf reason = {0};
    size_t n = count(def->inputs);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = add_input(inputs, def->inputs, &reason);
        if (rc == SAILS_ECONFIG) {
            buf_printf(why, "Action \"%s\", input \"%s\": %.*s", identity, def->inputs[i].name,
                       STR_FMT(buf_str(&reason)));
        }
    }
    if (rc == 0 && def->url_wildcard_suffix != NULL &&
        !has_name(def->inputs, n, def->url_wildcard_suffix)) {
        buf_printf(why, "Action \"%s\": url_wildcard_suffix \"%s\" is not one of its inputs",
                   identity, def->url_wildcard_suffix);
        rc = SAILS_ECONFIG;
    }
    buf_deinit(&reason);
    return rc == SAILS_ECONFIG && buf_error(why) < 0 ? SAILS_ENOMEM : rc;
}

int inputs_create(const char *identity, const struct sails_action_def *def, struct buf *why,
                  struct inputs **out)
{
    struct inputs *inputs = NULL;
    int rc = 0;

    if (def->inputs == NULL) {
        *out = NULL;
        return 0;
    }
    inputs = mem_calloc(1, sizeof(*inputs) + count(def->inputs) * sizeof(inputs->all[0]));
    if (inputs == NULL) {
        return SAILS_ENOMEM;
    }
    inputs->url_wildcard_suffix = def->url_wildcard_suffix;
    rc = add_all(inputs, identity, def, why);
    if (rc < 0) {
        inputs_destroy(inputs);
        return rc;
    }
    *out = inputs;
    return 0;
}

void inputs_destroy(struct inputs *inputs)
{
    if (inputs == NULL) {
        return;
    }
    for (size_t i = 0; i < inputs->n; i++) {
        input_deinit(&inputs->all[i]);
    }
    mem_free(inputs);
}

/* ---- requests ---- */

struct reading {
    const struct inputs *inputs;
    const struct inputs_source *source;
    json_t *values;
    json_t *problems;
};

static int add_problem(struct reading *reading, struct buf *text)
{
    int rc = buf_error(text);

    if (rc == 0 &&
        json_array_append_new(reading->problems, json_stringn(text->ptr, text->len)) != 0) {
        rc = SAILS_ENOMEM;
    }
    buf_deinit(text);
    return rc;
}

static bool is_empty_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) == 0;
}

/* The parameter, with Sails' special cases of a query; NULL: it is missing. */
static json_t *find_value(const struct reading *reading, const struct input *input)
{
    const struct inputs_source *source = reading->source;
    const char *name = input->def->name;
    const char *wildcard = reading->inputs->url_wildcard_suffix;
    bool is_empty_in_query = is_empty_text(source->query(source->ctx, name));

    if (is_empty_in_query && input->type->kind == INPUT_BOOLEAN) {
        return json_true();
    }
    if (is_empty_in_query && input->type->kind == INPUT_NUMBER) {
        return NULL;
    }
    if (wildcard != NULL && strcmp(name, wildcard) == 0) {
        return source->param(source->ctx, "0");
    }
    return source->param(source->ctx, name);
}

/* What may not be there at all, whatever its type. False: nothing to say against it. */
static bool write_presence_problem(struct buf *text, const struct input *input, const json_t *value)
{
    const struct sails_input *def = input->def;
    bool knows_null = input->type->kind == INPUT_JSON || input->type->kind == INPUT_REF;

    if (value == NULL && def->required) {
        buf_printf(text, "\"%s\" is required, but it was not defined.", def->name);
    } else if (is_empty_text(value) && def->required) {
        buf_printf(text, "Invalid \"%s\":  Cannot use '' (empty string) for a required input.",
                   def->name);
    } else if (json_is_null(value) && !def->allow_null && def->required) {
        buf_printf(text, "Invalid \"%s\":  Cannot use `null` for this required input.", def->name);
    } else if (json_is_null(value) && !def->allow_null && !knows_null) {
        buf_printf(text,
                   "Invalid \"%s\":  Cannot use `null`.  Even though this input is optional, it "
                   "still does not allow `null` to be explicitly passed in, because `null` is not "
                   "a valid %s.  Instead, to leave out this value, please omit it altogether.",
                   def->name, input_kind_noun(input->type->kind));
    }
    return text->len > 0 || text->failed;
}

/* "Invalid "tags"", and of lists that at least are no scalars "Invalid "tags" array". */
static int add_misfits(struct reading *reading, const struct input *input, const json_t *value,
                       const struct buf *misfits)
{
    struct buf text = {0};
    bool is_listed =
        input->type->kind == INPUT_ARRAY && (json_is_array(value) || json_is_object(value));

    buf_printf(&text, "Invalid \"%s\"%s:", input->def->name, is_listed ? " array" : "");
    buf_append_str(&text, buf_str(misfits));
    return add_problem(reading, &text);
}

/* *fitted is a new reference; the value as it came where it does not fit. */
static int fit_value(struct reading *reading, const struct input *input, json_t *value,
                     json_t **fitted)
{
    struct buf text = {0};
    int rc = 0;

    *fitted = json_incref(value);
    if (write_presence_problem(&text, input, value)) {
        return add_problem(reading, &text);
    }
    if (value == NULL || json_is_null(value)) {
        return 0;
    }
    rc = input_type_fit(input->type, value, &text, fitted);
    if (rc == 0) {
        json_decref(value);
    }
    if (rc == SAILS_EINVAL) {
        rc = add_misfits(reading, input, value, &text);
    }
    buf_deinit(&text);
    return rc;
}

static int check_rules(struct reading *reading, const struct input *input, json_t *value)
{
    struct buf broken = {0};
    struct buf text = {0};
    int rc = 0;

    input_rule_check(input, value, &broken);
    rc = buf_error(&broken);
    if (rc == 0 && broken.len > 0) {
        buf_printf(&text, "Invalid \"%s\":", input->def->name);
        buf_append_str(&text, buf_str(&broken));
        rc = add_problem(reading, &text);
    }
    buf_deinit(&broken);
    return rc;
}

/* A default is copied: the action may change what it gets. */
static int add_default(struct reading *reading, const struct input *input)
{
    if (input->default_value == NULL) {
        return 0;
    }
    return json_object_set_new(reading->values, input->def->name,
                               json_deep_copy(input->default_value)) == 0
               ? 0
               : SAILS_ENOMEM;
}

static int read_input(struct reading *reading, const struct input *input)
{
    json_t *value = NULL;
    int rc = fit_value(reading, input, find_value(reading, input), &value);

    if (rc == 0 && value == NULL) {
        return add_default(reading, input);
    }
    if (rc == 0) {
        rc = check_rules(reading, input, value);
    }
    if (rc == 0 && json_object_set(reading->values, input->def->name, value) != 0) {
        rc = SAILS_ENOMEM;
    }
    json_decref(value);
    return rc;
}

int inputs_read(const struct inputs *inputs, const struct inputs_source *source, json_t **values,
                json_t **problems)
{
    struct reading reading = {inputs, source, json_object(), json_array()};
    int rc = reading.values != NULL && reading.problems != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; rc == 0 && i < inputs->n; i++) {
        rc = read_input(&reading, &inputs->all[i]);
    }
    if (rc == 0 && json_array_size(reading.problems) > 0) {
        *problems = json_incref(reading.problems);
        rc = SAILS_EINVAL;
    } else if (rc == 0) {
        *values = json_incref(reading.values);
    }
    json_decref(reading.values);
    json_decref(reading.problems);
    return rc;
}

/* ---- the answer ---- */

json_t *inputs_refusal(const char *method, const char *path, json_t *problems, bool is_production)
{
    static const char tip[] =
        "  **The following additional tip will not be shown in production**:  Tip: Check your "
        "client-side code to make sure that the request data it sends matches the expectations of "
        "the corresponding parameters in your server-side route/action.  Also check that your "
        "client-side code sends data for every required parameter.  Finally, for "
        "programmatically-parseable details about each validation error, `.problems`. (Just "
        "remember, any time you inject dynamic data into the HTML, be sure to escape the strings at "
        "the point of injection.)";
    bool is_text = utf8_is_valid(str_bytes(str_from(path))); /* a client may send any bytes */
    struct buf message = {0};
    size_t n = json_array_size(problems);
    json_t *refusal = NULL;

    buf_printf(&message,
               "The server could not fulfill this request (`%s %s`) due to %zu missing or invalid "
               "parameter%s.%s",
               method, is_text ? path : "?", n, n == 1 ? "" : "s", is_production ? "" : tip);
    if (buf_error(&message) == 0) {
        refusal = json_pack("{s:s, s:O, s:s%}", "code", "E_MISSING_OR_INVALID_PARAMS", "problems",
                            problems, "message", message.ptr, message.len);
    }
    buf_deinit(&message);
    json_decref(problems);
    return refusal;
}
