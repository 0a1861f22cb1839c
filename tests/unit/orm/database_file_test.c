/*
 * A database in a file: its disk is full, two programs write to it, one of them dies. What was acknowledged
 * is there, and nothing of the rest.
 */
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/models.h"
#include "support/orm_world.h"

#include <sails/db.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TEXT_LEN = 20000,     /* of a record that fills a disk */
    DISK_BYTES = 1000000, /* of a small one */
    RECORDS_EACH = 100    /* of each of two programs */
};

static const char models[] =
    "{\"doc\": {\"primaryKey\": \"key\", \"attributes\": {"
    "   \"key\": {\"type\": \"string\", \"required\": true}, \"text\": \"string\"}},"
    " \"counter\": {\"attributes\": {\"id\": {\"type\": \"number\", \"autoIncrement\": true},"
    "   \"n\": \"number\"}}}";
static const char defaults[] = "{\"archiveModelIdentity\": false}";

struct place {
    char folder[64];
    char file[96];
};

static int make_place(void **state)
{
    struct place *place = mem_calloc(1, sizeof(*place));

    snprintf(place->folder, sizeof(place->folder), "/tmp/sails-file-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->file, sizeof(place->file), "%s/db.sqlite", place->folder);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    static const char *const behind[] = {"", "-wal", "-shm"};
    struct place *place = *state;

    for (size_t i = 0; i < ARRAY_LEN(behind); i++) {
        char file[128];

        snprintf(file, sizeof(file), "%s%s", place->file, behind[i]);
        (void)unlink(file);
    }
    assert_int_equal(rmdir(place->folder), 0);
    mem_free(place);
    return 0;
}

static json_t *config_of(const struct place *place)
{
    return json_pack("{s:s}", "file", place->file);
}

static void connect_to(struct orm_world *w, const struct place *place)
{
    orm_world_connect(w, config_of(place), models, defaults);
}

static void make_tables(const struct place *place)
{
    struct orm_world w;

    orm_world_open(&w, config_of(place), models, defaults);
    assert_int_equal(sails_create(w.db, "counter", models_json("{'n': 0}"), NULL, NULL), 0);
    orm_world_close(&w);
}

static int64_t count(sails_db *db)
{
    int64_t n = -1;

    if (sails_count(db, "doc", NULL, &n) < 0) {
        fail_msg("%s", sails_db_error(db));
    }
    return n;
}

static void expect_count(const struct place *place, int64_t expected)
{
    struct orm_world w;

    connect_to(&w, place);
    assert_int_equal(count(w.db), expected);
    orm_world_close(&w);
}

static json_t *long_text(void)
{
    static char text[TEXT_LEN + 1];

    memset(text, 'x', TEXT_LEN);
    return json_string(text);
}

static int create(sails_db *db, const char *who, int i, json_t *text)
{
    char key[32];

    snprintf(key, sizeof(key), "%s-%d", who, i);
    return sails_create(db, "doc", json_pack("{s:s,s:o}", "key", key, "text", text), NULL, NULL);
}

/* How many records the disk takes. */
static int fill_up(sails_db *db)
{
    for (int i = 0; i < 10 * DISK_BYTES / TEXT_LEN; i++) {
        int rc = create(db, "full", i, long_text());

        if (rc < 0) {
            assert_int_equal(rc, SAILS_EDB);
            assert_string_equal(sails_db_error_name(db), "AdapterError");
            assert_non_null(strstr(sails_db_error(db), "full"));
            return i;
        }
    }
    fail_msg("the disk is never full");
    return 0;
}

static void set_pages(sails_db *db, int pages)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", pages);
    assert_int_equal(sails_native(db, NULL, sql, NULL, NULL, NULL), 0);
}

/* All of a createEach(), or nothing; and again once there is room. */
static void a_full_database_takes_nothing_in_part(void **state)
{
    const struct place *place = *state;
    struct orm_world w;
    json_t *list = json_array();
    int n = 0;

    make_tables(place);
    connect_to(&w, place);
    set_pages(w.db, 100);
    n = fill_up(w.db);
    assert_in_range(n, 1, 100);
    assert_int_equal(count(w.db), n);
    assert_int_equal(sails_destroy(w.db, "doc", models_json("{}"), NULL, NULL), 0);
    for (int i = 0; i < 2 * n; i++) {
        json_array_append_new(
            list, json_pack("{s:o,s:o}", "key", json_sprintf("each-%d", i), "text", long_text()));
    }
    assert_int_equal(sails_create_each(w.db, "doc", json_incref(list), NULL, NULL), SAILS_EDB);
    assert_int_equal(count(w.db), 0);
    set_pages(w.db, 10000);
    assert_int_equal(sails_create_each(w.db, "doc", list, NULL, NULL), 0);
    assert_int_equal(count(w.db), 2 * n);
    orm_world_close(&w);
    expect_count(place, 2 * n);
}

static int write_until_full(sails_db *db, void *ctx)
{
    assert_int_equal(create(db, "first", 0, json_string("short")), 0);
    *(int *)ctx = fill_up(db);
    return 0; /* as if nothing had been */
}

/* SQLite rolls back by itself where the disk is full: a body that does not look must not take what is left for
 * the whole. */
static void a_transaction_that_was_too_much_is_not_committed_in_part(void **state)
{
    const struct place *place = *state;
    struct orm_world w;
    int n = 0;
    int rc = 0;

    make_tables(place);
    connect_to(&w, place);
    set_pages(w.db, 100);
    rc = sails_transaction(w.db, write_until_full, &n);
    /* A statement is undone, or the transaction is: which is SQLite's affair. */
    if (rc == 0) {
        assert_int_equal(count(w.db), n + 1);
    } else {
        assert_int_equal(rc, SAILS_EDB);
        assert_int_equal(count(w.db), 0);
    }
    set_pages(w.db, 10000);
    assert_int_equal(create(w.db, "after", 0, json_string("short")), 0);
    orm_world_close(&w);
    expect_count(place, rc == 0 ? n + 2 : 1);
}

/* ---- processes of their own ---- */

typedef void (*child_fn)(const struct place *place, const char *who, int to);

/* For children, where cmocka's assertions cannot jump to the test. */
static void must(bool is_true, const char *what)
{
    if (!is_true) {
        (void)fprintf(stderr, "a child: %s\n", what);
        _exit(1);
    }
}

static pid_t begin_child(child_fn run, const struct place *place, const char *who, int *from)
{
    int ends[2] = {-1, -1};
    pid_t pid = -1;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        run(place, who, ends[1]);
        _exit(0);
    }
    (void)close(ends[1]);
    *from = ends[0];
    return pid;
}

static void end_child(pid_t pid, int from, int signal_expected)
{
    int status = 0;

    (void)close(from);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (signal_expected != 0) {
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signal_expected);
    } else {
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

static void acknowledge(int to)
{
    must(write(to, "!", 1) == 1, "nobody reads what is acknowledged");
}

/* How many acknowledgements come, up to `most`. */
static int hear(int from, int most)
{
    char byte = 0;
    int n = 0;

    while (n < most && read(from, &byte, 1) == 1) {
        n++;
    }
    return n;
}

/* ---- a small disk ---- */

/* A disk of its own where that is allowed; else a bound for files, which is as good. */
static bool make_small_disk(const struct place *place)
{
    struct rlimit limit = {0};

    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("small", place->folder, "tmpfs", 0, "size=1000k") == 0) {
        return true;
    }
    (void)signal(SIGXFSZ, SIG_IGN);
    must(getrlimit(RLIMIT_FSIZE, &limit) == 0, "getrlimit");
    limit.rlim_cur = DISK_BYTES;
    must(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    return false;
}

static void enlarge_disk(const struct place *place, bool is_disk)
{
    struct rlimit limit = {0};

    if (is_disk) {
        must(mount(NULL, place->folder, NULL, MS_REMOUNT, "size=100m") == 0, "remount");
        return;
    }
    must(getrlimit(RLIMIT_FSIZE, &limit) == 0, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    must(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
}

static void fill_a_disk(const struct place *place, const char *who, int to)
{
    bool is_disk = make_small_disk(place);
    struct orm_world w;
    int n = 0;

    (void)who;
    make_tables(place);
    connect_to(&w, place);
    n = fill_up(w.db);
    must(n > 5, "a disk takes some");
    must(count(w.db) == n, "what was acknowledged is there, no more");
    orm_world_close(&w);
    enlarge_disk(place, is_disk);
    connect_to(&w, place);
    must(count(w.db) == n, "it is there for the next program, too");
    must(create(w.db, "later", 0, long_text()) == 0, "there is room again");
    must(count(w.db) == n + 1, "and it is used");
    orm_world_close(&w);
    acknowledge(to);
}

static void a_full_disk_loses_nothing(void **state)
{
    const struct place *place = *state;
    int from = -1;
    pid_t pid = begin_child(fill_a_disk, place, "", &from);
    int heard = hear(from, 1);

    end_child(pid, from, 0);
    assert_int_equal(heard, 1);
}

/* ---- two programs ---- */

static int add_one(sails_db *db, void *ctx)
{
    json_t *counter = NULL;
    json_int_t n = 0;
    int rc = sails_find_one(db, "counter", json_integer(1), NULL, &counter);

    (void)ctx;
    n = json_integer_value(json_object_get(counter, "n"));
    json_decref(counter);
    return rc == 0 ? sails_update_one(db, "counter", json_integer(1),
                                      json_pack("{s:I}", "n", n + 1), NULL, NULL)
                   : rc;
}

static void write_records(const struct place *place, const char *who, int to)
{
    struct orm_world w;

    connect_to(&w, place);
    for (int i = 0; i < RECORDS_EACH; i++) {
        must(create(w.db, who, i, json_string("text")) == 0, sails_db_error(w.db));
        must(sails_transaction(w.db, add_one, NULL) == 0, sails_db_error(w.db));
        acknowledge(to);
    }
    orm_world_close(&w);
}

/* None is refused, none is lost, and who reads and then writes in a transaction has not read in vain. */
static void two_programs_write_to_one_file(void **state)
{
    const struct place *place = *state;
    struct orm_world w;
    json_t *counter = NULL;
    int from[2] = {-1, -1};
    pid_t pids[2] = {-1, -1};

    make_tables(place);
    pids[0] = begin_child(write_records, place, "first", &from[0]);
    pids[1] = begin_child(write_records, place, "second", &from[1]);
    for (int i = 0; i < 2; i++) {
        int heard = hear(from[i], RECORDS_EACH);

        end_child(pids[i], from[i], 0);
        assert_int_equal(heard, RECORDS_EACH);
    }
    connect_to(&w, place);
    assert_int_equal(count(w.db), 2 * RECORDS_EACH);
    assert_int_equal(sails_find_one(w.db, "counter", json_integer(1), NULL, &counter), 0);
    models_expect_json(counter, "{'id': 1, 'n': 200}");
    orm_world_close(&w);
}

static int write_half(sails_db *db, void *ctx)
{
    must(create(db, "half", 0, json_string("text")) == 0, sails_db_error(db));
    acknowledge(*(int *)ctx);
    (void)pause(); /* until it is killed */
    return 0;
}

static void write_and_stop_in_between(const struct place *place, const char *who, int to)
{
    struct orm_world w;

    connect_to(&w, place);
    must(create(w.db, who, 0, json_string("text")) == 0, sails_db_error(w.db));
    (void)sails_transaction(w.db, write_half, &to);
}

/* Nothing of its transaction is left, and what it held is free. */
static void a_program_that_dies_leaves_what_it_has_acknowledged(void **state)
{
    const struct place *place = *state;
    struct orm_world w;
    json_t *docs = NULL;
    int from = -1;
    pid_t pid = -1;

    make_tables(place);
    pid = begin_child(write_and_stop_in_between, place, "whole", &from);
    assert_int_equal(hear(from, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    end_child(pid, from, SIGKILL);
    connect_to(&w, place);
    assert_int_equal(create(w.db, "next", 0, json_string("text")), 0);
    assert_int_equal(sails_find(w.db, "doc", models_json("{'select': ['key']}"), NULL, &docs), 0);
    models_expect_json(docs, "[{'key': 'next-0'}, {'key': 'whole-0'}]");
    orm_world_close(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_database_takes_nothing_in_part, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_transaction_that_was_too_much_is_not_committed_in_part,
                                        make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_full_disk_loses_nothing, make_place, remove_place),
        cmocka_unit_test_setup_teardown(two_programs_write_to_one_file, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_program_that_dies_leaves_what_it_has_acknowledged,
                                        make_place, remove_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
