/*
 * oracle.h - knows what every client must have received, in which order, and who must be in which room.
 *
 * Purpose    A second server, of the simplest kind: arrays, and rules as the documentation has them. It is
 *            told what the application calls and what arrives at clients, and complains where the two
 *            do not go together.
 * Ownership  Owns what it holds. Texts are copied.
 * Threads    One.
 *
 * Time is what makes it exact. An operation is applied on its caller's worker in the call, and on another
 * one when that takes its mail: at the beginning of its next turn, in the order of the calls (I2 of
 * base/worker.h). So the oracle has a queue for each worker, and empties it when a turn begins.
 *
 *     oracle_call() --now--> the caller's worker         oracle_before_turn(w) --> what waits for w
 *                   --later-> a queue for each other     oracle_after_turn(w): are the rooms right?
 *                                                        oracle_hears(): is it this client's turn to hear that?
 *
 * Where the documentation leaves something open (an operation by the id of a socket that has gone asks
 * twice), and where an allocation has failed, it is unsure, and takes either for right.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ORACLE_WORKERS_MAX = 4,
    ORACLE_NAMESPACES = 3,
    ORACLE_SOCKETS_MAX = 240,
    ORACLE_CALLS_MAX = 2048,
    ORACLE_PLAIN_ROOMS = 6,
    ORACLE_GHOST = ORACLE_PLAIN_ROOMS,  /* the room that bears an id which nobody has */
    ORACLE_FIRST_ID = ORACLE_GHOST + 1, /* the rooms that bear the ids of sockets, by index */
    ORACLE_ROOMS_MAX = ORACLE_FIRST_ID + ORACLE_SOCKETS_MAX,
    ORACLE_NAMES_MAX = 3,
    ORACLE_ID_SIZE = 40,
    ORACLE_COMPLAINT_SIZE = 512
};

#define ORACLE_GHOST_ID "AAAAAAAAAAAAAAAAAAAA"

enum oracle_kind {
    ORACLE_SEND,
    ORACLE_ASK, /* a send whose answers are gathered */
    ORACLE_JOIN,
    ORACLE_LEAVE,
    ORACLE_LEAVE_ALL,
    ORACLE_DISCONNECT,
    ORACLE_FETCH
};

/* Rooms are numbers: see oracle_room_name(). */
struct oracle_call {
    enum oracle_kind kind;
    unsigned nsp;      /* in which namespace */
    bool closes;       /* of a disconnect: the whole connection */
    bool names_socket; /* the one room in `to` is first of all a socket */
    bool must_match;   /* else `done` is told SAILS_ENOENT */
    bool is_to_all;
    int to[ORACLE_NAMES_MAX];
    size_t n_to;
    int except[ORACLE_NAMES_MAX];
    size_t n_except;
    int except_socket; /* its number; -1: nobody */
    int rooms[ORACLE_NAMES_MAX];
    size_t n_rooms;
    unsigned message; /* of a send or an ask: its number, from 1 */
};

enum oracle_membership {
    ORACLE_OUT,
    ORACLE_IN,
    ORACLE_UNSURE
};

/* What a socket has to hear. */
struct oracle_word {
    unsigned message; /* 0: that it is disconnected */
    bool is_optional;
    int call; /* the number of its call, where that is kept for who comes back; -1: it is not */
};

struct oracle_socket {
    char id[ORACLE_ID_SIZE];
    unsigned worker;
    unsigned nsp;
    int client;      /* whose it is, as sockets in other namespaces are; -1: it has none there */
    bool is_in;      /* connected, as far as the server's own side goes */
    bool is_leaving; /* an operation has disconnected it */
    bool may_close; /* ... or one of its client, who may say something there; or memory was short */
    bool is_excused; /* it may go at any time: its client does, or memory was short */
    struct oracle_word *words;
    size_t n_words;
    size_t cap_words;
    size_t n_heard;                 /* words that came, or did not have to */
    size_t turn_start;              /* words when its worker's turn began */
    bool can_return;                /* its client knows how to */
    bool is_away;                   /* it has gone, and may come back */
    size_t left_at;                 /* calls when it went */
    uint8_t kept[ORACLE_ROOMS_MAX]; /* its memberships, when it went */
};

struct oracle_record {
    struct oracle_call call;
    unsigned n_pending; /* workers that have to apply it */
    size_t n_matched;
    bool is_unsure; /* of n_matched, and of found */
    bool is_void;   /* the call has failed */
    bool is_told;
    bool is_afloat;    /* no such socket: the room of its name is asked, sometime before `done` */
    bool is_disturbed; /* ... and something else has come between */
    bool found[ORACLE_SOCKETS_MAX];
};

/* What listeners have been told of a room, on all workers together. */
struct oracle_told {
    bool exists;
    size_t n_members;
};

struct oracle {
    unsigned n_workers;
    bool keeps;          /* the server, what those miss who are away */
    bool hears_of_rooms; /* the application listens for what happens to them */
    bool is_scarce;      /* memory is: that a room comes and goes may be told once too often */
    struct oracle_socket sockets[ORACLE_SOCKETS_MAX];
    size_t n_sockets;
    uint8_t members[ORACLE_SOCKETS_MAX][ORACLE_ROOMS_MAX]; /* enum oracle_membership */
    struct oracle_told told[ORACLE_NAMESPACES][ORACLE_ROOMS_MAX];
    bool told_members[ORACLE_SOCKETS_MAX][ORACLE_ROOMS_MAX];
    struct oracle_record calls[ORACLE_CALLS_MAX];
    size_t n_calls;
    int queues[ORACLE_WORKERS_MAX][ORACLE_CALLS_MAX]; /* numbers of calls */
    size_t n_queued[ORACLE_WORKERS_MAX];
    size_t n_taken[ORACLE_WORKERS_MAX];
    int turn;                            /* the worker whose turn it is; -1: nobody's */
    size_t turn_calls[ORACLE_CALLS_MAX]; /* those that were applied in it */
    size_t n_turn_calls;
    size_t n_afloat;
    /* Somebody was to join a room that bears another's id: until then such a name concerns one worker. */
    bool has_id_rooms;
    /* What is really so. The rooms of a socket, as numbers; false: the server has no such socket. */
    bool (*look)(void *ctx, const struct oracle_socket *socket, bool rooms[ORACLE_ROOMS_MAX]);
    /* How many rooms a worker has in a namespace, but for sockets' own. */
    size_t (*count_rooms)(void *ctx, unsigned worker, unsigned nsp);
    void *look_ctx;
    char complaint[ORACLE_COMPLAINT_SIZE]; /* the first one; "": there is none */
    char turn_complaint
        [ORACLE_COMPLAINT_SIZE]; /* of the turn that runs: void if memory was short in it */
};

void oracle_init(struct oracle *o, unsigned n_workers);
void oracle_deinit(struct oracle *o);

void oracle_complain(struct oracle *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool oracle_complains(const struct oracle *o);

/* ---- names ---- */

/* "r0", ..., the ghost's id, or a socket's. */
const char *oracle_room_name(const struct oracle *o, int room, char out[ORACLE_ID_SIZE]);

/* -1: no room of the simulation is called that. */
int oracle_room_by_name(const struct oracle *o, const char *name, size_t len);

/* -1: unknown. */
int oracle_find(const struct oracle *o, const char *id);

/* ---- what happens to sockets ---- */

/* Who connects. */
struct oracle_newcomer {
    const char *id;
    unsigned worker;
    unsigned nsp;
    int client; /* a number for all sockets of a connection; -1: it will have no other */
    bool can_return;
};

/* Its number; -1: there were too many, or it is there already (a complaint). */
int oracle_connects(struct oracle *o, const struct oracle_newcomer *newcomer);

/* The same for a client that names a socket which it had (-1: none) and, if it `knows_offset`, what it has heard
 * there. `is_recovered`: what the server says. */
int oracle_comes_back(struct oracle *o, int former, bool knows_offset,
                      const struct oracle_newcomer *newcomer, bool is_recovered);

/* The server tells its application that a socket goes. */
void oracle_goes(struct oracle *o, int socket, const char *reason);

/* A listener of rooms hears that one has come, or gone. */
void oracle_told_room(struct oracle *o, unsigned nsp, int room, bool exists);

/* ... that a socket has joined it, or left. */
void oracle_told_member(struct oracle *o, int socket, int room, bool is_in);

/* ---- calls ---- */

/* Before the application calls; `worker`: whose turn it is, -1: some other thread. The call's number. */
int oracle_call(struct oracle *o, const struct oracle_call *call, int worker);

/* What the call has returned. */
void oracle_returns(struct oracle *o, int call, int rc);

/* Its `done` is told, or its answer is there (`found`: numbers of sockets). */
void oracle_done(struct oracle *o, int call, int status);
void oracle_found(struct oracle *o, int call, int status, const int *found, size_t n_found);

/* The answers to an ask are there; SAILS_ETIMEOUT: somebody has not answered. */
void oracle_answered(struct oracle *o, int call, int status, size_t n_answers);

/* All that have been called must have been told. `call`: one that was to tell. */
void oracle_must_be_told(struct oracle *o, int call);

/* A socket is sent to directly, in its worker's turn. */
void oracle_sends(struct oracle *o, int socket, unsigned message);

/* ---- turns ---- */

void oracle_before_turn(struct oracle *o, unsigned worker);

/* `has_failed`: an allocation has. */
void oracle_after_turn(struct oracle *o, unsigned worker, bool has_failed);

/* ---- what arrives ---- */

/* A message arrives at a socket's client; 0: that it is disconnected. */
void oracle_hears(struct oracle *o, int socket, unsigned message);

/* Where in what it must hear a socket is: what it is sent now comes later than that. */
size_t oracle_position(const struct oracle *o, int socket);

/* Something arrives that was sent at `position`: all before it must have come. */
void oracle_has_reached(struct oracle *o, int socket, size_t position, const char *what);

/* Nothing is on its way any more: everything must have come. */
void oracle_must_have_heard_all(struct oracle *o, int socket);

#endif
