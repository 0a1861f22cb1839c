/*
 * route.h - one route address, "GET /chat/:room".
 *
 * Purpose    Parses addresses, matches paths, ranks addresses by how specific they are.
 * Ownership  A route owns its text; matches are views into the route and the path.
 * Threads    Any, once it has been parsed.
 * Floor      request; uses base.
 *
 * Addresses (Sails documentation, "Routes", "Address syntax"): an optional method, then a path of
 * segments: text (compared without case), ":name" (one segment), ":name?" (may be absent, last
 * only), "*" (any characters, slashes included; last only). One trailing slash and trailing blanks of
 * the path that is asked for do not matter. An address that GET may use and that ends in a parameter
 * leaves paths that look like files, "/logo.png", to those who serve files.
 */
#ifndef REQUEST_ROUTE_H
#define REQUEST_ROUTE_H

#include "base/list.h"
#include "http/http.h"

enum {
    ROUTE_SEGMENTS_MAX = 32, /* of one address */
    ROUTE_PARAMS_MAX = 16
};

enum route_segment_kind {
    ROUTE_TEXT,
    ROUTE_PARAM,
    ROUTE_OPTIONAL_PARAM,
    ROUTE_WILDCARD
};

struct route_segment {
    enum route_segment_kind kind;
    struct str text; /* or the parameter's name; "0" for a wildcard */
};

struct route {
    struct list in_router;
    unsigned methods; /* bit 1 << enum http_method */
    bool skips_files;
    size_t n_segments;
    struct route_segment segments[ROUTE_SEGMENTS_MAX];
    char rank[ROUTE_SEGMENTS_MAX + 3];
    void *target;
    char address[]; /* what the segments are views of */
};

struct route_param {
    struct str name;
    struct str value; /* as in the path: not decoded */
};

struct route_match {
    void *target;
    size_t n_params;
    struct route_param params[ROUTE_PARAMS_MAX];
};

/* 0; SAILS_EINVAL: not an address (an unknown method, no leading slash, a name that is missing or
 * "length", a wildcard or optional segment that is not the last); SAILS_ENOMEM. */
int route_create(const char *address, void *target, struct route **out);

/* NULL is harmless. */
void route_destroy(struct route *route);

/* Whether the path is one of the route's; *match is filled in then. */
bool route_matches(const struct route *route, struct str path, struct route_match *match);

#endif
