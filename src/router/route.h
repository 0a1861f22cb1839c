/*
 * route.h - one route address, "GET /chat/:room".
 *
 * Purpose    Parses addresses, matches paths, ranks addresses by how specific they are.
 * Ownership  A route owns its text; matches are views into the route and the path.
 * Threads    Any, once it is in a router.
 * Floor      router; uses base, PCRE2 (route_pattern.h).
 *
 * Addresses (Sails documentation, "Routes", "Address syntax"): an optional method, then a path:
 *
 *     text       compared without case; one trailing slash does not matter
 *     :name      one segment, or the part of one: "/:file.:ext"
 *     :name?     as that, or nothing
 *     *          any characters, slashes included; parameters "0", "1"...
 *
 * or "r|REGEX|a,b", a regular expression over the whole path, whose groups are "0", "1"... and "a", "b".
 * Trailing blanks of the path that is asked for do not matter.
 */
#ifndef ROUTER_ROUTE_H
#define ROUTER_ROUTE_H

#include "base/list.h"
#include "http/http.h"
#include "router/route_pattern.h"

enum {
    ROUTE_SEGMENTS_MAX = 32 /* of one address */
};

enum route_segment_kind {
    ROUTE_TEXT,
    ROUTE_PARAM,
    ROUTE_OPTIONAL_PARAM,
    ROUTE_WILDCARD,
    ROUTE_MIXED /* text with parameters or wildcards in it */
};

struct route_segment {
    enum route_segment_kind kind;
    struct str text; /* or the parameter's name */
};

/* Sails' `skipAssets`: whether the route leaves paths that look like files, "/logo.png", to others. */
enum route_skip_assets {
    ROUTE_SKIP_BY_ADDRESS, /* where GET may use it and its path ends in a parameter */
    ROUTE_SKIP_ALWAYS,
    ROUTE_SKIP_NEVER
};

/* Digits of three bits, first ones highest: smaller is more specific. */
struct route_rank {
    uint64_t words[2];
};

struct route {
    struct list in_router;
    struct list in_tree;
    struct route_rank rank; /* the router's from here on */
    size_t serial;          /* settles equal ranks: the order of adding */
    unsigned methods;       /* bit 1 << enum http_method */
    enum route_skip_assets skip_assets;
    void *target;
    struct route_pattern *pattern; /* NULL: the segments say it all */
    struct route_pattern *skip;    /* paths that are left to others; NULL: none */
    struct str address;
    size_t n_segments; /* 0 for a regular expression */
    struct route_segment segments[];
};

/* 0; SAILS_EINVAL: not an address (an unknown method, no leading slash, a name that is missing, a
 * regular expression that is wrong, too many segments or parameters); SAILS_ELENGTHPARAM: a parameter
 * "length"; SAILS_ENOMEM. */
int route_create(const char *address, void *target, struct route **out);

/* NULL is harmless. */
void route_destroy(struct route *route);

bool route_is_regex(const struct route *route);

/* How specific the address is (app-config-cli 6.2); a regular expression has no rank of its own. */
struct route_rank route_rank(const struct route *route);

/* Whether `a` is asked before `b`. */
bool route_precedes(const struct route *a, const struct route *b);

/* 1: the path is one of the route's, and *match is filled in; 0: it is not; else as
 * route_pattern_match(). The method is not looked at. */
int route_try(const struct route *route, struct str path, struct route_match *match);

/* Takes the next segment out of *rest, which begins with a slash. False: there is none, or an empty one,
 * and *rest is as it was. */
bool route_take_segment(struct str *rest, struct str *segment);

/* Whether the last segment of a path has a dot that is neither its first nor its last character (Sails'
 * LOOKS_LIKE_ASSET_RX): such paths are files, most likely. */
bool route_looks_like_asset(struct str path);

/* Without the blanks at its end. */
struct str route_trim_path(struct str path);

#endif
