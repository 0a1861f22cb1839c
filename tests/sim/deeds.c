#include "base/mem.h"
#include "sim/simulation.h"

/*
 * What commands do, with the functions that programs have; and the oracle is told.
 */

enum {
    ASK_MS = 700 /* for the answers to an ask */
};

/* ---- namespaces ---- */

const char *deed_namespace(unsigned nsp)
{
    static const char *const names[ORACLE_NAMESPACES] = {"/", "/side", "/for-now"};

    return names[nsp];
}

static sails_io_namespace *find_namespace(const struct simulation *sim, unsigned nsp)
{
    return sails_io_of(sails_app_io(sim->app), deed_namespace(nsp));
}
/* ---- messages ---- */

static size_t padding(const struct simulation *sim, unsigned message)
{
    return sim->max_padding > 0 && message % 7 == 0 ? (message * 131u) % sim->max_padding
                                                    : message % 11;
}

void deed_text(const struct simulation *sim, unsigned message, struct buf *out)
{
    buf_printf(out, "[\"said\",[%u,\"", message);
    for (size_t i = padding(sim, message); i > 0; i--) {
        buf_append_char(out, (char)('a' + i % 26));
    }
    buf_append_str(out, STR("\"]]"));
}

json_t *deed_data(const struct simulation *sim, unsigned message)
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
    const struct oracle_call *call = &command->call;
    sails_io_namespace *nsp = find_namespace(command->sim, call->nsp);
    const struct sails_io_target target = {.to = call->is_to_all ? NULL : l->to,
                                           .except = call->n_except > 0 ? l->except : NULL};

    switch (call->kind) {
    case ORACLE_SEND:
        return sails_io_emit(nsp, &target, "said", l->data);
    case ORACLE_ASK:
        return sails_io_emit_with_ack(nsp, &target, "said", l->data, ASK_MS, on_answers, command);
    case ORACLE_JOIN:
        return sails_io_sockets_join(nsp, &target, l->rooms, l->done, command);
    case ORACLE_LEAVE:
        return sails_io_sockets_leave(nsp, &target, l->rooms, l->done, command);
    case ORACLE_DISCONNECT:
        return sails_io_disconnect_sockets(nsp, &target, call->closes, l->done, command);
    case ORACLE_FETCH:
        return sails_io_fetch_sockets(nsp, &target, on_found, command);
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

int deed_worker(const struct simulation *sim)
{
    const struct worker *worker = worker_current(sim->pool);

    return worker != NULL ? (int)worker_index(worker) : -1;
}

void deed_do(struct command *command)
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

    if (find_namespace(sim, call->nsp) == NULL) {
        command->wants_done = false; /* it is not there to be asked */
        return;
    }
    if (call->kind == ORACLE_SEND || call->kind == ORACLE_ASK) {
        l.data = deed_data(sim, call->message);
        if (l.data != NULL && command->by_io) {
            l.data = json_pack("[o]", l.data);
        }
        if (l.data == NULL) {
            return; /* no memory: it is never sent */
        }
    }
    command->call_number = oracle_call(&sim->oracle, call, deed_worker(sim));
    oracle_returns(&sim->oracle, command->call_number,
                   command->by_io ? do_by_io(command, &l) : do_by_sockets(command, &l));
}
