#include "schema/input_rule.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "schema/inspect.h"
#include "schema/text_rule.h"

#include <math.h>

/*
 * Rules look at a value whatever its type: one that did not fit has still all its rules checked, as in
 * Sails, so that a client sees all that is wrong with it.
 */

struct rule {
    const char *name;
    size_t offset, size; /* of its member: all bytes 0 where the rule is not given */
    unsigned kinds;      /* that may have it: bit 1 << enum input_kind */
    bool minds_empty;    /* whether the empty text can break it */
    void (*check)(const struct rule *rule, const struct input *input, json_t *value,
                  struct buf *out);
    bool (*is_form)(struct str text); /* of check_form */
    const char *form;
};

static struct str text_of(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

static bool is_empty_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) == 0;
}

/* "Value ('x')" */
static void write_subject(struct buf *out, json_t *value)
{
    buf_append_str(out, STR("Value ("));
    inspect_value(out, value);
    buf_append_char(out, ')');
}

/* ---- texts ---- */

/* False: no rule about texts need be asked. */
static bool is_text(json_t *value, struct buf *out)
{
    if (!json_is_string(value)) {
        buf_append_str(out, STR("Value was not a string."));
    }
    return json_is_string(value);
}

static void check_form(const struct rule *rule, const struct input *input, json_t *value,
                       struct buf *out)
{
    (void)input;
    if (is_text(value, out) && !rule->is_form(text_of(value))) {
        write_subject(out, value);
        buf_printf(out, " was not a valid %s.", rule->form);
    }
}

/* Its number is nobody's business. */
static void check_credit_card(const struct rule *rule, const struct input *input, json_t *value,
                              struct buf *out)
{
    (void)rule;
    (void)input;
    if (is_text(value, out) && !text_is_credit_card(text_of(value))) {
        buf_append_str(out, STR("Value was not a valid credit card."));
    }
}

static void check_not_empty(const struct rule *rule, const struct input *input, json_t *value,
                            struct buf *out)
{
    (void)rule;
    (void)input;
    if (is_empty_text(value)) {
        write_subject(out, value);
        buf_append_str(out, STR(" was an empty string."));
    }
}

static void check_min_length(const struct rule *rule, const struct input *input, json_t *value,
                             struct buf *out)
{
    (void)rule;
    if (is_text(value, out) && utf8_utf16_len(text_of(value)) < input->def->min_length) {
        write_subject(out, value);
        buf_printf(out, " was shorter than the configured minimum length (%zu)",
                   input->def->min_length);
    }
}

/* Sails tells the excess as a negative number. */
static void check_max_length(const struct rule *rule, const struct input *input, json_t *value,
                             struct buf *out)
{
    size_t max = input->def->max_length;
    size_t len = utf8_utf16_len(text_of(value));

    (void)rule;
    if (is_text(value, out) && len > max) {
        buf_printf(out, "Value was %zu character%s longer than the configured maximum length (%zu)",
                   len - max, len - max == 1 ? "" : "s", max);
    }
}

/* A text that takes too long to compare does not match. */
static void check_regex(const struct rule *rule, const struct input *input, json_t *value,
                        struct buf *out)
{
    (void)rule;
    if (is_text(value, out) && text_pattern_match(input->regex, text_of(value)) != 1) {
        write_subject(out, value);
        buf_printf(out, " did not match the configured regular expression (/%s/)",
                   input->def->regex);
    }
}

/* ---- numbers ---- */

static bool is_number(json_t *value, struct buf *out)
{
    if (!json_is_number(value)) {
        buf_append_str(out, STR("Value was not a number."));
    }
    return json_is_number(value);
}

static bool is_integer(const json_t *value)
{
    double number = json_real_value(value);

    return json_is_integer(value) || (json_is_real(value) && number == floor(number));
}

static void check_integer(const struct rule *rule, const struct input *input, json_t *value,
                          struct buf *out)
{
    (void)rule;
    (void)input;
    if (!is_integer(value)) {
        write_subject(out, value);
        buf_append_str(out, STR(" was not an integer."));
    }
}

static void check_min(const struct rule *rule, const struct input *input, json_t *value,
                      struct buf *out)
{
    (void)rule;
    if (is_number(value, out) && json_number_value(value) < json_number_value(input->min)) {
        write_subject(out, value);
        buf_append_str(out, STR(" was less than the configured minimum ("));
        inspect_value(out, input->min);
        buf_append_char(out, ')');
    }
}

static void check_max(const struct rule *rule, const struct input *input, json_t *value,
                      struct buf *out)
{
    (void)rule;
    if (is_number(value, out) && json_number_value(value) > json_number_value(input->max)) {
        write_subject(out, value);
        buf_append_str(out, STR(" was greater than the configured maximum ("));
        inspect_value(out, input->max);
        buf_append_char(out, ')');
    }
}

/* ---- lists, and the application's own ---- */

/* 5 and 5.0 are one number in JavaScript. */
static bool is_same(const json_t *a, const json_t *b)
{
    return json_is_number(a) && json_is_number(b) ? json_number_value(a) == json_number_value(b)
                                                  : json_equal(a, b) != 0;
}

static bool has_item(const json_t *list, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (is_same(json_array_get(list, i), value)) {
            return true;
        }
    }
    return false;
}

static void write_list(struct buf *out, json_t *value, const char *what, const char *const *texts)
{
    write_subject(out, value);
    buf_printf(out, " was %s (", what);
    for (size_t i = 0; texts[i] != NULL; i++) {
        buf_append_str(out, i == 0 ? STR("") : STR(", "));
        buf_append_str(out, str_from(texts[i]));
    }
    buf_append_char(out, ')');
}

static void check_is_in(const struct rule *rule, const struct input *input, json_t *value,
                        struct buf *out)
{
    (void)rule;
    if (!has_item(input->is_in, value)) {
        write_list(out, value, "not in the configured whitelist", input->def->is_in);
    }
}

static void check_is_not_in(const struct rule *rule, const struct input *input, json_t *value,
                            struct buf *out)
{
    (void)rule;
    if (has_item(input->is_not_in, value)) {
        write_list(out, value, "in the configured blacklist", input->def->is_not_in);
    }
}

static void check_custom(const struct rule *rule, const struct input *input, json_t *value,
                         struct buf *out)
{
    (void)rule;
    if (!input->def->custom(value)) {
        write_subject(out, value);
        buf_append_str(out, STR(" failed custom validation."));
    }
}

/* ---- the table ---- */

enum {
    TEXTS = 1 << INPUT_STRING,
    NUMBERS = 1 << INPUT_NUMBER,
    ANY_JSON = 1 << INPUT_JSON | 1 << INPUT_REF,
    ALL_KINDS =
        TEXTS | NUMBERS | ANY_JSON | 1 << INPUT_BOOLEAN | 1 << INPUT_ARRAY | 1 << INPUT_DICTIONARY
};

#define MEMBER(member)                                                                             \
    .name = #member, .offset = offsetof(struct sails_input, member),                               \
    .size = sizeof(((struct sails_input *)NULL)->member)
#define FORM(member, function, noun)                                                               \
    {                                                                                              \
        MEMBER(member), .kinds = TEXTS, .check = check_form, .is_form = (function), .form = (noun) \
    }

/* In the order in which Sails' messages come. */
static const struct rule rules[] = {
    {MEMBER(is_not_empty_string), .kinds = TEXTS | ANY_JSON, .minds_empty = true,
     .check = check_not_empty},
    {MEMBER(is_integer), .kinds = NUMBERS | ANY_JSON, .minds_empty = true, .check = check_integer},
    {MEMBER(max), .kinds = NUMBERS | ANY_JSON, .minds_empty = true, .check = check_max},
    {MEMBER(min), .kinds = NUMBERS | ANY_JSON, .minds_empty = true, .check = check_min},
    {MEMBER(is_credit_card), .kinds = TEXTS, .check = check_credit_card},
    FORM(is_email, text_is_email, "email address"),
    FORM(is_hex_color, text_is_hex_color, "hex color"),
    {MEMBER(is_in), .kinds = TEXTS | NUMBERS, .check = check_is_in},
    FORM(is_ip, text_is_ip, "IP address"),
    {MEMBER(is_not_in), .kinds = TEXTS | NUMBERS, .check = check_is_not_in},
    FORM(is_url, text_is_url, "URL"),
    FORM(is_uuid, text_is_uuid, "UUID"),
    {MEMBER(min_length), .kinds = TEXTS, .check = check_min_length},
    {MEMBER(max_length), .kinds = TEXTS, .check = check_max_length},
    {MEMBER(regex), .kinds = TEXTS, .check = check_regex},
    {MEMBER(custom), .kinds = ALL_KINDS, .minds_empty = true, .check = check_custom},
};

static bool is_given(const struct rule *rule, const struct sails_input *def)
{
    const char *member = (const char *)def + rule->offset;

    for (size_t i = 0; i < rule->size; i++) {
        if (member[i] != 0) {
            return true;
        }
    }
    return false;
}

void input_rule_check(const struct input *input, json_t *value, struct buf *broken)
{
    if (json_is_null(value)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        const struct rule *rule = &rules[i];
        struct buf line = {0};

        if (!is_given(rule, input->def) || (is_empty_text(value) && !rule->minds_empty)) {
            continue;
        }
        rule->check(rule, input, value, &line);
        if (line.len > 0) {
            buf_append_str(broken, STR("\n  · "));
            buf_append_str(broken, buf_str(&line));
        }
        broken->failed = broken->failed || line.failed;
        buf_deinit(&line);
    }
}

const char *input_rule_find_misplaced(const struct sails_input *def, enum input_kind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (is_given(&rules[i], def) && (rules[i].kinds & (1U << kind)) == 0) {
            return rules[i].name;
        }
    }
    return NULL;
}
