/*
 * nodes_format.h - what the formats of Socket.IO's adapters differ in.
 *
 * Purpose    The one place that knows which format is spoken: the classic one (src/adapter/classic.h), or
 *            that of the cluster adapters over sharded pub/sub (clustered.h).
 * Ownership  Results are appended to the caller's bufs.
 * Threads    Any.
 * Floor      nodes; uses adapter.
 */
#ifndef NODES_NODES_FORMAT_H
#define NODES_NODES_FORMAT_H

#include "nodes/nodes.h"

/* How a message travels. */
enum bus_kind nodes_format_kind(const struct nodes *nodes, const struct adapter_message *m);

/* How nodes are counted. */
enum bus_kind nodes_format_counts(const struct nodes *nodes);

/* Channel (or stream) and payload of a message; `asker`: of an answer, the uid of who has asked, or empty. 0;
 * SAILS_EINVAL: this format has no such message; SAILS_EJSON; SAILS_ENOMEM. */
int nodes_format_write(const struct nodes *nodes, const struct adapter_message *m, struct str asker,
                       struct buf *channel, struct buf *payload);

/* What came on a channel of that namespace. As classic_read(). */
int nodes_format_read(const struct nodes *nodes, struct str nsp, struct str channel,
                      struct bytes payload, struct adapter_message *m);

/* What came out of a stream. As clustered_read_entry(). */
int nodes_format_read_entry(const struct str fields[BUS_FIELDS], struct adapter_message *m);

/* The channel whose listeners are the nodes that have a namespace. */
void nodes_format_counted(const struct nodes *nodes, struct str nsp, struct buf *out);

/*
 * The i-th name by which a namespace is listened to, and of what kind; false: there are no more.
 */
bool nodes_format_subscription(const struct nodes *nodes, struct str nsp, size_t i,
                               enum bus_kind *kind, struct buf *out);

/* Whether a room has a channel of its own, which must be listened to while somebody is in it. */
bool nodes_format_has_channel(const struct nodes *nodes, struct str room);

#endif
