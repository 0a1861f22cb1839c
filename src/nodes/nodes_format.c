#include "nodes/nodes_format.h"

static bool is_sharded(const struct nodes *nodes)
{
    return nodes->options.is_sharded;
}

enum bus_kind nodes_format_publishes(const struct nodes *nodes)
{
    return is_sharded(nodes) ? BUS_SHARD : BUS_CHANNEL;
}

/* ---- messages ---- */

static int write_classic(const struct nodes *nodes, const struct adapter_message *m,
                         struct str asker, struct buf *channel, struct buf *payload)
{
    if (asker.len > 0 && nodes->options.answers_apart) {
        classic_response_channel(channel, nodes->key, m->nsp, asker);
    } else {
        classic_channel(channel, nodes->key, m);
    }
    return classic_write(payload, m);
}

static int write_clustered(const struct nodes *nodes, const struct adapter_message *m,
                           struct str asker, struct buf *channel, struct buf *payload)
{
    struct adapter_message own = *m;
    char uid[NODES_UID_MAX + 1];

    nodes_uid(nodes, m->nsp, uid);
    own.uid = str_from(uid); /* answers say who gives them, too */
    clustered_channel_for(channel, nodes->key, nodes->options.mode, &own, asker);
    return clustered_write(payload, &own, false);
}

int nodes_format_write(const struct nodes *nodes, const struct adapter_message *m, struct str asker,
                       struct buf *channel, struct buf *payload)
{
    int rc = is_sharded(nodes) ? write_clustered(nodes, m, asker, channel, payload)
                               : write_classic(nodes, m, asker, channel, payload);

    return rc == 0 ? buf_error(channel) : rc;
}

static int read_classic(const struct nodes *nodes, struct str nsp, struct str channel,
                        struct bytes payload, struct adapter_message *m)
{
    struct str room;
    enum classic_channel kind = classic_channel_of(channel, nodes->key, nsp, &room);

    /* A packet that names no namespace is one of "/", whatever the channel. */
    return classic_read(kind, kind == CLASSIC_BROADCASTS ? STR("/") : nsp, payload, m);
}

int nodes_format_read(const struct nodes *nodes, struct str nsp, struct str channel,
                      struct bytes payload, struct adapter_message *m)
{
    return is_sharded(nodes) ? clustered_read(payload, m)
                             : read_classic(nodes, nsp, channel, payload, m);
}

/* ---- channels ---- */

void nodes_format_counted(const struct nodes *nodes, struct str nsp, struct buf *out)
{
    if (is_sharded(nodes)) {
        clustered_channel(out, nodes->key, nsp, (struct str){NULL, 0});
    } else {
        classic_request_channel(out, nodes->key, nsp);
    }
}

/* The main channel, and our answers. */
static bool clustered_subscription(const struct nodes *nodes, struct str nsp, size_t i,
                                   struct buf *out)
{
    char uid[NODES_UID_MAX + 1];

    nodes_uid(nodes, nsp, uid);
    clustered_channel(out, nodes->key, nsp, i == 0 ? (struct str){NULL, 0} : str_from(uid));
    return i < 2;
}

/* Broadcasts, requests, responses, our own responses. */
static bool classic_subscription(const struct nodes *nodes, struct str nsp, size_t i,
                                 struct buf *out)
{
    char uid[NODES_UID_MAX + 1];

    nodes_uid(nodes, nsp, uid);
    switch (i) {
    case 0:
        classic_pattern(out, nodes->key, nsp);
        return true;
    case 1:
        classic_request_channel(out, nodes->key, nsp);
        return true;
    case 2:
        classic_response_channel(out, nodes->key, nsp, (struct str){NULL, 0});
        return true;
    case 3:
        classic_response_channel(out, nodes->key, nsp, str_from(uid));
        return true;
    }
    return false;
}

bool nodes_format_subscription(const struct nodes *nodes, struct str nsp, size_t i,
                               enum bus_kind *kind, struct buf *out)
{
    if (is_sharded(nodes)) {
        *kind = BUS_SHARD;
        return clustered_subscription(nodes, nsp, i, out);
    }
    *kind = i == 0 ? BUS_PATTERN : BUS_CHANNEL;
    return classic_subscription(nodes, nsp, i, out);
}

bool nodes_format_has_channel(const struct nodes *nodes, struct str room)
{
    return is_sharded(nodes) && clustered_has_channel(nodes->options.mode, room);
}
