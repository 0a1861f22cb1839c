#include "gate/session_limits.h"

#include "base/network.h"

enum {
    LOG_AGAIN_AFTER_MS = 60000 /* a line for each refusal would be an attack of its own */
};

int session_limits_init(struct session_limits *limits, size_t max, size_t max_per_address)
{
    limits->max = max;
    return peer_census_init(&limits->by_address, max_per_address);
}

void session_limits_deinit(struct session_limits *limits)
{
    if (limits->io != NULL) {
        peer_census_deinit(&limits->by_address);
    }
}

/* ---- whose session it is ---- */

/* What a proxy in front says, as far as it is trusted: else all of its clients would be one. */
static struct peer_address client_of(const struct session_limits *limits,
                                     const struct eio_handshake *handshake)
{
    struct str address =
        trust_proxy_client(limits->trust, eio_handshake_address(handshake),
                           eio_handshake_header(handshake, STR("x-forwarded-for")));
    struct peer_address client = peer_address_read(address);

    network_mask(client.bytes);
    return client;
}

/* ---- room for one more ---- */

struct search {
    const struct session_limits *limits;
    struct peer_address client;
};

static bool is_of_client(const struct eio_session *session, void *ctx)
{
    const struct search *search = ctx;
    struct peer_address client = client_of(search->limits, eio_session_handshake(session));

    return memcmp(client.bytes, search->client.bytes, sizeof(client.bytes)) == 0;
}

static bool is_anybodys(const struct eio_session *session, void *ctx)
{
    (void)session;
    (void)ctx;
    return true;
}

static void tell(struct session_limits *limits, uint64_t now_ms, const char *setting)
{
    uint64_t before = atomic_load(&limits->logged_ms);

    if ((before == 0 || now_ms - before >= LOG_AGAIN_AFTER_MS) &&
        atomic_compare_exchange_strong(&limits->logged_ms, &before, now_ms)) {
        log_line(limits->io->log, LOG_WARN, "%s is reached: new sessions of sockets are refused",
                 setting);
    }
}

static unsigned refuse(struct session_limits *limits, struct worker *worker, unsigned status,
                       const char *setting)
{
    atomic_fetch_add_explicit(&limits->n_refused, 1, memory_order_relaxed);
    tell(limits, worker_env(worker)->now_ms, setting);
    return status;
}

unsigned session_limits_admit(struct session_limits *limits, const struct eio_handshake *handshake)
{
    struct worker *worker = worker_current(limits->io->cluster.pool);
    struct sio_server *server = io_worker_of(limits->io, worker)->server;
    struct search search = {.limits = limits, .client = client_of(limits, handshake)};

    if (!peer_census_admits(&limits->by_address, &search.client) &&
        !sio_server_end_half_open(server, is_of_client, &search)) {
        return refuse(limits, worker, 429, "security.limits.sessionsPerAddress");
    }
    if (limits->max > 0 && atomic_load(&limits->n) >= limits->max &&
        !sio_server_end_half_open(server, is_anybodys, NULL)) {
        return refuse(limits, worker, 503, "sockets.maxSessions");
    }
    atomic_fetch_add(&limits->n, 1);
    peer_census_add(&limits->by_address, &search.client);
    return 0;
}

void session_limits_leave(struct session_limits *limits, const struct eio_handshake *handshake)
{
    struct peer_address client = client_of(limits, handshake);

    atomic_fetch_sub(&limits->n, 1);
    peer_census_remove(&limits->by_address, &client);
}
