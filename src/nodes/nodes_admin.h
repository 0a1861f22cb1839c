/*
 * nodes_admin.h - the admin bus of Sails: what is done to whole rooms, on every node.
 *
 * Purpose    sails-hook-sockets has a channel of its own, on which nodes tell each other whose members
 *            join and leave, and applications send signals of their own (sails-sockets 8.3).
 * Ownership  None.
 * Threads    Sending: any. The others: worker 0.
 * Floor      nodes; uses cluster.
 *
 *     {"uid": "snyFGH", "event": "join", "payload": {"sourceRoom": "a", "destRooms": ["b"]}}
 */
#ifndef NODES_NODES_ADMIN_H
#define NODES_NODES_ADMIN_H

#include "nodes/nodes.h"

/* Its channel: the value of `key` itself where one is set, as Sails has it. */
struct str nodes_admin_channel(const struct nodes *nodes);

void nodes_admin_subscribe(struct nodes *nodes);
void nodes_admin_receive(struct nodes *nodes, struct bytes payload);

/* A join, leave or leave-all whose target is one room. 0; SAILS_ENOMEM. */
int nodes_admin_send(struct nodes *nodes, const struct operation *op);

/* A message of the application's: to the others, or (`is_blast`) to this node, too. `payload` is borrowed.
 * 0; SAILS_EJSON: text that is not UTF-8; SAILS_ENOMEM. */
int nodes_admin_say(struct nodes *nodes, const char *event, json_t *payload, bool is_blast);

#endif
