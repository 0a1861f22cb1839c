#include "load/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    EVENTS = 512,
    SECOND_NS = 1000000000
};

static void on_joined(void *ctx, struct client *client)
{
    struct engine *engine = ctx;

    engine->n_joined++;
    if (engine->events.on_joined != NULL) {
        engine->events.on_joined(engine->events.ctx, client);
    }
}

static void on_event(void *ctx, struct client *client, const char *text, size_t len)
{
    struct engine *engine = ctx;

    engine->events.on_event(engine->events.ctx, client, text, len);
}

static void on_ack(void *ctx, struct client *client, uint64_t id, const char *text, size_t len)
{
    struct engine *engine = ctx;

    engine->events.on_ack(engine->events.ctx, client, id, text, len);
}

static void on_closed(void *ctx, struct client *client, const char *why)
{
    struct engine *engine = ctx;

    engine->n_open--;
    engine->n_closed++;
    snprintf(engine->why, sizeof(engine->why), "client %zu: %s", client->index, why);
    if (engine->events.on_closed != NULL) {
        engine->events.on_closed(engine->events.ctx, client, why);
    }
}

static void on_said(void *ctx, struct wire *wire)
{
    struct engine *engine = ctx;

    if (!wire->is_said) {
        wire->is_said = true;
        wire->next_said = engine->said;
        engine->said = wire;
    }
}

static void raise_file_limit(size_t n)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < n + 32) {
        base_end("%zu connections need as many files, and a process may open %llu (ulimit -n)", n,
                 (unsigned long long)limit.rlim_max);
    }
}

void engine_init(struct engine *engine, const struct client_kind *kind, size_t n,
                 const struct client_events *events)
{
    *engine = (struct engine){.kind = *kind, .events = *events, .n = n};
    engine->upward = (struct client_events){.on_joined = on_joined,
                                            .on_event = on_event,
                                            .on_ack = on_ack,
                                            .on_closed = on_closed,
                                            .on_said = on_said,
                                            .ctx = engine};
    raise_file_limit(kind->transport == CLIENT_POLLING ? 2 * n : n);
    engine->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (engine->epoll < 0) {
        base_end("epoll: %s", strerror(errno));
    }
    engine->clients = base_alloc(n, sizeof(*engine->clients));
    engine->pinged_ns = engine->heard_ns = base_now_ns();
}

void engine_deinit(struct engine *engine)
{
    engine_close_all(engine);
    close(engine->epoll);
    free(engine->clients);
}

static void open_client(struct engine *engine, size_t index)
{
    struct client *client = &engine->clients[index];
    bool is_slow = client->is_slow;

    *client = (struct client){.kind = &engine->kind,
                              .events = &engine->upward,
                              .epoll = engine->epoll,
                              .index = index,
                              .is_slow = is_slow};
    client_open(client);
    engine->n_open++;
}

void engine_connect(struct engine *engine, size_t n, size_t at_once, uint64_t patience_ns)
{
    size_t opened = engine->n_open;
    size_t closed = engine->n_closed;

    engine->heard_ns = base_now_ns();
    while (engine->n_joined < n) {
        while (opened < n && opened - engine->n_joined < at_once) {
            open_client(engine, opened++);
        }
        engine_turn(engine, SECOND_NS);
        if (engine->n_closed > closed) {
            base_end("%s: of %zu connections %zu were made: %s", engine->kind.to.host, n,
                     engine->n_joined, engine->why);
        }
        if (base_now_ns() - engine->heard_ns > patience_ns) {
            base_end("%s: of %zu connections %zu were made, and nothing more comes",
                     engine->kind.to.host, n, engine->n_joined);
        }
    }
}

void engine_close_all(struct engine *engine)
{
    engine->said = NULL;
    for (size_t i = 0; i < engine->n; i++) {
        if (engine->clients[i].state != CLIENT_IDLE && engine->clients[i].state != CLIENT_CLOSED) {
            client_close(&engine->clients[i]);
        }
    }
    engine->n_open = engine->n_joined = 0;
}

static void flush_said(struct engine *engine)
{
    while (engine->said != NULL) {
        struct wire *wire = engine->said;
        struct client *client = wire->client;

        engine->said = wire->next_said;
        wire->is_said = false;
        if (client->state != CLIENT_CLOSED && !wire_flush(wire)) {
            client_close(client);
            on_closed(engine, client, "the server has closed the connection");
        }
    }
}

/* Once a second who has not pinged for its interval does. */
static void ping(struct engine *engine, uint64_t now_ns)
{
    uint64_t second = now_ns / SECOND_NS, last = engine->pinged_ns / SECOND_NS;

    if (engine->kind.protocol != 3 || second == last) {
        return;
    }
    engine->pinged_ns = now_ns;
    for (size_t i = 0; i < engine->n; i++) {
        unsigned every = engine->clients[i].ping_ms / 1000;

        for (uint64_t at = last + 1; every > 0 && at <= second; at++) {
            if ((at + i) % every == 0) {
                client_ping(&engine->clients[i]);
                break;
            }
        }
    }
}

void engine_turn(struct engine *engine, uint64_t wait_ns)
{
    struct epoll_event events[EVENTS];
    struct timespec wait;
    int got = 0;

    flush_said(engine);
    wait_ns = wait_ns < SECOND_NS ? wait_ns : SECOND_NS;
    wait = (struct timespec){.tv_sec = (time_t)(wait_ns / SECOND_NS),
                             .tv_nsec = (long)(wait_ns % SECOND_NS)};
    got = epoll_pwait2(engine->epoll, events, EVENTS, &wait, NULL);
    if (got < 0 && errno != EINTR) {
        base_end("epoll: %s", strerror(errno));
    }
    for (int i = 0; i < got; i++) {
        struct wire *wire = events[i].data.ptr;

        if (wire->client->state != CLIENT_CLOSED) {
            client_on_wire(wire->client, wire, events[i].events);
        }
    }
    if (got > 0) {
        engine->heard_ns = base_now_ns();
    }
    ping(engine, base_now_ns());
    flush_said(engine);
}

void engine_read_slowly(struct engine *engine, size_t most)
{
    for (size_t i = 0; i < engine->n; i++) {
        struct client *client = &engine->clients[i];

        if (client->is_slow && client->state == CLIENT_JOINED) {
            client_read(client, &client->wires[0], most);
        }
    }
}
