/*
 * c_text.h - text that becomes a C string: whole, or not at all.
 *
 * Purpose    The one rule for text with a NUL in it; README.md, "Text with a NUL".
 * Ownership  None: views.
 * Threads    Any.
 * Floor      base.
 *
 * Who cut such text would have two values for one thing: "admin" for who reads it as a C string, and
 * "admin\0x" for who knows its length. What asks a policy about the one and does the other is a
 * hole.
 */
#ifndef BASE_C_TEXT_H
#define BASE_C_TEXT_H

#include "base/str.h"

#include <jansson.h>

/* Whether `text` has no NUL in it, so that a copy of it with a NUL behind is the same text. */
static inline bool c_text_is_whole(struct str text)
{
    return text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL;
}

/* The text of a JSON value; NULL: it is none (or NULL itself), or it has a NUL in it. */
const char *c_text_of(const json_t *value);

#endif
