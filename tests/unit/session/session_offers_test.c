#include "session/session_offers.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <stdio.h>

static const struct hash_key key = {1, 2};

static void an_id_is_known_until_it_is_taken_back(void **state)
{
    struct session_offers *offers = session_offers_create(key, 10);

    (void)state;
    assert_non_null(offers);
    assert_false(session_offers_has(offers, "a"));
    session_offers_add(offers, "a");
    session_offers_add(offers, "a");
    assert_true(session_offers_has(offers, "a"));
    assert_false(session_offers_has(offers, "ab"));
    session_offers_remove(offers, "a");
    session_offers_remove(offers, "a");
    assert_false(session_offers_has(offers, "a"));
    session_offers_destroy(offers);
    session_offers_destroy(NULL);
}

static void over_the_bound_the_oldest_goes(void **state)
{
    struct session_offers *offers = session_offers_create(key, 100);
    char sid[16];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(sid, sizeof(sid), "%d", i);
        session_offers_add(offers, sid);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(sid, sizeof(sid), "%d", i);
        assert_int_equal(session_offers_has(offers, sid), i >= 900);
    }
    session_offers_destroy(offers);
}

static void without_memory_an_id_is_unknown(void **state)
{
    struct session_offers *offers = session_offers_create(key, 10);

    (void)state;
    session_offers_add(offers, "a");
    mem_fail_after(0);
    session_offers_add(offers, "b");
    mem_fail_after(0);
    assert_null(session_offers_create(key, 10));
    mem_fail_after(-1);
    assert_true(session_offers_has(offers, "a"));
    assert_false(session_offers_has(offers, "b"));
    session_offers_destroy(offers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_known_until_it_is_taken_back),
        cmocka_unit_test(over_the_bound_the_oldest_goes),
        cmocka_unit_test(without_memory_an_id_is_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
