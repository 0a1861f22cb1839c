/*
 * application.h - the small application whose paths are counted: events, routes.
 */
#ifndef PATHS_APPLICATION_H
#define PATHS_APPLICATION_H

#include <sails/sails.h>

/* `n_heard` counts the events `said`. 0, or why it can't be. */
int application_define(sails_app *app, size_t *n_heard);

#endif
