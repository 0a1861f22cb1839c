/*
 * records_world.h - models over one database, and three calls that are measured.
 *
 * Every failure ends the program with a message.
 */
#ifndef BENCH_RECORDS_WORLD_H
#define BENCH_RECORDS_WORLD_H

#include "orm/database.h"

#include <sails/db.h>

enum {
    NEW_RECORDS = 10000,
    PARENTS = 1000,
    CHILDREN = 10 /* of each */
};

/* As JSON text. */
extern const char records_world_models[];
extern const char records_world_defaults[];

struct records_world {
    struct orm *orm;
    struct datastores datastores;
    sails_db *db;
    json_t *records; /* for createEach() */
};

/* Tables made anew, PARENTS people with CHILDREN pets each. */
void records_world_open(struct records_world *w, const char *url);
void records_world_close(struct records_world *w);

/* `n` times findOne() by primary key. */
void records_world_find_one(const struct records_world *w, int n);

/* One createEach() of NEW_RECORDS. */
void records_world_create_each(const struct records_world *w);

/* One find() of all people, with their pets. */
void records_world_find(const struct records_world *w);

/* CPU time of this process so far. */
double records_world_cpu_us(void);

#endif
