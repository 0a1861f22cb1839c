#include "nodes/redis_bus.h"

#include "unit/net/redis_bench.h"

#include <poll.h>
#include <sails/err.h>

/*
 * A bus of two connections, and the test as Redis at the other end of each.
 */

struct rider {
    struct bench bench;
    struct fake_redis first; /* the connection that came first; the other one is the bench's */
    struct redis_bus bus;
    int rc; /* of what was asked last */
};

static void on_up(void *ctx)
{
    on_bench_change(0, ctx);
}

static void on_down(void *ctx, int status)
{
    on_bench_change(status, ctx);
}

static void on_message(void *ctx, struct str name, struct str channel, struct bytes payload)
{
    struct bench *bench = ctx;
    char text[80];

    (void)snprintf(text, sizeof(text), "%.*s %.*s %.*s", STR_FMT(name), STR_FMT(channel),
                   STR_FMT(bytes_str(payload)));
    lines_say(&bench->pushes, text);
}

static const struct bus_events events = {
    .on_up = on_up, .on_down = on_down, .on_message = on_message};

static void do_open_bus(struct world *world, struct worker *worker, void *arg)
{
    struct rider *rider = arg;

    (void)world;
    rider->rc = rider->bus.bus.ops->open(&rider->bus.bus, worker, &events, &rider->bench);
}

static void do_close_bus(struct world *world, struct worker *worker, void *arg)
{
    struct rider *rider = arg;

    (void)world;
    (void)worker;
    rider->bus.bus.ops->close(&rider->bus.bus);
}

static void do_publish(struct world *world, struct worker *worker, void *arg)
{
    struct rider *rider = arg;

    (void)world;
    (void)worker;
    rider->rc = rider->bus.bus.ops->publish(&rider->bus.bus, BUS_CHANNEL, STR("c"),
                                            str_bytes(STR("hi")), NULL, NULL);
}

static void do_subscribe(struct world *world, struct worker *worker, void *arg)
{
    struct rider *rider = arg;

    (void)world;
    (void)worker;
    rider->rc =
        rider->bus.bus.ops->subscribe(&rider->bus.bus, BUS_PATTERN, STR("c*"), true, NULL, NULL);
}

static int on_worker(struct rider *rider,
                     void (*function)(struct world *world, struct worker *worker, void *arg))
{
    world_do(&rider->bench.world, 0, function, rider);
    return rider->rc;
}

/* The first connection is let in, and stays. */
static void welcome_first(struct rider *rider)
{
    fake_redis_welcome(&rider->bench.fake);
    rider->first = rider->bench.fake;
    rider->first.listener = -1;
    rider->bench.fake.peer = -1;
    rider->bench.fake.in = (struct buf){0};
}

/* Either may have come first: one of them hears what is published. */
static struct fake_redis *find_publisher(struct rider *rider)
{
    struct fake_redis *fakes[] = {&rider->first, &rider->bench.fake};
    struct pollfd fds[] = {{.fd = rider->first.peer, .events = POLLIN},
                           {.fd = rider->bench.fake.peer, .events = POLLIN}};

    assert_int_equal(on_worker(rider, do_publish), 0);
    assert_int_equal(poll(fds, ARRAY_LEN(fds), FAKE_REDIS_PATIENCE_S * 1000), 1);
    return fakes[fds[0].revents != 0 ? 0 : 1];
}

static void rider_open(struct rider *rider)
{
    memset(rider, 0, sizeof(*rider));
    bench_init(&rider->bench);
    assert_int_equal(redis_bus_init(&rider->bus, &rider->bench.options), 0);
    assert_int_equal(on_worker(rider, do_open_bus), 0);
}

static void rider_end(struct rider *rider)
{
    world_do(&rider->bench.world, 0, do_close_bus, rider);
    redis_bus_deinit(&rider->bus);
    fake_redis_close(&rider->first);
    bench_deinit(&rider->bench);
}

/* What is published while nobody listens here would be missed. */
static void a_bus_is_up_while_both_of_its_connections_are(void **state)
{
    struct rider rider;
    struct fake_redis *second = &rider.bench.fake;

    (void)state;
    rider_open(&rider);
    assert_int_equal(on_worker(&rider, do_publish), SAILS_ECLOSED);
    welcome_first(&rider);
    fake_redis_accept(second);
    fake_redis_expect(second, "PING");
    assert_int_equal(on_worker(&rider, do_publish), SAILS_ECLOSED);
    assert_int_equal(on_worker(&rider, do_subscribe), SAILS_ECLOSED);
    fake_redis_say(second, "+PONG\r\n");
    expect_change(&rider.bench, 0);
    fake_redis_expect(find_publisher(&rider), "PUBLISH c hi");
    fake_redis_hang_up(second);
    expect_change(&rider.bench, SAILS_ECLOSED);
    assert_int_equal(on_worker(&rider, do_publish), SAILS_ECLOSED);
    fake_redis_welcome(second);
    expect_change(&rider.bench, 0);
    lines_expect_silence(&rider.bench.changes);
    rider_end(&rider);
}

static void what_comes_is_told_with_what_was_subscribed_to(void **state)
{
    struct rider rider;
    struct fake_redis *publisher = NULL;
    struct fake_redis *subscriber = NULL;

    (void)state;
    rider_open(&rider);
    welcome_first(&rider);
    fake_redis_welcome(&rider.bench.fake);
    expect_change(&rider.bench, 0);
    publisher = find_publisher(&rider);
    subscriber = publisher == &rider.first ? &rider.bench.fake : &rider.first;
    assert_int_equal(on_worker(&rider, do_subscribe), 0);
    fake_redis_expect(subscriber, "PSUBSCRIBE c*");
    fake_redis_say(subscriber, "*3\r\n$10\r\npsubscribe\r\n$2\r\nc*\r\n:1\r\n");
    fake_redis_say(subscriber, "*4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$2\r\nca\r\n$5\r\nfirst\r\n"
                               "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$6\r\nsecond\r\n");
    assert_string_equal(lines_next(&rider.bench.pushes), "c* ca first");
    assert_string_equal(lines_next(&rider.bench.pushes), "c c second");
    rider_end(&rider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bus_is_up_while_both_of_its_connections_are),
        cmocka_unit_test(what_comes_is_told_with_what_was_subscribed_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
