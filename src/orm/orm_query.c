#include "orm/orm_query.h"

#include "base/macros.h"
#include "orm/orm_query_reader.h"
#include "orm/value_set.h"
#include "schema/inspect.h"

#include <assert.h>
#include <sails/err.h>

/*
 * A call is read in Waterline's order: what is wrong with the first argument is told, and an argument that
 * leaves nothing to do ends the reading, so that what is wrong behind it is nobody's business.
 */

typedef int (*read_step)(struct query_reader *r);

enum {
    STEPS_MAX = 3
};

static const struct method {
    const char *name;
    read_step steps[STEPS_MAX]; /* NULL: there are no more */
} methods[] = {
    [ORM_FIND] = {"find", {orm_query_criteria_read, orm_query_criteria_read_populates}},
    [ORM_FIND_ONE] = {"findOne", {orm_query_criteria_read, orm_query_criteria_read_populates}},
    [ORM_STREAM] = {"stream", {orm_query_criteria_read, orm_query_criteria_read_populates}},
    [ORM_COUNT] = {"count", {orm_query_criteria_read}},
    [ORM_SUM] = {"sum", {orm_query_criteria_read, orm_query_values_read_number_attribute}},
    [ORM_AVG] = {"avg", {orm_query_criteria_read, orm_query_values_read_number_attribute}},
    [ORM_CREATE] = {"create", {orm_query_values_read_record}},
    [ORM_CREATE_EACH] = {"createEach", {orm_query_values_read_records}},
    [ORM_FIND_OR_CREATE] = {"findOrCreate",
                            {orm_query_criteria_read, orm_query_values_read_record}},
    [ORM_UPDATE] = {"update", {orm_query_criteria_read, orm_query_values_read_set}},
    [ORM_UPDATE_ONE] = {"updateOne", {orm_query_criteria_read, orm_query_values_read_set}},
    [ORM_DESTROY] = {"destroy", {orm_query_criteria_read}},
    [ORM_DESTROY_ONE] = {"destroyOne", {orm_query_criteria_read}},
    [ORM_ARCHIVE] = {"archive", {orm_query_criteria_read}},
    [ORM_ARCHIVE_ONE] = {"archiveOne", {orm_query_criteria_read}},
    [ORM_ADD_TO_COLLECTION] = {"addToCollection", {orm_query_values_read_links}},
    [ORM_REMOVE_FROM_COLLECTION] = {"removeFromCollection", {orm_query_values_read_links}},
    [ORM_REPLACE_COLLECTION] = {"replaceCollection", {orm_query_values_read_links}},
};

const char *orm_method_name(enum orm_method method)
{
    return methods[method].name;
}

/* ---- words ---- */

int orm_query_refuse(struct query_reader *r, const char *code, const char *format, ...)
{
    struct buf details = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&details, format, args);
    va_end(args);
    return orm_query_told(r, SAILS_EINVAL, code, "", &details);
}

int orm_query_refuse_value(struct query_reader *r, const char *code, const char *before,
                           json_t *value)
{
    struct buf details = {0};

    if (value == NULL) {
        buf_append_str(&details, STR("undefined"));
    } else {
        inspect_value(&details, value);
    }
    return orm_query_told(r, SAILS_EINVAL, code, before, &details);
}

int orm_query_told(struct query_reader *r, int rc, const char *code, const char *before,
                   struct buf *problem)
{
    int told = rc;

    if (rc == SAILS_EINVAL || rc == SAILS_ETOOBIG) {
        told = problem->failed ? SAILS_ENOMEM
                               : orm_error_set_usage(r->error, code, r->query->model->identity.ptr,
                                                     "%s%.*s", before, STR_FMT(buf_str(problem)));
    }
    buf_deinit(problem);
    return told == SAILS_ENOMEM ? told : rc;
}

/* ---- the whole ---- */

static int check_iteratee(struct query_reader *r)
{
    if (r->query->method != ORM_STREAM || r->call->has_iteratee) {
        return 0;
    }
    return orm_query_refuse(r, ORM_E_INVALID_STREAM_ITERATEE,
                            "Either `eachRecordFn` or `eachBatchFn` should be defined, but neither "
                            "of them are.");
}

/* What is created where nothing can be found must be right, too. */
static bool is_over(const struct orm_query *q)
{
    return q->is_noop && q->method != ORM_FIND_OR_CREATE;
}

static int read_call(struct query_reader *r)
{
    const struct method *method = &methods[r->query->method];
    int rc = orm_query_meta_read(r);

    for (size_t i = 0; i < STEPS_MAX && method->steps[i] != NULL; i++) {
        if (rc < 0 || is_over(r->query)) {
            return rc;
        }
        rc = method->steps[i](r);
    }
    return rc == 0 && !is_over(r->query) ? check_iteratee(r) : rc;
}

/* Members are put into records that are there: so Waterline fetches them, and answers with them. */
static void imply_fetch(struct orm_query *q)
{
    bool changes = q->method == ORM_UPDATE;

    if (!changes && q->method != ORM_CREATE && q->method != ORM_CREATE_EACH) {
        return;
    }
    for (size_t i = 0; i < q->n_records; i++) {
        for (size_t j = 0; j < q->records[i].n_collections; j++) {
            q->meta.fetch = q->meta.fetch || changes || q->records[i].collections[j].n > 0;
        }
    }
}

int orm_query_init(struct orm_query *query, const struct orm_model *model, enum orm_method method,
                   const struct orm_call *call, struct orm_error *error)
{
    struct query_reader r = {.query = query, .call = call, .error = error};
    int rc = 0;

    /* All but the first memory, which is large, and needs no value. */
    memset(query, 0, offsetof(struct orm_query, first_memory));
    query->method = method;
    query->model = model;
    query->criteria.model = model;
    arena_init(&query->arena, query->first_memory, sizeof(query->first_memory));
    rc = read_call(&r);
    if (rc == 0) {
        imply_fetch(query);
    }
    assert(rc == 0 || rc == SAILS_ENOMEM || error->class != ORM_ERROR_NONE);
    return rc == SAILS_ENOMEM ? orm_error_set_no_memory(error) : rc;
}

void orm_query_deinit(struct orm_query *query)
{
    arena_deinit(&query->arena);
}

/* ---- validate() ---- */

static json_t *list_of(const struct members *members)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < members->n; i++) {
        if (json_array_append(list, members->ids[i]) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static int read_to_validate(const struct orm_attribute *attribute, json_t *value,
                            struct arena *arena, struct value_problem *problem, json_t **out)
{
    struct values_options options = {0};
    struct members members = {0};
    int rc = 0;

    if (attribute->association == ORM_TO_MANY) {
        rc = value_set_read_members(attribute, value, arena, problem, &members);
        *out = rc == 0 ? list_of(&members) : NULL;
    } else {
        rc = value_set_read(attribute, value, &options, arena, problem, out);
        *out = rc == 0 ? json_incref(*out) : NULL;
    }
    return rc == 0 && *out == NULL ? SAILS_ENOMEM : rc;
}

/* Of one value there is no call to be wrong: the error is the value's own. */
static int tell_problem(struct orm_error *error, int rc, struct value_problem *problem)
{
    int told = rc;

    if (rc < 0 && rc != SAILS_ENOMEM) {
        told = orm_error_set(error, ORM_ERROR_PLAIN, rc, problem->code, "%.*s",
                             STR_FMT(buf_str(&problem->text)));
        if (told == rc) {
            error->rule_violations = json_incref(problem->rule_violations);
        }
    }
    value_problem_deinit(problem);
    return told == SAILS_ENOMEM ? orm_error_set_no_memory(error) : told;
}

int orm_query_validate(const struct orm_model *model, json_t *attribute, json_t *value,
                       json_t **out, struct orm_error *error)
{
    struct str name = {json_string_value(attribute), json_string_length(attribute)};
    const struct orm_attribute *found = NULL;
    struct arena arena = {0};
    struct value_problem problem = {0};
    int rc = 0;

    *out = NULL;
    if (!json_is_string(attribute)) {
        return orm_error_set(error, ORM_ERROR_USAGE, SAILS_EINVAL, NULL,
                             "Please specify the name of the attribute to validate against (1st "
                             "argument).");
    }
    found = model_find_attribute(model, name);
    if (found == NULL || value == NULL) {
        return 0;
    }
    rc = read_to_validate(found, value, &arena, &problem, out);
    arena_deinit(&arena);
    return tell_problem(error, rc, &problem);
}
