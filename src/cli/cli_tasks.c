#include "cli/cli_tasks.h"

#include "base/whole_file.h"
#include "cli/cli_args.h"
#include "cli/cli_code.h"
#include "cli/cli_say.h"
#include "cli/cli_words.h"

#include <jansson.h>

#include <errno.h>
#include <sails/folder.h>
#include <sails/models.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Loads the application of the current folder, and a script if there is one. NULL: it could not be (said). */
static sails_app *load(const char *script)
{
    sails_app *app = sails_app_create();
    int rc = sails_app_folder(app);

    if (rc == 0) {
        rc = cli_code_load_with(app, script);
    }
    if (rc < 0) {
        cli_say_error("Could not load Sails app.");
        sails_app_destroy(app);
        return NULL;
    }
    return app;
}

/* Runs the application with an option of ours before those of the command line, or with a part more. */
static int run_with(const char *option, const struct sails_part *const *part, int argc, char **argv)
{
    sails_app *app = cli_code_enter(argc, argv) ? load(NULL) : NULL;
    struct cli_words words = {0};
    int status = 1;

    (void)cli_args_take(&argc, argv, "--no-watch"); /* nobody does */
    cli_words_printf(&words, "sails %s", argv[0]);
    if (option != NULL) {
        cli_words_add(&words, option);
    }
    for (int i = 1; i < argc; i++) {
        cli_words_add(&words, argv[i]);
    }
    if (part != NULL) {
        (void)sails_app_parts(app, part, 1); /* what has failed is told by the run */
    }
    if (app != NULL && !words.failed) {
        status = sails_app_run(app, (int)words.n, words.items);
    }
    cli_words_deinit(&words);
    return status;
}

int cli_tasks_routes(int argc, char **argv)
{
    return run_with("--routes", NULL, argc, argv);
}

/* ---- sails migrate ---- */

static void count_model(const char *identity, const json_t *attributes, void *ctx)
{
    (void)identity;
    (void)attributes;
    ++*(size_t *)ctx;
}

/* The script of an application that has been loaded, and so migrated. */
static int tell_migrated(sails_app *app, const json_t *args)
{
    const char *strategy = json_string_value(sails_app_get(app, "models.migrate"));
    size_t n = 0;

    (void)args;
    (void)sails_app_each_model(app, count_model, &n);
    if (n == 0) {
        sails_log(app, SAILS_LOG_INFO, "There are no models: api/models/ has none");
    } else if (strategy == NULL || strcmp(strategy, "safe") == 0) {
        sails_log(
            app, SAILS_LOG_WARN,
            "No table was touched: models.migrate is safe. --alter makes them follow the models, --drop "
            "makes them anew");
    } else {
        sails_log(app, SAILS_LOG_INFO, "The tables of %zu model%s %s (models.migrate: %s)", n,
                  n == 1 ? "" : "s",
                  strcmp(strategy, "drop") == 0 ? "were made anew" : "follow the models", strategy);
    }
    return 0;
}

int cli_tasks_migrate(int argc, char **argv)
{
    static const struct sails_part part = {.file = "sails migrate", .script = tell_migrated};
    static const struct sails_part *const parts[] = {&part};

    return run_with(NULL, parts, argc, argv);
}

/* ---- sails run ---- */

/* "scripts/import.c"; false: there is no such script. */
static bool find_script(const char *name, char path[512])
{
    return name[0] != '.' && name[0] != '/' && strstr(name, "/.") == NULL &&
           snprintf(path, 512, "scripts/%s.c", name) < 512 && whole_file_check(path) == 0;
}

static int run_script(const char *path, int argc, char **argv)
{
    static char name[] = "sails run";
    char *words[] = {name, NULL};
    sails_app *app = load(path);
    json_t *args = json_array();

    if (app == NULL) {
        json_decref(args);
        return 1;
    }
    for (int i = 0; i < argc; i++) {
        (void)json_array_append_new(args, json_string(argv[i]));
    }
    (void)sails_app_set(app, "custom.args", args); /* what has failed is told by the run */
    return sails_app_run(app, 1, words);
}

int cli_tasks_run(int argc, char **argv)
{
    char path[512];

    if (argc < 2) {
        cli_say_error("Usage: sails run <name of a file in scripts/> [argument...]");
        return 1;
    }
    if (!find_script(argv[1], path)) {
        fprintf(stderr, "Unknown script: `%s`\n", argv[1]);
        return 1;
    }
    return run_script(path, argc - 2, argv + 2);
}

/* ---- sails debug ---- */

int cli_tasks_debug(int argc, char **argv)
{
    struct cli_words words = {0};
    static const char *const before[] = {"gdb", "-q", "--args"};
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (len <= 0) {
        cli_say_error("/proc/self/exe: %s", strerror(errno));
        return 1;
    }
    self[len] = '\0';
    (void)cli_args_take(&argc, argv, "--no-watch"); /* it is there in any case */
    for (size_t i = 0; i < 3; i++) {
        cli_words_add(&words, before[i]);
    }
    cli_words_add(&words, self);
    cli_words_add(&words, "lift");
    cli_words_add(&words, "--no-watch");
    for (int i = 1; i < argc; i++) {
        cli_words_add(&words, argv[i]);
    }
    cli_say_info("Running app in inspect mode: under gdb. Type `run` to lift it");
    if (!words.failed) {
        (void)execvp("gdb", words.items);
    }
    cli_say_error("gdb: %s. It is what a program of C is looked into with: apt install gdb",
                  strerror(errno));
    cli_words_deinit(&words);
    return 1;
}
