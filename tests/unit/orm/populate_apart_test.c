#include "base/mem.h"
#include "definitions/definitions.h"
#include "support/cmocka.h"
#include "support/models.h"
#include "support/orm_world.h"

#include <sails/db.h>

enum {
    MANY = 31000 /* more than one statement takes */
};

/* People in one database, their groups in another; the pairs are with the people. */
static void open_apart(struct orm_world *w)
{
    struct definitions d = {
        .models = models_json(
            "{'person': {'attributes': {'name': 'string', 'groups': {'collection': 'group', 'via': "
            "'people', 'dominant': true}}}, 'group': {'datastore': 'other', 'attributes': {'rank': "
            "'number', 'people': {'collection': 'person', 'via': 'groups'}}}}"),
        .defaults = models_json("{'attributes': {'id': {'type': 'number', 'autoIncrement': true}},"
                                " 'archiveModelIdentity': false}"),
        .datastores = models_json("{'default': {'url': ':memory:'}, 'other': {'url': ':memory:'}}"),
    };
    struct buf problems = {0};
    struct buf warnings = {0};
    bool is_about_models = false;

    assert_int_equal(definitions_read(&d, &problems, &warnings, &is_about_models, &w->orm), 0);
    assert_int_equal(datastores_init(&w->datastores, w->orm, &problems), 0);
    w->db = database_create(&w->datastores);
    assert_non_null(w->db);
    orm_world_migrate(w, MIGRATE_DROP);
    json_decref(d.models);
    json_decref(d.defaults);
    json_decref(d.datastores);
}

static json_t *groups(int n)
{
    json_t *list = json_array();

    for (int i = 1; i <= n; i++) {
        json_array_append_new(list, json_pack("{s:i}", "rank", n - i));
    }
    return list;
}

static json_t *ids(int from, int to)
{
    json_t *list = json_array();

    for (int i = from; i <= to; i++) {
        json_array_append_new(list, json_integer(i));
    }
    return list;
}

static void open_with(struct orm_world *w, int n_groups)
{
    open_apart(w);
    assert_int_equal(sails_create_each(w->db, "person",
                                       models_json("[{'name': 'a'}, {'name': 'b'}]"), NULL, NULL),
                     0);
    assert_int_equal(sails_create_each(w->db, "group", groups(n_groups), NULL, NULL), 0);
    for (int at = 1; at <= n_groups; at += 10000) {
        int to = at + 9999 < n_groups ? at + 9999 : n_groups;

        assert_int_equal(
            sails_add_to_collection(w->db, "person", models_json("1"), "groups", ids(at, to)), 0);
    }
    assert_int_equal(
        sails_add_to_collection(w->db, "person", models_json("2"), "groups", ids(2, 3)), 0);
}

static int find(sails_db *db, json_t *groups_criteria, json_t **people)
{
    return sails_find(
        db, "person", NULL,
        &(struct sails_query){.populates = json_pack("{s:o}", "groups", groups_criteria)}, people);
}

/* waterline 36 */
static void each_parent_has_a_page_of_its_own(void **state)
{
    struct orm_world w;
    json_t *people = NULL;

    (void)state;
    open_with(&w, 4);
    assert_int_equal(find(w.db, models_json("{'sort': 'rank', 'limit': 2, 'skip': 1}"), &people),
                     0);
    models_expect_json(people,
                       "[{'id': 1, 'name': 'a', 'groups': [{'id': 3, 'rank': 1}, {'id': 2, 'rank': "
                       "2}]}, {'id': 2, 'name': 'b', 'groups': [{'id': 2, 'rank': 2}]}]");
    orm_world_close(&w);
}

static void a_parent_may_have_more_than_one_statement_takes(void **state)
{
    struct orm_world w;
    json_t *people = NULL;

    (void)state;
    open_with(&w, MANY);
    assert_int_equal(find(w.db, models_json("{'where': {'rank': {'<': 30999}}}"), &people), 0);
    assert_int_equal(json_array_size(json_object_get(json_array_get(people, 0), "groups")),
                     MANY - 1);
    assert_int_equal(json_array_size(json_object_get(json_array_get(people, 1), "groups")), 2);
    json_decref(people);
    orm_world_close(&w);
}

static void each_allocation_may_fail(void **state)
{
    struct orm_world w;
    int rc = SAILS_ENOMEM;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    open_with(&w, 3);
    for (long n = 0; rc != 0; n++) {
        json_t *criteria = models_json("{'where': {'rank': {'>': 0}}}");
        json_t *populates = json_pack("{s:o}", "groups", criteria);
        json_t *people = NULL;

        mem_fail_after(n);
        rc = sails_find(w.db, "person", NULL, &(struct sails_query){.populates = populates},
                        &people);
        mem_fail_after(-1);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        json_decref(people);
    }
    orm_world_close(&w);
}

/* A link that leads nowhere, as other programs may have left it. */
static void half_a_pair_is_no_link(void **state)
{
    struct orm_world w;
    json_t *people = NULL;

    (void)state;
    open_with(&w, 1);
    assert_int_equal(sails_native(w.db, NULL,
                                  "INSERT INTO group_people__person_groups (person_groups) VALUES "
                                  "(1)",
                                  NULL, NULL, NULL),
                     0);
    assert_int_equal(find(w.db, json_object(), &people), 0);
    models_expect_json(people, "[{'id': 1, 'name': 'a', 'groups': [{'id': 1, 'rank': 0}]}, {'id': "
                               "2, 'name': 'b', 'groups': []}]");
    orm_world_close(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_parent_has_a_page_of_its_own),
        cmocka_unit_test(a_parent_may_have_more_than_one_statement_takes),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(half_a_pair_is_no_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
