#include "base/mem.h"
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

/* "0{\"sid\":\"...\"}" of revision 5 of Socket.IO, "0" of revision 4. */
static void on_connect(struct actor *actor, struct str rest)
{
    struct str id = str_from(actor->wire.sid);

    if (actor->wire.revision == 4) {
        id = rest.len > 10 ? (struct str){rest.ptr + 8, rest.len - 10} : (struct str){NULL, 0};
    }
    if (actor->is_in || actor->socket < 0 ||
        !str_eq(id, str_from(oracle_of(actor)->sockets[actor->socket].id))) {
        oracle_complain(oracle_of(actor), "client %zu is connected as \"%.*s\"", actor->index,
                        STR_FMT(id));
    }
    actor->is_in = true;
}

/* A client that is asked says which message it was. */
static void answer_event(struct actor *actor, struct str id, uint64_t message)
{
    struct buf text = {0};

    if (id.len > 0) {
        buf_printf(&text, "3%.*s[%llu]", STR_FMT(id), (unsigned long long)message);
        wire_send(&actor->wire, buf_str(&text));
    }
    buf_deinit(&text);
}

/* "2[\"said\",[7,\"xxx\"]]", with the id of an ack before the bracket if an answer is wanted. */
static void on_event(struct actor *actor, struct str text)
{
    static const char start[] = "[\"said\",[";
    struct str id = {text.ptr, str_find(text, '[')};
    struct str number = {NULL, 0};
    struct buf want = {0};
    uint64_t message = 0;

    text = str_from_offset(text, id.len);
    if (str_starts_with(text, str_from(start))) {
        number = str_from_offset(text, strlen(start));
        number.len = str_find(number, ',');
    }
    if (!actor->is_in || !str_to_u64(number, actor->sim->n_messages, &message)) {
        oracle_complain(oracle_of(actor), "client %zu hears %.*s", actor->index, STR_FMT(text));
        return;
    }
    play_text(actor->sim, (unsigned)message, &want);
    if (!str_eq(buf_str(&want), text)) {
        oracle_complain(oracle_of(actor), "client %zu hears %.*s, not %.*s", actor->index,
                        STR_FMT(text), STR_FMT(buf_str(&want)));
    }
    buf_deinit(&want);
    oracle_hears(oracle_of(actor), actor->socket, (unsigned)message);
    answer_event(actor, id, message);
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

static void on_ack(struct actor *actor, struct str text)
{
    size_t digits = str_find(text, '[');
    struct command *command = answered_command(actor->sim, (struct str){text.ptr, digits});
    char what[32];

    if (command == NULL) {
        return;
    }
    if (command->actor != actor || command->life != actor->life) {
        oracle_complain(oracle_of(actor), "client %zu gets the answer to command %u, of another",
                        actor->index, command->number);
        return;
    }
    (void)snprintf(what, sizeof(what), "answer %u", command->number);
    check_answer(actor->sim, command, str_from_offset(text, digits));
    oracle_has_reached(oracle_of(actor), actor->socket, command->position, what);
}

static void on_message(struct wire *wire, struct str text, void *ctx)
{
    struct actor *actor = ctx;
    struct str rest = str_from_offset(text, text.len > 0 ? 1 : 0);

    (void)wire;
    switch (text.len > 0 ? text.ptr[0] : '\0') {
    case '0':
        on_connect(actor, rest);
        break;
    case '1':
        oracle_hears(oracle_of(actor), actor->socket, 0);
        cast_exit(actor, EXIT_TRANSPORT);
        break;
    case '2':
        on_event(actor, rest);
        break;
    case '3':
        on_ack(actor, rest);
        break;
    case '4': /* nobody is refused here, unless memory is short */
        if (actor->sim->fail_percent == 0) {
            oracle_complain(oracle_of(actor), "client %zu is refused", actor->index);
        }
        cast_exit(actor, EXIT_TRANSPORT);
        break;
    default:
        oracle_complain(oracle_of(actor), "client %zu hears %.*s", actor->index, STR_FMT(text));
    }
}

static void on_open(struct wire *wire, void *ctx)
{
    (void)ctx;
    if (wire->revision == 4) {
        wire_send(wire, STR("0"));
    }
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
    if (actor->is_in && actor->socket >= 0 && !actor->sim->is_lowering &&
        !oracle_of(actor)->sockets[actor->socket].is_excused) {
        oracle_complain(oracle_of(actor), "the connection of client %zu ends", actor->index);
    }
    actor->is_on = actor->is_in = false;
    actor->life++;
}

static const struct wire_events wire_events = {
    .on_open = on_open, .on_message = on_message, .on_end = on_end};

/* ---- sockets: what they do ---- */

void cast_enter(struct actor *actor, unsigned revision, enum wire_way way)
{
    static const char *const ways[] = {"polling", "WebSocket", "polling first"};

    actor->life++;
    actor->socket = -1;
    actor->is_in = actor->is_done = false;
    (void)snprintf(actor->query, sizeof(actor->query), "&actor=%zu&life=%u", actor->index,
                   actor->life);
    actor->is_on = wire_open(&actor->wire, actor->sim->port, revision, way, actor->query);
    simulation_trace(actor->sim, "client %zu enters, revision %u, %s", actor->index, revision,
                     ways[way]);
}

static void excuse(struct actor *actor)
{
    if (actor->socket >= 0) {
        oracle_of(actor)->sockets[actor->socket].is_excused = true;
    }
}

/* Who leaves the namespace may or may not get answers that are on their way. */
static void excuse_answers(struct actor *actor)
{
    for (size_t n = 1; n <= actor->sim->n_commands; n++) {
        struct command *command = &actor->sim->commands[n];

        if (command->actor == actor && command->life == actor->life) {
            command->is_excused = true;
        }
    }
}

void cast_exit(struct actor *actor, enum cast_exit how)
{
    static const char *const hows[] = {"leaves the namespace", "closes", "is cut off"};

    simulation_trace(actor->sim, "client %zu %s", actor->index, hows[how]);
    excuse(actor);
    if (how == EXIT_NAMESPACE) {
        actor->is_done = true;
        excuse_answers(actor);
        wire_send(&actor->wire, STR("1"));
        return;
    }
    wire_close(&actor->wire, how == EXIT_CUT);
    actor->is_on = actor->is_in = false;
    actor->life++;
}

void cast_connected(struct actor *actor, unsigned life, int socket)
{
    if (actor->life == life) {
        actor->socket = socket;
    } else if (socket >= 0) {
        oracle_of(actor)->sockets[socket].is_excused = true; /* it has gone meanwhile */
    }
}

void cast_send(struct actor *actor, struct command *command)
{
    struct buf text = {0};

    command->actor = actor;
    command->life = actor->life;
    if (command->way == COMMAND_EVENT) {
        buf_printf(&text, "2%u[\"do\",%u]", command->number, command->number);
    } else {
        buf_printf(&text, "2%u[\"post\",{\"url\":\"/do/%u\"}]", command->number, command->number);
    }
    wire_send(&actor->wire, buf_str(&text));
    buf_deinit(&text);
}

/* ---- visitors ---- */

static void keep_cookie(struct visitor *visitor, struct str head)
{
    struct str cookie = peer_header(head, "set-cookie");

    if (cookie.ptr != NULL && str_starts_with(cookie, STR("sails.sid="))) {
        (void)snprintf(visitor->cookie, sizeof(visitor->cookie), "Cookie: %.*s\r\n",
                       (int)str_find(cookie, ';'), cookie.ptr);
    }
}

/* A session's count of visits goes up by one, whichever worker is asked. */
static void on_visited(struct visitor *visitor, unsigned status, struct str head, struct str body)
{
    struct oracle *o = &visitor->sim->oracle;
    uint64_t n = 0;

    keep_cookie(visitor, head);
    if (status == 200 && str_to_u64(body, UINT32_MAX, &n) && n == visitor->n_visits + 1) {
        visitor->n_visits++;
    } else if (visitor->is_excused || visitor->is_unsure) {
        visitor->n_visits = n > 0 ? (unsigned)n : visitor->n_visits;
    } else {
        oracle_complain(o, "visitor %zu has been there %u times, and is told %u, %.*s",
                        visitor->index, visitor->n_visits, status, STR_FMT(body));
    }
}

static void on_served(struct visitor *visitor, unsigned status, struct str body)
{
    struct simulation *sim = visitor->sim;
    struct command *command = &sim->commands[visitor->command];
    char want[64];

    (void)snprintf(want, sizeof(want), "{\n  \"n\": %u\n}", command->number);
    if (!command->is_excused && command->state != COMMAND_ANSWERED) {
        oracle_complain(&sim->oracle, "command %u gets an answer that nobody has given: %.*s",
                        command->number, STR_FMT(body));
    } else if (command->answer == ANSWER_NEVER
                   ? status != 503 && !command->is_excused
                   : !str_eq(body, str_from(want)) && !command->is_excused) {
        oracle_complain(&sim->oracle, "command %u is answered %u %.*s", command->number, status,
                        STR_FMT(body));
    }
    command->state = COMMAND_RECEIVED;
}

static void on_answer(struct peer *peer, unsigned status, struct str head, struct str body,
                      void *ctx)
{
    struct visitor *visitor = ctx;

    (void)peer;
    if (visitor->command == 0) {
        on_visited(visitor, status, head, body);
    } else {
        on_served(visitor, status, body);
    }
    visitor->is_unsure = visitor->is_excused || (visitor->is_unsure && visitor->command > 0);
    visitor->is_excused = false;
    if (chance_is(&visitor->sim->chance, 30)) {
        peer_close(&visitor->peer, false);
    }
}

static bool owes_nothing(const struct visitor *visitor)
{
    return visitor->is_excused || visitor->sim->is_lowering ||
           (visitor->command > 0 && visitor->sim->commands[visitor->command].is_excused);
}

static void on_visitor_end(struct peer *peer, bool is_broken, void *ctx)
{
    struct visitor *visitor = ctx;

    (void)peer;
    visitor->is_unsure = visitor->is_unsure || visitor->is_excused;
    if (is_broken || !owes_nothing(visitor)) {
        oracle_complain(&visitor->sim->oracle, "visitor %zu gets no answer", visitor->index);
    }
}

static const struct peer_events visitor_events = {.on_answer = on_answer, .on_end = on_visitor_end};

void cast_visit(struct visitor *visitor, struct command *command)
{
    char target[32];

    if (!peer_connect(&visitor->peer, visitor->sim->port)) {
        return;
    }
    visitor->command = command != NULL ? command->number : 0;
    visitor->is_excused = false;
    (void)snprintf(target, sizeof(target), "/do/%u", visitor->command);
    peer_ask(&visitor->peer, "GET", command != NULL ? target : "/visit", visitor->cookie,
             (struct str){NULL, 0});
}

/* ---- all of them ---- */

void cast_init(struct simulation *sim)
{
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        sim->actors[i] = (struct actor){.sim = sim, .index = i, .socket = -1};
        wire_init(&sim->actors[i].wire, &sim->world, &wire_events, &sim->actors[i]);
    }
    for (size_t i = 0; i < CAST_VISITORS; i++) {
        sim->visitors[i] = (struct visitor){.sim = sim, .index = i};
        peer_init(&sim->visitors[i].peer, &sim->world, &visitor_events, &sim->visitors[i]);
    }
}

static void check_command(struct simulation *sim, const struct command *command)
{
    const struct actor *actor = command->actor;
    bool can_hear = command->way == COMMAND_HTTP ||
                    (actor != NULL && actor->is_in && actor->life == command->life);

    if (can_hear && !command->is_excused && command->state != COMMAND_RECEIVED) {
        static const char *const words[] = {"never reached the application", "was never answered",
                                            "lost its answer"};

        oracle_complain(&sim->oracle, "command %u %s", command->number, words[command->state]);
    }
    if (command->wants_done) {
        oracle_must_be_told(&sim->oracle, command->call_number);
    }
}

void cast_check(struct simulation *sim)
{
    for (size_t i = 0; i < CAST_SOCKETS; i++) {
        const struct actor *actor = &sim->actors[i];

        if (actor->is_in && actor->socket >= 0) {
            oracle_must_have_heard_all(&sim->oracle, actor->socket);
        } else if (actor->is_on && actor->socket >= 0 &&
                   !sim->oracle.sockets[actor->socket].is_excused) {
            oracle_complain(&sim->oracle, "client %zu never heard that it is connected", i);
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
