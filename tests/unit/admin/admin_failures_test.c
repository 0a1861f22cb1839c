#include "admin/admin_failures.h"

#include "support/cmocka.h"

#include <stdio.h>

enum {
    NOW = 1000000,
    MINUTE = 60000
};

static void fail_often(struct admin_failures *failures, const char *address, int n, uint64_t now_ms)
{
    for (int i = 0; i < n; i++) {
        admin_failures_count(failures, address, now_ms);
    }
}

static void five_wrong_ones_in_a_row_cost_a_minute_and_each_more_twice_as_much(void **state)
{
    struct admin_failures failures = {0};
    static const unsigned minutes[] = {1, 2, 4, 8, 16, 16, 16};

    (void)state;
    fail_often(&failures, "192.0.2.1", 4, NOW);
    assert_false(admin_failures_bar(&failures, "192.0.2.1", NOW));
    for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
        admin_failures_count(&failures, "192.0.2.1", NOW);
        assert_true(admin_failures_bar(&failures, "192.0.2.1", NOW + minutes[i] * MINUTE - 1));
        assert_false(admin_failures_bar(&failures, "192.0.2.1", NOW + minutes[i] * MINUTE));
    }
    assert_false(admin_failures_bar(&failures, "192.0.2.2", NOW));
    admin_failures_forget(&failures, "192.0.2.1");
    assert_false(admin_failures_bar(&failures, "192.0.2.1", NOW));
    fail_often(&failures, "192.0.2.1", 4, NOW);
    assert_false(admin_failures_bar(&failures, "192.0.2.1", NOW));
}

static void addresses_of_one_ipv6_network_fail_together(void **state)
{
    struct admin_failures failures = {0};

    (void)state;
    for (int i = 0; i < 5; i++) {
        char address[64];

        snprintf(address, sizeof(address), "2001:db8:1:2:%x:%x::%x", i, i, i);
        admin_failures_count(&failures, address, NOW);
    }
    assert_true(admin_failures_bar(&failures, "2001:db8:1:2::9", NOW));
    assert_false(admin_failures_bar(&failures, "2001:db8:1:3::9", NOW));
    fail_often(&failures, "::ffff:192.0.2.1", 5, NOW);
    assert_true(admin_failures_bar(&failures, "192.0.2.1", NOW));
    assert_false(admin_failures_bar(&failures, "::ffff:192.0.2.2", NOW));
}

static void what_is_old_is_forgotten_and_gives_its_place(void **state)
{
    struct admin_failures failures = {0};
    char address[64];

    (void)state;
    fail_often(&failures, "192.0.2.1", 4, NOW);
    fail_often(&failures, "192.0.2.1", 4, NOW + 61 * MINUTE);
    assert_false(admin_failures_bar(&failures, "192.0.2.1", NOW + 61 * MINUTE));
    fail_often(&failures, "192.0.2.2", 5, NOW + 61 * MINUTE);
    for (int i = 0; i < ADMIN_FAILURES - 1; i++) {
        snprintf(address, sizeof(address), "10.0.%d.%d", i / 256, i % 256);
        admin_failures_count(&failures, address, NOW + 62 * MINUTE);
    }
    assert_true(admin_failures_bar(&failures, "192.0.2.2", NOW + 61 * MINUTE));
    admin_failures_count(&failures, "10.1.0.0", NOW + 62 * MINUTE);
    assert_false(admin_failures_bar(&failures, "192.0.2.2", NOW + 61 * MINUTE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_wrong_ones_in_a_row_cost_a_minute_and_each_more_twice_as_much),
        cmocka_unit_test(addresses_of_one_ipv6_network_fail_together),
        cmocka_unit_test(what_is_old_is_forgotten_and_gives_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
