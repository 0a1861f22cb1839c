#include "base/mem.h"
#include "sim/sim_node.h"
#include "sim/simulation.h"

/*
 * The application: it does what commands say, with the functions that programs have, and tells the oracle.
 */

void play_command(struct command *command)
{
    command->state = COMMAND_RECEIVED;
    deed_do(command);
}

/* ---- commands of clients ---- */

static void begin(struct command *command)
{
    if (command->state != COMMAND_SENT) {
        oracle_complain(&command->sim->oracle, "command %u runs twice", command->number);
    }
    command->state = COMMAND_RUNS;
}

static void note_answer(struct command *command)
{
    command->state = COMMAND_ANSWERED;
    command->position =
        command->seat != NULL ? oracle_position(&command->sim->oracle, command->seat->socket) : 0;
}

static void answer(struct command *command)
{
    sails_res *res = command->res;
    json_t *value = json_pack("{s:i}", "n", (int)command->number);
    int rc = 0;

    command->res = NULL;
    note_answer(command);
    rc = value != NULL ? sails_res_json(res, value) : sails_res_server_error(res, NULL);
    if (rc < 0 && rc != SAILS_ENOMEM) {
        oracle_complain(&command->sim->oracle, "command %u cannot be answered: %d", command->number,
                        rc);
    }
}

static void answer_later(void *ctx)
{
    answer(ctx);
}

/* The client has been told that nobody answers. */
static void answer_too_late(void *ctx)
{
    const struct command *command = ctx;

    (void)sails_res_send(command->res, "too late");
}

static struct command *find_command(struct simulation *sim, const char *text)
{
    uint64_t n = 0;

    return text != NULL && str_to_u64(str_from(text), sim->n_commands, &n) && n > 0
               ? &sim->commands[n]
               : NULL;
}

static void on_do(sails_req *req, sails_res *res)
{
    struct simulation *sim = sails_req_context(req);
    struct command *command = find_command(sim, sails_req_param(req, "n"));

    if (command == NULL) {
        sails_res_bad_request(res, NULL);
        return;
    }
    begin(command);
    command->res = res;
    if (command->answer == ANSWER_FIRST) {
        answer(command);
    }
    deed_do(command);
    if (command->answer == ANSWER_LAST) {
        answer(command);
    } else if (command->answer == ANSWER_FIRST) {
        note_answer(command); /* it is sent when this returns */
    } else if (command->answer == ANSWER_LATER) {
        sim_world_later(&sim->world, command->delay_ms, answer_later, command);
    } else {
        note_answer(command);
        sim_world_later(&sim->world, 2 * STORY_TIMEOUT_MS, answer_too_late, command);
    }
}

static void proceed(void *ctx)
{
    (void)sails_req_proceed(ctx);
}

/* Every other request waits for some other thread on its way to its action. */
static void on_way(sails_req *req, sails_res *res)
{
    struct simulation *sim = sails_req_context(req);

    (void)res;
    if (chance_is(&sim->world.chance, 50)) {
        proceed(req);
    } else {
        sim_world_later(&sim->world, chance_below(&sim->world.chance, 5), proceed, req);
    }
}

static void on_visit(sails_req *req, sails_res *res)
{
    json_t *session = sails_req_session(req);
    json_int_t n = json_integer_value(json_object_get(session, "visits")) + 1;
    char text[24];

    (void)snprintf(text, sizeof(text), "%lld", (long long)n);
    if (session == NULL || json_object_set_new(session, "visits", json_integer(n)) < 0) {
        sails_res_server_error(res, NULL);
    } else {
        sails_res_send(res, text);
    }
}

/* Beside what the command does: to the one socket that has sent it. Where it is kept it goes the way of what is sent to
 * the room that bears the socket's id. */
static void echo(struct command *command, sails_io_socket *socket)
{
    struct simulation *sim = command->sim;
    const struct oracle_call to_own_room = {.kind = ORACLE_SEND,
                                            .nsp = command->seat->nsp,
                                            .to = {ORACLE_FIRST_ID + command->seat->socket},
                                            .n_to = 1,
                                            .except_socket = -1,
                                            .message = command->echo};
    json_t *data = NULL;
    int rc = 0;

    if (command->echo == 0 || !sails_io_socket_is_connected(socket)) {
        return;
    }
    data = deed_data(sim, command->echo);
    if (data != NULL) {
        data = json_pack("[o]", data);
    }
    if (data != NULL && sim->oracle.keeps) {
        (void)oracle_call(&sim->oracle, &to_own_room, deed_worker(sim));
    }
    rc = data != NULL ? sails_io_socket_emit(socket, "said", data, 0) : SAILS_ENOMEM;
    if (rc == 0 && !sim->oracle.keeps) {
        oracle_sends(&sim->oracle, command->seat->socket, command->echo);
    } else if (rc < 0 && rc != SAILS_ENOMEM) {
        oracle_complain(&sim->oracle, "message %u cannot be sent: %d", command->echo, rc);
    }
}

static void on_do_event(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct simulation *sim = ((const struct stage *)ctx)->sim;
    json_t *number = sails_io_event_arg(event, 0);
    char text[24];
    struct command *command = NULL;

    (void)snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(number));
    command = find_command(sim, text);
    if (command == NULL) {
        return; /* no memory for its arguments */
    }
    begin(command);
    deed_do(command);
    echo(command, socket);
    note_answer(command);
    (void)sails_io_event_ack(event, json_pack("[i]", (int)command->number));
}

/* ---- sockets come and go ---- */

static uint64_t number_in(struct str query, const char *name)
{
    const char *found = memmem(query.ptr, query.len, name, strlen(name));
    struct str digits = {NULL, 0};
    uint64_t n = 0;

    if (found != NULL) {
        digits = str_from_offset(query, (size_t)(found - query.ptr) + strlen(name));
        digits.len = str_find(digits, '&');
    }
    return str_to_u64(digits, UINT32_MAX, &n) ? n : UINT32_MAX;
}

/* The number of the socket that a client wants to have again. */
static int former_of(const sails_io_socket *socket)
{
    const json_t *former = json_object_get(sails_io_socket_auth(socket), "former");

    return json_is_integer(former) ? (int)json_integer_value(former) : -1;
}

static void on_connection(sails_io_socket *socket, void *ctx)
{
    const struct stage *stage = ctx;
    struct simulation *sim = stage->sim;
    struct str query = eio_handshake_query(sio_socket_handshake(socket));
    uint64_t index = number_in(query, "actor=");
    unsigned life = (unsigned)number_in(query, "life=");
    const json_t *offset = json_object_get(sails_io_socket_auth(socket), "offset");
    const struct oracle_newcomer newcomer = {
        .id = sails_io_socket_id(socket),
        .worker = (unsigned)deed_worker(sim),
        .nsp = stage->nsp,
        .client = (int)(life * CAST_SOCKETS + index),
        .can_return = sio_socket_revision(socket) == 5,
    };
    int number = oracle_comes_back(&sim->oracle, former_of(socket), json_string_length(offset) > 0,
                                   &newcomer, sails_io_socket_is_recovered(socket));

    simulation_trace(sim, "socket %d of client %zu %s %s", number, (size_t)index,
                     sails_io_socket_is_recovered(socket) ? "comes back to" : "connects to",
                     deed_namespace(stage->nsp));
    if (index < CAST_SOCKETS) {
        cast_connected(&sim->actors[index].seats[stage->nsp], life, number);
    }
}

static void on_disconnect(sails_io_socket *socket, const char *reason, void *ctx)
{
    struct simulation *sim = ((const struct stage *)ctx)->sim;
    int number = oracle_find(&sim->oracle, sails_io_socket_id(socket));

    simulation_trace(sim, "socket %d goes: %s", number, reason);
    if (number >= 0 && sim->is_lowering) {
        sim->oracle.sockets[number].is_leaving = true;
    }
    oracle_goes(&sim->oracle, number, reason);
}

static void on_room(sails_io_namespace *nsp, enum sails_io_room_change change, const char *room,
                    sails_io_socket *socket, void *ctx)
{
    const struct stage *stage = ctx;
    struct oracle *o = &stage->sim->oracle;
    int number = oracle_room_by_name(o, room, strlen(room));
    int who = socket != NULL ? oracle_find(o, sails_io_socket_id(socket)) : -1;

    (void)nsp;
    if (number < 0) {
        return; /* of a socket that has not connected yet */
    }
    switch (change) {
    case SAILS_IO_ROOM_CREATED:
    case SAILS_IO_ROOM_DELETED:
        oracle_told_room(o, stage->nsp, number, change == SAILS_IO_ROOM_CREATED);
        break;
    case SAILS_IO_ROOM_JOINED:
    case SAILS_IO_ROOM_LEFT:
        oracle_told_member(o, who, number, change == SAILS_IO_ROOM_JOINED);
        break;
    }
}

/* ---- turns ---- */

static void before_turn(struct worker *worker, void *ctx)
{
    struct simulation *sim = ctx;

    if (!sim->is_lowering) {
        oracle_before_turn(&sim->oracle, worker_index(worker));
    }
}

/* Requests of those who poll, and of visitors, may have reached any worker first. */
static bool is_concerned(struct simulation *sim, const struct seat *seat, unsigned worker)
{
    return seat == NULL || seat->socket < 0 || !seat->actor->wire.is_upgraded ||
           sim->oracle.sockets[seat->socket].worker == worker;
}

static void excuse_client(struct simulation *sim, const struct actor *actor, unsigned worker)
{
    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        const struct seat *seat = &actor->seats[i];

        if (seat->socket >= 0 && is_concerned(sim, seat, worker)) {
            sim->oracle.sockets[seat->socket].is_excused = true;
        }
    }
}

/* Whoever was being served by that worker may get nothing. */
static void excuse_all(struct simulation *sim, unsigned worker)
{
    for (size_t n = 1; n <= sim->n_commands; n++) {
        struct command *command = &sim->commands[n];

        if (command->state != COMMAND_RECEIVED && is_concerned(sim, command->seat, worker)) {
            command->is_excused = true;
        }
    }
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        excuse_client(sim, &sim->actors[i], worker);
    }
    for (size_t i = 0; i < CAST_VISITORS; i++) {
        sim->visitors[i].is_excused = true;
    }
}

static void after_turn(struct worker *worker, bool has_failed, void *ctx)
{
    struct simulation *sim = ctx;

    if (has_failed) {
        simulation_trace(sim, "an allocation of worker %u has failed", worker_index(worker));
        excuse_all(sim, worker_index(worker));
    }
    if (!sim->is_lowering) {
        oracle_after_turn(&sim->oracle, worker_index(worker), has_failed);
    }
}

/* ---- life ---- */

static void write_log(enum sails_log_level level, const char *text, void *ctx)
{
    (void)level;
    simulation_trace(ctx, "  log: %s", text);
}

static bool is_for_now(const char *name, json_t *auth, void *ctx)
{
    (void)auth;
    (void)ctx;
    return strncmp(name, "/for-", 5) == 0;
}

/* The last one is made when somebody asks for it, and goes with its last socket. */
static void define_namespaces(struct simulation *sim)
{
    sails_io *io = sails_app_io(sim->app);

    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        struct stage *stage = &sim->stages[i];
        sails_io_namespace *nsp = i + 1 < ORACLE_NAMESPACES
                                      ? sails_io_of(io, deed_namespace(i))
                                      : sails_io_of_matching(io, is_for_now, NULL);

        *stage = (struct stage){sim, i};
        (void)sails_io_on(nsp, "do", on_do_event, stage);
        (void)sails_io_on_connection(nsp, on_connection, stage);
        (void)sails_io_on_disconnect(nsp, on_disconnect, stage);
        (void)sails_io_on_room_change(nsp, on_room, stage);
    }
}

void play_begin(struct simulation *sim)
{
    sim->app = app_create_in(&sim->world.app_world);
    sails_app_set_context(sim->app, sim);
    (void)sails_app_set_log(sim->app, write_log, sim);
    story_settings(sim);
    (void)sails_app_route(sim->app, "/do/*", on_way);
    (void)sails_app_route(sim->app, "/do/:n", on_do);
    (void)sails_app_route(sim->app, "GET /visit", on_visit);
    define_namespaces(sim);
    inside_show(sim);
    if (sails_app_lift(sim->app) < 0) {
        oracle_complain(&sim->oracle, "the app cannot be lifted");
        return;
    }
    sim->port = sails_app_port(sim->app);
    sim->pool = &sim_node_pool(sim_world_find_node(&sim->world, sim->port))->pool;
    sim->world.before_turn = before_turn;
    sim->world.after_turn = after_turn;
    sim->world.turn_ctx = sim;
}
