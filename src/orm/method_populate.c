/*
 * One statement a level, however many records:
 *
 *     to-one        children whose primary key is one of the parents' foreign keys
 *     foreign key   children whose foreign key is one of the parents' primary keys
 *     junction      pairs of the junction joined with the children; where the two are in different datastores,
 *                   the pairs first, then the children (populate_apart.c)
 *
 * `limit` and `skip` of a populate are for each parent: rows are numbered within it by a window function.
 *
 *     SELECT c.*, parent FROM (
 *         SELECT child.*, fk AS "sails_parent",
 *                ROW_NUMBER() OVER (PARTITION BY fk ORDER BY ...) AS "sails_row"
 *         FROM child WHERE fk IN (...) AND ...) c
 *     WHERE "sails_row" > skip AND "sails_row" <= skip + limit ORDER BY "sails_row"
 */
#include "orm/method.h"
#include "orm/populate_apart.h"
#include "orm/records.h"

#include <assert.h>
#include <sails/err.h>

/* ---- parents ---- */

/* The values of an attribute of the records, each once; null left out. */
static int gather(const json_t *records, const struct orm_attribute *attribute, json_t **values)
{
    json_t *list = json_array();
    json_t *seen = json_object();
    int rc = list != NULL && seen != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; i < json_array_size(records) && rc == 0; i++) {
        json_t *value = json_object_get(json_array_get(records, i), attribute->name.ptr);

        if (value == NULL || json_is_null(value) || records_find(seen, value) != NULL) {
            continue;
        }
        rc = records_index_add(seen, value, value);
        if (rc == 0 && json_array_append(list, value) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    json_decref(seen);
    if (rc < 0) {
        json_decref(list);
        return rc;
    }
    *values = list;
    return 0;
}

/* ---- to one ---- */

static int put_one(json_t *records, const struct orm_attribute *attribute, const json_t *by_key)
{
    for (size_t i = 0; i < json_array_size(records); i++) {
        json_t *record = json_array_get(records, i);
        json_t *child = records_find(by_key, json_object_get(record, attribute->name.ptr));
        json_t *value = child != NULL ? json_incref(child) : json_null();

        if (json_object_set_new_nocheck(record, attribute->name.ptr, value) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

static int populate_one(struct sails_db *db, struct orm_query *q,
                        const struct orm_attribute *attribute, json_t *records)
{
    json_t *keys = NULL;
    json_t *children = NULL;
    json_t *by_key = NULL;
    int rc = method_told(db, gather(records, attribute, &keys));

    if (rc == 0) {
        rc = records_query_by_keys(db, attribute->other, keys, q->meta.decrypt, &children);
    }
    if (rc == 0) {
        rc = records_index(children, attribute->other->primary_key, &by_key);
        rc = rc == 0 ? put_one(records, attribute, by_key) : rc;
        rc = method_told(db, rc);
    }
    json_decref(keys);
    json_decref(children);
    json_decref(by_key);
    return rc;
}

/* ---- to many ---- */

/* What is under way for one populate. */
struct level {
    struct sails_db *db;
    struct orm_query *q;
    const struct orm_attribute *attribute;
    struct criteria criteria; /* of the children; with their foreign key selected */
    json_t **parents;         /* primary keys of some parents */
    size_t n_parents;
    struct records_reader reader;
};

static bool is_paged(const struct criteria *c)
{
    return c->limit != CRITERIA_NO_LIMIT || c->skip > 0;
}

/* Whether the statement must tell whose each child is: a foreign key that is selected says so in the record. */
static bool tells_parent(const struct level *level)
{
    const struct orm_attribute *key = level->attribute->foreign_key;

    return key == NULL || !sql_is_selected(&level->criteria, key);
}

/* The children's columns by their plain names: they come out of a subquery. */
static void append_plain_columns(struct sql *sql, const struct level *level)
{
    const struct criteria *criteria = &level->criteria;
    const char *separator = "";

    for (unsigned i = 0; i < criteria->model->n_columns; i++) {
        if (sql_is_selected(criteria, criteria->model->columns[i])) {
            sql_append(sql, separator);
            sql_append_identifier(sql, criteria->model->columns[i]->column);
            separator = ", ";
        }
    }
    if (tells_parent(level)) {
        sql_append(sql, separator);
        sql_append_identifier(sql, STR("sails_parent"));
    }
}

/* `parent`: how the statement calls the parent's key. */
static void append_children(struct sql *sql, const struct level *level,
                            void (*append_parent)(struct sql *, const struct level *))
{
    const struct criteria *c = &level->criteria;

    sql_append(sql, "SELECT ");
    sql_append_columns(sql, c->model, c);
    if (tells_parent(level)) {
        sql_append(sql, ", ");
        append_parent(sql, level);
        sql_append(sql, " AS ");
        sql_append_identifier(sql, STR("sails_parent"));
    }
    if (is_paged(c)) {
        sql_append(sql, ", ROW_NUMBER() OVER (PARTITION BY ");
        append_parent(sql, level);
        sql_append_order(sql, c);
        sql_append(sql, ") AS ");
        sql_append_identifier(sql, STR("sails_row"));
    }
}

/* The order, or the page of each parent. */
static void append_end(struct sql *sql, const struct level *level)
{
    const struct criteria *c = &level->criteria;
    struct db_value value = {.type = DB_INTEGER, .as.integer = (int64_t)c->skip};

    if (!is_paged(c)) {
        sql_append_order(sql, c);
        return;
    }
    sql_append(sql, ") ");
    sql_append_identifier(sql, STR("sails_child"));
    sql_append(sql, " WHERE ");
    sql_append_identifier(sql, STR("sails_row"));
    sql_append(sql, " > ");
    sql_append_value(sql, value);
    if (c->limit != CRITERIA_NO_LIMIT) {
        sql_append(sql, " AND ");
        sql_append_identifier(sql, STR("sails_row"));
        sql_append(sql, " <= ");
        value.as.integer += (int64_t)c->limit;
        sql_append_value(sql, value);
    }
    sql_append(sql, " ORDER BY ");
    sql_append_identifier(sql, STR("sails_row"));
}

static void append_begin(struct sql *sql, const struct level *level)
{
    if (is_paged(&level->criteria)) {
        sql_append(sql, "SELECT ");
        append_plain_columns(sql, level);
        sql_append(sql, " FROM (");
    }
}

static void append_filter(struct sql *sql, const struct level *level)
{
    if (level->criteria.where != NULL) {
        sql_append(sql, " AND ");
        sql_append_condition(sql, level->criteria.where);
    }
}

static void append_foreign_key(struct sql *sql, const struct level *level)
{
    sql_append_column(sql, level->attribute->foreign_key);
}

static void select_by_foreign_key(struct sql *sql, const struct level *level)
{
    append_begin(sql, level);
    append_children(sql, level, append_foreign_key);
    sql_append(sql, " FROM ");
    sql_append_identifier(sql, level->criteria.model->table);
    sql_append(sql, " WHERE ");
    sql_append_in(sql, level->attribute->foreign_key, level->parents, level->n_parents);
    append_filter(sql, level);
    append_end(sql, level);
}

/* A pair may be there twice; the child is in the collection once. */
static void append_pairs(struct sql *sql, const struct level *level)
{
    const struct orm_junction *junction = level->attribute->junction;

    sql_append(sql, "SELECT DISTINCT ");
    sql_append_column(sql, junction->parent);
    sql_append(sql, " AS ");
    sql_append_identifier(sql, STR("sails_parent"));
    sql_append(sql, ", ");
    sql_append_column(sql, junction->child);
    sql_append(sql, " AS ");
    sql_append_identifier(sql, STR("sails_key"));
    sql_append(sql, " FROM ");
    sql_append_identifier(sql, junction->model->table);
    sql_append(sql, " WHERE ");
    sql_append_in(sql, junction->parent, level->parents, level->n_parents);
}

static void append_pair_parent(struct sql *sql, const struct level *level)
{
    (void)level;
    sql_append_identifier(sql, STR("sails_pair"));
    sql_append(sql, ".");
    sql_append_identifier(sql, STR("sails_parent"));
}

static void select_by_junction(struct sql *sql, const struct level *level)
{
    append_begin(sql, level);
    append_children(sql, level, append_pair_parent);
    sql_append(sql, " FROM (");
    append_pairs(sql, level);
    sql_append(sql, ") ");
    sql_append_identifier(sql, STR("sails_pair"));
    sql_append(sql, " JOIN ");
    sql_append_identifier(sql, level->criteria.model->table);
    sql_append(sql, " ON ");
    sql_append_column(sql, level->criteria.model->primary_key);
    sql_append(sql, " = ");
    sql_append_identifier(sql, STR("sails_pair"));
    sql_append(sql, ".");
    sql_append_identifier(sql, STR("sails_key"));
    if (level->criteria.where != NULL) {
        sql_append(sql, " WHERE ");
        sql_append_condition(sql, level->criteria.where);
    }
    append_end(sql, level);
}

static int query_level(struct level *level)
{
    struct sails_db *db = level->db;
    const struct orm_model *model = level->criteria.model;
    struct sql *sql = database_sql(db, model);

    if (level->attribute->foreign_key != NULL) {
        select_by_foreign_key(sql, level);
    } else {
        select_by_junction(sql, level);
    }
    return database_query(db, model, records_read_row, &level->reader);
}

/* ---- into the parents ---- */

static int put_empty(json_t *records, const struct orm_attribute *attribute)
{
    for (size_t i = 0; i < json_array_size(records); i++) {
        if (json_object_set_new_nocheck(json_array_get(records, i), attribute->name.ptr,
                                        json_array()) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

/* Their primary keys, and their collections by them: a child then finds where it belongs with one look. */
static int index_collections(const json_t *records, const struct orm_attribute *collection,
                             json_t *keys, json_t *lists)
{
    const struct orm_attribute *primary_key = collection->model->primary_key;
    int rc = keys != NULL && lists != NULL ? 0 : SAILS_ENOMEM;

    for (size_t i = 0; i < json_array_size(records) && rc == 0; i++) {
        const json_t *record = json_array_get(records, i);
        json_t *key = json_object_get(record, primary_key->name.ptr);

        rc = records_index_add(lists, key, json_object_get(record, collection->name.ptr));
        if (rc == 0 && json_array_append(keys, key) < 0) {
            rc = SAILS_ENOMEM;
        }
    }
    return rc;
}

/* A child that several parents have is in each of them. */
static int distribute(const struct level *level, const json_t *lists)
{
    const struct orm_attribute *key = level->attribute->foreign_key;

    for (size_t i = 0; i < json_array_size(level->reader.list); i++) {
        json_t *child = json_array_get(level->reader.list, i);
        const json_t *owner = level->reader.extra != NULL
                                  ? json_array_get(level->reader.extras, i)
                                  : json_object_getn(child, key->name.ptr, key->name.len);
        json_t *list = records_find(lists, owner);

        if (list != NULL && json_array_append(list, child) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

/* The criteria of the children. What is selected has the foreign key, too, as in Waterline; what is omitted is
 * not there, even if it is that. */
static int prepare_criteria(struct level *level, const struct criteria *given)
{
    const struct orm_attribute *key = level->attribute->foreign_key;
    const struct orm_attribute **list = NULL;

    level->criteria = *given;
    if (key == NULL || given->selects_all || sql_is_selected(given, key)) {
        return 0;
    }
    list = arena_alloc(&level->q->arena, (given->n_select + 1) * sizeof(*list));
    if (list == NULL) {
        return SAILS_ENOMEM;
    }
    if (given->n_select > 0) {
        memcpy(list, given->select, given->n_select * sizeof(*list));
    }
    list[given->n_select] = key;
    level->criteria.select = list;
    level->criteria.n_select = given->n_select + 1;
    return 0;
}

static int query_parents(struct level *level, const json_t *keys)
{
    bool is_apart =
        level->attribute->junction != NULL &&
        level->attribute->junction->model->datastore != level->criteria.model->datastore;
    size_t n = json_array_size(keys);
    int rc = 0;

    for (size_t at = 0; at < n && rc == 0; at += RECORDS_KEYS_AT_ONCE) {
        json_t *some[RECORDS_KEYS_AT_ONCE];

        level->parents = some;
        level->n_parents = n - at < RECORDS_KEYS_AT_ONCE ? n - at : RECORDS_KEYS_AT_ONCE;
        for (size_t i = 0; i < level->n_parents; i++) {
            some[i] = json_array_get(keys, at + i);
        }
        rc = is_apart ? populate_apart(level->db, level->q, level->attribute->junction, some,
                                       level->n_parents, &level->reader)
                      : query_level(level);
        level->parents = NULL;
    }
    return rc;
}

static int populate_many(struct sails_db *db, struct orm_query *q,
                         const struct orm_populate *populate, json_t *records)
{
    struct level level = {.db = db, .q = q, .attribute = populate->attribute};
    json_t *keys = NULL;
    json_t *lists = NULL;
    int rc = put_empty(records, populate->attribute);

    if (rc == 0 && populate->criteria->matches_nothing) {
        return 0;
    }
    rc = rc == 0 ? prepare_criteria(&level, populate->criteria) : rc;
    keys = json_array();
    lists = json_object();
    rc = rc == 0 ? index_collections(records, populate->attribute, keys, lists) : rc;
    level.reader = (struct records_reader){
        .model = level.criteria.model,
        .criteria = &level.criteria,
        .decrypts = q->meta.decrypt,
        .list = json_array(),
        .extras = json_array(),
    };
    if (tells_parent(&level)) {
        level.reader.extra = populate->attribute->foreign_key != NULL
                                 ? populate->attribute->foreign_key
                                 : populate->attribute->junction->parent;
    }
    if (level.reader.list == NULL || level.reader.extras == NULL) {
        rc = SAILS_ENOMEM;
    }
    rc = method_told(db, rc);
    rc = rc == 0 ? query_parents(&level, keys) : rc;
    rc = rc == 0 ? method_told(db, distribute(&level, lists)) : rc;
    json_decref(keys);
    json_decref(lists);
    json_decref(level.reader.list);
    json_decref(level.reader.extras);
    return rc;
}

int method_populate(struct sails_db *db, struct orm_query *q, json_t *records)
{
    int rc = 0;

    if (json_array_size(records) == 0) {
        return 0;
    }
    for (size_t i = 0; i < q->n_populates && rc == 0; i++) {
        const struct orm_populate *populate = &q->populates[i];

        rc = populate->attribute->association == ORM_TO_ONE
                 ? populate_one(db, q, populate->attribute, records)
                 : populate_many(db, q, populate, records);
    }
    return rc;
}
