#include "base/ids.h"

#include "base/macros.h"
#include "support/cmocka.h"
#include "support/sim.h"

/* engine-io 11 */
static void an_id_is_20_url_safe_characters_and_never_the_same(void **state)
{
    struct sim sim;
    char last[ID_LEN + 1] = "";

    (void)state;
    sim_init(&sim, 1);
    for (int i = 0; i < 1000; i++) {
        char id[ID_LEN + 1];

        id_make(&sim.env, id);
        assert_int_equal(strlen(id), ID_LEN);
        assert_int_equal(strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789-_"),
                         ID_LEN);
        assert_string_not_equal(id, last);
        memcpy(last, id, sizeof(last));
    }
    assert_int_equal(sim.env.id_counter, 1000);
    sim_deinit(&sim);
}

/* engine-io 4.1: the counter is the last three bytes, big endian */
static void the_counter_is_at_the_end(void **state)
{
    struct sim sim;
    char id[ID_LEN + 1];

    (void)state;
    sim_init(&sim, 1);
    id_make(&sim.env, id);
    assert_string_equal(id + 16, "AAAA");
    id_make(&sim.env, id);
    assert_string_equal(id + 16, "AAAB");
    sim.env.id_counter = UINT32_MAX;
    id_make(&sim.env, id);
    assert_string_equal(id + 16, "____");
    assert_int_equal(sim.env.id_counter, 0);
    sim_deinit(&sim);
}

static void an_id_tells_its_worker(void **state)
{
    struct sim sim;

    (void)state;
    sim_init(&sim, 7);
    for (unsigned worker = 0; worker < WORKERS_MAX; worker++) {
        char id[ID_LEN + 1];
        struct buf with_namespace = {0};

        sim.env.worker = worker;
        id_make(&sim.env, id);
        assert_int_equal(id_worker(str_from(id)), worker);
        buf_printf(&with_namespace, "/admin#%s", id);
        assert_int_equal(id_worker(buf_str(&with_namespace)), worker);
        buf_deinit(&with_namespace);
    }
    sim_deinit(&sim);
}

static void what_is_no_id_names_no_worker(void **state)
{
    static const char *const cases[] = {
        "",
        "#",
        "room",
        "AAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAA ",
        "AAAAAAAAAAAAAAAAAAA\xff",
        "/admin#AAAA",
        "AAAAAAAAAAAAAAAAAAAA#",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(id_worker(str_from(cases[i])), -1);
    }
    assert_int_equal(id_worker(STR("AAAAAAAAAAAAAAAAAAA\0")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_20_url_safe_characters_and_never_the_same),
        cmocka_unit_test(the_counter_is_at_the_end),
        cmocka_unit_test(an_id_tells_its_worker),
        cmocka_unit_test(what_is_no_id_names_no_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
