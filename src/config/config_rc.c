#include "base/macros.h"
#include "base/mem.h"
#include "config/config_load.h"

#include <sails/err.h>
#include <sys/stat.h>
#include <unistd.h>

/* A link that leads nowhere is something that cannot be read; folders may bear such names, too. */
static bool is_there(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0 && (stat(path, &info) < 0 || !S_ISDIR(info.st_mode));
}

/* Sails' command keeps notes of its own in the same files. */
static void drop_notes(json_t *tree)
{
    const char *name = NULL;
    json_t *value = NULL;
    void *next = NULL;

    json_object_foreach_safe(tree, next, name, value)
    {
        if (name[0] == '_' || strcmp(name, "generators") == 0) {
            json_object_del(tree, name);
        }
    }
}

static int load_rc(struct config *config, const char *path, struct buf *why)
{
    json_t *tree = NULL;
    int rc = config_file_read(path, &tree, why);

    if (rc == 0 && tree != NULL) {
        drop_notes(tree);
        rc = config_file_set(config, path, tree, why);
    }
    json_decref(tree);
    return rc;
}

/* "<folder><name>" if it is a file. */
static int load_if_there(struct config *config, const char *folder, const char *name,
                         struct buf *why)
{
    struct buf path = {0};
    int rc = 0;

    buf_printf(&path, "%s%s", folder, name);
    buf_append_char(&path, '\0');
    rc = buf_error(&path);
    if (rc == 0 && is_there(path.ptr)) {
        rc = load_rc(config, path.ptr, why);
    }
    buf_deinit(&path);
    return rc;
}

/* A file that somebody named must be there. */
static int load_named(struct config *config, const char *path, const char *place, struct buf *why)
{
    if (path == NULL) {
        return 0;
    }
    if (!is_there(path)) {
        buf_printf(why, "%s: %s: there is no such file", place, path);
        return SAILS_ECONFIG;
    }
    return load_rc(config, path, why);
}

enum {
    FOLDER_MAX = 4096 /* Linux' own limit of paths */
};

static bool has_rc(const char *folder)
{
    char path[FOLDER_MAX + sizeof("/.sailsrc")];

    (void)snprintf(path, sizeof(path), "%s/.sailsrc", folder);
    return is_there(path);
}

/* The nearest .sailsrc from the current folder upwards. */
static int load_nearest(struct config *config, struct buf *why)
{
    char folder[FOLDER_MAX];
    char *slash = NULL;

    if (getcwd(folder, sizeof(folder)) == NULL) {
        return 0; /* the folder is gone, and so are its files */
    }
    do {
        if (has_rc(folder)) {
            return load_if_there(config, folder, "/.sailsrc", why);
        }
        slash = strrchr(folder, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
    } while (slash != NULL);
    return 0;
}

int config_load_rc(struct config *config, const struct config_sources *sources, struct buf *why)
{
    static const char *const of_machine[] = {"/etc/sails/config", "/etc/sailsrc"};
    static const char *const of_user[] = {"/.config/sails/config", "/.config/sails",
                                          "/.sails/config", "/.sailsrc"};
    const char *home = config_environment_find(sources->environment, "HOME");
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(of_machine); i++) {
        rc = load_if_there(config, of_machine[i], "", why);
    }
    for (size_t i = 0; rc == 0 && home != NULL && i < ARRAY_LEN(of_user); i++) {
        rc = load_if_there(config, home, of_user[i], why);
    }
    if (rc == 0) {
        rc = load_nearest(config, why);
    }
    if (rc == 0) {
        rc = load_named(config, config_environment_find(sources->environment, "sails_config"),
                        "environment: sails_config", why);
    }
    return rc == 0
               ? load_named(config,
                            config_arguments_find_option(sources->argc, sources->argv, "config"),
                            "command line: config", why)
               : rc;
}
