#include "net/peer_census.h"

#include "base/mem.h"
#include "support/cmocka.h"

static struct peer_address peer_of(unsigned n)
{
    struct peer_address peer = {{[10] = 0xff, [11] = 0xff}}; /* IPv4 */

    peer.bytes[14] = (uint8_t)(n >> 8);
    peer.bytes[15] = (uint8_t)n;
    return peer;
}

static void an_address_has_its_limit_and_the_others_have_theirs(void **state)
{
    struct peer_census census;
    struct peer_address one = peer_of(1), two = peer_of(2);

    (void)state;
    assert_int_equal(peer_census_init(&census, 2), 0);
    for (int i = 0; i < 2; i++) {
        assert_true(peer_census_admits(&census, &one));
        peer_census_add(&census, &one);
    }
    assert_false(peer_census_admits(&census, &one));
    assert_true(peer_census_admits(&census, &two));
    peer_census_remove(&census, &one);
    assert_true(peer_census_admits(&census, &one));
    peer_census_deinit(&census);
}

/* A subscriber has a network of addresses, and would have as many limits. */
static void addresses_of_one_ipv6_network_share_a_limit(void **state)
{
    struct peer_census census;
    struct peer_address one = {{0x20, 1, [15] = 1}};
    struct peer_address same = {{0x20, 1, [8] = 9, [15] = 2}};
    struct peer_address other = {{0x20, 1, [7] = 1, [15] = 1}};

    (void)state;
    assert_int_equal(peer_census_init(&census, 1), 0);
    peer_census_add(&census, &one);
    assert_false(peer_census_admits(&census, &same));
    assert_true(peer_census_admits(&census, &other));
    peer_census_remove(&census, &same);
    assert_true(peer_census_admits(&census, &one));
    assert_int_equal(census.by_peer.count, 0);
    peer_census_deinit(&census);
}

static void an_address_without_connections_is_forgotten(void **state)
{
    struct peer_census census;

    (void)state;
    assert_int_equal(peer_census_init(&census, 1), 0);
    for (unsigned i = 0; i < 1000; i++) {
        struct peer_address peer = peer_of(i);

        peer_census_add(&census, &peer);
    }
    assert_int_equal(census.by_peer.count, 1000);
    for (unsigned i = 0; i < 1000; i++) {
        struct peer_address peer = peer_of(i);

        peer_census_remove(&census, &peer);
    }
    assert_int_equal(census.by_peer.count, 0);
    peer_census_deinit(&census);
}

static void without_a_limit_nothing_is_counted(void **state)
{
    struct peer_census census;
    struct peer_address peer = peer_of(1);

    (void)state;
    assert_int_equal(peer_census_init(&census, 0), 0);
    peer_census_add(&census, &peer);
    assert_int_equal(census.by_peer.count, 0);
    assert_true(peer_census_admits(&census, &peer));
    peer_census_remove(&census, &peer);
    peer_census_deinit(&census);
}

/* It is the limit of clients, and no reason to turn anybody away. */
static void where_memory_is_out_a_connection_is_not_counted(void **state)
{
    struct peer_census census;
    struct peer_address peer = peer_of(1);

    (void)state;
    assert_int_equal(peer_census_init(&census, 1), 0);
    mem_fail_after(0);
    peer_census_add(&census, &peer);
    assert_true(mem_has_failed());
    assert_true(peer_census_admits(&census, &peer));
    peer_census_remove(&census, &peer);
    peer_census_deinit(&census);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_its_limit_and_the_others_have_theirs),
        cmocka_unit_test(addresses_of_one_ipv6_network_share_a_limit),
        cmocka_unit_test(an_address_without_connections_is_forgotten),
        cmocka_unit_test(without_a_limit_nothing_is_counted),
        cmocka_unit_test(where_memory_is_out_a_connection_is_not_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
