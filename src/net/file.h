/*
 * file.h - reads and writes files without holding up the worker.
 *
 * Purpose    Static files: opens one below a folder, tells its size and age, and reads it in chunks
 *            that can be written to a link as they are. Uploads: makes a file, writes it, and takes it
 *            away again where they fail. The disk is waited for on threads (worker_pool.files).
 * Ownership  file_open() or file_create() to file_close() or file_discard(). Every file must be
 *            closed before its worker's on_stop returns; folders before the net is destroyed, and after
 *            their files.
 * Threads    file_folder_*: any. Else that worker's thread only, callbacks included.
 * Floor      net.
 */
#ifndef NET_FILE_H
#define NET_FILE_H

#include "base/shared.h"

struct file;
struct file_folder;
struct worker;

enum {
    FILE_CHUNK = 64 * 1024 /* most that one file_read() gives */
};

struct file_info {
    uint64_t size;
    uint64_t modified_ms; /* since 1970 */
    uint64_t inode;       /* with the others: enough for an entity tag */
};

/* Blocks. 0; -errno: no such folder, ...; SAILS_ENOMEM. */
int file_folder_open(const char *path, struct file_folder **out);

/* NULL is harmless. */
void file_folder_close(struct file_folder *folder);

/*
 * Tells how opening went. err: 0, and `info` is valid during the call; -ENOENT: nothing there, or the
 * path leads out of the folder; -EISDIR: a folder; -EACCES: not allowed, or not a regular file; other
 * -errno. After an error the file must be closed as well.
 */
typedef void (*file_open_cb)(struct file *file, int err, const struct file_info *info, void *ctx);

/* What an error of opening means for who has asked. */
enum file_fault {
    FILE_MISSING, /* for him there is no such file */
    FILE_BUSY,    /* no descriptor, memory or thread is free: later there may be one */
    FILE_BROKEN   /* the disk's fault, or somebody's who has to be told */
};
enum file_fault file_fault_of(int err);

/*
 * Tells what was read: `chunk` is borrowed (retain it to keep it), and empty at the end of the
 * file. err: 0, or -errno, and `chunk` is NULL.
 */
typedef void (*file_read_cb)(struct file *file, int err, struct shared *chunk, void *ctx);

/*
 * Opens `path`, relative to the folder, which it cannot leave (beneath.h); borrowed. The callback
 * comes on a later turn. 0; SAILS_ENOMEM; SAILS_EBUSY: too many wait for the disk, or SAILS_ECANCELED: it
 * is closing (so all of them below).
 */
int file_open(struct worker *worker, struct file_folder *folder, const char *path,
              file_open_cb on_open, void *ctx, struct file **out);

/*
 * Reads at most `len` bytes, 1 to FILE_CHUNK, from `offset` on; less only at the end of the file.
 * The callback comes on a later turn. 0; SAILS_ESTATE: not open, or something is going on already;
 * SAILS_EINVAL: `len`; SAILS_ENOMEM.
 */
int file_read(struct file *file, uint64_t offset, size_t len, file_read_cb on_read, void *ctx);

/* Any time, also inside of a callback; none comes any more. NULL is harmless. A file that was being
 * written stays on the disk as it is. */
void file_close(struct file *file);

/* ---- writing ---- */

/* Tells how a job went: 0, or -errno. */
typedef void (*file_done_cb)(struct file *file, int err, void *ctx);

/*
 * Makes a file that is not there yet, readable by its owner only, and the folders to it. `path` is
 * the program's, not a stranger's; borrowed. The callback comes on a later turn: -EEXIST: something
 * has that name; other -errno. 0; SAILS_ENOMEM.
 */
int file_create(struct worker *worker, const char *path, file_done_cb on_done, void *ctx,
                struct file **out);

/* Appends `data`, retained. The callback comes on a later turn; after an error nobody knows how much
 * has been written. 0; SAILS_ESTATE: not made by file_create(), finished, or busy. */
int file_write(struct file *file, struct shared *data, file_done_cb on_done, void *ctx);

/* Nothing more will be written: closes the descriptor, which is when some disks say that they are
 * full. The callback comes on a later turn. 0; SAILS_ESTATE, as above. */
int file_finish(struct file *file, file_done_cb on_done, void *ctx);

/*
 * Takes away what file_create() has made, finished or not, and closes it. Any time, also while it is
 * busy: the callback of that job does not come any more. `on_gone` (NULL: nobody) comes on a later
 * turn, when nothing is on the disk any more.
 */
void file_discard(struct file *file, void (*on_gone)(void *ctx), void *ctx);

#endif
