#include "base/base64.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/msgpack_value.h"
#include "nodes/nodes.h"

#include <assert.h>
#include <sails/err.h>

/*
 * Connection state recovery on any node, as @socket.io/redis-streams-adapter has it (redis-cluster 9): sessions
 * are kept in Redis, and the id of its entry in the stream is an event's offset. So that a client which has
 * an offset has all before it, this node's sockets, too, get an event when it comes out of the stream:
 *
 *     nodes_recovery_publish() -- XADD --> Redis -- XREAD --> nodes_receive_entry() --> sockets, with offset
 *           |                       |
 *           |                       +-- lost while it was being written --> sockets, without offset: a stray
 *           +-- Redis is not there ----------------------------------------> sockets, without offset
 *
 * I1  `own` has what was said and either is not answered yet or has not come back, in the order of saying, which
 *     is that of coming back. It is answered when the bus is closed.
 * I2  A stray that was written all the same comes back, before whatever was said after it, and is known by its
 *     bytes. (An event that says the same, and is the first one after Redis is back, is taken for it.)
 */

enum {
    /* Of a session from Redis; Node's have as many rooms as sockets have. */
    SESSION_VALUES_MAX = 100000
};

struct nodes_own {
    struct list in_nodes;
    struct nodes *nodes;
    uint64_t hash;
    unsigned era;     /* how often there had been strays when it was said */
    bool is_answered; /* it is in the stream */
    bool is_heard;    /* it has come back */
    size_t len;
    char bytes[];
};

/* I1 */
static void own_check(const struct nodes_own *own)
{
    assert(!own->is_answered || !own->is_heard); /* else it is freed */
    assert(own->nodes->n_strays <= NODES_STRAYS_MAX && own->era <= own->nodes->era);
    (void)own;
}

/* ---- events ---- */

bool nodes_recovery_comes_back(const struct nodes *nodes, const struct operation *op)
{
    return nodes->options.recovers && op->kind == OPERATION_BROADCAST && op->timeout_ms == 0 &&
           (op->flags & OPERATION_VOLATILE) == 0;
}

bool nodes_recovery_is_round(const struct nodes *nodes, const struct adapter_message *m)
{
    return nodes->options.recovers && m->kind == ADAPTER_BROADCAST && m->request_id.len == 0 &&
           !m->is_volatile;
}

/* The first `n` are settled. */
static void drop_strays(struct nodes *nodes, size_t n)
{
    nodes->n_strays -= n;
    memmove(nodes->strays, nodes->strays + n, nodes->n_strays * sizeof(nodes->strays[0]));
}

static void note_stray(struct nodes *nodes, const struct nodes_own *own)
{
    if (nodes->n_strays == NODES_STRAYS_MAX) {
        drop_strays(nodes, 1);
    }
    nodes->strays[nodes->n_strays++] = own->hash;
    nodes->era += own->era == nodes->era ? 1 : 0;
}

static void own_destroy(struct nodes_own *own)
{
    list_remove(&own->in_nodes);
    mem_free(own);
}

static void note_heard(struct nodes_own *own)
{
    own_check(own);
    own->is_heard = true;
    if (own->is_answered) {
        own_destroy(own);
    }
}

static bool is_stray(struct nodes *nodes, uint64_t hash)
{
    for (size_t i = 0; i < nodes->n_strays; i++) {
        if (nodes->strays[i] == hash) {
            drop_strays(nodes, i + 1);
            return true;
        }
    }
    return false;
}

static struct nodes_own *find_own(struct nodes *nodes, uint64_t hash)
{
    list_each(node, &nodes->own) {
        struct nodes_own *own = container_of(node, struct nodes_own, in_nodes);

        if (!own->is_heard && own->hash == hash) {
            return own;
        }
    }
    return NULL;
}

/* What was said before it has come back, too, or never will. */
static void note_heard_up_to(struct nodes *nodes, struct nodes_own *last)
{
    bool is_last = false;

    if (last->era == nodes->era) {
        nodes->n_strays = 0; /* I2 */
    }
    list_each(node, &nodes->own) {
        struct nodes_own *own = container_of(node, struct nodes_own, in_nodes);

        if (is_last) {
            return;
        }
        is_last = own == last;
        note_heard(own);
    }
}

bool nodes_recovery_was_heard(struct nodes *nodes, const struct bus_entry *entry)
{
    struct nodes_own *own = NULL;
    struct buf text = {0};
    uint64_t hash = 0;

    bus_write_entry(&text, entry->fields);
    hash = hash_str(nodes->map_key, buf_str(&text));
    buf_deinit(&text);
    if (is_stray(nodes, hash)) {
        return true;
    }
    own = find_own(nodes, hash);
    if (own != NULL) {
        note_heard_up_to(nodes, own);
    }
    return false;
}

static void on_written(int status, uint64_t number, void *ctx)
{
    struct nodes_own *own = ctx;
    struct nodes *nodes = own->nodes;

    (void)number;
    own_check(own);
    own->is_answered = true;
    if (status < 0 && !own->is_heard && nodes->is_open) {
        atomic_fetch_add(&nodes->counts.unsent, 1);
        if (status != SAILS_EREFUSED) { /* else it is certainly not in the stream */
            note_stray(nodes, own);
        }
        nodes_receive_own(nodes, (struct bytes){(const uint8_t *)own->bytes, own->len});
    }
    if (status < 0 || own->is_heard) {
        own_destroy(own);
    }
}

static int say(struct nodes *nodes, struct str stream, struct bytes entry)
{
    struct bus *bus = nodes->options.bus;
    struct nodes_own *own = NULL;
    int rc = nodes->is_open ? 0 : SAILS_ECLOSED;

    if (rc == 0) {
        own = mem_alloc(sizeof(*own) + entry.len);
        rc = own != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        *own = (struct nodes_own){.nodes = nodes,
                                  .hash = hash_str(nodes->map_key, bytes_str(entry)),
                                  .era = nodes->era,
                                  .len = entry.len};
        memcpy(own->bytes, entry.ptr, entry.len);
        list_append(&nodes->own, &own->in_nodes);
        rc = bus->ops->publish(bus, BUS_STREAM, stream, entry, on_written, own);
    }
    if (rc < 0 && own != NULL) {
        own_destroy(own);
    }
    return rc;
}

void nodes_recovery_publish(struct nodes *nodes, struct str stream, struct bytes entry)
{
    int rc = say(nodes, stream, entry);

    if (rc == 0) {
        atomic_fetch_add(&nodes->counts.sent, 1);
    } else {
        atomic_fetch_add(&nodes->counts.unsent, 1);
    }
    nodes_tell_unsent(nodes, stream, entry.len, rc);
    if (rc < 0) {
        nodes_receive_own(nodes, entry);
    }
}

void nodes_recovery_deinit(struct nodes *nodes)
{
    while (!list_is_empty(&nodes->own)) {
        own_destroy(container_of(nodes->own.next, struct nodes_own, in_nodes));
    }
}

/* ---- sessions ---- */

/* On its way to worker 0, and what was found back to whom has asked. */
struct session_errand {
    struct mail mail;
    struct nodes *nodes;
    struct buf key;
    struct buf value;    /* to be kept, or what was found */
    uint64_t keep_ms;    /* 0: it is taken */
    struct worker *home; /* whoever takes it */
    carrier_session_cb on_session;
    void *ctx;
};

static void errand_destroy(struct session_errand *errand)
{
    buf_deinit(&errand->key);
    buf_deinit(&errand->value);
    mem_free(errand);
}

static struct session_errand *errand_create(struct nodes *nodes, struct str pid)
{
    struct session_errand *errand = mem_calloc(1, sizeof(*errand));

    if (errand == NULL) {
        return NULL;
    }
    errand->nodes = nodes;
    buf_append_str(&errand->key, str_from(nodes->options.session_prefix));
    buf_append_str(&errand->key, pid);
    if (buf_error(&errand->key) < 0) {
        errand_destroy(errand);
        return NULL;
    }
    return errand;
}

/* Base64 of MessagePack; NULL: it is no such thing. */
static json_t *read_session(struct str text)
{
    struct buf bytes = {0};
    json_t *session = NULL;

    if (text.len > 0 && base64_decode_lenient(&bytes, text) == 0) {
        (void)msgpack_value_read(buf_bytes(&bytes), SESSION_VALUES_MAX, &session);
    }
    buf_deinit(&bytes);
    return session;
}

static void deliver_home(struct worker *worker, struct mail *mail)
{
    struct session_errand *errand = container_of(mail, struct session_errand, mail);
    json_t *session = read_session(buf_str(&errand->value));

    errand->on_session(worker, session, errand->ctx);
    json_decref(session);
    errand_destroy(errand);
}

static void send_home(struct session_errand *errand)
{
    errand->mail = (struct mail){.deliver = deliver_home};
    worker_post(errand->home, &errand->mail);
}

static void on_taken(int status, struct str value, void *ctx)
{
    struct session_errand *errand = ctx;

    if (status == 0 && value.len > 0) {
        buf_append_str(&errand->value, value);
    }
    send_home(errand);
}

static void keep(struct session_errand *errand)
{
    struct nodes *nodes = errand->nodes;
    struct bus *bus = nodes->options.bus;

    if (!nodes->is_open ||
        bus->ops->keep(bus, buf_str(&errand->key), buf_str(&errand->value), errand->keep_ms) < 0) {
        atomic_fetch_add(&nodes->counts.unsent, 1);
    }
    errand_destroy(errand);
}

static void take(struct session_errand *errand)
{
    struct nodes *nodes = errand->nodes;
    struct bus *bus = nodes->options.bus;

    if (!nodes->is_open || bus->ops->take(bus, buf_str(&errand->key), on_taken, errand) < 0) {
        send_home(errand);
    }
}

/* Worker 0. */
static void deliver_errand(struct worker *worker, struct mail *mail)
{
    struct session_errand *errand = container_of(mail, struct session_errand, mail);

    (void)worker;
    if (errand->keep_ms > 0) {
        keep(errand);
    } else {
        take(errand);
    }
}

static void send_errand(struct session_errand *errand)
{
    errand->mail = (struct mail){.deliver = deliver_errand};
    worker_call(errand->nodes->worker, &errand->mail);
}

void nodes_recovery_keep(struct carrier *carrier, struct str pid, const json_t *session,
                         uint64_t keep_ms)
{
    struct nodes *nodes = container_of(carrier, struct nodes, carrier);
    struct session_errand *errand = errand_create(nodes, pid);
    struct buf bytes = {0};

    if (errand != NULL && msgpack_value_write(&bytes, session) == 0) {
        base64_encode(&errand->value, buf_bytes(&bytes));
    }
    buf_deinit(&bytes);
    if (errand != NULL && errand->value.len > 0 && buf_error(&errand->value) == 0) {
        errand->keep_ms = keep_ms > 0 ? keep_ms : 1;
        send_errand(errand);
        return;
    }
    if (errand != NULL) {
        errand_destroy(errand);
    }
    atomic_fetch_add(&nodes->counts.unsent, 1);
}

int nodes_recovery_take(struct carrier *carrier, struct str pid, struct worker *worker,
                        carrier_session_cb on_session, void *ctx)
{
    struct nodes *nodes = container_of(carrier, struct nodes, carrier);
    struct session_errand *errand = NULL;

    if (!nodes_is_up(nodes)) {
        return SAILS_ECLOSED;
    }
    errand = errand_create(nodes, pid);
    if (errand == NULL) {
        return SAILS_ENOMEM;
    }
    errand->home = worker;
    errand->on_session = on_session;
    errand->ctx = ctx;
    send_errand(errand);
    return 0;
}
