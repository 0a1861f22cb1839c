#include "definitions/definition.h"

#include "base/distance.h"
#include "schema/inspect.h"

/* ---- lines ---- */

/* A name may have anything in it, and a line is a line. */
static void flatten(struct buf *out, size_t from)
{
    for (size_t i = from; i < out->len; i++) {
        if ((unsigned char)out->ptr[i] < ' ') {
            out->ptr[i] = ' ';
        }
    }
}

static void write_line(struct definition_reader *r, struct buf *out, const char *format,
                       va_list args) __attribute__((format(printf, 3, 0)));

static void write_line(struct definition_reader *r, struct buf *out, const char *format,
                       va_list args)
{
    size_t from = out->len;

    if (r->no_memory) {
        return; /* what has not been read only seems to be missing */
    }
    if (r->place != NULL) {
        buf_printf(out, "%s: ", r->place);
    }
    if (r->attribute != NULL) {
        buf_printf(out, "attribute `%s`: ", r->attribute);
    }
    buf_vprintf(out, format, args);
    flatten(out, from);
    buf_append_char(out, '\n');
    r->no_memory = r->no_memory || out->failed;
}

void definition_problem(struct definition_reader *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_line(r, r->problems, format, args);
    va_end(args);
    r->n_problems++;
    r->is_about_models = r->is_about_models || r->place != NULL;
}

void definition_warning(struct definition_reader *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_line(r, r->warnings, format, args);
    va_end(args);
}

/* NULL: none is near enough to have been meant. */
static const char *find_closest(const char *name, const char *const *known, size_t n_known)
{
    size_t limit = distance_limit(strlen(name));
    const char *closest = NULL;

    for (size_t i = 0; i < n_known; i++) {
        size_t distance = distance_between(str_from(name), str_from(known[i]));

        if (distance <= limit) {
            limit = distance;
            closest = known[i];
        }
    }
    return closest;
}

void definition_unknown(struct definition_reader *r, const char *what, const char *name,
                        const char *const *known, size_t n_known)
{
    const char *closest = find_closest(name, known, n_known);
    struct buf all = {0};

    if (closest != NULL) {
        definition_problem(r, "the %s `%s` isn't a recognized %s; is `%s` meant?", what, name, what,
                           closest);
        return;
    }
    for (size_t i = 0; i < n_known; i++) {
        buf_printf(&all, "%s%s", i == 0 ? "" : ", ", known[i]);
    }
    definition_problem(r, "the %s `%s` isn't a recognized %s; there are: %.*s", what, name, what,
                       STR_FMT(buf_str(&all)));
    buf_deinit(&all);
}

/* ---- memory ---- */

void *definition_calloc(struct definition_reader *r, size_t n, size_t size)
{
    void *given = arena_calloc(&r->orm->arena, n, size);

    r->no_memory = r->no_memory || given == NULL;
    return given;
}

struct str definition_copy(struct definition_reader *r, struct str text)
{
    char *copy = arena_strndup(&r->orm->arena, text.ptr, text.len);

    r->no_memory = r->no_memory || copy == NULL;
    return (struct str){copy, copy != NULL ? text.len : 0};
}

/* ---- values ---- */

static void refuse_value(struct definition_reader *r, const char *key, const char *must,
                         json_t *value)
{
    struct buf text = {0};

    inspect_value(&text, value);
    definition_problem(r, "`%s` must be %s, and is %.*s", key, must, STR_FMT(buf_str(&text)));
    buf_deinit(&text);
}

const char *definition_text(struct definition_reader *r, const char *key, json_t *value)
{
    const char *text = json_string_value(value);

    if (text == NULL || text[0] == '\0' || strlen(text) != json_string_length(value)) {
        refuse_value(r, key, "a text", value);
        return NULL;
    }
    return text;
}

void definition_flag(struct definition_reader *r, const char *key, json_t *value, bool *out)
{
    if (!json_is_boolean(value)) {
        refuse_value(r, key, "true or false", value);
        return;
    }
    *out = json_is_true(value);
}

const struct sails_model_function *definition_function(struct definition_reader *r, const char *key,
                                                       json_t *value)
{
    const struct definitions *given = r->given;
    const struct sails_model_function *function = NULL;
    const char *name = json_string_value(value);

    if (name == NULL || name[0] != '@' || name[1] == '\0') {
        refuse_value(r, key, "the name of a function, \"@name\"", value);
        return NULL;
    }
    if (given->find_function != NULL) {
        function = given->find_function(name + 1, given->ctx);
    }
    if (function == NULL) {
        definition_problem(r, "`%s`: there is no function `%s`", key, name + 1);
    }
    return function;
}
