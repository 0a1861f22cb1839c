#include "orm/method.h"
#include "orm/record_text.h"
#include "orm/records.h"

#include <assert.h>
#include <sails/err.h>
#include <stdlib.h>

/* ---- what is selected ---- */

static bool is_in(const struct orm_attribute *const *list, size_t n,
                  const struct orm_attribute *attribute)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] == attribute) {
            return true;
        }
    }
    return false;
}

/* The foreign keys of what is populated are selected, whatever was asked for. */
static int select_foreign_keys(struct orm_query *q)
{
    struct criteria *c = &q->criteria;
    size_t n = c->n_select;
    const struct orm_attribute **select = NULL;

    if (c->selects_all || q->n_populates == 0) {
        return 0;
    }
    select = arena_alloc(&q->arena, (n + q->n_populates) * sizeof(*select));
    if (select == NULL) {
        return SAILS_ENOMEM;
    }
    memcpy(select, c->select, n * sizeof(*select));
    for (size_t i = 0; i < q->n_populates; i++) {
        const struct orm_attribute *attribute = q->populates[i].attribute;

        if (attribute->association == ORM_TO_ONE && !is_in(select, n, attribute)) {
            select[n++] = attribute;
        }
    }
    c->select = select;
    c->n_select = n;
    return 0;
}

int method_find(struct sails_db *db, struct orm_query *q, json_t **records)
{
    json_t *found = NULL;
    int rc = method_told(db, select_foreign_keys(q));

    if (rc == 0) {
        sql_select(database_sql(db, q->model), &q->criteria);
        rc = records_query(db, &q->criteria, q->meta.decrypt, &found);
    }
    if (rc == 0) {
        rc = method_populate(db, q, found);
    }
    if (rc < 0) {
        json_decref(found);
        return rc;
    }
    *records = found;
    return 0;
}

static void limit_to_one(struct orm_query *q)
{
    if (criteria_primary_key(&q->criteria) != NULL) {
        q->criteria.limit = CRITERIA_NO_LIMIT; /* there cannot be two */
    }
}

static int check_that_it_is_one(struct sails_db *db, const struct orm_query *q, size_t n)
{
    const char *identity = q->model->identity.ptr;

    if (n <= 1) {
        return 0;
    }
    return orm_error_set(&db->error, ORM_ERROR_PLAIN, SAILS_ESTATE, NULL,
                         "More than one matching record found for `%c%s.findOne()`: its "
                         "criteria must match one at most.",
                         char_upper(identity[0]), identity + 1);
}

int method_find_one(struct sails_db *db, struct orm_query *q, json_t **record)
{
    json_t *found = NULL;
    int rc = 0;

    limit_to_one(q);
    rc = method_find(db, q, &found);
    rc = rc == 0 ? check_that_it_is_one(db, q, json_array_size(found)) : rc;
    if (rc == 0) {
        *record = json_incref(json_array_get(found, 0));
    }
    json_decref(found);
    return rc;
}

/* ---- as text ---- */

static int write_found(struct sails_db *db, struct orm_query *q, struct buf *out, size_t *n)
{
    struct record_text text = {.criteria = &q->criteria, .decrypts = q->meta.decrypt, .out = out};
    bool is_list = q->method == ORM_FIND;
    int rc = 0;

    assert(q->n_populates == 0 && (is_list || q->method == ORM_FIND_ONE));
    if (is_list) {
        buf_append_char(out, '[');
    } else {
        limit_to_one(q);
    }
    if (!q->is_noop) {
        sql_select(database_sql(db, q->model), &q->criteria);
        rc = record_text_query(db, &text);
    }
    if (is_list) {
        buf_append_char(out, ']');
    }
    *n = text.n;
    rc = rc == 0 && !is_list ? check_that_it_is_one(db, q, text.n) : rc;
    return rc == 0 ? buf_error(out) : rc;
}

int method_find_text(struct sails_db *db, const struct orm_model *model, enum orm_method method,
                     const struct orm_call *call, struct buf *out, size_t *n)
{
    struct orm_query q;
    size_t len = out->len;
    int rc = 0;

    orm_error_clear(&db->error);
    rc = orm_query_init(&q, model, method, call, &db->error);
    rc = rc == 0 ? write_found(db, &q, out, n) : rc;
    orm_query_deinit(&q);
    if (rc < 0 && buf_error(out) == 0) {
        out->len = len;
    }
    return method_told(db, rc);
}

/* ---- numbers ---- */

/* Sums of integers are decimals in some databases, and come as text. */
static int read_number(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    struct db_value value = {.type = DB_NULL};
    double *number = ctx;
    char text[64];

    adapter->column(statement, 0, &value);
    switch (value.type) {
    case DB_INTEGER:
        *number = (double)value.as.integer;
        break;
    case DB_REAL:
        *number = value.as.real;
        break;
    case DB_TEXT:
    case DB_BYTES:
        snprintf(text, sizeof(text), "%.*s", STR_FMT(value.as.text));
        *number = strtod(text, NULL);
        break;
    case DB_NULL: /* of no rows */
    case DB_BOOLEAN:
    case DB_JSON:
        *number = 0;
        break;
    }
    return 0;
}

int method_aggregate(struct sails_db *db, struct orm_query *q, json_t **number)
{
    double value = 0;
    const char *function = q->method == ORM_COUNT ? "COUNT" : q->method == ORM_SUM ? "SUM" : "AVG";
    int rc = 0;

    sql_select_aggregate(database_sql(db, q->model), function,
                         q->method == ORM_COUNT ? NULL : q->attribute, &q->criteria);
    rc = database_query(db, q->model, read_number, &value);
    if (rc < 0) {
        return rc;
    }
    *number =
        value == (double)(int64_t)value && value < 9007199254740992.0 && value > -9007199254740992.0
            ? json_integer((json_int_t)value)
            : json_real(value);
    return *number != NULL ? 0 : orm_error_set_no_memory(&db->error);
}
