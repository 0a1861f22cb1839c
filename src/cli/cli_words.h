/*
 * cli_words.h - lists of words: command lines, paths.
 *
 * Purpose    A list that execv() takes, and that grows.
 * Ownership  Owns its words.
 * Threads    One thread at a time.
 * Floor      cli; uses base.
 *
 * Where memory is out the list is `failed`, and adding does nothing from then on; whoever builds one asks once.
 */
#ifndef CLI_CLI_WORDS_H
#define CLI_CLI_WORDS_H

#include "base/str.h"

struct cli_words {
    char **items; /* with a NULL behind the last; NULL: never grown */
    size_t n;
    bool failed;
};

void cli_words_add(struct cli_words *words, const char *word);

/* One word, as printf makes it. */
void cli_words_printf(struct cli_words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The words of a text, parted by blanks and line breaks, as pkg-config and CFLAGS have them. */
void cli_words_split(struct cli_words *words, struct str text);

/* Copies all of another list. */
void cli_words_append(struct cli_words *words, const struct cli_words *more);

/* In the order of their bytes. */
void cli_words_sort(struct cli_words *words);

/* {0} is harmless. */
void cli_words_deinit(struct cli_words *words);

#endif
