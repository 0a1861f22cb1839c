/*
 * endpoints.h - WebSocket connections that are the program's own: sails/websocket.h.
 *
 * Purpose    From an upgrade request at a path of the program's to messages and back.
 * Ownership  The app owns the endpoints. A connection is counted: one reference is its own, while it is open.
 * Threads    Paths: before the lift, one thread. A connection: its worker's, but for sending and closing, which
 *            go there by mail.
 * Floor      endpoints; uses engineio (for what a request said), web, websocket, http, base.
 *
 *     HTTP upgrade --endpoints_handle--> path? origin? --> 101 --> on_open, on_message ..., on_close
 */
#ifndef ENDPOINTS_ENDPOINTS_H
#define ENDPOINTS_ENDPOINTS_H

#include "base/worker.h"
#include "websocket/ws.h"

#include <sails/websocket.h>

/* What lies on one worker. */
struct endpoint_worker {
    struct ws_service service;
    struct list open; /* struct sails_websocket */
};

struct endpoints {
    struct list all; /* struct endpoint */
    struct ws_options options;
    struct endpoint_worker *workers; /* by index; from the lift on */
    /* Whether a page of that origin may, which is not of this host. */
    bool (*admits)(void *ctx, struct str origin);
    void *ctx;
};

void endpoints_init(struct endpoints *endpoints);

/* After the workers are gone. */
void endpoints_deinit(struct endpoints *endpoints);

/* 0; SAILS_EINVAL, SAILS_ECONFLICT, SAILS_ENOMEM: see sails_app_websocket(). */
int endpoints_add(struct endpoints *endpoints, const char *path,
                  const struct sails_websocket_def *def);

/* The first that is bound at a path or below it; NULL: there is none. */
const char *endpoints_below(const struct endpoints *endpoints, struct str path);

/* `options` are copied. 0, SAILS_ENOMEM. */
int endpoints_lift(struct endpoints *endpoints, const struct ws_options *options,
                   unsigned n_workers);

/* The moments of a worker, on it. */
void endpoints_start(struct endpoints *endpoints, struct worker *worker);
void endpoints_drain(struct endpoints *endpoints, struct worker *worker);
void endpoints_stop(struct endpoints *endpoints, struct worker *worker);

/* Whether an upgrade request is for one of them: if so it is taken. */
bool endpoints_handle(struct endpoints *endpoints, struct worker *worker, struct http_exchange *x);

#endif
