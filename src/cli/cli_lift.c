#include "cli/cli_lift.h"

#include "cli/cli_args.h"
#include "cli/cli_code.h"
#include "cli/cli_develop.h"
#include "cli/cli_say.h"

#include <errno.h>
#include <sails/folder.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM ".tmp/build/program/app"

/* In production the application is one program, as `sails build` makes it; this process becomes it. */
static int become_program(char **argv)
{
    if (cli_code_make_program(PROGRAM) == 0) {
        (void)execv(PROGRAM, argv);
        cli_say_error("%s: %s", PROGRAM, strerror(errno));
    }
    return 1;
}

/* Serves in this process. */
static int lift(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    int rc = sails_app_folder(app);

    if (rc == 0) {
        rc = cli_code_load(app);
    }
    if (rc < 0) {
        cli_say_error("Could not load Sails app.");
        sails_app_destroy(app);
        return 1;
    }
    return sails_app_run(app, argc, argv);
}

/* What ends by itself needs nobody who watches. */
static bool ends_at_once(int argc, char **argv)
{
    return cli_args_has(argc, argv, "--dontLift") || cli_args_has(argc, argv, "--routes") ||
           cli_args_has(argc, argv, "--openapi");
}

int cli_lift_run(int argc, char **argv)
{
    bool is_watching = !cli_args_take(&argc, argv, "--no-watch");
    bool is_production = false;

    if (!cli_code_enter(argc, argv)) {
        return 78; /* as sails_app_run() for what is wrong with the configuration */
    }
    if (cli_develop_is_child()) {
        return lift(argc, argv);
    }
    is_production = cli_code_is_production(argc, argv);
    if (is_production && cli_code_is_there()) {
        return become_program(argv);
    }
    if (cli_code_build(NULL) < 0) {
        cli_say_error("Could not load Sails app.");
        return 1;
    }
    return is_production || !is_watching || ends_at_once(argc, argv) ? lift(argc, argv)
                                                                     : cli_develop_run(argc, argv);
}
