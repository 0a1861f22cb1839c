#include "config/config_typed.h"

#include "base/utf8.h"
#include "config/config_names.h"

#include <sails/err.h>

/* ---- numbers ---- */

static const char *skip_digits(const char *text)
{
    while (char_is_digit(*text)) {
        text++;
    }
    return text;
}

/* 0x and hexadecimal digits, as many as fit into 64 bits with their sign. */
static json_t *read_hex(const char *text)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *number = text + 2;
    size_t len = 0;

    if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) {
        return NULL;
    }
    len = strlen(number);
    if (len == 0 || len > 15 || strspn(number, digits) != len) {
        return NULL;
    }
    return json_integer((json_int_t)strtoull(number, NULL, 16));
}

/* Whether it is a number to minimist; *whole and *fraction: its digits, where there are some. */
static bool split_decimal(const char *text, struct str *whole, struct str *fraction,
                          struct str *exponent)
{
    const char *end = skip_digits(text);

    *whole = (struct str){text, (size_t)(end - text)};
    *fraction = (struct str){NULL, 0};
    if (*end == '.') {
        text = end + 1;
        end = skip_digits(text);
        *fraction = (struct str){text, (size_t)(end - text)};
    }
    *exponent = str_from(end);
    if (*end == 'e' || *end == 'E') {
        text = end + (end[1] == '+' || end[1] == '-' ? 2 : 1);
        end = skip_digits(text);
        if (end == text) {
            return false;
        }
    }
    return *end == '\0' && whole->len + fraction->len > 0;
}

enum {
    NUMBER_MAX = 128 /* what is longer is no number that somebody means */
};

/* JSON has neither leading zeros nor a lone point. */
static json_t *read_decimal(const char *text)
{
    struct str whole, fraction, exponent;
    char json[NUMBER_MAX];
    json_error_t error;
    bool is_negative = *text == '-';

    text += *text == '-' || *text == '+' ? 1 : 0;
    if (strlen(text) > NUMBER_MAX - sizeof("-0.") ||
        !split_decimal(text, &whole, &fraction, &exponent)) {
        return NULL;
    }
    while (whole.len > 1 && whole.ptr[0] == '0') {
        whole = str_from_offset(whole, 1);
    }
    (void)snprintf(json, sizeof(json), "%s%.*s%s%.*s%.*s", is_negative ? "-" : "",
                   STR_FMT(whole.len > 0 ? whole : STR("0")), fraction.len > 0 ? "." : "",
                   STR_FMT(fraction), STR_FMT(exponent));
    return json_loads(json, JSON_DECODE_ANY, &error);
}

/* JavaScript knows one kind of number: 1e3 is as whole as 1000. Within what a double can tell apart. */
static json_t *make_whole(json_t *number)
{
    const double limit = 9007199254740992.0; /* 2^53 */
    double real = json_real_value(number);

    if (!json_is_real(number) || real > limit || real < -limit || real != (double)(int64_t)real) {
        return number;
    }
    json_decref(number);
    return json_integer((json_int_t)real);
}

static json_t *read_number(const char *text)
{
    json_t *number = read_hex(text);

    return make_whole(number != NULL ? number : read_decimal(text));
}

/* ---- other values ---- */

static json_t *read_json(const char *text)
{
    json_error_t error;

    return json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
}

static json_t *or_text(json_t *value, const char *text)
{
    return value != NULL ? value : json_string(text);
}

static json_t *read_boolean(const char *text)
{
    if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0) {
        return json_boolean(text[0] == '1');
    }
    return or_text(read_json(text), text);
}

static json_t *read_list(const char *text)
{
    json_t *value = read_json(text);

    if (!json_is_array(value)) {
        json_decref(value);
        value = json_pack("[s]", text);
    }
    return value;
}

static json_t *read_false(const char *text)
{
    return strcmp(text, "false") == 0 ? json_false() : json_string(text);
}

static json_t *read_any(const char *text, enum config_form form)
{
    json_t *value = NULL;

    if (form == CONFIG_VERBATIM) {
        return json_string(text);
    }
    if (form == CONFIG_ARGUMENT) {
        value = read_number(text);
    }
    return value != NULL ? value : or_text(read_json(text), text);
}

/* On a command line text needs no brackets. Takes `value`. */
static json_t *list_of_one(json_t *value)
{
    return json_is_string(value) ? json_pack("[o]", value) : value;
}

static json_t *read_for(const struct config_key *key, const char *text, enum config_form form)
{
    switch (key->type) {
    case CONFIG_INTEGER:
    case CONFIG_WORKERS:
        return or_text(read_number(text), text);
    case CONFIG_BOOLEAN:
        return read_boolean(text);
    case CONFIG_TEXT:
    case CONFIG_ANY_TEXT:
    case CONFIG_NAME:
    case CONFIG_CHOICE:
        return json_string(text);
    case CONFIG_TEXT_OR_FALSE:
        return read_false(text);
    case CONFIG_TEXTS:
    case CONFIG_CHOICES:
        return read_list(text);
    case CONFIG_ORIGIN_LIST:
        return list_of_one(read_any(text, CONFIG_JSON));
    case CONFIG_ORIGINS:
    case CONFIG_PROXIES:
    case CONFIG_SECTION:
    case CONFIG_SWITCHES:
        return read_any(text, form == CONFIG_VERBATIM ? CONFIG_JSON : form);
    }
    return NULL;
}

json_t *config_typed_read(const char *name, const char *text, enum config_form form)
{
    const char *member = NULL;
    const struct config_key *key = config_names_find(name);
    const struct config_key *section =
        key == NULL ? config_names_find_section(name, &member) : NULL;

    if (key != NULL) {
        return read_for(key, text, form);
    }
    if (section != NULL && section->type == CONFIG_SWITCHES) {
        return read_boolean(text);
    }
    return read_any(text, form);
}

/* ---- options that were given several times ---- */

static json_t *concatenate(json_t *lists)
{
    json_t *all = json_array();
    size_t i = 0;
    json_t *list = NULL;

    json_array_foreach(lists, i, list)
    {
        if (json_array_extend(all, list) != 0) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

json_t *config_typed_join(const char *name, json_t *values)
{
    const struct config_key *key = config_names_find(name);
    size_t n = json_array_size(values);

    if (n > 1 && (key == NULL || key->type == CONFIG_ORIGINS || key->type == CONFIG_PROXIES)) {
        return json_incref(values);
    }
    if (n > 1 && (key->type == CONFIG_TEXTS || key->type == CONFIG_ORIGIN_LIST ||
                  key->type == CONFIG_CHOICES)) {
        return concatenate(values);
    }
    return json_incref(json_array_get(values, n - 1));
}

/* ---- setting ---- */

int config_typed_set(struct config *config, const char *name, const char *text,
                     enum config_form form, struct buf *why)
{
    json_t *value = config_typed_read(name, text, form);
    int rc = 0;

    if (value == NULL && !utf8_is_valid(str_bytes(str_from(text)))) {
        buf_printf(why, "%s: the value is not UTF-8", name);
        return SAILS_ECONFIG;
    }
    rc = value != NULL ? config_set(config, name, value, why) : SAILS_ENOMEM;
    json_decref(value);
    return rc;
}
