#include "views/view_files.h"

#include "base/mem.h"
#include "views/page.h"

#include <dirent.h>
#include <errno.h>
#include <sails/err.h>
#include <sys/stat.h>

bool view_files_is_name(struct str name)
{
    struct str part;

    if (name.len == 0 || name.len >= VIEW_NAME_MAX || name.ptr[0] == '/' ||
        name.ptr[name.len - 1] == '/' || memchr(name.ptr, '\0', name.len) != NULL) {
        return false;
    }
    while (str_take_part(&name, '/', &part)) {
        if (part.len == 0 || part.ptr[0] == '.') {
            return false;
        }
    }
    return true;
}

/* NULL: no memory. To be freed. */
static char *path_of(const struct view_files *files, struct str name)
{
    struct buf path = {0};

    buf_printf(&path, "%s/%.*s", files->folder, STR_FMT(name));
    return buf_take(&path);
}

static bool is_view(struct str name)
{
    static const char *const endings[] = {".ejs", ".html"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        struct str ending = str_from(endings[i]);

        if (name.len > ending.len && str_eq(str_from_offset(name, name.len - ending.len), ending)) {
            return true;
        }
    }
    return false;
}

/* ---- walking the folder ---- */

static int add_file(struct view_files *files, const char *path, struct str name)
{
    struct view_file *file = NULL;
    int rc = 0;

    if (!is_view(name)) {
        return 0;
    }
    if (files->n == VIEW_FILES_MAX) {
        return SAILS_ETOOBIG;
    }
    file = mem_calloc(1, sizeof(*file));
    if (file == NULL) {
        return SAILS_ENOMEM;
    }
    list_append(&files->all, &file->in_files);
    files->n++;
    file->name = mem_strndup(name.ptr, name.len);
    if (file->name == NULL) {
        return SAILS_ENOMEM;
    }
    rc = files->rereads ? 0 : page_read(&file->text, path);
    return rc;
}

static int walk(struct view_files *files, struct buf *name, unsigned depth, char *which);

static int take_entry(struct view_files *files, struct buf *name, unsigned depth, char *which)
{
    char *path = path_of(files, buf_str(name));
    struct stat about;
    int rc = 0;

    if (path == NULL) {
        return SAILS_ENOMEM;
    }
    if (stat(path, &about) != 0) {
        rc = errno == ENOENT ? 0 : -errno; /* a link to nothing, or gone in between */
    } else if (S_ISDIR(about.st_mode)) {
        rc = walk(files, name, depth + 1, which);
    } else if (S_ISREG(about.st_mode) && name->len < VIEW_NAME_MAX) {
        rc = add_file(files, path, buf_str(name));
    }
    if (rc < 0 && which[0] == '\0') {
        (void)snprintf(which, VIEW_NAME_MAX, "%.*s", STR_FMT(buf_str(name)));
    }
    mem_free(path);
    return rc;
}

static int walk_open(struct view_files *files, DIR *folder, struct buf *name, unsigned depth,
                     char *which)
{
    size_t len = name->len;
    int rc = 0;

    for (const struct dirent *entry = readdir(folder); entry != NULL && rc == 0;
         entry = readdir(folder)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        buf_printf(name, "%s%s", len > 0 ? "/" : "", entry->d_name);
        rc = buf_error(name);
        if (rc == 0) {
            rc = take_entry(files, name, depth, which);
        }
        name->len = len;
    }
    return rc;
}

/* The folder `name` below the views: "" is that itself. */
static int walk(struct view_files *files, struct buf *name, unsigned depth, char *which)
{
    char *path = NULL;
    DIR *folder = NULL;
    int rc = 0;

    if (depth > VIEW_FOLDERS_MAX) {
        return SAILS_ETOOBIG;
    }
    path = path_of(files, buf_str(name));
    if (path == NULL) {
        return SAILS_ENOMEM;
    }
    folder = opendir(path);
    rc = folder == NULL ? -errno : walk_open(files, folder, name, depth, which);
    if (folder != NULL) {
        (void)closedir(folder);
    }
    mem_free(path);
    return depth == 0 && (rc == -ENOENT || rc == -ENOTDIR) ? 0 : rc;
}

int view_files_open(struct view_files *files, const char *folder, bool rereads, char *which)
{
    struct buf name = {0};
    int rc = 0;

    *files = (struct view_files){.rereads = rereads};
    list_init(&files->all);
    which[0] = '\0';
    files->folder = mem_strndup(folder, strlen(folder));
    rc = files->folder != NULL ? walk(files, &name, 0, which) : SAILS_ENOMEM;
    buf_deinit(&name);
    if (rc < 0) {
        view_files_close(files);
    }
    return rc;
}

void view_files_close(struct view_files *files)
{
    while (files->all.next != NULL && !list_is_empty(&files->all)) {
        struct view_file *file =
            container_of(list_take_first(&files->all), struct view_file, in_files);

        mem_free(file->name);
        buf_deinit(&file->text);
        mem_free(file);
    }
    mem_free(files->folder);
    *files = (struct view_files){0};
}

/* ---- asking ---- */

static const struct view_file *find_file(const struct view_files *files, struct str name)
{
    list_each(node, &files->all) {
        const struct view_file *file = container_of(node, const struct view_file, in_files);

        if (str_eq(str_from(file->name), name)) {
            return file;
        }
    }
    return NULL;
}

struct view_stamp view_files_stamp(const struct view_files *files, struct str name)
{
    char *path = path_of(files, name);
    struct view_stamp stamp = {{0, 0}, 0, 0};
    struct stat about;

    if (path != NULL && stat(path, &about) == 0 && S_ISREG(about.st_mode)) {
        stamp = (struct view_stamp){about.st_mtim, about.st_size, about.st_ino};
    }
    mem_free(path);
    return stamp;
}

bool view_files_have(const struct view_files *files, struct str name)
{
    if (files->folder == NULL || !view_files_is_name(name) || !is_view(name)) {
        return false;
    }
    return files->rereads ? view_files_stamp(files, name).inode != 0
                          : find_file(files, name) != NULL;
}

int view_files_read(const struct view_files *files, struct str name, struct buf *text)
{
    const struct view_file *file = NULL;
    char *path = NULL;
    int rc = 0;

    if (!view_files_have(files, name)) {
        return SAILS_ENOENT;
    }
    if (!files->rereads) {
        file = find_file(files, name);
        buf_append_str(text, file != NULL ? buf_str(&file->text) : STR(""));
        return buf_error(text);
    }
    path = path_of(files, name);
    rc = path != NULL ? page_read(text, path) : SAILS_ENOMEM;
    mem_free(path);
    return rc == -ENOENT ? SAILS_ENOENT : rc;
}
