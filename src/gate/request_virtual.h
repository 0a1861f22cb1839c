/*
 * request_virtual.h - requests of the program to itself.
 *
 * Purpose    The third way in, beside HTTP and sockets: a value in, a value out.
 * Ownership  One owns itself from request_virtual_post() on.
 * Threads    Posted by any; answered on its worker.
 * Floor      gate; uses request, http, base.
 */
#ifndef GATE_REQUEST_VIRTUAL_H
#define GATE_REQUEST_VIRTUAL_H

#include "request/request.h"

struct request_virtual_call {
    const char *address; /* "GET /users", "/users" */
    json_t *data;        /* taken, also on failure; NULL: none */
    json_t *headers;     /* as above */
    /* Once, on the worker: 0 and the answer, a view; or SAILS_ECANCELED and NULL, perhaps on the thread that ends
     * the workers. */
    void (*done)(int status, json_t *jwr, void *ctx);
    void *ctx;
};

/* 0: `done` will be called; SAILS_EINVAL: not an address, or headers that are no texts; SAILS_ENOMEM. */
int request_virtual_post(const struct request_service *service, struct worker *worker,
                         const struct request_virtual_call *call);

#endif
