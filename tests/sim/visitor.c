#include "sim/simulation.h"

/*
 * Clients of HTTP: each counts its visits, or asks for what a command says.
 */

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

void visitor_init(struct visitor *visitor, struct simulation *sim, size_t index)
{
    *visitor = (struct visitor){.sim = sim, .index = index};
    peer_init(&visitor->peer, &sim->world, &visitor_events, visitor);
}

void visitor_ask(struct visitor *visitor, struct command *command)
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
