/*
 * classic_type.h - the types of requests and answers in the classic format, since version 6.
 *
 * Purpose    Shared by what writes and what reads. Socket.IO 2 counted otherwise, and says `requestid`: it
 *            cannot share a cluster with later ones (redis-cluster 8).
 * Ownership  None.
 * Threads    Any.
 * Floor      adapter.
 */
#ifndef ADAPTER_CLASSIC_TYPE_H
#define ADAPTER_CLASSIC_TYPE_H

enum classic_type {
    CLASSIC_TYPE_SOCKETS = 0,
    CLASSIC_TYPE_ALL_ROOMS = 1,
    CLASSIC_TYPE_JOIN = 2,
    CLASSIC_TYPE_LEAVE = 3,
    CLASSIC_TYPE_DISCONNECT = 4,
    CLASSIC_TYPE_FETCH = 5,
    CLASSIC_TYPE_SERVER_SIDE_EMIT = 6,
    CLASSIC_TYPE_BROADCAST = 7,
    CLASSIC_TYPE_CLIENT_COUNT = 8,
    CLASSIC_TYPE_ACK = 9
};

#endif
