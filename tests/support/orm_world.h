/*
 * orm_world.h - an ORM over one database, its tables empty, at a moment that stands still.
 *
 * For tests of the floors from orm up; what is linked reads definitions, too.
 */
#ifndef SUPPORT_ORM_WORLD_H
#define SUPPORT_ORM_WORLD_H

#include "orm/database.h"
#include "orm/migrate.h"

#include <sails/db.h>

struct orm_world {
    struct orm *orm;
    struct datastores datastores;
    sails_db *db;
};

/* Users with pets (a foreign key), groups (a junction) and friends (themselves), and docs, whose keys are
 * texts; all with an id and timestamps, but for the docs. */
extern const char orm_world_models[];
extern const char orm_world_defaults[];

enum {
    ORM_WORLD_NOW_MS = 1000
};

/*
 * Reads the models, connects to the default datastore that `config` (taken) says, and leaves the tables as they
 * are. Fails the test where anything fails.
 */
void orm_world_connect(struct orm_world *w, json_t *config, const char *models,
                       const char *defaults);

/* The same, with tables made anew. */
void orm_world_open(struct orm_world *w, json_t *config, const char *models, const char *defaults);

void orm_world_migrate(struct orm_world *w, enum migrate_strategy strategy);
void orm_world_close(struct orm_world *w);

#endif
