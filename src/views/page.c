#include "views/page.h"

#include <errno.h>
#include <sails/err.h>
#include <stdio.h>

static int read_all(struct buf *out, FILE *file)
{
    char chunk[4096];
    size_t n = 0;

    do {
        n = fread(chunk, 1, sizeof(chunk), file);
        buf_append(out, chunk, n);
    } while (n > 0 && out->len <= PAGE_MAX);
    if (ferror(file) != 0) {
        return -errno;
    }
    return out->len > PAGE_MAX ? SAILS_ETOOBIG : buf_error(out);
}

int page_read(struct buf *out, const char *path)
{
    FILE *file = fopen(path, "rb");
    int rc = 0;

    if (file == NULL) {
        return -errno;
    }
    rc = read_all(out, file);
    (void)fclose(file); /* it was only read */
    return rc;
}
