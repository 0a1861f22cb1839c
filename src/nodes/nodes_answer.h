/*
 * nodes_answer.h - what other nodes ask, and what they hear.
 *
 * Purpose    A request becomes an operation of this node, and its outcome an answer.
 * Ownership  None: messages are borrowed for the call.
 * Threads    Worker 0; the answers come from any.
 * Floor      nodes; uses adapter, cluster.
 */
#ifndef NODES_NODES_ANSWER_H
#define NODES_NODES_ANSWER_H

#include "nodes/nodes.h"

/* Sockets, rooms; or what shall be done to many, and the answer is that it is; or to one socket, and only the
 * node that has it answers. As cluster_host.receive(), and SAILS_EPROTO. */
int nodes_answer(struct nodes *nodes, enum operation_kind kind, const struct adapter_message *m);

/* An event to clients whose acks the other node wants. Errors as above. */
int nodes_answer_broadcast(struct nodes *nodes, struct adapter_message *m);

/* An event for this node's program. Errors as above. */
int nodes_answer_server_event(struct nodes *nodes, struct adapter_message *m);

#endif
