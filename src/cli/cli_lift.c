#include "cli/cli_lift.h"

#include "cli/cli_say.h"

#include <sails/app.h>
#include <sails/folder.h>

int cli_lift_run(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    int rc = sails_app_folder(app);

    if (rc < 0) {
        cli_say_error("Could not load Sails app: %s", sails_strerror(rc));
        sails_app_destroy(app);
        return 1;
    }
    return sails_app_run(app, argc, argv);
}
