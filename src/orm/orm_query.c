#include "orm/orm_query.h"

#include "orm/values_reader.h"
#include "schema/coerce.h"
#include "schema/inspect.h"

#include <assert.h>
#include <sails/err.h>

/* ---- what a method has ---- */

enum {
    HAS_CRITERIA = 1 << 0,
    HAS_PAGE = 1 << 1, /* limit, skip, sort, select, omit; else only a `where` */
    HAS_POPULATES = 1 << 2,
    HAS_NEW_RECORD = 1 << 3,
    HAS_NEW_RECORDS = 1 << 4,
    HAS_VALUES = 1 << 5,
    HAS_TARGETS = 1 << 6,    /* and a collection, and members */
    HAS_NUMBER = 1 << 7,     /* a numeric attribute */
    NEEDS_CRITERIA = 1 << 8, /* `undefined`, null, 0 and '' are refused */
    IS_NARROW = 1 << 9       /* {} is refused */
};

static const struct {
    const char *name;
    unsigned has;
} methods[] = {
    [ORM_FIND] = {"find", HAS_CRITERIA | HAS_PAGE | HAS_POPULATES},
    [ORM_FIND_ONE] = {"findOne", HAS_CRITERIA | HAS_PAGE | HAS_POPULATES | IS_NARROW},
    [ORM_STREAM] = {"stream", HAS_CRITERIA | HAS_PAGE | HAS_POPULATES},
    [ORM_COUNT] = {"count", HAS_CRITERIA},
    [ORM_SUM] = {"sum", HAS_CRITERIA | HAS_NUMBER},
    [ORM_AVG] = {"avg", HAS_CRITERIA | HAS_NUMBER},
    [ORM_CREATE] = {"create", HAS_NEW_RECORD},
    [ORM_CREATE_EACH] = {"createEach", HAS_NEW_RECORDS},
    [ORM_FIND_OR_CREATE] = {"findOrCreate", HAS_CRITERIA | HAS_PAGE | HAS_NEW_RECORD | IS_NARROW},
    [ORM_UPDATE] = {"update", HAS_CRITERIA | HAS_VALUES | NEEDS_CRITERIA},
    [ORM_UPDATE_ONE] = {"updateOne", HAS_CRITERIA | HAS_VALUES | NEEDS_CRITERIA | IS_NARROW},
    [ORM_DESTROY] = {"destroy", HAS_CRITERIA | NEEDS_CRITERIA},
    [ORM_DESTROY_ONE] = {"destroyOne", HAS_CRITERIA | NEEDS_CRITERIA | IS_NARROW},
    [ORM_ARCHIVE] = {"archive", HAS_CRITERIA | NEEDS_CRITERIA},
    [ORM_ARCHIVE_ONE] = {"archiveOne", HAS_CRITERIA | NEEDS_CRITERIA | IS_NARROW},
    [ORM_ADD_TO_COLLECTION] = {"addToCollection", HAS_TARGETS},
    [ORM_REMOVE_FROM_COLLECTION] = {"removeFromCollection", HAS_TARGETS},
    [ORM_REPLACE_COLLECTION] = {"replaceCollection", HAS_TARGETS},
};

const char *orm_method_name(enum orm_method method)
{
    return methods[method].name;
}

/* A query that is being made. */
struct maker {
    struct orm_query *q;
    const struct orm_call *call;
    struct orm_error *error;
    unsigned has;
};

static int refuse(const struct maker *m, const char *code, const char *before, json_t *value)
{
    struct buf details = {0};
    int rc = 0;

    buf_append_str(&details, str_from(before));
    if (value != NULL) {
        inspect_value(&details, value);
    }
    rc =
        buf_error(&details) < 0
            ? orm_error_set_no_memory(m->error)
            : orm_error_set_usage_str(m->error, code, m->q->model->identity.ptr, buf_str(&details));
    buf_deinit(&details);
    return rc;
}

/* ---- meta ---- */

struct flag {
    const char *name;
    size_t at;
};

#define FLAG(name, member)                                                                         \
    {                                                                                              \
        name, offsetof(struct orm_meta, member)                                                    \
    }

static const struct flag flags[] = {
    FLAG("fetch", fetch),
    FLAG("cascade", cascade),
    FLAG("decrypt", decrypt),
    FLAG("skipAllLifecycleCallbacks", skip_lifecycle_callbacks),
    FLAG("skipEncryption", skip_encryption),
    FLAG("skipRecordVerification", skip_record_verification),
    FLAG("skipExpandingDefaultSelectClause", skip_expanding_select),
    FLAG("enableExperimentalDeepTargets", allows_deep_targets),
    FLAG("makeLikeModifierCaseInsensitive", like_ignores_case),
};

static int read_flag(const struct maker *m, const struct flag *flag, json_t *value)
{
    bool *out = (bool *)((char *)&m->q->meta + flag->at);

    if (!json_is_boolean(value)) {
        return refuse(m, ORM_E_INVALID_META, "A meta key is true or false where it can be, not ",
                      value);
    }
    *out = json_is_true(value);
    return 0;
}

static int read_other_meta(const struct maker *m, const char *name, json_t *value)
{
    if (strcmp(name, "batchSize") == 0) {
        if (!json_is_integer(value) || json_integer_value(value) < 1) {
            return refuse(m, ORM_E_INVALID_META, "`batchSize` is a positive integer, not ", value);
        }
        m->q->meta.batch_size = (size_t)json_integer_value(value);
    } else if (strcmp(name, "encryptWith") == 0) {
        if (!json_is_string(value)) {
            return refuse(m, ORM_E_INVALID_META, "`encryptWith` is the id of a key, not ", value);
        }
        m->q->meta.encrypt_with = json_string_value(value);
    }
    return 0; /* what nobody knows is left to whoever does */
}

static void set_defaults(struct orm_query *q)
{
    const struct orm_model *model = q->model;

    switch (q->method) {
    case ORM_CREATE:
        q->meta.fetch = model->fetch_on_create;
        break;
    case ORM_CREATE_EACH:
        q->meta.fetch = model->fetch_on_create_each;
        break;
    case ORM_UPDATE:
        q->meta.fetch = model->fetch_on_update;
        break;
    case ORM_DESTROY:
    case ORM_ARCHIVE:
        q->meta.fetch = model->fetch_on_destroy;
        break;
    default:
        break;
    }
    q->meta.cascade = model->cascade_on_destroy;
}

static int read_meta(const struct maker *m)
{
    json_t *meta = m->call->meta;
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    set_defaults(m->q);
    if (meta == NULL) {
        return 0;
    }
    if (!json_is_object(meta)) {
        return refuse(m, ORM_E_INVALID_META, "`meta` is a dictionary, not ", meta);
    }
    json_object_foreach(meta, name, value)
    {
        const struct flag *flag = NULL;

        for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
            flag = strcmp(flags[i].name, name) == 0 ? &flags[i] : flag;
        }
        rc = flag != NULL ? read_flag(m, flag, value) : read_other_meta(m, name, value);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

/* ---- criteria ---- */

static bool has_key_of_page(json_t *criteria, const char **which)
{
    static const char *const keys[] = {"limit", "skip", "sort", "select", "omit"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (json_object_get(criteria, keys[i]) != NULL) {
            *which = keys[i];
            return true;
        }
    }
    return false;
}

/* What the method does not take at all, before anybody reads it. */
static int check_form(const struct maker *m)
{
    json_t *criteria = m->call->criteria;
    const char *which = NULL;

    if ((m->has & (NEEDS_CRITERIA | IS_NARROW)) != 0 && criteria == NULL) {
        return refuse(m, ORM_E_INVALID_CRITERIA, "This method needs criteria; {} means all.", NULL);
    }
    if ((m->has & NEEDS_CRITERIA) != 0 &&
        (json_is_null(criteria) ||
         (json_is_integer(criteria) && json_integer_value(criteria) == 0) ||
         (json_is_string(criteria) && json_string_length(criteria) == 0))) {
        return refuse(m, ORM_E_INVALID_CRITERIA,
                      "What changes records needs criteria that say which; {} means all, not ",
                      criteria);
    }
    if ((m->has & HAS_PAGE) == 0 && has_key_of_page(criteria, &which)) {
        return refuse(m, ORM_E_INVALID_CRITERIA,
                      "Cannot use limit, skip, or sort with this method (nor select or omit).",
                      NULL);
    }
    return 0;
}

static int read_criteria(const struct maker *m)
{
    struct criteria_options options = {.allows_deep_targets = m->q->meta.allows_deep_targets,
                                       .like_ignores_case = m->q->meta.like_ignores_case};
    struct criteria *c = &m->q->criteria;
    struct buf problem = {0};
    int rc = check_form(m);

    if (rc < 0) {
        return rc;
    }
    rc = criteria_read(c, &m->q->arena, m->q->model, m->call->criteria, options, &problem);
    if (rc == SAILS_EINVAL || rc == SAILS_ETOOBIG) {
        int told = orm_error_set_usage_str(m->error, ORM_E_INVALID_CRITERIA,
                                           m->q->model->identity.ptr, buf_str(&problem));

        rc = told == SAILS_ENOMEM ? told : rc;
    }
    buf_deinit(&problem);
    if (rc == 0 && (m->has & IS_NARROW) != 0 && c->where == NULL && !c->matches_nothing) {
        return refuse(m, ORM_E_INVALID_CRITERIA,
                      "These criteria match every record, and the method is about one: it must not "
                      "be {}.",
                      NULL);
    }
    if (rc == 0 && m->q->method == ORM_FIND_ONE) {
        c->limit = 2; /* one more than there may be */
    }
    m->q->is_noop = rc == 0 && c->matches_nothing;
    return rc;
}

/* paginate(page, size): the criteria's own limit and skip give way. */
static int read_page(const struct maker *m)
{
    json_t *page = NULL;
    json_t *size = NULL;
    double n = 0;
    double each = 30;
    int rc = 0;

    if (m->call->page == NULL && m->call->page_size == NULL) {
        return 0;
    }
    rc = m->call->page != NULL ? coerce_to_number(m->call->page, &page) : 0;
    rc = rc == 0 && m->call->page_size != NULL ? coerce_to_number(m->call->page_size, &size) : rc;
    n = page != NULL ? json_number_value(page) : 0;
    each = size != NULL ? json_number_value(size) : 30;
    json_decref(page);
    json_decref(size);
    if (rc == SAILS_ENOMEM) {
        return orm_error_set_no_memory(m->error);
    }
    if (rc < 0 || n < 0 || each < 1 || n * each > 9007199254740991.0 || n != (double)(int64_t)n ||
        each != (double)(int64_t)each) {
        return refuse(m, ORM_E_INVALID_CRITERIA,
                      "paginate() takes a page from 0 and a size from 1, both whole numbers.",
                      NULL);
    }
    m->q->criteria.limit = (uint64_t)each;
    m->q->criteria.skip = (uint64_t)(n * each);
    return 0;
}

/* ---- populates ---- */

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

static int check_populate(const struct maker *m, const char *name,
                          const struct orm_attribute *attribute)
{
    const struct criteria *c = &m->q->criteria;

    if (attribute == NULL || attribute->association == ORM_PLAIN) {
        return orm_error_set_usage(m->error, ORM_E_INVALID_POPULATES, m->q->model->identity.ptr,
                                   "Could not populate `%s`.  It is no association of this model.",
                                   name);
    }
    if (is_in(c->omit, c->n_omit, attribute)) {
        return orm_error_set_usage(m->error, ORM_E_INVALID_POPULATES, m->q->model->identity.ptr,
                                   "Could not populate `%s`.  It is omitted by the same query.",
                                   name);
    }
    for (size_t i = 0; i < c->n_sorts; i++) {
        if (c->sorts[i].attribute == attribute) {
            return orm_error_set_usage(m->error, ORM_E_INVALID_POPULATES, m->q->model->identity.ptr,
                                       "Could not populate `%s`.  The same query sorts by it.",
                                       name);
        }
    }
    return 0;
}

static int read_one_populate(const struct maker *m, const struct orm_attribute *attribute,
                             json_t *json)
{
    if (json_is_true(json) || (json_is_object(json) && json_object_size(json) == 0)) {
        return 0;
    }
    return orm_error_set_usage(
        m->error, ORM_E_INVALID_POPULATES, m->q->model->identity.ptr,
        "Could not populate `%s`.  It is a singular (\"model\") association, "
        "which takes no criteria.",
        attribute->name.ptr);
}

static int read_many_populate(const struct maker *m, const struct orm_attribute *attribute,
                              json_t *json, struct orm_populate *out)
{
    struct criteria_options options = {.allows_deep_targets = m->q->meta.allows_deep_targets,
                                       .like_ignores_case = m->q->meta.like_ignores_case};
    struct criteria *criteria = arena_alloc(&m->q->arena, sizeof(*criteria));
    struct buf problem = {0};
    int rc = criteria != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0) {
        rc = criteria_read(criteria, &m->q->arena, attribute->other,
                           json_is_true(json) ? NULL : json, options, &problem);
    }
    if (rc == SAILS_EINVAL || rc == SAILS_ETOOBIG) {
        int told = orm_error_set_usage(m->error, ORM_E_INVALID_POPULATES, m->q->model->identity.ptr,
                                       "Could not use the criteria for populating `%s`: %.*s",
                                       attribute->name.ptr, STR_FMT(buf_str(&problem)));

        rc = told == SAILS_ENOMEM ? told : rc;
    }
    buf_deinit(&problem);
    out->criteria = criteria;
    return rc;
}

static int read_populate(const struct maker *m, const char *name, json_t *json)
{
    struct orm_query *q = m->q;
    const struct orm_attribute *attribute = model_find_attribute(q->model, str_from(name));
    struct orm_populate *populate = &q->populates[q->n_populates];
    int rc = 0;

    if (json_is_false(json)) {
        return 0;
    }
    rc = check_populate(m, name, attribute);
    if (rc < 0) {
        return rc;
    }
    *populate = (struct orm_populate){.attribute = attribute};
    rc = attribute->association == ORM_TO_ONE ? read_one_populate(m, attribute, json)
                                              : read_many_populate(m, attribute, json, populate);
    q->n_populates += rc == 0;
    return rc;
}

static int read_populates(const struct maker *m)
{
    json_t *populates = m->call->populates;
    const char *name = NULL;
    json_t *json = NULL;

    if (populates == NULL) {
        return 0;
    }
    if (!json_is_object(populates)) {
        return refuse(m, ORM_E_INVALID_POPULATES, "`populates` is a dictionary, not ", populates);
    }
    m->q->populates =
        arena_calloc(&m->q->arena, json_object_size(populates) + 1, sizeof(*m->q->populates));
    if (m->q->populates == NULL) {
        return SAILS_ENOMEM;
    }
    json_object_foreach(populates, name, json)
    {
        int rc = read_populate(m, name, json);

        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

/* ---- values ---- */

static struct values_options options_of(const struct maker *m)
{
    return (struct values_options){.now_ms = m->call->now_ms,
                                   .skip_encryption = m->q->meta.skip_encryption,
                                   .encrypt_with = m->q->meta.encrypt_with};
}

/* The problem of one value becomes that of the call. */
static int wrap(const struct maker *m, int rc, const char *code, const char *before)
{
    struct buf details = {0};
    int told = 0;

    if (rc != SAILS_EINVAL && rc != SAILS_ETOOBIG) {
        return rc;
    }
    buf_append_str(&details, str_from(before));
    buf_append_str(&details, str_from(orm_error_details(m->error)));
    told =
        buf_error(&details) < 0
            ? orm_error_set_no_memory(m->error)
            : orm_error_set_usage_str(m->error, code, m->q->model->identity.ptr, buf_str(&details));
    buf_deinit(&details);
    return told == SAILS_ENOMEM ? told : rc;
}

static int read_new_record(const struct maker *m, json_t *json, struct values *out,
                           const char *code, const char *before)
{
    return wrap(
        m, values_read_new_record(out, &m->q->arena, m->q->model, json, options_of(m), m->error),
        code, before);
}

static int read_record(const struct maker *m)
{
    m->q->records = arena_calloc(&m->q->arena, 1, sizeof(*m->q->records));
    if (m->q->records == NULL) {
        return SAILS_ENOMEM;
    }
    m->q->n_records = 1;
    return read_new_record(m, m->call->values, &m->q->records[0], ORM_E_INVALID_NEW_RECORD, "");
}

static int read_records(const struct maker *m)
{
    json_t *list = m->call->values;
    size_t n = json_array_size(list);
    int rc = 0;

    if (!json_is_array(list)) {
        return refuse(m, ORM_E_INVALID_NEW_RECORDS, "Expecting a list, but instead, got: ", list);
    }
    if (n > VALUES_RECORDS_MAX) {
        rc = orm_error_set_usage(m->error, ORM_E_INVALID_NEW_RECORDS, m->q->model->identity.ptr,
                                 "There are %zu records; at most %d can be created at once.", n,
                                 VALUES_RECORDS_MAX);
        return rc == SAILS_ENOMEM ? rc : SAILS_ETOOBIG;
    }
    m->q->records = arena_calloc(&m->q->arena, n + 1, sizeof(*m->q->records));
    if (m->q->records == NULL) {
        return SAILS_ENOMEM;
    }
    m->q->n_records = n;
    m->q->is_noop = n == 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = read_new_record(m, json_array_get(list, i), &m->q->records[i],
                             ORM_E_INVALID_NEW_RECORDS,
                             "Could not use one of the provided new records: ");
    }
    return rc;
}

static int read_values(const struct maker *m)
{
    struct values *set = arena_calloc(&m->q->arena, 1, sizeof(*set));
    int rc = 0;

    if (set == NULL) {
        return SAILS_ENOMEM;
    }
    m->q->records = set;
    m->q->n_records = 1;
    if (!json_is_object(m->call->values)) {
        return refuse(m, ORM_E_INVALID_VALUES_TO_SET,
                      "Expecting a dictionary, but instead, got: ", m->call->values);
    }
    rc = wrap(
        m,
        values_read_set(set, &m->q->arena, m->q->model, m->call->values, options_of(m), m->error),
        ORM_E_INVALID_VALUES_TO_SET, "");
    if (rc == 0 && set->n == 0 && set->n_collections == 0) {
        m->q->is_noop = true;
    }
    return rc;
}

/* ---- names of attributes ---- */

static const struct orm_attribute *find_attribute(const struct maker *m)
{
    json_t *name = m->call->attribute;

    return json_is_string(name)
               ? model_find_attribute(
                     m->q->model, (struct str){json_string_value(name), json_string_length(name)})
               : NULL;
}

static int read_number_attribute(const struct maker *m)
{
    const struct orm_attribute *attribute = find_attribute(m);

    if (attribute == NULL || attribute->type != ORM_NUMBER || attribute->association != ORM_PLAIN) {
        return refuse(m, ORM_E_INVALID_NUMERIC_ATTR_NAME,
                      "It must name an attribute of type number, not ", m->call->attribute);
    }
    m->q->attribute = attribute;
    return 0;
}

static int read_ids(const struct maker *m, const struct orm_attribute *key, json_t *json,
                    const char *code, json_t ***ids, size_t *n)
{
    struct buf why = {0};
    int rc = 0;

    if (json == NULL) {
        return refuse(m, code, "Ids are needed: one, or a list.", NULL);
    }
    rc = values_read_ids(&m->q->arena, key, json, ids, n, &why);
    if (rc == SAILS_EINVAL || rc == SAILS_ETOOBIG) {
        int told =
            orm_error_set_usage_str(m->error, code, m->q->model->identity.ptr, buf_str(&why));

        rc = told == SAILS_ENOMEM ? told : rc;
    }
    buf_deinit(&why);
    return rc;
}

/* One child cannot have several parents. */
static int check_exclusive(const struct maker *m)
{
    const struct orm_query *q = m->q;
    bool is_refused = q->n_targets > 1 && model_is_exclusive(q->attribute) &&
                      q->method != ORM_REMOVE_FROM_COLLECTION &&
                      (q->method != ORM_REPLACE_COLLECTION || q->n_members > 0);

    if (!is_refused) {
        return 0;
    }
    return orm_error_set_usage(m->error, ORM_E_INVALID_TARGET_RECORD_IDS, q->model->identity.ptr,
                               "`%s` is exclusive: a record cannot be in it for several parents.",
                               q->attribute->name.ptr);
}

static int read_targets(const struct maker *m)
{
    struct orm_query *q = m->q;
    const struct orm_attribute *attribute = find_attribute(m);
    int rc = 0;

    if (attribute == NULL || attribute->association != ORM_TO_MANY) {
        return refuse(m, ORM_E_INVALID_COLLECTION_ATTR_NAME,
                      "It must name a plural (\"collection\") association, not ",
                      m->call->attribute);
    }
    q->attribute = attribute;
    rc = read_ids(m, q->model->primary_key, m->call->targets, ORM_E_INVALID_TARGET_RECORD_IDS,
                  &q->targets, &q->n_targets);
    rc = rc == 0 ? read_ids(m, attribute->other->primary_key, m->call->members,
                            ORM_E_INVALID_ASSOCIATED_IDS, &q->members, &q->n_members)
                 : rc;
    rc = rc == 0 ? check_exclusive(m) : rc;
    q->is_noop = rc == 0 &&
                 (q->n_targets == 0 || (q->n_members == 0 && q->method != ORM_REPLACE_COLLECTION));
    return rc;
}

/* ---- the whole ---- */

static int make(const struct maker *m)
{
    bool is_noop = false;
    int rc = read_meta(m);

    if (rc == 0 && m->q->method == ORM_STREAM && !m->call->has_iteratee) {
        return refuse(m, ORM_E_INVALID_STREAM_ITERATEE, "A stream needs somebody who takes it.",
                      NULL);
    }
    rc = rc == 0 && (m->has & HAS_NUMBER) != 0 ? read_number_attribute(m) : rc;
    rc = rc == 0 && (m->has & HAS_CRITERIA) != 0 ? read_criteria(m) : rc;
    rc = rc == 0 && (m->has & HAS_PAGE) != 0 ? read_page(m) : rc;
    is_noop = m->q->is_noop;
    rc = rc == 0 && (m->has & HAS_POPULATES) != 0 ? read_populates(m) : rc;
    rc = rc == 0 && (m->has & HAS_NEW_RECORD) != 0 ? read_record(m) : rc;
    rc = rc == 0 && (m->has & HAS_NEW_RECORDS) != 0 ? read_records(m) : rc;
    rc = rc == 0 && (m->has & HAS_VALUES) != 0 ? read_values(m) : rc;
    rc = rc == 0 && (m->has & HAS_TARGETS) != 0 ? read_targets(m) : rc;
    m->q->is_noop = m->q->is_noop || is_noop;
    return rc;
}

int orm_query_init(struct orm_query *query, const struct orm_model *model, enum orm_method method,
                   const struct orm_call *call, struct orm_error *error)
{
    struct maker m = {.q = query, .call = call, .error = error, .has = methods[method].has};
    int rc = 0;

    query->method = method;
    query->model = model;
    query->meta = (struct orm_meta){0};
    query->is_noop = false;
    query->criteria = (struct criteria){.model = model};
    query->populates = NULL;
    query->n_populates = 0;
    query->records = NULL;
    query->n_records = 0;
    query->attribute = NULL;
    query->targets = NULL;
    query->members = NULL;
    query->n_targets = 0;
    query->n_members = 0;
    arena_init(&query->arena, query->first_memory, sizeof(query->first_memory));
    rc = make(&m);
    return rc == SAILS_ENOMEM ? orm_error_set_no_memory(error) : rc;
}

void orm_query_deinit(struct orm_query *query)
{
    arena_deinit(&query->arena);
}

int orm_query_validate(const struct orm_model *model, json_t *attribute, json_t *value,
                       json_t **out, struct orm_error *error)
{
    struct arena arena;
    struct values_reader r = {.arena = &arena, .model = model, .problem = error};
    const struct orm_attribute *found = NULL;
    json_t *made = NULL;
    int rc = 0;

    *out = NULL;
    if (!json_is_string(attribute)) {
        return orm_error_set(error, ORM_ERROR_PLAIN, SAILS_EINVAL, ORM_E_HIGHLY_IRREGULAR,
                             "validate() takes the name of an attribute.");
    }
    found = model_find_attribute(
        model, (struct str){json_string_value(attribute), json_string_length(attribute)});
    if (found == NULL || value == NULL) {
        return 0;
    }
    r.options.skip_encryption = true;
    arena_init(&arena, NULL, 0);
    if (found->association == ORM_TO_MANY) {
        rc = orm_error_set(error, ORM_ERROR_PLAIN, SAILS_EINVAL, ORM_E_HIGHLY_IRREGULAR,
                           "`%s` is a plural association: it has members, not a value.",
                           found->name.ptr);
    } else {
        rc = values_read_value(&r, found, value, &made);
    }
    if (rc == 0) {
        *out = json_incref(made);
    } else if (error->class == ORM_ERROR_USAGE) {
        error->class = ORM_ERROR_PLAIN;
    }
    arena_deinit(&arena);
    return rc;
}
