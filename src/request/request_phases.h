/*
 * request_phases.h - the steps of request_run.c that have files of their own.
 *
 * Purpose    Finds routes, and keeps forged and foreign requests away.
 * Ownership  None.
 * Threads    The request's worker.
 * Floor      request; uses router, web, base.
 */
#ifndef REQUEST_REQUEST_PHASES_H
#define REQUEST_REQUEST_PHASES_H

struct sails_req;

/* ---- request_routing.c ---- */

/* The route behind req->route, or the first: req->target, and its parameters; NULL: none is left. Answers a
 * path that cannot be decoded. */
void request_routing_find(struct sails_req *req);

/* Answers where no route is left: 404, OPTIONS. */
void request_routing_answer(struct sails_req *req);

/* ---- request_security.c ---- */

/* Adds the headers of CORS; a preflight that concerns a route is answered here (request-response 11). */
void request_security_apply_cors(struct sails_req *req);

/* Whether it lacks the token that its route wants. */
bool request_security_is_forged(struct sails_req *req);

#endif
