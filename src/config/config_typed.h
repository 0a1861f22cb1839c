/*
 * config_typed.h - values as they are typed on a command line or in the environment.
 *
 * Purpose    Text becomes the value that its key wants.
 * Ownership  New values belong to the caller; everything else is borrowed.
 * Threads    Any.
 * Floor      config; uses base.
 *
 * A key that holds a text takes what was typed as it is, one that holds a list takes one text for a list
 * of one. What lies in a section is read without knowing what it should be.
 */
#ifndef CONFIG_CONFIG_TYPED_H
#define CONFIG_CONFIG_TYPED_H

#include "config/config.h"

/* How the members of a section are read. */
enum config_form {
    CONFIG_JSON,     /* JSON, and what is none is a text: variables "sails_x" */
    CONFIG_VERBATIM, /* a text: variables "SAILS_x", as Sails does */
    CONFIG_ARGUMENT  /* as JSON, and numbers as Node's minimist: 007, 0x10, 1.50, .5 */
};

/* NULL: not UTF-8, or no memory. */
json_t *config_typed_read(const char *name, const char *text, enum config_form form);

/*
 * What an option means that was given several times (values: their list, borrowed): a list for keys that
 * hold lists and for members of sections, else the last one. NULL: no memory.
 */
json_t *config_typed_join(const char *name, json_t *values);

/* Reads and sets. 0; SAILS_ECONFIG: *why has got the sentence; SAILS_ENOMEM. */
int config_typed_set(struct config *config, const char *name, const char *text,
                     enum config_form form, struct buf *why);

#endif
