#include "base/waiter.h"

#include "support/cmocka.h"

static void *tell(void *ctx)
{
    json_t *value = json_string("done");

    waiter_tell(-5, value, ctx);
    json_decref(value);
    return NULL;
}

static void what_another_thread_tells_arrives(void **state)
{
    struct waiter waiter;
    pthread_t thread;

    (void)state;
    waiter_init(&waiter);
    assert_int_equal(pthread_create(&thread, NULL, tell, &waiter), 0);
    assert_int_equal(waiter_wait(&waiter), -5);
    assert_string_equal(json_string_value(waiter.value), "done");
    assert_int_equal(pthread_join(thread, NULL), 0);
    waiter_deinit(&waiter);
}

static void who_was_told_before_does_not_wait(void **state)
{
    struct waiter waiter;

    (void)state;
    waiter_init(&waiter);
    waiter_tell(0, NULL, &waiter);
    assert_int_equal(waiter_wait(&waiter), 0);
    assert_null(waiter.value);
    waiter_deinit(&waiter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_another_thread_tells_arrives),
        cmocka_unit_test(who_was_told_before_does_not_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
