#include "web/cors.h"

#include "base/json_value.h"
#include "base/macros.h"
#include "web/origin.h"

#include <sails/err.h>

const struct cors_settings cors_default_settings = {
    .is_any_origin = true,
    .request_headers = {"content-type", 12},
    .request_methods = {"GET,HEAD,PUT,PATCH,POST,DELETE", 30},
};

/* ---- settings ---- */

static bool is_star(const json_t *value)
{
    return str_eq(json_value_text(value), STR("*"));
}

static const char *list_fault(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *why =
            json_is_string(item) ? origin_fault(json_value_text(item)) : "it is not a text";

        if (why != NULL && !(is_star(item) && json_array_size(list) == 1)) {
            return why;
        }
    }
    return NULL;
}

/* NULL, or what is wrong. */
static const char *read_origins(struct cors_settings *settings, const json_t *value)
{
    const char *why = NULL;

    if (is_star(value) || (json_array_size(value) == 1 && is_star(json_array_get(value, 0)))) {
        settings->is_any_origin = true;
        return NULL;
    }
    if (json_is_string(value)) {
        why = origin_fault(json_value_text(value));
    } else {
        why = json_is_array(value) ? list_fault(value) : "allowOrigins must be \"*\" or a list";
    }
    if (why == NULL) {
        settings->is_any_origin = false;
        settings->one_origin = json_value_text(value);
        settings->origins = json_is_array(value) ? value : NULL;
    }
    return why;
}

static bool read_bool(const json_t *dictionary, const char *key, bool *out)
{
    const json_t *value = json_object_get(dictionary, key);

    if (value == NULL) {
        return true;
    }
    *out = json_is_true(value);
    return json_is_boolean(value);
}

static bool read_text(const json_t *dictionary, const char *key, struct str *out)
{
    const json_t *value = json_object_get(dictionary, key);

    if (value == NULL) {
        return true;
    }
    *out = json_value_text(value);
    return json_is_string(value) && header_list_is_header(STR("Access-Control-Any"), *out);
}

static const char *read_dictionary(struct cors_settings *settings, const json_t *d)
{
    const json_t *origins = json_object_get(d, "allowOrigins");
    const char *why = origins != NULL ? read_origins(settings, origins) : NULL;
    bool is_unsafe = false;

    if (why != NULL) {
        return why;
    }
    if (!read_bool(d, "allowCredentials", &settings->credentials) ||
        !read_bool(d, "allowAnyOriginWithCredentialsUnsafe", &is_unsafe)) {
        return "allowCredentials and allowAnyOriginWithCredentialsUnsafe must be true or false";
    }
    if (!read_text(d, "allowRequestHeaders", &settings->request_headers) ||
        !read_text(d, "allowRequestMethods", &settings->request_methods) ||
        !read_text(d, "allowResponseHeaders", &settings->response_headers)) {
        return "allowRequestHeaders, allowRequestMethods, allowResponseHeaders must be texts of one line";
    }
    if (settings->is_any_origin && settings->credentials && !is_unsafe) {
        return "allowCredentials with any origin needs allowAnyOriginWithCredentialsUnsafe";
    }
    return NULL;
}

int cors_settings_read(struct cors_settings *settings, const json_t *dictionary, const char **why)
{
    struct cors_settings read = *settings;
    const char *fault = json_is_object(dictionary) ? read_dictionary(&read, dictionary)
                                                   : "the settings of CORS must be a dictionary";

    if (fault != NULL) {
        *why = fault;
        return SAILS_ECONFIG;
    }
    *settings = read;
    return 0;
}

int cors_route_read(struct cors_settings *settings, const struct cors_settings *global,
                    const json_t *option, const char **why)
{
    struct cors_settings read = *global;
    const char *fault = NULL;

    if (option == NULL || json_is_null(option) || json_is_false(option)) {
        return 0;
    }
    if (json_is_string(option)) {
        fault = read_origins(&read, option);
        if (fault == NULL && read.is_any_origin && read.credentials && !global->is_any_origin) {
            fault = "any origin would get credentials";
        }
    } else if (!json_is_true(option)) {
        int rc = cors_settings_read(&read, option, why);

        if (rc < 0) {
            return rc;
        }
    }
    if (fault != NULL) {
        *why = fault;
        return SAILS_ECONFIG;
    }
    *settings = read;
    return 1;
}

/* ---- headers ---- */

static bool is_allowed(const struct cors_settings *settings, struct str origin)
{
    if (settings->is_any_origin) {
        return true;
    }
    if (settings->one_origin.ptr != NULL) {
        return str_eq(settings->one_origin, origin);
    }
    return settings->origins != NULL && origin_is_admitted(settings->origins, false, origin);
}

static void set(struct header_list *out, struct str name, struct str value, int *rc)
{
    if (*rc == 0 && value.len > 0) {
        *rc = header_list_set(out, name, value);
    }
}

/* Whether another Origin, or none, would get another answer. */
static bool depends_on_origin(const struct cors_settings *settings)
{
    return settings->is_any_origin
               ? settings->credentials
               : settings->one_origin.ptr != NULL || json_array_size(settings->origins) > 0;
}

int cors_apply(const struct cors_settings *settings, struct str origin, bool is_preflight,
               struct header_list *out)
{
    /* Browsers do not take "*" where there are credentials, so the origin is named then. */
    bool is_star_answer = settings->is_any_origin && !settings->credentials;
    int rc = 0;

    if (!is_allowed(settings, origin) || (!is_star_answer && origin.len == 0)) {
        return 0;
    }
    set(out, STR("Access-Control-Allow-Origin"), is_star_answer ? STR("*") : origin, &rc);
    set(out, STR("Vary"), is_star_answer ? (struct str){0} : STR("Origin"), &rc);
    set(out, STR("Access-Control-Allow-Credentials"),
        settings->credentials ? STR("true") : (struct str){0}, &rc);
    set(out, STR("Access-Control-Expose-Headers"), settings->response_headers, &rc);
    if (is_preflight) {
        set(out, STR("Access-Control-Allow-Methods"), settings->request_methods, &rc);
        set(out, STR("Access-Control-Allow-Headers"), settings->request_headers, &rc);
    }
    return rc;
}

int cors_tell_caches(const struct cors_settings *settings, struct header_list *out)
{
    return depends_on_origin(settings) ? header_list_set(out, STR("Vary"), STR("Origin")) : 0;
}
