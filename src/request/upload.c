#include "request/upload.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "net/file.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <sails/err.h>
#include <unistd.h>

/*
 * I1  `arriving` is in `files`, or NULL.
 * I2  Once `err` or an end has been set, no job of the disk calls back but those that take away.
 */

struct upload_file {
    struct list in_upload;
    struct file *file;
    json_t *descriptor;
    uint64_t size;
};

static void upload_check(const struct upload *upload)
{
    /* They come one after the other: it is the last one. */
    assert(upload->arriving == NULL || upload->files.prev == &upload->arriving->in_upload); /* I1 */
    assert(upload->n_going == 0 || (upload->err != 0 && list_is_empty(&upload->files) &&
                                    upload->arriving == NULL)); /* I2 */
    (void)upload;
}

/* ---- names ---- */

static bool is_extension_char(char c)
{
    return char_is_alnum(c) || c == '-' || c == '_';
}

/* ".gz" of "a.tar.gz"; nothing of ".profile", as in Node's path.extname(). */
static struct str extension_of(struct str filename)
{
    size_t at = filename.len;
    struct str extension = {NULL, 0};

    while (at > 0 && is_extension_char(filename.ptr[at - 1])) {
        at--;
    }
    if (at > 1 && filename.ptr[at - 1] == '.' && filename.ptr[at - 2] != '/' &&
        filename.ptr[at - 2] != '\\') {
        extension = str_from_offset(filename, at - 1);
    }
    return extension.len > 1 && extension.len <= UPLOAD_NAME_MAX - 36 ? extension
                                                                      : (struct str){NULL, 0};
}

/* RFC 9562 section 5.4. */
static void write_uuid(struct env *env, char out[36])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[16];
    size_t at = 0;

    env->random(env->random_ctx, random, sizeof(random));
    random[6] = (uint8_t)((random[6] & 0x0f) | 0x40);
    random[8] = (uint8_t)((random[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof(random); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            out[at++] = '-';
        }
        out[at++] = digits[random[i] >> 4];
        out[at++] = digits[random[i] & 0x0f];
    }
}

void upload_name(struct env *env, struct str filename, char out[UPLOAD_NAME_MAX + 1])
{
    struct str extension = extension_of(filename);

    write_uuid(env, out);
    if (extension.len > 0) {
        memcpy(out + 36, extension.ptr, extension.len);
    }
    out[36 + extension.len] = '\0';
}

static bool is_file_name(struct str name)
{
    return name.len > 0 && name.len <= NAME_MAX && str_find(name, '/') == name.len &&
           !str_eq(name, STR(".")) && !str_eq(name, STR(".."));
}

/* An absolute path, so that the application may change its folder. */
static int make_absolute(const char *dirname, char **out)
{
    struct buf path = {0};
    char here[PATH_MAX];

    if (dirname[0] != '/') {
        if (getcwd(here, sizeof(here)) == NULL) {
            return -errno;
        }
        buf_printf(&path, "%s/", here);
    }
    buf_append_str(&path, str_from(dirname));
    *out = buf_take(&path);
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

/* ---- life ---- */

static int copy_request(struct upload *upload, const struct upload_request *request)
{
    const char *save_as = request->options.save_as;
    int rc = make_absolute(request->options.dirname, &upload->dirname);

    upload->field = mem_strndup(request->field, strlen(request->field));
    upload->save_as = save_as != NULL ? mem_strndup(save_as, strlen(save_as)) : NULL;
    upload->descriptors = json_array();
    if (rc == 0 && (upload->field == NULL || upload->descriptors == NULL ||
                    (save_as != NULL && upload->save_as == NULL))) {
        rc = SAILS_ENOMEM;
    }
    return rc;
}

int upload_create(struct worker *worker, const struct upload_request *request,
                  const struct upload_events *events, void *owner, struct upload **out)
{
    struct upload *upload = NULL;
    int rc = 0;

    if (request->options.save_as != NULL && !is_file_name(str_from(request->options.save_as))) {
        return SAILS_EINVAL;
    }
    upload = mem_calloc(1, sizeof(*upload));
    if (upload == NULL) {
        return SAILS_ENOMEM;
    }
    upload->worker = worker;
    upload->events = events;
    upload->owner = owner;
    upload->max_bytes = request->options.max_bytes;
    upload->done = request->done;
    upload->ctx = request->ctx;
    list_init(&upload->files);
    rc = copy_request(upload, request);
    if (rc < 0) {
        upload_destroy(upload);
        return rc;
    }
    *out = upload;
    return 0;
}

static void destroy_file(struct upload_file *file)
{
    json_decref(file->descriptor);
    mem_free(file);
}

void upload_destroy(struct upload *upload)
{
    json_decref(upload->descriptors);
    mem_free(upload->field);
    mem_free(upload->dirname);
    mem_free(upload->save_as);
    mem_free(upload);
}

/* ---- a file ---- */

/* What a client says in another encoding than UTF-8 is shown with replacement characters. */
static json_t *shown_text(struct str text)
{
    struct buf valid = {0};
    json_t *value = NULL;

    for (size_t at = 0; at < text.len;) {
        size_t n = 1;

        while (n <= 4 && at + n <= text.len &&
               !utf8_is_valid(str_bytes((struct str){text.ptr + at, n}))) {
            n++;
        }
        if (n <= 4 && at + n <= text.len) {
            buf_append(&valid, text.ptr + at, n);
            at += n;
        } else {
            buf_append_str(&valid, STR("\xEF\xBF\xBD"));
            at++;
        }
    }
    if (buf_error(&valid) == 0) {
        value = json_stringn(valid.len > 0 ? valid.ptr : "", valid.len);
    }
    buf_deinit(&valid);
    return value;
}

static json_t *describe(const struct upload *upload, const char *path, struct str filename,
                        struct str type)
{
    struct str shown = type.len > 0 ? type : STR("application/octet-stream");

    return json_pack("{s:s, s:I, s:o, s:o, s:s, s:s}", "fd", path, "size", (json_int_t)0, "type",
                     shown_text(shown), "filename", shown_text(filename), "status",
                     "bufferingOrWriting", "field", upload->field);
}

static void after_step(struct file *file, int err, void *ctx)
{
    struct upload *upload = ctx;

    (void)file;
    upload_check(upload);
    upload->events->on_ready(upload, err);
}

static void after_finish(struct file *file, int err, void *ctx)
{
    struct upload *upload = ctx;
    struct upload_file *whole = upload->arriving;
    json_t *descriptor = whole->descriptor;

    (void)file;
    upload_check(upload);
    upload->arriving = NULL;
    if (err == 0 &&
        (json_object_set_new(descriptor, "size", json_integer((json_int_t)whole->size)) != 0 ||
         json_object_set_new(descriptor, "status", json_string("finished")) != 0 ||
         json_array_append(upload->descriptors, descriptor) != 0)) {
        err = SAILS_ENOMEM;
    }
    upload->events->on_ready(upload, err);
}

static char *make_path(const struct upload *upload, struct str filename)
{
    char name[UPLOAD_NAME_MAX + 1];
    struct buf path = {0};

    upload_name(worker_env(upload->worker), filename, name);
    buf_printf(&path, "%s/%s", upload->dirname, upload->save_as != NULL ? upload->save_as : name);
    return buf_take(&path);
}

int upload_begin_file(struct upload *upload, struct str filename, struct str type)
{
    struct upload_file *file = mem_calloc(1, sizeof(*file));
    char *path = make_path(upload, filename);
    int rc = file != NULL && path != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0) {
        file->descriptor = describe(upload, path, filename, type);
        rc = file->descriptor != NULL
                 ? file_create(upload->worker, path, after_step, upload, &file->file)
                 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        list_append(&upload->files, &file->in_upload);
        upload->arriving = file; /* I1 */
    } else if (file != NULL) {
        destroy_file(file);
    }
    mem_free(path);
    upload_check(upload);
    return rc;
}

int upload_write(struct upload *upload, struct bytes data)
{
    struct shared *copy = NULL;
    int rc = 0;

    upload->n_bytes += data.len;
    if (upload->n_bytes > upload->max_bytes) {
        return SAILS_EUPLOADLIMIT;
    }
    copy = shared_copy(data);
    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    upload->arriving->size += data.len;
    rc = file_write(upload->arriving->file, copy, after_step, upload);
    shared_release(copy);
    return rc;
}

int upload_end_file(struct upload *upload)
{
    return file_finish(upload->arriving->file, after_finish, upload);
}

/* ---- the end ---- */

static void deliver_over(struct worker *worker, struct mail *mail)
{
    struct upload *upload = container_of(mail, struct upload, mail);

    (void)worker;
    upload->events->on_over(upload);
}

static void post_over(struct upload *upload)
{
    upload->mail.deliver = deliver_over;
    worker_post(upload->worker, &upload->mail);
}

static void on_gone(void *ctx)
{
    struct upload *upload = ctx;

    upload_check(upload);
    upload->n_going--;
    if (upload->n_going == 0) {
        post_over(upload);
    }
}

void upload_end(struct upload *upload, int err)
{
    struct list *node = NULL;

    upload->err = err;
    upload->arriving = NULL;
    for (node = list_take_first(&upload->files); node != NULL;
         node = list_take_first(&upload->files)) {
        struct upload_file *file = container_of(node, struct upload_file, in_upload);

        if (err == 0) {
            file_close(file->file);
        } else {
            upload->n_going++;
            file_discard(file->file, on_gone, upload);
        }
        destroy_file(file);
    }
    upload_check(upload);
    if (upload->n_going == 0) {
        post_over(upload);
    }
}

static json_t *limit_result(const struct upload *upload)
{
    json_int_t limit = (json_int_t)upload->max_bytes;
    json_int_t written = (json_int_t)upload->n_bytes;
    struct buf text = {0};
    json_t *result = NULL;

    buf_printf(&text, "Upload limit of %llu bytes exceeded (%llu bytes written)",
               (unsigned long long)limit, (unsigned long long)written);
    if (buf_error(&text) == 0) {
        result = json_pack("{s:s, s:s%, s:I, s:I}", "code", "E_EXCEEDS_UPLOAD_LIMIT", "message",
                           text.ptr, text.len, "maxBytes", limit, "written", written);
    }
    buf_deinit(&text);
    return result;
}

json_t *upload_result(const struct upload *upload)
{
    switch (upload->err) {
    case 0:
        return json_incref(upload->descriptors);
    case SAILS_EUPLOADLIMIT:
        return limit_result(upload);
    default:
        return json_pack("{s:s, s:s}", "code",
                         upload->is_late ? "EMAXBUFFER" : sails_err_name(upload->err), "message",
                         upload->is_late ? "The files had passed before they were asked for"
                                         : sails_strerror(upload->err));
    }
}
