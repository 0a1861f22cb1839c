/*
 * eio.h - Engine.IO, protocol revisions 4 and 3: the sessions of one worker.
 *
 * Purpose    Low-latency messages over polling and WebSocket, and the upgrade between them.
 * Ownership  The server owns its sessions. A session is valid from on_open until on_close has
 *            returned; the floor above hangs its own on `user`.
 * Threads    One server per worker; that worker's thread only.
 * Floor      engineio; uses websocket, http, base.
 *
 * A session's id tells which worker owns it (eio_id_worker); a polling request or an upgrade that
 * reaches another worker moves there, connection and all.
 */
#ifndef ENGINEIO_EIO_H
#define ENGINEIO_EIO_H

#include "base/env.h"
#include "base/ids.h"
#include "base/map.h"
#include "engineio/eio_handshake.h"
#include "engineio/eio_message.h"
#include "engineio/eio_queue.h"
#include "http/http.h"
#include "websocket/ws.h"

enum eio_transport {
    EIO_POLLING,
    EIO_WEBSOCKET
};

enum {
    EIO_ALLOW_POLLING = 1,
    EIO_ALLOW_WEBSOCKET = 2
};

/* Why a session ended (engine-io 11.1). */
enum eio_reason {
    EIO_TRANSPORT_CLOSE,
    EIO_TRANSPORT_ERROR,
    EIO_PING_TIMEOUT,
    EIO_PARSE_ERROR,
    EIO_FORCED_CLOSE
};

enum {
    EIO_N_REASONS = EIO_FORCED_CLOSE + 1
};

/* "transport close", ... */
const char *eio_reason_text(enum eio_reason reason);

/* Who may read polling answers (engine-io 14). */
enum eio_cors_origin {
    EIO_CORS_OFF,
    EIO_CORS_ANY,     /* "*" */
    EIO_CORS_FIXED,   /* always origins[0] */
    EIO_CORS_REFLECT, /* the request's origin */
    EIO_CORS_LIST     /* the request's origin, if it is in origins */
};

struct eio_cors {
    enum eio_cors_origin origin;
    const char *const *origins;
    size_t n_origins;
    bool credentials;
    const char *methods;         /* NULL: GET,HEAD,PUT,PATCH,POST,DELETE */
    const char *allowed_headers; /* NULL: what the preflight asks for */
    const char *exposed_headers; /* NULL: none */
    uint64_t max_age_s;          /* of what a preflight has said; 0: none */
    unsigned success_status;     /* of a preflight; 0: 204 */
};

/* The cookie of the polling handshake (engine-io 13). */
struct eio_cookie {
    const char *name; /* NULL: no cookie */
    const char *path; /* NULL: none; the default is "/" */
    const char *domain;
    const char *same_site; /* "Lax", "Strict", "None"; NULL: none */
    bool http_only;
    bool secure;
    int64_t max_age_s; /* negative: none */
};

/* Engine.IO's options (engine-io 13); eio_default_options has the defaults. */
struct eio_options {
    const char *path; /* "/engine.io"; without the trailing slash */
    bool add_trailing_slash;
    uint64_t ping_interval_ms;
    uint64_t ping_timeout_ms;
    uint64_t upgrade_timeout_ms;
    size_t max_http_buffer_size;
    unsigned transports; /* EIO_ALLOW_... */
    bool allow_upgrades;
    bool allow_eio3;
    bool require_revision; /* EIO must be 3 or 4; else any value but 4, or none, means 3 */
    bool http_compression;
    size_t http_compression_threshold;
    bool per_message_deflate;
    struct ws_deflate_options deflate;
    struct eio_cors cors;
    struct eio_cookie cookie;
    const char *initial_packet; /* text of a message sent with every handshake; NULL: none */
    bool destroy_upgrade;
    uint64_t destroy_upgrade_timeout_ms;
    bool drain_polling; /* a shutdown answers polls with 503 instead of "close" */
    /* Bytes buffered for a session that does not poll, besides one message of any size; over it the
     * session is closed (transport error); 0: no limit. */
    size_t max_queued;
    /* Of messages that have not come whole, of all workers' sessions; NULL: no limit. Over it close code
     * 1013 over a WebSocket, and 503 for the POST. */
    struct byte_budget *budget;
};

extern const struct eio_options eio_default_options;

struct eio_server;
struct eio_session;

/* A handshake that waits for the application's word (allowRequest). */
struct eio_decision;

/* What the floor above hears. All but on_open, on_message and on_close may be NULL. */
struct eio_events {
    /*
     * Before a session exists, for requests without sid only (engine-io 3, 4c). Calls eio_decide()
     * once, now or later, on this worker's thread.
     */
    void (*on_request)(void *ctx, const struct http_request *request, const struct link *link,
                       struct eio_decision *decision);
    /* The open packet is on its way. */
    void (*on_open)(void *ctx, struct eio_session *session);
    /* A message; borrowed. Text is UTF-8. The session may be closed in it. */
    void (*on_message)(void *ctx, struct eio_session *session, bool is_binary,
                       struct bytes message);
    /* The session's last event. detail: 0, or the error code below the reason, for logs. */
    void (*on_close)(void *ctx, struct eio_session *session, enum eio_reason reason, int detail);
    /* A session is about to open: 0, or the status with which it is refused. */
    unsigned (*on_admit)(void *ctx, const struct eio_handshake *handshake);
    /* One that was admitted has ended, or did not come to open. */
    void (*on_leave)(void *ctx, const struct eio_handshake *handshake);
    /* May write another id of that worker, that no session of `server` has. False: it could not, and the
     * client is refused. */
    bool (*on_id)(void *ctx, const struct eio_server *server, struct eio_handshake *handshake,
                  char id[ID_LEN + 1]);
    /* A request was refused: code and message as in engine-io 3.1. */
    void (*on_connection_error)(void *ctx, const struct http_request *request, int code,
                                const char *message);
    /* A polling request of a session that this worker does not have. True: the exchange is taken, and
     * answered now or later; it was not accepted. Else it is refused. */
    bool (*on_unknown)(void *ctx, struct http_exchange *x, struct str sid);
    /* May add headers to a response; `is_handshake`: the request has no sid. */
    void (*on_headers)(void *ctx, struct http_exchange *x, bool is_handshake);
    /* The WebSocket has taken over from polling. */
    void (*on_upgrade)(void *ctx, struct eio_session *session);
    /* What was queued for the session is on its way: a poll has taken it, or the kernel. */
    void (*on_drain)(void *ctx, struct eio_session *session);
};

/* What has passed since the server was made, by packets of any type but the handshake's own. */
struct eio_traffic {
    uint64_t n_opened; /* sessions */
    uint64_t n_closed[EIO_N_REASONS];
    size_t n_polling; /* sessions, now */
    uint64_t packets_in;
    uint64_t packets_out;
    uint64_t bytes_in; /* of their data, without what transports put around it */
    uint64_t bytes_out;
};

/* `options` and `events` are borrowed for the server's life. NULL: no memory. */
struct eio_server *eio_server_create(struct env *env, const struct eio_options *options,
                                     const struct eio_events *events, void *ctx);

/* Every session must have been closed (eio_server_shutdown, and the links gone). NULL is harmless. */
void eio_server_destroy(struct eio_server *server);

/* Whether the path of the request is the engine's: if so, it takes the exchange and answers it. */
bool eio_server_handle(struct eio_server *server, struct http_exchange *x);

/*
 * For an upgrade request that nobody else wants: closed after destroy_upgrade_timeout_ms without
 * an answer (engine-io 1). Takes the exchange.
 */
void eio_server_destroy_upgrade(struct eio_server *server, struct http_exchange *x);

/* Closes every session at once (engine-io 11.3, discard); later upgrades get 503. */
void eio_server_shutdown(struct eio_server *server);

/* Ends those that have no connection to be told through (nobody polls just now). The links are gone. */
void eio_server_end(struct eio_server *server);

size_t eio_server_count(const struct eio_server *server);

/* A view. */
const struct eio_traffic *eio_server_traffic(const struct eio_server *server);

/* The session with that id that is not closed, or NULL. */
struct eio_session *eio_server_find(const struct eio_server *server, struct str id);

/* Goes on with a handshake, or refuses it with `message` (NULL: "Forbidden"). */
void eio_decide(struct eio_decision *decision, bool allow, const char *message);

/* 20 characters and a NUL. */
const char *eio_session_id(const struct eio_session *session);
unsigned eio_session_revision(const struct eio_session *session); /* 3 or 4 */
enum eio_transport eio_session_transport(const struct eio_session *session);
bool eio_session_is_open(const struct eio_session *session);

/* In on_close and behind it: the code with which its WebSocket was closed, as ws_events.on_close has it; 0: it
 * was not the WebSocket that ended. */
unsigned eio_session_close_code(const struct eio_session *session);

/* What the first request said; a view: it lives as long as the session. */
struct eio_handshake *eio_session_handshake(const struct eio_session *session);

void eio_session_set_user(struct eio_session *session, void *user);
void *eio_session_user(const struct eio_session *session);

/*
 * Queues a message; it leaves in this turn, or with the next poll. Retains.
 * 0; SAILS_ECLOSED: closing or closed; SAILS_ENOMEM; SAILS_ESLOW: over max_queued, or the link's
 * bound: the session closes (transport error) on a later turn.
 */
int eio_session_send(struct eio_session *session, struct eio_message *message);

/*
 * As eio_session_send(), and also while the session closes in order: who is being disconnected still
 * gets what it was owed before. Where nothing can leave any more: SAILS_ECLOSED.
 */
int eio_session_send_last(struct eio_session *session, struct eio_message *message);

/* Whether the client's queue has room for so much more at once. Over a WebSocket that is for its link to say, which
 * first sends what it can. */
bool eio_session_has_room(const struct eio_session *session, const struct eio_load *more);

/* A poll is pending or there is a WebSocket, and nothing is queued for it (what volatile asks). */
bool eio_session_is_writable(const struct eio_session *session);

/*
 * Closes (engine-io 11.3). What is queued is still sent, unless `discard`. on_close comes on a later
 * turn at the earliest, with `EIO_FORCED_CLOSE`. Twice is harmless.
 */
void eio_session_close(struct eio_session *session, bool discard);

/*
 * Closes as eio_session_close() for something in a message that is refused, and says why where the
 * transport has words for it. SAILS_ETOOBIG: close code 1009 over a WebSocket, 413 for the POST that has
 * brought it; SAILS_EOVERLOAD: 1013, 503. Others: as the reference, which says nothing.
 */
void eio_session_refuse(struct eio_session *session, int err);

/* Whether eio_session_close() would end at once: false on polling without a pending poll. */
bool eio_session_closes_at_once(const struct eio_session *session);

#endif
