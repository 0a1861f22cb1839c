/*
 * app_describe.h - what an app is asked to say of itself instead of serving.
 *
 * Purpose    `--routes` and `--openapi`: the app is configured as far as its routes, and never listens.
 * Ownership  Borrows the app.
 * Threads    The app's own.
 * Floor      app; uses request, base.
 */
#ifndef APP_APP_DESCRIBE_H
#define APP_APP_DESCRIBE_H

#include "app/app.h"

bool app_describe_is_wanted(const struct sails_app *app);

/* Prints it on standard output. 0; SAILS_ECONFIG: logged; SAILS_ECLOSED: nobody reads; SAILS_ENOMEM. */
int app_describe(struct sails_app *app, const char *program);

#endif
