/*
 * Each complaint about several nodes, made to come; and what may be lost, lost without one.
 */
#include "sim/promises.h"

#include "support/cmocka.h"

#include <string.h>

static struct promises promises;

/* Listeners 0 and 1 on nodes 0 and 1, in room 0. A message takes 10 ms at most. */
static struct promises *begin(bool keeps)
{
    const bool rooms[PROMISES_ROOMS] = {true};

    promises_init(&promises, keeps, 10);
    promises_enters(&promises, 0, 0, rooms);
    promises_enters(&promises, 1, 1, rooms);
    return &promises;
}

static unsigned say(struct promises *p, int room, int except, uint64_t at_ms)
{
    return promises_says(
        p, &(struct promises_message){.room = room, .except = except, .at_ms = at_ms});
}

/* What was complained of has this in it. */
static void expect(const struct promises *p, const char *what)
{
    if (what == NULL) {
        assert_string_equal(p->complaint, "");
    } else if (strstr(p->complaint, what) == NULL) {
        fail_msg("\"%s\", not \"%s\"", p->complaint, what);
    }
}

static void what_comes_to_all_in_order_is_right(void **state)
{
    struct promises *p = begin(false);

    (void)state;
    for (uint64_t i = 0; i < 2; i++) {
        unsigned message = say(p, -1, -1, i);

        promises_hears(p, 0, message);
        promises_hears(p, 1, message);
    }
    promises_settle(p);
    expect(p, NULL);
    assert_int_equal(promises_count(p, 0), 2);
    assert_int_equal(promises_count(p, 1), 0);
    assert_int_equal(promises_count(p, -1), 2);
}

static void what_is_lost_for_no_reason_is_complained_of(void **state)
{
    for (size_t listener = 0; listener < 2; listener++) {
        struct promises *p = begin(false);

        (void)state;
        promises_hears(p, 1 - listener, say(p, 0, -1, 5));
        promises_settle(p);
        expect(p, "never heard message 1 of node 0");
    }
}

static void what_comes_twice_or_to_others_or_from_nowhere_is_complained_of(void **state)
{
    struct promises *p = begin(false);

    (void)state;
    promises_hears(p, 0, say(p, 0, -1, 0));
    promises_hears(p, 0, 1);
    expect(p, "twice");

    p = begin(false);
    promises_hears(p, 0, say(p, 1, -1, 0));
    expect(p, "not for it");

    p = begin(false);
    promises_hears(p, 0, say(p, -1, 0, 0));
    expect(p, "not for it");

    p = begin(false);
    say(p, -1, -1, 0);
    promises_enters(p, 1, 1, (const bool[PROMISES_ROOMS]){true});
    promises_hears(p, 1, 1);
    expect(p, "not for it");

    p = begin(false);
    promises_hears(p, 0, 1);
    expect(p, "nobody has sent");
}

static void what_overtakes_is_complained_of(void **state)
{
    struct promises *p = begin(false);

    (void)state;
    (void)say(p, -1, -1, 0);
    promises_hears(p, 1, say(p, -1, -1, 0));
    promises_hears(p, 1, 1);
    expect(p, "after 2 of the same sender");
}

/* By either's trouble; over a stream by the sender's, and a question by both. */
static void what_was_in_trouble_may_be_lost(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 16; bits++) {
        bool keeps = (bits & 1) != 0, is_senders = (bits & 2) != 0;
        bool is_question = (bits & 4) != 0, is_over = (bits & 8) != 0;
        struct promises *p = begin(keeps);
        bool may_be_lost = !is_over && (!keeps || is_senders || is_question);

        promises_trouble(p, is_senders ? 0 : 1, 100);
        assert_true(promises_has_trouble(p, is_senders ? 0 : 1));
        promises_trouble_ends(p, is_senders ? 0 : 1, 200);
        assert_false(promises_has_trouble(p, is_senders ? 0 : 1));
        promises_says(p, &(struct promises_message){.room = 0,
                                                    .except = -1,
                                                    .is_question = is_question,
                                                    .at_ms = is_over ? 201 : 90});
        promises_hears(p, 0, 1);
        promises_settle(p);
        expect(p, may_be_lost ? NULL : "never heard");
    }
}

/* Its own node's clients hear a message whatever happens; who goes need not. */
static void trouble_excuses_no_one_here(void **state)
{
    struct promises *p = begin(false);

    (void)state;
    promises_trouble(p, 0, 0);
    (void)say(p, 0, -1, 5);
    promises_leaves(p, 0);
    promises_settle(p);
    expect(p, NULL);
    promises_begin_scene(p);
    assert_int_equal(promises_count(p, 0), 1);

    p = begin(false);
    promises_trouble(p, 0, 0);
    (void)say(p, 0, -1, 5);
    promises_settle(p);
    expect(p, "listener 0 of node 0 has never heard");
}

static void rooms_are_what_a_change_has_made_of_them(void **state)
{
    const bool before[PROMISES_ROOMS] = {true};
    const bool after[PROMISES_ROOMS] = {true, true};
    const struct promises_change change = {.node = 0, .of = 0, .room = 1, .is_join = true};

    (void)state;
    for (unsigned bits = 0; bits < 4; bits++) {
        bool is_done = (bits & 1) != 0, has_trouble = (bits & 2) != 0;
        struct promises *p = begin(false);

        if (has_trouble) {
            promises_trouble(p, 1, 0);
        }
        assert_true(promises_changes(p, &change));
        assert_false(promises_changes(p, &change));
        assert_int_equal(promises_count(p, 1), -1);
        promises_hears(p, 1, say(p, 1, -1, 0)); /* it may */
        promises_settle(p);
        promises_sees(p, 0, after);
        promises_sees(p, 1, is_done ? after : before);
        expect(p, is_done || has_trouble ? NULL : "is not in room 1");
        assert_int_equal(promises_count(p, 1), is_done ? 2 : 1);
    }
    promises_sees(begin(false), 0, after);
    expect(&promises, "is in room 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_to_all_in_order_is_right),
        cmocka_unit_test(what_is_lost_for_no_reason_is_complained_of),
        cmocka_unit_test(what_comes_twice_or_to_others_or_from_nowhere_is_complained_of),
        cmocka_unit_test(what_overtakes_is_complained_of),
        cmocka_unit_test(what_was_in_trouble_may_be_lost),
        cmocka_unit_test(trouble_excuses_no_one_here),
        cmocka_unit_test(rooms_are_what_a_change_has_made_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
