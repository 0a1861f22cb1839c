#include "net/file.h"

#include "base/mem.h"
#include "net/beneath.h"
#include "net/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A file has one job at a time: opening, reading or writing a chunk, ... While it is on the thread
 * pool, the pool's thread has `fd`, `path`, `info`, `chunk`, `is_made` and `result` for itself, and
 * the worker's thread only the flags of its end; libuv's own locks hand all of it over at both ends.
 *
 * I1  Who closes or discards a busy file only marks it; the job's end does the rest.
 * I2  is_made: the file at `path` is ours, and file_discard() takes it away.
 */

struct file_folder {
    int fd;
};

struct file {
    uv_work_t work;
    struct loop *loop;
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

static void work_open(uv_work_t *work)
{
    struct file *file = container_of(work, struct file, work);
    int fd = beneath_open(file->folder->fd, file->path);

    file->result = fd >= 0 ? look(fd, &file->info) : fd;
    if (file->result == 0) {
        file->fd = fd;
    } else if (fd >= 0) {
        (void)close(fd);
    }
}

static void work_read(uv_work_t *work)
{
    struct file *file = container_of(work, struct file, work);
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

static void begin(struct file *file, uv_work_cb work, uv_after_work_cb after)
{
    file->is_busy = true;
    loop_job_begun(file->loop);
    (void)uv_queue_work(file->loop->uv, &file->work, work, after); /* fails without `work` only */
}

static void remove_made(struct file *file);

/* False: nobody wants to hear about it any more, and the file has gone, or is about to go. */
static bool take_back(struct file *file)
{
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

static void after_open(uv_work_t *work, int status)
{
    struct file *file = container_of(work, struct file, work);
    struct loop *loop = file->loop;
    struct worker_scope scope;

    (void)status; /* nobody cancels */
    loop_enter(&scope, loop);
    mem_free(file->path);
    file->path = NULL;
    if (take_back(file)) {
        file->on_open(file, file->result, file->result == 0 ? &file->info : NULL, file->ctx);
    }
    loop_job_done(loop);
    worker_leave(&scope);
}

static void after_read(uv_work_t *work, int status)
{
    struct file *file = container_of(work, struct file, work);
    struct loop *loop = file->loop;
    struct shared *chunk = file->chunk;
    struct worker_scope scope;

    (void)status;
    loop_enter(&scope, loop);
    file->chunk = NULL;
    if (take_back(file)) {
        file->on_read(file, file->result, file->result == 0 ? chunk : NULL, file->ctx);
    }
    shared_release(chunk);
    loop_job_done(loop);
    worker_leave(&scope);
}

int file_open(struct worker *worker, struct file_folder *folder, const char *path,
              file_open_cb on_open, void *ctx, struct file **out)
{
    struct file *file = mem_calloc(1, sizeof(*file));

    if (file == NULL) {
        return SAILS_ENOMEM;
    }
    file->loop = loop_of(worker);
    file->folder = folder;
    file->fd = -1;
    file->on_open = on_open;
    file->ctx = ctx;
    file->path = mem_strndup(path, strlen(path));
    if (file->path == NULL) {
        destroy(file);
        return SAILS_ENOMEM;
    }
    begin(file, work_open, after_open);
    *out = file;
    return 0;
}

int file_read(struct file *file, uint64_t offset, size_t len, file_read_cb on_read, void *ctx)
{
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
    begin(file, work_read, after_read);
    return 0;
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

static void work_create(uv_work_t *work)
{
    struct file *file = container_of(work, struct file, work);
    int fd = make_file(file->path);

    if (fd == -ENOENT) {
        fd = make_folders(file->path);
        fd = fd == 0 ? make_file(file->path) : fd;
    }
    file->fd = fd >= 0 ? fd : -1;
    file->is_made = fd >= 0;
    file->result = fd >= 0 ? 0 : fd;
}

static void work_write(uv_work_t *work)
{
    struct file *file = container_of(work, struct file, work);
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

static void work_finish(uv_work_t *work)
{
    struct file *file = container_of(work, struct file, work);

    file->result = close(file->fd) == 0 || errno == EINTR ? 0 : -errno;
    file->fd = -1;
}

static void work_remove(uv_work_t *work)
{
    struct file *file = container_of(work, struct file, work);

    (void)unlink(file->path);
}

/* ---- writing: on the worker's thread ---- */

static void after_job(uv_work_t *work, int status)
{
    struct file *file = container_of(work, struct file, work);
    struct loop *loop = file->loop;
    struct worker_scope scope;

    (void)status;
    loop_enter(&scope, loop);
    shared_release(file->chunk);
    file->chunk = NULL;
    if (take_back(file)) {
        file->on_done(file, file->result, file->ctx);
    }
    loop_job_done(loop);
    worker_leave(&scope);
}

static void after_remove(uv_work_t *work, int status)
{
    struct file *file = container_of(work, struct file, work);
    struct loop *loop = file->loop;
    void (*on_gone)(void *ctx) = file->on_gone;
    void *ctx = file->gone_ctx;
    struct worker_scope scope;

    (void)status;
    loop_enter(&scope, loop);
    destroy(file);
    if (on_gone != NULL) {
        on_gone(ctx);
    }
    loop_job_done(loop);
    worker_leave(&scope);
}

static void work_nothing(uv_work_t *work)
{
    (void)work;
}

static void remove_made(struct file *file)
{
    begin(file, file->is_made ? work_remove : work_nothing, after_remove);
}

void file_discard(struct file *file, void (*on_gone)(void *ctx), void *ctx)
{
    file->on_gone = on_gone;
    file->gone_ctx = ctx;
    if (file->is_busy) {
        file->is_discarded = true; /* I1 */
    } else {
        remove_made(file);
    }
}

int file_create(struct worker *worker, const char *path, file_done_cb on_done, void *ctx,
                struct file **out)
{
    struct file *file = mem_calloc(1, sizeof(*file));

    if (file == NULL) {
        return SAILS_ENOMEM;
    }
    file->loop = loop_of(worker);
    file->fd = -1;
    file->on_done = on_done;
    file->ctx = ctx;
    file->path = mem_strndup(path, strlen(path));
    if (file->path == NULL) {
        destroy(file);
        return SAILS_ENOMEM;
    }
    begin(file, work_create, after_job);
    *out = file;
    return 0;
}

/* `data`: what the job writes, if it writes. */
static int begin_job(struct file *file, uv_work_cb work, struct shared *data, file_done_cb on_done,
                     void *ctx)
{
    if (file->is_busy || file->fd < 0 || !file->is_made) {
        return SAILS_ESTATE;
    }
    file->on_done = on_done;
    file->ctx = ctx;
    file->chunk = data != NULL ? shared_retain(data) : NULL;
    begin(file, work, after_job);
    return 0;
}

int file_write(struct file *file, struct shared *data, file_done_cb on_done, void *ctx)
{
    return begin_job(file, work_write, data, on_done, ctx);
}

int file_finish(struct file *file, file_done_cb on_done, void *ctx)
{
    return begin_job(file, work_finish, NULL, on_done, ctx);
}
