#include "files/static_files.h"

#include "base/mem.h"
#include "files/static_folder.h"

#include <sails/err.h>
#include <unistd.h>

void static_files_init(struct static_files *files)
{
    list_init(&files->folders.all);
    files->folders.max_age_s = 0;
}

void static_files_deinit(struct static_files *files)
{
    struct list *all = &files->folders.all;

    while (!list_is_empty(all)) {
        static_folder_destroy(container_of(list_take_first(all), struct static_folder, in_files));
    }
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

int static_files_open(struct static_files *files, const struct log *log)
{
    int rc = 0;

    files->folders.log = log;
    list_each(node, &files->folders.all) {
        if (rc == 0) {
            rc = open_folder(container_of(node, struct static_folder, in_files), log);
        }
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
        static_folder_deliver(&files->folders, folder, worker, x);
    }
    return folder != NULL;
}
