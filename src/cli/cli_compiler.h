/*
 * cli_compiler.h - the system's compiler, and how it is called.
 *
 * Purpose    Which compiler ($CC, or cc), and its flags: those of pkg-config, $CFLAGS, our own.
 * Ownership  Owns its words.
 * Threads    One thread at a time.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_COMPILER_H
#define CLI_CLI_COMPILER_H

#include "base/buf.h"
#include "cli/cli_words.h"

enum cli_product {
    CLI_MODULE, /* what `sails lift` loads: quick to make, easy to debug */
    CLI_PROGRAM /* what needs no compiler any more: optimized, the library in it */
};

struct cli_compiler {
    struct cli_words compile; /* a command line up to the files */
    struct cli_words link;    /* up to the objects */
    struct cli_words libs;    /* behind them */
};

/* 0; SAILS_ENOENT: there is no compiler, or pkg-config does not know of the library, and *problem says what to
 * do; SAILS_ENOMEM. */
int cli_compiler_open(struct cli_compiler *compiler, enum cli_product product, struct buf *problem);

void cli_compiler_close(struct cli_compiler *compiler);

#endif
