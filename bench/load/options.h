/*
 * options.h - what is asked for on the command line, and the texts about it: --help and the manual page are written
 * from the same tables.
 */
#ifndef BENCH_LOAD_OPTIONS_H
#define BENCH_LOAD_OPTIONS_H

#include "load/client.h"

#include <stdio.h>
#include <sys/types.h>

enum {
    OPTIONS_PIDS_MAX = 32
};

/* Numbers that a scenario has its own defaults for: 0 is "as the scenario says". */
struct options {
    size_t connections;
    size_t
        outstanding; /* questions of each connection, or publications of all, that are under way */
    size_t count;    /* questions, publications or connections that are measured */
    size_t warm_up;  /* as many before, which are not; 0: a tenth */
    size_t rate;     /* a second; 0: as fast as the answers come */
    size_t size;     /* bytes of a value */
    size_t rooms;
    size_t members;    /* of each room */
    size_t burst;      /* publications at once */
    size_t slow;       /* percent of the connections that read slowly */
    size_t at_once;    /* connections on their way at a time */
    size_t patience_s; /* seconds without anything until what is missing counts as lost */
    size_t seconds;    /* how long idle connections are kept */
    bool is_json;
    const char *path;
    pid_t pids[OPTIONS_PIDS_MAX];
    size_t n_pids;
    struct client_kind kind;
    const struct scenario *scenario;
};

/*
 * Reads the command line, fills in what the scenario says, and ends the program where there is nothing to do: after
 * --help, --man and --version, and when something is wrong.
 */
void options_read(struct options *options, int argc, char **argv);

void options_write_help(FILE *out);
void options_write_man(FILE *out);

#endif
