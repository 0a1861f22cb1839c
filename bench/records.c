/*
 * What the ORM costs beside the database: each call against the bare statements that do the same, which are
 * prepared once, bind, step, and build the same JSON; over SQLite in memory, round by round in turn.
 *
 *     bench-records [rounds]     9 rounds
 *
 * CPU time of this process, the database's part included on both sides. The ratio is what counts.
 */
#include "base/macros.h"
#include "definitions/definitions.h"
#include "orm/database.h"
#include "orm/migrate.h"
#include "swarm.h"

#include <sqlite3.h>

#include <sails/db.h>
#include <stdio.h>
#include <time.h>

enum {
    LOOK_UPS = 20000,
    NEW_RECORDS = 10000,
    PARENTS = 1000,
    CHILDREN = 10, /* of each */
    ROUNDS_MAX = 101
};

/* ---- the world ---- */

static const char models[] =
    "{\"person\": {\"attributes\": {\"name\": {\"type\": \"string\", \"required\": true},"
    " \"email\": {\"type\": \"string\", \"isEmail\": true}, \"age\": \"number\","
    " \"active\": \"boolean\", \"bio\": {\"type\": \"string\", \"allowNull\": true},"
    " \"pets\": {\"collection\": \"pet\", \"via\": \"owner\"}}},"
    " \"pet\": {\"attributes\": {\"name\": \"string\", \"owner\": {\"model\": \"person\"}}},"
    " \"entry\": {\"attributes\": {\"name\": {\"type\": \"string\", \"required\": true},"
    " \"email\": {\"type\": \"string\", \"isEmail\": true}, \"age\": \"number\","
    " \"active\": \"boolean\"}}}";

static const char defaults[] =
    "{\"attributes\": {\"id\": {\"type\": \"number\", \"autoIncrement\": true},"
    " \"createdAt\": {\"type\": \"number\", \"autoCreatedAt\": true},"
    " \"updatedAt\": {\"type\": \"number\", \"autoUpdatedAt\": true}}}";

struct world {
    struct orm *orm;
    struct datastores datastores;
    sails_db *db;
    sqlite3 *sqlite; /* the same database */
    json_t *records; /* for createEach() */
};

static int64_t stopped_clock(void *ctx)
{
    (void)ctx;
    return 1700000000000;
}

static void need(const struct world *w, int rc, const char *what)
{
    if (rc < 0) {
        die("%s: %s", what, sails_db_error(w->db));
    }
}

static json_t *make_records(size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:i,s:b}", "name", "Ada", "email",
                                        "ada@example.com", "age", (int)(i % 90), "active", 1));
    }
    return list;
}

static json_t *make_pets(void)
{
    json_t *list = json_array();

    for (int i = 0; i < PARENTS * CHILDREN; i++) {
        json_array_append_new(list,
                              json_pack("{s:s,s:i}", "name", "Rex", "owner", i % PARENTS + 1));
    }
    return list;
}

static void open_world(struct world *w)
{
    struct definitions definitions = {.models = json_loads(models, 0, NULL),
                                      .defaults = json_loads(defaults, 0, NULL),
                                      .datastores = json_pack("{s:{s:s,s:s}}", "default", "adapter",
                                                              "sqlite", "url", ":memory:")};
    struct buf problems = {0};
    struct buf warnings = {0};
    bool is_about_models = false;

    if (definitions_read(&definitions, &problems, &warnings, &is_about_models, &w->orm) < 0 ||
        datastores_init(&w->datastores, w->orm, &problems) < 0) {
        die("%.*s", STR_FMT(buf_str(&problems)));
    }
    w->datastores.now_ms = stopped_clock;
    w->db = database_create(&w->datastores);
    need(w, migrate_run(w->db, MIGRATE_DROP, NULL, NULL), "migrate");
    w->sqlite = sails_db_driver(w->db, NULL);
    w->records = make_records(NEW_RECORDS);
    need(w, sails_create_each(w->db, "person", make_records(PARENTS), NULL, NULL), "person");
    need(w, sails_create_each(w->db, "pet", make_pets(), NULL, NULL), "pet");
    json_decref(definitions.models);
    json_decref(definitions.defaults);
    json_decref(definitions.datastores);
    buf_deinit(&warnings);
}

static void close_world(struct world *w)
{
    json_decref(w->records);
    database_destroy(w->db);
    datastores_deinit(&w->datastores);
    orm_destroy(w->orm);
}

/* ---- bare statements ---- */

static sqlite3_stmt *prepare(const struct world *w, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(w->sqlite, sql, -1, &statement, NULL) != SQLITE_OK) {
        die("%s: %s", sql, sqlite3_errmsg(w->sqlite));
    }
    return statement;
}

/* As a column of the model is read; `is_boolean` as its attribute is. */
static json_t *column(sqlite3_stmt *statement, int i, bool is_boolean)
{
    switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER:
        return is_boolean ? json_boolean(sqlite3_column_int(statement, i))
                          : json_integer(sqlite3_column_int64(statement, i));
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(statement, i));
    case SQLITE_TEXT:
        return json_stringn((const char *)sqlite3_column_text(statement, i),
                            (size_t)sqlite3_column_bytes(statement, i));
    default:
        return json_null();
    }
}

static json_t *row(sqlite3_stmt *statement, const char *const *names, int n, int boolean)
{
    json_t *record = json_object();

    for (int i = 0; i < n; i++) {
        json_object_set_new(record, names[i], column(statement, i, i == boolean));
    }
    return record;
}

static const char *const person_columns[] = {"createdAt", "updatedAt", "id",     "name",
                                             "email",     "age",       "active", "bio"};
static const char *const pet_columns[] = {"createdAt", "updatedAt", "id", "name", "owner"};

#define PERSON "SELECT createdAt, updatedAt, id, name, email, age, active, bio FROM person"
#define PET    "SELECT createdAt, updatedAt, id, name, owner FROM pet"

/* ---- the three calls, each as we do it and bare ---- */

static void find_one(const struct world *w)
{
    for (int i = 0; i < LOOK_UPS; i++) {
        json_t *record = NULL;

        need(w, sails_find_one(w->db, "person", json_integer(i % PARENTS + 1), NULL, &record),
             "findOne");
        json_decref(record);
    }
}

static void find_one_bare(const struct world *w)
{
    sqlite3_stmt *statement = prepare(w, PERSON " WHERE id = ?");

    for (int i = 0; i < LOOK_UPS; i++) {
        sqlite3_bind_int64(statement, 1, i % PARENTS + 1);
        if (sqlite3_step(statement) != SQLITE_ROW) {
            die("no record %d", i % PARENTS + 1);
        }
        json_decref(row(statement, person_columns, ARRAY_LEN(person_columns), 6));
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
}

static void create_each(const struct world *w)
{
    need(w, sails_create_each(w->db, "entry", json_incref(w->records), NULL, NULL), "createEach");
}

static void bind_text(sqlite3_stmt *statement, int at, const json_t *value)
{
    sqlite3_bind_text(statement, at, json_string_value(value), (int)json_string_length(value),
                      SQLITE_STATIC);
}

static void create_each_bare(const struct world *w)
{
    sqlite3_stmt *statement =
        prepare(w, "INSERT INTO entry (createdAt, updatedAt, name, email, age, active)"
                   " VALUES (?, ?, ?, ?, ?, ?)");

    sqlite3_exec(w->sqlite, "BEGIN", NULL, NULL, NULL);
    for (size_t i = 0; i < json_array_size(w->records); i++) {
        const json_t *record = json_array_get(w->records, i);

        sqlite3_bind_int64(statement, 1, 1700000000000);
        sqlite3_bind_int64(statement, 2, 1700000000000);
        bind_text(statement, 3, json_object_get(record, "name"));
        bind_text(statement, 4, json_object_get(record, "email"));
        sqlite3_bind_int64(statement, 5, json_integer_value(json_object_get(record, "age")));
        sqlite3_bind_int(statement, 6, json_is_true(json_object_get(record, "active")));
        if (sqlite3_step(statement) != SQLITE_DONE) {
            die("insert: %s", sqlite3_errmsg(w->sqlite));
        }
        sqlite3_reset(statement);
    }
    sqlite3_exec(w->sqlite, "COMMIT", NULL, NULL, NULL);
    sqlite3_finalize(statement);
}

static void find_populated(const struct world *w)
{
    struct sails_query query = {.populates = json_pack("{s:b}", "pets", 1)};
    json_t *records = NULL;

    need(w, sails_find(w->db, "person", NULL, &query, &records), "find");
    if (json_array_size(records) != PARENTS ||
        json_array_size(json_object_get(json_array_get(records, 7), "pets")) != CHILDREN) {
        die("find has not found all");
    }
    json_decref(records);
}

static void find_populated_bare(const struct world *w)
{
    char sql[sizeof(PET) + 2 * PARENTS + 64];
    int len = snprintf(sql, sizeof(sql), "%s WHERE owner IN (?", PET);
    sqlite3_stmt *parents = prepare(w, PERSON " ORDER BY id");
    sqlite3_stmt *children = NULL;
    json_t *records = json_array();

    for (int i = 1; i < PARENTS; i++) {
        sql[len++] = ',';
        sql[len++] = '?';
    }
    snprintf(sql + len, sizeof(sql) - (size_t)len, ") ORDER BY id");
    children = prepare(w, sql);
    while (sqlite3_step(parents) == SQLITE_ROW) {
        json_t *parent = row(parents, person_columns, ARRAY_LEN(person_columns), 6);

        json_object_set_new(parent, "pets", json_array());
        json_array_append_new(records, parent);
        sqlite3_bind_int64(children, (int)json_array_size(records),
                           json_integer_value(json_object_get(parent, "id")));
    }
    while (sqlite3_step(children) == SQLITE_ROW) {
        json_t *child = row(children, pet_columns, ARRAY_LEN(pet_columns), -1);
        json_int_t owner = json_integer_value(json_object_get(child, "owner"));
        json_t *parent = json_array_get(records, (size_t)owner - 1);

        json_array_append_new(json_object_get(parent, "pets"), child);
    }
    sqlite3_finalize(parents);
    sqlite3_finalize(children);
    json_decref(records);
}

/* ---- measuring ---- */

static double cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double measure(const struct world *w, void (*run)(const struct world *w))
{
    double start = cpu_us();

    run(w);
    return cpu_us() - start;
}

static const struct call {
    const char *name;
    void (*ours)(const struct world *w);
    void (*bare)(const struct world *w);
    double aim; /* ours at most so many times bare */
    double per; /* how many things a round does */
    const char *unit;
} calls[] = {
    {"findOne by primary key", find_one, find_one_bare, 2.0, LOOK_UPS, "record"},
    {"createEach of 10000", create_each, create_each_bare, 1.5, NEW_RECORDS, "record"},
    {"find of 1000 with 10 children each", find_populated, find_populated_bare, 2.0,
     PARENTS *(1 + CHILDREN), "record"},
};

static void report(const struct world *w, const struct call *call, size_t rounds)
{
    double ours[ROUNDS_MAX];
    double bare[ROUNDS_MAX];
    double ratios[ROUNDS_MAX];

    for (size_t i = 0; i < rounds; i++) {
        ours[i] = measure(w, call->ours);
        bare[i] = measure(w, call->bare);
        ratios[i] = ours[i] / bare[i];
    }
    double ratio = median(ratios, rounds);

    printf("records: %s: CPU for one %s: %.2f us, bare %.2f us (medians)\n", call->name, call->unit,
           median(ours, rounds) / call->per, median(bare, rounds) / call->per);
    printf("records: %s: ratio %.2f (median of the rounds; the aim is at most %.1f); from %.2f to "
           "%.2f\n",
           call->name, ratio, call->aim, ratios[0], ratios[rounds - 1]);
}

int main(int argc, char **argv)
{
    size_t rounds = number_argument(argc, argv, 1, 9);
    struct world w = {0};

    if (rounds == 0 || rounds > ROUNDS_MAX) {
        die("rounds: 1 to %d", (int)ROUNDS_MAX);
    }
    open_world(&w);
    printf("records: SQLite %s in memory, %zu rounds\n", sqlite3_libversion(), rounds);
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        report(&w, &calls[i], rounds);
    }
    close_world(&w);
    return 0;
}
