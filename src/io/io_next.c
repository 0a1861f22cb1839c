#include "io/io_next.h"

#include "base/mem.h"

#include <assert.h>

/*
 *            run_on --calls--> middleware --accept/refuse (its worker, in the call)--> decided
 *              ^                   |
 *              |                   +--- accept/refuse (later, or elsewhere) ---> mail
 *              +------------------------------- deliver_decision <----------------+
 *
 * I1  An answer from the worker's thread while the middleware runs only sets `decision`, and the loop
 *     in run_on() goes on; any other answer comes by mail, that is, never while run_on() runs.
 * I2  socket is NULL from the moment that the socket is gone.
 */
enum decision {
    UNDECIDED,
    ACCEPTED,
    REFUSED
};

struct sails_io_next {
    struct mail mail;
    struct io_worker *worker;
    struct sio_socket *socket;
    const struct list *middleware; /* the one that is being asked */
    enum decision decision;        /* given in the call */
    enum decision mailed; /* given later, or by another thread; read when the mail is delivered */
    bool is_running;      /* a middleware is being called */
    char *message;
    json_t *data;
};

static void next_destroy(struct sails_io_next *next)
{
    mem_free(next->message);
    json_decref(next->data);
    mem_free(next);
}

/* On its worker, outside of run_on(). */
static void next_check(const struct sails_io_next *next)
{
    const struct io_socket_state *state =
        next->socket != NULL ? sio_socket_user(next->socket) : NULL;

    assert(!next->is_running);                                              /* I1 */
    assert(next->socket == NULL || (state != NULL && state->next == next)); /* I2 */
    (void)state;
}

static const struct list *middlewares_of(const struct sio_socket *socket)
{
    return io_listeners_of(io_namespace_listeners(io_part_of(socket)->nsp), IO_MIDDLEWARE);
}

/* The one behind `from`, which is one or the head; NULL: no more. */
static const struct list *next_middleware(const struct list *middlewares, const struct list *from)
{
    return from->next != middlewares ? from->next : NULL;
}

/* The way is at its end: takes the socket from `next` and frees it. */
static struct sio_socket *take_socket(struct sails_io_next *next)
{
    struct sio_socket *socket = next->socket;
    struct io_socket_state *state = socket != NULL ? sio_socket_user(socket) : NULL;

    if (state != NULL) {
        state->next = NULL;
    }
    next->socket = NULL;
    return socket;
}

static void finish_accepted(struct sails_io_next *next)
{
    struct sio_socket *socket = take_socket(next);

    next_destroy(next);
    io_worker_let_in(socket);
}

static void finish_refused(struct sails_io_next *next)
{
    struct sio_socket *socket = take_socket(next);
    struct io_part *part = io_part_of(socket);

    io_socket_state_free(socket);
    sio_socket_refuse(socket, next->message, next->data);
    next_destroy(next);
    io_worker_refused(part);
}

/*
 * Calls the middleware and tells what it decided. An answer that another thread gives meanwhile
 * waits in the mailbox, so `next` is still there after an UNDECIDED.
 */
static enum decision ask(struct sails_io_next *next)
{
    const struct io_listener *listener =
        container_of(next->middleware, const struct io_listener, in_kind);

    next->decision = UNDECIDED;
    next->is_running = true;
    listener->call.middleware(next->socket, next, listener->ctx);
    next->is_running = false;
    return next->decision;
}

/* From the middleware at hand on, as far as they answer at once. */
static void run_on(struct sails_io_next *next, const struct list *middlewares)
{
    while (next->middleware != NULL) {
        enum decision decision = ask(next);

        if (decision == UNDECIDED) {
            return; /* an answer by mail will go on, or has been posted already */
        }
        if (next->socket == NULL) {
            next_destroy(next);
            return;
        }
        if (decision == REFUSED) {
            finish_refused(next);
            return;
        }
        next->middleware = next_middleware(middlewares, next->middleware);
    }
    finish_accepted(next);
}

void io_next_run(struct sio_socket *socket, struct io_worker *worker)
{
    const struct list *middlewares = middlewares_of(socket);
    const struct list *first = next_middleware(middlewares, middlewares);
    struct io_socket_state *state = NULL;
    struct sails_io_next *next = NULL;

    if (first == NULL) {
        io_worker_let_in(socket);
        return;
    }
    state = io_socket_state(socket);
    next = state != NULL ? mem_alloc(sizeof(*next)) : NULL;
    if (next == NULL) {
        io_socket_state_free(socket);
        sio_socket_refuse(socket, sails_strerror(SAILS_ENOMEM), NULL);
        return;
    }
    *next = (struct sails_io_next){.worker = worker, .socket = socket, .middleware = first};
    state->next = next;
    next_check(next);
    run_on(next, middlewares);
}

void io_next_forget(struct sio_socket *socket)
{
    struct io_socket_state *state = sio_socket_user(socket);

    if (state != NULL && state->next != NULL) {
        state->next->socket = NULL;
        state->next = NULL;
    }
}

static void deliver_decision(struct worker *worker, struct mail *mail)
{
    struct sails_io_next *next = container_of(mail, struct sails_io_next, mail);
    const struct list *middlewares = NULL;

    next_check(next);
    if (next->socket == NULL || !worker_is_running(worker)) {
        next_destroy(next);
        return;
    }
    if (next->mailed == REFUSED) {
        finish_refused(next);
        return;
    }
    middlewares = middlewares_of(next->socket);
    next->middleware = next_middleware(middlewares, next->middleware);
    run_on(next, middlewares);
}

static void decide(struct sails_io_next *next, enum decision decision)
{
    struct worker *worker = next->worker->worker;

    if (worker_is_current(worker) && next->is_running) {
        next->decision = decision; /* I1 */
        return;
    }
    next->mail.deliver = deliver_decision;
    next->mailed = decision;
    worker_post(worker, &next->mail);
}

void sails_io_next_accept(sails_io_next *next)
{
    if (next != NULL) {
        decide(next, ACCEPTED);
    }
}

void sails_io_next_refuse(sails_io_next *next, const char *message, json_t *data)
{
    if (next == NULL) {
        json_decref(data);
        return;
    }
    next->message = message != NULL ? mem_strndup(message, strlen(message)) : NULL;
    next->data = data;
    decide(next, REFUSED);
}
