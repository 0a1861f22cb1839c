#include "orm/populate_apart.h"

#include "orm/column_value.h"
#include "orm/method.h"

#include <sails/err.h>

enum {
    KEYS_MAX = 30000 /* in one statement, as CRITERIA_VALUES_MAX */
};

/* What is under way for some parents. */
struct apart {
    struct sails_db *db;
    struct orm_query *q;
    const struct orm_junction *junction;
    json_t *const *parents;
    size_t n_parents;
    const struct records_reader *reader;
    json_t *owners; /* a child's key -> the list of its parents' keys */
    json_t *keys;   /* of children, each once */
};

/* ---- pairs ---- */

static int add_pair(struct apart *a, json_t *parent, json_t *child)
{
    json_t *owners = records_find(a->owners, child);

    if (owners == NULL) {
        json_t *fresh = json_array();
        int rc = fresh != NULL ? records_index_add(a->owners, child, fresh) : SAILS_ENOMEM;

        owners = fresh; /* the index has it */
        json_decref(fresh);
        if (rc < 0 || json_array_append(a->keys, child) < 0) {
            return rc < 0 ? rc : SAILS_ENOMEM;
        }
    }
    return json_array_append(owners, parent) < 0 ? SAILS_ENOMEM : 0;
}

static int read_pair(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    struct apart *a = ctx;
    struct db_value value = {.type = DB_NULL};
    json_t *parent = NULL;
    json_t *child = NULL;
    int rc = 0;

    adapter->column(statement, 0, &value);
    rc = column_value_read(a->junction->parent, &value, &parent);
    if (rc == 0) {
        adapter->column(statement, 1, &value);
        rc = column_value_read(a->junction->child, &value, &child);
    }
    if (rc == 0 && !json_is_null(child)) { /* half a link leads nowhere */
        rc = add_pair(a, parent, child);
    }
    json_decref(parent);
    json_decref(child);
    return rc;
}

/* ---- children ---- */

/* The keys as a predicate beside what the criteria say already. */
static int add_keys(const struct apart *a, struct predicate *in)
{
    size_t n = json_array_size(a->keys);

    in->values = arena_alloc(&a->q->arena, n * sizeof(*in->values));
    if (in->values == NULL) {
        return orm_error_set_no_memory(&a->db->error);
    }
    for (size_t i = 0; i < n; i++) {
        in->values[in->n_values++] = json_array_get(a->keys, i);
    }
    return 0;
}

/* In the order of the criteria. Where there are more keys than a statement takes, all children that match: the
 * pairs pick theirs. */
static int query_children(const struct apart *a, json_t **children)
{
    struct criteria c = *a->reader->criteria;
    struct predicate in = {.kind = PREDICATE_IN, .attribute = c.model->primary_key};
    struct predicate both = {.kind = PREDICATE_AND, .parts = &in};
    struct predicate where = {0};
    bool has_keys = json_array_size(a->keys) <= KEYS_MAX;
    int rc = has_keys ? add_keys(a, &in) : 0;

    if (c.where != NULL) {
        where = *c.where;
        where.next = NULL;
        in.next = &where;
    }
    c.where = has_keys ? &both : c.where;
    c.limit = CRITERIA_NO_LIMIT;
    c.skip = 0;
    if (rc == 0) {
        sql_select(database_sql(a->db, c.model), &c);
        rc = records_query(a->db, &c, a->reader->decrypts, children);
    }
    return rc;
}

/* ---- both ---- */

/* How many of each parent's children have been seen. */
struct pages {
    json_t *places; /* a parent's key -> where it is in `seen` */
    uint64_t *seen;
};

static int start_pages(const struct apart *a, struct pages *pages)
{
    int rc = 0;

    pages->places = json_object();
    pages->seen = arena_calloc(&a->q->arena, a->n_parents, sizeof(*pages->seen));
    rc = pages->places != NULL && pages->seen != NULL ? 0 : SAILS_ENOMEM;
    for (size_t i = 0; i < a->n_parents && rc == 0; i++) {
        json_t *place = json_integer((json_int_t)i);

        rc = place != NULL ? records_index_add(pages->places, a->parents[i], place) : SAILS_ENOMEM;
        json_decref(place);
    }
    return rc;
}

/* One row of a join that is not in any statement, if it is on its parent's page. */
static int add_row(const struct apart *a, struct pages *pages, json_t *parent, json_t *child)
{
    const struct criteria *c = a->reader->criteria;
    uint64_t *seen = &pages->seen[(size_t)json_integer_value(records_find(pages->places, parent))];

    if ((*seen)++ < c->skip || *seen - c->skip > c->limit) {
        return 0;
    }
    return json_array_append(a->reader->list, child) < 0 ||
                   json_array_append(a->reader->extras, parent) < 0
               ? SAILS_ENOMEM
               : 0;
}

static int join(const struct apart *a, const json_t *children)
{
    const struct orm_attribute *key = a->reader->model->primary_key;
    struct pages pages = {0};
    int rc = start_pages(a, &pages);

    for (size_t i = 0; i < json_array_size(children) && rc == 0; i++) {
        json_t *child = json_array_get(children, i);
        const json_t *owners = records_find(a->owners, json_object_get(child, key->name.ptr));

        for (size_t j = 0; j < json_array_size(owners) && rc == 0; j++) {
            rc = add_row(a, &pages, json_array_get(owners, j), child);
        }
    }
    json_decref(pages.places);
    return rc;
}

static void select_pairs(const struct apart *a)
{
    const struct orm_junction *junction = a->junction;
    struct sql *sql = database_sql(a->db, junction->model);

    sql_append(sql, "SELECT DISTINCT ");
    sql_append_column(sql, junction->parent);
    sql_append(sql, ", ");
    sql_append_column(sql, junction->child);
    sql_append(sql, " FROM ");
    sql_append_identifier(sql, junction->model->table);
    sql_append(sql, " WHERE ");
    sql_append_in(sql, junction->parent, a->parents, a->n_parents);
}

int populate_apart(struct sails_db *db, struct orm_query *q, const struct orm_junction *junction,
                   json_t *const *parents, size_t n_parents, const struct records_reader *reader)
{
    struct apart a = {.db = db,
                      .q = q,
                      .junction = junction,
                      .parents = parents,
                      .n_parents = n_parents,
                      .reader = reader,
                      .owners = json_object(),
                      .keys = json_array()};
    json_t *children = NULL;
    int rc = a.owners != NULL && a.keys != NULL ? 0 : orm_error_set_no_memory(&db->error);

    if (rc == 0) {
        select_pairs(&a);
        rc = database_query(db, junction->model, read_pair, &a);
    }
    if (rc == 0 && json_array_size(a.keys) > 0) {
        rc = query_children(&a, &children);
        rc = rc == 0 ? method_told(db, join(&a, children)) : rc;
    }
    json_decref(a.owners);
    json_decref(a.keys);
    json_decref(children);
    return rc;
}
