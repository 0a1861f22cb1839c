/*
 * The program decides who may connect: sails_app_before_connect() on a running app.
 */
#include "support/http_client.h"
#include "support/live_app.h"

static atomic_int n_asked;

/* Lets in who names the word, and tells the others what is missing. */
static void ask_for_the_word(sails_handshake *handshake, void *ctx)
{
    const char *word = sails_handshake_header(handshake, "X-Word");

    atomic_fetch_add(&n_asked, 1);
    if (word != NULL && strcmp(word, ctx) == 0) {
        sails_handshake_accept(handshake);
    } else {
        sails_handshake_refuse(handshake, word != NULL ? "Another word" : NULL);
    }
}

/* sails-sockets 12, 13 */
static void who_is_refused_is_told_so_in_the_engines_form(void **state)
{
    static char word[] = "friend";
    static const char path[] = "/socket.io/?EIO=4&transport=polling";
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_before_connect(NULL, ask_for_the_word, word), SAILS_EINVAL);
    assert_int_equal(sails_app_before_connect(live.app, ask_for_the_word, word), 0);
    live_lift(&live);
    assert_int_equal(sails_app_before_connect(live.app, NULL, word), SAILS_EINVAL);
    assert_int_equal(sails_app_before_connect(live.app, ask_for_the_word, word), SAILS_ESTATE);

    http_client_expect(live.port, "GET", path, "", NULL, 403,
                       "{\"code\":4,\"message\":\"Forbidden\"}");
    http_client_expect(live.port, "GET", path, "X-Word: foe\r\n", NULL, 403,
                       "{\"code\":4,\"message\":\"Another word\"}");
    http_client_expect(live.port, "GET", path, "x-word: friend\r\n", NULL, 200, NULL);
    assert_int_equal(atomic_load(&n_asked), 3);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_refused_is_told_so_in_the_engines_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
