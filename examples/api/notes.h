/* notes.h - the actions notes/find, find-one, create, update and destroy. */
#ifndef API_NOTES_H
#define API_NOTES_H

#include "note_store.h"

#include <sails/app.h>

/* The app's context must be a note store. */
void notes_add_actions(sails_app *app);

#endif
