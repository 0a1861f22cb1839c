#include "blueprint_fixture.h"

/* Section 12, "Subscriptions": who is in which room afterwards. */

static void on_rooms(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    json_t *rooms = sails_io_socket_rooms(socket);
    size_t n = json_array_size(rooms);

    (void)ctx;
    json_decref(rooms);
    sails_io_event_ack(event, json_pack("[i]", (int)n - 1)); /* its own is one */
}

static void prepare(struct shop *shop, int workers)
{
    shop_init(shop, workers);
    assert_int_equal(sails_io_on(shop->live.root, "rooms", on_rooms, NULL), 0);
}

static void fill(struct shop *shop)
{
    shop_lift(shop);
    http_ask(shop, "POST", "/house", "{\"addr\":\"x\"}", 200, NULL);
    http_ask(shop, "POST", "/user", "{\"name\":\"ann\",\"home\":1}", 200, NULL);
    http_ask(shop, "POST", "/user", "{\"name\":\"bob\"}", 200, NULL);
    http_ask(shop, "POST", "/pet", "{\"name\":\"rex\",\"owner\":1,\"vets\":[2]}", 200, NULL);
}

/* pubsub-and-blueprints 37 */
static void a_list_subscribes_deeply(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct shop shop;

        prepare(&shop, workers);
        fill(&shop);
        socket_ask(&shop, 0, "get", "/user", NULL, NULL);
        /* users 1 and 2, house 1, pet 1; the classes user, pet, house, toy */
        rooms_of(&shop, 0, 8);
        room_has(&shop, "sails_model_user_1:user", 1);
        room_has(&shop, "sails_model_user_2:user", 1);
        room_has(&shop, "sails_model_house_1:house", 1);
        room_has(&shop, "sails_model_pet_1:pet", 1);
        room_has(&shop, "sails_model_create_user", 1);
        room_has(&shop, "sails_model_create_pet", 1);
        room_has(&shop, "sails_model_create_house", 1);
        room_has(&shop, "sails_model_create_toy", 1);
        /* What is not populated is subscribed to by nobody; its class is watched all the same. */
        socket_ask(&shop, 1, "get", "/user?populate=toys", NULL, NULL);
        rooms_of(&shop, 1, 6);
        http_ask(&shop, "GET", "/user", NULL, 200, NULL);
        shop_end(&shop);
    }
}

/* pubsub-and-blueprints 38 */
static void an_empty_list_watches_its_own_class(void **state)
{
    struct shop shop;

    (void)state;
    prepare(&shop, 1);
    shop_lift(&shop);
    socket_ask(&shop, 0, "get", "/user", NULL, "[]");
    rooms_of(&shop, 0, 1);
    room_has(&shop, "sails_model_create_user", 1);
    shop_end(&shop);
}

/* pubsub-and-blueprints 39 */
static void one_record_watches_the_classes_of_its_associations(void **state)
{
    struct shop shop;

    (void)state;
    prepare(&shop, 1);
    fill(&shop);
    socket_ask(&shop, 0, "get", "/user/1", NULL, NULL);
    room_has(&shop, "sails_model_create_user", 0);
    room_has(&shop, "sails_model_create_pet", 1);
    room_has(&shop, "sails_model_create_house", 1);
    room_has(&shop, "sails_model_create_toy", 1);
    room_has(&shop, "sails_model_user_1:user", 1);
    room_has(&shop, "sails_model_user_2:user", 0);
    rooms_of(&shop, 0, 6); /* pet 1 and house 1, too */
    /* An association: the parent, its records, all associated classes. */
    socket_ask(&shop, 1, "get", "/user/1/pets", NULL, NULL);
    room_has(&shop, "sails_model_user_1:user", 3);
    room_has(&shop, "sails_model_pet_1:pet", 3);
    room_has(&shop, "sails_model_house_1:house", 1);
    room_has(&shop, "sails_model_create_house", 3);
    rooms_of(&shop, 1, 5);
    shop_end(&shop);
}

/* pubsub-and-blueprints 40 */
static void without_auto_watch_no_class_is_watched(void **state)
{
    struct shop shop;

    (void)state;
    prepare(&shop, 1);
    shop_set(&shop, "blueprints.autoWatch", "false");
    fill(&shop);
    socket_ask(&shop, 0, "get", "/user", NULL, NULL);
    rooms_of(&shop, 0, 4); /* two users, the house, the pet */
    socket_ask(&shop, 0, "get", "/user/1", NULL, NULL);
    socket_ask(&shop, 0, "get", "/user/1/pets", NULL, NULL);
    rooms_of(&shop, 0, 4);
    room_has(&shop, "sails_model_create_user", 0);
    room_has(&shop, "sails_model_create_pet", 0);
    shop_end(&shop);
}

/* A route of one's own has no associations and does not watch (pubsub-and-blueprints 6.1). */
static void a_route_of_ones_own_subscribes_to_records_alone(void **state)
{
    struct shop shop;

    (void)state;
    prepare(&shop, 1);
    shop_set(&shop, "routes", "{\"GET /everyone\": {\"action\": \"user/find\"}}");
    fill(&shop);
    socket_ask(&shop, 0, "get", "/everyone", NULL, NULL);
    rooms_of(&shop, 0, 2);
    shop_end(&shop);
}

/* pubsub-and-blueprints 41 */
static void a_new_record_is_introduced(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct shop shop;

        prepare(&shop, workers);
        shop_lift(&shop);
        socket_ask(&shop, 0, "get", "/toy", NULL, "[]");
        socket_ask(&shop, 1, "get", "/toy", NULL, "[]");
        socket_ask(&shop, 2, "post", "/toy", "{\"name\":\"ball\"}", NULL);
        for (size_t i = 0; i < 2; i++) {
            socket_hears(&shop, i, "toy",
                         "{\"verb\":\"created\",\"data\":{\"id\":1,\"name\":\"ball\"},\"id\":1}");
        }
        room_has(&shop, "sails_model_toy_1:toy", 7);
        room_has(&shop, "sails_model_create_toy", 3);
        shop_end(&shop);
    }
}

/* pubsub-and-blueprints 42 */
static void an_update_subscribes_and_a_removal_does_not(void **state)
{
    struct shop shop;

    (void)state;
    prepare(&shop, 1);
    fill(&shop);
    socket_ask(&shop, 0, "patch", "/user/1", "{\"age\":3}", NULL);
    rooms_of(&shop, 0, 1);
    room_has(&shop, "sails_model_user_1:user", 1);
    socket_ask(&shop, 1, "delete", "/user/1/pets/1", NULL, NULL);
    socket_hears(&shop, 0, "user",
                 "{\"id\":1,\"verb\":\"removedFrom\",\"attribute\":\"pets\",\"removedId\":1}");
    rooms_of(&shop, 1, 0);
    shop_end(&shop);
}

/* pubsub-and-blueprints 43 */
static void adding_subscribes_to_parent_and_child(void **state)
{
    struct shop shop;

    (void)state;
    prepare(&shop, 1);
    fill(&shop);
    http_ask(&shop, "POST", "/pet", "{\"name\":\"max\"}", 200, NULL);
    http_ask(&shop, "POST", "/pet", "{\"name\":\"tom\"}", 200, NULL);
    socket_ask(&shop, 0, "put", "/user/2/pets/1", NULL, NULL);
    room_has(&shop, "sails_model_user_2:user", 1);
    room_has(&shop, "sails_model_pet_1:pet", 1);
    rooms_of(&shop, 0, 2);
    /* replace: the parent, and each new child; pet 1 is in already */
    socket_ask(&shop, 1, "put", "/user/2/pets", "[1,2,3]", NULL);
    socket_hears(&shop, 0, "user",
                 "{\"id\":2,\"verb\":\"addedTo\",\"attribute\":\"pets\",\"addedId\":2}");
    socket_hears(&shop, 0, "user",
                 "{\"id\":2,\"verb\":\"addedTo\",\"attribute\":\"pets\",\"addedId\":3}");
    rooms_of(&shop, 1, 3);
    room_has(&shop, "sails_model_pet_1:pet", 1);
    room_has(&shop, "sails_model_pet_3:pet", 2);
    shop_end(&shop);
}

/* pubsub-and-blueprints 44 */
static void nobody_is_left_in_the_room_of_a_destroyed_record(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct shop shop;

        prepare(&shop, workers);
        fill(&shop);
        /* Who watches, who has only looked at it, who destroys it, and who was subscribed by the program. */
        socket_ask(&shop, 0, "get", "/toy", NULL, "[]");
        http_ask(&shop, "POST", "/toy", "{\"name\":\"ball\"}", 200, NULL);
        socket_hears(&shop, 0, "toy",
                     "{\"verb\":\"created\",\"data\":{\"id\":1,\"name\":\"ball\"},\"id\":1}");
        socket_ask(&shop, 1, "get", "/toy/1", NULL, NULL);
        socket_ask(&shop, 2, "get", "/toy/1", NULL, NULL);
        assert_int_equal(
            sails_subscribe_socket(shop.live.app, shop.sockets[3].id, "toy", json_pack("[i]", 1)),
            0);
        live_settle(&shop.live);
        room_has(&shop, "sails_model_toy_1:toy", 15);
        socket_ask(&shop, 2, "delete", "/toy/1", NULL, "{\"id\":1,\"name\":\"ball\"}");
        for (size_t i = 0; i < 4; i++) {
            if (i != 2) {
                socket_hears(
                    &shop, i, "toy",
                    "{\"verb\":\"destroyed\",\"id\":1,\"previous\":{\"id\":1,\"name\":\"ball\"}}");
            }
        }
        room_has(&shop, "sails_model_toy_1:toy", 0);
        room_has(&shop, "sails_model_create_toy", 1);
        shop_end(&shop);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_subscribes_deeply),
        cmocka_unit_test(an_empty_list_watches_its_own_class),
        cmocka_unit_test(one_record_watches_the_classes_of_its_associations),
        cmocka_unit_test(without_auto_watch_no_class_is_watched),
        cmocka_unit_test(a_route_of_ones_own_subscribes_to_records_alone),
        cmocka_unit_test(a_new_record_is_introduced),
        cmocka_unit_test(an_update_subscribes_and_a_removal_does_not),
        cmocka_unit_test(adding_subscribes_to_parent_and_child),
        cmocka_unit_test(nobody_is_left_in_the_room_of_a_destroyed_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
