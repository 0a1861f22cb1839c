#include "net/tls.h"

#include "base/buf.h"
#include "base/mem.h"
#include "net/loop.h"
#include "net/net_state.h"
#include "net/tcp_link.h"

#include <openssl/err.h>

#include <assert.h>
#include <limits.h>

/*
 * A TLS link is the protocol of a TCP link, and a link itself for the protocol above. OpenSSL does
 * no I/O: its BIO reads from the bytes that on_data has brought (`in`) and appends what it wants to
 * send to `out`. Neither holds memory of its own between two turns.
 *
 *     TCP link --on_data--> in --SSL_read--> plain_buffer --on_data--> protocol
 *     TCP link <--write---- out <--SSL_write-- write <---------------- protocol
 *
 * I1  `in` is empty outside of on_data: OpenSSL has taken all of it, or what it did not get to
 *     (the protocol paused) is given back to the TCP link.
 * I2  `decrypted` holds bytes only on a link that came from another worker, until they are told;
 *     nothing is read from the TCP link before (it is given back), so that bytes keep their order.
 * I3  Above, nobody knows the link before is_told.
 */

enum {
    HANDSHAKE_MS = 10000 /* several round trips of a bad mobile network; a client that says nothing
                            must not keep its place for longer */
};

struct tls_link {
    struct link link;
    struct tcp_link *below;
    SSL *ssl; /* NULL: moved away */
    struct bytes in;
    struct buf out;
    struct deadline handshake;
    struct task task; /* tells `decrypted` */
    struct unread *decrypted;
    int err;      /* what on_close tells instead of what the TCP link says; 0: nothing */
    bool is_told; /* on_link has been called */
    bool is_paused;
    bool is_ended; /* end(), abort() or move(), or an error: no event but on_close */
    bool has_peer_ended;
};

/* Outside of on_below_data(). */
static void tls_check(const struct tls_link *tls)
{
    assert(tls->in.len == 0);                         /* I1 */
    assert(tls->decrypted == NULL || tls->is_told);   /* I2 */
    assert(tls->is_told || tls->link.events == NULL); /* I3 */
    assert(tls->ssl != NULL || tls->is_ended);
    (void)tls;
}

static struct tls_link *of(const struct link *base)
{
    return container_of(base, struct tls_link, link);
}

static struct link *below_of(const struct tls_link *tls)
{
    return tcp_link_base(tls->below);
}

static struct loop *worker_of(const struct tls_link *tls)
{
    return tcp_link_worker(tls->below);
}

/* ---- OpenSSL's side: a BIO between `in` and `out` ---- */

static int bio_read(BIO *bio, char *data, size_t len, size_t *n)
{
    struct tls_link *tls = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (tls->in.len == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    *n = len < tls->in.len ? len : tls->in.len;
    memcpy(data, tls->in.ptr, *n);
    tls->in = bytes_from_offset(tls->in, *n);
    return 1;
}

static int bio_write(BIO *bio, const char *data, size_t len, size_t *n)
{
    struct tls_link *tls = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    buf_append(&tls->out, data, len);
    if (buf_error(&tls->out) < 0) {
        return 0;
    }
    *n = len;
    return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int bio_init(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD *tls_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sails link");

    if (method == NULL) {
        return NULL;
    }
    if (BIO_meth_set_read_ex(method, bio_read) != 1 ||
        BIO_meth_set_write_ex(method, bio_write) != 1 ||
        BIO_meth_set_ctrl(method, bio_control) != 1 || BIO_meth_set_create(method, bio_init) != 1) {
        BIO_meth_free(method);
        return NULL;
    }
    return method;
}

/* ---- closing ---- */

static void fail(struct tls_link *tls, int err)
{
    tls->is_ended = true;
    tcp_link_fail(tls->below, err);
}

/* Sends what OpenSSL has produced. False: it could not, and the link has failed. */
static bool send_out(struct tls_link *tls)
{
    int rc = buf_error(&tls->out);

    if (rc == 0 && tls->out.len > 0) {
        rc = link_write_copy(below_of(tls), buf_bytes(&tls->out));
    }
    buf_deinit(&tls->out);
    if (rc < 0) {
        fail(tls, rc); /* a stream of records with one missing is of no use */
    }
    return rc == 0;
}

static void log_handshake(struct tls_link *tls)
{
    struct loop *loop = worker_of(tls);
    char why[256];
    char peer[ADDRESS_TEXT_SIZE];

    ERR_error_string_n(ERR_peek_last_error(), why, sizeof(why));
    below_of(tls)->ops->peer(below_of(tls), peer);
    log_line(loop->worker.env.log, LOG_VERBOSE, "TLS handshake with %s failed: %s", peer, why);
}

/* OpenSSL's alert tells the peer why; it still has to leave. */
static void refuse(struct tls_link *tls)
{
    if (!tls->is_told) {
        log_handshake(tls);
    }
    ERR_clear_error();
    if (send_out(tls)) {
        tls->is_ended = true;
        tls->err = SAILS_ETLS;
        link_end(below_of(tls));
    }
}

static void destroy(struct tls_link *tls)
{
    SSL_free(tls->ssl);
    buf_deinit(&tls->out);
    mem_free(tls->decrypted);
    mem_free(tls);
}

static void on_below_close(struct link *below, int err)
{
    struct tls_link *tls = below->user;

    tls_check(tls);
    loop_cancel(&tls->task);
    deadline_stop(&tls->handshake);
    if (tls->is_told && tls->link.events != NULL) { /* NULL: on_link has aborted it */
        tls->link.events->on_close(&tls->link, tls->err != 0 ? tls->err : err);
    }
    destroy(tls);
}

/* ---- reading ---- */

static bool may_read(const struct tls_link *tls)
{
    return !tls->is_ended && !tls->is_paused && !tls->has_peer_ended;
}

static void tell_end(struct tls_link *tls)
{
    if (!tls->is_ended && !tls->has_peer_ended) {
        tls->has_peer_ended = true;
        tls->link.events->on_end(&tls->link);
    }
}

/* True: what SSL_read() or SSL_do_handshake() wants is more bytes. */
static bool wants_more(const struct tls_link *tls, int rc)
{
    return SSL_get_error(tls->ssl, rc) == SSL_ERROR_WANT_READ;
}

static bool do_handshake(struct tls_link *tls)
{
    int rc = 0;

    ERR_clear_error();
    rc = SSL_do_handshake(tls->ssl);
    if (rc == 1) {
        deadline_stop(&tls->handshake);
        return send_out(tls);
    }
    if (wants_more(tls, rc)) {
        (void)send_out(tls);
    } else {
        refuse(tls);
    }
    return false;
}

static void tell_link(struct tls_link *tls)
{
    struct loop *loop = worker_of(tls);
    struct net *net = loop->net;

    tls->is_told = true;
    net->events.on_link(net->ctx, &loop->worker, &tls->link);
}

/* False: there is nothing more to decrypt now. */
static bool decrypt_one(struct tls_link *tls)
{
    uint8_t *plain = worker_of(tls)->plain_buffer;
    int n = 0;

    ERR_clear_error();
    n = SSL_read(tls->ssl, plain, READ_BUFFER_SIZE);
    if (n > 0) {
        tls->link.events->on_data(&tls->link, (struct bytes){plain, (size_t)n});
        return true;
    }
    if (SSL_get_error(tls->ssl, n) == SSL_ERROR_ZERO_RETURN) {
        tell_end(tls);
    } else if (!wants_more(tls, n)) {
        refuse(tls);
    }
    return false;
}

static void decrypt(struct tls_link *tls)
{
    while (may_read(tls) && decrypt_one(tls)) {
    }
    /* Key updates and the like are answered while reading. */
    if (!tls->is_ended) {
        (void)send_out(tls);
    }
}

static void on_below_data(struct link *below, struct bytes data)
{
    struct tls_link *tls = below->user;

    tls_check(tls);
    if (tls->decrypted != NULL) { /* I2 */
        tcp_link_give_back(tls->below, data);
        return;
    }
    tls->in = data;
    if (!tls->is_told && !tls->is_ended && do_handshake(tls)) {
        tell_link(tls);
    }
    if (tls->is_told) {
        decrypt(tls);
    }
    if (!tls->is_ended && !tls->has_peer_ended) {
        tcp_link_give_back(tls->below, tls->in);
    }
    tls->in = (struct bytes){0}; /* I1 */
    tls_check(tls);
}

static void on_below_drain(struct link *below)
{
    struct tls_link *tls = below->user;

    tls_check(tls);
    if (tls->is_told && !tls->is_ended && tls->link.events->on_drain != NULL) {
        tls->link.events->on_drain(&tls->link);
    }
}

/* Without close_notify: the last bytes may be missing, which the protocols above see by themselves,
 * for all of them say how long their messages are. */
static void on_below_end(struct link *below)
{
    struct tls_link *tls = below->user;

    tls_check(tls);
    if (tls->is_told) {
        tell_end(tls);
    } else {
        tcp_link_fail(tls->below, SAILS_ETLS);
    }
}

static const struct link_events below_events = {
    .on_data = on_below_data,
    .on_drain = on_below_drain,
    .on_end = on_below_end,
    .on_close = on_below_close,
};

/* ---- link_ops ---- */

static bool encrypt(struct tls_link *tls, struct bytes data)
{
    size_t n = 0;
    bool ok = false;

    ERR_clear_error();
    ok = SSL_write_ex(tls->ssl, data.ptr, data.len, &n) == 1;
    ERR_clear_error();
    return ok;
}

static int tls_write(struct link *base, struct shared *data)
{
    struct tls_link *tls = of(base);
    int rc = 0;

    if (tls->is_ended) {
        return SAILS_ECLOSED;
    }
    if (data->len == 0) {
        return 0;
    }
    if (!encrypt(tls, shared_bytes(data))) {
        rc = buf_error(&tls->out) < 0 ? SAILS_ENOMEM : SAILS_ETLS;
        fail(tls, rc);
        return rc;
    }
    rc = link_write_copy(below_of(tls), buf_bytes(&tls->out));
    buf_deinit(&tls->out);
    if (rc < 0) {
        fail(tls, rc);
    }
    return rc;
}

static void tls_flush_apart(struct link *base)
{
    struct link *below = below_of(of(base));

    below->ops->flush_apart(below);
}

static void tls_end(struct link *base)
{
    struct tls_link *tls = of(base);

    if (tls->is_ended) {
        return;
    }
    ERR_clear_error();
    (void)SSL_shutdown(tls->ssl); /* close_notify; the peer's own is not waited for */
    ERR_clear_error();
    if (send_out(tls)) {
        tls->is_ended = true;
        link_end(below_of(tls));
    }
}

static void tls_abort(struct link *base)
{
    struct tls_link *tls = of(base);

    tls->is_ended = true;
    link_abort(below_of(tls));
}

static void tls_pause(struct link *base, bool paused)
{
    struct tls_link *tls = of(base);

    if (tls->is_ended) {
        return;
    }
    tls->is_paused = paused;
    link_pause(below_of(tls), paused);
    if (!paused && tls->decrypted != NULL) {
        loop_defer(worker_of(tls), &tls->task);
    }
}

static size_t tls_queued(const struct link *base)
{
    return link_queued(below_of(of(base)));
}

static void tls_peer(const struct link *base, char out[64])
{
    const struct link *below = below_of(of(base));

    below->ops->peer(below, out);
}

static int tls_move(struct link *base, unsigned loop, struct bytes unread)
{
    struct tls_link *tls = of(base);
    struct unread *joined = NULL;
    struct move_state with = {.unread = tls->in, .tls = tls->ssl, .decrypted = unread};
    int rc = 0;

    if (tls->is_ended) {
        return SAILS_ESTATE;
    }
    if (tls->decrypted != NULL) {
        joined = unread_create(unread, (struct bytes){tls->decrypted->data, tls->decrypted->len});
        if (joined == NULL) {
            return SAILS_ENOMEM;
        }
        with.decrypted = (struct bytes){joined->data, joined->len};
    }
    rc = tcp_link_depart(tls->below, loop, &with);
    mem_free(joined);
    if (rc == 0) {
        tls->ssl = NULL;
        tls->is_ended = true;
    }
    return rc;
}

static const struct link_ops tls_ops = {
    .write = tls_write,
    .flush_apart = tls_flush_apart,
    .end = tls_end,
    .abort = tls_abort,
    .pause = tls_pause,
    .queued = tls_queued,
    .move = tls_move,
    .peer = tls_peer,
};

/* ---- beginning ---- */

static void tell_decrypted(struct task *task)
{
    struct tls_link *tls = container_of(task, struct tls_link, task);
    struct unread *decrypted = tls->decrypted;

    if (!may_read(tls)) {
        return;
    }
    tls->decrypted = NULL;
    tls->link.events->on_data(&tls->link, (struct bytes){decrypted->data, decrypted->len});
    mem_free(decrypted);
}

static struct tls_link *create(struct tcp_link *below)
{
    struct tls_link *tls = mem_calloc(1, sizeof(*tls));

    if (tls == NULL) {
        tcp_link_fail(below, SAILS_ENOMEM);
        return NULL;
    }
    tls->link.ops = &tls_ops;
    tls->link.secure = true;
    tls->below = below;
    tls->task.run = tell_decrypted;
    tcp_link_base(below)->events = &below_events;
    tcp_link_base(below)->user = tls;
    return tls;
}

static SSL *create_ssl(struct tls_context *context, struct tls_link *tls)
{
    SSL *ssl = SSL_new(context->ssl);
    BIO *bio = ssl != NULL ? BIO_new(context->bio) : NULL;

    if (bio == NULL) {
        SSL_free(ssl);
        return NULL;
    }
    BIO_set_data(bio, tls);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    return ssl;
}

void tls_accept(struct tls_context *context, struct tcp_link *below)
{
    struct tls_link *tls = create(below);
    struct loop *loop = tcp_link_worker(below);

    if (tls == NULL) {
        return;
    }
    tls->ssl = create_ssl(context, tls);
    if (tls->ssl == NULL) {
        fail(tls, SAILS_ENOMEM);
        return;
    }
    deadline_start(&tls->handshake, &loop->handshakes, loop->worker.env.now_ms);
}

void tls_adopt(struct tcp_link *below, void *state, struct unread *decrypted)
{
    struct tls_link *tls = create(below);

    if (tls == NULL) {
        tls_discard(state);
        mem_free(decrypted);
        return;
    }
    tls->ssl = state;
    BIO_set_data(SSL_get_rbio(tls->ssl), tls);
    tls->decrypted = decrypted;
    if (decrypted != NULL) {
        loop_defer(tcp_link_worker(below), &tls->task);
    }
    tell_link(tls);
}

void tls_discard(void *state)
{
    SSL_free(state);
}

static void on_handshake_limit(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    fail(container_of(deadline, struct tls_link, handshake), SAILS_ETIMEOUT);
}

void tls_links_init(struct loop *loop)
{
    deadline_queue_init(&loop->handshakes, &loop->worker.env.deadlines, HANDSHAKE_MS,
                        on_handshake_limit, loop);
}

void tls_links_abort_handshakes(struct loop *loop)
{
    while (!list_is_empty(&loop->handshakes.waiting)) {
        struct list *first = list_take_first(&loop->handshakes.waiting);

        fail(container_of(first, struct tls_link, handshake.in_queue), SAILS_ECLOSED);
    }
}
