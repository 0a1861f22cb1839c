#include "schema/input_type.h"

#include "base/mem.h"

#include <sails/err.h>

/*
 *     type    word | "[" [type] "]" | "{" [member {"," member}] "}"
 *     member  name ":" type
 *     word    string | number | boolean | json | ref, in double quotes or without
 *     name    letters, digits, "_", "-", "$"; or anything in double quotes
 *
 * So JSON is a spelling of it, {"a": "number"}, but C programmers need not escape quotes.
 */

static const struct {
    const char *noun;
    const char *phrase;
    const char *plural;
} kinds[] = {
    [INPUT_STRING] = {"string", "a string", "strings"},
    [INPUT_NUMBER] = {"number", "a number", "numbers"},
    [INPUT_BOOLEAN] = {"boolean", "a boolean", "booleans"},
    [INPUT_JSON] = {"JSON-compatible value", "a JSON-compatible value", "JSON-compatible values"},
    [INPUT_REF] = {"value", "a value", "values"},
    [INPUT_ARRAY] = {"array", "an array", "arrays"},
    [INPUT_DICTIONARY] = {"dictionary", "a dictionary", "dictionaries"},
};

const char *input_kind_phrase(enum input_kind kind)
{
    return kinds[kind].phrase;
}

const char *input_kind_plural(enum input_kind kind)
{
    return kinds[kind].plural;
}

const char *input_kind_noun(enum input_kind kind)
{
    return kinds[kind].noun;
}

/* ---- reading ---- */

static int parse_type(struct str *rest, unsigned depth, struct input_type **out);

static void skip_blanks(struct str *rest)
{
    while (rest->len > 0 && strchr(" \t\n", rest->ptr[0]) != NULL) {
        *rest = str_from_offset(*rest, 1);
    }
}

/* The next sign, with the blanks before and behind it. */
static bool take_sign(struct str *rest, char sign)
{
    skip_blanks(rest);
    if (rest->len == 0 || rest->ptr[0] != sign) {
        return false;
    }
    *rest = str_from_offset(*rest, 1);
    skip_blanks(rest);
    return true;
}

static bool is_word_char(char c)
{
    return char_is_alnum(c) || c == '_' || c == '-' || c == '$';
}

static bool take_word(struct str *rest, struct str *word)
{
    size_t len = 0;

    if (take_sign(rest, '"')) {
        len = str_find(*rest, '"');
        *word = (struct str){rest->ptr, len};
        if (len == rest->len) {
            return false;
        }
        *rest = str_from_offset(*rest, len + 1);
        return len > 0;
    }
    while (len < rest->len && is_word_char(rest->ptr[len])) {
        len++;
    }
    *word = (struct str){rest->ptr, len};
    *rest = str_from_offset(*rest, len);
    return len > 0;
}

static bool find_kind(struct str word, enum input_kind *kind)
{
    static const struct {
        const char *word;
        enum input_kind kind;
    } words[] = {
        {"string", INPUT_STRING}, {"number", INPUT_NUMBER}, {"boolean", INPUT_BOOLEAN},
        {"json", INPUT_JSON},     {"ref", INPUT_REF},
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(word, str_from(words[i].word))) {
            *kind = words[i].kind;
            return true;
        }
    }
    return false;
}

static int parse_part(struct str *rest, unsigned depth, struct input_type *whole,
                      struct input_type **part)
{
    int rc = parse_type(rest, depth + 1, part);

    if (rc == 0) {
        list_append(&whole->parts, &(*part)->in_parent);
    }
    return rc;
}

static int parse_array(struct str *rest, unsigned depth, struct input_type *array)
{
    struct input_type *item = NULL;
    int rc = 0;

    array->kind = INPUT_ARRAY;
    if (take_sign(rest, ']')) {
        return 0;
    }
    rc = parse_part(rest, depth, array, &item);
    return rc == 0 && !take_sign(rest, ']') ? SAILS_EINVAL : rc;
}

static bool has_member(const struct input_type *dictionary, struct str name)
{
    list_each(node, &dictionary->parts) {
        if (str_eq(str_from(container_of(node, struct input_type, in_parent)->name), name)) {
            return true;
        }
    }
    return false;
}

static int parse_member(struct str *rest, unsigned depth, struct input_type *dictionary)
{
    struct input_type *member = NULL;
    struct str name;
    int rc = 0;

    if (!take_word(rest, &name) || !take_sign(rest, ':') || has_member(dictionary, name)) {
        return SAILS_EINVAL;
    }
    rc = parse_part(rest, depth, dictionary, &member);
    if (rc == 0) {
        member->name = mem_strndup(name.ptr, name.len);
        rc = member->name != NULL ? 0 : SAILS_ENOMEM;
    }
    return rc;
}

static int parse_dictionary(struct str *rest, unsigned depth, struct input_type *dictionary)
{
    int rc = 0;

    dictionary->kind = INPUT_DICTIONARY;
    if (take_sign(rest, '}')) {
        return 0;
    }
    do {
        rc = parse_member(rest, depth, dictionary);
    } while (rc == 0 && take_sign(rest, ','));
    return rc == 0 && !take_sign(rest, '}') ? SAILS_EINVAL : rc;
}

static int parse_kind(struct str *rest, struct input_type *type)
{
    struct str word;

    return take_word(rest, &word) && find_kind(word, &type->kind) ? 0 : SAILS_EINVAL;
}

static int parse_type(struct str *rest, unsigned depth, struct input_type **out)
{
    struct input_type *type = NULL;
    int rc = 0;

    if (depth > INPUT_TYPE_DEPTH_MAX) {
        return SAILS_EINVAL;
    }
    type = mem_calloc(1, sizeof(*type));
    if (type == NULL) {
        return SAILS_ENOMEM;
    }
    list_init(&type->parts);
    if (take_sign(rest, '[')) {
        rc = parse_array(rest, depth, type);
    } else if (take_sign(rest, '{')) {
        rc = parse_dictionary(rest, depth, type);
    } else {
        rc = parse_kind(rest, type);
    }
    if (rc < 0) {
        input_type_destroy(type);
        return rc;
    }
    *out = type;
    return 0;
}

int input_type_create(const char *text, struct input_type **out)
{
    struct str rest = str_from(text);
    struct input_type *type = NULL;
    int rc = parse_type(&rest, 0, &type);

    skip_blanks(&rest);
    if (rc == 0 && rest.len > 0) {
        input_type_destroy(type);
        rc = SAILS_EINVAL;
    }
    if (rc == 0) {
        *out = type;
    }
    return rc;
}

void input_type_destroy(struct input_type *type)
{
    if (type == NULL) {
        return;
    }
    while (!list_is_empty(&type->parts)) {
        input_type_destroy(
            container_of(list_take_first(&type->parts), struct input_type, in_parent));
    }
    mem_free(type->name);
    mem_free(type);
}
