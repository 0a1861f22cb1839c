#include "web/etag.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

/* request-response 25 */
static void tags_are_those_of_the_specification(void **state)
{
    static const struct {
        const char *body, *tag;
    } cases[] = {
        {"hello", "W/\"5-qvTGHdzF6KLavt4PO0gs2a6pQ00\""},
        {"OK", "W/\"2-nOO9QiTIwXgNtWtBJezz8kv3SLc\""},
        {"Not Found", "W/\"9-0gXL1ngzMqISxa6S1zx3F4wtLyg\""},
        {"", "W/\"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk\""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char tag[ETAG_SIZE];

        assert_int_equal(etag_write(tag, str_bytes(str_from(cases[i].body))), 0);
        assert_string_equal(tag, cases[i].tag);
    }
    {
        char tag[ETAG_SIZE];

        assert_int_equal(etag_write(tag, (struct bytes){NULL, 0}), 0);
        assert_string_equal(tag, cases[3].tag);
    }
}

static const struct fresh_case {
    const char *none_match, *since, *cache_control;
    const char *etag, *modified;
    bool is_fresh;
} fresh_cases[] = {
    {NULL, NULL, NULL, "\"a\"", NULL, false},
    {"\"a\"", NULL, NULL, "\"a\"", NULL, true},
    {"W/\"a\"", NULL, NULL, "\"a\"", NULL, true},
    {"\"a\"", NULL, NULL, "W/\"a\"", NULL, true},
    {"\"b\", W/\"a\"", NULL, NULL, "W/\"a\"", NULL, true},
    {"\"b\"", NULL, NULL, "W/\"a\"", NULL, false},
    {"*", NULL, NULL, NULL, NULL, true},
    {"\"a\"", NULL, NULL, NULL, NULL, false},
    {"\"a\"", NULL, "no-cache", "\"a\"", NULL, false},
    {"*", NULL, "max-age=0, no-cache", "\"a\"", NULL, false},
    {"\"a\"", NULL, "max-age=0", "\"a\"", NULL, true},
    {NULL, "Sun, 06 Nov 1994 08:49:37 GMT", NULL, NULL, "Sun, 06 Nov 1994 08:49:37 GMT", true},
    {NULL, "Sun, 06 Nov 1994 08:49:36 GMT", NULL, NULL, "Sun, 06 Nov 1994 08:49:37 GMT", false},
    {NULL, "Sun, 06 Nov 1994 08:49:36 GMT", NULL, NULL, NULL, false},
    {NULL, "yesterday", NULL, NULL, "Sun, 06 Nov 1994 08:49:37 GMT", false},
    /* RFC 9110 section 13.1.3 */
    {"\"b\"", "Sun, 06 Nov 1994 08:49:37 GMT", NULL, "\"a\"", "Sun, 06 Nov 1994 08:49:37 GMT",
     false},
};

static void set(struct header_list *list, struct str name, const char *value)
{
    if (value != NULL) {
        assert_int_equal(header_list_set(list, name, str_from(value)), 0);
    }
}

/* request-response 17 */
static void the_conditions_are_those_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fresh_cases); i++) {
        const struct fresh_case *c = &fresh_cases[i];
        struct header_list request = {0}, response = {0};

        set(&request, STR("if-none-match"), c->none_match);
        set(&request, STR("if-modified-since"), c->since);
        set(&request, STR("cache-control"), c->cache_control);
        set(&response, STR("ETag"), c->etag);
        set(&response, STR("Last-Modified"), c->modified);
        if (etag_is_fresh(&request, &response) != c->is_fresh) {
            fail_msg("case %zu", i);
        }
        header_list_deinit(&request);
        header_list_deinit(&response);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_those_of_the_specification),
        cmocka_unit_test(the_conditions_are_those_of_the_rfc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
