/**
 * @file sails/blueprints.h
 * @brief The automatic API over models, where a program has a word in it.
 *
 * Every model has actions (`user/find`, `user/create`, ...), routes (`GET /user`, `PATCH /user/:id`, ...) and events,
 * without a line of C: see `blueprints` in docs/configuration.md. A program that wants other criteria, values or
 * populates than a request asks for says so by a function, which the configuration names:
 *
 *     // only one's own
 *     static int only_mine(sails_req *req, const char *blueprint, json_t *options, void *ctx)
 *     {
 *         json_t *where = json_object_get(json_object_get(options, "criteria"), "where");
 *
 *         return json_object_set(where, "owner", json_object_get(sails_req_session(req), "userId"));
 *     }
 *
 *     sails_app_blueprint_options(app, "only_mine", only_mine, NULL);
 *
 *     {"blueprints": {"parseBlueprintOptions": "@only_mine"}}                                  // for all, or
 *     {"routes": {"GET /mine": {"action": "note/find", "parseBlueprintOptions": "@only_mine"}}} // for a route
 *
 * Ownership  Texts are copied; JSON that a function is given is borrowed.
 * Threads    sails_app_blueprint_options(): before the lift; the functions: any worker.
 * Errors     0 or a negative code of sails/err.h, logged and kept as sails/app.h says. NULL: SAILS_EINVAL.
 */
#ifndef SAILS_BLUEPRINTS_H
#define SAILS_BLUEPRINTS_H

#include <jansson.h>

#include <sails/export.h>
#include <sails/types.h>

SAILS_BEGIN_DECLS

/**
 * Changes what a request wants of a blueprint.
 *
 * @param blueprint  "find", "findOne", "create", "update", "destroy", "populate", "add", "remove" or "replace".
 * @param options    Borrowed, to be changed: what Sails' own function makes of the request. {"using": "user",
 *                   "populates": {"pets": {...}}, "meta": {...}} and, as the blueprint needs them, "criteria", "newRecord",
 *                   "valuesToSet", "alias", "targetRecordId", "associatedIds".
 * @return 0; anything else: the request is answered with 500.
 * @see    Sails documentation, sails.config.blueprints, "Using parseBlueprintOptions"
 */
typedef int (*sails_blueprint_options_cb)(sails_req *req, const char *blueprint, json_t *options,
                                          void *ctx);

/**
 * Gives a function that `blueprints.parseBlueprintOptions`, or the option of that name of a route, names: "@name".
 *
 * @param name  Without the "@"; copied.
 * @return 0; SAILS_EINVAL: NULL, or an empty name; SAILS_ECONFLICT: there is one of that name; SAILS_ESTATE: lifted;
 *         SAILS_ENOMEM. A name that nothing stands for fails the lift, or for a route leads to 500.
 * @see    Sails documentation, sails.config.blueprints
 */
SAILS_API int sails_app_blueprint_options(sails_app *app, const char *name,
                                          sails_blueprint_options_cb function, void *ctx);

SAILS_END_DECLS

#endif
