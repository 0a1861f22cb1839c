/*
 * requests.h - one request of conformance-orm, from its line to its answer.
 *
 * Purpose    Tell what a request asks for, refuse what the protocol does not know, and have the rest done.
 * Ownership  Requests are borrowed, answers are new references; NULL: no memory.
 * Threads    One.
 */
#ifndef CONFORMANCE_ORM_REQUESTS_H
#define CONFORMANCE_ORM_REQUESTS_H

#include <jansson.h>

/* The answer to a line: {"id", "result"} or {"id", "error"}, and what there is beside them. NULL as
 * `request`: the line is no JSON. */
json_t *requests_answer(json_t *request);

/* Ends all. */
void requests_close(void);

#endif
