#include "net/move.h"

#include "base/mem.h"
#include "net/loop.h"
#include "net/net_state.h"
#include "net/tcp_link.h"
#include "net/tls.h"

#include <unistd.h>

struct arrival {
    struct mail mail;
    struct loop *to;
    int fd;
    struct peer_address peer;
    void *tls;
    struct unread *unread;    /* NULL: nothing */
    struct unread *decrypted; /* NULL: nothing */
};

struct unread *unread_create(struct bytes a, struct bytes b)
{
    struct unread *u = NULL;
    size_t len = 0;
    size_t size = 0;

    if (!size_add(a.len, b.len, &len) || !size_add(sizeof(*u), len, &size)) {
        return NULL;
    }
    u = mem_alloc(size);
    if (u == NULL) {
        return NULL;
    }
    u->len = len;
    if (a.len > 0) {
        memcpy(u->data, a.ptr, a.len);
    }
    if (b.len > 0) {
        memcpy(u->data + a.len, b.ptr, b.len);
    }
    return u;
}

static void destroy_arrival(struct arrival *arrival)
{
    if (arrival == NULL) {
        return;
    }
    if (arrival->fd >= 0) {
        (void)close(arrival->fd);
    }
    tls_discard(arrival->tls);
    mem_free(arrival->unread);
    mem_free(arrival->decrypted);
    mem_free(arrival);
}

/* Nobody is there to serve it: the worker is stopping, or has stopped. */
static void turn_away(struct loop *loop, struct arrival *arrival)
{
    net_uncount(loop->net, &arrival->peer);
    destroy_arrival(arrival);
}

static void arrive(struct worker *worker, struct mail *mail)
{
    struct arrival *arrival = container_of(mail, struct arrival, mail);
    struct loop *loop = loop_of(worker);
    struct net *net = loop->net;
    struct tcp_link *link = NULL;

    if (loop->state != LOOP_SERVING) {
        turn_away(loop, arrival);
        return;
    }
    /* It is counted anew. For a moment it is not counted at all, so that one too many may come in;
     * counted twice, one that is allowed might be turned away. */
    net_uncount(net, &arrival->peer);
    link = tcp_link_open(loop, arrival->fd, arrival->peer, arrival->unread);
    arrival->fd = -1;
    arrival->unread = NULL;
    if (link != NULL && arrival->tls != NULL) {
        tls_adopt(link, arrival->tls, arrival->decrypted);
        arrival->tls = NULL;
        arrival->decrypted = NULL;
    } else if (link != NULL) {
        net->events.on_link(net->ctx, &loop->worker, tcp_link_base(link));
    }
    destroy_arrival(arrival);
}

/* A copy, where there is something to copy. */
static int copy_if_any(struct bytes a, struct unread **out)
{
    if (a.len == 0) {
        return 0;
    }
    *out = unread_create(a, (struct bytes){0});
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

int move_prepare(struct loop *from, unsigned to, const struct move_state *with,
                 struct arrival **out)
{
    struct arrival *arrival = NULL;
    int rc = 0;

    if (to >= from->net->pool.count) {
        return SAILS_EINVAL;
    }
    arrival = mem_alloc(sizeof(*arrival));
    if (arrival == NULL) {
        return SAILS_ENOMEM;
    }
    *arrival = (struct arrival){.mail = {.deliver = arrive}, .to = from->net->loops[to], .fd = -1};
    rc = copy_if_any(with->unread, &arrival->unread);
    if (rc == 0) {
        rc = copy_if_any(with->decrypted, &arrival->decrypted);
    }
    if (rc < 0) {
        destroy_arrival(arrival);
        return rc;
    }
    arrival->tls = with->tls;
    *out = arrival;
    return 0;
}

void move_commit(struct arrival *arrival, int fd, struct peer_address peer)
{
    arrival->fd = fd;
    arrival->peer = peer;
    worker_post(&arrival->to->worker, &arrival->mail);
}
