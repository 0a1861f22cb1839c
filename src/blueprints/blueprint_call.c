#include "blueprints/blueprint_call.h"

#include "base/macros.h"
#include "base/mem.h"
#include "blueprints/blueprint_run.h"
#include "request/res.h"

#include <assert.h>
#include <sails/err.h>

static void destroy_call(struct blueprint_call *call)
{
    effects_deinit(&call->effects);
    json_decref(call->options);
    json_decref(call->body);
    buf_deinit(&call->text);
    mem_free(call);
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

/* ---- back on the worker ---- */

static void done(struct models_task *task, int status)
{
    struct blueprint_call *call = container_of(task, struct blueprint_call, task);

    if (status < 0) {
        answer_busy(call, status);
    } else {
        if (blueprint_run_is_reading(call->kind) && call->outcome == BLUEPRINT_DONE) {
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

    call->parser = name;
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
    call->body = problem->code != NULL
                     ? blueprint_run_usage_body(call->req, problem->code, problem->details.ptr)
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

/* ---- to a thread ---- */

static struct blueprint_lines *lines_of(struct blueprints *blueprints, struct worker *worker)
{
    struct blueprint_lines **lines = &blueprints->lines[worker_index(worker)];

    if (*lines == NULL) {
        *lines = mem_alloc(sizeof(**lines));
        if (*lines != NULL) {
            task_line_init(&(*lines)->reading, blueprints->models, worker, task_line_run_each);
            task_line_init(&(*lines)->writing, blueprints->models, worker, blueprint_run_group);
        }
    }
    return *lines;
}

static bool finds_by_key(const struct blueprint_call *call)
{
    return call->kind == BLUEPRINT_FIND_ONE && call->parser == NULL &&
           json_object_size(blueprint_record_option(call, "populates")) == 0;
}

static int submit(struct blueprint_call *call, struct worker *worker)
{
    bool is_reading = blueprint_run_is_reading(call->kind);
    struct blueprint_lines *lines = NULL;

    if (!models_has_one_writer(call->blueprints->models, call->model) ||
        (is_reading && !finds_by_key(call))) {
        return models_submit(call->blueprints->models, worker, &call->task);
    }
    lines = lines_of(call->blueprints, worker);
    if (lines == NULL) {
        return SAILS_ENOMEM;
    }
    return task_line_submit(is_reading ? &lines->reading : &lines->writing, &call->task);
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
    call->task = (struct models_task){.run = blueprint_run, .done = done};
    call->blueprints = blueprint->blueprints;
    call->kind = blueprint->kind;
    call->req = req;
    call->res = res;
    warn_of_put(call);
    rc = read_request(call, &problem);
    rc = rc == 0 ? submit(call, req->worker) : rc;
    if (rc < 0) {
        refuse(call, rc, &problem);
        destroy_call(call);
    }
    blueprint_problem_deinit(&problem);
}
