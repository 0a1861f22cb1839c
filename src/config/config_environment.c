#include "base/mem.h"
#include "config/config_load.h"
#include "config/config_names.h"
#include "config/config_typed.h"

#include <sails/err.h>

const char *config_environment_find(const char *const *environment, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        const char *entry = environment[i];

        if (strncmp(entry, name, len) == 0 && entry[len] == '=' && entry[len + 1] != '\0') {
            return entry + len + 1;
        }
    }
    return NULL;
}

static int set_variable(struct config *config, struct str variable, const char *key,
                        const char *value, enum config_form form, struct buf *why)
{
    struct buf reason = {0};
    int rc = config_typed_set(config, key, value, form, &reason);

    if (reason.len > 0) {
        buf_printf(why, "environment: %.*s: %.*s", STR_FMT(variable), STR_FMT(buf_str(&reason)));
    }
    buf_deinit(&reason);
    return rc;
}

/* ---- names that other programs know, too ---- */

static int set_shared(struct config *config, const char *const *environment, const char *variable,
                      const char *key, struct buf *why)
{
    const char *value = config_environment_find(environment, variable);

    return value != NULL ? set_variable(config, str_from(variable), key, value, CONFIG_JSON, why)
                         : 0;
}

static int keep_node_env(struct config *config, const char *const *environment)
{
    const char *name = config_environment_find(environment, "SAILS_ENV");

    if (name == NULL) {
        name = config_environment_find(environment, "NODE_ENV");
    }
    mem_free(config->node_env);
    config->node_env = name != NULL ? mem_strndup(name, strlen(name)) : NULL;
    return name != NULL && config->node_env == NULL ? SAILS_ENOMEM : 0;
}

int config_load_shared_variables(struct config *config, const char *const *environment,
                                 struct buf *why)
{
    int rc = keep_node_env(config, environment);

    if (rc == 0) {
        rc = set_shared(config, environment, "PORT", "port", why);
    }
    if (rc == 0) {
        rc = set_shared(config, environment, "NODE_ENV", "environment", why);
    }
    return rc == 0 ? set_shared(config, environment, "SAILS_ENV", "environment", why) : rc;
}

/* ---- names of our own ---- */

/* "sockets__path" is sockets.path. */
static void write_dotted(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        bool is_dot = i + 1 < name.len && name.ptr[i] == '_' && name.ptr[i + 1] == '_';

        buf_append_char(out, is_dot ? '.' : name.ptr[i]);
        i += is_dot ? 1 : 0;
    }
    buf_append_char(out, '\0');
}

static bool has_small_letter(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') {
            return true;
        }
    }
    return false;
}

/*
 * What follows the prefix of a variable that sets a key. SAILS_HOME and the like are somebody else's: no
 * key is written in capitals only. sails_config names a file: see config_rc.c.
 */
static bool find_own_name(struct str variable, struct str *name, enum config_form *form)
{
    enum {
        PREFIX = sizeof("sails_") - 1
    };

    if (str_starts_with(variable, STR("sails_"))) {
        *name = str_from_offset(variable, PREFIX);
        *form = CONFIG_JSON;
        return !str_eq(*name, STR("config"));
    }
    if (str_starts_with(variable, STR("SAILS_"))) {
        *name = str_from_offset(variable, PREFIX);
        *form = CONFIG_VERBATIM;
        return has_small_letter(*name);
    }
    return false;
}

static int set_own(struct config *config, const char *entry, struct buf *why)
{
    struct str text = str_from(entry);
    size_t equals = str_find(text, '=');
    struct str variable = {entry, equals};
    struct str name;
    enum config_form form = CONFIG_JSON;
    struct buf key = {0};
    int rc = 0;

    if (equals == text.len || !find_own_name(variable, &name, &form)) {
        return 0;
    }
    write_dotted(&key, name);
    rc = buf_error(&key) == 0
             ? set_variable(config, variable, key.ptr, entry + equals + 1, form, why)
             : SAILS_ENOMEM;
    buf_deinit(&key);
    return rc;
}

int config_load_own_variables(struct config *config, const char *const *environment,
                              struct buf *why)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && environment != NULL && environment[i] != NULL; i++) {
        rc = set_own(config, environment[i], why);
    }
    return rc;
}
