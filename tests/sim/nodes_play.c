#include "sim/nodes_simulation.h"
#include "sim/sim_node.h"

/*
 * The program of each node. What it says is drawn when it says so, and told to who watches the promises.
 */

enum {
    ASK_MS = 700,
    REQUESTS_TIMEOUT_MS = 900
};

static const char *const room_names[PROMISES_ROOMS] = {"r0", "r1", "r2", "r3"};

static struct promises *promises_of(const struct node *node)
{
    return &node->sim->promises;
}

static uint64_t now(const struct node *node)
{
    return node->sim->world.now_ms;
}

static int any_room(struct node *node)
{
    return (int)nodes_below(node->sim, PROMISES_ROOMS);
}

/* ---- saying ---- */

/* The thread that calls: a worker of the node, or some other one. */
static size_t sender_of(const struct node *node)
{
    const struct worker *worker = worker_current(node->pool);

    return node->index * (NODES_WORKERS + 1) + (worker != NULL ? worker_index(worker) + 1 : 0);
}

static struct promises_message draw(struct node *node)
{
    struct nodes_simulation *sim = node->sim;

    return (struct promises_message){
        .node = node->index,
        .sender = sender_of(node),
        .room = nodes_is(sim, 75) ? any_room(node) : -1,
        .except = nodes_is(sim, 25) ? any_room(node) : -1,
        .at_ms = now(node),
    };
}

/* Names of rooms, in the shape that targets have. */
struct names {
    const char *to[2];
    const char *except[2];
    struct sails_io_target target;
};

static const struct sails_io_target *target_of(int room, int except, struct names *names)
{
    *names = (struct names){.to = {room >= 0 ? room_names[room] : NULL},
                            .except = {except >= 0 ? room_names[except] : NULL}};
    names->target = (struct sails_io_target){.to = room >= 0 ? names->to : NULL,
                                             .except = except >= 0 ? names->except : NULL};
    return &names->target;
}

static void must_be_done(struct node *node, const char *what, int rc)
{
    if (rc != 0) {
        promises_complain(promises_of(node), "node %zu cannot %s: %d", node->index, what, rc);
    }
}

void play_say(struct node *node)
{
    struct promises_message message = draw(node);
    unsigned number = promises_says(promises_of(node), &message);
    struct names names;

    if (number == 0) {
        return;
    }
    nodes_trace(node->sim, "node %zu (thread %zu) says %u to room %d", node->index, message.sender,
                number, message.room);
    must_be_done(node, "emit",
                 sails_io_emit(node->root, target_of(message.room, message.except, &names), "said",
                               json_integer(number)));
}

static void on_bid(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)event;
    play_say(ctx);
}

/* ---- rooms ---- */

void play_change(struct node *node)
{
    struct promises_change change = {.node = node->index,
                                     .at_ms = now(node),
                                     .of = any_room(node),
                                     .room = any_room(node),
                                     .is_join = nodes_is(node->sim, 60)};
    const char *const rooms[] = {room_names[change.room], NULL};
    struct names names;
    const struct sails_io_target *target = target_of(change.of, -1, &names);

    if (!promises_changes(promises_of(node), &change)) {
        return;
    }
    node->sim->life++;
    nodes_trace(node->sim, "node %zu lets room %d %s room %d", node->index, change.of,
                change.is_join ? "join" : "leave", change.room);
    must_be_done(node, "change rooms",
                 change.is_join ? sails_io_sockets_join(node->root, target, rooms, NULL, NULL)
                                : sails_io_sockets_leave(node->root, target, rooms, NULL, NULL));
}

static void on_connection(sails_io_socket *socket, void *ctx)
{
    struct node *node = ctx;
    const char *text = sails_io_socket_query(socket, "rooms");
    uint64_t rooms = 0;

    (void)str_to_u64(str_from(text != NULL ? text : ""), UINT32_MAX, &rooms);
    for (unsigned room = 0; room < PROMISES_ROOMS; room++) {
        if ((rooms & 1u << room) != 0) {
            must_be_done(node, "join", sails_io_socket_join(socket, room_names[room]));
        }
    }
}

/* ---- questions ---- */

static bool is_in_trouble(const struct nodes_simulation *sim, const struct question *q)
{
    for (size_t i = 0; i < sim->n_nodes; i++) {
        if (promises_had_trouble(&sim->promises, i, q->at_ms, sim->world.now_ms)) {
            return true;
        }
    }
    return false;
}

static void on_told(int status, json_t *list, void *ctx)
{
    struct question *q = ctx;
    struct nodes_simulation *sim = q->sim;
    bool is_sure = q->n_expected >= 0 && q->life == sim->life && !is_in_trouble(sim, q);

    if (q->is_told) {
        promises_complain(&sim->promises, "node %zu is told twice", q->node);
    }
    q->is_told = true;
    if (is_sure && (status != 0 || json_array_size(list) != (size_t)q->n_expected)) {
        promises_complain(&sim->promises, "node %zu is told %zu and status %d, not %d", q->node,
                          json_array_size(list), status, q->n_expected);
    } else if (status != 0 && status != SAILS_ETIMEOUT && !sim->is_restarting) {
        promises_complain(&sim->promises, "node %zu is told status %d", q->node, status);
    }
}

static struct question *draw_question(struct node *node, int room)
{
    struct nodes_simulation *sim = node->sim;
    struct question *q = NULL;

    if (sim->n_questions == NODES_QUESTIONS) {
        return NULL;
    }
    q = &sim->questions[sim->n_questions++];
    *q = (struct question){.sim = sim,
                           .node = node->index,
                           .life = sim->life,
                           .at_ms = now(node),
                           .n_expected = promises_count(&sim->promises, room)};
    return q;
}

void play_ask(struct node *node)
{
    struct promises_message message = draw(node);
    struct question *q = draw_question(node, message.room);
    struct names names;
    unsigned number = 0;

    if (q == NULL) {
        return;
    }
    message.except = -1;
    message.is_question = true;
    number = promises_says(promises_of(node), &message);
    if (number == 0) {
        node->sim->n_questions--;
        return;
    }
    nodes_trace(node->sim, "node %zu asks room %d with message %u", node->index, message.room,
                number);
    must_be_done(node, "ask",
                 sails_io_emit_with_ack(node->root, target_of(message.room, -1, &names), "said",
                                        json_integer(number), ASK_MS, on_told, q));
}

void play_fetch(struct node *node)
{
    int room = any_room(node);
    struct question *q = draw_question(node, room);
    struct names names;

    if (q == NULL) {
        return;
    }
    nodes_trace(node->sim, "node %zu fetches room %d", node->index, room);
    must_be_done(node, "fetch",
                 sails_io_fetch_sockets(node->root, target_of(room, -1, &names), on_told, q));
}

void play_check(struct nodes_simulation *sim)
{
    for (size_t i = 0; i < sim->n_questions; i++) {
        if (!sim->questions[i].is_told) {
            promises_complain(&sim->promises, "node %zu was never told", sim->questions[i].node);
        }
    }
    sim->n_questions = 0;
}

/* ---- looking ---- */

static struct member *find(struct nodes_simulation *sim, const char *id)
{
    for (size_t i = 0; i < NODES_CAST; i++) {
        if (sim->cast[i].is_in && strcmp(sim->cast[i].id, id) == 0) {
            return &sim->cast[i];
        }
    }
    return NULL;
}

static void see(struct nodes_simulation *sim, json_t *socket)
{
    const struct member *member = find(sim, json_string_value(json_object_get(socket, "id")));
    bool rooms[PROMISES_ROOMS] = {false};
    size_t i = 0;
    json_t *name = NULL;

    if (member == NULL) {
        promises_complain(&sim->promises, "a socket that has gone is still there");
        return;
    }
    json_array_foreach(json_object_get(socket, "rooms"), i, name)
    {
        for (size_t room = 0; room < PROMISES_ROOMS; room++) {
            rooms[room] = rooms[room] || strcmp(json_string_value(name), room_names[room]) == 0;
        }
    }
    promises_sees(&sim->promises, member->index, rooms);
}

static void on_look(int status, json_t *sockets, void *ctx)
{
    struct question *q = ctx;
    size_t i = 0;
    json_t *socket = NULL;

    on_told(status, sockets, q);
    json_array_foreach(sockets, i, socket)
    {
        see(q->sim, socket);
    }
}

void play_look(struct node *node)
{
    struct question *q = draw_question(node, -1);

    if (q != NULL) {
        must_be_done(node, "look", sails_io_fetch_sockets(node->root, NULL, on_look, q));
    }
}

/* ---- life ---- */

static void write_log(enum sails_log_level level, const char *text, void *ctx)
{
    const struct node *node = ctx;

    (void)level;
    nodes_trace(node->sim, "  node %zu: %s", node->index, text);
}

static void on_up(sails_app *app, void *ctx)
{
    struct node *node = ctx;

    (void)app;
    nodes_trace(node->sim, "node %zu is among the others", node->index);
    promises_trouble_ends(promises_of(node), node->index, now(node));
}

static void on_down(sails_app *app, int status, void *ctx)
{
    const struct node *node = ctx;

    (void)app;
    nodes_trace(node->sim, "node %zu is alone: %d", node->index, status);
}

static void set(struct node *node, const char *key, json_t *value)
{
    must_be_done(node, key, sails_app_set(node->app, key, value));
}

static void configure(struct node *node)
{
    static const char *const adapters[MODES] = {"redis", "@socket.io/redis-adapter",
                                                "@socket.io/redis-streams-adapter"};
    enum nodes_mode mode = node->sim->mode;

    set(node, "port", json_integer(0));
    set(node, "explicitHost", json_string("127.0.0.1"));
    set(node, "workers", json_integer(1 + (json_int_t)nodes_below(node->sim, NODES_WORKERS)));
    set(node, "shutdownTimeout", json_integer(200));
    set(node, "log.level", json_string(node->sim->is_verbose ? "silly" : "error"));
    set(node, "sockets.httpCompression", json_false());
    set(node, "sockets.pingInterval",
        json_integer(500)); /* so that who is cut off is soon missed */
    set(node, "sockets.pingTimeout", json_integer(1000));
    set(node, "sockets.adapter", json_string(adapters[mode]));
    set(node, "sockets.liftWithoutRedis", json_true());
    set(node, "sockets.adapterOptions.requestsTimeout", json_integer(REQUESTS_TIMEOUT_MS));
    if (mode == MODE_SHARDED) {
        set(node, "sockets.adapterOptions.sharded", json_true());
    }
}

void play_lift(struct node *node)
{
    struct nodes_simulation *sim = node->sim;

    promises_trouble(promises_of(node), node->index, now(node));
    node->app = app_create_in(&sim->world.app_world);
    node->root = sails_io_of(sails_app_io(node->app), "/");
    (void)sails_app_set_log(node->app, write_log, node);
    configure(node);
    must_be_done(node, "watch", sails_app_on_cluster_up(node->app, on_up, node));
    must_be_done(node, "watch", sails_app_on_cluster_down(node->app, on_down, node));
    must_be_done(node, "listen", sails_io_on(node->root, "bid", on_bid, node));
    must_be_done(node, "listen", sails_io_on_connection(node->root, on_connection, node));
    node->bus = sim->n_buses++;
    must_be_done(node, "be lifted", sails_app_lift(node->app));
    if (!promises_complains(promises_of(node))) {
        node->port = sails_app_port(node->app);
        node->pool = &sim_node_pool(sim_world_find_node(&sim->world, node->port))->pool;
    }
}

void play_lower(struct node *node)
{
    node->sim->is_restarting = true;
    node->sim->life++;
    promises_trouble(promises_of(node), node->index, now(node));
    sails_app_destroy(node->app);
    node->sim->is_restarting = false;
}
