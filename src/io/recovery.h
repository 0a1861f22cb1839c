/*
 * recovery.h - connection state recovery (socket-io 14).
 *
 * Purpose    Keeps the events of a namespace for a while, and the sessions of sockets that were lost,
 *            so that a client that comes back gets its id, rooms and data, and what it missed.
 * Ownership  A log belongs to its namespace; it retains messages and copies names.
 * Threads    Any: one lock per log, which is held for O(1). The feature is off by default; who turns it
 *            on pays the lock.
 * Floor      io; uses socketio, base.
 *
 * What a client is entitled to is decided by when it left, not by when it last received something. So
 * a socket has a trail: the last of these events that was sent to it, and the last one before a pause.
 * A client whose offset is one of these has received all up to it, however long ago that was.
 */
#ifndef IO_RECOVERY_H
#define IO_RECOVERY_H

#include "base/ids.h"
#include "base/list.h"
#include "base/machine.h"
#include "io/recovery_packet.h"

#include <pthread.h>

enum {
    /* Sessions of one namespace that are kept at once: who connects and leaves in a loop must not fill
     * the memory. The oldest go first. */
    RECOVERY_SESSIONS_MAX = 100000,
    RECOVERY_SHARED_MAX = 10000
};

struct recovery_options {
    uint64_t keep_ms;   /* how long a session is kept */
    uint64_t notice_ms; /* how long it takes at most until a lost connection is noticed */
    size_t max_bytes;   /* of the events of one namespace; the oldest go first */
    /* Offsets and sessions are those of all nodes: an event has its place in a stream, "1764000000000-0", and
     * is kept until there are RECOVERY_SHARED_MAX, as there. */
    bool is_shared;
};

struct recovery_log {
    const struct machine *machine;
    const struct recovery_options *options;
    struct hash_key key;
    pthread_mutex_t lock;
    struct recovery_packet *first; /* oldest; NULL: none */
    struct recovery_packet *last;
    struct recovery_packet **ring; /* by number: ring[seq & (cap - 1)] */
    size_t cap;                    /* a power of two, or 0 */
    size_t n_packets;
    size_t n_bytes;
    uint64_t last_seq;    /* of the event sent last; 0: none was */
    uint64_t last_ms;     /* when */
    struct list sessions; /* oldest first */
    struct map by_pid;
};

/* `machine` and `options` are borrowed; the latter are read from the first event on. */
void recovery_init(struct recovery_log *log, const struct machine *machine,
                   const struct recovery_options *options);
void recovery_deinit(struct recovery_log *log);

/*
 * Holds the lock while an event gets its offset, is kept and sent, so that offsets grow in the order
 * of sending. `offset` gets the text to append to the event's arguments.
 */
void recovery_begin(struct recovery_log *log, char offset[RECOVERY_OFFSET_SIZE]);

/* The same for an event that has its place already (is_shared). */
void recovery_begin_at(struct recovery_log *log, const char *offset);

/* Keeps the event, which nobody else has seen yet, for those whom it was for, and marks it. 0 or SAILS_ENOMEM. Once between begin
 * and end. */
int recovery_keep(struct recovery_log *log, const char *offset, struct sio_message *message,
                  const struct sio_target *target, bool to_nobody);

/* Takes back what was kept just now: it could not be sent. Between begin and end. */
void recovery_unkeep(struct recovery_log *log);

/* An event was sent that could not be kept: whoever comes back from before it would miss it, and so finds nothing.
 * Between begin and end. */
void recovery_forget(struct recovery_log *log);
void recovery_end(struct recovery_log *log);

/* The mark of the event that was sent last; 0: none was. */
uint64_t recovery_mark(struct recovery_log *log);

/*
 *     sent to it:   ... base        (a pause of notice_ms or more)        next ... mark
 *
 * What was sent before `base` has arrived, for the connection has outlived it by notice_ms; what was sent
 * from `next` on is still kept when the session is taken up.
 */
struct recovery_trail {
    uint64_t mark; /* number of the event that was sent last; 0: none was */
    uint64_t base; /* of the last before the pause; 0: there was no pause */
    uint64_t next; /* of the first behind it */
    uint64_t sent_ms;
};

/* An event was sent, or should have been; at now_ms of any clock. */
void recovery_trail_note(struct recovery_trail *trail, uint64_t seq, uint64_t now_ms,
                         uint64_t notice_ms);

/* A socket that is about to go. All borrowed. */
struct recovery_leaver {
    const char *sid;
    const char *pid;
    json_t *rooms; /* texts */
    json_t *data;  /* NULL: none */
    struct recovery_trail trail;
    uint64_t seen; /* up to that event all were sent to it that concerned it */
};

/* Keeps its session. 0 or SAILS_ENOMEM. */
int recovery_store(struct recovery_log *log, const struct recovery_leaver *leaver);

/* {sid, pid, rooms, data}, as nodes tell each other of a session; new. NULL: no memory. */
json_t *recovery_describe(const struct recovery_leaver *leaver);

/* What was kept of a session. */
struct recovery_session {
    struct list in_log;
    struct map_node by_pid;
    uint64_t expires_ms;
    struct recovery_trail trail;
    uint64_t seen;
    json_t *rooms;
    json_t *data;
    char pid[ID_LEN + 1];
    char sid[];
};

/* A session that is taken up again, and the events from the first that it may have missed on. */
struct recovery_return {
    struct recovery_session *session;
    struct recovery_packet *first; /* a reference; NULL: none was sent since */
    uint64_t last_seq;             /* of the event sent last when it was taken */
};

/*
 * The session of `pid`, if it is still known and all is that it can have missed behind `offset`; it is
 * forgotten here. What is not known costs O(1). False: not known.
 */
bool recovery_take(struct recovery_log *log, struct str pid, struct str offset,
                   struct recovery_return *out);
/*
 * The same of a session that was kept for all nodes (is_shared; from outside): the events behind that of
 * `offset`, if that one is still kept. False: it is no session of `pid`, or they are not known.
 */
bool recovery_take_shared(struct recovery_log *log, const json_t *session, struct str pid,
                          struct str offset, struct recovery_return *out);
void recovery_return_deinit(struct recovery_return *returning);

/* Sends an event that was missed; false: no more of them. */
typedef bool (*recovery_missed_cb)(struct sio_message *message, void *ctx);

/*
 * Calls `each` for every event that was missed, oldest first, without a lock, up to those that had been
 * sent when recovery_take() was called: what others send meanwhile comes to the caller's worker by
 * mail, which is later. 0 or SAILS_ENOMEM.
 */
int recovery_replay(const struct recovery_log *log, const struct recovery_return *returning,
                    recovery_missed_cb each, void *ctx);

#endif
