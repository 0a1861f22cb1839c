/*
 * A server is killed in the middle of a transaction, of a stream, of a migration, or is full. What was
 * acknowledged is there, nothing of the rest, and the next call finds the server again.
 */
#include "base/macros.h"
#include "base/mem.h"
#include "support/chance.h"
#include "support/cmocka.h"
#include "support/database.h"
#include "support/models.h"
#include "support/orm_world.h"

#include <sails/db.h>

static const char *const kinds[] = {"postgresql", "mariadb"};
static struct database databases[ARRAY_LEN(kinds)];

enum {
    N_TABLES = 7, /* of the world's models, junctions and archive included */
    TEXT_LEN = 500000,
    RECORDS_AT_ONCE = 4,
    ROUNDS_MAX = 100 /* of records: far more than a small database takes */
};

/* A server, and a world in it. */
struct server {
    struct database *database;
    struct orm_world world;
};

static sails_db *begin(struct server *s, size_t kind)
{
    s->database = &databases[kind];
    orm_world_open(&s->world, database_config(s->database), orm_world_models, orm_world_defaults);
    return s->world.db;
}

static void end(struct server *s)
{
    orm_world_close(&s->world);
}

static void kill_and_start(struct server *s)
{
    database_tell(s->database, "kill");
    database_tell(s->database, "start");
}

static void must_be(sails_db *db, int rc)
{
    if (rc < 0) {
        fail_msg("%s", sails_db_error(db));
    }
}

static int create(sails_db *db, const char *key)
{
    return sails_create(db, "doc", json_pack("{s:s}", "key", key), NULL, NULL);
}

static void expect_lost(sails_db *db, int rc)
{
    assert_int_equal(rc, SAILS_EDB);
    assert_string_equal(sails_db_error_name(db), "AdapterError");
}

static void expect_keys(sails_db *db, const char *expected)
{
    json_t *docs = NULL;
    struct buf keys = {0};

    must_be(db, sails_find(db, "doc", models_json("{'sort': 'key'}"), NULL, &docs));
    for (size_t i = 0; i < json_array_size(docs); i++) {
        buf_printf(&keys, "%s ",
                   json_string_value(json_object_get(json_array_get(docs, i), "key")));
    }
    if (!str_eq(buf_str(&keys), str_from(expected))) {
        fail_msg("%.*s, not %s", STR_FMT(buf_str(&keys)), expected);
    }
    buf_deinit(&keys);
    json_decref(docs);
}

/* ---- a transaction ---- */

struct interruption {
    struct server *server;
    bool is_told; /* the body passes on what it is told */
};

static int write_around_a_death(sails_db *db, void *ctx)
{
    const struct interruption *i = ctx;
    json_t *docs = NULL;
    int rc = 0;

    assert_int_equal(create(db, "before"), 0);
    kill_and_start(i->server);
    rc = create(db, "behind");
    expect_lost(db, rc);
    /* Nor does a question get an answer, from a connection that is not the transaction's. */
    expect_lost(db, sails_find(db, "doc", NULL, NULL, &docs));
    return i->is_told ? rc : 0;
}

static void a_transaction_ends_with_its_server(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct server s;
        sails_db *db = begin(&s, i);

        assert_int_equal(create(db, "acknowledged"), 0);
        expect_lost(db, sails_transaction(db, write_around_a_death,
                                          &(struct interruption){&s, .is_told = true}));
        expect_keys(db, "acknowledged ");
        expect_lost(db, sails_transaction(db, write_around_a_death, &(struct interruption){&s, 0}));
        expect_keys(db, "acknowledged ");
        assert_int_equal(create(db, "next"), 0);
        expect_keys(db, "acknowledged next ");
        end(&s);
    }
}

static void methods_of_several_statements_end_with_their_server(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct server s;
        sails_db *db = begin(&s, i);
        json_t *records = NULL;

        must_be(db, create(db, "a"));
        database_tell(s.database, "kill");
        expect_lost(db, sails_update(db, "doc", models_json("{}"), models_json("{'size': 1}"), NULL,
                                     &records));
        expect_lost(db, sails_destroy(db, "doc", models_json("{}"), NULL, &records));
        expect_lost(db, create(db, "b"));
        expect_lost(db, sails_find(db, "doc", NULL, NULL, &records));
        database_tell(s.database, "start");
        expect_keys(db, "a ");
        end(&s);
    }
}

/* ---- a stream ---- */

struct streaming {
    struct server *server;
    bool comes_back;
    size_t n;
};

static int kill_behind_the_first(sails_db *db, json_t *records, void *ctx)
{
    struct streaming *streaming = ctx;

    (void)db;
    if (streaming->n == 0) {
        database_tell(streaming->server->database, "kill");
        if (streaming->comes_back) {
            database_tell(streaming->server->database, "start");
        }
    }
    streaming->n += json_array_size(records);
    return 0;
}

static void a_stream_goes_on_where_the_server_is_back_and_fails_where_it_is_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct server s;
        sails_db *db = begin(&s, i);
        struct streaming streaming = {.server = &s, .comes_back = true};
        struct sails_query query = {.meta = models_json("{'batchSize': 2}")};

        must_be(db, sails_create_each(db, "doc",
                                      models_json("[{'key': 'a'}, {'key': 'b'}, {'key': 'c'}, "
                                                  "{'key': 'd'}, {'key': 'e'}]"),
                                      NULL, NULL));
        must_be(db, sails_each_batch(db, "doc", NULL, &query, kill_behind_the_first, &streaming));
        assert_int_equal(streaming.n, 5);
        streaming = (struct streaming){.server = &s};
        query.meta = models_json("{'batchSize': 2}");
        expect_lost(db,
                    sails_each_batch(db, "doc", NULL, &query, kill_behind_the_first, &streaming));
        assert_int_equal(streaming.n, 2);
        database_tell(s.database, "start");
        expect_keys(db, "a b c d e ");
        end(&s);
    }
}

/* ---- a migration ---- */

/* Kills the server when it is said that the n-th table is begun. */
struct migrating {
    struct server *server;
    int n;
};

static void kill_at_table(const char *line, void *ctx)
{
    struct migrating *migrating = ctx;

    (void)line;
    if (--migrating->n == 0) {
        kill_and_start(migrating->server);
    }
}

static void fill(sails_db *db)
{
    must_be(db, sails_create_each(db, "user",
                                  models_json("[{'id': 5, 'name': 'a', 'meta': {'k': [1]}}, "
                                              "{'name': 'b', 'boss': 5}]"),
                                  NULL, NULL));
    must_be(db,
            sails_create_each(db, "pet", models_json("[{'name': 'p', 'owner': 5}, {'name': 'q'}]"),
                              NULL, NULL));
    must_be(db, sails_create(db, "group", models_json("{'title': 'x', 'members': [5, 6]}"), NULL,
                             NULL));
    must_be(db, create(db, "a"));
}

static void expect_all(sails_db *db)
{
    struct sails_query query = {
        .populates =
            models_json("{'pets': {'select': ['name']}, 'groups': {'select': ['title']}}")};
    json_t *users = NULL;

    must_be(db, sails_find(db, "user", models_json("{'select': ['name', 'meta', 'boss']}"), &query,
                           &users));
    models_expect_json(
        users, "[{'id': 5, 'name': 'a', 'meta': {'k': [1]}, 'boss': null, 'pets': [{'id': 1, "
               "'name': 'p', 'owner': 5}], 'groups': [{'id': 1, 'title': 'x'}]}, {'id': 6, 'name': "
               "'b', 'meta': null, 'boss': 5, 'pets': [], 'groups': [{'id': 1, 'title': 'x'}]}]");
    expect_keys(db, "a ");
}

/* waterline 34 */
static void a_migration_that_is_cut_off_loses_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct server s;
        sails_db *db = begin(&s, i);

        fill(db);
        for (int n = 1; n <= N_TABLES; n += 3) {
            struct migrating migrating = {&s, n};

            expect_lost(db, migrate_run(db, MIGRATE_ALTER, kill_at_table, &migrating));
            assert_int_equal(migrating.n, 0);
            expect_all(db);
        }
        orm_world_migrate(&s.world, MIGRATE_ALTER);
        expect_all(db);
        end(&s);
    }
}

/* What the death of a program can leave in a database without transactions for tables. */
static void a_migration_clears_away_what_another_has_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct server s;
        sails_db *db = begin(&s, i);

        fill(db);
        must_be(db, sails_native(db, NULL, "CREATE TABLE sails_new_pet (half INTEGER)", NULL, NULL,
                                 NULL));
        must_be(db, sails_native(db, NULL, "CREATE TABLE sails_old_pet (old INTEGER)", NULL, NULL,
                                 NULL));
        orm_world_migrate(&s.world, MIGRATE_ALTER);
        expect_all(db);
        for (int j = 0; j < 2; j++) {
            static const char *const left[] = {"SELECT * FROM sails_new_pet",
                                               "SELECT * FROM sails_old_pet"};

            expect_lost(db, sails_native(db, NULL, left[j], NULL, NULL, NULL));
        }
        end(&s);
    }
}

/* ---- a full one ---- */

/* Texts that cannot be made shorter. */
static json_t *long_records(int round)
{
    static char text[TEXT_LEN + 1];
    struct chance chance;
    json_t *list = json_array();

    chance_init(&chance, (uint64_t)round);
    for (size_t i = 0; i < TEXT_LEN; i++) {
        text[i] = (char)('0' + chance_below(&chance, 64));
    }
    for (int i = 0; i < RECORDS_AT_ONCE; i++) {
        json_array_append_new(list,
                              json_pack("{s:s,s:[i,s]}", "name", "full", "meta", round, text));
    }
    return list;
}

static int64_t count_users(sails_db *db)
{
    int64_t n = -1;

    must_be(db, sails_count(db, "user", NULL, &n));
    return n;
}

static void a_full_server_takes_all_of_a_call_or_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct orm_world w;
        struct database database;
        int rounds = 0;
        int rc = 0;

        database_start_small(&database, kinds[i]);
        orm_world_open(&w, database_config(&database), orm_world_models, orm_world_defaults);
        while (rc == 0 && rounds < ROUNDS_MAX) {
            rc = sails_create_each(w.db, "user", long_records(rounds), NULL, NULL);
            rounds += rc == 0;
        }
        expect_lost(w.db, rc);
        assert_in_range(rounds, 1, ROUNDS_MAX - 1);
        assert_int_equal(count_users(w.db), rounds * RECORDS_AT_ONCE);
        database_tell(&database, "kill");
        database_tell(&database, "start");
        assert_int_equal(count_users(w.db), rounds * RECORDS_AT_ONCE);
        orm_world_close(&w);
        database_end(&database);
    }
}

DATABASE_GROUP(databases, kinds)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transaction_ends_with_its_server),
        cmocka_unit_test(methods_of_several_statements_end_with_their_server),
        cmocka_unit_test(a_stream_goes_on_where_the_server_is_back_and_fails_where_it_is_not),
        cmocka_unit_test(a_migration_that_is_cut_off_loses_nothing),
        cmocka_unit_test(a_migration_clears_away_what_another_has_left),
        cmocka_unit_test(a_full_server_takes_all_of_a_call_or_nothing),
    };

    return cmocka_run_group_tests(tests, start_all, end_all);
}
