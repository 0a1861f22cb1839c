#include "web/origin.h"

#include "base/json_value.h"
#include "base/macros.h"

static const char invalid_list[] = "E_INVALID_ONLY_ALLOW_ORIGINS";
static const char invalid_origin[] = "E_INVALID_ORIGIN";

/* Of "host:port" (IPv6 addresses are in brackets), the port; {NULL, 0}: none is named. */
static struct str port_of(struct str authority)
{
    for (size_t i = authority.len; i > 0 && authority.ptr[i - 1] != ']'; i--) {
        if (authority.ptr[i - 1] == ':') {
            return str_from_offset(authority, i);
        }
    }
    return (struct str){NULL, 0};
}

static bool is_without_blanks(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = (uint8_t)s.ptr[i];

        if (c <= 0x20 || c == 0x7f) {
            return false;
        }
    }
    return true;
}

/* What is behind "http://", whose port would be left out in a browser's header if it is `usual`. */
static const char *authority_fault(struct str authority, struct str usual)
{
    struct str port = port_of(authority);
    uint64_t number = 0;

    if (str_find(authority, '/') < authority.len || str_find(authority, '?') < authority.len ||
        str_find(authority, '#') < authority.len) {
        return "it must end behind the host or port: no path, query, fragment or final slash";
    }
    if (!is_without_blanks(authority) || str_find(authority, '@') < authority.len ||
        str_find(authority, '\\') < authority.len) {
        return "it has a character that no origin has";
    }
    if (authority.len == 0 || authority.ptr[0] == ':') {
        return "it names no host";
    }
    if (port.ptr != NULL && !str_to_u64(port, 65535, &number)) {
        return "its port is not a number up to 65535";
    }
    return port.ptr != NULL && str_eq(port, usual)
               ? "a scheme's usual port (80, 443) must be left out"
               : NULL;
}

const char *origin_fault(struct str origin)
{
    if (origin.len == 0) {
        return "it is empty";
    }
    if (str_starts_with(origin, STR("file://"))) {
        return NULL; /* Cordova and the like */
    }
    if (str_starts_with(origin, STR("http://"))) {
        return authority_fault(str_from_offset(origin, STR("http://").len), STR("80"));
    }
    if (str_starts_with(origin, STR("https://"))) {
        return authority_fault(str_from_offset(origin, STR("https://").len), STR("443"));
    }
    return "it must begin with http:// or https://";
}

static bool check_list(const json_t *list, struct origin_violation *violation)
{
    if (!json_is_array(list)) {
        *violation = (struct origin_violation){
            .code = invalid_list, .why = "sockets.onlyAllowOrigins must be a list of origins"};
        return false;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *why =
            json_is_string(item) ? origin_fault(json_value_text(item)) : "it is not a text";

        if (why != NULL) {
            *violation = (struct origin_violation){.code = invalid_origin, .why = why, .at = i};
            return false;
        }
    }
    return true;
}

bool origin_setting_check(const struct origin_setting *setting, struct origin_violation *violation)
{
    if (setting->only_allow != NULL && !json_is_null(setting->only_allow)) {
        return check_list(setting->only_allow, violation);
    }
    if (setting->is_production && !setting->has_before_connect) {
        *violation = (struct origin_violation){
            .why = "in production, sockets.onlyAllowOrigins or sockets.beforeConnect must say who "
                   "may connect"};
        return false;
    }
    return true;
}

static bool is_local(struct str origin)
{
    static const struct str schemes[] = {{"http://", 7}, {"https://", 8}};

    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        if (str_starts_with(origin, schemes[i])) {
            struct str authority = str_from_offset(origin, schemes[i].len);
            struct str host = {authority.ptr, str_find(authority, ':')};

            return str_eq(host, STR("localhost")) || str_eq(host, STR("127.0.0.1"));
        }
    }
    return false;
}

bool origin_all_local(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!is_local(json_value_text(json_array_get(list, i)))) {
            return false;
        }
    }
    return json_array_size(list) > 0;
}

bool origin_is_of_host(struct str origin, struct str host)
{
    size_t at = 0;

    while (at < origin.len && origin.ptr[at] != ':') {
        at++;
    }
    origin = str_from_offset(origin, at);
    return str_starts_with(origin, STR("://")) &&
           str_eq_nocase(str_from_offset(origin, strlen("://")), host);
}

bool origin_is_admitted(const json_t *allowed, bool allow_missing, struct str origin)
{
    if (allowed == NULL) {
        return true;
    }
    if (origin.ptr == NULL) {
        return allow_missing;
    }
    for (size_t i = 0; i < json_array_size(allowed); i++) {
        if (str_eq(json_value_text(json_array_get(allowed, i)), origin)) {
            return true;
        }
    }
    return false;
}
