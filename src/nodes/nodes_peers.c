#include "nodes/nodes_peers.h"

#include "adapter/adapter_message.h"
#include "base/json_parse.h"
#include "base/json_value.h"

#include <sails/err.h>

/* No namespace begins like that. */
void nodes_peers_name(const struct nodes *nodes, char out[NODES_UID_MAX + 1])
{
    nodes_name(nodes, STR("peers"), out);
}

/* Not below "socket.io#/", which is what Socket.IO listens to. */
static void write_channel(const struct nodes *nodes, struct str to, struct buf *out)
{
    buf_append_str(out, nodes->key);
    buf_append_str(out, STR("#sails-nodes#"));
    if (to.len > 0) {
        buf_append_str(out, to);
        buf_append_char(out, '#');
    }
}

int nodes_peers_say(struct nodes *nodes, struct str to, json_t *message)
{
    struct buf channel = {0};
    struct buf text = {0};
    int rc = json_value_write(&text, message);

    write_channel(nodes, to, &channel);
    rc = rc == 0 ? buf_error(&text) : rc;
    rc = rc == 0 ? buf_error(&channel) : rc;
    if (rc == 0) {
        nodes_publish_bytes(nodes, BUS_CHANNEL, buf_str(&channel), buf_str(&text));
    }
    buf_deinit(&channel);
    buf_deinit(&text);
    return rc;
}

static void subscribe(struct nodes *nodes, struct str to)
{
    struct bus *bus = nodes->options.bus;
    struct buf channel = {0};
    int rc = 0;

    write_channel(nodes, to, &channel);
    nodes_expect_confirmations(nodes, 1);
    rc = buf_error(&channel);
    if (rc == 0) {
        rc = bus->ops->subscribe(bus, BUS_CHANNEL, buf_str(&channel), true, nodes_on_confirmed,
                                 nodes);
    }
    if (rc < 0) {
        log_line(nodes->options.log, LOG_ERROR, "Cluster: cannot listen to the other nodes: %s",
                 sails_strerror(rc));
    }
    buf_deinit(&channel);
}

void nodes_peers_subscribe(struct nodes *nodes)
{
    char name[NODES_UID_MAX + 1];

    if (nodes->options.events.on_peer_message != NULL) {
        nodes_peers_name(nodes, name);
        subscribe(nodes, (struct str){NULL, 0});
        subscribe(nodes, str_from(name));
    }
}

static bool is_ours(const struct nodes *nodes, struct str subscription)
{
    struct buf channel = {0};
    bool is_prefix = false;

    write_channel(nodes, (struct str){NULL, 0}, &channel);
    is_prefix = buf_error(&channel) == 0 && str_starts_with(subscription, buf_str(&channel));
    buf_deinit(&channel);
    return is_prefix;
}

bool nodes_peers_receive(struct nodes *nodes, struct str subscription, struct bytes payload)
{
    json_t *message = NULL;
    int rc = 0;

    if (!is_ours(nodes, subscription)) {
        return false;
    }
    rc = json_parse(bytes_str(payload), &adapter_json_limits, &message);
    if (rc == 0 && !json_is_object(message)) {
        json_decref(message);
        rc = SAILS_EPROTO;
    }
    if (rc == 0) {
        nodes->options.events.on_peer_message(message, nodes->options.events.ctx);
    } else {
        nodes_refuse(nodes, subscription, rc);
    }
    return true;
}
