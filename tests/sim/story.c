#include "base/mem.h"
#include "sim/simulation.h"

/*
 * What happens, by chance: settings and weather once, then moment by moment.
 */

enum {
    MOMENTS_MIN = 40,
    MOMENTS_SPAN = 160,
    QUIET_MS = 4000 /* in which everything arrives */
};

static uint64_t below(struct simulation *sim, uint64_t n)
{
    return chance_below(&sim->chance, n);
}

static bool is(struct simulation *sim, unsigned percent)
{
    return chance_is(&sim->chance, percent);
}

/* ---- settings ---- */

static void set(struct simulation *sim, const char *key, json_t *value)
{
    (void)sails_app_set(sim->app, key, value);
}

void story_settings(struct simulation *sim)
{
    static const size_t pieces[] = {0, 0, 2000, 300, 40, 9};
    static const size_t windows[] = {0, 0, 20000, 3000, 600};
    struct sim_weather *weather = &sim->world.weather;
    size_t piece = pieces[below(sim, sizeof(pieces) / sizeof(*pieces))];

    sim->n_workers = 1 + (unsigned)below(sim, ORACLE_WORKERS_MAX);
    sim->max_padding = piece > 0 && piece < 100 ? 100 : is(sim, 30) ? 8000 : 900;
    sim->fail_percent = is(sim, 30) ? 1 + (unsigned)below(sim, 4) : 0;
    sim->oracle.hears_of_rooms = true;
    sim->oracle.is_scarce = sim->fail_percent > 0;
    *weather = (struct sim_weather){
        .is_stormy = !is(sim, 10),
        .max_piece = piece,
        .max_delay_ms = is(sim, 30) ? 0 : 1 + below(sim, 20),
        .window = windows[below(sim, sizeof(windows) / sizeof(*windows))],
    };
    set(sim, "port", json_integer(0));
    set(sim, "explicitHost", json_string("127.0.0.1"));
    set(sim, "workers", json_integer((json_int_t)sim->n_workers));
    set(sim, "shutdownTimeout", json_integer(200));
    set(sim, "requestTimeout", json_integer(STORY_TIMEOUT_MS));
    set(sim, "log.level", json_string(sim->is_verbose ? "silly" : "error"));
    set(sim, "sockets.httpCompression", json_boolean(is(sim, 60)));
    set(sim, "sockets.perMessageDeflate", json_boolean(is(sim, 60)));
    if (is(sim, 50)) {
        set(sim, "sockets.pingInterval", json_integer(300 + (json_int_t)below(sim, 500)));
        set(sim, "sockets.pingTimeout", json_integer(1000));
    }
    sim->oracle.keeps = sim->fail_percent == 0 && is(sim, 50);
    set(sim, "sockets.connectionStateRecovery", json_boolean(sim->oracle.keeps));
    simulation_trace(sim,
                     "%u workers, pieces of %zu, delays of %llu ms, windows of %zu, %u %% fail",
                     sim->n_workers, piece, (unsigned long long)weather->max_delay_ms,
                     weather->window, sim->fail_percent);
}

/* ---- commands ---- */

static int any_socket(struct simulation *sim)
{
    return sim->oracle.n_sockets > 0 ? (int)below(sim, sim->oracle.n_sockets) : -1;
}

/* A plain room as a rule; sometimes one that bears an id: of a socket that is there, that has gone, of
 * nobody; as a rule one of that namespace. */
static int any_room(struct simulation *sim, unsigned nsp, unsigned id_percent)
{
    int socket = any_socket(sim);

    if (!is(sim, id_percent)) {
        return (int)below(sim, ORACLE_PLAIN_ROOMS);
    }
    for (int i = 0; i < 4 && socket >= 0 && sim->oracle.sockets[socket].nsp != nsp; i++) {
        socket = any_socket(sim);
    }
    return socket < 0 || is(sim, 5) ? ORACLE_GHOST : ORACLE_FIRST_ID + socket;
}

static size_t any_rooms(struct simulation *sim, int *rooms, unsigned nsp, size_t min,
                        unsigned id_percent)
{
    size_t n = min + (size_t)below(sim, ORACLE_NAMES_MAX + 1 - min);

    n = n > min + 1 && is(sim, 60) ? min + 1 : n;
    for (size_t i = 0; i < n; i++) {
        rooms[i] = any_room(sim, nsp, id_percent);
    }
    return n;
}

/* The methods of Sails know the first namespace alone. */
static void draw_namespace(struct simulation *sim, struct command *command, bool by_io)
{
    command->by_io = by_io;
    command->call.nsp = by_io && is(sim, 60) ? (unsigned)below(sim, ORACLE_NAMESPACES) : 0;
}

/* Joins and leaves, by an id or a room. */
static void draw_change(struct simulation *sim, struct command *command)
{
    struct oracle_call *call = &command->call;

    call->kind = is(sim, 60) ? ORACLE_JOIN : ORACLE_LEAVE;
    draw_namespace(sim, command, is(sim, 25));
    call->n_rooms = any_rooms(sim, call->rooms, call->nsp, 1, 8);
    if (command->by_io) {
        call->is_to_all = is(sim, 10);
        call->n_to = call->is_to_all ? 0 : any_rooms(sim, call->to, call->nsp, 1, 60);
        call->n_except = is(sim, 30) ? any_rooms(sim, call->except, call->nsp, 1, 20) : 0;
        return;
    }
    call->names_socket = true;
    call->must_match = is(sim, 80);
    call->to[0] = any_room(sim, 0, call->must_match ? 85 : 20);
    call->n_to = 1;
    call->n_rooms = call->must_match ? 1 : call->n_rooms;
}

static void draw_send(struct simulation *sim, struct command *command)
{
    struct oracle_call *call = &command->call;

    call->kind = ORACLE_SEND;
    call->message = ++sim->n_messages;
    draw_namespace(sim, command, is(sim, 45));
    call->is_to_all = is(sim, 15);
    call->n_to = call->is_to_all ? 0 : any_rooms(sim, call->to, call->nsp, 1, 15);
    if (command->by_io) {
        call->n_except = is(sim, 40) ? any_rooms(sim, call->except, call->nsp, 1, 15) : 0;
    } else {
        call->except_socket = is(sim, 40) ? any_socket(sim) : -1;
    }
}

/* To few, or the stage would soon be empty. */
static void draw_rare(struct simulation *sim, struct command *command)
{
    struct oracle_call *call = &command->call;

    draw_namespace(sim, command, true);
    call->to[0] = any_room(sim, call->nsp, 60);
    call->n_to = 1;
    switch (below(sim, 6)) {
    case 0:
        call->kind = ORACLE_LEAVE_ALL;
        draw_namespace(sim, command, false);
        break;
    case 1:
        call->kind = ORACLE_DISCONNECT;
        call->closes = is(sim, 40);
        call->to[0] = any_room(sim, call->nsp, 95);
        break;
    case 2:
    case 3:
        call->kind = ORACLE_ASK;
        call->message = ++sim->n_messages;
        command->wants_done = true;
        break;
    default:
        call->kind = ORACLE_FETCH;
        command->wants_done = true;
    }
}

static struct command *draw_command(struct simulation *sim)
{
    struct command *command = NULL;

    if (sim->n_commands + 1 == COMMANDS_MAX) {
        return NULL;
    }
    command = &sim->commands[++sim->n_commands];
    *command = (struct command){.sim = sim,
                                .number = (unsigned)sim->n_commands,
                                .answer = (enum command_answer)below(sim, ANSWER_NEVER),
                                .delay_ms = below(sim, 20),
                                .call = {.except_socket = -1},
                                .call_number = -1};
    if (is(sim, 2)) {
        command->answer = ANSWER_NEVER;
    }
    if (is(sim, 45)) {
        draw_send(sim, command);
    } else if (is(sim, 85)) {
        draw_change(sim, command);
    } else {
        draw_rare(sim, command);
    }
    command->wants_done = command->wants_done ||
                          (command->call.kind != ORACLE_SEND && is(sim, 60)) ||
                          (command->call.names_socket && command->call.to[0] >= ORACLE_GHOST);
    return command;
}

static void trace_command(const struct simulation *sim, const struct command *command,
                          const char *who, size_t index)
{
    static const char *const kinds[] = {"send",      "ask",        "join", "leave",
                                        "leave all", "disconnect", "fetch"};

    simulation_trace(sim, "%s %zu sends command %u: %s %u, in %s, to %d, rooms %d", who, index,
                     command->number, kinds[command->call.kind], command->call.message,
                     deed_namespace(command->call.nsp),
                     command->call.n_to > 0 ? command->call.to[0] : -1,
                     command->call.n_rooms > 0 ? command->call.rooms[0] : -1);
}

/* ---- moments ---- */

static void enter(struct simulation *sim, struct actor *actor)
{
    const struct wire_style style = {
        .way = (enum wire_way)below(sim, 3),
        .accepts_gzip = is(sim, 50),
        .may_deflate = is(sim, 70),
    };

    cast_enter(actor, is(sim, sim->oracle.keeps ? 80 : 50) ? 4 : 3, &style);
}

/* There is room for whoever else may come meanwhile. */
static bool is_room(const struct simulation *sim)
{
    return sim->oracle.n_sockets + CAST_SOCKETS * ORACLE_NAMESPACES < ORACLE_SOCKETS_MAX;
}

static void go(struct simulation *sim, struct actor *actor, struct seat *seat)
{
    if (seat != NULL && is(sim, 40)) {
        cast_leave(seat);
    } else {
        cast_exit(actor, seat != NULL && is(sim, 50));
    }
}

/* One of the namespaces that clients have to ask for. */
static void join(struct simulation *sim, struct actor *actor)
{
    struct seat *seat = &actor->seats[1 + below(sim, ORACLE_NAMESPACES - 1)];

    if (actor->wire.is_open && !seat->is_asked && is_room(sim)) {
        cast_join(seat);
    }
}

static void say(struct simulation *sim, struct seat *seat)
{
    struct command *command = draw_command(sim);

    if (command != NULL) {
        command->way = seat->nsp == 0 && is(sim, 60) ? COMMAND_REQUEST : COMMAND_EVENT;
        command->echo = command->way == COMMAND_EVENT && is(sim, 30) ? ++sim->n_messages : 0;
        trace_command(sim, command, "client", seat->actor->index);
        cast_send(seat, command);
    }
}

static bool can_return(const struct actor *actor)
{
    bool can = false;

    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        can = can || actor->memories[i].offset[0] != '\0';
    }
    return can && !actor->is_on;
}

/* Anybody; often one that has something to come back to. */
static struct actor *any_actor(struct simulation *sim)
{
    struct actor *first = &sim->actors[below(sim, CAST_SOCKETS)];

    if (!sim->oracle.keeps || !is(sim, 30)) {
        return first;
    }
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        struct actor *actor = &sim->actors[(first->index + i) % CAST_SOCKETS];

        if (can_return(actor)) {
            return actor;
        }
    }
    return first;
}

static void act(struct simulation *sim)
{
    struct actor *actor = any_actor(sim);
    struct seat *seat = cast_seat(actor, is(sim, 60) ? 0 : (unsigned)below(sim, ORACLE_NAMESPACES));

    if (!actor->is_on) {
        if (is_room(sim)) {
            enter(sim, actor);
        }
    } else if (is(sim, sim->oracle.keeps ? 10 : 4)) {
        go(sim, actor, seat);
    } else if (is(sim, 12)) {
        join(sim, actor);
    } else if (is(sim, 5)) {
        wire_be_deaf(&actor->wire, 1 + below(sim, 200));
    } else if (is(sim, 10)) {
        wire_upgrade(&actor->wire);
    } else if (seat != NULL) {
        say(sim, seat);
    }
}

static void visit(struct simulation *sim)
{
    struct visitor *visitor = &sim->visitors[below(sim, CAST_VISITORS)];
    struct command *command = NULL;

    if (visitor->peer.is_busy) {
        return;
    }
    if (is(sim, 50)) {
        command = draw_command(sim);
    }
    if (command != NULL) {
        command->way = COMMAND_HTTP;
        trace_command(sim, command, "visitor", visitor->index);
    }
    visitor_ask(visitor, command);
}

static void intervene(struct simulation *sim)
{
    struct command *command = draw_command(sim);

    if (command != NULL) {
        command->way = COMMAND_THREAD;
        trace_command(sim, command, "thread", 0);
        play_command(command);
    }
}

/* Some of what can happen does, and sometimes time passes. */
static void go_on(struct simulation *sim)
{
    uint64_t n = below(sim, 40);

    for (uint64_t i = 0; i < n && !oracle_complains(&sim->oracle); i++) {
        if (!sim_world_step(&sim->world) &&
            !sim_world_wait(&sim->world, sim->world.now_ms + 1 + below(sim, 20))) {
            return;
        }
    }
}

/* The weather clears up, and everything arrives. */
static void come_to_rest(struct simulation *sim)
{
    uint64_t end = sim->world.now_ms + QUIET_MS;

    sim->world.weather.fail_percent = 0;
    sim->world.weather.window = 0;
    while (!oracle_complains(&sim->oracle) &&
           (sim_world_step(&sim->world) || sim_world_wait(&sim->world, end))) {
    }
}

void story_tell(struct simulation *sim)
{
    uint64_t n = MOMENTS_MIN + below(sim, MOMENTS_SPAN);

    sim->world.weather.fail_percent = sim->fail_percent;
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        if (is(sim, 60)) {
            enter(sim, &sim->actors[i]);
        }
    }
    for (uint64_t i = 0; i < n && !oracle_complains(&sim->oracle); i++) {
        uint64_t which = below(sim, 10);

        if (which == 0) {
            intervene(sim);
        } else if (which == 1) {
            visit(sim);
        } else {
            act(sim);
        }
        go_on(sim);
    }
    come_to_rest(sim);
}
