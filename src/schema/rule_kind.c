#include "schema/rule_kind.h"

#include "base/iso_time.h"
#include "base/json_value.h"
#include "base/macros.h"
#include "base/utf8.h"
#include "schema/inspect.h"
#include "schema/text_rule.h"

#include <math.h>
#include <sails/err.h>

/*
 * Rules look at a value whatever its type: one that did not fit has still all its rules checked, as in
 * Sails, so that a client sees all that is wrong with it.
 */

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

/* As JavaScript makes text of it: without quotes. */
static void write_plain(struct buf *out, json_t *value)
{
    if (json_is_string(value)) {
        buf_append_str(out, json_value_text(value));
    } else if (!json_is_null(value)) {
        inspect_value(out, value);
    }
}

/* "Value ('x') was <what> (<config>)" */
static void write_bound(struct buf *out, json_t *value, const char *what, json_t *config)
{
    write_subject(out, value);
    buf_printf(out, " was %s (", what);
    write_plain(out, config);
    buf_append_char(out, ')');
}

/* ---- types ---- */

static void check_boolean(const struct rule *rule, json_t *value, struct buf *out)
{
    (void)rule;
    if (!json_is_boolean(value)) {
        write_subject(out, value);
        buf_append_str(out, STR(" was not a boolean."));
    }
}

static void check_number(const struct rule *rule, json_t *value, struct buf *out)
{
    (void)rule;
    if (!json_is_number(value)) {
        write_subject(out, value);
        buf_append_str(out, STR(" was not a number."));
    }
}

static void check_string(const struct rule *rule, json_t *value, struct buf *out)
{
    (void)rule;
    if (!json_is_string(value)) {
        write_subject(out, value);
        buf_append_str(out, STR(" was not a string."));
    }
}

static void check_not_empty(const struct rule *rule, json_t *value, struct buf *out)
{
    (void)rule;
    if (is_empty_text(value)) {
        write_subject(out, value);
        buf_append_str(out, STR(" was an empty string."));
    }
}

static void check_integer(const struct rule *rule, json_t *value, struct buf *out)
{
    double number = json_real_value(value);

    (void)rule;
    if (!json_is_integer(value) && !(json_is_real(value) && number == floor(number))) {
        write_subject(out, value);
        buf_append_str(out, STR(" was not an integer."));
    }
}

/* ---- texts ---- */

/* False: the rule need not be asked. */
static bool is_text(json_t *value, struct buf *out)
{
    if (!json_is_string(value)) {
        buf_append_str(out, STR("Value was not a string."));
    }
    return json_is_string(value);
}

static void check_form(const struct rule *rule, json_t *value, struct buf *out)
{
    if (is_text(value, out) && !rule->kind->is_form(json_value_text(value))) {
        write_subject(out, value);
        buf_printf(out, " was not a valid %s.", rule->kind->form);
    }
}

/* Its number is nobody's business. */
static void check_credit_card(const struct rule *rule, json_t *value, struct buf *out)
{
    (void)rule;
    if (is_text(value, out) && !text_rule_is_credit_card(json_value_text(value))) {
        buf_append_str(out, STR("Value was not a valid credit card."));
    }
}

static void check_min_length(const struct rule *rule, json_t *value, struct buf *out)
{
    if (is_text(value, out) && (double)utf8_utf16_len(json_value_text(value)) < rule->number) {
        write_bound(out, value, "shorter than the configured minimum length", rule->config);
    }
}

/* Sails tells the excess as a negative number. */
static void check_max_length(const struct rule *rule, json_t *value, struct buf *out)
{
    double excess = (double)utf8_utf16_len(json_value_text(value)) - rule->number;

    if (is_text(value, out) && excess > 0) {
        buf_printf(out, "Value was %.0f character%s longer than the configured maximum length (",
                   excess, excess == 1 ? "" : "s");
        write_plain(out, rule->config);
        buf_append_char(out, ')');
    }
}

/* A text that takes too long to compare does not match. */
static void check_regex(const struct rule *rule, json_t *value, struct buf *out)
{
    if (!is_text(value, out)) {
        return;
    }
    int rc = text_pattern_match(rule->pattern, json_value_text(value));

    out->failed = out->failed || rc == SAILS_ENOMEM;
    if (rc != 1) {
        struct str text = json_value_text(rule->config);
        bool is_bare = text.len < 2 || text.ptr[0] != '/';

        write_subject(out, value);
        buf_append_str(out, STR(" did not match the configured regular expression ("));
        buf_append_str(out, is_bare ? STR("/") : STR(""));
        buf_append_str(out, text);
        buf_append_str(out, is_bare ? STR("/)") : STR(")"));
    }
}

/* ---- numbers and moments ---- */

static bool is_number(json_t *value, struct buf *out)
{
    if (!json_is_number(value)) {
        buf_append_str(out, STR("Value was not a number."));
    }
    return json_is_number(value);
}

static void check_min(const struct rule *rule, json_t *value, struct buf *out)
{
    if (is_number(value, out) && json_number_value(value) < rule->number) {
        write_bound(out, value, "less than the configured minimum", rule->config);
    }
}

static void check_max(const struct rule *rule, json_t *value, struct buf *out)
{
    if (is_number(value, out) && json_number_value(value) > rule->number) {
        write_bound(out, value, "greater than the configured maximum", rule->config);
    }
}

/* NaN: it is no moment, and neither before nor after any. */
static double moment_of(const json_t *value)
{
    int64_t ms = 0;

    if (json_is_number(value)) {
        return json_number_value(value);
    }
    return json_is_string(value) && iso_time_parse(json_value_text(value), &ms) ? (double)ms : NAN;
}

static void check_after(const struct rule *rule, json_t *value, struct buf *out)
{
    if (!(moment_of(value) > rule->number)) {
        write_bound(out, value, "before the configured time", rule->config);
    }
}

static void check_before(const struct rule *rule, json_t *value, struct buf *out)
{
    if (!(moment_of(value) < rule->number)) {
        write_bound(out, value, "after the configured time", rule->config);
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

static void write_list(struct buf *out, json_t *value, const char *what, const json_t *list)
{
    write_subject(out, value);
    buf_printf(out, " was %s (", what);
    for (size_t i = 0; i < json_array_size(list); i++) {
        buf_append_str(out, i == 0 ? STR("") : STR(", "));
        write_plain(out, json_array_get(list, i));
    }
    buf_append_char(out, ')');
}

static void check_is_in(const struct rule *rule, json_t *value, struct buf *out)
{
    if (!has_item(rule->config, value)) {
        write_list(out, value, "not in the configured whitelist", rule->config);
    }
}

static void check_is_not_in(const struct rule *rule, json_t *value, struct buf *out)
{
    if (has_item(rule->config, value)) {
        write_list(out, value, "in the configured blacklist", rule->config);
    }
}

static void check_custom(const struct rule *rule, json_t *value, struct buf *out)
{
    json_t *message = NULL;

    if (!rule->custom.passes(rule->custom.ctx, value, &message)) {
        if (json_is_string(message) && json_string_length(message) > 0) {
            buf_append_str(out, json_value_text(message));
        } else {
            write_subject(out, value);
            buf_append_str(out, STR(" failed custom validation."));
        }
    }
    json_decref(message);
}

/* ---- configurations ---- */

static int refuse(struct buf *why, const char *must, json_t *config)
{
    buf_printf(why, "must be %s, and is ", must);
    inspect_value(why, config);
    return buf_error(why) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
}

static int configure_number(struct rule *rule, json_t *config, struct buf *why)
{
    if (!json_is_number(config)) {
        return refuse(why, "a number", config);
    }
    rule->number = json_number_value(config);
    return 0;
}

static int configure_length(struct rule *rule, json_t *config, struct buf *why)
{
    double length = json_number_value(config);

    if (!json_is_number(config) || length < 0 || length != floor(length)) {
        return refuse(why, "a whole number, 0 or more", config);
    }
    rule->number = length;
    return 0;
}

static int configure_moment(struct rule *rule, json_t *config, struct buf *why)
{
    rule->number = moment_of(config);
    if (isnan(rule->number)) {
        return refuse(why, "milliseconds since 1970, or a date as ISO 8601 writes it", config);
    }
    return 0;
}

static int configure_list(struct rule *rule, json_t *config, struct buf *why)
{
    (void)rule;
    return json_is_array(config) ? 0 : refuse(why, "a list", config);
}

static int configure_regex(struct rule *rule, json_t *config, struct buf *why)
{
    int rc = json_is_string(config) ? text_pattern_create(json_value_text(config), &rule->pattern)
                                    : SAILS_EINVAL;

    return rc == SAILS_EINVAL ? refuse(why, "a regular expression", config) : rc;
}

/* ---- the table ---- */

enum {
    ANY = RULE_FOR_STRING | RULE_FOR_NUMBER | RULE_FOR_BOOLEAN | RULE_FOR_JSON | RULE_FOR_WHOLE
};

#define FORM(rule, function, noun)                                                                 \
    {                                                                                              \
        .name = (rule), .purpose = RULE_FOR_STRING | RULE_FOR_JSON, .check = check_form,           \
        .is_form = (function), .form = (noun)                                                      \
    }

static const struct rule_kind kinds[] = {
    {"isBoolean", RULE_FOR_JSON, .minds_empty = true, .check = check_boolean},
    {"isNotEmptyString", RULE_FOR_STRING | RULE_FOR_JSON, .minds_empty = true,
     .check = check_not_empty},
    {"isInteger", RULE_FOR_NUMBER | RULE_FOR_JSON, .minds_empty = true, .check = check_integer},
    {"isNumber", RULE_FOR_JSON, .minds_empty = true, .check = check_number},
    {"isString", RULE_FOR_JSON, .minds_empty = true, .check = check_string},
    {"max", RULE_FOR_NUMBER | RULE_FOR_JSON, .minds_empty = true, .check = check_max,
     .configure = configure_number},
    {"min", RULE_FOR_NUMBER | RULE_FOR_JSON, .minds_empty = true, .check = check_min,
     .configure = configure_number},
    {"isAfter", RULE_FOR_STRING | RULE_FOR_NUMBER | RULE_FOR_JSON, .check = check_after,
     .configure = configure_moment},
    {"isBefore", RULE_FOR_STRING | RULE_FOR_NUMBER | RULE_FOR_JSON, .check = check_before,
     .configure = configure_moment},
    {"isCreditCard", RULE_FOR_STRING | RULE_FOR_JSON, .check = check_credit_card},
    FORM("isEmail", text_rule_is_email, "email address"),
    FORM("isHexColor", text_rule_is_hex_color, "hex color"),
    {"isIn", RULE_FOR_STRING | RULE_FOR_NUMBER | RULE_FOR_JSON, .check = check_is_in,
     .configure = configure_list},
    FORM("isIP", text_rule_is_ip, "IP address"),
    {"isNotIn", RULE_FOR_STRING | RULE_FOR_NUMBER | RULE_FOR_JSON, .check = check_is_not_in,
     .configure = configure_list},
    FORM("isURL", text_rule_is_url, "URL"),
    FORM("isUUID", text_rule_is_uuid, "UUID"),
    {"minLength", RULE_FOR_STRING | RULE_FOR_JSON, .check = check_min_length,
     .configure = configure_length},
    {"maxLength", RULE_FOR_STRING | RULE_FOR_JSON, .check = check_max_length,
     .configure = configure_length},
    {"regex", RULE_FOR_STRING | RULE_FOR_JSON, .check = check_regex, .configure = configure_regex},
    {"custom", ANY, .minds_empty = true, .check = check_custom},
};

/* Few and seldom: definitions are read once. */
const struct rule_kind *rule_kind_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

const struct rule_kind *rule_kind_at(size_t i)
{
    return i < ARRAY_LEN(kinds) ? &kinds[i] : NULL;
}

int rule_kind_configure(struct rule *rule, json_t *config, struct buf *why)
{
    if (rule->kind->configure != NULL) {
        return rule->kind->configure(rule, config, why);
    }
    return json_is_true(config) ? 0 : refuse(why, "true, or be left out", config);
}

void rule_kind_check(const struct rule *rule, json_t *value, struct buf *out)
{
    if (rule->kind->minds_empty || !is_empty_text(value)) {
        rule->kind->check(rule, value, out);
    }
}
