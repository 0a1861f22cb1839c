/*
 * blueprints.h - an API over models, and its events.
 *
 * Purpose    Actions for every model: find, findOne, create, update, destroy, populate, add, remove, replace
 *            (pubsub-and-blueprints 5 to 8).
 * Ownership  The app owns the struct; it borrows models and pub/sub, which may come later than it.
 * Threads    Filled before the lift; then any.
 * Floor      blueprints; uses pubsub, models, request and what is below.
 *
 *     worker                                       a thread of the models'
 *       action: options of the request ----------> queries, in one transaction where something changes;
 *                                                  what is to be told is gathered
 *                                                  commit, tell
 *       answer  <--------------------------------- record
 */
#ifndef BLUEPRINTS_BLUEPRINTS_H
#define BLUEPRINTS_BLUEPRINTS_H

#include "base/list.h"
#include "blueprints/blueprint_kind.h"
#include "blueprints/effects.h"
#include "models/task_line.h"

#include <sails/blueprints.h>
#include <sails/inputs.h>

struct blueprints;

/* What an action knows of itself: its context. */
struct blueprint {
    struct blueprints *blueprints;
    enum blueprint_kind kind;
};

/* Calls of one worker to SQLite, which are short, or have to wait for each other: models/task_line.h. */
struct blueprint_lines {
    struct task_line reading; /* one record by its key */
    struct task_line writing;
};

struct blueprints {
    struct models *models; /* NULL: not open yet, or there are none */
    const struct pubsub *pubsub;
    bool mirror;         /* who asks hears what he causes, too */
    const char *parser;  /* `parseBlueprintOptions`: "@name"; NULL: none */
    struct list parsers; /* struct blueprint_parser: of sails_app_blueprint_options() */
    struct publish_order order;
    pthread_mutex_t writers; /* of databases that have one at a time: blueprint_run.c */
    struct blueprint_lines *lines[WORKERS_MAX]; /* each that worker's; NULL: not used yet */
    struct blueprint kinds[BLUEPRINT_KINDS];
    struct sails_action_def actions[BLUEPRINT_KINDS]; /* one for all models */
};

/* It must not be moved. */
void blueprints_init(struct blueprints *blueprints);
void blueprints_deinit(struct blueprints *blueprints);

/* 0; SAILS_ECONFLICT: there is one of that name; SAILS_ENOMEM. */
int blueprints_add_parser(struct blueprints *blueprints, const char *name,
                          sails_blueprint_options_cb function, void *ctx);

/* Calls the function of that name ("@name"; NULL: none) with what it may change. 0; SAILS_ENOENT: there is no such
 * function; else what it returns. */
int blueprints_call_parser(const struct blueprints *blueprints, const char *name, sails_req *req,
                           const char *blueprint, json_t *options);

bool blueprints_has_parser(const struct blueprints *blueprints, const char *name);

/* Whether an action is one of them. */
bool blueprints_is_action(const struct blueprints *blueprints, const struct sails_action_def *def);

#endif
