#include "blueprint_fixture.h"

/*
 * Calls that change something while another one is under way share a transaction: blueprint_run.c. All sockets ask in one
 * turn; the first call goes to a thread alone, the other three go together when it is back.
 */

static void all_ask(struct shop *shop, const char *url, const char *const names[N_SOCKETS])
{
    for (size_t i = 0; i < N_SOCKETS; i++) {
        char data[64];

        snprintf(data, sizeof(data), "{\"name\":\"%s\"}", names[i]);
        socket_send(shop, i, "post", url, data);
    }
}

/* pubsub-and-blueprints 31, 40: the others are told and answered as if it had not been there. */
static void one_that_fails_fails_alone(void **state)
{
    static const char *const names[N_SOCKETS] = {"rex", "max", "max", "ole"};
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    shop_set(&shop, "blueprints.autoWatch", "false");
    shop_lift(&shop);
    all_ask(&shop, "/pet", names);
    socket_answered(&shop, 0, 200, "{\"id\":1,\"name\":\"rex\",\"owner\":null,\"vets\":[]}");
    socket_answered(&shop, 1, 200, "{\"id\":2,\"name\":\"max\",\"owner\":null,\"vets\":[]}");
    ws_client_expect_start(&shop.sockets[2], "431[{\"body\":{\"code\":\"E_UNIQUE\",\"message\":\"");
    socket_answered(&shop, 3, 200, "{\"id\":3,\"name\":\"ole\",\"owner\":null,\"vets\":[]}");
    http_ask(
        &shop, "GET", "/pet?populate=false&select=name", NULL, 200,
        "[{\"id\":1,\"name\":\"rex\"},{\"id\":2,\"name\":\"max\"},{\"id\":3,\"name\":\"ole\"}]");
    shop_end(&shop);
}

/* An error that ends the transaction: SQLite's own are a full disk and the time limit of a statement. */
static void set_a_trap(struct shop *shop)
{
    sails_db *db = NULL;

    assert_int_equal(sails_app_lease(shop->live.app, &db), 0);
    assert_int_equal(sails_native(db, NULL,
                                  "CREATE TRIGGER trap BEFORE INSERT ON toy WHEN NEW.name = 'bad' "
                                  "BEGIN SELECT RAISE(ROLLBACK, 'the end'); END",
                                  NULL, NULL, NULL),
                     0);
    sails_app_release(shop->live.app, db);
}

static void one_that_ends_the_transaction_takes_nobody_with_it(void **state)
{
    static const char *const names[N_SOCKETS] = {"first", "good", "bad", "better"};
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    shop_set(&shop, "blueprints.autoWatch", "false");
    shop_lift(&shop);
    set_a_trap(&shop);
    all_ask(&shop, "/toy", names);
    socket_answered(&shop, 0, 200, "{\"id\":1,\"name\":\"first\"}");
    socket_answered(&shop, 1, 200, "{\"id\":2,\"name\":\"good\"}");
    ws_client_expect_start(&shop.sockets[2], "431[{\"body\":");
    socket_answered(&shop, 3, 200, "{\"id\":3,\"name\":\"better\"}");
    http_ask(
        &shop, "GET", "/toy?select=name", NULL, 200,
        "[{\"id\":1,\"name\":\"first\"},{\"id\":2,\"name\":\"good\"},{\"id\":3,\"name\":\"better\"}]");
    shop_end(&shop);
}

/* Who watches hears of each once, in the order of the changes, and of nothing that failed. */
static void watchers_hear_of_what_was_committed(void **state)
{
    static const char *const names[N_SOCKETS] = {"first", "good", "bad", "better"};
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    set_a_trap(&shop);
    socket_ask(&shop, 0, "get", "/toy", NULL, "[]");
    all_ask(&shop, "/toy", names);
    socket_answered(&shop, 0, 200, "{\"id\":1,\"name\":\"first\"}");
    socket_hears(&shop, 0, "toy",
                 "{\"verb\":\"created\",\"data\":{\"id\":2,\"name\":\"good\"},\"id\":2}");
    socket_hears(&shop, 0, "toy",
                 "{\"verb\":\"created\",\"data\":{\"id\":3,\"name\":\"better\"},\"id\":3}");
    socket_answered(&shop, 1, 200, "{\"id\":2,\"name\":\"good\"}");
    ws_client_expect_start(&shop.sockets[2], "431[{\"body\":");
    socket_answered(&shop, 3, 200, "{\"id\":3,\"name\":\"better\"}");
    socket_hears_nothing(&shop, 0);
    shop_end(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_fails_fails_alone),
        cmocka_unit_test(one_that_ends_the_transaction_takes_nobody_with_it),
        cmocka_unit_test(watchers_hear_of_what_was_committed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
