/*
 * world.h - a net of real sockets, and clients that block, for this floor's tests.
 *
 * The test thread is the client. What links do is a behaviour (struct link_events) that the test
 * chooses; what they have seen is counted in atomics, and told through `told`, a semaphore, so
 * that no test has to sleep. A client waits at most CLIENT_PATIENCE_S, so that a broken test fails
 * instead of hanging.
 */
#ifndef TESTS_UNIT_NET_WORLD_H
#define TESTS_UNIT_NET_WORLD_H

#include "base/macros.h"
#include "base/mem.h"
#include "net/net.h"
#include "support/cmocka.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

/* For workers' threads, where cmocka's assertions cannot jump to the test; also without asserts. */
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: must be: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

enum {
    CLIENT_PATIENCE_S = 20
};

struct world {
    struct net *net;
    struct net_options options;
    const struct link_events *behaviour;
    void (*greet)(struct world *world, struct worker *worker, struct link *link); /* may be NULL */
    void (*drain)(struct world *world, struct worker *worker);                    /* may be NULL */
    int start_result;        /* of on_start on worker start_fails_on */
    unsigned start_fails_on; /* if start_result is not 0 */

    struct link *remembered; /* its worker's thread only */
    sem_t told;              /* posted by behaviours, and for every on_close */
    atomic_int n_started;
    atomic_int n_stopped;
    atomic_int n_links;
    atomic_int n_closed;
    atomic_int n_drained;
    atomic_int n_ends;
    atomic_int last_err;
    atomic_size_t n_bytes;
};

static UNUSED struct world *world_of(struct link *link)
{
    return link->user;
}

static UNUSED int on_world_start(void *ctx, struct worker *worker)
{
    struct world *world = ctx;

    worker_assert_thread(worker);
    worker->user = world;
    if (world->start_result != 0 && worker_index(worker) == world->start_fails_on) {
        return world->start_result;
    }
    atomic_fetch_add(&world->n_started, 1);
    return 0;
}

static UNUSED void on_world_link(void *ctx, struct worker *worker, struct link *link)
{
    struct world *world = ctx;

    worker_assert_thread(worker);
    link->events = world->behaviour;
    link->user = world;
    atomic_fetch_add(&world->n_links, 1);
    if (world->greet != NULL) {
        world->greet(world, worker, link);
    }
}

static UNUSED void on_world_drain(void *ctx, struct worker *worker)
{
    struct world *world = ctx;

    worker_assert_thread(worker);
    atomic_fetch_add(&world->n_drained, 1);
    if (world->drain != NULL) {
        world->drain(world, worker);
    }
}

static UNUSED void on_world_stop(void *ctx, struct worker *worker)
{
    struct world *world = ctx;

    worker_assert_thread(worker);
    atomic_fetch_add(&world->n_stopped, 1);
}

static const struct net_events world_events = {
    .on_start = on_world_start,
    .on_link = on_world_link,
    .on_drain = on_world_drain,
    .on_stop = on_world_stop,
};

/* ---- behaviours ---- */

static UNUSED void echo_data(struct link *link, struct bytes data)
{
    atomic_fetch_add(&world_of(link)->n_bytes, data.len);
    if (link_write_copy(link, data) < 0) {
        link_abort(link);
    }
}

static UNUSED void swallow_data(struct link *link, struct bytes data)
{
    atomic_fetch_add(&world_of(link)->n_bytes, data.len);
}

static UNUSED void end_on_end(struct link *link)
{
    atomic_fetch_add(&world_of(link)->n_ends, 1);
    link_end(link);
}

static UNUSED void note_end(struct link *link)
{
    struct world *world = world_of(link);

    atomic_fetch_add(&world->n_ends, 1);
    (void)sem_post(&world->told);
}

static UNUSED void note_close(struct link *link, int err)
{
    struct world *world = world_of(link);

    atomic_store(&world->last_err, err);
    atomic_fetch_add(&world->n_closed, 1);
    (void)sem_post(&world->told);
}

static UNUSED const struct link_events echo = {
    .on_data = echo_data, .on_end = end_on_end, .on_close = note_close};

/* ---- life ---- */

static UNUSED void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->options = net_default_options;
    world->options.host = "127.0.0.1";
    world->behaviour = &echo;
    assert_int_equal(sem_init(&world->told, 0, 0), 0);
}

static UNUSED void world_start(struct world *world)
{
    assert_int_equal(net_create(&world->options, &world_events, world, &world->net), 0);
    assert_int_equal(net_start(world->net), 0);
}

static UNUSED void world_stop(struct world *world)
{
    net_stop(world->net, 0);
    net_join(world->net);
    net_destroy(world->net);
    assert_int_equal(atomic_load(&world->n_stopped), atomic_load(&world->n_started));
    assert_int_equal(atomic_load(&world->n_closed), atomic_load(&world->n_links));
    (void)sem_destroy(&world->told);
}

/* Until `told` has been posted once more. */
static UNUSED void world_wait(struct world *world)
{
    struct timespec limit;

    (void)clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += CLIENT_PATIENCE_S;
    while (sem_timedwait(&world->told, &limit) != 0) {
        assert_int_equal(errno, EINTR);
    }
}

/* Work for a worker's thread, from the test's. */
struct errand {
    struct mail mail;
    struct world *world;
    void (*run)(struct world *world, struct worker *worker, void *arg);
    void *arg;
    sem_t done;
};

static UNUSED void run_errand(struct worker *worker, struct mail *mail)
{
    struct errand *errand = container_of(mail, struct errand, mail);

    errand->run(errand->world, worker, errand->arg);
    (void)sem_post(&errand->done);
}

static UNUSED void world_do(struct world *world, unsigned worker,
                            void (*run)(struct world *, struct worker *, void *), void *arg)
{
    struct errand errand = {
        .mail = {.deliver = run_errand}, .world = world, .run = run, .arg = arg};

    assert_int_equal(sem_init(&errand.done, 0, 0), 0);
    worker_post(net_worker(world->net, worker), &errand.mail);
    while (sem_wait(&errand.done) != 0) {
    }
    (void)sem_destroy(&errand.done);
}

/* ---- clients ---- */

static UNUSED void client_prepare(int fd)
{
    struct timeval patience = {.tv_sec = CLIENT_PATIENCE_S};

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)), 0);
}

/* -errno, or the socket. */
static UNUSED int client_try_connect(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client_prepare(fd);
    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
        int err = errno;

        (void)close(fd);
        return -err;
    }
    return fd;
}

static UNUSED int client_connect(unsigned port)
{
    int fd = client_try_connect(port);

    assert_true(fd >= 0);
    return fd;
}

static UNUSED void client_send(int fd, const void *data, size_t len)
{
    const uint8_t *at = data;

    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

        assert_true(n > 0);
        at += n;
        len -= (size_t)n;
    }
}

static UNUSED void client_receive(int fd, void *data, size_t len)
{
    uint8_t *at = data;

    while (len > 0) {
        ssize_t n = recv(fd, at, len, 0);

        assert_true(n > 0);
        at += n;
        len -= (size_t)n;
    }
}

static UNUSED void client_expect(int fd, const char *text)
{
    char got[256] = "";

    assert_true(strlen(text) < sizeof(got));
    client_receive(fd, got, strlen(text));
    assert_string_equal(got, text);
}

static UNUSED void client_expect_end(int fd)
{
    char c = 0;

    assert_int_equal(recv(fd, &c, 1, 0), 0);
}

/* Closes so that the peer gets RST. */
static UNUSED void client_reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
    (void)close(fd);
}

#endif
