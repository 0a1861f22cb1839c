/*
 * jwr.h - an answer as a value: what Sails calls a JWR.
 *
 * Purpose    {"body", "headers", "statusCode"} of a response, for who has asked without HTTP.
 * Ownership  Callers own what is made.
 * Threads    The request's worker.
 * Floor      gate; uses request.
 */
#ifndef GATE_JWR_H
#define GATE_JWR_H

#include "request/request.h"

struct jwr_parts {
    bool headers;
    bool status;
    bool cookies; /* Set-Cookie among the headers: never for scripts of pages (sails-sockets D31) */
};

/* In this order, without what is absent or not wanted. NULL: no memory. */
json_t *jwr_create(const struct sails_res *res, const struct jwr_parts *parts);

/* The same as text, appended to `out`. 0, or it cannot be written as text, and `out` has a part of it. */
int jwr_write(struct buf *out, const struct sails_res *res, const struct jwr_parts *parts);

#endif
