#include "support/pair.h"

#include <sails/pubsub.h>

/*
 * Records over several nodes: who has looked at one hears of it, whichever node it is connected to.
 */

static const char user[] = "{\"attributes\": {\"name\": \"string\"}}";
static const char inherited[] =
    "{\"migrate\": \"safe\", \"attributes\": {\"id\": {\"type\": \"number\", \"autoIncrement\": true}}}";

static void define(struct fleet_node *node)
{
    assert_int_equal(sails_app_set(node->app, "datastores",
                                   json_pack("{s:{s:s}}", "default", "url", ":memory:")),
                     0);
    assert_int_equal(sails_app_set(node->app, "models", json_loads(inherited, 0, NULL)), 0);
    assert_int_equal(sails_app_model(node->app, "User", json_loads(user, 0, NULL)), 0);
}

/* Subscribed on any node, told on any other; and the room has the name that Sails gives it. */
static void who_is_subscribed_on_one_node_hears_of_records_on_the_others(void **state)
{
    struct pair *pair = mem_alloc(sizeof(*pair));
    struct tapped tapped = {{0}};

    (void)state;
    assert_non_null(pair);
    fleet_init(&pair->fleet, 1);
    define(fleet_add(&pair->fleet, 1));
    define(fleet_add(&pair->fleet, 3));
    fleet_lift(&pair->fleet);
    for (size_t i = 0; i < 2; i++) {
        ws_client_expect_in(&pair->clients[i], pair->fleet.nodes[i].port, 5);
    }
    /* By the id of a socket that another node has. */
    assert_int_equal(sails_subscribe_socket(pair->fleet.nodes[0].app, pair->clients[1].id, "user",
                                            json_pack("[i]", 7)),
                     0);
    fleet_settle(&pair->fleet);
    pair->fleet.broker.tap = tap;
    pair->fleet.broker.tap_ctx = &tapped;
    assert_int_equal(sails_publish(pair->fleet.nodes[0].app, "user", json_pack("[i,i]", 7, 8),
                                   json_pack("{s:s}", "verb", "updated"), NULL),
                     0);
    fleet_settle(&pair->fleet);
    ws_client_expect(&pair->clients[1], "42[\"user\",{\"verb\":\"updated\"}]");
    live_expect_nothing(&pair->clients[1]);
    live_expect_nothing(&pair->clients[0]);
    assert_non_null(memmem(tapped.text.ptr, tapped.text.len, "sails_model_user_7:user",
                           strlen("sails_model_user_7:user")));
    buf_deinit(&tapped.text);
    pair_end(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_subscribed_on_one_node_hears_of_records_on_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
