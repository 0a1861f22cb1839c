#include "cli/cli_code.h"

#include "base/macros.h"
#include "cli/cli_build.h"
#include "cli/cli_module.h"
#include "cli/cli_say.h"
#include "cli/cli_sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULE_FOLDER  ".tmp/build/module"
#define MODULE         ".tmp/build/module/app.so"
#define SCRIPT_FOLDER  ".tmp/build/script"
#define SCRIPT         ".tmp/build/script/app.so"
#define TESTS_FOLDER   ".tmp/build/tests"
#define PROGRAM_FOLDER ".tmp/build/program"

/* ---- options that the command itself has to know ---- */

/* The value of "--name VALUE" or "--name=VALUE"; NULL: it is not there. */
static const char *find_option(int argc, char **argv, const char *name)
{
    size_t len = strlen(name);

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--", 2) != 0 || strncmp(argv[i] + 2, name, len) != 0) {
            continue;
        }
        if (argv[i][2 + len] == '=') {
            return argv[i] + 3 + len;
        }
        if (argv[i][2 + len] == '\0' && i + 1 < argc) {
            return argv[i + 1];
        }
    }
    return NULL;
}

/* Makes the option, whose value is `old`, name a folder by its full path. */
static void replace_option(int argc, char **argv, const char *old, const char *path)
{
    static char whole[sizeof("--appPath=") + 4096];

    for (int i = 1; i < argc && argv[i] != NULL; i++) {
        if (argv[i] == old) {
            (void)snprintf(whole, sizeof(whole), "%s", path);
            argv[i] = whole;
        } else if (strncmp(argv[i], "--appPath=", strlen("--appPath=")) == 0) {
            (void)snprintf(whole, sizeof(whole), "--appPath=%s", path);
            argv[i] = whole;
        }
    }
}

/* Whether the last word, or one before another option, is --appPath. */
static bool lacks_folder(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "--";

        if (strcmp(argv[i], "--appPath=") == 0 ||
            (strcmp(argv[i], "--appPath") == 0 && strncmp(next, "--", 2) == 0)) {
            return true;
        }
    }
    return false;
}

bool cli_code_enter(int argc, char **argv)
{
    const char *folder = find_option(argc, argv, "appPath");
    char here[4096];

    if (lacks_folder(argc, argv)) {
        cli_say_error("appPath: the folder is missing: --appPath=FOLDER");
        return false;
    }
    if (folder == NULL) {
        folder = getenv("sails_appPath");
    }
    if (folder == NULL || folder[0] == '\0') {
        return true;
    }
    if (chdir(folder) < 0 || getcwd(here, sizeof(here)) == NULL) {
        cli_say_error("appPath: %s: %s. The current folder is %s", folder, strerror(errno),
                      getcwd(here, sizeof(here)) != NULL ? here : "gone");
        return false;
    }
    replace_option(argc, argv, folder, here); /* who reads it again finds the same folder */
    return setenv("sails_appPath", here, 1) == 0;
}

bool cli_code_is_application(void)
{
    static const char *const parts[] = {"config", "api", "views", "assets", ".sailsrc"};

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (access(parts[i], F_OK) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_production(const char *name)
{
    return name != NULL && strcmp(name, "production") == 0;
}

bool cli_code_is_production(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--prod") == 0) {
            return true;
        }
    }
    return is_production(find_option(argc, argv, "environment")) ||
           is_production(getenv("SAILS_ENV")) || is_production(getenv("NODE_ENV"));
}

/* ---- building ---- */

/* What compilers have said goes out as it is: it has files and lines, and their own colours. */
static void show_report(const struct cli_build *build, int rc)
{
    if (build->report.len > 0 && rc == SAILS_ENOENT) {
        cli_say_error("%.*s", STR_FMT(buf_str(&build->report)));
    } else if (build->report.len > 0) {
        (void)fwrite(build->report.ptr, 1, build->report.len, stderr);
    }
    if (rc == SAILS_EREFUSED) {
        cli_say_error("The application does not compile: see above");
    } else if (rc < 0 && rc != SAILS_ENOENT) {
        cli_say_error("The application could not be compiled: %s", sails_strerror(rc));
    }
}

static const struct cli_words none = {0};

static int build(enum cli_product product, const char *folder, const char *output,
                 const struct cli_words *more, struct buf *report)
{
    struct cli_build job = {.product = product, .folder = folder, .output = output};
    struct cli_words sources = {0};
    int rc = cli_sources_find(&sources);

    cli_words_append(&sources, more);
    if (rc == 0 && sources.failed) {
        rc = SAILS_ENOMEM;
    }
    if (rc == 0 && (sources.n > 0 || product == CLI_PROGRAM)) {
        rc = cli_build_run(&job, &sources);
    }
    show_report(&job, rc);
    if (report != NULL) {
        buf_append_str(report, buf_str(&job.report));
    }
    cli_build_deinit(&job);
    cli_words_deinit(&sources);
    return rc;
}

int cli_code_build(struct buf *report)
{
    return build(CLI_MODULE, MODULE_FOLDER, MODULE, &none, report);
}

int cli_code_load(sails_app *app)
{
    return cli_code_is_there() ? cli_module_load(MODULE, app) : 0;
}

int cli_code_load_with(sails_app *app, const char *script)
{
    struct cli_words more = {0};
    int rc = 0;

    if (script == NULL) {
        rc = cli_code_build(NULL);
        return rc == 0 ? cli_code_load(app) : rc;
    }
    cli_words_add(&more, script);
    rc = build(CLI_MODULE, SCRIPT_FOLDER, SCRIPT, &more, NULL);
    cli_words_deinit(&more);
    return rc == 0 ? cli_module_load(SCRIPT, app) : rc;
}

int cli_code_build_tests(bool *has_tests)
{
    struct cli_words tests = {0};
    int rc = cli_sources_find_in("tests", &tests);

    *has_tests = tests.n > 0;
    rc = rc == 0 ? build(CLI_MODULE, TESTS_FOLDER, CLI_CODE_TESTS, &tests, NULL) : rc;
    cli_words_deinit(&tests);
    return rc;
}

int cli_code_make_program(const char *path)
{
    return build(CLI_PROGRAM, PROGRAM_FOLDER, path, &none, NULL);
}

bool cli_code_is_there(void)
{
    struct cli_words sources = {0};
    bool is_there = cli_sources_find(&sources) == 0 && sources.n > 0;

    cli_words_deinit(&sources);
    return is_there;
}
