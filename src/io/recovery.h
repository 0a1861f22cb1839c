/*
 * recovery.h - connection state recovery (socket-io 14).
 *
 * Purpose    Keeps the events of a namespace for a while, and the sessions of sockets that were lost,
 *            so that a client that comes back gets its id, rooms and data, and what it missed.
 * Ownership  A log belongs to its namespace; it retains messages and copies names.
 * Threads    Any: one lock per log. The feature is off by default; who turns it on pays the lock.
 * Floor      io; uses socketio, base.
 */
#ifndef IO_RECOVERY_H
#define IO_RECOVERY_H

#include "base/ids.h"
#include "base/list.h"
#include "base/machine.h"
#include "socketio/sio.h"

#include <pthread.h>

/* Longest offset text and its NUL. */
enum {
    RECOVERY_OFFSET_SIZE = 24
};

struct recovery_log {
    const struct machine *machine;
    pthread_mutex_t lock;
    struct list packets;  /* oldest first */
    struct list sessions; /* oldest first */
    uint64_t last_ms;
    uint64_t n_in_ms; /* offsets made in that millisecond */
    uint64_t keep_ms;
};

/* `machine` tells the time, and is borrowed. */
void recovery_init(struct recovery_log *log, const struct machine *machine);
void recovery_deinit(struct recovery_log *log);

/*
 * Holds the lock while an event gets its offset, is kept and sent, so that offsets grow in the order
 * of sending. `offset` gets the text to append to the event's arguments.
 */
void recovery_begin(struct recovery_log *log, uint64_t keep_ms, char offset[RECOVERY_OFFSET_SIZE]);

/* Keeps the event. 0 or SAILS_ENOMEM. Between begin and end. */
int recovery_keep(struct recovery_log *log, const char *offset, struct sio_message *message,
                  const char *const *to, const char *const *except, const char *except_id);
void recovery_end(struct recovery_log *log);

/* Keeps the session of a socket that is about to go. `data` is borrowed, may be NULL. */
int recovery_store(struct recovery_log *log, const char *sid, const char *pid, json_t *rooms,
                   json_t *data, uint64_t keep_ms);

/* What was kept of a session. */
struct recovery_session {
    struct list in_log;
    uint64_t expires_ms;
    json_t *rooms; /* texts */
    json_t *data;  /* NULL: none */
    char pid[ID_LEN + 1];
    char sid[];
};

/*
 * The session of `pid`, if it and `offset` are still known; it is forgotten here. Calls `missed` for
 * each event that it missed, oldest first, still under the lock, so that nothing can be sent in
 * between. NULL: unknown. Free it with recovery_session_free().
 */
struct recovery_session *recovery_take(struct recovery_log *log, const char *pid,
                                       const char *offset,
                                       void (*missed)(struct sio_message *message, void *ctx),
                                       void *ctx);
void recovery_session_free(struct recovery_session *session);

#endif
