/*
 * blueprint_call.h - one request to a blueprint under way.
 *
 * Purpose    From the request to a thread and back: options, the transaction around what changes, the effects, the
 *            answer with its error body (pubsub-and-blueprints 7, 8).
 * Ownership  A call owns itself from blueprint_call_begin() until it has answered.
 * Threads    Begun and answered on the request's worker; in between a thread of the models' has it.
 * Floor      blueprints; uses pubsub, models, orm, request, base.
 */
#ifndef BLUEPRINTS_BLUEPRINT_CALL_H
#define BLUEPRINTS_BLUEPRINT_CALL_H

#include "blueprints/blueprint_kind.h"
#include "blueprints/blueprint_options.h"
#include "blueprints/blueprints.h"
#include "blueprints/messages.h"
#include "orm/database.h"

/* What has come of it. */
enum blueprint_outcome {
    BLUEPRINT_DONE,
    BLUEPRINT_NOT_FOUND,
    BLUEPRINT_REFUSED, /* 400 */
    BLUEPRINT_FAILED   /* 500 */
};

struct blueprint_call {
    struct models_task task;
    struct blueprints *blueprints;
    enum blueprint_kind kind;
    struct sails_req *req;
    struct sails_res *res;
    const struct orm_model *model;
    const char *parser; /* the program's function for the options; a view; NULL: none */
    json_t *options;    /* blueprint_options.h, after that function */
    bool auto_watch;    /* the route's option */
    bool is_deep;       /* the route tells the model's associations */
    struct effects effects;
    enum blueprint_outcome outcome;
    struct buf text; /* of DONE over HTTP: the value as JSON, in place of `body` */
    json_t *body;    /* of DONE and REFUSED: the value; of FAILED: a text; NULL: none */
};

/* The action of them all. Its context is a struct blueprint. */
void blueprint_call_begin(sails_req *req, sails_res *res);

/*
 * ---- the blueprints themselves: on a thread, within a transaction where they change something ----
 *
 * 0: `outcome` and `body` are set; a negative code: db->error says why, or (SAILS_ENOMEM) nothing does, and all is undone.
 */
int blueprint_find(struct blueprint_call *call, struct sails_db *db);
int blueprint_find_one(struct blueprint_call *call, struct sails_db *db);
int blueprint_find_populate(struct blueprint_call *call, struct sails_db *db);
int blueprint_change_create(struct blueprint_call *call, struct sails_db *db);
int blueprint_change_update(struct blueprint_call *call, struct sails_db *db);
int blueprint_change_destroy(struct blueprint_call *call, struct sails_db *db);
int blueprint_members_add(struct blueprint_call *call, struct sails_db *db);
int blueprint_members_remove(struct blueprint_call *call, struct sails_db *db);
int blueprint_members_replace(struct blueprint_call *call, struct sails_db *db);

/* ---- what they share: blueprint_record.c ---- */

/* The value of an option; a view. NULL: there is none. */
json_t *blueprint_record_option(const struct blueprint_call *call, const char *name);

/* {primary key: key}, and the `where` of the options, which may say more than that. New references; NULL: no memory, or
 * no key. */
json_t *blueprint_record_where(const struct orm_model *model, json_t *key);
json_t *blueprint_record_criteria(const struct blueprint_call *call);

/* The one record that criteria (taken) find, with populates (taken; NULL: none). NULL where there is none. */
int blueprint_record_find(struct sails_db *db, const struct orm_model *model, json_t *criteria,
                          json_t *populates, json_t **record);

/* The one record that criteria (taken) find, populated as the options say, in both forms: NULL where there is none.
 * seen_record_deinit() in any case. */
int blueprint_record_see(struct blueprint_call *call, struct sails_db *db, json_t *criteria,
                         struct seen_record *record);

/* The primary key in a record; a view. */
json_t *blueprint_record_key(const struct orm_model *model, const json_t *record);

/* The requester becomes a subscriber of what a record has populated, and a watcher of the models it may have. */
void blueprint_record_subscribe_deep(struct blueprint_call *call, const json_t *record);

/* The outcome: found, and told as people may see it; or not found. */
int blueprint_record_answer(struct blueprint_call *call, const struct orm_model *model,
                            json_t *value);
int blueprint_record_answer_not_found(struct blueprint_call *call);

#endif
