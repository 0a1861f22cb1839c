#include "support/live_app.h"

#include <sails/work.h>

/* Timers of an app, in a world whose time passes only while the test waits. */

/* What timers have said, "a0 b0 " for their names and statuses, and when. */
struct diary {
    struct live *live;
    char text[256];
    uint64_t last_ms;
    unsigned n;
};

struct timer {
    struct diary *diary;
    const char *name;
    sails_timer id;
    sails_timer ends; /* cancelled in its call; 0: none */
    int again;        /* what another timer has given that it wanted to set in its call */
};

static void note(sails_app *app, int status, void *ctx)
{
    struct timer *timer = ctx;
    struct diary *diary = timer->diary;
    size_t len = strlen(diary->text);

    (void)snprintf(diary->text + len, sizeof(diary->text) - len, "%s%s ", timer->name,
                   status == 0 ? "" : sails_err_name(status));
    diary->last_ms = diary->live->host.world.now_ms;
    diary->n++;
    if (timer->ends != 0) {
        must(sails_app_cancel(app, timer->ends) == 0);
    }
}

static void pass(struct live *live, uint64_t ms)
{
    sim_world_advance(&live->host.world, ms);
}

static void expect(struct diary *diary, const char *text)
{
    assert_string_equal(diary->text, text);
    diary->text[0] = '\0';
}

static void nothing_is_made_of_null(void **state)
{
    sails_timer id = 0;
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_after(NULL, 1, note, NULL, &id), SAILS_EINVAL);
    assert_int_equal(sails_app_after(live.app, 1, NULL, NULL, &id), SAILS_EINVAL);
    assert_int_equal(sails_app_every(NULL, 1, note, NULL, &id), SAILS_EINVAL);
    assert_int_equal(sails_app_every(live.app, 1, NULL, NULL, &id), SAILS_EINVAL);
    assert_int_equal(sails_app_every(live.app, 0, note, NULL, &id), SAILS_EINVAL);
    live_log_expect(&live.log, "sails_app_every(): invalid argument");
    assert_int_equal(sails_app_lift(live.app), SAILS_EINVAL); /* main() has not looked */
    assert_int_equal(sails_app_cancel(NULL, 1), SAILS_EINVAL);
    assert_int_equal(sails_app_cancel(live.app, 0), SAILS_ENOENT);
    assert_int_equal(sails_app_cancel(live.app, 77), SAILS_ENOENT);
    mem_fail_after(0);
    assert_int_equal(sails_app_after(live.app, 1, note, NULL, &id), SAILS_ENOMEM);
    mem_fail_after(-1);
    live_end(&live);
}

static void a_timer_comes_once_and_at_its_time(void **state)
{
    struct live live;
    struct diary diary = {.live = &live};
    struct timer late = {&diary, "late", 0, 0, 0}, soon = {&diary, "soon", 0, 0, 0},
                 at_once = {&diary, "at once", 0, 0, 0}, early = {&diary, "early", 0, 0, 0};
    uint64_t began_ms = 0;

    (void)state;
    live_init(&live, 2);
    assert_int_equal(sails_app_after(live.app, 40, note, &early, &early.id), 0);
    pass(&live, 100); /* not lifted yet */
    expect(&diary, "");
    live_lift(&live);
    began_ms = live.host.world.now_ms;
    assert_int_equal(sails_app_after(live.app, 51, note, &late, &late.id), 0);
    assert_int_equal(sails_app_after(live.app, 50, note, &soon, &soon.id), 0);
    assert_int_equal(sails_app_after(live.app, 0, note, &at_once, NULL), 0);
    expect(&diary, "");
    pass(&live, 39);
    expect(&diary, "at once ");
    pass(&live, 10);
    expect(&diary, "early ");
    pass(&live, 1);
    expect(&diary, "soon ");
    assert_int_equal(diary.last_ms, began_ms + 50);
    pass(&live, 1000);
    expect(&diary, "late ");
    assert_int_equal(diary.last_ms, began_ms + 51);
    assert_int_equal(sails_app_cancel(live.app, late.id), SAILS_ENOENT);
    live_end(&live);
    expect(&diary, "");
}

static void one_that_repeats_does_not_drift(void **state)
{
    struct live live;
    struct diary diary = {.live = &live};
    struct timer tick = {&diary, "tick", 0, 0, 0};
    uint64_t began_ms = 0;

    (void)state;
    live_init(&live, 1);
    live_lift(&live);
    began_ms = live.host.world.now_ms;
    assert_int_equal(sails_app_every(live.app, 7, note, &tick, &tick.id), 0);
    pass(&live, 7 * 100);
    assert_int_equal(diary.n, 100);
    assert_int_equal(diary.last_ms, began_ms + 700);
    assert_int_equal(sails_app_cancel(live.app, tick.id), 0);
    assert_int_equal(sails_app_cancel(live.app, tick.id), SAILS_ENOENT);
    pass(&live, 100);
    assert_int_equal(diary.n, 100);
    live_end(&live);
    assert_int_equal(diary.n, 100);
}

static void one_that_is_cancelled_is_not_heard_of(void **state)
{
    struct live live;
    struct diary diary = {.live = &live};
    struct timer early = {&diary, "early", 0, 0, 0}, late = {&diary, "late", 0, 0, 0},
                 itself = {&diary, "itself", 0, 0, 0}, other = {&diary, "other", 0, 0, 0};

    (void)state;
    live_init(&live, 2);
    assert_int_equal(sails_app_after(live.app, 1, note, &early, &early.id), 0);
    assert_int_equal(sails_app_cancel(live.app, early.id), 0);
    live_lift(&live);
    assert_int_equal(sails_app_after(live.app, 10, note, &late, &late.id), 0);
    assert_int_equal(sails_app_cancel(live.app, late.id), 0); /* before its worker knows of it */
    assert_int_equal(sails_app_after(live.app, 10, note, &late, &late.id), 0);
    pass(&live, 5);
    assert_int_equal(sails_app_cancel(live.app, late.id), 0);
    assert_int_equal(sails_app_every(live.app, 10, note, &itself, &itself.id), 0);
    itself.ends = itself.id;
    pass(&live, 50);
    expect(&diary, "itself ");
    assert_int_equal(sails_app_every(live.app, 10, note, &late, &late.id), 0);
    assert_int_equal(sails_app_after(live.app, 5, note, &other, NULL), 0);
    other.ends = late.id; /* on its worker */
    pass(&live, 50);
    expect(&diary, "other ");
    live_end(&live);
    expect(&diary, "");
}

static void set_again(sails_app *app, int status, void *ctx)
{
    struct timer *timer = ctx;

    note(app, status, ctx);
    timer->again = sails_app_after(app, 0, note, ctx, NULL);
}

static void a_timer_may_set_others(void **state)
{
    struct live live;
    struct diary diary = {.live = &live};
    struct timer first = {&diary, "x", 0, 0, 0};

    (void)state;
    live_init(&live, 1);
    live_lift(&live);
    assert_int_equal(sails_app_after(live.app, 0, set_again, &first, NULL), 0);
    pass(&live, 1);
    expect(&diary, "x x ");
    assert_int_equal(first.again, 0);
    live_end(&live);
}

/* So that what a timer points to can be freed. */
static void what_has_not_come_is_told_at_the_end(void **state)
{
    struct live live;
    struct diary diary = {.live = &live};
    struct timer once = {&diary, "once", 0, 0, 0}, again = {&diary, "again", 0, 0, 0};

    (void)state;
    live_init(&live, 2);
    live_lift(&live);
    assert_int_equal(sails_app_after(live.app, 100000, set_again, &once, NULL), 0);
    assert_int_equal(sails_app_every(live.app, 10, note, &again, NULL), 0);
    pass(&live, 10);
    expect(&diary, "again ");
    sails_app_lower(live.app);
    expect(&diary, "againSAILS_ECLOSED onceSAILS_ECLOSED ");
    assert_int_equal(once.again, SAILS_ESTATE);
    assert_int_equal(sails_app_after(live.app, 1, note, &once, NULL), SAILS_ESTATE);
    live_end(&live);
    expect(&diary, "");

    live_init(&live, 1);
    assert_int_equal(sails_app_every(live.app, 10, note, &again, NULL), 0);
    live_end(&live); /* never lifted */
    expect(&diary, "againSAILS_ECLOSED ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_made_of_null),
        cmocka_unit_test(a_timer_comes_once_and_at_its_time),
        cmocka_unit_test(one_that_repeats_does_not_drift),
        cmocka_unit_test(one_that_is_cancelled_is_not_heard_of),
        cmocka_unit_test(a_timer_may_set_others),
        cmocka_unit_test(what_has_not_come_is_told_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
