/*
 * config.h - settings: one table of all keys, and the values in force.
 *
 * Purpose    Every key is known, typed, limited and explained in one table, from which the check,
 *            the texts of --help and docs/configuration.md come.
 * Ownership  Owns its values.
 * Threads    One thread, before the lift; afterwards nobody changes it.
 * Floor      app; uses base.
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "base/buf.h"

#include <jansson.h>

enum config_type {
    CONFIG_INTEGER, /* min to max */
    CONFIG_WORKERS, /* min to max, or "auto" */
    CONFIG_BOOLEAN,
    CONFIG_TEXT,          /* not empty */
    CONFIG_TEXTS,         /* a list of texts, which may be empty */
    CONFIG_NAME,          /* letters, digits, '-' and '_': it becomes part of a file's name */
    CONFIG_TEXT_OR_FALSE, /* not empty, or false */
    CONFIG_CHOICE,        /* one of `choices` */
    CONFIG_CHOICES,       /* a list of some of `choices`, not empty */
    CONFIG_ORIGINS        /* true, false, a text, or a list of texts */
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
    json_t *values; /* flat: by the whole name */
};

/* All defaults. 0 or SAILS_ENOMEM. */
int config_init(struct config *config);
void config_deinit(struct config *config);

/*
 * Sets one key (value borrowed). Names below "custom." may be anything. 0; SAILS_ECONFIG: *why gets
 * the sentence that names key, value and what is allowed; SAILS_ENOMEM.
 */
int config_set(struct config *config, const char *name, json_t *value, struct buf *why);

/* A value as it was typed on a command line or in the environment: JSON, or else text. */
int config_set_text(struct config *config, const char *name, const char *text, struct buf *why);

/* Every leaf of a nested object: {"sockets": {"path": "/x"}} sets sockets.path. Errors as above. */
int config_set_tree(struct config *config, json_t *tree, struct buf *why);

/* A view; NULL: unknown, or not set. */
json_t *config_get(const struct config *config, const char *name);

/* The values of keys that are in the table with that type. */
int64_t config_integer(const struct config *config, const char *name);
bool config_boolean(const struct config *config, const char *name);
const char *config_text(const struct config *config,
                        const char *name); /* NULL: not set, or false */

/* Appends what a key may hold: "a whole number from 1 to 64". */
void config_describe(struct buf *out, const struct config_key *key);

/* ---- where values come from: config_load.c; weakest first ---- */

/*
 * Below the current directory: the JSON files of config/ and its folders (but env/ and locales/), of
 * config/env/<environment>/, then config/env/<environment>.json and config/local.json.
 */
int config_load_files(struct config *config, struct buf *why);

/* sails_port=80, sails_sockets__path=/x; PORT and NODE_ENV as Sails knows them. */
int config_load_environment(struct config *config, const char *const *environment, struct buf *why);

/* --port 80, --port=80, --no-x, --verbose and Sails' other short forms. *wants_help: --help. */
int config_load_arguments(struct config *config, int argc, const char *const *argv,
                          bool *wants_help, struct buf *why);

/* Appends the text of --help: config_reference.c. */
void config_write_help(struct buf *out, const char *program);

#endif
