#include "router/route_pattern.h"

#include "base/bounded_regex.h"
#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"

#include <sails/err.h>

/*
 * A path becomes the pattern that Sails' router makes of it: ":name" is one segment or what is left of
 * one, a star is anything, one trailing slash does not matter:
 *
 *     /a/<star>/b     ^/a/(.*)/b/?$
 *     /:file.:ext     ^/(?:([^/]+?))(?:\.([^/.]+?))/?$
 *     /a/:b?/c        ^/a(?:/([^/]+?))?/c/?$
 */
struct route_pattern {
    struct bounded_regex regex;
    bool has_numbers; /* each group has a number beside its name */
    bool may_take_dots;
    size_t n_groups;
    struct str names[ROUTE_CAPTURES_MAX]; /* empty: none */
};

struct str route_pattern_number(size_t n)
{
    static const char *const numbers[ROUTE_CAPTURES_MAX] = {
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"};

    return str_from(numbers[n]);
}

bool route_pattern_is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void route_match_add(struct route_match *match, struct str name, struct str value)
{
    match->params[match->n_params++] = (struct route_param){name, value};
}

/* ---- compiling ---- */

/* Text is bytes, for paths are percent-encoded. */
static int compile(struct route_pattern *pattern, struct str text, uint32_t options)
{
    int rc = bounded_regex_compile(&pattern->regex, text, options | PCRE2_NEVER_UTF);
    uint32_t n_groups = 0;

    if (rc < 0) {
        return rc;
    }
    pcre2_pattern_info(pattern->regex.code, PCRE2_INFO_CAPTURECOUNT, &n_groups);
    pattern->n_groups = n_groups;
    return n_groups <= ROUTE_CAPTURES_MAX ? 0 : SAILS_EINVAL;
}

/* Sails: parameters become members of an object that has a length of its own. */
static int add_name(struct route_pattern *pattern, size_t *n, struct str name)
{
    if (str_eq(name, STR("length"))) {
        return SAILS_ELENGTHPARAM;
    }
    if (*n == ROUTE_CAPTURES_MAX) {
        return SAILS_EINVAL;
    }
    pattern->names[(*n)++] = name;
    return 0;
}

static int set_names(struct route_pattern *pattern, struct str names)
{
    struct str name;
    size_t n = 0;
    int rc = 0;

    while (rc == 0 && str_take_part(&names, ',', &name)) {
        rc = add_name(pattern, &n, name);
    }
    return rc;
}

/* ---- whether a dot may be in what it matches ---- */

/* `at` is behind the backslash. Classes that leave something out (D, S, W), and what is rare, may be a dot. */
static bool is_dotless_escape(struct str regex, size_t at)
{
    return at < regex.len && regex.ptr[at] != '.' &&
           strchr("dwsnrtfbB/-$^()[]{}|*+?\\", regex.ptr[at]) != NULL;
}

/* The class that begins at *at, "[...]", which is moved to its end. Of ranges only those of letters and digits are
 * looked at. */
static bool is_dotless_class(struct str regex, size_t *at)
{
    size_t i = *at + 1;
    bool is_dotless = i < regex.len && regex.ptr[i] != '^';

    for (; i < regex.len && (regex.ptr[i] != ']' || i == *at + 1); i++) {
        char c = regex.ptr[i];

        if (c == '\\') {
            i++;
            is_dotless = is_dotless && is_dotless_escape(regex, i);
        } else if (c == '-') {
            char before = regex.ptr[i - 1];

            is_dotless = is_dotless && (route_pattern_is_name_char(before) || before == '[' ||
                                        (i + 1 < regex.len && regex.ptr[i + 1] == ']'));
        } else {
            is_dotless = is_dotless && c != '.' && c != '[';
        }
    }
    *at = i;
    return is_dotless;
}

/* False only where it is sure: "^/old/(\\d+)$". Anchored at both ends, and no place in it takes a dot. */
static bool may_take_dots(struct str regex)
{
    bool is_anchored = regex.len >= 2 && regex.ptr[0] == '^' && regex.ptr[regex.len - 1] == '$' &&
                       regex.ptr[regex.len - 2] != '\\';
    size_t depth = 0;

    for (size_t i = 0; is_anchored && i < regex.len; i++) {
        char c = regex.ptr[i];

        if (c == '\\') {
            i++;
            is_anchored = is_dotless_escape(regex, i);
        } else if (c == '[') {
            is_anchored = is_dotless_class(regex, &i);
        } else {
            depth += c == '(' ? 1 : 0;
            depth -= c == ')' && depth > 0 ? 1 : 0;
            is_anchored =
                c != '.' && (c != '|' || depth > 0); /* "^a|b$" is anchored at one end each */
        }
    }
    return !is_anchored;
}

bool route_pattern_may_take_dots(const struct route_pattern *pattern)
{
    return pattern->may_take_dots;
}

int route_pattern_of_regex(struct str regex, struct str names, struct route_pattern **out)
{
    struct route_pattern *pattern = mem_calloc(1, sizeof(*pattern));
    int rc = 0;

    if (pattern == NULL) {
        return SAILS_ENOMEM;
    }
    pattern->has_numbers = true;
    pattern->may_take_dots = may_take_dots(regex);
    rc = set_names(pattern, names);
    if (rc == 0) {
        rc = compile(pattern, regex, 0);
    }
    if (rc < 0) {
        route_pattern_destroy(pattern);
        return rc;
    }
    *out = pattern;
    return 0;
}

/* ---- translating a path ---- */

struct translation {
    struct route_pattern *pattern;
    struct buf regex;
    size_t n_names;
    size_t n_stars;
};

/* The length of what leads in a parameter, "/", "." or "/."; false: what comes next is none. */
static bool find_param(struct str rest, size_t *colon)
{
    size_t at = rest.len > 0 && rest.ptr[0] == '/' ? 1 : 0;

    at += at < rest.len && rest.ptr[at] == '.' ? 1 : 0;
    *colon = at;
    return at < rest.len && rest.ptr[at] == ':';
}

static int translate_param(struct translation *t, struct str *rest, size_t colon)
{
    bool has_slash = rest->ptr[0] == '/';
    bool has_dot = colon > 0 && rest->ptr[colon - 1] == '.';
    bool is_optional = false;
    struct str name = {rest->ptr + colon + 1, 0};
    size_t end = colon + 1;

    while (end < rest->len && route_pattern_is_name_char(rest->ptr[end])) {
        end++;
    }
    name.len = end - colon - 1;
    is_optional = end < rest->len && rest->ptr[end] == '?';
    end += is_optional ? 1 : 0;
    if (name.len == 0 || (end < rest->len && rest->ptr[end] == '*')) {
        return SAILS_EINVAL;
    }
    buf_append_str(&t->regex, has_slash && !is_optional ? STR("/(?:") : STR("(?:"));
    buf_append_str(&t->regex, has_slash && is_optional ? STR("/") : STR(""));
    buf_append_str(&t->regex, has_dot ? STR("\\.([^/.]+?))") : STR("([^/]+?))"));
    buf_append_str(&t->regex, is_optional ? STR("?") : STR(""));
    *rest = str_from_offset(*rest, end);
    return add_name(t->pattern, &t->n_names, name);
}

static int translate_star(struct translation *t)
{
    if (t->n_stars == ROUTE_CAPTURES_MAX) {
        return SAILS_EINVAL;
    }
    buf_append_str(&t->regex, STR("(.*)"));
    return add_name(t->pattern, &t->n_names, route_pattern_number(t->n_stars++));
}

/* What would be an operator in Sails, and is none here, is refused rather than misread. */
static int translate_char(struct translation *t, char c)
{
    if (c == '*') {
        return translate_star(t);
    }
    if (c == '?' || c == '(' || c == ')' || c == '\0') {
        return SAILS_EINVAL;
    }
    if (!route_pattern_is_name_char(c) && (unsigned char)c < 0x80) {
        buf_append_char(&t->regex, '\\');
    }
    buf_append_char(&t->regex, c);
    return 0;
}

static int translate(struct translation *t, struct str path)
{
    int rc = 0;

    if (path.len > 0 && path.ptr[path.len - 1] == '/') {
        path.len--;
    }
    buf_append_char(&t->regex, '^');
    while (rc == 0 && path.len > 0) {
        size_t colon = 0;

        if (find_param(path, &colon)) {
            rc = translate_param(t, &path, colon);
        } else {
            rc = translate_char(t, path.ptr[0]);
            path = str_from_offset(path, 1);
        }
    }
    buf_append_str(&t->regex, STR("/?$"));
    return rc == 0 ? buf_error(&t->regex) : rc;
}

int route_pattern_of_path(struct str path, struct route_pattern **out)
{
    struct translation t = {.pattern = mem_calloc(1, sizeof(*t.pattern))};
    int rc = 0;

    if (t.pattern == NULL) {
        return SAILS_ENOMEM;
    }
    rc = translate(&t, path);
    if (rc == 0) {
        rc = compile(t.pattern, buf_str(&t.regex), PCRE2_CASELESS | PCRE2_DOTALL);
    }
    buf_deinit(&t.regex);
    if (rc < 0) {
        route_pattern_destroy(t.pattern);
        return rc;
    }
    *out = t.pattern;
    return 0;
}

void route_pattern_destroy(struct route_pattern *pattern)
{
    if (pattern == NULL) {
        return;
    }
    bounded_regex_deinit(&pattern->regex);
    mem_free(pattern);
}

/* ---- matching ---- */

/* A group that took no part in the match gives no parameter. */
static void add_groups(const struct route_pattern *pattern, struct str path,
                       const PCRE2_SIZE *offsets, struct route_match *match)
{
    for (size_t i = 0; i < pattern->n_groups; i++) {
        PCRE2_SIZE start = offsets[2 * (i + 1)];
        PCRE2_SIZE end = offsets[2 * (i + 1) + 1];

        if (start == PCRE2_UNSET || end < start) {
            continue; /* "\K" in a look-ahead can turn them round */
        }
        struct str value = {path.ptr + start, end - start};

        if (pattern->has_numbers) {
            route_match_add(match, route_pattern_number(i), value);
        }
        if (pattern->names[i].len > 0) {
            route_match_add(match, pattern->names[i], value);
        }
    }
}

int route_pattern_match(const struct route_pattern *pattern, struct str path,
                        struct route_match *match)
{
    pcre2_match_data *groups = NULL;
    int rc = bounded_regex_match(&pattern->regex, path, &groups);

    if (rc > 0) {
        add_groups(pattern, path, pcre2_get_ovector_pointer(groups), match);
        pcre2_match_data_free(groups);
    }
    return rc;
}
