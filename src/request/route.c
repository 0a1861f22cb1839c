#include "request/route.h"

#include "base/mem.h"

#include <sails/err.h>

static const struct {
    struct str name;
    unsigned methods;
} verbs[] = {
    {{"GET", 3}, 1u << HTTP_METHOD_GET | 1u << HTTP_METHOD_HEAD},
    {{"HEAD", 4}, 1u << HTTP_METHOD_HEAD},
    {{"POST", 4}, 1u << HTTP_METHOD_POST},
    {{"PUT", 3}, 1u << HTTP_METHOD_PUT},
    {{"PATCH", 5}, 1u << HTTP_METHOD_PATCH},
    {{"DELETE", 6}, 1u << HTTP_METHOD_DELETE},
    {{"OPTIONS", 7}, 1u << HTTP_METHOD_OPTIONS},
    {{"ALL", 3}, ~0u},
};

/* Without a method: GET, POST, PUT, PATCH, DELETE, and HEAD through GET. */
enum {
    METHODS_BY_DEFAULT = 1u << HTTP_METHOD_GET | 1u << HTTP_METHOD_HEAD | 1u << HTTP_METHOD_POST |
                         1u << HTTP_METHOD_PUT | 1u << HTTP_METHOD_PATCH | 1u << HTTP_METHOD_DELETE
};

/* ---- parsing ---- */

/* Takes the method, if there is one, out of *rest. */
static int parse_methods(struct route *route, struct str *rest)
{
    size_t blank = str_find(*rest, ' ');
    struct str verb = {rest->ptr, blank};

    route->methods = METHODS_BY_DEFAULT;
    if (blank == rest->len) {
        return 0;
    }
    *rest = str_trim(str_from_offset(*rest, blank));
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (str_eq_nocase(verb, verbs[i].name)) {
            route->methods = verbs[i].methods;
            return 0;
        }
    }
    return SAILS_EINVAL;
}

static int parse_segment(struct str text, struct route_segment *segment)
{
    *segment = (struct route_segment){ROUTE_TEXT, text};
    if (str_eq(text, STR("*"))) {
        *segment = (struct route_segment){ROUTE_WILDCARD, STR("0")};
        return 0;
    }
    if (text.len == 0 || text.ptr[0] != ':') {
        return str_find(text, '*') == text.len ? 0 : SAILS_EINVAL;
    }
    segment->kind = ROUTE_PARAM;
    segment->text = str_from_offset(text, 1);
    if (text.ptr[text.len - 1] == '?') {
        segment->kind = ROUTE_OPTIONAL_PARAM;
        segment->text.len--;
    }
    /* Sails: E_ROUTE_WITH_LENGTH, for parameters become members of an object with a length. */
    return segment->text.len == 0 || str_eq(segment->text, STR("length")) ? SAILS_EINVAL : 0;
}

static bool must_be_last(const struct route_segment *segment)
{
    return segment->kind == ROUTE_WILDCARD || segment->kind == ROUTE_OPTIONAL_PARAM;
}

static int parse_path(struct route *route, struct str path)
{
    struct str part;
    size_t n_params = 0;

    if (path.len == 0 || path.ptr[0] != '/') {
        return SAILS_EINVAL;
    }
    path = str_from_offset(path, 1);
    while (path.len > 0 && str_take_part(&path, '/', &part)) {
        struct route_segment *segment = &route->segments[route->n_segments];

        if (route->n_segments == ROUTE_SEGMENTS_MAX ||
            (route->n_segments > 0 && must_be_last(segment - 1)) ||
            parse_segment(part, segment) < 0) {
            return SAILS_EINVAL;
        }
        n_params += segment->kind != ROUTE_TEXT ? 1 : 0;
        route->n_segments++;
    }
    return n_params <= ROUTE_PARAMS_MAX ? 0 : SAILS_EINVAL;
}

/*
 * How specific an address is, as text that sorts the more specific one first: per segment 1 (text),
 * 2 (parameter) or 3 (wildcard), then 0 where a method is named and 1 where none is; 5 before it all
 * where no segment is text. An absent segment counts as 0, or as 4 behind a wildcard.
 */
static void set_rank(struct route *route)
{
    static const char digits[] = {'1', '2', '2', '3'};
    bool has_text = route->n_segments == 0;
    bool has_wildcard = false;
    size_t n = 1;

    for (size_t i = 0; i < ROUTE_SEGMENTS_MAX; i++) {
        char absent = has_wildcard ? '4' : '0';

        route->rank[n++] = i < route->n_segments ? digits[route->segments[i].kind] : absent;
        has_text = has_text || (i < route->n_segments && route->segments[i].kind == ROUTE_TEXT);
        has_wildcard =
            has_wildcard || (i < route->n_segments && route->segments[i].kind == ROUTE_WILDCARD);
    }
    route->rank[0] = has_text ? '1' : '5';
    route->rank[n++] = route->methods == METHODS_BY_DEFAULT || route->methods == ~0u ? '1' : '0';
    route->rank[n] = '\0';
}

/* Sails' `skipAssets` as it is where nobody sets it. */
static bool skips_files(const struct route *route)
{
    enum route_segment_kind last =
        route->n_segments > 0 ? route->segments[route->n_segments - 1].kind : ROUTE_TEXT;

    return (route->methods & 1u << HTTP_METHOD_GET) != 0 &&
           (last == ROUTE_PARAM || last == ROUTE_OPTIONAL_PARAM);
}

int route_create(const char *address, void *target, struct route **out)
{
    struct str text = str_from(address);
    struct route *route = mem_calloc(1, sizeof(*route) + text.len + 1);
    struct str rest;
    int rc = 0;

    if (route == NULL) {
        return SAILS_ENOMEM;
    }
    memcpy(route->address, address, text.len);
    route->target = target;
    rest = str_trim((struct str){route->address, text.len});
    rc = parse_methods(route, &rest);
    if (rc == 0) {
        rc = parse_path(route, str_eq(rest, STR("*")) ? STR("/*") : rest);
    }
    if (rc < 0) {
        route_destroy(route);
        return rc;
    }
    set_rank(route);
    route->skips_files = skips_files(route);
    *out = route;
    return 0;
}

void route_destroy(struct route *route)
{
    mem_free(route);
}

/* ---- matching ---- */

static void add_param(struct route_match *match, struct str name, struct str value)
{
    match->params[match->n_params++] = (struct route_param){name, value};
}

/* Takes the next segment out of *rest, which begins with a slash. False: there is none. */
static bool take_segment(struct str *rest, struct str *segment)
{
    size_t end = 0;

    if (rest->len < 2) {
        return false; /* nothing, or the trailing slash */
    }
    *rest = str_from_offset(*rest, 1);
    end = str_find(*rest, '/');
    *segment = (struct str){rest->ptr, end};
    *rest = str_from_offset(*rest, end);
    return end > 0;
}

static bool match_wildcard(struct str rest, struct route_match *match)
{
    if (rest.len == 0) {
        return false; /* of the address /wild/... the path /wild is not one */
    }
    add_param(match, STR("0"), str_from_offset(rest, 1));
    return true;
}

static bool match_segment(const struct route_segment *segment, struct str *rest,
                          struct route_match *match)
{
    struct str part = {NULL, 0};

    if (segment->kind == ROUTE_WILDCARD) {
        bool is_match = match_wildcard(*rest, match);

        *rest = (struct str){NULL, 0};
        return is_match;
    }
    if (!take_segment(rest, &part)) {
        return segment->kind == ROUTE_OPTIONAL_PARAM && rest->len < 2;
    }
    if (segment->kind == ROUTE_TEXT) {
        return str_eq_nocase(part, segment->text);
    }
    add_param(match, segment->text, part);
    return true;
}

/* The last segment has a dot that is neither its first nor its last character. */
static bool looks_like_file(struct str path)
{
    for (size_t i = path.len; i > 1 && path.ptr[i - 1] != '/'; i--) {
        if (path.ptr[i - 1] == '.' && i < path.len && path.ptr[i - 2] != '/') {
            return true;
        }
    }
    return false;
}

bool route_matches(const struct route *route, struct str path, struct route_match *match)
{
    struct str rest = path;

    *match = (struct route_match){.target = route->target};
    while (rest.len > 0 && rest.ptr[rest.len - 1] == ' ') {
        rest.len--;
    }
    if (rest.len == 0 || rest.ptr[0] != '/' || (route->skips_files && looks_like_file(rest))) {
        return false;
    }
    for (size_t i = 0; i < route->n_segments; i++) {
        if (!match_segment(&route->segments[i], &rest, match)) {
            return false;
        }
    }
    return rest.len == 0 || str_eq(rest, STR("/"));
}
