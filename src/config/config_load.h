/*
 * config_load.h - where settings come from.
 *
 * Purpose    Reads all sources in the order of Sails, each over the ones before it.
 * Ownership  Everything is borrowed.
 * Threads    One thread, before the lift.
 * Floor      config; uses base.
 *
 *     weakest   defaults                                       config.c
 *        |      config/, config/env/<environment>/,
 *        |      config/env/<environment>.json, config/local    config_files.c
 *        |      PORT; SAILS_ENV or NODE_ENV                    config_environment.c
 *        |      .sailsrc and the like, --config                config_rc.c
 *        |      variables sails_*                              config_environment.c
 *        |      the program's own (sails_app_set)
 *     strongest the command line                               config_arguments.c
 *
 * The environment's name says which files are read, and may itself be said by any source but these.
 * So all sources are read twice: first without those files, to learn the name.
 *
 * Every function gives 0; SAILS_ECONFIG: *why has got one sentence, which begins with the place; or
 * SAILS_ENOMEM.
 */
#ifndef CONFIG_CONFIG_LOAD_H
#define CONFIG_CONFIG_LOAD_H

#include "config/config.h"

struct config_sources {
    int argc;
    const char *const *argv;
    const char *const *environment; /* "name=value", ends with NULL; may be NULL */
    json_t *overrides;              /* name to value; may be NULL */
};

/* What a command line asks for instead of serving. */
struct config_wishes {
    bool help;    /* --help, -h */
    bool version; /* --version, -v, -V */
    bool routes;  /* --routes */
    bool openapi; /* --openapi */
};

int config_load(struct config *config, const struct config_sources *sources,
                struct config_wishes *wishes, struct buf *why);

/* Notes for `overrides` what the program sets; sections are merged. 0, SAILS_ENOMEM. */
int config_load_note(json_t *overrides, const char *name, const json_t *value);

/* Sets what config_load_note() has noted. */
int config_load_overrides(struct config *config, json_t *overrides, struct buf *why);

/* ---- the parts ---- */

/*
 * Below the current directory. `environment`: whose files are read, too; NULL: nobody's. A file of
 * config/ may hold a bare section, if its name says which: config/routes.json.
 */
int config_load_files(struct config *config, const char *environment, struct buf *why);

/* Reads one file of JSON with comments into *tree (NULL: no such file). */
int config_file_read(const char *path, json_t **tree, struct buf *why);

/* Sets what a file holds; `path` is for the sentence. */
int config_file_set(struct config *config, const char *path, json_t *tree, struct buf *why);

/* The rc files of the machine, the user and the current folder, then the one that sails_config names,
 * and the one that --config names. */
int config_load_rc(struct config *config, const struct config_sources *sources, struct buf *why);

/* PORT, and the environment by NODE_ENV or the stronger SAILS_ENV. */
int config_load_shared_variables(struct config *config, const char *const *environment,
                                 struct buf *why);

/* sails_port=80, sails_sockets__path=/x, SAILS_custom__text=7. */
int config_load_own_variables(struct config *config, const char *const *environment,
                              struct buf *why);

/* A variable's value; NULL: it is not set, or empty. */
const char *config_environment_find(const char *const *environment, const char *name);

/* --port 80, --port=80, --no-x, --x, --verbose and Sails' other short forms; -- ends them. */
int config_load_arguments(struct config *config, int argc, const char *const *argv,
                          struct config_wishes *wishes, struct buf *why);

/* What a command line asks for, whatever else is wrong with it or with other sources. */
struct config_wishes config_arguments_find_wishes(int argc, const char *const *argv);

/* The value of an option, "config"; of several the last one. NULL: it is not there. */
const char *config_arguments_find_option(int argc, const char *const *argv, const char *name);

#endif
