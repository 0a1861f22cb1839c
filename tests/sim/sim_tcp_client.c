#include "sim/sim_tcp_client.h"

#include "base/macros.h"

enum {
    CLIENTS_MAX = 4096,
    FIRST_FD = 1000000 /* so that one that gets to the system by mistake is an error there */
};

static struct sim_world *the_world;
static struct sim_conn *conns[CLIENTS_MAX];
static int n_conns;

void sim_tcp_client_use(struct sim_world *world)
{
    the_world = world;
    for (int i = 0; i < n_conns; i++) {
        conns[i] = NULL; /* they went with their world */
    }
    n_conns = 0;
}

struct sim_world *sim_tcp_client_world(void)
{
    return the_world;
}

static struct sim_conn *conn_of(const struct tcp_client *client)
{
    int i = client->fd - FIRST_FD;

    return i >= 0 && i < n_conns ? conns[i] : NULL;
}

bool tcp_client_open(struct tcp_client *client, unsigned port)
{
    struct sim_conn *conn = the_world != NULL ? sim_conn_open(the_world, port) : NULL;

    *client = (struct tcp_client){.fd = -1};
    if (conn == NULL || n_conns == CLIENTS_MAX) {
        return false;
    }
    client->fd = FIRST_FD + n_conns;
    conns[n_conns++] = conn;
    return true;
}

static void close_client(struct tcp_client *client, bool is_reset)
{
    struct sim_conn *conn = conn_of(client);

    if (conn != NULL) {
        conns[client->fd - FIRST_FD] = NULL;
        sim_conn_close(conn, is_reset);
    }
    client->fd = -1;
    buf_deinit(&client->in);
}

void tcp_client_close(struct tcp_client *client)
{
    close_client(client, false);
}

void tcp_client_abort(struct tcp_client *client)
{
    close_client(client, true);
}

bool tcp_client_send(struct tcp_client *client, const void *data, size_t len)
{
    struct sim_conn *conn = conn_of(client);

    return conn != NULL && sim_conn_write(conn, data, len);
}

bool sim_tcp_client_wait(bool (*is_true)(void *ctx), void *ctx)
{
    uint64_t limit = the_world->now_ms + TCP_CLIENT_PATIENCE_MS;

    while (!is_true(ctx)) {
        if (!sim_world_step(the_world) && !sim_world_wait(the_world, limit)) {
            return is_true(ctx);
        }
    }
    return true;
}

/* What there is; else one step further, of the world or of time. */
enum tcp_client_result tcp_client_receive(struct tcp_client *client, int timeout_ms)
{
    struct sim_conn *conn = conn_of(client);
    uint64_t limit = 0;

    if (conn == NULL) {
        return TCP_CLIENT_END;
    }
    limit = the_world->now_ms + (uint64_t)(timeout_ms >= 0 ? timeout_ms : TCP_CLIENT_PATIENCE_MS);
    for (;;) {
        if (sim_conn_read(conn, &client->in, 0) > 0) {
            return TCP_CLIENT_MORE;
        }
        if (sim_conn_state(conn) != SIM_CONN_OPEN) {
            return TCP_CLIENT_END;
        }
        if (!sim_world_step(the_world) && !sim_world_wait(the_world, limit)) {
            return TCP_CLIENT_SILENCE;
        }
    }
}
