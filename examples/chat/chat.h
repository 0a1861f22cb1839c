/* chat.h - what the actions have in common. */
#ifndef CHAT_CHAT_H
#define CHAT_CHAT_H

#include "rooms.h"

#include <sails/sails.h>

/* The app's context. */
struct chat {
    struct rooms *rooms;
    struct census *census;
};

/* A socket room. Its prefix keeps rooms that people name apart from those that we and Sails name, or
 * a room could be named like somebody's socket, and read what is meant for that one alone. */
struct channel {
    char name[SAILS_ROOM_NAME_MAX + 1];
};

struct channel channel_of_room(const char *room);
struct channel channel_of_person(const char *name); /* all the sockets of one person */

/* Who asks: a view. NULL: nobody who is logged in. */
const char *person_of(sails_req *req);

/* Answers with 401, and why: {"code", "message"}. */
void turn_away(sails_res *res, const char *code, const char *message);

/* A new {"rooms": [...]}. */
json_t *list_of(const struct chat *chat);

/* A new {"room", "members": [...]}. */
json_t *members_of(const struct chat *chat, const char *room);

/* account/login */
void login_add_action(sails_app *app);

/* account/logout, me; the policy isLoggedIn. */
void account_add_actions(sails_app *app);

/* rooms/find, join, leave; sockets that go leave their rooms. */
void rooms_add_actions(sails_app *app);

/* messages/find, create, whisper, announce. */
void messages_add_actions(sails_app *app);

/* All sockets of people who are logged in. */
#define EVERYBODY "everybody"

/* Inputs that several actions have. Names neither begin nor end with a space. */
#define NAME_RULE "^\\S(.*\\S)?$"
#define ROOM_INPUT                                                                                 \
    {                                                                                              \
        .name = "room", .type = "string", .required = true, .is_not_empty_string = true,           \
        .max_length = 40, .regex = NAME_RULE                                                       \
    }
#define NAME_INPUT                                                                                 \
    {                                                                                              \
        .name = "name", .type = "string", .required = true, .is_not_empty_string = true,           \
        .max_length = 24, .regex = NAME_RULE                                                       \
    }

#endif
