#include "gate/departure.h"

#include "base/mem.h"

struct sails_departure {
    struct mail mail; /* while its session comes from another thread */
    const struct departure_watch *watch;
    struct worker *worker;
    char *socket_id;
    json_t *session;
    bool is_stored; /* the store has it */
    char sid[SESSION_ID_MAX + 1];
};

static void departure_destroy(struct sails_departure *d)
{
    json_decref(d->session);
    mem_free(d->socket_id);
    mem_free(d);
}

static void hand_out(struct sails_departure *d)
{
    d->watch->after_disconnect(d, d->watch->ctx);
}

static void deliver(struct worker *worker, struct mail *mail)
{
    struct sails_departure *d = container_of(mail, struct sails_departure, mail);

    if (worker_is_running(worker)) {
        hand_out(d);
    } else {
        departure_destroy(d);
    }
}

static void on_loaded(int status, json_t *session, void *ctx)
{
    struct sails_departure *d = ctx;

    if (status == 0 && json_is_object(session)) {
        json_decref(d->session);
        d->session = session;
        d->is_stored = true;
    }
    if (worker_is_current(d->worker)) {
        hand_out(d);
        return;
    }
    d->mail.deliver = deliver;
    worker_post(d->worker, &d->mail);
}

static struct sails_departure *departure_create(const struct departure_watch *watch,
                                                sails_io_socket *socket)
{
    struct sails_departure *d = mem_calloc(1, sizeof(*d));
    const char *id = sails_io_socket_id(socket);

    if (d == NULL) {
        return NULL;
    }
    d->watch = watch;
    d->worker = io_part_of(socket)->worker->worker;
    d->socket_id = mem_strndup(id, strlen(id));
    d->session = json_object();
    if (d->socket_id == NULL || d->session == NULL) {
        departure_destroy(d);
        return NULL;
    }
    return d;
}

static void on_disconnect(sails_io_socket *socket, const char *reason, void *ctx)
{
    const struct departure_watch *watch = ctx;
    const struct session_settings *sessions = &watch->service->sessions;
    const char *cookie = io_socket_cookie(socket);
    struct sails_departure *d = departure_create(watch, socket);

    (void)reason;
    if (d == NULL) {
        log_line(watch->service->log, LOG_ERROR, "Nobody hears of the end of socket %s: %s",
                 sails_io_socket_id(socket), sails_strerror(SAILS_ENOMEM));
    } else if (sessions->is_on && cookie != NULL && !request_socket_has_no_session(socket) &&
               request_session_read_cookie(sessions, str_from(cookie), d->sid)) {
        sessions->store.load(sessions->store.store, d->sid, on_loaded, d);
    } else {
        hand_out(d);
    }
}

int departure_watch_install(struct departure_watch *watch)
{
    sails_io_namespace *root = sails_io_of(watch->service->io, "/");

    return root != NULL ? sails_io_on_disconnect(root, on_disconnect, watch) : SAILS_ENOMEM;
}

const char *sails_departure_socket_id(const sails_departure *departure)
{
    return departure != NULL ? departure->socket_id : NULL;
}

json_t *sails_departure_session(sails_departure *departure)
{
    return departure != NULL ? departure->session : NULL;
}

void sails_departure_done(sails_departure *departure, const char *error)
{
    const struct request_service *service = NULL;

    if (departure == NULL) {
        return;
    }
    service = departure->watch->service;
    if (error != NULL) {
        log_line(service->log, LOG_ERROR, "After the end of socket %s: %s", departure->socket_id,
                 error);
    } else if (departure->is_stored) {
        service->sessions.store.save(service->sessions.store.store, departure->sid,
                                     json_incref(departure->session),
                                     request_session_ttl(&service->sessions), NULL, NULL);
    }
    departure_destroy(departure);
}
