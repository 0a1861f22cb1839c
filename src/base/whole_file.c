#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sails/err.h>
#include <sys/stat.h>
#include <unistd.h>

/* Looked at before it is opened, since opening a device may do something; and again, since it may be another by then. */
int whole_file_check(const char *path)
{
    struct stat info;

    if (stat(path, &info) < 0) {
        return -errno;
    }
    return S_ISREG(info.st_mode) ? 0 : SAILS_ENOTFILE;
}

static int check_open(int fd)
{
    struct stat info;

    if (fstat(fd, &info) < 0) {
        return -errno;
    }
    return S_ISREG(info.st_mode) ? 0 : SAILS_ENOTFILE;
}

static int read_all(int fd, size_t max, struct buf *out)
{
    size_t before = out->len;
    char piece[16 * 1024];
    ssize_t n = 0;

    do {
        n = read(fd, piece, sizeof(piece));
        if (n > 0) {
            buf_append(out, piece, (size_t)n);
        }
        if (out->len - before > max) {
            return SAILS_ETOOBIG;
        }
    } while ((n > 0 && buf_error(out) == 0) || (n < 0 && errno == EINTR));
    return n < 0 ? -errno : buf_error(out);
}

int whole_file_read(const char *path, size_t max, struct buf *out)
{
    int rc = whole_file_check(path);
    int fd = rc == 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;

    if (rc == 0) {
        rc = fd >= 0 ? check_open(fd) : -errno;
    }
    rc = rc == 0 ? read_all(fd, max, out) : rc;
    if (fd >= 0) {
        (void)close(fd); /* it was only read */
    }
    return rc;
}
