#include "router/route.h"

#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/* Of "ALL": such a route answers for files, too. */
#define ALL_METHODS (~0u)

/* A route for TRACE or CONNECT answers every method that has no name of its own (HTTP_METHOD_OTHER). */
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
    {{"TRACE", 5}, 1u << HTTP_METHOD_OTHER},
    {{"CONNECT", 7}, 1u << HTTP_METHOD_OTHER},
    {{"ALL", 3}, ALL_METHODS},
};

/* Without a method: GET, POST, PUT, PATCH, DELETE, and HEAD through GET. */
enum {
    METHODS_BY_DEFAULT = 1u << HTTP_METHOD_GET | 1u << HTTP_METHOD_HEAD | 1u << HTTP_METHOD_POST |
                         1u << HTTP_METHOD_PUT | 1u << HTTP_METHOD_PATCH | 1u << HTTP_METHOD_DELETE
};

/* ---- parsing ---- */

static bool begins_a_path(struct str text)
{
    return str_starts_with(text, STR("/")) || str_starts_with(text, STR("*")) ||
           str_starts_with(text, STR("r|"));
}

/* Takes the method, if there is one, out of *rest. */
static int parse_methods(struct str *rest, unsigned *methods)
{
    size_t blank = str_find(*rest, ' ');
    struct str verb = {rest->ptr, blank};

    *methods = METHODS_BY_DEFAULT;
    if (begins_a_path(*rest)) {
        return 0;
    }
    *rest = str_trim(str_from_offset(*rest, blank));
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (str_eq_nocase(verb, verbs[i].name)) {
            *methods = verbs[i].methods;
            return 0;
        }
    }
    return SAILS_EINVAL;
}

/* Whether a segment is ":name" or ":name?" and nothing else. */
static bool is_whole_param(struct str text)
{
    size_t end = 1;

    if (text.len < 2 || text.ptr[0] != ':') {
        return false;
    }
    while (end < text.len && route_pattern_is_name_char(text.ptr[end])) {
        end++;
    }
    return end > 1 && (end == text.len || (end + 1 == text.len && text.ptr[end] == '?'));
}

static bool is_plain_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("*:?()", text.ptr[i]) != NULL) {
            return false;
        }
    }
    return text.len > 0;
}

static struct route_segment parse_segment(struct str text)
{
    if (str_eq(text, STR("*"))) {
        return (struct route_segment){ROUTE_WILDCARD, route_pattern_number(0)};
    }
    if (is_plain_text(text)) {
        return (struct route_segment){ROUTE_TEXT, text};
    }
    if (!is_whole_param(text)) {
        return (struct route_segment){ROUTE_MIXED, text};
    }
    if (text.ptr[text.len - 1] == '?') {
        return (struct route_segment){ROUTE_OPTIONAL_PARAM, {text.ptr + 1, text.len - 2}};
    }
    return (struct route_segment){ROUTE_PARAM, {text.ptr + 1, text.len - 1}};
}

/* The segments of "/a/b/" are "a" and "b". */
static struct str without_slashes_at_ends(struct str path)
{
    path = str_from_offset(path, 1);
    path.len -= path.len > 0 && path.ptr[path.len - 1] == '/' ? 1 : 0;
    return path;
}

static void parse_segments(struct route *route, struct str path)
{
    struct str rest = without_slashes_at_ends(path);

    while (rest.len > 0) {
        size_t end = str_find(rest, '/');

        route->segments[route->n_segments++] = parse_segment((struct str){rest.ptr, end});
        rest = str_from_offset(rest, end < rest.len ? end + 1 : end);
    }
}

/* Plain segments are compared one by one: only the last may be a wildcard or absent. */
static bool needs_pattern(const struct route *route)
{
    for (size_t i = 0; i < route->n_segments; i++) {
        enum route_segment_kind kind = route->segments[i].kind;
        bool is_last = i + 1 == route->n_segments;

        if (kind == ROUTE_MIXED ||
            (!is_last && (kind == ROUTE_WILDCARD || kind == ROUTE_OPTIONAL_PARAM))) {
            return true;
        }
    }
    return false;
}

/* Sails' E_ROUTE_WITH_LENGTH: parameters become members of an object that has a length of its own. */
static int check_params(const struct route *route)
{
    size_t n_params = 0;

    for (size_t i = 0; i < route->n_segments; i++) {
        if (route->segments[i].kind == ROUTE_TEXT) {
            continue;
        }
        n_params++;
        if (str_eq(route->segments[i].text, STR("length"))) {
            return SAILS_ELENGTHPARAM;
        }
    }
    return n_params <= ROUTE_CAPTURES_MAX ? 0 : SAILS_EINVAL;
}

static int parse_path(struct route *route, struct str path)
{
    int rc = 0;

    parse_segments(route, path);
    rc = check_params(route);
    if (rc < 0 || !needs_pattern(route)) {
        return rc;
    }
    return route_pattern_of_path(path, &route->pattern);
}

/* "r|REGEX|a,b": the expression may have bars of its own, the names have none. */
static int parse_regex(struct route *route, struct str text)
{
    size_t bar = text.len;

    text = str_from_offset(text, sizeof("r|") - 1);
    for (size_t i = 0; i < text.len; i++) {
        bar = text.ptr[i] == '|' ? i : bar;
    }
    if (bar >= text.len) {
        return SAILS_EINVAL;
    }
    return route_pattern_of_regex((struct str){text.ptr, bar}, str_from_offset(text, bar + 1),
                                  &route->pattern);
}

static size_t count_segments(struct str path)
{
    size_t n = 0;

    if (path.ptr[0] == '/') {
        path = without_slashes_at_ends(path);
        n = path.len > 0 ? 1 : 0;
        for (size_t i = 0; i < path.len; i++) {
            n += path.ptr[i] == '/' ? 1 : 0;
        }
    }
    return n;
}

static struct route *allocate_route(struct str address, size_t n_segments)
{
    size_t size = sizeof(struct route) + n_segments * sizeof(struct route_segment);
    struct route *route = mem_calloc(1, size + address.len + 1);

    if (route != NULL) {
        char *copy = (char *)route + size;

        memcpy(copy, address.ptr, address.len);
        route->address = (struct str){copy, address.len};
    }
    return route;
}

/* Where the path begins in the address; everything is trimmed. */
static int split_address(struct str address, unsigned *methods, struct str *path)
{
    *path = address;
    if (parse_methods(path, methods) < 0 || !begins_a_path(*path)) {
        return SAILS_EINVAL;
    }
    if (path->ptr[0] == '*') {
        return path->len == 1 ? 0 : SAILS_EINVAL;
    }
    return count_segments(*path) <= ROUTE_SEGMENTS_MAX ? 0 : SAILS_EINVAL;
}

int route_create(const char *address, void *target, struct route **out)
{
    struct str text = str_trim(str_from(address));
    struct str path;
    unsigned methods = 0;
    size_t at = 0;
    struct route *route = NULL;
    int rc = split_address(text, &methods, &path);

    if (rc < 0) {
        return rc;
    }
    at = (size_t)(path.ptr - text.ptr);
    route = allocate_route(text, path.ptr[0] == '*' ? 1 : count_segments(path));
    if (route == NULL) {
        return SAILS_ENOMEM;
    }
    route->methods = methods;
    route->target = target;
    path = str_from_offset(route->address, at); /* the segments view the route's own copy */
    path = path.ptr[0] == '*' ? STR("/*") : path;
    rc = path.ptr[0] == '/' ? parse_path(route, path) : parse_regex(route, path);
    if (rc < 0) {
        route_destroy(route);
        return rc;
    }
    *out = route;
    return 0;
}

void route_destroy(struct route *route)
{
    if (route != NULL) {
        route_pattern_destroy(route->pattern);
        route_pattern_destroy(route->skip);
        mem_free(route);
    }
}

/* ---- order ---- */

bool route_is_regex(const struct route *route)
{
    return route->pattern != NULL && route->n_segments == 0;
}

static unsigned segment_digit(const struct route_segment *segment)
{
    static const unsigned digits[] = {1, 2, 2, 3};

    if (segment->kind != ROUTE_MIXED) {
        return digits[segment->kind];
    }
    if (str_find(segment->text, '*') < segment->text.len) {
        return 3;
    }
    return str_find(segment->text, ':') < segment->text.len ? 2 : 1;
}

enum {
    RANK_DIGITS_PER_WORD = 21,
    RANK_DIGITS = ROUTE_SEGMENTS_MAX + 2
};

static_assert(RANK_DIGITS <= 2 * RANK_DIGITS_PER_WORD, "a rank has two words");

static void put_digit(struct route_rank *rank, size_t i, unsigned digit)
{
    size_t shift = 3 * (RANK_DIGITS_PER_WORD - 1 - i % RANK_DIGITS_PER_WORD);

    rank->words[i / RANK_DIGITS_PER_WORD] |= (uint64_t)digit << shift;
}

/*
 * A digit a segment: 1 (text), 2 (parameter) or 3 (wildcard); absent ones are 0, or 4 behind a
 * wildcard. Before them a 5 where no segment is text; behind them 0 where a method is named and 1
 * where none is.
 */
struct route_rank route_rank(const struct route *route)
{
    struct route_rank rank = {{0, 0}};
    bool has_text = false;
    unsigned absent = 0;

    for (size_t i = 0; i < ROUTE_SEGMENTS_MAX; i++) {
        unsigned digit = i < route->n_segments ? segment_digit(&route->segments[i]) : absent;

        has_text = has_text || digit == 1;
        absent = digit == 3 ? 4 : absent;
        put_digit(&rank, i + 1, digit);
    }
    put_digit(&rank, 0, has_text ? 0 : 5);
    put_digit(&rank, RANK_DIGITS - 1,
              route->methods == METHODS_BY_DEFAULT || route->methods == ~0u ? 1 : 0);
    return rank;
}

bool route_precedes(const struct route *a, const struct route *b)
{
    for (size_t i = 0; i < ARRAY_LEN(a->rank.words); i++) {
        if (a->rank.words[i] != b->rank.words[i]) {
            return a->rank.words[i] < b->rank.words[i];
        }
    }
    return a->serial < b->serial;
}

/* ---- matching ---- */

struct str route_trim_path(struct str path)
{
    while (path.len > 0 && path.ptr[path.len - 1] == ' ') {
        path.len--;
    }
    return path;
}

bool route_take_segment(struct str *rest, struct str *segment)
{
    struct str behind = *rest;
    size_t end = 0;

    if (rest->len < 2) {
        return false; /* nothing, or the trailing slash */
    }
    behind = str_from_offset(behind, 1);
    end = str_find(behind, '/');
    if (end == 0) {
        return false;
    }
    *segment = (struct str){behind.ptr, end};
    *rest = str_from_offset(behind, end);
    return true;
}

static bool match_wildcard(struct str *rest, struct route_match *match)
{
    if (rest->len == 0) {
        return false; /* of the address /wild/... the path /wild is not one */
    }
    route_match_add(match, route_pattern_number(0), str_from_offset(*rest, 1));
    rest->len = 0;
    return true;
}

static bool match_segment(const struct route_segment *segment, struct str *rest,
                          struct route_match *match)
{
    struct str part = {NULL, 0};

    if (segment->kind == ROUTE_WILDCARD) {
        return match_wildcard(rest, match);
    }
    if (!route_take_segment(rest, &part)) {
        return segment->kind == ROUTE_OPTIONAL_PARAM;
    }
    if (segment->kind == ROUTE_TEXT) {
        return str_eq_nocase(part, segment->text);
    }
    route_match_add(match, segment->text, part);
    return true;
}

static bool match_segments(const struct route *route, struct str rest, struct route_match *match)
{
    for (size_t i = 0; i < route->n_segments; i++) {
        if (!match_segment(&route->segments[i], &rest, match)) {
            return false;
        }
    }
    return rest.len == 0 || str_eq(rest, STR("/"));
}

bool route_looks_like_asset(struct str path)
{
    for (size_t i = path.len; i > 1 && path.ptr[i - 1] != '/'; i--) {
        if (path.ptr[i - 1] == '.' && i < path.len && path.ptr[i - 2] != '/') {
            return true;
        }
    }
    return false;
}

static bool skips_assets(const struct route *route)
{
    enum route_segment_kind last = ROUTE_TEXT;

    if (route->skip_assets != ROUTE_SKIP_BY_ADDRESS) {
        return route->skip_assets == ROUTE_SKIP_ALWAYS;
    }
    if (route->n_segments > 0) {
        last = route->segments[route->n_segments - 1].kind;
    }
    return (route->methods & 1u << HTTP_METHOD_GET) != 0 && route->methods != ALL_METHODS &&
           (last == ROUTE_PARAM || last == ROUTE_OPTIONAL_PARAM);
}

/* Sails' skipRegex. A path that nobody can tell of is not skipped: its route's pattern fails as well. */
static bool skips_path(const struct route *route, struct str path)
{
    struct route_match ignored;

    ignored.n_params = 0; /* the rest is too big to clear for nothing */
    return route_pattern_match(route->skip, path, &ignored) > 0;
}

int route_try(const struct route *route, struct str path, struct route_match *match)
{
    path = route_trim_path(path);
    match->route = route;
    match->n_params = 0;
    if (path.len == 0 || path.ptr[0] != '/' ||
        (skips_assets(route) && route_looks_like_asset(path))) {
        return 0;
    }
    if (route->skip != NULL && skips_path(route, path)) {
        return 0;
    }
    if (route->pattern != NULL) {
        return route_pattern_match(route->pattern, path, match);
    }
    return match_segments(route, path, match) ? 1 : 0;
}
