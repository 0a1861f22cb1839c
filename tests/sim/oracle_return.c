#include "sim/oracle_state.h"

#include <string.h>

/*
 * Connection state recovery: who has lost its connection is away, and may come back as the same socket, with
 * its rooms, to hear what it has missed.
 *
 * In one thread a worker has taken all mail that there is before any of its sockets goes or comes back: so what was
 * sent since follows what was said before and not heard. What is asked is not kept.
 *
 * What is kept is looked through with the rooms that it had when it went, as in Node: from the last that it has
 * heard on, if anything was lost on the way. So what was sent to a room that it left later is gone, and what was sent
 * to one before it joined may come.
 */

static bool is_one_of(const char *text, const char *const *list)
{
    while (*list != NULL && strcmp(*list, text) != 0) {
        list++;
    }
    return *list != NULL;
}

void oracle_keep_rooms(struct oracle *o, int socket)
{
    memcpy(o->sockets[socket].kept, o->members[socket], sizeof(o->sockets[socket].kept));
}

void oracle_goes_away(struct oracle *o, int socket, const char *reason)
{
    static const char *const may_return[] = {"transport close",
                                             "transport error",
                                             "forced close",
                                             "ping timeout",
                                             "forced server close",
                                             "server shutting down",
                                             NULL};
    struct oracle_socket *s = &o->sockets[socket];

    s->is_away = o->keeps && s->can_return && is_one_of(reason, may_return);
    s->left_at = o->n_calls;
}

/* ---- coming back ---- */

/* The call behind the last one that it has surely heard. */
static size_t first_unheard(const struct oracle_socket *s)
{
    size_t i = s->n_heard;

    while (i > 0 && (s->words[i - 1].call < 0 || s->words[i - 1].is_optional)) {
        i--;
    }
    return i > 0 ? (size_t)s->words[i - 1].call + 1 : 0;
}

/* What was said to it under that call and not heard; NULL: nothing. */
static const struct oracle_word *find_unheard(const struct oracle_socket *s, size_t call)
{
    for (size_t i = s->n_heard; i < s->n_words; i++) {
        if (s->words[i].call == (int)call) {
            return &s->words[i];
        }
    }
    return NULL;
}

static bool has_lost_some(const struct oracle_socket *s)
{
    bool has = false;

    for (size_t i = s->n_heard; i < s->n_words; i++) {
        has = has || s->words[i].call >= 0;
    }
    return has;
}

/* What it has to hear now; of the words before those that it has heard are left. */
static void say_missed(struct oracle *o, int socket)
{
    struct oracle_socket *s = &o->sockets[socket];
    size_t n_before = s->n_words;
    size_t n = s->n_heard;

    for (size_t i = has_lost_some(s) ? first_unheard(s) : s->left_at; i < o->n_calls; i++) {
        const struct oracle_call *call = &o->calls[i].call;
        const struct oracle_word *unheard = find_unheard(s, i);
        enum oracle_membership sure = ORACLE_OUT;
        bool is_known = i >= s->left_at || (unheard != NULL && !unheard->is_optional);

        if (call->kind == ORACLE_SEND && call->nsp == s->nsp && !o->calls[i].is_void) {
            sure = oracle_selects(call, socket, s->kept);
        }
        if (sure != ORACLE_OUT) {
            oracle_say_kept(o, socket, (int)i, sure == ORACLE_UNSURE || !is_known);
        }
    }
    memmove(s->words + n, s->words + n_before, (s->n_words - n_before) * sizeof(*s->words));
    s->n_words = n + s->n_words - n_before;
}

static void come_back(struct oracle *o, int socket, const struct oracle_newcomer *newcomer)
{
    struct oracle_socket *s = &o->sockets[socket];

    if (strcmp(newcomer->id, s->id) != 0) {
        oracle_complain(o, "socket %d is recovered as %s, not as %s", socket, newcomer->id, s->id);
    }
    say_missed(o, socket);
    s->worker = newcomer->worker;
    s->client = newcomer->client;
    s->is_in = true;
    s->is_away = s->is_leaving = s->may_close = s->is_excused = false;
    for (int room = 0; room < ORACLE_ROOMS_MAX; room++) {
        if (s->kept[room] != ORACLE_OUT) {
            oracle_set_member(o, socket, room, (enum oracle_membership)s->kept[room]);
        }
    }
    oracle_set_member(o, socket, oracle_own_room(socket),
                      ORACLE_IN); /* left or not: as who connects */
}

int oracle_comes_back(struct oracle *o, int former, bool knows_offset,
                      const struct oracle_newcomer *newcomer, bool is_recovered)
{
    bool is_known = former >= 0 && (size_t)former < o->n_sockets;
    bool can_return = is_known && o->sockets[former].is_away && knows_offset;

    if (is_recovered != can_return) {
        oracle_complain(o, "socket %d is%s recovered, and could%s be", former,
                        is_recovered ? "" : " not", can_return ? "" : " not");
    }
    if (!is_recovered || !is_known) {
        return oracle_connects(o, newcomer);
    }
    come_back(o, former, newcomer);
    return former;
}
