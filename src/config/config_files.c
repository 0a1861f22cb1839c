#include "base/macros.h"
#include "base/mem.h"
#include "base/whole_file.h"
#include "config/config_comments.h"
#include "config/config_folder.h"
#include "config/config_load.h"
#include "config/config_names.h"
#include "config/config_sails.h"

#include <dirent.h>
#include <errno.h>
#include <sails/err.h>
#include <sys/stat.h>

/* ---- files ---- */

static bool is_json_file(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".json") == 0 && strcmp(name, "local.json") != 0;
}

enum {
    DEPTH_MAX = 16,             /* of folders: links may lead in circles */
    FILE_MAX = 16 * 1024 * 1024 /* somebody's data that has been mistaken for settings ends here */
};

static bool is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* What is there and cannot be read may say that a route is protected: nothing goes on without it. */
static int refuse_unreadable(const char *path, int rc, struct buf *why)
{
    buf_printf(why, "%s: it cannot be read: %s", path, sails_strerror(rc));
    return SAILS_ECONFIG;
}

/* Whether there is nothing of that name; a link that leads nowhere is something. */
static bool is_absent(const char *path)
{
    struct stat info;

    return lstat(path, &info) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* What may have been a folder of settings. */
static bool leads_nowhere(const char *path)
{
    struct stat info;

    return stat(path, &info) < 0 && !is_absent(path);
}

/* jansson ends its sentences with "near" and what stands there, which may be a secret. */
static struct str without_excerpt(const char *sentence)
{
    const char *near = strstr(sentence, " near '");

    return near != NULL ? (struct str){sentence, (size_t)(near - sentence)} : str_from(sentence);
}

/* What some editors put in front of UTF-8: no part of the text. */
static void skip_mark(struct buf *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t len = sizeof(mark) - 1;

    if (text->len >= len && memcmp(text->ptr, mark, len) == 0) {
        text->len -= len;
        memmove(text->ptr, text->ptr + len, text->len);
    }
}

/* Where a comma stands in front of a closing bracket, there is one too many: the commonest mistake of those who
 * write JavaScript, of which jansson says that something is missing. */
static bool follows_comma(const struct buf *text, int position)
{
    size_t at = position > 0 && (size_t)position <= text->len ? (size_t)position - 1 : 0;

    if (at == 0 || (text->ptr[at] != '}' && text->ptr[at] != ']')) {
        return false;
    }
    while (at > 0 && strchr(" \t\r\n", text->ptr[at - 1]) != NULL) {
        at--;
    }
    return at > 0 && text->ptr[at - 1] == ',';
}

/* The value in a file's text, comments allowed. NULL: *why has said where it is wrong. */
static json_t *parse_text(const char *path, struct buf *text, struct buf *why)
{
    json_error_t error;
    json_t *tree = NULL;
    size_t line = 0;

    skip_mark(text);
    if (config_comments_blank(text->ptr, text->len, &line) < 0) {
        buf_printf(why, "%s: line %zu: this comment has no end", path, line);
        return NULL;
    }
    tree = json_loadb(text->len > 0 ? text->ptr : "", text->len, JSON_REJECT_DUPLICATES, &error);
    if (tree == NULL) {
        buf_printf(why, "%s: line %d, column %d: %.*s%s", path, error.line, error.column,
                   STR_FMT(without_excerpt(error.text)),
                   follows_comma(text, error.position) ? ": there is a comma too many before it"
                                                       : "");
    }
    return tree;
}

int config_file_read(const char *path, json_t **tree, struct buf *why)
{
    struct buf text = {0};
    int rc = whole_file_read(path, FILE_MAX, &text);

    *tree = NULL;
    if (rc == 0) {
        *tree = parse_text(path, &text, why);
        rc = *tree != NULL ? 0 : SAILS_ECONFIG;
    } else if (rc != SAILS_ENOMEM) {
        rc = is_absent(path) ? 0 : refuse_unreadable(path, rc, why);
    }
    buf_deinit(&text);
    return rc;
}

int config_file_set(struct config *config, const char *path, json_t *tree, struct buf *why)
{
    struct buf reason = {0};
    int rc = 0;

    if (!json_is_object(tree)) {
        buf_printf(why, "%s: it must hold one object", path);
        return SAILS_ECONFIG;
    }
    if (json_object_get(tree, "appPath") != NULL) {
        buf_printf(why,
                   "%s: appPath says where files are looked for, so no file can say it: use the "
                   "option --appPath or the variable sails_appPath",
                   path);
        return SAILS_ECONFIG;
    }
    rc = config_set_tree(config, tree, &reason);
    if (reason.len > 0) {
        buf_printf(why, "%s: %.*s", path, STR_FMT(buf_str(&reason)));
    }
    buf_deinit(&reason);
    return rc;
}

static int load_file(struct config *config, const char *path, struct buf *why)
{
    json_t *tree = NULL;
    int rc = config_file_read(path, &tree, why);

    if (rc == 0 && tree != NULL) {
        rc = config_file_set(config, path, tree, why);
    }
    json_decref(tree);
    return rc;
}

/* ---- the files of a folder, whose names may mean a section ---- */

/* "config/routes.json" is routes. */
static struct str stem_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct str name = str_from(slash != NULL ? slash + 1 : path);

    name.len -= sizeof(".json") - 1;
    return name;
}

static bool has_known_member(json_t *tree)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(tree, name, value)
    {
        if (config_names_is_top(str_from(name))) {
            return true;
        }
    }
    return false;
}

/* A bare section as the member of an object that it should have been (app-config-cli section 15). */
static int wrap_section(struct str name, json_t **tree)
{
    json_t *whole = json_object();

    if (json_object_setn_new(whole, name.ptr, name.len, json_incref(*tree)) != 0) {
        json_decref(whole);
        return SAILS_ENOMEM;
    }
    json_decref(*tree);
    *tree = whole;
    return 0;
}

/* "config/connections.json", which Sails had before 1.0: whatever it holds, it is told what there is instead. */
static bool is_former(struct str name)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "%.*s", STR_FMT(name));
    return config_sails_instead(text) != NULL;
}

static int load_named_file(struct config *config, const char *path, struct buf *why)
{
    json_t *tree = NULL;
    struct str name = stem_of(path);
    int rc = config_file_read(path, &tree, why);
    bool is_bare = json_is_object(tree) && !has_known_member(tree);

    if (is_bare &&
        (is_former(name) || (json_object_size(tree) > 0 && config_names_is_branch(name)))) {
        rc = wrap_section(name, &tree);
    }
    if (rc == 0 && tree != NULL) {
        rc = config_file_set(config, path, tree, why);
    }
    json_decref(tree);
    return rc;
}

static int load_folder(struct config *config, const char *folder, int depth, struct buf *why);

/* config/env/ is read by the environment's name, and config/locales/ holds no settings. */
static bool is_apart(const char *path)
{
    return strcmp(path, "config/env") == 0 || strcmp(path, "config/locales") == 0;
}

static int load_entry(struct config *config, const char *folder, const char *name, int depth,
                      struct buf *why)
{
    struct buf path = {0};
    int rc = 0;

    buf_printf(&path, "%s/%s", folder, name);
    buf_append_char(&path, '\0');
    rc = buf_error(&path);
    if (rc == 0 && is_folder(path.ptr)) {
        rc = is_apart(path.ptr) ? 0 : load_folder(config, path.ptr, depth + 1, why);
    } else if (rc == 0 && is_json_file(name)) {
        rc = load_named_file(config, path.ptr, why);
    } else if (rc == 0 && leads_nowhere(path.ptr)) {
        rc = refuse_unreadable(path.ptr, -errno, why);
    }
    buf_deinit(&path);
    return rc;
}

static int refuse_depth(const char *folder, struct buf *why)
{
    buf_printf(why, "%s: folders are at most %d deep; does a link lead in a circle?", folder,
               DEPTH_MAX);
    return SAILS_ECONFIG;
}

/* In the order of the names, folders among the files. One that is not there is no error. */
static int load_folder(struct config *config, const char *folder, int depth, struct buf *why)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_visible, alphasort);
    int rc = n < 0 || depth <= DEPTH_MAX ? 0 : refuse_depth(folder, why);

    if (n < 0) {
        int error = errno;
        bool is_nothing = is_absent(folder);

        return is_nothing ? 0 : refuse_unreadable(folder, -error, why);
    }
    for (int i = 0; i < n; i++) {
        if (rc == 0) {
            rc = load_entry(config, folder, entries[i]->d_name, depth, why);
        }
        mem_free(entries[i]); /* scandir()'s, from the C library: mem_free() is its free() */
    }
    mem_free(entries);
    return rc;
}

/* config/env/<environment>/, then config/env/<environment>.json. */
static int load_environment_files(struct config *config, const char *environment, struct buf *why)
{
    struct buf path = {0};
    int rc = 0;

    buf_printf(&path, "config/env/%s", environment);
    buf_append_char(&path, '\0');
    rc = buf_error(&path);
    if (rc == 0) {
        rc = load_folder(config, path.ptr, 0, why);
    }
    if (rc == 0) {
        path.len--; /* the NUL */
        buf_append(&path, ".json", sizeof(".json"));
        rc = buf_error(&path) == 0 ? load_file(config, path.ptr, why) : SAILS_ENOMEM;
    }
    buf_deinit(&path);
    return rc;
}

/* The files that were chosen by the environment's name cannot choose another one. */
static void keep_environment(struct config *config, json_t *before)
{
    const char *environment = json_string_value(before);

    if (!json_equal(config_get(config, "environment"), before)) {
        config_warn(config,
                    "config/env: these files are read because the environment is %s; they "
                    "cannot change it",
                    environment);
        (void)json_object_set(config->values, "environment", before);
    }
}

int config_load_files(struct config *config, const char *environment, struct buf *why)
{
    int rc = load_folder(config, "config", 0, why);

    if (rc == 0 && environment != NULL) {
        json_t *before = json_incref(config_get(config, "environment"));

        rc = load_environment_files(config, environment, why);
        keep_environment(config, before);
        json_decref(before);
    }
    if (rc == 0) {
        rc = load_file(config, "config/local.json", why);
    }
    return rc == 0 ? config_folder_warn(config) : rc;
}
