/*
 * locales.h - the texts of an application in its languages.
 *
 * Purpose    Find a text by its key in a language, with its plural; choose the language that a client wants.
 * Ownership  Owns the texts.
 * Threads    Opened and closed by one; then any.
 * Floor      locales; uses base. Reads files.
 *
 *     config/locales/de.json: {"Hello, %s": "Hallo, %s", "%d cat": {"one": "%d Katze", "other": "%d Katzen"}}
 */
#ifndef LOCALES_LOCALES_H
#define LOCALES_LOCALES_H

#include "base/buf.h"
#include "base/log.h"

#include <jansson.h>

#include <pthread.h>

enum {
    LOCALE_CODE_MAX = 32,      /* "zh-hant-tw", and a NUL */
    LOCALES_MAX = 500,         /* languages of one application */
    LOCALE_FILE_MAX = 4194304, /* bytes of a file: its texts stay in memory */
    LOCALES_MISSING_MAX =
        1000 /* keys that are missed with a line in the log; then no more is said */
};

struct locale {
    char code[LOCALE_CODE_MAX];
    json_t *texts; /* an object */
};

struct locales {
    struct locale *items;
    size_t n;
    const struct locale *fallback; /* of the setting defaultLocale; NULL: there are no locales */
    const struct log *log;         /* keys that are not there; NULL: nobody wants to know */
    char *folder;
    pthread_mutex_t lock;
    json_t *missing; /* keys that were told already, each with its language */
};

struct locales_options {
    const char *folder;
    json_t *codes;        /* an array of texts; NULL: every file of the folder */
    const char *fallback; /* "en" */
    bool tells_missing;
    const struct log *log;
};

/*
 * {0} has none, as has a folder without files where `codes` is NULL. 0; SAILS_ECONFIG: logged, a file that cannot be read,
 * is no object of texts, or a code that is none; SAILS_ENOMEM. A file that is not there is a language without texts.
 */
int locales_open(struct locales *locales, const struct locales_options *options);
void locales_close(struct locales *locales); /* {0} is harmless */

/* By its code in any case; NULL: there is none of that code. */
const struct locale *locales_find(const struct locales *locales, struct str code);

/* What an Accept-Language header wants, as Sails reads it: the first that there is, "de" for "de-AT"; the fallback
 * where there is none. NULL: there are no locales. */
const struct locale *locales_negotiate(const struct locales *locales, struct str accept);

/* Appends the text of a key, with args (locale_format.h); the key where it has none. */
void locales_write(struct locales *locales, const struct locale *locale, const char *key,
                   const json_t *args, struct buf *out);

/* Appends the form `one`, or for a count over 1 `other`, of the key `one`; those two themselves where it has none. `other`
 * may be NULL. The count comes before the args. */
void locales_write_plural(struct locales *locales, const struct locale *locale, const char *one,
                          const char *other, double count, const json_t *args, struct buf *out);

#endif
