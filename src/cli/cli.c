#include "cli/cli.h"

#include "cli/cli_commands.h"
#include "cli/cli_help.h"

#include <sails/version.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Sails gives 0 here, and scripts go by it (app-config-cli 15). */
static int refuse_unknown(const char *word)
{
    printf("\n  ** Unrecognized command: %s **\n", word);
    cli_help_list();
    return 0;
}

static const char *const help_words[] = {"--help", "-h", NULL};
static const char *const version_words[] = {"--version", "-v", "-V", NULL};

static bool is_among(const char *word, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(word, *words) == 0) {
            return true;
        }
    }
    return false;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (is_among(argv[i], help_words)) {
            cli_help_command(command);
            return 0;
        }
    }
    return command->run(argc, argv);
}

int cli_run(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "--help";
    const struct cli_command *command = cli_command_find(word);

    if (is_among(word, help_words)) {
        cli_help_list();
        return 0;
    }
    if (is_among(word, version_words)) {
        printf("%s\n", sails_version());
        return 0;
    }
    return command != NULL ? run(command, argc - 1, argv + 1) : refuse_unknown(word);
}
