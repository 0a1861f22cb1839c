#include "base/ids.h"
#include "base/mem.h"
#include "io/io_tour.h"

#include <stdlib.h>

/*
 * Looking at the sockets of this node: how many, in which rooms, and at one of them. Each is a tour of the
 * workers, for what a worker owns only its thread reads.
 */

/* What every one of them checks first. A parent has no sockets of its own. */
static int check(const sails_io_namespace *nsp, bool is_valid)
{
    if (nsp == NULL || nsp->match != NULL || !is_valid) {
        return SAILS_EINVAL;
    }
    return io_check_open(nsp->io, NULL);
}

static struct sio_namespace *part_on(struct sails_io_namespace *nsp, struct worker *worker)
{
    return io_worker_find(nsp->io, worker, str_from(nsp->name));
}

/* ---- one socket ---- */

struct meeting {
    struct io_tour tour;
    struct sails_io_namespace *nsp;
    sails_io_socket_cb with;
    void *ctx;
    bool has_met;
    char id[];
};

static bool meet(struct io_tour *tour, struct worker *worker)
{
    struct meeting *meeting = container_of(tour, struct meeting, tour);
    struct sio_namespace *part = part_on(meeting->nsp, worker);
    struct sio_socket *socket =
        part != NULL ? sio_namespace_find(part, str_from(meeting->id)) : NULL;

    meeting->has_met = socket != NULL && sio_socket_is_connected(socket);
    if (meeting->has_met) {
        meeting->with(socket, 0, meeting->ctx);
    }
    return meeting->has_met;
}

static void end_meeting(struct io_tour *tour, int status)
{
    struct meeting *meeting = container_of(tour, struct meeting, tour);

    if (!meeting->has_met) {
        meeting->with(NULL, status == 0 ? SAILS_ENOENT : status, meeting->ctx);
    }
    io_namespace_release(meeting->nsp);
    mem_free(meeting);
}

int sails_io_with_socket(sails_io_namespace *nsp, const char *id, sails_io_socket_cb with,
                         void *ctx)
{
    int rc = check(nsp, id != NULL && with != NULL);
    struct meeting *meeting = NULL;
    size_t len = 0;
    int worker = 0;

    if (rc < 0) {
        return rc;
    }
    len = strnlen(id, SAILS_NAMESPACE_NAME_MAX + SAILS_ROOM_NAME_MAX);
    meeting = mem_alloc(sizeof(*meeting) + len + 1);
    if (meeting == NULL) {
        return SAILS_ENOMEM;
    }
    *meeting = (struct meeting){.tour = {.io = nsp->io, .visit = meet, .end = end_meeting},
                                .nsp = io_namespace_retain(nsp),
                                .with = with,
                                .ctx = ctx};
    memcpy(meeting->id, id, len);
    meeting->id[len] = '\0';
    worker = id_worker(str_from(meeting->id));
    if (worker < 0 || (unsigned)worker >= nsp->io->cluster.pool->count ||
        nsp->io->cluster.mail.ids_move) {
        io_tour_begin(&meeting->tour);
    } else {
        io_tour_begin_at(&meeting->tour, (unsigned)worker);
    }
    return 0;
}

/* ---- counting ---- */

struct counting {
    struct io_tour tour;
    struct sails_io_namespace *nsp;
    struct operation op; /* for its target */
    size_t count;
    sails_io_count_cb on_count;
    void *ctx;
};

static bool count_there(struct io_tour *tour, struct worker *worker)
{
    struct counting *counting = container_of(tour, struct counting, tour);
    struct sio_namespace *part = part_on(counting->nsp, worker);

    if (part != NULL && !counting->op.to_nobody) {
        counting->count += sio_namespace_count_selected(part, &counting->op.target);
    }
    return false;
}

static void end_counting(struct io_tour *tour, int status)
{
    struct counting *counting = container_of(tour, struct counting, tour);

    counting->on_count(status, status == 0 ? counting->count : 0, counting->ctx);
    io_namespace_release(counting->nsp);
    mem_free(counting);
}

static int count(sails_io_namespace *nsp, const struct operation *op, sails_io_count_cb on_count,
                 void *ctx)
{
    struct counting *counting = mem_alloc(sizeof(*counting) + operation_copy_size(op));

    if (counting == NULL) {
        return SAILS_ENOMEM;
    }
    *counting =
        (struct counting){.tour = {.io = nsp->io, .visit = count_there, .end = end_counting},
                          .nsp = io_namespace_retain(nsp),
                          .on_count = on_count,
                          .ctx = ctx};
    operation_copy(&counting->op, op, counting + 1);
    io_tour_begin(&counting->tour);
    return 0;
}

int sails_io_count_sockets(sails_io_namespace *nsp, const struct sails_io_target *target,
                           sails_io_count_cb on_count, void *ctx)
{
    struct operation_spec spec = {.kind = OPERATION_FETCH};
    int rc = check(nsp, on_count != NULL);
    struct operation op;

    io_target_fill(&spec, target);
    if (rc == 0) {
        rc = operation_init(&op, &spec);
    }
    if (rc == 0) {
        rc = count(nsp, &op, on_count, ctx);
        operation_deinit(&op);
    }
    return rc;
}

/* ---- rooms ---- */

struct listed_room {
    struct map_node by_name;
    size_t n_sockets;
    size_t len;
    char name[];
};

struct listing {
    struct io_tour tour;
    struct sails_io_namespace *nsp;
    struct map by_name; /* struct listed_room */
    int error;
    sails_io_rooms_cb on_rooms;
    void *ctx;
};

static struct listed_room *find_listed(const struct listing *listing, struct str name,
                                       uint64_t hash)
{
    struct map_node *node = map_find(&listing->by_name, hash);

    for (; node != NULL; node = map_find_next(node)) {
        struct listed_room *room = container_of(node, struct listed_room, by_name);

        if (str_eq((struct str){room->name, room->len}, name)) {
            return room;
        }
    }
    return NULL;
}

static void list_room(struct str name, size_t n_sockets, void *ctx)
{
    struct listing *listing = ctx;
    uint64_t hash = hash_str(listing->nsp->io->hash_key, name);
    struct listed_room *room = find_listed(listing, name, hash);

    if (room == NULL) {
        room = mem_alloc(sizeof(*room) + name.len + 1);
        if (room == NULL) {
            listing->error = SAILS_ENOMEM;
            return;
        }
        *room = (struct listed_room){.len = name.len};
        memcpy(room->name, name.ptr, name.len);
        room->name[name.len] = '\0';
        map_insert(&listing->by_name, &room->by_name, hash);
    }
    room->n_sockets += n_sockets;
}

static bool list_there(struct io_tour *tour, struct worker *worker)
{
    struct listing *listing = container_of(tour, struct listing, tour);
    const struct sio_namespace *part = part_on(listing->nsp, worker);

    if (part != NULL) {
        sio_namespace_each_room_sized(part, list_room, listing);
    }
    return listing->error < 0;
}

static int compare_rooms(const void *a, const void *b)
{
    const struct sails_io_room *x = a;
    const struct sails_io_room *y = b;

    return strcmp(x->name, y->name);
}

/* NULL: no memory, or no rooms. */
static struct sails_io_room *sorted(const struct listing *listing)
{
    size_t n = listing->by_name.count;
    struct sails_io_room *rooms = n > 0 ? mem_calloc(n, sizeof(*rooms)) : NULL;
    size_t at = 0;

    if (rooms == NULL) {
        return NULL;
    }
    map_each(node, &listing->by_name) {
        const struct listed_room *room = container_of(node, const struct listed_room, by_name);

        rooms[at++] = (struct sails_io_room){room->name, room->n_sockets};
    }
    qsort(rooms, n, sizeof(*rooms), compare_rooms);
    return rooms;
}

static void end_listing(struct io_tour *tour, int status)
{
    struct listing *listing = container_of(tour, struct listing, tour);
    size_t n = listing->by_name.count;
    struct sails_io_room *rooms = NULL;

    status = status == 0 ? listing->error : status;
    if (status == 0) {
        rooms = sorted(listing);
        status = rooms != NULL || n == 0 ? 0 : SAILS_ENOMEM;
    }
    listing->on_rooms(status, rooms, status == 0 ? n : 0, listing->ctx);
    mem_free(rooms);
    map_each(node, &listing->by_name) {
        map_remove(&listing->by_name, node);
        mem_free(container_of(node, struct listed_room, by_name));
    }
    map_deinit(&listing->by_name);
    io_namespace_release(listing->nsp);
    mem_free(listing);
}

int sails_io_list_rooms(sails_io_namespace *nsp, sails_io_rooms_cb on_rooms, void *ctx)
{
    int rc = check(nsp, on_rooms != NULL);
    struct listing *listing = NULL;

    if (rc < 0) {
        return rc;
    }
    listing = mem_alloc(sizeof(*listing));
    if (listing == NULL) {
        return SAILS_ENOMEM;
    }
    *listing = (struct listing){.tour = {.io = nsp->io, .visit = list_there, .end = end_listing},
                                .nsp = io_namespace_retain(nsp),
                                .on_rooms = on_rooms,
                                .ctx = ctx};
    io_tour_begin(&listing->tour);
    return 0;
}

/* ---- what has passed ---- */

struct weighing {
    struct io_tour tour;
    struct sails_io_traffic traffic;
    sails_io_traffic_cb on_traffic;
    void *ctx;
};

static bool weigh_there(struct io_tour *tour, struct worker *worker)
{
    struct weighing *weighing = container_of(tour, struct weighing, tour);
    const struct eio_server *engine = io_worker_engine(tour->io, worker);
    const struct eio_traffic *here = eio_server_traffic(engine);
    struct sails_io_traffic *all = &weighing->traffic;

    all->n_connections += eio_server_count(engine);
    all->n_opened += here->n_opened;
    for (size_t i = 0; i < EIO_N_REASONS; i++) {
        all->n_closed += here->n_closed[i];
    }
    all->packets_in += here->packets_in;
    all->packets_out += here->packets_out;
    all->bytes_in += here->bytes_in;
    all->bytes_out += here->bytes_out;
    return false;
}

static void end_weighing(struct io_tour *tour, int status)
{
    struct weighing *weighing = container_of(tour, struct weighing, tour);

    weighing->on_traffic(status, status == 0 ? &weighing->traffic : NULL, weighing->ctx);
    mem_free(weighing);
}

int sails_io_count_traffic(sails_io *io, sails_io_traffic_cb on_traffic, void *ctx)
{
    struct weighing *weighing = NULL;

    if (io == NULL || on_traffic == NULL) {
        return SAILS_EINVAL;
    }
    if (io_check_open(io, NULL) < 0) {
        return SAILS_ESTATE;
    }
    weighing = mem_alloc(sizeof(*weighing));
    if (weighing == NULL) {
        return SAILS_ENOMEM;
    }
    *weighing = (struct weighing){.tour = {.io = io, .visit = weigh_there, .end = end_weighing},
                                  .on_traffic = on_traffic,
                                  .ctx = ctx};
    io_tour_begin(&weighing->tour);
    return 0;
}
