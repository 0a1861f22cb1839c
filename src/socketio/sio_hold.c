/*
 * sio_hold.c - packets that came before their CONNECT was answered.
 *
 * Node's server closes the connection of a client that sends an event while a middleware still
 * decides about its CONNECT; and if the decision is quick, it does not. Here such packets wait,
 * within limits, so that what happens does not depend on who is faster. Packets of other namespaces
 * pass by.
 */
#include "base/json_value.h"
#include "base/mem.h"
#include "socketio/sio_state.h"

#include <sails/err.h>

static bool is_over_limit(const struct sio_client *client, size_t more)
{
    return client->n_held >= MAX_HELD_PACKETS || more > MAX_HELD_BYTES ||
           client->held_bytes + more > MAX_HELD_BYTES;
}

static void count(struct sio_client *client, int32_t packets, int32_t bytes)
{
    client->n_held = (client->n_held + (uint32_t)packets) & 0x7f;
    client->held_bytes = (client->held_bytes + (uint32_t)bytes) & 0x7fffff;
}

int sio_hold(struct sio_socket *socket, const struct sio_packet *packet, struct str text,
             struct sio_kept **kept)
{
    struct sio_client *client = socket->client;
    struct sio_kept **end = &socket->held;
    int rc = 0;

    if (is_over_limit(client, *kept != NULL ? (*kept)->size
                                            : text.len + json_value_footprint(packet->args))) {
        return SAILS_ETOOBIG;
    }
    if (*kept == NULL) {
        rc = sio_kept_create(text, packet, client->server->options->budget, kept);
    }
    if (rc < 0) {
        return rc;
    }
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = *kept;
    (*end)->owner = socket;
    *kept = NULL;
    count(client, 1, (int32_t)(*end)->size);
    return 0;
}

static struct sio_kept *take_first(struct sio_socket *socket)
{
    struct sio_kept *kept = socket->held;

    socket->held = kept->next;
    count(socket->client, -1, -(int32_t)kept->size);
    return kept;
}

void sio_hold_deliver(struct sio_socket *socket)
{
    struct sio_client *client = socket->client;

    sio_client_enter(client);
    while (socket->state == SOCKET_CONNECTED && socket->held != NULL && !client->is_ending) {
        struct sio_kept *kept = take_first(socket);
        bool has_left = kept->packet.type == SIO_DISCONNECT && socket->held != NULL;

        sio_socket_receive(socket, &kept->packet);
        sio_kept_destroy(kept);
        if (has_left) {
            sio_client_give_up(client); /* more packets for a namespace that it left itself */
        }
    }
    sio_client_leave(client);
}

void sio_hold_drop(struct sio_socket *socket)
{
    while (socket->held != NULL) {
        sio_kept_destroy(take_first(socket));
    }
}
