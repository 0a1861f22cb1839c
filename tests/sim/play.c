#include "base/mem.h"
#include "sim/sim_node.h"
#include "sim/simulation.h"

/*
 * The application: it does what commands say, with the functions that programs have, and tells the oracle.
 */

enum {
    ASK_MS = 700 /* for the answers to an ask */
};

/* ---- messages ---- */

static size_t padding(const struct simulation *sim, unsigned message)
{
    return sim->max_padding > 0 && message % 7 == 0 ? (message * 131u) % sim->max_padding
                                                    : message % 11;
}

void play_text(const struct simulation *sim, unsigned message, struct buf *out)
{
    buf_printf(out, "[\"said\",[%u,\"", message);
    for (size_t i = padding(sim, message); i > 0; i--) {
        buf_append_char(out, (char)('a' + i % 26));
    }
    buf_append_str(out, STR("\"]]"));
}

static json_t *make_data(const struct simulation *sim, unsigned message)
{
    struct buf text = {0};
    json_t *data = NULL;

    for (size_t i = padding(sim, message); i > 0; i--) {
        buf_append_char(&text, (char)('a' + i % 26));
    }
    if (buf_error(&text) == 0) {
        data = json_pack("[i, s%]", (int)message, text.len > 0 ? text.ptr : "", text.len);
    }
    buf_deinit(&text);
    return data;
}

/* ---- doing ---- */

/* Names of rooms, as the public API wants them. */
struct names {
    char text[ORACLE_NAMES_MAX][ORACLE_ID_SIZE];
    const char *list[ORACLE_NAMES_MAX + 1];
};

static const char *const *name_all(const struct oracle *o, const int *rooms, size_t n,
                                   struct names *names)
{
    for (size_t i = 0; i < n; i++) {
        names->list[i] = oracle_room_name(o, rooms[i], names->text[i]);
    }
    names->list[n] = NULL;
    return names->list;
}

static void on_done(int status, void *ctx)
{
    const struct command *command = ctx;

    if (status != SAILS_ECLOSED || !command->sim->is_lowering) {
        oracle_done(&command->sim->oracle, command->call_number, status);
    }
}

static void on_found(int status, json_t *sockets, void *ctx)
{
    const struct command *command = ctx;
    struct oracle *o = &command->sim->oracle;
    int found[ORACLE_SOCKETS_MAX];
    size_t n = 0, i = 0;
    json_t *socket = NULL;

    json_array_foreach(sockets, i, socket)
    {
        if (n < ORACLE_SOCKETS_MAX) {
            found[n++] = oracle_find(o, json_string_value(json_object_get(socket, "id")));
        }
    }
    oracle_found(o, command->call_number, status, found, n);
}

/* Who has answered an ask says which message it was. */
static void on_answers(int status, json_t *answers, void *ctx)
{
    const struct command *command = ctx;
    size_t i = 0;
    json_t *answer = NULL;

    if (status == SAILS_ECLOSED && command->sim->is_lowering) {
        return;
    }
    json_array_foreach(answers, i, answer)
    {
        if (json_integer_value(answer) != (json_int_t)command->call.message) {
            oracle_complain(&command->sim->oracle, "message %u has the answer %lld",
                            command->call.message, (long long)json_integer_value(answer));
        }
    }
    oracle_answered(&command->sim->oracle, command->call_number, status, json_array_size(answers));
}

struct lists {
    const char *const *to;
    const char *const *except;
    const char *const *rooms;
    const char *omitted;
    sails_done_cb done;
    json_t *data; /* of a send */
};

static int do_by_io(struct command *command, const struct lists *l)
{
    sails_io_namespace *root = command->sim->root;
    const struct oracle_call *call = &command->call;
    const struct sails_io_target target = {.to = call->is_to_all ? NULL : l->to,
                                           .except = call->n_except > 0 ? l->except : NULL};

    switch (call->kind) {
    case ORACLE_SEND:
        return sails_io_emit(root, &target, "said", l->data);
    case ORACLE_ASK:
        return sails_io_emit_with_ack(root, &target, "said", l->data, ASK_MS, on_answers, command);
    case ORACLE_JOIN:
        return sails_io_sockets_join(root, &target, l->rooms, l->done, command);
    case ORACLE_LEAVE:
        return sails_io_sockets_leave(root, &target, l->rooms, l->done, command);
    case ORACLE_DISCONNECT:
        return sails_io_disconnect_sockets(root, &target, command->closes, l->done, command);
    case ORACLE_FETCH:
        return sails_io_fetch_sockets(root, &target, on_found, command);
    case ORACLE_LEAVE_ALL:
        break;
    }
    return SAILS_EINVAL;
}

static int do_by_sockets(struct command *command, const struct lists *l)
{
    sails_app *app = command->sim->app;
    const struct oracle_call *call = &command->call;

    switch (call->kind) {
    case ORACLE_SEND:
        return call->is_to_all ? sails_sockets_blast(app, "said", l->data, l->omitted)
                               : sails_sockets_broadcast(app, l->to, "said", l->data, l->omitted);
    case ORACLE_JOIN:
        return call->must_match ? sails_sockets_join(app, l->to[0], l->rooms[0], l->done, command)
                                : sails_sockets_add_room_members_to_rooms(app, l->to[0], l->rooms,
                                                                          l->done, command);
    case ORACLE_LEAVE:
        return call->must_match ? sails_sockets_leave(app, l->to[0], l->rooms[0], l->done, command)
                                : sails_sockets_remove_room_members_from_rooms(
                                      app, l->to[0], l->rooms, l->done, command);
    case ORACLE_LEAVE_ALL:
        return sails_sockets_leave_all(app, l->to[0], l->done, command);
    case ORACLE_ASK:
    case ORACLE_DISCONNECT:
    case ORACLE_FETCH:
        break;
    }
    return SAILS_EINVAL;
}

static int current_worker(const struct simulation *sim)
{
    const struct worker *worker = worker_current(sim->pool);

    return worker != NULL ? (int)worker_index(worker) : -1;
}

static void do_it(struct command *command)
{
    struct simulation *sim = command->sim;
    const struct oracle_call *call = &command->call;
    struct names to, except, rooms;
    struct lists l = {
        .to = name_all(&sim->oracle, call->to, call->n_to, &to),
        .except = name_all(&sim->oracle, call->except, call->n_except, &except),
        .rooms = name_all(&sim->oracle, call->rooms, call->n_rooms, &rooms),
        .omitted = call->except_socket >= 0 ? sim->oracle.sockets[call->except_socket].id : NULL,
        .done = command->wants_done ? on_done : NULL,
    };

    if (call->kind == ORACLE_SEND || call->kind == ORACLE_ASK) {
        l.data = make_data(sim, call->message);
        if (l.data != NULL && command->by_io) {
            l.data = json_pack("[o]", l.data);
        }
        if (l.data == NULL) {
            return; /* no memory: it is never sent */
        }
    }
    command->call_number = oracle_call(&sim->oracle, call, current_worker(sim));
    oracle_returns(&sim->oracle, command->call_number,
                   command->by_io ? do_by_io(command, &l) : do_by_sockets(command, &l));
}

void play_command(struct command *command)
{
    command->state = COMMAND_RECEIVED;
    do_it(command);
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
        command->actor != NULL ? oracle_position(&command->sim->oracle, command->actor->socket) : 0;
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
    do_it(command);
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

/* Beside what the command does: to the one socket that has sent it. */
static void echo(struct command *command, sails_io_socket *socket)
{
    struct simulation *sim = command->sim;
    json_t *data = NULL;
    int rc = 0;

    if (command->echo == 0 || !sails_io_socket_is_connected(socket)) {
        return;
    }
    data = make_data(sim, command->echo);
    if (data != NULL) {
        data = json_pack("[o]", data);
    }
    rc = data != NULL ? sails_io_socket_emit(socket, "said", data, 0) : SAILS_ENOMEM;
    if (rc == 0) {
        oracle_sends(&sim->oracle, command->actor->socket, command->echo);
    } else if (rc != SAILS_ENOMEM) {
        oracle_complain(&sim->oracle, "message %u cannot be sent: %d", command->echo, rc);
    }
}

static void on_do_event(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct simulation *sim = ctx;
    json_t *number = sails_io_event_arg(event, 0);
    char text[24];
    struct command *command = NULL;

    (void)snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(number));
    command = find_command(sim, text);
    if (command == NULL) {
        return; /* no memory for its arguments */
    }
    begin(command);
    do_it(command);
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

static void on_connection(sails_io_socket *socket, void *ctx)
{
    struct simulation *sim = ctx;
    struct str query = eio_handshake_query(sio_socket_handshake(socket));
    uint64_t index = number_in(query, "actor=");
    int number =
        oracle_connects(&sim->oracle, sails_io_socket_id(socket), (unsigned)current_worker(sim));

    simulation_trace(sim, "socket %d of client %zu connects", number, (size_t)index);
    if (index < CAST_SOCKETS) {
        cast_connected(&sim->actors[index], (unsigned)number_in(query, "life="), number);
    }
}

static void on_disconnect(sails_io_socket *socket, const char *reason, void *ctx)
{
    struct simulation *sim = ctx;
    int number = oracle_find(&sim->oracle, sails_io_socket_id(socket));

    simulation_trace(sim, "socket %d goes: %s", number, reason);
    if (number >= 0 && sim->is_lowering) {
        sim->oracle.sockets[number].is_leaving = true;
    }
    oracle_goes(&sim->oracle, number, reason);
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
static bool is_concerned(struct simulation *sim, const struct actor *actor, unsigned worker)
{
    return actor == NULL || actor->socket < 0 || !actor->wire.is_upgraded ||
           sim->oracle.sockets[actor->socket].worker == worker;
}

/* Whoever was being served by that worker may get nothing. */
static void excuse_all(struct simulation *sim, unsigned worker)
{
    for (size_t n = 1; n <= sim->n_commands; n++) {
        struct command *command = &sim->commands[n];

        if (command->state != COMMAND_RECEIVED && is_concerned(sim, command->actor, worker)) {
            command->is_excused = true;
        }
    }
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        const struct actor *actor = &sim->actors[i];

        if (actor->socket >= 0 && is_concerned(sim, actor, worker)) {
            sim->oracle.sockets[actor->socket].is_excused = true;
        }
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

void play_begin(struct simulation *sim)
{
    sim->app = app_create_in(&sim->world.app_world);
    sim->root = sails_io_of(sails_app_io(sim->app), "/");
    sails_app_set_context(sim->app, sim);
    (void)sails_app_set_log(sim->app, write_log, sim);
    story_settings(sim);
    (void)sails_app_route(sim->app, "/do/*", on_way);
    (void)sails_app_route(sim->app, "/do/:n", on_do);
    (void)sails_app_route(sim->app, "GET /visit", on_visit);
    (void)sails_io_on(sim->root, "do", on_do_event, sim);
    (void)sails_io_on_connection(sim->root, on_connection, sim);
    (void)sails_io_on_disconnect(sim->root, on_disconnect, sim);
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
