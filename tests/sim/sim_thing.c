#include "sim/sim_thing.h"

#include "base/macros.h"
#include "base/mem.h"

struct sim_tick {
    struct mail mail;
    struct list in_broker;
    struct sim_bus *bus;
    uint64_t generation;
};

void sim_thing_destroy(struct sim_thing *thing)
{
    list_remove(&thing->in_bus);
    buf_deinit(&thing->name);
    buf_deinit(&thing->channel);
    buf_deinit(&thing->payload);
    mem_free(thing);
}

static void destroy_tick(struct sim_tick *tick)
{
    list_remove(&tick->in_broker);
    mem_free(tick);
}

static void deliver_entry(struct sim_bus *bus, const struct sim_thing *thing)
{
    struct bus_entry entry = {.is_past = thing->number <= bus->n_past};
    char id[32];

    (void)snprintf(id, sizeof(id), "%llu-0", (unsigned long long)thing->number);
    entry.id = str_from(id);
    (void)bus_read_entry(buf_bytes(&thing->payload), entry.fields);
    bus->events->on_entry(bus->ctx, &entry);
}

/* Taken off the queue before anything is called. */
static void deliver(struct sim_bus *bus, struct sim_thing *thing)
{
    list_remove(&thing->in_bus);
    if (thing->kind == THING_UP) {
        bus->is_up = true;
        bus->events->on_up(bus->ctx);
        if (bus->stream != NULL) {
            sim_bus_send_entries(bus);
        }
    } else if (thing->kind == THING_ENTRY) {
        deliver_entry(bus, thing);
    } else if (thing->kind == THING_VALUE) {
        thing->value_cb(0, buf_str(&thing->payload), thing->cb_ctx);
    } else if (thing->kind == THING_MESSAGE) {
        bus->events->on_message(bus->ctx, buf_str(&thing->name), buf_str(&thing->channel),
                                buf_bytes(&thing->payload));
    } else if (thing->cb != NULL) {
        thing->cb(0, thing->number, thing->cb_ctx);
    }
    sim_thing_destroy(thing);
}

static void on_tick_mail(struct worker *worker, struct mail *mail)
{
    struct sim_tick *tick = container_of(mail, struct sim_tick, mail);
    struct sim_bus *bus = tick->bus;
    bool is_void = tick->generation != bus->generation || !worker_is_running(worker);

    destroy_tick(tick);
    if (!is_void && !list_is_empty(&bus->coming)) {
        deliver(bus, container_of(bus->coming.next, struct sim_thing, in_bus));
    }
}

static void on_tick_due(void *ctx)
{
    struct sim_tick *tick = ctx;

    if (tick->generation != tick->bus->generation) {
        destroy_tick(tick);
        return;
    }
    worker_post(tick->bus->worker, &tick->mail);
}

static void send_tick(struct sim_bus *bus, uint64_t in_ms)
{
    struct sim_broker *broker = bus->broker;
    struct sim_tick *tick = sim_world_alloc(sizeof(*tick));

    *tick =
        (struct sim_tick){.mail.deliver = on_tick_mail, .bus = bus, .generation = bus->generation};
    list_append(&broker->ticks, &tick->in_broker);
    sim_world_later(broker->world, in_ms, on_tick_due, tick);
}

struct sim_thing *sim_thing_send(struct sim_bus *bus)
{
    struct sim_broker *broker = bus->broker;
    uint64_t now_ms = broker->world->now_ms;
    uint64_t due_ms = now_ms + chance_below(&broker->world->chance, broker->max_delay_ms + 1);
    struct sim_thing *thing = sim_world_alloc(sizeof(*thing));

    *thing = (struct sim_thing){.kind = THING_ANSWER};
    list_append(&bus->coming, &thing->in_bus);
    bus->last_due_ms = due_ms > bus->last_due_ms ? due_ms : bus->last_due_ms;
    send_tick(bus, bus->last_due_ms - now_ms);
    return thing;
}

void sim_thing_drop_ticks(struct sim_broker *broker)
{
    while (!list_is_empty(&broker->ticks)) {
        destroy_tick(container_of(broker->ticks.next, struct sim_tick, in_broker));
    }
}
