/*
 * cli_prompt.h - lines that somebody types.
 *
 * Purpose    On a terminal with history and editing, where the build has libedit; else as they come.
 * Ownership  Owns the line that was read last.
 * Threads    The main one.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_PROMPT_H
#define CLI_CLI_PROMPT_H

struct cli_prompt;

/* `prompt` is shown on a terminal; `history`: a file, which need not be there. NULL: no memory. */
struct cli_prompt *cli_prompt_open(const char *prompt, const char *history,
                                   const char *const *words);

/* The next line, without its end, a view until the next call; NULL: the end, or CTRL + C. */
const char *cli_prompt_read(struct cli_prompt *prompt);

/* Keeps the history. NULL is harmless. */
void cli_prompt_close(struct cli_prompt *prompt);

#endif
