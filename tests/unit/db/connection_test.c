#include "db/connection.h"

#include "base/macros.h"
#include "base/mem.h"
#include "db/sql_dialect.h"
#include "support/cmocka.h"
#include "support/database.h"

#include <sails/err.h>
#include <stdlib.h>
#include <unistd.h>

static struct database databases[3];
static const char *const kinds[] = {"sqlite", "postgresql", "mariadb"};

struct place {
    struct db_config config;
    struct connection connection;
};

static void open_place(struct place *p, const struct database *database)
{
    json_t *json = database_config(database);
    struct db_error error = {0};

    assert_int_equal(db_config_read(&p->config, "test", json, &error), 0);
    json_decref(json);
    connection_init(&p->connection, &p->config);
    assert_int_equal(connection_open(&p->connection), 0);
}

static void close_place(struct place *p)
{
    connection_deinit(&p->connection);
    db_config_deinit(&p->config);
}

static void execute(struct connection *c, const char *sql)
{
    if (connection_execute(c, sql) < 0) {
        fail_msg("%s: %s", sql, c->error.text);
    }
}

/* Placeholders as the database spells them, in place of '?'. */
static struct str spell(const struct connection *c, const char *sql, char out[256])
{
    size_t len = 0;
    int n = 0;

    for (; *sql != '\0'; sql++) {
        if (*sql == '?' && c->config->adapter->dialect->numbers_params) {
            len += (size_t)snprintf(out + len, 256 - len, "$%d", ++n);
        } else {
            out[len++] = *sql;
        }
    }
    out[len] = '\0';
    return (struct str){out, len};
}

static int run(struct connection *c, const char *sql, const struct db_value *values, size_t n)
{
    struct cached_statement *running = NULL;
    char text[256];
    int rc = connection_query(c, CONNECTION_WRITES, spell(c, sql, text), values, n, &running);

    if (rc >= 0) {
        connection_end(running);
    }
    return rc < 0 ? rc : 0;
}

/* The one integer that a statement gives; -1: no row. */
static int64_t ask(struct connection *c, const char *sql)
{
    struct cached_statement *running = NULL;
    struct db_value value = {0};
    char text[256];
    int64_t answer = -1;
    int rc = connection_query(c, CONNECTION_READS, spell(c, sql, text), NULL, 0, &running);

    if (rc < 0) {
        fail_msg("%s: %s", sql, c->error.text);
    }
    if (rc > 0) {
        c->config->adapter->column(connection_statement(running), 0, &value);
        assert_int_equal(value.type, DB_INTEGER);
        answer = value.as.integer;
    }
    connection_end(running);
    return answer;
}

#define TEXT(literal)                                                                              \
    {                                                                                              \
        .type = DB_TEXT, .as.text = STR(literal)                                                   \
    }
#define INTEGER(n)                                                                                 \
    {                                                                                              \
        .type = DB_INTEGER, .as.integer = (n)                                                      \
    }

static void make_table(struct connection *c)
{
    execute(c, "DROP TABLE IF EXISTS thing");
    execute(c, "CREATE TABLE thing (id INTEGER PRIMARY KEY, name VARCHAR(200) UNIQUE, "
               "price DOUBLE PRECISION, sold BOOLEAN)");
}

static void values_come_back_as_they_went(const struct database *database)
{
    const struct db_value values[] = {INTEGER(7),
                                      TEXT("\xc3\xa4'\"\\;--"),
                                      {.type = DB_REAL, .as.real = 9007199254740991.0},
                                      {.type = DB_BOOLEAN, .as.boolean = true}};
    struct place p;
    struct connection *c = &p.connection;
    const struct db_adapter *adapter = NULL;
    struct cached_statement *running = NULL;
    struct db_value value = {0};

    open_place(&p, database);
    adapter = c->config->adapter;
    make_table(c);
    assert_int_equal(run(c, "INSERT INTO thing VALUES (?, ?, ?, ?)", values, 4), 0);
    assert_int_equal(connection_query(c, CONNECTION_READS,
                                      STR("SELECT id, name, price, sold FROM thing"), NULL, 0,
                                      &running),
                     1);
    assert_int_equal(adapter->count_columns(connection_statement(running)), 4);
    assert_string_equal(adapter->column_name(connection_statement(running), 2), "price");
    adapter->column(connection_statement(running), 0, &value);
    assert_int_equal(value.as.integer, 7);
    adapter->column(connection_statement(running), 1, &value);
    assert_int_equal(value.type, DB_TEXT);
    assert_true(str_eq(value.as.text, values[1].as.text));
    adapter->column(connection_statement(running), 2, &value);
    assert_int_equal(value.type, DB_REAL);
    assert_true(value.as.real == 9007199254740991.0);
    adapter->column(connection_statement(running), 3, &value);
    assert_true(value.type == DB_BOOLEAN ? value.as.boolean : value.as.integer == 1);
    assert_int_equal(connection_next(c, running), 0);
    connection_end(running);
    close_place(&p);
}

/* Buffers that are too small grow, and stay right for the rows behind. */
static void long_texts_are_whole(const struct database *database)
{
    static char text[100001];
    struct db_value values[2] = {INTEGER(1), {.type = DB_TEXT, .as.text = {text, 100000}}};
    struct place p;
    struct connection *c = &p.connection;
    struct cached_statement *running = NULL;
    struct db_value value = {0};

    memset(text, 'x', 100000);
    open_place(&p, database);
    execute(c, "DROP TABLE IF EXISTS page");
    execute(c, strcmp(database->kind, "mariadb") == 0
                   ? "CREATE TABLE page (id INTEGER, body LONGTEXT)"
                   : "CREATE TABLE page (id INTEGER, body TEXT)");
    for (int64_t i = 1; i <= 3; i++) {
        values[0].as.integer = i;
        values[1].as.text.len = i == 2 ? 3 : 100000;
        text[values[1].as.text.len] = '\0';
        assert_int_equal(run(c, "INSERT INTO page VALUES (?, ?)", values, 2), 0);
        text[values[1].as.text.len] = i == 2 ? 'x' : '\0';
    }
    assert_int_equal(connection_query(c, CONNECTION_READS, STR("SELECT body FROM page ORDER BY id"),
                                      NULL, 0, &running),
                     1);
    for (int i = 1; i <= 3; i++) {
        c->config->adapter->column(connection_statement(running), 0, &value);
        assert_int_equal(value.as.text.len, i == 2 ? 3 : 100000);
        assert_int_equal(value.as.text.ptr[value.as.text.len - 1], 'x');
        assert_int_equal(connection_next(c, running), i < 3 ? 1 : 0);
    }
    connection_end(running);
    close_place(&p);
}

static void a_second_one_of_a_kind_is_refused_by_name(const struct database *database)
{
    const struct db_value first[] = {INTEGER(1), TEXT("a")};
    const struct db_value second[] = {INTEGER(2), TEXT("a")};
    struct place p;
    struct connection *c = &p.connection;

    open_place(&p, database);
    make_table(c);
    assert_int_equal(run(c, "INSERT INTO thing (id, name) VALUES (?, ?)", first, 2), 0);
    assert_int_equal(run(c, "INSERT INTO thing (id, name) VALUES (?, ?)", second, 2), SAILS_EDB);
    assert_int_equal(c->error.fault, DB_FAULT_UNIQUE);
    assert_string_equal(c->error.columns, "name");
    assert_int_equal(run(c, "INSERT INTO nowhere (id, name) VALUES (?, ?)", second, 2), SAILS_EDB);
    assert_int_equal(c->error.fault, DB_FAULT_NO_TABLE);
    assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", second, 2), SAILS_EDB);
    assert_int_equal(ask(c, "SELECT COUNT(*) FROM thing"), 1);
    close_place(&p);
}

static void what_is_rolled_back_is_gone(const struct database *database)
{
    static const struct db_value one[] = {INTEGER(1)};
    static const struct db_value two[] = {INTEGER(2)};
    struct place p;
    struct connection *c = &p.connection;

    open_place(&p, database);
    make_table(c);
    assert_int_equal(connection_begin(c), 0);
    assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", one, 1), 0);
    assert_int_equal(connection_begin(c), 0);
    assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", two, 1), 0);
    assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", two, 1), SAILS_EDB);
    connection_rollback(c);
    assert_int_equal(c->error.fault, DB_FAULT_UNIQUE); /* still: why it was rolled back */
    assert_int_equal(ask(c, "SELECT COUNT(*) FROM thing"), 1);
    assert_int_equal(connection_commit(c), 0);
    assert_int_equal(connection_begin(c), 0);
    assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", two, 1), 0);
    connection_rollback(c);
    assert_int_equal(ask(c, "SELECT COUNT(*) FROM thing"), 1);
    assert_int_equal(c->depth, 0);
    close_place(&p);
}

/* A statement that failed, and that nobody looked at: the transaction is whole, or it is not committed. */
static void what_is_not_whole_is_not_committed(const struct database *database)
{
    static const struct db_value one[] = {INTEGER(1)};
    struct place p;
    struct connection *c = &p.connection;
    int rc = 0;

    open_place(&p, database);
    make_table(c);
    assert_int_equal(connection_begin(c), 0);
    assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", one, 1), 0);
    assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", one, 1), SAILS_EDB);
    rc = connection_commit(c);
    assert_int_equal(rc, strcmp(database->kind, "postgresql") == 0 ? SAILS_EDB : 0);
    assert_int_equal(ask(c, "SELECT COUNT(*) FROM thing"), rc == 0 ? 1 : 0);
    assert_int_equal(c->depth, 0);
    close_place(&p);
}

/* More shapes than are kept, and again from the first: the oldest were thrown away, also on the server. */
static void shapes_of_statements_are_bounded(const struct database *database)
{
    struct place p;
    struct connection *c = &p.connection;

    open_place(&p, database);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < CONNECTION_STATEMENTS_MAX + 10; i++) {
            char sql[64];

            snprintf(sql, sizeof(sql), "SELECT %d", i);
            assert_int_equal(ask(c, sql), i);
            assert_true(c->n_statements <= CONNECTION_STATEMENTS_MAX);
        }
    }
    assert_int_equal(c->n_statements, CONNECTION_STATEMENTS_MAX);
    close_place(&p);
}

static void a_statement_follows_its_table(const struct database *database)
{
    struct place p;
    struct connection *c = &p.connection;

    open_place(&p, database);
    make_table(c);
    assert_int_equal(ask(c, "SELECT * FROM thing"), -1);
    execute(c, "ALTER TABLE thing ADD COLUMN more INTEGER");
    assert_int_equal(ask(c, "SELECT * FROM thing"), -1);
    execute(c, "INSERT INTO thing (id) VALUES (3)");
    assert_int_equal(ask(c, "SELECT * FROM thing"), 3);
    close_place(&p);
}

static void each_allocation_may_fail(const struct database *database)
{
    json_t *json = database_config(database);
    bool is_done = false;

    for (long n = 0; !is_done; n++) {
        struct place p = {0};
        struct db_error error = {0};
        int rc = 0;

        mem_fail_after(n);
        rc = db_config_read(&p.config, "test", json, &error);
        if (rc == 0) {
            connection_init(&p.connection, &p.config);
            rc = connection_execute(&p.connection, "DROP TABLE IF EXISTS few");
            rc = rc < 0 ? rc : connection_execute(&p.connection, "CREATE TABLE few (id INTEGER)");
            rc = rc < 0 ? rc
                        : run(&p.connection, "INSERT INTO few VALUES (?)",
                              &(struct db_value)INTEGER(1), 1);
            mem_fail_after(-1);
            if (rc == 0) {
                assert_int_equal(ask(&p.connection, "SELECT id FROM few"), 1);
                is_done = true;
            }
            close_place(&p);
        }
        mem_fail_after(-1);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        assert_true(n < 200);
    }
    json_decref(json);
}

static void on_all(void (*test)(const struct database *database))
{
    for (size_t i = 0; i < ARRAY_LEN(databases); i++) {
        print_message("           %s\n", databases[i].kind);
        test(&databases[i]);
    }
}

#define ON_ALL(test)                                                                               \
    static void test##_everywhere(void **state)                                                    \
    {                                                                                              \
        (void)state;                                                                               \
        on_all(test);                                                                              \
    }

ON_ALL(values_come_back_as_they_went)
ON_ALL(long_texts_are_whole)
ON_ALL(a_second_one_of_a_kind_is_refused_by_name)
ON_ALL(what_is_rolled_back_is_gone)
ON_ALL(what_is_not_whole_is_not_committed)
ON_ALL(shapes_of_statements_are_bounded)
ON_ALL(a_statement_follows_its_table)
ON_ALL(each_allocation_may_fail)

static void a_server_that_comes_back_is_found_again(void **state)
{
    (void)state;
    for (size_t i = 1; i < ARRAY_LEN(databases); i++) {
        static const struct db_value one[] = {INTEGER(1)};
        struct place p;
        struct connection *c = &p.connection;

        open_place(&p, &databases[i]);
        make_table(c);
        database_tell(&databases[i], "stop");
        database_tell(&databases[i], "start");
        assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", one, 1), 0);
        database_tell(&databases[i], "kill");
        database_tell(&databases[i], "start");
        assert_int_equal(ask(c, "SELECT COUNT(*) FROM thing"), 1);
        database_tell(&databases[i], "kill");
        assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", one, 1), SAILS_EDB);
        assert_int_equal(c->error.fault, DB_FAULT_AWAY);
        database_tell(&databases[i], "start");
        assert_int_equal(ask(c, "SELECT COUNT(*) FROM thing"), 1);
        close_place(&p);
    }
}

static void a_server_that_dies_ends_the_transaction(void **state)
{
    (void)state;
    for (size_t i = 1; i < ARRAY_LEN(databases); i++) {
        static const struct db_value one[] = {INTEGER(1)};
        struct place p;
        struct connection *c = &p.connection;

        open_place(&p, &databases[i]);
        make_table(c);
        assert_int_equal(connection_begin(c), 0);
        assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", one, 1), 0);
        database_tell(&databases[i], "kill");
        database_tell(&databases[i], "start");
        assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", one, 1), SAILS_EDB);
        assert_int_equal(c->error.fault, DB_FAULT_LOST);
        /* Not outside of it either, as long as it has not ended. */
        assert_int_equal(run(c, "INSERT INTO thing (id) VALUES (?)", one, 1), SAILS_EDB);
        assert_int_equal(connection_commit(c), SAILS_EDB);
        assert_int_equal(c->error.fault, DB_FAULT_LOST);
        assert_int_equal(ask(c, "SELECT COUNT(*) FROM thing"), 0);
        close_place(&p);
    }
}

/* By SQLite's own numbers. */
static void a_commit_waits_for_the_disk_unless_it_is_told_not_to(void **state)
{
    static const struct {
        const char *word;
        int64_t number;
    } cases[] = {{NULL, 2}, {"full", 2}, {"normal", 1}, {"off", -1}};

    char folder[] = "/tmp/connection_test-XXXXXX";
    char file[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof(file), "%s/db.sqlite", folder);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct place p = {0};
        struct db_error error = {0};
        json_t *json = json_pack("{s:s,s:s*}", "file", file, "synchronous", cases[i].word);
        int rc = db_config_read(&p.config, "test", json, &error);

        json_decref(json);
        if (cases[i].number < 0) {
            assert_int_equal(rc, SAILS_ECONFIG);
            assert_string_equal(error.text, "`synchronous` must be full or normal");
            continue;
        }
        assert_int_equal(rc, 0);
        connection_init(&p.connection, &p.config);
        assert_int_equal(connection_open(&p.connection), 0);
        assert_int_equal(ask(&p.connection, "PRAGMA synchronous"), cases[i].number);
        close_place(&p);
        assert_int_equal(unlink(file), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

DATABASE_GROUP(databases, kinds)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_as_they_went_everywhere),
        cmocka_unit_test(long_texts_are_whole_everywhere),
        cmocka_unit_test(a_second_one_of_a_kind_is_refused_by_name_everywhere),
        cmocka_unit_test(what_is_rolled_back_is_gone_everywhere),
        cmocka_unit_test(what_is_not_whole_is_not_committed_everywhere),
        cmocka_unit_test(shapes_of_statements_are_bounded_everywhere),
        cmocka_unit_test(a_statement_follows_its_table_everywhere),
        cmocka_unit_test(each_allocation_may_fail_everywhere),
        cmocka_unit_test(a_commit_waits_for_the_disk_unless_it_is_told_not_to),
        cmocka_unit_test(a_server_that_comes_back_is_found_again),
        cmocka_unit_test(a_server_that_dies_ends_the_transaction),
    };

    return cmocka_run_group_tests(tests, start_all, end_all);
}
