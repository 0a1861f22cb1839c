#include "files/static_folder.h"

#include "base/mem.h"
#include "files/file_sender.h"
#include "http/http_file.h"

#include <errno.h>
#include <sails/err.h>

/*
 *   try_folder --file_open--> on_open --+--> answered at once (304, 404, 416, HEAD, a directory)
 *       ^                       |       +--> file_sender_start
 *       +-- the next folder ----+
 *            (nothing there)
 */
struct file_delivery {
    const struct delivery_settings *settings;
    struct static_folder *folder;
    struct worker *worker;
    struct http_exchange *x;
    struct file *file;
    struct buf path; /* relative to the folder, NUL-terminated */
};

struct static_folder *static_folder_create(const char *path, const char *name)
{
    struct static_folder *folder = mem_calloc(1, sizeof(*folder));
    size_t len = strlen(path);

    while (len > 0 && path[len - 1] == '/') {
        len--;
    }
    if (folder == NULL) {
        return NULL;
    }
    folder->path = mem_strndup(path, len);
    folder->name = mem_strndup(name, strlen(name));
    if (folder->path == NULL || folder->name == NULL) {
        static_folder_destroy(folder);
        return NULL;
    }
    return folder;
}

void static_folder_destroy(struct static_folder *folder)
{
    file_folder_close(folder->folder);
    mem_free(folder->path);
    mem_free(folder->name);
    mem_free(folder);
}

struct str static_folder_rest(const struct static_folder *folder, struct str path)
{
    struct str prefix = str_from(folder->path);
    struct str rest = {NULL, 0};

    if (str_starts_with(path, prefix)) {
        rest = str_from_offset(path, prefix.len);
    }
    return rest.len > 0 && rest.ptr[0] == '/' ? rest : (struct str){NULL, 0};
}

/* ---- the end ---- */

static void delivery_destroy(struct file_delivery *d)
{
    file_close(d->file);
    buf_deinit(&d->path);
    mem_free(d);
}

static void add_headers(const struct file_delivery *d)
{
    if (d->settings->add_headers != NULL) {
        d->settings->add_headers(d->settings->ctx, d->x);
    }
}

static void answer(struct file_delivery *d, unsigned status, struct str text)
{
    add_headers(d);
    if (text.len > 0) {
        http_add_header(d->x, STR("Content-Type"), STR("text/plain; charset=utf-8"));
    }
    http_respond(d->x, status, str_bytes(text));
    delivery_destroy(d);
}

static void answer_missing(struct file_delivery *d)
{
    const struct delivery_settings *settings = d->settings;
    struct worker *worker = d->worker;
    struct http_exchange *x = d->x;

    http_set_events(x, NULL, NULL);
    delivery_destroy(d);
    settings->on_missing(settings->ctx, worker, x);
}

static void on_abort(struct http_exchange *x, int err)
{
    (void)err;
    delivery_destroy(http_user(x));
}

static const struct http_exchange_events delivery_events = {
    .on_abort = on_abort,
};

/* ---- what the file is ---- */

/* "assets" is a folder: the page in it has relative links, which are right below "assets/" only. */
static void redirect_to_folder(struct file_delivery *d)
{
    struct str path = http_request(d->x)->path;
    struct str query = http_request(d->x)->query;
    struct buf location = {0};

    while (path.len > 1 && path.ptr[1] == '/') {
        path = str_from_offset(path,
                               1); /* "//evil.test/" would be another host (RFC 3986 section 4.2) */
    }
    buf_append_str(&location, path);
    buf_append_char(&location, '/');
    if (query.len > 0) {
        buf_append_char(&location, '?');
        buf_append_str(&location, query);
    }
    if (buf_error(&location) == 0) {
        http_add_header(d->x, STR("Location"), buf_str(&location));
    }
    buf_deinit(&location);
    answer(d, 301, STR("Moved Permanently"));
}

static void describe_file(struct file_delivery *d, const struct file_info *info,
                          struct http_file_answer *out)
{
    struct http_file file = {.size = info->size, .mtime_ms = info->modified_ms};

    http_file_answer(http_request(d->x), &file, out);
    http_file_add_headers(d->x, out, http_file_type((struct str){d->path.ptr, d->path.len - 1}),
                          d->settings->max_age_s);
}

static void deliver(struct file_delivery *d, const struct file_info *info)
{
    struct http_file_answer found;

    describe_file(d, info, &found);
    if (found.length == 0) {
        answer(d, found.status, (struct str){NULL, 0});
        return;
    }
    add_headers(d);
    if (http_begin(d->x, found.status, found.length) < 0) {
        return; /* on_abort follows */
    }
    if (http_request(d->x)->method == HTTP_METHOD_HEAD) {
        http_end(d->x);
        delivery_destroy(d);
        return;
    }
    file_sender_start(d->x, d->file, found.offset, found.length);
    d->file = NULL;
    delivery_destroy(d);
}

/* ---- finding it ---- */

static void on_failure(struct file_delivery *d, int err);

static void on_open(struct file *file, int err, const struct file_info *info, void *ctx)
{
    struct file_delivery *d = ctx;

    if (err == 0) {
        deliver(d, info);
        return;
    }
    file_close(file);
    d->file = NULL;
    if (err == -EISDIR) {
        redirect_to_folder(d);
    } else {
        on_failure(d, err);
    }
}

/* 0: it is being opened; -ENOENT: the folder has none of that path; SAILS_ENOMEM, ... */
static int try_folder(struct file_delivery *d)
{
    struct str rest = static_folder_rest(d->folder, http_request(d->x)->path);
    int rc = 0;

    buf_clear(&d->path);
    if (rest.ptr == NULL) {
        return -ENOENT;
    }
    rc = http_file_path(&d->path, rest, HTTP_DOTFILES_HIDE);
    if (rc < 0) {
        return rc == SAILS_ENOMEM ? rc : -ENOENT;
    }
    if (d->path.len == 0 || d->path.ptr[d->path.len - 1] == '/') {
        buf_append_str(&d->path, STR("index.html"));
    }
    buf_append_char(&d->path, '\0');
    rc = buf_error(&d->path);
    return rc == 0 ? file_open(d->worker, d->folder->folder, d->path.ptr, on_open, d, &d->file)
                   : rc;
}

/* On to the next folder that the path lies below. */
static void try_others(struct file_delivery *d)
{
    for (struct list *node = d->folder->in_files.next; node != &d->settings->all;
         node = node->next) {
        int rc = 0;

        d->folder = container_of(node, struct static_folder, in_files);
        rc = try_folder(d);
        if (rc == 0) {
            return;
        }
        if (rc != -ENOENT) {
            on_failure(d, rc);
            return;
        }
    }
    answer_missing(d);
}

static void answer_failure(struct file_delivery *d, unsigned status, int err)
{
    struct str path = http_request(d->x)->path;

    log_line(d->settings->log, LOG_ERROR, "%.*s: a file in %s cannot be opened%s: %s",
             STR_FMT(path), d->folder->name, status == 503 ? " now" : "", sails_strerror(err));
    answer(d, status, str_from(http_status_text(status)));
}

/* Only what is really not there is 404: a cache may keep that, and a search engine forgets the page. */
static void on_failure(struct file_delivery *d, int err)
{
    switch (file_fault_of(err)) {
    case FILE_MISSING:
        try_others(d);
        break;
    case FILE_BUSY:
        answer_failure(d, 503, err);
        break;
    case FILE_BROKEN:
        answer_failure(d, 500, err);
        break;
    }
}

void static_folder_deliver(const struct delivery_settings *settings, struct static_folder *first,
                           struct worker *worker, struct http_exchange *x)
{
    struct file_delivery *d = mem_calloc(1, sizeof(*d));
    int rc = 0;

    if (d == NULL) {
        http_respond(x, 503, (struct bytes){NULL, 0});
        return;
    }
    *d = (struct file_delivery){.settings = settings, .folder = first, .worker = worker, .x = x};
    http_accept(x, &delivery_events, d, 0);
    rc = try_folder(d);
    if (rc < 0) {
        on_failure(d, rc);
    }
}
