#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/database.h"
#include "support/orm_world.h"

#include <sails/db.h>

static const char *const kinds[] = {"sqlite", "postgresql", "mariadb"};
static struct database databases[ARRAY_LEN(kinds)];

static void open_world(struct orm_world *w, const struct database *database)
{
    orm_world_open(w, database_config(database), orm_world_models, orm_world_defaults);
}

static json_t *json_of(const char *text)
{
    json_t *json = NULL;

    if (text == NULL) {
        return NULL;
    }
    json = json_loads(text, JSON_DECODE_ANY, NULL);
    if (json == NULL) {
        fail_msg("no JSON: %s", text);
    }
    return json;
}

static void expect(struct orm_world *w, int rc, json_t *got, const char *want)
{
    char *text = NULL;

    if (rc < 0) {
        fail_msg("%d %s: %s (wanted %s)", rc, sails_db_error_code(w->db), sails_db_error(w->db),
                 want);
    }
    text = got != NULL ? json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    if (strcmp(text != NULL ? text : "undefined", want) != 0) {
        fail_msg("%s, not %s", text, want);
    }
    mem_free(text);
    json_decref(got);
}

static void expect_error(struct orm_world *w, int rc, const char *code)
{
    const char *got = sails_db_error_code(w->db);

    if (rc >= 0 || strcmp(got != NULL ? got : "", code) != 0) {
        fail_msg("%d %s %s, not %s", rc, got, sails_db_error(w->db), code);
    }
}

static void create(struct orm_world *w, const char *model, const char *values)
{
    int rc = sails_create(w->db, model, json_of(values), NULL, NULL);

    if (rc < 0) {
        fail_msg("%s: %s", values, sails_db_error(w->db));
    }
}

static void expect_find(struct orm_world *w, const char *model, const char *criteria,
                        const char *populates, const char *want)
{
    struct sails_query query = {.populates = json_of(populates)};
    json_t *records = NULL;
    int rc = sails_find(w->db, model, json_of(criteria), &query, &records);

    expect(w, rc, records, want);
}

/* waterline 1, 8 */
static void a_record_is_stored_whole(const struct database *database)
{
    struct orm_world w;
    json_t *record = NULL;
    int rc = 0;

    open_world(&w, database);
    rc = sails_create(w.db, "user",
                      json_of("{\"name\":\"A\",\"age\":\"30\",\"meta\":{\"k\":[1,null]}}"), NULL,
                      &record);
    expect(
        &w, rc, record,
        "{\"id\":1,\"createdAt\":1000,\"updatedAt\":1000,\"name\":\"A\",\"email\":null,\"age\":30,"
        "\"active\":true,\"meta\":{\"k\":[1,null]},\"boss\":null}");
    rc = sails_find_one(w.db, "user", json_of("1"), NULL, &record);
    expect(
        &w, rc, record,
        "{\"id\":1,\"createdAt\":1000,\"updatedAt\":1000,\"name\":\"A\",\"email\":null,\"age\":30,"
        "\"active\":true,\"meta\":{\"k\":[1,null]},\"boss\":null}");
    rc = sails_find_one(w.db, "user", json_of("2"), NULL, &record);
    expect(&w, rc, record, "undefined");
    orm_world_close(&w);
}

/* waterline 42 */
static void numbers_survive(const struct database *database)
{
    struct orm_world w;

    open_world(&w, database);
    create(&w, "doc", "{\"key\":\"a\",\"size\":9007199254740991}");
    create(&w, "doc", "{\"key\":\"b\",\"size\":-0.5}");
    create(&w, "doc", "{\"key\":\"c\",\"size\":9007199254740992}");
    expect_find(&w, "doc", "{\"select\":[\"size\"],\"sort\":\"key\"}", NULL,
                "[{\"key\":\"a\",\"size\":9007199254740991},{\"key\":\"b\",\"size\":-0.5},"
                "{\"key\":\"c\",\"size\":9007199254740992}]");
    orm_world_close(&w);
}

/* waterline 12, 13, 17, 41 */
static void criteria_find_what_they_say(const struct database *database)
{
    static const struct {
        const char *criteria, *want;
    } cases[] = {
        {"{}", "abcd"},
        {"{\"name\":[\"a\",\"b\"]}", "ab"},
        {"{\"name\":[]}", ""},
        {"{\"age\":{\"nin\":[]}}", "abcd"},
        {"{\"age\":{\">\":1}}", "cd"},
        {"{\"age\":{\">=\":1,\"<\":3}}", "bc"},
        {"{\"email\":null}", "bd"},
        {"{\"email\":{\"!=\":null}}", "ac"},
        {"{\"email\":{\"!=\":\"x@a\"}}", "bcd"},
        {"{\"email\":{\"nin\":[\"x@a\"]}}", "bcd"},
        {"{\"or\":[{\"name\":\"a\"},{\"age\":{\">\":2}}]}", "ad"},
        {"{\"or\":[]}", ""},
        {"{\"and\":[]}", "abcd"},
        {"{\"email\":{\"contains\":\"@\"}}", "ac"},
        {"{\"email\":{\"startsWith\":\"x\"}}", "a"},
        {"{\"email\":{\"endsWith\":\"%c\"}}", "c"},
        {"{\"email\":{\"contains\":\"_\"}}", ""},
        {"{\"email\":{\"like\":\"_@%\"}}", "ac"},
        {"{\"email\":{\"contains\":\"\"}}", "abcd"},
        {"{\"active\":false}", "d"},
        {"{\"where\":{},\"limit\":2,\"skip\":1}", "bc"},
        {"{\"where\":{},\"skip\":3}", "d"},
        {"{\"limit\":0}", ""},
        {"{\"sort\":\"name DESC\"}", "dcba"},
        {"{\"sort\":[\"email ASC\",\"name DESC\"]}", "dbac"},
    };
    struct orm_world w;

    open_world(&w, database);
    create(&w, "user", "{\"name\":\"a\",\"age\":0,\"email\":\"x@a\"}");
    create(&w, "user", "{\"name\":\"b\",\"age\":1}");
    create(&w, "user", "{\"name\":\"c\",\"age\":2,\"email\":\"y@%c\"}");
    create(&w, "user", "{\"name\":\"d\",\"age\":3,\"active\":false}");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *records = NULL;
        struct buf names = {0};
        int rc = sails_find(w.db, "user", json_of(cases[i].criteria), NULL, &records);

        if (rc < 0) {
            fail_msg("%s: %s", cases[i].criteria, sails_db_error(w.db));
        }
        for (size_t j = 0; j < json_array_size(records); j++) {
            buf_append_str(&names, str_from(json_string_value(
                                       json_object_get(json_array_get(records, j), "name"))));
        }
        if (!str_eq(buf_str(&names), str_from(cases[i].want))) {
            fail_msg("%s, %s: %.*s, not %s", database->kind, cases[i].criteria,
                     STR_FMT(buf_str(&names)), cases[i].want);
        }
        buf_deinit(&names);
        json_decref(records);
    }
    orm_world_close(&w);
}

/* waterline 6 */
static void a_second_one_of_a_kind_is_refused(const struct database *database)
{
    struct orm_world w;
    json_t *error = NULL;
    char *text = NULL;

    open_world(&w, database);
    create(&w, "user", "{\"name\":\"a\",\"email\":\"x\"}");
    expect_error(
        &w, sails_create(w.db, "user", json_of("{\"name\":\"b\",\"email\":\"x\"}"), NULL, NULL),
        "E_UNIQUE");
    error = sails_db_error_json(w.db);
    text = json_dumps(json_object_get(error, "attrNames"), JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(text, "[\"email\"]");
    assert_string_equal(sails_db_error_name(w.db), "AdapterError");
    assert_string_equal(sails_db_error(w.db),
                        "Would violate uniqueness constraint-- a record already exists with "
                        "conflicting value(s).");
    mem_free(text);
    json_decref(error);
    orm_world_close(&w);
}

/* waterline 18, 19, 20, 21 */
static void changes_are_told(const struct database *database)
{
    struct orm_world w;
    json_t *got = NULL;
    int64_t n = 0;
    double sum = 0;
    int rc = 0;

    open_world(&w, database);
    rc = sails_create_each(
        w.db, "doc",
        json_of("[{\"key\":\"a\",\"size\":1},{\"key\":\"b\",\"size\":2},{\"key\":\"c\","
                "\"size\":4}]"),
        &(struct sails_query){0}, &got);
    assert_int_equal(rc, 0);
    assert_int_equal(json_array_size(got), 3);
    json_decref(got);
    rc = sails_update(w.db, "doc", json_of("{\"size\":{\">\":1}}"), json_of("{\"size\":9}"), NULL,
                      &got);
    assert_int_equal(rc, 0);
    assert_int_equal(json_array_size(got), 2);
    json_decref(got);
    expect_error(&w, sails_update(w.db, "doc", NULL, json_of("{\"size\":1}"), NULL, NULL),
                 "E_INVALID_CRITERIA");
    rc =
        sails_update_one(w.db, "doc", json_of("{\"size\":9}"), json_of("{\"size\":1}"), NULL, NULL);
    assert_int_equal(rc, SAILS_ESTATE);
    rc = sails_count(w.db, "doc", json_of("{\"size\":9}"), &n);
    assert_int_equal(rc, 0);
    assert_int_equal(n, 2);
    assert_int_equal(sails_sum(w.db, "doc", "size", NULL, &sum), 0);
    assert_true(sum == 19);
    assert_int_equal(sails_avg(w.db, "doc", "size", json_of("{\"key\":[\"a\",\"b\"]}"), &sum), 0);
    assert_true(sum == 5);
    expect_error(&w, sails_sum(w.db, "doc", "key", NULL, &sum), "E_INVALID_NUMERIC_ATTR_NAME");
    rc = sails_update_one(w.db, "doc", json_of("\"a\""), json_of("{\"key\":\"z\"}"), NULL, &got);
    assert_int_equal(rc, 0);
    assert_string_equal(json_string_value(json_object_get(got, "key")), "z");
    json_decref(got);
    rc = sails_destroy_one(w.db, "doc", json_of("\"z\""), NULL, &got);
    assert_int_equal(rc, 0);
    assert_string_equal(json_string_value(json_object_get(got, "key")), "z");
    json_decref(got);
    rc = sails_destroy_one(w.db, "doc", json_of("\"z\""), NULL, &got);
    expect(&w, rc, got, "undefined");
    assert_int_equal(sails_destroy(w.db, "doc", json_of("{}"), NULL, NULL), 0);
    assert_int_equal(sails_count(w.db, "doc", NULL, &n), 0);
    assert_int_equal(n, 0);
    orm_world_close(&w);
}

#define BARE "\"select\":[\"name\"]"

/* waterline 22, 24, 25, 36, 40 */
static void associations_are_linked_and_populated(const struct database *database)
{
    struct orm_world w;

    open_world(&w, database);
    create(&w, "user", "{\"name\":\"a\"}");
    create(&w, "user", "{\"name\":\"b\",\"boss\":1}");
    create(&w, "pet", "{\"name\":\"p1\",\"owner\":1}");
    create(&w, "pet", "{\"name\":\"p2\",\"owner\":1}");
    create(&w, "pet", "{\"name\":\"p3\",\"owner\":2}");
    create(&w, "pet", "{\"name\":\"p4\",\"owner\":77}");
    expect_find(&w, "user", "{" BARE "}", "{\"pets\":{" BARE "}}",
                "[{\"id\":1,\"name\":\"a\",\"pets\":[{\"id\":1,\"name\":\"p1\",\"owner\":1},"
                "{\"id\":2,\"name\":\"p2\",\"owner\":1}]},"
                "{\"id\":2,\"name\":\"b\",\"pets\":[{\"id\":3,\"name\":\"p3\",\"owner\":2}]}]");
    expect_find(&w, "user", "{" BARE "}",
                "{\"pets\":{" BARE ",\"limit\":1,\"sort\":\"name DESC\"}}",
                "[{\"id\":1,\"name\":\"a\",\"pets\":[{\"id\":2,\"name\":\"p2\",\"owner\":1}]},"
                "{\"id\":2,\"name\":\"b\",\"pets\":[{\"id\":3,\"name\":\"p3\",\"owner\":2}]}]");
    expect_find(&w, "user", "{\"where\":{\"id\":1}," BARE "}",
                "{\"pets\":{\"where\":{\"name\":\"p2\"},\"select\":[]}}",
                "[{\"id\":1,\"name\":\"a\",\"pets\":[{\"id\":2,\"owner\":1}]}]");
    expect_find(
        &w, "pet", "{\"where\":{\"id\":[3,4]},\"omit\":[\"createdAt\",\"updatedAt\"]}",
        "{\"owner\":true}",
        "[{\"id\":3,\"name\":\"p3\",\"owner\":{\"id\":2,\"createdAt\":1000,\"updatedAt\":1000,"
        "\"name\":\"b\",\"email\":null,\"age\":0,\"active\":true,\"meta\":null,\"boss\":1}},"
        "{\"id\":4,\"name\":\"p4\",\"owner\":null}]");
    create(&w, "group", "{\"title\":\"x\"}");
    create(&w, "group", "{\"title\":\"y\"}");
    assert_int_equal(
        sails_add_to_collection(w.db, "user", json_of("1"), "groups", json_of("[1,2]")), 0);
    assert_int_equal(
        sails_add_to_collection(w.db, "user", json_of("[1,2]"), "groups", json_of("1")), 0);
    expect_find(
        &w, "group", "{\"select\":[\"title\"]}", "{\"members\":{" BARE "}}",
        "[{\"id\":1,\"title\":\"x\",\"members\":[{\"id\":1,\"name\":\"a\"},{\"id\":2,\"name\":\"b\"}]},"
        "{\"id\":2,\"title\":\"y\",\"members\":[{\"id\":1,\"name\":\"a\"}]}]");
    expect_find(&w, "group", "{\"select\":[\"title\"]}",
                "{\"members\":{" BARE ",\"sort\":\"name DESC\",\"limit\":1}}",
                "[{\"id\":1,\"title\":\"x\",\"members\":[{\"id\":2,\"name\":\"b\"}]},"
                "{\"id\":2,\"title\":\"y\",\"members\":[{\"id\":1,\"name\":\"a\"}]}]");
    assert_int_equal(sails_replace_collection(w.db, "user", json_of("1"), "groups", json_of("[2]")),
                     0);
    assert_int_equal(
        sails_remove_from_collection(w.db, "user", json_of("2"), "groups", json_of("[1]")), 0);
    assert_int_equal(sails_replace_collection(w.db, "user", json_of("2"), "pets", json_of("[1]")),
                     0);
    expect_find(&w, "user", "{" BARE "}",
                "{\"groups\":{\"select\":[\"title\"]},\"pets\":{\"select\":[]}}",
                "[{\"id\":1,\"name\":\"a\",\"groups\":[{\"id\":2,\"title\":\"y\"}],"
                "\"pets\":[{\"id\":2,\"owner\":1}]},"
                "{\"id\":2,\"name\":\"b\",\"groups\":[],\"pets\":[{\"id\":1,\"owner\":2}]}]");
    expect_error(&w,
                 sails_add_to_collection(w.db, "user", json_of("[1,2]"), "pets", json_of("[1]")),
                 "E_INVALID_TARGET_RECORD_IDS");
    create(&w, "user", "{\"name\":\"c\",\"friends\":[1,2],\"pets\":[3]}");
    expect_find(
        &w, "user", "{\"where\":{\"id\":3}," BARE "}",
        "{\"friends\":{" BARE "},\"pets\":{\"select\":[]}}",
        "[{\"id\":3,\"name\":\"c\",\"friends\":[{\"id\":1,\"name\":\"a\"},{\"id\":2,\"name\":\"b\"}],"
        "\"pets\":[{\"id\":3,\"owner\":3}]}]");
    orm_world_close(&w);
}

/* waterline 27, 29 */
static void what_goes_is_unlinked_and_kept(const struct database *database)
{
    struct sails_query cascade = {.meta = json_of("{\"cascade\":true}")};
    struct orm_world w;

    open_world(&w, database);
    create(&w, "user", "{\"name\":\"a\"}");
    create(&w, "pet", "{\"name\":\"p\",\"owner\":1}");
    create(&w, "group", "{\"title\":\"x\",\"members\":[1]}");
    assert_int_equal(sails_destroy(w.db, "user", json_of("1"), &cascade, NULL), 0);
    expect_find(&w, "pet", "{\"select\":[\"owner\"]}", NULL, "[{\"id\":1,\"owner\":null}]");
    expect_find(&w, "group_members__user_groups", "{}", NULL, "[]");
    assert_int_equal(sails_archive(w.db, "pet", json_of("{}"), NULL, NULL), 0);
    expect_find(&w, "archive", "{}", NULL,
                "[{\"id\":1,\"createdAt\":1000,\"fromModel\":\"pet\",\"originalRecord\":{\"id\":1,"
                "\"createdAt\":1000,\"updatedAt\":1000,\"name\":\"p\",\"owner\":null},"
                "\"originalRecordId\":1}]");
    expect_find(&w, "pet", "{}", NULL, "[]");
    orm_world_close(&w);
}

static int create_two(sails_db *db, void *ctx)
{
    int rc = sails_create(db, "doc", json_of("{\"key\":\"a\"}"), NULL, NULL);

    rc = rc == 0 ? sails_create(db, "doc", json_of("{\"key\":\"b\"}"), NULL, NULL) : rc;
    return rc == 0 ? *(int *)ctx : rc;
}

/* waterline 35, 43 */
static void transactions_are_all_or_nothing(const struct database *database)
{
    struct orm_world w;
    json_t *rows = NULL;
    int result = 5;
    int64_t affected = 0;

    open_world(&w, database);
    assert_int_equal(sails_transaction(w.db, create_two, &result), 5);
    expect_find(&w, "doc", "{}", NULL, "[]");
    result = 0;
    assert_int_equal(sails_transaction(w.db, create_two, &result), 0);
    assert_int_equal(sails_native(w.db, NULL,
                                  "UPDATE doc SET size = $2 WHERE size = $1 AND '$1' <> ''",
                                  json_of("[0, 7]"), NULL, &affected),
                     0);
    assert_int_equal(affected, 2);
    assert_int_equal(sails_native(w.db, NULL, "SELECT size FROM doc WHERE size = $1 ORDER BY size",
                                  json_of("[7]"), &rows, NULL),
                     0);
    expect(&w, 0, rows, "[{\"size\":7},{\"size\":7}]");
    orm_world_close(&w);
}

/* waterline 34 */
static void altering_keeps_rows(const struct database *database)
{
    struct orm_world w;
    json_t *record = NULL;

    open_world(&w, database);
    create(&w, "user", "{\"id\":7,\"name\":\"a\"}");
    assert_int_equal(
        sails_native(w.db, NULL, "ALTER TABLE pet ADD COLUMN odd INTEGER", NULL, NULL, NULL), 0);
    create(&w, "pet", "{\"name\":\"p\"}");
    if (migrate_run(w.db, MIGRATE_ALTER, NULL, NULL) < 0) {
        fail_msg("%s", sails_db_error(w.db));
    }
    expect_find(&w, "pet", "{\"select\":[\"name\"]}", NULL, "[{\"id\":1,\"name\":\"p\"}]");
    assert_int_equal(sails_create(w.db, "user", json_of("{\"name\":\"b\"}"), NULL, &record), 0);
    assert_int_equal(json_integer_value(json_object_get(record, "id")), 8);
    json_decref(record);
    assert_true(sails_native(w.db, NULL, "SELECT odd FROM pet", NULL, NULL, NULL) < 0);
    orm_world_close(&w);
}

static int count_batches(sails_db *db, json_t *records, void *ctx)
{
    struct buf *sizes = ctx;

    (void)db;
    buf_printf(sizes, "%zu ", json_array_size(records));
    return 0;
}

/* waterline 31 */
static void streams_come_in_batches(const struct database *database)
{
    struct sails_query query = {.meta = json_of("{\"batchSize\":2}")};
    struct orm_world w;
    struct buf sizes = {0};

    open_world(&w, database);
    assert_int_equal(sails_create_each(w.db, "doc",
                                       json_of("[{\"key\":\"a\"},{\"key\":\"b\"},{\"key\":\"c\"}]"),
                                       NULL, NULL),
                     0);
    assert_int_equal(sails_each_batch(w.db, "doc", NULL, &query, count_batches, &sizes), 0);
    assert_true(str_eq(buf_str(&sizes), STR("2 1 ")));
    buf_deinit(&sizes);
    orm_world_close(&w);
}

static void on_all(void (*test)(const struct database *database))
{
    for (size_t i = 0; i < ARRAY_LEN(databases); i++) {
        test(&databases[i]);
    }
}

#define ON_ALL(test)                                                                               \
    static void test##_everywhere(void **state)                                                    \
    {                                                                                              \
        (void)state;                                                                               \
        on_all(test);                                                                              \
    }

ON_ALL(a_record_is_stored_whole)
ON_ALL(numbers_survive)
ON_ALL(criteria_find_what_they_say)
ON_ALL(a_second_one_of_a_kind_is_refused)
ON_ALL(changes_are_told)
ON_ALL(associations_are_linked_and_populated)
ON_ALL(what_goes_is_unlinked_and_kept)
ON_ALL(transactions_are_all_or_nothing)
ON_ALL(altering_keeps_rows)
ON_ALL(streams_come_in_batches)

DATABASE_GROUP(databases, kinds)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_stored_whole_everywhere),
        cmocka_unit_test(numbers_survive_everywhere),
        cmocka_unit_test(criteria_find_what_they_say_everywhere),
        cmocka_unit_test(a_second_one_of_a_kind_is_refused_everywhere),
        cmocka_unit_test(changes_are_told_everywhere),
        cmocka_unit_test(associations_are_linked_and_populated_everywhere),
        cmocka_unit_test(what_goes_is_unlinked_and_kept_everywhere),
        cmocka_unit_test(transactions_are_all_or_nothing_everywhere),
        cmocka_unit_test(altering_keeps_rows_everywhere),
        cmocka_unit_test(streams_come_in_batches_everywhere),
    };

    return cmocka_run_group_tests(tests, start_all, end_all);
}
