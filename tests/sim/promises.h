/*
 * promises.h - holds what clients of several nodes have heard against what docs/scaling.md promises.
 *
 * Purpose    Told of every message, of every trouble between a node and Redis, and of what arrives; complains of
 *            a message that comes twice, out of its sender's order, to somebody who was not meant, or not at all
 *            although nothing was in its way.
 * Ownership  Owns what it holds, which is no memory.
 * Threads    One.
 *
 * A run is a few scenes. Who is in which room is settled when a scene begins; whoever it may change for during
 * the scene is unsure for the rest of it. A message may be lost to another node while one of both had trouble
 * within the time that it takes; over a stream only while its sender had.
 */
#ifndef SIM_PROMISES_H
#define SIM_PROMISES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PROMISES_NODES = 4,
    PROMISES_SENDERS = 16, /* threads of all nodes that send */
    PROMISES_LISTENERS = 16,
    PROMISES_ROOMS = 4,
    PROMISES_MESSAGES = 600,
    PROMISES_TROUBLES = 128,
    PROMISES_COMPLAINT_SIZE = 200
};

enum promises_membership {
    PROMISES_OUT,
    PROMISES_IN,
    PROMISES_UNSURE
};

struct promises_message {
    size_t node;
    size_t sender;    /* a thread of that node: what it sends keeps its order */
    int room;         /* -1: everybody */
    int except;       /* -1: nobody */
    bool is_question; /* which no stream keeps */
    uint64_t at_ms;
};

struct promises_trouble {
    size_t node;
    uint64_t from_ms;
    uint64_t to_ms; /* UINT64_MAX: it is not over */
};

/* The members of one room are to join, or to leave, another. */
struct promises_change {
    size_t node; /* that says so */
    uint64_t at_ms;
    int of;
    int room;
    bool is_join;
};

/* A client, on one node. */
struct promises_listener {
    size_t node;
    bool is_in;     /* connected; what it must hear is what was sent since */
    bool is_unsure; /* it may have gone: it must hear nothing any more */
    unsigned first; /* messages before this one are none of its */
    enum promises_membership rooms[PROMISES_ROOMS];
    enum promises_membership
        wanted[PROMISES_ROOMS]; /* of a room that is unsure: what it is to become */
    bool has_heard[PROMISES_MESSAGES + 1];
    unsigned last[PROMISES_SENDERS]; /* that it has heard of each sender */
};

struct promises {
    bool keeps;          /* over a stream: what a node misses comes later */
    uint64_t transit_ms; /* how long a message may be on its way */
    struct promises_message messages[PROMISES_MESSAGES + 1]; /* by number, from 1 */
    unsigned n_messages;
    unsigned n_settled;            /* those that have been checked */
    struct promises_change change; /* of this scene; of < 0: none yet */
    struct promises_trouble troubles[PROMISES_TROUBLES];
    size_t n_troubles;
    struct promises_listener listeners[PROMISES_LISTENERS];
    char complaint[PROMISES_COMPLAINT_SIZE]; /* the first one; "": there is none */
};

void promises_init(struct promises *p, bool keeps, uint64_t transit_ms);

void promises_complain(struct promises *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool promises_complains(const struct promises *p);

/* ---- what happens ---- */

/* A listener's connection is there: messages from now on are its own. */
void promises_enters(struct promises *p, size_t listener, size_t node,
                     const bool rooms[PROMISES_ROOMS]);

/* It goes, at any time from now on. */
void promises_leaves(struct promises *p, size_t listener);

/* The number of a message that is sent now; 0: there were too many. */
unsigned promises_says(struct promises *p, const struct promises_message *message);

/* A node has lost Redis, or is about to go; it has it again, and listens to everything. */
void promises_trouble(struct promises *p, size_t node, uint64_t now_ms);
void promises_trouble_ends(struct promises *p, size_t node, uint64_t now_ms);
bool promises_has_trouble(const struct promises *p, size_t node);

/* Whether a node had trouble at any time between both. */
bool promises_had_trouble(const struct promises *p, size_t node, uint64_t from_ms, uint64_t to_ms);

/* One change a scene: of several the order would be open. False: there has been one. */
bool promises_changes(struct promises *p, const struct promises_change *change);

/* ---- what arrives, and what must have ---- */

void promises_hears(struct promises *p, size_t listener, unsigned message);

/* Nothing is on its way any more: what is promised must have come. */
void promises_settle(struct promises *p);

/* After that: the rooms that a listener is really in. What was unsure is settled by it. */
void promises_sees(struct promises *p, size_t listener, const bool rooms[PROMISES_ROOMS]);

/* How many listeners a room has (-1: there are); -1: that is not sure. */
int promises_count(const struct promises *p, int room);

/* The next scene. Whoever may have gone has. */
void promises_begin_scene(struct promises *p);

#endif
