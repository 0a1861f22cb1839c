#include "io/io.h"
#include "sim/simulation.h"
#include "socketio/sio_state.h"

/*
 * Looks into the server, for what no client can see: which rooms there are, and what was never freed.
 */

static struct sio_namespace *part_of(struct simulation *sim, unsigned worker, unsigned nsp)
{
    const struct io_worker *w = &sails_app_io(sim->app)->workers[worker];

    map_each(node, &w->parts) {
        struct io_part *part = container_of(node, struct io_part, by_name);

        if (strcmp(part->nsp->name, deed_namespace(nsp)) == 0) {
            return part->sio;
        }
    }
    return NULL;
}

struct looking {
    const struct oracle *o;
    bool *rooms;
};

static void look_at_room(struct str name, void *ctx)
{
    const struct looking *looking = ctx;
    int room = oracle_room_by_name(looking->o, name.ptr, name.len);

    if (room >= 0) {
        looking->rooms[room] = true;
    }
}

static bool look(void *ctx, const struct oracle_socket *s, bool rooms[ORACLE_ROOMS_MAX])
{
    struct simulation *sim = ctx;
    struct looking looking = {&sim->oracle, rooms};
    struct sio_namespace *part = part_of(sim, s->worker, s->nsp);
    const struct sio_socket *socket =
        part != NULL ? sio_namespace_find(part, str_from(s->id)) : NULL;

    if (socket != NULL) {
        sio_socket_each_room(socket, look_at_room, &looking);
    }
    return socket != NULL;
}

static size_t count_rooms(void *ctx, unsigned worker, unsigned nsp)
{
    const struct sio_namespace *part = part_of(ctx, worker, nsp);

    return part != NULL ? part->rooms.rooms.count : 0;
}

void inside_check(struct simulation *sim)
{
    for (unsigned w = 0; w < sim->n_workers; w++) {
        list_each(at, &sim->app->requests.workers[w].requests) {
            const struct sails_req *req = container_of(at, struct sails_req, in_worker);

            oracle_complain(&sim->oracle, "the request %s was never freed", req->path);
        }
    }
}

void inside_show(struct simulation *sim)
{
    sim->oracle.look = look;
    sim->oracle.count_rooms = count_rooms;
    sim->oracle.look_ctx = sim;
}
