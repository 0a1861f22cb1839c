#include "request/error_pages.h"

#include "base/mem.h"

#include <errno.h>
#include <sails/err.h>
#include <stdio.h>

void error_pages_deinit(struct error_pages *pages)
{
    buf_deinit(&pages->not_found);
    buf_deinit(&pages->server_error);
}

static int read_all(struct buf *out, FILE *file)
{
    char chunk[4096];
    size_t n = 0;

    do {
        n = fread(chunk, 1, sizeof(chunk), file);
        buf_append(out, chunk, n);
    } while (n > 0 && out->len <= ERROR_PAGE_MAX);
    if (ferror(file) != 0) {
        return -EIO;
    }
    return out->len > ERROR_PAGE_MAX ? SAILS_ETOOBIG : buf_error(out);
}

static int load(struct buf *out, const char *folder, const char *name)
{
    struct buf path = {0};
    FILE *file = NULL;
    int rc = 0;

    buf_deinit(out);
    buf_printf(&path, "%s/%s", folder, name);
    buf_append_char(&path, '\0');
    rc = buf_error(&path);
    if (rc == 0) {
        file = fopen(path.ptr, "rb");
        rc = file != NULL ? read_all(out, file) : -errno;
    }
    if (file != NULL) {
        (void)fclose(file); /* it was only read */
    }
    buf_deinit(&path);
    return rc == -ENOENT || rc == -ENOTDIR ? 0 : rc;
}

int error_pages_load(struct error_pages *pages, const char *folder, const char **which)
{
    int rc = 0;

    *which = "404.html";
    rc = load(&pages->not_found, folder, *which);
    if (rc == 0) {
        *which = "500.html";
        rc = load(&pages->server_error, folder, *which);
    }
    return rc;
}
