#include "base/macros.h"
#include "definitions/definition.h"

#include <sails/err.h>

/* Names that rules had in earlier versions of Sails; NULL: there is no such rule any more. */
static const struct old_rule {
    const char *name;
    const char *now;
} old_rules[] = {
    {"after", "isAfter"},  {"before", "isBefore"},   {"creditcard", "isCreditCard"},
    {"email", "isEmail"},  {"in", "isIn"},           {"enum", "isIn"},
    {"ip", "isIP"},        {"notIn", "isNotIn"},     {"url", "isURL"},
    {"uuid", "isUUID"},    {"integer", "isInteger"}, {"alpha", NULL},
    {"alphadashed", NULL}, {"alphanumeric", NULL},   {"alphanumericdashed", NULL},
    {"contains", NULL},    {"datetime", NULL},       {"finite", NULL},
    {"float", NULL},       {"hexadecimal", NULL},    {"ipv4", NULL},
    {"ipv6", NULL},        {"lowercase", NULL},      {"notRegex", NULL},
    {"notContains", NULL}, {"notNull", NULL},        {"numeric", NULL},
    {"truthy", NULL},      {"uppercase", NULL},      {"urlish", NULL},
    {"uuidv3", NULL},      {"uuidv4", NULL},
};

static const struct old_rule *find_old(const char *key)
{
    for (size_t i = 0; i < ARRAY_LEN(old_rules); i++) {
        if (strcmp(old_rules[i].name, key) == 0) {
            return &old_rules[i];
        }
    }
    return NULL;
}

bool definition_rules_know(const char *key)
{
    return rule_set_purpose(key) != 0 || find_old(key) != NULL;
}

static unsigned purpose_of(enum orm_type type)
{
    switch (type) {
    case ORM_STRING:
        return RULE_FOR_STRING;
    case ORM_NUMBER:
        return RULE_FOR_NUMBER;
    case ORM_BOOLEAN:
        return RULE_FOR_BOOLEAN;
    case ORM_JSON:
    case ORM_REF:
        break;
    }
    return RULE_FOR_JSON;
}

/* ---- the application's own ---- */

struct custom_rule {
    const char *model;
    sails_custom_rule_cb call;
    void *ctx;
};

static bool ask_custom(void *ctx, json_t *value, json_t **message)
{
    const struct custom_rule *custom = ctx;

    return custom->call(custom->model, value, message, custom->ctx);
}

static void add_custom(struct definition_reader *r, struct orm_attribute *attribute, json_t *config)
{
    const struct sails_model_function *function = definition_function(r, "custom", config);
    struct custom_rule *custom = NULL;

    if (function == NULL) {
        return;
    }
    if (function->custom_rule == NULL) {
        definition_problem(r, "`custom`: the function `%s` is no rule", function->name);
        return;
    }
    custom = definition_calloc(r, 1, sizeof(*custom));
    if (custom == NULL) {
        return;
    }
    *custom = (struct custom_rule){.model = attribute->model->identity.ptr,
                                   .call = function->custom_rule,
                                   .ctx = function->ctx};
    if (rule_set_add_custom(&attribute->rules, (struct rule_custom){ask_custom, custom}) < 0) {
        r->no_memory = true;
    }
}

/* ---- one rule ---- */

/* With the rules that the type has. */
static void refuse_rule(struct definition_reader *r, const struct orm_attribute *attribute,
                        const char *name)
{
    struct buf names = {0};

    rule_set_list_names(purpose_of(attribute->type), &names);
    if (rule_set_purpose(name) == 0) {
        definition_problem(r, "there is no rule `%s`; rules of type %s: %.*s", name,
                           model_type_name(attribute->type), STR_FMT(buf_str(&names)));
    } else {
        definition_problem(r, "`%s` is no rule for type %s; these are: %.*s", name,
                           model_type_name(attribute->type), STR_FMT(buf_str(&names)));
    }
    r->no_memory = r->no_memory || names.failed;
    buf_deinit(&names);
}

static void add_rule(struct definition_reader *r, struct orm_attribute *attribute, const char *name,
                     json_t *config)
{
    struct buf why = {0};
    int rc = 0;

    if ((rule_set_purpose(name) & purpose_of(attribute->type)) == 0) {
        refuse_rule(r, attribute, name);
        return;
    }
    if (strcmp(name, "custom") == 0) {
        add_custom(r, attribute, config);
        return;
    }
    rc = rule_set_add(&attribute->rules, name, config, &why);
    if (rc == SAILS_EINVAL) {
        definition_problem(r, "`%s` %.*s", name, STR_FMT(buf_str(&why)));
    } else if (rc < 0) {
        r->no_memory = true;
    }
    buf_deinit(&why);
}

/* ---- all of them ---- */

/* The name that a key beside the type has as a rule today; NULL: it is none, or a problem. */
static const char *rule_of_key(struct definition_reader *r, const char *key)
{
    const struct old_rule *old = find_old(key);

    if (rule_set_purpose(key) != 0) {
        return key;
    }
    if (old == NULL) {
        return NULL;
    }
    if (old->now == NULL) {
        definition_problem(r, "the rule `%s` is no longer supported: write a `custom` rule", key);
        return NULL;
    }
    definition_warning(r, "the rule `%s` is called `%s` now", key, old->now);
    return old->now;
}

static void set_rule(struct definition_reader *r, json_t *rules, const char *name, json_t *config)
{
    if (json_object_set(rules, name, config) != 0) {
        r->no_memory = true;
    }
}

/* name -> configuration, in the order in which they are checked. */
static void collect(struct definition_reader *r, json_t *rules, json_t *json)
{
    json_t *validations = json_object_get(json, "validations");
    const char *key = NULL;
    json_t *value = NULL;

    if (validations != NULL && !json_is_object(validations)) {
        definition_problem(r, "`validations` must be an object of rules");
    }
    json_object_foreach(validations, key, value)
    {
        set_rule(r, rules, key, value);
    }
    json_object_foreach(json, key, value)
    {
        const char *name = rule_of_key(r, key);

        if (name != NULL) {
            set_rule(r, rules, name, value);
        }
    }
}

void definition_rules_read(struct definition_reader *r, struct orm_attribute *attribute,
                           json_t *json)
{
    json_t *rules = json_object();
    const char *name = NULL;
    json_t *config = NULL;

    if (rules == NULL) {
        r->no_memory = true;
        return;
    }
    collect(r, rules, json);
    if (attribute->association != ORM_PLAIN && json_object_size(rules) > 0) {
        definition_warning(r, "rules have no meaning for associations");
        json_object_clear(rules);
    }
    json_object_foreach(rules, name, config)
    {
        add_rule(r, attribute, name, config);
    }
    json_decref(rules);
}
