/*
 * iso_time.h - moments as ISO 8601 writes them: "2026-10-28T07:00:00.000Z".
 *
 * Purpose    Read and write what JavaScript's Date.parse() and toJSON() do, without the C library's locale
 *            and time zone.
 * Ownership  None.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_ISO_TIME_H
#define BASE_ISO_TIME_H

#include "base/str.h"

enum {
    ISO_TIME_LEN = 24
};

/* The last moment of the year 9999, in milliseconds since 1970, and the first of the year 0. */
#define ISO_TIME_MAX INT64_C(253402300799999)
#define ISO_TIME_MIN INT64_C(-62167219200000)

/* 24 characters and a NUL, in UTC; moments beyond the bounds are the bounds. */
void iso_time_format(char out[ISO_TIME_LEN + 1], int64_t unix_ms);

/*
 * "2026", "2026-10", "2026-10-28"; with "T07:00", "T07:00:00" or "T07:00:00.123" behind a whole day (a
 * blank will do for the T), and "Z", "+01:00" or "+0100" behind that. Without a zone it is UTC. Years have
 * four digits. False, and *unix_ms untouched: anything else, or no such day.
 */
bool iso_time_parse(struct str text, int64_t *unix_ms);

#endif
