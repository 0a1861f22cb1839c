/*
 * admin.h - what the page of Socket.IO's admin UI hears, and may do.
 *
 * Purpose    The protocol of @socket.io/admin-ui 0.5, over a namespace of its own.
 * Ownership  The app owns it. Borrows the sails_io and the pool of threads.
 * Threads    admin_create(): before the lift. admin_tick(): any, one at a time. The rest: workers, as said.
 * Floor      admin; uses io, cluster, socketio, engineio, base.
 */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include "admin/admin_failures.h"
#include "base/job.h"
#include "io/io.h"
#include "web/trust_proxy.h"

#include <sails/admin.h>

enum {
    ADMIN_SESSIONS = 256,       /* pages that may come back without a password; the oldest go */
    ADMIN_SESSION_ID_SIZE = 33, /* 32 hex digits and a NUL */
    ADMIN_ADDRESS_SIZE = 64
};

struct admin_session {
    char id[ADMIN_SESSION_ID_SIZE];
    uint64_t expires_ms; /* 0: none */
};

struct admin {
    struct sails_io *io;
    sails_io_namespace *nsp;
    struct job_pool *jobs;           /* threads that may wait; set by the lift, as is trust */
    const struct trust_proxy *trust; /* whose word counts for a page's address */
    char *username;                  /* NULL: all may come in */
    char *password_hash;
    char *server_id;
    bool is_read_only;
    enum sails_admin_details details;
    struct io_watcher watcher;
    atomic_size_t n_pages;   /* that are connected here */
    atomic_uint n_checks;    /* passwords that are being compared */
    atomic_bool is_counting; /* a tour is on its way; `told` is its */
    pthread_mutex_t lock;    /* of the sessions and the failures */
    struct admin_session sessions[ADMIN_SESSIONS];
    size_t next_session; /* the place of the oldest */
    struct admin_failures failures;
    uint64_t began_ms;
    struct eio_traffic
        told; /* what has been told of the traffic by now: of one tick after the other */
};

/* 0; SAILS_EINVAL: see sails_app_admin(); SAILS_ENOMEM. */
int admin_create(struct sails_io *io, const struct sails_admin_options *options,
                 struct admin **out);

/* After all workers have stopped. NULL is harmless. */
void admin_destroy(struct admin *admin);

/* The app is being lifted, in production or not. `trust` is the app's. */
void admin_lift(struct admin *admin, struct job_pool *jobs, const struct trust_proxy *trust,
                bool is_production);

/* Every two seconds while the app is lifted: admin_stats.c. */
void admin_tick(struct admin *admin);

/* ---- for the files of this folder ---- */

/* Sends an event to all pages, if there may be any; takes `args`, which may be NULL: then nothing is sent. */
void admin_tell(struct admin *admin, const char *event, json_t *args);

/* Whether a page may be there to hear: here, or at another node. */
bool admin_has_audience(struct admin *admin);

/* The time as the page has it, a text; NULL: no memory. */
json_t *admin_now(const struct admin *admin);

/* The middleware that asks who comes: admin_auth.c. ctx is the admin. */
void admin_auth_ask(sails_io_socket *socket, sails_io_next *next, void *ctx);

/* Whether that is a hash of bcrypt. */
bool admin_auth_is_hash(const char *hash);

/* A page has connected: what it comes back with, if a password let it in. */
void admin_auth_welcome(const struct admin *admin, sails_io_socket *socket);

/* What happens to single sockets: admin_events.c. Fills in admin->watcher. */
void admin_events_init(struct admin *admin);

/* Tells a page of all sockets: admin_sockets.c. */
void admin_sockets_tell(struct admin *admin, const char *page_id);

/* A socket as the page has it, of what sails_io_fetch_sockets() gives; borrowed. NULL: no memory. */
json_t *admin_socket_value(const json_t *fetched, const char *nsp);

#endif
