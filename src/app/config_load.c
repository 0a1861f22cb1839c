#include "app/config.h"
#include "app/config_comments.h"
#include "base/macros.h"
#include "base/mem.h"

#include <dirent.h>
#include <sails/err.h>
#include <sys/stat.h>

/* ---- files ---- */

static bool is_json_file(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".json") == 0 && strcmp(name, "local.json") != 0;
}

/* Links are not followed: folders cannot go in circles. */
static bool is_folder(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int read_whole(FILE *file, struct buf *out)
{
    char piece[4096];
    size_t n = 0;

    do {
        n = fread(piece, 1, sizeof(piece), file);
        buf_append(out, piece, n);
    } while (n == sizeof(piece));
    return buf_error(out);
}

/* The value in a file's text, comments allowed. NULL: *why has said where it is wrong. */
static json_t *parse_text(const char *path, struct buf *text, struct buf *why)
{
    json_error_t error;
    json_t *tree = NULL;
    size_t line = 0;

    if (config_blank_comments(text->ptr, text->len, &line) < 0) {
        buf_printf(why, "%s: line %zu: this comment has no end", path, line);
        return NULL;
    }
    tree = json_loadb(text->len > 0 ? text->ptr : "", text->len, JSON_REJECT_DUPLICATES, &error);
    if (tree == NULL) {
        buf_printf(why, "%s: line %d, column %d: %s", path, error.line, error.column, error.text);
    }
    return tree;
}

static int set_file(struct config *config, const char *path, json_t *tree, struct buf *why)
{
    struct buf reason = {0};
    int rc = 0;

    if (!json_is_object(tree)) {
        buf_printf(why, "%s: it must hold one object", path);
        return SAILS_ECONFIG;
    }
    rc = config_set_tree(config, tree, &reason);
    if (reason.len > 0) {
        buf_printf(why, "%s: %.*s", path, STR_FMT(buf_str(&reason)));
    }
    buf_deinit(&reason);
    return rc;
}

/* A file that is not there is no error. The sentence in *why begins with the file's name. */
static int load_file(struct config *config, const char *path, struct buf *why)
{
    FILE *file = fopen(path, "rb");
    struct buf text = {0};
    json_t *tree = NULL;
    int rc = 0;

    if (file == NULL) {
        return 0;
    }
    rc = read_whole(file, &text);
    (void)fclose(file);
    if (rc == 0) {
        tree = parse_text(path, &text, why);
        rc = tree != NULL ? set_file(config, path, tree, why) : SAILS_ECONFIG;
    }
    json_decref(tree);
    buf_deinit(&text);
    return rc;
}

static int load_folder(struct config *config, const char *folder, struct buf *why);

/* config/env/ is read by the environment's name, and config/locales/ holds no settings. */
static bool is_apart(const char *path)
{
    return strcmp(path, "config/env") == 0 || strcmp(path, "config/locales") == 0;
}

static int load_entry(struct config *config, const char *folder, const char *name, struct buf *why)
{
    struct buf path = {0};
    int rc = 0;

    buf_printf(&path, "%s/%s", folder, name);
    buf_append_char(&path, '\0');
    rc = buf_error(&path);
    if (rc == 0 && is_folder(path.ptr)) {
        rc = is_apart(path.ptr) ? 0 : load_folder(config, path.ptr, why);
    } else if (rc == 0 && is_json_file(name)) {
        rc = load_file(config, path.ptr, why);
    }
    buf_deinit(&path);
    return rc;
}

/* In the order of the names, folders among the files. One that is not there is no error. */
static int load_folder(struct config *config, const char *folder, struct buf *why)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_visible, alphasort);
    int rc = 0;

    for (int i = 0; i < n; i++) {
        if (rc == 0) {
            rc = load_entry(config, folder, entries[i]->d_name, why);
        }
        mem_free(entries[i]); /* scandir()'s, from the C library: mem_free() is its free() */
    }
    if (n >= 0) {
        mem_free(entries);
    }
    return rc;
}

int config_load_files(struct config *config, struct buf *why)
{
    struct buf path = {0};
    int rc = load_folder(config, "config", why);

    buf_printf(&path, "config/env/%s", config_text(config, "environment"));
    buf_append_char(&path, '\0');
    rc = rc == 0 ? buf_error(&path) : rc;
    if (rc == 0) {
        rc = load_folder(config, path.ptr, why);
    }
    if (rc == 0) {
        path.len--; /* the NUL */
        buf_append(&path, ".json", sizeof(".json"));
        rc = buf_error(&path) == 0 ? load_file(config, path.ptr, why) : SAILS_ENOMEM;
    }
    if (rc == 0) {
        rc = load_file(config, "config/local.json", why);
    }
    buf_deinit(&path);
    return rc;
}

/* ---- environment ---- */

/* "sockets__path" is sockets.path. */
static void write_dotted(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        bool is_dot = i + 1 < name.len && name.ptr[i] == '_' && name.ptr[i + 1] == '_';

        buf_append_char(out, is_dot ? '.' : name.ptr[i]);
        i += is_dot ? 1 : 0;
    }
    buf_append_char(out, '\0');
}

/* The environment has no order of its own: sails_port is stronger than PORT, wherever they stand. */
enum rank {
    RANK_SHARED, /* names that other programs know, too */
    RANK_OWN
};

/* Writes the key that a variable of that rank sets; false: none. */
static bool find_variable(struct str name, enum rank rank, struct buf *key)
{
    static const struct {
        const char *name;
        const char *key;
    } shared[] = {{"PORT", "port"}, {"NODE_ENV", "environment"}};

    if (rank == RANK_OWN) {
        bool is_own = str_starts_with(name, STR("sails_"));

        if (is_own) {
            write_dotted(key, str_from_offset(name, sizeof("sails_") - 1));
        }
        return is_own;
    }
    for (size_t i = 0; i < ARRAY_LEN(shared); i++) {
        if (str_eq(name, str_from(shared[i].name))) {
            write_dotted(key, str_from(shared[i].key));
            return true;
        }
    }
    return false;
}

static int load_variable(struct config *config, const char *entry, enum rank rank, struct buf *why)
{
    struct str text = str_from(entry);
    size_t equals = str_find(text, '=');
    struct str name = {entry, equals};
    const char *value = entry + equals + (equals < text.len ? 1 : 0);
    struct buf key = {0};
    struct buf reason = {0};
    int rc = 0;

    if (find_variable(name, rank, &key)) {
        rc = buf_error(&key) == 0 ? config_set_text(config, key.ptr, value, &reason) : SAILS_ENOMEM;
    }
    if (reason.len > 0) {
        buf_printf(why, "environment: %.*s: %.*s", STR_FMT(name), STR_FMT(buf_str(&reason)));
    }
    buf_deinit(&reason);
    buf_deinit(&key);
    return rc;
}

int config_load_environment(struct config *config, const char *const *environment, struct buf *why)
{
    int rc = 0;

    for (int rank = RANK_SHARED; environment != NULL && rank <= RANK_OWN; rank++) {
        for (size_t i = 0; rc == 0 && environment[i] != NULL; i++) {
            rc = load_variable(config, environment[i], (enum rank)rank, why);
        }
    }
    return rc;
}

/* ---- command line ---- */

/* Sails' short forms: an option that stands for a value of a key. */
static const struct {
    const char *option;
    const char *key;
    const char *value; /* NULL: the option has its own */
} short_forms[] = {
    {"verbose", "log.level", "verbose"},   {"silly", "log.level", "silly"},
    {"silent", "log.level", "silent"},     {"prod", "environment", "production"},
    {"staging", "environment", "staging"}, {"dev", "environment", "development"},
    {"host", "explicitHost", NULL},
};

/* One option, "name" or "name=value"; *used_next: the next argument was its value. */
static int load_option(struct config *config, const char *option, const char *next, bool *used_next,
                       struct buf *why)
{
    struct str text = str_from(option);
    size_t equals = str_find(text, '=');
    char *name = mem_strndup(option, equals);
    const char *value = equals < text.len ? option + equals + 1 : NULL;
    const char *key = name;
    int rc = 0;

    *used_next = false;
    if (name == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < ARRAY_LEN(short_forms); i++) {
        if (strcmp(name, short_forms[i].option) == 0) {
            key = short_forms[i].key;
            value = short_forms[i].value != NULL ? short_forms[i].value : value;
        }
    }
    if (value == NULL && str_starts_with(text, STR("no-"))) {
        key = name + 3;
        value = "false";
    } else if (value == NULL && next != NULL && strncmp(next, "--", 2) != 0) {
        value = next;
        *used_next = true;
    }
    rc = config_set_text(config, key, value != NULL ? value : "true", why);
    mem_free(name);
    return rc;
}

int config_load_arguments(struct config *config, int argc, const char *const *argv,
                          bool *wants_help, struct buf *why)
{
    *wants_help = false;
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        struct buf reason = {0};
        bool used_next = false;
        int rc = SAILS_ECONFIG;

        if (strcmp(argv[i], "--help") == 0) {
            *wants_help = true;
            continue;
        }
        if (strncmp(argv[i], "--", 2) == 0) {
            rc = load_option(config, argv[i] + 2, next, &used_next, &reason);
        } else {
            buf_printf(&reason, "%s: options begin with --; see --help", argv[i]);
        }
        if (reason.len > 0) {
            buf_printf(why, "command line: %.*s", STR_FMT(buf_str(&reason)));
        }
        buf_deinit(&reason);
        if (rc < 0) {
            return rc;
        }
        i += used_next ? 1 : 0;
    }
    return 0;
}
