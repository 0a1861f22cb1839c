#include "websocket/ws_service.h"

#include "base/mem.h"
#include "support/cmocka.h"
#include "support/sim.h"

struct world {
    struct sim sim;
    struct ws_service service;
};

static void world_init(struct world *w)
{
    sim_init(&w->sim, 1);
    ws_service_init(&w->service, &w->sim.env, &ws_default_options);
}

static void world_deinit(struct world *w)
{
    ws_service_deinit(&w->service);
    sim_deinit(&w->sim);
}

static void scratch_memory_is_lent_to_one_at_a_time_and_used_again(void **state)
{
    struct world w;
    struct buf first = {0};
    struct buf second = {0};
    const char *memory = NULL;

    (void)state;
    world_init(&w);
    first = ws_service_take_scratch(&w.service);
    second = ws_service_take_scratch(&w.service);
    buf_append_char(&first, '1');
    buf_append_char(&second, '2');
    assert_ptr_not_equal(first.ptr, second.ptr);
    memory = first.ptr;
    ws_service_give_scratch(&w.service, first);
    ws_service_give_scratch(&w.service, second);

    first = ws_service_take_scratch(&w.service);
    assert_ptr_equal(first.ptr, memory);
    assert_int_equal(first.len, 0);
    ws_service_give_scratch(&w.service, first);
    world_deinit(&w);
}

static void scratch_memory_that_grew_large_or_failed_is_not_kept_so(void **state)
{
    struct world w;
    struct buf scratch = {0};

    (void)state;
    world_init(&w);
    assert_true(buf_reserve(&scratch, 1024 * 1024));
    ws_service_give_scratch(&w.service, scratch);
    assert_null(w.service.scratch.ptr);

    scratch = (struct buf){0};
    mem_fail_after(0);
    buf_append_char(&scratch, 'x');
    mem_fail_after(-1);
    assert_true(scratch.failed);
    ws_service_give_scratch(&w.service, scratch);
    assert_false(w.service.scratch.failed);
    world_deinit(&w);
}

/* websocket 27. */
static void an_inflater_goes_round_only_without_context_takeover(void **state)
{
    struct ws_deflate_params round = {.is_agreed = true, .client_no_context_takeover = true};
    struct ws_deflate_params kept = {.is_agreed = true};
    struct ws_inflater *first = NULL;
    struct ws_inflater *second = NULL;
    struct world w;

    (void)state;
    world_init(&w);
    first = ws_service_take_inflater(&w.service, &round);
    ws_service_give_inflater(&w.service, first);
    second = ws_service_take_inflater(&w.service, &kept);
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(ws_service_take_inflater(&w.service, &round), first);
    ws_service_give_inflater(&w.service, first);
    ws_service_give_inflater(&w.service, second); /* one spare is enough */
    assert_ptr_equal(w.service.spare_inflater, first);
    ws_service_give_inflater(&w.service, NULL);
    world_deinit(&w);
}

static void there_is_one_deflater_for_each_window(void **state)
{
    struct world w;
    struct ws_deflater *of_15 = NULL;

    (void)state;
    world_init(&w);
    of_15 = ws_service_deflater(&w.service, 15);
    assert_non_null(of_15);
    assert_ptr_equal(ws_service_deflater(&w.service, 15), of_15);
    assert_ptr_not_equal(ws_service_deflater(&w.service, 8), of_15);
    mem_fail_after(0);
    assert_null(ws_service_deflater(&w.service, 10));
    mem_fail_after(-1);
    assert_non_null(ws_service_deflater(&w.service, 10));
    world_deinit(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scratch_memory_is_lent_to_one_at_a_time_and_used_again),
        cmocka_unit_test(scratch_memory_that_grew_large_or_failed_is_not_kept_so),
        cmocka_unit_test(an_inflater_goes_round_only_without_context_takeover),
        cmocka_unit_test(there_is_one_deflater_for_each_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
