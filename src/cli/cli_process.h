/*
 * cli_process.h - other programs: compilers, pkg-config.
 *
 * Purpose    Start one, hear what it says, wait for its end.
 * Ownership  None.
 * Threads    One thread at a time.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_PROCESS_H
#define CLI_CLI_PROCESS_H

#include "base/buf.h"
#include "cli/cli_words.h"

#include <sys/types.h>

/*
 * Starts a program that is found as a shell finds it; what it says goes into a file (NULL: where ours goes). 0;
 * -ENOENT: there is no such program; another -errno.
 */
int cli_process_start(const struct cli_words *words, const char *output, pid_t *pid);

/* Waits for the end of a program. Its exit status; of one that a signal ended 128 and the signal, as shells say;
 * -errno. */
int cli_process_wait(pid_t pid);

/* Runs a program and appends what it says to stdout. As the two above. */
int cli_process_capture(const struct cli_words *words, struct buf *out);

#endif
