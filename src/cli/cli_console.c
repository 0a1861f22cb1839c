#include "cli/cli_console.h"

#include "cli/cli_args.h"
#include "cli/cli_code.h"
#include "cli/cli_evaluate.h"
#include "cli/cli_file.h"
#include "cli/cli_prompt.h"
#include "cli/cli_say.h"

#include <jansson.h>

#include <sails/folder.h>
#include <stdio.h>
#include <unistd.h>

#define HISTORY ".tmp/.sails_history"

static void answer(sails_app *app)
{
    struct cli_prompt *prompt = cli_prompt_open("sails> ", HISTORY, cli_evaluate_words);
    const char *line = prompt != NULL ? cli_prompt_read(prompt) : NULL;

    while (line != NULL) {
        struct buf out = {0};
        bool goes_on = cli_evaluate(app, line, &out);

        if (out.len > 0) {
            printf("%.*s\n", STR_FMT(buf_str(&out)));
            fflush(stdout);
        }
        buf_deinit(&out);
        line = goes_on ? cli_prompt_read(prompt) : NULL;
    }
    cli_prompt_close(prompt);
}

static int lift(sails_app *app, int argc, char **argv)
{
    int rc = sails_app_folder(app);

    rc = rc == 0 ? cli_code_load_with(app, NULL) : rc;
    rc = rc == 0 ? sails_app_load(app, argc, argv) : rc;
    if (rc == 0) {
        rc = sails_app_set(app, "log.noShip", json_true());
    }
    return rc == 0 ? sails_app_lift(app) : rc;
}

int cli_console_run(int argc, char **argv)
{
    sails_app *app = NULL;
    int rc = 0;

    (void)cli_args_take(&argc, argv, "--no-watch"); /* an option of `sails lift`; nobody does */
    if (!cli_code_enter(argc, argv)) {
        return 1;
    }
    app = sails_app_create();
    rc = lift(app, argc, argv);
    if (rc == 0) {
        (void)cli_file_make_folders(HISTORY);
        cli_say_info("Welcome to the Sails console.");
        cli_say_info("( to exit, type <CTRL>+<C> )");
        answer(app);
    } else {
        cli_say_error("Could not load Sails app.");
    }
    sails_app_destroy(app);
    return rc == 0 ? 0 : 1;
}
