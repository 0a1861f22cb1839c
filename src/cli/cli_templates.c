#include "cli/cli_templates.h"

#include "base/macros.h"
#include "cli_templates_data.h"

#include <sails/err.h>

static const char *find_value(const struct cli_value *values, struct str name)
{
    for (; values->name != NULL; values++) {
        if (str_eq(str_from(values->name), name)) {
            return values->text;
        }
    }
    return NULL;
}

/* {{name}}; what is no value stays as it is. */
static void expand(struct str text, const struct cli_value *values, struct buf *out)
{
    while (text.len > 0) {
        const char *open = memmem(text.ptr, text.len, "{{", 2);
        size_t before = open != NULL ? (size_t)(open - text.ptr) : text.len;
        struct str rest = str_from_offset(text, before);
        const char *close = memmem(rest.ptr, rest.len, "}}", 2);
        const char *value = NULL;

        buf_append(out, text.ptr, before);
        if (open == NULL || close == NULL) {
            buf_append_str(out, rest);
            return;
        }
        value = find_value(values, (struct str){open + 2, (size_t)(close - open) - 2});
        buf_append_str(out, value != NULL ? str_from(value) : STR("{{"));
        text = str_from_offset(rest, value != NULL ? (size_t)(close - open) + 2 : 2);
    }
}

bool cli_templates_expand(const char *path, const struct cli_value *values, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(templates); i++) {
        if (strcmp(templates[i].path, path) == 0) {
            expand((struct str){templates[i].text, templates[i].len}, values, out);
            return true;
        }
    }
    return false;
}

/* "config/dot.gitkeep" below a folder. */
static void write_path(const char *folder, const char *path, struct buf *out)
{
    buf_printf(out, "%s/", folder);
    for (const char *at = path; *at != '\0'; at++) {
        if ((at == path || at[-1] == '/') && strncmp(at, "dot.", 4) == 0) {
            at += 3;
        }
        buf_append_char(out, *at);
    }
    buf_append_char(out, '\0');
}

static int write_one(const char *path, struct str text, const char *folder,
                     const struct cli_value *values, struct cli_files *files)
{
    struct buf name = {0};
    struct buf out = {0};
    int rc = 0;

    write_path(folder, path, &name);
    expand(text, values, &out);
    rc = buf_error(&name) < 0 || buf_error(&out) < 0
             ? SAILS_ENOMEM
             : cli_files_add(files, name.ptr, buf_str(&out));
    buf_deinit(&name);
    buf_deinit(&out);
    return rc;
}

int cli_templates_write(const char *group, const char *folder, const struct cli_value *values,
                        struct cli_files *files)
{
    size_t len = strlen(group);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(templates); i++) {
        const char *path = templates[i].path;

        if (strncmp(path, group, len) == 0 && path[len] == '/') {
            rc = write_one(path + len + 1, (struct str){templates[i].text, templates[i].len},
                           folder, values, files);
        }
    }
    return rc;
}
