/*
 * nodes_peers.h - what nodes in C say to each other alone.
 *
 * Purpose    Two channels that no node in Node listens to: one for all, one for each. Messages are JSON
 *            objects, and what they mean the floor above knows.
 * Ownership  Messages that are said are borrowed.
 * Threads    Saying: any. The others: worker 0.
 * Floor      nodes.
 */
#ifndef NODES_NODES_PEERS_H
#define NODES_NODES_PEERS_H

#include "nodes/nodes.h"

/* What this node is called. */
void nodes_peers_name(const struct nodes *nodes, char out[NODES_UID_MAX + 1]);

/* Says it to the node of that name; empty: to all, this one included. 0; SAILS_EJSON; SAILS_ENOMEM. */
int nodes_peers_say(struct nodes *nodes, struct str to, json_t *message);

void nodes_peers_subscribe(struct nodes *nodes);

/* False: the subscription is none of these. */
bool nodes_peers_receive(struct nodes *nodes, struct str subscription, struct bytes payload);

#endif
