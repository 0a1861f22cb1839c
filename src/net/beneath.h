/*
 * beneath.h - opens files below a folder and nowhere else.
 *
 * Purpose    A path from a stranger must not lead out of the folder: not by "..", not by a symbolic
 *            link, not by a file that is exchanged while we look.
 * Ownership  The caller closes the descriptors.
 * Threads    Any; blocks on the disk.
 * Floor      net.
 */
#ifndef NET_BENEATH_H
#define NET_BENEATH_H

/*
 * Opens `path`, relative, below the folder `root` for reading. Symbolic links are followed as long
 * as they stay below it. The descriptor, or -errno: -ENOENT also for a path that leads out.
 */
int beneath_open(int root, const char *path);

/* The same for kernels without openat2(), with one difference: no symbolic link is followed, and
 * ".." is not known. */
int beneath_walk(int root, const char *path);

#endif
