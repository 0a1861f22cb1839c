/*
 * config_folder.h - what is odd about config/.
 *
 * Purpose    A folder of Sails' own files, an empty one, or one under another name looks to people as if it
 *            were read: a warning says that it is not, where it was looked for, and what to do.
 * Ownership  None.
 * Threads    One thread, before the lift; looks at the current folder.
 * Floor      config; uses base.
 */
#ifndef CONFIG_CONFIG_FOLDER_H
#define CONFIG_CONFIG_FOLDER_H

#include "config/config.h"

/* Adds warnings about config/ below the current folder to those of the configuration. 0, SAILS_ENOMEM. */
int config_folder_warn(struct config *config);

/* "<current folder>/<name>", for a sentence. */
void config_folder_write_path(struct buf *out, const char *name);

#endif
