/*
 * blueprint_options.h - what a request wants of a blueprint: parseBlueprintOptions.
 *
 * Purpose    Parameters become criteria, values and populates (pubsub-and-blueprints 5), in Waterline's forms.
 * Ownership  The options are the caller's.
 * Threads    The request's.
 * Floor      blueprints; uses request, orm, base.
 *
 *     using, populates                                       all
 *     criteria {where, limit, skip, sort, select | omit}     find, findOne, update, destroy, populate
 *     newRecord; valuesToSet                                 create; update
 *     alias, targetRecordId, associatedIds                   add, remove, replace; populate: alias
 *     meta                                                   all
 */
#ifndef BLUEPRINTS_BLUEPRINT_OPTIONS_H
#define BLUEPRINTS_BLUEPRINT_OPTIONS_H

#include "base/buf.h"
#include "blueprints/blueprint_kind.h"
#include "orm/model.h"
#include "request/request.h"

/* What is wrong with a request, before anybody has asked a database. */
struct blueprint_problem {
    const char *code;   /* "E_INVALID_CRITERIA"; NULL: it is not the request's fault */
    struct buf details; /* with a NUL behind it */
};

void blueprint_problem_deinit(struct blueprint_problem *problem);

/* Says what is wrong, as printf. SAILS_EINVAL; SAILS_ENOMEM. */
int blueprint_problem_set(struct blueprint_problem *problem, const char *code, const char *format,
                          ...) __attribute__((format(printf, 3, 4)));

/* What the request says, in that form. 0; SAILS_EINVAL: `problem` says why; SAILS_ENOMEM. */
int blueprint_options_read(struct sails_req *req, enum blueprint_kind kind,
                           const struct orm_model *model, struct blueprint_problem *problem,
                           json_t **options);

#endif
