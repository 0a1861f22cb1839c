/*
 * ids.h - ids of sessions and sockets.
 *
 * Purpose    20 characters of A-Z a-z 0-9 - _ (engine-io 4.1) that nobody guesses, and that tell
 *            which worker made them.
 * Ownership  None.
 * Threads    That worker's thread only (id_make); any (id_worker).
 * Floor      base.
 *
 * 15 bytes in base64url: 11 random bytes, one whose low 6 bits are the worker and whose high 2 are
 * random, and the low 3 bytes of a counter, big endian. 90 bits remain for chance.
 */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include "base/env.h"
#include "base/str.h"

enum {
    ID_LEN = 20,
    WORKERS_MAX = 64
};

/* Writes 20 characters and a NUL; takes the next number of env->id_counter. */
void id_make(struct env *env, char out[ID_LEN + 1]);

/*
 * The worker that an id names, or -1: not of an id's form. Of text with a '#' ("/admin#<id>", the
 * ids of protocol 4 clients) what is behind it counts.
 */
int id_worker(struct str id);

#endif
