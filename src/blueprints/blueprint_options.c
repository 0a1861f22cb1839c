#include "blueprints/blueprint_options.h"

#include "base/json_parse.h"
#include "blueprints/blueprint_params.h"

#include <sails/err.h>
#include <stdarg.h>

/* How many records are given where nobody says, of a model and of each collection (Sails). */
#define DEFAULT_LIMIT 30

void blueprint_problem_deinit(struct blueprint_problem *problem)
{
    buf_deinit(&problem->details);
}

int blueprint_problem_set(struct blueprint_problem *problem, const char *code, const char *format,
                          ...)
{
    va_list args;

    problem->code = code;
    buf_clear(&problem->details);
    va_start(args, format);
    buf_vprintf(&problem->details, format, args);
    va_end(args);
    buf_append_char(&problem->details, '\0');
    return buf_error(&problem->details) == 0 ? SAILS_EINVAL : SAILS_ENOMEM;
}

const char *blueprint_kind_name(enum blueprint_kind kind)
{
    static const char *const names[BLUEPRINT_KINDS] = {
        [BLUEPRINT_FIND] = "find",       [BLUEPRINT_FIND_ONE] = "findOne",
        [BLUEPRINT_CREATE] = "create",   [BLUEPRINT_UPDATE] = "update",
        [BLUEPRINT_DESTROY] = "destroy", [BLUEPRINT_POPULATE] = "populate",
        [BLUEPRINT_ADD] = "add",         [BLUEPRINT_REMOVE] = "remove",
        [BLUEPRINT_REPLACE] = "replace",
    };

    return names[kind];
}

/* ---- reading ---- */

/* What the functions below share. `options` grows; a failure to add to it is `failed`. */
struct reading {
    struct sails_req *req;
    const struct orm_model *model;
    struct blueprint_problem *problem;
    json_t *options;
    bool failed;
};

/* Takes the value. */
static void put(struct reading *r, json_t *object, const char *key, json_t *value)
{
    r->failed = json_object_set_new(object, key, value) < 0 || r->failed;
}

static json_t *param(struct reading *r, const char *name)
{
    return sails_req_param_json(r->req, name);
}

/* {key: value of the parameter}. One record is meant: a list, or modifiers, would mean others. NULL where it is not
 * told, which is a problem. */
static json_t *where_key(struct reading *r, const char *name, int *rc)
{
    json_t *value = param(r, name);

    if (!json_is_string(value) && !json_is_number(value)) {
        *rc = blueprint_problem_set(
            r->problem, "E_INVALID_CRITERIA",
            "There is no `%s`, or it is no primary key: expected is a number or a text.", name);
        return NULL;
    }
    return json_pack("{s:O}", r->model->primary_key->name.ptr, value);
}

static int put_where_key(struct reading *r, const char *name)
{
    int rc = 0;
    json_t *where = where_key(r, name, &rc);

    if (rc == 0) {
        put(r, r->options, "criteria", json_pack("{s:o}", "where", where));
    }
    return rc;
}

/* Nothing, as JavaScript sees it: where Sails looks whether there is a value at all. */
static bool is_nothing(const json_t *value)
{
    return value == NULL || json_is_null(value) || json_is_false(value) ||
           (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_number(value) && json_number_value(value) == 0);
}

/* ---- populates ---- */

static json_t *default_populates(const struct orm_model *model)
{
    json_t *populates = json_object();

    for (unsigned i = 0; i < model->n_attributes && populates != NULL; i++) {
        const struct orm_attribute *attribute = &model->attributes[i];
        json_t *how = NULL;

        if (attribute->association == ORM_PLAIN) {
            continue;
        }
        how = attribute->association == ORM_TO_MANY
                  ? json_pack("{s:{},s:i,s:i}", "where", "limit", DEFAULT_LIMIT, "skip", 0)
                  : json_object();
        if (json_object_set_new(populates, attribute->name.ptr, how) < 0) {
            json_decref(populates);
            return NULL;
        }
    }
    return populates;
}

/* `populate`: names, or none. */
static int read_populates(struct reading *r)
{
    json_t *given = param(r, "populate");
    json_t *names = NULL;
    json_t *populates = NULL;
    int rc = 0;

    if (is_nothing(given) && !json_is_false(given)) {
        return 0;
    }
    if (json_is_false(given) ||
        (json_is_string(given) && strcmp(json_string_value(given), "false") == 0)) {
        put(r, r->options, "populates", json_object());
        return 0;
    }
    rc = blueprint_params_names(given, &names);
    if (rc == SAILS_EINVAL) {
        return blueprint_problem_set(r->problem, "E_INVALID_POPULATES",
                                     "`populate` must be a list of associations: \"pets,home\"");
    }
    populates = rc == 0 ? json_object() : NULL;
    for (size_t i = 0; i < json_array_size(names) && populates != NULL; i++) {
        put(r, populates, json_string_value(json_array_get(names, i)), json_object());
    }
    put(r, r->options, "populates", populates);
    json_decref(names);
    return rc;
}

/* ---- criteria ---- */

/* JSON text, or the value of a body. *where is NULL where nothing is said. */
static int read_explicit_where(struct reading *r, json_t **where)
{
    json_t *given = json_object_get(sails_req_all_params(r->req), "where");
    int rc = 0;

    *where = NULL;
    if (json_is_string(given)) {
        rc = blueprint_params_parse(given, where);
        if (rc == SAILS_EINVAL) {
            return blueprint_problem_set(r->problem, "E_INVALID_CRITERIA",
                                         "The provided `where` clause is no JSON.");
        }
    } else if (given != NULL) {
        *where = json_incref(given);
    }
    if (is_nothing(*where)) {
        json_decref(*where);
        *where = NULL;
    }
    return rc;
}

/* The whole filter: `where`, or all that is no modifier of the query, each an attribute. */
static int read_where(struct reading *r, const char *parent, json_t **where)
{
    static const char *const modifiers[] = {"limit", "skip", "sort", "populate", "select", "omit"};
    int rc = read_explicit_where(r, where);

    if (rc < 0 || *where != NULL) {
        return rc;
    }
    *where = json_copy(sails_req_all_params(r->req));
    for (size_t i = 0; i < ARRAY_LEN(modifiers); i++) {
        (void)json_object_del(*where, modifiers[i]);
    }
    if (parent != NULL) {
        (void)json_object_del(*where, parent);
    }
    return *where != NULL ? 0 : SAILS_ENOMEM;
}

/* `select`, or else `omit`. */
static int read_attributes(struct reading *r, json_t *criteria)
{
    const char *key = param(r, "select") != NULL ? "select" : "omit";
    json_t *given = param(r, key);
    json_t *names = NULL;
    int rc = 0;

    if (given == NULL) {
        return 0;
    }
    rc = blueprint_params_names(given, &names);
    if (rc == SAILS_EINVAL) {
        return blueprint_problem_set(r->problem, "E_INVALID_CRITERIA",
                                     "`%s` must be a list of attributes: \"name,age\"", key);
    }
    put(r, criteria, key, names);
    return rc;
}

/* limit, skip and sort, as they are: what they may be is the ORM's to say. */
static int read_modifiers(struct reading *r, json_t *criteria, bool has_default_limit)
{
    json_t *limit = param(r, "limit");
    json_t *skip = param(r, "skip");
    json_t *sort = param(r, "sort");
    json_t *parsed = NULL;
    int rc = 0;

    if (limit != NULL) {
        put(r, criteria, "limit", json_incref(limit));
    } else if (has_default_limit) {
        put(r, criteria, "limit", json_integer(DEFAULT_LIMIT));
    }
    if (skip != NULL) {
        put(r, criteria, "skip", json_incref(skip));
    }
    if (json_is_string(sort)) {
        rc = blueprint_params_parse(sort, &parsed);
        rc = rc == SAILS_EINVAL ? 0 : rc; /* "name DESC" */
    }
    if (sort != NULL) {
        put(r, criteria, "sort", parsed != NULL ? parsed : json_incref(sort));
    }
    return rc;
}

static int read_find(struct reading *r)
{
    json_t *criteria = json_object();
    json_t *where = NULL;
    int rc = read_where(r, NULL, &where);

    put(r, criteria, "where", where);
    rc = rc == 0 ? read_attributes(r, criteria) : rc;
    rc = rc == 0 ? read_modifiers(r, criteria, true) : rc;
    put(r, r->options, "criteria", criteria);
    return rc == 0 ? read_populates(r) : rc;
}

static int read_find_one(struct reading *r)
{
    int rc = put_where_key(r, "id");

    rc = rc == 0 ? read_attributes(r, json_object_get(r->options, "criteria")) : rc;
    return rc == 0 ? read_populates(r) : rc;
}

/* ---- values ---- */

/* A collection as JSON text in the query: for who can only write addresses. */
static int parse_collections(struct reading *r, json_t *values)
{
    int rc = 0;

    for (unsigned i = 0; i < r->model->n_attributes && rc == 0; i++) {
        const struct orm_attribute *attribute = &r->model->attributes[i];
        const char *name = attribute->name.ptr;
        json_t *text = json_object_get(sails_req_query(r->req), name);
        json_t *list = NULL;

        if (attribute->association != ORM_TO_MANY || !json_is_string(text) ||
            json_object_get(sails_req_body(r->req), name) != NULL) {
            continue;
        }
        rc = blueprint_params_parse(text, &list);
        if (rc == 0) {
            put(r, values, name, list);
        }
        rc = rc == SAILS_EINVAL ? 0 : rc; /* the ORM says what is wrong with it */
    }
    return rc;
}

static int read_create(struct reading *r)
{
    json_t *values = json_copy(sails_req_all_params(r->req));
    int rc = values != NULL ? parse_collections(r, values) : SAILS_ENOMEM;

    put(r, r->options, "newRecord", values);
    put(r, r->options, "meta", json_pack("{s:b}", "fetch", 1));
    return rc;
}

static int read_update(struct reading *r)
{
    const char *key = r->model->primary_key->name.ptr;
    int rc = put_where_key(r, "id");
    json_t *values = json_copy(sails_req_all_params(r->req));
    json_t *id = param(r, "id");

    (void)json_object_del(values, "id");
    if (json_object_get(values, key) != NULL && !json_equal(json_object_get(values, key), id)) {
        log_line(r->req->service->log, LOG_WARN,
                 "Cannot change primary key via update blueprint; ignoring value sent for `%s`",
                 key);
    }
    if (rc == 0) {
        (void)json_object_del(values, key); /* it comes last: see messages */
        put(r, values, key, json_incref(id));
    }
    put(r, r->options, "valuesToSet", values);
    put(r, r->options, "meta", json_object());
    return rc;
}

static int read_destroy(struct reading *r)
{
    put(r, r->options, "meta", json_pack("{s:b}", "fetch", 1));
    return put_where_key(r, "id");
}

/* ---- associations ---- */

/* The association that the route names. Missing, it is the application's mistake, and NULL. */
static int read_alias(struct reading *r, bool is_collection, const struct orm_attribute **alias)
{
    const char *name = json_string_value(json_object_get(sails_req_options(r->req), "alias"));
    const struct orm_attribute *found =
        name != NULL ? model_find_attribute(r->model, str_from(name)) : NULL;

    if (found == NULL || found->association == ORM_PLAIN ||
        (is_collection && found->association != ORM_TO_MANY)) {
        return blueprint_problem_set(
            r->problem, NULL, "The route option `alias` must name %s of `%s`, which `%s` is not.",
            is_collection ? "a collection" : "an association", r->model->identity.ptr,
            name != NULL ? name : "");
    }
    put(r, r->options, "alias", json_string(name));
    *alias = found;
    return 0;
}

static int read_populate(struct reading *r)
{
    const struct orm_attribute *alias = NULL;
    json_t *how = NULL;
    json_t *where = NULL;
    int rc = read_alias(r, false, &alias);
    bool is_many = false;

    if (alias == NULL) {
        return rc;
    }
    is_many = alias->association == ORM_TO_MANY;
    how = json_object();
    rc = put_where_key(r, "parentid");
    if (rc == 0 && is_many) {
        rc = read_where(r, "parentid", &where);
        put(r, how, "where", where);
    }
    rc = rc == 0 ? read_attributes(r, how) : rc;
    rc = rc == 0 ? read_modifiers(r, how, is_many) : rc;
    if (rc < 0) {
        json_decref(how);
        return rc;
    }
    put(r, r->options, "populates", json_pack("{s:o}", alias->name.ptr, how));
    return 0;
}

static int put_target(struct reading *r)
{
    int rc = put_where_key(r, "parentid");

    if (rc == 0) {
        put(r, r->options, "targetRecordId", json_incref(param(r, "parentid")));
    }
    return rc;
}

static int read_member(struct reading *r)
{
    const struct orm_attribute *alias = NULL;
    json_t *child = param(r, "childid");
    int rc = read_alias(r, true, &alias);

    rc = rc == 0 ? put_target(r) : rc;
    if (rc == 0 && !json_is_string(child) && !json_is_number(child)) {
        rc = blueprint_problem_set(r->problem, "E_INVALID_ASSOCIATED_IDS",
                                   "There is no `childid`, or it is no primary key.");
    }
    if (rc == 0) {
        put(r, r->options, "associatedIds", json_pack("[O]", child));
    }
    return rc;
}

/* The body where it is a list; else the query, by the association's name, or `fks`, as the documentation says. */
static int read_replace(struct reading *r)
{
    const struct orm_attribute *alias = NULL;
    json_t *ids = sails_req_body(r->req);
    json_t *parsed = NULL;
    int rc = read_alias(r, true, &alias);

    rc = rc == 0 ? put_target(r) : rc;
    if (rc < 0 || alias == NULL) {
        return rc;
    }
    if (!json_is_array(ids)) {
        ids = json_object_get(sails_req_query(r->req), alias->name.ptr);
        ids = ids != NULL ? ids : json_object_get(sails_req_query(r->req), "fks");
    }
    if (json_is_string(ids)) {
        rc = blueprint_params_parse(ids, &parsed);
        ids = parsed;
    }
    if (rc != SAILS_ENOMEM && !json_is_array(ids)) {
        rc = blueprint_problem_set(r->problem, "E_INVALID_ASSOCIATED_IDS",
                                   "The members of `%s` must be a list of primary keys: [1, 2]",
                                   alias->name.ptr);
    }
    if (rc == 0) {
        put(r, r->options, "associatedIds", json_incref(ids));
    }
    json_decref(parsed);
    return rc;
}

/* ---- all of it ---- */

int blueprint_options_read(struct sails_req *req, enum blueprint_kind kind,
                           const struct orm_model *model, struct blueprint_problem *problem,
                           json_t **options)
{
    static int (*const readers[BLUEPRINT_KINDS])(struct reading * r) = {
        [BLUEPRINT_FIND] = read_find,       [BLUEPRINT_FIND_ONE] = read_find_one,
        [BLUEPRINT_CREATE] = read_create,   [BLUEPRINT_UPDATE] = read_update,
        [BLUEPRINT_DESTROY] = read_destroy, [BLUEPRINT_POPULATE] = read_populate,
        [BLUEPRINT_ADD] = read_member,      [BLUEPRINT_REMOVE] = read_member,
        [BLUEPRINT_REPLACE] = read_replace,
    };
    struct reading r = {.req = req, .model = model, .problem = problem};
    int rc = 0;

    r.options =
        json_pack("{s:s,s:o}", "using", model->identity.ptr, "populates", default_populates(model));
    rc = r.options != NULL && sails_req_all_params(req) != NULL ? readers[kind](&r) : SAILS_ENOMEM;
    if (rc == 0 && r.failed) {
        rc = SAILS_ENOMEM;
    }
    if (rc < 0) {
        json_decref(r.options);
        return rc;
    }
    *options = r.options;
    return 0;
}
