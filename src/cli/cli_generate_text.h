/*
 * cli_generate_text.h - from a name and templates to files.
 *
 * Purpose    What all generators do: check the name, fill it in, make the files or none of them.
 * Ownership  Owns its texts and the list of files.
 * Threads    The main one; in the folder of the application.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_GENERATE_TEXT_H
#define CLI_CLI_GENERATE_TEXT_H

#include "cli/cli_templates.h"

struct cli_generation {
    struct cli_files files;
    char *path;     /* "user/find-one" */
    char *identity; /* the same in small letters */
    char *symbol;   /* "user_find_one"; or "double_helper", where C has that name */
    char *upper;    /* "USER_FIND_ONE" */
    struct cli_value values[8];
};

/* 0; SAILS_EINVAL: it is no name as cli_generation_open() takes it (said). */
int cli_generation_check(const char *name);

/* Takes a name: parts with letters, digits, "-" and "_", of which each begins with a letter; slashes between them.
 * 0; SAILS_EINVAL: it is not of that form (said); SAILS_ENOMEM. */
int cli_generation_open(struct cli_generation *job, const char *name);

/* Makes a file of a text, or of a template; `path` may have "%p" for the name. Errors as of cli_files_add(). */
int cli_generation_add(struct cli_generation *job, const char *path, struct str text);
int cli_generation_expand(struct cli_generation *job, const char *path, const char *template);

/* Keeps the files if `rc` is 0, or else says what went wrong and takes them away. `rc` again. */
int cli_generation_close(struct cli_generation *job, int rc);

#endif
