/*
 * nodes_message.h - an operation as what nodes say to each other, and back.
 *
 * Purpose    One place that knows both: struct operation (src/cluster/) and struct adapter_message.
 * Ownership  Said at each function.
 * Threads    Any.
 * Floor      nodes; uses adapter, cluster.
 */
#ifndef NODES_NODES_MESSAGE_H
#define NODES_NODES_MESSAGE_H

#include "nodes/nodes.h"

struct nodes_message {
    struct adapter_message m;
    char uid[NODES_UID_MAX + 1];
};

/* What others hear of an operation: `m` borrows from it and from the message, which must not be moved. 0;
 * SAILS_ENOMEM: there is nothing to deinit. Not for OPERATION_LEAVE_ALL, which no format but Sails' has. */
int nodes_message_init(struct nodes_message *message, const struct nodes *nodes,
                       const struct operation *op);
void nodes_message_deinit(struct nodes_message *message);

/*
 * The operation, of this node alone, that a message wants, but for an event's (nodes_message_event()). It
 * borrows from the message. 0; SAILS_EPROTO: a name that no room can have; SAILS_ENOMEM. Always
 * operation_deinit().
 */
int nodes_message_read(struct operation *op, enum operation_kind kind,
                       const struct adapter_message *m);

/* The event of a message, which is taken off its list, so that the arguments are left. NULL: its name has a
 * NUL in it. A view of the second. */
const char *nodes_message_event(struct adapter_message *m, json_t **event);

#endif
