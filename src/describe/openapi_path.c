#include "describe/openapi_path.h"

#include "base/mem.h"
#include "router/route_pattern.h"

#include <sails/err.h>

/* A parameter of an address, with what leads in: "/:name?", "/.:ext" or ":name". */
struct param {
    struct str lead; /* "/", "." or both, or nothing */
    struct str name;
    bool is_optional;
};

static size_t count_while(struct str text, size_t from, bool (*is_part)(char c))
{
    size_t end = from;

    while (end < text.len && is_part(text.ptr[end])) {
        end++;
    }
    return end - from;
}

static bool is_lead_char(char c)
{
    return c == '/' || c == '.';
}

static bool take_param(struct str *rest, struct param *param)
{
    size_t lead = count_while(*rest, 0, is_lead_char);
    size_t name = 0;

    if (lead >= rest->len || rest->ptr[lead] != ':') {
        return false;
    }
    name = count_while(*rest, lead + 1, route_pattern_is_name_char);
    param->lead = (struct str){rest->ptr, lead};
    param->name = (struct str){rest->ptr + lead + 1, name};
    *rest = str_from_offset(*rest, lead + 1 + name);
    param->is_optional = rest->len > 0 && rest->ptr[0] == '?';
    *rest = str_from_offset(*rest, param->is_optional ? 1 : 0);
    return true;
}

size_t openapi_path_variants(struct str path)
{
    size_t n = 1;
    struct param param;

    if (str_starts_with(path, STR("r|"))) {
        return 0;
    }
    while (path.len > 0) {
        if (take_param(&path, &param)) {
            n += param.is_optional ? 1 : 0;
        } else {
            path = str_from_offset(path, 1);
        }
    }
    return n;
}

/* ---- writing ---- */

static int add_name(struct openapi_path *out, struct str name)
{
    buf_append_char(&out->text, '{');
    buf_append_str(&out->text, name);
    buf_append_char(&out->text, '}');
    buf_append_str(&out->shape, STR("{}"));
    return json_array_append_new(out->names, json_stringn(name.ptr, name.len)) == 0 ? 0
                                                                                    : SAILS_ENOMEM;
}

/* Braces have a meaning in templates only. Routes compare without case, and so do shapes. */
static void add_char(struct openapi_path *out, char c)
{
    if (c == '{' || c == '}') {
        buf_append_str(&out->text, c == '{' ? STR("%7B") : STR("%7D"));
        buf_append_str(&out->shape, c == '{' ? STR("%7B") : STR("%7D"));
    } else {
        buf_append_char(&out->text, c);
        buf_append_char(&out->shape, char_lower(c));
    }
}

static void add_text(struct openapi_path *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        add_char(out, text.ptr[i]);
    }
}

struct walk {
    struct openapi_path *out;
    size_t variant; /* optional parameters that are still to be written */
    size_t n_stars;
    const char *wildcard;
};

static int add_param(struct walk *walk, const struct param *param)
{
    if (param->is_optional && walk->variant == 0) {
        return 0;
    }
    walk->variant -= param->is_optional ? 1 : 0;
    add_text(walk->out, param->lead);
    return add_name(walk->out, param->name);
}

static int add_star(struct walk *walk)
{
    size_t n = walk->n_stars++;

    return add_name(walk->out, n == 0 && walk->wildcard != NULL ? str_from(walk->wildcard)
                                                                : route_pattern_number(n));
}

static int add_next(struct walk *walk, struct str *rest)
{
    struct param param;
    char c = rest->ptr[0];

    if (take_param(rest, &param)) {
        return add_param(walk, &param);
    }
    *rest = str_from_offset(*rest, 1);
    if (c == '*') {
        return add_star(walk);
    }
    add_char(walk->out, c);
    return 0;
}

/* One slash at the end does not matter to routes. */
static void end_template(struct buf *text)
{
    if (text->len > 1 && text->ptr[text->len - 1] == '/') {
        text->len--;
    }
    if (text->len == 0) {
        buf_append_char(text, '/');
    }
}

int openapi_path_init(struct openapi_path *out, struct str path, size_t variant,
                      const char *wildcard)
{
    struct walk walk = {.out = out, .variant = variant, .wildcard = wildcard};
    int rc = 0;

    *out = (struct openapi_path){.names = json_array()};
    if (str_eq(path, STR("*"))) {
        add_char(out, '/');
    }
    while (rc == 0 && path.len > 0) {
        rc = add_next(&walk, &path);
    }
    end_template(&out->text);
    end_template(&out->shape);
    if (rc < 0 || out->names == NULL || buf_error(&out->text) < 0 || buf_error(&out->shape) < 0) {
        return SAILS_ENOMEM;
    }
    return 0;
}

void openapi_path_deinit(struct openapi_path *path)
{
    buf_deinit(&path->text);
    buf_deinit(&path->shape);
    json_decref(path->names);
}
