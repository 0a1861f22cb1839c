/*
 * live_world.h - an app with some clients, and calls of its API from here or from a worker.
 *
 * A test of in_every_way() runs as each of the `ways`: with one worker and with four, with calls
 * from the test's thread, which is none of the app's, and from a worker's.
 */
#ifndef SUPPORT_LIVE_WORLD_H
#define SUPPORT_LIVE_WORLD_H

#include "support/live_app.h"

enum {
    N_CLIENTS = 6 /* more than workers, so that members of a room lie on several */
};

struct way {
    int workers;
    bool is_from_worker;
};

static const struct way ways[] = {{1, false}, {1, true}, {4, false}, {4, true}};

/* What callbacks with an array have given, and that they have. */
struct gathered {
    struct told told;
    json_t *answers;
};

struct world {
    struct live live;
    struct way way;
    struct ws_client clients[N_CLIENTS];
    struct ws_client caller; /* its "call" runs `call` on its worker */
    void (*call)(struct world *world);
    struct told called;
    struct told done;
    struct gathered gathered;
    size_t at_case;  /* of a table */
    bool is_calling; /* the calling thread is within `call` */
    pthread_t calling_thread;
};

static UNUSED void run_call(struct world *world)
{
    world->calling_thread = pthread_self();
    world->is_calling = true;
    world->call(world);
    world->is_calling = false;
}

static UNUSED void on_call(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct world *world = ctx;

    (void)socket;
    (void)event;
    run_call(world);
    tell(0, &world->called);
}

/* A sails_done_cb: on the thread of the caller, never within its call. */
static UNUSED void on_done(int status, void *ctx)
{
    struct world *world = ctx;

    if (pthread_equal(pthread_self(), world->calling_thread) != 0) {
        must(!world->is_calling);
    }
    tell(status, &world->done);
}

static UNUSED void world_init(struct world *world, struct way way)
{
    memset(world, 0, sizeof(*world));
    world->way = way;
    world->calling_thread = pthread_self();
    told_init(&world->called);
    told_init(&world->done);
    live_init(&world->live, way.workers);
    assert_int_equal(sails_io_on(world->live.root, "call", on_call, world), 0);
}

static UNUSED void world_lift(struct world *world)
{
    live_lift(&world->live);
    for (size_t i = 0; i < N_CLIENTS; i++) {
        /* Two of them speak protocol 4, as Sails' own client does. */
        ws_client_expect_in(&world->clients[i], world->live.port, i % 3 == 2 ? 4 : 5);
    }
    ws_client_expect_in(&world->caller, world->live.port, 5);
}

static UNUSED void world_end(struct world *world)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        ws_client_close(&world->clients[i]);
    }
    ws_client_close(&world->caller);
    live_end(&world->live);
}

/* Runs `call` in the world's way, and waits until all workers have applied what it has sent. */
static UNUSED void world_call(struct world *world, void (*call)(struct world *world))
{
    world->call = call;
    if (world->way.is_from_worker) {
        assert_true(ws_client_send(&world->caller, "42[\"call\"]"));
        told_wait(&world->called);
    } else {
        run_call(world);
    }
    live_settle(&world->live);
}

/* Clients `first` to `last` join a room. */
static UNUSED void world_join(struct world *world, size_t first, size_t last, const char *room)
{
    for (size_t i = first; i <= last; i++) {
        assert_int_equal(
            sails_sockets_join(world->live.app, world->clients[i].id, room, tell, &world->done), 0);
        assert_int_equal(told_status(&world->done), 0);
    }
}

/* Clients whose bit is set have `text` next; nobody has anything else. */
static UNUSED void world_expect(struct world *world, unsigned who, const char *text)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        if ((who & 1u << i) != 0) {
            ws_client_expect(&world->clients[i], text);
        }
        live_expect_nothing(&world->clients[i]);
    }
}

/* Asks who is in a room: a broadcast to it reaches exactly these. */
static UNUSED void world_expect_members(struct world *world, const char *room, unsigned who)
{
    assert_int_equal(sails_sockets_broadcast(world->live.app, SAILS_ROOMS(room), "member?",
                                             json_string(room), NULL),
                     0);
    live_settle(&world->live);
    for (size_t i = 0; i < N_CLIENTS; i++) {
        char want[512];

        snprintf(want, sizeof(want), "42[\"member?\",\"%s\"]", room);
        if ((who & 1u << i) != 0) {
            ws_client_expect(&world->clients[i], want);
        }
        live_expect_nothing(&world->clients[i]);
    }
}

/* A test in each of the ways. */
static UNUSED void in_every_way(void (*test)(struct world *world))
{
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct world *world = mem_alloc(sizeof(*world));

        assert_non_null(world);
        world_init(world, ways[i]);
        world_lift(world);
        test(world);
        world_end(world);
        mem_free(world);
    }
}

#define IN_EVERY_WAY(name, test)                                                                   \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        in_every_way(test);                                                                        \
    }

#endif
