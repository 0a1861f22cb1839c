/*
 * app_blueprints.h - the automatic API of an app's models.
 *
 * Purpose    Settings of `blueprints`, actions and routes of every model, and the program's functions.
 * Ownership  The app owns everything.
 * Threads    The app's own, before the lift.
 * Floor      app.
 */
#ifndef APP_APP_BLUEPRINTS_H
#define APP_APP_BLUEPRINTS_H

#include "actions/target_read.h"

struct sails_app;

/* Registers the actions of every model, but those that the program has itself. 0; SAILS_ENOMEM. */
int app_blueprints_register(struct sails_app *app);

/* Binds the routes, behind all of the application's. 0; SAILS_ECONFIG: logged; SAILS_ENOMEM. */
int app_blueprints_bind(struct sails_app *app, struct target_reader *reader);

/* Says whose records anybody may change, since no policy is asked. */
void app_blueprints_announce(const struct sails_app *app);

#endif
