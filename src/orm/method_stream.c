#include "orm/method.h"
#include "orm/records.h"

#include <assert.h>
#include <sails/err.h>
#include <stdint.h>
#include <string.h>

/*
 * Others add and remove records while a stream runs, and so does whoever gets the batches. Pages by number would then repeat
 * records or leave some out, and each page would cost all that are before it. So:
 *
 * - In the order of the primary key a page begins behind the last key of the one before:
 *       ... WHERE (asked) AND id > last ORDER BY id LIMIT batch
 *   Each page is a step in an index, and nothing is kept. What is added behind the last key comes, too.
 * - In any other order there may be no index, and every page would sort the table. So the keys are read once, in that order,
 *   and kept, eight bytes for a number; pages are records by their keys:
 *       SELECT id ... WHERE (asked) ORDER BY name, id LIMIT skip, limit
 *       ... WHERE (asked) AND id IN (...)
 *   What is added later does not come; what has gone, or does not match any more, is left out.
 *
 * Nothing is held open meanwhile: a stream may take hours, and the server may be restarted.
 */

struct stream {
    struct sails_db *db;
    struct orm_query *q;
    const struct predicate *asked; /* NULL: all records */
    struct predicate parts[2];     /* of `both`: what was asked for, and which page */
    struct predicate both;
    method_batch_cb on_batch;
    void *ctx;
    size_t batch;
};

/* From now on the criteria means, of what was asked for, one page. */
static void narrow(struct stream *s, struct predicate page)
{
    struct predicate *last = &s->parts[0];

    if (s->asked != NULL) {
        s->parts[0] = *s->asked;
        s->parts[0].next = &s->parts[1];
        last = &s->parts[1];
    }
    *last = page;
    last->next = NULL;
    s->both = (struct predicate){.kind = PREDICATE_AND, .parts = &s->parts[0]};
    s->q->criteria.where = &s->both;
}

/* What a page needs beside its records goes with it: a stream may have any number of pages. */
static int find_page(struct stream *s, json_t **records)
{
    struct criteria *c = &s->q->criteria;
    const struct orm_attribute **select = c->select;
    size_t n_select = c->n_select;
    struct arena all = s->q->arena;
    int rc = 0;

    arena_init(&s->q->arena, NULL, 0);
    rc = method_find(s->db, s->q, records);
    arena_deinit(&s->q->arena);
    s->q->arena = all;
    c->select = select;
    c->n_select = n_select;
    return rc;
}

/* Takes the records. */
static int give(struct stream *s, json_t *records)
{
    int rc = 0;

    if (json_array_size(records) > 0 && s->on_batch != NULL) {
        orm_error_clear(&s->db->error);
        rc = s->on_batch(s->db, records, s->ctx);
    }
    json_decref(records);
    return rc;
}

/* ---- by key ---- */

static bool is_by_key(const struct criteria *c)
{
    return c->n_sorts == 0 || (c->sorts[0].attribute->is_primary_key && c->sorts[0].path.len == 0);
}

static json_t *key_of_last(const struct stream *s, const json_t *records)
{
    const json_t *record = json_array_get(records, json_array_size(records) - 1);

    return json_object_get(record, s->q->model->primary_key->name.ptr);
}

static int stream_by_key(struct stream *s)
{
    struct criteria *c = &s->q->criteria;
    bool is_descending = c->n_sorts > 0 && c->sorts[0].is_descending;
    struct predicate behind = {.kind = is_descending ? PREDICATE_LT : PREDICATE_GT,
                               .attribute = s->q->model->primary_key};
    uint64_t left = c->limit;
    size_t n = s->batch;
    int rc = 0;

    while (rc == 0 && n == s->batch && left > 0) {
        json_t *records = NULL;

        c->limit = left < s->batch ? left : s->batch;
        rc = find_page(s, &records);
        n = json_array_size(records);
        left -= left == CRITERIA_NO_LIMIT ? 0 : n;
        if (n > 0) {
            json_decref(behind.value);
            behind.value = json_incref(key_of_last(s, records));
            narrow(s, behind);
            c->skip = 0;
        }
        rc = rc == 0 ? give(s, records) : rc;
    }
    json_decref(behind.value);
    return rc;
}

/* ---- by a list of keys ---- */

/* One after the other: eight bytes of a number; of a text its length, four bytes, and the text. */
struct keys {
    struct buf bytes;
    size_t at; /* where the next one begins */
    bool are_texts;
    struct keys_reader reader; /* its list has one key at a time */
};

static void keep_text(struct keys *keys, const json_t *key)
{
    uint32_t len = (uint32_t)json_string_length(key);

    assert(json_string_length(key) <= UINT32_MAX);
    buf_append(&keys->bytes, &len, sizeof(len));
    buf_append(&keys->bytes, json_string_value(key), len);
}

static int keep_key(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    struct keys *keys = ctx;
    int rc = records_read_key(statement, adapter, &keys->reader);
    const json_t *key = json_array_get(keys->reader.list, 0);
    int64_t number = (int64_t)json_number_value(key);

    if (rc < 0) {
        return rc;
    }
    if (keys->are_texts) {
        keep_text(keys, key);
    } else {
        number = json_is_integer(key) ? json_integer_value(key) : number;
        buf_append(&keys->bytes, &number, sizeof(number));
    }
    (void)json_array_clear(keys->reader.list);
    return buf_error(&keys->bytes);
}

static int read_keys(struct stream *s, struct keys *keys)
{
    const struct orm_attribute *key = s->q->model->primary_key;
    int rc = 0;

    keys->are_texts = key->type == ORM_STRING;
    keys->reader = (struct keys_reader){.attribute = key, .list = json_array()};
    if (keys->reader.list == NULL) {
        return orm_error_set_no_memory(&s->db->error);
    }
    records_select_keys(s->db, &s->q->criteria);
    rc = database_query(s->db, s->q->model, keep_key, keys);
    json_decref(keys->reader.list);
    return method_told(s->db, rc);
}

/* NULL: no memory. */
static json_t *next_key(struct keys *keys)
{
    const char *from = keys->bytes.ptr + keys->at;
    uint32_t len = 0;
    int64_t number = 0;

    if (keys->are_texts) {
        memcpy(&len, from, sizeof(len));
        keys->at += sizeof(len) + len;
        return json_stringn(from + sizeof(len), len);
    }
    memcpy(&number, from, sizeof(number));
    keys->at += sizeof(number);
    return json_integer(number);
}

static bool has_more(const struct keys *keys)
{
    return keys->at < keys->bytes.len;
}

/* The records of the next keys, no more than fit in one IN, as new ones of the list. */
static int add_records(struct stream *s, struct keys *keys, size_t max, json_t *list)
{
    json_t *values[RECORDS_KEYS_AT_ONCE];
    json_t *found = NULL;
    size_t n = 0;
    int rc = 0;

    while (n < max && n < RECORDS_KEYS_AT_ONCE && has_more(keys) && rc == 0) {
        values[n] = next_key(keys);
        rc = values[n] != NULL ? 0 : orm_error_set_no_memory(&s->db->error);
        n += rc == 0 ? 1 : 0;
    }
    if (rc == 0) {
        narrow(s, (struct predicate){.kind = PREDICATE_IN,
                                     .attribute = s->q->model->primary_key,
                                     .values = values,
                                     .n_values = n});
        rc = find_page(s, &found);
    }
    if (rc == 0 && json_array_extend(list, found) < 0) {
        rc = orm_error_set_no_memory(&s->db->error);
    }
    json_decref(found);
    for (size_t i = 0; i < n; i++) {
        json_decref(values[i]);
    }
    return rc;
}

/* So many keys, and what there still is of their records. */
static int give_next(struct stream *s, struct keys *keys)
{
    json_t *records = json_array();
    int rc = records != NULL ? 0 : orm_error_set_no_memory(&s->db->error);

    for (size_t taken = 0; taken < s->batch && has_more(keys) && rc == 0;
         taken += RECORDS_KEYS_AT_ONCE) {
        rc = add_records(s, keys, s->batch - taken, records);
    }
    if (rc < 0) {
        json_decref(records);
        return rc;
    }
    return give(s, records);
}

static int stream_by_list(struct stream *s)
{
    struct keys keys = {0};
    int rc = read_keys(s, &keys);

    s->q->criteria.limit = CRITERIA_NO_LIMIT;
    s->q->criteria.skip = 0;
    while (rc == 0 && has_more(&keys)) {
        rc = give_next(s, &keys);
    }
    buf_deinit(&keys.bytes);
    return rc;
}

int method_stream(struct sails_db *db, struct orm_query *q, method_batch_cb on_batch, void *ctx)
{
    struct stream s = {.db = db,
                       .q = q,
                       .asked = q->criteria.where,
                       .on_batch = on_batch,
                       .ctx = ctx,
                       .batch = q->meta.batch_size > 0 ? q->meta.batch_size : 30};
    int rc = is_by_key(&q->criteria) ? stream_by_key(&s) : stream_by_list(&s);

    q->criteria.where = s.asked;
    return rc;
}
