#include "request/error_pages.h"

#include "views/page.h"

#include <errno.h>

void error_pages_deinit(struct error_pages *pages)
{
    buf_deinit(&pages->not_found);
    buf_deinit(&pages->server_error);
}

static int load(struct buf *out, const char *folder, const char *name)
{
    struct buf path = {0};
    int rc = 0;

    buf_deinit(out);
    buf_printf(&path, "%s/%s", folder, name);
    buf_append_char(&path, '\0');
    rc = buf_error(&path);
    if (rc == 0) {
        rc = page_read(out, path.ptr);
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
