#include "cli/cli_watch.h"

#include "base/macros.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <sails/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* Below the folder of the application, which is watched itself for folders that are made later. */
static const char *const roots[] = {"api", "assets", "config", "locales", "views"};

/* Folders of applications are no deeper, and a circle of links ends. */
#define DEPTH_MAX 32

#define EVENTS (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

/* ---- folders ---- */

static int keep_path(struct cli_watch *watch, int wd, const char *path)
{
    size_t n = (size_t)wd + 1;
    char *copy = mem_strndup(path, strlen(path));
    char **paths = NULL;

    if (copy != NULL && n > watch->n_paths) {
        paths = mem_realloc(watch->paths, n * sizeof(*paths));
        if (paths == NULL) {
            mem_free(copy);
            return SAILS_ENOMEM;
        }
        memset(paths + watch->n_paths, 0, (n - watch->n_paths) * sizeof(*paths));
        watch->paths = paths;
        watch->n_paths = n;
    }
    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    mem_free(watch->paths[wd]);
    watch->paths[wd] = copy;
    return 0;
}

static int watch_below(struct cli_watch *watch, const char *folder, int depth);

static int watch_entries(struct cli_watch *watch, const char *folder, int depth)
{
    DIR *dir = opendir(folder);
    int rc = 0;

    for (struct dirent *entry = dir != NULL ? readdir(dir) : NULL; rc == 0 && entry != NULL;
         entry = readdir(dir)) {
        char path[4096];
        struct stat info;

        if (entry->d_name[0] != '.' &&
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) < (int)sizeof(path) &&
            stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
            rc = watch_below(watch, path, depth - 1);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return rc;
}

/* A folder that has gone meanwhile is none to watch. */
static int watch_below(struct cli_watch *watch, const char *folder, int depth)
{
    int wd = depth > 0 ? inotify_add_watch(watch->fd, folder, EVENTS) : -1;
    int rc = 0;

    if (wd < 0) {
        return depth > 0 && errno != ENOENT && errno != ENOTDIR ? -errno : 0;
    }
    rc = keep_path(watch, wd, folder);
    return rc == 0 ? watch_entries(watch, folder, depth) : rc;
}

int cli_watch_open(struct cli_watch *watch)
{
    int wd = -1;
    int rc = 0;

    *watch = (struct cli_watch){.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .assets = "assets"};
    wd = watch->fd >= 0 ? inotify_add_watch(watch->fd, ".", EVENTS) : -1;
    if (wd < 0) {
        return -errno;
    }
    rc = keep_path(watch, wd, ".");
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(roots); i++) {
        rc = watch_below(watch, roots[i], DEPTH_MAX);
    }
    return rc;
}

int cli_watch_add(struct cli_watch *watch, const char *folder, bool is_assets)
{
    if (is_assets) {
        (void)snprintf(watch->assets, sizeof(watch->assets), "%.255s", folder);
    }
    return watch_below(watch, folder, DEPTH_MAX);
}

void cli_watch_close(struct cli_watch *watch)
{
    if (watch->fd >= 0) {
        (void)close(watch->fd);
    }
    for (size_t i = 0; i < watch->n_paths; i++) {
        mem_free(watch->paths[i]);
    }
    mem_free(watch->paths);
    *watch = (struct cli_watch){.fd = -1};
}

/* ---- changes ---- */

static bool is_root(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        if (strcmp(name, roots[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* Editors write beside a file first; ".sailsrc" is the one hidden file that counts. */
static bool is_of_interest(const char *folder, const char *name)
{
    size_t len = strlen(name);

    if (strcmp(folder, ".") == 0) {
        return is_root(name) || strcmp(name, ".sailsrc") == 0;
    }
    return name[0] != '.' && name[0] != '#' && len > 0 && name[len - 1] != '~' &&
           strcmp(name, "4913") != 0; /* which Vim makes to see whether it can */
}

/* What many programs write first, and rename, is not what has changed. */
static void note_path(struct cli_changes *changes, const char *path)
{
    bool is_same = strncmp(changes->path, path, sizeof(changes->path) - 1) == 0;

    if (changes->n == 0 || access(changes->path, F_OK) < 0) {
        (void)snprintf(changes->path, sizeof(changes->path), "%.255s", path);
    } else if (!is_same && access(path, F_OK) == 0) {
        changes->has_more = true;
    }
}

static void note(struct cli_watch *watch, const struct inotify_event *event,
                 struct cli_changes *changes)
{
    const char *folder =
        event->wd >= 0 && (size_t)event->wd < watch->n_paths ? watch->paths[event->wd] : NULL;
    char path[4096];

    if (folder == NULL || event->len == 0 || !is_of_interest(folder, event->name)) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s%s%s", strcmp(folder, ".") == 0 ? "" : folder,
                   strcmp(folder, ".") == 0 ? "" : "/", event->name);
    if ((event->mask & IN_ISDIR) != 0 && (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
        (void)watch_below(watch, path, DEPTH_MAX); /* what is in it already counts, too */
    } else if ((event->mask & IN_CREATE) != 0) {
        return; /* it is being written */
    }
    note_path(changes, path);
    changes->n++;
    if (is_below(path, watch->assets)) {
        changes->has_assets = true;
    } else {
        changes->has_code = true;
    }
}

void cli_watch_take(struct cli_watch *watch, struct cli_changes *changes)
{
    _Alignas(struct inotify_event) char events[4096];
    ssize_t len = 0;

    do {
        len = read(watch->fd, events, sizeof(events));
        for (ssize_t at = 0; at < len;) {
            const struct inotify_event *event =
                (const struct inotify_event *)(const void *)(events + at);

            note(watch, event, changes);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    } while (len > 0);
}
