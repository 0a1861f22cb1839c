/*
 * route_pattern.h - addresses that need a regular expression.
 *
 * Purpose    "r|^/\d+/(\w+)$|name", and paths such as "/a/<star>/b" or "/:file.:ext", as one compiled
 *            pattern whose groups are the parameters.
 * Ownership  A pattern borrows the address that it was made of; what it matched are views into that and
 *            into the path.
 * Threads    Any, once it has been made.
 * Floor      router; uses base, PCRE2.
 */
#ifndef ROUTER_ROUTE_PATTERN_H
#define ROUTER_ROUTE_PATTERN_H

#include "base/str.h"

enum {
    ROUTE_CAPTURES_MAX = 16,                  /* of one address */
    ROUTE_PARAMS_MAX = 2 * ROUTE_CAPTURES_MAX /* a regular expression's have a number and a name */
};

struct route_param {
    struct str name;
    struct str value; /* as in the path: not decoded */
};

struct route;

struct route_match {
    const struct route *route;
    size_t n_params;
    struct route_param params[ROUTE_PARAMS_MAX];
};

struct route_pattern;

/* "0", "1"...: the name of the n-th wildcard or group. n is below ROUTE_CAPTURES_MAX. */
struct str route_pattern_number(size_t n);

/* Whether `c` may be part of a parameter's name. */
bool route_pattern_is_name_char(char c);

void route_match_add(struct route_match *match, struct str name, struct str value);

/*
 * Of a regular expression and the names of its groups, "a,b"; a group without a name has its number only.
 * 0; SAILS_EINVAL: it does not compile, or has too many groups; SAILS_ELENGTHPARAM; SAILS_ENOMEM.
 */
int route_pattern_of_regex(struct str regex, struct str names, struct route_pattern **out);

/* Whether a dot may be in a path that a regular expression matches; false only where that is sure. */
bool route_pattern_may_take_dots(const struct route_pattern *pattern);

/* Of a path with parameters and wildcards anywhere. Errors as above. */
int route_pattern_of_path(struct str path, struct route_pattern **out);

/* NULL is harmless. */
void route_pattern_destroy(struct route_pattern *pattern);

/*
 * 1: it matches, and its parameters are in *match behind those that were there; 0: it does not;
 * SAILS_ETOOBIG: nobody knows, for finding out costs more than the limit; SAILS_ENOMEM.
 */
int route_pattern_match(const struct route_pattern *pattern, struct str path,
                        struct route_match *match);

#endif
