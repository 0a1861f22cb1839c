/*
 * adapter_message.h - what the nodes of a cluster say to each other, whatever the format.
 *
 * Purpose    One struct for a message between nodes, which classic.h and clustered.h write in the
 *            formats of Socket.IO's adapters and read out of them (redis-cluster 4, 5, 7, 9).
 * Ownership  A message that was read owns `root`, and everything else is a view into it, until
 *            adapter_message_deinit(). A message to be written borrows everything; its `root` is NULL.
 * Threads    One thread at a time.
 * Floor      adapter; uses base.
 */
#ifndef ADAPTER_ADAPTER_MESSAGE_H
#define ADAPTER_ADAPTER_MESSAGE_H

#include "base/buf.h"
#include "base/json_text.h"

#include <jansson.h>

enum adapter_kind {
    ADAPTER_BROADCAST, /* an event to clients; with a request id their acks are wanted */
    ADAPTER_JOIN,
    ADAPTER_LEAVE,
    ADAPTER_DISCONNECT,
    ADAPTER_FETCH,            /* which sockets there are, described */
    ADAPTER_SOCKETS,          /* which sockets there are, their ids (classic 6.0) */
    ADAPTER_ALL_ROOMS,        /* classic */
    ADAPTER_SERVER_SIDE_EMIT, /* with a request id answers are wanted */
    ADAPTER_ANSWER,           /* to a request */
    ADAPTER_CLIENT_COUNT,     /* how many clients will acknowledge a broadcast */
    ADAPTER_ACK,              /* one of them has */
    ADAPTER_INITIAL_HEARTBEAT,
    ADAPTER_HEARTBEAT,
    ADAPTER_CLOSE
};

enum {
    ADAPTER_VALUES_MAX = 1000000, /* in one message: bounds what a small text becomes in memory */
    ADAPTER_DEPTH_MAX = 64        /* of JSON; as MSGPACK_DEPTH_MAX */
};

static const struct json_limits adapter_json_limits = {.max_depth = ADAPTER_DEPTH_MAX,
                                                       .max_values = ADAPTER_VALUES_MAX};

struct adapter_message {
    enum adapter_kind kind;
    enum adapter_kind of; /* of ANSWER: what was asked. The classic format does not say it. */
    struct str uid;       /* of the node that says it; empty: an emitter of old, or a version that
                              does not tell */
    struct str
        request_id; /* empty: no answer is wanted. Of JOIN, LEAVE, DISCONNECT of many: that it is
                              done, which nodes in Node do not say */
    struct str nsp; /* "/" where nothing is said */
    struct str sid; /* of JOIN, LEAVE, DISCONNECT: this socket, and an answer when it is done
                              (classic 6.0); empty: `rooms` and `except` say whom */

    /* BROADCAST, SERVER_SIDE_EMIT: a list that begins with the name of the event. ANSWER: sockets or
     * rooms as a list; of SERVER_SIDE_EMIT any value. ACK: any value. NULL: none. */
    json_t *data;
    json_t *rooms;  /* to whom: a list of texts; NULL or empty: everybody */
    json_t *except; /* but not them; NULL: no exception */
    json_t *names;  /* of JOIN and LEAVE: a list of texts */

    bool is_volatile;
    bool is_uncompressed; /* the flag `compress` is false */
    bool close;           /* of DISCONNECT: the connection, too */
    uint64_t timeout_ms;  /* the flag; 0: none */
    uint64_t n_clients;   /* of CLIENT_COUNT */

    json_t *root;
};

void adapter_message_deinit(struct adapter_message *m);

/* ---- for the formats ---- */

/* The text of a member; empty: there is none, or it is no text. A view. */
struct str adapter_message_text(const json_t *object, const char *name);

/* The room, where there is just one; else empty. A view. */
struct str adapter_message_only_room(const struct adapter_message *m);

/* `rooms`, `except` and `flags` of an object, as opts have them; NULL: SAILS_EPROTO. All of them may be
 * absent. 0; SAILS_EPROTO: lists that are none, or have anything but texts and numbers in them. Numbers
 * become texts in place: Node takes a room 42 for "42". SAILS_ENOMEM. */
int adapter_message_read_opts(struct adapter_message *m, json_t *opts);

/* A member that is a list of texts or numbers, as above. *list is NULL where it is absent. */
int adapter_message_read_names(json_t *object, const char *name, json_t **list);

/* The packet of a broadcast: type 2 (or 5, of Socket.IO 2), and data that begins with the event's name. */
int adapter_message_read_packet(struct adapter_message *m, json_t *packet);

/* Whether it is a list that begins with a text. */
bool adapter_message_is_event(const json_t *data);

/* {"rooms":[],"except":[]}; with flags (which may be empty) if asked for. New; NULL: no memory. */
json_t *adapter_message_opts(const struct adapter_message *m, bool with_flags);

/* `value` with {"type":"Buffer","data":[...]} for each binary, as JSON.stringify writes Node's; itself
 * where there is none. A new reference; NULL: no memory. */
json_t *adapter_message_without_binary(json_t *value);

/* A text as JSON value; NULL where it is empty, too, as json_pack's "o*" wants it. */
json_t *adapter_message_optional(struct str text);

#endif
