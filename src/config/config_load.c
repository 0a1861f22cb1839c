#include "config/config_load.h"

#include "config/config_section.h"

#include <sails/err.h>

int config_load_note(json_t *overrides, const char *name, const json_t *value)
{
    json_t *merged = config_section_merge(json_object_get(overrides, name), value);

    return json_object_set_new(overrides, name, merged) == 0 ? 0 : SAILS_ENOMEM;
}

int config_load_overrides(struct config *config, json_t *overrides, struct buf *why)
{
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    json_object_foreach(overrides, name, value)
    {
        if (rc == 0) {
            rc = config_set(config, name, value, why);
        }
    }
    return rc;
}

/* All sources, once. `environment`: whose files are read; NULL: nobody's. */
static int read_all(struct config *config, const struct config_sources *sources,
                    const char *environment, struct config_wishes *wishes, struct buf *why)
{
    int rc = config_load_files(config, environment, why);

    if (rc == 0) {
        rc = config_load_shared_variables(config, sources->environment, why);
    }
    if (rc == 0) {
        rc = config_load_rc(config, sources, why);
    }
    if (rc == 0) {
        rc = config_load_own_variables(config, sources->environment, why);
    }
    if (rc == 0) {
        rc = config_load_overrides(config, sources->overrides, why);
    }
    return rc == 0 ? config_load_arguments(config, sources->argc, sources->argv, wishes, why) : rc;
}

/* Programs for Node that run beside this one, or below it, go by NODE_ENV (app-config-cli section 3). */
static int check_node_env(const struct config *config, struct buf *why)
{
    const char *environment = config_text(config, "environment");

    if (config->node_env == NULL || strcmp(environment, "production") != 0 ||
        strcmp(config->node_env, "production") == 0) {
        return 0;
    }
    buf_printf(why,
               "E_INVALID_NODE_ENV: environment is production, but NODE_ENV is %s: set both to "
               "production, or neither",
               config->node_env);
    return SAILS_ECONFIG;
}

int config_load(struct config *config, const struct config_sources *sources,
                struct config_wishes *wishes, struct buf *why)
{
    json_t *environment = NULL;
    int rc = read_all(config, sources, NULL, wishes, why);

    if (rc < 0) {
        return rc;
    }
    json_array_clear(config->warnings); /* they come again */
    environment = json_incref(config_get(config, "environment"));
    rc = read_all(config, sources, json_string_value(environment), wishes, why);
    json_decref(environment);
    return rc == 0 ? check_node_env(config, why) : rc;
}
