#include "net/address.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <sails/err.h>
#include <string.h>

static void addresses_go_from_text_to_text(void **state)
{
    static const struct {
        const char *host;
        int family;
        const char *text;
    } cases[] = {
        {"127.0.0.1", AF_INET, "127.0.0.1"},
        {"::1", AF_INET6, "::1"},
        {"::ffff:10.1.2.3", AF_INET6, "10.1.2.3"},
        {"2001:DB8::0:42", AF_INET6, "2001:db8::42"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AF_INET6,
         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct address address;
        struct peer_address peer;
        char text[ADDRESS_TEXT_SIZE];

        assert_int_equal(address_resolve(cases[i].host, 65535, &address), 0);
        assert_int_equal(address.storage.ss_family, cases[i].family);
        assert_int_equal(address_port(&address), 65535);
        peer = peer_address_from(&address.storage);
        peer_address_text(&peer, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void what_is_no_address_and_no_name_is_unknown(void **state)
{
    struct address address;
    char name[80];

    (void)state;
    memset(name, 'n', sizeof(name)); /* over the 63 of a label: no name server needs to be asked */
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(address_resolve(name, 80, &address), SAILS_ENOENT);
}

static void any_address_is_that_of_its_family(void **state)
{
    struct address address;

    (void)state;
    address_any(AF_INET, 80, &address);
    assert_int_equal(address.storage.ss_family, AF_INET);
    assert_int_equal(address_port(&address), 80);
    address_any(AF_INET6, 81, &address);
    assert_int_equal(address.storage.ss_family, AF_INET6);
    assert_int_equal(address_port(&address), 81);
    address.storage.ss_family = AF_UNIX;
    assert_int_equal(address_port(&address), 0);
}

static void text_becomes_the_address_that_it_is(void **state)
{
    static const char *const texts[] = {"192.0.2.1", "::1", "2001:db8::7", "255.255.255.255"};
    static const char *const none[] = {"", "x", "1.2.3", "1.2.3.4.5", "2001:db8::g", "::1%lo"};
    char out[ADDRESS_TEXT_SIZE];
    char long_one[100];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct peer_address peer = peer_address_read(str_from(texts[i]));

        peer_address_text(&peer, out);
        assert_string_equal(out, texts[i]);
    }
    memset(long_one, '1', sizeof(long_one));
    for (size_t i = 0; i <= ARRAY_LEN(none); i++) {
        struct peer_address peer = peer_address_read(
            i < ARRAY_LEN(none) ? str_from(none[i]) : (struct str){long_one, sizeof(long_one)});

        peer_address_text(&peer, out);
        assert_string_equal(out, "::");
    }
    {
        struct peer_address mapped = peer_address_read(STR("::ffff:192.0.2.1"));

        peer_address_text(&mapped, out);
        assert_string_equal(out, "192.0.2.1");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_go_from_text_to_text),
        cmocka_unit_test(what_is_no_address_and_no_name_is_unknown),
        cmocka_unit_test(any_address_is_that_of_its_family),
        cmocka_unit_test(text_becomes_the_address_that_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
