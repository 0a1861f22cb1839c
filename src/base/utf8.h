/*
 * utf8.h - is it UTF-8, and how long is it elsewhere?
 *
 * Purpose    Check text that arrives in pieces, and refuse it at the first byte that no valid text
 *            has in that place (RFC 3629 section 4).
 * Ownership  None.
 * Threads    Any; one check at a time in one thread.
 * Floor      base.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

/* A check under way. {0} is the beginning of a text. */
struct utf8_check {
    uint8_t missing; /* bytes until the character is whole; 0: between characters */
    uint8_t low;     /* the next byte's range, while one is missing */
    uint8_t high;
};

/*
 * The next piece of a text. False: no text begins with what has come; the check is of no use any
 * more. Characters may be cut anywhere.
 */
bool utf8_check_feed(struct utf8_check *check, struct bytes piece);

/* Whether the text could end here: no character is incomplete. */
static inline bool utf8_check_is_whole(const struct utf8_check *check)
{
    return check->missing == 0;
}

/* Whether `text` is valid as a whole. */
bool utf8_is_valid(struct bytes text);

/*
 * Appends bytes that may be text of either kind: UTF-8 as it is; else each byte is a character of
 * ISO-8859-1, as HTTP once said of its headers and Node still reads them, so that "caf\xe9" is "café".
 */
void utf8_append_any(struct buf *out, struct str bytes);

/* The longest beginning of valid UTF-8 that has at most `max` bytes, and no part of a character at its end. */
struct str utf8_cut(struct str text, size_t max);

/* How many UTF-16 units (JavaScript's `length`) valid UTF-8 has. Of invalid text it is any number. */
size_t utf8_utf16_len(struct str text);

#endif
