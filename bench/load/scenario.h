/*
 * scenario.h - what there is to be measured: one row each.
 */
#ifndef BENCH_LOAD_SCENARIO_H
#define BENCH_LOAD_SCENARIO_H

#include "load/options.h"

struct run;

enum scenario_kind {
    SCENARIO_CONNECTIONS,
    SCENARIO_QUESTIONS,
    SCENARIO_PUBLICATIONS
};

struct scenario {
    const char *name;
    const char *about;
    const char *unit; /* what is counted, and what a server's time is divided by */
    enum scenario_kind kind;
    enum scenario_words {
        SCENARIO_NO_WORDS,
        SCENARIO_ECHO,
        SCENARIO_REQUEST,
        SCENARIO_GET,
        SCENARIO_JOIN_LEAVE,
        SCENARIO_ONE_ROOM,
        SCENARIO_MANY_ROOMS,
        SCENARIO_DIRECT
    } words;
    struct options defaults;
};

/* In the order of the manual, ended by a name of NULL. */
extern const struct scenario scenarios[];

const struct scenario *scenario_find(const char *name);

#endif
