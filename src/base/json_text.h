/*
 * json_text.h - JSON as text, without a tree.
 *
 * Purpose    Tell whether text is JSON and where a value ends, walk an array, decode a string.
 * Ownership  None: spans in, spans of the same text out.
 * Threads    Any.
 * Floor      base.
 *
 * The grammar is RFC 8259's, with one exception: a member's name has no NUL in it (c_text.h). UTF-8 is
 * checked. As with JSON.parse, an escape may name half a surrogate pair; UTF-8 cannot express that,
 * so decoding makes it U+FFFD.
 */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/buf.h"

/* Deepest nesting that can be asked for. */
enum {
    JSON_TEXT_MAX_DEPTH = 4096
};

/*
 * What is taken. A value costs jansson up to some 250 bytes (an empty object is 128 bytes of buckets
 * and more), although it may be two bytes of text: without a limit of values text grows to eighty
 * times its length when it is parsed.
 */
struct json_limits {
    size_t max_depth;  /* at most JSON_TEXT_MAX_DEPTH */
    size_t max_values; /* objects and arrays, too, but not members' names; 0: any number */
    /* For who wants to know whether only such a name is wrong (c_text.h). Never to parse it. */
    bool allow_nul_names;
};

/* How many of the first bytes are white space. */
size_t json_text_space(struct str text);

/* How many of the first bytes stand for themselves in a string, and are ASCII. */
size_t json_text_plain(struct str text);

/*
 * The extent of the one value with which `text` begins, white space before it included. What is
 * behind it is not looked at. An array in an array has depth 2.
 * 0; SAILS_EJSON: no value; SAILS_ETOOBIG: over a limit.
 */
int json_text_scan(struct str text, const struct json_limits *limits, size_t *extent);

/* Whether `text` is one value, with white space around it at most. Codes as above. */
int json_text_check(struct str text, const struct json_limits *limits);

/*
 * Walks an array of valid JSON:
 *
 *     struct str rest = json_text_elements(array);
 *     while (json_text_next(&rest, &element)) { ... }
 *
 * An element comes without the white space around it.
 */
struct str json_text_elements(struct str array);
bool json_text_next(struct str *rest, struct str *element);

/*
 * The same of an object, behind its brace: the next name, as it is written; then its value is to be taken, by
 * json_text_take_value() or json_parse_next(). False: *rest stays in front of the closing brace.
 */
bool json_text_next_name(struct str *rest, struct str *name);
void json_text_take_value(struct str *rest, struct str *value);

/* Whether a valid string literal has a NUL in it: as an escape, for JSON knows no other way. */
bool json_text_has_nul(struct str literal);

/* Decodes a valid string literal, quotes included, into `out`, which has room for its length; the
 * text is never longer. Returns its length. */
size_t json_text_decode(struct str literal, char *out);

#endif
