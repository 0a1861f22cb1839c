#include "app/app_events.h"

#include "app/app.h"
#include "base/mem.h"

static const struct {
    const char *name;
    enum app_phase phase;
} phases[] = {
    {"hook:orm:loaded", PHASE_MODELS},
    {"ready", PHASE_READY},
    {"hook:http:listening", PHASE_LISTENING},
    {"lifted", PHASE_LIFTED},
    {"lower", PHASE_LOWERED},
};

/* ---- telling ---- */

/* Who comes meanwhile has come after it. */
static void tell(sails_app *app, const char *event, json_t *data)
{
    size_t n = app->events.n_items;

    for (size_t i = 0; i < n; i++) {
        struct app_listener one = app->events.items[i];

        if (strcmp(one.event, event) == 0) {
            one.on_event(app, event, data, one.ctx);
        }
    }
}

void app_events_reach(sails_app *app, enum app_phase phase)
{
    enum app_phase before = app->events.phase;

    if (before >= phase || (phase == PHASE_LOWERED && before == PHASE_NEW)) {
        return;
    }
    app->events.phase = phase;
    for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
        if (phases[i].phase == phase) {
            tell(app, phases[i].name, NULL);
        }
    }
}

static void write_hook_event(struct buf *out, const char *name)
{
    buf_printf(out, "hook:%s:loaded", name);
    buf_append_char(out, '\0');
}

int app_events_tell_hook(sails_app *app, const char *name)
{
    struct buf event = {0};
    int rc = 0;

    write_hook_event(&event, name);
    rc = buf_error(&event);
    if (rc == 0) {
        tell(app, event.ptr, NULL);
    }
    buf_deinit(&event);
    return rc;
}

/* ---- what is ours, and has happened ---- */

/* Of a phase; PHASE_NEW: it is none of those. */
static enum app_phase phase_of(const char *event)
{
    for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
        if (strcmp(phases[i].name, event) == 0) {
            return phases[i].phase;
        }
    }
    return PHASE_NEW;
}

static bool is_own(const char *event)
{
    return phase_of(event) != PHASE_NEW || strncmp(event, "hook:", sizeof("hook:") - 1) == 0;
}

static bool has_hook_loaded(const struct sails_app *app, const char *event)
{
    const struct app_hooks *hooks = &app->hooks;
    bool has = false;

    for (size_t i = 0; hooks->is_started != NULL && i < hooks->n_items && !has; i++) {
        struct buf name = {0};

        write_hook_event(&name, hooks->items[i].name);
        has = hooks->is_started[i] && buf_error(&name) == 0 && strcmp(name.ptr, event) == 0;
        buf_deinit(&name);
    }
    return has;
}

static bool has_happened(const struct sails_app *app, const char *event)
{
    enum app_phase phase = phase_of(event);

    return phase != PHASE_NEW ? app->events.phase >= phase : has_hook_loaded(app, event);
}

/* ---- listening ---- */

static int add(struct sails_app *app, const char *event, sails_event_cb on_event, void *ctx)
{
    struct app_events *events = &app->events;
    struct app_listener *items = NULL;
    char *name = mem_strndup(event, strlen(event));

    if (name == NULL) {
        return SAILS_ENOMEM;
    }
    items = mem_realloc(events->items, (events->n_items + 1) * sizeof(*items));
    if (items == NULL) {
        mem_free(name);
        return SAILS_ENOMEM;
    }
    events->items = items;
    items[events->n_items++] =
        (struct app_listener){.event = name, .on_event = on_event, .ctx = ctx};
    return 0;
}

static bool is_event(const char *event)
{
    return event != NULL && event[0] != '\0';
}

static int listen_to(struct sails_app *app, const char *call, const char *event,
                     sails_event_cb on_event, void *ctx)
{
    int rc = is_event(event) && on_event != NULL ? app_check_new(app) : SAILS_EINVAL;

    if (rc == 0) {
        rc = add(app, event, on_event, ctx);
    }
    return setup_result(&app->setup, rc, call, event, NULL);
}

int sails_app_on(sails_app *app, const char *event, sails_event_cb on_event, void *ctx)
{
    return app != NULL ? listen_to(app, "sails_app_on", event, on_event, ctx) : SAILS_EINVAL;
}

int sails_app_after_event(sails_app *app, const char *event, sails_event_cb on_event, void *ctx)
{
    if (app == NULL) {
        return SAILS_EINVAL;
    }
    if (is_event(event) && on_event != NULL && has_happened(app, event)) {
        on_event(app, event, NULL, ctx);
        return 0;
    }
    return listen_to(app, "sails_app_after_event", event, on_event, ctx);
}

int sails_app_emit(sails_app *app, const char *event, json_t *data)
{
    int rc = app != NULL && is_event(event) && !is_own(event) ? 0 : SAILS_EINVAL;

    if (rc == 0) {
        tell(app, event, data);
    }
    json_decref(data);
    return rc;
}

void app_events_deinit(struct app_events *events)
{
    for (size_t i = 0; i < events->n_items; i++) {
        mem_free(events->items[i].event);
    }
    mem_free(events->items);
    events->items = NULL;
    events->n_items = 0;
}

/* ---- the two that have functions of their own ---- */

int sails_app_on_lifted(sails_app *app, sails_lifted_cb on_lifted, void *ctx)
{
    int rc = app == NULL || on_lifted == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->on_lifted = on_lifted;
        app->lifted_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_on_lifted");
}

int sails_app_before_shutdown(sails_app *app, sails_shutdown_cb before_shutdown, void *ctx)
{
    int rc = app == NULL || before_shutdown == NULL ? SAILS_EINVAL : app_check_new(app);

    if (rc == 0) {
        app->before_shutdown = before_shutdown;
        app->shutdown_ctx = ctx;
    }
    return app_note(app, rc, "sails_app_before_shutdown");
}
