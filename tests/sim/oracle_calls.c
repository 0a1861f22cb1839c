#include "sim/oracle_state.h"

#include <assert.h>
#include <sails/err.h>

/* ---- applying ---- */

enum oracle_membership oracle_selects(const struct oracle_call *call, int socket,
                                      const uint8_t members[ORACLE_ROOMS_MAX])
{
    enum oracle_membership to =
        call->is_to_all ? ORACLE_IN : oracle_in_any(members, call->to, call->n_to);
    enum oracle_membership except = oracle_in_any(members, call->except, call->n_except);

    if (to == ORACLE_OUT || except == ORACLE_IN || socket == call->except_socket) {
        return ORACLE_OUT;
    }
    return except == ORACLE_UNSURE ? ORACLE_UNSURE : to;
}

static void leave_for_good(struct oracle *o, int socket, bool is_sure)
{
    struct oracle_socket *s = &o->sockets[socket];

    if (!s->is_leaving) {
        oracle_keep_rooms(o, socket);
    }
    oracle_say(o, socket, 0, true); /* it may come as the end of its connection */
    s->is_leaving = s->is_leaving || is_sure;
    s->is_excused = true;
    oracle_leave_all(o, socket, true, is_sure ? ORACLE_OUT : ORACLE_UNSURE);
}

/* With its whole connection, or from its namespace alone. */
static void disconnect(struct oracle *o, const struct oracle_call *call, int socket, bool is_sure)
{
    leave_for_good(o, socket, is_sure);
    for (size_t i = 0; i < o->n_sockets; i++) {
        struct oracle_socket *other = &o->sockets[i];

        if ((int)i == socket || other->client < 0 || !other->is_in || other->is_leaving ||
            other->client != o->sockets[socket].client) {
            continue;
        }
        if (call->closes) {
            leave_for_good(o, (int)i, is_sure);
        }
        other->is_excused = other->may_close = true;
    }
}

static void apply_to_rooms(struct oracle *o, const struct oracle_call *call, int socket,
                           enum oracle_membership membership)
{
    for (size_t i = 0; i < call->n_rooms; i++) {
        oracle_set_member(o, socket, call->rooms[i], membership);
    }
}

static void apply_to_socket(struct oracle *o, struct oracle_record *r, int socket,
                            enum oracle_membership sure)
{
    bool is_sure = sure == ORACLE_IN;

    r->n_matched += is_sure ? 1 : 0;
    r->is_unsure = r->is_unsure || !is_sure;
    switch (r->call.kind) {
    case ORACLE_SEND:
        oracle_say_kept(o, socket, (int)(r - o->calls), !is_sure);
        break;
    case ORACLE_ASK:
        oracle_say(o, socket, r->call.message, !is_sure);
        break;
    case ORACLE_JOIN:
        apply_to_rooms(o, &r->call, socket, is_sure ? ORACLE_IN : ORACLE_UNSURE);
        break;
    case ORACLE_LEAVE:
        apply_to_rooms(o, &r->call, socket, is_sure ? ORACLE_OUT : ORACLE_UNSURE);
        break;
    case ORACLE_LEAVE_ALL:
        oracle_leave_all(o, socket, false, is_sure ? ORACLE_OUT : ORACLE_UNSURE);
        break;
    case ORACLE_DISCONNECT:
        disconnect(o, &r->call, socket, is_sure);
        break;
    case ORACLE_FETCH:
        r->found[socket] = true;
        break;
    }
}

/* Nobody has that id: whoever is in a room of its name is asked, at any time from now until `done`. */
static void set_afloat(struct oracle *o, struct oracle_record *r)
{
    r->is_afloat = true;
    o->n_afloat++;
    for (size_t i = 0; i < o->n_calls; i++) {
        struct oracle_record *other = &o->calls[i];

        if (other != r && other->is_afloat) {
            r->is_disturbed = other->is_disturbed = true;
        }
    }
    for (size_t s = 0; s < o->n_sockets; s++) {
        if (o->sockets[s].is_in && o->sockets[s].nsp == r->call.nsp &&
            o->members[s][r->call.to[0]] != ORACLE_OUT) {
            r->n_matched++;
            apply_to_rooms(o, &r->call, (int)s, ORACLE_UNSURE);
        }
    }
}

static void settle(struct oracle *o, struct oracle_record *r)
{
    r->is_afloat = false;
    o->n_afloat--;
    for (size_t s = 0; o->n_afloat == 0 && s < o->n_sockets; s++) {
        for (int room = 0; !r->is_disturbed && room < oracle_n_rooms(o); room++) {
            if (o->members[s][room] == ORACLE_UNSURE) {
                o->members[s][room] = r->call.kind == ORACLE_JOIN ? ORACLE_IN : ORACLE_OUT;
            }
        }
        oracle_adopt(o, (int)s, false);
    }
}

/* The socket that a name stands for, or -1. */
static int named_socket(const struct oracle_call *call)
{
    return call->names_socket && call->to[0] >= ORACLE_FIRST_ID ? call->to[0] - ORACLE_FIRST_ID
                                                                : -1;
}

static void apply(struct oracle *o, int number, unsigned worker)
{
    struct oracle_record *r = &o->calls[number];
    int named = named_socket(&r->call);

    r->n_pending--;
    if (r->is_void) {
        return;
    }
    if (o->turn >= 0) {
        o->turn_calls[o->n_turn_calls++] = (size_t)number;
    }
    if (r->call.names_socket && r->call.to[0] >= ORACLE_GHOST) {
        if (named >= 0 && o->sockets[named].nsp == r->call.nsp && o->sockets[named].is_in &&
            !o->sockets[named].is_leaving && o->sockets[named].worker == worker) {
            apply_to_socket(o, r, named, ORACLE_IN);
        }
        if (r->n_pending == 0 && r->n_matched == 0) {
            set_afloat(o, r);
        }
        return;
    }
    for (size_t s = 0; s < o->n_sockets; s++) {
        const struct oracle_socket *socket = &o->sockets[s];
        enum oracle_membership sure = ORACLE_OUT;

        if (socket->worker == worker && socket->nsp == r->call.nsp && socket->is_in &&
            !socket->is_leaving) {
            sure = oracle_selects(&r->call, (int)s, o->members[s]);
        }
        if (sure != ORACLE_OUT) {
            apply_to_socket(o, r, (int)s, sure);
        }
    }
}

/* ---- calls ---- */

/* The worker that made an id, of the ghost's: 0; -1: the room bears none. */
static int maker(const struct oracle *o, int room)
{
    if (room < ORACLE_GHOST) {
        return -1;
    }
    return room == ORACLE_GHOST ? 0 : (int)o->sockets[room - ORACLE_FIRST_ID].worker;
}

static void note_id_rooms(struct oracle *o, const struct oracle_call *call)
{
    for (size_t i = 0; call->kind == ORACLE_JOIN && i < call->n_rooms; i++) {
        bool is_own = call->n_to == 1 && call->to[0] == call->rooms[i];

        o->has_id_rooms = o->has_id_rooms || (call->rooms[i] >= ORACLE_GHOST && !is_own);
    }
}

/* Which workers are asked. */
static bool concerns(const struct oracle *o, const struct oracle_call *call, unsigned worker)
{
    bool is_everywhere = o->keeps || call->is_to_all || (o->has_id_rooms && !call->names_socket);

    for (size_t i = 0; !is_everywhere && i < call->n_to; i++) {
        is_everywhere = maker(o, call->to[i]) < 0 || maker(o, call->to[i]) == (int)worker;
    }
    return is_everywhere;
}

int oracle_call(struct oracle *o, const struct oracle_call *call, int worker)
{
    int number = (int)o->n_calls;
    struct oracle_record *r = &o->calls[number];

    if (number == ORACLE_CALLS_MAX) {
        oracle_complain(o, "too many calls");
        return -1;
    }
    o->n_calls++;
    *r = (struct oracle_record){.call = *call};
    note_id_rooms(o, call);
    for (unsigned w = 0; w < o->n_workers; w++) {
        if (concerns(o, call, w)) {
            r->n_pending++;
            if ((int)w != worker) {
                o->queues[w][o->n_queued[w]++] = number;
            }
        }
    }
    if (worker >= 0 && concerns(o, call, (unsigned)worker)) {
        apply(o, number, (unsigned)worker);
    }
    return number;
}

void oracle_returns(struct oracle *o, int call, int rc)
{
    if (call < 0 || rc == 0) {
        return;
    }
    o->calls[call].is_void = true;
    if (rc != SAILS_ENOMEM) {
        oracle_complain(o, "call %d has returned %d", call, rc);
    }
}

static struct oracle_record *end_call(struct oracle *o, int call, int status)
{
    struct oracle_record *r = call >= 0 && (size_t)call < o->n_calls ? &o->calls[call] : NULL;

    if (r == NULL || r->is_void || r->is_told) {
        oracle_complain(o, "call %d is told twice, or after an error", call);
        return NULL;
    }
    r->is_told = true;
    if (r->n_pending > 0) {
        oracle_complain(o, "call %d is told before %u workers have applied it", call, r->n_pending);
    }
    if (!r->is_unsure && !r->is_disturbed &&
        status != (r->call.must_match && r->n_matched == 0 ? SAILS_ENOENT : 0)) {
        oracle_complain(o, "call %d is told %d, and has concerned %zu", call, status, r->n_matched);
    }
    return r;
}

void oracle_done(struct oracle *o, int call, int status)
{
    struct oracle_record *r = end_call(o, call, status);

    if (r != NULL && r->is_afloat) {
        settle(o, r);
    }
}

void oracle_found(struct oracle *o, int call, int status, const int *found, size_t n_found)
{
    struct oracle_record *r = end_call(o, call, status);

    if (r == NULL || r->is_unsure) {
        return;
    }
    if (n_found != r->n_matched) {
        oracle_complain(o, "call %d has found %zu, not %zu", call, n_found, r->n_matched);
    }
    for (size_t i = 0; i < n_found; i++) {
        if (found[i] < 0 || !r->found[found[i]]) {
            oracle_complain(o, "call %d has found socket %d", call, found[i]);
        }
    }
}

void oracle_answered(struct oracle *o, int call, int status, size_t n_answers)
{
    const struct oracle_record *r = end_call(o, call, status == SAILS_ETIMEOUT ? 0 : status);

    if (r == NULL || r->is_unsure) {
        return;
    }
    if (n_answers > r->n_matched || (status == 0 && n_answers < r->n_matched)) {
        oracle_complain(o, "call %d has %zu answers and status %d, and asked %zu", call, n_answers,
                        status, r->n_matched);
    }
}

void oracle_must_be_told(struct oracle *o, int call)
{
    if (call >= 0 && !o->calls[call].is_void && !o->calls[call].is_told) {
        oracle_complain(o, "call %d was never told", call);
    }
}

/* ---- turns ---- */

void oracle_before_turn(struct oracle *o, unsigned worker)
{
    size_t end = o->n_queued[worker];

    o->turn = (int)worker;
    o->n_turn_calls = 0;
    for (size_t s = 0; s < o->n_sockets; s++) {
        if (o->sockets[s].worker == worker) {
            o->sockets[s].turn_start = o->sockets[s].n_words;
        }
    }
    while (o->n_taken[worker] < end) {
        apply(o, o->queues[worker][o->n_taken[worker]++], worker);
    }
}
