/*
 * cli_generate_model.h - `sails generate model`, `controller` and `api`.
 *
 * Purpose    The generators whose files depend on more words than a name.
 * Ownership  None.
 * Threads    The main one; in the folder of the application.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_GENERATE_MODEL_H
#define CLI_CLI_GENERATE_MODEL_H

#include <stdbool.h>

/* Whether "model" or the like is one of them. */
bool cli_generate_model_is(const char *what);

/* argv[0] is "generate", behind it the generator, the name, and attributes or actions. */
int cli_generate_model_run(int argc, char **argv);

#endif
