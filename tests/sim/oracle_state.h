/*
 * oracle_state.h - what the parts of the oracle know of each other.
 *
 *     oracle.c           sockets, what they must hear, turns
 *     oracle_members.c   who is in which room, and who may be
 *     oracle_calls.c     operations: at which worker, when, to whom, and what is told
 *     oracle_return.c    who is away, and comes back
 *     oracle_told.c      what listeners of rooms are told
 */
#ifndef SIM_ORACLE_STATE_H
#define SIM_ORACLE_STATE_H

#include "sim/oracle.h"

/* The room that bears a socket's id. */
static inline int oracle_own_room(int socket)
{
    return ORACLE_FIRST_ID + socket;
}

static inline int oracle_n_rooms(const struct oracle *o)
{
    return ORACLE_FIRST_ID + (int)o->n_sockets;
}

/* One more thing that a socket has to hear. */
void oracle_say(struct oracle *o, int socket, unsigned message, bool is_optional);

/* The same, of a call that is kept for it. */
void oracle_say_kept(struct oracle *o, int socket, int call, bool is_optional);

/* ---- oracle_members.c ---- */

/* While an operation is afloat that could concern it, a membership stays unsure. */
void oracle_set_member(struct oracle *o, int socket, int room, enum oracle_membership membership);

/* In any of them: the surest answer. */
enum oracle_membership oracle_in_any(const uint8_t members[ORACLE_ROOMS_MAX], const int *rooms,
                                     size_t n);

/* How sure it is that a call is for a socket of these memberships. */
enum oracle_membership oracle_selects(const struct oracle_call *call, int socket,
                                      const uint8_t members[ORACLE_ROOMS_MAX]);

/* Takes what is really so for right, where it is unsure or (`all`) anywhere. */
void oracle_adopt(struct oracle *o, int socket, bool all);

/* All rooms, or (not `own`) all but its own. */
void oracle_leave_all(struct oracle *o, int socket, bool own, enum oracle_membership to);

/* ---- oracle_return.c ---- */

/* Its memberships are those that it comes back with. */
void oracle_keep_rooms(struct oracle *o, int socket);

/* It has gone. */
void oracle_goes_away(struct oracle *o, int socket, const char *reason);

/* ---- oracle_told.c ---- */

/* Who connects has its own room. */
void oracle_told_own_room(struct oracle *o, int socket);

/* Who goes has left all. */
void oracle_told_all_left(struct oracle *o, int socket);

/* After a turn: what is really so has been told. */
void oracle_check_told(struct oracle *o, int socket, const bool rooms[ORACLE_ROOMS_MAX]);
void oracle_check_told_rooms(struct oracle *o, unsigned nsp);

#endif
