#include "socketio/room_index.h"

#include "base/buf.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const struct hash_key key = {1, 2};

static void a_member_is_found_in_its_room_until_it_leaves(void **state)
{
    struct room_index index;
    struct room_member ann, bob;

    (void)state;
    room_index_init(&index, key);
    room_member_init(&ann);
    room_member_init(&bob);
    assert_null(room_index_find(&index, STR("kitchen")));
    assert_int_equal(room_index_join(&index, &ann, STR("kitchen")), 0);
    assert_int_equal(room_index_join(&index, &ann, STR("kitchen")), 0); /* twice changes nothing */
    assert_int_equal(room_index_join(&index, &bob, STR("kitchen")), 0);
    assert_int_equal(room_index_join(&index, &bob, STR("")), 0);
    room_index_check(&index);
    assert_int_equal(room_count(room_index_find(&index, STR("kitchen"))), 2);
    assert_int_equal(ann.count, 1);
    assert_true(room_index_has(&index, &ann, STR("kitchen")));
    assert_false(room_index_has(&index, &ann, STR("")));

    room_index_leave(&index, &ann, STR("kitchen"));
    room_index_leave(&index, &ann, STR("kitchen"));
    room_index_leave(&index, &ann, STR("no such room"));
    assert_false(room_index_has(&index, &ann, STR("kitchen")));
    assert_int_equal(room_count(room_index_find(&index, STR("kitchen"))), 1);
    room_index_check(&index);

    room_index_leave_all(&index, &bob);
    assert_null(room_index_find(&index, STR("kitchen"))); /* the last one closes the door */
    assert_null(room_index_find(&index, STR("")));
    room_index_deinit(&index);
}

static void members_and_rooms_come_in_the_order_of_joining(void **state)
{
    struct room_index index;
    struct room_member members[50];
    struct membership *link = NULL;

    (void)state;
    room_index_init(&index, key);
    for (size_t i = 0; i < 50; i++) {
        room_member_init(&members[i]);
        assert_int_equal(room_index_join(&index, &members[i], STR("hall")), 0);
    }
    link = room_first(room_index_find(&index, STR("hall")));
    for (size_t i = 0; i < 50; i++) {
        assert_ptr_equal(membership_member(link), &members[i]);
        link = room_next(link);
    }
    assert_null(link);
    room_index_check(&index);
    for (size_t i = 0; i < 50; i++) {
        room_index_leave_all(&index, &members[i]);
    }
    room_index_deinit(&index);
}

static void note_room(struct str name, void *ctx)
{
    buf_append_str(ctx, name);
    buf_append_char(ctx, ' ');
}

static void a_member_knows_its_rooms(void **state)
{
    struct room_index index;
    struct room_member ann;
    struct buf names = {0};

    (void)state;
    room_index_init(&index, key);
    room_member_init(&ann);
    room_index_join(&index, &ann, STR("b"));
    room_index_join(&index, &ann, STR("a"));
    room_index_join(&index, &ann, STR("c"));
    room_index_leave(&index, &ann, STR("a"));
    room_member_each(&ann, note_room, &names);
    assert_true(str_eq(buf_str(&names), STR("b c ")));
    room_index_leave_all(&index, &ann);
    room_index_deinit(&index);
    buf_deinit(&names);
}

static void a_failed_join_changes_nothing(void **state)
{
    struct room_index index;
    struct room_member ann, bob;
    int rc = SAILS_ENOMEM;

    (void)state;
    room_index_init(&index, key);
    room_member_init(&ann);
    room_member_init(&bob);
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = room_index_join(&index, &ann, STR("kitchen"));
        mem_fail_after(-1);
        room_index_check(&index);
        if (rc == SAILS_ENOMEM) {
            assert_null(room_index_find(&index, STR("kitchen")));
            assert_int_equal(ann.count, 0);
        }
    }
    mem_fail_after(0);
    assert_int_equal(room_index_join(&index, &bob, STR("kitchen")), SAILS_ENOMEM);
    mem_fail_after(-1);
    assert_int_equal(room_count(room_index_find(&index, STR("kitchen"))), 1);
    room_index_leave_all(&index, &ann);
    room_index_deinit(&index);
}

/* Many random steps against a table of booleans. */
static void it_agrees_with_a_plain_table(void **state)
{
    enum {
        MEMBERS = 20,
        ROOMS = 15
    };
    struct room_index index;
    struct room_member members[MEMBERS];
    bool is_in[MEMBERS][ROOMS] = {{false}};
    uint32_t seed = 7;

    (void)state;
    room_index_init(&index, key);
    for (size_t i = 0; i < MEMBERS; i++) {
        room_member_init(&members[i]);
    }
    for (int step = 0; step < 5000; step++) {
        seed = seed * 1664525 + 1013904223;
        size_t m = (seed >> 8) % MEMBERS;
        size_t r = (seed >> 16) % ROOMS;
        char letter = (char)('a' + (int)r);
        struct str name = {&letter, 1};

        if ((seed >> 28) == 0) {
            room_index_leave_all(&index, &members[m]);
            memset(is_in[m], 0, sizeof(is_in[m]));
        } else if ((seed >> 30) < 2) {
            assert_int_equal(room_index_join(&index, &members[m], name), 0);
            is_in[m][r] = true;
        } else {
            room_index_leave(&index, &members[m], name);
            is_in[m][r] = false;
        }
        assert_true(room_index_has(&index, &members[m], name) == is_in[m][r]);
        if (step % 100 == 0) {
            room_index_check(&index);
        }
    }
    for (size_t i = 0; i < MEMBERS; i++) {
        room_index_leave_all(&index, &members[i]);
    }
    assert_int_equal(index.rooms.count, 0);
    room_index_deinit(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_is_found_in_its_room_until_it_leaves),
        cmocka_unit_test(members_and_rooms_come_in_the_order_of_joining),
        cmocka_unit_test(a_member_knows_its_rooms),
        cmocka_unit_test(a_failed_join_changes_nothing),
        cmocka_unit_test(it_agrees_with_a_plain_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
