#include "sim/sim_bus.h"

#include "base/macros.h"
#include "base/mem.h"
#include "sim/sim_kept.h"
#include "sim/sim_thing.h"

#include <sails/err.h>

/* Of the one stream. */
struct sim_entry {
    struct list in_broker;
    struct buf text;
};

static bool is_reached(const struct sim_bus *bus)
{
    return !bus->broker->is_gone && !bus->is_cut;
}

/* ---- who listens ---- */

/* "prefix*", in which a backslash takes the meaning from what follows. */
static bool matches(struct str pattern, struct str text)
{
    size_t at = 0;

    for (size_t i = 0; i + 1 < pattern.len; i++) {
        i += pattern.ptr[i] == '\\' ? 1 : 0;
        if (at >= text.len || text.ptr[at++] != pattern.ptr[i]) {
            return false;
        }
    }
    return true;
}

static bool hears(const struct sim_subscription *s, struct str channel)
{
    return s->kind == BUS_PATTERN ? matches(buf_str(&s->name), channel)
                                  : str_eq(buf_str(&s->name), channel);
}

static size_t publish_to(struct sim_bus *bus, enum bus_kind kind, struct str channel,
                         struct bytes payload)
{
    size_t n = 0;

    list_each(node, &bus->subscriptions) {
        struct sim_subscription *s = container_of(node, struct sim_subscription, in_bus);

        if ((s->kind == BUS_SHARD) == (kind == BUS_SHARD) && hears(s, channel)) {
            struct sim_thing *thing = sim_thing_send(bus);

            thing->kind = THING_MESSAGE;
            buf_append_str(&thing->name, buf_str(&s->name));
            buf_append_str(&thing->channel, channel);
            buf_append_str(&thing->payload, bytes_str(payload));
            n++;
        }
    }
    return n;
}

static size_t publish_to_all(struct sim_broker *broker, enum bus_kind kind, struct str channel,
                             struct bytes payload)
{
    size_t n = 0;

    list_each(node, &broker->buses) {
        n += publish_to(container_of(node, struct sim_bus, in_broker), kind, channel, payload);
    }
    return n;
}

static size_t count_all(const struct sim_broker *broker, enum bus_kind kind, struct str name)
{
    size_t n = 0;

    list_each(node, &broker->buses) {
        struct sim_bus *bus = container_of(node, struct sim_bus, in_broker);

        list_each(at, &bus->subscriptions) {
            struct sim_subscription *s = container_of(at, struct sim_subscription, in_bus);

            n += s->kind == kind && str_eq(buf_str(&s->name), name) ? 1 : 0;
        }
    }
    return n;
}

/* ---- bus.h ---- */

static struct sim_bus *of(struct bus *base)
{
    return container_of(base, struct sim_bus, bus);
}

void sim_bus_send_entries(struct sim_bus *bus)
{
    size_t i = 0;

    list_each(node, &bus->broker->entries) {
        struct sim_entry *entry = container_of(node, struct sim_entry, in_broker);

        if (i++ == bus->n_read && bus->is_up && is_reached(bus)) {
            struct sim_thing *thing = sim_thing_send(bus);

            thing->kind = THING_ENTRY;
            buf_append_str(&thing->payload, buf_str(&entry->text));
            thing->number = ++bus->n_read;
        }
    }
}

static void append_entry(struct sim_broker *broker, struct bytes payload)
{
    struct sim_entry *entry = sim_world_alloc(sizeof(*entry));

    *entry = (struct sim_entry){.text = {0}};
    buf_append_str(&entry->text, bytes_str(payload));
    list_append(&broker->entries, &entry->in_broker);
    broker->n_entries++;
    list_each(node, &broker->buses) {
        struct sim_bus *bus = container_of(node, struct sim_bus, in_broker);

        if (bus->stream != NULL) {
            sim_bus_send_entries(bus);
        }
    }
}

static int answer(struct sim_bus *bus, uint64_t number, bus_cb cb, void *ctx)
{
    struct sim_thing *thing = sim_thing_send(bus);

    thing->number = number;
    thing->cb = cb;
    thing->cb_ctx = ctx;
    return 0;
}

static int publish(struct bus *base, enum bus_kind kind, struct str channel, struct bytes payload,
                   bus_cb cb, void *ctx)
{
    struct sim_bus *bus = of(base);

    if (!bus->is_up) {
        return SAILS_ECLOSED;
    }
    if (bus->broker->tap != NULL) {
        bus->broker->tap(channel, payload, bus->broker->tap_ctx);
    }
    if (kind == BUS_STREAM) {
        append_entry(bus->broker, payload);
        return answer(bus, 0, cb, ctx);
    }
    return answer(bus, publish_to_all(bus->broker, kind, channel, payload), cb, ctx);
}

static int count(struct bus *base, enum bus_kind kind, struct str channel, bus_cb cb, void *ctx)
{
    struct sim_bus *bus = of(base);

    struct sim_broker *broker = bus->broker;
    size_t n = count_all(broker, kind, channel) + broker->n_strangers;

    return bus->is_up ? answer(bus, n, cb, ctx) : SAILS_ECLOSED;
}

static void destroy_subscription(struct sim_subscription *s)
{
    list_remove(&s->in_bus);
    buf_deinit(&s->name);
    mem_free(s);
}

static void forget(struct sim_bus *bus, enum bus_kind kind, struct str name)
{
    list_each(node, &bus->subscriptions) {
        struct sim_subscription *s = container_of(node, struct sim_subscription, in_bus);

        if (s->kind == kind && str_eq(buf_str(&s->name), name)) {
            destroy_subscription(s);
        }
    }
}

static int subscribe(struct bus *base, enum bus_kind kind, struct str name, bool on, bus_cb cb,
                     void *ctx)
{
    struct sim_bus *bus = of(base);

    if (!bus->is_up) {
        return SAILS_ECLOSED;
    }
    forget(bus, kind, name);
    if (on) {
        struct sim_subscription *s = sim_world_alloc(sizeof(*s));

        *s = (struct sim_subscription){.kind = kind};
        buf_append_str(&s->name, name);
        list_append(&bus->subscriptions, &s->in_bus);
    }
    return answer(bus, 0, cb, ctx);
}

/* ---- up and down ---- */

/* Nothing that was on its way arrives. */
static void drop_all(struct sim_bus *bus)
{
    struct list lost;

    bus->generation++;
    bus->is_up = false;
    list_init(&lost);
    list_splice(&lost, &bus->coming);
    while (!list_is_empty(&bus->subscriptions)) {
        destroy_subscription(
            container_of(bus->subscriptions.next, struct sim_subscription, in_bus));
    }
    while (!list_is_empty(&lost)) {
        struct sim_thing *thing = container_of(lost.next, struct sim_thing, in_bus);

        if (thing->kind == THING_ENTRY) {
            bus->n_read--; /* it has not come: it is read again */
        }
        if (thing->kind == THING_VALUE) {
            thing->value_cb(SAILS_ECLOSED, (struct str){NULL, 0}, thing->cb_ctx);
        }
        if (thing->kind == THING_ANSWER && thing->cb != NULL) {
            thing->cb(SAILS_ECLOSED, 0, thing->cb_ctx);
        }
        sim_thing_destroy(thing);
    }
}

static void come_up(struct sim_bus *bus)
{
    sim_thing_send(bus)->kind = THING_UP;
}

struct losing {
    struct mail mail;
    struct sim_bus *bus;
};

static void on_lost(struct worker *worker, struct mail *mail)
{
    struct losing *losing = container_of(mail, struct losing, mail);
    struct sim_bus *bus = losing->bus;

    mem_free(losing);
    if (worker_is_running(worker) && bus->worker != NULL) {
        bool was_up = bus->is_up;

        drop_all(bus);
        if (was_up) {
            bus->events->on_down(bus->ctx, SAILS_ECLOSED);
        }
        if (is_reached(bus)) {
            come_up(bus); /* it is back before anybody has noticed */
        }
    }
}

static void note_reach(struct sim_bus *bus)
{
    if (bus->worker == NULL) {
        return;
    }
    if (is_reached(bus)) {
        come_up(bus);
    } else {
        struct losing *losing = sim_world_alloc(sizeof(*losing));

        *losing = (struct losing){.mail.deliver = on_lost, .bus = bus};
        worker_post(bus->worker, &losing->mail);
    }
}

void sim_broker_set_gone(struct sim_broker *broker, bool is_gone)
{
    if (broker->is_gone == is_gone) {
        return;
    }
    broker->is_gone = is_gone;
    list_each(node, &broker->buses) {
        note_reach(container_of(node, struct sim_bus, in_broker));
    }
}

void sim_broker_cut(struct sim_broker *broker, size_t index, bool is_cut)
{
    list_each(node, &broker->buses) {
        struct sim_bus *bus = container_of(node, struct sim_bus, in_broker);

        if (bus->index == index && bus->is_cut != is_cut) {
            bus->is_cut = is_cut;
            note_reach(bus);
        }
    }
}

/* ---- life ---- */

static int open_bus(struct bus *base, struct worker *worker, const struct bus_events *events,
                    void *ctx)
{
    struct sim_bus *bus = of(base);

    bus->worker = worker;
    bus->events = events;
    bus->ctx = ctx;
    if (is_reached(bus)) {
        come_up(bus);
    }
    return 0;
}

static void close_bus(struct bus *base)
{
    struct sim_bus *bus = of(base);

    drop_all(bus);
    bus->worker = NULL;
}

static void follow(struct bus *base, const char *stream, bool with_past)
{
    struct sim_bus *bus = of(base);

    bus->stream = stream;
    bus->n_past = bus->broker->n_entries;
    bus->n_read = with_past ? 0 : bus->n_past;
}

/* ---- what is kept ---- */

static int keep(struct bus *base, struct str key, struct str value, uint64_t keep_ms)
{
    struct sim_bus *bus = of(base);

    (void)keep_ms;
    if (!bus->is_up) {
        return SAILS_ECLOSED;
    }
    sim_kept_put(bus->broker, key, value);
    return 0;
}

static int take(struct bus *base, struct str key, bus_value_cb cb, void *ctx)
{
    struct sim_bus *bus = of(base);
    struct sim_kept *kept = bus->is_up ? sim_kept_find(bus->broker, key) : NULL;
    struct sim_thing *thing = NULL;

    if (!bus->is_up) {
        return SAILS_ECLOSED;
    }
    thing = sim_thing_send(bus);
    thing->kind = THING_VALUE;
    thing->value_cb = cb;
    thing->cb_ctx = ctx;
    if (kept != NULL) {
        buf_append_str(&thing->payload, str_from(kept->value.ptr));
        sim_kept_destroy(kept);
    }
    return 0;
}

static const struct bus_ops sim_bus_ops = {
    .open = open_bus,
    .close = close_bus,
    .publish = publish,
    .subscribe = subscribe,
    .count = count,
    .follow = follow,
    .keep = keep,
    .take = take,
};

static struct bus *make_bus(void *ctx)
{
    struct sim_world *world = ctx;
    struct sim_broker *broker = world->broker;
    struct sim_bus *bus = sim_world_alloc(sizeof(*bus));
    size_t index = 0;

    list_each(node, &broker->buses) {
        index++;
    }
    *bus = (struct sim_bus){.bus.ops = &sim_bus_ops, .broker = broker, .index = index};
    list_init(&bus->subscriptions);
    list_init(&bus->coming);
    list_append(&broker->buses, &bus->in_broker);
    return &bus->bus;
}

void sim_broker_init(struct sim_broker *broker, struct sim_world *world)
{
    *broker = (struct sim_broker){.world = world};
    list_init(&broker->buses);
    list_init(&broker->ticks);
    list_init(&broker->entries);
    list_init(&broker->kept);
    world->broker = broker;
    world->app_world.bus = make_bus;
}

void sim_broker_deinit(struct sim_broker *broker)
{
    sim_thing_drop_ticks(broker);
    while (!list_is_empty(&broker->kept)) {
        sim_kept_destroy(container_of(broker->kept.next, struct sim_kept, in_broker));
    }
    while (!list_is_empty(&broker->entries)) {
        struct sim_entry *entry =
            container_of(list_take_first(&broker->entries), struct sim_entry, in_broker);

        buf_deinit(&entry->text);
        mem_free(entry);
    }
    while (!list_is_empty(&broker->buses)) {
        struct sim_bus *bus = container_of(broker->buses.next, struct sim_bus, in_broker);

        drop_all(bus);
        list_remove(&bus->in_broker);
        mem_free(bus);
    }
}

size_t sim_broker_publish(struct sim_broker *broker, const char *channel, const void *data,
                          size_t len)
{
    return publish_to_all(broker, BUS_CHANNEL, str_from(channel), (struct bytes){data, len});
}

size_t sim_broker_publish_shard(struct sim_broker *broker, const char *channel, const void *data,
                                size_t len)
{
    return publish_to_all(broker, BUS_SHARD, str_from(channel), (struct bytes){data, len});
}

void sim_broker_append(struct sim_broker *broker, const void *entry, size_t len)
{
    append_entry(broker, (struct bytes){entry, len});
}

size_t sim_broker_count(const struct sim_broker *broker, const char *channel)
{
    return count_all(broker, BUS_CHANNEL, str_from(channel));
}

size_t sim_broker_count_shard(const struct sim_broker *broker, const char *channel)
{
    return count_all(broker, BUS_SHARD, str_from(channel));
}

size_t sim_broker_count_pattern(const struct sim_broker *broker, const char *pattern)
{
    return count_all(broker, BUS_PATTERN, str_from(pattern));
}
