/*
 * view_files.h - the files below views/.
 *
 * Purpose    Find a view by its name, and read it: from memory where nothing changes any more, else from the disk.
 * Ownership  Owns names and texts.
 * Threads    Opened by one; then any.
 * Floor      views; uses base. Reads files.
 */
#ifndef VIEWS_VIEW_FILES_H
#define VIEWS_VIEW_FILES_H

#include "base/buf.h"
#include "base/list.h"

#include <sys/types.h>
#include <time.h>

enum {
    VIEW_NAME_MAX = 512,    /* of a name below the folder; longer ones are no views */
    VIEW_FILES_MAX = 10000, /* files below the folder, and */
    VIEW_FOLDERS_MAX = 16   /* how deep they lie: a link that leads back must come to an end */
};

struct view_file {
    struct list in_files;
    char *name;      /* "pages/home.ejs" */
    struct buf text; /* empty where files are read anew */
};

struct view_files {
    char *folder;
    bool rereads;
    size_t n;
    struct list all; /* struct view_file */
};

/* What tells one state of a file from the next. {0}: it is not there. */
struct view_stamp {
    struct timespec changed;
    off_t size;
    ino_t inode;
};

/*
 * Finds them all; without `rereads` reads them, too. No folder is no views. 0; -errno, SAILS_ETOOBIG: *which
 * (VIEW_NAME_MAX bytes) cannot be read, or there are too many; SAILS_ENOMEM.
 */
int view_files_open(struct view_files *files, const char *folder, bool rereads, char *which);
void view_files_close(struct view_files *files); /* {0} is harmless */

/* Whether it is a relative path that leads to no hidden file, and not out of the folder. */
bool view_files_is_name(struct str name);

/* Of a name with its extension. */
bool view_files_have(const struct view_files *files, struct str name);

/* Appends a file. 0; SAILS_ENOENT; -errno, SAILS_ETOOBIG, SAILS_ENOMEM. */
int view_files_read(const struct view_files *files, struct str name, struct buf *text);

/* Where files are read anew: what the file is now. */
struct view_stamp view_files_stamp(const struct view_files *files, struct str name);

static inline bool view_stamp_eq(struct view_stamp a, struct view_stamp b)
{
    return a.changed.tv_sec == b.changed.tv_sec && a.changed.tv_nsec == b.changed.tv_nsec &&
           a.size == b.size && a.inode == b.inode;
}

#endif
