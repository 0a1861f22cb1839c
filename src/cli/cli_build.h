/*
 * cli_build.h - files of C become a module or a program.
 *
 * Purpose    Compiles what has changed, several files at once, and links.
 * Ownership  Owns its paths and the report.
 * Threads    One thread at a time; in the folder of the application.
 * Floor      cli; uses base.
 *
 *     api/controllers/user/find.c --> .tmp/build/api/controllers/user/find.c.o     compiled anew where the file, or a
 *                                                                     .d           header that .d names, is newer
 *                                                                     .txt         what the compiler said
 */
#ifndef CLI_CLI_BUILD_H
#define CLI_CLI_BUILD_H

#include "base/buf.h"
#include "cli/cli_compiler.h"

struct cli_build {
    enum cli_product product;
    const char *folder; /* ".tmp/build": where objects go */
    const char *output; /* ".tmp/build/app.so" */
    size_t n_compiled;  /* files */
    struct buf
        report; /* what compilers and linker said, warnings too; or why there was none to ask */
};

/*
 * Makes the output of the sources. 0; SAILS_EREFUSED: they do not compile or link, and the report says where;
 * SAILS_ENOENT: there is no compiler (reported); -errno: a file below .tmp/ cannot be written (reported);
 * SAILS_ENOMEM. After an error an output of before is as it was.
 */
int cli_build_run(struct cli_build *build, const struct cli_words *sources);

void cli_build_deinit(struct cli_build *build);

#endif
