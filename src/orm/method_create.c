#include "orm/method.h"
#include "orm/records.h"
#include "orm/sql_write.h"

#include <assert.h>
#include <sails/err.h>

/* ---- before ---- */

/* beforeCreate may change a record; nothing is checked again. */
static int call_before(struct sails_db *db, struct orm_query *q, struct values *record)
{
    json_t *json = NULL;
    int rc = 0;

    if (q->model->before_create.call == NULL || q->meta.skip_lifecycle_callbacks) {
        return 0;
    }
    json = arena_keep_new(&q->arena, values_to_json(record, true));
    if (json == NULL) {
        return orm_error_set_no_memory(&db->error);
    }
    rc = method_callback(db, q, &q->model->before_create, json);
    if (rc == 0) {
        rc = values_from_json(record, &q->arena, q->model, json, true, &db->error);
    }
    return rc;
}

static int call_before_each(struct sails_db *db, struct orm_query *q)
{
    int rc = 0;

    for (size_t i = 0; i < q->n_records && rc == 0; i++) {
        rc = call_before(db, q, &q->records[i]);
    }
    return rc;
}

/* ---- insert ---- */

static const json_t *key_of(const struct values *record)
{
    for (size_t i = 0; i < record->n; i++) {
        if (record->values[i].attribute->is_primary_key) {
            return record->values[i].value;
        }
    }
    return NULL;
}

static bool has_key(const struct values *record)
{
    const json_t *key = key_of(record);

    return key != NULL && !json_is_null(key);
}

/* How many of the records from `at` on go into one statement. */
static size_t count_for_one(const struct orm_query *q, size_t at, const struct sql_dialect *dialect)
{
    bool with_key = has_key(&q->records[at]);
    size_t columns = q->records[at].n > 0 ? q->records[at].n : 1;
    size_t max = dialect->params_max / columns;
    size_t n = 1;

    if (q->records[at].n <= 1 && !with_key) {
        return 1; /* DEFAULT VALUES is of one row */
    }
    max = max < dialect->rows_max ? max : dialect->rows_max;
    while (n < max && at + n < q->n_records && has_key(&q->records[at + n]) == with_key) {
        n++;
    }
    return n;
}

/* What an insertion is to tell. */
struct inserted {
    struct records_reader
        reader;   /* list: whole records; NULL: nobody wants them, or no RETURNING */
    json_t *keys; /* of a database without RETURNING; NULL: nobody wants them */
};

/* Of a database without RETURNING: ids of one statement follow each other. */
static int add_keys(struct inserted *inserted, const struct orm_query *q, size_t at, size_t n,
                    int64_t first)
{
    for (size_t i = 0; i < n; i++) {
        json_t *key = has_key(&q->records[at + i])
                          ? json_incref((json_t *)(uintptr_t)key_of(&q->records[at + i]))
                          : json_integer(first + (int64_t)i);

        if (json_array_append_new(inserted->keys, key) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

/* How the statement that inserts looks: the next one with the same numbers is the same text. */
struct shape {
    size_t n; /* records; 0: there is no statement yet */
    bool with_key;
};

static void make_insert(struct sails_db *db, const struct orm_query *q, size_t at, size_t n,
                        bool returning, struct shape *shape)
{
    bool with_key = has_key(&q->records[at]);
    struct sql *sql = &db->sql;

    if (n == shape->n && with_key == shape->with_key) {
        sql_write_insert_again(sql, &q->records[at], n, with_key);
        return;
    }
    sql = database_sql(db, q->model);
    sql_write_insert(sql, &q->records[at], n, with_key, returning);
    *shape = (struct shape){n, with_key};
}

static int insert_some(struct sails_db *db, struct orm_query *q, size_t at, size_t n,
                       struct inserted *inserted, struct shape *shape)
{
    const struct orm_model *model = q->model;
    bool returning = inserted->reader.list != NULL;
    int64_t first = 0;
    int rc = 0;

    make_insert(db, q, at, n, returning, shape);
    if (returning) {
        return database_change(db, model, records_read_row, &inserted->reader, NULL, NULL);
    }
    rc = database_change(db, model, NULL, NULL, inserted->keys != NULL ? &first : NULL, NULL);
    return rc == 0 && inserted->keys != NULL ? method_told(db, add_keys(inserted, q, at, n, first))
                                             : rc;
}

/*
 * A sequence of PostgreSQL's does not see ids that are given: without this the next id that it makes may
 * be one that is there. It is never put back, for somebody else may have been given a value meanwhile.
 */
static int raise_sequence(struct sails_db *db, const struct orm_query *q, json_int_t highest)
{
    const struct orm_attribute *key = q->model->primary_key;
    struct sql *sql = database_sql(db, q->model);

    if (!sql->dialect->numbers_params || !key->auto_increment || highest <= 0) {
        return 0;
    }
    sql_append(sql, "SELECT setval(s, GREATEST(h, pg_sequence_last_value(s))) FROM (SELECT ");
    sql_append_value(sql, (struct db_value){.type = DB_INTEGER, .as.integer = highest});
    sql_append(sql, "::bigint AS h, pg_get_serial_sequence(quote_ident(");
    sql_append_value(sql, (struct db_value){.type = DB_TEXT, .as.text = q->model->table});
    sql_append(sql, "), ");
    sql_append_value(sql, (struct db_value){.type = DB_TEXT, .as.text = key->column});
    sql_append(sql, ")::regclass AS s) q WHERE h > COALESCE(pg_sequence_last_value(s), 0)");
    return database_change(db, q->model, NULL, NULL, NULL, NULL);
}

static json_int_t highest_id(const struct orm_query *q, size_t at, size_t n)
{
    json_int_t highest = 0;

    for (size_t i = at; i < at + n; i++) {
        json_int_t id = json_integer_value(key_of(&q->records[i]));

        highest = id > highest ? id : highest;
    }
    return highest;
}

static int insert_all(struct sails_db *db, struct orm_query *q, struct inserted *inserted)
{
    const struct sql_dialect *dialect = database_sql(db, q->model)->dialect;
    struct shape shape = {0, false};
    json_int_t highest = 0;
    int rc = 0;

    for (size_t at = 0; at < q->n_records && rc == 0;) {
        size_t n = count_for_one(q, at, dialect);
        json_int_t id = highest_id(q, at, n);

        rc = insert_some(db, q, at, n, inserted, &shape);
        at += n;
        highest = id > highest ? id : highest;
        /* Who comes next without an id gets one above those that were given. */
        if (rc == 0 && highest > 0 && (at == q->n_records || !has_key(&q->records[at]))) {
            rc = raise_sequence(db, q, highest);
            highest = 0;
            shape = (struct shape){0, false};
        }
    }
    return rc;
}

/* ---- behind ---- */

/* A new record has no members: [] changes nothing, and what dangles of one that had its key before stays. */
static void forget_empty_collections(struct orm_query *q)
{
    for (size_t i = 0; i < q->n_records; i++) {
        struct values *values = &q->records[i];
        size_t n = 0;

        for (size_t j = 0; j < values->n_collections; j++) {
            if (values->collections[j].n > 0) {
                values->collections[n++] = values->collections[j];
            }
        }
        values->n_collections = n;
    }
}

static int replace_members(struct sails_db *db, struct orm_query *q, const json_t *records)
{
    int rc = 0;

    for (size_t i = 0; i < q->n_records && rc == 0; i++) {
        const json_t *key =
            json_object_get(json_array_get(records, i), q->model->primary_key->name.ptr);
        json_t *keys = NULL;

        if (q->records[i].n_collections == 0) {
            continue;
        }
        keys = json_pack("[O]", key);
        rc = keys != NULL ? method_replace_members(db, q, keys, &q->records[i])
                          : orm_error_set_no_memory(&db->error);
        json_decref(keys);
    }
    return rc;
}

static bool has_members(const struct orm_query *q)
{
    for (size_t i = 0; i < q->n_records; i++) {
        if (q->records[i].n_collections > 0) {
            return true;
        }
    }
    return false;
}

static bool calls_after(const struct orm_query *q)
{
    return q->meta.fetch && q->model->after_create.call != NULL &&
           !q->meta.skip_lifecycle_callbacks;
}

/* Members of collections are found in the datastore of their own; one transaction is the records'. */
static int create(struct sails_db *db, struct orm_query *q, json_t **records)
{
    bool wants_records = q->meta.fetch || has_members(q);
    bool returns = database_sql(db, q->model)->dialect->has_returning;
    struct inserted inserted = {
        .reader = {.model = q->model,
                   .decrypts = q->meta.decrypt,
                   .list = wants_records && returns ? json_array() : NULL},
        .keys = wants_records && !returns ? json_array() : NULL,
    };
    int rc = insert_all(db, q, &inserted);

    if (rc == 0 && wants_records && !returns) {
        rc = records_query_by_keys(db, q->model, inserted.keys, q->meta.decrypt,
                                   &inserted.reader.list);
    }
    if (rc == 0) {
        rc = replace_members(db, q, inserted.reader.list);
    }
    if (rc == 0 && calls_after(q)) {
        rc = method_callback_each(db, q, &q->model->after_create, inserted.reader.list);
    }
    json_decref(inserted.keys);
    if (rc < 0 || !q->meta.fetch) {
        json_decref(inserted.reader.list);
        return rc;
    }
    *records = inserted.reader.list;
    return 0;
}

static bool is_one_statement(struct sails_db *db, const struct orm_query *q)
{
    return q->n_records == 1 && !has_members(q) && !calls_after(q) &&
           !database_is_fragile(db, q->model) && q->model->before_create.call == NULL &&
           (!has_key(&q->records[0]) || !q->model->primary_key->auto_increment) &&
           (!q->meta.fetch || database_sql(db, q->model)->dialect->has_returning);
}

int method_create(struct sails_db *db, struct orm_query *q, json_t **records)
{
    int rc = 0;

    *records = NULL;
    forget_empty_collections(q);
    if (is_one_statement(db, q)) {
        return create(db, q, records);
    }
    rc = database_begin(db, q->model);
    if (rc < 0) {
        return rc;
    }
    rc = call_before_each(db, q);
    forget_empty_collections(q);
    rc = rc == 0 ? create(db, q, records) : rc;
    rc = database_finish(db, q->model, rc);
    if (rc < 0) {
        json_decref(*records);
        *records = NULL;
    }
    return rc;
}

/* Both in one transaction, so that what is found is still there; two at once may both create, unless
 * something of the record is unique. */
int method_find_or_create(struct sails_db *db, struct orm_query *q, struct method_result *result)
{
    json_t *records = NULL;
    int rc = orm_query_check_breadth(q, &db->error);

    rc = rc == 0 ? database_begin(db, q->model) : rc;
    if (rc < 0) {
        return rc;
    }
    if (!q->criteria.matches_nothing) {
        rc = method_find_one(db, q, &result->value);
    }
    if (rc == 0 && result->value == NULL) {
        q->meta.fetch = true;
        rc = method_create(db, q, &records);
        result->value = rc == 0 ? json_incref(json_array_get(records, 0)) : NULL;
        result->created = rc == 0;
        json_decref(records);
    }
    return database_finish(db, q->model, rc);
}
