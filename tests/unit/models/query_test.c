#include "models/query.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/models.h"
#include "unit/net/world.h"

#include <sails/db.h>

static const char things[] = "{'thing': {'attributes': {'id': {'type': 'number', 'autoIncrement': "
                             "true}, 'name': {'type': 'string', 'unique': true, "
                             "'allowNull': true}, 'parts': {'collection': 'thing'}}, "
                             "'archiveModelIdentity': false}}";

struct place {
    struct world world;
    struct models *models;
    int status; /* of the last query */
    json_t *value;
};

static void open_place(struct place *place)
{
    struct models_options options = {
        .n_connections = 1, .max_waiting = 10, .lease_timeout_ms = 20000};
    struct orm *orm = models_read_at(things, ":memory:");
    struct buf problem = {0};

    place->value = NULL;
    world_init(&place->world);
    assert_int_equal(models_create(orm, &options, &problem, &place->models), 0);
    assert_int_equal(models_migrate(place->models, MIGRATE_DROP, NULL), 0);
    world_start(&place->world);
}

static void close_place(struct place *place)
{
    net_stop(place->world.net, 0);
    net_join(place->world.net);
    models_destroy(place->models);
    world_stop(&place->world);
}

static void done(int status, json_t *value, void *ctx)
{
    struct place *place = ctx;

    must(worker_is_current(net_worker(place->world.net, 0)));
    place->status = status;
    place->value = value;
    (void)sem_post(&place->world.told);
}

/* The place is where `done` and `ctx` are. */
static void ask(struct place *place, struct query_call call)
{
    call.done = done;
    call.ctx = place;
    assert_int_equal(query_run(place->models, net_worker(place->world.net, 0), &call), 0);
    world_wait(&place->world);
}

static void expect(struct place *place, struct query_call call, const char *value)
{
    ask(place, call);
    assert_int_equal(place->status, 0);
    if (value == NULL) {
        assert_null(place->value);
    } else {
        models_expect_json(place->value, value);
    }
    place->value = NULL;
}

#define CALL(...)                                                                                  \
    (struct query_call)                                                                            \
    {                                                                                              \
        .model = "thing", __VA_ARGS__                                                              \
    }

static int count_things(sails_db *db, json_t **value, void *ctx)
{
    int64_t n = 0;

    (void)ctx;
    must(sails_db_driver(db, NULL) != NULL);
    must(sails_count(db, "thing", NULL, &n) == 0);
    *value = json_integer(n);
    return 0;
}

static void each_call_gives_what_the_blocking_one_gives(void **state)
{
    struct place place;
    struct sails_query fetch = {0};

    (void)state;
    open_place(&place);
    fetch.meta = models_json("{'fetch': true}");
    expect(&place,
           CALL(.run = query_create, .values = models_json("{'name': 'a'}"), .query = fetch),
           "{'id': 1, 'name': 'a'}");
    expect(&place, CALL(.run = query_create, .values = models_json("{'name': 'b'}")),
           "{'id': 2, 'name': 'b'}");
    expect(&place, CALL(.run = query_find, .criteria = models_json("{'name': 'b'}")),
           "[{'id': 2, 'name': 'b'}]");
    expect(
        &place,
        CALL(.run = query_find, .query = {.page = models_json("1"), .page_size = models_json("1")}),
        "[{'id': 2, 'name': 'b'}]");
    expect(&place, CALL(.run = query_find_one, .criteria = models_json("1")),
           "{'id': 1, 'name': 'a'}");
    expect(&place, CALL(.run = query_find_one, .criteria = models_json("7")), NULL);
    expect(&place, CALL(.run = query_count), "2");
    expect(&place,
           CALL(.run = query_update, .criteria = models_json("{'id': [1]}"),
                .values = models_json("{'name': 'c'}")),
           "[{'id': 1, 'name': 'c'}]");
    expect(&place,
           CALL(.run = query_update_one, .criteria = models_json("1"),
                .values = models_json("{'name': 'd'}")),
           "{'id': 1, 'name': 'd'}");
    expect(&place, CALL(.run = query_destroy, .criteria = models_json("{'name': 'd'}")),
           "[{'id': 1, 'name': 'd'}]");
    expect(&place, CALL(.run = query_destroy_one, .criteria = models_json("2")),
           "{'id': 2, 'name': 'b'}");
    expect(&place, CALL(.run = query_create_each, .values = models_json("[{'name': 'e'}]")),
           "[{'id': 3, 'name': 'e'}]");
    expect(&place,
           CALL(.run = query_find_or_create, .criteria = models_json("{'name': 'e'}"),
                .values = models_json("{'name': 'e'}")),
           "{'record': {'id': 3, 'name': 'e'}, 'created': false}");
    expect(&place,
           CALL(.run = query_find_or_create, .criteria = models_json("{'name': 'f'}"),
                .values = models_json("{'name': 'f'}")),
           "{'record': {'id': 4, 'name': 'f'}, 'created': true}");
    expect(&place, CALL(.run = query_sum, .attribute = "id"), "7");
    expect(&place, CALL(.run = query_avg, .attribute = "id"), "3.5");
    expect(&place,
           (struct query_call){.run = query_native,
                               .attribute = "SELECT name FROM thing WHERE id = $1",
                               .values = models_json("[3]")},
           "{'rows': [{'name': 'e'}], 'affected': 0}");
    expect(&place, CALL(.run = query_destroy, .criteria = models_json("{}")),
           "[{'id': 3, 'name': 'e'}, {'id': 4, 'name': 'f'}]");
    expect(&place, CALL(.run = query_function, .function = count_things), "0");
    close_place(&place);
}

static void collections_are_changed(void **state)
{
    struct place place;

    (void)state;
    open_place(&place);
    expect(&place, CALL(.run = query_create_each, .values = models_json("[{}, {}, {}]")),
           "[{'id': 1, 'name': null}, {'id': 2, 'name': null}, {'id': 3, 'name': null}]");
    expect(&place,
           CALL(.run = query_add_to_collection, .attribute = "parts", .criteria = models_json("1"),
                .values = models_json("[2, 3]")),
           NULL);
    expect(&place,
           CALL(.run = query_remove_from_collection, .attribute = "parts",
                .criteria = models_json("[1]"), .values = models_json("3")),
           NULL);
    expect(&place,
           CALL(.run = query_find_one, .criteria = models_json("1"),
                .query = {.populates = models_json("{'parts': true}")}),
           "{'id': 1, 'name': null, 'parts': [{'id': 2, 'name': null}]}");
    expect(&place,
           CALL(.run = query_replace_collection, .attribute = "parts", .criteria = models_json("1"),
                .values = models_json("[]")),
           NULL);
    expect(&place,
           CALL(.run = query_find_one, .criteria = models_json("1"),
                .query = {.populates = models_json("{'parts': true}")}),
           "{'id': 1, 'name': null, 'parts': []}");
    ask(&place, CALL(.run = query_archive, .criteria = models_json("{}")));
    assert_int_equal(place.status, SAILS_ESTATE); /* it has no archive */
    json_decref(place.value);
    ask(&place, CALL(.run = query_archive_one, .criteria = models_json("1")));
    assert_int_equal(place.status, SAILS_ESTATE);
    json_decref(place.value);
    close_place(&place);
}

static void an_error_comes_with_all_that_is_known_of_it(void **state)
{
    struct place place;

    (void)state;
    open_place(&place);
    expect(&place, CALL(.run = query_create, .values = models_json("{'name': 'a'}")),
           "{'id': 1, 'name': 'a'}");
    ask(&place, CALL(.run = query_create, .values = models_json("{'name': 'a'}")));
    assert_int_equal(place.status, SAILS_EDB);
    assert_string_equal(json_string_value(json_object_get(place.value, "code")), "E_UNIQUE");
    models_expect_json(json_incref(json_object_get(place.value, "attrNames")), "['name']");
    json_decref(place.value);
    ask(&place, (struct query_call){.run = query_find});
    assert_int_equal(place.status, SAILS_EINVAL);
    assert_non_null(place.value);
    json_decref(place.value);
    close_place(&place);
}

/* Nobody has to hear of it. */
static void without_a_callback_it_is_done_all_the_same(void **state)
{
    struct place place;
    struct query_call call = CALL(.run = query_create, .values = models_json("{'name': 'quiet'}"));

    (void)state;
    open_place(&place);
    assert_int_equal(query_run(place.models, net_worker(place.world.net, 0), &call), 0);
    expect(&place, CALL(.run = query_count), "1"); /* behind it: there is one thread */
    close_place(&place);
}

static void what_is_not_run_is_let_go_of(void **state)
{
    struct place place;
    struct query_call call = CALL(.run = query_find, .criteria = models_json("{'name': 'a'}"),
                                  .values = models_json("{}"),
                                  .query = {.populates = models_json("{}"),
                                            .meta = models_json("{}"),
                                            .page = models_json("0"),
                                            .page_size = models_json("1")});

    (void)state;
    open_place(&place);
    models_stop(place.models);
    assert_int_equal(query_run(place.models, net_worker(place.world.net, 0), &call),
                     SAILS_ECANCELED);
    call = CALL(.run = query_find, .criteria = models_json("{'name': 'a'}"));
    mem_fail_after(0);
    assert_int_equal(query_run(place.models, net_worker(place.world.net, 0), &call), SAILS_ENOMEM);
    mem_fail_after(-1);
    close_place(&place);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_gives_what_the_blocking_one_gives),
        cmocka_unit_test(collections_are_changed),
        cmocka_unit_test(an_error_comes_with_all_that_is_known_of_it),
        cmocka_unit_test(without_a_callback_it_is_done_all_the_same),
        cmocka_unit_test(what_is_not_run_is_let_go_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
