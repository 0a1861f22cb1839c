#include "cli/cli_files.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sails/err.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct cli_files *files, const char *path, int rc)
{
    buf_clear(&files->problem);
    buf_printf(&files->problem, "%s: %s", path, sails_strerror(rc));
    return rc;
}

/* Room for one more is made before anything is, so that nothing is made that cannot be taken away. */
static char *prepare(struct cli_files *files, const char *path)
{
    char **made = mem_realloc(files->made, (files->n_made + 1) * sizeof(*made));

    if (made == NULL) {
        return NULL;
    }
    files->made = made;
    return mem_strndup(path, strlen(path));
}

static int make_folder(struct cli_files *files, const char *path)
{
    struct stat info;
    char *copy = NULL;

    if (stat(path, &info) == 0) {
        return S_ISDIR(info.st_mode) ? 0 : fail(files, path, -ENOTDIR);
    }
    copy = prepare(files, path);
    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    if (mkdir(path, 0777) < 0) {
        int rc = -errno;

        mem_free(copy);
        return fail(files, path, rc);
    }
    files->made[files->n_made++] = copy;
    return 0;
}

/* The folders above a path. */
static int make_folders(struct cli_files *files, const char *path)
{
    char *copy = mem_strndup(path, strlen(path));
    int rc = copy != NULL ? 0 : SAILS_ENOMEM;

    for (char *slash = copy != NULL ? strchr(copy + 1, '/') : NULL; rc == 0 && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        rc = make_folder(files, copy);
        *slash = '/';
    }
    mem_free(copy);
    return rc;
}

static int write_all(int fd, struct str text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.ptr, text.len);

        if (n < 0 && errno != EINTR) {
            return -errno;
        }
        text = str_from_offset(text, n > 0 ? (size_t)n : 0);
    }
    return 0;
}

static int write_file(const struct cli_files *files, const char *path, struct str text)
{
    int how = files->may_replace ? O_TRUNC : O_EXCL;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
    int rc = 0;

    if (fd < 0) {
        return errno == EEXIST ? SAILS_EEXIST : -errno;
    }
    rc = write_all(fd, text);
    if (close(fd) < 0 && rc == 0) {
        rc = -errno;
    }
    if (rc < 0) {
        (void)unlink(path);
    }
    return rc;
}

int cli_files_add(struct cli_files *files, const char *path, struct str text)
{
    bool is_there = access(path, F_OK) == 0;
    char *copy = NULL;
    int rc = make_folders(files, path);

    if (rc < 0) {
        return rc;
    }
    copy = prepare(files, path);
    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    rc = write_file(files, path, text);
    if (rc < 0 || is_there) {
        mem_free(copy);
        return rc < 0 ? fail(files, path, rc) : 0;
    }
    files->made[files->n_made++] = copy;
    return 0;
}

void cli_files_keep(struct cli_files *files)
{
    for (size_t i = 0; i < files->n_made; i++) {
        mem_free(files->made[i]);
    }
    files->n_made = 0;
}

void cli_files_deinit(struct cli_files *files)
{
    for (size_t i = files->n_made; i > 0; i--) {
        (void)remove(files->made[i - 1]);
        mem_free(files->made[i - 1]);
    }
    mem_free(files->made);
    buf_deinit(&files->problem);
    *files = (struct cli_files){0};
}
