#include "sim/oracle_state.h"

/*
 * What listeners of rooms are told, held against itself and against what is really so: a room is created before
 * anybody is in it, on whatever worker, and deleted when nobody is.
 *
 * A socket has its own room before the application hears of it: that one is taken as told.
 */

static const char *name_of(const struct oracle *o, int room)
{
    static char name[ORACLE_ID_SIZE];

    return oracle_room_name(o, room, name);
}

void oracle_told_room(struct oracle *o, unsigned nsp, int room, bool exists)
{
    struct oracle_told *told = &o->told[nsp][room];

    if (!o->is_scarce && told->exists == exists) {
        oracle_complain(o, "room %s is told to be %s twice", name_of(o, room),
                        exists ? "created" : "deleted");
    }
    if (!o->is_scarce && told->n_members > 0) {
        oracle_complain(o, "room %s is told to be %s, and has %zu members", name_of(o, room),
                        exists ? "created" : "deleted", told->n_members);
    }
    told->exists = exists;
}

void oracle_told_member(struct oracle *o, int socket, int room, bool is_in)
{
    struct oracle_told *told = &o->told[o->sockets[socket].nsp][room];
    bool *was_in = &o->told_members[socket][room];

    if (*was_in == is_in) {
        oracle_complain(o, "socket %d is told to have %s room %s twice", socket,
                        is_in ? "joined" : "left", name_of(o, room));
        return;
    }
    if (!o->is_scarce && !told->exists) {
        oracle_complain(o, "socket %d is told to have %s room %s, which is not there", socket,
                        is_in ? "joined" : "left", name_of(o, room));
    }
    *was_in = is_in;
    told->n_members += is_in ? 1 : (size_t)-1;
}

void oracle_told_own_room(struct oracle *o, int socket)
{
    int own = oracle_own_room(socket);

    o->told[o->sockets[socket].nsp][own].exists = true;
    oracle_told_member(o, socket, own, true);
}

void oracle_told_all_left(struct oracle *o, int socket)
{
    for (int room = 0; o->hears_of_rooms && room < oracle_n_rooms(o); room++) {
        if (o->told_members[socket][room]) {
            oracle_complain(o, "socket %d goes, and nobody is told that it has left room %s",
                            socket, name_of(o, room));
        }
    }
}

void oracle_check_told(struct oracle *o, int socket, const bool rooms[ORACLE_ROOMS_MAX])
{
    for (int room = 0; o->hears_of_rooms && room < oracle_n_rooms(o); room++) {
        if (o->told_members[socket][room] != rooms[room]) {
            oracle_complain(o, "socket %d has %s room %s, and nobody is told", socket,
                            rooms[room] ? "joined" : "left", name_of(o, room));
        }
    }
}

void oracle_check_told_rooms(struct oracle *o, unsigned nsp)
{
    for (int room = 0; o->hears_of_rooms && !o->is_scarce && room < oracle_n_rooms(o); room++) {
        const struct oracle_told *told = &o->told[nsp][room];

        if (told->exists != (told->n_members > 0)) {
            oracle_complain(o, "room %s has %zu members, and nobody is told that it is %s",
                            name_of(o, room), told->n_members,
                            told->n_members > 0 ? "created" : "deleted");
        }
    }
}
