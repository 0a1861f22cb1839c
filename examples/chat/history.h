/*
 * history.h - what was said in rooms, kept in the model Message (api/models/Message.json).
 *
 * rooms.h knows which messages there are, and when they were said; here they are written, read and forgotten. The calls
 * return at once, and answer a request when the database has. Any thread.
 */
#ifndef CHAT_HISTORY_H
#define CHAT_HISTORY_H

#include "chat.h"

/* Before the lift. Rooms come back with the program: before it serves, the lift reads which there were. And what other
 * nodes keep and forget is heard of. */
void history_begin(sails_app *app);

/* Keeps a message (taken), and forgets those of its room up to `oldest`, unless it is 0. Then the others in the room get
 * the message, and the request, too, is answered with it. */
void history_keep(sails_res *res, json_t *message, json_int_t oldest);

/* Answers with the last `limit` "messages" of a room before the one at `before`, oldest first, and whether there are
 * "more" before these. */
void history_answer_page(sails_res *res, const char *room, json_int_t before, size_t limit);

/* Nobody has been in that room for long, and another one takes its place. */
void history_forget_room(sails_app *app, const char *room);

#endif
