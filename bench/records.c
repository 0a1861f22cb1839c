/*
 * What the ORM costs beside the database: each call against the bare statements that do the same, which are
 * prepared once, bind, step, and build the same JSON; over SQLite in memory, round by round in turn.
 *
 *     bench-records [rounds]     9 rounds
 *
 * CPU time of this process, the database's part included on both sides. The ratio is what counts.
 */
#include "base/macros.h"
#include "records_world.h"
#include "swarm.h"

#include <sqlite3.h>

#include <stdio.h>

enum {
    LOOK_UPS = 20000,
    ROUNDS_MAX = 101
};

struct world {
    struct records_world ours;
    sqlite3 *sqlite; /* the same database */
};

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
    records_world_find_one(&w->ours, LOOK_UPS);
}

static void create_each(const struct world *w)
{
    records_world_create_each(&w->ours);
}

static void find_populated(const struct world *w)
{
    records_world_find(&w->ours);
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
    for (size_t i = 0; i < json_array_size(w->ours.records); i++) {
        const json_t *record = json_array_get(w->ours.records, i);

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

static double measure(const struct world *w, void (*run)(const struct world *w))
{
    double start = records_world_cpu_us();

    run(w);
    return records_world_cpu_us() - start;
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
    records_world_open(&w.ours, ":memory:");
    w.sqlite = sails_db_driver(w.ours.db, NULL);
    printf("records: SQLite %s in memory, %zu rounds\n", sqlite3_libversion(), rounds);
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        report(&w, &calls[i], rounds);
    }
    records_world_close(&w.ours);
    return 0;
}
