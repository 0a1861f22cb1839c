/*
 * request_wait.h - actions and work that may wait: on a thread, while their request stays with its worker.
 *
 * Purpose    An action that is declared so runs on a thread of a pool, where it may block. What it answers is
 *            sent when it returns, as of an action on a worker. Work that an action asks for goes the same way
 *            (sails_req_work()), and comes back to a function on the worker.
 * Ownership  A wait owns itself, from request_wait_begin() until the action has returned.
 * Threads    The request's worker; request_wait_is_mine(): any.
 * Floor      request; uses models, base.
 *
 * I1  req->wait is touched on the request's worker only, and by the action's thread while it runs: it is set before
 *     that has the job, and taken away after it has returned it. While it is set the request is not freed.
 */
#ifndef REQUEST_REQUEST_WAIT_H
#define REQUEST_REQUEST_WAIT_H

#include "request/request.h"

struct request_wait;

/* Runs the action; answers 503 where too many wait already. */
void request_wait_begin(struct sails_req *req, sails_action function);

/* Whether what the action has said has to wait for its return: `finish` is called then. */
bool request_wait_holds(struct sails_req *req, void (*finish)(struct sails_req *req));

/* Whether the caller's thread is the action's, and the action has not returned. */
bool request_wait_is_mine(const struct sails_req *req);

#endif
