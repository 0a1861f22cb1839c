/*
 * sio_ack.c - answers that sockets wait for, and those that they owe.
 */
#include "base/mem.h"
#include "socketio/sio_state.h"

#include <sails/err.h>

struct ack {
    struct map_node by_id;
    struct deadline deadline;
    struct sio_socket *socket;
    uint64_t id;
    sio_ack_cb on_ack;
    void *ctx;
};

static struct ack *find_ack(const struct sio_socket *socket, uint64_t id)
{
    struct map_node *node = socket->acks != NULL ? map_find(socket->acks, id) : NULL;

    return node != NULL ? container_of(node, struct ack, by_id) : NULL;
}

/* Forgets the ack and tells the one who waits. */
static void finish(struct ack *ack, int status, const struct sio_packet *answer)
{
    struct ack done = *ack;

    deadline_stop(&ack->deadline);
    map_remove(done.socket->acks, &ack->by_id);
    mem_free(ack);
    done.on_ack(done.socket, status, answer, done.ctx);
}

void sio_ack_on_timeout(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    finish(container_of(deadline, struct ack, deadline), SAILS_ETIMEOUT, NULL);
}

int sio_socket_expect_ack(struct sio_socket *socket, uint64_t id, uint64_t timeout_ms,
                          sio_ack_cb on_ack, void *ctx)
{
    struct sio_server *server = socket->nsp->server;
    struct deadline_queue *queue = NULL;
    struct ack *ack = NULL;

    if (socket->state > SOCKET_CONNECTED) {
        return SAILS_ECLOSED;
    }
    if (socket->acks != NULL && socket->acks->count >= server->options->max_acks) {
        return SAILS_ETOOBIG;
    }
    if (socket->acks == NULL) {
        socket->acks = mem_calloc(1, sizeof(*socket->acks));
    }
    queue = timeout_ms > 0 ? deadline_ladder_queue(&server->ack_limits, timeout_ms) : NULL;
    ack =
        socket->acks != NULL && (queue != NULL || timeout_ms == 0) ? mem_alloc(sizeof(*ack)) : NULL;
    if (ack == NULL) {
        return SAILS_ENOMEM;
    }
    *ack = (struct ack){.socket = socket, .id = id, .on_ack = on_ack, .ctx = ctx};
    map_insert(socket->acks, &ack->by_id, id); /* ids count up: as good as any hash */
    if (queue != NULL) {
        deadline_start(&ack->deadline, queue, server->env->now_ms);
    }
    return 0;
}

void sio_socket_forget_ack(struct sio_socket *socket, uint64_t id)
{
    struct ack *ack = find_ack(socket, id);

    if (ack != NULL) {
        deadline_stop(&ack->deadline);
        map_remove(socket->acks, &ack->by_id);
        mem_free(ack);
    }
}

/* An answer that nobody waits for (any more), or that names no id, is ignored (socket-io 8). */
void sio_ack_receive(struct sio_socket *socket, const struct sio_packet *packet)
{
    struct ack *ack = packet->id >= 0 ? find_ack(socket, (uint64_t)packet->id) : NULL;

    if (ack != NULL) {
        finish(ack, 0, packet);
    }
}

void sio_ack_close(struct sio_socket *socket)
{
    struct map_node *node = NULL;

    if (socket->acks == NULL) {
        return;
    }
    while ((node = map_first(socket->acks)) != NULL) {
        finish(container_of(node, struct ack, by_id), SAILS_ECLOSED, NULL);
    }
}

int sio_ack_send(struct eio_session *session, struct sio_message *answer)
{
    return sio_message_send(answer, session, eio_session_send_last);
}
