#include "session/session_known.h"

#include "base/mem.h"
#include "support/cmocka.h"

static const struct hash_key key = {1, 2};

static void a_cookie_is_known_as_it_was_sent_and_in_no_other_way(void **state)
{
    struct session_known known = {0};
    char sid[SESSION_ID_MAX + 1] = "none";

    (void)state;
    assert_false(session_known_find(&known, key, STR("s%3Aa.b"), sid));
    session_known_add(&known, key, STR("s%3Aa.b"), "a");
    assert_true(session_known_find(&known, key, STR("s%3Aa.b"), sid));
    assert_string_equal(sid, "a");

    assert_false(session_known_find(&known, key, STR("s%3Aa.c"), sid));
    assert_false(session_known_find(&known, key, STR("s%3Aa."), sid));
    assert_false(session_known_find(&known, key, STR("s%3aa.b"), sid));
    assert_false(session_known_find(&known, key, STR(""), sid));
    assert_false(session_known_find(&known, key, (struct str){NULL, 0}, sid));
    assert_string_equal(sid, "a");
    session_known_deinit(&known);
    assert_false(session_known_find(&known, key, STR("s%3Aa.b"), sid));
}

/* Whoever comes later takes a place; each that is found is found with its own id. */
static void more_cookies_than_places_are_never_mixed_up(void **state)
{
    struct session_known known = {0};
    char value[32], id[16], sid[SESSION_ID_MAX + 1];
    size_t n_found = 0;

    (void)state;
    for (size_t i = 0; i < 2 * (size_t)SESSION_KNOWN_MAX; i++) {
        snprintf(value, sizeof(value), "s%%3A%zu.signature", i);
        snprintf(id, sizeof(id), "%zu", i);
        session_known_add(&known, key, str_from(value), id);
    }
    for (size_t i = 0; i < 2 * (size_t)SESSION_KNOWN_MAX; i++) {
        snprintf(value, sizeof(value), "s%%3A%zu.signature", i);
        snprintf(id, sizeof(id), "%zu", i);
        if (session_known_find(&known, key, str_from(value), sid)) {
            assert_string_equal(sid, id);
            n_found++;
        }
    }
    assert_in_range(n_found, SESSION_KNOWN_MAX / 2, SESSION_KNOWN_MAX);
    session_known_deinit(&known);
}

static void what_is_too_long_is_not_kept(void **state)
{
    struct session_known known = {0};
    char value[SESSION_KNOWN_VALUE_MAX + 1], id[SESSION_ID_MAX + 2], sid[SESSION_ID_MAX + 1];
    struct str longest = {value, SESSION_KNOWN_VALUE_MAX};
    struct str longer = {value, SESSION_KNOWN_VALUE_MAX + 1};

    (void)state;
    memset(value, 'v', sizeof(value));
    memset(id, 'i', sizeof(id));
    id[SESSION_ID_MAX + 1] = '\0';
    session_known_add(&known, key, longer, "a");
    session_known_add(&known, key, longest, id);
    assert_false(session_known_find(&known, key, longer, sid));
    assert_false(session_known_find(&known, key, longest, sid));

    id[SESSION_ID_MAX] = '\0';
    session_known_add(&known, key, longest, id);
    assert_true(session_known_find(&known, key, longest, sid));
    assert_string_equal(sid, id);
    session_known_deinit(&known);
}

static void without_memory_every_cookie_is_verified(void **state)
{
    struct session_known known = {0};
    char sid[SESSION_ID_MAX + 1];

    (void)state;
    mem_fail_after(0);
    session_known_add(&known, key, STR("s%3Aa.b"), "a");
    mem_fail_after(-1);
    assert_false(session_known_find(&known, key, STR("s%3Aa.b"), sid));
    session_known_deinit(&known);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_is_known_as_it_was_sent_and_in_no_other_way),
        cmocka_unit_test(more_cookies_than_places_are_never_mixed_up),
        cmocka_unit_test(what_is_too_long_is_not_kept),
        cmocka_unit_test(without_memory_every_cookie_is_verified),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
