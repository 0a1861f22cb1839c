#include "net/file.h"

#include "base/job.h"
#include "base/macros.h"
#include "base/mem.h"
#include "net/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sails/err.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A file has one job at a time: opening, reading or writing a chunk, ... While it is on the pool of
 * threads for files, the pool's thread has `fd`, `path`, `info`, `chunk`, `is_made` and `result` for
 * itself, and the worker's thread only the flags of its end; the job's way there and back hands all of it
 * over.
 *
 * I1  Who closes or discards a busy file only marks it; the job's end does the rest.
 * I2  is_made: the file at `path` is ours, and file_discard() takes it away.
 */

struct file_folder {
    int fd;
};

struct file {
    struct job job;
    struct file_folder *folder;
    char *path; /* while it is being opened; of one that was made, until the end */
    int fd;     /* -1: not open */
    struct file_info info;
    struct shared *chunk; /* while it is being read into, or written */
    uint64_t offset;
    int result;
    file_open_cb on_open;
    file_read_cb on_read;
    file_done_cb on_done;
    void *ctx;
    void (*on_gone)(void *ctx); /* of file_discard() */
    void *gone_ctx;
    bool is_made;
    bool is_busy;
    bool is_closed;
    bool is_discarded;
};

static void file_check(const struct file *file)
{
    bool is_marked = file->is_closed || file->is_discarded;

    assert(!is_marked || file->is_busy);                           /* I1 */
    assert(file->is_busy || !file->is_made || file->path != NULL); /* I2 */
    (void)is_marked;
    (void)file;
}

int file_folder_open(const char *path, struct file_folder **out)
{
    struct file_folder *folder = mem_alloc(sizeof(*folder));

    if (folder == NULL) {
        return SAILS_ENOMEM;
    }
    folder->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0) {
        int err = errno;

        mem_free(folder);
        return -err;
    }
    *out = folder;
    return 0;
}

void file_folder_close(struct file_folder *folder)
{
    if (folder != NULL) {
        (void)close(folder->fd);
        mem_free(folder);
    }
}

enum file_fault file_fault_of(int err)
{
    switch (err) {
    case -ENOENT:
    case -ENOTDIR:
    case -EISDIR:
    case -ENAMETOOLONG:
    case -ELOOP:
    case -EACCES:
    case -EPERM:
        return FILE_MISSING;
    case -EMFILE:
    case -ENFILE:
    case -ENOMEM:
    case -EAGAIN:
    case SAILS_ENOMEM:
    case SAILS_EBUSY:
    case SAILS_ECANCELED:
        return FILE_BUSY;
    default:
        return FILE_BROKEN;
    }
}

static void destroy(struct file *file)
{
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    shared_release(file->chunk);
    mem_free(file->path);
    mem_free(file);
}

void file_close(struct file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->is_busy) {
        file->is_closed = true; /* I1 */
        file_check(file);
    } else {
        destroy(file);
    }
}

/* ---- on the thread pool ---- */

static int look(int fd, struct file_info *info)
{
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return -errno;
    }
    if (S_ISDIR(st.st_mode)) {
        return -EISDIR;
    }
    if (!S_ISREG(st.st_mode)) {
        return -EACCES;
    }
    *info = (struct file_info){
        .size = (uint64_t)st.st_size,
        .modified_ms = (uint64_t)st.st_mtim.tv_sec * 1000 + (uint64_t)st.st_mtim.tv_nsec / 1000000,
        .inode = st.st_ino,
    };
    return 0;
}

static void work_open(struct job *job)
{
    struct file *file = container_of(job, struct file, job);
    int fd = beneath_open(file->folder->fd, file->path);

    file->result = fd >= 0 ? look(fd, &file->info) : fd;
    if (file->result == 0) {
        file->fd = fd;
    } else if (fd >= 0) {
        (void)close(fd);
    }
}

static void work_read(struct job *job)
{
    struct file *file = container_of(job, struct file, job);
    size_t have = 0;

    file->result = 0;
    while (have < file->chunk->len) {
        ssize_t n = pread(file->fd, file->chunk->data + have, file->chunk->len - have,
                          (off_t)(file->offset + have));

        if (n > 0) {
            have += (size_t)n;
        } else if (n == 0) {
            break;
        } else if (errno != EINTR) {
            file->result = -errno;
            break;
        }
    }
    file->chunk->len = have;
}

/* ---- on the worker's thread ---- */

/* 0, or why the pool does not take it: job_submit(). */
static int begin(struct file *file, void (*work)(struct job *job),
                 void (*done)(struct job *job, int status))
{
    int rc = 0;

    worker_assert_thread(file->job.worker);
    assert(!file->is_busy);
    file->job.run = work;
    file->job.done = done;
    rc = job_submit(file->job.worker->pool->files, &file->job);
    file->is_busy = rc == 0;
    return rc;
}

static void remove_made(struct file *file);

/* False: nobody wants to hear about it any more, and the file has gone, or is about to go. */
static bool take_back(struct file *file)
{
    file_check(file);
    file->is_busy = false;
    if (file->is_discarded) {
        remove_made(file);
        return false;
    }
    if (file->is_closed) {
        destroy(file);
        return false;
    }
    return true;
}

/* status: 0, or SAILS_ECANCELED: no thread has had it. */
static void note_canceled(struct file *file, int status)
{
    file->result = status < 0 ? -ECANCELED : file->result;
}

static void after_open(struct job *job, int status)
{
    struct file *file = container_of(job, struct file, job);

    note_canceled(file, status);
    mem_free(file->path);
    file->path = NULL;
    if (take_back(file)) {
        file->on_open(file, file->result, file->result == 0 ? &file->info : NULL, file->ctx);
    }
}

static void after_read(struct job *job, int status)
{
    struct file *file = container_of(job, struct file, job);
    struct shared *chunk = file->chunk;

    note_canceled(file, status);
    file->chunk = NULL;
    if (take_back(file)) {
        file->on_read(file, file->result, file->result == 0 ? chunk : NULL, file->ctx);
    }
    shared_release(chunk);
}

/* NULL: no memory. */
static struct file *file_make(struct worker *worker, const char *path, void *ctx)
{
    struct file *file = mem_calloc(1, sizeof(*file));

    if (file == NULL) {
        return NULL;
    }
    file->job.worker = worker;
    file->fd = -1;
    file->ctx = ctx;
    file->path = mem_strndup(path, strlen(path));
    if (file->path == NULL) {
        destroy(file);
        return NULL;
    }
    return file;
}

int file_open(struct worker *worker, struct file_folder *folder, const char *path,
              file_open_cb on_open, void *ctx, struct file **out)
{
    struct file *file = file_make(worker, path, ctx);
    int rc = SAILS_ENOMEM;

    if (file == NULL) {
        return rc;
    }
    file->folder = folder;
    file->on_open = on_open;
    rc = begin(file, work_open, after_open);
    if (rc < 0) {
        destroy(file);
        return rc;
    }
    *out = file;
    return 0;
}

int file_read(struct file *file, uint64_t offset, size_t len, file_read_cb on_read, void *ctx)
{
    int rc = 0;

    if (file->is_busy || file->fd < 0) {
        return SAILS_ESTATE;
    }
    if (len == 0 || len > FILE_CHUNK || offset > INT64_MAX - FILE_CHUNK) {
        return SAILS_EINVAL;
    }
    file->chunk = shared_create(len);
    if (file->chunk == NULL) {
        return SAILS_ENOMEM;
    }
    file->offset = offset;
    file->on_read = on_read;
    file->ctx = ctx;
    rc = begin(file, work_read, after_read);
    if (rc < 0) {
        shared_release(file->chunk);
        file->chunk = NULL;
    }
    return rc;
}

/* ---- writing: on the thread pool ---- */

/* All folders on the way to a file. */
static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        int rc = 0;

        *slash = '\0';
        rc = mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : -errno;
        *slash = '/';
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    return fd >= 0 ? fd : -errno;
}

static void work_create(struct job *job)
{
    struct file *file = container_of(job, struct file, job);
    int fd = make_file(file->path);

    if (fd == -ENOENT) {
        fd = make_folders(file->path);
        fd = fd == 0 ? make_file(file->path) : fd;
    }
    file->fd = fd >= 0 ? fd : -1;
    file->is_made = fd >= 0;
    file->result = fd >= 0 ? 0 : fd;
}

static void work_write(struct job *job)
{
    struct file *file = container_of(job, struct file, job);
    size_t done = 0;

    file->result = 0;
    while (file->result == 0 && done < file->chunk->len) {
        ssize_t n = write(file->fd, file->chunk->data + done, file->chunk->len - done);

        if (n >= 0) {
            done += (size_t)n;
        } else if (errno != EINTR) {
            file->result = -errno;
        }
    }
}

static void work_finish(struct job *job)
{
    struct file *file = container_of(job, struct file, job);

    file->result = close(file->fd) == 0 || errno == EINTR ? 0 : -errno;
    file->fd = -1;
}

static void work_remove(struct job *job)
{
    struct file *file = container_of(job, struct file, job);

    (void)unlink(file->path);
}

/* ---- writing: on the worker's thread ---- */

static void after_job(struct job *job, int status)
{
    struct file *file = container_of(job, struct file, job);

    note_canceled(file, status);
    shared_release(file->chunk);
    file->chunk = NULL;
    if (take_back(file)) {
        file->on_done(file, file->result, file->ctx);
    }
}

static void be_gone(struct file *file)
{
    void (*on_gone)(void *ctx) = file->on_gone;
    void *ctx = file->gone_ctx;

    destroy(file);
    if (on_gone != NULL) {
        on_gone(ctx);
    }
}

static void after_remove(struct job *job, int status)
{
    struct file *file = container_of(job, struct file, job);

    if (status < 0 && file->is_made) {
        work_remove(job);
    }
    be_gone(file);
}

static void deliver_gone(struct worker *worker, struct mail *mail)
{
    (void)worker;
    be_gone(container_of(mail, struct file, job.mail));
}

static void work_nothing(struct job *job)
{
    (void)job;
}

/* It cannot fail: what no thread takes is done here, which is better than files that nobody wants. */
static void remove_made(struct file *file)
{
    if (begin(file, file->is_made ? work_remove : work_nothing, after_remove) == 0) {
        return;
    }
    if (file->is_made) {
        work_remove(&file->job);
    }
    file->job.mail.deliver = deliver_gone;
    worker_post(file->job.worker, &file->job.mail);
}

void file_discard(struct file *file, void (*on_gone)(void *ctx), void *ctx)
{
    file->on_gone = on_gone;
    file->gone_ctx = ctx;
    file_check(file);
    if (file->is_busy) {
        file->is_discarded = true; /* I1 */
    } else {
        remove_made(file);
    }
}

int file_create(struct worker *worker, const char *path, file_done_cb on_done, void *ctx,
                struct file **out)
{
    struct file *file = file_make(worker, path, ctx);
    int rc = SAILS_ENOMEM;

    if (file == NULL) {
        return rc;
    }
    file->on_done = on_done;
    rc = begin(file, work_create, after_job);
    if (rc < 0) {
        destroy(file);
        return rc;
    }
    *out = file;
    return 0;
}

/* `data`: what the job writes, if it writes. */
static int begin_job(struct file *file, void (*work)(struct job *job), struct shared *data,
                     file_done_cb on_done, void *ctx)
{
    int rc = 0;

    if (file->is_busy || file->fd < 0 || !file->is_made) {
        return SAILS_ESTATE;
    }
    file->on_done = on_done;
    file->ctx = ctx;
    file->chunk = data != NULL ? shared_retain(data) : NULL;
    rc = begin(file, work, after_job);
    if (rc < 0) {
        shared_release(file->chunk);
        file->chunk = NULL;
    }
    return rc;
}

int file_write(struct file *file, struct shared *data, file_done_cb on_done, void *ctx)
{
    return begin_job(file, work_write, data, on_done, ctx);
}

int file_finish(struct file *file, file_done_cb on_done, void *ctx)
{
    return begin_job(file, work_finish, NULL, on_done, ctx);
}
