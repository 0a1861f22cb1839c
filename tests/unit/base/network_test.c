#include "base/network.h"

#include "base/macros.h"
#include "support/cmocka.h"

static void addresses_of_one_subscriber_are_one(void **state)
{
    static const char *const cases[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:c000:0201", "192.0.2.1"},
        {"2001:db8::1", "2001:db8:0:0::/64"},
        {"2001:0DB8:0:0:ffff:ffff:ffff:ffff", "2001:db8:0:0::/64"},
        {"2001:db8:0:1::1", "2001:db8:0:1::/64"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::/64"},
        {"::1", "0:0:0:0::/64"},
        {"fe80::1%eth0", "fe80:0:0:0::/64"},
        {"2001:db8::g", "2001:db8::g"},
        {"1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:1:2:3:4:5:6:7:8",
         "1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:1:2:3:4:5:6:7:8"},
        {"somebody", "somebody"},
        {"", ""},
        {":", ":"},
        {"%", "%"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[NETWORK_SIZE];

        if (!str_eq(network_of(str_from(cases[i][0]), out), str_from(cases[i][1]))) {
            fail_msg("%s", cases[i][0]);
        }
    }
}

static void bytes_are_masked_likewise(void **state)
{
    uint8_t v6[16] = {0x20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const uint8_t network[16] = {0x20, 1, 2, 3, 4, 5, 6, 7};
    uint8_t v4[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [15] = 1};
    uint8_t same[16];

    (void)state;
    network_mask(v6);
    assert_memory_equal(v6, network, 16);
    memcpy(same, v4, 16);
    network_mask(v4);
    assert_memory_equal(v4, same, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_one_subscriber_are_one),
        cmocka_unit_test(bytes_are_masked_likewise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
