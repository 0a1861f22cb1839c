#include "base/macros.h"
#include "base/mem.h"
#include "nodes/nodes_format.h"

#include <assert.h>
#include <sails/err.h>

/*
 * What this node listens to. Each namespace is listened to once by the whole node, however many workers
 * there are: peers count the subscriptions to know how many answers to wait for. Where rooms have channels of
 * their own (sharded pub/sub), a room is listened to while a worker has it.
 *
 *     any thread: open  --mail--> worker 0: listed, subscribed
 *                 room  --mail-->           one more worker has it, or one less
 *                 close --mail-->           unsubscribed, freed
 *
 * I1  Mail of one namespace arrives in order: it is in the list from `opened` to `closed`.
 * I2  n_users of a room's subscription counts the workers that have the room; the others have one, their
 *     namespace.
 */

struct nodes_subscription {
    struct map_node by_name;
    struct list in_nsp;
    struct nodes_namespace *nsp;
    enum bus_kind kind;
    size_t n_users; /* I2 */
    size_t len;
    char name[];
};

struct nodes_namespace {
    struct carrier_namespace carried;
    struct nodes *nodes;
    struct mail opened;
    struct mail closed;
    struct list in_nodes;
    struct list subscriptions;
    size_t name_len;
    char name[];
};

/* A worker has a room, or has it no more. */
struct room_news {
    struct mail mail;
    struct nodes_namespace *nsp;
    bool exists;
    size_t len;
    char name[]; /* of its channel */
};

static struct str name_of(const struct nodes_subscription *s)
{
    return (struct str){s->name, s->len};
}

/* I2 */
static void subscription_check(const struct nodes_subscription *s)
{
    assert(s->n_users > 0);
    assert(s->n_users == 1 || s->kind == BUS_SHARD);
    (void)s;
}

/* ---- subscriptions: worker 0, but for creating ---- */

static struct nodes_subscription *subscription_create(struct nodes_namespace *nsp,
                                                      enum bus_kind kind, struct str name)
{
    struct nodes_subscription *s = mem_alloc(sizeof(*s) + name.len);

    if (s == NULL) {
        return NULL;
    }
    *s = (struct nodes_subscription){.nsp = nsp, .kind = kind, .n_users = 1, .len = name.len};
    memcpy(s->name, name.ptr, name.len);
    list_append(&nsp->subscriptions, &s->in_nsp);
    return s;
}

static void insert(struct nodes *nodes, struct nodes_subscription *s)
{
    map_insert(&nodes->subscriptions, &s->by_name, hash_str(nodes->map_key, name_of(s)));
}

static struct nodes_subscription *find(const struct nodes *nodes, struct str name)
{
    uint64_t hash = hash_str(nodes->map_key, name);

    for (struct map_node *n = map_find(&nodes->subscriptions, hash); n != NULL;
         n = map_find_next(n)) {
        struct nodes_subscription *s = container_of(n, struct nodes_subscription, by_name);

        if (str_eq(name_of(s), name)) {
            return s;
        }
    }
    return NULL;
}

static void listen(struct nodes *nodes, const struct nodes_subscription *s)
{
    struct bus *bus = nodes->options.bus;
    int rc = 0;

    if (!nodes->is_reachable) {
        return;
    }
    nodes_expect_confirmations(nodes, 1);
    rc = bus->ops->subscribe(bus, s->kind, name_of(s), true, nodes_on_confirmed, nodes);
    if (rc < 0) {
        log_line(nodes->options.log, LOG_ERROR, "Cluster: not listening to %.*s: %s",
                 STR_FMT(name_of(s)), sails_strerror(rc));
    }
}

static void stop_listening(struct nodes *nodes, const struct nodes_subscription *s)
{
    struct bus *bus = nodes->options.bus;

    if (nodes->is_reachable) {
        (void)bus->ops->subscribe(bus, s->kind, name_of(s), false, NULL, NULL);
    }
}

static void subscription_destroy(struct nodes *nodes, struct nodes_subscription *s)
{
    map_remove(&nodes->subscriptions, &s->by_name);
    list_remove(&s->in_nsp);
    mem_free(s);
}

/* ---- namespaces: worker 0 ---- */

bool nodes_namespace_of(const struct nodes *nodes, struct str subscription, struct str *nsp)
{
    const struct nodes_subscription *s = find(nodes, subscription);

    if (s != NULL) {
        *nsp = (struct str){s->nsp->name, s->nsp->name_len};
    }
    return s != NULL;
}

bool nodes_namespace_is_known(const struct nodes *nodes, struct str name)
{
    list_each(node, &nodes->namespaces) {
        const struct nodes_namespace *nsp = container_of(node, struct nodes_namespace, in_nodes);

        if (str_eq((struct str){nsp->name, nsp->name_len}, name)) {
            return true;
        }
    }
    return false;
}

static void listen_to_all(struct nodes_namespace *nsp)
{
    list_each(node, &nsp->subscriptions) {
        listen(nsp->nodes, container_of(node, struct nodes_subscription, in_nsp));
    }
}

void nodes_namespace_subscribe_all(struct nodes *nodes)
{
    list_each(node, &nodes->namespaces) {
        listen_to_all(container_of(node, struct nodes_namespace, in_nodes));
    }
}

static void on_opened(struct worker *worker, struct mail *mail)
{
    struct nodes_namespace *nsp = container_of(mail, struct nodes_namespace, opened);

    (void)worker;
    list_append(&nsp->nodes->namespaces, &nsp->in_nodes);
    list_each(node, &nsp->subscriptions) {
        insert(nsp->nodes, container_of(node, struct nodes_subscription, in_nsp));
    }
    listen_to_all(nsp);
}

/* Of one that is in no map, too. */
static void destroy(struct nodes_namespace *nsp)
{
    while (!list_is_empty(&nsp->subscriptions)) {
        mem_free(
            container_of(list_take_first(&nsp->subscriptions), struct nodes_subscription, in_nsp));
    }
    list_remove(&nsp->in_nodes);
    mem_free(nsp);
}

static void forget(struct nodes_namespace *nsp)
{
    list_each(node, &nsp->subscriptions) {
        subscription_destroy(nsp->nodes, container_of(node, struct nodes_subscription, in_nsp));
    }
    destroy(nsp);
}

static void on_closed(struct worker *worker, struct mail *mail)
{
    struct nodes_namespace *nsp = container_of(mail, struct nodes_namespace, closed);

    (void)worker;
    list_each(node, &nsp->subscriptions) {
        stop_listening(nsp->nodes, container_of(node, struct nodes_subscription, in_nsp));
    }
    forget(nsp);
}

void nodes_namespace_destroy_all(struct nodes *nodes)
{
    list_each(node, &nodes->namespaces) {
        forget(container_of(node, struct nodes_namespace, in_nodes));
    }
}

/* ---- rooms: worker 0 ---- */

static void take_room(struct nodes_namespace *nsp, struct str channel)
{
    struct nodes *nodes = nsp->nodes;
    struct nodes_subscription *s = find(nodes, channel);

    if (s != NULL) {
        s->n_users++;
        subscription_check(s);
        return;
    }
    s = subscription_create(nsp, BUS_SHARD, channel);
    if (s == NULL) {
        log_line(nodes->options.log, LOG_ERROR, "Cluster: not listening to %.*s: %s",
                 STR_FMT(channel), sails_strerror(SAILS_ENOMEM));
        return;
    }
    insert(nodes, s);
    listen(nodes, s);
}

static void drop_room(struct nodes *nodes, struct str channel)
{
    struct nodes_subscription *s = find(nodes, channel);

    if (s == NULL) {
        return; /* there was no memory for it */
    }
    subscription_check(s);
    s->n_users--;
    if (s->n_users == 0) {
        stop_listening(nodes, s);
        subscription_destroy(nodes, s);
    }
}

static void on_room_news(struct worker *worker, struct mail *mail)
{
    struct room_news *news = container_of(mail, struct room_news, mail);
    struct str channel = {news->name, news->len};

    (void)worker;
    if (news->exists) {
        take_room(news->nsp, channel);
    } else {
        drop_room(news->nsp->nodes, channel);
    }
    mem_free(news);
}

/* ---- any thread ---- */

static int tell_room(struct nodes_namespace *nsp, struct str channel, bool exists)
{
    struct room_news *news = mem_alloc(sizeof(*news) + channel.len);

    if (news == NULL) {
        return SAILS_ENOMEM;
    }
    *news = (struct room_news){.nsp = nsp, .exists = exists, .len = channel.len};
    memcpy(news->name, channel.ptr, channel.len);
    news->mail.deliver = on_room_news;
    worker_post(nsp->nodes->worker, &news->mail);
    return 0;
}

void nodes_namespace_note_room(struct carrier_namespace *carried, struct str room, bool exists)
{
    struct nodes_namespace *nsp = container_of(carried, struct nodes_namespace, carried);
    struct nodes *nodes = nsp->nodes;
    struct buf channel = {0};
    int rc = 0;

    if (!nodes_format_has_channel(nodes, room)) {
        return;
    }
    clustered_channel(&channel, nodes->key, (struct str){nsp->name, nsp->name_len}, room);
    rc = buf_error(&channel);
    rc = rc == 0 ? tell_room(nsp, buf_str(&channel), exists) : rc;
    if (rc < 0) {
        log_line(nodes->options.log, LOG_ERROR, "Cluster: room %.*s of %.*s: %s", STR_FMT(room),
                 (int)nsp->name_len, nsp->name, sails_strerror(rc));
    }
    buf_deinit(&channel);
}

static int make_subscriptions(struct nodes_namespace *nsp, struct str name)
{
    enum bus_kind kind = BUS_CHANNEL;
    struct buf text = {0};
    int rc = 0;

    for (size_t i = 0; rc == 0 && nodes_format_subscription(nsp->nodes, name, i, &kind, &text);
         i++) {
        rc = buf_error(&text);
        if (rc == 0 && subscription_create(nsp, kind, buf_str(&text)) == NULL) {
            rc = SAILS_ENOMEM;
        }
        buf_clear(&text);
    }
    buf_deinit(&text);
    return rc;
}

struct carrier_namespace *nodes_namespace_open(struct carrier *carrier, struct str name)
{
    struct nodes *nodes = container_of(carrier, struct nodes, carrier);
    struct nodes_namespace *nsp = mem_calloc(1, sizeof(*nsp) + name.len);

    if (nsp == NULL) {
        return NULL;
    }
    nsp->carried.carrier = carrier;
    nsp->nodes = nodes;
    nsp->name_len = name.len;
    memcpy(nsp->name, name.ptr, name.len);
    list_init(&nsp->subscriptions);
    if (make_subscriptions(nsp, name) < 0) {
        destroy(nsp);
        return NULL;
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
