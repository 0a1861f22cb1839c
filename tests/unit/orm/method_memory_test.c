/*
 * Each allocation of each method fails in turn, those of SQLite itself included: the method says so, nothing
 * has changed, and the next call finds everything in order.
 */
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/orm_world.h"

#include <sqlite3.h>

#include <malloc.h>
#include <sails/db.h>

enum {
    ATTEMPTS_MAX = 20000
};

static json_t *json_of(const char *text)
{
    long paused = mem_fail_pause();
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(json);
    mem_fail_after(paused);
    return json;
}

/* ---- SQLite's memory ---- */

static void *sqlite_alloc(int size)
{
    return mem_alloc((size_t)size);
}

static void *sqlite_realloc(void *ptr, int size)
{
    return mem_realloc(ptr, (size_t)size);
}

static int sqlite_size(void *ptr)
{
    return ptr != NULL ? (int)malloc_usable_size(ptr) : 0;
}

static int sqlite_round_up(int size)
{
    return (size + 7) & ~7;
}

static int sqlite_init(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void sqlite_shutdown(void *ctx)
{
    (void)ctx;
}

static int share_memory(void **state)
{
    sqlite3_mem_methods methods = {sqlite_alloc,    mem_free,    sqlite_realloc,  sqlite_size,
                                   sqlite_round_up, sqlite_init, sqlite_shutdown, NULL};

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

/* ---- the world ---- */

static void fill(sails_db *db)
{
    assert_int_equal(
        sails_create_each(db, "user",
                          json_of("[{\"name\":\"a\",\"email\":\"a@x\",\"meta\":{\"k\":[1,null]}},"
                                  "{\"name\":\"b\",\"boss\":1,\"age\":4},{\"name\":\"c\"}]"),
                          NULL, NULL),
        0);
    assert_int_equal(sails_create_each(db, "group",
                                       json_of("[{\"title\":\"x\",\"members\":[1,2]},"
                                               "{\"title\":\"y\",\"members\":[3]}]"),
                                       NULL, NULL),
                     0);
    assert_int_equal(sails_create_each(db, "pet",
                                       json_of("[{\"name\":\"p\",\"owner\":1},{\"name\":\"q\","
                                               "\"owner\":1},{\"name\":\"r\",\"owner\":2}]"),
                                       NULL, NULL),
                     0);
    assert_int_equal(sails_create_each(db, "doc",
                                       json_of("[{\"key\":\"a\",\"size\":1},{\"key\":\"b\"},"
                                               "{\"key\":\"c\",\"size\":2.5}]"),
                                       NULL, NULL),
                     0);
}

static void open_filled(struct orm_world *w)
{
    orm_world_open(w, json_pack("{s:s}", "url", ":memory:"), orm_world_models, orm_world_defaults);
    fill(w->db);
    assert_int_equal(
        sails_native(w->db, NULL, "ALTER TABLE pet ADD COLUMN odd INTEGER", NULL, NULL, NULL), 0);
}

/* All that is stored. */
static json_t *everything(sails_db *db)
{
    static const char *const tables[] = {"user",
                                         "pet",
                                         "group",
                                         "doc",
                                         "archive",
                                         "group_members__user_groups",
                                         "user_friends__user_friends_user"};
    json_t *all = json_object();

    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        char sql[100];
        json_t *rows = NULL;

        snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\" ORDER BY 1", tables[i]);
        if (sails_native(db, NULL, sql, NULL, &rows, NULL) < 0) {
            fail_msg("%s: %s", sql, sails_db_error(db));
        }
        json_object_set_new(all, tables[i], rows);
    }
    return all;
}

static void expect_unchanged(sails_db *db, const json_t *before, long n)
{
    json_t *now = everything(db);

    if (json_equal(now, before) == 0) {
        char *text = json_dumps(now, JSON_INDENT(1));

        fail_msg("after the failure of allocation %ld: %s", n, text);
    }
    json_decref(now);
}

/* True: `run` has succeeded. What SQLite can do without has failed then, or nothing has. */
static bool try_without(struct orm_world *w, int (*run)(sails_db *db), long n)
{
    int rc = 0;

    connection_forget_statements(&w->db->connections[0]);
    mem_fail_after(n);
    rc = run(w->db);
    if (rc != 0 && rc != SAILS_ENOMEM) {
        mem_fail_after(-1);
        fail_msg("allocation %ld: %s, %s", n, sails_err_name(rc), sails_db_error(w->db));
    }
    return rc == 0;
}

/* `run`: a call that succeeds, and may change what is stored. */
static void each_allocation_fails(int (*run)(sails_db *db))
{
    struct orm_world w;
    json_t *before = NULL;
    bool has_failed = true;

    open_filled(&w);
    before = everything(w.db);
    for (long n = 0; has_failed; n++) {
        bool has_succeeded = try_without(&w, run, n);

        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        if (has_succeeded) {
            orm_world_close(&w);
            open_filled(&w);
        } else {
            expect_unchanged(w.db, before, n);
        }
        assert_true(n < ATTEMPTS_MAX);
    }
    json_decref(before);
    orm_world_close(&w);
}

#define EACH_ALLOCATION_OF(name)                                                                   \
    static void name##_may_fail(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        each_allocation_fails(name);                                                               \
    }

/* ---- reading ---- */

static int find(sails_db *db)
{
    struct sails_query query = {
        .populates = json_of("{\"pets\":{\"where\":{\"name\":{\"!=\":\"q\"}},\"limit\":1,"
                             "\"sort\":\"name DESC\"},\"groups\":{\"select\":[\"title\"]},"
                             "\"boss\":true,\"friends\":true}")};
    json_t *records = NULL;
    int rc = sails_find(db, "user",
                        json_of("{\"where\":{\"or\":[{\"name\":{\"contains\":\"a\"}},"
                                "{\"age\":[1,2,3,4]}]},\"sort\":[{\"age\":\"DESC\"}]}"),
                        &query, &records);

    if (rc == 0) {
        assert_int_equal(json_array_size(records), 2);
    }
    json_decref(records);
    return rc;
}

static int find_one(sails_db *db)
{
    json_t *record = NULL;
    int rc = sails_find_one(db, "user", json_of("1"), NULL, &record);

    if (rc == 0) {
        assert_non_null(record);
    }
    json_decref(record);
    return rc;
}

static int compute(sails_db *db)
{
    int64_t n = 0;
    double sum = 0;
    double average = 0;
    int rc = sails_count(db, "doc", json_of("{\"size\":{\">\":0}}"), &n);

    rc = rc == 0 ? sails_sum(db, "doc", "size", NULL, &sum) : rc;
    rc = rc == 0 ? sails_avg(db, "doc", "size", json_of("{\"size\":{\">\":0}}"), &average) : rc;
    if (rc == 0) {
        assert_int_equal(n, 2);
        assert_true(sum == 3.5 && average == 1.75);
    }
    return rc;
}

static int count_records(sails_db *db, json_t *records, void *ctx)
{
    size_t *n = ctx;

    (void)db;
    *n += json_array_size(records);
    return 0;
}

static int stream(sails_db *db)
{
    struct sails_query query = {.meta = json_of("{\"batchSize\":2}"),
                                .populates = json_of("{\"pets\":true}")};
    size_t n = 0;
    int rc = sails_each_batch(db, "user", NULL, &query, count_records, &n);

    if (rc == 0) {
        assert_int_equal(n, 3);
    }
    return rc;
}

static int stream_sorted(sails_db *db)
{
    struct sails_query query = {.meta = json_of("{\"batchSize\":2}"),
                                .populates = json_of("{\"pets\":true}")};
    size_t n = 0;
    int rc = sails_each_batch(db, "user",
                              json_of("{\"where\":{\"id\":{\">\":0}},\"sort\":\"name DESC\"}"),
                              &query, count_records, &n);

    if (rc == 0) {
        assert_int_equal(n, 3);
    }
    return rc;
}

static int validate(sails_db *db)
{
    json_t *stored = NULL;
    int rc = sails_validate(db, "user", "age", json_of("\"30\""), &stored);

    json_decref(stored);
    return rc;
}

/* ---- writing ---- */

static int create(sails_db *db)
{
    json_t *record = NULL;
    int rc = sails_create(db, "user",
                          json_of("{\"name\":\"n\",\"meta\":{\"a\":{\"b\":[1.5]}},\"pets\":[1],"
                                  "\"groups\":[1,2],\"friends\":[2]}"),
                          NULL, &record);

    json_decref(record);
    return rc;
}

static int create_each(sails_db *db)
{
    return sails_create_each(db, "doc",
                             json_of("[{\"key\":\"d\",\"size\":1},{\"key\":\"e\",\"size\":2},"
                                     "{\"key\":\"f\"},{\"key\":\"g\"},{\"key\":\"h\"}]"),
                             NULL, NULL);
}

static int find_or_create(sails_db *db)
{
    json_t *record = NULL;
    bool created = false;
    int rc = sails_find_or_create(db, "doc", json_of("{\"size\":9}"),
                                  json_of("{\"key\":\"z\",\"size\":9}"), NULL, &record, &created);

    if (rc == 0) {
        assert_true(created);
    }
    json_decref(record);
    return rc;
}

static int update(sails_db *db)
{
    json_t *records = NULL;
    int rc = sails_update(db, "user", json_of("{\"id\":[1,2]}"),
                          json_of("{\"age\":7,\"meta\":[1],\"groups\":[2]}"), NULL, &records);

    json_decref(records);
    return rc;
}

static int update_one(sails_db *db)
{
    json_t *record = NULL;
    int rc = sails_update_one(db, "user", json_of("{\"name\":\"b\"}"),
                              json_of("{\"email\":\"b@x\",\"pets\":[1,2]}"), NULL, &record);

    json_decref(record);
    return rc;
}

static int destroy(sails_db *db)
{
    struct sails_query query = {.meta = json_of("{\"cascade\":true}")};
    json_t *records = NULL;
    int rc = sails_destroy(db, "user", json_of("{\"id\":[1,3]}"), &query, &records);

    json_decref(records);
    return rc;
}

static int destroy_one(sails_db *db)
{
    return sails_destroy_one(db, "pet", json_of("{\"name\":\"q\"}"), NULL, NULL);
}

static int archive(sails_db *db)
{
    json_t *records = NULL;
    int rc = sails_archive(db, "user", json_of("{\"age\":0}"), NULL, &records);

    json_decref(records);
    return rc;
}

static int link_them(sails_db *db)
{
    return sails_add_to_collection(db, "user", json_of("[1,2]"), "groups", json_of("[1,2]"));
}

static int unlink_them(sails_db *db)
{
    return sails_remove_from_collection(db, "user", json_of("1"), "pets", json_of("[1,2]"));
}

static int relink_them(sails_db *db)
{
    return sails_replace_collection(db, "group", json_of("[1,2]"), "members", json_of("[2,3]"));
}

/* ---- transactions, SQL, migrations ---- */

static int write_several(sails_db *db, void *ctx)
{
    int rc = create_each(db);

    (void)ctx;
    rc = rc == 0 ? update_one(db) : rc;
    return rc == 0 ? sails_native(db, NULL, "DELETE FROM doc WHERE size = $1", json_of("[1]"), NULL,
                                  NULL)
                   : rc;
}

static int transaction(sails_db *db)
{
    return sails_transaction(db, write_several, NULL);
}

static int native(sails_db *db)
{
    json_t *rows = NULL;
    int rc = sails_native(db, NULL, "SELECT *, $1 AS given FROM \"user\" WHERE age < $2",
                          json_of("[{\"a\":1},100]"), &rows, NULL);

    json_decref(rows);
    return rc;
}

static int migrate_by_alter(sails_db *db)
{
    return migrate_run(db, MIGRATE_ALTER, NULL, NULL);
}

static int migrate_by_drop(sails_db *db)
{
    return migrate_run(db, MIGRATE_DROP, NULL, NULL);
}

EACH_ALLOCATION_OF(find)
EACH_ALLOCATION_OF(find_one)
EACH_ALLOCATION_OF(compute)
EACH_ALLOCATION_OF(stream)
EACH_ALLOCATION_OF(stream_sorted)
EACH_ALLOCATION_OF(validate)
EACH_ALLOCATION_OF(create)
EACH_ALLOCATION_OF(create_each)
EACH_ALLOCATION_OF(find_or_create)
EACH_ALLOCATION_OF(update)
EACH_ALLOCATION_OF(update_one)
EACH_ALLOCATION_OF(destroy)
EACH_ALLOCATION_OF(destroy_one)
EACH_ALLOCATION_OF(archive)
EACH_ALLOCATION_OF(link_them)
EACH_ALLOCATION_OF(unlink_them)
EACH_ALLOCATION_OF(relink_them)
EACH_ALLOCATION_OF(transaction)
EACH_ALLOCATION_OF(native)
EACH_ALLOCATION_OF(migrate_by_alter)
EACH_ALLOCATION_OF(migrate_by_drop)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_may_fail),
        cmocka_unit_test(find_one_may_fail),
        cmocka_unit_test(compute_may_fail),
        cmocka_unit_test(stream_may_fail),
        cmocka_unit_test(stream_sorted_may_fail),
        cmocka_unit_test(validate_may_fail),
        cmocka_unit_test(create_may_fail),
        cmocka_unit_test(create_each_may_fail),
        cmocka_unit_test(find_or_create_may_fail),
        cmocka_unit_test(update_may_fail),
        cmocka_unit_test(update_one_may_fail),
        cmocka_unit_test(destroy_may_fail),
        cmocka_unit_test(destroy_one_may_fail),
        cmocka_unit_test(archive_may_fail),
        cmocka_unit_test(link_them_may_fail),
        cmocka_unit_test(unlink_them_may_fail),
        cmocka_unit_test(relink_them_may_fail),
        cmocka_unit_test(transaction_may_fail),
        cmocka_unit_test(native_may_fail),
        cmocka_unit_test(migrate_by_alter_may_fail),
        cmocka_unit_test(migrate_by_drop_may_fail),
    };

    return cmocka_run_group_tests(tests, share_memory, NULL);
}
