#include "orm/orm_query_reader.h"
#include "orm/value_fit.h"

#include <assert.h>
#include <sails/err.h>

/* ---- records ---- */

static struct values_options options_of(const struct query_reader *r)
{
    return (struct values_options){.now_ms = r->call->now_ms,
                                   .skip_encryption = r->query->meta.skip_encryption,
                                   .encrypt_with = r->query->meta.encrypt_with};
}

/* The values are those of the JSON that was given, and live as long as the query. */
static int begin_records(struct query_reader *r, size_t n)
{
    struct orm_query *q = r->query;

    if (r->call->values != NULL && arena_keep(&q->arena, r->call->values) == NULL) {
        return SAILS_ENOMEM;
    }
    q->records = arena_calloc(&q->arena, n, sizeof(*q->records));
    q->n_records = n;
    return q->records != NULL ? 0 : SAILS_ENOMEM;
}

/* What is wrong with one value is told as what is wrong with the call; an error that is not the call's
 * stays as it is. */
static int told(struct query_reader *r, int rc, const char *code, const char *before)
{
    struct buf problem = {0};

    if (rc == 0 || rc == SAILS_ENOMEM || r->error->class != ORM_ERROR_USAGE) {
        return rc;
    }
    buf_append_str(&problem, str_from(orm_error_details(r->error)));
    return orm_query_told(r, rc, code, before, &problem);
}

int orm_query_values_read_record(struct query_reader *r)
{
    struct orm_query *q = r->query;
    struct values_options options = options_of(r);
    int rc = 0;

    if (json_is_array(r->call->values)) {
        return orm_query_refuse(
            r, ORM_E_INVALID_NEW_RECORD,
            "Got an array, but expected new record to be provided as a dictionary "
            "(plain JavaScript object).  Please explicitly call `.createEach()`.");
    }
    rc = begin_records(r, 1);
    if (rc == 0) {
        rc = values_read_new_record(&q->records[0], &q->arena, q->model, r->call->values, &options,
                                    r->error);
    }
    return told(r, rc, ORM_E_INVALID_NEW_RECORD, "");
}

static int check_records(struct query_reader *r, json_t *list)
{
    int rc = 0;

    if (list == NULL) {
        return orm_query_refuse(r, ORM_E_INVALID_NEW_RECORDS, "Please specify `newRecords`.");
    }
    if (!json_is_array(list)) {
        return orm_query_refuse_value(r, ORM_E_INVALID_NEW_RECORDS,
                                      "Expecting an array but instead, got: ", list);
    }
    if (json_array_size(list) > VALUES_RECORDS_MAX) {
        rc = orm_query_refuse(r, ORM_E_INVALID_NEW_RECORDS,
                              "There are %zu records; no more than %d are possible in one call.",
                              json_array_size(list), (int)VALUES_RECORDS_MAX);
        return rc == SAILS_ENOMEM ? rc : SAILS_ETOOBIG;
    }
    return 0;
}

int orm_query_values_read_records(struct query_reader *r)
{
    struct orm_query *q = r->query;
    struct values_options options = options_of(r);
    json_t *list = r->call->values;
    int rc = check_records(r, list);

    if (rc < 0) {
        return rc;
    }
    q->is_noop = json_array_size(list) == 0;
    rc = begin_records(r, json_array_size(list));
    for (size_t i = 0; i < q->n_records && rc == 0; i++) {
        rc = values_read_new_record(&q->records[i], &q->arena, q->model, json_array_get(list, i),
                                    &options, r->error);
        rc = told(r, rc, ORM_E_INVALID_NEW_RECORDS,
                  "Could not use one of the provided new records: ");
    }
    return rc;
}

int orm_query_values_read_set(struct query_reader *r)
{
    struct orm_query *q = r->query;
    struct values_options options = options_of(r);
    int rc = begin_records(r, 1);

    if (rc == 0) {
        rc = values_read_set(&q->records[0], &q->arena, q->model, r->call->values, &options,
                             r->error);
    }
    return told(r, rc, ORM_E_INVALID_VALUES_TO_SET, "");
}

/* ---- attributes by name ---- */

static int find_attribute(struct query_reader *r, const char *code,
                          const struct orm_attribute **out)
{
    json_t *name = r->call->attribute;
    struct str text = {json_string_value(name), json_string_length(name)};

    if (!json_is_string(name)) {
        return orm_query_refuse_value(r, code, "Instead of a string, got: ", name);
    }
    *out = model_find_attribute(r->query->model, text);
    if (*out == NULL) {
        return orm_query_refuse(
            r, code, "There is no attribute named `%.*s` defined in this model.", STR_FMT(text));
    }
    return 0;
}

int orm_query_values_read_number_attribute(struct query_reader *r)
{
    const struct orm_attribute *attribute = NULL;
    int rc = find_attribute(r, ORM_E_INVALID_NUMERIC_ATTR_NAME, &attribute);

    if (rc < 0) {
        return rc;
    }
    assert(attribute != NULL);
    if (attribute->association == ORM_TO_ONE && attribute->type == ORM_NUMBER) {
        return orm_query_refuse(
            r, ORM_E_INVALID_NUMERIC_ATTR_NAME,
            "While the attribute named `%s` defined in this model IS guaranteed "
            "to be a number (because it is a singular association to a model w/ "
            "a numeric primary key), it almost certainly shouldn't be used for "
            "this purpose.",
            attribute->name.ptr);
    }
    if (attribute->association != ORM_PLAIN || attribute->type != ORM_NUMBER) {
        return orm_query_refuse(
            r, ORM_E_INVALID_NUMERIC_ATTR_NAME,
            "The attribute named `%s` defined in this model is not guaranteed to "
            "be a number (it should declare `type: 'number'`).",
            attribute->name.ptr);
    }
    r->query->attribute = attribute;
    return 0;
}

static int read_collection_attribute(struct query_reader *r)
{
    const struct orm_attribute *attribute = NULL;
    int rc = find_attribute(r, ORM_E_INVALID_COLLECTION_ATTR_NAME, &attribute);

    if (rc < 0) {
        return rc;
    }
    assert(attribute != NULL);
    if (attribute->association != ORM_TO_MANY) {
        return orm_query_refuse(r, ORM_E_INVALID_COLLECTION_ATTR_NAME,
                                "The attribute named `%s` defined in this model is not a plural "
                                "(\"collection\") association.",
                                attribute->name.ptr);
    }
    r->query->attribute = attribute;
    return 0;
}

/* ---- ids ---- */

static int read_ids(struct query_reader *r, json_t *json, const struct orm_attribute *key,
                    const char *code, json_t ***ids, size_t *n)
{
    struct orm_query *q = r->query;
    struct buf problem = {0};
    int rc = 0;

    if (json != NULL && arena_keep(&q->arena, json) == NULL) {
        return SAILS_ENOMEM;
    }
    rc = value_fit_keys(key->type, json, VALUES_IDS_MAX, &q->arena, &problem, ids, n);
    return orm_query_told(r, rc, code, "", &problem);
}

/* One child cannot have several parents. */
static int check_exclusive(struct query_reader *r, size_t n_members)
{
    const struct orm_query *q = r->query;

    if (q->method == ORM_REMOVE_FROM_COLLECTION || q->n_targets < 2 || n_members == 0 ||
        !model_is_exclusive(q->attribute)) {
        return 0;
    }
    return orm_query_refuse(r, ORM_E_INVALID_TARGET_RECORD_IDS,
                            "The `%s` association of the `%s` model is exclusive, meaning that "
                            "associated child records cannot belong to the `%s` collection of more "
                            "than one `%s` record.",
                            q->attribute->name.ptr, q->model->identity.ptr, q->attribute->name.ptr,
                            q->model->identity.ptr);
}

int orm_query_values_read_links(struct query_reader *r)
{
    struct orm_query *q = r->query;
    int rc = read_collection_attribute(r);

    if (rc == 0) {
        rc = read_ids(r, r->call->targets, q->model->primary_key, ORM_E_INVALID_TARGET_RECORD_IDS,
                      &q->targets, &q->n_targets);
    }
    if (rc < 0) {
        return rc;
    }
    if (q->n_targets == 0) {
        q->is_noop = true;
        return 0;
    }
    /* Of a list before it is read, as in Waterline; which forgets about a single one. */
    rc = check_exclusive(r, json_array_size(r->call->members));
    if (rc == 0) {
        rc = read_ids(r, r->call->members, q->attribute->other->primary_key,
                      ORM_E_INVALID_ASSOCIATED_IDS, &q->members, &q->n_members);
    }
    if (rc == 0) {
        rc = check_exclusive(r, q->n_members);
    }
    q->is_noop = rc == 0 && q->n_members == 0 && q->method != ORM_REPLACE_COLLECTION;
    return rc;
}
