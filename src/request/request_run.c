/*
 * The way of a request: session, route, security, hooks, then the steps of its target.
 *
 *     request_run --> session --> find_route --> CSRF, CORS --> advance --> hook, hook, step, step...
 *                                     ^                            |  |
 *                                     +---- all have proceeded ----+  +-- waits for proceed() or answer
 */
#include "http/url.h"
#include "request/request.h"
#include "request/request_wait.h"
#include "request/res.h"
#include "web/csrf.h"

static void advance(struct sails_req *req);

/* ---- the route ---- */

/* The parameters of the route, decoded. 0; SAILS_EINVAL: a percent sign that is none; SAILS_ENOMEM. */
static int decode_params(struct sails_req *req, const struct route_match *match)
{
    struct buf text = {0};
    int rc = 0;

    json_decref(req->params);
    req->params = match->n_params > 0 ? json_object() : NULL;
    for (size_t i = 0; rc == 0 && i < match->n_params; i++) {
        struct str name = match->params[i].name;
        json_t *value = NULL;

        buf_clear(&text);
        rc = url_decode(&text, match->params[i].value, false, true);
        if (rc == 0) {
            value = json_stringn(text.len > 0 ? text.ptr : "", text.len);
            rc = value != NULL ? 0 : SAILS_EINVAL; /* not UTF-8 */
        }
        if (rc == 0 && json_object_setn_new(req->params, name.ptr, name.len, value) != 0) {
            rc = SAILS_ENOMEM;
        }
    }
    buf_deinit(&text);
    return rc;
}

static void answer_options(struct sails_req *req, unsigned methods)
{
    struct buf list = {0};

    router_write_methods(&list, methods);
    if (buf_error(&list) == 0) {
        header_list_set(&req->res.headers, STR("allow"), buf_str(&list));
    }
    buf_deinit(&list);
    sails_res_send(&req->res, NULL);
}

static void answer_undecodable(struct sails_req *req)
{
    sails_res_status(&req->res, 400);
    sails_res_send(&req->res, "Bad request: Could not decode requested URL.");
}

static void take_route(struct sails_req *req, const struct route_match *match)
{
    req->route = match->route;
    req->target = match->route->target;
    req->n_steps_done = 0;
    if (decode_params(req, match) < 0) {
        answer_undecodable(req);
    }
}

static bool find_in(struct sails_req *req, const struct router *router)
{
    const struct router_query query = {req->method, str_from(req->path), req->route};
    struct route_match match;
    unsigned methods = 0;
    enum router_verdict verdict = router_find(router, &query, &match, &methods);

    if (verdict != ROUTER_NOT_FOUND) {
        req->verdict = verdict;
        req->methods |= methods;
    }
    if (verdict == ROUTER_FOUND) {
        take_route(req, &match);
    }
    return verdict == ROUTER_FOUND;
}

/* The route of the request behind `req->route`, or the first. Without one it is answered at its turn. */
static void find_route(struct sails_req *req)
{
    req->target = NULL;
    req->verdict = ROUTER_NOT_FOUND;
    req->methods = 0;
    if (!req->is_behind && find_in(req, &req->service->router)) {
        return;
    }
    if (!req->is_behind) {
        req->is_behind = true;
        req->route = NULL;
    }
    if (req->verdict != ROUTER_FAILED) {
        find_in(req, &req->service->after);
    }
}

/* ---- security ---- */

static struct str header_of(const void *headers, struct str name)
{
    return header_list_get(headers, name);
}

static bool is_forged(struct sails_req *req)
{
    const struct request_target *target = req->target;
    bool own = target != NULL && target->csrf == REQUEST_CSRF_ON;
    bool has_own = target != NULL && target->csrf != REQUEST_CSRF_UNSET;
    const json_t *secret = json_object_get(req->session.json, CSRF_SECRET_KEY);
    struct str token;

    if (!csrf_is_on(req->service->csrf, has_own ? &own : NULL) ||
        !csrf_checks_method(req->method)) {
        return false;
    }
    token = csrf_token_find(req->body, sails_req_query(req), header_of, &req->headers);
    return token.ptr == NULL || !json_is_string(secret) ||
           !csrf_token_verify(token, str_from(json_string_value(secret)));
}

/* Whether it was refused: perhaps by a function of the program's that will answer later. */
static bool refuse_forged(struct sails_req *req)
{
    bool forged = is_forged(req);

    if (forged) {
        sails_res_forbidden(&req->res);
    }
    return forged;
}

static const struct cors_settings *cors_of(const struct request_service *service,
                                           const struct request_target *target)
{
    if (target != NULL && target->cors_kind != REQUEST_CORS_UNSET) {
        return target->cors_kind == REQUEST_CORS_OWN ? &target->cors : NULL;
    }
    return service->cors_all_routes ? &service->cors : NULL;
}

static enum http_method method_named(struct str name)
{
    for (int i = 0; i < HTTP_METHOD_OTHER; i++) {
        if (str_eq(name, str_from(request_method_name((enum http_method)i)))) {
            return (enum http_method)i;
        }
    }
    return HTTP_METHOD_OTHER;
}

/* The method that a preflight asks for (Fetch standard, "CORS-preflight request"). */
static bool read_preflight(const struct sails_req *req, enum http_method *asked)
{
    struct str name = header_list_get(&req->headers, STR("access-control-request-method"));

    if (req->method != HTTP_METHOD_OPTIONS || name.ptr == NULL ||
        header_list_get(&req->headers, STR("origin")).ptr == NULL) {
        return false;
    }
    *asked = method_named(name);
    return true;
}

/* A preflight is about the route of another method, which says what is allowed. */
static const struct cors_settings *preflight_cors(struct sails_req *req, enum http_method asked)
{
    const struct router_query query = {asked, str_from(req->path), NULL};
    struct route_match match;
    unsigned methods = 0;
    bool is_found = router_find(&req->service->router, &query, &match, &methods) == ROUTER_FOUND;

    return cors_of(req->service, is_found ? match.route->target : NULL);
}

/* Adds the headers; a preflight that concerns a route is answered here (request-response 11). */
static void apply_cors(struct sails_req *req)
{
    struct str origin = header_list_get(&req->headers, STR("origin"));
    enum http_method asked = HTTP_METHOD_OTHER;
    bool is_preflight = read_preflight(req, &asked);
    const struct cors_settings *settings =
        is_preflight ? preflight_cors(req, asked) : cors_of(req->service, req->target);
    int rc = 0;

    if (settings == NULL) {
        return;
    }
    rc = cors_apply(settings, origin, is_preflight, &req->res.headers);
    if (rc == 0 && !res_is_socket(&req->res)) {
        rc = cors_tell_caches(settings, &req->res.headers);
    }
    if (rc < 0) {
        log_line(req->service->log, LOG_WARN, "%s %s: no memory for its CORS headers",
                 sails_req_method(req), req->path);
    }
    if (is_preflight) {
        sails_res_send(&req->res, NULL);
    }
}

/* ---- steps ---- */

/* Calls a hook, policy or action. Whether the next step follows at once. */
static bool call(struct sails_req *req, const struct request_step *step)
{
    req->has_proceeded = false;
    req->is_waiting = true;
    req->context = step->ctx;
    step->function(req, &req->res);
    /* From here on another thread may have the request; what is read is written by this one only. */
    return !req->is_due && req->has_proceeded;
}

static bool call_action(struct sails_req *req, const struct request_step *step)
{
    if (!step->may_wait) {
        return call(req, step);
    }
    req->context = step->ctx;
    req->has_proceeded = false;
    req->is_waiting = true;
    request_wait_begin(req, step->function);
    return false;
}

/* One step of the target. Whether the next one follows at once. */
static bool run_step(struct sails_req *req, const struct request_step *step)
{
    switch (step->kind) {
    case STEP_FUNCTION:
        return call(req, step);
    case STEP_ACTION:
        req->is_in_last_step = true;
        return request_read_inputs(req) && call_action(req, step);
    case STEP_REDIRECT:
    case STEP_STATUS:
    case STEP_VIEW:
    case STEP_RESPONSE:
        request_target_answer(step, &req->res);
        return false;
    }
    return false;
}

/* A path that nobody can decode is no path, with or without a route (sails-sockets 44). */
static void answer_not_found(struct sails_req *req)
{
    struct buf decoded = {0};
    bool is_bad = url_decode(&decoded, str_from(req->path), false, true) == SAILS_EINVAL;

    buf_deinit(&decoded);
    if (is_bad) {
        answer_undecodable(req);
    } else {
        sails_res_not_found(&req->res);
    }
}

/* All have proceeded, and nobody has answered: the next route's turn. Its own setting of CSRF counts. */
static bool leave_route(struct sails_req *req)
{
    if (req->target != NULL) {
        find_route(req);
        return !req->is_due && !refuse_forged(req);
    }
    switch (req->verdict) {
    case ROUTER_OPTIONS:
        answer_options(req, req->methods);
        break;
    case ROUTER_FAILED:
        sails_res_server_error(&req->res, NULL);
        break;
    default:
        answer_not_found(req);
        break;
    }
    return false;
}

static bool run_next(struct sails_req *req)
{
    const struct request_service *service = req->service;

    if (req->n_hooks_done < service->n_request_hooks) {
        return call(req, &service->request_hooks[req->n_hooks_done++]);
    }
    if (req->target == NULL || req->n_steps_done == req->target->n_steps) {
        return leave_route(req);
    }
    return run_step(req, &req->target->steps[req->n_steps_done++]);
}

/* What has been answered in the call is sent, once: an upload may end while its session is saved. */
static bool send_due(struct sails_req *req)
{
    bool is_due = req->is_due;

    req->is_in_action = false;
    req->is_due = false;
    if (is_due) {
        request_answer(req);
    }
    return is_due;
}

/* Until somebody answers, or wants to take his time. */
static void advance(struct sails_req *req)
{
    req->is_in_action = true;
    while (!req->is_due && run_next(req)) {
    }
    send_due(req);
}

void request_enter(struct sails_req *req)
{
    req->is_in_action = true;
    req->has_proceeded = false;
}

void request_leave(struct sails_req *req)
{
    bool has_proceeded = req->has_proceeded;

    if (!send_due(req) && has_proceeded) {
        request_resume(req, advance);
    }
}

static void begin_routing(struct sails_req *req)
{
    req->is_in_action = true; /* answers wait for advance() */
    find_route(req);
    apply_cors(req); /* before anybody else may have the response */
    if (req->is_due || refuse_forged(req)) {
        send_due(req);
    } else {
        advance(req);
    }
}

static void refuse_too_many(struct sails_req *req, unsigned wait_s)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", wait_s);
    sails_res_set(&req->res, "Retry-After", text);
    sails_res_send_status(&req->res, 429);
}

void request_run(struct sails_req *req)
{
    struct request_worker *w = request_worker_of(req);
    unsigned wait_s = limits_of_request(&w->limits, req);

    list_append(&w->requests, &req->in_worker);
    if (wait_s > 0) {
        refuse_too_many(req, wait_s);
        return;
    }
    request_restart_timeout(req);
    request_session_begin(req, begin_routing);
}

int sails_req_proceed(sails_req *req)
{
    if (req == NULL) {
        return SAILS_EINVAL;
    }
    if (req->res.is_answered || !req->is_waiting) {
        return SAILS_ESTATE;
    }
    if (req->is_in_last_step) {
        sails_res_server_error(
            &req->res,
            json_string("sails_req_proceed() was called by an action. Actions answer; only "
                        "policies, hooks and functions of routes proceed."));
        return SAILS_ESTATE;
    }
    req->is_waiting = false;
    if (worker_is_current(req->worker) && req->is_in_action) {
        req->has_proceeded = true;
        return 0;
    }
    request_resume(req, advance);
    return 0;
}
