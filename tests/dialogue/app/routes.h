/*
 * routes.h - the routes of the dialogues' app, one table for each file.
 *
 * Every route does what the route of the same address in ../node/ does. A table ends with NULL.
 */
#ifndef DIALOGUE_ROUTES_H
#define DIALOGUE_ROUTES_H

#include <sails/sails.h>

struct route {
    const char *address;
    sails_action action;
};

extern const struct route request_routes[];
extern const struct route answer_routes[];
extern const struct route session_routes[];
extern const struct route socket_routes[];
extern const struct route lifecycle_routes[];

/* beforeConnect if the environment asks for it, and afterDisconnect. */
void lifecycle_watch(sails_app *app);
void lifecycle_forget(void);

/* Routes with options: what a table of functions cannot say. */
void bind_cors(sails_app *app);
void bind_csrf(sails_app *app);

/* Models, where the environment asks for them. */
void bind_models(sails_app *app);

#endif
