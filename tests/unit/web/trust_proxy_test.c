#include "web/trust_proxy.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* Settings and lists are written as JSON. */
static const struct trust_case {
    const char *setting, *peer, *forwarded, *want;
} cases[] = {
    {"false", "1.1.1.1", "2.2.2.2", "[]"},
    {"true", "9.9.9.9", "1.1.1.1, 2.2.2.2", "[\"1.1.1.1\", \"2.2.2.2\"]"},
    {"true", "9.9.9.9", "", "[]"},
    {"true", "9.9.9.9", "anything", "[\"anything\"]"},
    {"1", "9.9.9.9", "1.1.1.1, 2.2.2.2", "[\"2.2.2.2\"]"},
    /* sails-sockets 3.7 */
    {"2", "9.9.9.9", "1.2.3.4,5.6.7.8,12.34.56.78", "[\"5.6.7.8\", \"12.34.56.78\"]"},
    {"5", "9.9.9.9", "1.1.1.1", "[\"1.1.1.1\"]"},
    {"\"loopback\"", "127.0.0.1", "1.1.1.1", "[\"1.1.1.1\"]"},
    {"\"loopback\"", "::ffff:127.0.0.1", "1.1.1.1", "[\"1.1.1.1\"]"},
    {"\"loopback\"", "::1", "1.1.1.1", "[\"1.1.1.1\"]"},
    {"\"loopback\"", "10.0.0.1", "1.1.1.1", "[]"},
    {"\"loopback, 10.0.0.0/8\"", "127.0.0.1", "6.6.6.6, 7.7.7.7, 10.1.2.3",
     "[\"7.7.7.7\", \"10.1.2.3\"]"},
    {"[\"127.0.0.1\", \"uniquelocal\"]", "127.0.0.1", "1.1.1.1, 192.168.7.7",
     "[\"1.1.1.1\", \"192.168.7.7\"]"},
    {"[\"172.16.0.0/255.240.0.0\"]", "172.31.255.255", "1.1.1.1", "[\"1.1.1.1\"]"},
    {"[\"172.16.0.0/255.240.0.0\"]", "172.32.0.0", "1.1.1.1", "[]"},
    {"[\"fe80::/10\"]", "febf::1", "1.1.1.1", "[\"1.1.1.1\"]"},
    {"[\"fe80::/10\"]", "fec0::1", "1.1.1.1", "[]"},
    {"[\"0.0.0.0/0\"]", "8.8.8.8", "1.1.1.1", "[\"1.1.1.1\"]"},
    {"[\"0.0.0.0/0\"]", "::1", "1.1.1.1", "[]"},
    {"\"linklocal\"", "169.254.1.1", "nonsense, 1.1.1.1", "[\"1.1.1.1\"]"},
};

static json_t *read(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

/* request-response 9; sails-sockets 32 */
static void the_client_is_behind_the_proxies_that_are_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct trust_case *c = &cases[i];
        json_t *setting = read(c->setting);
        json_t *want = read(c->want);
        json_t *list = NULL;
        struct trust_proxy trust;

        assert_int_equal(trust_proxy_init(&trust, setting), 0);
        list = trust_proxy_list(&trust, str_from(c->peer), str_from(c->forwarded));
        if (!json_equal(list, want)) {
            fail_msg("case %zu", i);
        }
        json_decref(list);
        json_decref(want);
        json_decref(setting);
        trust_proxy_deinit(&trust);
    }
}

static void the_client_is_the_first_of_the_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct trust_case *c = &cases[i];
        json_t *setting = read(c->setting);
        json_t *want = read(c->want);
        const char *first = json_string_value(json_array_get(want, 0));
        struct trust_proxy trust;

        assert_int_equal(trust_proxy_init(&trust, setting), 0);
        assert_true(str_eq(trust_proxy_client(&trust, str_from(c->peer), str_from(c->forwarded)),
                           str_from(first != NULL ? first : c->peer)));
        json_decref(want);
        json_decref(setting);
        trust_proxy_deinit(&trust);
    }
}

/* The bound may lie within a character, with blanks behind it: half of it is no address. */
static void what_goes_on_beyond_the_bound_is_no_address(void **state)
{
    struct trust_proxy trust = {.kind = TRUST_EVERYBODY};
    char text[400];
    json_t *list = NULL;

    (void)state;
    for (size_t blanks = 100; blanks < 200; blanks++) {
        snprintf(text, sizeof(text), "\xc3\xa9\xc3\xa9\xc3\xa9%*s", (int)blanks, "");
        list = trust_proxy_list(&trust, STR("9.9.9.9"), str_from(text));
        assert_true(json_is_array(list));
        json_decref(list);
    }
}

/* However much a client writes: what is read of it is bounded, in number and in bytes. */
static void no_header_is_read_beyond_a_bound(void **state)
{
    enum {
        N_ENTRIES = 7500,
        READ_MAX = 2 * TRUST_PROXY_HOPS_MAX * (TRUST_PROXY_TEXT_MAX + 1)
    };
    static const char entry[] = "1.1.1.1,";
    struct trust_proxy trust = {.kind = TRUST_EVERYBODY};
    size_t len = N_ENTRIES * (sizeof(entry) - 1);
    char *text = mem_alloc(len + 1);
    json_t *list = NULL;

    (void)state;
    for (size_t i = 0; i < N_ENTRIES; i++) {
        memcpy(text + i * (sizeof(entry) - 1), entry, sizeof(entry));
    }
    len--; /* the last comma */
    list = trust_proxy_list(&trust, STR("9.9.9.9"), (struct str){text, len});
    assert_int_equal(json_array_size(list), TRUST_PROXY_HOPS_MAX);
    json_decref(list);
    /* What lies before the bound may be anything: nobody looks there. */
    list = trust_proxy_list(&trust, STR("9.9.9.9"), (struct str){text + len - READ_MAX, READ_MAX});
    assert_int_equal(json_array_size(list), TRUST_PROXY_HOPS_MAX);
    json_decref(list);
    memset(text, 'x', len);
    assert_true(str_eq(trust_proxy_client(&trust, STR("9.9.9.9"), (struct str){text, len}),
                       STR("9.9.9.9")));
    mem_free(text);
}

static void a_setting_that_says_nothing_is_refused(void **state)
{
    static const char *const settings[] = {
        "0",
        "-1",
        "33",
        "\"\"",
        "null",
        "{}",
        "1.5",
        "\"foo\"",
        "[1]",
        "[\"\"]",
        "\"1.1.1.1/33\"",
        "\"::1/129\"",
        "\"1.1.1.1/\"",
        "\"1.1.1.1/x\"",
        "\"1.1.1.1/255.0.255.0\"",
        "\"::1/255.0.0.0\"",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        json_t *setting = read(settings[i]);
        struct trust_proxy trust;

        if (trust_proxy_init(&trust, setting) != SAILS_ECONFIG) {
            fail_msg("%s", settings[i]);
        }
        trust_proxy_deinit(&trust);
        json_decref(setting);
    }
}

static void without_memory_nothing_is_kept(void **state)
{
    json_t *setting = read("[\"loopback\", \"10.0.0.0/8\"]");

    (void)state;
    for (long n = 0; n < 3; n++) {
        struct trust_proxy trust;

        mem_fail_after(n);
        assert_int_equal(trust_proxy_init(&trust, setting), SAILS_ENOMEM);
        mem_fail_after(-1);
        assert_int_equal(trust.n_subnets, 0);
    }
    json_decref(setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_is_behind_the_proxies_that_are_believed),
        cmocka_unit_test(the_client_is_the_first_of_the_list),
        cmocka_unit_test(what_goes_on_beyond_the_bound_is_no_address),
        cmocka_unit_test(no_header_is_read_beyond_a_bound),
        cmocka_unit_test(a_setting_that_says_nothing_is_refused),
        cmocka_unit_test(without_memory_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
