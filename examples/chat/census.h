/*
 * census.h - counting who is where, on all nodes.
 *
 * Nobody keeps lists of who has come and gone, which would be wrong as soon as a node dies without a word: all nodes are
 * asked who is there. rooms.h has what came of it last. Any thread.
 */
#ifndef CHAT_CENSUS_H
#define CHAT_CENSUS_H

#include "chat.h"

struct census *census_create(void); /* NULL: no memory */
void census_destroy(struct census *census);

/* Before the lift: this node counts when another one says that somebody has come or gone, and now and then, because a node
 * that dies says nothing. */
void census_begin(sails_app *app);

/* Somebody of this node has come or gone: all nodes count anew, and each tells its own people what has changed. */
void census_take(sails_app *app);

/* The same, and calls `answer` when all that has happened up to now is counted. */
void census_answer(sails_res *res, void (*answer)(sails_res *res));

#endif
