/*
 * config.h - settings: one table of all keys, and the values in force.
 *
 * Purpose    Every key is known, typed, limited and explained in one table, from which the check,
 *            the texts of --help and docs/configuration.md come.
 * Ownership  Owns its values.
 * Threads    One thread, before the lift; afterwards nobody changes it.
 * Floor      config; uses base.
 *
 * A section (custom, routes, policies, hooks) is one value, but not one setting: what is set in it is
 * merged with what it holds, objects deeply, and "custom.a.b" is a name, too.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buf.h"

#include <jansson.h>

enum config_type {
    CONFIG_INTEGER, /* min to max */
    CONFIG_WORKERS, /* min to max, or "auto" */
    CONFIG_BOOLEAN,
    CONFIG_TEXT,          /* not empty */
    CONFIG_ANY_TEXT,      /* which may be empty */
    CONFIG_TEXTS,         /* a list of texts, which may be empty */
    CONFIG_NAME,          /* letters, digits, '-' and '_': it becomes part of a file's name */
    CONFIG_TEXT_OR_FALSE, /* not empty, or false */
    CONFIG_CHOICE,        /* one of `choices` */
    CONFIG_CHOICES,       /* a list of some of `choices`, not empty */
    CONFIG_ORIGIN_LIST,   /* anything: the lift has codes of its own for what is wrong (origin.h) */
    CONFIG_ORIGINS,       /* true, false, a text, or a list of texts */
    CONFIG_PROXIES,       /* true, false, min to max, a text, or a list of texts */
    CONFIG_SECTION,       /* an object whose members are the program's: see below */
    CONFIG_SWITCHES       /* a section of booleans; or false */
};

struct config_key {
    const char *name; /* "sockets.pingInterval" */
    enum config_type type;
    int64_t min, max;           /* of integers */
    const char *const *choices; /* ends with NULL */
    const char *fallback;       /* the default, as JSON text; NULL: not set */
    const char *about;          /* one sentence */
    bool is_secret;             /* no message repeats its value */
};

/* The table; ends with a name of NULL. */
extern const struct config_key config_keys[];

struct config {
    json_t *values;   /* flat: by the whole name */
    json_t *warnings; /* sentences about what was read, for the log */
    bool has_files;   /* config/ holds settings */
    char *node_env;   /* what SAILS_ENV or NODE_ENV say; NULL: neither is set */
};

/* All defaults. 0 or SAILS_ENOMEM. */
int config_init(struct config *config);
void config_deinit(struct config *config);

/*
 * Sets one key, or merges into a section (value borrowed). 0; SAILS_ECONFIG: *why gets the sentence that
 * names key, value and what is allowed, and nothing has changed; SAILS_ENOMEM.
 */
int config_set(struct config *config, const char *name, json_t *value, struct buf *why);

/* Every leaf of a nested object: {"sockets": {"path": "/x"}} sets sockets.path. Errors as above. */
int config_set_tree(struct config *config, json_t *tree, struct buf *why);

/* Keeps a sentence for the log. Where memory is out, nobody is warned. */
void config_warn(struct config *config, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A view; NULL: unknown, or not set. Sections are never NULL. */
json_t *config_get(const struct config *config, const char *name);

/* The values of keys that are in the table with that type. */
int64_t config_integer(const struct config *config, const char *name);
bool config_boolean(const struct config *config, const char *name);
const char *config_text(const struct config *config,
                        const char *name); /* NULL: not set, or false */

/* Whether production's switches are on: NODE_ENV says so, or the environment where that is not set
 * (an app in the environment "staging" with NODE_ENV=production has them on). */
bool config_is_production(const struct config *config);

/* Appends what a key may hold: "a whole number from 1 to 64". */
void config_describe(struct buf *out, const struct config_key *key);

/* Appends the text of --help: config_reference.c. */
void config_write_help(struct buf *out, const char *program);

#endif
