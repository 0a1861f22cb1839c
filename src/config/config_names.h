/*
 * config_names.h - looking names up in the table of keys.
 *
 * Purpose    Which key, section or branch a name means, and which key is near one that is mistyped.
 * Ownership  None.
 * Threads    Any.
 * Floor      config; uses base.
 */
#ifndef CONFIG_CONFIG_NAMES_H
#define CONFIG_CONFIG_NAMES_H

#include "config/config.h"

/* NULL: there is none of that name. */
const struct config_key *config_names_find(const char *name);

bool config_names_is_section(const struct config_key *key);

/* "custom.a.b": custom, and *member is "a.b". NULL: it lies in no section. */
const struct config_key *config_names_find_section(const char *name, const char **member);

/* Whether a name begins as some key does: "sockets", "sockets.path", "port", "custom.x". */
bool config_names_is_top(struct str name);

/* Whether there are keys below a name, or may be: "sockets", "custom"; not "port". */
bool config_names_is_branch(struct str name);

/* NULL: nothing is near. */
const char *config_names_find_nearest(const char *name);

#endif
