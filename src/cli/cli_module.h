/*
 * cli_module.h - what is built is loaded.
 *
 * Purpose    From a module to the parts of an application.
 * Ownership  A module stays loaded until the process ends: the app borrows what it holds.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_MODULE_H
#define CLI_CLI_MODULE_H

#include <sails/folder.h>

/* Loads a module: its parts, views. NULL: it cannot be loaded (said). */
const struct sails_part *const *cli_module_open(const char *path, size_t *n);

/* Loads a module and registers its parts with an app. 0; SAILS_EREFUSED: it cannot be loaded (said); what
 * sails_app_parts() gives. */
int cli_module_load(const char *path, sails_app *app);

#endif
