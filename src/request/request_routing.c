#include "http/url.h"
#include "request/request.h"
#include "request/request_phases.h"
#include "request/res.h"

/*
 * Which route a request takes, and what is answered where none is left.
 */

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

void request_routing_find(struct sails_req *req)
{
    const struct request_service *s = req->service;
    const struct router *const order[] = {&s->before, &s->router, &s->after, &s->last};

    req->target = NULL;
    req->verdict = ROUTER_NOT_FOUND;
    req->methods = 0;
    while (!find_in(req, order[req->n_routers_done]) && req->verdict != ROUTER_FAILED &&
           req->n_routers_done + 1 < ARRAY_LEN(order)) {
        req->n_routers_done++;
        req->route = NULL;
    }
}

/* ---- without one ---- */

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

void request_routing_answer(struct sails_req *req)
{
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
}
