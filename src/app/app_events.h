/*
 * app_events.h - who listens to what happens to an app: see sails/event.h.
 *
 * Purpose    Keeps the listeners, and how far the app has come.
 * Ownership  Owns copies of the names.
 * Threads    Listeners come from the thread that lifts; once lifted the list never changes, and any thread reads it.
 * Floor      app.
 */
#ifndef APP_APP_EVENTS_H
#define APP_APP_EVENTS_H

#include <sails/event.h>
#include <stddef.h>

struct app_listener {
    char *event;
    sails_event_cb on_event;
    void *ctx;
};

/* In the order in which they are reached, each once. */
enum app_phase {
    PHASE_NEW,
    PHASE_MODELS,
    PHASE_READY,
    PHASE_LISTENING,
    PHASE_LIFTED,
    PHASE_LOWERED
};

struct app_events {
    struct app_listener *items;
    size_t n_items;
    _Atomic(enum app_phase) phase;
};

/* The app has come so far, which its listeners are told. Nothing happens if it was there already, or if it is to be
 * lowered and has not begun. */
void app_events_reach(sails_app *app, enum app_phase phase);

/* A hook has been initialized. 0, SAILS_ENOMEM. */
int app_events_tell_hook(sails_app *app, const char *name);

void app_events_deinit(struct app_events *events);

#endif
