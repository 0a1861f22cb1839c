#include "nodes/nodes_format.h"

static bool is_classic(const struct nodes *nodes)
{
    return nodes->options.dialect == NODES_CLASSIC;
}

/* What nobody waits for is kept in a stream; questions and answers are not. */
static bool is_kept(const struct adapter_message *m)
{
    switch (m->kind) {
    case ADAPTER_BROADCAST:
        return m->request_id.len == 0;
    case ADAPTER_JOIN:
    case ADAPTER_LEAVE:
    case ADAPTER_DISCONNECT:
        return true;
    default:
        return false;
    }
}

enum bus_kind nodes_format_kind(const struct nodes *nodes, const struct adapter_message *m)
{
    if (nodes->options.dialect == NODES_STREAMS && is_kept(m)) {
        return BUS_STREAM;
    }
    return nodes_format_counts(nodes);
}

enum bus_kind nodes_format_counts(const struct nodes *nodes)
{
    return nodes->options.dialect == NODES_SHARDED ? BUS_SHARD : BUS_CHANNEL;
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

static int write_entry(const struct nodes *nodes, const struct adapter_message *m,
                       struct buf *channel, struct buf *payload)
{
    struct buf type = {0};
    struct buf data = {0};
    int rc = clustered_write_entry(&type, &data, m);

    buf_append_str(channel, str_from(nodes->options.stream));
    if (rc == 0) {
        bus_write_entry(payload,
                        (const struct str[]){m->uid, m->nsp, buf_str(&type), buf_str(&data)});
    }
    buf_deinit(&type);
    buf_deinit(&data);
    return rc == 0 ? buf_error(payload) : rc;
}

static int write_clustered(const struct nodes *nodes, const struct adapter_message *m,
                           struct str asker, struct buf *channel, struct buf *payload)
{
    bool is_stream = nodes->options.dialect == NODES_STREAMS;
    struct adapter_message own = *m;
    char uid[NODES_UID_MAX + 1];

    nodes_uid(nodes, m->nsp, uid);
    own.uid = str_from(uid); /* answers say who gives them, too */
    if (is_stream && is_kept(m)) {
        return write_entry(nodes, &own, channel, payload);
    }
    clustered_channel_for(channel, nodes->key, is_stream ? CLUSTERED_STATIC : nodes->options.mode,
                          &own, asker);
    return clustered_write(payload, &own, is_stream);
}

int nodes_format_write(const struct nodes *nodes, const struct adapter_message *m, struct str asker,
                       struct buf *channel, struct buf *payload)
{
    int rc = is_classic(nodes) ? write_classic(nodes, m, asker, channel, payload)
                               : write_clustered(nodes, m, asker, channel, payload);

    return rc == 0 ? buf_error(channel) : rc;
}

int nodes_format_read_entry(const struct str fields[BUS_FIELDS], struct adapter_message *m)
{
    return clustered_read_entry(&(struct clustered_entry){.uid = fields[BUS_UID],
                                                          .nsp = fields[BUS_NSP],
                                                          .type = fields[BUS_TYPE],
                                                          .data = fields[BUS_DATA]},
                                m);
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
    return is_classic(nodes) ? read_classic(nodes, nsp, channel, payload, m)
                             : clustered_read(payload, m);
}

/* ---- channels ---- */

void nodes_format_counted(const struct nodes *nodes, struct str nsp, struct buf *out)
{
    if (is_classic(nodes)) {
        classic_request_channel(out, nodes->key, nsp);
    } else {
        clustered_channel(out, nodes->key, nsp, (struct str){NULL, 0});
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
    if (!is_classic(nodes)) {
        *kind = nodes_format_counts(nodes);
        return clustered_subscription(nodes, nsp, i, out);
    }
    *kind = i == 0 ? BUS_PATTERN : BUS_CHANNEL;
    return classic_subscription(nodes, nsp, i, out);
}

bool nodes_format_has_channel(const struct nodes *nodes, struct str room)
{
    return nodes->options.dialect == NODES_SHARDED &&
           clustered_has_channel(nodes->options.mode, room);
}
