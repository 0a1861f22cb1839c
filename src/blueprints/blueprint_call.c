#include "blueprints/blueprint_call.h"

#include "base/macros.h"
#include "base/mem.h"
#include "request/res.h"

#include <assert.h>
#include <sails/err.h>

/*
 * What is told belongs to what has been changed: the messages are made while the transaction is open, from records as it
 * sees them, and leave once it is committed. So that the messages about a record come in the order of its changes,
 * the commit and the telling are one step for others who change the same record (effects.h).
 *
 *     begin, queries, changes, messages made      may wait for the database's locks
 *     effects_lock                                nothing is left but the commit
 *     commit
 *     effects_apply
 *     effects_unlock
 */

static const struct {
    int (*run)(struct blueprint_call *call, struct sails_db *db);
    bool is_reading;
} blueprints_of_kinds[BLUEPRINT_KINDS] = {
    [BLUEPRINT_FIND] = {blueprint_find, true},
    [BLUEPRINT_FIND_ONE] = {blueprint_find_one, true},
    [BLUEPRINT_CREATE] = {blueprint_create, false},
    [BLUEPRINT_UPDATE] = {blueprint_update, false},
    [BLUEPRINT_DESTROY] = {blueprint_destroy, false},
    [BLUEPRINT_POPULATE] = {blueprint_populate, true},
    [BLUEPRINT_ADD] = {blueprint_add, false},
    [BLUEPRINT_REMOVE] = {blueprint_remove, false},
    [BLUEPRINT_REPLACE] = {blueprint_replace, false},
};

static void destroy_call(struct blueprint_call *call)
{
    effects_deinit(&call->effects);
    json_decref(call->options);
    json_decref(call->body);
    buf_deinit(&call->text);
    mem_free(call);
}

/* ---- errors as bodies ---- */

/* As Sails tells a usage error (formatUsageError). NULL: no memory. */
static json_t *usage_body(const struct sails_req *req, const char *code, const char *details)
{
    static const char tip[] =
        "  **The following additional tip will not be shown in production**:  Tip: Check your client-side "
        "code to make sure that the request data it sends matches the expectations of the "
        "corresponding attributes in your model.  Also check that your client-side code sends data "
        "for every required attribute.";
    struct buf message = {0};
    json_t *body = NULL;

    buf_printf(&message,
               "The server could not fulfill this request (`%s %s`) due to a problem with the "
               "parameters that were sent.  See the `details` for more info.%s",
               sails_req_method(req), sails_req_path(req),
               req->service->options.is_production ? "" : tip);
    if (buf_error(&message) == 0) {
        body = json_pack("{s:s*,s:s,s:s%}", "code", code, "details", details, "message",
                         message.ptr, message.len);
    }
    buf_deinit(&message);
    return body;
}

static json_t *unique_body(const struct orm_error *error)
{
    json_t *names = error->attr_names != NULL ? json_incref(error->attr_names) : json_array();

    return json_pack("{s:s,s:s,s:s*,s:o}", "code", ORM_E_UNIQUE, "message",
                     orm_error_message(error), "modelIdentity", error->model_identity, "attrNames",
                     names);
}

/* Whether somebody else's record is in the way, where that is the client's business (pubsub-and-blueprints 7). */
static bool is_conflict(const struct blueprint_call *call, const struct orm_error *error)
{
    return error->code != NULL && strcmp(error->code, ORM_E_UNIQUE) == 0 &&
           (call->kind == BLUEPRINT_CREATE || call->kind == BLUEPRINT_UPDATE);
}

/* What the database, or the ORM, has said becomes the answer. */
static void take_error(struct blueprint_call *call, const struct sails_db *db, int rc)
{
    const struct orm_error *error = &db->error;

    json_decref(call->body);
    call->body = NULL;
    call->outcome = BLUEPRINT_FAILED;
    if (rc == SAILS_ENOMEM || error->class == ORM_ERROR_NONE) {
        call->body = json_string(sails_strerror(rc));
    } else if (error->class == ORM_ERROR_USAGE) {
        call->outcome = BLUEPRINT_REFUSED;
        call->body = usage_body(call->req, error->code, orm_error_details(error));
    } else if (is_conflict(call, error)) {
        call->outcome = BLUEPRINT_REFUSED;
        call->body = unique_body(error);
    } else {
        call->body = json_string(orm_error_message(error));
    }
}

/* ---- the answer ---- */

static void answer_failure(struct blueprint_call *call)
{
    const char *why = json_string_value(call->body);

    sails_res_fail(call->res, why != NULL ? why : sails_strerror(SAILS_ENOMEM));
}

/* Takes the value. */
static void answer_value(struct blueprint_call *call, json_t *body)
{
    if (body != NULL) {
        sails_res_ok(call->res, body);
    } else if (res_claim(call->res) == 0) {
        res_answer_text(call->res, buf_str(&call->text), RES_TYPE_JSON);
    }
}

static void answer(struct blueprint_call *call)
{
    json_t *body = json_incref(call->body);

    switch (call->outcome) {
    case BLUEPRINT_DONE:
        answer_value(call, body);
        return;
    case BLUEPRINT_NOT_FOUND:
        sails_res_not_found(call->res);
        break;
    case BLUEPRINT_REFUSED:
        sails_res_bad_request(call->res, body);
        return;
    case BLUEPRINT_FAILED:
        answer_failure(call);
        break;
    }
    json_decref(body);
}

static void answer_busy(struct blueprint_call *call, int rc)
{
    log_line(call->req->service->log, LOG_WARN, "%s %s: %s: answered with 503",
             sails_req_method(call->req), sails_req_path(call->req), sails_strerror(rc));
    sails_res_send_status(call->res, 503);
}

/* ---- on a thread ---- */

static int run_in_transaction(struct blueprint_call *call, struct sails_db *db)
{
    int rc = database_begin(db, call->model);

    if (rc < 0) {
        return rc;
    }
    rc = blueprints_of_kinds[call->kind].run(call, db);
    rc = rc == 0 ? effects_error(&call->effects) : rc;
    if (rc < 0) {
        return database_finish(db, call->model, rc);
    }
    effects_lock(&call->effects, &call->blueprints->order);
    rc = database_finish(db, call->model, 0);
    if (rc == 0) {
        effects_apply(&call->effects, call->blueprints->pubsub);
    }
    effects_unlock(&call->effects, &call->blueprints->order);
    return rc;
}

/*
 * SQLite has one writer at a time, and whoever comes second asks again and again whether it is its turn. Here it waits
 * in line instead; writers outside of blueprints ask as ever.
 */
static int run_in_turn(struct blueprint_call *call, struct sails_db *db)
{
    const struct db_config *config = &db->datastores->configs[call->model->datastore->index];
    bool waits_in_line = config->adapter == &db_sqlite;
    int rc = 0;

    if (waits_in_line) {
        (void)pthread_mutex_lock(&call->blueprints->writers);
    }
    rc = run_in_transaction(call, db);
    if (waits_in_line) {
        (void)pthread_mutex_unlock(&call->blueprints->writers);
    }
    return rc;
}

/*
 * Over HTTP the thread that has made a value writes it, too, and lets go of it: memory that one thread takes and another
 * one gives back costs more than to write the JSON (bench/blueprints.c). Over a socket the value itself is wanted, and
 * by an answer `ok` of the program's.
 */
static void write_answer(struct blueprint_call *call)
{
    const struct responses *responses = &call->req->service->responses;

    effects_deinit(&call->effects);
    if (call->outcome == BLUEPRINT_DONE && responses_find(responses, "ok") == NULL &&
        res_write_json(call->res, &call->text, call->body) == 0) {
        json_decref(call->body);
        call->body = NULL;
    }
}

static int run(struct models_task *task, struct sails_db *db)
{
    struct blueprint_call *call = container_of(task, struct blueprint_call, task);
    int rc = 0;

    if (blueprints_of_kinds[call->kind].is_reading) {
        rc = blueprints_of_kinds[call->kind].run(call, db);
        rc = rc == 0 ? effects_error(&call->effects) : rc;
    } else {
        rc = run_in_turn(call, db);
    }
    if (rc < 0) {
        take_error(call, db, rc);
    }
    if (call->effects.socket_id == NULL) {
        write_answer(call);
    }
    return 0;
}

/* ---- back on the worker ---- */

static void done(struct models_task *task, int status)
{
    struct blueprint_call *call = container_of(task, struct blueprint_call, task);

    if (status < 0) {
        answer_busy(call, status);
    } else {
        if (blueprints_of_kinds[call->kind].is_reading && call->outcome == BLUEPRINT_DONE) {
            effects_apply(&call->effects, call->blueprints->pubsub); /* before its answer */
        }
        answer(call);
    }
    destroy_call(call);
}

/* ---- the beginning ---- */

/* "user" of "user/find". NULL: there is no such model. */
static const struct orm_model *model_of_action(const struct orm *orm, const json_t *options)
{
    struct str action = str_from(json_string_value(json_object_get(options, "action")));

    action.len = str_find(action, '/');
    return action.len > 0 ? orm_find_model(orm, action) : NULL;
}

/* What the program's function has made of the options: still options, of a model that there is. */
static int take_options(struct blueprint_call *call, struct blueprint_problem *problem)
{
    const char *using = json_string_value(json_object_get(call->options, "using"));

    call->model = using != NULL
                      ? orm_find_model(models_orm(call->blueprints->models), str_from(using))
                      : NULL;
    if (call->model == NULL) {
        return blueprint_problem_set(problem, NULL,
                                     "`using` is no model, after parseBlueprintOptions");
    }
    return 0;
}

static int call_parser(struct blueprint_call *call, const json_t *route,
                       struct blueprint_problem *problem)
{
    const char *own = json_string_value(json_object_get(route, "parseBlueprintOptions"));
    const char *name = own != NULL ? own : call->blueprints->parser;
    int rc = blueprints_call_parser(call->blueprints, name, call->req,
                                    blueprint_kind_name(call->kind), call->options);

    return rc == 0 ? 0
                   : blueprint_problem_set(problem, NULL, "parseBlueprintOptions `%s`: %s", name,
                                           sails_strerror(rc));
}

static int read_request(struct blueprint_call *call, struct blueprint_problem *problem)
{
    const json_t *route = sails_req_options(call->req);
    bool mirror = call->blueprints->mirror || json_is_true(json_object_get(route, "mirror"));
    int rc = 0;

    call->model = call->blueprints->models != NULL
                      ? model_of_action(models_orm(call->blueprints->models), route)
                      : NULL;
    if (call->model == NULL) {
        return blueprint_problem_set(problem, NULL, "The model of this action is not there");
    }
    call->auto_watch = json_is_true(json_object_get(route, "autoWatch"));
    call->is_deep = json_array_size(json_object_get(route, "associations")) > 0;
    call->effects.socket_id = sails_req_socket_id(call->req);
    call->effects.omit = mirror ? NULL : call->effects.socket_id;
    rc = blueprint_options_read(call->req, call->kind, call->model, problem, &call->options);
    rc = rc == 0 ? call_parser(call, route, problem) : rc;
    return rc == 0 ? take_options(call, problem) : rc;
}

/* The request is answered with what is wrong with it. */
static void refuse(struct blueprint_call *call, int rc, const struct blueprint_problem *problem)
{
    if (rc != SAILS_EINVAL || problem->details.ptr == NULL) {
        answer_busy(call, rc);
        return;
    }
    call->outcome = problem->code != NULL ? BLUEPRINT_REFUSED : BLUEPRINT_FAILED;
    call->body = problem->code != NULL ? usage_body(call->req, problem->code, problem->details.ptr)
                                       : json_string(problem->details.ptr);
    answer(call);
}

static void warn_of_put(const struct blueprint_call *call)
{
    if (call->kind == BLUEPRINT_UPDATE && call->req->method == HTTP_METHOD_PUT) {
        log_line(
            call->req->service->log, LOG_DEBUG,
            "Using `PUT` to update a record is deprecated in Sails 1.0.  Use `PATCH` instead!");
    }
}

void blueprint_call_begin(sails_req *req, sails_res *res)
{
    const struct blueprint *blueprint = sails_req_context(req);
    struct blueprint_call *call = mem_calloc(1, sizeof(*call));
    struct blueprint_problem problem = {0};
    int rc = 0;

    if (call == NULL) {
        sails_res_send_status(res, 503);
        return;
    }
    call->task = (struct models_task){.run = run, .done = done};
    call->blueprints = blueprint->blueprints;
    call->kind = blueprint->kind;
    call->req = req;
    call->res = res;
    warn_of_put(call);
    rc = read_request(call, &problem);
    rc = rc == 0 ? models_submit(call->blueprints->models, req->worker, &call->task) : rc;
    if (rc < 0) {
        refuse(call, rc, &problem);
        destroy_call(call);
    }
    blueprint_problem_deinit(&problem);
}
