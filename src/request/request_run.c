/*
 * The way of a request is the table at the end: it is in one phase at a time, and a phase says whether the next
 * one follows, or whether somebody else has the request now, who will proceed or answer.
 *
 *     limits -> load -> loaded -> route -> cors -> csrf -> hooks -> steps -> action
 *               |                           ^                  |        |
 *               |                           +--- next route <--+        |  an answer, in whatever phase
 *               v                                                       v
 *       (the session store)                                     save -> answer -> gone
 */
#include "request/request.h"
#include "request/request_phases.h"
#include "request/request_wait.h"
#include "request/res.h"
#include "web/access_log.h"

#include <assert.h>

enum phase_result {
    PHASE_DONE,   /* on to the next one */
    PHASE_STAYS,  /* in req->phase, which it may have changed */
    PHASE_WAITS,  /* for the application or a store, unless that has spoken in the call already */
    PHASE_IS_LAST /* the request is gone */
};

struct phase {
    enum phase_result (*run)(struct sails_req *req);
    enum request_phase next;     /* when it is done */
    enum request_phase proceeds; /* when it waited, and somebody proceeds */
};

static const struct phase phases[REQUEST_PHASES];

/* ---- before the route ---- */

static void refuse_too_many(struct sails_req *req, unsigned wait_s)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", wait_s);
    sails_res_set(&req->res, "Retry-After", text);
    sails_res_send_status(&req->res, 429);
}

static enum phase_result check_limits(struct sails_req *req)
{
    unsigned wait_s = limits_of_request(&request_worker_of(req)->limits, req);

    if (wait_s > 0) {
        refuse_too_many(req, wait_s);
        return PHASE_WAITS;
    }
    request_restart_timeout(req);
    return PHASE_DONE;
}

static enum phase_result load_session(struct sails_req *req)
{
    return request_session_load(req) ? PHASE_DONE : PHASE_WAITS;
}

static enum phase_result take_session(struct sails_req *req)
{
    atomic_store(&req->views, REQUEST_VIEWS_HERE); /* the store is done with it */
    request_session_take(req);
    return PHASE_DONE;
}

/* ---- the route ---- */

static enum phase_result find_route(struct sails_req *req)
{
    request_routing_find(req);
    return req->said == REQUEST_SAID_NOTHING ? PHASE_DONE : PHASE_WAITS;
}

/* Before anybody else may have the response. */
static enum phase_result apply_cors(struct sails_req *req)
{
    request_security_apply_cors(req);
    return req->said == REQUEST_SAID_NOTHING ? PHASE_DONE : PHASE_WAITS;
}

/* A refusal may be a function of the program's that will answer later. */
static enum phase_result refuse_forged(struct sails_req *req)
{
    if (!request_security_is_forged(req)) {
        return PHASE_DONE;
    }
    sails_res_forbidden(&req->res);
    return PHASE_WAITS;
}

/* ---- the application ---- */

static void hand_out(struct sails_req *req, const struct request_step *step)
{
    req->is_waiting = true;
    req->context = step->ctx;
    if (step->may_wait) {
        request_wait_begin(req, step->function);
    } else {
        step->function(req, &req->res);
    }
    /* From here on another thread may have the request. */
}

static enum phase_result call_hook(struct sails_req *req)
{
    const struct request_service *service = req->service;

    if (req->n_hooks_done == service->n_request_hooks) {
        return PHASE_DONE;
    }
    hand_out(req, &service->request_hooks[req->n_hooks_done++]);
    return PHASE_WAITS;
}

static enum phase_result take_step(struct sails_req *req)
{
    const struct request_step *step = NULL;

    if (req->target == NULL) {
        request_routing_answer(req);
        return PHASE_WAITS;
    }
    if (req->n_steps_done == req->target->n_steps) {
        return PHASE_DONE; /* nobody has answered: the next route's turn */
    }
    step = &req->target->steps[req->n_steps_done++];
    if (step->kind == STEP_ACTION) {
        req->phase = REQUEST_ACTION;
        return PHASE_STAYS;
    }
    if (step->kind == STEP_FUNCTION) {
        hand_out(req, step);
    } else {
        request_target_answer(step, &req->res);
    }
    return PHASE_WAITS;
}

static enum phase_result call_action(struct sails_req *req)
{
    if (request_read_inputs(req)) {
        hand_out(req, &req->target->steps[req->n_steps_done - 1]);
    }
    return PHASE_WAITS;
}

/* ---- the answer ---- */

static enum phase_result save_session(struct sails_req *req)
{
    deadline_stop(&req->deadline);
    return request_session_save(req) ? PHASE_DONE : PHASE_WAITS;
}

static void log_access(const struct sails_req *req)
{
    access_log_line(req->service->log,
                    &(struct access_entry){
                        .method = str_from(sails_req_method(req)),
                        .url = str_from(req->path),
                        .status = req->res.status,
                        .duration_ms = worker_env(req->worker)->now_ms - req->begun_ms,
                        .ip = str_from(req->ip),
                        .is_socket = req->transport->is_socket,
                    });
}

static enum phase_result send_answer(struct sails_req *req)
{
    request_target_add_cache(req);
    if (req->service->options.logs_access) {
        log_access(req);
    }
    req->transport->send(req);
    request_destroy(req);
    return PHASE_IS_LAST;
}

/* ---- from one to the next ---- */

static const struct phase phases[REQUEST_PHASES] = {
    [REQUEST_LIMITS] = {.run = check_limits, .next = REQUEST_LOAD},
    [REQUEST_LOAD] = {.run = load_session, .next = REQUEST_LOADED, .proceeds = REQUEST_LOADED},
    [REQUEST_LOADED] = {.run = take_session, .next = REQUEST_ROUTE},
    [REQUEST_ROUTE] = {.run = find_route, .next = REQUEST_CORS},
    [REQUEST_CORS] = {.run = apply_cors, .next = REQUEST_CSRF},
    [REQUEST_CSRF] = {.run = refuse_forged, .next = REQUEST_HOOKS},
    [REQUEST_HOOKS] = {.run = call_hook, .next = REQUEST_STEPS, .proceeds = REQUEST_HOOKS},
    [REQUEST_STEPS] = {.run = take_step, .next = REQUEST_NEXT_ROUTE, .proceeds = REQUEST_STEPS},
    [REQUEST_NEXT_ROUTE] = {.run = find_route, .next = REQUEST_CSRF},
    [REQUEST_ACTION] = {.run = call_action},
    [REQUEST_SAVE] = {.run = save_session, .next = REQUEST_ANSWER, .proceeds = REQUEST_ANSWER},
    [REQUEST_ANSWER] = {.run = send_answer},
};

void request_check(const struct sails_req *req)
{
    enum request_phase phase = req->phase;
    size_t n_steps = req->target != NULL ? req->target->n_steps : 0;

    assert(worker_is_current(req->worker));                      /* I1 */
    assert(phase > REQUEST_ARRIVING && phase < REQUEST_PHASES);  /* I2 */
    assert(req->target == NULL || req->route != NULL);           /* I3 */
    assert(phase >= REQUEST_CORS || req->route == NULL);         /* I3 */
    assert(req->n_steps_done <= n_steps || req->target == NULL); /* I4 */
    assert(phase != REQUEST_ACTION || req->n_steps_done > 0);    /* I4 */
    assert(phase <= REQUEST_HOOKS || phase >= REQUEST_SAVE ||
           req->n_hooks_done == req->service->n_request_hooks); /* I5 */
    assert((phase >= REQUEST_SAVE) == (req->res.is_answered));  /* I6 */
    assert(req->wait == NULL);                                  /* I7 */
    (void)phase;
    (void)n_steps;
}

/* Developers want to know which policy has refused. On its worker, while it is in the phase in which it was
 * answered. */
static void tell_policy(const struct sails_req *req)
{
    const struct request_step *step = NULL;

    if (req->service->options.is_production || req->phase != REQUEST_STEPS ||
        req->n_steps_done == 0 || req->target == NULL || req->res.status < 400) {
        return;
    }
    step = &req->target->steps[req->n_steps_done - 1];
    if (step->policy != NULL) {
        log_line(req->service->log, LOG_DEBUG, "%s %s: the policy `%s` has answered with %u",
                 sails_req_method(req), req->path, step->policy, req->res.status);
    }
}

static void on_answer(struct sails_req *req);

/* What was said in the call of a phase, or of somebody who had the request then. Whether it goes on: an answer
 * that was given while there is work for the request waits for that. */
static bool hear(struct sails_req *req)
{
    enum request_said said = req->said;

    req->is_in_call = false;
    req->said = REQUEST_SAID_NOTHING;
    if (said == REQUEST_SAID_ANSWER && request_wait_holds(req, on_answer)) {
        return false;
    }
    if (said == REQUEST_SAID_ANSWER) {
        tell_policy(req);
        req->phase = REQUEST_SAVE;
    } else if (said == REQUEST_SAID_PROCEED) {
        req->phase = phases[req->phase].proceeds;
    }
    return said != REQUEST_SAID_NOTHING;
}

static void go_on(struct sails_req *req)
{
    enum phase_result result = PHASE_DONE;

    do {
        request_check(req);
        req->is_in_call = true;
        result = phases[req->phase].run(req);
        if (result == PHASE_DONE) {
            req->phase = phases[req->phase].next;
        }
    } while (result != PHASE_IS_LAST && (result != PHASE_WAITS || hear(req)));
}

void request_run(struct sails_req *req)
{
    list_append(&request_worker_of(req)->requests, &req->in_worker);
    req->phase = REQUEST_LIMITS;
    go_on(req);
}

void request_enter(struct sails_req *req)
{
    worker_assert_thread(req->worker);
    req->is_in_call = true;
}

void request_leave(struct sails_req *req)
{
    if (hear(req)) {
        request_resume(req, go_on);
    }
}

/* ---- what others say ---- */

static void on_proceed(struct sails_req *req)
{
    if (!request_wait_holds(req, on_proceed)) {
        req->phase = phases[req->phase].proceeds;
        go_on(req);
    }
}

static void on_answer(struct sails_req *req)
{
    if (!request_wait_holds(req, on_answer)) {
        tell_policy(req);
        req->phase = REQUEST_SAVE;
        go_on(req);
    }
}

/* In a call on its worker it is heard when that returns: `is_in_call` is the worker's own. */
static void say(struct sails_req *req, enum request_said said)
{
    if (worker_is_current(req->worker) && req->is_in_call) {
        req->said = said;
    } else {
        request_resume(req, said == REQUEST_SAID_ANSWER ? on_answer : on_proceed);
    }
}

void request_proceed(struct sails_req *req)
{
    say(req, REQUEST_SAID_PROCEED);
}

/*
 * Within the action the answer waits for its end: so `req` stays valid until the action returns, and
 * what it broadcasts after answering still reaches the requester before the answer (sails-sockets 43).
 */
int request_answer(struct sails_req *req)
{
    say(req, REQUEST_SAID_ANSWER);
    return 0;
}

/* Whoever has given it work has given it away; so has the work, whose end may proceed. */
static bool is_at_work(const struct sails_req *req)
{
    return req->phase != REQUEST_ACTION &&
           (request_wait_is_mine(req) || (worker_is_current(req->worker) && req->wait != NULL));
}

int sails_req_proceed(sails_req *req)
{
    if (req == NULL) {
        return SAILS_EINVAL;
    }
    if (req->res.is_answered || !req->is_waiting || is_at_work(req)) {
        return SAILS_ESTATE;
    }
    if (req->phase == REQUEST_ACTION) {
        sails_res_server_error(
            &req->res,
            json_string("sails_req_proceed() was called by an action. Actions answer; only "
                        "policies, hooks and functions of routes proceed."));
        return SAILS_ESTATE;
    }
    req->is_waiting = false;
    request_proceed(req);
    return 0;
}
