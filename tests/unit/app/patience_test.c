#include "app/patience.h"

#include "support/cmocka.h"

#include <semaphore.h>

static void tell(void *ctx, enum log_level level, const char *text)
{
    sem_t *told = ctx;

    if (level == LOG_WARN && strcmp(text, "slow: 1") == 0) {
        sem_post(told);
    }
}

static void what_takes_too_long_is_told_once(void **state)
{
    struct patience patience;
    sem_t told;
    const struct log log = {.level = LOG_WARN, .write = tell, .ctx = &told};

    (void)state;
    sem_init(&told, 0, 0);
    patience_begin(&patience, &log, LOG_WARN, 1, "slow: %d", 1);
    assert_int_equal(sem_wait(&told), 0);
    assert_true(patience_end(&patience));
    assert_int_equal(sem_trywait(&told), -1);
    sem_destroy(&told);
}

static void what_is_done_in_time_is_not(void **state)
{
    struct patience patience;
    sem_t told;
    const struct log log = {.level = LOG_WARN, .write = tell, .ctx = &told};

    (void)state;
    sem_init(&told, 0, 0);
    patience_begin(&patience, &log, LOG_WARN, 86400000, "slow: %d", 1);
    assert_false(patience_end(&patience));
    assert_int_equal(sem_trywait(&told), -1);
    sem_destroy(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_takes_too_long_is_told_once),
        cmocka_unit_test(what_is_done_in_time_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
