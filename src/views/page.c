#include "views/page.h"

#include "base/whole_file.h"

int page_read(struct buf *out, const char *path)
{
    return whole_file_read(path, PAGE_MAX, out);
}
