#include "blueprint_fixture.h"

/* Section 12, "Messages": exactly what is told, to whom, in which order. */

enum {
    WATCHER = 0, /* has listed everything */
    LOOKER = 1,  /* has looked at nothing but what a test says */
    ACTOR = 2
};

static void create(struct shop *shop, const char *path, const char *body)
{
    http_ask(shop, "POST", path, body, 200, NULL);
}

/* ann (house 1) has pets rex and max; bob has tom and is the vet of rex. */
static void fill(struct shop *shop)
{
    create(shop, "/house", "{\"addr\":\"x\"}");
    create(shop, "/house", "{\"addr\":\"y\"}");
    create(shop, "/user", "{\"name\":\"ann\",\"home\":1}");
    create(shop, "/user", "{\"name\":\"bob\"}");
    create(shop, "/pet", "{\"name\":\"rex\",\"owner\":1,\"vets\":[2]}");
    create(shop, "/pet", "{\"name\":\"max\",\"owner\":1}");
    create(shop, "/pet", "{\"name\":\"tom\",\"owner\":2}");
    create(shop, "/toy", "{\"name\":\"ball\"}");
}

static void watch(struct shop *shop, size_t i)
{
    static const char *const models[] = {"/user", "/pet", "/house", "/toy"};

    for (size_t m = 0; m < ARRAY_LEN(models); m++) {
        socket_ask(shop, i, "get", models[m], NULL, NULL);
    }
}

static void begin(struct shop *shop)
{
    shop_open(shop, 1);
    fill(shop);
    watch(shop, WATCHER);
}

static void hears(struct shop *shop, const char *event, const char *data)
{
    socket_hears(shop, WATCHER, event, data);
}

#define ADDED(id, attribute, child)                                                                \
    "{\"id\":" id ",\"verb\":\"addedTo\",\"attribute\":\"" attribute "\",\"addedId\":" child "}"
#define REMOVED(id, attribute, child)                                                              \
    "{\"id\":" id ",\"verb\":\"removedFrom\",\"attribute\":\"" attribute "\",\"removedId\":" child \
    "}"
#define CHANGED(id, data) "{\"verb\":\"updated\",\"data\":" data ",\"id\":" id "}"

#define ANN_HOME "{\"id\":1,\"addr\":\"x\"}"
#define REX      "{\"id\":1,\"name\":\"rex\",\"owner\":1}"
#define MAX      "{\"id\":2,\"name\":\"max\",\"owner\":1}"
#define USER_BOB "{\"id\":2,\"name\":\"bob\",\"age\":0,\"home\":null}"
#define USER_ANN "{\"id\":1,\"name\":\"ann\",\"age\":0,\"home\":1}"
#define NEW_USER(id, name, pets, patients)                                                         \
    "{\"id\":" id ",\"name\":\"" name "\",\"age\":0,\"home\":null,\"pets\":" pets                  \
    ",\"patients\":" patients ",\"toys\":[]}"

/* pubsub-and-blueprints 45, 50 */
static void watchers_hear_of_new_records(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    create(&shop, "/user", "{\"name\":\"zed\"}");
    hears(&shop, "user",
          "{\"verb\":\"created\",\"data\":" NEW_USER("3", "zed", "[]", "[]") ",\"id\":3}");
    socket_hears_nothing(&shop, LOOKER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 46 */
static void subscribers_hear_of_changes(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    socket_ask(&shop, LOOKER, "get", "/toy/1", NULL, NULL);
    http_ask(&shop, "PATCH", "/toy/1", "{\"color\":\"red\",\"name\":5}", 200, NULL);
    for (size_t i = WATCHER; i <= LOOKER; i++) {
        socket_hears(&shop, i, "toy",
                     "{\"verb\":\"updated\",\"data\":{\"name\":\"5\",\"id\":1},\"id\":1,"
                     "\"previous\":{\"id\":1,\"name\":\"ball\"}}");
    }
    http_ask(&shop, "PATCH", "/user/1?populate=false", "{\"age\":\"7\"}", 200, NULL);
    hears(&shop, "user",
          "{\"verb\":\"updated\",\"data\":{\"age\":7,\"id\":1},\"id\":1,\"previous\":"
          "{\"id\":1,\"name\":\"ann\",\"age\":0,\"home\":" ANN_HOME ",\"pets\":[" REX "," MAX "],"
          "\"patients\":[],\"toys\":[]}}");
    http_ask(&shop, "PATCH", "/toy/1", "{}", 200, NULL);
    hears(
        &shop, "toy",
        "{\"verb\":\"updated\",\"data\":{\"id\":1},\"id\":1,\"previous\":{\"id\":1,\"name\":\"5\"}}");
    shop_end(&shop);
}

/* pubsub-and-blueprints 46: the time of the change is behind */
static void the_time_of_a_change_is_told(void **state)
{
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    create(&shop, "/stamped", "{\"name\":\"a\"}");
    socket_ask(&shop, LOOKER, "get", "/stamped/1", NULL, NULL);
    http_ask(&shop, "PATCH", "/stamped/1", "{\"name\":\"b\"}", 200, NULL);
    ws_client_expect_start(&shop.sockets[LOOKER], "42[\"stamped\",{\"verb\":\"updated\",\"data\":"
                                                  "{\"name\":\"b\",\"id\":1,\"updatedAt\":1");
    shop_end(&shop);
}

/* pubsub-and-blueprints 47 */
static void subscribers_hear_of_the_end(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "DELETE", "/toy/1", NULL, 200, NULL);
    hears(&shop, "toy",
          "{\"verb\":\"destroyed\",\"id\":1,\"previous\":{\"id\":1,\"name\":\"ball\"}}");
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 48 */
static void keys_have_their_type(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "PUT", "/user/1/toys/1", NULL, 200, NULL);
    hears(&shop, "user", ADDED("1", "toys", "1"));
    http_ask(&shop, "DELETE", "/user/1/toys/1", NULL, 200, NULL);
    hears(&shop, "user", REMOVED("1", "toys", "1"));
    create(&shop, "/doc", "{\"slug\":\"7\"}");
    socket_ask(&shop, LOOKER, "get", "/doc/7", NULL, NULL);
    http_ask(&shop, "PATCH", "/doc/7", "{\"text\":\"t\"}", 200, NULL);
    socket_hears(&shop, LOOKER, "doc",
                 "{\"verb\":\"updated\",\"data\":{\"text\":\"t\",\"slug\":\"7\"},\"id\":\"7\","
                 "\"previous\":{\"slug\":\"7\",\"text\":\"\"}}");
    shop_end(&shop);
}

/* pubsub-and-blueprints 49 */
static void the_requester_hears_nothing_of_its_own(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    watch(&shop, ACTOR);
    socket_ask(&shop, ACTOR, "post", "/pet", "{\"name\":\"new\",\"owner\":1}", NULL);
    socket_ask(&shop, ACTOR, "patch", "/pet/4", "{\"owner\":2}", NULL);
    socket_ask(&shop, ACTOR, "put", "/user/1/pets/4", NULL, NULL);
    socket_ask(&shop, ACTOR, "delete", "/user/1/pets/4", NULL, NULL);
    socket_ask(&shop, ACTOR, "put", "/user/1/pets", "[1,4]", NULL);
    socket_ask(&shop, ACTOR, "delete", "/pet/4", NULL, NULL);
    socket_hears_nothing(&shop, ACTOR);
    hears(&shop, "user", ADDED("1", "pets", "4"));
    shop_end(&shop);
}

/* pubsub-and-blueprints 51 */
static void creating_tells_the_target_first(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    create(&shop, "/pet", "{\"name\":\"new\",\"owner\":2}");
    hears(&shop, "user", ADDED("2", "pets", "4"));
    hears(&shop, "pet",
          "{\"verb\":\"created\",\"data\":{\"id\":4,\"name\":\"new\",\"owner\":" USER_BOB
          ",\"vets\":[]},\"id\":4}");
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 52 */
static void creating_with_children_steals_them(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    create(&shop, "/pet", "{\"name\":\"new\"}");
    hears(
        &shop, "pet",
        "{\"verb\":\"created\",\"data\":{\"id\":4,\"name\":\"new\",\"owner\":null,\"vets\":[]},\"id\":4}");
    create(&shop, "/user", "{\"name\":\"thief\",\"pets\":[1,4,\"4\"]}");
    hears(&shop, "pet", CHANGED("1", "{\"owner\":3}"));
    hears(&shop, "pet", CHANGED("4", "{\"owner\":3}"));
    hears(&shop, "user",
          "{\"verb\":\"created\",\"data\":" NEW_USER(
              "3", "thief",
              "[{\"id\":1,\"name\":\"rex\",\"owner\":3},{\"id\":4,\"name\":\"new\",\"owner\":3}]",
              "[]") ",\"id\":3}");
    hears(&shop, "user", REMOVED("1", "pets", "1"));
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 53 */
static void creating_with_many_to_many_adds_on_the_other_side(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    create(&shop, "/user", "{\"name\":\"vet\",\"patients\":[1,2],\"toys\":[1]}");
    hears(&shop, "pet", ADDED("1", "vets", "3"));
    hears(&shop, "pet", ADDED("2", "vets", "3"));
    ws_client_expect_start(&shop.sockets[WATCHER], "42[\"user\",{\"verb\":\"created\"");
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

#define REX_WITH(owner) "{\"id\":1,\"name\":\"rex\",\"owner\":" owner ",\"vets\":[" USER_BOB "]}"

/* pubsub-and-blueprints 54 */
static void moving_tells_both_targets(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "PATCH", "/pet/1", "{\"owner\":2}", 200, NULL);
    hears(&shop, "user", REMOVED("1", "pets", "1"));
    hears(&shop, "user", ADDED("2", "pets", "1"));
    hears(&shop, "pet",
          "{\"verb\":\"updated\",\"data\":{\"owner\":2,\"id\":1},\"id\":1,\"previous\":" REX_WITH(
              USER_ANN) "}");
    http_ask(&shop, "PATCH", "/pet/1", "{\"owner\":\"2\"}", 200, NULL);
    hears(&shop, "pet",
          "{\"verb\":\"updated\",\"data\":{\"owner\":2,\"id\":1},\"id\":1,\"previous\":" REX_WITH(
              USER_BOB) "}");
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 55 */
static void letting_go_tells_the_old_target(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "PATCH", "/pet/1", "{\"owner\":null}", 200, NULL);
    hears(&shop, "user", REMOVED("1", "pets", "1"));
    hears(
        &shop, "pet",
        "{\"verb\":\"updated\",\"data\":{\"owner\":null,\"id\":1},\"id\":1,\"previous\":" REX_WITH(
            USER_ANN) "}");
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 56 */
static void destroying_tells_the_other_side(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "DELETE", "/user/1", NULL, 200, NULL);
    hears(
        &shop, "user",
        "{\"verb\":\"destroyed\",\"id\":1,\"previous\":{\"id\":1,\"name\":\"ann\",\"age\":0,\"home\":" ANN_HOME
        ",\"pets\":[" REX "," MAX "],\"patients\":[],\"toys\":[]}}");
    hears(&shop, "house", REMOVED("1", "occupant", "1"));
    hears(&shop, "pet", CHANGED("1", "{\"owner\":null}"));
    hears(&shop, "pet", CHANGED("2", "{\"owner\":null}"));
    http_ask(&shop, "DELETE", "/user/2", NULL, 200, NULL);
    ws_client_expect_start(&shop.sockets[WATCHER], "42[\"user\",{\"verb\":\"destroyed\",\"id\":2");
    hears(&shop, "pet", CHANGED("3", "{\"owner\":null}"));
    hears(&shop, "pet", REMOVED("1", "vets", "2"));
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 56: with two associations to one model the true one is named */
static void destroying_names_the_true_association(void **state)
{
    struct shop shop;

    (void)state;
    shop_open(&shop, 1);
    create(&shop, "/team", "{}");
    create(&shop, "/team", "{}");
    create(&shop, "/player", "{\"team\":1,\"substitute\":2}");
    socket_ask(&shop, LOOKER, "get", "/team?populate=false", NULL, NULL);
    http_ask(&shop, "DELETE", "/player/1", NULL, 200, NULL);
    socket_hears(&shop, LOOKER, "team", REMOVED("1", "starters", "1"));
    socket_hears(&shop, LOOKER, "team", REMOVED("2", "subs", "1"));
    socket_hears_nothing(&shop, LOOKER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 57 */
static void adding_a_child_takes_it_from_another(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "PUT", "/user/1/pets/3", NULL, 200, NULL);
    hears(&shop, "user", ADDED("1", "pets", "3"));
    hears(&shop, "pet", CHANGED("3", "{\"owner\":1}"));
    hears(&shop, "user", REMOVED("2", "pets", "3"));
    http_ask(&shop, "PUT", "/user/1/pets/3", NULL, 200, NULL); /* once more */
    hears(&shop, "user", ADDED("1", "pets", "3"));
    hears(&shop, "pet", CHANGED("3", "{\"owner\":1}"));
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 58 */
static void adding_many_to_many_tells_both(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "PUT", "/user/1/patients/3", NULL, 200, NULL);
    hears(&shop, "user", ADDED("1", "patients", "3"));
    hears(&shop, "pet", ADDED("3", "vets", "1"));
    http_ask(&shop, "PUT", "/user/1/toys/1", NULL, 200, NULL);
    hears(&shop, "user", ADDED("1", "toys", "1"));
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 59 */
static void removing_mirrors_adding(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "DELETE", "/user/1/pets/1", NULL, 200, NULL);
    hears(&shop, "user", REMOVED("1", "pets", "1"));
    hears(&shop, "pet", CHANGED("1", "{\"owner\":null}"));
    http_ask(&shop, "DELETE", "/user/2/patients/1", NULL, 200, NULL);
    hears(&shop, "user", REMOVED("2", "patients", "1"));
    hears(&shop, "pet", REMOVED("1", "vets", "2"));
    /* Nobody's member. */
    http_ask(&shop, "DELETE", "/user/1/pets/3", NULL, 200, NULL);
    http_ask(&shop, "DELETE", "/user/1/patients/3", NULL, 200, NULL);
    http_ask(&shop, "DELETE", "/user/1/toys/1", NULL, 200, NULL);
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 60 */
static void replacing_tells_each_child_once(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "DELETE", "/user/1/pets/2", NULL, 200, NULL);
    hears(&shop, "user", REMOVED("1", "pets", "2"));
    hears(&shop, "pet", CHANGED("2", "{\"owner\":null}"));
    http_ask(&shop, "PUT", "/user/1/pets", "[\"2\",3,2,77]", 200, NULL);
    hears(&shop, "user", ADDED("1", "pets", "2"));
    hears(&shop, "pet", CHANGED("2", "{\"owner\":1}"));
    hears(&shop, "user", ADDED("1", "pets", "3"));
    hears(&shop, "pet", CHANGED("3", "{\"owner\":1}"));
    hears(&shop, "user", REMOVED("2", "pets", "3"));
    hears(&shop, "user", REMOVED("1", "pets", "1"));
    hears(&shop, "pet", CHANGED("1", "{\"owner\":null}"));
    http_ask(&shop, "PUT", "/user/1/pets", "[3,2]", 200, NULL);
    socket_hears_nothing(&shop, WATCHER);
    http_ask(&shop, "PUT", "/user/2/patients", "[3]", 200, NULL);
    hears(&shop, "user", ADDED("2", "patients", "3"));
    hears(&shop, "pet", ADDED("3", "vets", "2"));
    hears(&shop, "user", REMOVED("2", "patients", "1"));
    hears(&shop, "pet", REMOVED("1", "vets", "2"));
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 61 */
static void a_collection_in_an_update_is_replaced(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_ask(&shop, "PATCH", "/user/1", "{\"pets\":[1,3],\"age\":4}", 200,
             "{\"id\":1,\"name\":\"ann\",\"age\":4,\"home\":" ANN_HOME ",\"pets\":[" REX
             ",{\"id\":3,\"name\":\"tom\",\"owner\":1}],\"patients\":[],\"toys\":[]}");
    hears(&shop, "user", ADDED("1", "pets", "3"));
    hears(&shop, "pet", CHANGED("3", "{\"owner\":1}"));
    hears(&shop, "user", REMOVED("2", "pets", "3"));
    hears(&shop, "user", REMOVED("1", "pets", "2"));
    hears(&shop, "pet", CHANGED("2", "{\"owner\":null}"));
    hears(
        &shop, "user",
        "{\"verb\":\"updated\",\"data\":{\"age\":4,\"id\":1},\"id\":1,\"previous\":{\"id\":1,\"name\":\"ann\","
        "\"age\":0,\"home\":" ANN_HOME ",\"pets\":[" REX "," MAX "],\"patients\":[],\"toys\":[]}}");
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* pubsub-and-blueprints 62 */
static void with_mirror_the_requester_hears_its_own(void **state)
{
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    shop_set(&shop, "blueprints.mirror", "true");
    shop_lift(&shop);
    create(&shop, "/toy", "{\"name\":\"ball\"}");
    socket_ask(&shop, ACTOR, "get", "/toy", NULL, NULL);
    socket_send(&shop, ACTOR, "patch", "/toy/1", "{\"name\":\"x\"}");
    socket_hears(&shop, ACTOR, "toy",
                 "{\"verb\":\"updated\",\"data\":{\"name\":\"x\",\"id\":1},\"id\":1,"
                 "\"previous\":{\"id\":1,\"name\":\"ball\"}}");
    socket_answered(&shop, ACTOR, 200, "{\"id\":1,\"name\":\"x\"}");
    socket_send(&shop, ACTOR, "delete", "/toy/1", NULL);
    socket_hears(&shop, ACTOR, "toy",
                 "{\"verb\":\"destroyed\",\"id\":1,\"previous\":{\"id\":1,\"name\":\"x\"}}");
    socket_answered(&shop, ACTOR, 200, "{\"id\":1,\"name\":\"x\"}");
    shop_end(&shop);
    shop_init(&shop, 1);
    shop_set(&shop, "routes",
             "{\"PATCH /own/:id\": {\"action\": \"toy/update\", \"mirror\": true}}");
    shop_lift(&shop);
    create(&shop, "/toy", "{\"name\":\"ball\"}");
    socket_send(&shop, ACTOR, "patch", "/own/1", "{\"name\":\"x\"}");
    socket_hears(&shop, ACTOR, "toy",
                 "{\"verb\":\"updated\",\"data\":{\"name\":\"x\",\"id\":1},\"id\":1,"
                 "\"previous\":{\"id\":1,\"name\":\"ball\"}}");
    socket_answered(&shop, ACTOR, 200, "{\"id\":1,\"name\":\"x\"}");
    shop_end(&shop);
}

/* pubsub-and-blueprints 63 */
static void a_watcher_hears_what_becomes_of_a_new_record(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct shop shop;

        shop_open(&shop, workers);
        socket_ask(&shop, WATCHER, "get", "/toy", NULL, "[]");
        create(&shop, "/toy", "{\"name\":\"a\"}");
        http_ask(&shop, "PATCH", "/toy/1", "{\"name\":\"b\"}", 200, NULL);
        hears(&shop, "toy", "{\"verb\":\"created\",\"data\":{\"id\":1,\"name\":\"a\"},\"id\":1}");
        hears(&shop, "toy",
              "{\"verb\":\"updated\",\"data\":{\"name\":\"b\",\"id\":1},\"id\":1,"
              "\"previous\":{\"id\":1,\"name\":\"a\"}}");
        shop_end(&shop);
    }
}

/* pubsub-and-blueprints 64 */
static void records_of_the_program_publish_nothing(void **state)
{
    struct shop shop;
    sails_db *db = NULL;

    (void)state;
    begin(&shop);
    assert_int_equal(sails_app_lease(shop.live.app, &db), 0);
    assert_int_equal(sails_create(db, "toy", json_pack("{s:s}", "name", "own"), NULL, NULL), 0);
    assert_int_equal(sails_update(db, "toy", json_pack("{s:i}", "id", 1),
                                  json_pack("{s:s}", "name", "y"), NULL, NULL),
                     0);
    sails_app_release(shop.live.app, db);
    socket_hears_nothing(&shop, WATCHER);
    shop_end(&shop);
}

/* What was refused, or undone, is told to nobody. */
static void what_has_not_happened_is_told_to_nobody(void **state)
{
    struct shop shop;

    (void)state;
    begin(&shop);
    http_refused(&shop, "POST", "/pet", "{\"name\":\"rex\",\"owner\":1}", "E_UNIQUE");
    http_refused(&shop, "PATCH", "/pet/2", "{\"name\":\"rex\",\"owner\":2}", "E_UNIQUE");
    http_refused(&shop, "PATCH", "/user/1", "{\"pets\":[3],\"name\":[1]}",
                 "E_INVALID_VALUES_TO_SET");
    http_ask(&shop, "PUT", "/user/9/pets", "[1]", 404, NULL);
    socket_hears_nothing(&shop, WATCHER);
    http_ask(&shop, "GET", "/user/1/pets", NULL, 200, "[" REX "," MAX "]");
    shop_end(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watchers_hear_of_new_records),
        cmocka_unit_test(subscribers_hear_of_changes),
        cmocka_unit_test(the_time_of_a_change_is_told),
        cmocka_unit_test(subscribers_hear_of_the_end),
        cmocka_unit_test(keys_have_their_type),
        cmocka_unit_test(the_requester_hears_nothing_of_its_own),
        cmocka_unit_test(creating_tells_the_target_first),
        cmocka_unit_test(creating_with_children_steals_them),
        cmocka_unit_test(creating_with_many_to_many_adds_on_the_other_side),
        cmocka_unit_test(moving_tells_both_targets),
        cmocka_unit_test(letting_go_tells_the_old_target),
        cmocka_unit_test(destroying_tells_the_other_side),
        cmocka_unit_test(destroying_names_the_true_association),
        cmocka_unit_test(adding_a_child_takes_it_from_another),
        cmocka_unit_test(adding_many_to_many_tells_both),
        cmocka_unit_test(removing_mirrors_adding),
        cmocka_unit_test(replacing_tells_each_child_once),
        cmocka_unit_test(a_collection_in_an_update_is_replaced),
        cmocka_unit_test(with_mirror_the_requester_hears_its_own),
        cmocka_unit_test(a_watcher_hears_what_becomes_of_a_new_record),
        cmocka_unit_test(records_of_the_program_publish_nothing),
        cmocka_unit_test(what_has_not_happened_is_told_to_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
