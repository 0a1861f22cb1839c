#include "cli/cli_help.h"

#include "cli/cli_args.h"
#include "cli/cli_manual.h"

#include <stdio.h>
#include <string.h>

void cli_help_list(void)
{
    printf("\n  Usage: sails COMMAND [OPTION...]\n\n  Commands:\n\n");
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        printf("    %-10s %s%s%s%s\n", c->name, c->about, c->alias != NULL ? " (" : "",
               c->alias != NULL ? c->alias : "", c->alias != NULL ? ")" : "");
    }
    printf("\n  Options:\n\n"
           "    -h, --help     tell this, or what the command before it does\n"
           "    -v, --version  print the version\n\n");
}

static void print_options(const struct cli_option *options)
{
    printf("\n  Options:\n\n");
    for (const struct cli_option *o = options; o->name != NULL; o++) {
        int width = printf("    %s%s%s", o->name, o->value != NULL ? " " : "",
                           o->value != NULL ? o->value : "");

        printf("%*s  %s\n", width < 24 ? 24 - width : 0, "", o->about);
    }
}

void cli_help_command(const struct cli_command *command)
{
    printf("\n  Usage: sails %s%s%s\n\n", command->name, command->usage[0] != '\0' ? " " : "",
           command->usage);
    for (const char *line = command->text; *line != '\0';) {
        const char *end = strchr(line, '\n');
        int len = end != NULL ? (int)(end - line) : (int)strlen(line);

        printf("%s%.*s\n", len > 0 ? "  " : "", len, line);
        line += end != NULL ? len + 1 : len;
    }
    if (command->options != NULL) {
        print_options(command->options);
    }
    printf("\n");
}

static void print_man(const struct cli_command *command)
{
    struct buf page = {0};

    cli_manual_write_man(&page, command);
    (void)fwrite(page.ptr, 1, page.len, stdout);
    buf_deinit(&page);
}

int cli_help_run(int argc, char **argv)
{
    const char *word = cli_args_word(argc, argv, 0);
    const struct cli_command *command = word != NULL ? cli_command_find(word) : NULL;

    if (word != NULL && command == NULL) {
        printf("\n  ** Unrecognized command: %s **\n", word);
    }
    if (cli_args_has(argc, argv, "--man")) {
        print_man(command);
    } else if (command != NULL) {
        cli_help_command(command);
    } else {
        cli_help_list();
    }
    return 0;
}
