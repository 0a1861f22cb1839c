#include "schema/rule_set.h"

#include "base/mem.h"
#include "schema/rule_kind.h"

#include <assert.h>
#include <sails/err.h>

unsigned rule_set_purpose(const char *name)
{
    const struct rule_kind *kind = rule_kind_find(name);

    return kind != NULL ? kind->purpose : 0;
}

void rule_set_list_names(unsigned purposes, struct buf *out)
{
    const struct rule_kind *kind = NULL;
    bool is_first = true;

    for (size_t i = 0; (kind = rule_kind_at(i)) != NULL; i++) {
        if ((kind->purpose & purposes) != 0) {
            buf_append_str(out, is_first ? STR("") : STR(", "));
            buf_append_str(out, str_from(kind->name));
            is_first = false;
        }
    }
}

/* ---- sets ---- */

/* Takes the rule on success only. */
static int append(struct rule_set *set, const struct rule *rule)
{
    struct rule *grown = mem_realloc(set->rules, (set->n + 1) * sizeof(*grown));

    if (grown == NULL) {
        return SAILS_ENOMEM;
    }
    set->rules = grown;
    set->rules[set->n++] = *rule;
    return 0;
}

int rule_set_add(struct rule_set *set, const char *name, json_t *config, struct buf *why)
{
    struct rule rule = {.kind = rule_kind_find(name)};
    int rc = 0;

    if (rule.kind == NULL || rule.kind == rule_kind_find("custom")) {
        return SAILS_ENOENT;
    }
    rc = rule_kind_configure(&rule, config, why);
    if (rc == 0) {
        rule.config = json_incref(config);
        rc = append(set, &rule);
    }
    if (rc < 0) {
        text_pattern_destroy(rule.pattern);
        json_decref(rule.config);
    }
    return rc;
}

int rule_set_add_custom(struct rule_set *set, struct rule_custom custom)
{
    struct rule rule = {.kind = rule_kind_find("custom"), .custom = custom};

    assert(rule.kind != NULL && custom.passes != NULL);
    return append(set, &rule);
}

void rule_set_deinit(struct rule_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        text_pattern_destroy(set->rules[i].pattern);
        json_decref(set->rules[i].config);
    }
    mem_free(set->rules);
    *set = (struct rule_set){0};
}

int rule_set_check(const struct rule_set *set, json_t *value, rule_set_on_broken on_broken,
                   void *ctx)
{
    struct buf message = {0};
    int n_broken = 0;
    int rc = 0;

    if (json_is_null(value)) {
        return 0;
    }
    for (size_t i = 0; i < set->n; i++) {
        const struct rule *rule = &set->rules[i];

        message.len = 0;
        rule_kind_check(rule, value, &message);
        if (message.len > 0) {
            on_broken(ctx, rule->kind->name, buf_str(&message));
            n_broken++;
        }
    }
    rc = buf_error(&message);
    buf_deinit(&message);
    return rc < 0 ? rc : n_broken;
}
