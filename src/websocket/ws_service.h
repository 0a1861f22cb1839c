/*
 * ws_service.h - what all WebSocket connections of a worker share.
 *
 * Purpose    Settings, time limits, and the memory that a connection only needs while it is read
 *            from or written to: so that an idle one needs none of its own.
 * Ownership  One per worker and server, memory by the caller; outlives its connections.
 * Threads    That worker's thread only.
 * Floor      websocket; uses base.
 */
#ifndef WEBSOCKET_WS_SERVICE_H
#define WEBSOCKET_WS_SERVICE_H

#include "base/byte_budget.h"
#include "base/env.h"
#include "websocket/ws_deflate.h"
#include "websocket/ws_inflate.h"
#include "websocket/ws_offer.h"

/* Settings that all connections of a server share. */
struct ws_options {
    size_t max_message;         /* bytes, after inflating; over it 1009 */
    size_t max_fragments;       /* of one message; over it 1008; 0: no limit */
    struct byte_budget *budget; /* of what is kept of messages that are not whole; over it 1013 */
    bool deflate;               /* negotiate permessage-deflate */
    struct ws_deflate_options deflate_options;
    uint64_t close_timeout_ms; /* how long the peer may take to answer a Close: 30 s */
};

/* Engine.IO's message limit, without compression; the other values are those of `ws`. */
extern const struct ws_options ws_default_options;

struct ws_service {
    struct env *env;
    const struct ws_options *options;
    struct deadline_queue close_deadlines;
    struct deadline_queue later;        /* due at the end of this turn */
    struct buf scratch;                 /* empty while a connection has it */
    struct ws_inflater *spare_inflater; /* for clients without context takeover; or NULL */
    /* By window bits, made when first needed. */
    struct ws_deflater *deflaters[WS_WINDOW_BITS_MAX + 1];
};

/* `env` and `options` are borrowed for the service's life. Never fails. */
void ws_service_init(struct ws_service *service, struct env *env, const struct ws_options *options);

/* No connection may be open any more. */
void ws_service_deinit(struct ws_service *service);

/*
 * An empty buffer, which ws_service_give_scratch() takes back. What is in use already (a connection
 * is read from while another one is) is not handed out twice: then a new one grows.
 */
struct buf ws_service_take_scratch(struct ws_service *service);
void ws_service_give_scratch(struct ws_service *service, struct buf scratch);

/*
 * The inflater for a connection's next compressed message. Without context takeover it goes round;
 * ws_service_give_inflater() takes it back. NULL: no memory.
 */
struct ws_inflater *ws_service_take_inflater(struct ws_service *service,
                                             const struct ws_deflate_params *params);
void ws_service_give_inflater(struct ws_service *service, struct ws_inflater *inflater);

/* The deflater for receivers with such windows. NULL: no memory. */
struct ws_deflater *ws_service_deflater(struct ws_service *service, unsigned window_bits);

#endif
