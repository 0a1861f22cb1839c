/*
 * text_pattern.h - a regular expression that texts must match.
 *
 * Purpose    The rule `regex`: PCRE2 over UTF-8, within limits, for texts come from strangers.
 * Ownership  A pattern keeps nothing of what it was made of.
 * Threads    Any, once it has been made.
 * Floor      schema; uses base, PCRE2.
 */
#ifndef SCHEMA_TEXT_PATTERN_H
#define SCHEMA_TEXT_PATTERN_H

#include "base/str.h"

struct text_pattern;

/*
 * `regex` is an expression as JavaScript writes it, "/^a+$/i" with the flags i, m, s (g and u are allowed
 * and change nothing), or what would stand between the slashes.
 * 0; SAILS_EINVAL: it does not compile, or has other flags; SAILS_ENOMEM.
 */
int text_pattern_create(struct str regex, struct text_pattern **out);

/* NULL is harmless. */
void text_pattern_destroy(struct text_pattern *pattern);

/* 1: it matches somewhere in the text; 0: it does not; SAILS_ETOOBIG: nobody knows, for finding out
 * costs more than the limit; SAILS_ENOMEM. */
int text_pattern_match(const struct text_pattern *pattern, struct str text);

#endif
