#include "base/macros.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "config/config_load.h"
#include "config/config_typed.h"

#include <sails/err.h>

/* ---- one option after the other ---- */

struct option {
    struct str name;   /* without -- and no- */
    const char *value; /* NULL: it has none */
    bool is_negated;   /* --no-x */
};

/* Sails' short forms: an option that stands for a value of a key. */
static const struct short_form {
    const char *option;
    const char *key;
    const char *value; /* NULL: the option has its own */
} short_forms[] = {
    {"verbose", "log.level", "verbose"},   {"silly", "log.level", "silly"},
    {"silent", "log.level", "silent"},     {"prod", "environment", "production"},
    {"staging", "environment", "staging"}, {"dev", "environment", "development"},
    {"redis", "session.adapter", "redis"}, {"host", "explicitHost", NULL},
    {"safe", "models.migrate", "safe"},    {"alter", "models.migrate", "alter"},
    {"drop", "models.migrate", "drop"},
};

static const struct short_form *find_short_form(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(short_forms); i++) {
        if (str_eq(name, str_from(short_forms[i].option))) {
            return &short_forms[i];
        }
    }
    return NULL;
}

/* What is asked for instead of serving. */
static const struct wish {
    const char *option;
    size_t offset; /* in struct config_wishes */
} wishes_known[] = {
    {"help", offsetof(struct config_wishes, help)},
    {"version", offsetof(struct config_wishes, version)},
    {"routes", offsetof(struct config_wishes, routes)},
    {"openapi", offsetof(struct config_wishes, openapi)},
};

static bool *find_wish(struct config_wishes *wishes, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(wishes_known); i++) {
        if (str_eq(name, str_from(wishes_known[i].option))) {
            return (bool *)((char *)wishes + wishes_known[i].offset);
        }
    }
    return NULL;
}

/* Options that take no value: what follows them is another option. */
static bool is_alone(struct str name)
{
    const struct short_form *form = find_short_form(name);
    struct config_wishes wishes;

    return (form != NULL && form->value != NULL) || find_wish(&wishes, name) != NULL;
}

/* Of one letter there are those that everybody tries first. */
static const char *spell_out(const char *text)
{
    static const struct {
        const char *letter, *word;
    } letters[] = {{"-h", "--help"}, {"-v", "--version"}, {"-V", "--version"}};

    for (size_t i = 0; text != NULL && i < ARRAY_LEN(letters); i++) {
        if (strcmp(text, letters[i].letter) == 0) {
            return letters[i].word;
        }
    }
    return text;
}

/*
 * Takes the option at argv[*at], its value too, and moves *at behind it. 1; 0: there are no more, or "--"
 * ends them; SAILS_ECONFIG: no option.
 */
static int next_option(int argc, const char *const *argv, int *at, struct option *out,
                       struct buf *why)
{
    const char *text = *at < argc ? spell_out(argv[*at]) : NULL;
    const char *next = *at + 1 < argc ? argv[*at + 1] : NULL;
    const char *equals = NULL;

    if (text == NULL || strcmp(text, "--") == 0) {
        return 0;
    }
    if (strncmp(text, "--", 2) != 0) {
        buf_printf(why, "command line: %s: options begin with --; see --help", text);
        return SAILS_ECONFIG;
    }
    ++*at;
    text += 2;
    equals = strchr(text, '=');
    *out = (struct option){.name = str_from(text)};
    if (equals != NULL) {
        out->name.len = (size_t)(equals - text);
        out->value = equals + 1;
    } else if (str_starts_with(out->name, STR("no-"))) {
        out->name = str_from_offset(out->name, sizeof("no-") - 1);
        out->is_negated = true;
    } else if (next != NULL && strncmp(next, "--", 2) != 0 && !is_alone(out->name)) {
        out->value = next;
        ++*at;
    }
    return 1;
}

const char *config_arguments_find_option(int argc, const char *const *argv, const char *name)
{
    struct buf ignored = {0};
    struct option option;
    const char *found = NULL;

    for (int at = 1; next_option(argc, argv, &at, &option, &ignored) > 0;) {
        found = str_eq(option.name, str_from(name)) ? option.value : found;
    }
    buf_deinit(&ignored);
    return found;
}

/* ---- options are collected first: one that is repeated becomes a list ---- */

static bool take_wish(const struct option *option, struct config_wishes *wishes)
{
    bool *wish = find_wish(wishes, option->name);

    if (wish != NULL && option->value == NULL && !option->is_negated) {
        *wish = true;
        return true;
    }
    return str_eq(option->name, STR("config")); /* config_rc.c has read it */
}

struct config_wishes config_arguments_find_wishes(int argc, const char *const *argv)
{
    struct config_wishes wishes = {0};
    struct buf ignored = {0};
    struct option option;

    for (int at = 1; at < argc;) {
        int rc = next_option(argc, argv, &at, &option, &ignored);

        if (rc == 0) {
            break;
        }
        if (rc > 0) {
            (void)take_wish(&option, &wishes);
        } else {
            at++; /* no option: somebody else complains of it */
        }
    }
    buf_deinit(&ignored);
    return wishes;
}

/* `text` NULL: nothing follows the option, which says so much as "true", where that is not just a text. */
static int collect_value(json_t *collected, const char *name, const char *text, struct buf *why)
{
    json_t *value = config_typed_read(name, text != NULL ? text : "true", CONFIG_ARGUMENT);
    json_t *values = json_object_get(collected, name);

    if (value == NULL && text != NULL && !utf8_is_valid(str_bytes(str_from(text)))) {
        buf_printf(why, "command line: %s: the value is not UTF-8", name);
        return SAILS_ECONFIG;
    }
    if (text == NULL && json_is_string(value)) {
        buf_printf(why, "command line: %s: the value is missing: --%s=VALUE", name, name);
        json_decref(value);
        return SAILS_ECONFIG;
    }
    if (values == NULL) {
        return json_object_set_new(collected, name, json_pack("[o]", value)) == 0 ? 0
                                                                                  : SAILS_ENOMEM;
    }
    return json_array_append_new(values, value) == 0 ? 0 : SAILS_ENOMEM;
}

static int collect(json_t *collected, const struct option *option, struct buf *why)
{
    const struct short_form *form = find_short_form(option->name);
    const char *value = option->is_negated ? "false" : option->value;
    char *name = NULL;
    int rc = 0;

    if (form != NULL && !option->is_negated) {
        return collect_value(collected, form->key, form->value != NULL ? form->value : value, why);
    }
    name = mem_strndup(option->name.ptr, option->name.len);
    rc = name != NULL ? collect_value(collected, name, value, why) : SAILS_ENOMEM;
    mem_free(name);
    return rc;
}

static int set_collected(struct config *config, json_t *collected, struct buf *why)
{
    const char *name = NULL;
    json_t *values = NULL;
    int rc = 0;

    json_object_foreach(collected, name, values)
    {
        struct buf reason = {0};
        json_t *value = config_typed_join(name, values);

        rc = value != NULL ? config_set(config, name, value, &reason) : SAILS_ENOMEM;
        json_decref(value);
        if (reason.len > 0) {
            buf_printf(why, "command line: %.*s", STR_FMT(buf_str(&reason)));
        }
        buf_deinit(&reason);
        if (rc < 0) {
            break;
        }
    }
    return rc;
}

int config_load_arguments(struct config *config, int argc, const char *const *argv,
                          struct config_wishes *wishes, struct buf *why)
{
    json_t *collected = json_object();
    struct option option;
    int rc = collected != NULL ? 1 : SAILS_ENOMEM;

    for (int at = 1; rc > 0;) {
        rc = next_option(argc, argv, &at, &option, why);
        if (rc > 0 && !take_wish(&option, wishes)) {
            int failure = collect(collected, &option, why);

            rc = failure < 0 ? failure : rc;
        }
    }
    if (rc == 0) {
        rc = set_collected(config, collected, why);
    }
    json_decref(collected);
    return rc;
}
