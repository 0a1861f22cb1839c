#include "actions/target_read.h"

#include "actions/action_glob.h"
#include "actions/target_view.h"
#include "base/mem.h"

#include <errno.h>
#include <sails/err.h>
#include <stdarg.h>

/* ---- messages ---- */

int target_read_refuse(struct target_reader *r, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_printf(&r->why, "Route `%s`: %s", r->address, text);
    return SAILS_ECONFIG;
}

static int refuse_unknown(struct target_reader *r, const char *kind, const char *name,
                          const struct action_table *table)
{
    const struct registered_action *nearest = action_registry_find_nearest(table, str_from(name));

    return target_read_refuse(r, "there is no %s `%s`%s%s%s", kind, name,
                              nearest != NULL ? "; did you mean `" : "",
                              nearest != NULL ? nearest->name : "", nearest != NULL ? "`?" : "");
}

int target_read_leave_out(struct target_reader *r, enum log_level level, const char *kind,
                          const char *name)
{
    r->level = level;
    buf_printf(&r->why, "%s bind route (`%s`) to unknown %s: `%s`",
               level == LOG_WARN ? "Ignored attempt to" : "Ignoring attempt to", r->address, kind,
               name != NULL ? name : "");
    return SAILS_ENOENT;
}

/* ---- steps ---- */

/* Nothing comes behind a step that answers: whoever wrote it there meant something else. */
static int check_reached(struct target_reader *r, const struct request_target *out)
{
    if (out->n_steps > 0 && out->steps[out->n_steps - 1].kind != STEP_FUNCTION) {
        return target_read_refuse(r, "step %zu is never reached: the one before it answers",
                                  out->n_steps + 1);
    }
    return 0;
}

int target_read_add_step(struct request_target *out, struct request_step step, const char *text)
{
    struct request_step *steps =
        mem_realloc(out->steps, (out->n_steps + 1) * sizeof(out->steps[0]));

    if (steps == NULL) {
        return SAILS_ENOMEM;
    }
    out->steps = steps;
    if (text != NULL) {
        step.text = mem_strndup(text, strlen(text));
        if (step.text == NULL) {
            return SAILS_ENOMEM;
        }
    }
    steps[out->n_steps++] = step;
    return 0;
}

static int add_function(struct request_target *out, const struct registered_action *named)
{
    return target_read_add_step(out,
                                (struct request_step){.kind = STEP_FUNCTION,
                                                      .function = named->def->run,
                                                      .ctx = named->def->ctx,
                                                      .policy = named->name},
                                NULL);
}

/* Whether the steps from `first` on have it: none runs twice for one action. */
static bool has_step(const struct request_target *out, size_t first,
                     const struct request_step *step)
{
    for (size_t i = first; i < out->n_steps; i++) {
        if (out->steps[i].function == step->function && out->steps[i].ctx == step->ctx) {
            return true;
        }
    }
    return false;
}

static int add_middleware(struct target_reader *r, const struct registered_action *action,
                          struct request_target *out)
{
    size_t first = out->n_steps;
    int rc = 0;

    list_each(node, &r->registry->middleware) {
        const struct action_middleware *one =
            container_of(node, const struct action_middleware, in_registry);
        struct request_step step = {
            .kind = STEP_FUNCTION, .function = one->function, .ctx = one->ctx};

        if (rc == 0 && action_glob_has(str_from(one->actions), str_from(action->name)) &&
            !has_step(out, first, &step)) {
            rc = target_read_add_step(out, step, NULL);
        }
    }
    return rc;
}

/* The middleware and policies of the action before it; one that nobody may run is not even there. */
static int add_action(struct target_reader *r, const struct registered_action *action,
                      struct request_target *out)
{
    const struct policy_rule *rule = policy_map_find(r->policies, str_from(action->name));
    int rc = 0;

    out->identity = action->name;
    out->def = action->def;
    out->inputs = action->inputs;
    rc = add_middleware(r, action, out);
    if (rc == 0 && rule != NULL && rule->verdict == POLICY_DENY) {
        return target_read_add_step(
            out, (struct request_step){.kind = STEP_RESPONSE, .policy = "false"}, "forbidden");
    }
    for (size_t i = 0; rule != NULL && rc == 0 && i < rule->n_policies; i++) {
        rc = add_function(out, rule->policies[i]);
    }
    return rc == 0 ? target_read_add_step(out,
                                          (struct request_step){.kind = STEP_ACTION,
                                                                .function = action->def->run,
                                                                .ctx = action->def->ctx,
                                                                .may_wait = action->def->may_wait},
                                          NULL)
                   : rc;
}

/* ---- kinds of targets ---- */

static int read_any(struct target_reader *r, const json_t *value, struct request_target *out,
                    unsigned depth);

static int read_action(struct target_reader *r, const char *name, struct request_target *out)
{
    const struct registered_action *action = NULL;
    int rc = 0;

    if (!action_registry_is_target(str_from(name))) {
        return target_read_refuse(
            r,
            "E_NOT_ACTION_TARGET: `%s` is neither an action (\"user/find\") nor an "
            "address (\"/other\", \"https://...\")",
            name);
    }
    action = action_registry_find_target(r->registry, str_from(name));
    if (action != NULL) {
        return add_action(r, action, out);
    }
    rc = target_read_leave_out(r, LOG_WARN, "action", name);
    action = action_registry_find_nearest(&r->registry->actions, str_from(name));
    if (action != NULL) {
        buf_printf(&r->why, ". Did you mean `%s`?", action->name);
    }
    return rc;
}

static bool is_address(struct str text)
{
    return str_starts_with(text, STR("/")) || str_starts_with(text, STR("http://")) ||
           str_starts_with(text, STR("https://"));
}

static int read_text(struct target_reader *r, const char *text, struct request_target *out)
{
    return is_address(str_from(text))
               ? target_read_add_step(out, (struct request_step){.kind = STEP_REDIRECT}, text)
               : read_action(r, text, out);
}

/* {"action": "user/find"}, or the action of a controller. */
static int read_action_object(struct target_reader *r, const json_t *object,
                              struct request_target *out)
{
    const char *controller = json_string_value(json_object_get(object, "controller"));
    const char *action = json_string_value(json_object_get(object, "action"));
    struct buf name = {0};
    char *whole = NULL;
    int rc = SAILS_ENOMEM;

    if (action == NULL || (controller == NULL && json_object_get(object, "controller") != NULL)) {
        return target_read_refuse(
            r, "controller and action are texts, and a controller has an action");
    }
    if (controller == NULL) {
        return read_action(r, action, out);
    }
    buf_printf(&name, "%s.%s", controller, action);
    whole = buf_take(&name);
    if (whole != NULL) {
        rc = read_action(r, whole, out);
    }
    mem_free(whole);
    return rc;
}

/* {"status": 404}, {"redirect": "/x", "status": 301}. */
static int read_status(struct target_reader *r, const json_t *object, struct request_target *out)
{
    const json_t *status = json_object_get(object, "status");
    const json_t *redirect = json_object_get(object, "redirect");
    json_int_t number = json_integer_value(status);
    json_int_t least = redirect != NULL ? 300 : 100;
    json_int_t most = redirect != NULL ? 399 : 599;

    if (status != NULL && (!json_is_integer(status) || number < least || number > most)) {
        return target_read_refuse(r, "status must be a whole number from %d to %d", (int)least,
                                  (int)most);
    }
    if (redirect == NULL) {
        return target_read_add_step(
            out, (struct request_step){.kind = STEP_STATUS, .status = (unsigned)number}, NULL);
    }
    if (!json_is_string(redirect) || json_string_length(redirect) == 0) {
        return target_read_refuse(r, "redirect must be an address: \"/other\", \"https://...\"");
    }
    return target_read_add_step(
        out, (struct request_step){.kind = STEP_REDIRECT, .status = (unsigned)number},
        json_string_value(redirect));
}

static int read_response(struct target_reader *r, const json_t *object, struct request_target *out)
{
    const char *name = json_string_value(json_object_get(object, "response"));

    if (name == NULL) {
        return target_read_refuse(r,
                                  "response must be the name of an answer, such as \"notFound\"");
    }
    if (!r->has_response(name, r->ctx)) {
        return target_read_leave_out(r, LOG_ERROR, "response", name);
    }
    return target_read_add_step(out, (struct request_step){.kind = STEP_RESPONSE}, name);
}

static int read_policy(struct target_reader *r, const json_t *object, struct request_target *out)
{
    const char *name = json_string_value(json_object_get(object, "policy"));
    const struct registered_action *policy = NULL;

    if (name == NULL) {
        return target_read_refuse(r, "policy must be the name of one");
    }
    policy = action_registry_find(&r->registry->policies, str_from(name));
    return policy != NULL ? add_function(out, policy)
                          : refuse_unknown(r, "policy", name, &r->registry->policies);
}

/* Functions have no table of their own: what is registered as policy or action can be had bare. */
static int read_function(struct target_reader *r, const json_t *object, struct request_target *out)
{
    const char *text = json_string_value(json_object_get(object, "fn"));
    const struct registered_action *named = NULL;
    struct str name;

    if (text == NULL || text[0] != '@') {
        return target_read_refuse(r, "fn must be \"@\" and the name of a policy or action");
    }
    name = str_from(text + 1);
    named = action_registry_find(&r->registry->policies, name);
    if (named == NULL) {
        named = action_registry_find(&r->registry->actions, name);
    }
    return named != NULL ? add_function(out, named)
                         : refuse_unknown(r, "policy or action", name.ptr, &r->registry->policies);
}

/* ---- objects ---- */

/* Which member of an object tells its kind; `partner` may stand beside it. */
static const struct target_kind {
    const char *key;
    const char *partner;
    int (*read)(struct target_reader *r, const json_t *object, struct request_target *out);
} kinds[] = {
    {"action", "controller", read_action_object},
    {"controller", "action", read_action_object},
    {"redirect", "status", read_status},
    {"status", "redirect", read_status},
    {"view", NULL, target_view_read},
    {"response", NULL, read_response},
    {"policy", NULL, read_policy},
    {"fn", NULL, read_function},
    {"target", NULL, NULL},
};

static const struct target_kind *find_kind(const char *key)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].key, key) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* 0: *kind is the object's. */
static int tell_kind(struct target_reader *r, json_t *object, const struct target_kind **kind)
{
    const char *key = NULL;
    json_t *value = NULL;
    const struct target_kind *found = NULL;

    if (json_object_get(object, "blueprint") != NULL) {
        r->level = LOG_ERROR;
        buf_printf(&r->why,
                   "Ignoring route `%s`: targets with `blueprint` are no more; name the "
                   "action instead",
                   r->address);
        return SAILS_ENOENT;
    }
    json_object_foreach(object, key, value)
    {
        const struct target_kind *one = find_kind(key);

        if (one == NULL) {
            continue;
        }
        if (found != NULL && (found->partner == NULL || strcmp(found->partner, key) != 0)) {
            return target_read_refuse(r, "a target has either `%s` or `%s`, not both", found->key,
                                      key);
        }
        found = one;
    }
    if (found == NULL) {
        return target_read_refuse(
            r, "the target says neither action, redirect, status, view, response, policy "
               "nor fn");
    }
    *kind = found;
    return 0;
}

/* Everything else in the object is an option. */
static int take_options(const json_t *object, struct request_target *out)
{
    const char *key = NULL;
    json_t *value = NULL;

    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (find_kind(key) == NULL && json_object_get(out->options, key) == NULL &&
            json_object_set_new(out->options, key, json_deep_copy(value)) != 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

static int read_object(struct target_reader *r, json_t *object, struct request_target *out,
                       unsigned depth)
{
    const struct target_kind *kind = NULL;
    int rc = tell_kind(r, object, &kind);

    if (rc == 0) {
        rc = take_options(object, out);
    }
    if (rc < 0 || kind == NULL) {
        return rc;
    }
    return kind->read != NULL ? kind->read(r, object, out)
                              : read_any(r, json_object_get(object, "target"), out, depth + 1);
}

static int read_list(struct target_reader *r, const json_t *list, struct request_target *out,
                     unsigned depth)
{
    int rc = 0;

    if (json_array_size(list) == 0) {
        return target_read_refuse(r, "an empty list leads nowhere");
    }
    for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
        rc = read_any(r, json_array_get(list, i), out, depth + 1);
    }
    return rc;
}

enum {
    DEPTH_MAX = 8 /* lists in wrapped targets in lists: nobody means that */
};

static int read_any(struct target_reader *r, const json_t *value, struct request_target *out,
                    unsigned depth)
{
    int rc = check_reached(r, out);

    if (rc < 0) {
        return rc;
    }
    if (depth > DEPTH_MAX) {
        return target_read_refuse(r, "the target is nested too deeply");
    }
    if (json_is_string(value)) {
        return read_text(r, json_string_value(value), out);
    }
    if (json_is_object(value)) {
        return read_object(r, (json_t *)(uintptr_t)value, out, depth);
    }
    return json_is_array(value)
               ? read_list(r, value, out, depth)
               : target_read_refuse(r, "a target is a text, a dictionary, or a list of them");
}

int target_read(struct target_reader *reader, const json_t *value, struct request_target *out)
{
    struct request_target target = {.options = json_object()};
    int rc = target.options != NULL ? read_any(reader, value, &target, 0) : SAILS_ENOMEM;

    if (rc == 0) {
        rc = target_read_options(reader, &target);
    }
    if (rc < 0) {
        request_target_deinit(&target);
        return rc;
    }
    *out = target;
    return 0;
}
