/*
 * departure.h - tells the application of sockets that have gone, with their session.
 *
 * Purpose    Sails' afterDisconnect (sails-sockets 2.5): loads the session, hands it out, saves it.
 * Ownership  The app owns the watch. A departure is the application's until it is done with it.
 * Threads    As sails/handshake.h.
 * Floor      gate; uses io, base.
 */
#ifndef GATE_DEPARTURE_H
#define GATE_DEPARTURE_H

#include "request/request.h"

#include <sails/handshake.h>

struct departure_watch {
    const struct request_service *service;
    sails_after_disconnect_cb after_disconnect;
    void *ctx;
};

/* Listens in the namespace "/"; `watch` is filled in, and outlives the sockets. 0, SAILS_ENOMEM. */
int departure_watch_install(struct departure_watch *watch);

#endif
