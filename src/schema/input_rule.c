#include "schema/input_rule.h"

#include "base/mem.h"

#include <sails/err.h>

/* How a member of `struct sails_input` is one of the rules. */
struct member_rule {
    const char *member;
    size_t offset, size; /* in the struct: all bytes 0 where the rule is not given */
    const char *name;    /* of the rule */

    /* A new reference; NULL: no memory. */
    json_t *(*config_of)(const struct input *input, const struct member_rule *rule);
};

static json_t *config_true(const struct input *input, const struct member_rule *rule)
{
    (void)input;
    (void)rule;
    return json_true();
}

static json_t *config_length(const struct input *input, const struct member_rule *rule)
{
    size_t length = 0;

    memcpy(&length, (const char *)input->def + rule->offset, sizeof(length));
    return json_integer((json_int_t)length);
}

static json_t *config_min(const struct input *input, const struct member_rule *rule)
{
    (void)rule;
    return json_incref(input->min);
}

static json_t *config_max(const struct input *input, const struct member_rule *rule)
{
    (void)rule;
    return json_incref(input->max);
}

static json_t *config_is_in(const struct input *input, const struct member_rule *rule)
{
    (void)rule;
    return json_incref(input->is_in);
}

static json_t *config_is_not_in(const struct input *input, const struct member_rule *rule)
{
    (void)rule;
    return json_incref(input->is_not_in);
}

/* Between slashes, so that one that begins with a slash is not taken for such a one. */
static json_t *config_regex(const struct input *input, const struct member_rule *rule)
{
    (void)rule;
    return json_sprintf("/%s/", input->def->regex);
}

#define MEMBER(name)                                                                               \
#name, offsetof(struct sails_input, name), sizeof(((struct sails_input *)NULL)->name)

/* In the order in which Sails' messages come. `custom` has no configuration in JSON. */
static const struct member_rule member_rules[] = {
    {MEMBER(is_not_empty_string), "isNotEmptyString", config_true},
    {MEMBER(is_integer), "isInteger", config_true},
    {MEMBER(max), "max", config_max},
    {MEMBER(min), "min", config_min},
    {MEMBER(is_credit_card), "isCreditCard", config_true},
    {MEMBER(is_email), "isEmail", config_true},
    {MEMBER(is_hex_color), "isHexColor", config_true},
    {MEMBER(is_in), "isIn", config_is_in},
    {MEMBER(is_ip), "isIP", config_true},
    {MEMBER(is_not_in), "isNotIn", config_is_not_in},
    {MEMBER(is_url), "isURL", config_true},
    {MEMBER(is_uuid), "isUUID", config_true},
    {MEMBER(min_length), "minLength", config_length},
    {MEMBER(max_length), "maxLength", config_length},
    {MEMBER(regex), "regex", config_regex},
    {MEMBER(custom), "custom", NULL},
};

static bool is_given(const struct member_rule *rule, const struct sails_input *def)
{
    const char *member = (const char *)def + rule->offset;

    for (size_t i = 0; i < rule->size; i++) {
        if (member[i] != 0) {
            return true;
        }
    }
    return false;
}

static unsigned purpose_of(enum input_kind kind)
{
    switch (kind) {
    case INPUT_STRING:
        return RULE_FOR_STRING;
    case INPUT_NUMBER:
        return RULE_FOR_NUMBER;
    case INPUT_BOOLEAN:
        return RULE_FOR_BOOLEAN;
    case INPUT_JSON:
    case INPUT_REF:
        return RULE_FOR_JSON;
    case INPUT_ARRAY:
    case INPUT_DICTIONARY:
        break;
    }
    return RULE_FOR_WHOLE;
}

const char *input_rule_find_misplaced(const struct sails_input *def, enum input_kind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(member_rules); i++) {
        const struct member_rule *rule = &member_rules[i];

        if (is_given(rule, def) && (rule_set_purpose(rule->name) & purpose_of(kind)) == 0) {
            return rule->member;
        }
    }
    return NULL;
}

static bool ask_custom(void *ctx, json_t *value, json_t **message)
{
    const struct input *input = ctx;

    (void)message;
    return input->def->custom(value);
}

static int add(struct input *input, const struct member_rule *rule)
{
    struct buf why = {0};
    json_t *config = NULL;
    int rc = 0;

    if (rule->config_of == NULL) {
        return rule_set_add_custom(&input->rules, (struct rule_custom){ask_custom, input});
    }
    config = rule->config_of(input, rule);
    rc = config != NULL ? rule_set_add(&input->rules, rule->name, config, &why) : SAILS_ENOMEM;
    json_decref(config);
    buf_deinit(&why);
    return rc;
}

int input_rule_add_all(struct input *input)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(member_rules); i++) {
        if (is_given(&member_rules[i], input->def)) {
            rc = add(input, &member_rules[i]);
        }
    }
    return rc;
}

static void add_line(void *ctx, const char *name, struct str message)
{
    struct buf *broken = ctx;

    (void)name;
    buf_append_str(broken, STR("\n  · "));
    buf_append_str(broken, message);
}

void input_rule_check(const struct input *input, json_t *value, struct buf *broken)
{
    if (rule_set_check(&input->rules, value, add_line, broken) < 0) {
        broken->failed = true;
    }
}
