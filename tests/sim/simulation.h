/*
 * simulation.h - one run: a world, an application in it, clients, and an oracle that watches them.
 *
 * Purpose    What the parts of a run know of each other. Everything follows from the seed: the weather, the
 *            settings, who does what and when.
 * Ownership  simulation.c owns the run.
 * Threads    One.
 *
 *   story.c    what happens next          cast.c  the clients: sockets (wire.h) and visitors (peer.h)
 *      |                                     |  requests, events                ^ answers, messages
 *      +--> command: "join r2", by a request, an event or a thread              |
 *                       |                    v                                  |
 *   play.c              +------------> the application: routes, listeners ------+
 *                                            | tells what it calls
 *   oracle.c  <-- inside.c: what is really so
 */
#ifndef SIM_SIMULATION_H
#define SIM_SIMULATION_H

#include "sim/oracle.h"
#include "sim/sim_world.h"
#include "sim/wire.h"

#include <sails/sails.h>

enum {
    CAST_SOCKETS = 24,
    CAST_VISITORS = 4,
    COMMANDS_MAX = 1200,
    QUERY_SIZE = 80,
    COOKIE_SIZE = 200,
    STORY_TIMEOUT_MS = 1500 /* requestTimeout */
};

/* How a command comes to the application, and how it is answered. */
enum command_way {
    COMMAND_REQUEST, /* by a socket */
    COMMAND_EVENT,   /* ... to a listener */
    COMMAND_HTTP,
    COMMAND_THREAD /* some other thread of the program */
};

enum command_answer {
    ANSWER_FIRST, /* before it is done, in the same call */
    ANSWER_LAST,  /* after that, in the same call */
    ANSWER_LATER, /* by another thread, some time later */
    ANSWER_NEVER  /* 503 when the time is up */
};

enum command_state {
    COMMAND_SENT,
    COMMAND_RUNS,
    COMMAND_ANSWERED,
    COMMAND_RECEIVED
};

/* Something that is done to sockets, once. */
struct command {
    struct simulation *sim;
    unsigned number;
    enum command_way way;
    enum command_answer answer;
    enum command_state state;
    bool by_io;        /* sails_io_* in place of sails_sockets_* */
    unsigned echo;     /* of an event: a message that its socket gets as well; 0: none */
    uint64_t delay_ms; /* of an answer that comes later */
    struct oracle_call call;
    bool wants_done;
    int call_number;
    struct seat *seat; /* whose socket asks; NULL: a thread, or HTTP */
    unsigned life;     /* the actor's, when it asked */
    size_t position;   /* of its socket, when it was answered */
    bool is_excused;   /* memory was short: there may be no answer */
    sails_res *res;    /* while it waits for its answer */
};

/* A client's socket in one of the namespaces. */
struct seat {
    struct actor *actor;
    unsigned nsp;
    bool is_asked; /* it has asked to be let in */
    bool is_in;    /* it has heard that it is */
    bool is_done;  /* it has said goodbye: it says no more there */
    int socket;    /* its number; -1: not known yet */
};

/* What a client remembers of a namespace: whose socket it had there, and the last that it has heard. */
struct memory {
    char pid[WIRE_SID_SIZE]; /* "": it cannot come back */
    char offset[48];
    int socket; /* its number */
};

/* A client. */
struct actor {
    struct simulation *sim;
    size_t index;
    struct wire wire;
    unsigned life; /* counts its sessions */
    bool is_on;    /* it wants to be connected */
    struct seat seats[ORACLE_NAMESPACES];
    struct memory memories[ORACLE_NAMESPACES];
    char query[QUERY_SIZE];
};

/* A client of HTTP, which counts its visits. */
struct visitor {
    struct simulation *sim;
    size_t index;
    struct peer peer;
    char cookie[COOKIE_SIZE];
    unsigned n_visits; /* of its session */
    unsigned command;  /* that it waits for; 0: a visit */
    bool is_excused;   /* memory was short: it may get no answer, or one of another kind */
    bool is_unsure;    /* ... or was: its session may have missed a visit */
};

/* A namespace of the application: "/", one that is defined by its name, one that clients' names make. */
struct stage {
    struct simulation *sim;
    unsigned nsp;
};

struct simulation {
    uint64_t seed;
    bool is_verbose;
    struct chance
        chance; /* the story's: other than the world's, so that weather does not change it */
    struct sim_world world;
    sails_app *app;
    struct stage stages[ORACLE_NAMESPACES];
    struct worker_pool *pool;
    unsigned port;
    unsigned n_workers;
    unsigned fail_percent;
    bool is_lowering;
    struct oracle oracle;
    struct actor actors[CAST_SOCKETS];
    struct visitor visitors[CAST_VISITORS];
    struct command commands[COMMANDS_MAX]; /* by number, from 1 */
    size_t n_commands;
    unsigned n_messages;
    unsigned max_padding;
};

/* ---- simulation.c ---- */

void simulation_trace(const struct simulation *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- play.c: the application ---- */

/* Defines and lifts it. */
void play_begin(struct simulation *sim);

/* Does what a command says, as some other thread. */
void play_command(struct command *command);

/* ---- deeds.c: what commands do ---- */

void deed_do(struct command *command);

/* The worker whose turn it is; -1: some other thread's. */
int deed_worker(const struct simulation *sim);

/* [7,"xxx"], of a message. NULL: no memory. */
json_t *deed_data(const struct simulation *sim, unsigned message);

/* "[\"said\",[7,\"xxx\"]]", of a message. */
void deed_text(const struct simulation *sim, unsigned message, struct buf *out);

/* "/", ... */
const char *deed_namespace(unsigned nsp);

/* ---- inside.c: what is really so ---- */

/* To the oracle. */
void inside_show(struct simulation *sim);

/* Nothing is left of what has been answered. */
void inside_check(struct simulation *sim);

/* ---- cast.c: the clients ---- */

void cast_init(struct simulation *sim);
void cast_enter(struct actor *actor, unsigned revision, const struct wire_style *style);

/* Asks for one more namespace. */
void cast_join(struct seat *seat);

/* A seat where it can say something; NULL: there is none. `which`: the first one that is looked at. */
struct seat *cast_seat(struct actor *actor, unsigned which);

/* Goes: by a word of the namespace's, as the transport does, or cut off. */
void cast_leave(struct seat *seat);
void cast_exit(struct actor *actor, bool is_cut);
void cast_send(struct seat *seat, struct command *command);

/* A client's socket has connected: which, for the oracle. */
void cast_connected(struct seat *seat, unsigned life, int socket);

/* Nothing is on its way any more. */
void cast_check(struct simulation *sim);
void cast_end(struct simulation *sim);

/* ---- visitor.c: those of HTTP ---- */

void visitor_init(struct visitor *visitor, struct simulation *sim, size_t index);

/* `command`: what it asks for; NULL: it visits. */
void visitor_ask(struct visitor *visitor, struct command *command);

/* ---- story.c: what happens ---- */

void story_settings(struct simulation *sim);
void story_tell(struct simulation *sim);

#endif
