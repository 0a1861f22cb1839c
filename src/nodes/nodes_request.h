/*
 * nodes_request.h - what this node asks the others.
 *
 * Purpose    Requests that are under way: how many answers are to come, which have, and until when.
 * Ownership  A request is the nodes' until it is done; it borrows its delivery, in which it is one party,
 *            and retains the answers of a broadcast.
 * Threads    nodes_request_send(): any. The others: worker 0.
 * Floor      nodes; uses adapter, cluster.
 */
#ifndef NODES_NODES_REQUEST_H
#define NODES_NODES_REQUEST_H

#include "nodes/nodes.h"

/* Asks them. The delivery, which has one party for all of them, hears of each answer, and at the end. */
void nodes_request_send(struct nodes *nodes, const struct operation *op, struct delivery *d);

/* An answer has come. 0, also if nobody waits for it; SAILS_EPROTO: it is none to what was asked. */
int nodes_request_take(struct nodes *nodes, const struct adapter_message *m);

/* No answer comes any more. */
void nodes_request_end_all(struct nodes *nodes, int status);

/* With the bus: before it opens, and when it is closed. */
void nodes_request_start(struct nodes *nodes);
void nodes_request_stop(struct nodes *nodes);

#endif
