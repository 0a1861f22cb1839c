/*
 * cli_templates.h - what new files hold.
 *
 * Purpose    The files below templates/, as a part of the command.
 * Ownership  Constant.
 * Threads    Any.
 * Floor      cli; uses base.
 *
 * The first folder of a template is its group: "web", "api". Below it lies the path that it is written to, of
 * which a part "dot.x" becomes ".x". In its text {{name}} stands for a value.
 */
#ifndef CLI_CLI_TEMPLATES_H
#define CLI_CLI_TEMPLATES_H

#include "base/buf.h"
#include "cli/cli_files.h"

struct cli_value {
    const char *name; /* NULL ends a list */
    const char *text;
};

/* Appends the text of the template at `path`, "generate/model.json", with its values filled in. False:
 * there is no such template. */
bool cli_templates_expand(const char *path, const struct cli_value *values, struct buf *out);

/* Makes the files of a group below a folder. Errors as of cli_files_add(). */
int cli_templates_write(const char *group, const char *folder, const struct cli_value *values,
                        struct cli_files *files);

#endif
