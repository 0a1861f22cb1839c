#include "base/mem.h"
#include "sim/packet.h"
#include "sim/simulation.h"

/*
 * The clients. What they hear goes to the oracle; what they ask is a command, by its number.
 */

static struct oracle *oracle_of(const struct actor *actor)
{
    return &actor->sim->oracle;
}

/* The command that an answer belongs to; NULL (and a complaint): there is none, or it has its answer. */
static struct command *answered_command(struct simulation *sim, struct str number)
{
    struct command *command = NULL;
    uint64_t n = 0;

    if (str_to_u64(number, sim->n_commands, &n) && n > 0) {
        command = &sim->commands[n];
    }
    if (command == NULL || (command->state != COMMAND_ANSWERED &&
                            (!command->is_excused || command->state == COMMAND_RECEIVED))) {
        oracle_complain(&sim->oracle, "an answer to command %.*s, which %s", STR_FMT(number),
                        command == NULL                      ? "nobody has sent"
                        : command->state == COMMAND_RECEIVED ? "was answered before"
                                                             : "nobody has answered");
        return NULL;
    }
    command->state = COMMAND_RECEIVED;
    return command;
}

/* ---- sockets: what they hear ---- */

static struct oracle_socket *socket_at(const struct seat *seat)
{
    return seat->socket >= 0 ? &oracle_of(seat->actor)->sockets[seat->socket] : NULL;
}

/* The beginning of a packet: its type, and where it belongs. */
static void begin_packet(struct buf *out, char type, const struct seat *seat)
{
    buf_append_char(out, type);
    if (seat->nsp > 0) {
        buf_printf(out, "%s,", deed_namespace(seat->nsp));
    }
}

static void send_packet(struct seat *seat, struct buf *packet)
{
    wire_send(&seat->actor->wire, buf_str(packet));
    buf_deinit(packet);
}

/* The id that a client of Socket.IO 2 gives itself. */
static void write_own_id(struct buf *out, const struct seat *seat)
{
    if (seat->nsp > 0) {
        buf_printf(out, "%s#", deed_namespace(seat->nsp));
    }
    buf_append_str(out, str_from(seat->actor->wire.sid));
}

static struct memory *memory_of(const struct seat *seat)
{
    return &seat->actor->memories[seat->nsp];
}

/* Of another session than before it has heard nothing yet. */
static void remember(const struct seat *seat, struct str pid)
{
    struct memory *memory = memory_of(seat);

    if (pid.len == 0 || !str_eq(pid, str_from(memory->pid))) {
        *memory = (struct memory){.socket = seat->socket};
        (void)snprintf(memory->pid, sizeof(memory->pid), "%.*s", STR_FMT(pid));
    } else if (memory->socket != seat->socket) {
        oracle_complain(oracle_of(seat->actor), "client %zu is recovered as socket %d, not %d",
                        seat->actor->index, seat->socket, memory->socket);
    }
}

static void on_connect(struct seat *seat, const struct packet *packet)
{
    const struct actor *actor = seat->actor;
    struct buf own = {0};
    struct str id;

    write_own_id(&own, seat);
    id = actor->wire.revision == 4 ? packet_sid(packet->payload) : buf_str(&own);
    if (seat->is_in || !seat->is_asked || seat->socket < 0 ||
        !str_eq(id, str_from(socket_at(seat)->id))) {
        oracle_complain(oracle_of(actor), "client %zu is connected as \"%.*s\" to %s", actor->index,
                        STR_FMT(id), deed_namespace(seat->nsp));
    }
    seat->is_in = true;
    remember(seat, packet_text(packet->payload, "\"pid\":\""));
    buf_deinit(&own);
}

/* A client that is asked says which message it was; one that has said goodbye is silent. */
static void answer_event(struct seat *seat, struct str id, uint64_t message)
{
    struct buf text = {0};

    if (id.len > 0 && !seat->is_done) {
        begin_packet(&text, '3', seat);
        buf_printf(&text, "%.*s[%llu]", STR_FMT(id), (unsigned long long)message);
        send_packet(seat, &text);
    }
}

/* ["said",[7,"xxx"]], or ["said",[7,"xxx"],"offset"]: then that is remembered. */
static bool is_message(const struct seat *seat, struct str payload, struct str want)
{
    struct str start = {want.ptr, want.len - 1};
    struct str offset = str_from_offset(payload, start.len);
    struct memory *memory = memory_of(seat);

    if (oracle_of(seat->actor)->keeps && str_starts_with(payload, start) && offset.len > 4 &&
        str_starts_with(offset, STR(",\""))) {
        (void)snprintf(memory->offset, sizeof(memory->offset), "%.*s", (int)offset.len - 4,
                       offset.ptr + 2);
        return true;
    }
    return str_eq(payload, want);
}

/* Who comes back hears what it has missed before it hears that it is connected. */
static bool may_hear(const struct seat *seat)
{
    const struct memory *memory = memory_of(seat);

    return seat->is_in ||
           (memory->pid[0] != '\0' && seat->socket >= 0 && seat->socket == memory->socket);
}

static void on_event(struct seat *seat, const struct packet *packet)
{
    const struct actor *actor = seat->actor;
    struct str number = packet_number(packet->payload, "[\"said\",[", ',');
    struct buf want = {0};
    uint64_t message = 0;

    if (!may_hear(seat) || !str_to_u64(number, actor->sim->n_messages, &message)) {
        oracle_complain(oracle_of(actor), "client %zu hears %.*s", actor->index,
                        STR_FMT(packet->payload));
        return;
    }
    deed_text(actor->sim, (unsigned)message, &want);
    if (!is_message(seat, packet->payload, buf_str(&want))) {
        oracle_complain(oracle_of(actor), "client %zu hears %.*s, not %.*s", actor->index,
                        STR_FMT(packet->payload), STR_FMT(buf_str(&want)));
    }
    buf_deinit(&want);
    oracle_hears(oracle_of(actor), seat->socket, (unsigned)message);
    answer_event(seat, packet->id, message);
}

/* Who is put out of a namespace may stay in others; who is in none has nothing to stay for. */
static void on_disconnected(struct seat *seat)
{
    struct actor *actor = seat->actor;

    oracle_hears(oracle_of(actor), seat->socket, 0);
    seat->is_in = false;
    if (cast_seat(actor, 0) == NULL) {
        cast_exit(actor, false);
    }
}

/* "[{\"body\":{\"n\":7},...}]", or the ack of an event: "[7]" */
static void check_answer(struct simulation *sim, const struct command *command, struct str text)
{
    char want[64];

    if (command->way == COMMAND_EVENT) {
        (void)snprintf(want, sizeof(want), "[%u]", command->number);
    } else if (command->answer == ANSWER_NEVER) {
        (void)snprintf(want, sizeof(want), "[{\"body\":\"Service Unavailable\"");
    } else {
        (void)snprintf(want, sizeof(want), "[{\"body\":{\"n\":%u}", command->number);
    }
    if (!str_starts_with(text, str_from(want)) && !command->is_excused) {
        oracle_complain(&sim->oracle, "command %u is answered %.*s", command->number,
                        STR_FMT(text));
    }
}

static void on_ack(struct seat *seat, const struct packet *packet)
{
    const struct actor *actor = seat->actor;
    struct command *command = answered_command(actor->sim, packet->id);
    char what[32];

    if (command == NULL) {
        return;
    }
    if (command->seat != seat || command->life != actor->life) {
        oracle_complain(oracle_of(actor), "client %zu gets the answer to command %u, of another",
                        actor->index, command->number);
        return;
    }
    (void)snprintf(what, sizeof(what), "answer %u", command->number);
    check_answer(actor->sim, command, packet->payload);
    oracle_has_reached(oracle_of(actor), seat->socket, command->position, what);
}

/* Where a packet belongs; NULL (and a complaint): no such namespace. */
static struct seat *seat_of(struct actor *actor, struct str nsp)
{
    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        if (str_eq(nsp, str_from(deed_namespace(i)))) {
            return &actor->seats[i];
        }
    }
    oracle_complain(oracle_of(actor), "client %zu hears of %.*s", actor->index, STR_FMT(nsp));
    return NULL;
}

static void on_message(struct wire *wire, struct str text, void *ctx)
{
    struct actor *actor = ctx;
    struct packet packet = packet_read(text);
    struct seat *seat = seat_of(actor, packet.nsp);

    (void)wire;
    if (seat == NULL) {
        return;
    }
    switch (packet.type) {
    case '0':
        on_connect(seat, &packet);
        break;
    case '1':
        on_disconnected(seat);
        break;
    case '2':
        on_event(seat, &packet);
        break;
    case '3':
        on_ack(seat, &packet);
        break;
    case '4': /* nobody is refused here, unless memory is short */
        if (actor->sim->fail_percent == 0) {
            oracle_complain(oracle_of(actor), "client %zu is refused", actor->index);
        }
        cast_exit(actor, false);
        break;
    default:
        oracle_complain(oracle_of(actor), "client %zu hears %.*s", actor->index, STR_FMT(text));
    }
}

static void join(struct seat *seat)
{
    const struct memory *memory = memory_of(seat);
    struct buf text = {0};

    seat->is_asked = true;
    begin_packet(&text, '0', seat);
    if (memory->pid[0] != '\0' && seat->actor->wire.revision == 4) {
        buf_printf(&text, "{\"pid\":\"%s\",\"offset\":\"%s\",\"former\":%d}", memory->pid,
                   memory->offset, memory->socket);
    }
    send_packet(seat, &text);
}

/* Into the first namespace clients of Socket.IO 2 come without asking. */
static void on_open(struct wire *wire, void *ctx)
{
    struct actor *actor = ctx;

    actor->seats[0].is_asked = true;
    if (wire->revision == 4) {
        join(&actor->seats[0]);
    }
}

/* Whether there is a socket that has no reason to go. */
static bool should_stay(const struct actor *actor)
{
    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        const struct seat *seat = &actor->seats[i];

        if (seat->is_in && seat->socket >= 0 && !socket_at(seat)->is_excused) {
            return true;
        }
    }
    return false;
}

static void leave_stage(struct actor *actor)
{
    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        actor->seats[i].is_in = false;
    }
    actor->is_on = false;
    actor->life++;
}

/* The server ends it: whether it had a reason is what on_disconnect() is asked. */
static void on_end(struct wire *wire, const char *problem, void *ctx)
{
    struct actor *actor = ctx;

    (void)wire;
    simulation_trace(actor->sim, "client %zu is off", actor->index);
    if (problem != NULL) {
        oracle_complain(oracle_of(actor), "client %zu gets %s", actor->index, problem);
    }
    if (!actor->sim->is_lowering && should_stay(actor)) {
        oracle_complain(oracle_of(actor), "the connection of client %zu ends", actor->index);
    }
    leave_stage(actor);
}

static const struct wire_events wire_events = {
    .on_open = on_open, .on_message = on_message, .on_end = on_end};

/* ---- sockets: what they do ---- */

static void clear_seats(struct actor *actor)
{
    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        actor->seats[i] = (struct seat){.actor = actor, .nsp = i, .socket = -1};
    }
}

void cast_enter(struct actor *actor, unsigned revision, const struct wire_style *style)
{
    static const char *const ways[] = {"polling", "WebSocket", "polling first"};

    actor->life++;
    clear_seats(actor);
    (void)snprintf(actor->query, sizeof(actor->query), "&actor=%zu&life=%u", actor->index,
                   actor->life);
    actor->is_on = wire_open(&actor->wire, actor->sim->port, revision, style, actor->query);
    simulation_trace(actor->sim, "client %zu enters, revision %u, %s", actor->index, revision,
                     ways[style->way]);
}

void cast_join(struct seat *seat)
{
    simulation_trace(seat->actor->sim, "client %zu asks for %s", seat->actor->index,
                     deed_namespace(seat->nsp));
    join(seat);
}

struct seat *cast_seat(struct actor *actor, unsigned which)
{
    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        struct seat *seat = &actor->seats[(which + i) % ORACLE_NAMESPACES];

        if (seat->is_in && !seat->is_done) {
            return seat;
        }
    }
    return NULL;
}

/* Who leaves a namespace may or may not get answers that are on their way. */
static void excuse_answers(struct seat *seat)
{
    const struct actor *actor = seat->actor;

    for (size_t n = 1; n <= actor->sim->n_commands; n++) {
        struct command *command = &actor->sim->commands[n];

        if (command->seat == seat && command->life == actor->life) {
            command->is_excused = true;
        }
    }
}

void cast_leave(struct seat *seat)
{
    struct buf text = {0};

    simulation_trace(seat->actor->sim, "client %zu leaves %s", seat->actor->index,
                     deed_namespace(seat->nsp));
    socket_at(seat)->is_excused = true;
    seat->is_done = true;
    excuse_answers(seat);
    begin_packet(&text, '1', seat);
    send_packet(seat, &text);
}

void cast_exit(struct actor *actor, bool is_cut)
{
    simulation_trace(actor->sim, "client %zu %s", actor->index, is_cut ? "is cut off" : "closes");
    for (unsigned i = 0; i < ORACLE_NAMESPACES; i++) {
        if (actor->seats[i].socket >= 0) {
            socket_at(&actor->seats[i])->is_excused = true;
        }
    }
    wire_close(&actor->wire, is_cut);
    leave_stage(actor);
}

void cast_connected(struct seat *seat, unsigned life, int socket)
{
    if (seat->actor->life == life) {
        seat->socket = socket;
    } else if (socket >= 0) {
        oracle_of(seat->actor)->sockets[socket].is_excused = true; /* it has gone meanwhile */
    }
}

void cast_send(struct seat *seat, struct command *command)
{
    struct buf text = {0};

    command->seat = seat;
    command->life = seat->actor->life;
    begin_packet(&text, '2', seat);
    if (command->way == COMMAND_EVENT) {
        buf_printf(&text, "%u[\"do\",%u]", command->number, command->number);
    } else {
        buf_printf(&text, "%u[\"post\",{\"url\":\"/do/%u\"}]", command->number, command->number);
    }
    send_packet(seat, &text);
}

/* ---- all of them ---- */

void cast_init(struct simulation *sim)
{
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        sim->actors[i] = (struct actor){.sim = sim, .index = i};
        clear_seats(&sim->actors[i]);
        wire_init(&sim->actors[i].wire, &sim->world, &wire_events, &sim->actors[i]);
    }
    for (size_t i = 0; i < CAST_VISITORS; i++) {
        visitor_init(&sim->visitors[i], sim, i);
    }
}

static void check_command(struct simulation *sim, const struct command *command)
{
    const struct seat *seat = command->seat;
    bool can_hear = command->way == COMMAND_HTTP ||
                    (seat != NULL && seat->is_in && seat->actor->life == command->life);

    if (can_hear && !command->is_excused && command->state != COMMAND_RECEIVED) {
        static const char *const words[] = {"never reached the application", "was never answered",
                                            "lost its answer"};

        oracle_complain(&sim->oracle, "command %u %s", command->number, words[command->state]);
    }
    if (command->wants_done) {
        oracle_must_be_told(&sim->oracle, command->call_number);
    }
}

static void check_seat(const struct seat *seat)
{
    struct actor *actor = seat->actor;

    if (seat->is_in && seat->socket >= 0) {
        oracle_must_have_heard_all(oracle_of(actor), seat->socket);
    } else if (actor->is_on && seat->socket >= 0 && !socket_at(seat)->is_excused) {
        oracle_complain(oracle_of(actor), "client %zu never heard that it is connected to %s",
                        actor->index, deed_namespace(seat->nsp));
    }
}

void cast_check(struct simulation *sim)
{
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        for (unsigned nsp = 0; nsp < ORACLE_NAMESPACES; nsp++) {
            check_seat(&sim->actors[i].seats[nsp]);
        }
    }
    for (size_t n = 1; n <= sim->n_commands; n++) {
        check_command(sim, &sim->commands[n]);
    }
}

void cast_end(struct simulation *sim)
{
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        wire_close(&sim->actors[i].wire, false);
    }
    for (size_t i = 0; i < CAST_VISITORS; i++) {
        peer_close(&sim->visitors[i].peer, false);
    }
}
