#include "files/static_files.h"

#include "base/mem.h"
#include "files/static_folder.h"

#include <jansson.h>

#include <sails/err.h>
#include <unistd.h>

void static_files_init(struct static_files *files)
{
    list_init(&files->folders.all);
    list_init(&files->bundles.all);
    files->folders.max_age_s = 0;
}

static void destroy_all(struct list *all)
{
    while (!list_is_empty(all)) {
        static_folder_destroy(container_of(list_take_first(all), struct static_folder, in_files));
    }
}

void static_files_deinit(struct static_files *files)
{
    destroy_all(&files->folders.all);
    destroy_all(&files->bundles.all);
}

int static_files_add(struct static_files *files, const char *path, const char *folder)
{
    struct static_folder *made = static_folder_create(path, folder);

    if (made == NULL) {
        return SAILS_ENOMEM;
    }
    list_append(&files->folders.all, &made->in_files);
    return 0;
}

int static_files_add_bundles(struct static_files *files, const char *path, const char *folder)
{
    struct static_folder *made = NULL;

    if (!list_is_empty(&files->bundles.all)) {
        return 0; /* a lift that is tried again */
    }
    made = static_folder_create(path, folder);
    if (made == NULL) {
        return SAILS_ENOMEM;
    }
    list_append(&files->bundles.all, &made->in_files);
    return 0;
}

/* ---- opening ---- */

static int open_folder(struct static_folder *folder, const struct log *log)
{
    int rc = folder->folder != NULL ? 0 : file_folder_open(folder->name, &folder->folder);

    if (rc < 0) {
        char here[1024];
        bool is_relative = folder->name[0] != '/';

        log_line(log, LOG_ERROR,
                 "The folder %s, which is to be served below %s/, cannot be opened: %s%s%s%s",
                 folder->name, folder->path, sails_strerror(rc),
                 is_relative ? ". It is looked for in " : "",
                 !is_relative                         ? ""
                 : getcwd(here, sizeof(here)) != NULL ? here
                                                      : "the current folder",
                 is_relative ? ": start the program where it is, or say --appPath" : "");
    }
    return rc < 0 ? SAILS_ECONFIG : 0;
}

/* "version" of the package.json beside the folder. */
static int read_version(struct static_folder *folder, const struct log *log)
{
    struct buf path = {0};
    json_error_t error;
    json_t *package = NULL;
    const char *version = NULL;

    buf_printf(&path, "%s/../package.json", folder->name);
    buf_append_char(&path, '\0');
    if (buf_error(&path) == 0) {
        package = json_load_file(path.ptr, 0, &error);
        version = json_string_value(json_object_get(package, "version"));
    }
    if (version != NULL && folder->version == NULL) {
        folder->version = mem_strndup(version, strnlen(version, 32));
    } else if (version == NULL) {
        log_line(log, LOG_ERROR, "sockets.clientPath: %s names no version of socket.io-client",
                 path.len > 0 ? path.ptr : folder->name);
    }
    json_decref(package);
    buf_deinit(&path);
    return folder->version != NULL ? 0 : SAILS_ECONFIG;
}

int static_files_open(struct static_files *files, const struct log *log)
{
    int rc = 0;

    files->folders.log = log;
    files->bundles.log = log;
    list_each(node, &files->folders.all) {
        if (rc == 0) {
            rc = open_folder(container_of(node, struct static_folder, in_files), log);
        }
    }
    list_each(node, &files->bundles.all) {
        struct static_folder *folder = container_of(node, struct static_folder, in_files);

        rc = rc == 0 ? open_folder(folder, log) : rc;
        rc = rc == 0 ? read_version(folder, log) : rc;
    }
    return rc;
}

/* ---- serving ---- */

static bool can_be_file(const struct http_request *request)
{
    return request->method == HTTP_METHOD_GET || request->method == HTTP_METHOD_HEAD;
}

/* The first one that the path lies below; NULL: none. */
static struct static_folder *find_folder(const struct static_files *files,
                                         const struct http_exchange *x)
{
    list_each(node, &files->folders.all) {
        struct static_folder *folder = container_of(node, struct static_folder, in_files);

        if (static_folder_rest(folder, http_request(x)->path).ptr != NULL) {
            return folder;
        }
    }
    return NULL;
}

bool static_files_concern(const struct static_files *files, const struct http_exchange *x)
{
    return can_be_file(http_request(x)) && find_folder(files, x) != NULL;
}

bool static_files_handle(struct static_files *files, struct worker *worker, struct http_exchange *x)
{
    struct static_folder *folder = can_be_file(http_request(x)) ? find_folder(files, x) : NULL;

    if (folder != NULL) {
        delivery_start(&files->folders, folder, worker, x);
    }
    return folder != NULL;
}

static bool is_bundle(struct str rest)
{
    static const struct str names[] = {
        {"/socket.io.js", 13},
        {"/socket.io.min.js", 17},
        {"/socket.io.esm.min.js", 21},
        {"/socket.io.msgpack.min.js", 25},
    };

    if (rest.len > 4 && str_eq(str_from_offset(rest, rest.len - 4), STR(".map"))) {
        rest.len -= 4;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq(rest, names[i])) {
            return true;
        }
    }
    return false;
}

/* There is one such folder at the most. */
static struct static_folder *find_bundle(const struct static_files *files,
                                         const struct http_exchange *x)
{
    list_each(node, &files->bundles.all) {
        struct static_folder *folder = container_of(node, struct static_folder, in_files);

        if (is_bundle(static_folder_rest(folder, http_request(x)->path))) {
            return folder;
        }
    }
    return NULL;
}

bool static_files_has_bundle(const struct static_files *files, const struct http_exchange *x)
{
    return can_be_file(http_request(x)) && find_bundle(files, x) != NULL;
}

void static_files_handle_bundle(struct static_files *files, struct worker *worker,
                                struct http_exchange *x)
{
    delivery_start(&files->bundles, find_bundle(files, x), worker, x);
}
