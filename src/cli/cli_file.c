#include "cli/cli_file.h"

#include "base/mem.h"
#include "base/whole_file.h"

#include <errno.h>
#include <sails/err.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
    FILE_MAX = 16 * 1024 * 1024 /* reports of compilers are the longest of what is read */
};

int cli_file_read(const char *path, struct buf *out)
{
    return whole_file_read(path, FILE_MAX, out);
}

bool cli_file_holds(const char *path, struct str text)
{
    struct buf held = {0};
    bool is_same = cli_file_read(path, &held) == 0 && str_eq(buf_str(&held), text);

    buf_deinit(&held);
    return is_same;
}

int cli_file_write(const char *path, struct str text)
{
    FILE *file = NULL;
    int rc = 0;

    if (cli_file_holds(path, text)) {
        return 0;
    }
    file = fopen(path, "wbe");
    if (file == NULL) {
        return -errno;
    }
    if (fwrite(text.ptr, 1, text.len, file) != text.len) {
        rc = -errno;
    }
    return fclose(file) != 0 && rc == 0 ? -errno : rc;
}

int cli_file_make_folders(const char *path)
{
    char *copy = mem_strndup(path, strlen(path));
    int rc = copy != NULL ? 0 : SAILS_ENOMEM;

    for (char *slash = copy != NULL ? strchr(copy + 1, '/') : NULL; rc == 0 && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        rc = mkdir(copy, 0777) < 0 && errno != EEXIST ? -errno : 0;
        *slash = '/';
    }
    mem_free(copy);
    return rc;
}
