#include "nodes/redis_follower.h"

#include "unit/net/redis_bench.h"

#include <sails/err.h>

/*
 * A reader of a stream, and the test as Redis: what it asks after it was refused.
 */

struct reader {
    struct bench bench;
    struct redis_follower follower;
    int opened;
};

static void on_entry(const struct bus_entry *entry, void *ctx)
{
    struct bench *bench = ctx;

    lines_say(&bench->pushes, entry->id.ptr);
}

static void do_follow(struct world *world, struct worker *worker, void *arg)
{
    struct reader *reader = arg;

    (void)world;
    reader->follower = (struct redis_follower){
        .stream = "s", .on_change = on_bench_change, .on_entry = on_entry, .ctx = &reader->bench};
    reader->opened = redis_follower_open(&reader->follower, worker, &reader->bench.options);
}

static void do_unfollow(struct world *world, struct worker *worker, void *arg)
{
    struct reader *reader = arg;

    (void)world;
    (void)worker;
    redis_follower_close(&reader->follower);
}

/* `max_reply`: bytes of a reply of Redis; 0: as many as usual. */
static void reader_open(struct reader *reader, size_t max_reply)
{
    bench_init(&reader->bench);
    if (max_reply > 0) {
        reader->bench.options.max_reply = max_reply;
    }
    world_do(&reader->bench.world, 0, do_follow, reader);
    assert_int_equal(reader->opened, 0);
    fake_redis_welcome(&reader->bench.fake);
    fake_redis_expect(&reader->bench.fake, "XREVRANGE s + - COUNT 1");
}

static void reader_end(struct reader *reader)
{
    world_do(&reader->bench.world, 0, do_unfollow, reader);
    bench_deinit(&reader->bench);
}

/* redis-cluster 11 */
static void what_redis_refuses_is_asked_once_more(void **state)
{
    struct reader reader;
    struct fake_redis *fake = &reader.bench.fake;

    (void)state;
    reader_open(&reader, 0);
    fake_redis_say(fake, "-BUSY one\r\n");
    fake_redis_expect(fake, "XREVRANGE s + - COUNT 1");
    fake_redis_say(fake, "*0\r\n");
    expect_change(&reader.bench, 0);
    fake_redis_expect(fake, "XREAD COUNT 100 BLOCK 5000 STREAMS s 0-0");
    fake_redis_say(fake, "-UNBLOCKED two\r\n");
    expect_change(&reader.bench, 0);
    fake_redis_expect(fake, "XREAD COUNT 100 BLOCK 5000 STREAMS s 0-0");
    fake_redis_say(fake, "-UNBLOCKED three\r\n");
    expect_change(&reader.bench, 0);
    fake_redis_expect(fake, "XREAD COUNT 100 BLOCK 5000 STREAMS s 0-0");
    fake_redis_say(
        fake, "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$3\r\nuid\r\n$1\r\nx\r\n");
    assert_string_equal(lines_next(&reader.bench.pushes), "1-1");
    fake_redis_expect(fake, "XREAD COUNT 100 BLOCK 5000 STREAMS s 1-1");
    assert_string_equal(lines_next(&reader.bench.lines),
                        "Cluster: cannot read the stream s, and tries again: BUSY one");
    assert_string_equal(lines_next(&reader.bench.lines),
                        "Cluster: cannot read the stream s, and tries again: UNBLOCKED two");
    reader_end(&reader);
}

/* redis-cluster 11: what is too much at once is read in smaller pieces. */
static void what_does_not_fit_is_asked_for_in_smaller_pieces(void **state)
{
    struct reader reader;
    struct fake_redis *fake = &reader.bench.fake;
    char want[80];
    char big[1001];

    (void)state;
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    reader_open(&reader, 200);
    fake_redis_say(fake, "*0\r\n");
    for (size_t count = 100; count > 1; count /= 2) {
        (void)snprintf(want, sizeof(want), "XREAD COUNT %zu BLOCK 5000 STREAMS s 0-0", count);
        expect_change(&reader.bench, 0);
        fake_redis_expect(fake, want);
        fake_redis_say(fake, "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$5000\r\n");
        fake_redis_say(fake, big);
        expect_change(&reader.bench, SAILS_ETOOBIG);
        fake_redis_welcome(fake);
    }
    expect_change(&reader.bench, 0);
    fake_redis_expect(fake, "XREAD COUNT 1 BLOCK 5000 STREAMS s 0-0");
    fake_redis_say(fake, "*-1\r\n");
    fake_redis_expect(fake, "XREAD COUNT 100 BLOCK 5000 STREAMS s 0-0");
    reader_end(&reader);
}

static void refuse_until_one(struct reader *reader)
{
    struct fake_redis *fake = &reader->bench.fake;
    char big[1001];

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    for (size_t count = 100; count > 0; count /= 2) {
        char want[80];

        (void)snprintf(want, sizeof(want), "XREAD COUNT %zu BLOCK 5000 STREAMS s 1-1", count);
        expect_change(&reader->bench, 0);
        fake_redis_expect(fake, want);
        fake_redis_say(fake, "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$5000\r\n");
        fake_redis_say(fake, big);
        expect_change(&reader->bench, SAILS_ETOOBIG);
        fake_redis_welcome(fake);
    }
}

/* redis-cluster 11: one entry alone that is too much does not make a node deaf. */
static void an_entry_that_never_fits_is_passed_over(void **state)
{
    struct reader reader;
    struct fake_redis *fake = &reader.bench.fake;
    const char *next =
        "EVAL local r = redis.call('XREAD', 'COUNT', 1, 'STREAMS', KEYS[1], ARGV[1]) "
        "return r and r[1][2][1][1] 1 s 1-1";

    (void)state;
    reader_open(&reader, 1000);
    fake_redis_say(fake, "*1\r\n*2\r\n$3\r\n1-1\r\n*0\r\n");
    refuse_until_one(&reader);
    fake_redis_expect(fake, next);
    fake_redis_say(fake, "-BUSY a moment\r\n");
    fake_redis_expect(fake, next);
    fake_redis_say(fake, "$3\r\n2-1\r\n");
    expect_change(&reader.bench, 0);
    fake_redis_expect(fake, "XREAD COUNT 1 BLOCK 5000 STREAMS s 2-1");
    fake_redis_say(fake, "*-1\r\n");
    fake_redis_expect(fake, "XREAD COUNT 100 BLOCK 5000 STREAMS s 2-1");
    assert_string_equal(lines_next(&reader.bench.lines),
                        "Cluster: cannot read the stream s, and tries again: BUSY a moment");
    assert_string_equal(
        lines_next(&reader.bench.lines),
        "Cluster: an entry of the stream s is too big to be read, and is passed over: 2-1");
    reader_end(&reader);
}

/* The place to begin at is found, however big what stands there. */
static void a_last_entry_that_never_fits_is_where_it_begins(void **state)
{
    struct reader reader;
    struct fake_redis *fake = &reader.bench.fake;
    char big[1001];

    (void)state;
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    reader_open(&reader, 1000);
    for (size_t count = 100; count > 0; count /= 2) {
        fake_redis_say(fake, "*1\r\n*2\r\n$5000\r\n");
        fake_redis_say(fake, big);
        expect_change(&reader.bench, SAILS_ETOOBIG);
        fake_redis_welcome(fake);
        if (count > 1) {
            fake_redis_expect(fake, "XREVRANGE s + - COUNT 1");
        }
    }
    fake_redis_expect(fake, "EVAL local r = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1) "
                            "return r[1] and r[1][1] 1 s ");
    fake_redis_say(fake, "$3\r\n7-1\r\n");
    expect_change(&reader.bench, 0);
    fake_redis_expect(fake, "XREAD COUNT 1 BLOCK 5000 STREAMS s 7-1");
    reader_end(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_redis_refuses_is_asked_once_more),
        cmocka_unit_test(what_does_not_fit_is_asked_for_in_smaller_pieces),
        cmocka_unit_test(an_entry_that_never_fits_is_passed_over),
        cmocka_unit_test(a_last_entry_that_never_fits_is_where_it_begins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
