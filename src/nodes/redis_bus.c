#include "nodes/redis_bus.h"

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/worker.h"

#include <assert.h>
#include <sails/err.h>

/*
 * I1  is_up is true exactly while all connections are ready. They change as one: when one is
 *     lost the others may stay connected, but what it has subscribed to is forgotten (on_up says so) and
 *     subscribed once more, which changes nothing in Redis.
 */

enum {
    BEAT_MS = 5000,
    PUBLISHER = 0,
    SUBSCRIBER = 1,
    FOLLOWER = 2
};

/* I1 */
static void redis_bus_check(const struct redis_bus *bus)
{
    bool is_ready = bus->is_ready[PUBLISHER] && bus->is_ready[SUBSCRIBER];

    if (bus->follower.stream != NULL) {
        is_ready = is_ready && bus->is_ready[FOLLOWER];
    }
    assert(bus->is_up == is_ready);
    assert(!bus->is_up || bus->worker != NULL);
    (void)is_ready;
}

static struct redis_bus *of(struct bus *bus)
{
    return container_of(bus, struct redis_bus, bus);
}

/* ---- up and down ---- */

static void change(struct redis_bus *bus, int which, int status)
{
    bool was_up = bus->is_up;

    bus->is_ready[which] = status == 0;
    bus->is_up = bus->is_ready[PUBLISHER] && bus->is_ready[SUBSCRIBER] &&
                 (bus->is_ready[FOLLOWER] || bus->follower.stream == NULL);
    redis_bus_check(bus);
    if (bus->is_up && !was_up) {
        bus->events->on_up(bus->ctx);
    } else if (was_up && !bus->is_up) {
        bus->events->on_down(bus->ctx, status);
    }
}

static void on_publisher_change(int status, void *ctx)
{
    change(ctx, PUBLISHER, status);
}

static void on_subscriber_change(int status, void *ctx)
{
    struct redis_bus *bus = ctx;

    if (status == 0) {
        deadline_start(&bus->beat, &bus->beats, worker_env(bus->worker)->now_ms);
    } else {
        deadline_stop(&bus->beat);
    }
    change(bus, SUBSCRIBER, status);
}

static void on_follower_change(int status, void *ctx)
{
    change(ctx, FOLLOWER, status);
}

static void on_entry(const struct bus_entry *entry, void *ctx)
{
    struct redis_bus *bus = ctx;

    bus->events->on_entry(bus->ctx, entry);
}

/* One that is not answered in time ends the connection (redis.h). */
static void on_beat_due(struct deadline *deadline, void *ctx)
{
    struct redis_bus *bus = ctx;

    (void)redis_command(bus->subscriber, (const struct str[]){STR("PING")}, 1, NULL, NULL);
    deadline_start(deadline, &bus->beats, worker_env(bus->worker)->now_ms);
}

/* ---- messages ---- */

/* ["message", channel, payload], ["pmessage", pattern, channel, payload] */
static void on_push(const struct redis_reply *message, void *ctx)
{
    struct redis_bus *bus = ctx;
    size_t n = message->n_items;
    size_t wanted = redis_reply_is(message->items[0], STR("pmessage")) ? 4 : 3;

    for (size_t i = 0; i < n; i++) {
        if (message->items[i]->kind != REDIS_TEXT) {
            return;
        }
    }
    if (n == wanted) {
        bus->events->on_message(bus->ctx, message->items[1]->text, message->items[n - 2]->text,
                                str_bytes(message->items[n - 1]->text));
    }
}

/* ---- asking ---- */

struct question {
    bus_cb cb;
    void *ctx;
};

/* PUBLISH gives a number; PUBSUB NUMSUB a list of a channel and a number. */
static uint64_t number_of(const struct redis_reply *reply)
{
    if (reply->kind == REDIS_ARRAY && reply->n_items == 2) {
        reply = reply->items[1];
    }
    return reply->kind == REDIS_INTEGER && reply->integer > 0 ? (uint64_t)reply->integer : 0;
}

static void on_reply(int status, const struct redis_reply *reply, void *ctx)
{
    struct question *question = ctx;

    question->cb(status, status == 0 ? number_of(reply) : 0, question->ctx);
    mem_free(question);
}

static int ask(struct redis *redis, const struct str *argv, size_t argc, bus_cb cb, void *ctx)
{
    struct question *question = NULL;
    int rc = 0;

    if (cb == NULL) {
        return redis_command(redis, argv, argc, NULL, NULL);
    }
    question = mem_alloc(sizeof(*question));
    if (question == NULL) {
        return SAILS_ENOMEM;
    }
    *question = (struct question){cb, ctx};
    rc = redis_command(redis, argv, argc, on_reply, question);
    if (rc < 0) {
        mem_free(question);
    }
    return rc;
}

/* As many as Node keeps, or some more, which costs Redis less. */
static int append(struct redis_bus *bus, struct str stream, struct bytes payload, bus_cb cb,
                  void *ctx)
{
    struct str fields[BUS_FIELDS];
    struct str argv[6 + 2 * BUS_FIELDS] = {STR("XADD"), stream,       STR("MAXLEN"),
                                           STR("~"),    STR("10000"), STR("*")};
    size_t argc = 6;

    if (!bus_read_entry(payload, fields)) {
        return SAILS_EINVAL;
    }
    for (size_t i = 0; i < BUS_FIELDS; i++) {
        argv[argc++] = bus_field_names[i];
        argv[argc++] = fields[i];
    }
    return ask(bus->publisher, argv, argc, cb, ctx);
}

static int publish(struct bus *base, enum bus_kind kind, struct str channel, struct bytes payload,
                   bus_cb cb, void *ctx)
{
    struct redis_bus *bus = of(base);
    struct str word = kind == BUS_SHARD ? STR("SPUBLISH") : STR("PUBLISH");

    if (!bus->is_up) {
        return SAILS_ECLOSED;
    }
    if (kind == BUS_STREAM) {
        return append(bus, channel, payload, cb, ctx);
    }
    return ask(bus->publisher, (const struct str[]){word, channel, bytes_str(payload)}, 3, cb, ctx);
}

static int subscribe(struct bus *base, enum bus_kind kind, struct str name, bool on, bus_cb cb,
                     void *ctx)
{
    static const char *const words[2][BUS_STREAM] = {
        {"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"}, {"UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"}};
    struct redis_bus *bus = of(base);

    if (!bus->is_up) {
        return SAILS_ECLOSED;
    }
    return ask(bus->subscriber, (const struct str[]){str_from(words[on ? 0 : 1][kind]), name}, 2,
               cb, ctx);
}

static int count(struct bus *base, enum bus_kind kind, struct str channel, bus_cb cb, void *ctx)
{
    struct redis_bus *bus = of(base);
    struct str word = kind == BUS_SHARD ? STR("SHARDNUMSUB") : STR("NUMSUB");

    if (!bus->is_up) {
        return SAILS_ECLOSED;
    }
    return ask(bus->publisher, (const struct str[]){STR("PUBSUB"), word, channel}, 3, cb, ctx);
}

/* ---- what is kept ---- */

static int keep(struct bus *base, struct str key, struct str value, uint64_t keep_ms)
{
    struct redis_bus *bus = of(base);
    char ms[24];

    if (!bus->is_up) {
        return SAILS_ECLOSED;
    }
    (void)snprintf(ms, sizeof(ms), "%llu", (unsigned long long)keep_ms);
    return redis_command(bus->publisher,
                         (const struct str[]){STR("SET"), key, value, STR("PX"), str_from(ms)}, 5,
                         NULL, NULL);
}

/* GET, and then DEL: whose DEL has found it, has it. */
struct taking {
    bus_value_cb cb;
    void *ctx;
    struct buf value;
    bool has_value;
    bool is_half; /* DEL could not be sent */
};

static void finish_taking(struct taking *taking, int status, bool is_ours)
{
    taking->cb(status, is_ours ? buf_str(&taking->value) : (struct str){NULL, 0}, taking->ctx);
    buf_deinit(&taking->value);
    mem_free(taking);
}

static void on_got(int status, const struct redis_reply *reply, void *ctx)
{
    struct taking *taking = ctx;

    if (status == 0 && reply->kind == REDIS_TEXT && reply->text.len > 0) {
        buf_append_str(&taking->value, reply->text);
        taking->has_value = buf_error(&taking->value) == 0;
    }
    if (taking->is_half) {
        finish_taking(taking, SAILS_ECLOSED, false);
    }
}

static void on_deleted(int status, const struct redis_reply *reply, void *ctx)
{
    struct taking *taking = ctx;

    finish_taking(taking, status, taking->has_value && status == 0 && number_of(reply) > 0);
}

static int take(struct bus *base, struct str key, bus_value_cb cb, void *ctx)
{
    struct redis_bus *bus = of(base);
    struct taking *taking = bus->is_up ? mem_alloc(sizeof(*taking)) : NULL;
    int rc = SAILS_ENOMEM;

    if (taking == NULL) {
        return bus->is_up ? SAILS_ENOMEM : SAILS_ECLOSED;
    }
    *taking = (struct taking){.cb = cb, .ctx = ctx};
    rc = redis_command(bus->publisher, (const struct str[]){STR("GET"), key}, 2, on_got, taking);
    if (rc < 0) {
        mem_free(taking);
        return rc;
    }
    rc =
        redis_command(bus->publisher, (const struct str[]){STR("DEL"), key}, 2, on_deleted, taking);
    taking->is_half = rc < 0;
    return 0;
}

/* ---- life ---- */

static void close_bus(struct bus *base)
{
    struct redis_bus *bus = of(base);

    bus->is_up = false;
    bus->is_ready[PUBLISHER] = bus->is_ready[SUBSCRIBER] = bus->is_ready[FOLLOWER] = false;
    redis_follower_close(&bus->follower);
    redis_close(bus->subscriber);
    redis_close(bus->publisher);
    bus->subscriber = bus->publisher = NULL;
    if (bus->worker != NULL) {
        deadline_stop(&bus->beat);
        deadline_queue_deinit(&bus->beats);
        bus->worker = NULL;
    }
    redis_bus_check(bus);
}

static int open_bus(struct bus *base, struct worker *worker, const struct bus_events *events,
                    void *ctx)
{
    struct redis_bus *bus = of(base);
    struct redis_options options = bus->options;
    int rc = 0;

    assert(bus->worker == NULL);
    bus->worker = worker;
    bus->events = events;
    bus->ctx = ctx;
    deadline_queue_init(&bus->beats, &worker_env(worker)->deadlines, BEAT_MS, on_beat_due, bus);
    options.ctx = bus;
    options.on_change = on_publisher_change;
    rc = redis_open(worker, &options, &bus->publisher);
    if (rc == 0) {
        options.log = NULL; /* that Redis has gone is one thing to say */
        options.on_push = on_push;
        options.on_change = on_subscriber_change;
        rc = redis_open(worker, &options, &bus->subscriber);
    }
    if (rc == 0 && bus->follower.stream != NULL) {
        rc = redis_follower_open(&bus->follower, worker, &bus->options);
    }
    if (rc < 0) {
        close_bus(base);
    }
    return rc;
}

static void follow(struct bus *base, const char *stream, bool with_past)
{
    struct redis_bus *bus = of(base);

    bus->follower = (struct redis_follower){.stream = stream,
                                            .with_past = with_past,
                                            .on_change = on_follower_change,
                                            .on_entry = on_entry,
                                            .ctx = bus};
}

static const struct bus_ops redis_bus_ops = {
    .open = open_bus,
    .close = close_bus,
    .publish = publish,
    .subscribe = subscribe,
    .count = count,
    .follow = follow,
    .keep = keep,
    .take = take,
};

int redis_bus_init(struct redis_bus *bus, const struct redis_options *options)
{
    *bus = (struct redis_bus){.bus.ops = &redis_bus_ops};
    return redis_options_copy(options, &bus->options);
}

void redis_bus_deinit(struct redis_bus *bus)
{
    assert(bus->worker == NULL);
    redis_options_deinit(&bus->options);
}
