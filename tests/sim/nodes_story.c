#include "sim/nodes_simulation.h"

/*
 * What happens, by chance: scenes, which begin and end in quiet, and moments in between.
 */

enum {
    SCENES_MIN = 2,
    SCENES_SPAN = 3,
    MOMENTS_MIN = 15,
    MOMENTS_SPAN = 45,
    QUIET_MS = 5000 /* in which everything arrives, and nodes are together again */
};

static struct node *any_node(struct nodes_simulation *sim)
{
    return &sim->nodes[nodes_below(sim, sim->n_nodes)];
}

static struct member *any_member(struct nodes_simulation *sim)
{
    return &sim->cast[nodes_below(sim, NODES_CAST)];
}

/* ---- time ---- */

static bool goes_on(const struct nodes_simulation *sim)
{
    return !promises_complains(&sim->promises);
}

/* Some of what can happen does, and sometimes time passes. */
static void go_on(struct nodes_simulation *sim)
{
    uint64_t n = nodes_below(sim, 60);

    for (uint64_t i = 0; i < n && goes_on(sim); i++) {
        if (!sim_world_step(&sim->world)) {
            (void)sim_world_wait(&sim->world, sim->world.now_ms + 1 + nodes_below(sim, 20));
        }
    }
}

static void come_to_rest(struct nodes_simulation *sim)
{
    uint64_t end_ms = sim->world.now_ms + QUIET_MS;

    while (goes_on(sim) && (sim_world_step(&sim->world) || sim_world_wait(&sim->world, end_ms))) {
    }
}

/* ---- trouble ---- */

static void cut(struct nodes_simulation *sim, struct node *node, bool is_cut)
{
    nodes_trace(sim, "node %zu is %s", node->index, is_cut ? "cut off" : "joined again");
    if (is_cut) {
        promises_trouble(&sim->promises, node->index, sim->world.now_ms);
    }
    sim_broker_cut(&sim->broker, node->bus, is_cut);
}

static void set_gone(struct nodes_simulation *sim, bool is_gone)
{
    nodes_trace(sim, "the broker %s", is_gone ? "goes" : "is back");
    for (size_t i = 0; is_gone && i < sim->n_nodes; i++) {
        promises_trouble(&sim->promises, i, sim->world.now_ms);
    }
    sim_broker_set_gone(&sim->broker, is_gone);
}

static void heal(struct nodes_simulation *sim)
{
    set_gone(sim, false);
    for (size_t i = 0; i < sim->n_nodes; i++) {
        cut(sim, &sim->nodes[i], false);
    }
}

static void restart(struct nodes_simulation *sim, struct node *node)
{
    nodes_trace(sim, "node %zu is restarted", node->index);
    for (size_t i = 0; i < NODES_CAST; i++) {
        if (sim->cast[i].is_on && sim->cast[i].node == node->index) {
            nodes_leave(&sim->cast[i], nodes_is(sim, 50));
        }
    }
    play_lower(node);
    play_lift(node);
}

static void trouble(struct nodes_simulation *sim)
{
    switch (nodes_below(sim, 8)) {
    case 0:
        set_gone(sim, true);
        break;
    case 1:
    case 2:
        set_gone(sim, false);
        break;
    case 3:
    case 4:
        cut(sim, any_node(sim), true);
        break;
    case 5:
    case 6:
        cut(sim, any_node(sim), false);
        break;
    default:
        restart(sim, any_node(sim));
    }
}

/* ---- moments ---- */

static void act(struct nodes_simulation *sim, bool has_trouble)
{
    struct member *member = any_member(sim);
    uint64_t which = nodes_below(sim, 100);

    if (which < 40) {
        play_say(any_node(sim));
    } else if (which < 75) {
        if (member->is_in) {
            nodes_bid(member);
        }
    } else if (which < 80) {
        play_change(any_node(sim));
    } else if (which < 85) {
        play_ask(any_node(sim));
    } else if (which < 90) {
        play_fetch(any_node(sim));
    } else if (which < 92) {
        if (member->is_in) {
            nodes_leave(member, nodes_is(sim, 50));
        }
    } else if (has_trouble) {
        trouble(sim);
    }
}

static void begin_scene(struct nodes_simulation *sim)
{
    promises_begin_scene(&sim->promises);
    for (size_t i = 0; i < NODES_CAST; i++) {
        if (!sim->cast[i].is_on && nodes_is(sim, 70)) {
            nodes_enter(&sim->cast[i], nodes_below(sim, sim->n_nodes));
        }
    }
    sim->life++;
    come_to_rest(sim);
    for (size_t i = 0; i < NODES_CAST; i++) {
        nodes_check_in(&sim->cast[i]);
    }
}

static void end_scene(struct nodes_simulation *sim)
{
    heal(sim);
    come_to_rest(sim);
    for (size_t i = 0; i < sim->n_nodes; i++) {
        if (promises_has_trouble(&sim->promises, i)) {
            promises_complain(&sim->promises, "node %zu does not come back", i);
        }
    }
    promises_settle(&sim->promises);
    play_check(sim);
    promises_begin_scene(&sim->promises);
    play_look(any_node(sim));
    come_to_rest(sim);
    play_check(sim);
}

void nodes_story(struct nodes_simulation *sim)
{
    uint64_t max_delay_ms = nodes_is(sim, 20) ? 0 : 1 + nodes_below(sim, 30);
    uint64_t n_scenes = SCENES_MIN + nodes_below(sim, SCENES_SPAN);
    bool has_trouble = nodes_is(sim, 70);

    sim->world.weather =
        (struct sim_weather){.is_stormy = true, .max_delay_ms = nodes_below(sim, 5)};
    sim->broker.max_delay_ms = max_delay_ms;
    sim->n_nodes = 2 + nodes_below(sim, PROMISES_NODES - 1);
    promises_init(&sim->promises, sim->mode == MODE_STREAMS, 3 * max_delay_ms + 1);
    nodes_cast_init(sim);
    nodes_trace(sim, "%zu nodes, mode %d, delays of %llu ms", sim->n_nodes, sim->mode,
                (unsigned long long)max_delay_ms);
    for (size_t i = 0; i < sim->n_nodes; i++) {
        sim->nodes[i] = (struct node){.sim = sim, .index = i};
        play_lift(&sim->nodes[i]);
    }
    for (uint64_t scene = 0; scene < n_scenes && goes_on(sim); scene++) {
        uint64_t n = MOMENTS_MIN + nodes_below(sim, MOMENTS_SPAN);

        begin_scene(sim);
        for (uint64_t i = 0; i < n && goes_on(sim); i++) {
            act(sim, has_trouble);
            go_on(sim);
        }
        end_scene(sim);
    }
}
