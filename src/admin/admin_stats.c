#include "admin/admin.h"
#include "base/mem.h"
#include "io/io_tour.h"

#include <unistd.h>

/*
 * Counts of the node, every two seconds: a tour of the workers gathers them, and what has come since the last
 * one is told as events of one second, which is how the page draws them.
 */

struct census {
    struct io_tour tour;
    struct admin *admin;
    struct io_children namespaces;
    size_t *n_sockets; /* by the place of the namespace */
    struct eio_traffic traffic;
    size_t n_connections;
};

static void add_traffic(struct eio_traffic *all, const struct eio_traffic *here)
{
    all->n_opened += here->n_opened;
    for (size_t i = 0; i < EIO_N_REASONS; i++) {
        all->n_closed[i] += here->n_closed[i];
    }
    all->n_polling += here->n_polling;
    all->packets_in += here->packets_in;
    all->packets_out += here->packets_out;
    all->bytes_in += here->bytes_in;
    all->bytes_out += here->bytes_out;
}

static bool visit(struct io_tour *tour, struct worker *worker)
{
    struct census *census = container_of(tour, struct census, tour);
    const struct eio_server *engine = io_worker_engine(tour->io, worker);

    add_traffic(&census->traffic, eio_server_traffic(engine));
    census->n_connections += eio_server_count(engine);
    for (size_t i = 0; i < census->namespaces.n; i++) {
        struct sio_namespace *part =
            io_worker_find(tour->io, worker, str_from(census->namespaces.list[i]->name));

        census->n_sockets[i] += part != NULL ? sio_namespace_count(part) : 0;
    }
    return false;
}

/* ---- as the page has it ---- */

struct events {
    json_t *list;
    uint64_t second;
};

static void add_event(struct events *events, const char *type, const char *kind, uint64_t now,
                      uint64_t before)
{
    if (now > before) {
        json_array_append_new(events->list,
                              json_pack("{s:I,s:s,s:s*,s:I}", "timestamp",
                                        (json_int_t)events->second, "type", type, "subType", kind,
                                        "count", (json_int_t)(now - before)));
    }
}

static json_t *events_value(const struct admin *admin, const struct eio_traffic *now)
{
    const struct eio_traffic *before = &admin->told;
    uint64_t now_ms = machine_unix_ms(admin->io->machine);
    struct events events = {json_array(), now_ms - now_ms % 1000};

    add_event(&events, "rawConnection", NULL, now->n_opened, before->n_opened);
    for (size_t i = 0; i < EIO_N_REASONS; i++) {
        add_event(&events, "rawDisconnection", eio_reason_text((enum eio_reason)i),
                  now->n_closed[i], before->n_closed[i]);
    }
    add_event(&events, "packetsIn", NULL, now->packets_in, before->packets_in);
    add_event(&events, "packetsOut", NULL, now->packets_out, before->packets_out);
    add_event(&events, "bytesIn", NULL, now->bytes_in, before->bytes_in);
    add_event(&events, "bytesOut", NULL, now->bytes_out, before->bytes_out);
    return events.list;
}

static json_t *namespaces_value(const struct census *census)
{
    json_t *list = json_array();

    for (size_t i = 0; i < census->namespaces.n; i++) {
        json_array_append_new(list, json_pack("{s:s,s:I}", "name", census->namespaces.list[i]->name,
                                              "socketsCount", (json_int_t)census->n_sockets[i]));
    }
    return list;
}

static void tell(struct admin *admin, const struct census *census)
{
    char host[256] = "";
    uint64_t up_ms = machine_unix_ms(admin->io->machine) - admin->began_ms;

    (void)gethostname(host, sizeof(host) - 1);
    admin_tell(admin, "server_stats",
               json_pack("[{s:s,s:s,s:i,s:f,s:I,s:I,s:o,s:o}]", "serverId", admin->server_id,
                         "hostname", host, "pid", (int)getpid(), "uptime", (double)up_ms / 1000,
                         "clientsCount", (json_int_t)census->n_connections, "pollingClientsCount",
                         (json_int_t)census->traffic.n_polling, "aggregatedEvents",
                         events_value(admin, &census->traffic), "namespaces",
                         namespaces_value(census)));
}

static void end(struct io_tour *tour, int status)
{
    struct census *census = container_of(tour, struct census, tour);
    struct admin *admin = census->admin;

    if (status == 0) {
        tell(admin, census);
        admin->told = census->traffic;
    }
    io_registry_release_children(&census->namespaces);
    mem_free(census->n_sockets);
    mem_free(census);
    atomic_store(&admin->is_counting, false);
}

void admin_tick(struct admin *admin)
{
    struct census *census = NULL;

    if (!atomic_load(&admin->io->is_open) || atomic_exchange(&admin->is_counting, true)) {
        return; /* the last tour is still on its way: the workers are busy */
    }
    census = mem_calloc(1, sizeof(*census));
    if (census != NULL && io_registry_all(admin->io, &census->namespaces) == 0) {
        census->n_sockets = mem_calloc(census->namespaces.n, sizeof(size_t));
    }
    if (census == NULL || census->n_sockets == NULL) {
        if (census != NULL) {
            io_registry_release_children(&census->namespaces);
        }
        mem_free(census);
        atomic_store(&admin->is_counting, false);
        return;
    }
    census->tour = (struct io_tour){.io = admin->io, .visit = visit, .end = end};
    census->admin = admin;
    io_tour_begin(&census->tour);
}
