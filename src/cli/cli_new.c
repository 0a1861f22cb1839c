#include "cli/cli_new.h"

#include "base/base64.h"
#include "base/mem.h"
#include "cli/cli_args.h"
#include "cli/cli_names.h"
#include "cli/cli_say.h"
#include "cli/cli_templates.h"

#include <dirent.h>
#include <errno.h>
#include <sails/err.h>
#include <sails/version.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

/* What an application may be made of; groups of templates. */
struct kind {
    const char *groups[2];
};

static const struct kind web = {{"common", "web"}};
static const struct kind api = {{"common", "api"}};
static const struct kind minimal = {{"minimal", NULL}};

/* The question of Sails. NULL: it was not answered, and nothing is made. */
static const struct kind *ask_kind(void)
{
    char line[64];

    printf(" Choose a template for your new Sails app:\n"
           " 1. Web App  ·  pages, assets, and an API\n"
           " 2. Empty    ·  an API alone\n"
           " (type \"?\" for help, or <CTRL+C> to cancel)\n");
    for (;;) {
        printf("? ");
        fflush(stdout);
        if (fgets(line, sizeof(line), stdin) == NULL) {
            printf("\n");
            return NULL;
        }
        if (line[0] == '1' || line[0] == '2') {
            return line[0] == '1' ? &web : &api;
        }
        printf(" 1 for pages with an API behind them, 2 for what other programs talk to.\n");
    }
}

static const struct kind *choose_kind(int argc, char **argv)
{
    if (cli_args_has(argc, argv, "--minimal")) {
        return &minimal;
    }
    if (cli_args_has(argc, argv, "--no-frontend")) {
        return &api;
    }
    if (cli_args_has(argc, argv, "--fast") || !isatty(STDIN_FILENO)) {
        return &web;
    }
    return ask_kind();
}

/* 0; SAILS_EEXIST: it holds something; -errno: it cannot be looked into. */
static int check_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    int rc = 0;

    if (dir == NULL) {
        return errno == ENOENT ? 0 : -errno;
    }
    for (struct dirent *entry = readdir(dir); rc == 0 && entry != NULL; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            rc = SAILS_EEXIST;
        }
    }
    (void)closedir(dir);
    return rc;
}

/* 32 random bytes as text, as keys of Sails are. */
static int make_key(char out[64])
{
    uint8_t bytes[32];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        return -errno;
    }
    base64_write(out, (struct bytes){bytes, sizeof(bytes)});
    out[BASE64_LEN(sizeof(bytes))] = '\0';
    return 0;
}

static int write_app(const struct kind *kind, const char *name, const char *folder,
                     struct cli_files *files)
{
    char secret[64], key[64];
    struct cli_value values[] = {{"name", name},
                                 {"secret", secret},
                                 {"key", key},
                                 {"version", sails_version()},
                                 {NULL, NULL}};
    int rc = make_key(secret);

    rc = rc == 0 ? make_key(key) : rc;
    for (size_t i = 0; rc == 0 && i < 2 && kind->groups[i] != NULL; i++) {
        rc = cli_templates_write(kind->groups[i], folder, values, files);
    }
    return rc;
}

static int make_app(const struct kind *kind, const char *name, const char *folder, bool force)
{
    struct cli_files files = {.may_replace = force};
    int rc = force ? 0 : check_folder(folder);

    if (rc == SAILS_EEXIST) {
        cli_say_error("Something else already exists at ::%s", folder);
        cli_say_error("Choose another name, or write over it with --force");
    } else if (rc < 0) {
        cli_say_error("%s: %s", folder, sails_strerror(rc));
    } else {
        rc = write_app(kind, name, folder, &files);
        if (rc == 0) {
            cli_files_keep(&files);
            cli_say_info("Created a new Sails app `%s`!", name);
            printf(" (you can `cd %s` and run `sails lift`)\n", folder);
        } else {
            cli_say_error("Could not create `%s`: %.*s", folder,
                          STR_FMT(files.problem.len > 0 ? buf_str(&files.problem)
                                                        : str_from(sails_strerror(rc))));
        }
    }
    cli_files_deinit(&files);
    return rc == 0 ? 0 : 1;
}

/* "shop", "../myShop": the last part is the name, and is written as names are. */
static int make_folder_name(const char *path, char **name, struct buf *folder)
{
    struct str whole = str_from(path);
    const char *slash = NULL;

    while (whole.len > 1 && whole.ptr[whole.len - 1] == '/') {
        whole.len--;
    }
    slash = memrchr(whole.ptr, '/', whole.len);
    if (slash != NULL) {
        buf_append(folder, whole.ptr, (size_t)(slash - whole.ptr) + 1);
        whole = str_from_offset(whole, (size_t)(slash - whole.ptr) + 1);
    }
    *name = cli_name_kebab(whole);
    if (*name == NULL) {
        return SAILS_ENOMEM;
    }
    buf_append_str(folder, str_from(*name));
    buf_append_char(folder, '\0');
    if (buf_error(folder) < 0) {
        return SAILS_ENOMEM;
    }
    return (*name)[0] != '\0' ? 0 : SAILS_EINVAL;
}

int cli_new_run(int argc, char **argv)
{
    const char *path = cli_args_word(argc, argv, 0);
    const struct kind *kind = NULL;
    struct buf folder = {0};
    char *name = NULL;
    int status = 1;
    int rc = 0;

    if (path == NULL) {
        cli_say_error("Usage: sails new NAME");
        return 1;
    }
    rc = make_folder_name(path, &name, &folder);
    if (rc < 0) {
        cli_say_error("`%s` cannot be the name of an app: it takes letters or digits", path);
    } else {
        kind = choose_kind(argc, argv);
        status = kind != NULL
                     ? make_app(kind, name, folder.ptr, cli_args_has(argc, argv, "--force"))
                     : 0;
    }
    mem_free(name);
    buf_deinit(&folder);
    return status;
}
