#include "orm/records.h"

#include "orm/cipher.h"
#include "orm/column_value.h"

#include <assert.h>
#include <sails/err.h>

/* ---- one row ---- */

static int decrypt(const struct orm_attribute *attribute, json_t **value)
{
    json_t *plain = NULL;
    int rc = cipher_decrypt(attribute->model, *value, &plain);

    if (rc == 0) {
        json_decref(*value);
        *value = plain;
    }
    return rc;
}

int records_read_value(const struct orm_attribute *attribute, bool decrypts,
                       const struct db_value *value, json_t **out)
{
    int rc = column_value_read(attribute, value, out);

    if (rc == 0 && decrypts && attribute->encrypt) {
        rc = decrypt(attribute, out);
        if (rc < 0) {
            json_decref(*out);
            *out = NULL;
        }
    }
    return rc;
}

static int append_extra(const struct records_reader *reader, const struct db_value *value)
{
    json_t *extra = NULL;
    int rc = column_value_read(reader->extra, value, &extra);

    return rc == 0 && json_array_append_new(reader->extras, extra) < 0 ? SAILS_ENOMEM : rc;
}

static int read_record(const struct records_reader *reader, struct db_statement *statement,
                       const struct db_adapter *adapter, json_t *record)
{
    const struct orm_model *model = reader->model;
    size_t at = 0;
    int rc = 0;

    for (unsigned i = 0; i < model->n_columns && rc == 0; i++) {
        const struct orm_attribute *attribute = model->columns[i];
        struct db_value stored = {.type = DB_NULL};
        json_t *value = NULL;

        if (!sql_is_selected(reader->criteria, attribute)) {
            continue;
        }
        adapter->column(statement, at++, &stored);
        rc = records_read_value(attribute, reader->decrypts, &stored, &value);
        if (rc == 0 && json_object_setn_new_nocheck(record, attribute->name.ptr,
                                                    attribute->name.len, value) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    if (rc == 0 && reader->extra != NULL) {
        struct db_value stored = {.type = DB_NULL};

        adapter->column(statement, at, &stored);
        rc = append_extra(reader, &stored);
    }
    return rc;
}

int records_read_row(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    const struct records_reader *reader = ctx;
    json_t *record = json_object();
    int rc = record != NULL ? read_record(reader, statement, adapter, record) : SAILS_ENOMEM;

    if (rc < 0) {
        json_decref(record);
        return rc;
    }
    return json_array_append_new(reader->list, record) < 0 ? SAILS_ENOMEM : 0;
}

int records_read_key(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    const struct keys_reader *reader = ctx;
    struct db_value stored = {.type = DB_NULL};
    json_t *key = NULL;
    int rc = 0;

    adapter->column(statement, 0, &stored);
    rc = column_value_read(reader->attribute, &stored, &key);
    return rc == 0 && json_array_append_new(reader->list, key) < 0 ? SAILS_ENOMEM : rc;
}

/* ---- queries ---- */

/* What a reader has refused: memory, or a value that was changed, or whose key is not known. */
static int told(struct sails_db *db, const struct orm_model *model, int rc)
{
    if (rc == SAILS_EPROTO) {
        return orm_error_set(&db->error, ORM_ERROR_PLAIN, rc, NULL,
                             "A stored value of `%s` cannot be decrypted: its key is none of "
                             "`dataEncryptionKeys`, or it was changed.",
                             model->identity.ptr);
    }
    return rc;
}

int records_run(struct sails_db *db, const struct orm_model *model, database_row_cb on_row,
                void *ctx)
{
    return told(db, model, database_query(db, model, on_row, ctx));
}

static int query_list(struct sails_db *db, const struct orm_model *model, database_row_cb on_row,
                      void *reader, json_t *made, json_t **list)
{
    int rc = made != NULL ? 0 : orm_error_set_no_memory(&db->error);

    if (rc == 0) {
        rc = records_run(db, model, on_row, reader);
    }
    if (rc < 0) {
        json_decref(made);
        return rc;
    }
    *list = made;
    return 0;
}

int records_query(struct sails_db *db, const struct criteria *criteria, bool decrypts,
                  json_t **list)
{
    struct records_reader reader = {
        .model = criteria->model, .criteria = criteria, .decrypts = decrypts, .list = json_array()};

    return query_list(db, criteria->model, records_read_row, &reader, reader.list, list);
}

void records_select_keys(struct sails_db *db, const struct criteria *criteria)
{
    struct sql *sql = database_sql(db, criteria->model);

    sql_append(sql, "SELECT ");
    sql_append_column(sql, criteria->model->primary_key);
    sql_append(sql, " FROM ");
    sql_append_identifier(sql, criteria->model->table);
    sql_append_where(sql, criteria->where);
    sql_append_order(sql, criteria);
    sql_append_limit(sql, criteria->limit, criteria->skip);
}

int records_query_keys(struct sails_db *db, const struct criteria *criteria, json_t **keys)
{
    struct keys_reader reader = {.attribute = criteria->model->primary_key, .list = json_array()};

    records_select_keys(db, criteria);
    return query_list(db, criteria->model, records_read_key, &reader, reader.list, keys);
}

/* ---- by keys ---- */

enum {
    KEY_NAME_MAX = 21 /* of an integer: a sign and 20 digits */
};

/* A key as the name of a member: JSON's own text of it. A view, of `out` for an integer. */
static struct str key_name(const json_t *key, char out[KEY_NAME_MAX])
{
    json_int_t n = json_integer_value(key);
    size_t sign = n < 0 ? 1 : 0;

    if (json_is_string(key)) {
        return (struct str){json_string_value(key), json_string_length(key)};
    }
    out[0] = '-';
    return (struct str){out,
                        sign + str_write_u64(out + sign, n < 0 ? 0 - (uint64_t)n : (uint64_t)n)};
}

int records_index_add(json_t *by_key, const json_t *key, json_t *value)
{
    char number[KEY_NAME_MAX];
    struct str name = key_name(key, number);

    return json_object_setn_nocheck(by_key, name.ptr, name.len, value) < 0 ? SAILS_ENOMEM : 0;
}

int records_index(const json_t *records, const struct orm_attribute *key, json_t **by_key)
{
    json_t *index = json_object();
    int rc = index != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; i < json_array_size(records) && rc == 0; i++) {
        json_t *record = json_array_get(records, i);

        rc = records_index_add(index, json_object_get(record, key->name.ptr), record);
    }
    if (rc < 0) {
        json_decref(index);
        return rc;
    }
    *by_key = index;
    return 0;
}

json_t *records_find(const json_t *by_key, const json_t *key)
{
    char number[KEY_NAME_MAX];
    struct str name = {NULL, 0};

    if (key == NULL || json_is_null(key)) {
        return NULL;
    }
    name = key_name(key, number);
    return json_object_getn(by_key, name.ptr, name.len);
}

static int select_by_keys(struct sails_db *db, const struct orm_model *model, json_t **keys,
                          size_t n, struct records_reader *reader)
{
    struct sql *sql = database_sql(db, model);

    sql_append(sql, "SELECT ");
    sql_append_columns(sql, model, reader->criteria);
    sql_append(sql, " FROM ");
    sql_append_identifier(sql, model->table);
    sql_append(sql, " WHERE ");
    sql_append_in(sql, model->primary_key, keys, n);
    return records_run(db, model, records_read_row, reader);
}

/* In the order of the keys. */
static int put_in_order(const struct orm_model *model, const json_t *records, const json_t *keys,
                        json_t **list)
{
    json_t *ordered = json_array();
    json_t *by_key = NULL;
    int rc = ordered != NULL ? records_index(records, model->primary_key, &by_key) : SAILS_ENOMEM;

    for (size_t i = 0; i < json_array_size(keys) && rc == 0; i++) {
        json_t *record = records_find(by_key, json_array_get(keys, i));

        if (record != NULL && json_array_append(ordered, record) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    json_decref(by_key);
    if (rc < 0) {
        json_decref(ordered);
        return rc;
    }
    *list = ordered;
    return 0;
}

int records_query_by_keys(struct sails_db *db, const struct orm_model *model, const json_t *keys,
                          bool decrypts, json_t **list)
{
    struct records_reader reader = {.model = model, .decrypts = decrypts, .list = json_array()};
    size_t n = json_array_size(keys);
    int rc = reader.list != NULL ? 0 : orm_error_set_no_memory(&db->error);

    for (size_t at = 0; at < n && rc == 0; at += RECORDS_KEYS_AT_ONCE) {
        json_t *some[RECORDS_KEYS_AT_ONCE];
        size_t m = n - at < RECORDS_KEYS_AT_ONCE ? n - at : RECORDS_KEYS_AT_ONCE;

        for (size_t i = 0; i < m; i++) {
            some[i] = json_array_get(keys, at + i);
        }
        rc = select_by_keys(db, model, some, m, &reader);
    }
    if (rc == 0 && put_in_order(model, reader.list, keys, list) < 0) {
        rc = orm_error_set_no_memory(&db->error);
    }
    json_decref(reader.list);
    return rc;
}

/* ---- on their way out ---- */

static int collection_to_json(const struct orm_model *model, json_t *list, json_t **out)
{
    json_t *made = json_array();
    int rc = made != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        json_t *one = NULL;

        rc = records_to_json(model, json_array_get(list, i), &one);
        if (rc == 0 && json_array_append_new(made, one) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    if (rc < 0) {
        json_decref(made);
        return rc;
    }
    *out = made;
    return 0;
}

static int populated_to_json(const struct orm_attribute *attribute, json_t *value, json_t **out)
{
    if (attribute->association == ORM_TO_MANY && json_is_array(value)) {
        return collection_to_json(attribute->other, value, out);
    }
    if (attribute->association == ORM_TO_ONE && json_is_object(value)) {
        return records_to_json(attribute->other, value, out);
    }
    *out = json_incref(value);
    return 0;
}

/* What its model's function makes of a record; a new reference. */
static json_t *call_to_json(const struct orm_model *model, json_t *record)
{
    return model->to_json.call != NULL
               ? model->to_json.call(model->identity.ptr, record, model->to_json.ctx)
               : json_incref(record);
}

/* As JSON.stringify() goes in Node.js: a record first, with what is populated as it is, and then what the
 * function has left of that. */
int records_to_json(const struct orm_model *model, json_t *record, json_t **out)
{
    json_t *shown = call_to_json(model, record);
    json_t *copy = NULL;
    int rc = shown != NULL ? 0 : SAILS_ENOMEM;

    if (rc < 0 || !json_is_object(shown)) {
        *out = shown;
        return rc;
    }
    copy = json_copy(shown); /* the function may have given the record itself */
    json_decref(shown);
    rc = copy != NULL ? 0 : SAILS_ENOMEM;
    for (unsigned i = 0; i < model->n_attributes && rc == 0; i++) {
        const struct orm_attribute *attribute = &model->attributes[i];
        json_t *value = json_object_get(copy, attribute->name.ptr);
        json_t *made = NULL;

        if (value == NULL || attribute->association == ORM_PLAIN) {
            continue;
        }
        rc = populated_to_json(attribute, value, &made);
        if (rc == 0 && json_object_set_new_nocheck(copy, attribute->name.ptr, made) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    if (rc < 0) {
        json_decref(copy);
        return rc;
    }
    *out = copy;
    return 0;
}
