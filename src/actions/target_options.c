#include "actions/target_read.h"

#include <sails/err.h>

/* ---- options that we know ---- */

static int check_boolean(struct target_reader *r, const json_t *options, const char *key)
{
    const json_t *value = json_object_get(options, key);

    return value == NULL || json_is_boolean(value)
               ? 0
               : target_read_refuse(r, "%s must be true or false", key);
}

static int read_csrf(struct target_reader *r, struct request_target *out)
{
    const json_t *csrf = json_object_get(out->options, "csrf");

    if (csrf != NULL) {
        out->csrf = json_is_true(csrf) ? REQUEST_CSRF_ON : REQUEST_CSRF_OFF;
    }
    return check_boolean(r, out->options, "csrf");
}

static int read_cors(struct target_reader *r, struct request_target *out)
{
    const json_t *cors = json_object_get(out->options, "cors");
    const char *why = NULL;
    int rc = cors_route_read(&out->cors, r->cors, cors, &why);

    if (rc < 0) {
        return rc == SAILS_ECONFIG ? target_read_refuse(r, "cors: %s", why) : rc;
    }
    if (rc > 0) {
        out->cors_kind = REQUEST_CORS_OWN;
    } else {
        out->cors_kind = cors != NULL ? REQUEST_CORS_OFF : REQUEST_CORS_UNSET;
    }
    return 0;
}

static int read_cache(struct target_reader *r, struct request_target *out)
{
    const json_t *cache = json_object_get(out->options, "cache");

    if (cache != NULL && (!json_is_integer(cache) || json_integer_value(cache) < 0)) {
        return target_read_refuse(r, "cache must be the milliseconds that an answer may be kept");
    }
    out->cache = cache;
    return 0;
}

static int check_skip_regex(struct target_reader *r, const json_t *options)
{
    const json_t *skip = json_object_get(options, "skipRegex");
    bool is_right = skip == NULL || json_is_string(skip) || json_is_array(skip);

    for (size_t i = 0; i < json_array_size(skip); i++) {
        is_right = is_right && json_is_string(json_array_get(skip, i));
    }
    return is_right
               ? 0
               : target_read_refuse(r, "skipRegex must be a regular expression or a list of them");
}

static int check_options(struct target_reader *r, struct request_target *out)
{
    const json_t *locals = json_object_get(out->options, "locals");
    int rc = check_boolean(r, out->options, "skipAssets");

    if (rc == 0) {
        rc = check_skip_regex(r, out->options);
    }
    if (rc == 0) {
        rc = read_csrf(r, out);
    }
    if (rc == 0) {
        rc = read_cors(r, out);
    }
    if (rc == 0) {
        rc = read_cache(r, out);
    }
    if (rc == 0 && locals != NULL && !json_is_object(locals)) {
        rc = target_read_refuse(r, "locals must be a dictionary");
    }
    return rc;
}

/* ---- options of our own ---- */

/* What Sails tells actions of the route that led to them. */
static int add_own_options(const char *address, struct request_target *out)
{
    struct str path = str_trim(str_from(address));
    size_t blank = str_find(path, ' ');
    bool has_verb = path.len > 0 && path.ptr[0] != '/' && path.ptr[0] != '*' && blank < path.len &&
                    !str_starts_with(path, STR("r|"));
    struct str verb = {path.ptr, has_verb ? blank : 0};
    char lower[16] = "";

    path = has_verb ? str_trim(str_from_offset(path, blank)) : path;
    path = str_eq(path, STR("*")) ? STR("/*") : path;
    for (size_t i = 0; i < verb.len && i + 1 < sizeof(lower); i++) {
        lower[i] = char_lower(verb.ptr[i]);
    }
    if (out->identity != NULL &&
        json_object_set_new(out->options, "action", json_string(out->identity)) != 0) {
        return SAILS_ENOMEM;
    }
    return json_object_set_new(out->options, "detectedVerb",
                               json_pack("{s:s, s:s, s:s%}", "verb", lower, "original", address,
                                         "path", path.ptr, path.len)) == 0
               ? 0
               : SAILS_ENOMEM;
}

int target_read_options(struct target_reader *r, struct request_target *out)
{
    int rc = check_options(r, out);

    return rc == 0 ? add_own_options(r->address, out) : rc;
}
