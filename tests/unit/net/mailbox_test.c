#include "net/mailbox.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <pthread.h>
#include <stdlib.h>

static void all_mail_comes_out_oldest_first(void **state)
{
    struct mailbox box = {.newest = NULL};
    struct mail mail[5];
    const struct mail *at = NULL;

    (void)state;
    assert_null(mailbox_take(&box));
    for (size_t i = 0; i < ARRAY_LEN(mail); i++) {
        assert_int_equal(mailbox_push(&box, &mail[i]), i == 0); /* I2 */
    }
    at = mailbox_take(&box);
    for (size_t i = 0; i < ARRAY_LEN(mail); i++) {
        assert_ptr_equal(at, &mail[i]);
        at = at->next;
    }
    assert_null(at);
    assert_null(mailbox_take(&box));
    assert_true(mailbox_push(&box, &mail[0]));
}

enum {
    N_PUSHERS = 3,
    N_EACH = 20000
};

struct pusher {
    struct mailbox *box;
    struct mail mail[N_EACH];
    int n_empty; /* pushes that found the box empty */
};

static void *push_all(void *arg)
{
    struct pusher *pusher = arg;

    for (int i = 0; i < N_EACH; i++) {
        pusher->n_empty += mailbox_push(pusher->box, &pusher->mail[i]) ? 1 : 0;
    }
    return NULL;
}

/* Which pusher a piece of mail is from, and checks that it is that one's next. */
static void check_order(struct pusher *pushers, int *next, const struct mail *mail)
{
    for (int i = 0; i < N_PUSHERS; i++) {
        if (mail >= pushers[i].mail && mail < pushers[i].mail + N_EACH) {
            assert_ptr_equal(mail, &pushers[i].mail[next[i]]);
            next[i]++;
            return;
        }
    }
    fail();
}

static void nothing_is_lost_between_many_threads_and_one(void **state)
{
    static struct pusher pushers[N_PUSHERS];
    struct mailbox box = {.newest = NULL};
    pthread_t threads[N_PUSHERS];
    int next[N_PUSHERS] = {0};
    int n_takes = 0;
    int n_empty = 0;
    int left = N_PUSHERS * N_EACH;

    (void)state;
    for (int i = 0; i < N_PUSHERS; i++) {
        pushers[i].box = &box;
        assert_int_equal(pthread_create(&threads[i], NULL, push_all, &pushers[i]), 0);
    }
    while (left > 0) {
        const struct mail *mail = mailbox_take(&box);

        n_takes += mail != NULL ? 1 : 0;
        for (; mail != NULL; mail = mail->next) {
            check_order(pushers, next, mail); /* I1 */
            left--;
        }
    }
    for (int i = 0; i < N_PUSHERS; i++) {
        (void)pthread_join(threads[i], NULL);
        n_empty += pushers[i].n_empty;
    }
    assert_int_equal(n_empty, n_takes); /* I2: as many wake-ups as there was something to take */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_mail_comes_out_oldest_first),
        cmocka_unit_test(nothing_is_lost_between_many_threads_and_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
