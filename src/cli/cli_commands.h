/*
 * cli_commands.h - the commands of `sails`.
 *
 * Purpose    One table, from which the dispatch and every text about the commands come.
 * Ownership  Constant.
 * Threads    Any.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_COMMANDS_H
#define CLI_CLI_COMMANDS_H

/* An option that a command knows; others it does not look at (app-config-cli section 13). */
struct cli_option {
    const char *name;  /* "--minimal"; NULL ends a list */
    const char *value; /* what stands behind it, "DIR"; NULL: nothing */
    const char *about;
};

struct cli_command {
    const char *name;                 /* NULL ends the table */
    const char *alias;                /* NULL: it has none */
    const char *usage;                /* what follows the name */
    const char *about;                /* one line */
    const char *text;                 /* the whole story; lines end where they should */
    const struct cli_option *options; /* NULL: none */
    const struct cli_option *lifts; /* those of another command that it takes too, as `text` says */
    const char *words;              /* what its first word is one of, for shells; NULL: anything */
    /* argv[0] is the command's name. The exit status. */
    int (*run)(int argc, char **argv);
};

extern const struct cli_command cli_commands[];

/* By name or alias. NULL: there is none of that name. */
const struct cli_command *cli_command_find(const char *name);

#endif
