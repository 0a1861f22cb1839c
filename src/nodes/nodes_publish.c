#include "base/macros.h"
#include "base/mem.h"
#include "nodes/nodes_format.h"

#include <sails/err.h>

/*
 * What is said goes out from worker 0. Another thread encodes it and mails the bytes. Worker 0 itself says it
 * at once, unless mail of others is on its way: what was said before, and was the cause of what is said now
 * (how many clients are asked, and the ack of one of them), is sent before.
 */

enum {
    DATA_DEPTH = 2 /* {"packet": {"data": [...]}} */
};

/* On its way to worker 0. */
struct publication {
    struct mail mail;
    struct nodes *nodes;
    enum bus_kind kind;
    bool is_round; /* nodes_recovery_is_round() */
    size_t channel_len;
    size_t payload_len;
    char bytes[]; /* channel, payload */
};

/* ---- worker 0 ---- */

static void note_unsent(struct nodes *nodes)
{
    atomic_fetch_add(&nodes->counts.unsent, 1);
}

/* It was sent, and never answered: nobody knows whether the others have it. */
static void on_published(int status, uint64_t number, void *ctx)
{
    (void)number;
    if (status < 0) {
        note_unsent(ctx);
    }
}

/* What cannot be said now is not kept: those who would hear it are not listening either. */
static void publish(struct nodes *nodes, enum bus_kind kind, struct str channel,
                    struct bytes payload)
{
    struct bus *bus = nodes->options.bus;
    int rc = SAILS_ECLOSED;

    if (nodes->is_open) {
        rc = bus->ops->publish(bus, kind, channel, payload, on_published, nodes);
    }
    if (rc < 0) {
        note_unsent(nodes);
    } else {
        atomic_fetch_add(&nodes->counts.sent, 1);
    }
    nodes_tell_unsent(nodes, channel, payload.len, rc);
}

static void on_publication(struct worker *worker, struct mail *mail)
{
    struct publication *p = container_of(mail, struct publication, mail);
    struct str channel = {p->bytes, p->channel_len};
    struct str payload = {p->bytes + p->channel_len, p->payload_len};

    (void)worker;
    if (p->is_round) {
        nodes_recovery_publish(p->nodes, channel, str_bytes(payload));
    } else {
        publish(p->nodes, p->kind, channel, str_bytes(payload));
    }
    atomic_fetch_sub(&p->nodes->n_queued, p->channel_len + p->payload_len);
    atomic_fetch_sub(&p->nodes->n_mails, 1);
    mem_free(p);
}

/* ---- any thread ---- */

/* Whether there is room for so many bytes more; they are counted then. */
static bool take_room(struct nodes *nodes, size_t n)
{
    size_t before = atomic_fetch_add(&nodes->n_queued, n);

    if (before + n > NODES_QUEUE_MAX && before > 0) {
        atomic_fetch_sub(&nodes->n_queued, n);
        return false;
    }
    return true;
}

static int post(struct nodes *nodes, enum bus_kind kind, bool is_round, struct str channel,
                struct str payload)
{
    size_t n = channel.len + payload.len;
    struct publication *p = NULL;

    if (!take_room(nodes, n)) {
        return SAILS_ETOOBIG;
    }
    p = mem_alloc(sizeof(*p) + n);
    if (p == NULL) {
        atomic_fetch_sub(&nodes->n_queued, n);
        return SAILS_ENOMEM;
    }
    *p = (struct publication){.nodes = nodes,
                              .kind = kind,
                              .is_round = is_round,
                              .channel_len = channel.len,
                              .payload_len = payload.len};
    memcpy(p->bytes, channel.ptr, channel.len);
    memcpy(p->bytes + channel.len, payload.ptr, payload.len);
    p->mail.deliver = on_publication;
    atomic_fetch_add(&nodes->n_mails, 1);
    worker_post(nodes->worker, &p->mail);
    return 0;
}

bool nodes_may_say(const struct nodes *nodes)
{
    return worker_is_current(nodes->worker) && atomic_load(&nodes->n_mails) == 0;
}

void nodes_publish_bytes(struct nodes *nodes, enum bus_kind kind, struct str channel,
                         struct str payload)
{
    if (nodes_may_say(nodes)) {
        publish(nodes, kind, channel, str_bytes(payload));
    } else if (post(nodes, kind, false, channel, payload) < 0) {
        note_unsent(nodes);
    }
}

/* What this node gets only when it comes back, it gets at once where that cannot be. */
static void publish_round(struct nodes *nodes, struct str stream, struct str entry)
{
    if (nodes_may_say(nodes)) {
        nodes_recovery_publish(nodes, stream, str_bytes(entry));
    } else if (post(nodes, BUS_STREAM, true, stream, entry) < 0) {
        note_unsent(nodes);
        nodes_receive_own(nodes, str_bytes(entry));
    }
}

/* Whether there are more than so many levels of lists and objects. */
static bool is_deeper(json_t *value, unsigned levels)
{
    bool is_deep = (json_is_array(value) || json_is_object(value)) && levels == 0;
    const char *key = NULL;
    json_t *member = NULL;
    size_t i = 0;

    json_array_foreach(value, i, member)
    {
        is_deep = is_deep || is_deeper(member, levels - 1);
    }
    json_object_foreach(value, key, member)
    {
        is_deep = is_deep || is_deeper(member, levels - 1);
    }
    return is_deep;
}

/* No node would read it, this one included, which has not heard it yet. */
static bool is_lost_round(const struct nodes *nodes, const struct adapter_message *m)
{
    return nodes_recovery_is_round(nodes, m) && is_deeper(m->data, ADAPTER_DEPTH_MAX - DATA_DEPTH);
}

int nodes_publish(struct nodes *nodes, const struct adapter_message *m, struct str asker)
{
    struct buf channel = {0};
    struct buf payload = {0};
    int rc = is_lost_round(nodes, m) ? SAILS_EJSON
                                     : nodes_format_write(nodes, m, asker, &channel, &payload);

    if (rc < 0) {
        /* it cannot be written down */
    } else if (nodes_recovery_is_round(nodes, m)) {
        publish_round(nodes, buf_str(&channel), buf_str(&payload));
    } else {
        nodes_publish_bytes(nodes, nodes_format_kind(nodes, m), buf_str(&channel),
                            buf_str(&payload));
    }
    buf_deinit(&payload);
    buf_deinit(&channel);
    return rc;
}
