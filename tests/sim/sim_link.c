#include "sim/sim_link.h"

#include "base/macros.h"
#include "base/mem.h"
#include "sim/sim_node.h"

#include <errno.h>

enum {
    READS_PER_TURN = 8
};

/* Bytes on their way from one worker to another. */
struct arrival {
    struct mail mail;
    struct sim_conn *conn;
    struct buf unread;
};

static struct sim_link *of(const struct link *base)
{
    return container_of(base, struct sim_link, link);
}

static struct sim_world *world_of(const struct sim_link *link)
{
    return link->server->node->world;
}

/* ---- closing ---- */

static void begin_closing(struct sim_link *link, int err)
{
    if (link->is_closing) {
        return;
    }
    link->is_closing = true;
    link->err = err;
    buf_clear(&link->out);
    deadline_stop(&link->limit);
}

static void fail(struct sim_link *link, int err)
{
    begin_closing(link, link->is_ended ? 0 : err);
}

static void let_go(struct sim_link *link)
{
    struct sim_conn *conn = link->conn;

    if (conn == NULL) {
        return;
    }
    link->conn = NULL;
    conn->is_server_gone = true;
    if (conn->is_client_gone) {
        sim_conn_destroy(conn);
    } else if (!link->is_shut || conn->up.bytes > 0) {
        sim_pipe_end(conn->world, &conn->down, true);
    }
}

static void destroy(struct sim_link *link)
{
    let_go(link);
    list_remove(&link->in_server);
    if (link->link.events != NULL) { /* NULL: on_link has aborted it */
        link->link.events->on_close(&link->link, link->err);
    }
    buf_deinit(&link->out);
    buf_deinit(&link->unread);
    mem_free(link);
}

void sim_link_abort(struct sim_link *link)
{
    begin_closing(link, 0);
}

/* ---- writing ---- */

static size_t room(const struct sim_link *link)
{
    const struct sim_world *world = world_of(link);
    size_t window = world->weather.window;

    if (window == 0) {
        return link->out.len;
    }
    return link->conn->down.bytes < window ? window - link->conn->down.bytes : 0;
}

/* Gives the kernel what it takes; calls no event. */
static void push_out(struct sim_link *link)
{
    size_t n = room(link);

    if (link->conn->is_client_gone && link->out.len > 0) {
        fail(link, -EPIPE);
        return;
    }
    n = n < link->out.len ? n : link->out.len;
    if (n > 0) {
        sim_pipe_push(world_of(link), &link->conn->down, link->out.ptr, n);
        buf_consume(&link->out, n);
    }
    link->longest = link->out.len > 0 ? link->longest : 0;
}

static void close_if_done(struct sim_link *link)
{
    if (link->is_shut && link->has_peer_ended) {
        begin_closing(link, 0);
    }
}

static void shut(struct sim_link *link)
{
    sim_pipe_end(world_of(link), &link->conn->down, false);
    link->is_shut = true;
    deadline_start(&link->limit, &link->server->lingering,
                   worker_env(link->server->worker)->now_ms);
    close_if_done(link);
}

static bool wants_flush(const struct sim_link *link)
{
    if (link->is_held) {
        return false;
    }
    if (link->out.len > 0) {
        return room(link) > 0 || link->conn->is_client_gone;
    }
    return (link->is_ended && !link->is_shut) || link->owes_drain;
}

static void flush(struct sim_link *link)
{
    push_out(link);
    if (link->is_closing || link->out.len > 0) {
        return;
    }
    if (link->is_ended && !link->is_shut) {
        shut(link);
    } else if (link->owes_drain) {
        link->owes_drain = false;
        if (!link->is_ended && link->link.events->on_drain != NULL) {
            link->link.events->on_drain(&link->link);
        }
    }
}

/* ---- reading ---- */

static void deliver(struct sim_link *link, struct bytes data)
{
    if (!link->is_ended) {
        link->link.events->on_data(&link->link, data);
    }
}

static void deliver_unread(struct sim_link *link)
{
    struct buf unread = link->unread;

    buf_init(&link->unread);
    deliver(link, buf_bytes(&unread));
    buf_deinit(&unread);
}

static bool wants_read(const struct sim_link *link)
{
    if (link->is_paused && !link->is_ended) {
        return link->conn->up.is_reset;
    }
    return link->unread.len > 0 ||
           (!link->has_peer_ended && sim_pipe_is_ready(world_of(link), &link->conn->up));
}

static void on_peer_end(struct sim_link *link)
{
    link->has_peer_ended = true;
    if (link->conn->up.is_reset) {
        fail(link, -ECONNRESET);
    } else if (link->is_ended) {
        close_if_done(link);
    } else {
        link->link.events->on_end(&link->link);
    }
}

static void read_once(struct sim_link *link)
{
    struct sim_world *world = world_of(link);
    size_t max = world->weather.max_piece;
    struct bytes bytes = {NULL, 0};
    struct buf copy = {0};

    if (link->unread.len > 0) {
        deliver_unread(link);
        return;
    }
    bytes =
        sim_pipe_peek(world, &link->conn->up, max > 0 ? 1 + chance_below(&world->chance, max) : 0);
    if (bytes.len == 0) {
        on_peer_end(link);
        return;
    }
    /* A copy of exactly that many bytes, so that a sanitizer sees who reads beyond. */
    copy.ptr = sim_world_alloc(bytes.len);
    copy.len = copy.cap = bytes.len;
    memcpy(copy.ptr, bytes.ptr, bytes.len);
    sim_pipe_consume(&link->conn->up, bytes.len);
    deliver(link, buf_bytes(&copy));
    buf_deinit(&copy);
}

/* ---- turns ---- */

bool sim_link_has_work(const struct sim_link *link)
{
    return link->is_closing || wants_read(link) || wants_flush(link);
}

void sim_link_turn(struct sim_link *link)
{
    for (int i = 0; i < READS_PER_TURN && !link->is_closing && wants_read(link); i++) {
        read_once(link);
    }
    if (!link->is_closing && wants_flush(link)) {
        flush(link);
        return; /* that it is closing is told on a later turn */
    }
    if (link->is_closing) {
        destroy(link);
    }
}

void sim_link_on_limit(struct deadline *limit, void *ctx)
{
    struct sim_link *link = container_of(limit, struct sim_link, limit);

    (void)ctx;
    if (link->is_held) {
        link->is_held = false;
    } else {
        begin_closing(link, 0); /* it has lingered long enough */
    }
}

/* ---- link_ops ---- */

static bool is_over_bound(const struct sim_link *link, size_t more)
{
    size_t longest = more > link->longest ? more : link->longest;

    return link->out.len > 0 &&
           link->out.len + more > link->server->node->options.max_queue + longest;
}

static int sim_write(struct link *base, struct shared *data)
{
    struct sim_link *link = of(base);

    if (link->is_closing || link->is_ended) {
        return SAILS_ECLOSED;
    }
    if (data->len == 0) {
        return 0;
    }
    if (is_over_bound(link, data->len)) {
        push_out(link);
        if (link->is_closing) {
            return SAILS_ECLOSED;
        }
        if (is_over_bound(link, data->len)) {
            begin_closing(link, SAILS_ESLOW);
            return SAILS_ESLOW;
        }
    }
    if (!buf_reserve(&link->out, data->len)) {
        link->out.failed = false;
        return SAILS_ENOMEM;
    }
    buf_append(&link->out, data->data, data->len);
    link->longest = data->len > link->longest ? data->len : link->longest;
    link->owes_drain = true;
    return 0;
}

static void sim_flush_apart(struct link *base)
{
    struct sim_link *link = of(base);

    if (link->is_closing || link->is_ended) {
        return;
    }
    push_out(link);
    if (!link->is_closing) {
        link->is_held = true;
        deadline_start(&link->limit, &link->server->held, worker_env(link->server->worker)->now_ms);
    }
}

static void sim_end(struct link *base)
{
    struct sim_link *link = of(base);

    if (link->is_closing || link->is_ended) {
        return;
    }
    link->is_ended = true;
    link->is_held = false;
    deadline_stop(&link->limit);
    buf_clear(&link->unread);
}

static void sim_abort(struct link *base)
{
    begin_closing(of(base), 0);
}

static void sim_pause(struct link *base, bool paused)
{
    of(base)->is_paused = paused;
}

static size_t sim_queued(const struct link *base)
{
    return of(base)->out.len;
}

static void arrive(struct worker *worker, struct mail *mail)
{
    struct arrival *arrival = container_of(mail, struct arrival, mail);
    struct sim_server *server = sim_server_of(worker);

    if (server->state == SIM_SERVER_SERVING) {
        sim_link_open(server, arrival->conn, buf_bytes(&arrival->unread));
    } else {
        arrival->conn->is_server_gone = true;
        sim_pipe_end(arrival->conn->world, &arrival->conn->down, true);
        if (arrival->conn->is_client_gone) {
            sim_conn_destroy(arrival->conn);
        }
    }
    buf_deinit(&arrival->unread);
    mem_free(arrival);
}

static int sim_move(struct link *base, unsigned to, struct bytes unread)
{
    struct sim_link *link = of(base);
    struct worker_pool *pool = link->server->worker->pool;
    struct arrival *arrival = NULL;

    if (to >= pool->count) {
        return SAILS_EINVAL;
    }
    if (!link->is_closing && !link->is_ended) {
        push_out(link);
    }
    if (link->is_closing || link->is_ended || link->out.len > 0) {
        return SAILS_ESTATE;
    }
    arrival = mem_alloc(sizeof(*arrival));
    if (arrival == NULL) {
        return SAILS_ENOMEM;
    }
    *arrival = (struct arrival){.mail.deliver = arrive, .conn = link->conn};
    buf_append(&arrival->unread, unread.ptr, unread.len);
    buf_append(&arrival->unread, link->unread.ptr, link->unread.len);
    if (buf_error(&arrival->unread) < 0) {
        buf_deinit(&arrival->unread);
        mem_free(arrival);
        return SAILS_ENOMEM;
    }
    link->conn = NULL;
    begin_closing(link, 0);
    worker_post(pool->workers[to], &arrival->mail);
    return 0;
}

static void sim_peer(const struct link *base, char out[64])
{
    memcpy(out, of(base)->conn->address, sizeof(of(base)->conn->address));
}

static const struct link_ops sim_ops = {
    .write = sim_write,
    .flush_apart = sim_flush_apart,
    .end = sim_end,
    .abort = sim_abort,
    .pause = sim_pause,
    .queued = sim_queued,
    .move = sim_move,
    .peer = sim_peer,
};

void sim_link_open(struct sim_server *server, struct sim_conn *conn, struct bytes unread)
{
    struct sim_link *link = sim_world_alloc(sizeof(*link));

    *link = (struct sim_link){.link.ops = &sim_ops, .server = server, .conn = conn};
    if (unread.len > 0) {
        link->unread.ptr = sim_world_alloc(unread.len);
        link->unread.len = link->unread.cap = unread.len;
        memcpy(link->unread.ptr, unread.ptr, unread.len);
    }
    list_append(&server->links, &link->in_server);
    server->node->events.on_link(server->node->ctx, server->worker, &link->link);
}
