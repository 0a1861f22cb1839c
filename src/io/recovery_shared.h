/*
 * recovery_shared.h - what all nodes know of connection state recovery.
 *
 * Purpose    Places in a stream, in their order; sessions as nodes keep them for each other: those of
 *            @socket.io/redis-streams-adapter (redis-cluster 9).
 * Ownership  A session is the caller's.
 * Threads    Any.
 * Floor      io; uses base.
 */
#ifndef IO_RECOVERY_SHARED_H
#define IO_RECOVERY_SHARED_H

#include "io/recovery.h"

/* Whether both are places in a stream ("1764000000000-0"), and `a` comes before `b`. */
bool recovery_shared_is_before(struct str a, struct str b);

/* A copy of what some node has kept, which may be anything; NULL: it is no session of `pid`, or no memory. */
struct recovery_session *recovery_shared_read(const json_t *session, struct str pid);
void recovery_shared_free(struct recovery_session *session);

#endif
