#include "net/beneath.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Comparing the text of a path with that of the folder (realpath() and a prefix) tells what the path
 * was at some moment; when it is opened, a link may have been put in its place. The kernel can
 * resolve and check in one (openat2(2), RESOLVE_BENEATH, Linux 5.6). Where it cannot, or a sandbox
 * does not let us ask it, the path is walked name by name, from open folder to open folder.
 */

enum {
    /* A FIFO or a device in the folder must not hold us up until it is known to be none. */
    READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
};

static bool is_parent(struct str name)
{
    return str_eq(name, STR(".."));
}

static bool is_here(struct str name)
{
    return name.len == 0 || str_eq(name, STR("."));
}

/* One step from `folder`, which is closed unless it is `root`. */
static int step(int root, int folder, struct str name, int flags)
{
    char text[NAME_MAX + 1];
    int next = -1;

    if (is_parent(name)) {
        errno = ENOENT;
    } else if (name.len > NAME_MAX) {
        errno = ENAMETOOLONG;
    } else {
        if (is_here(name)) {
            name = STR(".");
        }
        memcpy(text, name.ptr, name.len);
        text[name.len] = '\0';
        next = openat(folder, text, flags | O_NOFOLLOW | O_CLOEXEC);
    }
    next = next >= 0 ? next : -errno;
    if (folder != root) {
        (void)close(folder);
    }
    return next;
}

int beneath_walk(int root, const char *path)
{
    struct str rest = str_from(path);
    int folder = root;

    if (rest.len == 0 || rest.ptr[0] == '/') {
        return -ENOENT;
    }
    for (;;) {
        size_t len = str_find(rest, '/');
        struct str name = {rest.ptr, len};

        if (len == rest.len) {
            folder = step(root, folder, name, READ_FLAGS);
            return folder == -ELOOP ? -ENOENT : folder; /* a symbolic link */
        }
        folder = step(root, folder, name, O_PATH | O_DIRECTORY);
        if (folder < 0) {
            return folder == -ENOTDIR ? -ENOENT : folder; /* a file or a symbolic link */
        }
        rest = str_from_offset(rest, len + 1);
    }
}

int beneath_open(int root, const char *path)
{
    struct open_how how = {.flags = READ_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

    if (fd >= 0) {
        return (int)fd;
    }
    switch (errno) {
    case ENOSYS: /* Linux before 5.6 */
    case EPERM:  /* a sandbox that does not know the call */
        return beneath_walk(root, path);
    case EXDEV: /* it leads out */
    case ELOOP:
    case ENOTDIR:
        return -ENOENT;
    default:
        return -errno;
    }
}
