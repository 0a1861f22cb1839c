#include "config/config_folder.h"

#include "base/macros.h"
#include "base/mem.h"

#include <dirent.h>
#include <sails/err.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Scripts that are named in a warning; of more their number is told. */
#define NAMED_MAX 3

/* What is in the folder, as far as its files may be taken for settings. */
struct contents {
    size_t n_json;
    size_t n_scripts;
    struct buf names; /* of the first scripts */
    int error;        /* 0, SAILS_ENOMEM */
};

void config_folder_write_path(struct buf *out, const char *name)
{
    char folder[4096];

    buf_printf(out, "%s/%s", getcwd(folder, sizeof(folder)) != NULL ? folder : ".", name);
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t n = strlen(suffix);

    return len > n && strcmp(name + len - n, suffix) == 0;
}

/* A node of C and one of Node.js may share the folder: config/routes.js beside config/routes.json is fine. */
static bool has_twin(const char *folder, const char *script)
{
    struct buf path = {0};
    struct stat info;
    bool is_there = false;

    buf_printf(&path, "%s/%.*s.json", folder, (int)(strlen(script) - strlen(".js")), script);
    buf_append_char(&path, '\0');
    is_there = buf_error(&path) == 0 && stat(path.ptr, &info) == 0;
    buf_deinit(&path);
    return is_there;
}

static void note(struct contents *contents, const char *folder, const char *name)
{
    if (ends_in(name, ".json")) {
        contents->n_json++;
    } else if (ends_in(name, ".js") && !has_twin(folder, name)) {
        if (contents->n_scripts < NAMED_MAX) {
            buf_printf(&contents->names, "%s%s", contents->n_scripts > 0 ? ", " : "", name);
        }
        contents->n_scripts++;
    }
}

/* Also counts what lies in folders below, of which one more level is enough to call it not empty. */
static bool look_into(const char *folder, struct contents *contents, bool is_top)
{
    DIR *dir = opendir(folder);

    if (dir == NULL) {
        return false;
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        struct buf path = {0};

        if (entry->d_name[0] == '.') {
            continue;
        }
        note(contents, folder, entry->d_name);
        buf_printf(&path, "%s/%s", folder, entry->d_name);
        buf_append_char(&path, '\0');
        contents->error = buf_error(&path) < 0 ? SAILS_ENOMEM : contents->error;
        if (is_top && buf_error(&path) == 0 && strcmp(entry->d_name, "locales") != 0) {
            (void)look_into(path.ptr, contents, false);
        }
        buf_deinit(&path);
    }
    (void)closedir(dir);
    return true;
}

static void warn_of_contents(struct config *config, const struct contents *contents)
{
    struct buf path = {0};

    if (contents->n_scripts == 0 && contents->n_json > 0) {
        return;
    }
    config_folder_write_path(&path, "config");
    if (contents->n_scripts > 0) {
        config_warn(config,
                    "%.*s: %.*s%s: not read. Settings are files of JSON here, config/routes.json "
                    "instead of config/routes.js: see docs/coming-from-sails.md",
                    STR_FMT(buf_str(&path)), STR_FMT(buf_str(&contents->names)),
                    contents->n_scripts > NAMED_MAX ? ", ..." : "");
    } else {
        config_warn(config, "%.*s holds no file *.json: nothing is configured by it",
                    STR_FMT(buf_str(&path)));
    }
    buf_deinit(&path);
}

/* Config/ is what it is called where file names have no case. */
static void warn_of_other_name(struct config *config)
{
    DIR *dir = opendir(".");

    if (dir == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strcasecmp(entry->d_name, "config") == 0 || strcmp(entry->d_name, "configs") == 0) {
            struct buf path = {0};

            config_folder_write_path(&path, entry->d_name);
            config_warn(config, "%.*s is not read: settings are in config/, in small letters",
                        STR_FMT(buf_str(&path)));
            buf_deinit(&path);
        }
    }
    (void)closedir(dir);
}

int config_folder_warn(struct config *config)
{
    struct contents contents = {0};

    if (look_into("config", &contents, true)) {
        warn_of_contents(config, &contents);
    } else {
        warn_of_other_name(config);
    }
    config->has_files = contents.n_json > 0;
    buf_deinit(&contents.names);
    return contents.error;
}
