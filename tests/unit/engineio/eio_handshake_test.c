#include "engineio/eio_handshake.h"

#include "base/mem.h"
#include "support/cmocka.h"
#include "support/sim.h"

static const struct http_header headers[] = {
    {{"host", 4}, {"example.com", 11}},
    {{"user-agent", 10}, {"test", 4}},
    {{"x-mine", 6}, {"", 0}},
    {{"cookie", 6}, {"a=b; c=d", 8}},
};

static const struct http_request request = {
    .target = {"/engine.io/?EIO=4&x=%20", 23},
    .headers = headers,
    .n_headers = ARRAY_LEN(headers),
};

static void what_was_asked_is_kept(void **state)
{
    struct sim sim;
    struct sim_link *link = NULL;
    struct eio_handshake *h = NULL;
    struct str name = {0};
    struct str value = {0};

    (void)state;
    sim_init(&sim, 1);
    link = sim_connect(&sim);
    link->link.secure = true;
    h = eio_handshake_create(NULL, &request, &link->link, 1234567890123);
    sim_deinit(&sim);

    assert_true(str_eq(eio_handshake_address(h), STR("127.0.0.1")));
    assert_true(str_eq(eio_handshake_url(h), request.target));
    assert_true(str_eq(eio_handshake_query(h), STR("EIO=4&x=%20")));
    assert_true(eio_handshake_is_secure(h));
    assert_int_equal(eio_handshake_unix_ms(h), 1234567890123);
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        assert_true(eio_handshake_header_at(h, i, &name, &value));
        assert_true(str_eq(name, headers[i].name));
        assert_true(str_eq(value, headers[i].value));
        assert_int_equal(name.ptr[name.len] | value.ptr[value.len], 0);
        assert_true(str_eq(eio_handshake_header(h, headers[i].name), headers[i].value));
    }
    assert_false(eio_handshake_header_at(h, ARRAY_LEN(headers), &name, &value));
    assert_null(eio_handshake_header(h, STR("origin")).ptr);
    assert_non_null(eio_handshake_header(h, STR("x-mine")).ptr);

    assert_int_equal(eio_handshake_notes(h), 0);
    eio_handshake_note(h, 0xff);
    assert_int_equal(eio_handshake_notes(h), 0xff);

    assert_true(str_eq(eio_handshake_address(h), STR("127.0.0.1")));
    eio_handshake_destroy(h);
    eio_handshake_destroy(NULL);
}

/* Of a browser's second tab and of another user: what only concerns them is kept for each. */
static void clients_of_a_kind_share_what_they_have_in_common(void **state)
{
    struct {
        const char *target, *cookie, *mine;
    } clients[] = {
        {"/engine.io/?EIO=4&transport=websocket", "a=1", "x"},
        {"/engine.io/?EIO=4&transport=websocket", "a=2", ""},
        {"/engine.io/?EIO=4&transport=polling&t=Pabcdef", "", "x"},
        {"/engine.io/?EIO=4&transport=polling&t=Pabcdeg", "a=4", "y"},
    };
    static const size_t n_kinds_after[] = {1, 1, 2, 2};
    struct eio_handshake *h[ARRAY_LEN(clients)] = {NULL};
    struct eio_commons commons;
    struct sim sim;

    (void)state;
    sim_init(&sim, 1);
    eio_commons_init(&commons, (struct hash_key){1, 2});
    for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
        struct http_header own[] = {{STR("user-agent"), STR("a browser")},
                                    {STR("cookie"), str_from(clients[i].cookie)},
                                    {STR("x-mine"), str_from(clients[i].mine)},
                                    {STR("origin"), STR("http://localhost")}};
        struct http_request his = {
            .target = str_from(clients[i].target), .headers = own, .n_headers = ARRAY_LEN(own)};

        h[i] = eio_handshake_create(&commons, &his, &sim_connect(&sim)->link, 0);
        assert_int_equal(commons.by_text.count, n_kinds_after[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
        assert_string_equal(eio_handshake_url(h[i]).ptr, clients[i].target);
        assert_string_equal(eio_handshake_header(h[i], STR("cookie")).ptr, clients[i].cookie);
        assert_string_equal(eio_handshake_header(h[i], STR("x-mine")).ptr, clients[i].mine);
        assert_string_equal(eio_handshake_header(h[i], STR("origin")).ptr, "http://localhost");
        eio_handshake_destroy(h[i]);
    }
    eio_commons_deinit(&commons); /* asserts that nobody is left */
    sim_deinit(&sim);
}

static void a_target_without_a_query_has_an_empty_one(void **state)
{
    static const struct http_request plain = {.target = {"/", 1}};
    struct sim sim;
    struct eio_handshake *h = NULL;
    struct str name = {0};
    struct str value = {0};

    (void)state;
    sim_init(&sim, 1);
    h = eio_handshake_create(NULL, &plain, &sim_connect(&sim)->link, 0);
    sim_deinit(&sim);
    assert_int_equal(eio_handshake_query(h).len, 0);
    assert_false(eio_handshake_is_secure(h));
    assert_false(eio_handshake_header_at(h, 0, &name, &value));
    eio_handshake_destroy(h);
}

static void without_memory_there_is_none(void **state)
{
    struct sim sim;
    struct sim_link *link = NULL;
    struct eio_handshake *h = NULL;

    (void)state;
    sim_init(&sim, 1);
    link = sim_connect(&sim);
    for (long n = 0; h == NULL; n++) {
        mem_fail_after(n);
        h = eio_handshake_create(NULL, &request, &link->link, 0);
        assert_int_equal(mem_has_failed() != 0, h == NULL);
    }
    mem_fail_after(-1);
    eio_handshake_destroy(h);
    sim_deinit(&sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_is_kept),
        cmocka_unit_test(clients_of_a_kind_share_what_they_have_in_common),
        cmocka_unit_test(a_target_without_a_query_has_an_empty_one),
        cmocka_unit_test(without_memory_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
