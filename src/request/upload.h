/*
 * upload.h - files of one field, on their way to the disk.
 *
 * Purpose    What one sails_req_upload() receives: makes, writes and finishes files, counts their
 *            bytes, and takes all of them away again if it fails.
 * Ownership  upload_create() to upload_destroy(); its files are on the disk for good only after
 *            upload_end(0).
 * Threads    Made on any thread; then its worker's thread only.
 * Floor      request; uses net, base.
 *
 *     upload_begin_file --> upload_write* --> upload_end_file    each waits for on_ready
 *     upload_end --> on_over, by mail, when an upload that failed has left the disk
 */
#ifndef REQUEST_UPLOAD_H
#define REQUEST_UPLOAD_H

#include "base/worker.h"

#include <sails/upload.h>

struct upload;
struct upload_file;

struct upload_events {
    /* The disk has done what it was told. err: 0, -errno, SAILS_ENOMEM. */
    void (*on_ready)(struct upload *upload, int err);
    /* The last one. When the worker has stopped, on the thread that ends the net. */
    void (*on_over)(struct upload *upload);
};

struct upload {
    struct mail mail;
    struct list in_owner;
    void *owner;
    struct worker *worker;
    const struct upload_events *events;
    char *field;
    char *dirname;
    char *save_as; /* NULL: random names */
    uint64_t max_bytes;
    uint64_t n_bytes;
    struct list files; /* struct upload_file */
    struct upload_file *arriving;
    json_t *descriptors; /* of the files that are whole */
    size_t n_going;      /* files that are being taken away */
    int err;             /* once it has ended */
    bool is_late;        /* SAILS_ETIMEOUT: its files had passed before it was asked for */
    sails_upload_cb done;
    void *ctx;
};

struct upload_request {
    const char *field;
    struct sails_upload_options options; /* complete: dirname, max_bytes */
    sails_upload_cb done;
    void *ctx;
};

/* Copies what it is given. 0; SAILS_EINVAL: save_as is no name; -errno: no current folder;
 * SAILS_ENOMEM. */
int upload_create(struct worker *worker, const struct upload_request *request,
                  const struct upload_events *events, void *owner, struct upload **out);

/* After on_over, or if nothing has begun. */
void upload_destroy(struct upload *upload);

/* Each: 0: on_ready will come, unless the upload ends before; SAILS_ENOMEM. */
int upload_begin_file(struct upload *upload, struct str filename, struct str type);
/* Also SAILS_EUPLOADLIMIT. `data` is copied. */
int upload_write(struct upload *upload, struct bytes data);
int upload_end_file(struct upload *upload);

/* err: 0: the files stay; else all of them go. */
void upload_end(struct upload *upload, int err);

/* What sails_upload_cb gets: new; NULL: no memory. */
json_t *upload_result(const struct upload *upload);

/* ---- names ---- */

enum {
    UPLOAD_NAME_MAX = 36 + 1 + 16 /* a UUID, a dot, an extension */
};

/* "<random uuid><extension of filename>", NUL-terminated; an extension of anything but letters, digits,
 * '-' and '_' is left out. */
void upload_name(struct env *env, struct str filename, char out[UPLOAD_NAME_MAX + 1]);

#endif
