#include "sim/oracle_state.h"

/* While an operation asks for that name, whoever gets in or out of it may or may not be concerned. */
static void disturb(struct oracle *o, int socket, int room)
{
    for (size_t i = 0; o->n_afloat > 0 && i < o->n_calls; i++) {
        struct oracle_record *r = &o->calls[i];

        if (!r->is_afloat) {
            continue;
        }
        if (r->call.to[0] == room) {
            r->is_disturbed = true;
            for (size_t k = 0; k < r->call.n_rooms; k++) {
                o->members[socket][r->call.rooms[k]] = ORACLE_UNSURE;
            }
        }
        for (size_t k = 0; k < r->call.n_rooms; k++) {
            r->is_disturbed = r->is_disturbed || r->call.rooms[k] == room;
        }
    }
}

void oracle_set_member(struct oracle *o, int socket, int room, enum oracle_membership membership)
{
    uint8_t *member = &o->members[socket][room];

    if (*member == ORACLE_UNSURE && o->n_afloat > 0) {
        disturb(o, socket, room);
        return;
    }
    if (*member != membership) {
        *member = (uint8_t)membership;
        disturb(o, socket, room);
    }
}

enum oracle_membership oracle_in_any(const uint8_t members[ORACLE_ROOMS_MAX], const int *rooms,
                                     size_t n)
{
    enum oracle_membership in = ORACLE_OUT;

    for (size_t i = 0; i < n && in != ORACLE_IN; i++) {
        enum oracle_membership here = (enum oracle_membership)members[rooms[i]];

        in = here != ORACLE_OUT ? here : in;
    }
    return in;
}

void oracle_adopt(struct oracle *o, int socket, bool all)
{
    const struct oracle_socket *s = &o->sockets[socket];
    bool rooms[ORACLE_ROOMS_MAX] = {false};
    bool is_there = s->is_in && !s->is_leaving && o->look(o->look_ctx, s, rooms);

    for (int room = 0; room < oracle_n_rooms(o); room++) {
        if (all || o->members[socket][room] == ORACLE_UNSURE) {
            o->members[socket][room] = is_there && rooms[room] ? ORACLE_IN : ORACLE_OUT;
        }
    }
}

void oracle_leave_all(struct oracle *o, int socket, bool own, enum oracle_membership to)
{
    for (int room = 0; room < oracle_n_rooms(o); room++) {
        if (o->members[socket][room] != ORACLE_OUT && (own || room != oracle_own_room(socket))) {
            oracle_set_member(o, socket, room, to);
        }
    }
}
