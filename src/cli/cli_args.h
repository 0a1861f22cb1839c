/*
 * cli_args.h - words and options of a command.
 *
 * Purpose    `sails new shop --minimal`: the words in order, and whether an option is there.
 * Ownership  Borrows the command line.
 * Threads    The main one.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_ARGS_H
#define CLI_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* The n-th word that is no option, from 0, behind the command's name. NULL: there are not so many. A value
 * that is parted from its option counts as a word. */
const char *cli_args_word(int argc, char **argv, size_t n);

/* Whether "--name" is there. */
bool cli_args_has(int argc, char **argv, const char *option);

/* The same, and takes it out of the command line. */
bool cli_args_take(int *argc, char **argv, const char *option);

#endif
