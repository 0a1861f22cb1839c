/*
 * records.h - rows become records.
 *
 * Purpose    Read the rows of a SELECT (or of RETURNING) into JSON objects, decrypted where that is asked
 *            for.
 * Ownership  A list of records is the caller's.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 */
#ifndef ORM_RECORDS_H
#define ORM_RECORDS_H

#include "orm/database.h"

enum {
    RECORDS_KEYS_AT_ONCE = 1000 /* in one IN: far below what any database takes */
};

/* How rows are read: what the columns of the statement are. */
struct records_reader {
    const struct orm_model *model;
    const struct criteria *criteria; /* whose columns; NULL: all */
    bool decrypts;
    json_t *list; /* records are appended to it */
    /* Of the row that is read: where it is (a column behind the record's own), or NULL. */
    const struct orm_attribute *extra;
    json_t *extras; /* the values of that column, one a record; NULL where `extra` is */
};

/* The value of one column, decrypted where that is asked for. SAILS_EPROTO: it cannot be. */
int records_read_value(const struct orm_attribute *attribute, bool decrypts,
                       const struct db_value *value, json_t **out);

/* Runs db->sql, as database_query(), and tells what records_read_value() has refused. */
int records_run(struct sails_db *db, const struct orm_model *model, database_row_cb on_row,
                void *ctx);

/* A database_row_cb; ctx: struct records_reader. */
int records_read_row(struct db_statement *statement, const struct db_adapter *adapter, void *ctx);

/* Runs db->sql and gives its records as a new list. */
int records_query(struct sails_db *db, const struct criteria *criteria, bool decrypts,
                  json_t **list);

/* A database_row_cb that appends the first column of each row; ctx: struct keys_reader. */
struct keys_reader {
    const struct orm_attribute *attribute;
    json_t *list;
};

int records_read_key(struct db_statement *statement, const struct db_adapter *adapter, void *ctx);

/* Writes into db->sql what gives the primary keys of the records that match, in the order of the criteria. */
void records_select_keys(struct sails_db *db, const struct criteria *criteria);

/* These, as a new list. */
int records_query_keys(struct sails_db *db, const struct criteria *criteria, json_t **keys);

/* The records by a key that each of them has: a text or an integer. 0; SAILS_ENOMEM. */
int records_index(const json_t *records, const struct orm_attribute *key, json_t **by_key);

int records_index_add(json_t *by_key, const json_t *key, json_t *value);

/* A view; NULL: there is none. */
json_t *records_find(const json_t *by_key, const json_t *key);

/* The records of these keys, in the order of the keys (those that are there). A new list. */
int records_query_by_keys(struct sails_db *db, const struct orm_model *model, const json_t *keys,
                          bool decrypts, json_t **list);

/* A record as it leaves the application: through the `customToJSON` of its model, and populated records
 * through that of theirs. A new reference. 0; SAILS_ENOMEM. */
int records_to_json(const struct orm_model *model, json_t *record, json_t **out);

#endif
