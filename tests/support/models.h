/*
 * support/models.h - models for tests, written as JSON.
 *
 * Single quotes stand for double ones, so that C's are not in the way:
 *
 *     struct orm *orm = models_read("{'user': {'attributes': {'id': 'number', 'name': 'string'}}}");
 */
#ifndef SUPPORT_MODELS_H
#define SUPPORT_MODELS_H

#include "definitions/definitions.h"

/* A new reference; the test fails where it is no JSON. */
json_t *models_json(const char *text);

/* Definitions that must be right, with nothing inherited; orm_destroy() it. */
struct orm *models_read(const char *models);

/* The same with a database. */
struct orm *models_read_at(const char *models, const char *url);

/* The same with config.models. */
struct orm *models_read_with(const char *models, const char *defaults);

/* Of functions: every name that begins with "before" or "after" is a life-cycle callback that succeeds,
 * "isEven" a rule, "asJson" a customToJSON that gives the record itself. */
const struct sails_model_function *models_function(const char *name, void *ctx);

/* Fails the test, and shows both, where a value (a reference is taken) is not what the text says. */
void models_expect_json(json_t *value, const char *text);

#endif
