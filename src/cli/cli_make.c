#include "cli/cli_make.h"

#include "cli/cli_args.h"
#include "cli/cli_code.h"
#include "cli/cli_say.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* build/<name of the folder> */
static bool name_program(char path[4096])
{
    char folder[2048];
    const char *slash = getcwd(folder, sizeof(folder)) != NULL ? strrchr(folder, '/') : NULL;

    if (slash == NULL) {
        return false;
    }
    (void)snprintf(path, 4096, "build/%s", slash[1] != '\0' ? slash + 1 : "app");
    return true;
}

int cli_make_run(int argc, char **argv)
{
    char path[4096];

    if (!cli_code_enter(argc, argv) || !name_program(path)) {
        return 1;
    }
    if (!cli_code_is_application()) {
        cli_say_error(
            "This folder is no application: it has neither config/ nor api/, views/ or assets/. "
            "`sails new` makes one; --appPath says where one is");
        return 1;
    }
    if (cli_code_make_program(path) < 0) {
        return 1;
    }
    cli_say_info("Made %s", path);
    cli_say_info(
        "It reads config/, api/models/, views/ and assets/ of the folder that it is started "
        "in, or of --appPath");
    return 0;
}
