#include "sim/sim_conn.h"

#include "base/macros.h"
#include "base/mem.h"
#include "sim/sim_world.h"

#include <stdlib.h>

struct sim_chunk {
    struct list in_pipe;
    uint64_t due_ms;
    size_t offset; /* consumed */
    size_t len;
    uint8_t data[];
};

/* ---- pipes ---- */

/* The weather's delay, but never before what was sent before. */
static uint64_t arrival(struct sim_world *world, struct sim_pipe *pipe)
{
    uint64_t due = world->now_ms;

    if (world->weather.max_delay_ms > 0) {
        due += chance_below(&world->chance, world->weather.max_delay_ms + 1);
    }
    if (due < pipe->last_ms) {
        due = pipe->last_ms;
    }
    pipe->last_ms = due;
    return due;
}

void sim_pipe_push(struct sim_world *world, struct sim_pipe *pipe, const void *data, size_t len)
{
    const uint8_t *at = data;

    while (len > 0) {
        size_t max = world->weather.max_piece;
        size_t n = max > 0 ? 1 + (size_t)chance_below(&world->chance, max) : len;
        struct sim_chunk *chunk = NULL;

        n = n < len ? n : len;
        chunk = sim_world_alloc(sizeof(*chunk) + n);
        *chunk = (struct sim_chunk){.due_ms = arrival(world, pipe), .len = n};
        memcpy(chunk->data, at, n);
        list_append(&pipe->chunks, &chunk->in_pipe);
        pipe->bytes += n;
        at += n;
        len -= n;
    }
}

void sim_pipe_end(struct sim_world *world, struct sim_pipe *pipe, bool is_reset)
{
    if (is_reset) {
        sim_pipe_clear(pipe);
        pipe->is_reset = true;
        pipe->ended_ms = world->now_ms;
    } else if (!pipe->is_ended) {
        pipe->ended_ms = arrival(world, pipe);
    }
    pipe->is_ended = true;
}

static struct sim_chunk *first_chunk(const struct sim_pipe *pipe)
{
    return list_is_empty(&pipe->chunks)
               ? NULL
               : container_of(pipe->chunks.next, struct sim_chunk, in_pipe);
}

bool sim_pipe_has_ended(const struct sim_world *world, const struct sim_pipe *pipe)
{
    return pipe->is_ended && list_is_empty(&pipe->chunks) && pipe->ended_ms <= world->now_ms;
}

bool sim_pipe_is_ready(const struct sim_world *world, const struct sim_pipe *pipe)
{
    const struct sim_chunk *chunk = first_chunk(pipe);

    return chunk != NULL ? chunk->due_ms <= world->now_ms : sim_pipe_has_ended(world, pipe);
}

struct bytes sim_pipe_peek(const struct sim_world *world, const struct sim_pipe *pipe, size_t max)
{
    const struct sim_chunk *chunk = first_chunk(pipe);
    struct bytes bytes = {NULL, 0};

    if (chunk != NULL && chunk->due_ms <= world->now_ms) {
        bytes = (struct bytes){chunk->data + chunk->offset, chunk->len - chunk->offset};
    }
    if (max > 0 && bytes.len > max) {
        bytes.len = max;
    }
    return bytes;
}

void sim_pipe_consume(struct sim_pipe *pipe, size_t len)
{
    struct sim_chunk *chunk = first_chunk(pipe);

    chunk->offset += len;
    pipe->bytes -= len;
    if (chunk->offset == chunk->len) {
        list_remove(&chunk->in_pipe);
        mem_free(chunk);
    }
}

void sim_pipe_clear(struct sim_pipe *pipe)
{
    while (!list_is_empty(&pipe->chunks)) {
        mem_free(container_of(list_take_first(&pipe->chunks), struct sim_chunk, in_pipe));
    }
    pipe->bytes = 0;
}

static uint64_t pipe_next_ms(const struct sim_pipe *pipe)
{
    const struct sim_chunk *chunk = first_chunk(pipe);

    if (chunk != NULL) {
        return chunk->due_ms;
    }
    return pipe->is_ended ? pipe->ended_ms : DEADLINE_NEVER;
}

/* ---- connections ---- */

struct sim_conn *sim_conn_open(struct sim_world *world, unsigned port)
{
    struct sim_node *node = sim_world_find_node(world, port);
    struct sim_conn *conn = NULL;

    if (node == NULL) {
        return NULL;
    }
    conn = sim_world_alloc(sizeof(*conn));
    *conn = (struct sim_conn){.world = world, .node = node, .address = "127.0.0.1"};
    list_init(&conn->up.chunks);
    list_init(&conn->down.chunks);
    conn->worker = sim_node_next_acceptor(node);
    list_append(&world->conns, &conn->in_world);
    return conn;
}

bool sim_conn_write(struct sim_conn *conn, const void *data, size_t len)
{
    if (conn->up.is_ended || conn->is_server_gone || sim_conn_state(conn) == SIM_CONN_RESET) {
        return false;
    }
    sim_pipe_push(conn->world, &conn->up, data, len);
    return true;
}

size_t sim_conn_read(struct sim_conn *conn, struct buf *out, size_t max)
{
    size_t n = 0;

    conn->is_told = false;
    while (max == 0 || n < max) {
        struct bytes bytes = sim_pipe_peek(conn->world, &conn->down, max > 0 ? max - n : 0);

        if (bytes.len == 0) {
            break;
        }
        buf_append(out, bytes.ptr, bytes.len);
        n += bytes.len;
        sim_pipe_consume(&conn->down, bytes.len);
    }
    return n;
}

enum sim_conn_state sim_conn_state(const struct sim_conn *conn)
{
    if (!sim_pipe_has_ended(conn->world, &conn->down)) {
        return SIM_CONN_OPEN;
    }
    return conn->down.is_reset ? SIM_CONN_RESET : SIM_CONN_ENDED;
}

bool sim_conn_is_ready(const struct sim_conn *conn)
{
    return conn->on_readable != NULL && !conn->is_client_gone && !conn->is_told &&
           sim_pipe_is_ready(conn->world, &conn->down);
}

uint64_t sim_conn_next_ms(const struct sim_conn *conn)
{
    uint64_t up = conn->is_server_gone ? DEADLINE_NEVER : pipe_next_ms(&conn->up);
    uint64_t down = conn->is_client_gone ? DEADLINE_NEVER : pipe_next_ms(&conn->down);

    return up < down ? up : down;
}

void sim_conn_end(struct sim_conn *conn)
{
    sim_pipe_end(conn->world, &conn->up, false);
}

void sim_conn_close(struct sim_conn *conn, bool is_reset)
{
    /* A socket that is closed with bytes unread sends a reset (RFC 9112 section 9.6). */
    is_reset = is_reset || conn->down.bytes > 0;
    sim_pipe_end(conn->world, &conn->up, is_reset);
    sim_pipe_clear(&conn->down);
    conn->is_client_gone = true;
    if (conn->is_server_gone) {
        sim_conn_destroy(conn);
    }
}

void sim_conn_destroy(struct sim_conn *conn)
{
    list_remove(&conn->in_world);
    sim_pipe_clear(&conn->up);
    sim_pipe_clear(&conn->down);
    mem_free(conn);
}
