#include "base/macros.h"
#include "base/mem.h"
#include "nodes/nodes.h"

#include <assert.h>
#include <sails/err.h>

/*
 * What this node listens to. Each namespace is listened to once by the whole node, however many workers
 * there are: peers count the subscriptions to know how many answers to wait for.
 *
 *     any thread: open  --mail--> worker 0: listed, subscribed
 *                 close --mail-->           unsubscribed, freed
 *
 * I1  Mail of one namespace arrives in order: it is in the list from `opened` to `closed`.
 */

enum {
    SUBSCRIPTIONS = 4 /* broadcasts, requests, responses, our own responses */
};

struct nodes_subscription {
    struct map_node by_name;
    struct nodes_namespace *nsp;
    enum bus_kind kind;
    struct str name;
};

struct nodes_namespace {
    struct carrier_namespace carried;
    struct nodes *nodes;
    struct mail opened;
    struct mail closed;
    struct list in_nodes;
    struct nodes_subscription subscriptions[SUBSCRIPTIONS];
    struct str name;
    struct buf names; /* of the namespace and of all subscriptions */
};

/* ---- worker 0 ---- */

static struct nodes_subscription *find(const struct nodes *nodes, struct str name)
{
    uint64_t hash = hash_str(nodes->map_key, name);

    for (struct map_node *n = map_find(&nodes->subscriptions, hash); n != NULL;
         n = map_find_next(n)) {
        struct nodes_subscription *s = container_of(n, struct nodes_subscription, by_name);

        if (str_eq(s->name, name)) {
            return s;
        }
    }
    return NULL;
}

bool nodes_namespace_of(const struct nodes *nodes, struct str subscription, struct str *nsp)
{
    const struct nodes_subscription *s = find(nodes, subscription);

    if (s != NULL) {
        *nsp = s->nsp->name;
    }
    return s != NULL;
}

static void listen(struct nodes_namespace *nsp)
{
    struct nodes *nodes = nsp->nodes;
    struct bus *bus = nodes->options.bus;

    nodes_expect_confirmations(nodes, SUBSCRIPTIONS);
    for (size_t i = 0; i < SUBSCRIPTIONS; i++) {
        const struct nodes_subscription *s = &nsp->subscriptions[i];
        int rc = bus->ops->subscribe(bus, s->kind, s->name, true, nodes_on_confirmed, nodes);

        if (rc < 0) {
            log_line(nodes->options.log, LOG_ERROR, "Cluster: not listening to %.*s: %s",
                     STR_FMT(s->name), sails_strerror(rc));
        }
    }
}

void nodes_namespace_subscribe_all(struct nodes *nodes)
{
    list_each(node, &nodes->namespaces) {
        listen(container_of(node, struct nodes_namespace, in_nodes));
    }
}

static void destroy(struct nodes_namespace *nsp)
{
    for (size_t i = 0; i < SUBSCRIPTIONS; i++) {
        map_remove(&nsp->nodes->subscriptions, &nsp->subscriptions[i].by_name);
    }
    list_remove(&nsp->in_nodes);
    buf_deinit(&nsp->names);
    mem_free(nsp);
}

static void on_opened(struct worker *worker, struct mail *mail)
{
    struct nodes_namespace *nsp = container_of(mail, struct nodes_namespace, opened);
    struct nodes *nodes = nsp->nodes;

    (void)worker;
    list_append(&nodes->namespaces, &nsp->in_nodes);
    for (size_t i = 0; i < SUBSCRIPTIONS; i++) {
        struct nodes_subscription *s = &nsp->subscriptions[i];

        map_insert(&nodes->subscriptions, &s->by_name, hash_str(nodes->map_key, s->name));
    }
    if (nodes->is_reachable) {
        listen(nsp);
    }
}

static void on_closed(struct worker *worker, struct mail *mail)
{
    struct nodes_namespace *nsp = container_of(mail, struct nodes_namespace, closed);
    struct bus *bus = nsp->nodes->options.bus;

    (void)worker;
    for (size_t i = 0; i < SUBSCRIPTIONS && nsp->nodes->is_reachable; i++) {
        const struct nodes_subscription *s = &nsp->subscriptions[i];

        (void)bus->ops->subscribe(bus, s->kind, s->name, false, NULL, NULL);
    }
    destroy(nsp);
}

void nodes_namespace_destroy_all(struct nodes *nodes)
{
    list_each(node, &nodes->namespaces) {
        destroy(container_of(node, struct nodes_namespace, in_nodes));
    }
}

/* ---- any thread ---- */

/* Where each name ends in `names`; they become views when it grows no more. */
static void write_names(struct nodes_namespace *nsp, struct str name,
                        size_t ends[SUBSCRIPTIONS + 1])
{
    struct nodes *nodes = nsp->nodes;
    struct buf *names = &nsp->names;
    char uid[NODES_UID_LEN + 1];

    nodes_uid(nodes, name, uid);
    buf_append_str(names, name);
    ends[0] = names->len;
    classic_pattern(names, nodes->key, name);
    ends[1] = names->len;
    classic_request_channel(names, nodes->key, name);
    ends[2] = names->len;
    classic_response_channel(names, nodes->key, name, (struct str){NULL, 0});
    ends[3] = names->len;
    classic_response_channel(names, nodes->key, name, str_from(uid));
    ends[4] = names->len;
}

struct carrier_namespace *nodes_namespace_open(struct carrier *carrier, struct str name)
{
    struct nodes *nodes = container_of(carrier, struct nodes, carrier);
    struct nodes_namespace *nsp = mem_calloc(1, sizeof(*nsp));
    size_t ends[SUBSCRIPTIONS + 1];

    if (nsp == NULL) {
        return NULL;
    }
    nsp->carried.carrier = carrier;
    nsp->nodes = nodes;
    write_names(nsp, name, ends);
    if (buf_error(&nsp->names) < 0) {
        buf_deinit(&nsp->names);
        mem_free(nsp);
        return NULL;
    }
    nsp->name = (struct str){nsp->names.ptr, ends[0]};
    for (size_t i = 0; i < SUBSCRIPTIONS; i++) {
        nsp->subscriptions[i] = (struct nodes_subscription){
            .nsp = nsp,
            .kind = i == 0 ? BUS_PATTERN : BUS_CHANNEL,
            .name = {nsp->names.ptr + ends[i], ends[i + 1] - ends[i]},
        };
    }
    nsp->opened.deliver = on_opened;
    nsp->closed.deliver = on_closed;
    worker_post(nodes->worker, &nsp->opened);
    return &nsp->carried;
}

void nodes_namespace_close(struct carrier_namespace *carried)
{
    struct nodes_namespace *nsp = container_of(carried, struct nodes_namespace, carried);

    worker_post(nsp->nodes->worker, &nsp->closed);
}
